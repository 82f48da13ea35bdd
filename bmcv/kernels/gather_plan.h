// The memory behind a GatherTable.
//
//   const GatherPlan plan({0, 3, 6}, 640);
//   kernels.gather(plan.table(), row, out);
#ifndef BMCV_KERNELS_GATHER_PLAN_H_
#define BMCV_KERNELS_GATHER_PLAN_H_

#include <cstdint>
#include <vector>

#include "bmcv/kernels/row_kernels.h"

namespace bm::cv {

class GatherPlan {
 public:
  GatherPlan() = default;

  // For rows of `row_bytes` bytes; 0 <= offsets < row_bytes.
  GatherPlan(std::vector<int32_t> offsets, int row_bytes);

  GatherTable table() const {
    return {offsets_.data(), static_cast<int>(offsets_.size()), blocks_.data(), chunks_.data()};
  }

 private:
  void AddBlock(const int32_t* offsets, int row_bytes);

  std::vector<int32_t> offsets_;
  std::vector<GatherTable::Block> blocks_;
  std::vector<GatherTable::Chunk> chunks_;
};

}  // namespace bm::cv

#endif  // BMCV_KERNELS_GATHER_PLAN_H_
