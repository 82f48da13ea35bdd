// One copy of equal coefficients per device for the whole process, whichever nets, stages and runtimes use them.
//
//   ASSIGN_OR_RETURN(CoefficientBuffer buffer, CoefficientBuffer::Get(handle, bytes, digest));
//   buffer.address();
//
// The memory is freed with the last buffer that refers to it, through that buffer's handle.
#ifndef BMRUNTIME_SRC_COEFFICIENT_CACHE_H_
#define BMRUNTIME_SRC_COEFFICIENT_CACHE_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/sha256.h"
#include "bmdef.h"

namespace bm::runtime {

class CoefficientBuffer {
 public:
  // Uploads `bytes` unless the device has them already. `digest` is their SHA-256. Concurrent calls wait for each
  // other. RESOURCE_EXHAUSTED or INTERNAL as allocation and upload answer; then nothing is kept.
  static absl::StatusOr<CoefficientBuffer> Get(bm_handle_t handle, absl::Span<const uint8_t> bytes,
                                               const Sha256Digest& digest);

  CoefficientBuffer(CoefficientBuffer&& other) noexcept
      : entry_(std::exchange(other.entry_, nullptr)), handle_(other.handle_) {}
  CoefficientBuffer& operator=(CoefficientBuffer&& other) noexcept {
    std::swap(entry_, other.entry_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~CoefficientBuffer();

  uint64_t address() const;
  uint64_t size() const;
  const Sha256Digest& digest() const;

 private:
  struct Entry;
  struct Cache;
  static Cache& SharedCache();

  CoefficientBuffer(Entry* entry, bm_handle_t handle) : entry_(entry), handle_(handle) {}

  Entry* entry_;
  bm_handle_t handle_;
};

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_COEFFICIENT_CACHE_H_
