// Runs bmodels on a device, compares their outputs with reference data and prints times.
// Exit status 0, or 255 on any failure. Options: --help.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmruntime/src/exports.h"
#include "bmruntime/src/log.h"
#include "tools/bmrt_test/runner.h"
#include "tools/bmrt_test/test_cases.h"
#include "tools/bmrt_test/test_options.h"

namespace {

constexpr int kFailure = 255;

absl::Status Run(const bm::tools::TestOptions& options) {
  BMRT_LOG(kInfo, absl::StrCat("Loop num: ", options.loops));
  if (!options.test_case.empty()) return bm::tools::RunTestCase(options);
  for (const bm::tools::TestModel& model : ModelsOf(options)) RETURN_IF_ERROR(RunModel(options, model));
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (arguments.empty()) {
    std::fputs(bm::tools::TestUsage().c_str(), stdout);
    return kFailure;
  }
  bm::runtime::SetLogThreshold(bm::runtime::LogLevel::kInfo);
  const absl::StatusOr<bm::tools::TestOptions> options = bm::tools::ParseTestOptions(arguments);
  if (!options.ok()) {
    BMRT_LOG(kFatal, options.status().message());
    return kFailure;
  }
  switch (options->request) {
    case bm::tools::Request::kHelp:
      std::fputs(bm::tools::TestUsage().c_str(), stdout);
      return kFailure;
    case bm::tools::Request::kVersion:
      std::printf("%s\n", libbmrt_version());
      return 0;
    case bm::tools::Request::kRun:
      break;
  }
  const absl::Status status = Run(*options);
  if (status.ok()) return 0;
  BMRT_LOG(kFatal, status.message());
  return kFailure;
}
