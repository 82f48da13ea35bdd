#include "bmcompiler/lowering/testing/check_net.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/testing/status_matchers.h"
#include "bmcompiler/simulate/simulate.h"
#include "gtest/gtest.h"

namespace bm::lowering::testing {

using graph::ValueId;

namespace {

constexpr double kTolerance = 1e-4;  // of the output's largest magnitude

}  // namespace

ValueId NetBuilder::Input(const Shape& shape) { return graph.AddInput("x" + std::to_string(count_++), shape); }

ValueId NetBuilder::Constant(const Shape& shape, float low, float high) {
  std::uniform_real_distribution<float> distribution(low, high);
  std::vector<float> data(shape.count());
  for (float& value : data) value = distribution(random_);
  return graph.AddConstant("c" + std::to_string(count_++), shape, std::move(data));
}

ValueId NetBuilder::Weight(const Shape& shape) {
  const float bound = std::sqrt(3.0f / static_cast<float>(shape.CountOf(1, shape.rank())));
  return Constant(shape, -bound, bound);
}

ValueId NetBuilder::Add(graph::Op op, std::vector<ValueId> inputs) {
  const std::string name = "n" + std::to_string(count_++);
  absl::StatusOr<ValueId> value = graph.AddNode(name, std::move(op), std::move(inputs), name);
  EXPECT_OK(value);
  return value.ok() ? *value : 0;
}

evaluate::Values NetBuilder::RandomInputs() {
  evaluate::Values values;
  for (const ValueId input : graph.inputs()) {
    std::vector<float>& data = values.emplace_back(graph.value(input).shape.count());
    for (float& value : data) value = distribution_(random_);
  }
  return values;
}

CompiledNet Check(NetBuilder* net) {
  const evaluate::Values inputs = net->RandomInputs();
  const absl::StatusOr<evaluate::Values> expected = evaluate::Evaluate(net->graph, inputs);
  EXPECT_OK(expected);
  absl::StatusOr<CompiledNet> compiled = Lower(net->graph);
  EXPECT_OK(compiled);
  if (!compiled.ok() || !expected.ok()) return {};
  const absl::StatusOr<evaluate::Values> outputs = simulate::Simulate(*compiled, inputs);
  EXPECT_OK(outputs);
  if (!outputs.ok()) return {};
  for (size_t i = 0; i < outputs->size(); ++i) {
    double largest = 0, error = 0;
    for (size_t k = 0; k < (*expected)[i].size(); ++k) {
      largest = std::max(largest, std::abs(double{(*expected)[i][k]}));
      const double difference = std::abs(double{(*outputs)[i][k]} - (*expected)[i][k]);
      error = difference <= error ? error : difference;  // a NaN stays
    }
    EXPECT_LE(error, kTolerance * largest) << net->graph.ToString() << " output " << i;
  }
  return *std::move(compiled);
}

CompiledNet CheckOp(graph::Op op, const std::vector<Shape>& shapes, float low, float high) {
  NetBuilder net(low, high);
  std::vector<ValueId> inputs;
  for (const Shape& shape : shapes) inputs.push_back(net.Input(shape));
  net.graph.MarkOutput(net.Add(std::move(op), inputs));
  return Check(&net);
}

graph::Window SquareWindow(int64_t kernel, int64_t stride, int64_t pad, int64_t dilation) {
  return {kernel, kernel, stride, stride, dilation, dilation, pad, pad, pad, pad};
}

CompiledNet CheckConvolution(const Shape& x, int64_t oc, const graph::Window& window, int64_t groups) {
  NetBuilder net;
  const ValueId input = net.Input(x);
  const ValueId weight = net.Weight({oc, x[1] / groups, window.kernel_h, window.kernel_w});
  const ValueId bias = net.Constant({oc}, -1, 1);
  net.graph.MarkOutput(net.Add(graph::Convolution{window, groups}, {input, weight, bias}));
  return Check(&net);
}

CompiledNet CheckDeconvolution(const Shape& x, int64_t oc, const graph::Window& window, int64_t groups) {
  NetBuilder net;
  const ValueId input = net.Input(x);
  const ValueId weight = net.Weight({x[1], oc / groups, window.kernel_h, window.kernel_w});
  net.graph.MarkOutput(net.Add(graph::Deconvolution{window, groups}, {input, weight}));
  return Check(&net);
}

}  // namespace bm::lowering::testing
