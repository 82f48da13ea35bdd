// How bmrt_test judges and prints tensors.
#ifndef TOOLS_BMRT_TEST_COMPARISON_H_
#define TOOLS_BMRT_TEST_COMPARISON_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"
#include "bmdef.h"

namespace bm::tools {

struct Tolerance {
  double accuracy_f = 0.01;
  int64_t accuracy_i = 0;
};

// Result of a comparison.
struct Verdict {
  bool is_equal = true;
  std::string report;  // a line per difference, at most about 30
};

// Compares `got` with `expected`, tensors of the same type and size.
//
// Floating point (16-bit types widened): where the larger magnitude exceeds 1, the difference relative to the smaller
// counts, which must be at least 1e-20; else the difference itself. A NaN where the reference has none fails at once.
// 8-bit integers may differ by accuracy_i; 16-bit and 32-bit integers must be equal. The search stops after 30
// differences. An accuracy_f of 10000 reports differences beyond 0.01 and accepts them.
Verdict Compare(bm_data_type_t type, absl::Span<const uint8_t> expected, absl::Span<const uint8_t> got,
                const Tolerance& tolerance);

// "< 1 2.5 3 >", of more than 16 values "< 1 .. 16 ... > len=20"; empty for types other than FLOAT32 and INT32.
std::string Preview(bm_data_type_t type, absl::Span<const uint8_t> bytes);

// One value a line.
std::string ValuesText(bm_data_type_t type, absl::Span<const uint8_t> bytes);

}  // namespace bm::tools

#endif  // TOOLS_BMRT_TEST_COMPARISON_H_
