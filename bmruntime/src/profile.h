// What BMRUNTIME_ENABLE_PROFILE=1 writes into bmprofile_data<devid>/: which nets were loaded, their commands, and the
// time of every launch. Files and fields: docs/reference/bmruntime.md.
//
// Thread-safe. A file that cannot be written costs one warning; the launch goes on.
#ifndef BMRUNTIME_SRC_PROFILE_H_
#define BMRUNTIME_SRC_PROFILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"
#include "bmodel/model.h"
#include "bmruntime/src/loaded_net.h"

namespace bm::runtime {

// Microseconds of a monotonic clock.
uint64_t NowMicros();

class Profile {
 public:
  // Null unless the environment asks for a profile.
  static std::unique_ptr<Profile> CreateIfAsked(bm_handle_t handle);

  // Closes global.profile with one line per block of device memory.
  ~Profile();

  void AddNet(const bmodel::Net& net, const LoadedNet& loaded);
  void AddLaunch(const LoadedStage& stage, uint64_t start_micros, uint64_t end_micros);

 private:
  struct Block {
    uint64_t address, size, allocated_micros;
    std::string what;
  };
  Profile(bm_handle_t handle, const std::string& directory);

  void AddBlock(const std::string& what, uint64_t address, uint64_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddCommands(const char* engine, const CommandBuffer& commands) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const bm_handle_t handle_;
  const std::string directory_;
  Mutex mutex_;
  std::string global_ ABSL_GUARDED_BY(mutex_);
  std::vector<Block> blocks_ ABSL_GUARDED_BY(mutex_);
  int iteration_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_PROFILE_H_
