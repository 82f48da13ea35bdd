// bmcv_image_put_text.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/lines.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/stroke_font.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr float kLargestScale = 4096;
constexpr int kFractionBits = 16;  // places are fixed-point numbers of pixels

int ToPixel(int64_t fixed) {
  const int64_t pixel = (fixed + (int64_t{1} << (kFractionBits - 1))) >> kFractionBits;
  return static_cast<int>(std::clamp<int64_t>(pixel, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

void DrawGlyph(const Glyph& glyph, int64_t pen_x, int64_t base_line, int64_t scale, const Canvas& canvas) {
  for (const std::vector<bmcv_point_t>& stroke : glyph.strokes) {
    std::vector<bmcv_point_t> pixels;
    for (const bmcv_point_t& vertex : stroke) {
      pixels.push_back({ToPixel(pen_x + (vertex.x - glyph.left) * scale),
                        ToPixel(base_line + (vertex.y - kRomanSimplexBaseLine) * scale)});
    }
    for (size_t i = 0; i + 1 < pixels.size(); ++i) canvas.DrawLine(pixels[i], pixels[i + 1]);
  }
}

absl::Status PutText(bm_handle_t handle, const bm_image& image, const char* text, const bmcv_point_t& origin,
                     const bmcv_color_t& colour, float font_scale, int thickness) {
  if (text == nullptr) return absl::InternalError("text is null");
  if (!(font_scale > 0 && font_scale <= kLargestScale)) {
    return absl::InternalError(absl::StrFormat("fontScale is %g; above 0, up to %g", font_scale, kLargestScale));
  }
  ASSIGN_OR_RETURN(const std::vector<Glyph>* const font, RomanSimplex());
  ASSIGN_OR_RETURN(const Canvas canvas, Canvas::Open(handle, image, takes::bmcv_image_put_text, colour, thickness));
  const int64_t one = int64_t{1} << kFractionBits;
  const int64_t scale = std::llround(static_cast<double>(font_scale) * static_cast<double>(one));
  int64_t pen_x = origin.x * one;
  for (const char* next = text; *next != '\0' && pen_x < image.width * one; ++next) {
    const bool is_printable = *next >= ' ' && *next <= '~';
    const Glyph& glyph = (*font)[(is_printable ? *next : '?') - ' '];
    DrawGlyph(glyph, pen_x, origin.y * one, scale, canvas);
    pen_x += (glyph.right - glyph.left) * scale;
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_put_text(bm_handle_t handle, bm_image image, const char* text, bmcv_point_t org,
                                bmcv_color_t color, float fontScale, int thickness) {
  return bm::cv::AtEdgeOrFail(__func__, handle,
                              [&] { return bm::cv::PutText(handle, image, text, org, color, fontScale, thickness); });
}

}  // extern "C"
