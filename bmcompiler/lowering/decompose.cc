#include "bmcompiler/lowering/decompose.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/graph/rewriter.h"
#include "bmcompiler/lowering/registry.h"

namespace bm::lowering {
namespace {

using graph::Node;
using graph::ValueId;

// Adds the operations that stand for one node. A step that fails makes the following ones do nothing.
class Steps {
 public:
  Steps(const Node& node, graph::Rewriter* rewriter) : node_(node), rewriter_(*rewriter) {}

  ValueId Operand(int index) { return rewriter_.Map(node_.inputs[index]); }

  ValueId Add(graph::Op op, std::vector<ValueId> inputs) {
    return AddAs(absl::StrCat(node_.name, "/", count_++), std::move(op), std::move(inputs));
  }
  ValueId Reshape(ValueId value, const Shape& shape) { return Add(graph::Reshape{shape}, {value}); }

  // The operation that makes the node's own result.
  absl::Status Finish(graph::Op op, std::vector<ValueId> inputs) {
    const std::string name = rewriter_.source().value(node_.output).name;
    rewriter_.Replace(node_.output, AddAs(name, std::move(op), std::move(inputs)));
    return status_;
  }

 private:
  ValueId AddAs(const std::string& output, graph::Op op, std::vector<ValueId> inputs) {
    if (!status_.ok()) return 0;
    absl::StatusOr<ValueId> value = rewriter_.result().AddNode(node_.name, std::move(op), std::move(inputs), output);
    status_ = value.status();
    return value.ok() ? *value : 0;
  }

  const Node& node_;
  graph::Rewriter& rewriter_;
  absl::Status status_;
  int count_ = 0;
};

// e^(x - max) / sum, rows as channels: they lie in lanes, and their columns go in tiles.
absl::Status DecomposeSoftmax(const Node& node, const Shape& shape, int axis, graph::Rewriter* rewriter) {
  Steps steps(node, rewriter);
  const int64_t outer = shape.CountOf(0, axis), extent = shape[axis], inner = shape.CountOf(axis + 1, shape.rank());
  ValueId x = steps.Operand(0);
  if (inner > 1) {
    x = steps.Add(graph::Transpose{{0, 2, 1}}, {steps.Reshape(x, {outer, extent, inner})});
  }
  const int64_t rows = outer * inner;
  const Shape single{1, rows, 1, 1};
  x = steps.Reshape(x, {1, rows, 1, extent});
  graph::Window whole;
  whole.kernel_w = extent;
  const ValueId largest = steps.Add(graph::Pooling{graph::PoolKind::kMax, whole}, {x});
  x = steps.Add(graph::Exp{}, {steps.Add(graph::Binary{graph::BinaryKind::kSub}, {x, largest})});
  const ValueId sums = steps.Reshape(steps.Add(graph::Reduce{graph::ReduceKind::kSum, 2}, {x}), single);
  x = steps.Add(graph::Binary{graph::BinaryKind::kDiv}, {x, sums});
  if (inner > 1) x = steps.Add(graph::Transpose{{0, 2, 1}}, {steps.Reshape(x, {outer, inner, extent})});
  return steps.Finish(graph::Reshape{shape}, {x});
}

// x * (sum of x^2 + epsilon)^-1/2, then the scales; the sums first of every row-major plane.
absl::Status DecomposeNormalize(const Node& node, const Shape& shape, const graph::Normalize& op,
                                graph::Rewriter* rewriter) {
  Steps steps(node, rewriter);
  const ValueId x = steps.Operand(0);
  ValueId sum = steps.Reshape(x, {shape[0] * shape[1], shape[2] * shape[3]});
  sum = steps.Reshape(steps.Add(graph::Reduce{graph::ReduceKind::kSquareSum, 1}, {sum}), {shape[0], shape[1]});
  sum = steps.Reshape(steps.Add(graph::Reduce{graph::ReduceKind::kSum, 1}, {sum}), {shape[0], 1, 1, 1});
  const ValueId factor = steps.Add(graph::Power{-0.5f}, {steps.Add(graph::Affine{1, op.epsilon}, {sum})});
  const ValueId result = steps.Add(graph::Binary{graph::BinaryKind::kMul}, {x, factor});
  const graph::Value& scale = rewriter->source().value(node.inputs[1]);
  if (scale.shape.count() == 1) return steps.Finish(graph::Affine{(*scale.constant)[0], 0}, {result});
  return steps.Finish(graph::ScaleShift{1}, {result, steps.Operand(1)});
}

}  // namespace

absl::StatusOr<graph::Graph> Decompose(const graph::Graph& graph) {
  graph::Rewriter rewriter(graph);
  for (const Node& node : graph.nodes()) {
    const Shape& shape = graph.value(node.inputs[0]).shape;
    const auto* softmax = std::get_if<graph::Softmax>(&node.op);
    const auto* normalize = std::get_if<graph::Normalize>(&node.op);
    if (softmax != nullptr && !FitsSoftmax(shape, softmax->axis)) {
      RETURN_IF_ERROR(DecomposeSoftmax(node, shape, softmax->axis, &rewriter));
    } else if (normalize != nullptr && normalize->across_spatial && !FitsNormalize(shape)) {
      RETURN_IF_ERROR(DecomposeNormalize(node, shape, *normalize, &rewriter));
    } else {
      RETURN_IF_ERROR(rewriter.Copy(node));
    }
  }
  return rewriter.Finish();
}

}  // namespace bm::lowering
