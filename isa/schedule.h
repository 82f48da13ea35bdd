// How long commands take: cycles of each, and the two queues run against each other by their ids (docs/isa.md 6).
//
//   ASSIGN_OR_RETURN(const Schedule schedule, EstimateSchedule(net.groups));
//   printf("%.1f us, BDC busy %.0f %%", schedule.micros(), 100 * schedule.utilization(Engine::kBdc));
//
// An estimate: within about 20 % of the published latencies for convolutional nets. All constants stand in
// isa/cycles.inc. Times are cycles of the 550 MHz TPU clock; GDMA's own clock is converted.
#ifndef ISA_SCHEDULE_H_
#define ISA_SCHEDULE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "isa/command_group.h"

namespace bm::isa {

// The time from the start of a command to its end, in TPU cycles.
uint64_t CyclesOf(const BdcCommand& command);
uint64_t CyclesOf(const GdmaCommand& command);

constexpr double MicrosOf(uint64_t cycles) { return static_cast<double>(cycles) / kTpuMegahertz; }

struct TimedCommand {
  uint32_t group = 0;
  uint32_t index = 0;  // in the group's queue
  uint64_t start = 0;  // cycles since the launch
  uint64_t end = 0;
};

struct Schedule {
  uint64_t cycles = 0;  // from the launch to the end of the last command
  std::vector<TimedCommand> bdc;
  std::vector<TimedCommand> gdma;
  std::array<uint64_t, 2> busy_cycles = {};  // by Engine

  double micros() const { return MicrosOf(cycles); }
  // The part of the time in which the engine works, 0..1.
  double utilization(Engine engine) const {
    return cycles == 0 ? 0 : static_cast<double>(busy_cycles[static_cast<int>(engine)]) / static_cast<double>(cycles);
  }
};

// Runs the groups one after the other, both engines idle in between. FAILED_PRECONDITION where ids deadlock.
absl::StatusOr<Schedule> EstimateSchedule(absl::Span<const CommandGroup> groups);

// The schedule in the trace event format that chrome://tracing and Perfetto open: one track an engine, one event a
// command, microseconds. `schedule` comes from the same groups.
std::string ChromeTrace(absl::Span<const CommandGroup> groups, const Schedule& schedule);

}  // namespace bm::isa

#endif  // ISA_SCHEDULE_H_
