// jpeg_bm, the encoder.
#ifndef OVERLAYS_FFMPEG_SRC_JPEG_ENCODING_H_
#define OVERLAYS_FFMPEG_SRC_JPEG_ENCODING_H_

#include "overlays/ffmpeg/src/session.h"

extern "C" {
#include <libavutil/pixfmt.h>
}

namespace bm::ffmpeg {

// Ends with AV_PIX_FMT_NONE.
extern const AVPixelFormat kJpegEncoderFormats[];

// JpegEncoderOptions in priv_data.
absl::StatusOr<std::unique_ptr<Session>> OpenJpegEncoder(AVCodecContext* context);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_JPEG_ENCODING_H_
