#include "bmcv/kernels/gather_plan.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace bm::cv {
namespace {

constexpr int kBlock = GatherTable::kBlock;
constexpr int kMostChunks = 12;  // with more, single bytes are as fast

}  // namespace

GatherPlan::GatherPlan(std::vector<int32_t> offsets, int row_bytes) : offsets_(std::move(offsets)) {
  for (size_t start = 0; start + kBlock <= offsets_.size(); start += kBlock) {
    AddBlock(offsets_.data() + start, row_bytes);
  }
}

void GatherPlan::AddBlock(const int32_t* offsets, int row_bytes) {
  const auto [low, high] = std::minmax_element(offsets, offsets + kBlock);
  const int chunk_count = (*high - *low) / kBlock + 1;
  const int first = static_cast<int>(chunks_.size());
  if (row_bytes < kBlock || chunk_count > kMostChunks) {
    blocks_.push_back({first, 0});
    return;
  }
  blocks_.push_back({first, chunk_count});
  for (int c = 0; c < chunk_count; ++c) {
    GatherTable::Chunk chunk = {std::min(*low + c * kBlock, row_bytes - kBlock), {}};
    for (int i = 0; i < kBlock; ++i) {
      const bool is_here = (offsets[i] - *low) / kBlock == c;
      chunk.lanes[i] = is_here ? static_cast<uint8_t>(offsets[i] - chunk.offset) : GatherTable::kNotHere;
    }
    chunks_.push_back(chunk);
  }
}

}  // namespace bm::cv
