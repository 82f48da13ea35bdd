// What the card's control processor does with a message of the command queue.
#ifndef BMDRIVER_SIM_DRIVER_FIRMWARE_H_
#define BMDRIVER_SIM_DRIVER_FIRMWARE_H_

#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmdriver_sim/chip/chip.h"
#include "bmdriver_sim/chip/executor.h"
#include "bmdriver_sim/driver/monitors.h"

namespace bm::driver {

// Ids of messages (docs/reference/driver.md).
enum ApiId : int {
  kApiMemset = 1,
  kApiMemcpy = 2,
  kApiMultiFullNet = 110,
  kApiByteCopy = 136,
  kApiStridedCopy = 137,
};

// Executes messages one after the other on one chip. Not thread-safe: a card has one queue and one such processor.
class Firmware {
 public:
  Firmware(chip::Chip* chip, std::unique_ptr<chip::Executor> executor);

  // True if messages of this id are known.
  static bool Knows(int api_id);

  // Told once a message, before its work begins: the time that it takes on the chip, estimated in microseconds.
  using Announce = absl::FunctionRef<void(uint64_t micros)>;

  // Executes a message. UNIMPLEMENTED for an unknown id, INVALID_ARGUMENT for a payload of another size than the id's,
  // ABORTED once the chip is halted, anything that execution answers.
  absl::Status Execute(int api_id, absl::Span<const uint8_t> payload, Announce announce);

  // Records of launches; usable from any thread.
  Monitors& monitors() { return monitors_; }

 private:
  struct CachedProgram {
    std::vector<chip::CommandGroupImage> images;
    std::unique_ptr<chip::Program> program;
  };

  absl::Status Memset(absl::Span<const uint8_t> payload, Announce announce);
  absl::Status Memcpy(absl::Span<const uint8_t> payload, Announce announce);
  absl::Status ByteCopy(absl::Span<const uint8_t> payload, Announce announce);
  absl::Status StridedCopy(absl::Span<const uint8_t> payload, Announce announce);
  absl::Status MultiFullNet(absl::Span<const uint8_t> payload, Announce announce);
  absl::StatusOr<chip::Program*> ProgramOf(const std::vector<chip::CommandGroupImage>& images);

  struct Row;
  static const Row kRows[];
  static const Row* Find(int api_id);

  chip::Chip& chip_;
  const std::unique_ptr<chip::Executor> executor_;
  Monitors monitors_;
  std::list<CachedProgram> programs_;  // most recently used first
};

}  // namespace bm::driver

#endif  // BMDRIVER_SIM_DRIVER_FIRMWARE_H_
