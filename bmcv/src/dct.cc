// Discrete cosine transforms of images (bmcv_dct_coeff, bmcv_image_dct_with_coeff, bmcv_image_dct):
// result = hcoeff * image * wcoeff.
//
// The coefficients are the orthonormal DCT-II: c(k, x) = s(k) * cos(pi * (2 x + 1) * k / (2 n)), s(0) = sqrt(1 / n),
// else sqrt(2 / n). Forward, hcoeff[k][y] = c(k, y) and wcoeff[x][k] = c(k, x); backward, both are transposed.
#include <cmath>
#include <cstdint>
#include <vector>

#include "Eigen/Core"
#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using View = Eigen::Map<const Matrix>;

Matrix Coefficients(int size) {
  Matrix matrix(size, size);
  for (int k = 0; k < size; ++k) {
    const double scale = std::sqrt((k == 0 ? 1.0 : 2.0) / size);
    for (int x = 0; x < size; ++x) {
      // The angle repeats after 4 n steps; reduced, large products keep their digits.
      const int64_t step = (2 * static_cast<int64_t>(x) + 1) * k % (4 * static_cast<int64_t>(size));
      matrix(k, x) = static_cast<float>(scale * std::cos(M_PI * static_cast<double>(step) / (2.0 * size)));
    }
  }
  return matrix;
}

Matrix HeightCoefficients(int height, bool is_inverse) {
  const Matrix matrix = Coefficients(height);
  return is_inverse ? Matrix(matrix.transpose()) : matrix;
}

Matrix WidthCoefficients(int width, bool is_inverse) { return HeightCoefficients(width, !is_inverse); }

absl::Status StoreCoefficients(bm_handle_t handle, int height, int width, const bm_device_mem_t& hcoeff,
                               const bm_device_mem_t& wcoeff, bool is_inverse) {
  if (height < 1 || width < 1) {
    return absl::InvalidArgumentError(absl::StrFormat("H x W is %d x %d; both are positive", height, width));
  }
  const uint64_t h = height, w = width;
  ASSIGN_OR_RETURN(const OutputTensor<float> rows, OutputTensor<float>::Open(handle, hcoeff, h * h, "hcoeff_output"));
  ASSIGN_OR_RETURN(const OutputTensor<float> columns,
                   OutputTensor<float>::Open(handle, wcoeff, w * w, "wcoeff_output"));
  Eigen::Map<Matrix>(rows.span().data(), height, height) = HeightCoefficients(height, is_inverse);
  Eigen::Map<Matrix>(columns.span().data(), width, width) = WidthCoefficients(width, is_inverse);
  return absl::OkStatus();
}

template <typename LeftCoefficients, typename RightCoefficients>
absl::Status Transform(bm_handle_t handle, const bm_image& input, const bm_image& output, const LeftCoefficients& left,
                       const RightCoefficients& right) {
  ASSIGN_OR_RETURN(const std::vector<ConstPlane> source, InputPlanes(handle, input, "input"));
  ASSIGN_OR_RETURN(const OutputPlanes target, OutputPlanes::Open(handle, output));
  const Plane& plane = target.planes()[0];
  for (const uint8_t* const address : {source[0].data, static_cast<const uint8_t*>(plane.data)}) {
    if (reinterpret_cast<uintptr_t>(address) % alignof(float) != 0) {
      return absl::DataLossError("an image is not aligned to 4 bytes");
    }
  }
  const Matrix result = left * View(reinterpret_cast<const float*>(source[0].data), input.height, input.width) * right;
  Eigen::Map<Matrix>(reinterpret_cast<float*>(plane.data), input.height, input.width) = result;
  return absl::OkStatus();
}

absl::Status CheckImages(const bm_image& input, const bm_image& output) {
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_dct, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckAlike(input, output, absl::StatusCode::kDataLoss));
  for (const bm_image* image : {&input, &output}) {
    int stride = 0;
    bm_image_get_stride(*image, &stride);
    if (stride != image->width * static_cast<int>(sizeof(float))) {
      return absl::DataLossError(
          absl::StrFormat("rows of %d values lie %d bytes apart; without gaps", image->width, stride));
    }
  }
  return absl::OkStatus();
}

absl::Status TransformWith(bm_handle_t handle, const bm_image& input, const bm_device_mem_t& hcoeff,
                           const bm_device_mem_t& wcoeff, const bm_image& output) {
  RETURN_IF_ERROR(CheckImages(input, output));
  const uint64_t h = input.height, w = input.width;
  ASSIGN_OR_RETURN(const absl::Span<const float> rows, InputTensor<float>(handle, hcoeff, h * h, "hcoeff"));
  ASSIGN_OR_RETURN(const absl::Span<const float> columns, InputTensor<float>(handle, wcoeff, w * w, "wcoeff"));
  return Transform(handle, input, output, View(rows.data(), input.height, input.height),
                   View(columns.data(), input.width, input.width));
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_dct_coeff(bm_handle_t handle, int H, int W, bm_device_mem_t hcoeff_output,
                           bm_device_mem_t wcoeff_output, bool is_inversed) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::StoreCoefficients(handle, H, W, hcoeff_output, wcoeff_output, is_inversed);
  });
}

bm_status_t bmcv_image_dct_with_coeff(bm_handle_t handle, bm_image input, bm_device_mem_t hcoeff,
                                      bm_device_mem_t wcoeff, bm_image output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::TransformWith(handle, input, hcoeff, wcoeff, output); });
}

bm_status_t bmcv_image_dct(bm_handle_t handle, bm_image input, bm_image output, bool is_inversed) {
  return bm::cv::AtEdge(__func__, handle, [&]() -> absl::Status {
    RETURN_IF_ERROR(bm::cv::CheckImages(input, output));
    return bm::cv::Transform(handle, input, output, bm::cv::HeightCoefficients(input.height, is_inversed),
                             bm::cv::WidthCoefficients(input.width, is_inversed));
  });
}

}  // extern "C"
