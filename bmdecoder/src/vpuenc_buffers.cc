// Devices and device memory of the encoder.
#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "bmdecoder/src/decoder_table.h"
#include "bmdecoder/src/vpuenc.h"
#include "bmdecoder/surface.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::decoder {
namespace {

// What bmvpu_enc_dma_buffer_allocate gave, by device and address.
class Allocations {
 public:
  void Add(int device, const bm_device_mem_t& memory) {
    MutexLock lock(&mutex_);
    memory_[{device, bm_mem_get_device_addr(memory)}] = memory;
  }

  // INVALID_ARGUMENT for memory that is not here.
  absl::StatusOr<bm_device_mem_t> Remove(int device, uint64_t address) {
    MutexLock lock(&mutex_);
    const auto found = memory_.find({device, address});
    if (found == memory_.end()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("0x%x of device %d was not allocated, or is freed already", address, device));
    }
    const bm_device_mem_t memory = found->second;
    memory_.erase(found);
    return memory;
  }

 private:
  Mutex mutex_;
  std::map<std::pair<int, uint64_t>, bm_device_mem_t> memory_ ABSL_GUARDED_BY(mutex_);
};

Allocations& AllBuffers() {
  static Allocations* const allocations = new Allocations;
  return *allocations;
}

absl::Status Allocate(int core, BmVpuEncDMABuffer* buffer, unsigned size) {
  RETURN_IF_ERROR(NotNull(buffer, "buf"));
  ASSIGN_OR_RETURN(const int device, DeviceOfCore(core));
  if (size == 0) return absl::InvalidArgumentError("size is 0");
  ASSIGN_OR_RETURN(const bm_handle_t handle, EncoderDevices().Handle(device));
  bm_device_mem_t memory;
  if (bm_malloc_device_byte_heap_mask(handle, &memory, kUnitHeaps, size) != BM_SUCCESS) {
    return absl::ResourceExhaustedError(absl::StrCat("device ", device, " has no ", size, " bytes"));
  }
  AllBuffers().Add(device, memory);
  buffer->size = size;
  buffer->phys_addr = bm_mem_get_device_addr(memory);
  buffer->virt_addr = 0;
  return absl::OkStatus();
}

absl::Status Free(int core, BmVpuEncDMABuffer* buffer) {
  RETURN_IF_ERROR(NotNull(buffer, "buf"));
  ASSIGN_OR_RETURN(const int device, DeviceOfCore(core));
  ASSIGN_OR_RETURN(const bm_handle_t handle, EncoderDevices().Handle(device));
  ASSIGN_OR_RETURN(const bm_device_mem_t memory, AllBuffers().Remove(device, buffer->phys_addr));
  bm_free_device(handle, memory);
  buffer->size = 0;
  buffer->phys_addr = buffer->virt_addr = 0;
  return absl::OkStatus();
}

absl::StatusOr<absl::Span<uint8_t>> ViewOf(int core, uint64_t address, uint64_t size) {
  ASSIGN_OR_RETURN(const int device, DeviceOfCore(core));
  return EncoderDevices().View(device, address, size);
}

absl::Status CheckBuffer(int core, const BmVpuEncDMABuffer* buffer) {
  RETURN_IF_ERROR(NotNull(buffer, "buf"));
  return ViewOf(core, buffer->phys_addr, buffer->size).status();
}

absl::Status Flush(int core, const BmVpuEncDMABuffer* buffer) {
  RETURN_IF_ERROR(CheckBuffer(core, buffer));
  ASSIGN_OR_RETURN(const int device, DeviceOfCore(core));
  ASSIGN_OR_RETURN(const bm_handle_t handle, EncoderDevices().Handle(device));
  if (bmnnsdk_host_written(handle, buffer->phys_addr, buffer->size) == BM_SUCCESS) return absl::OkStatus();
  return absl::InternalError("the device refused the buffer");
}

// Rows of bytes; `device_rows` is the device's side.
struct Rows {
  int host_stride;
  int device_stride;
  int width;
  int height;
};

absl::StatusOr<absl::Span<uint8_t>> DeviceRows(int core, const void* host, uint64_t address, const Rows& rows) {
  RETURN_IF_ERROR(NotNull(host, "host_va"));
  if (rows.width < 1 || rows.height < 1 || rows.host_stride < rows.width || rows.device_stride < rows.width) {
    return absl::InvalidArgumentError(absl::StrCat("a plane of ", rows.width, " x ", rows.height, " with strides ",
                                                   rows.host_stride, " and ", rows.device_stride,
                                                   ": sides must be >= 1, strides >= the width"));
  }
  const uint64_t size = static_cast<uint64_t>(rows.device_stride) * static_cast<uint64_t>(rows.height - 1) +
                        static_cast<uint64_t>(rows.width);
  return ViewOf(core, address, size);
}

template <typename From, typename To>
void CopyRows(From* from, int from_stride, To* to, int to_stride, const Rows& rows) {
  for (int y = 0; y < rows.height; ++y) {
    std::copy_n(from + int64_t{y} * from_stride, rows.width, to + int64_t{y} * to_stride);
  }
}

}  // namespace

LoadedDevices& EncoderDevices() {
  static LoadedDevices* const devices = new LoadedDevices;
  return *devices;
}

absl::StatusOr<int> DeviceOfCore(int core) {
  if (core < 0) return absl::InvalidArgumentError(absl::StrCat("there is no core ", core, ": must be >= 0"));
  const int device = core / kCoresPerDevice;
  RETURN_IF_ERROR(EncoderDevices().Handle(device).status());
  return device;
}

}  // namespace bm::decoder

using namespace bm::decoder;  // NOLINT: the names below are the vendor's

int bmvpu_enc_get_core_idx(int soc_idx) { return soc_idx < 0 ? -1 : soc_idx * kCoresPerDevice + kDecoderCores; }

int bmvpu_enc_load(int soc_idx) {
  return AtEncoderEdge(__func__, [&] { return EncoderDevices().Load(soc_idx); });
}

int bmvpu_enc_unload(int soc_idx) {
  return AtEncoderEdge(__func__, [&] { return EncoderDevices().Unload(soc_idx); });
}

void bmvpu_enc_get_bitstream_buffer_info(size_t* size, uint32_t* alignment) {
  if (size != nullptr) *size = size_t{1} << 20;
  if (alignment != nullptr) *alignment = 8;
}

int bmvpu_enc_dma_buffer_allocate(int vpu_core_idx, BmVpuEncDMABuffer* buf, unsigned int size) {
  return AtEncoderEdge(__func__, [&] { return Allocate(vpu_core_idx, buf, size); });
}

int bmvpu_enc_dma_buffer_deallocate(int vpu_core_idx, BmVpuEncDMABuffer* buf) {
  return AtEncoderEdge(__func__, [&] { return Free(vpu_core_idx, buf); });
}

int bmvpu_enc_dma_buffer_attach(int vpu_core_idx, uint64_t paddr, unsigned int size) {
  return AtEncoderEdge(__func__, [&] { return ViewOf(vpu_core_idx, paddr, size).status(); });
}

int bmvpu_enc_dma_buffer_deattach(int vpu_core_idx, uint64_t paddr, unsigned int size) {
  return AtEncoderEdge(__func__, [&] { return ViewOf(vpu_core_idx, paddr, size).status(); });
}

int bmvpu_dma_buffer_map(int vpu_core_idx, BmVpuEncDMABuffer* buf, int) {
  return AtEncoderEdge(__func__, [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckBuffer(vpu_core_idx, buf));
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> view, ViewOf(vpu_core_idx, buf->phys_addr, buf->size));
    buf->virt_addr = reinterpret_cast<uint64_t>(view.data());
    return absl::OkStatus();
  });
}

int bmvpu_dma_buffer_unmap(int vpu_core_idx, BmVpuEncDMABuffer* buf) {
  return AtEncoderEdge(__func__, [&]() -> absl::Status {
    RETURN_IF_ERROR(Flush(vpu_core_idx, buf));
    buf->virt_addr = 0;
    return absl::OkStatus();
  });
}

int bmvpu_enc_dma_buffer_flush(int vpu_core_idx, BmVpuEncDMABuffer* buf) {
  return AtEncoderEdge(__func__, [&] { return Flush(vpu_core_idx, buf); });
}

int bmvpu_enc_dma_buffer_invalidate(int vpu_core_idx, BmVpuEncDMABuffer* buf) {
  return AtEncoderEdge(__func__, [&] { return CheckBuffer(vpu_core_idx, buf); });
}

uint64_t bmvpu_enc_dma_buffer_get_physical_address(BmVpuEncDMABuffer* buf) {
  return buf == nullptr ? 0 : buf->phys_addr;
}

unsigned int bmvpu_enc_dma_buffer_get_size(BmVpuEncDMABuffer* buf) { return buf == nullptr ? 0 : buf->size; }

int bmvpu_enc_upload_data(int vpu_core_idx, const uint8_t* host_va, int host_stride, uint64_t vpu_pa, int vpu_stride,
                          int width, int height) {
  return AtEncoderEdge(__func__, [&]() -> absl::Status {
    const Rows rows = {host_stride, vpu_stride, width, height};
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> device, DeviceRows(vpu_core_idx, host_va, vpu_pa, rows));
    CopyRows(host_va, host_stride, device.data(), vpu_stride, rows);
    const BmVpuEncDMABuffer written = {static_cast<unsigned>(device.size()), vpu_pa, 0, 0};
    return Flush(vpu_core_idx, &written);
  });
}

int bmvpu_enc_download_data(int vpu_core_idx, uint8_t* host_va, int host_stride, uint64_t vpu_pa, int vpu_stride,
                            int width, int height) {
  return AtEncoderEdge(__func__, [&]() -> absl::Status {
    const Rows rows = {host_stride, vpu_stride, width, height};
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> device, DeviceRows(vpu_core_idx, host_va, vpu_pa, rows));
    CopyRows(device.data(), vpu_stride, host_va, host_stride, rows);
    return absl::OkStatus();
  });
}
