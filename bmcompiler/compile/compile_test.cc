// The comparison of a compilation: it finds a difference, and then leaves nothing behind.
#include "bmcompiler/compile/compile.h"

#include <filesystem>
#include <string>

#include "base/shape.h"
#include "base/testing/status_matchers.h"
#include "bmcompiler/graph/graph.h"
#include "gtest/gtest.h"

namespace bm::compile {
namespace {

std::string Folder(const std::string& name) { return ::testing::TempDir() + "/compile_test_" + name; }

// log(x - 1) of inputs in [0, 1): no number in floating point, some number on the chip.
graph::Graph LogOfNegatives() {
  graph::Graph graph("log");
  const graph::ValueId x = graph.AddInput("x", Shape{1, 3, 4, 5});
  const graph::ValueId negative = graph.AddNode("shift", graph::Affine{1, -1}, {x}, "negative").value();
  graph.MarkOutput(graph.AddNode("log", graph::Log{}, {negative}, "y").value());
  return graph;
}

TEST(CompileTest, ADifferenceFailsAndWritesNothing) {
  CompileOptions options;
  options.outdir = Folder("differs");
  EXPECT_STATUS(Compile(LogOfNegatives(), options), absl::StatusCode::kDataLoss, "output y differs: element 0 is ");
  EXPECT_FALSE(std::filesystem::exists(options.outdir));
}

TEST(CompileTest, WithoutComparisonTheModelIsWritten) {
  CompileOptions options;
  options.outdir = Folder("not_compared");
  options.compare = false;
  ASSERT_OK(Compile(LogOfNegatives(), options));
  EXPECT_TRUE(std::filesystem::exists(options.outdir + "/compilation.bmodel"));
  EXPECT_FALSE(std::filesystem::exists(options.outdir + "/output_ref_data.dat"));
}

}  // namespace
}  // namespace bm::compile
