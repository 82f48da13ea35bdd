// Task 13, MD_CMP: A > B ? A : B and A > B ? C : D (docs/isa.md 3.2).
#include "base/status_macros.h"
#include "bmdriver_sim/reference/aligned_source.h"
#include "bmdriver_sim/reference/execute.h"

namespace bm::reference {

absl::Status Execute(const isa::Compare& op, chip::Chip* chip) {
  uint8_t* local = chip->local();
  const bool has_first = op.eu != isa::Eu::kSelect;
  const bool has_second = op.eu != isa::Eu::kCompare;
  LocalView first, second;
  AlignedSource c, d;
  ASSIGN_OR_RETURN(const AlignedSource a, AlignedSource::Create(op.a, op.shape, local));
  ASSIGN_OR_RETURN(const AlignedSource b, AlignedSource::Create(op.b, op.shape, local));
  if (has_first) {
    ASSIGN_OR_RETURN(first, LocalView::Of(local, isa::Result{op.result0, isa::Precision::kFp32, {}}, op.shape));
  }
  if (has_second) {
    ASSIGN_OR_RETURN(second, LocalView::Of(local, isa::Result{op.result1, isa::Precision::kFp32, {}}, op.shape));
    ASSIGN_OR_RETURN(c, AlignedSource::Create(op.c, op.shape, local));
    ASSIGN_OR_RETURN(d, AlignedSource::Create(op.d, op.shape, local));
  }
  return ForEachElement(op.shape, *chip, [&](uint32_t n, uint32_t channel, uint64_t i) {
    const uint32_t x = a.Bits(n, channel, i);
    const uint32_t y = b.Bits(n, channel, i);
    const bool is_greater = isa::Flush(isa::FloatOf(x)) > isa::Flush(isa::FloatOf(y));
    const uint32_t chosen = has_second ? (is_greater ? c : d).Bits(n, channel, i) : 0;
    if (has_first) {
      const uint32_t larger = is_greater ? x : y;
      first.Words(n, channel)[i] = op.eu == isa::Eu::kCompare ? isa::BitsOf(isa::Flush(isa::FloatOf(larger))) : larger;
    }
    if (has_second) second.Words(n, channel)[i] = chosen;
  });
}

}  // namespace bm::reference
