#include "bmcompiler/passes/simplify.h"

#include <random>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmcompiler/evaluate/evaluate.h"
#include "gtest/gtest.h"

namespace bm::passes {
namespace {

using graph::Graph;
using graph::ValueId;

class SimplifyTest : public ::testing::Test {
 protected:
  std::vector<float> Random(int64_t count, float low = -1, float high = 1) {
    std::uniform_real_distribution<float> distribution(low, high);
    std::vector<float> data(count);
    for (float& value : data) value = distribution(random_);
    return data;
  }
  ValueId Constant(const Shape& shape, float low = -1, float high = 1) {
    return graph_.AddConstant("c", shape, Random(shape.count(), low, high));
  }
  ValueId Add(graph::Op op, std::vector<ValueId> inputs, const std::string& name) {
    absl::StatusOr<ValueId> value = graph_.AddNode(name, std::move(op), std::move(inputs), name);
    EXPECT_OK(value);
    return value.value_or(0);
  }
  // The simplified graph, proven to compute the same.
  Graph Check() {
    absl::StatusOr<Graph> simple = Simplify(graph_);
    EXPECT_OK(simple);
    evaluate::Values inputs;
    for (const ValueId input : graph_.inputs()) inputs.push_back(Random(graph_.value(input).shape.count()));
    const absl::StatusOr<evaluate::Values> before = evaluate::Evaluate(graph_, inputs);
    const absl::StatusOr<evaluate::Values> after = evaluate::Evaluate(*simple, inputs);
    EXPECT_OK(before);
    EXPECT_OK(after);
    for (size_t i = 0; i < before->size(); ++i) {
      EXPECT_EQ(simple->value(simple->outputs()[i]).name, graph_.value(graph_.outputs()[i]).name);
      for (size_t k = 0; k < (*before)[i].size(); ++k) EXPECT_NEAR((*after)[i][k], (*before)[i][k], 1e-4);
    }
    return *std::move(simple);
  }

  Graph graph_{"net"};
  std::mt19937 random_{3};
};

TEST_F(SimplifyTest, BatchNormAndScaleGoIntoTheConvolution) {
  const ValueId x = graph_.AddInput("x", {1, 4, 5, 5});
  ValueId y = Add(graph::Convolution{{3, 3}, 2}, {x, Constant({6, 2, 3, 3})}, "conv");
  y = Add(graph::BatchNorm{1e-3f}, {y, Constant({6}), Constant({6}, 0.5f, 2)}, "bn");
  y = Add(graph::ScaleShift{1}, {y, Constant({6}), Constant({6})}, "scale");
  graph_.MarkOutput(Add(graph::Relu{}, {y}, "relu"));
  const Graph simple = Check();
  ASSERT_EQ(simple.nodes().size(), 2u);
  EXPECT_EQ(simple.nodes()[0].inputs.size(), 3u);
}

TEST_F(SimplifyTest, ScalesGoIntoDeconvolutionsAndFullConnections) {
  const ValueId x = graph_.AddInput("x", {1, 4, 3, 3});
  ValueId y = Add(graph::Deconvolution{{2, 2, 2, 2}, 2}, {x, Constant({4, 3, 2, 2}), Constant({6})}, "deconv");
  y = Add(graph::ScaleShift{1}, {y, Constant({6})}, "scale1");
  y = Add(graph::FullyConnected{1}, {y, Constant({5, 216})}, "fc");
  graph_.MarkOutput(Add(graph::ScaleShift{1}, {y, Constant({5}), Constant({5})}, "scale2"));
  EXPECT_EQ(Check().nodes().size(), 2u);
}

TEST_F(SimplifyTest, AValueThatOthersReadKeepsItsScale) {
  const ValueId x = graph_.AddInput("x", {1, 4, 5, 5});
  const ValueId conv = Add(graph::Convolution{{1, 1}, 1}, {x, Constant({4, 4, 1, 1})}, "conv");
  const ValueId scale = Add(graph::ScaleShift{1}, {conv, Constant({4})}, "scale");
  graph_.MarkOutput(Add(graph::Eltwise{}, {conv, scale}, "sum"));
  EXPECT_EQ(Check().nodes().size(), 3u);
}

TEST_F(SimplifyTest, ScalesInARowBecomeOne) {
  const ValueId x = graph_.AddInput("x", {2, 3, 4, 4});
  ValueId y = Add(graph::BatchNorm{}, {x, Constant({3}), Constant({3}, 0.5f, 2)}, "bn");
  y = Add(graph::ScaleShift{1}, {y, Constant({3}), Constant({3})}, "scale");
  graph_.MarkOutput(y);
  EXPECT_EQ(Check().nodes().size(), 1u);
}

TEST_F(SimplifyTest, IdentitiesConstantsAndDeadCodeVanish) {
  const ValueId x = graph_.AddInput("x", {1, 4});
  const ValueId same = Add(graph::Reshape{Shape{1, 4}}, {Add(graph::Identity{}, {x}, "split")}, "reshape");
  const ValueId constant = Add(graph::Relu{}, {Constant({1, 4})}, "folded");
  Add(graph::Tanh{}, {same}, "unused");
  graph_.MarkOutput(Add(graph::Eltwise{}, {same, constant}, "sum"));
  graph_.MarkOutput(Add(graph::Identity{}, {x}, "copy"));
  const Graph simple = Check();
  ASSERT_EQ(simple.nodes().size(), 2u);
  EXPECT_TRUE(simple.value(simple.nodes()[0].inputs[1]).is_constant());
}

}  // namespace
}  // namespace bm::passes
