// From a graph to BM1684 commands.
//
//   ASSIGN_OR_RETURN(const CompiledNet net, Lower(graph));
//
// Nodes are lowered in order. A value stays in local memory from its producer to its last reader as long as there is
// room; the value whose next use is farthest is moved to DDR first. A layer whose operands fit local memory is one main
// command (and the idioms of docs/isa.md 3.4 around it); a larger one runs in tiles over channels, batches, rows
// and columns, the next tile's loads in flight while the present one computes. Coefficients of the next layer are
// loaded ahead too.
//
// docs/reference/lowering.md tells how every operation is expressed.
#ifndef BMCOMPILER_LOWERING_LOWER_H_
#define BMCOMPILER_LOWERING_LOWER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/shape.h"
#include "bmcompiler/graph/graph.h"
#include "isa/command_group.h"

namespace bm::lowering {

// A network input or output in neuron memory, float32, row-major.
struct CompiledTensor {
  std::string name;
  Shape shape;
  uint64_t address = 0;  // compile-time address
  uint64_t bytes = 0;
};

// The commands of one layer. The ranges count over all groups.
struct LayerCommands {
  std::string name;
  std::string op;
  uint32_t first_bdc = 0, bdc_count = 0;
  uint32_t first_gdma = 0, gdma_count = 0;
};

struct CompiledNet {
  std::string name;
  std::vector<CompiledTensor> inputs;
  std::vector<CompiledTensor> outputs;
  std::vector<uint8_t> coefficients;
  uint64_t coefficient_address = 0;
  uint64_t context_address = 0;  // neuron memory, behind the coefficients
  uint64_t context_bytes = 0;
  std::vector<isa::CommandGroup> groups;
  std::vector<LayerCommands> layers;
  uint32_t local_peak_bytes = 0;  // of the 512 KiB of a lane
};

// UNIMPLEMENTED names the layer and what it asks for; RESOURCE_EXHAUSTED names the layer, its need and the limit, or
// the 4 GiB that coefficients and neurons may take each. The result has passed the command checker.
absl::StatusOr<CompiledNet> Lower(const graph::Graph& graph);

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_LOWER_H_
