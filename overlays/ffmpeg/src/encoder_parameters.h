// The encoders' option enc-params: "key=value:key=value".
#ifndef OVERLAYS_FFMPEG_SRC_ENCODER_PARAMETERS_H_
#define OVERLAYS_FFMPEG_SRC_ENCODER_PARAMETERS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "bmdecoder/core/video_encoder.h"

namespace bm::ffmpeg {

// Changes `options`. Underscores count as hyphens. INVALID_ARGUMENT, naming the keys, for a key that there is not or a
// value that is no number; `options` then stays as it was.
absl::Status ApplyEncoderParameters(absl::string_view text, decoder::EncoderOptions* options);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_ENCODER_PARAMETERS_H_
