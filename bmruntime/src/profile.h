// What BMRUNTIME_ENABLE_PROFILE=1 writes into bmprofile_data<devid>/: which nets were loaded, their commands, and of
// every launch the time and the records of the card's performance monitors. Files and fields:
// docs/reference/bmruntime.md.
//
//   std::optional<Profile::Launch> recording;
//   if (profile != nullptr) recording.emplace(profile);
//   ...                                                   // launches and waits for the end
//   if (recording.has_value()) recording->Save(stage);
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
#include "bmlib/profile/monitor_buffer.h"
#include "bmlib/profile/profile_file.h"
#include "bmodel/model.h"
#include "bmruntime/src/loaded_net.h"

namespace bm::runtime {

class Profile {
 public:
  // Null unless the environment asks for a profile.
  static std::unique_ptr<Profile> CreateIfAsked(bm_handle_t handle);

  // Closes global.profile with one line per block of device memory.
  ~Profile();

  void AddNet(const bmodel::Net& net, const LoadedNet& loaded);

  // A launch that is recorded, with the monitors on. Launches of the process that are recorded take turns: the monitors
  // belong to the card.
  class Launch {
   public:
    explicit Launch(Profile* profile);
    ~Launch();
    Launch(const Launch&) = delete;
    Launch& operator=(const Launch&) = delete;

    // Writes the file of the launch, which has ended.
    void Save(const LoadedStage& stage);

   private:
    Profile& profile_;
    const MutexLock turn_;
    const uint64_t start_micros_;
  };

 private:
  Profile(bm_handle_t handle, const std::string& directory);

  void AddBlock(const std::string& what, uint64_t address, uint64_t size) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddCommands(const char* engine, const CommandBuffer& commands) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const bm_handle_t handle_;
  const std::string directory_;
  std::vector<profile::MonitorBuffer> monitors_;
  Mutex mutex_;
  std::string global_ ABSL_GUARDED_BY(mutex_);
  std::vector<profile::ProfileMemory> blocks_ ABSL_GUARDED_BY(mutex_);
  int iteration_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_PROFILE_H_
