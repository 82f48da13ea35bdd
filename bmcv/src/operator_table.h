// docs/reference/bmcv-table.md.
#ifndef BMCV_SRC_OPERATOR_TABLE_H_
#define BMCV_SRC_OPERATOR_TABLE_H_

#include <string>
#include <vector>

#include "absl/types/span.h"
#include "bmcv/src/operators.h"

namespace bm::cv {

// The operators on images that are built.
absl::Span<const Operator> ImageOperators();

// A function that is built and no operator on images.
struct OtherFunction {
  const char* function;
  const char* takes;
  const char* test;
};
absl::Span<const OtherFunction> OtherFunctions();

// A function that answers without doing anything.
struct MissingFunction {
  const char* function;
  const char* reason;
  const char* answer;
};
absl::Span<const MissingFunction> MissingFunctions();

// The three as a document.
std::string OperatorDocument();

}  // namespace bm::cv

#endif  // BMCV_SRC_OPERATOR_TABLE_H_
