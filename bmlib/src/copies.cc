// Copies between host and device, on the device, between devices; fills.
#include <cstdarg>
#include <cstring>
#include <vector>

#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "bmlib/src/handle.h"

namespace {

using bm::CheckRange;
using bm::driver::Card;
using bm::lib::AtEdge;
using bm::lib::FromHandle;
using bm::lib::kMemoryTag;
using bm::lib::NotNull;

constexpr int kApiMemset = 1, kApiByteCopy = 136, kApiStridedCopy = 137;

// [offset, offset + size) of a descriptor. The sum is taken in 64 bits and may not exceed the descriptor.
template <typename Descriptor>
absl::StatusOr<uint64_t> AddressIn(const Descriptor& mem, uint64_t size, uint64_t offset) {
  RETURN_IF_ERROR(CheckRange(offset, size, mem.size));
  return mem.u.device.device_addr + offset;
}

absl::Status CheckHost(const void* pointer, uint64_t size) {
  // The driver cannot read there, which the vendor reports as a failure and not as a wrong parameter.
  if (pointer == nullptr && size > 0) return absl::InternalError("the host buffer is null");
  return absl::OkStatus();
}

template <typename Descriptor>
bm_status_t ToDevice(const char* function, bm_handle_t handle, const Descriptor& dst, const void* src, uint64_t size,
                     uint64_t offset) {
  return AtEdge(kMemoryTag, function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    ASSIGN_OR_RETURN(const uint64_t address, AddressIn(dst, size, offset));
    RETURN_IF_ERROR(CheckHost(src, size));
    return context->card().Write(&context->session, address, src, size);
  });
}

template <typename Descriptor>
bm_status_t ToHost(const char* function, bm_handle_t handle, void* dst, const Descriptor& src, uint64_t size,
                   uint64_t offset) {
  return AtEdge(kMemoryTag, function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    ASSIGN_OR_RETURN(const uint64_t address, AddressIn(src, size, offset));
    RETURN_IF_ERROR(CheckHost(dst, size));
    return context->card().Read(&context->session, address, dst, size);
  });
}

// The fields of a message, without padding.
class Packed {
 public:
  template <typename T>
  Packed& Put(T value) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof(value));
    return *this;
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

// Queues a message and waits for it. The range is checked first, because a queued message's errors reach nobody.
absl::Status SendAndWait(bm_context* context, int api_id, const Packed& fields) {
  RETURN_IF_ERROR(context->card().Send(&context->session, api_id, fields.bytes()));
  return context->card().SyncThread(&context->session);
}

absl::Status CheckDevice(bm_context* context, uint64_t address, uint64_t size) {
  return context->card().CheckRange(address, size);
}

absl::Status CopyOnDevice(bm_context* context, uint64_t dst, uint64_t src, uint64_t size) {
  RETURN_IF_ERROR(CheckDevice(context, dst, size));
  RETURN_IF_ERROR(CheckDevice(context, src, size));
  return SendAndWait(context, kApiByteCopy, Packed().Put(src).Put(dst).Put(size));
}

absl::Status Fill(bm_context* context, const void* value, int mode, const bm_device_mem_t& mem) {
  if (mode < 1 || mode > 4 || mem.size % static_cast<unsigned>(mode) != 0) {
    return absl::InvalidArgumentError(
        absl::StrFormat("mode %d for %d bytes; it is 1..4 and divides the size", mode, mem.size));
  }
  RETURN_IF_ERROR(CheckDevice(context, mem.u.device.device_addr, mem.size));
  int32_t pattern = 0;
  std::memcpy(&pattern, value, static_cast<size_t>(mode));
  const auto width = static_cast<uint32_t>(mem.size / static_cast<unsigned>(mode));
  return SendAndWait(
      context, kApiMemset,
      Packed().Put(uint64_t{mem.u.device.device_addr}).Put(uint32_t{1}).Put(width).Put(int32_t{mode}).Put(pattern));
}

// Pairs of host pointer and byte count, consecutive in device memory; stops at the first failure.
template <typename Copy>
bm_status_t ForEachPiece(const bm_device_mem_t& mem, int argc, va_list pieces, Copy copy) {
  uint64_t offset = 0;
  bm_status_t status = BM_SUCCESS;
  for (int i = 0; i + 1 < argc && status == BM_SUCCESS; i += 2) {
    void* const host = va_arg(pieces, void*);
    const auto bytes = va_arg(pieces, unsigned long long);
    bm_device_mem_t whole = mem;
    status = copy(whole, host, bytes, offset);
    offset += bytes;
  }
  return status;
}

// Allocates device memory for a host buffer and copies it there if asked.
bm_status_t ToNewDevice(const char* function, bm_handle_t handle, bm_mem_desc* dev_mem, const bm_mem_desc& sys_mem,
                        bool need_copy, uint64_t element_bytes, std::initializer_list<int> extents) {
  uint64_t bytes = 0;
  const bm_status_t checked = AtEdge(kMemoryTag, function, [&]() -> absl::Status {
    RETURN_IF_ERROR(FromHandle(handle).status());
    RETURN_IF_ERROR(NotNull(dev_mem, "dev_mem"));
    if (sys_mem.flags.u.mem_type != BM_MEM_TYPE_SYSTEM) {
      return absl::InvalidArgumentError(
          absl::StrFormat("the host buffer's descriptor has type %d; it takes %d (SYSTEM)",
                          static_cast<int>(sys_mem.flags.u.mem_type), BM_MEM_TYPE_SYSTEM));
    }
    bytes = element_bytes;
    for (const int extent : extents) {
      if (extent < 0) return absl::InvalidArgumentError(absl::StrFormat("an extent of %d", extent));
      ASSIGN_OR_RETURN(bytes, bm::CheckedMul(bytes, static_cast<uint64_t>(extent)));
    }
    return bm::CheckedCast<unsigned int>(bytes).status();
  });
  if (checked != BM_SUCCESS) return checked;
  const bm_status_t allocated = bm_malloc_device_byte(handle, dev_mem, static_cast<unsigned int>(bytes));
  if (allocated != BM_SUCCESS || !need_copy) return allocated;
  const bm_status_t copied = bm_memcpy_s2d(handle, *dev_mem, sys_mem.u.system.system_addr);
  if (copied != BM_SUCCESS) bm_free_device(handle, *dev_mem);
  return copied;
}

}  // namespace

extern "C" {

// One definition per family: prefix, suffix, descriptor, type of sizes.
#define BM_COPY_FUNCTIONS(PREFIX, SUFFIX, DESCRIPTOR, SIZE)                                                        \
  bm_status_t PREFIX##_memcpy_s2d##SUFFIX(bm_handle_t handle, DESCRIPTOR dst, void* src) {                         \
    return ToDevice(__func__, handle, dst, src, dst.size, 0);                                                      \
  }                                                                                                                \
  bm_status_t PREFIX##_memcpy_s2d_partial##SUFFIX(bm_handle_t handle, DESCRIPTOR dst, void* src, SIZE size) {      \
    return ToDevice(__func__, handle, dst, src, size, 0);                                                          \
  }                                                                                                                \
  bm_status_t PREFIX##_memcpy_s2d_partial_offset##SUFFIX(bm_handle_t handle, DESCRIPTOR dst, void* src, SIZE size, \
                                                         SIZE offset) {                                            \
    return ToDevice(__func__, handle, dst, src, size, offset);                                                     \
  }                                                                                                                \
  bm_status_t PREFIX##_memcpy_d2s##SUFFIX(bm_handle_t handle, void* dst, DESCRIPTOR src) {                         \
    return ToHost(__func__, handle, dst, src, src.size, 0);                                                        \
  }                                                                                                                \
  bm_status_t PREFIX##_memcpy_d2s_partial##SUFFIX(bm_handle_t handle, void* dst, DESCRIPTOR src, SIZE size) {      \
    return ToHost(__func__, handle, dst, src, size, 0);                                                            \
  }                                                                                                                \
  bm_status_t PREFIX##_memcpy_d2s_partial_offset##SUFFIX(bm_handle_t handle, void* dst, DESCRIPTOR src, SIZE size, \
                                                         SIZE offset) {                                            \
    return ToHost(__func__, handle, dst, src, size, offset);                                                       \
  }

BM_COPY_FUNCTIONS(bm, , bm_mem_desc, unsigned int)
BM_COPY_FUNCTIONS(bm, _u64, bm_mem_desc_u64, unsigned long long)
BM_COPY_FUNCTIONS(sg, , sg_mem_desc, unsigned long long)

bm_status_t bm_memcpy_s2d_gather(bm_handle_t handle, bm_device_mem_t dst, int argc, ...) {
  va_list pieces;
  va_start(pieces, argc);
  const bm_status_t status =
      ForEachPiece(dst, argc, pieces, [&](const bm_device_mem_t& mem, void* host, uint64_t bytes, uint64_t offset) {
        return ToDevice("bm_memcpy_s2d_gather", handle, mem, host, bytes, offset);
      });
  va_end(pieces);
  return status;
}

bm_status_t bm_memcpy_d2s_scatter(bm_handle_t handle, bm_device_mem_t src, int argc, ...) {
  va_list pieces;
  va_start(pieces, argc);
  const bm_status_t status =
      ForEachPiece(src, argc, pieces, [&](const bm_device_mem_t& mem, void* host, uint64_t bytes, uint64_t offset) {
        return ToHost("bm_memcpy_d2s_scatter", handle, host, mem, bytes, offset);
      });
  va_end(pieces);
  return status;
}

bm_status_t bm_memcpy_d2d_byte(bm_handle_t handle, bm_device_mem_t dst, size_t dst_offset, bm_device_mem_t src,
                               size_t src_offset, size_t size) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    ASSIGN_OR_RETURN(const uint64_t target, bm::CheckedAdd(dst.u.device.device_addr, dst_offset));
    ASSIGN_OR_RETURN(const uint64_t source, bm::CheckedAdd(src.u.device.device_addr, src_offset));
    return CopyOnDevice(context, target, source, size);
  });
}

bm_status_t bm_memcpy_d2d(bm_handle_t handle, bm_device_mem_t dst, int dst_offset, bm_device_mem_t src, int src_offset,
                          int len) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    if (dst_offset < 0 || src_offset < 0 || len < 0) {
      return absl::InvalidArgumentError(absl::StrFormat("offsets %d and %d, %d words", dst_offset, src_offset, len));
    }
    return CopyOnDevice(context, dst.u.device.device_addr + static_cast<uint64_t>(dst_offset),
                        src.u.device.device_addr + static_cast<uint64_t>(src_offset), 4 * static_cast<uint64_t>(len));
  });
}

bm_status_t bm_memcpy_d2d_stride(bm_handle_t handle, bm_device_mem_t dst, int dst_stride, bm_device_mem_t src,
                                 int src_stride, int count, int format_size) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    const bool knows_size = format_size == 1 || format_size == 2 || format_size == 4;
    const bool knows_stride = dst_stride == 1 || (dst_stride == 4 && src_stride == 1 && format_size == 1);
    if (!knows_size || !knows_stride || src_stride < 1 || count < 0) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "%d elements of %d bytes by steps of %d to %d; sizes are 1, 2, 4, the target's step is 1, or 4 "
          "for single bytes",
          count, format_size, src_stride, dst_stride));
    }
    const auto bytes = [&](int stride) { return uint64_t{1} * count * stride * format_size; };
    RETURN_IF_ERROR(CheckRange(0, bytes(dst_stride), dst.size));
    RETURN_IF_ERROR(CheckRange(0, bytes(src_stride), src.size));
    RETURN_IF_ERROR(CheckDevice(context, dst.u.device.device_addr, bytes(dst_stride)));
    RETURN_IF_ERROR(CheckDevice(context, src.u.device.device_addr, bytes(src_stride)));
    return SendAndWait(context, kApiStridedCopy,
                       Packed()
                           .Put(uint64_t{src.u.device.device_addr})
                           .Put(uint64_t{dst.u.device.device_addr})
                           .Put(int32_t{src_stride})
                           .Put(int32_t{dst_stride})
                           .Put(int32_t{count})
                           .Put(int32_t{format_size}));
  });
}

bm_status_t bm_memset_device_ext(bm_handle_t handle, void* value, int mode, bm_device_mem_t mem) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    RETURN_IF_ERROR(NotNull(value, "value"));
    return Fill(context, value, mode, mem);
  });
}

bm_status_t bm_memset_device(bm_handle_t handle, const int value, bm_device_mem_t mem) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    return Fill(context, &value, sizeof(value), mem);
  });
}

bm_status_t bm_memcpy_c2c(bm_handle_t src_handle, bm_handle_t dst_handle, bm_device_mem_t src, bm_device_mem_t dst,
                          bool /*force_dst_cdma*/) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * from, FromHandle(src_handle));
    ASSIGN_OR_RETURN(bm_context * to, FromHandle(dst_handle));
    return Card::CopyBetween(&from->card(), src.u.device.device_addr, &to->card(), dst.u.device.device_addr, src.size);
  });
}

bm_status_t bm_memcpy_p2p(bm_handle_t src_handle, bm_device_mem_t src, bm_handle_t dst_handle, bm_device_mem_t dst) {
  return AtEdge(kMemoryTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * from, FromHandle(src_handle));
    ASSIGN_OR_RETURN(bm_context * to, FromHandle(dst_handle));
    if (&from->card() == &to->card()) {
      return absl::InternalError(
          absl::StrFormat("both handles are of device %d; p2p is between devices", from->card().index()));
    }
    return Card::CopyBetween(&from->card(), src.u.device.device_addr, &to->card(), dst.u.device.device_addr, dst.size);
  });
}

bm_status_t bm_mem_convert_system_to_device_neuron(bm_handle_t handle, struct bm_mem_desc* dev_mem,
                                                   struct bm_mem_desc sys_mem, bool need_copy, int n, int c, int h,
                                                   int w) {
  return ToNewDevice(__func__, handle, dev_mem, sys_mem, need_copy, 4, {n, c, h, w});
}
bm_status_t bm_mem_convert_system_to_device_neuron_byte(bm_handle_t handle, struct bm_mem_desc* dev_mem,
                                                        struct bm_mem_desc sys_mem, bool need_copy, int n, int c, int h,
                                                        int w) {
  return ToNewDevice(__func__, handle, dev_mem, sys_mem, need_copy, 1, {n, c, h, w});
}
bm_status_t bm_mem_convert_system_to_device_coeff(bm_handle_t handle, struct bm_mem_desc* dev_mem,
                                                  struct bm_mem_desc sys_mem, bool need_copy, int coeff_count) {
  return ToNewDevice(__func__, handle, dev_mem, sys_mem, need_copy, 4, {coeff_count});
}
bm_status_t bm_mem_convert_system_to_device_coeff_byte(bm_handle_t handle, struct bm_mem_desc* dev_mem,
                                                       struct bm_mem_desc sys_mem, bool need_copy, int coeff_count) {
  return ToNewDevice(__func__, handle, dev_mem, sys_mem, need_copy, 1, {coeff_count});
}

}  // extern "C"
