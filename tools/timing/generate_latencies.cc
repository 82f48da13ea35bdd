// bazel run -c opt //tools/timing:generate_latencies - writes docs/reference/latency.md of the workspace.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "base/status_macros.h"
#include "tools/timing/latency_table.h"

namespace {

absl::Status Generate() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr) return absl::FailedPreconditionError("run with `bazel run`");
  ASSIGN_OR_RETURN(const std::string document, bm::timing::RenderLatencies());
  return bm::WriteFile(std::string(workspace) + "/docs/reference/latency.md", document);
}

}  // namespace

int main() {
  const absl::Status status = Generate();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
