// What memory a command reads and writes, exactly: the command checker, and whoever reorders or skips commands, ask
// here instead of knowing every operation.
//
//   for (const Access& access : AccessesOf(command)) {
//     if (access.is_write && Overlaps(access.region, other.region)) ...
//   }
//
// Values only; thread-safe.
#ifndef ISA_ACCESS_H_
#define ISA_ACCESS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::isa {

// Bytes at regular distances: runs of `run_bytes` at base + sum(i[k] * extents[k].stride_bytes), i[k] < count.
// In local memory they lie in each lane of a set, counted from the start of the lane.
struct Region {
  struct Extent {
    uint64_t count = 1;
    uint64_t stride_bytes = 0;
  };

  uint64_t lanes = 0;  // bit i: lane i of local memory; 0: system memory (DDR and L2)
  uint64_t base = 0;   // byte of a lane, or system address
  uint64_t run_bytes = 0;
  std::array<Extent, 4> extents;  // longest strides first; [0, rank) are used
  int rank = 0;

  bool is_local() const { return lanes != 0; }
  // The first byte behind the last run.
  uint64_t end() const;
};

// A region of system memory or of some lanes (`lanes` not 0). Extents come in any order; those of one element or no
// stride count for nothing, neighbours merge into longer runs. A count or run of 0 gives an empty region.
Region MakeRegion(uint64_t lanes, uint64_t base, uint64_t run_bytes, const std::array<Region::Extent, 4>& extents);

// True if some byte belongs to both. Exact for any two regions of usual shape; where the search takes more than a
// fixed number of steps (strides without a common pattern over thousands of rows) the answer is true.
bool Overlaps(const Region& a, const Region& b);

// "lanes 0x..ff 0x4000..0x4200" or "0x105100000..0x105100400".
std::string Describe(const Region& region);

struct Access {
  bool is_write = false;
  const char* operand = "";  // "input", "weight", "result": a literal
  Region region;
};

// Every region that the command touches. A result that is also read (accumulation) appears twice. Lookup tables
// appear as reads of L2 at their system addresses.
std::vector<Access> AccessesOf(const BdcCommand& command);
std::vector<Access> AccessesOf(const GdmaCommand& command);

// OUT_OF_RANGE, with the access and the limit, where an access to local memory goes beyond a lane.
absl::Status CheckLane(const Access& access);

// "writes target lanes 0x..ff 0x4000..0x4200".
std::string Describe(const Access& access);

}  // namespace bm::isa

#endif  // ISA_ACCESS_H_
