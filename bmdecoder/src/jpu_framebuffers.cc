#include "bmdecoder/src/jpu_framebuffers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmdecoder/src/loaded_devices.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {

JpuFramebuffers::JpuFramebuffers(bm_handle_t handle, unsigned count, bool keeps_size, size_t least_bytes)
    : handle_(handle), count_(count), keeps_size_(keeps_size), least_bytes_(least_bytes) {}

JpuFramebuffers::~JpuFramebuffers() {
  for (const auto* list : {&buffers_, &retired_}) {
    for (const auto& buffer : *list) Free(buffer.get());
  }
}

void JpuFramebuffers::Free(JpuFramebuffer* buffer) {
  if (!is_callers_memory_) bm_free_device(handle_, buffer->memory);
}

absl::Status JpuFramebuffers::UseMemory(const bm_jpu_phys_addr_t* addresses, int count, size_t bytes) {
  std::vector<std::unique_ptr<JpuFramebuffer>> buffers;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> view, HostView(handle_, addresses[i], bytes));
    auto buffer = std::make_unique<JpuFramebuffer>();
    buffer->memory = bm_mem_from_device(addresses[i], static_cast<unsigned>(bytes));
    buffer->view = view.data();
    buffers.push_back(std::move(buffer));
  }
  buffers_ = std::move(buffers);
  count_ = static_cast<unsigned>(count);
  bytes_ = bytes;
  is_callers_memory_ = true;
  return absl::OkStatus();
}

absl::Status JpuFramebuffers::Allocate(size_t bytes) {
  Retire();
  bytes_ = bytes;
  for (unsigned i = 0; i < count_; ++i) {
    auto buffer = std::make_unique<JpuFramebuffer>();
    if (bm_malloc_device_byte_heap_mask(handle_, &buffer->memory, kUnitHeaps, static_cast<unsigned>(bytes)) !=
        BM_SUCCESS) {
      return absl::ResourceExhaustedError(absl::StrCat("the device has no ", bytes, " bytes for a framebuffer"));
    }
    buffers_.push_back(std::move(buffer));
    JpuFramebuffer& last = *buffers_.back();
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> view, HostView(handle_, bm_mem_get_device_addr(last.memory), bytes));
    last.view = view.data();
  }
  return absl::OkStatus();
}

void JpuFramebuffers::Retire() {
  for (std::unique_ptr<JpuFramebuffer>& buffer : buffers_) {
    if (buffer->in_use) {
      retired_.push_back(std::move(buffer));
    } else {
      Free(buffer.get());
    }
  }
  buffers_.clear();
}

absl::StatusOr<JpuFramebuffer*> JpuFramebuffers::Take(size_t bytes) {
  if (is_callers_memory_ && bytes > bytes_) {
    return absl::UnavailableError(
        absl::StrCat("a picture of ", bytes, " bytes does not fit the caller's framebuffers of ", bytes_));
  }
  const bool fits = is_callers_memory_ || (keeps_size_ ? bytes <= bytes_ : bytes == bytes_);
  if (!fits || buffers_.size() < count_) {
    const absl::Status allocated = Allocate(std::max(bytes, keeps_size_ ? least_bytes_ : 0));
    if (!allocated.ok()) {
      Retire();
      return allocated;
    }
  }
  for (const std::unique_ptr<JpuFramebuffer>& buffer : buffers_) {
    if (buffer->in_use) continue;
    buffer->in_use = true;
    return buffer.get();
  }
  return nullptr;
}

absl::Status JpuFramebuffers::Release(const BmJpuFramebuffer* buffer) {
  const auto is_it = [&](const std::unique_ptr<JpuFramebuffer>& other) {
    return &other->vendor == buffer && other->in_use;
  };
  const auto found = std::find_if(buffers_.begin(), buffers_.end(), is_it);
  if (found != buffers_.end()) {
    (*found)->in_use = false;
    (*found)->vendor.already_marked = 1;
    return absl::OkStatus();
  }
  const auto old = std::find_if(retired_.begin(), retired_.end(), is_it);
  if (old == retired_.end()) return absl::AbortedError("the framebuffer is not one that is in use");
  Free(old->get());
  retired_.erase(old);
  return absl::OkStatus();
}

void JpuFramebuffers::ReleaseAll() {
  for (const std::unique_ptr<JpuFramebuffer>& buffer : buffers_) {
    buffer->in_use = false;
    buffer->vendor.already_marked = 1;
  }
  for (const std::unique_ptr<JpuFramebuffer>& buffer : retired_) Free(buffer.get());
  retired_.clear();
}

}  // namespace bm::decoder
