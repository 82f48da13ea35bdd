// Compares estimated with published latencies.
#ifndef TOOLS_TIMING_LATENCY_TABLE_H_
#define TOOLS_TIMING_LATENCY_TABLE_H_

#include <string>

#include "absl/status/statusor.h"

namespace bm::timing {

// docs/reference/latency.md: every row of published.inc compiled and scheduled. Errors name the row.
absl::StatusOr<std::string> RenderLatencies();

}  // namespace bm::timing

#endif  // TOOLS_TIMING_LATENCY_TABLE_H_
