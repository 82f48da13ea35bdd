// Task 10, MD_LINEAR: A * S + B, (A + B)^2, (A - B)^2 with one S and B per channel (docs/isa.md 3.2).
#include "base/status_macros.h"
#include "bmdriver_sim/reference/aligned_source.h"
#include "bmdriver_sim/reference/execute.h"

namespace bm::reference {
namespace {

// A compact vector, one word per slot, or an immediate.
absl::StatusOr<AlignedSource> VectorSource(isa::Operand operand, const isa::Dims4& shape, uint8_t* local) {
  operand.layout = {isa::Layout::Kind::kStrided, {0, 1, 0, 0}};
  return AlignedSource::Create(operand, {1, shape.c, 1, 1}, local);
}

}  // namespace

absl::Status Execute(const isa::Linear& op, chip::Chip* chip) {
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  ASSIGN_OR_RETURN(const AlignedSource a, AlignedSource::Create(op.a, op.shape, chip->local()));
  ASSIGN_OR_RETURN(const AlignedSource b, VectorSource(op.b, op.shape, chip->local()));
  AlignedSource s;
  if (op.eu == isa::Eu::kMac) {
    ASSIGN_OR_RETURN(s, VectorSource(op.s, op.shape, chip->local()));
  }
  return ForEachElement(op.shape, *chip, [&](uint32_t n, uint32_t c, uint64_t i) {
    float& target = result.Floats(n, c)[i];
    const float x = a.Get(n, c, i);
    const float shift = b.Get(0, c, 0);
    if (op.eu == isa::Eu::kMac) {
      const float value = isa::Add(isa::Mul(x, s.Get(0, c, 0)), shift);
      target = op.add_result ? isa::Add(value, target) : value;
    } else {
      const float sum = op.eu == isa::Eu::kSquareSum ? isa::Add(x, shift) : isa::Sub(x, shift);
      target = isa::Mul(sum, sum);
    }
  });
}

}  // namespace bm::reference
