// Products of matrices and what is close to them (bmcv_gemm, bmcv_matmul, bmcv_matmul_transpose_opt, bmcv_image_axpy,
// bmcv_cmulp). All matrices are row major.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "Eigen/Core"
#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

template <typename T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename T>
using View = Eigen::Map<const Matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;

absl::Status CheckExtents(int m, int n, int k) {
  if (m > 0 && n > 0 && k > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("M x N x K is %d x %d x %d; all are positive", m, n, k));
}

// ---- bmcv_gemm ----

// A matrix as it lies in memory: rows of `leading` elements, of which `columns` count.
struct Stored {
  int rows, columns, leading;

  uint64_t elements() const { return static_cast<uint64_t>(rows - 1) * leading + columns; }
};

absl::StatusOr<Stored> StoredAs(int rows, int columns, bool is_transposed, int leading, const char* name) {
  if (is_transposed) std::swap(rows, columns);
  if (leading < columns) {
    return absl::InvalidArgumentError(absl::StrFormat("%s is %d; its rows have %d elements", name, leading, columns));
  }
  return Stored{rows, columns, leading};
}

absl::StatusOr<Matrix<float>> ReadOperand(bm_handle_t handle, const bm_device_mem_t& mem, const Stored& stored,
                                          bool is_transposed, const char* name) {
  ASSIGN_OR_RETURN(const absl::Span<const float> values, InputTensor<float>(handle, mem, stored.elements(), name));
  const View<float> view(values.data(), stored.rows, stored.columns, Eigen::OuterStride<>(stored.leading));
  if (is_transposed) return Matrix<float>(view.transpose());
  return Matrix<float>(view);
}

struct GemmArguments {
  bool is_a_transposed, is_b_transposed;
  int m, n, k;
  float alpha;
  bm_device_mem_t a;
  int lda;
  bm_device_mem_t b;
  int ldb;
  float beta;
  bm_device_mem_t c;
  int ldc;
};

// C = alpha * op(A) * op(B) + beta * C; C is not read where beta is 0.
absl::Status Gemm(bm_handle_t handle, const GemmArguments& gemm) {
  RETURN_IF_ERROR(CheckExtents(gemm.m, gemm.n, gemm.k));
  ASSIGN_OR_RETURN(const Stored stored_a, StoredAs(gemm.m, gemm.k, gemm.is_a_transposed, gemm.lda, "lda"));
  ASSIGN_OR_RETURN(const Stored stored_b, StoredAs(gemm.k, gemm.n, gemm.is_b_transposed, gemm.ldb, "ldb"));
  ASSIGN_OR_RETURN(const Stored stored_c, StoredAs(gemm.m, gemm.n, false, gemm.ldc, "ldc"));
  ASSIGN_OR_RETURN(const Matrix<float> a, ReadOperand(handle, gemm.a, stored_a, gemm.is_a_transposed, "A"));
  ASSIGN_OR_RETURN(const Matrix<float> b, ReadOperand(handle, gemm.b, stored_b, gemm.is_b_transposed, "B"));
  ASSIGN_OR_RETURN(const OutputTensor<float> target,
                   OutputTensor<float>::Open(handle, gemm.c, stored_c.elements(), "C"));
  Eigen::Map<Matrix<float>, Eigen::Unaligned, Eigen::OuterStride<>> c(target.span().data(), gemm.m, gemm.n,
                                                                      Eigen::OuterStride<>(gemm.ldc));
  if (gemm.beta == 0) {
    c.noalias() = gemm.alpha * (a * b);
  } else {
    c *= gemm.beta;
    c.noalias() += gemm.alpha * (a * b);
  }
  return absl::OkStatus();
}

// ---- bmcv_matmul ----

enum class MatmulResult { k8Bit = 0, k16Bit = 1, kSingle = 2 };

struct MatmulArguments {
  int m, n, k;
  bm_device_mem_t a, b, c;
  bool is_a_signed, is_b_signed;
  int right_shift;
  MatmulResult result;
  bool is_b_transposed;
  float alpha, beta;
};

// Double precision holds every sum of 8-bit products below 2^37 terms, so the product is exact.
absl::StatusOr<Matrix<double>> ReadBytes(bm_handle_t handle, const bm_device_mem_t& mem, int rows, int columns,
                                         bool is_signed, const char* name) {
  const uint64_t count = static_cast<uint64_t>(rows) * columns;
  const Eigen::OuterStride<> stride(columns);
  if (is_signed) {
    ASSIGN_OR_RETURN(const absl::Span<const int8_t> values, InputTensor<int8_t>(handle, mem, count, name));
    return Matrix<double>(View<int8_t>(values.data(), rows, columns, stride).cast<double>());
  }
  ASSIGN_OR_RETURN(const absl::Span<const uint8_t> values, InputTensor<uint8_t>(handle, mem, count, name));
  return Matrix<double>(View<uint8_t>(values.data(), rows, columns, stride).cast<double>());
}

// Rounds half up while shifting, then saturates.
template <typename T>
absl::Status StoreShifted(bm_handle_t handle, const MatmulArguments& matmul, const Matrix<double>& product) {
  ASSIGN_OR_RETURN(const OutputTensor<T> target, OutputTensor<T>::Open(handle, matmul.c, product.size(), "C"));
  const double scale = std::ldexp(1.0, -matmul.right_shift);
  std::transform(product.data(), product.data() + product.size(), target.span().begin(), [&](double sum) {
    const double lowest = std::numeric_limits<T>::min(), highest = std::numeric_limits<T>::max();
    return static_cast<T>(std::clamp(std::floor(sum * scale + 0.5), lowest, highest));
  });
  return absl::OkStatus();
}

absl::Status StoreScaled(bm_handle_t handle, const MatmulArguments& matmul, const Matrix<double>& product) {
  ASSIGN_OR_RETURN(const OutputTensor<float> target, OutputTensor<float>::Open(handle, matmul.c, product.size(), "C"));
  std::transform(product.data(), product.data() + product.size(), target.span().begin(), [&](double sum) {
    return static_cast<float>(static_cast<double>(matmul.alpha) * sum + static_cast<double>(matmul.beta));
  });
  return absl::OkStatus();
}

absl::Status Matmul(bm_handle_t handle, const MatmulArguments& matmul) {
  RETURN_IF_ERROR(CheckExtents(matmul.m, matmul.n, matmul.k));
  if (matmul.result < MatmulResult::k8Bit || matmul.result > MatmulResult::kSingle) {
    return absl::InvalidArgumentError(absl::StrFormat("result_type is %d; 0 is 8 bit, 1 16 bit, 2 single precision",
                                                      static_cast<int>(matmul.result)));
  }
  if (matmul.right_shift < 0 || matmul.right_shift > 31) {
    return absl::InvalidArgumentError(absl::StrFormat("rshift_bit is %d; 0 to 31", matmul.right_shift));
  }
  ASSIGN_OR_RETURN(const Matrix<double> a, ReadBytes(handle, matmul.a, matmul.m, matmul.k, matmul.is_a_signed, "A"));
  const int b_rows = matmul.is_b_transposed ? matmul.n : matmul.k;
  const int b_columns = matmul.is_b_transposed ? matmul.k : matmul.n;
  ASSIGN_OR_RETURN(const Matrix<double> b, ReadBytes(handle, matmul.b, b_rows, b_columns, matmul.is_b_signed, "B"));
  const Matrix<double> product = matmul.is_b_transposed ? Matrix<double>(a * b.transpose()) : Matrix<double>(a * b);
  if (matmul.result == MatmulResult::kSingle) return StoreScaled(handle, matmul, product);
  const bool is_signed = matmul.is_a_signed || matmul.is_b_signed;
  if (matmul.result == MatmulResult::k8Bit) {
    return is_signed ? StoreShifted<int8_t>(handle, matmul, product) : StoreShifted<uint8_t>(handle, matmul, product);
  }
  return is_signed ? StoreShifted<int16_t>(handle, matmul, product) : StoreShifted<uint16_t>(handle, matmul, product);
}

// ---- element by element ----

// F = A * X + Y with one factor of A a channel.
absl::Status Axpy(bm_handle_t handle, const bm_device_mem_t& a, const bm_device_mem_t& x, const bm_device_mem_t& y,
                  const bm_device_mem_t& f, int n, int c, int h, int w) {
  if (n < 1 || c < 1 || h < 1 || w < 1) {
    return absl::InvalidArgumentError(absl::StrFormat("the shape is %d x %d x %d x %d; all are positive", n, c, h, w));
  }
  const Eigen::Index channels = static_cast<Eigen::Index>(n) * c, area = static_cast<Eigen::Index>(h) * w;
  ASSIGN_OR_RETURN(const uint64_t count, CheckedMul(channels, area));
  ASSIGN_OR_RETURN(const absl::Span<const float> factors, InputTensor<float>(handle, a, channels, "tensor_A"));
  ASSIGN_OR_RETURN(const absl::Span<const float> values, InputTensor<float>(handle, x, count, "tensor_X"));
  ASSIGN_OR_RETURN(const absl::Span<const float> addends, InputTensor<float>(handle, y, count, "tensor_Y"));
  ASSIGN_OR_RETURN(const OutputTensor<float> target, OutputTensor<float>::Open(handle, f, count, "tensor_F"));
  using Rows = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<Rows>(target.span().data(), channels, area) =
      Eigen::Map<const Rows>(values.data(), channels, area).colwise() *
          Eigen::Map<const Eigen::ArrayXf>(factors.data(), channels) +
      Eigen::Map<const Rows>(addends.data(), channels, area);
  return absl::OkStatus();
}

struct ComplexMemory {
  bm_device_mem_t real, imaginary;
};

// Every row of `len` complex values times one row of points.
absl::Status MultiplyComplex(bm_handle_t handle, const ComplexMemory& input, const ComplexMemory& points,
                             const ComplexMemory& output, int batch, int len) {
  if (batch < 1 || len < 1) {
    return absl::InvalidArgumentError(absl::StrFormat("batch x len is %d x %d; both are positive", batch, len));
  }
  const uint64_t count = static_cast<uint64_t>(batch) * len;
  ASSIGN_OR_RETURN(const absl::Span<const float> real, InputTensor<float>(handle, input.real, count, "inputReal"));
  ASSIGN_OR_RETURN(const absl::Span<const float> imag, InputTensor<float>(handle, input.imaginary, count, "inputImag"));
  ASSIGN_OR_RETURN(const absl::Span<const float> point_real, InputTensor<float>(handle, points.real, len, "pointReal"));
  ASSIGN_OR_RETURN(const absl::Span<const float> point_imag,
                   InputTensor<float>(handle, points.imaginary, len, "pointImag"));
  ASSIGN_OR_RETURN(const OutputTensor<float> out_real,
                   OutputTensor<float>::Open(handle, output.real, count, "outputReal"));
  ASSIGN_OR_RETURN(const OutputTensor<float> out_imag,
                   OutputTensor<float>::Open(handle, output.imaginary, count, "outputImag"));
  for (uint64_t i = 0; i < count; ++i) {
    const float a = real[i], b = imag[i], c = point_real[i % len], d = point_imag[i % len];
    out_real.span()[i] = a * c - b * d;
    out_imag.span()[i] = a * d + b * c;
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_gemm(bm_handle_t handle, bool is_A_trans, bool is_B_trans, int M, int N, int K, float alpha,
                      bm_device_mem_t A, int lda, bm_device_mem_t B, int ldb, float beta, bm_device_mem_t C, int ldc) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&] {
    return bm::cv::Gemm(handle, {is_A_trans, is_B_trans, M, N, K, alpha, A, lda, B, ldb, beta, C, ldc});
  });
}

bm_status_t bmcv_matmul(bm_handle_t handle, int M, int N, int K, bm_device_mem_t A, bm_device_mem_t B,
                        bm_device_mem_t C, int A_sign, int B_sign, int rshift_bit, int result_type, bool is_B_trans,
                        float alpha, float beta) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&] {
    return bm::cv::Matmul(handle, {M, N, K, A, B, C, A_sign != 0, B_sign != 0, rshift_bit,
                                   static_cast<bm::cv::MatmulResult>(result_type), is_B_trans, alpha, beta});
  });
}

bm_status_t bmcv_matmul_transpose_opt(bm_handle_t handle, int M, int N, int K, bm_device_mem_t A, bm_device_mem_t B,
                                      bm_device_mem_t C, int A_sign, int B_sign) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&] {
    return bm::cv::Matmul(handle,
                          {M, N, K, A, B, C, A_sign != 0, B_sign != 0, 0, bm::cv::MatmulResult::kSingle, true, 1, 0});
  });
}

bm_status_t bmcv_image_axpy(bm_handle_t handle, bm_device_mem_t tensor_A, bm_device_mem_t tensor_X,
                            bm_device_mem_t tensor_Y, bm_device_mem_t tensor_F, int input_n, int input_c, int input_h,
                            int input_w) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::Axpy(handle, tensor_A, tensor_X, tensor_Y, tensor_F, input_n, input_c, input_h, input_w);
  });
}

bm_status_t bmcv_cmulp(bm_handle_t handle, bm_device_mem_t inputReal, bm_device_mem_t inputImag,
                       bm_device_mem_t pointReal, bm_device_mem_t pointImag, bm_device_mem_t outputReal,
                       bm_device_mem_t outputImag, int batch, int len) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::MultiplyComplex(handle, {inputReal, inputImag}, {pointReal, pointImag}, {outputReal, outputImag},
                                   batch, len);
  });
}

}  // extern "C"
