// Arguments of the tensor operators: arrays in device memory, which are used in place, or in the caller's own memory
// (bm_mem_from_system).
//
//   ASSIGN_OR_RETURN(const absl::Span<const float> keys, InputTensor<float>(handle, src_data, count, "src_data"));
//   ASSIGN_OR_RETURN(const OutputTensor<int> indexes, OutputTensor<int>::Open(handle, dst_index, count, "dst_index"));
//   indexes.span()[0] = 7;
//
// INVALID_ARGUMENT names the argument: neither device nor system memory, a null or misaligned address, a device block
// smaller than the elements. The size of system memory is the caller's word.
#ifndef BMCV_SRC_TENSOR_H_
#define BMCV_SRC_TENSOR_H_

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "bmlib_runtime.h"

namespace bm::cv {

// The first byte of `count` elements. Device memory has seen what the calling thread queued before.
absl::StatusOr<unsigned char*> TensorBytes(bm_handle_t handle, const bm_device_mem_t& mem, uint64_t count,
                                           uint64_t element_bytes, uint64_t alignment, absl::string_view name);

// Tells the card that the host wrote there; nothing for system memory.
void TensorWritten(bm_handle_t handle, const bm_device_mem_t& mem, uint64_t bytes);

template <typename T>
absl::StatusOr<absl::Span<const T>> InputTensor(bm_handle_t handle, const bm_device_mem_t& mem, uint64_t count,
                                                absl::string_view name) {
  ASSIGN_OR_RETURN(const unsigned char* bytes, TensorBytes(handle, mem, count, sizeof(T), alignof(T), name));
  return absl::MakeConstSpan(reinterpret_cast<const T*>(bytes), count);
}

// Writable elements; reports them as written when it goes away.
template <typename T>
class OutputTensor {
 public:
  static absl::StatusOr<OutputTensor> Open(bm_handle_t handle, const bm_device_mem_t& mem, uint64_t count,
                                           absl::string_view name) {
    ASSIGN_OR_RETURN(unsigned char* const bytes, TensorBytes(handle, mem, count, sizeof(T), alignof(T), name));
    return OutputTensor(handle, mem, absl::MakeSpan(reinterpret_cast<T*>(bytes), count));
  }
  OutputTensor(OutputTensor&& other) noexcept
      : handle_(other.handle_), mem_(other.mem_), span_(std::exchange(other.span_, absl::Span<T>())) {}
  OutputTensor(const OutputTensor&) = delete;
  OutputTensor& operator=(const OutputTensor&) = delete;
  ~OutputTensor() {
    if (!span_.empty()) TensorWritten(handle_, mem_, span_.size() * sizeof(T));
  }

  absl::Span<T> span() const { return span_; }

 private:
  OutputTensor(bm_handle_t handle, const bm_device_mem_t& mem, absl::Span<T> span)
      : handle_(handle), mem_(mem), span_(span) {}

  bm_handle_t handle_;
  bm_device_mem_t mem_;
  absl::Span<T> span_;
};

}  // namespace bm::cv

#endif  // BMCV_SRC_TENSOR_H_
