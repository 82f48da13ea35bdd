// bmcv_image_draw_lines.
#include "bmcv/src/lines.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"

namespace bm::cv {
namespace {

constexpr absl::StatusCode kRefusal = absl::StatusCode::kInternal;

// Limited-range BT.601, times 2^20: coefficients of R, G, B and the offset of Y, U and V, rounded to nearest.
constexpr int kColour[3][4] = {
    {269484, 528482, 102760, 16}, {-155188, -305135, 460324, 128}, {460324, -385875, -74448, 128}};

Colour ColourOf(const bmcv_color_t& colour) {
  constexpr int kBits = 20;
  Colour yuv;
  for (size_t i = 0; i < yuv.size(); ++i) {
    const int* const row = kColour[i];
    const int sum = row[0] * colour.r + row[1] * colour.g + row[2] * colour.b + (row[3] << kBits) + (1 << (kBits - 1));
    yuv[i] = static_cast<uint8_t>(sum >> kBits);
  }
  return yuv;
}

// Moves `point` along the line to `other` until coordinate `axis` is at least 0 and at most `last`. False if the line
// has no such point.
bool ClipEnd(int64_t (&point)[2], const int64_t (&other)[2], int axis, int64_t last) {
  const int64_t bound = std::clamp<int64_t>(point[axis], 0, last);
  if (bound == point[axis]) return true;
  if (point[axis] < 0 ? other[axis] < 0 : other[axis] > last) return false;
  const double part =
      static_cast<double>(bound - point[axis]) / static_cast<double>(other[axis] - point[axis]);  // in 0..1
  point[1 - axis] += std::llrint(part * static_cast<double>(other[1 - axis] - point[1 - axis]));
  point[axis] = bound;
  return true;
}

}  // namespace

absl::StatusOr<Canvas> Canvas::Open(bm_handle_t handle, const bm_image& image, const Operator& taking,
                                    const bmcv_color_t& colour, int thickness) {
  RETURN_IF_ERROR(CheckOperand(image, taking, kRefusal));
  if (thickness <= 0) return absl::Status(kRefusal, absl::StrFormat("thickness is %d; at least 1", thickness));
  const absl::Status has_memory = InputPlanes(handle, image, "the image").status();
  if (!has_memory.ok()) return absl::Status(kRefusal, has_memory.message());
  ASSIGN_OR_RETURN(OutputPlanes target, OutputPlanes::Open(handle, image));
  std::vector<Paint> paints = PaintsOf(image.image_format, image.data_type, target.planes(), ColourOf(colour));
  return Canvas(std::move(target), std::move(paints), image.width, image.height, thickness);
}

void Canvas::DrawRun(int x, int y, bool is_steep) const {
  const int64_t before = thickness_ / 2, length = std::max(thickness_, 2);
  const int64_t start_x = is_steep ? x - before : x, start_y = is_steep ? y : y - before;
  for (const Paint& paint : paints_) {
    const WideBox run = is_steep
                            ? WideBox{start_x >> paint.shift_x, start_y >> paint.shift_y, length >> paint.shift_x, 1}
                            : WideBox{start_x >> paint.shift_x, start_y >> paint.shift_y, 1, length >> paint.shift_y};
    FillBox(paint.plane, run.Within(paint.plane.width, paint.plane.height), paint.pixel);
  }
}

void Canvas::DrawLine(const bmcv_point_t& from, const bmcv_point_t& to) const {
  int64_t a[2] = {from.x, from.y}, b[2] = {to.x, to.y};
  const int64_t last[2] = {width_ - 1, height_ - 1};
  for (const int axis : {0, 1}) {
    if (!ClipEnd(a, b, axis, last[axis]) || !ClipEnd(b, a, axis, last[axis])) return;
  }
  // A rounded crossing may lie a pixel beside the image.
  for (const int axis : {0, 1}) {
    a[axis] = std::clamp<int64_t>(a[axis], 0, last[axis]);
    b[axis] = std::clamp<int64_t>(b[axis], 0, last[axis]);
  }
  if (a[1] > b[1]) std::swap(a, b);
  const int width = static_cast<int>(std::abs(b[0] - a[0])), height = static_cast<int>(b[1] - a[1]);
  const bool is_steep = height > width;
  const int longer = std::max(width, height), shorter = std::min(width, height);
  const int step_x = b[0] < a[0] ? -1 : 1;
  int x = static_cast<int>(a[0]), y = static_cast<int>(a[1]), error = 2 * shorter - longer;
  for (int step = 0; step <= longer; ++step) {
    DrawRun(x, y, is_steep);
    const bool is_diagonal = error > 0;
    if (is_diagonal) error -= 2 * longer;
    error += 2 * shorter;
    if (is_steep || is_diagonal) ++y;
    if (!is_steep || is_diagonal) x += step_x;
  }
}

}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_draw_lines(bm_handle_t handle, bm_image image, const bmcv_point_t* start,
                                  const bmcv_point_t* end, int line_num, bmcv_color_t color, int thickness) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&]() -> absl::Status {
    if (line_num < 0 || (line_num > 0 && (start == nullptr || end == nullptr))) {
      return absl::InternalError(absl::StrFormat("%d lines, or no points; 0 or more", line_num));
    }
    ASSIGN_OR_RETURN(const bm::cv::Canvas canvas,
                     bm::cv::Canvas::Open(handle, image, bm::cv::takes::bmcv_image_draw_lines, color, thickness));
    for (int i = 0; i < line_num; ++i) canvas.DrawLine(start[i], end[i]);
    return absl::OkStatus();
  });
}

}  // extern "C"
