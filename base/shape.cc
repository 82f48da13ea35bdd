#include "base/shape.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/checked_math.h"
#include "base/status_macros.h"

namespace bm {

Shape::Shape(std::initializer_list<int64_t> dims) {
  absl::StatusOr<Shape> shape = Create(absl::MakeConstSpan(dims.begin(), dims.size()));
  BM_CHECK(shape.ok(), shape.status().ToString());
  *this = *shape;
}

absl::StatusOr<Shape> Shape::Create(absl::Span<const int64_t> dims) {
  if (dims.size() > kMaxRank) {
    return absl::InvalidArgumentError(absl::StrCat("a shape of rank ", dims.size(), "; at most ", kMaxRank));
  }
  Shape shape;
  for (const int64_t extent : dims) {
    if (extent < 0 || extent > std::numeric_limits<int32_t>::max()) {
      return absl::InvalidArgumentError(absl::StrCat("dimension ", shape.rank_, " of [", absl::StrJoin(dims, ", "),
                                                     "] is not in 0..", std::numeric_limits<int32_t>::max()));
    }
    shape.dims_[shape.rank_++] = extent;
  }
  return shape;
}

absl::StatusOr<uint64_t> Shape::Count() const {
  uint64_t count = 1;
  for (const int64_t extent : dims()) {
    ASSIGN_OR_RETURN(count, CheckedMul(count, static_cast<uint64_t>(extent)));
  }
  return count;
}

int64_t Shape::count() const { return CountOf(0, rank_); }

int64_t Shape::CountOf(int begin, int end) const {
  int64_t count = 1;
  for (int axis = begin; axis < end; ++axis) count *= dims_[axis];
  return count;
}

std::string Shape::ToString() const { return absl::StrCat("[", absl::StrJoin(dims(), ", "), "]"); }

}  // namespace bm
