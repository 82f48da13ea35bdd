// Declared by the vendor's headers and not built: one log line with the name, and "not supported".
#include "absl/strings/str_cat.h"
#include "bmcpu_dev.h"
#include "bmlib/src/handle.h"

extern "C" {

#define X(RESULT, NAME, PARAMETERS, ANSWER)                                                                          \
  RESULT NAME PARAMETERS {                                                                                           \
    bm::lib::LogLine(bm::lib::kRuntimeTag, BMLIB_LOG_ERROR, absl::StrCat(__func__, " is not supported: not built")); \
    return ANSWER;                                                                                                   \
  }
#include "bmlib/src/not_built.inc"
#undef X

}  // extern "C"
