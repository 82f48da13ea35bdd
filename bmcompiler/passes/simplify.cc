#include "bmcompiler/passes/simplify.h"

#include "base/status_macros.h"
#include "bmcompiler/evaluate/evaluate.h"
#include "bmcompiler/graph/rewriter.h"

namespace bm::passes {

using graph::Graph;
using graph::Node;
using graph::Rewriter;
using graph::ValueId;

namespace {

bool DoesNothing(const Graph& graph, const Node& node) {
  if (std::holds_alternative<graph::Identity>(node.op)) return true;
  return std::holds_alternative<graph::Reshape>(node.op) &&
         graph.value(node.inputs[0]).shape == graph.value(node.output).shape;
}

}  // namespace

absl::StatusOr<Graph> RemoveIdentities(const Graph& graph) {
  Rewriter rewriter(graph);
  for (const Node& node : graph.nodes()) {
    if (DoesNothing(graph, node) && !rewriter.IsOutput(node.output)) {
      rewriter.Replace(node.output, rewriter.Map(node.inputs[0]));
    } else {
      RETURN_IF_ERROR(rewriter.Copy(node));
    }
  }
  return rewriter.Finish();
}

absl::StatusOr<Graph> FoldConstants(const Graph& graph) {
  Rewriter rewriter(graph);
  for (const Node& node : graph.nodes()) {
    std::vector<evaluate::Array> operands;
    for (const ValueId input : node.inputs) {
      const graph::Value& value = rewriter.result().value(rewriter.Map(input));
      if (value.is_constant()) operands.push_back({value.shape, value.constant.get()});
    }
    if (operands.size() != node.inputs.size()) {
      RETURN_IF_ERROR(rewriter.Copy(node));
      continue;
    }
    const graph::Value& result = graph.value(node.output);
    rewriter.Replace(node.output, rewriter.result().AddConstant(result.name, result.shape,
                                                                evaluate::EvaluateOp(node.op, operands, result.shape)));
  }
  return rewriter.Finish();
}

absl::StatusOr<Graph> RemoveDeadCode(const Graph& graph) {
  std::vector<bool> needed(graph.values().size());
  for (const ValueId output : graph.outputs()) needed[output] = true;
  for (auto node = graph.nodes().rbegin(); node != graph.nodes().rend(); ++node) {
    if (!needed[node->output]) continue;
    for (const ValueId input : node->inputs) needed[input] = true;
  }
  Rewriter rewriter(graph);
  for (const Node& node : graph.nodes()) {
    if (needed[node.output]) RETURN_IF_ERROR(rewriter.Copy(node));
  }
  return rewriter.Finish();
}

absl::StatusOr<Graph> Simplify(const Graph& graph) {
  ASSIGN_OR_RETURN(Graph result, RemoveIdentities(graph));
  ASSIGN_OR_RETURN(result, FoldConstants(result));
  ASSIGN_OR_RETURN(result, FoldScales(result));
  return RemoveDeadCode(result);
}

}  // namespace bm::passes
