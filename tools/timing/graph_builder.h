// Builds graphs layer by layer with weights of zero.
#ifndef TOOLS_TIMING_GRAPH_BUILDER_H_
#define TOOLS_TIMING_GRAPH_BUILDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmcompiler/graph/graph.h"

namespace bm::timing {

enum class Pad { kHalf, kNone };  // half a kernel on each side, as the dilation spreads it

struct ConvShape {
  int64_t results = 1, kernel_h = 1, kernel_w = 1, step = 1, dilation = 1;
  Pad pad = Pad::kHalf;
  int64_t groups = 1;
};

// The first operation that does not fit is reported by Finish; values after it mean nothing.
class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name) : graph_(std::move(name)) {}

  graph::ValueId Input(const Shape& shape) { return graph_.AddInput("data", shape); }
  graph::ValueId Add(graph::Op op, std::vector<graph::ValueId> inputs);
  // With a bias.
  graph::ValueId Conv(graph::ValueId x, const ConvShape& shape);
  // A square kernel, then a rectifier of this slope.
  graph::ValueId ConvRelu(graph::ValueId x, int64_t results, int64_t kernel, int64_t step, float slope);
  // Maximum over a square window, rounded up as Caffe does.
  graph::ValueId MaxPool(graph::ValueId x, int64_t kernel, int64_t step);
  // Average over the whole map.
  graph::ValueId GlobalAverage(graph::ValueId x);
  graph::ValueId FullyConnected(graph::ValueId x, int64_t results);

  // The graph with these outputs.
  absl::StatusOr<graph::Graph> Finish(const std::vector<graph::ValueId>& outputs);

 private:
  graph::ValueId Zeros(const Shape& shape);
  const Shape& ShapeOf(graph::ValueId value) const { return graph_.value(value).shape; }

  graph::Graph graph_;
  absl::Status status_;
};

}  // namespace bm::timing

#endif  // TOOLS_TIMING_GRAPH_BUILDER_H_
