#include "bmcompiler/evaluate/evaluate.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bmcompiler/evaluate/kernels.h"

namespace bm::evaluate {

std::vector<float> EvaluateOp(const graph::Op& op, absl::Span<const Array> operands, const Shape& result) {
  return std::visit([&](const auto& typed) { return Compute(typed, operands, result); }, op);
}

absl::StatusOr<Values> Evaluate(const graph::Graph& graph, const Values& inputs) {
  if (inputs.size() != graph.inputs().size()) {
    return absl::InvalidArgumentError(absl::StrCat(inputs.size(), " arrays for ", graph.inputs().size(), " inputs"));
  }
  std::vector<std::vector<float>> results(graph.values().size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const graph::Value& value = graph.value(graph.inputs()[i]);
    if (static_cast<int64_t>(inputs[i].size()) != value.shape.count()) {
      return absl::InvalidArgumentError(absl::StrCat("input ", value.name, " of shape ", value.shape.ToString(),
                                                     " is given ", inputs[i].size(), " elements"));
    }
    results[graph.inputs()[i]] = inputs[i];
  }
  const auto array = [&](graph::ValueId id) {
    const graph::Value& value = graph.value(id);
    return Array{value.shape, value.is_constant() ? value.constant.get() : &results[id]};
  };

  // Arrays are released after their last reader.
  std::vector<size_t> readers;
  for (const std::vector<graph::NodeId>& nodes : graph.Consumers()) readers.push_back(nodes.size());
  for (const graph::ValueId output : graph.outputs()) ++readers[output];

  for (const graph::Node& node : graph.nodes()) {
    std::vector<Array> operands;
    for (const graph::ValueId input : node.inputs) operands.push_back(array(input));
    results[node.output] = EvaluateOp(node.op, operands, graph.value(node.output).shape);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const graph::ValueId input = node.inputs[i];
      if (std::find(node.inputs.begin(), node.inputs.begin() + i, input) != node.inputs.begin() + i) continue;
      if (--readers[input] == 0) std::vector<float>().swap(results[input]);
    }
  }
  Values outputs;
  for (const graph::ValueId output : graph.outputs()) outputs.push_back(*array(output).data);
  return outputs;
}

}  // namespace bm::evaluate
