// Discrete Fourier transforms (bmcv_fft_*): y[k] = sum over j of x[j] * exp(-+2 pi i j k / n), minus for the forward
// direction; neither direction divides by n. Real and imaginary parts lie in arrays of their own.
//
// A plan is read only: threads may share it.
#include "unsupported/Eigen/FFT"

#include <complex>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// `batch` transforms of rows x columns values each, over both axes; rows or batch is 1.
struct FftPlan {
  int batch, rows, columns;
  bool is_forward;
};

absl::Status CheckLength(int length, const char* name) {
  int rest = length;
  for (const int factor : {2, 3, 5}) {
    while (rest > 0 && rest % factor == 0) rest /= factor;
  }
  if (rest == 1) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("%s is %d; a product of 2, 3, 4 and 5", name, length));
}

absl::Status CreatePlan(const FftPlan& plan, void** created) {
  if (plan.batch < 1) return absl::InvalidArgumentError(absl::StrFormat("batch is %d; at least 1", plan.batch));
  RETURN_IF_ERROR(CheckLength(plan.rows, "the number of rows"));
  RETURN_IF_ERROR(CheckLength(plan.columns, "the length"));
  RETURN_IF_ERROR(CheckedMul(static_cast<uint64_t>(plan.rows) * plan.columns, plan.batch).status());
  *created = new FftPlan(plan);
  return absl::OkStatus();
}

using Complex = std::complex<double>;  // single precision would leave the small values of a large transform no digits

void TransformLine(Eigen::FFT<double>* fft, bool is_forward, const std::vector<Complex>& source,
                   std::vector<Complex>* target) {
  const int length = static_cast<int>(source.size());
  if (length == 1) {
    *target = source;
  } else if (is_forward) {
    fft->fwd(target->data(), source.data(), length);
  } else {
    fft->inv(target->data(), source.data(), length);
  }
}

// Transforms `count` lines of `length` values `step` apart; line i starts at StartOf(i).
template <typename StartOf>
void TransformLines(bool is_forward, Complex* values, size_t count, size_t length, size_t step, StartOf start_of) {
  if (length == 1) return;
  Eigen::FFT<double> fft;
  fft.SetFlag(Eigen::FFT<double>::Unscaled);
  std::vector<Complex> line(length), spectrum(length);
  for (size_t i = 0; i < count; ++i) {
    Complex* const first = values + start_of(i);
    for (size_t j = 0; j < length; ++j) line[j] = first[j * step];
    TransformLine(&fft, is_forward, line, &spectrum);
    for (size_t j = 0; j < length; ++j) first[j * step] = spectrum[j];
  }
}

absl::Status Execute(bm_handle_t handle, const bm_device_mem_t& in_real, std::optional<bm_device_mem_t> in_imaginary,
                     const bm_device_mem_t& out_real, const bm_device_mem_t& out_imaginary, const void* opaque_plan) {
  if (opaque_plan == nullptr) return absl::InvalidArgumentError("plan is null");
  const FftPlan& plan = *static_cast<const FftPlan*>(opaque_plan);
  const size_t rows = plan.rows, columns = plan.columns, lines = plan.batch * rows, count = lines * columns;
  ASSIGN_OR_RETURN(const absl::Span<const float> real, InputTensor<float>(handle, in_real, count, "inputReal"));
  std::vector<Complex> values(real.begin(), real.end());
  if (in_imaginary.has_value()) {
    ASSIGN_OR_RETURN(const absl::Span<const float> imaginary,
                     InputTensor<float>(handle, *in_imaginary, count, "inputImag"));
    for (size_t i = 0; i < count; ++i) values[i].imag(imaginary[i]);
  }
  ASSIGN_OR_RETURN(const OutputTensor<float> result_real,
                   OutputTensor<float>::Open(handle, out_real, count, "outputReal"));
  ASSIGN_OR_RETURN(const OutputTensor<float> result_imaginary,
                   OutputTensor<float>::Open(handle, out_imaginary, count, "outputImag"));
  TransformLines(plan.is_forward, values.data(), lines, columns, 1, [&](size_t i) { return i * columns; });
  // A plan has more than one row or more than one batch, not both.
  TransformLines(plan.is_forward, values.data(), columns, rows, columns, [](size_t i) { return i; });
  for (size_t i = 0; i < count; ++i) {
    result_real.span()[i] = static_cast<float>(values[i].real());
    result_imaginary.span()[i] = static_cast<float>(values[i].imag());
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_fft_1d_create_plan(bm_handle_t handle, int batch, int len, bool forward, void*& plan) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::CreatePlan({batch, 1, len, forward}, &plan); });
}

bm_status_t bmcv_fft_2d_create_plan(bm_handle_t handle, int M, int N, bool forward, void*& plan) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::CreatePlan({1, M, N, forward}, &plan); });
}

bm_status_t bmcv_fft_execute(bm_handle_t handle, bm_device_mem_t inputReal, bm_device_mem_t inputImag,
                             bm_device_mem_t outputReal, bm_device_mem_t outputImag, const void* plan) {
  return bm::cv::AtEdge(__func__, handle,
                        [&] { return bm::cv::Execute(handle, inputReal, inputImag, outputReal, outputImag, plan); });
}

bm_status_t bmcv_fft_execute_real_input(bm_handle_t handle, bm_device_mem_t inputReal, bm_device_mem_t outputReal,
                                        bm_device_mem_t outputImag, const void* plan) {
  return bm::cv::AtEdge(__func__, handle,
                        [&] { return bm::cv::Execute(handle, inputReal, std::nullopt, outputReal, outputImag, plan); });
}

void bmcv_fft_destroy_plan(bm_handle_t /*handle*/, void* plan) { delete static_cast<bm::cv::FftPlan*>(plan); }

}  // extern "C"
