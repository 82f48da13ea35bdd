// The lines that the runtime and bmrt_test print: "[BMRT][<function>:<line>] <LEVEL>:<message>" on stdout, the
// vendor's format, which scripts parse.
//
//   BMRT_LOG(kInfo, absl::StrCat("Bmodel loaded, version ", version));
//
// Shown are lines at or above the threshold: WRONG unless the environment variable BMRT_LOG_VERSION or
// SetLogThreshold says otherwise. Thread-safe: a line is written at once.
#ifndef BMRUNTIME_SRC_LOG_H_
#define BMRUNTIME_SRC_LOG_H_

#include "absl/strings/string_view.h"

namespace bm::runtime {

enum class LogLevel { kDebug = -1, kInfo = 0, kWarning = 1, kWrong = 2, kFatal = 3 };

void Log(LogLevel level, const char* function, int line, absl::string_view message);

LogLevel LogThreshold();
void SetLogThreshold(LogLevel level);

}  // namespace bm::runtime

#define BMRT_LOG(level, message)                                                         \
  do {                                                                                   \
    if (::bm::runtime::LogLevel::level >= ::bm::runtime::LogThreshold()) {               \
      ::bm::runtime::Log(::bm::runtime::LogLevel::level, __func__, __LINE__, (message)); \
    }                                                                                    \
  } while (false)

#endif  // BMRUNTIME_SRC_LOG_H_
