// h264_bm, h265_bm and hevc_bm, the encoders.
#ifndef OVERLAYS_FFMPEG_SRC_VIDEO_ENCODING_H_
#define OVERLAYS_FFMPEG_SRC_VIDEO_ENCODING_H_

#include "overlays/ffmpeg/src/session.h"

extern "C" {
#include <libavutil/pixfmt.h>
}

namespace bm::ffmpeg {

// Ends with AV_PIX_FMT_NONE.
extern const AVPixelFormat kVideoEncoderFormats[];

// VideoEncoderOptions in priv_data.
absl::StatusOr<std::unique_ptr<Session>> OpenVideoEncoder(AVCodecContext* context);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_VIDEO_ENCODING_H_
