// First-fit allocation of address ranges, for one lane of local memory and for neuron memory in DDR.
//
//   RangeAllocator lane(isa::kLaneBytes, isa::kAlignBytes);
//   std::optional<uint64_t> offset = lane.Allocate(bytes);
//   lane.Free(*offset);
#ifndef BMCOMPILER_LOWERING_RANGE_ALLOCATOR_H_
#define BMCOMPILER_LOWERING_RANGE_ALLOCATOR_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "base/check.h"
#include "base/checked_math.h"

namespace bm::lowering {

class RangeAllocator {
 public:
  RangeAllocator(uint64_t limit, uint64_t alignment) : limit_(limit), alignment_(alignment) {}

  // The lowest free offset with `bytes` (rounded up to the alignment, at least one unit) behind it, if there is one.
  std::optional<uint64_t> Allocate(uint64_t bytes) {
    const uint64_t size = std::max(AlignUp(bytes, alignment_), alignment_);
    uint64_t begin = 0;
    for (const auto& [used_begin, used_end] : used_) {
      if (used_begin - begin >= size) break;
      begin = used_end;
    }
    if (begin + size > limit_) return std::nullopt;
    used_[begin] = begin + size;
    peak_ = std::max(peak_, begin + size);
    return begin;
  }

  void Free(uint64_t offset) { BM_CHECK(used_.erase(offset) == 1, "freed twice"); }

  // The highest end of any range so far.
  uint64_t peak() const { return peak_; }

 private:
  const uint64_t limit_;
  const uint64_t alignment_;
  uint64_t peak_ = 0;
  std::map<uint64_t, uint64_t> used_;
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_RANGE_ALLOCATOR_H_
