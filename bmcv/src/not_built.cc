// Functions of the vendor's headers that answer without doing anything: one log line with the name and the reason.
#include "bmcv/src/edge.h"
#include "bmcv_api.h"
#include "bmcv_api_ext.h"

namespace {

constexpr char kOtherChip[] = "%s is a function of other chips than the BM1684\n";
constexpr char kNotBuilt[] = "%s is not supported: not built\n";

}  // namespace

extern "C" {

#define X(RESULT, NAME, PARAMETERS, REASON, ANSWER)    \
  RESULT NAME PARAMETERS {                             \
    bmlib_log("BMCV", BMLIB_LOG_ERROR, REASON, #NAME); \
    return ANSWER;                                     \
  }
#include "bmcv/src/not_built.inc"
#undef X

}  // extern "C"
