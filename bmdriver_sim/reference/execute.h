// The meaning of every command: one function per operation, one file each.
//
// Each executes a whole command on architectural memory, reading and writing element by element in the documented
// order. They run under ScopedChipFloats. Errors name what lies outside memory.
#ifndef BMDRIVER_SIM_REFERENCE_EXECUTE_H_
#define BMDRIVER_SIM_REFERENCE_EXECUTE_H_

#include <xmmintrin.h>

#include "absl/status/status.h"
#include "bmdriver_sim/chip/chip.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::reference {

absl::Status Execute(const isa::Conv& op, chip::Chip* chip);
absl::Status Execute(const isa::Depthwise& op, chip::Chip* chip);
absl::Status Execute(const isa::MaxPool& op, chip::Chip* chip);
absl::Status Execute(const isa::FullyConnected& op, chip::Chip* chip);
absl::Status Execute(const isa::TensorArithmetic& op, chip::Chip* chip);
absl::Status Execute(const isa::TableLookup& op, chip::Chip* chip);
absl::Status Execute(const isa::Scalar& op, chip::Chip* chip);
absl::Status Execute(const isa::SpecialFunction& op, chip::Chip* chip);
absl::Status Execute(const isa::Linear& op, chip::Chip* chip);
absl::Status Execute(const isa::Compare& op, chip::Chip* chip);
absl::Status Execute(const isa::VectorCombine& op, chip::Chip* chip);
absl::Status Execute(const isa::GdmaCommand& command, chip::Chip* chip);

// ABORTED once the chip is halted. Every operation asks before each row or plane of its work.
inline absl::Status CheckRunning(const chip::Chip& chip) {
  return chip.is_halted() ? absl::AbortedError("the chip was halted") : absl::OkStatus();
}

// While it lives, this thread's SSE arithmetic rounds to nearest even and takes and makes no denormals, as the chip
// does; the caller's state comes back afterwards.
class ScopedChipFloats {
 public:
  ScopedChipFloats() : saved_(_mm_getcsr()) { _mm_setcsr(kChip); }
  ~ScopedChipFloats() { _mm_setcsr(saved_); }
  ScopedChipFloats(const ScopedChipFloats&) = delete;
  ScopedChipFloats& operator=(const ScopedChipFloats&) = delete;

 private:
  // All exceptions masked, flush to zero, denormals are zero.
  static constexpr unsigned kChip = 0x1F80 | 0x8000 | 0x0040;
  const unsigned saved_;
};

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_EXECUTE_H_
