// The one log: a line per message on stderr, "<severity> <module>: <text>".
//
//   Log(Severity::kWarning, "driver", absl::StrCat("heap 0 has ", free, " bytes left, asked for ", bytes));
//
// Quiet by default: errors and warnings only. BM_VERBOSE=1 adds info, BM_VERBOSE=2 debug. Lines that the vendor's
// scripts parse do not come through here: they keep the vendor's format and its stream.
//
// Thread-safe.
#ifndef BASE_LOG_H_
#define BASE_LOG_H_

#include "absl/strings/string_view.h"

namespace bm {

enum class Severity { kDebug, kInfo, kWarning, kError };

// True if a message of this severity is shown; ask first where building the text is expensive.
bool LogEnabled(Severity severity);

void Log(Severity severity, absl::string_view module, absl::string_view text);

}  // namespace bm

#endif  // BASE_LOG_H_
