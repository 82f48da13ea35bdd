// Task 9, MD_SFU: Taylor series, float to integer, normalisation, reciprocal root (docs/isa.md 3.2, 5.1).
#include <cstring>
#include <vector>

#include "base/status_macros.h"
#include "bmdriver_sim/reference/aligned_source.h"
#include "bmdriver_sim/reference/execute.h"

namespace bm::reference {
namespace {

absl::StatusOr<std::vector<float>> Coefficients(const isa::SpecialFunction& op, chip::Chip* chip) {
  std::vector<float> coefficients(op.table_length);
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> table,
                   chip->System(isa::kL2Base + op.table_offset, coefficients.size() * sizeof(float)));
  if (!coefficients.empty()) std::memcpy(coefficients.data(), table.data(), table.size());
  return coefficients;
}

float Taylor(const std::vector<float>& coefficients, float x) {
  float r = 0.0f;
  for (size_t k = coefficients.size(); k-- > 0;) r = isa::HornerStep(r, coefficients[k], x);
  return r;
}

uint32_t Apply(isa::Eu eu, const std::vector<float>& coefficients, float x) {
  switch (eu) {
    case isa::Eu::kTaylor:
      return isa::BitsOf(Taylor(coefficients, x));
    case isa::Eu::kFloatToInt:
      return static_cast<uint32_t>(isa::FloatToInt(x));
    case isa::Eu::kNormalizeExponent:
      return isa::NormalizedExponent(x);
    case isa::Eu::kNormalizeMantissa:
      return isa::BitsOf(isa::NormalizedPower(x));
    default:
      return isa::BitsOf(isa::Rsqrt(x));
  }
}

}  // namespace

absl::Status Execute(const isa::SpecialFunction& op, chip::Chip* chip) {
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  ASSIGN_OR_RETURN(const AlignedSource a, AlignedSource::Create(op.a, op.shape, chip->local()));
  std::vector<float> coefficients;
  if (op.eu == isa::Eu::kTaylor) {
    ASSIGN_OR_RETURN(coefficients, Coefficients(op, chip));
  }
  return ForEachElement(op.shape, *chip, [&](uint32_t n, uint32_t c, uint64_t i) {
    result.Words(n, c)[i] = Apply(op.eu, coefficients, a.Get(n, c, i));
  });
}

}  // namespace bm::reference
