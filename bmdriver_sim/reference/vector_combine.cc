// Task 14, vector combination: result[i][j] = left[i] op right[j] (docs/isa.md 3.2).
#include <algorithm>

#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "bmdriver_sim/reference/matrix_view.h"
#include "isa/numerics.h"

namespace bm::reference {
namespace {

using isa::Eu;

struct Row {
  Eu eu;
  float (*function)(float, float);
};
constexpr Row kRows[] = {{Eu::kMul, isa::Mul}, {Eu::kAdd, isa::Add}, {Eu::kSub, isa::Sub},
                         {Eu::kMax, isa::Max}, {Eu::kMin, isa::Min}, {Eu::kDiv, isa::Divide}};

}  // namespace

absl::Status Execute(const isa::VectorCombine& op, chip::Chip* chip) {
  const uint32_t rows = (op.left_c - 1) * op.left_w + op.left_last_w;
  const uint32_t columns = op.right_c * op.right_w;
  constexpr isa::Precision kFp32 = isa::Precision::kFp32;
  ASSIGN_OR_RETURN(const MatrixView left,
                   MatrixView::Create(chip->local(), op.left.address, 1, op.left_c, op.left_w, kFp32));
  ASSIGN_OR_RETURN(const MatrixView right,
                   MatrixView::Create(chip->local(), op.right.address, 1, op.right_c, op.right_w, kFp32));
  ASSIGN_OR_RETURN(const MatrixView result,
                   MatrixView::Create(chip->local(), op.result.address, rows, op.right_c, op.right_w, kFp32));
  const auto function =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& row) { return row.eu == op.eu; })->function;
  for (uint32_t i = 0; i < rows; ++i) {
    RETURN_IF_ERROR(CheckRunning(*chip));
    const float l = left.Float(0, i);
    for (uint32_t j = 0; j < columns; ++j) {
      const float value = function(l, right.Float(0, j));
      result.Store(i, j, &value);
    }
  }
  return absl::OkStatus();
}

}  // namespace bm::reference
