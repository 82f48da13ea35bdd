// jpeg_bm, the decoder.
#ifndef OVERLAYS_FFMPEG_SRC_JPEG_DECODING_H_
#define OVERLAYS_FFMPEG_SRC_JPEG_DECODING_H_

#include "overlays/ffmpeg/src/session.h"

extern "C" {
#include <libavutil/pixfmt.h>
}

namespace bm::ffmpeg {

// Ends with AV_PIX_FMT_NONE.
extern const AVPixelFormat kJpegDecoderFormats[];

// JpegDecoderOptions in priv_data.
absl::StatusOr<std::unique_ptr<Session>> OpenJpegDecoder(AVCodecContext* context);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_JPEG_DECODING_H_
