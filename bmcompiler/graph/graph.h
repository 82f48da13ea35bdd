// The compiler's graph: values, nodes in topological order, inputs and outputs.
//
//   Graph graph("lenet");
//   const ValueId x = graph.AddInput("data", Shape{1, 1, 28, 28});
//   const ValueId w = graph.AddConstant("conv1/weight", Shape{20, 1, 5, 5}, weights);
//   ASSIGN_OR_RETURN(const ValueId y, graph.AddNode("conv1", Convolution{...}, {x, w}, "conv1"));
//   graph.MarkOutput(y);
//
// A node is added after its operands, so node order is an execution order. AddNode infers the result's shape and
// refuses operands that do not fit the operation with a message that names node, operand and both shapes. Every
// operation has one result.
//
// Value semantics; constants are shared, never copied.
#ifndef BMCOMPILER_GRAPH_GRAPH_H_
#define BMCOMPILER_GRAPH_GRAPH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/shape.h"
#include "bmcompiler/graph/ops.h"

namespace bm::graph {

using ValueId = int32_t;
using NodeId = int32_t;

// The most elements of an input or a result, so that every product of extents is itself a valid extent.
inline constexpr uint64_t kMostElements = INT32_MAX;

// Elements of a constant, row-major.
using Data = std::shared_ptr<const std::vector<float>>;

struct Value {
  std::string name;
  Shape shape;
  Data constant;         // null unless the value is a constant
  NodeId producer = -1;  // -1 for inputs and constants

  bool is_constant() const { return constant != nullptr; }
};

struct Node {
  std::string name;  // the layer's name in the source model
  Op op;
  std::vector<ValueId> inputs;
  ValueId output = -1;
};

class Graph {
 public:
  explicit Graph(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }

  ValueId AddInput(std::string name, const Shape& shape);
  // `data` has shape.Count() elements (checked invariant).
  ValueId AddConstant(std::string name, const Shape& shape, Data data);
  ValueId AddConstant(std::string name, const Shape& shape, std::vector<float> data);
  // INVALID_ARGUMENT where operands do not fit; the graph is then unchanged.
  absl::StatusOr<ValueId> AddNode(std::string name, Op op, std::vector<ValueId> inputs, std::string output_name);
  // A value may be several outputs' source only once; constants and inputs are allowed.
  void MarkOutput(ValueId value);

  absl::Span<const Value> values() const { return values_; }
  absl::Span<const Node> nodes() const { return nodes_; }
  absl::Span<const ValueId> inputs() const { return inputs_; }
  absl::Span<const ValueId> outputs() const { return outputs_; }
  const Value& value(ValueId id) const { return values_[id]; }
  const Node& node(NodeId id) const { return nodes_[id]; }

  // The nodes that read each value, in order; indexed by ValueId.
  std::vector<std::vector<NodeId>> Consumers() const;

  // A line per node: name, operation, operand and result shapes.
  std::string ToString() const;

 private:
  std::string name_;
  std::vector<Value> values_;
  std::vector<Node> nodes_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
};

// "Convolution", "Relu", ...
const char* OpName(const Op& op);

// What shape inference needs to know of an operand.
struct Operand {
  Shape shape;
  bool is_constant = false;
};

// The shape of an operation's result. INVALID_ARGUMENT where operands do not fit.
absl::StatusOr<Shape> InferShape(const Op& op, absl::Span<const Operand> operands);

}  // namespace bm::graph

#endif  // BMCOMPILER_GRAPH_GRAPH_H_
