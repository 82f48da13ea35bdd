// Task 2: Y = L * R (docs/isa.md 3.2; sums in two accumulators by the parity of k, 5.1).
#include <vector>

#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "bmdriver_sim/reference/integer_result.h"
#include "bmdriver_sim/reference/matrix_view.h"
#include "isa/numerics.h"

namespace bm::reference {
namespace {

struct Sizes {
  uint32_t rows = 0, depth = 0, columns = 0;
};

Sizes SizesOf(const isa::FullyConnected& op) {
  const uint32_t left_columns = (op.left_c - 1) * op.left_w + op.left_last_w;
  Sizes sizes;
  sizes.rows = op.left_transposed ? left_columns : op.left_n;
  sizes.depth = op.left_transposed ? op.left_n : left_columns;
  sizes.columns = op.result_c * op.result_w;
  return sizes;
}

struct Matrices {
  MatrixView left, right, bias, result;
};

absl::StatusOr<Matrices> ViewsOf(const isa::FullyConnected& op, const Sizes& sizes, uint8_t* local) {
  Matrices m;
  if (!op.left.is_constant) {
    ASSIGN_OR_RETURN(m.left,
                     MatrixView::Create(local, op.left.address, op.left_n, op.left_c, op.left_w, op.left.precision));
  }
  ASSIGN_OR_RETURN(
      m.right, MatrixView::Create(local, op.right.address, sizes.depth, op.result_c, op.result_w, op.right.precision));
  ASSIGN_OR_RETURN(m.result, MatrixView::Create(local, op.result.address, sizes.rows, op.result_c, op.result_w,
                                                op.result.precision));
  if (op.has_bias) {
    ASSIGN_OR_RETURN(m.bias,
                     MatrixView::Create(local, op.bias.address, 1, op.result_c, op.result_w, op.bias.precision));
  }
  return m;
}

absl::Status ExecuteFloat(const isa::FullyConnected& op, chip::Chip* chip) {
  const Sizes sizes = SizesOf(op);
  ASSIGN_OR_RETURN(const Matrices m, ViewsOf(op, sizes, chip->local()));
  std::vector<float> left(sizes.depth);
  std::vector<float> sums[2];
  for (uint32_t row = 0; row < sizes.rows; ++row) {
    for (uint32_t k = 0; k < sizes.depth; ++k) {
      left[k] = op.left.is_constant  ? isa::FloatOf(op.left.constant)
                : op.left_transposed ? m.left.Float(k, row)
                                     : m.left.Float(row, k);
    }
    for (uint32_t lane = 0; lane < op.result_c; ++lane) {
      RETURN_IF_ERROR(CheckRunning(*chip));
      for (std::vector<float>& sum : sums) sum.assign(op.result_w, 0.0f);
      for (uint32_t k = 0; k < sizes.depth; ++k) {
        const auto* right = reinterpret_cast<const float*>(m.right.Lane(k, lane));
        float* acc = sums[k % 2].data();
        for (uint32_t w = 0; w < op.result_w; ++w) acc[w] += left[k] * right[w];
      }
      auto* result = reinterpret_cast<float*>(m.result.Lane(row, lane));
      for (uint32_t w = 0; w < op.result_w; ++w) {
        float sum = sums[0][w] + sums[1][w];
        if (sizes.depth == 1) sum = left[0] * reinterpret_cast<const float*>(m.right.Lane(0, lane))[w];
        if (op.has_bias) sum += reinterpret_cast<const float*>(m.bias.Lane(0, lane))[w];
        result[w] = op.add_result ? sum + result[w] : sum;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ExecuteByte(const isa::FullyConnected& op, chip::Chip* chip) {
  const Sizes sizes = SizesOf(op);
  ASSIGN_OR_RETURN(const Matrices m, ViewsOf(op, sizes, chip->local()));
  const bool is_unsigned =
      op.relu || (!op.left.is_signed && !op.right.is_signed && (!op.has_bias || !op.bias.is_signed));
  const IntegerResult finish{op.right_shift, op.relu, 8 * isa::BytesOf(op.result.precision), !is_unsigned};
  for (uint32_t row = 0; row < sizes.rows; ++row) {
    for (uint32_t column = 0; column < sizes.columns; ++column) {
      RETURN_IF_ERROR(CheckRunning(*chip));
      int64_t sum = op.has_bias ? m.bias.Integer(0, column, op.bias.is_signed) : 0;
      for (uint32_t k = 0; k < sizes.depth; ++k) {
        const int32_t left = op.left.is_constant  ? ConstantByte(op.left)
                             : op.left_transposed ? m.left.Integer(k, row, op.left.is_signed)
                                                  : m.left.Integer(row, k, op.left.is_signed);
        sum += int64_t{left} * m.right.Integer(k, column, op.right.is_signed);
      }
      if (op.add_result) sum += m.result.Integer(row, column, op.result_add_signed) * (int64_t{1} << op.left_shift);
      const int32_t value = finish.Apply(sum);
      m.result.Store(row, column, &value);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Execute(const isa::FullyConnected& op, chip::Chip* chip) {
  return op.left.precision == isa::Precision::kFp32 ? ExecuteFloat(op, chip) : ExecuteByte(op, chip);
}

}  // namespace bm::reference
