#include "sail/src/error.h"
#include "tensor.h"

namespace sail {

struct Handle::Device {
  Device(bm_handle_t opened, bool close) : handle(opened), owned(close) {}
  ~Device() {
    if (owned) bm_dev_free(handle);
  }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  bm_handle_t handle;
  const bool owned;
};

struct Handle::Impl {
  std::shared_ptr<Device> device;
};

Handle::Handle() : impl_(new Impl) {}

Handle::Handle(bm_handle_t handle) : impl_(new Impl) {
  if (handle != nullptr) impl_->device = std::make_shared<Device>(handle, /*close=*/false);
}

Handle::Handle(int dev_id) : impl_(new Impl) {
  bm_handle_t opened = nullptr;
  if (bm_dev_request(&opened, dev_id) != BM_SUCCESS) {
    Throw(SAIL_ERR_DEV_INIT,
          absl::StrCat("Invalid tpu id: ", dev_id, "; there are ", get_available_tpu_num(), " devices from id 0 on"));
  }
  impl_->device = std::make_shared<Device>(opened, /*close=*/true);
}

Handle::Handle(const Handle& other) : impl_(new Impl(*other.impl_)) {}

Handle& Handle::operator=(const Handle& other) {
  *impl_ = *other.impl_;
  return *this;
}

Handle::~Handle() = default;

bm_handle_t Handle::data() { return impl_->device == nullptr ? nullptr : impl_->device->handle; }

int Handle::get_device_id() { return bm_get_devid(data()); }

std::string Handle::get_sn() {
  char serial[64] = {};
  if (data() == nullptr || bm_get_sn(data(), serial) != BM_SUCCESS) return "Error";
  return serial;
}

std::string Handle::get_target() {
  unsigned int chip = 0;
  if (data() == nullptr) Throw(SAIL_ERR_DEV_HANDLE, "get_target of an empty handle; open one with Handle(id)");
  Check(bm_get_chipid(data(), &chip), SAIL_ERR_DEV_HANDLE, "get_target");
  return absl::StrCat("BM", absl::Hex(chip));
}

std::shared_ptr<bm_handle_t> Handle::shaptr() {
  if (impl_->device == nullptr) return nullptr;
  return std::shared_ptr<bm_handle_t>(impl_->device, &impl_->device->handle);
}

}  // namespace sail
