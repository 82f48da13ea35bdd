// What BMLIB_ENABLE_ALL_PROFILE=1 saves of a handle, from bm_dev_request to bm_dev_free, in bmprofile_data-<devid>/:
// its time, the records of the card's performance monitors meanwhile, and its device memory. Files and fields:
// docs/reference/driver.md.
//
// The handles of a card that are profiled at the same time share its monitors. Thread-safe. What cannot be saved costs
// a line on the log; the handle works on.
#ifndef BMLIB_SRC_HANDLE_PROFILE_H_
#define BMLIB_SRC_HANDLE_PROFILE_H_

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "bmlib/profile/profile_file.h"
#include "bmlib_runtime.h"

namespace bm::lib {

class HandleProfile {
 public:
  // Null unless the environment asks for profiles of handles.
  static std::unique_ptr<HandleProfile> CreateIfAsked(bm_handle_t handle);

  // Waits for the handle's messages and writes the files. The handle is still open.
  ~HandleProfile();

  void AddMemory(uint64_t address, uint64_t bytes);
  void RemoveMemory(uint64_t address);

 private:
  explicit HandleProfile(bm_handle_t handle);

  const bm_handle_t handle_;
  const uint64_t start_micros_;
  std::vector<uint64_t> first_bytes_;  // of each of the card's monitor buffers, when the handle opened
  Mutex mutex_;
  std::unordered_map<uint64_t, profile::ProfileMemory> live_ ABSL_GUARDED_BY(mutex_);  // by address
  std::vector<profile::ProfileMemory> freed_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace bm::lib

#endif  // BMLIB_SRC_HANDLE_PROFILE_H_
