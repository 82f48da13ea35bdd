// Plain float evaluation of a graph: the oracle that compiled networks are compared with.
//
//   ASSIGN_OR_RETURN(const Values outputs, Evaluate(graph, {image}));
//
// Nothing of the chip is imitated: sums run in the order that is fastest here, functions are the library's.
#ifndef BMCOMPILER_EVALUATE_EVALUATE_H_
#define BMCOMPILER_EVALUATE_EVALUATE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bmcompiler/graph/graph.h"

namespace bm::evaluate {

// One row-major array per tensor.
using Values = std::vector<std::vector<float>>;

// The outputs in the graph's order for inputs in the graph's order. INVALID_ARGUMENT where an input has another number
// of elements than its shape.
absl::StatusOr<Values> Evaluate(const graph::Graph& graph, const Values& inputs);

// One operation on operands of these shapes.
struct Array {
  Shape shape;
  const std::vector<float>* data = nullptr;
};
std::vector<float> EvaluateOp(const graph::Op& op, absl::Span<const Array> operands, const Shape& result);

}  // namespace bm::evaluate

#endif  // BMCOMPILER_EVALUATE_EVALUATE_H_
