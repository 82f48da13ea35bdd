// Neuron memory of a runtime: where compiled nets keep what lies between their commands.
//
// Shared: nets of one subnet never hold anything across a launch, so all of them use one set of buffers (one per
// bulk) that grows with the largest. Buffers that became too small stay, because loaded nets point to them.
// Thread-safe.
#ifndef BMRUNTIME_SRC_NEURON_MEMORY_H_
#define BMRUNTIME_SRC_NEURON_MEMORY_H_

#include <cstdint>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "bmruntime/src/device_memory.h"

namespace bm::runtime {

enum class NeuronSharing { kShared, kOwn };

class NeuronMemory {
 public:
  explicit NeuronMemory(bm_handle_t handle) : handle_(handle) {}

  // One device address per bulk, valid as long as this object.
  absl::StatusOr<std::vector<uint64_t>> Provide(const std::vector<uint64_t>& bulk_sizes, NeuronSharing sharing);

 private:
  const bm_handle_t handle_;
  Mutex mutex_;
  std::vector<OwnedBlock> blocks_ ABSL_GUARDED_BY(mutex_);
  // Index in blocks_ of the newest shared block of each bulk.
  std::vector<size_t> shared_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_NEURON_MEMORY_H_
