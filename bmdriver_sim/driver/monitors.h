// The performance monitors of a card, one an engine: while one is on, launches leave a record of every command in
// device memory (docs/reference/driver.md).
//
//   RETURN_IF_ERROR(monitors.Enable(isa::Engine::kBdc, address, bytes));
//   ...                                                      // launches
//   ASSIGN_OR_RETURN(const uint64_t written, monitors.RecordedBytes(isa::Engine::kBdc, address));
//   monitors.Disable(isa::Engine::kBdc);
//
// Thread-safe.
#ifndef BMDRIVER_SIM_DRIVER_MONITORS_H_
#define BMDRIVER_SIM_DRIVER_MONITORS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "bmdriver_sim/chip/chip.h"
#include "isa/command_group.h"
#include "isa/monitor.h"

namespace bm::driver {

class Monitors {
 public:
  explicit Monitors(chip::Chip* chip) : chip_(*chip) {}

  // Every launch that ends from now on appends its records to the buffer, the first at `address`, until no further
  // fits. A monitor that is on starts again with the new buffer. OUT_OF_RANGE unless the buffer lies in the card's
  // memory, INVALID_ARGUMENT if it is smaller than a record; the monitor then stays as it was.
  absl::Status Enable(isa::Engine engine, uint64_t address, uint64_t bytes);

  // Nothing is written any more once this returns. No effect on a monitor that is off.
  void Disable(isa::Engine engine);

  // The bytes that records fill in the buffer at `address`; NOT_FOUND unless the monitor is on and writes there.
  absl::StatusOr<uint64_t> RecordedBytes(isa::Engine engine, uint64_t address);

  // Whether a launch has to be recorded.
  bool is_on() const { return is_on_.load(std::memory_order_relaxed); }

  // The records of a launch that has ended. Errors as isa::EstimateSchedule.
  absl::Status Record(absl::Span<const isa::CommandGroup> groups);

 private:
  struct Monitor {
    bool is_on = false;
    uint64_t address = 0, bytes = 0, used_bytes = 0;
    uint64_t cycles = 0;  // of the launches since the monitor is on, at the TPU clock
    bool is_full = false;
  };

  Monitor& Of(isa::Engine engine) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return monitors_[static_cast<int>(engine)]; }
  template <typename Row>
  absl::Status Append(const std::vector<Row>& records, Monitor* monitor) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  chip::Chip& chip_;
  std::atomic<bool> is_on_{false};  // any of them
  Mutex mutex_;
  std::array<Monitor, 2> monitors_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace bm::driver

#endif  // BMDRIVER_SIM_DRIVER_MONITORS_H_
