// Task 6: result = table[index], 256 words of L2 (docs/isa.md 3.2).
#include <cstring>

#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdriver_sim/reference/aligned_source.h"
#include "bmdriver_sim/reference/execute.h"

namespace bm::reference {
namespace {

constexpr uint64_t kEntries = 256;

// INT8 indices are plain bytes, one batch after the other: channel planes of whole 128-byte units.
absl::Status ExecuteBytes(const isa::TableLookup& op, const uint8_t* table, const LocalView& result, chip::Chip* chip) {
  const uint32_t lane0 = isa::LaneOf(op.index.address);
  const uint64_t slot_bytes = AlignUp(uint64_t{op.shape.h} * op.shape.w, isa::kAlignBytes);
  const uint64_t batch_bytes = slot_bytes * isa::SlotsOf(lane0, op.shape.c);
  RETURN_IF_ERROR(CheckLaneBytes(op.index.address, op.shape.n * batch_bytes));
  return ForEachElement(op.shape, *chip, [&](uint32_t n, uint32_t c, uint64_t i) {
    const uint32_t channel = lane0 + c;
    const uint8_t index = chip->local()[channel % isa::kLanes * isa::kLaneBytes + isa::OffsetOf(op.index.address) +
                                        n * batch_bytes + channel / isa::kLanes * slot_bytes + i];
    std::memcpy(&result.Words(n, c)[i], table + index * sizeof(uint32_t), sizeof(uint32_t));
  });
}

}  // namespace

absl::Status Execute(const isa::TableLookup& op, chip::Chip* chip) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> table,
                   chip->System(isa::kL2Base + op.table_offset, kEntries * sizeof(uint32_t)));
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  if (op.index.precision == isa::Precision::kInt8) return ExecuteBytes(op, table.data(), result, chip);
  ASSIGN_OR_RETURN(const AlignedSource index, AlignedSource::Create(op.index, op.shape, chip->local()));
  return ForEachElement(op.shape, *chip, [&](uint32_t n, uint32_t c, uint64_t i) {
    const uint32_t entry = index.Bits(n, c, i) & 0xFF;
    std::memcpy(&result.Words(n, c)[i], table.data() + entry * sizeof(uint32_t), sizeof(uint32_t));
  });
}

}  // namespace bm::reference
