#include "bmruntime/src/device_memory.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/environment.h"
#include "base/status_macros.h"
#include "bmodel/model.h"

namespace bm::runtime {
namespace {

constexpr uint64_t kPieceBytes = 16 << 20;

// Calls `copy(descriptor, offset)` for pieces of [address, address + bytes).
template <typename Copy>
absl::Status InPieces(const char* what, uint64_t address, uint64_t bytes, Copy copy) {
  for (uint64_t offset = 0; offset < bytes; offset += kPieceBytes) {
    const auto piece = static_cast<unsigned>(std::min(kPieceBytes, bytes - offset));
    const bm_status_t code = copy(bm_mem_from_device(address + offset, piece), offset);
    if (code != BM_SUCCESS) {
      return absl::InternalError(
          absl::StrFormat("%s of %d bytes at 0x%x failed with status %d", what, piece, address + offset, code));
    }
  }
  return absl::OkStatus();
}

}  // namespace

int NeuronHeapMask() { return static_cast<int>(EnvironmentInteger(EnvironmentVariable::kNeuronHeapMask)); }

absl::StatusOr<DeviceBlock> AllocateDevice(bm_handle_t handle, uint64_t bytes, int heap_mask) {
  DeviceBlock block;
  if (bytes == 0) {
    block.address = bmodel::kCompileBase;
    return block;
  }
  const bm_status_t code = bm_malloc_device_byte_heap_mask_u64(handle, &block.descriptor, heap_mask, bytes);
  if (code != BM_SUCCESS) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no device memory for ", bytes, " bytes in heap mask ", heap_mask, " (status ", code, ")"));
  }
  block.address = block.descriptor.u.device.device_addr;
  block.size = bytes;
  return block;
}

void FreeDevice(bm_handle_t handle, const DeviceBlock& block) {
  if (block.size != 0) bm_free_device_u64(handle, block.descriptor);
}

absl::Status Upload(bm_handle_t handle, uint64_t address, absl::Span<const uint8_t> bytes) {
  return InPieces("a copy to the device", address, bytes.size(), [&](bm_device_mem_t target, uint64_t offset) {
    return bm_memcpy_s2d(handle, target, const_cast<uint8_t*>(bytes.data() + offset));
  });
}

absl::Status Download(bm_handle_t handle, uint64_t address, absl::Span<uint8_t> bytes) {
  return InPieces("a copy from the device", address, bytes.size(), [&](bm_device_mem_t source, uint64_t offset) {
    return bm_memcpy_d2s(handle, bytes.data() + offset, source);
  });
}

absl::StatusOr<OwnedBlock> AllocateOwned(bm_handle_t handle, uint64_t bytes, int heap_mask) {
  ASSIGN_OR_RETURN(const DeviceBlock block, AllocateDevice(handle, bytes, heap_mask));
  return OwnedBlock(handle, block);
}

}  // namespace bm::runtime
