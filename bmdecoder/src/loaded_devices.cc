#include "bmdecoder/src/loaded_devices.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::decoder {
namespace {

absl::Status NotLoaded(int device) {
  return absl::FailedPreconditionError(absl::StrCat("device ", device, " is not loaded: load it first"));
}

}  // namespace

absl::Status LoadedDevices::Load(int device) {
  MutexLock lock(&mutex_);
  const auto found = loaded_.find(device);
  if (found != loaded_.end()) {
    ++found->second.loads;
    return absl::OkStatus();
  }
  bm_handle_t handle = nullptr;
  if (device < 0 || bm_dev_request(&handle, device) != BM_SUCCESS) {
    return absl::InvalidArgumentError(absl::StrCat("device ", device, " cannot be opened"));
  }
  loaded_.emplace(device, Loaded{handle, 1, 0});
  return absl::OkStatus();
}

absl::Status LoadedDevices::Unload(int device) {
  MutexLock lock(&mutex_);
  const auto found = loaded_.find(device);
  if (found == loaded_.end() || found->second.loads == 0) return NotLoaded(device);
  --found->second.loads;
  CloseUnused(device);
  return absl::OkStatus();
}

absl::StatusOr<bm_handle_t> LoadedDevices::Handle(int device) const {
  MutexLock lock(&mutex_);
  const auto found = loaded_.find(device);
  if (found == loaded_.end()) return NotLoaded(device);
  return found->second.handle;
}

absl::StatusOr<std::unique_ptr<DeviceHold>> LoadedDevices::Hold(int device) {
  MutexLock lock(&mutex_);
  const auto found = loaded_.find(device);
  if (found == loaded_.end() || found->second.loads == 0) return NotLoaded(device);
  ++found->second.holds;
  return std::make_unique<DeviceHold>(this, device);
}

void LoadedDevices::Release(int device) {
  MutexLock lock(&mutex_);
  --loaded_.at(device).holds;
  CloseUnused(device);
}

void LoadedDevices::CloseUnused(int device) {
  const auto found = loaded_.find(device);
  if (found->second.loads > 0 || found->second.holds > 0) return;
  bm_dev_free(found->second.handle);
  loaded_.erase(found);
}

DeviceHold::~DeviceHold() { devices_->Release(device_); }

absl::StatusOr<absl::Span<uint8_t>> HostView(bm_handle_t handle, uint64_t address, uint64_t size) {
  unsigned char* view = nullptr;
  if (bmnnsdk_host_view(handle, address, size, &view) == BM_SUCCESS) {
    return absl::Span<uint8_t>(view, static_cast<size_t>(size));
  }
  return absl::InvalidArgumentError(absl::StrFormat("%u bytes at 0x%x are not device memory", size, address));
}

absl::StatusOr<absl::Span<uint8_t>> LoadedDevices::View(int device, uint64_t address, uint64_t size) const {
  ASSIGN_OR_RETURN(const bm_handle_t handle, Handle(device));
  return HostView(handle, address, size);
}

}  // namespace bm::decoder
