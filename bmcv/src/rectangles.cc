// Frames and filled rectangles (bmcv_image_draw_rectangle, _fill_rectangle).
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/layout.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/paint.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr int kLongestSide = 65535;

// Limited-range BT.601 in the vendor's three decimals, truncated.
Colour ColourOf(bm_image_format_ext format, uint8_t r, uint8_t g, uint8_t b) {
  if (!IsYuv(format)) return {r, g, b};
  return {static_cast<uint8_t>(0.257 * r + 0.504 * g + 0.098 * b + 16),
          static_cast<uint8_t>(-0.148 * r - 0.291 * g + 0.439 * b + 128),
          static_cast<uint8_t>(0.439 * r - 0.368 * g - 0.071 * b + 128)};
}

absl::StatusOr<OutputPlanes> OpenCanvas(bm_handle_t handle, const bm_image& image, const Operator& taking) {
  RETURN_IF_ERROR(CheckOperand(image, taking, absl::StatusCode::kDataLoss));
  if (image.width > kLongestSide || image.height > kLongestSide) {
    return absl::DataLossError(
        absl::StrFormat("an image of %d x %d; sides up to %d", image.width, image.height, kLongestSide));
  }
  // What is drawn upon has to be there.
  RETURN_IF_ERROR(InputPlanes(handle, image, "the image").status());
  return OutputPlanes::Open(handle, image);
}

absl::Status CheckRectangles(int count, const bmcv_rect_t* rects) {
  if (count < 0) return absl::InvalidArgumentError(absl::StrFormat("%d rectangles; 0 or more", count));
  if (count > 0 && rects == nullptr) return absl::InvalidArgumentError("rects is null");
  return absl::OkStatus();
}

// The part of chroma samples that a bar or rectangle of the image covers.
WideBox Subsampled(const WideBox& box, const Paint& paint) {
  const auto size = [](int64_t size, int shift) { return (size + shift) >> shift; };
  return {box.x >> paint.shift_x, box.y >> paint.shift_y, size(box.width, paint.shift_x),
          size(box.height, paint.shift_y)};
}

// The four sides of a frame, top, left, bottom, right, each `line_width` wide; none for a frame that is too small.
std::vector<WideBox> Bars(const bmcv_rect_t& rect, int line_width, int width, int height) {
  const int64_t before = (line_width - 1) / 2, after = line_width / 2;
  const int64_t x1 = std::max<int64_t>(before, rect.start_x), y1 = std::max<int64_t>(before, rect.start_y);
  const int64_t x2 = std::min<int64_t>(width - 1 - before, int64_t{rect.start_x} + rect.crop_w - 1);
  const int64_t y2 = std::min<int64_t>(height - 1 - before, int64_t{rect.start_y} + rect.crop_h - 1);
  if (x2 <= x1 || y2 <= y1) return {};
  const int64_t bar_width = x2 - x1 + 1 + 2 * before, bar_height = y2 - y1 + 1 + 2 * before;
  return {{x1 - before, y1 - before, bar_width, line_width},
          {x1 - before, y1 - before, line_width, bar_height},
          {x1 - before, y2 - after, bar_width, line_width},
          {x2 - after, y1 - before, line_width, bar_height}};
}

// Chroma samples that only half of an odd last row, or of YUV420P also of an odd last column, shares stay as they are.
Box ClippedBar(const WideBox& bar, const Paint& paint, const bm_image& image) {
  if (paint.shift_x == 0) return bar.Within(paint.plane.width, paint.plane.height);
  const int columns = image.image_format == FORMAT_YUV420P ? image.width / 2 : paint.plane.width;
  return Subsampled(bar, paint).Within(columns, image.height >> paint.shift_y);
}

absl::Status DrawRectangles(bm_handle_t handle, const bm_image& image, int count, const bmcv_rect_t* rects,
                            int line_width, uint8_t r, uint8_t g, uint8_t b) {
  RETURN_IF_ERROR(CheckRectangles(count, rects));
  if (count == 0) return absl::OkStatus();
  if (line_width < 0) return absl::InvalidArgumentError(absl::StrFormat("line_width is %d; 0 or more", line_width));
  ASSIGN_OR_RETURN(const OutputPlanes target, OpenCanvas(handle, image, takes::bmcv_image_draw_rectangle));
  const Colour colour = ColourOf(image.image_format, r, g, b);
  for (const Paint& paint : PaintsOf(image.image_format, image.data_type, target.planes(), colour)) {
    for (int i = 0; i < count; ++i) {
      for (const WideBox& bar : Bars(rects[i], line_width, image.width, image.height)) {
        FillBox(paint.plane, ClippedBar(bar, paint, image), paint.pixel);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status FillRectangles(bm_handle_t handle, const bm_image& image, int count, const bmcv_rect_t* rects, uint8_t r,
                            uint8_t g, uint8_t b) {
  RETURN_IF_ERROR(CheckRectangles(count, rects));
  if (count == 0) return absl::OkStatus();
  ASSIGN_OR_RETURN(const OutputPlanes target, OpenCanvas(handle, image, takes::bmcv_image_fill_rectangle));
  const Colour colour = ColourOf(image.image_format, r, g, b);
  for (const Paint& paint : PaintsOf(image.image_format, image.data_type, target.planes(), colour)) {
    for (int i = 0; i < count; ++i) {
      const WideBox rect = {rects[i].start_x, rects[i].start_y, rects[i].crop_w, rects[i].crop_h};
      const Box inside = rect.Within(image.width, image.height);
      const WideBox samples = Subsampled({inside.x, inside.y, inside.width, inside.height}, paint);
      FillBox(paint.plane, samples.Within(paint.plane.width, paint.plane.height), paint.pixel);
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_draw_rectangle(bm_handle_t handle, bm_image image, int rect_num, bmcv_rect_t* rects,
                                      int line_width, unsigned char r, unsigned char g, unsigned char b) {
  return bm::cv::AtEdge(__func__, handle,
                        [&] { return bm::cv::DrawRectangles(handle, image, rect_num, rects, line_width, r, g, b); });
}

bm_status_t bmcv_image_fill_rectangle(bm_handle_t handle, bm_image image, int rect_num, bmcv_rect_t* rects,
                                      unsigned char r, unsigned char g, unsigned char b) {
  return bm::cv::AtEdge(__func__, handle,
                        [&] { return bm::cv::FillRectangles(handle, image, rect_num, rects, r, g, b); });
}

}  // extern "C"
