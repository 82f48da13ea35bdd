// Mapping of device memory into the process: for customers on an SoC only (BM_SOC=1), for the SDK itself always.
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "bmlib/src/bmlib_internal.h"
#include "bmlib/src/handle.h"

namespace {

using bm::lib::AtEdge;
using bm::lib::FromHandle;
using bm::lib::kMemoryTag;
using bm::lib::NotNull;

constexpr uint64_t kPageBytes = 4096;

// The handle of an SoC; on a PCIe card the line that users know.
absl::StatusOr<bm_context*> SocHandle(bm_handle_t handle, const char* action) {
  ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
  if (!context->card().is_soc()) {
    return absl::FailedPreconditionError(
        absl::StrCat("not support ", action, " in pcie mode (BM_SOC=1 makes it an SoC)"));
  }
  return context;
}

template <typename Descriptor>
bm_status_t Map(const char* function, bm_handle_t handle, const Descriptor* mem, unsigned long long* vmem) {
  return AtEdge(kMemoryTag, function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, SocHandle(handle, "mmap"));
    RETURN_IF_ERROR(NotNull(mem, "mem"));
    RETURN_IF_ERROR(NotNull(vmem, "vmem"));
    const uint64_t address = mem->u.device.device_addr;
    if (address % kPageBytes != 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("0x%x is no multiple of the page size %d", address, kPageBytes));
    }
    const uint64_t bytes = bm::AlignUp(mem->size, kPageBytes);
    ASSIGN_OR_RETURN(uint8_t* const view, context->card().Map(address, bytes));
    context->card().Flush(address, bytes);
    *vmem = reinterpret_cast<unsigned long long>(view);
    return absl::OkStatus();
  });
}

// Caches do not exist here: a flush tells prepared programs about host writes, an invalidation has nothing to do.
template <typename Descriptor>
bm_status_t Maintain(const char* function, bm_handle_t handle, const Descriptor* mem, uint64_t offset, uint64_t len,
                     const char* action) {
  return AtEdge(kMemoryTag, function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, SocHandle(handle, action));
    RETURN_IF_ERROR(NotNull(mem, "mem"));
    RETURN_IF_ERROR(bm::CheckRange(offset, len, mem->size));
    const uint64_t address = mem->u.device.device_addr + offset;
    RETURN_IF_ERROR(context->card().CheckRange(address, len));
    context->card().Flush(address, len);
    return absl::OkStatus();
  });
}

template <typename Descriptor>
uint64_t SizeOf(const Descriptor* mem) {
  return mem == nullptr ? 0 : mem->size;
}

bm_status_t Unmap(const char* function, bm_handle_t handle, const void* vmem, uint64_t size) {
  return AtEdge(kMemoryTag, function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, SocHandle(handle, "unmap"));
    // What the host wrote through the mapping is in device memory already.
    const absl::StatusOr<uint64_t> address = context->card().AddressOf(vmem);
    if (address.ok()) context->card().Flush(*address, size);
    return absl::OkStatus();
  });
}

}  // namespace

extern "C" {

bm_status_t bmnnsdk_host_view(bm_handle_t handle, unsigned long long address, unsigned long long size,
                              unsigned char** view) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    RETURN_IF_ERROR(NotNull(view, "view"));
    ASSIGN_OR_RETURN(*view, context->card().Map(address, size));
    return absl::OkStatus();
  });
}

bm_status_t bmnnsdk_host_written(bm_handle_t handle, unsigned long long address, unsigned long long size) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    RETURN_IF_ERROR(context->card().CheckRange(address, size));
    context->card().Flush(address, size);
    return absl::OkStatus();
  });
}

// One definition per family: prefix, suffix, descriptor, type of sizes.
#define BM_MAPPING_FUNCTIONS(PREFIX, SUFFIX, DESCRIPTOR, SIZE)                                                      \
  bm_status_t PREFIX##_mem_mmap_device_mem##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem, unsigned long long* vmem) { \
    return Map(__func__, handle, mem, vmem);                                                                        \
  }                                                                                                                 \
  bm_status_t PREFIX##_mem_mmap_device_mem_no_cache##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem,                    \
                                                            unsigned long long* vmem) {                             \
    return Map(__func__, handle, mem, vmem);                                                                        \
  }                                                                                                                 \
  bm_status_t PREFIX##_mem_invalidate_device_mem##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem) {                     \
    return Maintain(__func__, handle, mem, 0, SizeOf(mem), "invalidate");                                           \
  }                                                                                                                 \
  bm_status_t PREFIX##_mem_invalidate_partial_device_mem##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem, SIZE offset,  \
                                                                 SIZE len) {                                        \
    return Maintain(__func__, handle, mem, offset, len, "invalidate");                                              \
  }                                                                                                                 \
  bm_status_t PREFIX##_mem_flush_device_mem##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem) {                          \
    return Maintain(__func__, handle, mem, 0, SizeOf(mem), "flush");                                                \
  }                                                                                                                 \
  bm_status_t PREFIX##_mem_flush_partial_device_mem##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem, SIZE offset,       \
                                                            SIZE len) {                                             \
    return Maintain(__func__, handle, mem, offset, len, "flush");                                                   \
  }

BM_MAPPING_FUNCTIONS(bm, , bm_mem_desc, unsigned int)
BM_MAPPING_FUNCTIONS(bm, _u64, bm_mem_desc_u64, unsigned long long)
BM_MAPPING_FUNCTIONS(sg, , sg_mem_desc, unsigned long long)

bm_status_t bm_mem_unmap_device_mem(bm_handle_t handle, void* vmem, int size) {
  return Unmap(__func__, handle, vmem, size < 0 ? 0 : static_cast<uint64_t>(size));
}
bm_status_t sg_mem_unmap_device_mem(bm_handle_t handle, void* vmem, unsigned long long size) {
  return Unmap(__func__, handle, vmem, size);
}
bm_status_t bm_mem_unmap_device_mem_u64(bm_handle_t handle, void* vmem, unsigned long long size) {
  return Unmap(__func__, handle, vmem, size);
}

bm_status_t bm_mem_vir_to_phy(bm_handle_t handle, unsigned long long vmem, unsigned long long* device_mem) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, SocHandle(handle, "vir_to_phy"));
    RETURN_IF_ERROR(NotNull(device_mem, "device_mem"));
    const absl::StatusOr<uint64_t> address = context->card().AddressOf(reinterpret_cast<const void*>(vmem));
    if (!address.ok()) return absl::InvalidArgumentError(address.status().message());
    *device_mem = *address;
    return absl::OkStatus();
  });
}

}  // extern "C"
