#include "bmcompiler/graph/graph.h"

#include <vector>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace bm::graph {
namespace {

std::vector<float> Zeros(int64_t count) { return std::vector<float>(count); }

class GraphTest : public ::testing::Test {
 protected:
  absl::StatusOr<Shape> ShapeOf(Op op, std::vector<Shape> variables, std::vector<Shape> constants = {}) {
    std::vector<ValueId> inputs;
    for (const Shape& shape : variables) inputs.push_back(graph_.AddInput("x", shape));
    for (const Shape& shape : constants) inputs.push_back(graph_.AddConstant("c", shape, Zeros(shape.count())));
    ASSIGN_OR_RETURN(const ValueId value, graph_.AddNode("layer1", std::move(op), std::move(inputs), "y"));
    return graph_.value(value).shape;
  }

  Graph graph_{"net"};
};

TEST_F(GraphTest, ConvolutionShapesRoundDown) {
  Convolution op;
  op.window = {3, 3, 2, 2, 1, 1, 1, 1, 1, 1};
  ASSERT_OK_AND_ASSIGN(const Shape shape, ShapeOf(op, {{2, 3, 8, 9}}, {{16, 3, 3, 3}, {16}}));
  EXPECT_EQ(shape, (Shape{2, 16, 4, 5}));
}

TEST_F(GraphTest, DilationWidensTheKernel) {
  Convolution op;
  op.window = {3, 3, 1, 1, 2, 2, 2, 2, 2, 2};
  op.groups = 2;
  ASSERT_OK_AND_ASSIGN(const Shape shape, ShapeOf(op, {{1, 4, 7, 7}}, {{6, 2, 3, 3}}));
  EXPECT_EQ(shape, (Shape{1, 6, 7, 7}));
}

TEST_F(GraphTest, DeconvolutionGrows) {
  Deconvolution op;
  op.window = {4, 4, 2, 2, 1, 1, 1, 1, 1, 1};
  ASSERT_OK_AND_ASSIGN(const Shape shape, ShapeOf(op, {{1, 8, 5, 6}}, {{8, 4, 4, 4}}));
  EXPECT_EQ(shape, (Shape{1, 4, 10, 12}));
}

TEST_F(GraphTest, MisfitsNameLayerOperationAndShapes) {
  Convolution op;
  op.window.kernel_h = op.window.kernel_w = 3;
  EXPECT_STATUS(ShapeOf(op, {{1, 4, 7, 7}}, {{6, 3, 3, 3}}), absl::StatusCode::kInvalidArgument,
                "layer layer1 (Convolution): weights of shape [6, 3, 3, 3] do not fit an input of shape [1, 4, 7, 7]");
  EXPECT_EQ(graph_.nodes().size(), 0u);
  EXPECT_STATUS(ShapeOf(Eltwise{}, {{1, 2}, {2, 1}}), absl::StatusCode::kInvalidArgument, "[1, 2] and [2, 1]");
  EXPECT_STATUS(ShapeOf(Softmax{4}, {{1, 2}}), absl::StatusCode::kInvalidArgument, "axis 4 of shape [1, 2]");
  EXPECT_STATUS(ShapeOf(Reshape{Shape{3}}, {{1, 2}}), absl::StatusCode::kInvalidArgument, "cannot become [3]");
  EXPECT_STATUS(ShapeOf(Slice{{0, 1}, {1, 2}}, {{1, 2}}), absl::StatusCode::kInvalidArgument, "box");
  EXPECT_STATUS(ShapeOf(Transpose{{0, 0}}, {{1, 2}}), absl::StatusCode::kInvalidArgument, "permutation");
  EXPECT_STATUS(ShapeOf(Prelu{}, {{1, 2, 3}, {2}}), absl::StatusCode::kInvalidArgument, "must be a constant");
}

TEST_F(GraphTest, ShapesOfMovementAndReduction) {
  EXPECT_EQ(*ShapeOf(Concat{1}, {{1, 2, 3}, {1, 5, 3}}), (Shape{1, 7, 3}));
  EXPECT_EQ(*ShapeOf(Transpose{{2, 0, 1}}, {{2, 3, 4}}), (Shape{4, 2, 3}));
  EXPECT_EQ(*ShapeOf(Tile{{1, 3}}, {{2, 4}}), (Shape{2, 12}));
  EXPECT_EQ(*ShapeOf(Reduce{ReduceKind::kMean, 2, 1}, {{2, 3, 4, 5}}), (Shape{2, 3}));
  EXPECT_EQ(*ShapeOf(FullyConnected{1}, {{2, 3, 4}}, {{10, 12}, {10}}), (Shape{2, 10}));
  EXPECT_EQ(*ShapeOf(Binary{}, {{2, 3, 4}, {2, 1, 4}}), (Shape{2, 3, 4}));
}

TEST_F(GraphTest, ConsumersAreListedOncePerNode) {
  const ValueId x = graph_.AddInput("x", {1, 2});
  ASSERT_OK_AND_ASSIGN(const ValueId y, graph_.AddNode("add", Eltwise{}, {x, x}, "y"));
  ASSERT_OK(graph_.AddNode("relu", Relu{}, {y}, "z"));
  EXPECT_EQ(graph_.Consumers()[x], std::vector<NodeId>{0});
  EXPECT_EQ(graph_.Consumers()[y], std::vector<NodeId>{1});
}

}  // namespace
}  // namespace bm::graph
