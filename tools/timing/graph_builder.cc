#include "tools/timing/graph_builder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"

namespace bm::timing {

using graph::ValueId;

ValueId GraphBuilder::Zeros(const Shape& shape) {
  return graph_.AddConstant(absl::StrCat("zeros", graph_.values().size()), shape,
                            std::vector<float>(static_cast<size_t>(shape.count())));
}

ValueId GraphBuilder::Add(graph::Op op, std::vector<ValueId> inputs) {
  const ValueId otherwise = inputs.front();
  if (!status_.ok()) return otherwise;
  const std::string name = absl::StrCat(graph::OpName(op), graph_.nodes().size());
  const absl::StatusOr<ValueId> result = graph_.AddNode(name, std::move(op), std::move(inputs), name);
  status_ = result.status();
  return result.value_or(otherwise);
}

ValueId GraphBuilder::Conv(ValueId x, const ConvShape& shape) {
  graph::Convolution op;
  op.window.kernel_h = shape.kernel_h;
  op.window.kernel_w = shape.kernel_w;
  op.window.stride_h = op.window.stride_w = shape.step;
  op.window.dilation_h = op.window.dilation_w = shape.dilation;
  if (shape.pad == Pad::kHalf) {
    op.window.pad_up = op.window.pad_down = shape.dilation * (shape.kernel_h / 2);
    op.window.pad_left = op.window.pad_right = shape.dilation * (shape.kernel_w / 2);
  }
  op.groups = shape.groups;
  const int64_t channels = ShapeOf(x)[1] / shape.groups;
  const ValueId weight = Zeros(Shape{shape.results, channels, shape.kernel_h, shape.kernel_w});
  return Add(op, {x, weight, Zeros(Shape{shape.results})});
}

ValueId GraphBuilder::ConvRelu(ValueId x, int64_t results, int64_t kernel, int64_t step, float slope) {
  return Add(graph::Relu{slope}, {Conv(x, {results, kernel, kernel, step})});
}

ValueId GraphBuilder::MaxPool(ValueId x, int64_t kernel, int64_t step) {
  graph::Pooling op;
  op.window.kernel_h = op.window.kernel_w = kernel;
  op.window.stride_h = op.window.stride_w = step;
  const auto extent = [&](int64_t in) {
    return static_cast<int64_t>(CeilDiv(static_cast<uint64_t>(in - kernel), static_cast<uint64_t>(step))) + 1;
  };
  op.out_h = extent(ShapeOf(x)[2]);
  op.out_w = extent(ShapeOf(x)[3]);
  return Add(op, {x});
}

ValueId GraphBuilder::GlobalAverage(ValueId x) {
  graph::Pooling op;
  op.kind = graph::PoolKind::kAverage;
  op.window.kernel_h = ShapeOf(x)[2];
  op.window.kernel_w = ShapeOf(x)[3];
  return Add(op, {x});
}

ValueId GraphBuilder::FullyConnected(ValueId x, int64_t results) {
  const int64_t depth = ShapeOf(x).CountOf(1, ShapeOf(x).rank());
  return Add(graph::FullyConnected{}, {x, Zeros(Shape{results, depth}), Zeros(Shape{results})});
}

absl::StatusOr<graph::Graph> GraphBuilder::Finish(const std::vector<ValueId>& outputs) {
  RETURN_IF_ERROR(status_);
  for (const ValueId output : outputs) graph_.MarkOutput(output);
  return std::move(graph_);
}

}  // namespace bm::timing
