#include "isa/monitor.h"

#include <algorithm>
#include <limits>
#include <variant>

#include "base/checked_math.h"
#include "isa/access.h"
#include "isa/bdc_ops.h"

namespace bm::isa {
namespace {

constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kMostLoad = (uint64_t{1} << 48) - 1;

uint64_t Multiply(uint64_t a, uint64_t b) { return CheckedMul(a, b).value_or(kMost); }
void Increase(uint64_t more, uint64_t* sum) { *sum = CheckedAdd(*sum, more).value_or(kMost); }
uint32_t Narrow(uint64_t count) {
  return static_cast<uint32_t>(std::min<uint64_t>(count, std::numeric_limits<uint32_t>::max()));
}

uint64_t BytesIn(const Region& region) {
  uint64_t bytes = region.run_bytes;
  for (int k = 0; k < region.rank; ++k) bytes = Multiply(bytes, region.extents[k].count);
  return region.is_local() ? Multiply(bytes, static_cast<uint64_t>(__builtin_popcountll(region.lanes))) : bytes;
}

// The operations behind one element of the result.
uint64_t TapsOf(const Window& window) { return uint64_t{window.kernel_h} * window.kernel_w; }
uint64_t OperationsOf(const Conv& op) { return Multiply(TapsOf(op.window), op.input_c); }
uint64_t OperationsOf(const Depthwise& op) { return TapsOf(op.window); }
uint64_t OperationsOf(const MaxPool& op) { return TapsOf(op.window); }
uint64_t OperationsOf(const FullyConnected& op) {
  return op.left_transposed ? op.left_n : uint64_t{op.left_c - 1} * op.left_w + op.left_last_w;
}
uint64_t OperationsOf(const SpecialFunction& op) { return op.eu == Eu::kTaylor ? op.table_length : 1; }
template <typename Elementwise>
uint64_t OperationsOf(const Elementwise&) {
  return 1;
}

uint64_t LoadOf(const BdcOp& op) {
  return Multiply(ShapeOf(op).Count(), std::visit([](const auto& typed) { return OperationsOf(typed); }, op));
}

// The counter of a clock at a time in TPU cycles: 32 bits, which wrap around.
uint32_t TpuClock(uint64_t cycles) { return static_cast<uint32_t>(cycles); }
uint32_t GdmaClock(uint64_t cycles) {
  constexpr uint64_t kTpu = kTpuMegahertz, kGdma = kGdmaMegahertz;
  return static_cast<uint32_t>(cycles / kTpu * kGdma + cycles % kTpu * kGdma / kTpu);
}

}  // namespace

std::vector<BdcRecord> BdcRecordsOf(absl::Span<const CommandGroup> groups, const Schedule& schedule,
                                    uint64_t launched_at) {
  std::vector<BdcRecord> records;
  for (const TimedCommand& timed : schedule.bdc) {
    const BdcCommand& command = groups[timed.group].bdc[timed.index];
    uint64_t read = 0, written = 0;
    for (const Access& access : AccessesOf(command)) {
      Increase(BytesIn(access.region), access.is_write ? &written : &read);
    }
    BdcRecord record = {};
    record.start_cycles = TpuClock(launched_at + timed.start);
    record.end_cycles = TpuClock(launched_at + timed.end);
    record.id = command.id;
    record.load = std::min(LoadOf(command.op), kMostLoad) & kMostLoad;
    record.read_bytes = Narrow(read);
    record.written_bytes = Narrow(written);
    records.push_back(record);
  }
  return records;
}

std::vector<GdmaRecord> GdmaRecordsOf(absl::Span<const CommandGroup> groups, const Schedule& schedule,
                                      uint64_t launched_at) {
  std::vector<GdmaRecord> records;
  for (const TimedCommand& timed : schedule.gdma) {
    const GdmaCommand& command = groups[timed.group].gdma[timed.index];
    GdmaRecord record = {};
    record.start_cycles = GdmaClock(launched_at + timed.start);
    record.end_cycles = GdmaClock(launched_at + timed.end);
    record.id = command.id;
    for (const Access& access : AccessesOf(command)) {
      GdmaRecord::Traffic& traffic = access.region.is_local()         ? record.local
                                     : access.region.base >= kDdrBase ? record.ddr
                                                                      : record.l2;
      Increase(BytesIn(access.region), access.is_write ? &traffic.written_bytes : &traffic.read_bytes);
    }
    records.push_back(record);
  }
  return records;
}

}  // namespace bm::isa
