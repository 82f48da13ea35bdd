// Copies a graph node by node into a new one, leaving out or replacing what a pass decides.
#ifndef BMCOMPILER_PASSES_REWRITER_H_
#define BMCOMPILER_PASSES_REWRITER_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "bmcompiler/graph/graph.h"

namespace bm::passes {

class Rewriter {
 public:
  explicit Rewriter(const graph::Graph& source) : source_(source), result_(source.name()) {
    values_.assign(source.values().size(), -1);
    for (const graph::ValueId input : source.inputs()) {
      values_[input] = result_.AddInput(source.value(input).name, source.value(input).shape);
    }
  }

  const graph::Graph& source() const { return source_; }
  graph::Graph& result() { return result_; }

  // The new graph's value for one of the source's; constants come over when they are first asked for.
  graph::ValueId Map(graph::ValueId value) {
    if (values_[value] < 0) {
      const graph::Value& constant = source_.value(value);
      values_[value] = result_.AddConstant(constant.name, constant.shape, constant.constant);
    }
    return values_[value];
  }
  void Replace(graph::ValueId value, graph::ValueId by) { values_[value] = by; }

  // Copies a node as it is.
  absl::Status Copy(const graph::Node& node) { return CopyAs(node, node.op, node.inputs, node.output); }

  // Adds an operation on operands of the source that makes the source's value `output`.
  absl::Status CopyAs(const graph::Node& node, graph::Op op, const std::vector<graph::ValueId>& inputs,
                      graph::ValueId output) {
    std::vector<graph::ValueId> mapped;
    for (const graph::ValueId input : inputs) mapped.push_back(Map(input));
    ASSIGN_OR_RETURN(values_[output],
                     result_.AddNode(node.name, std::move(op), std::move(mapped), source_.value(output).name));
    return absl::OkStatus();
  }

  bool IsOutput(graph::ValueId value) const {
    return std::find(source_.outputs().begin(), source_.outputs().end(), value) != source_.outputs().end();
  }

  graph::Graph Finish() {
    for (const graph::ValueId output : source_.outputs()) result_.MarkOutput(Map(output));
    return std::move(result_);
  }

 private:
  const graph::Graph& source_;
  graph::Graph result_;
  std::vector<graph::ValueId> values_;
};

}  // namespace bm::passes

#endif  // BMCOMPILER_PASSES_REWRITER_H_
