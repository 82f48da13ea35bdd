// bazel run //bmcv:generate_table - writes docs/reference/bmcv-table.md of the workspace.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "bmcv/src/operator_table.h"

int main() {
  const char* const workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr) {
    std::fprintf(stderr, "run with `bazel run //bmcv:generate_table`\n");
    return 1;
  }
  const absl::Status written =
      bm::WriteFile(std::string(workspace) + "/docs/reference/bmcv-table.md", bm::cv::OperatorDocument());
  if (written.ok()) return 0;
  std::fprintf(stderr, "%s\n", written.ToString().c_str());
  return 1;
}
