// bmcv_image_yuv2hsv.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/channels.h"
#include "bmcv/src/colour.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/vpp.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// Hue in steps of two degrees, saturation and value in 0..255, rounded.
std::array<uint8_t, 3> Hsv(const std::array<float, 3>& rgb) {
  const float red = rgb[0], green = rgb[1], blue = rgb[2];
  const float most = std::max({red, green, blue}), range = most - std::min({red, green, blue});
  float degrees = 0;
  if (range > 0) {
    if (most == red) {
      degrees = 60 * (green - blue) / range;
    } else if (most == green) {
      degrees = 120 + 60 * (blue - red) / range;
    } else {
      degrees = 240 + 60 * (red - green) / range;
    }
    if (degrees < 0) degrees += 360;
  }
  const float saturation = most > 0 ? 255 * range / most : 0;
  const auto rounded = [](float value) { return static_cast<uint8_t>(value + 0.5f); };
  return {rounded(degrees / 2), rounded(saturation), rounded(most)};
}

absl::Status CheckImages(const bmcv_rect_t& rect, const bm_image& input, const bm_image& output) {
  constexpr absl::StatusCode kRefusal = absl::StatusCode::kUnimplemented;
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_yuv2hsv, kRefusal));
  RETURN_IF_ERROR(CheckPixelFormat(output, {FORMAT_HSV_PLANAR}, kRefusal));
  const int wider = output.width - rect.crop_w, higher = output.height - rect.crop_h;
  if (IsInside(rect, input) && wider >= 0 && higher >= 0 && wider % 2 == 0 && higher % 2 == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat(
      "%d x %d pixels at (%d, %d) of %d x %d to %d x %d; inside the input, and the output is as large or "
      "larger by an even number",
      rect.crop_w, rect.crop_h, rect.start_x, rect.start_y, input.width, input.height, output.width, output.height));
}

absl::Status YuvToHsv(bm_handle_t handle, const bmcv_rect_t& rect, const bm_image& input, const bm_image& output) {
  RETURN_IF_ERROR(CheckImages(rect, input, output));
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&input}, {&output}));
  const ConstPixels source = AsPixels(input.image_format, open.inputs[0], {});
  const std::vector<Plane>& planes = open.outputs[0].planes();
  const int left = (output.width - rect.crop_w) / 2, top = (output.height - rect.crop_h) / 2;
  for (const Plane& plane : planes) {
    for (int y = 0; y < plane.height; ++y) std::memset(plane.row(y), 0, plane.width);
  }
  for (int y = 0; y < rect.crop_h; ++y) {
    for (int x = 0; x < rect.crop_w; ++x) {
      const int u = rect.start_x + x, v = rect.start_y + y;
      const std::array<uint8_t, 3> hsv =
          Hsv(FirmwareRgb(source.channels[0].at(u, v), source.channels[1].at(u, v), source.channels[2].at(u, v)));
      for (int c = 0; c < 3; ++c) planes[c].row(top + y)[left + x] = hsv[c];
    }
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_yuv2hsv(bm_handle_t handle, bmcv_rect_t rect, bm_image input, bm_image output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::YuvToHsv(handle, rect, input, output); });
}

}  // extern "C"
