// Runs every selected net and stage of a context or model and judges the outputs, with the lines that the vendor's
// tool prints.
#ifndef TOOLS_BMRT_TEST_RUNNER_H_
#define TOOLS_BMRT_TEST_RUNNER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmdef.h"
#include "tools/bmrt_test/reference_data.h"
#include "tools/bmrt_test/test_options.h"

namespace bm::tools {

// Opened devices and a runtime on them.
class TestRuntime {
 public:
  // UNAVAILABLE where a device or the runtime is not to be had.
  static absl::StatusOr<std::unique_ptr<TestRuntime>> Open(const std::vector<int>& devices);
  ~TestRuntime();
  TestRuntime(const TestRuntime&) = delete;
  TestRuntime& operator=(const TestRuntime&) = delete;

  void* bmrt() const { return bmrt_; }
  bm_handle_t handle() const { return handles_[0]; }
  // In the order of the file.
  std::vector<const bm_net_info_t*> nets() const;

 private:
  TestRuntime() = default;

  std::vector<bm_handle_t> handles_;
  void* bmrt_ = nullptr;
};

// A model file and, for a context, where its reference data lies.
struct TestModel {
  std::string path;
  std::string directory;  // empty: nothing to compare with
};

std::vector<TestModel> ModelsOf(const TestOptions& options);

// The reference data of a model, zeros where nothing is compared.
absl::StatusOr<ReferenceData> OpenReference(const TestOptions& options, const TestModel& model);

// One selected stage of a net with its data.
struct StageRun {
  const bm_net_info_t* net;
  int stage;
  std::vector<bm_shape_t> input_shapes;
  StageData data;
};

// Calls `body` for every selected net and stage in the order of the reference data; the first error ends it.
absl::Status ForEachStage(const TestOptions& options, const TestModel& model,
                          const std::vector<const bm_net_info_t*>& nets,
                          absl::Status (*body)(const StageRun& run, void* context), void* context);

template <typename Body>
absl::Status ForEachStage(const TestOptions& options, const TestModel& model,
                          const std::vector<const bm_net_info_t*>& nets, Body body) {
  return ForEachStage(
      options, model, nets,
      [](const StageRun& run, void* context) -> absl::Status { return (*static_cast<Body*>(context))(run); }, &body);
}

// Compares outputs with the reference (nothing to do without one) and prints the verdict. DATA_LOSS "... cmp failed".
absl::Status JudgeOutputs(const TestOptions& options, const StageRun& run, const std::vector<HostTensor>& outputs);

// The usual run: loops, several launches each, times, exports.
absl::Status RunModel(const TestOptions& options, const TestModel& model);

}  // namespace bm::tools

#endif  // TOOLS_BMRT_TEST_RUNNER_H_
