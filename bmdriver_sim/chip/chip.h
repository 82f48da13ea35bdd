// The memories of one BM1684: DDR, L2 SRAM with its constant tables, local memory of 64 lanes.
//
// DDR is a sparse mapping of the whole 16 GiB address window: untouched pages cost nothing and read as zero.
// Nobody here executes anything; executors (bmdriver_sim/reference, bmdriver_sim/plan) work on a Chip.
//
//   ASSIGN_OR_RETURN(std::unique_ptr<Chip> chip, Chip::Create());
//   ASSIGN_OR_RETURN(absl::Span<uint8_t> bytes, chip->System(address, size));
//
// Thread-safe for accesses to disjoint ranges. Writers of DDR call MarkWritten so that plans which baked in old bytes
// notice (docs/ARCHITECTURE.md, "a plan may never be stale").
#ifndef BMDRIVER_SIM_CHIP_CHIP_H_
#define BMDRIVER_SIM_CHIP_CHIP_H_

#include <atomic>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "isa/types.h"

namespace bm::chip {

class Chip {
 public:
  // RESOURCE_EXHAUSTED if the address space cannot be reserved.
  static absl::StatusOr<std::unique_ptr<Chip>> Create();
  ~Chip();
  Chip(const Chip&) = delete;
  Chip& operator=(const Chip&) = delete;

  // The bytes of a system address range: all of it in DDR (0x100000000..0x500000000) or all of it in L2
  // (0x10000000..0x10400000). OUT_OF_RANGE names address, size and both regions otherwise.
  absl::StatusOr<absl::Span<uint8_t>> System(uint64_t address, uint64_t size);

  // Local memory, 32 MiB: lane i at i * isa::kLaneBytes.
  uint8_t* local() { return local_; }
  // L2 SRAM, 4 MiB, constant tables in place.
  uint8_t* l2() { return l2_; }

  // ---- Write generations of DDR ----
  static constexpr uint64_t kGenerationPageBytes = 64 * 1024;
  // Advances the generation of every page that the range touches. Ranges outside DDR are ignored.
  void MarkWritten(uint64_t address, uint64_t size);
  // The newest generation among the pages of a DDR range; 0 if none was ever written.
  uint64_t GenerationOf(uint64_t address, uint64_t size) const;

  // Writes the constant tables into L2 again (docs/isa.md 1).
  void ResetL2();

  // Ends what runs, from any thread and for good: executors ask after every row of a command's work and answer ABORTED.
  void Halt() { is_halted_.store(true, std::memory_order_relaxed); }
  bool is_halted() const { return is_halted_.load(std::memory_order_relaxed); }

 private:
  Chip() = default;

  uint8_t* ddr_ = nullptr;
  uint8_t* local_ = nullptr;
  uint8_t* l2_ = nullptr;
  std::atomic<uint64_t>* page_generations_ = nullptr;
  std::atomic<uint64_t> generation_{0};
  std::atomic<bool> is_halted_{false};
};

}  // namespace bm::chip

#endif  // BMDRIVER_SIM_CHIP_CHIP_H_
