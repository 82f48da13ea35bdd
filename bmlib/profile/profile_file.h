// Profile files, the runtime's and bmlib's: blocks {u32 type; u32 bytes; content} one behind the other, little endian,
// and the lines of global.profile. The formats stand here once (docs/reference/bmruntime.md, "Profiles").
//
//   ProfileBlocks blocks;
//   blocks.AddSummary({iteration, start_micros, NowMicros()});
//   blocks.AddRecords(isa::Engine::kBdc, records);
//   RETURN_IF_ERROR(WriteFile(path, blocks.bytes()));
#ifndef BMLIB_PROFILE_PROFILE_FILE_H_
#define BMLIB_PROFILE_PROFILE_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "isa/types.h"

namespace bm::profile {

// Microseconds of a monotonic clock: the times in these files.
uint64_t NowMicros();

class ProfileBlocks {
 public:
  struct Summary {
    int32_t iteration = 0;
    uint64_t start_micros = 0, end_micros = 0;
  };
  struct GroupSize {
    uint32_t gdma = 0, bdc = 0;  // commands
  };

  // Type 1: the time of an iteration, of TPU subnet 0.
  void AddSummary(const Summary& summary);
  // Type 3 (BDC) or 4 (GDMA): records of a performance monitor as they lie in device memory.
  void AddRecords(isa::Engine engine, absl::Span<const uint8_t> records);
  // Type 8: where the commands of a launch lie in device memory.
  void AddCommands(uint64_t gdma_address, uint64_t bdc_address, absl::Span<const GroupSize> groups);

  const std::string& bytes() const { return bytes_; }

 private:
  void Add(uint32_t type, const std::string& content);

  std::string bytes_;
};

// A block of device memory in global.profile.
struct ProfileMemory {
  uint64_t address = 0, bytes = 0;
  uint64_t allocated_micros = 0, freed_micros = 0;
  std::string what;
};

// Lines of global.profile.
std::string ArchLine();
std::string ClockLine();
std::string CoresLine();
std::string MemoryLine(const ProfileMemory& memory);

}  // namespace bm::profile

#endif  // BMLIB_PROFILE_PROFILE_FILE_H_
