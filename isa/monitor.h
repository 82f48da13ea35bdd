// What a performance monitor of an engine writes for every command: one record of fixed size
// (docs/reference/driver.md, "Performance monitors").
//
//   ASSIGN_OR_RETURN(const Schedule schedule, EstimateSchedule(groups));
//   const std::vector<BdcRecord> records = BdcRecordsOf(groups, schedule, /*launched_at=*/0);
//
// The structs are the records as they lie in memory, little endian; nothing else knows their bytes. Times are those of
// the cycle model, bytes those of the access sets. Counters that are too narrow hold their greatest value; clocks wrap
// around.
#ifndef ISA_MONITOR_H_
#define ISA_MONITOR_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "isa/command_group.h"
#include "isa/schedule.h"

namespace bm::isa {

// Clocks of the records: cycles of 1 / kTpuMegahertz us.
struct BdcRecord {
  uint32_t start_cycles;
  uint32_t end_cycles;
  uint64_t id : 16;    // of the command, from 1 in each command group
  uint64_t load : 48;  // operations: a multiply-accumulate, or what stands in its place, for each result and tap
  uint32_t read_bytes;
  uint32_t read_stalls;  // 0: the cycle model knows no stalls
  uint32_t written_bytes;
  uint32_t reserved;  // 0
};
static_assert(sizeof(BdcRecord) == 32 && offsetof(BdcRecord, read_bytes) == 16);

// Clocks of the records: cycles of 1 / kGdmaMegahertz us.
struct GdmaRecord {
  struct Traffic {
    uint64_t read_bytes, written_bytes;
  };

  uint32_t start_cycles;
  uint32_t end_cycles;
  uint64_t id;
  Traffic ddr, l2, local;
  uint64_t reserved[16];  // 0
};
static_assert(sizeof(GdmaRecord) == 192 && offsetof(GdmaRecord, ddr) == 16 && offsetof(GdmaRecord, reserved) == 64);

// The records of a launch, in the order in which the engine runs the commands. `schedule` comes from the same groups;
// `launched_at` is the time of the launch in TPU cycles.
std::vector<BdcRecord> BdcRecordsOf(absl::Span<const CommandGroup> groups, const Schedule& schedule,
                                    uint64_t launched_at);
std::vector<GdmaRecord> GdmaRecordsOf(absl::Span<const CommandGroup> groups, const Schedule& schedule,
                                      uint64_t launched_at);

}  // namespace bm::isa

#endif  // ISA_MONITOR_H_
