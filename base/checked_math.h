// Arithmetic on sizes and offsets that come from files and callers.
//
// Every operation is done in 64 bits and answers OUT_OF_RANGE with both operands
// instead of wrapping.
//
//   ASSIGN_OR_RETURN(const uint64_t bytes, CheckedMul(count, element_bytes));
#ifndef BASE_CHECKED_MATH_H_
#define BASE_CHECKED_MATH_H_

#include <cstdint>
#include <limits>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace bm {

inline absl::StatusOr<uint64_t> CheckedAdd(uint64_t a, uint64_t b) {
  uint64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) {
    return absl::OutOfRangeError(absl::StrCat(a, " + ", b, " does not fit 64 bits"));
  }
  return sum;
}

inline absl::StatusOr<uint64_t> CheckedMul(uint64_t a, uint64_t b) {
  uint64_t product;
  if (__builtin_mul_overflow(a, b, &product)) {
    return absl::OutOfRangeError(absl::StrCat(a, " * ", b, " does not fit 64 bits"));
  }
  return product;
}

// The same value in another integer type, or OUT_OF_RANGE.
template <typename To, typename From>
absl::StatusOr<To> CheckedCast(From value) {
  static_assert(std::is_integral_v<To> && std::is_integral_v<From>, "integers only");
  const To narrowed = static_cast<To>(value);
  const bool sign_kept = (narrowed < To{0}) == (value < From{0});
  if (static_cast<From>(narrowed) != value || !sign_kept) {
    return absl::OutOfRangeError(
        absl::StrCat(value, " is not in ", std::numeric_limits<To>::min(), "..", std::numeric_limits<To>::max()));
  }
  return narrowed;
}

// OK if [offset, offset + size) lies inside [0, limit).
inline absl::Status CheckRange(uint64_t offset, uint64_t size, uint64_t limit) {
  if (offset > limit || size > limit - offset) {
    return absl::OutOfRangeError(
        absl::StrCat("the range at ", offset, " of ", size, " bytes ends beyond the limit ", limit));
  }
  return absl::OkStatus();
}

// ceil(a / b) and the next multiple of b, for values that are known to be small.
constexpr uint64_t CeilDiv(uint64_t a, uint64_t b) { return a / b + (a % b != 0); }
constexpr uint64_t AlignUp(uint64_t a, uint64_t b) { return CeilDiv(a, b) * b; }

}  // namespace bm

#endif  // BASE_CHECKED_MATH_H_
