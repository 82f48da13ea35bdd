// What the sources of bm_vpuenc_interface.h share.
#ifndef BMDECODER_SRC_VPUENC_H_
#define BMDECODER_SRC_VPUENC_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bm_vpuenc_interface.h"
#include "bmdecoder/core/video_encoder.h"
#include "bmdecoder/src/edge.h"
#include "bmdecoder/src/loaded_devices.h"

namespace bm::decoder {

// INVALID_ARGUMENT INVALID_PARAMS, NOT_FOUND INVALID_HANDLE, DATA_LOSS INVALID_FRAMEBUFFER, OUT_OF_RANGE
// INVALID_STRIDE, FAILED_PRECONDITION WRONG_CALL_SEQUENCE, the others ERROR.
extern const Edge kEncoderEdge;

template <typename Body>
int AtEncoderEdge(const char* function, Body body) {
  return AtEdge(kEncoderEdge, function, body);
}

// Devices loaded by bmvpu_enc_load.
LoadedDevices& EncoderDevices();

// The device of a core, loaded. FAILED_PRECONDITION, INVALID_ARGUMENT for a negative number.
absl::StatusOr<int> DeviceOfCore(int core);

// INVALID_ARGUMENT, naming the member, its value and its limits.
absl::StatusOr<EncoderOptions> EncoderOptionsOf(const BmVpuEncOpenParams& params);

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_VPUENC_H_
