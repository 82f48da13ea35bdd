// bazel run //isa:generate_docs - writes docs/isa.md of the workspace.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "isa/manual_tables.h"

int main() {
  const char* workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr) {
    std::fprintf(stderr, "run with `bazel run //isa:generate_docs`\n");
    return 1;
  }
  const std::string folder = workspace;
  std::ifstream manual(folder + "/isa/manual.md");
  const std::string text((std::istreambuf_iterator<char>(manual)), std::istreambuf_iterator<char>());
  const absl::StatusOr<std::string> rendered = bm::isa::RenderManual(text);
  if (!rendered.ok()) {
    std::fprintf(stderr, "%s\n", rendered.status().ToString().c_str());
    return 1;
  }
  std::ofstream document(folder + "/docs/isa.md");
  document << *rendered;
  document.flush();
  if (!document) {
    std::fprintf(stderr, "cannot write %s/docs/isa.md\n", folder.c_str());
    return 1;
  }
  return 0;
}
