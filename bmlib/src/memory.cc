// Allocation and release of device memory.
#include <limits>

#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "bmlib/src/handle.h"

namespace {

using bm::CheckedMul;
using bm::driver::kAllHeaps;
using bm::lib::AtEdge;
using bm::lib::FromHandle;
using bm::lib::kMemoryTag;
using bm::lib::LogLine;
using bm::lib::NotNull;

// Addresses that bm_free_device takes for device memory at all.
constexpr uint64_t kFirstAddress = 0x100000000, kEndAddress = 0x500000000;

// Allocates and fills the descriptor, whose address is BM_MEM_ADDR_NULL on failure.
template <typename Descriptor>
bm_status_t Allocate(const char* function, bm_handle_t handle, Descriptor* mem, int heap_mask, uint64_t bytes) {
  if (handle == nullptr || mem == nullptr || heap_mask == 0) {
    LogLine(kMemoryTag, BMLIB_LOG_ERROR,
            absl::StrFormat("%s: the handle or the descriptor is null, or the heap mask 0", function));
    return BM_ERR_DEVNOTREADY;
  }
  mem->flags.rawflags = 0;
  mem->flags.u.mem_type = BM_MEM_TYPE_DEVICE;
  mem->size = static_cast<decltype(mem->size)>(bytes);
  const absl::StatusOr<uint64_t> address = handle->card().Allocate(heap_mask, bytes);
  if (!address.ok()) {
    mem->u.device.device_addr = BM_MEM_ADDR_NULL;
    mem->u.device.dmabuf_fd = -1;
    LogLine(kMemoryTag, BMLIB_LOG_ERROR,
            absl::StrFormat("%s: bm_alloc_gmem failed, dev_id = %d, size = 0x%x: %s", function, handle->card().index(),
                            bytes, std::string(address.status().message())));
    LogLine("BM_CHECK", BMLIB_LOG_ERROR, absl::StrFormat("status %d in %s", BM_ERR_NOMEM, function));
    return BM_ERR_NOMEM;
  }
  if (handle->profile != nullptr) handle->profile->AddMemory(*address, bytes);
  mem->u.device.device_addr = *address;
  mem->u.device.reserved = 0;
  mem->u.device.dmabuf_fd = static_cast<int>(*address >> 12 & std::numeric_limits<int>::max());
  mem->flags.u.gmem_heapid = static_cast<unsigned>(handle->card().HeapOf(*address));
  return BM_SUCCESS;
}

// `count` elements of 4 bytes. Counts come from callers: negative ones and overflows leave no allocation behind.
template <typename Descriptor>
bm_status_t AllocateWords(const char* function, bm_handle_t handle, Descriptor* mem,
                          std::initializer_list<unsigned long long> extents) {
  uint64_t bytes = 4;
  for (const unsigned long long extent : extents) {
    const absl::StatusOr<uint64_t> product = CheckedMul(bytes, extent);
    if (!product.ok() || *product > std::numeric_limits<decltype(mem->size)>::max()) {
      LogLine(kMemoryTag, BMLIB_LOG_ERROR, absl::StrFormat("%s: more bytes than a descriptor holds", function));
      return BM_NOT_SUPPORTED;
    }
    bytes = *product;
  }
  return Allocate(function, handle, mem, kAllHeaps, bytes);
}

// A negative count becomes one that no descriptor holds.
unsigned long long Extent(int value) {
  return value < 0 ? std::numeric_limits<unsigned long long>::max() : static_cast<unsigned long long>(value);
}

int HeapBit(int heap_id) { return heap_id >= 0 && heap_id < 31 ? 1 << heap_id : 1 << 30; }

void Release(const char* function, bm_handle_t handle, uint64_t address) {
  if (handle == nullptr) {
    LogLine(kMemoryTag, BMLIB_LOG_ERROR, absl::StrFormat("%s: the handle is null", function));
    return;
  }
  if (address < kFirstAddress || address >= kEndAddress) {
    LogLine(kMemoryTag, BMLIB_LOG_ERROR,
            absl::StrFormat("%s: 0x%x is no device address; nothing is freed", function, address));
    return;
  }
  if (handle->profile != nullptr) handle->profile->RemoveMemory(address);
  const absl::Status status = handle->card().Free(address);
  if (!status.ok())
    LogLine(kMemoryTag, BMLIB_LOG_ERROR, absl::StrFormat("%s: %s", function, std::string(status.message())));
}

template <typename Descriptor>
bm_status_t HeapId(const char* function, bm_handle_t handle, const Descriptor* mem, unsigned int* heap_id) {
  return AtEdge(kMemoryTag, function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    RETURN_IF_ERROR(NotNull(mem, "mem"));
    RETURN_IF_ERROR(NotNull(heap_id, "heap_id"));
    if (mem->flags.u.mem_type != BM_MEM_TYPE_DEVICE) {
      return absl::FailedPreconditionError(
          absl::StrFormat("a descriptor of type %d", static_cast<int>(mem->flags.u.mem_type)));
    }
    const int heap = context->card().HeapOf(mem->u.device.device_addr);
    if (heap < 0) {
      return absl::InvalidArgumentError(absl::StrFormat("0x%x lies in no heap", mem->u.device.device_addr));
    }
    *heap_id = static_cast<unsigned>(heap);
    return absl::OkStatus();
  });
}

}  // namespace

extern "C" {

// One definition per family: prefix, suffix, descriptor, type of sizes, type of counts.
#define BM_ALLOCATION_FUNCTIONS(PREFIX, SUFFIX, DESCRIPTOR, SIZE)                                                     \
  bm_status_t PREFIX##_malloc_device_byte##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem, SIZE size) {                   \
    return Allocate(__func__, handle, mem, kAllHeaps, size);                                                          \
  }                                                                                                                   \
  bm_status_t PREFIX##_malloc_device_byte_heap##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem, int heap_id, SIZE size) { \
    return Allocate(__func__, handle, mem, HeapBit(heap_id), size);                                                   \
  }                                                                                                                   \
  bm_status_t PREFIX##_malloc_device_byte_heap_mask##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem, int heap_id_mask,    \
                                                            SIZE size) {                                              \
    return Allocate(__func__, handle, mem, heap_id_mask, size);                                                       \
  }                                                                                                                   \
  void PREFIX##_free_device##SUFFIX(bm_handle_t handle, DESCRIPTOR mem) {                                             \
    Release(__func__, handle, mem.u.device.device_addr);                                                              \
  }                                                                                                                   \
  bm_status_t PREFIX##_get_gmem_heap_id##SUFFIX(bm_handle_t handle, DESCRIPTOR* mem, unsigned int* heap_id) {         \
    return HeapId(__func__, handle, mem, heap_id);                                                                    \
  }

BM_ALLOCATION_FUNCTIONS(bm, , bm_mem_desc, unsigned int)
BM_ALLOCATION_FUNCTIONS(bm, _u64, bm_mem_desc_u64, unsigned long long)
BM_ALLOCATION_FUNCTIONS(sg, , sg_mem_desc, unsigned long long)

bm_status_t bm_malloc_device_dword(bm_handle_t handle, bm_device_mem_t* mem, int count) {
  return AllocateWords(__func__, handle, mem, {Extent(count)});
}
bm_status_t sg_malloc_device_dword(bm_handle_t handle, sg_device_mem_t* mem, unsigned long long count) {
  return AllocateWords(__func__, handle, mem, {count});
}
bm_status_t bm_malloc_device_dword_u64(bm_handle_t handle, bm_device_mem_u64_t* mem, unsigned long long count) {
  return AllocateWords(__func__, handle, mem, {count});
}
bm_status_t bm_malloc_neuron_device(bm_handle_t handle, bm_device_mem_t* mem, int n, int c, int h, int w) {
  return AllocateWords(__func__, handle, mem, {Extent(n), Extent(c), Extent(h), Extent(w)});
}
bm_status_t sg_malloc_neuron_device(bm_handle_t handle, sg_device_mem_t* mem, unsigned long long n,
                                    unsigned long long c, unsigned long long h, unsigned long long w) {
  return AllocateWords(__func__, handle, mem, {n, c, h, w});
}
bm_status_t bm_malloc_neuron_device_u64(bm_handle_t handle, bm_device_mem_u64_t* mem, unsigned long long n,
                                        unsigned long long c, unsigned long long h, unsigned long long w) {
  return AllocateWords(__func__, handle, mem, {n, c, h, w});
}

bm_status_t bm_malloc_device_mem(bm_handle_t handle, unsigned long long* paddr, int heap_id, unsigned long long size) {
  bm_device_mem_u64_t mem;
  if (paddr == nullptr || Allocate(__func__, handle, &mem, HeapBit(heap_id), size) != BM_SUCCESS) {
    return BM_ERR_DEVNOTREADY;
  }
  *paddr = mem.u.device.device_addr;
  return BM_SUCCESS;
}

void bm_free_device_mem(bm_handle_t handle, unsigned long long paddr) { Release(__func__, handle, paddr); }

// The area that the card keeps for its ARM cores: one fixed address, held without accounting.
unsigned long long bm_gmem_arm_reserved_request(bm_handle_t handle) {
  constexpr unsigned long long kArmReserved = 0x120000000;
  return handle == nullptr ? BM_MEM_ADDR_NULL : kArmReserved;
}
void bm_gmem_arm_reserved_release(bm_handle_t) {}

}  // extern "C"
