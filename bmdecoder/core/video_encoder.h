// Pictures in, H.264 or H.265 out: as packets (VideoEncoder) or into a file or stream (VideoSink).
//
//   EncoderOptions options;
//   options.width = 1920;
//   options.height = 1080;
//   ASSIGN_OR_RETURN(std::unique_ptr<VideoSink> sink, VideoSink::Open("out.mp4", options));
//   RETURN_IF_ERROR(sink->Write(planes, /*pts=*/0));
//   RETURN_IF_ERROR(sink->Close());
//
// libx264 and libx265 do the work; equal input and options give equal output.
#ifndef BMDECODER_CORE_VIDEO_ENCODER_H_
#define BMDECODER_CORE_VIDEO_ENCODER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmdecoder/core/codec.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {

struct EncoderOptions {
  VideoCodec codec = VideoCodec::kH264;
  // Even, 16..8192.
  int width = 0;
  int height = 0;
  // Of the planes given.
  ChromaLayout layout = ChromaLayout::kCbCr;
  // Frames per second.
  int rate_numerator = 25;
  int rate_denominator = 1;
  // Unit of timestamps in seconds; 0 for the inverse of the rate.
  int unit_numerator = 0;
  int unit_denominator = 0;
  // bit/s, used if qp < 0; 0 leaves the rate to the encoder's constant quality.
  int64_t bitrate = 0;
  // 0..51: constant quantiser; -1: by bitrate.
  int qp = -1;
  // Limits of the quantiser, 0..51; -1: the encoder's own.
  int min_qp = -1;
  int max_qp = -1;
  // Frames from one key frame to the next, >= 1.
  int gop = 60;
  // The chip's presets 1..8 (spec 2): 1 only key frames; 2 and 6 no B frames; 4 one; 3, 5, 7, 8 three.
  int gop_preset = 2;
  // Stream headers in VideoEncoder::headers instead of in front of key frames (Annex B either way).
  bool global_header = false;
  // Packets come with the picture that they encode, unless B frames hold it back.
  bool low_delay = false;
  int threads = 1;
  // What the stream says of its colours: numbers of ITU-T H.273, 2 for nothing; samples of 0..255.
  int color_primaries = 2;
  int color_transfer = 2;
  int color_space = 2;
  bool full_range = false;
};

enum class FrameKind { kAny, kKey };

struct EncodedPacket {
  std::vector<uint8_t> data;
  int64_t pts = 0;
  int64_t dts = 0;
  bool key = false;
  PictureType type = PictureType::kOther;
  // Average quantiser, 0 if the encoder does not tell.
  int qp = 0;
};

// Not thread-safe.
class VideoEncoder {
 public:
  // INVALID_ARGUMENT for options out of range; UNIMPLEMENTED if FFmpeg has no such encoder.
  static absl::StatusOr<std::unique_ptr<VideoEncoder>> Create(const EncoderOptions& options);
  ~VideoEncoder();

  // Encodes a 4:2:0 picture, on demand as a key frame; `pts` must grow. Gives the packets that are ready, in decoding
  // order. The planes are not used after the return. INVALID_ARGUMENT for planes that are too small.
  absl::StatusOr<std::vector<EncodedPacket>> Encode(const ConstPlanes& planes, int64_t pts,
                                                    FrameKind kind = FrameKind::kAny);

  // The remaining packets. Encode answers OUT_OF_RANGE afterwards.
  absl::StatusOr<std::vector<EncodedPacket>> Finish();

  // Parameter sets, if options.global_header.
  const std::vector<uint8_t>& headers() const;
  // Frames that decoders must hold back for reordering.
  int delay() const;

 private:
  friend class VideoSink;
  struct State;
  explicit VideoEncoder(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

// Not thread-safe.
class VideoSink {
 public:
  // Creates the file or connects. The container follows the name: rtsp:// over TCP, rtmp:// as flv, else the file
  // name's ending; `format` (such as "mp4", "h264") overrides that.
  static absl::StatusOr<std::unique_ptr<VideoSink>> Open(const std::string& name, const EncoderOptions& options,
                                                         const std::string& format = "");
  // Closes, errors are lost.
  ~VideoSink();

  // As VideoEncoder::Encode, and writes. A failed write leaves the sink open.
  absl::Status Write(const ConstPlanes& planes, int64_t pts);

  // Writes what remains and the container's end. Further calls change nothing and give the first result.
  absl::Status Close();

 private:
  struct State;
  explicit VideoSink(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_VIDEO_ENCODER_H_
