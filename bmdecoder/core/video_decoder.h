// Packets of one video stream in, frames in device memory out.
//
// The samples are copied (or interleaved) once from the software decoder's frame, so a frame that was handed out is
// never one that the decoder still refers to.
#ifndef BMDECODER_CORE_VIDEO_DECODER_H_
#define BMDECODER_CORE_VIDEO_DECODER_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmdecoder/core/frame.h"

struct AVCodecParameters;
struct AVFrame;
struct AVPacket;

namespace bm::decoder {

// Frames that are dropped before they are decoded.
enum class FrameDrop {
  kNone,
  // Those that no other frame refers to.
  kNonReference,
  // All but intra frames.
  kNonIntra,
};

struct DecoderOptions {
  int device = 0;
  ChromaLayout layout = ChromaLayout::kCbCr;
  FrameDrop drop = FrameDrop::kNone;
  // Frames that may be held at the same time.
  int max_frames = 64;
  // Bits of AVCodecContext's members flags, flags2 and err_recognition, besides those that the options here imply.
  int flags = 0;
  int flags2 = 0;
  int error_recognition = 0;
  // 1 adds no delay; more decode several frames at once; 0 is one per core.
  int threads = 1;
  // No delay beyond what the order of the stream needs, whatever `threads` is.
  bool low_delay = false;
  // kCompressed needs kCbCr.
  SurfaceMap map = SurfaceMap::kLinear;
};

// Not thread-safe; different decoders may run at the same time.
class VideoDecoder {
 public:
  // UNIMPLEMENTED for a codec that FFmpeg cannot decode; INVALID_ARGUMENT for options that do not fit; the errors of
  // FramePool::Create.
  static absl::StatusOr<std::unique_ptr<VideoDecoder>> Create(const AVCodecParameters& stream,
                                                              const DecoderOptions& options);
  ~VideoDecoder();

  // Takes a packet, or the end of the stream (null). UNAVAILABLE if frames must be received first; DATA_LOSS for a
  // damaged packet, the next one may be sent; OUT_OF_RANGE after the end.
  absl::Status Send(const AVPacket* packet);

  // The next frame in presentation order. UNAVAILABLE if it needs another packet; OUT_OF_RANGE after the last one;
  // RESOURCE_EXHAUSTED if the pool is used up: the frame is kept for the next call. DATA_LOSS for a damaged one.
  // `properties`, unless null, gets everything that FFmpeg says of the frame besides samples, format and size.
  absl::StatusOr<std::shared_ptr<Frame>> Receive(AVFrame* properties = nullptr);

  // Forgets everything that was sent. Decoding may start again at a key frame, also after the end.
  void Flush();

  // As the decoder knows them so far, 0 before that.
  int coded_width() const;
  int coded_height() const;
  // Frames that decoding may hold back for reordering.
  int delay() const;
  const FramePool& pool() const;

 private:
  struct State;
  explicit VideoDecoder(std::unique_ptr<State> state);

  absl::StatusOr<std::shared_ptr<Frame>> Deliver(AVFrame* properties);

  const std::unique_ptr<State> state_;
};

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_VIDEO_DECODER_H_
