// Numbers of a caller and their limits. Internal to bmdecoder.
#ifndef BMDECODER_CHECK_VALUE_H_
#define BMDECODER_CHECK_VALUE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace bm::decoder {

// INVALID_ARGUMENT, with name, value and limits, unless low <= value <= high.
inline absl::Status CheckValue(const char* name, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " is ", value, ": must be ", low, "..", high));
}

}  // namespace bm::decoder

#endif  // BMDECODER_CHECK_VALUE_H_
