#include "bmruntime/src/neuron_memory.h"

#include <utility>

#include "base/status_macros.h"

namespace bm::runtime {

absl::StatusOr<std::vector<uint64_t>> NeuronMemory::Provide(const std::vector<uint64_t>& bulk_sizes,
                                                            NeuronSharing sharing) {
  const MutexLock lock(&mutex_);
  std::vector<uint64_t> addresses;
  for (size_t bulk = 0; bulk < bulk_sizes.size(); ++bulk) {
    const bool is_shared = sharing == NeuronSharing::kShared;
    if (is_shared && bulk < shared_.size() && blocks_[shared_[bulk]].size() >= bulk_sizes[bulk]) {
      addresses.push_back(blocks_[shared_[bulk]].address());
      continue;
    }
    ASSIGN_OR_RETURN(OwnedBlock block, AllocateOwned(handle_, bulk_sizes[bulk], NeuronHeapMask()));
    addresses.push_back(block.address());
    blocks_.push_back(std::move(block));
    if (!is_shared) continue;
    if (bulk == shared_.size()) shared_.push_back(0);
    shared_[bulk] = blocks_.size() - 1;
  }
  return addresses;
}

}  // namespace bm::runtime
