#include "bmdriver_sim/driver/monitors.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_format.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "isa/schedule.h"

namespace bm::driver {
namespace {

struct EngineRow {
  const char* name;
  uint64_t record_bytes;
};
constexpr EngineRow kEngines[] = {{"TPU", sizeof(isa::BdcRecord)}, {"GDMA", sizeof(isa::GdmaRecord)}};
static_assert(static_cast<int>(isa::Engine::kBdc) == 0 && static_cast<int>(isa::Engine::kGdma) == 1);

const EngineRow& RowOf(isa::Engine engine) { return kEngines[static_cast<int>(engine)]; }

}  // namespace

absl::Status Monitors::Enable(isa::Engine engine, uint64_t address, uint64_t bytes) {
  const EngineRow& row = RowOf(engine);
  if (bytes < row.record_bytes) {
    return absl::InvalidArgumentError(
        absl::StrFormat("a buffer of %d bytes for the %s monitor; a record has %d", bytes, row.name, row.record_bytes));
  }
  RETURN_IF_ERROR(chip_.System(address, bytes).status());
  const MutexLock lock(&mutex_);
  Monitor& monitor = Of(engine);
  if (monitor.is_on && monitor.address != address) {
    Log(Severity::kWarning, "driver",
        absl::StrFormat("the %s monitor leaves the buffer at 0x%x, %d bytes of records in it, for the one at 0x%x",
                        row.name, monitor.address, monitor.used_bytes, address));
  }
  monitor = {};
  monitor.is_on = true;
  monitor.address = address;
  monitor.bytes = bytes;
  is_on_ = true;
  return absl::OkStatus();
}

void Monitors::Disable(isa::Engine engine) {
  const MutexLock lock(&mutex_);
  Of(engine) = {};
  is_on_ = std::any_of(monitors_.begin(), monitors_.end(), [](const Monitor& monitor) { return monitor.is_on; });
}

absl::StatusOr<uint64_t> Monitors::RecordedBytes(isa::Engine engine, uint64_t address) {
  const MutexLock lock(&mutex_);
  const Monitor& monitor = Of(engine);
  if (monitor.is_on && monitor.address == address) return monitor.used_bytes;
  return absl::NotFoundError(
      absl::StrFormat("the %s monitor does not write to the buffer at 0x%x: it was disabled or has another since",
                      RowOf(engine).name, address));
}

absl::Status Monitors::Record(absl::Span<const isa::CommandGroup> groups) {
  ASSIGN_OR_RETURN(const isa::Schedule schedule, isa::EstimateSchedule(groups));
  const MutexLock lock(&mutex_);
  if (Monitor& bdc = Of(isa::Engine::kBdc); bdc.is_on) {
    RETURN_IF_ERROR(Append(isa::BdcRecordsOf(groups, schedule, bdc.cycles), &bdc));
  }
  if (Monitor& gdma = Of(isa::Engine::kGdma); gdma.is_on) {
    RETURN_IF_ERROR(Append(isa::GdmaRecordsOf(groups, schedule, gdma.cycles), &gdma));
  }
  for (Monitor& monitor : monitors_) monitor.cycles += schedule.cycles;
  return absl::OkStatus();
}

template <typename Row>
absl::Status Monitors::Append(const std::vector<Row>& records, Monitor* monitor) {
  const uint64_t room = (monitor->bytes - monitor->used_bytes) / sizeof(Row);
  const uint64_t bytes = std::min<uint64_t>(room, records.size()) * sizeof(Row);
  const uint64_t end = monitor->address + monitor->used_bytes;
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, chip_.System(end, bytes));
  if (bytes > 0) std::memcpy(target.data(), records.data(), bytes);
  chip_.MarkWritten(end, bytes);
  monitor->used_bytes += bytes;
  if (room < records.size() && !monitor->is_full) {
    monitor->is_full = true;
    Log(Severity::kWarning, "driver",
        absl::StrFormat("the monitor's buffer of %d bytes at 0x%x is full after %d records; further ones are lost",
                        monitor->bytes, monitor->address, monitor->used_bytes / sizeof(Row)));
  }
  return absl::OkStatus();
}

}  // namespace bm::driver
