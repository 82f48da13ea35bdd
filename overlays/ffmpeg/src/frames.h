// Pictures in device memory as FFmpeg's frames, and back.
#ifndef OVERLAYS_FFMPEG_SRC_FRAMES_H_
#define OVERLAYS_FFMPEG_SRC_FRAMES_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/frame.h"
#include "bmdecoder/surface.h"
#include "bmlib_runtime.h"

namespace bm::ffmpeg {

// A pixel format of FFmpeg's as a sampling and a layout.
struct PixelFormat {
  AVPixelFormat format;
  decoder::Sampling sampling;
  decoder::ChromaLayout layout;
  // The format itself says that samples use 0..255.
  bool is_full_range;
};

// Null for all others.
const PixelFormat* FindPixelFormat(int format);

// The format with this sampling and layout, of those with a full-range twin the one that is asked for;
// AV_PIX_FMT_NONE if FFmpeg has none (CrCb beyond 4:2:0).
enum class SampleRange { kVideo, kFull };
AVPixelFormat PixelFormatOf(decoder::Sampling sampling, decoder::ChromaLayout layout, SampleRange range);

// Gives `target`, which has no buffers, the picture as the decoders of the chip do: the host's view in data[0..2],
// device addresses in data[4..6], strides beside both; data[6], data[7] the tables and channel_layout 101 if it is
// compressed. The last reference to the buffer releases `frame`. RESOURCE_EXHAUSTED.
absl::Status ShareFrame(std::shared_ptr<decoder::Frame> frame, AVPixelFormat format, AVFrame* target);

// Where an encoder finds the picture.
enum class PictureSource {
  // data[0..2]
  kHost,
  // data[4..6]
  kDevice,
};

// The planes of a frame, as long as it stays. INVALID_ARGUMENT, naming the member, if one is missing, too narrow or no
// device memory.
absl::StatusOr<decoder::ConstPlanes> PlanesOf(const AVFrame& frame, const PixelFormat& format, PictureSource source,
                                              bm_handle_t device);

// The format of an encoder's context. INVALID_ARGUMENT unless its codec lists it.
absl::StatusOr<const PixelFormat*> EncoderFormat(const AVCodecContext& context);

// INVALID_ARGUMENT for a frame of another format or size than the context says.
absl::Status CheckFrame(const AVFrame& frame, const AVCodecContext& context);

// A device's handle with its owner. NOT_FOUND if there is no such device.
struct DeviceDelete {
  void operator()(bm_handle_t handle) const { bm_dev_free(handle); }
};
using Device = std::unique_ptr<std::remove_pointer_t<bm_handle_t>, DeviceDelete>;
absl::StatusOr<Device> OpenDevice(int index);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_FRAMES_H_
