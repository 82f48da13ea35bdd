// The shape of a tensor: up to eight non-negative dimensions, outermost first.
//
//   Shape shape{1, 3, 224, 224};
//   ASSIGN_OR_RETURN(const uint64_t elements, shape.Count());
//
// A value type. A shape without dimensions is a scalar and counts one element.
#ifndef BASE_SHAPE_H_
#define BASE_SHAPE_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace bm {

class Shape {
 public:
  static constexpr int kMaxRank = 8;

  Shape() = default;
  // `dims` has at most kMaxRank entries, each in 0..INT32_MAX (an invariant of ours, checked).
  Shape(std::initializer_list<int64_t> dims);

  // INVALID_ARGUMENT with the offending value where the constructor's limits do not hold.
  static absl::StatusOr<Shape> Create(absl::Span<const int64_t> dims);

  int rank() const { return rank_; }
  // `axis` in 0..rank()-1.
  int64_t operator[](int axis) const { return dims_[axis]; }
  // Replaces one dimension; `axis` in 0..rank()-1, `extent` in 0..INT32_MAX.
  void set(int axis, int64_t extent) { dims_[axis] = extent; }
  absl::Span<const int64_t> dims() const { return absl::MakeConstSpan(dims_.data(), rank_); }

  // The number of elements, or OUT_OF_RANGE beyond 64 bits.
  absl::StatusOr<uint64_t> Count() const;
  // The same for a shape whose count is known to fit.
  int64_t count() const;
  // The product of dims [begin, end).
  int64_t CountOf(int begin, int end) const;

  // "[1, 3, 224, 224]"; "[]" for a scalar.
  std::string ToString() const;

  friend bool operator==(const Shape& a, const Shape& b) { return a.dims() == b.dims(); }
  friend bool operator!=(const Shape& a, const Shape& b) { return !(a == b); }
  friend std::ostream& operator<<(std::ostream& out, const Shape& shape) { return out << shape.ToString(); }

 private:
  int rank_ = 0;
  std::array<int64_t, kMaxRank> dims_ = {};
};

// "[1,3,224,224]", "[[1,3],[4]]", "[3,100],[5,10]", "(1,3,24,94)", blanks anywhere: one shape per innermost list, none
// for an empty text. INVALID_ARGUMENT with the position of what does not belong there, or for an extent of 0.
absl::StatusOr<std::vector<Shape>> ParseShapes(absl::string_view text);

}  // namespace bm

#endif  // BASE_SHAPE_H_
