// Takes operations apart whose sums or maxima run over more than local memory holds.
#ifndef BMCOMPILER_LOWERING_DECOMPOSE_H_
#define BMCOMPILER_LOWERING_DECOMPOSE_H_

#include "absl/status/statusor.h"
#include "bmcompiler/graph/graph.h"

namespace bm::lowering {

// The same graph with such softmaxes and normalisations as several operations that go in tiles: maxima and sums of
// rows, then elementwise ones. Names of layers and of their results stay.
absl::StatusOr<graph::Graph> Decompose(const graph::Graph& graph);

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_DECOMPOSE_H_
