// Nets of a few operations on random values: lowered, executed, compared with their plain float evaluation.
#ifndef BMCOMPILER_LOWERING_TESTING_CHECK_NET_H_
#define BMCOMPILER_LOWERING_TESTING_CHECK_NET_H_

#include <cstdint>
#include <random>
#include <vector>

#include "bmcompiler/evaluate/evaluate.h"
#include "bmcompiler/graph/graph.h"
#include "bmcompiler/lowering/lower.h"

namespace bm::lowering::testing {

class NetBuilder {
 public:
  explicit NetBuilder(float low = -1, float high = 1) : distribution_(low, high) {}

  graph::ValueId Input(const Shape& shape);
  graph::ValueId Constant(const Shape& shape, float low, float high);
  // Weights whose sums keep the size of their inputs.
  graph::ValueId Weight(const Shape& shape);
  graph::ValueId Add(graph::Op op, std::vector<graph::ValueId> inputs);
  evaluate::Values RandomInputs();

  graph::Graph graph{"test"};

 private:
  int count_ = 0;
  std::mt19937 random_{11};
  std::uniform_real_distribution<float> distribution_;
};

// Compiles, runs and expects every output within 1e-4 of its largest magnitude; returns the compiled net for further
// looks.
CompiledNet Check(NetBuilder* net);

// One operation on variables of these shapes.
CompiledNet CheckOp(graph::Op op, const std::vector<Shape>& shapes, float low = -1, float high = 1);

graph::Window SquareWindow(int64_t kernel, int64_t stride = 1, int64_t pad = 0, int64_t dilation = 1);

CompiledNet CheckConvolution(const Shape& x, int64_t oc, const graph::Window& window, int64_t groups = 1);
CompiledNet CheckDeconvolution(const Shape& x, int64_t oc, const graph::Window& window, int64_t groups = 1);

}  // namespace bm::lowering::testing

#endif  // BMCOMPILER_LOWERING_TESTING_CHECK_NET_H_
