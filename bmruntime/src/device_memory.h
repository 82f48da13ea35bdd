// Device memory of one device as the runtime uses it: 64-bit sizes, addresses, host copies in pieces.
//
//   ASSIGN_OR_RETURN(const DeviceBlock block, AllocateDevice(handle, bytes, heap_mask));
//   RETURN_IF_ERROR(Upload(handle, block.address, bytes));
//   FreeDevice(handle, block);
#ifndef BMRUNTIME_SRC_DEVICE_MEMORY_H_
#define BMRUNTIME_SRC_DEVICE_MEMORY_H_

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmdef.h"

namespace bm::runtime {

// A block of no bytes is (kCompileBase, 0); it is not backed by memory and freeing it does nothing.
struct DeviceBlock {
  uint64_t address = 0;
  uint64_t size = 0;
  bm_device_mem_u64_t descriptor = {};
};

// Heaps for what the runtime allocates: BMRUNTIME_NEURON_HEAP_MASK (decimal) or all three (7).
int NeuronHeapMask();
inline constexpr int kAllHeaps = 7;

// RESOURCE_EXHAUSTED with the number of bytes and the heap mask.
absl::StatusOr<DeviceBlock> AllocateDevice(bm_handle_t handle, uint64_t bytes, int heap_mask);
void FreeDevice(bm_handle_t handle, const DeviceBlock& block);

// Blocking copies, in pieces of 16 MiB. INTERNAL with address and vendor code where bmlib refuses.
absl::Status Upload(bm_handle_t handle, uint64_t address, absl::Span<const uint8_t> bytes);
absl::Status Download(bm_handle_t handle, uint64_t address, absl::Span<uint8_t> bytes);

// A block that is freed with its owner. The handle outlives it.
class OwnedBlock {
 public:
  OwnedBlock() = default;
  OwnedBlock(bm_handle_t handle, const DeviceBlock& block) : handle_(handle), block_(block) {}
  OwnedBlock(OwnedBlock&& other) noexcept { *this = std::move(other); }
  OwnedBlock& operator=(OwnedBlock&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(block_, other.block_);
    return *this;
  }
  ~OwnedBlock() {
    if (handle_ != nullptr) FreeDevice(handle_, block_);
  }

  uint64_t address() const { return block_.address; }
  uint64_t size() const { return block_.size; }

 private:
  bm_handle_t handle_ = nullptr;
  DeviceBlock block_;
};

absl::StatusOr<OwnedBlock> AllocateOwned(bm_handle_t handle, uint64_t bytes, int heap_mask);

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_DEVICE_MEMORY_H_
