#include "bmdecoder/src/jpeg_transform.h"

#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace bm::decoder {
namespace {

// A way through the samples of a plane: where it begins, and the bytes from column to column and from row to row.
struct Walk {
  const uint8_t* origin;
  std::ptrdiff_t column_step;
  std::ptrdiff_t row_step;
  int columns;
  int rows;

  void MirrorColumns() {
    origin += (columns - 1) * column_step;
    column_step = -column_step;
  }
  void MirrorRows() {
    origin += (rows - 1) * row_step;
    row_step = -row_step;
  }
  // The last column becomes the first row.
  void TurnLeft() {
    std::swap(columns, rows);
    std::swap(column_step, row_step);
    MirrorRows();
  }
};

template <size_t bytes>
void Copy(const Walk& walk, const Plane& target) {
  for (int y = 0; y < walk.rows; ++y) {
    const uint8_t* from = walk.origin + y * walk.row_step;
    uint8_t* to = target.data + static_cast<size_t>(y) * target.stride;
    for (int x = 0; x < walk.columns; ++x) {
      std::memcpy(to + static_cast<size_t>(x) * bytes, from + x * walk.column_step, bytes);
    }
  }
}

}  // namespace

absl::StatusOr<JpegInfo> Transformed(const JpegInfo& picture, const JpegTransform& transform) {
  if (transform.quarter_turns % 2 == 0) return picture;
  if (picture.sampling == Sampling::k422) {
    return absl::UnimplementedError("a picture of 4:2:2 cannot be turned by 90 or 270 degrees: it would be 4:4:0");
  }
  return JpegInfo{picture.height, picture.width, picture.sampling};
}

absl::StatusOr<ConstPlanes> Part(const JpegInfo& picture, ChromaLayout layout, const ConstPlanes& planes, int x, int y,
                                 int width, int height) {
  const bool inside =
      x >= 0 && y >= 0 && width >= 1 && height >= 1 && width <= picture.width - x && height <= picture.height - y;
  const int unit_x = picture.sampling == Sampling::k420 || picture.sampling == Sampling::k422 ? 2 : 1;
  const int unit_y = picture.sampling == Sampling::k420 ? 2 : 1;
  if (!inside || x % unit_x != 0 || y % unit_y != 0) {
    return absl::InvalidArgumentError(absl::StrCat("a part of ", width, " x ", height, " at (", x, ", ", y,
                                                   ") of a picture of ", picture.width, " x ", picture.height,
                                                   ": must lie inside, at multiples of ", unit_x, " and ", unit_y));
  }
  ConstPlanes part = planes;
  for (int p = 0; p < PlaneCount(picture.sampling, layout); ++p) {
    const int column = p == 0 ? x : x / unit_x * (layout == ChromaLayout::kSeparate ? 1 : 2);
    const int row = p == 0 ? y : y / unit_y;
    ConstPlane& plane = part[static_cast<size_t>(p)];
    plane.data += static_cast<size_t>(row) * plane.stride + static_cast<size_t>(column);
    plane.rows -= static_cast<size_t>(row);
  }
  return part;
}

void CopyTransformed(const JpegInfo& picture, ChromaLayout layout, const ConstPlanes& source,
                     const JpegTransform& transform, const Planes& target) {
  for (int p = 0; p < PlaneCount(picture.sampling, layout); ++p) {
    const size_t bytes = p > 0 && layout != ChromaLayout::kSeparate ? 2 : 1;
    const ConstPlane& plane = source[static_cast<size_t>(p)];
    Walk walk = {plane.data, static_cast<std::ptrdiff_t>(bytes), static_cast<std::ptrdiff_t>(plane.stride),
                 p == 0 ? picture.width : ChromaWidth(picture.sampling, picture.width),
                 p == 0 ? picture.height : ChromaHeight(picture.sampling, picture.height)};
    for (int i = 0; i < transform.quarter_turns; ++i) walk.TurnLeft();
    if (transform.left_and_right_swapped) walk.MirrorColumns();
    if (transform.top_and_bottom_swapped) walk.MirrorRows();
    bytes == 1 ? Copy<1>(walk, target[static_cast<size_t>(p)]) : Copy<2>(walk, target[static_cast<size_t>(p)]);
  }
}

}  // namespace bm::decoder
