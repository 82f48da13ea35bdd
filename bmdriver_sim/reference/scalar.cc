// Task 8, MD_SCALAR: multiply, add, subtract, divide on aligned FP32 tensors and constants (docs/isa.md 3.2).
#include "base/status_macros.h"
#include "bmdriver_sim/reference/aligned_source.h"
#include "bmdriver_sim/reference/execute.h"

namespace bm::reference {
namespace {

using Function = float (*)(float, float);

Function FunctionOf(isa::Eu eu) {
  return eu == isa::Eu::kMul ? isa::Mul : eu == isa::Eu::kAdd ? isa::Add : eu == isa::Eu::kSub ? isa::Sub : isa::Divide;
}

}  // namespace

absl::Status Execute(const isa::Scalar& op, chip::Chip* chip) {
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  ASSIGN_OR_RETURN(const AlignedSource a, AlignedSource::Create(op.a, op.shape, chip->local()));
  ASSIGN_OR_RETURN(const AlignedSource b, AlignedSource::Create(op.b, op.shape, chip->local()));
  const Function function = FunctionOf(op.eu);
  return ForEachElement(op.shape, *chip, [&](uint32_t n, uint32_t c, uint64_t i) {
    float& target = result.Floats(n, c)[i];
    const float value = function(a.Get(n, c, i), b.Get(n, c, i));
    target = op.add_result ? isa::Add(value, target) : value;
  });
}

}  // namespace bm::reference
