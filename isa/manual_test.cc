// docs/isa.md is what the generator makes of the manual and the tables.
#include <fstream>
#include <iterator>
#include <string>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "isa/manual_tables.h"

namespace bm::isa {
namespace {

std::string Read(const char* path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

TEST(Manual, TheCommittedDocumentIsUpToDate) {
  ASSERT_OK_AND_ASSIGN(const std::string rendered, RenderManual(Read("isa/manual.md")));
  EXPECT_TRUE(Read("docs/isa.md") == rendered) << "run `bazel run //isa:generate_docs` and commit docs/isa.md";
}

TEST(Manual, AnUnknownTableIsNamed) {
  EXPECT_STATUS(RenderManual("# Title\n<!-- table: of_contents -->\n"), absl::StatusCode::kNotFound, "of_contents");
}

}  // namespace
}  // namespace bm::isa
