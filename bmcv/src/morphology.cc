// Erosion, dilation and their structuring elements (bmcv_image_erode, bmcv_image_dilate, bmcv_get_structuring_element).
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// Larger elements are mistakes: a side of an image has at most 8192 pixels.
constexpr int kLargestSide = 8192;

absl::Status CheckSides(int width, int height) {
  if (width > 0 && height > 0 && width <= kLargestSide && height <= kLargestSide) return absl::OkStatus();
  return absl::DataLossError(absl::StrFormat("an element of %d x %d; 1 to %d each", width, height, kLargestSide));
}

// ---- structuring elements: height rows of width bytes, the anchor at (width / 2, height / 2) ----

// How far row `y` of an ellipse reaches to both sides of its centre: OpenCV's width, rounded up.
int HalfWidthOfEllipse(int y, int width, int height) {
  const int radius = height / 2;
  if (radius == 0) return 0;
  const double square = static_cast<double>(radius) * radius, dy = y - radius;
  return static_cast<int>(std::ceil(width / 2 * std::sqrt((square - dy * dy) / square)));
}

absl::StatusOr<std::vector<uint8_t>> ElementMask(bmcv_morph_shape_t shape, int width, int height) {
  RETURN_IF_ERROR(CheckSides(width, height));
  std::vector<uint8_t> mask(static_cast<size_t>(width) * height);
  for (int y = 0; y < height; ++y) {
    int half = 0;
    switch (shape) {
      case BM_MORPH_RECT:
        half = width;
        break;
      case BM_MORPH_CROSS:
        half = y == height / 2 ? width : 0;
        break;
      case BM_MORPH_ELLIPSE:
        half = HalfWidthOfEllipse(y, width, height);
        break;
      default:
        return absl::InvalidArgumentError(absl::StrFormat("shape is %d; 0 to 2", static_cast<int>(shape)));
    }
    uint8_t* const row = &mask[static_cast<size_t>(y) * width];
    std::fill(row + std::max(width / 2 - half, 0), row + std::min(width / 2 + half + 1, width), 1);
  }
  return mask;
}

absl::StatusOr<bm_device_mem_t> StructuringElement(bm_handle_t handle, bmcv_morph_shape_t shape, int width,
                                                   int height) {
  ASSIGN_OR_RETURN(std::vector<uint8_t> mask, ElementMask(shape, width, height));
  bm_device_mem_t memory;
  if (bm_malloc_device_byte(handle, &memory, static_cast<unsigned>(mask.size())) != BM_SUCCESS) {
    return absl::ResourceExhaustedError(absl::StrFormat("no %d bytes of device memory", mask.size()));
  }
  if (bm_memcpy_s2d(handle, memory, mask.data()) != BM_SUCCESS) {
    bm_free_device(handle, memory);
    return absl::InternalError("the element does not reach the device");
  }
  return memory;
}

// ---- erosion and dilation ----

struct Element {
  int width, height;
  absl::Span<const uint8_t> mask;  // not 0 where a pixel counts
};

// target[x] = choose(target[x], source[x + shift]) where the source has such a pixel.
template <typename Choose>
void Merge(const uint8_t* source, int shift, int width, int channels, uint8_t* target, Choose choose) {
  const ptrdiff_t first = static_cast<ptrdiff_t>(std::max(0, -shift)) * channels;
  const ptrdiff_t end = static_cast<ptrdiff_t>(std::min(width, width - shift)) * channels;
  const ptrdiff_t offset = static_cast<ptrdiff_t>(shift) * channels;
  for (ptrdiff_t i = first; i < end; ++i) target[i] = choose(target[i], source[i + offset]);
}

template <typename Choose>
void Transform(const ConstPlane& source, const Element& element, uint8_t outside, const Plane& target, Choose choose) {
  for (int y = 0; y < source.height; ++y) {
    std::memset(target.row(y), outside, static_cast<size_t>(source.width) * source.channels);
    for (int ky = 0; ky < element.height; ++ky) {
      const int from = y + ky - element.height / 2;
      if (from < 0 || from >= source.height) continue;
      for (int kx = 0; kx < element.width; ++kx) {
        if (element.mask[static_cast<size_t>(ky) * element.width + kx] == 0) continue;
        Merge(source.row(from), kx - element.width / 2, source.width, source.channels, target.row(y), choose);
      }
    }
  }
}

template <typename Choose>
absl::Status Morph(bm_handle_t handle, const bm_image& input, const bm_image& output, int width, int height,
                   const bm_device_mem_t& kernel, uint8_t outside, Choose choose) {
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_erode, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckAlike(input, output, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckSides(width, height));
  ASSIGN_OR_RETURN(const absl::Span<const uint8_t> mask,
                   InputTensor<uint8_t>(handle, kernel, static_cast<uint64_t>(width) * height, "kmem"));
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&input}, {&output}));
  const std::vector<Plane>& target = open.outputs[0].planes();
  for (size_t p = 0; p < target.size(); ++p) {
    Transform(open.inputs[0][p], {width, height, mask}, outside, target[p], choose);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_device_mem_t bmcv_get_structuring_element(bm_handle_t handle, bmcv_morph_shape_t shape, int kw, int kh) {
  bm_device_mem_t element = bm_mem_null();
  bm::cv::AtEdge(__func__, handle, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(element, bm::cv::StructuringElement(handle, shape, kw, kh));
    return absl::OkStatus();
  });
  return element;
}

// Outside pixels never are the least.
bm_status_t bmcv_image_erode(bm_handle_t handle, bm_image src, bm_image dst, int kw, int kh, bm_device_mem_t kmem) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::Morph(handle, src, dst, kw, kh, kmem, 255, [](uint8_t a, uint8_t b) { return std::min(a, b); });
  });
}

bm_status_t bmcv_image_dilate(bm_handle_t handle, bm_image src, bm_image dst, int kw, int kh, bm_device_mem_t kmem) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::Morph(handle, src, dst, kw, kh, kmem, 0, [](uint8_t a, uint8_t b) { return std::max(a, b); });
  });
}

}  // extern "C"
