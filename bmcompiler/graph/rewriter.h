// Copies a graph node by node into a new one, leaving out or replacing what its user decides.
#ifndef BMCOMPILER_GRAPH_REWRITER_H_
#define BMCOMPILER_GRAPH_REWRITER_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "bmcompiler/graph/graph.h"

namespace bm::graph {

class Rewriter {
 public:
  explicit Rewriter(const Graph& source) : source_(source), result_(source.name()) {
    values_.assign(source.values().size(), -1);
    for (const ValueId input : source.inputs()) {
      values_[input] = result_.AddInput(source.value(input).name, source.value(input).shape);
    }
  }

  const Graph& source() const { return source_; }
  Graph& result() { return result_; }

  // The new graph's value for one of the source's; constants come over when they are first asked for.
  ValueId Map(ValueId value) {
    if (values_[value] < 0) {
      const Value& constant = source_.value(value);
      values_[value] = result_.AddConstant(constant.name, constant.shape, constant.constant);
    }
    return values_[value];
  }
  void Replace(ValueId value, ValueId by) { values_[value] = by; }

  // Copies a node as it is.
  absl::Status Copy(const Node& node) { return CopyAs(node, node.op, node.inputs, node.output); }

  // Adds an operation on operands of the source that makes the source's value `output`.
  absl::Status CopyAs(const Node& node, Op op, const std::vector<ValueId>& inputs, ValueId output) {
    std::vector<ValueId> mapped;
    for (const ValueId input : inputs) mapped.push_back(Map(input));
    ASSIGN_OR_RETURN(values_[output],
                     result_.AddNode(node.name, std::move(op), std::move(mapped), source_.value(output).name));
    return absl::OkStatus();
  }

  bool IsOutput(ValueId value) const {
    return std::find(source_.outputs().begin(), source_.outputs().end(), value) != source_.outputs().end();
  }

  Graph Finish() {
    for (const ValueId output : source_.outputs()) result_.MarkOutput(Map(output));
    return std::move(result_);
  }

 private:
  const Graph& source_;
  Graph result_;
  std::vector<ValueId> values_;
};

}  // namespace bm::graph

#endif  // BMCOMPILER_GRAPH_REWRITER_H_
