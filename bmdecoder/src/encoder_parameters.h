// The encoder's parameters by name (spec 2): what bmvpu_enc_param_parse and FFmpeg's option enc-params take.
#ifndef BMDECODER_SRC_ENCODER_PARAMETERS_H_
#define BMDECODER_SRC_ENCODER_PARAMETERS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "bm_vpuenc_interface.h"
#include "bmdecoder/core/video_encoder.h"

namespace bm::decoder {

// Sets one parameter. Underscores in `key` count as hyphens. INVALID_ARGUMENT, naming the keys or the limits, for a key
// that there is not or a value out of range; `params` then stays as it was.
absl::Status SetEncoderParameter(absl::string_view key, const std::string& value, BmVpuEncOpenParams* params);

// Sets those of `text`, "key=value:key=value", that the encoder here has: bitrate, qp, min-qp, max-qp, gop-preset. The
// others are checked. `options` stays as it was if one fails.
absl::Status SetEncoderParameters(absl::string_view text, EncoderOptions* options);

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_ENCODER_PARAMETERS_H_
