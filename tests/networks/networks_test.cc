// Whole networks: compiled, executed by the reference executor, compared with an outside oracle (OpenCV's dnn module).
//
// Reduced widths and sizes; the full sizes: full_networks_test, tagged large.
#include "tests/networks/networks.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "base/testing/status_matchers.h"
#include "bmcompiler/frontends/caffe/caffe.h"
#include "bmcompiler/lowering/lower.h"
#include "bmcompiler/passes/simplify.h"
#include "bmcompiler/simulate/simulate.h"
#include "gtest/gtest.h"

namespace bm::networks {
namespace {

constexpr char kFolder[] = "tests/networks";
constexpr double kTolerance = 1e-4;  // of the output's largest magnitude

#ifdef BM_FULL_NETWORKS
constexpr char kSuffix[] = "_full";
#else
constexpr char kSuffix[] = "";
#endif

class NetworkTest : public ::testing::TestWithParam<const char*> {};

void Check(const std::string& name) {
  ASSERT_OK_AND_ASSIGN(const Network network, Load(kFolder, name));
  ASSERT_OK_AND_ASSIGN(const graph::Graph graph, caffe::ParseCaffe(network.prototxt, network.caffemodel, {}));
  ASSERT_OK_AND_ASSIGN(const graph::Graph simplified, passes::Simplify(graph));
  ASSERT_OK_AND_ASSIGN(const lowering::CompiledNet net, lowering::Lower(simplified));
  const auto count = static_cast<size_t>(graph.value(graph.inputs()[0]).shape.count());
  ASSERT_OK_AND_ASSIGN(const auto outputs, simulate::Simulate(net, {Uniform("data", "input", count, 0, 1)}));
  ASSERT_EQ(outputs.size(), network.outputs.size());
  for (const GoldenOutput& golden : network.outputs) {
    const auto tensor = std::find_if(net.outputs.begin(), net.outputs.end(),
                                     [&](const lowering::CompiledTensor& t) { return t.name == golden.name; });
    ASSERT_NE(tensor, net.outputs.end()) << golden.name;
    const std::vector<float>& output = outputs[tensor - net.outputs.begin()];
    ASSERT_EQ(output.size(), golden.elements) << golden.name;
    ASSERT_GT(golden.largest, 0) << golden.name;
    double worst = 0;
    for (const auto& [index, value] : golden.samples) {
      const double error = std::abs(output[index] - value);
      worst = error <= worst ? worst : error;  // a NaN stays
    }
    EXPECT_LE(worst, kTolerance * golden.largest) << name << " " << golden.name;
    std::printf("%s %s: error %.2e of the largest\n", name.c_str(), golden.name.c_str(), worst / golden.largest);
  }
}

TEST_P(NetworkTest, GivesTheOraclesOutputs) { Check(std::string(GetParam()) + kSuffix); }

INSTANTIATE_TEST_SUITE_P(Networks, NetworkTest,
                         ::testing::Values("lenet", "alexnet", "squeezenet", "googlenet", "vgg16", "resnet50",
                                           "mobilenet_v1", "mobilenet_v2", "mtcnn_p", "mtcnn_r", "mtcnn_o", "unet",
                                           "shufflenet", "ssd300"),
                         [](const auto& info) { return std::string(info.param); });

TEST(GeneratorTest, GivesThePythonGeneratorsValues) {
  const std::vector<float> values = Uniform("conv1", "0", 4, -1, 1);
  EXPECT_EQ(values, Uniform("conv1", "0", 4, -1, 1));
  EXPECT_NE(values, Uniform("conv1", "1", 4, -1, 1));
  const float expected[] = {-0.90792644f, -0.961366653f, -0.339001417f, 0.843374252f};
  for (int i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(values[i], expected[i]);
}

}  // namespace
}  // namespace bm::networks
