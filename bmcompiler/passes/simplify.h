// Rewrites of a graph that keep its meaning (up to float rounding) and leave less to compute.
//
//   ASSIGN_OR_RETURN(graph, Simplify(graph));
#ifndef BMCOMPILER_PASSES_SIMPLIFY_H_
#define BMCOMPILER_PASSES_SIMPLIFY_H_

#include "absl/status/statusor.h"
#include "bmcompiler/graph/graph.h"

namespace bm::passes {

// All passes below, in the order in which they feed each other.
absl::StatusOr<graph::Graph> Simplify(const graph::Graph& graph);

// Drops identities, and reshapes to the same shape. A network output keeps its own name.
absl::StatusOr<graph::Graph> RemoveIdentities(const graph::Graph& graph);

// Replaces nodes whose operands are all constants by their values.
absl::StatusOr<graph::Graph> FoldConstants(const graph::Graph& graph);

// Multiplies scales, shifts and batch normalisations along channels into the convolution, deconvolution or full
// connection that they follow, and joins those that follow each other.
absl::StatusOr<graph::Graph> FoldScales(const graph::Graph& graph);

// Drops nodes that no output depends on. Inputs stay.
absl::StatusOr<graph::Graph> RemoveDeadCode(const graph::Graph& graph);

}  // namespace bm::passes

#endif  // BMCOMPILER_PASSES_SIMPLIFY_H_
