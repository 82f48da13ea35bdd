// One instance of the video decoder: a queue of packets, a thread that decodes them, and a queue of frames.
//
//   ASSIGN_OR_RETURN(std::unique_ptr<DecodeChannel> channel, DecodeChannel::Create(options));
//   RETURN_IF_ERROR(channel->Send({header, bytes, pts, dts}));   // again later after UNAVAILABLE and OUT_OF_RANGE
//   while (std::optional<ChannelFrame> frame = channel->Take()) {
//     ...
//     RETURN_IF_ERROR(channel->GiveBack(frame->index));
//   }
//   RETURN_IF_ERROR(channel->End(EndMode::kIfRoom));              // then Take until state() is kStopped
#ifndef BMDECODER_SRC_DECODE_CHANNEL_H_
#define BMDECODER_SRC_DECODE_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmdecoder/core/codec.h"
#include "bmdecoder/core/frame.h"
#include "bmdecoder/core/sequence_header.h"
#include "bmdecoder/core/video_decoder.h"

namespace bm::decoder {

// kByteStream: blocks of any size. kAccessUnits: one access unit a packet.
enum class StreamMode { kByteStream, kAccessUnits };
enum class OutputOrder { kPresentation, kDecoding };

struct ChannelOptions {
  VideoCodec codec = VideoCodec::kH264;
  StreamMode mode = StreamMode::kByteStream;
  OutputOrder order = OutputOrder::kPresentation;
  // max_frames is not used.
  DecoderOptions decoder;
  // Decoding stalls while the caller holds so many frames, 1..kMaxHeldFrames.
  int held_frames = 5;
  // Bytes that may wait, 1..kMaxStreamBytes.
  int64_t stream_bytes = 4 << 20;
  // The only size that is accepted, visible or coded; 0 for any.
  int width = 0;
  int height = 0;
};

inline constexpr int kMaxHeldFrames = 256;
inline constexpr int64_t kMaxStreamBytes = 1 << 30;
// Lengths of the queues (spec 1.3).
inline constexpr int kInputPackets = 20;
inline constexpr int kReadyFrames = 32;

enum class ChannelState {
  // No sequence header yet.
  kUninitialised,
  kDecoding,
  // The stream has another size than the one accepted.
  kWrongResolution,
  // The device has no memory for a single frame.
  kNoFrameMemory,
  // The last frame after End was taken.
  kStopped,
  kHung,
};

struct ChannelPacket {
  // In front of `bytes`; may be empty.
  absl::Span<const uint8_t> header;
  absl::Span<const uint8_t> bytes;
  // Passed through to the frame.
  uint64_t pts = 0;
  uint64_t dts = 0;
};

struct ChannelFrame {
  std::shared_ptr<Frame> frame;
  // For GiveBack.
  int index = 0;
  uint64_t pts = 0;
  uint64_t dts = 0;
};

// A sequence header and the number of sizes before it.
struct StreamDescription {
  SequenceHeader header;
  int sequence = 0;
};

enum class EndMode { kIfRoom, kAlways };

// Thread-safe.
class DecodeChannel {
 public:
  // INVALID_ARGUMENT for options out of range; the errors of VideoDecoder::Create.
  static absl::StatusOr<std::unique_ptr<DecodeChannel>> Create(const ChannelOptions& options);
  // Drops what waits. Frames that were taken live as long as they are referred to.
  ~DecodeChannel();

  // Copies a packet into the queue. After kStopped a new sequence starts.
  // UNAVAILABLE if the queue is full, OUT_OF_RANGE if the bytes have no room now: try again. INTERNAL for no bytes, and
  // between End and kStopped. INVALID_ARGUMENT for more bytes than can ever wait, and in kWrongResolution and
  // kNoFrameMemory. ABORTED in kHung.
  absl::Status Send(const ChannelPacket& packet);

  // Ends the stream behind the packets that wait; nothing if it has ended already.
  // UNAVAILABLE if the queue is full, unless kAlways; ABORTED in kHung.
  absl::Status End(EndMode mode);

  // The next frame, if one is ready.
  std::optional<ChannelFrame> Take();
  // INVALID_ARGUMENT for an index that is not out.
  absl::Status GiveBack(int index);

  ChannelState state() const;
  // FAILED_PRECONDITION before the first sequence header.
  absl::StatusOr<StreamDescription> description() const;

  int waiting_packets() const;
  int64_t free_bytes() const;
  // Copies from the bytes that wait, as many as fit; returns their number.
  size_t Peek(absl::Span<uint8_t> bytes) const;

  // kHung from now on.
  void Hang();

 private:
  class Worker;
  explicit DecodeChannel(std::unique_ptr<Worker> worker);

  const std::unique_ptr<Worker> worker_;
};

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_DECODE_CHANNEL_H_
