// The framebuffers of a JPEG decoder.
#ifndef BMDECODER_SRC_JPU_FRAMEBUFFERS_H_
#define BMDECODER_SRC_JPU_FRAMEBUFFERS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bm_jpeg_interface.h"

namespace bm::decoder {

struct JpuFramebuffer {
  BmJpuFramebuffer vendor = {};
  bm_device_mem_t memory = {};
  // The host's view of it.
  uint8_t* view = nullptr;
  bool in_use = false;
};

// Not thread-safe.
class JpuFramebuffers {
 public:
  // `count` buffers from the device's memory. If `keeps_size` they are used for every picture that fits, and have at
  // least `least_bytes`; else they are allocated anew whenever the size changes.
  JpuFramebuffers(bm_handle_t handle, unsigned count, bool keeps_size, size_t least_bytes);
  ~JpuFramebuffers();
  JpuFramebuffers(const JpuFramebuffers&) = delete;
  JpuFramebuffers& operator=(const JpuFramebuffers&) = delete;

  // Uses memory of the caller instead: `bytes` at each address. INVALID_ARGUMENT for what is no device memory.
  absl::Status UseMemory(const bm_jpu_phys_addr_t* addresses, int count, size_t bytes);

  // A free buffer of at least `bytes`, now in use; null if there is none. Buffers in use stay until they are released.
  // RESOURCE_EXHAUSTED if the device has no memory; UNAVAILABLE if the caller's buffers are too small.
  absl::StatusOr<JpuFramebuffer*> Take(size_t bytes);

  // ABORTED for a buffer that is not in use.
  absl::Status Release(const BmJpuFramebuffer* buffer);
  void ReleaseAll();

  // Of a buffer.
  size_t bytes() const { return bytes_; }
  unsigned count() const { return count_; }

 private:
  absl::Status Allocate(size_t bytes);
  void Free(JpuFramebuffer* buffer);
  // Frees what is free, and keeps the rest aside.
  void Retire();

  const bm_handle_t handle_;
  unsigned count_;
  const bool keeps_size_;
  const size_t least_bytes_;
  bool is_callers_memory_ = false;
  size_t bytes_ = 0;
  std::vector<std::unique_ptr<JpuFramebuffer>> buffers_;
  // In use, of an earlier size.
  std::vector<std::unique_ptr<JpuFramebuffer>> retired_;
};

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_JPU_FRAMEBUFFERS_H_
