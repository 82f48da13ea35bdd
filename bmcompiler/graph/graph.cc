#include "bmcompiler/graph/graph.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace bm::graph {

ValueId Graph::AddInput(std::string name, const Shape& shape) {
  const auto id = static_cast<ValueId>(values_.size());
  values_.push_back({std::move(name), shape, nullptr, -1});
  inputs_.push_back(id);
  return id;
}

ValueId Graph::AddConstant(std::string name, const Shape& shape, Data data) {
  BM_CHECK(data != nullptr && static_cast<int64_t>(data->size()) == shape.count(),
           absl::StrCat("constant ", name, " of shape ", shape.ToString()));
  const auto id = static_cast<ValueId>(values_.size());
  values_.push_back({std::move(name), shape, std::move(data), -1});
  return id;
}

ValueId Graph::AddConstant(std::string name, const Shape& shape, std::vector<float> data) {
  return AddConstant(std::move(name), shape, std::make_shared<const std::vector<float>>(std::move(data)));
}

absl::StatusOr<ValueId> Graph::AddNode(std::string name, Op op, std::vector<ValueId> inputs, std::string output_name) {
  std::vector<Operand> operands;
  for (const ValueId input : inputs) {
    BM_CHECK(input >= 0 && input < static_cast<ValueId>(values_.size()), name);
    operands.push_back({values_[input].shape, values_[input].is_constant()});
  }
  absl::StatusOr<Shape> shape = InferShape(op, operands);
  if (!shape.ok()) {
    return absl::Status(shape.status().code(),
                        absl::StrCat("layer ", name, " (", OpName(op), "): ", shape.status().message()));
  }
  const auto id = static_cast<ValueId>(values_.size());
  values_.push_back({std::move(output_name), *std::move(shape), nullptr, static_cast<NodeId>(nodes_.size())});
  nodes_.push_back({std::move(name), std::move(op), std::move(inputs), id});
  return id;
}

void Graph::MarkOutput(ValueId value) {
  if (std::find(outputs_.begin(), outputs_.end(), value) == outputs_.end()) outputs_.push_back(value);
}

std::vector<std::vector<NodeId>> Graph::Consumers() const {
  std::vector<std::vector<NodeId>> consumers(values_.size());
  for (size_t node = 0; node < nodes_.size(); ++node) {
    for (const ValueId input : nodes_[node].inputs) {
      std::vector<NodeId>& readers = consumers[input];
      if (readers.empty() || readers.back() != static_cast<NodeId>(node)) readers.push_back(static_cast<NodeId>(node));
    }
  }
  return consumers;
}

std::string Graph::ToString() const {
  std::string text = absl::StrCat("graph ", name_, "\n");
  for (const ValueId input : inputs_)
    absl::StrAppend(&text, "  input ", values_[input].name, " ", values_[input].shape.ToString(), "\n");
  for (const Node& node : nodes_) {
    absl::StrAppend(&text, "  ", node.name, ": ", OpName(node.op), "(");
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const Value& value = values_[node.inputs[i]];
      absl::StrAppend(&text, i > 0 ? ", " : "", value.name, " ", value.shape.ToString());
    }
    absl::StrAppend(&text, ") -> ", values_[node.output].name, " ", values_[node.output].shape.ToString(), "\n");
  }
  for (const ValueId output : outputs_) absl::StrAppend(&text, "  output ", values_[output].name, "\n");
  return text;
}

}  // namespace bm::graph
