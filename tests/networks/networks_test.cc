// Whole networks: compiled, executed by the reference executor, compared with an outside oracle (OpenCV's dnn module).
//
// Reduced widths and sizes; the full sizes: full_networks_test, tagged large.
#include "tests/networks/networks.h"

#include <string>

#include "base/testing/status_matchers.h"
#include "bmcompiler/frontends/caffe/caffe.h"
#include "gtest/gtest.h"
#include "tests/networks/golden_check.h"

namespace bm::networks {
namespace {

constexpr char kFolder[] = "tests/networks";

#ifdef BM_FULL_NETWORKS
constexpr char kSuffix[] = "_full";
#else
constexpr char kSuffix[] = "";
#endif

class NetworkTest : public ::testing::TestWithParam<const char*> {};

TEST_P(NetworkTest, GivesTheOraclesOutputs) {
  const std::string name = std::string(GetParam()) + kSuffix;
  ASSERT_OK_AND_ASSIGN(const Network network, Load(kFolder, name));
  ASSERT_OK_AND_ASSIGN(const graph::Graph graph, caffe::ParseCaffe(network.prototxt, network.caffemodel, {}));
  ExpectGoldenOutputs(name, graph, network.outputs);
}

INSTANTIATE_TEST_SUITE_P(Networks, NetworkTest, ::testing::ValuesIn(kNames),
                         [](const auto& info) { return std::string(info.param); });

#ifndef BM_FULL_NETWORKS
INSTANTIATE_TEST_SUITE_P(OfOneSize, NetworkTest, ::testing::ValuesIn(kNamesOfOneSize),
                         [](const auto& info) { return std::string(info.param); });
#endif

TEST(GeneratorTest, GivesThePythonGeneratorsValues) {
  const std::vector<float> values = Uniform("conv1", "0", 4, -1, 1);
  EXPECT_EQ(values, Uniform("conv1", "0", 4, -1, 1));
  EXPECT_NE(values, Uniform("conv1", "1", 4, -1, 1));
  const float expected[] = {-0.90792644f, -0.961366653f, -0.339001417f, 0.843374252f};
  for (int i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(values[i], expected[i]);
}

}  // namespace
}  // namespace bm::networks
