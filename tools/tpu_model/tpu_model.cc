// Shows, takes apart and combines bmodel files. `tpu_model` without arguments lists the commands.
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tools/tpu_model/commands.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
  const absl::Status status = bm::tools::RunTpuModel(arguments);
  if (status.ok()) return 0;
  std::printf("[%s:%d] Error : %s\n", __func__, __LINE__, std::string(status.message()).c_str());
  if (arguments.empty() || !bm::tools::IsTpuModelCommand(arguments[0])) {
    std::fputs(bm::tools::TpuModelUsage().c_str(), stdout);
  }
  return 255;
}
