#include "bmcv/src/tensor.h"

#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::cv {

absl::StatusOr<unsigned char*> TensorBytes(bm_handle_t handle, const bm_device_mem_t& mem, uint64_t count,
                                           uint64_t element_bytes, uint64_t alignment, absl::string_view name) {
  ASSIGN_OR_RETURN(const uint64_t bytes, CheckedMul(count, element_bytes));
  unsigned char* view = nullptr;
  if (bm_mem_get_type(mem) == BM_MEM_TYPE_SYSTEM) {
    view = static_cast<unsigned char*>(bm_mem_get_system_addr(mem));
  } else if (bm_mem_get_type(mem) == BM_MEM_TYPE_DEVICE) {
    if (bytes > bm_mem_get_device_size(mem)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s takes %d bytes and its device block has %d", name, bytes, bm_mem_get_device_size(mem)));
    }
    // The card runs operators in the order of its queue: what this thread launched before has to be there.
    if (bm_sync_api(handle) != BM_SUCCESS ||
        bmnnsdk_host_view(handle, bm_mem_get_device_addr(mem), bytes, &view) != BM_SUCCESS) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s: no %d bytes of device memory at 0x%x", name, bytes, bm_mem_get_device_addr(mem)));
    }
  } else {
    return absl::InvalidArgumentError(absl::StrFormat("%s is neither device nor system memory (type %d)", name,
                                                      static_cast<int>(bm_mem_get_type(mem))));
  }
  if (view == nullptr) return absl::InvalidArgumentError(absl::StrFormat("%s is at address null", name));
  if (reinterpret_cast<uintptr_t>(view) % alignment != 0) {
    return absl::InvalidArgumentError(absl::StrFormat("%s is not aligned to %d bytes", name, alignment));
  }
  return view;
}

void TensorWritten(bm_handle_t handle, const bm_device_mem_t& mem, uint64_t bytes) {
  if (bm_mem_get_type(mem) == BM_MEM_TYPE_DEVICE) bmnnsdk_host_written(handle, bm_mem_get_device_addr(mem), bytes);
}

}  // namespace bm::cv
