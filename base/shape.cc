#include "base/shape.h"

#include <algorithm>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/check.h"
#include "base/checked_math.h"
#include "base/status_macros.h"

namespace bm {
namespace {

absl::Status Misplaced(absl::string_view text, size_t position) {
  return absl::InvalidArgumentError(absl::StrCat("shapes \"", text, "\": unexpected ",
                                                 position < text.size() ? std::string(1, text[position]) : "end",
                                                 " at position ", position, "; shapes look like [1,3,224,224],[1,10]"));
}

bool IsOpening(char c) { return c == '[' || c == '('; }
bool IsClosing(char c) { return c == ']' || c == ')'; }

}  // namespace

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

absl::StatusOr<std::vector<Shape>> ParseShapes(absl::string_view text) {
  std::vector<Shape> shapes;
  std::vector<int64_t> dims;
  int depth = 0;
  bool in_number = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      if (depth == 0) return Misplaced(text, i);
      if (!in_number) dims.push_back(0);
      in_number = true;
      dims.back() = dims.back() * 10 + (c - '0');
      if (dims.back() > std::numeric_limits<int32_t>::max()) return Misplaced(text, i);
      continue;
    }
    in_number = false;
    if (IsOpening(c)) {
      if (!dims.empty()) return Misplaced(text, i);
      ++depth;
    } else if (IsClosing(c)) {
      if (depth-- == 0) return Misplaced(text, i);
      if (dims.empty()) continue;
      if (std::count(dims.begin(), dims.end(), 0) > 0) {
        return absl::InvalidArgumentError(absl::StrCat("shapes \"", text, "\": an extent of 0"));
      }
      ASSIGN_OR_RETURN(shapes.emplace_back(), Shape::Create(dims));
      dims.clear();
    } else if (c != ',' && !absl::ascii_isspace(static_cast<unsigned char>(c))) {
      return Misplaced(text, i);
    }
  }
  if (depth != 0) return Misplaced(text, text.size());
  return shapes;
}

}  // namespace bm
