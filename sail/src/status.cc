#include <unistd.h>

#include <cstdio>
#include <string>

#include "absl/strings/match.h"
#include "sail/src/error.h"

namespace sail {
namespace {

struct StatusName {
  int status;
  const char* name;
};

#define SAIL_STATUS(name) \
  { name, #name }
constexpr StatusName kStatusNames[] = {
    SAIL_STATUS(SAIL_SUCCESS),           SAIL_STATUS(SAIL_ERR_DEV_BASIC),     SAIL_STATUS(SAIL_ERR_DEV_INIT),
    SAIL_STATUS(SAIL_ERR_DEV_CLOSE),     SAIL_STATUS(SAIL_ERR_DEV_HANDLE),    SAIL_STATUS(SAIL_ERR_DEV_MALLOC),
    SAIL_STATUS(SAIL_ERR_DEV_MCOPY),     SAIL_STATUS(SAIL_ERR_DEV_MMAP),      SAIL_STATUS(SAIL_ERR_DEV_QFULL),
    SAIL_STATUS(SAIL_ERR_DEV_QEMPTY),    SAIL_STATUS(SAIL_ERR_TENSOR_BASIC),  SAIL_STATUS(SAIL_ERR_TENSOR_INIT),
    SAIL_STATUS(SAIL_ERR_TENSOR_EMPTY),  SAIL_STATUS(SAIL_ERR_TENSOR_SHAPE),  SAIL_STATUS(SAIL_ERR_TENSOR_DTYPE),
    SAIL_STATUS(SAIL_ERR_TENSOR_SIZE),   SAIL_STATUS(SAIL_ERR_TENSOR_PARAM),  SAIL_STATUS(SAIL_ERR_TENSOR_SYSMEM),
    SAIL_STATUS(SAIL_ERR_TENSOR_DEVMEM), SAIL_STATUS(SAIL_ERR_TENSOR_CVT),    SAIL_STATUS(SAIL_ERR_TENSOR_DUMP),
    SAIL_STATUS(SAIL_ERR_ENGINE_BASIC),  SAIL_STATUS(SAIL_ERR_ENGINE_INIT),   SAIL_STATUS(SAIL_ERR_ENGINE_BMODEL),
    SAIL_STATUS(SAIL_ERR_ENGINE_LOAD),   SAIL_STATUS(SAIL_ERR_ENGINE_DTYPE),  SAIL_STATUS(SAIL_ERR_ENGINE_SHAPE),
    SAIL_STATUS(SAIL_ERR_ENGINE_INPUT),  SAIL_STATUS(SAIL_ERR_ENGINE_OUTPUT), SAIL_STATUS(SAIL_ERR_ENGINE_GRAPH),
    SAIL_STATUS(SAIL_ERR_ENGINE_INFER),  SAIL_STATUS(SAIL_ERR_ENGINE_PUSH),   SAIL_STATUS(SAIL_ERR_ENGINE_GET),
    SAIL_STATUS(SAIL_ERR_BMI_BASIC),     SAIL_STATUS(SAIL_ERR_BMI_INIT),      SAIL_STATUS(SAIL_ERR_BMI_EMPTY),
    SAIL_STATUS(SAIL_ERR_BMI_SHAPE),     SAIL_STATUS(SAIL_ERR_BMI_DTYPE),     SAIL_STATUS(SAIL_ERR_BMI_FORMAT),
    SAIL_STATUS(SAIL_ERR_BMI_PARAM),     SAIL_STATUS(SAIL_ERR_BMI_NOTSUP),    SAIL_STATUS(SAIL_ERR_BMI_BMCV),
    SAIL_STATUS(SAIL_ERR_BMI_ALLOC),     SAIL_STATUS(SAIL_ERR_BMI_CVT),       SAIL_STATUS(SAIL_ERR_BMI_IPCINIT),
    SAIL_STATUS(SAIL_ERR_BMI_IPCSEND),   SAIL_STATUS(SAIL_ERR_BMI_IPCRCV),    SAIL_STATUS(SAIL_ERR_DEC_BASIC),
    SAIL_STATUS(SAIL_ERR_DEC_INIT),      SAIL_STATUS(SAIL_ERR_DEC_OPEN),      SAIL_STATUS(SAIL_ERR_DEC_FORMAT),
    SAIL_STATUS(SAIL_ERR_DEC_CODEC),     SAIL_STATUS(SAIL_ERR_DEC_READ),      SAIL_STATUS(SAIL_ERR_DEC_EOF),
    SAIL_STATUS(SAIL_ERR_DEC_TIMEOUT),   SAIL_STATUS(SAIL_ERR_DEC_CVT),       SAIL_STATUS(SAIL_ERR_DEC_DUMP),
    SAIL_STATUS(SAIL_ERR_DEC_JPEG),      SAIL_STATUS(SAIL_ERR_DEC_MDADD),     SAIL_STATUS(SAIL_ERR_DEC_MDDEL),
    SAIL_STATUS(SAIL_ERR_DEC_MDCLR),     SAIL_STATUS(SAIL_ERR_DEC_MDRD),      SAIL_STATUS(SAIL_ERR_ENC_BASIC),
    SAIL_STATUS(SAIL_ERR_ENC_INIT),      SAIL_STATUS(SAIL_ERR_ENC_OPEN),      SAIL_STATUS(SAIL_ERR_ENC_FORMAT),
    SAIL_STATUS(SAIL_ERR_ENC_CODEC),     SAIL_STATUS(SAIL_ERR_ENC_VDWR),      SAIL_STATUS(SAIL_ERR_ENC_EOF),
    SAIL_STATUS(SAIL_ERR_ENC_CVT),       SAIL_STATUS(SAIL_ERR_ENC_DUMP),      SAIL_STATUS(SAIL_ERR_ENC_JPEG),
    SAIL_STATUS(SAIL_ERR_RUNTIME_BASIC), SAIL_STATUS(SAIL_ERR_DEVICE_INIT),   SAIL_STATUS(SAIL_ERR_TENSOR_INNER),
    SAIL_STATUS(SAIL_ERR_ENGINE_INNER),  SAIL_STATUS(SAIL_ERR_BMCV_INIT),     SAIL_STATUS(SAIL_ERR_BMCV_TRANS),
    SAIL_STATUS(SAIL_ERR_BMCV_FUNC),     SAIL_STATUS(SAIL_ERR_DECODER_INIT),  SAIL_STATUS(SAIL_ERR_DECODER_READ),
};
#undef SAIL_STATUS

}  // namespace

std::string ret_to_string(int ret) {
  for (const StatusName& row : kStatusNames) {
    if (row.status == ret) return row.name;
  }
  return "SAIL_ERR_UNKNOWN";
}

int sail_status_to_exception_type(int ret) { return ret >= 1000 && ret < 8000 ? ret / 1000 : 0; }

void check_return_status(int ret) {
  if (ret != SAIL_SUCCESS) Throw(static_cast<sail_status_t>(ret), absl::StrCat("status ", ret));
}

void Throw(sail_status_t status, const std::string& message) {
  const std::string text = absl::StrCat(ret_to_string(status), ": ", message);
  switch (sail_status_to_exception_type(status)) {
    case 1:
      throw SailDeviceError(text);
    case 2:
      throw SailTensorError(text);
    case 3:
      throw SailEngineError(text);
    case 4:
      throw SailBMImageError(text);
    case 5:
      throw SailDecoderError(text);
    case 6:
      throw SailEncoderError(text);
    case 7:
      throw SailRuntimeError(text);
    default:
      throw SailUnknownError(text);
  }
}

void Check(bm_status_t status, sail_status_t code, const std::string& what) {
  if (status != BM_SUCCESS) Throw(code, absl::StrCat(what, " failed: bmlib status ", status));
}

void printEnvVarsWithPrefix(const std::string& prefix) {
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    if (absl::StartsWith(*variable, prefix)) puts(*variable);
  }
}

}  // namespace sail
