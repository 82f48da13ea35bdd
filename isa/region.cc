#include <algorithm>

#include "absl/strings/str_cat.h"
#include "isa/access.h"

namespace bm::isa {
namespace {

// Search steps after which two regions count as overlapping.
constexpr int kMostSteps = 200000;

// The part of a region below its outermost `level` extents, moved to an absolute position.
struct Part {
  const Region* region;
  int level;
  int64_t base;

  bool is_run() const { return level == region->rank; }
  int64_t count() const { return static_cast<int64_t>(region->extents[level].count); }
  int64_t stride() const { return static_cast<int64_t>(region->extents[level].stride_bytes); }
  int64_t span() const {
    uint64_t span = region->run_bytes;
    for (int k = level; k < region->rank; ++k) {
      span += (region->extents[k].count - 1) * region->extents[k].stride_bytes;
    }
    return static_cast<int64_t>(span);
  }
  Part Inner(int64_t index) const { return {region, level + 1, base + index * stride()}; }
};

int64_t FloorDiv(int64_t a, int64_t b) { return a >= 0 ? a / b : -((-a + b - 1) / b); }

// The indices of `part`'s outer extent, moved by `index * stride`, whose inner boxes meet `other`'s box: [first, last].
void MeetingIndices(const Part& part, const Part& other, int64_t* first, int64_t* last) {
  const int64_t inner_span = part.Inner(0).span();
  // base + i * stride < other.base + other.span  and  other.base < base + i * stride + inner_span
  *first = FloorDiv(other.base - part.base - inner_span, part.stride()) + 1;
  *last = FloorDiv(other.base + other.span() - part.base - 1, part.stride());
}

bool PartsOverlap(const Part& a, const Part& b, int* steps_left) {
  if (--*steps_left < 0) return true;
  if (a.base >= b.base + b.span() || b.base >= a.base + a.span()) return false;
  if (a.is_run() && b.is_run()) return true;
  if (!a.is_run() && !b.is_run() && a.stride() == b.stride()) {
    // Equal strides: only the difference of the two indices matters.
    int64_t first, last;
    MeetingIndices(a, b.Inner(0), &first, &last);
    first = std::max(first, -(b.count() - 1));
    last = std::min(last, a.count() - 1);
    for (int64_t difference = first; difference <= last; ++difference) {
      if (PartsOverlap(a.Inner(difference), b.Inner(0), steps_left)) return true;
    }
    return false;
  }
  const bool splits_a = b.is_run() || (!a.is_run() && a.stride() > b.stride());
  const Part& outer = splits_a ? a : b;
  const Part& other = splits_a ? b : a;
  int64_t first, last;
  MeetingIndices(outer, other, &first, &last);
  first = std::max<int64_t>(first, 0);
  last = std::min(last, outer.count() - 1);
  for (int64_t index = first; index <= last; ++index) {
    if (PartsOverlap(outer.Inner(index), other, steps_left)) return true;
  }
  return false;
}

}  // namespace

uint64_t Region::end() const {
  uint64_t end = base + run_bytes;
  for (int k = 0; k < rank; ++k) end += (extents[k].count - 1) * extents[k].stride_bytes;
  return end;
}

Region MakeRegion(uint64_t lanes, uint64_t base, uint64_t run_bytes, const std::array<Region::Extent, 4>& extents) {
  Region region;
  region.lanes = lanes;
  region.base = base;
  region.run_bytes = run_bytes;
  std::array<Region::Extent, 4> moving;  // shortest strides first
  int moving_count = 0;
  for (const Region::Extent& extent : extents) {
    if (extent.count == 0) region.run_bytes = 0;
    if (extent.count <= 1 || extent.stride_bytes == 0) continue;
    int place = moving_count++;
    for (; place > 0 && moving[place - 1].stride_bytes > extent.stride_bytes; --place)
      moving[place] = moving[place - 1];
    moving[place] = extent;
  }
  if (region.run_bytes == 0) return region;
  int kept = 0;
  for (int k = 0; k < moving_count; ++k) {
    const Region::Extent& extent = moving[k];
    if (kept == 0 && extent.stride_bytes <= region.run_bytes) {
      region.run_bytes += (extent.count - 1) * extent.stride_bytes;
    } else if (kept > 0 && extent.stride_bytes == moving[kept - 1].count * moving[kept - 1].stride_bytes) {
      moving[kept - 1].count *= extent.count;
    } else {
      moving[kept++] = extent;
    }
  }
  region.rank = kept;
  std::reverse_copy(moving.begin(), moving.begin() + kept, region.extents.begin());
  return region;
}

bool Overlaps(const Region& a, const Region& b) {
  if (a.is_local() != b.is_local() || a.run_bytes == 0 || b.run_bytes == 0) return false;
  if (a.is_local() && (a.lanes & b.lanes) == 0) return false;
  int steps_left = kMostSteps;
  return PartsOverlap({&a, 0, static_cast<int64_t>(a.base)}, {&b, 0, static_cast<int64_t>(b.base)}, &steps_left);
}

std::string Describe(const Region& region) {
  const std::string range = absl::StrCat("0x", absl::Hex(region.base), "..0x", absl::Hex(region.end()));
  if (!region.is_local()) return range;
  return absl::StrCat("lanes 0x", absl::Hex(region.lanes, absl::kZeroPad16), " ", range);
}

}  // namespace bm::isa
