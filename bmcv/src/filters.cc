// Operators that look at the surroundings of a pixel (bmcv_image_sobel, _gaussian_blur, _laplacian, _pyramid_down,
// _canny).
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/canny.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/filter.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// The widest row that the chip's local memory takes, margins included.
constexpr int kWidthLimit = 2048;

bool HasLuma(const bm_image& image) {
  return std::find(std::begin(kWithLuma), std::end(kWithLuma), image.image_format) != std::end(kWithLuma);
}

// A format with luma may become GRAY, which then is the result for its first plane.
absl::Status CheckAlikeOrLuma(const bm_image& input, const bm_image& output) {
  if (!HasLuma(input) || output.image_format != FORMAT_GRAY) {
    return CheckAlike(input, output, absl::StatusCode::kDataLoss);
  }
  RETURN_IF_ERROR(CheckPixelFormat(output, kGray, absl::StatusCode::kDataLoss));
  if (input.width == output.width && input.height == output.height) return absl::OkStatus();
  return absl::DataLossError(absl::StrFormat("the input has %d x %d pixels, the output %d x %d", input.width,
                                             input.height, output.width, output.height));
}

// filter(source, target) for every plane of the output.
template <typename Filter>
absl::Status FilterPlanes(bm_handle_t handle, const bm_image& input, const bm_image& output, Filter filter) {
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&input}, {&output}));
  const std::vector<Plane>& target = open.outputs[0].planes();
  for (size_t p = 0; p < target.size(); ++p) filter(open.inputs[0][p], target[p]);
  return absl::OkStatus();
}

struct SobelArguments {
  int dx, dy, size;
  float scale, delta;
};

absl::Status Sobel(bm_handle_t handle, const bm_image& input, const bm_image& output, const SobelArguments& sobel) {
  constexpr int kLargest = 9;
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_sobel, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckAlikeOrLuma(input, output));
  if (sobel.size < 1 || sobel.size > kLargest || sobel.size % 2 == 0 || input.width + sobel.size - 1 >= kWidthLimit) {
    return absl::InvalidArgumentError(
        absl::StrFormat("ksize is %d for a width of %d; odd, up to %d, and less than %d "
                        "with the width",
                        sobel.size, input.width, kLargest, kWidthLimit));
  }
  const int taps = std::max(sobel.size, 3);
  if (sobel.dx < 0 || sobel.dy < 0 || (sobel.dx == 0 && sobel.dy == 0) || sobel.dx >= taps || sobel.dy >= taps) {
    return absl::InvalidArgumentError(
        absl::StrFormat("dx is %d and dy %d; one is positive, both are below %d", sobel.dx, sobel.dy, taps));
  }
  const std::vector<float> horizontal = SobelKernel(sobel.dx, sobel.size), vertical = SobelKernel(sobel.dy, sobel.size);
  return FilterPlanes(handle, input, output, [&](const ConstPlane& source, const Plane& target) {
    FilterRoundingToEven(source, horizontal, vertical, sobel.scale, sobel.delta, target);
  });
}

struct BlurArguments {
  int width, height;
  float sigma_x, sigma_y;
};

absl::Status GaussianBlur(bm_handle_t handle, const bm_image& input, const bm_image& output,
                          const BlurArguments& blur) {
  constexpr int kLargest = 31;
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_gaussian_blur, absl::StatusCode::kUnimplemented));
  RETURN_IF_ERROR(CheckAlike(input, output, absl::StatusCode::kUnimplemented));
  for (const int size : {blur.width, blur.height}) {
    if (size < 1 || size > kLargest || size % 2 == 0) {
      return absl::UnimplementedError(
          absl::StrFormat("the kernel has %d x %d taps; odd, up to %d", blur.width, blur.height, kLargest));
    }
  }
  if (input.width + blur.width - 1 >= kWidthLimit) {
    return absl::UnimplementedError(absl::StrFormat("%d pixels in a row under %d taps; less than %d together",
                                                    input.width, blur.width, kWidthLimit));
  }
  const std::vector<float> horizontal = GaussianKernel(blur.width, blur.sigma_x);
  const std::vector<float> vertical = GaussianKernel(blur.height, blur.sigma_y > 0 ? blur.sigma_y : blur.sigma_x);
  return FilterPlanes(handle, input, output, [&](const ConstPlane& source, const Plane& target) {
    FilterRoundingUp(source, horizontal, vertical, target);
  });
}

absl::Status Laplacian(bm_handle_t handle, const bm_image& input, const bm_image& output, unsigned int size) {
  static constexpr int kSize1[] = {0, 1, 0, 1, -4, 1, 0, 1, 0}, kSize3[] = {2, 0, 2, 0, -8, 0, 2, 0, 2};
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_laplacian, absl::StatusCode::kInvalidArgument));
  RETURN_IF_ERROR(CheckAlike(input, output, absl::StatusCode::kInvalidArgument));
  if (size != 1 && size != 3) return absl::InvalidArgumentError(absl::StrFormat("ksize is %d; 1 or 3", size));
  if (!bm_image_is_attached(input) || !bm_image_is_attached(output)) {
    return absl::InvalidArgumentError("the input or the output has no memory; both have to");
  }
  return FilterPlanes(handle, input, output, [&](const ConstPlane& source, const Plane& target) {
    Filter3x3(source, size == 1 ? kSize1 : kSize3, target);
  });
}

absl::Status HalveImage(bm_handle_t handle, const bm_image& input, const bm_image& output) {
  for (const bm_image* image : {&input, &output}) {
    RETURN_IF_ERROR(CheckOperand(*image, takes::bmcv_image_pyramid_down, absl::StatusCode::kDataLoss));
  }
  if (std::abs(2 * output.width - input.width) > 2 || std::abs(2 * output.height - input.height) > 2) {
    return absl::DataLossError(absl::StrFormat("the output has %d x %d pixels; half of %d x %d, give or take one",
                                               output.width, output.height, input.width, input.height));
  }
  return FilterPlanes(handle, input, output, PyramidDown);
}

struct CannyArguments {
  float low, high;
  int aperture;
  GradientNorm norm;
};

absl::Status FindEdges(bm_handle_t handle, const bm_image& input, const bm_image& output, const CannyArguments& canny) {
  constexpr int kWidest = 2045;
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_canny, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckPixelFormat(output, kGray, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckAlikeOrLuma(input, output));
  if (canny.aperture != 3) {
    return absl::InvalidArgumentError(absl::StrFormat("aperture_size is %d; only 3", canny.aperture));
  }
  if (input.width > kWidest) {
    return absl::InvalidArgumentError(absl::StrFormat("a width of %d; up to %d", input.width, kWidest));
  }
  return FilterPlanes(handle, input, output, [&](const ConstPlane& source, const Plane& target) {
    Canny(source, canny.low, canny.high, canny.norm, target);
  });
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_sobel(bm_handle_t handle, bm_image input, bm_image output, int dx, int dy, int ksize,
                             float scale, float delta) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::Sobel(handle, input, output, {dx, dy, ksize, scale, delta});
  });
}

bm_status_t bmcv_image_gaussian_blur(bm_handle_t handle, bm_image input, bm_image output, int kw, int kh, float sigmaX,
                                     float sigmaY) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::GaussianBlur(handle, input, output, {kw, kh, sigmaX, sigmaY});
  });
}

bm_status_t bmcv_image_laplacian(bm_handle_t handle, bm_image input, bm_image output, unsigned int ksize) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Laplacian(handle, input, output, ksize); });
}

bm_status_t bmcv_image_pyramid_down(bm_handle_t handle, bm_image input, bm_image output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::HalveImage(handle, input, output); });
}

bm_status_t bmcv_image_canny(bm_handle_t handle, bm_image input, bm_image output, float threshold1, float threshold2,
                             int aperture_size, bool l2gradient) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    const bm::cv::GradientNorm norm = l2gradient ? bm::cv::GradientNorm::kL2 : bm::cv::GradientNorm::kL1;
    return bm::cv::FindEdges(handle, input, output, {threshold1, threshold2, aperture_size, norm});
  });
}

}  // extern "C"
