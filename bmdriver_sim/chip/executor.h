// What runs command groups on a chip. Two executors have one meaning: the reference interpreter defines the result,
// the plan reproduces its bits faster.
//
//   ASSIGN_OR_RETURN(std::unique_ptr<Program> program, executor->Prepare(images, chip));
//   RETURN_IF_ERROR(program->Run());
#ifndef BMDRIVER_SIM_CHIP_EXECUTOR_H_
#define BMDRIVER_SIM_CHIP_EXECUTOR_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmdriver_sim/chip/chip.h"
#include "isa/command_group.h"

namespace bm::chip {

// One command group in DDR as the runtime uploads it: BDC commands word-reversed, last commands marked.
struct CommandGroupImage {
  uint64_t bdc_address = 0;
  uint64_t gdma_address = 0;
  uint32_t bdc_count = 0;
  uint32_t gdma_count = 0;
};

// A decoded launch. It never outlives its chip. Run is not reentrant (a card has one TPU).
class Program {
 public:
  virtual ~Program() = default;

  // Decodes again if somebody has written into the commands since they were decoded. Errors as Run.
  virtual absl::Status Refresh() = 0;

  // Refreshes and executes all groups. An error names group, engine, command index, field and value; memory then holds
  // what the commands before it wrote. ABORTED once the chip is halted.
  virtual absl::Status Run() = 0;

  // Cycles at the TPU clock that the cycle model estimates for one Run of what is decoded (docs/isa.md 6).
  virtual uint64_t EstimatedCycles() const = 0;

  // The commands that are decoded.
  virtual absl::Span<const isa::CommandGroup> groups() const = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;

  // Reads and decodes the groups from DDR. Errors as Run.
  virtual absl::StatusOr<std::unique_ptr<Program>> Prepare(absl::Span<const CommandGroupImage> groups, Chip* chip) = 0;
};

}  // namespace bm::chip

#endif  // BMDRIVER_SIM_CHIP_EXECUTOR_H_
