// The devices that a program has loaded for one of the units.
#ifndef BMDECODER_SRC_LOADED_DEVICES_H_
#define BMDECODER_SRC_LOADED_DEVICES_H_

#include <cstdint>
#include <map>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "bmlib_runtime.h"

namespace bm::decoder {

class LoadedDevices;

// Keeps a device open for what is open on it, however often the program unloads it.
class DeviceHold {
 public:
  DeviceHold(LoadedDevices* devices, int device) : devices_(devices), device_(device) {}
  ~DeviceHold();
  DeviceHold(const DeviceHold&) = delete;
  DeviceHold& operator=(const DeviceHold&) = delete;

 private:
  LoadedDevices* const devices_;
  const int device_;
};

// Thread-safe.
class LoadedDevices {
 public:
  // Opens the device with the first call. INVALID_ARGUMENT if it is not there.
  absl::Status Load(int device);
  // Undoes one Load; the device closes when none is left and nothing holds it. FAILED_PRECONDITION if there is none.
  absl::Status Unload(int device);
  // FAILED_PRECONDITION if the device is neither loaded nor held.
  absl::StatusOr<bm_handle_t> Handle(int device) const;
  // FAILED_PRECONDITION if the device is not loaded.
  absl::StatusOr<std::unique_ptr<DeviceHold>> Hold(int device);

  // The host's view of device memory. INVALID_ARGUMENT for a range that is none.
  absl::StatusOr<absl::Span<uint8_t>> View(int device, uint64_t address, uint64_t size) const;

 private:
  friend class DeviceHold;
  struct Loaded {
    bm_handle_t handle;
    // By the program, and by what is open.
    int loads;
    int holds;
  };

  void Release(int device);
  void CloseUnused(int device) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable Mutex mutex_;
  std::map<int, Loaded> loaded_ ABSL_GUARDED_BY(mutex_);
};

// The host's view of device memory. INVALID_ARGUMENT for a range that is none.
absl::StatusOr<absl::Span<uint8_t>> HostView(bm_handle_t handle, uint64_t address, uint64_t size);

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_LOADED_DEVICES_H_
