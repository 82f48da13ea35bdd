// docs/reference/latency.md is what the generator makes of the compiler and the cycle table. Compiles every published
// layer and network, half a gigabyte of weights among them.
#include <string>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "tools/timing/latency_table.h"

namespace bm::timing {
namespace {

TEST(LatencyTest, TheCommittedDocumentIsUpToDate) {
  ASSERT_OK_AND_ASSIGN(const std::string rendered, RenderLatencies());
  ASSERT_OK_AND_ASSIGN(const std::string committed, ReadFile("docs/reference/latency.md"));
  EXPECT_EQ(committed, rendered) << "run `bazel run -c opt //tools/timing:generate_latencies` and commit the document";
}

}  // namespace
}  // namespace bm::timing
