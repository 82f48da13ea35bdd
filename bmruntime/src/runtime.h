// A bmrt runtime: the nets that were loaded through it, on one or more devices of one chip type.
//
//   ASSIGN_OR_RETURN(std::unique_ptr<Runtime> runtime, Runtime::Create({handle}));
//   RETURN_IF_ERROR(runtime->LoadFile("compilation.bmodel"));
//   RETURN_IF_ERROR(runtime->Launch("lenet", inputs, outputs, {}));
//
// Thread-safe: many threads may load and launch on one runtime. The handles outlive it.
#ifndef BMRUNTIME_SRC_RUNTIME_H_
#define BMRUNTIME_SRC_RUNTIME_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/mutex.h"
#include "bmdef.h"
#include "bmodel/reader.h"
#include "bmruntime/src/launch.h"
#include "bmruntime/src/loaded_net.h"
#include "bmruntime/src/neuron_memory.h"
#include "bmruntime/src/profile.h"

namespace bm::runtime {

class Runtime {
 public:
  static constexpr int kMaxDevices = 32;

  // 1..32 handles of devices of one chip that this runtime knows, else INVALID_ARGUMENT; nets run on the first.
  static absl::StatusOr<std::unique_ptr<Runtime>> Create(absl::Span<const bm_handle_t> handles);

  // Waits for what was launched, then frees everything on the device.
  ~Runtime();

  bm_handle_t handle() const { return handles_[0]; }
  absl::Span<const bm_handle_t> handles() const { return handles_; }

  // Adds the nets of a file or of bytes in memory, which may go away afterwards. A net of a name that is there is
  // skipped with a warning. A failing net ends the loading, those before it stay. Errors name the file.
  absl::Status LoadFile(const std::string& path);
  absl::Status LoadData(absl::Span<const uint8_t> bytes);

  // BM_RUNTIME_* bits; they count for what is loaded afterwards.
  void set_flags(uint32_t flags) { flags_ = flags; }
  uint32_t flags() const { return flags_; }

  // In the order of loading. Nets live as long as the runtime.
  std::vector<const LoadedNet*> nets() const;
  // Null where no net has the name.
  const LoadedNet* Find(absl::string_view name) const;

  // Selects the stage and launches; with a profile or BMRT_SAVE_IO_TENSORS waits for the end.
  absl::Status Launch(absl::string_view name, absl::Span<const bm_tensor_t> inputs, absl::Span<bm_tensor_t> outputs,
                      const LaunchOptions& options);

  // The message that Launch would send; outputs are checked, filled in and allocated as for a launch.
  absl::StatusOr<LaunchMessage> Describe(absl::string_view name, absl::Span<const bm_tensor_t> inputs,
                                         absl::Span<bm_tensor_t> outputs, const LaunchOptions& options);

  // Compares coefficients (and commands with BM_RUNTIME_CHECK_MEM) in device memory with what was uploaded; one line
  // per buffer and the number of errors.
  std::string Trace() const;

 private:
  Runtime(absl::Span<const bm_handle_t> handles, const char* chip);

  absl::Status Load(absl::StatusOr<bmodel::ModelFile> file);
  absl::Status LoadNets(const bmodel::Model& model);

  const std::vector<bm_handle_t> handles_;
  const std::string chip_;
  std::atomic<uint32_t> flags_;
  Mutex load_mutex_;  // one load at a time; held while nets_mutex_ is taken
  mutable Mutex nets_mutex_;
  NeuronMemory neurons_;
  std::vector<std::unique_ptr<LoadedNet>> nets_ ABSL_GUARDED_BY(nets_mutex_);
  std::unique_ptr<Profile> profile_;
};

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_RUNTIME_H_
