// h264_bm and hevc_bm, the decoders.
#ifndef OVERLAYS_FFMPEG_SRC_VIDEO_DECODING_H_
#define OVERLAYS_FFMPEG_SRC_VIDEO_DECODING_H_

#include "overlays/ffmpeg/src/session.h"

namespace bm::ffmpeg {

// VideoDecoderOptions in priv_data.
absl::StatusOr<std::unique_ptr<Session>> OpenVideoDecoder(AVCodecContext* context);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_VIDEO_DECODING_H_
