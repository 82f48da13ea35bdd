// Where values live while commands are emitted: in local memory, in DDR, or both.
//
// A node asks for everything it needs at once (Place). Values that are not in local memory are loaded, room is made by
// moving out the values whose next use is farthest, and what a node leaves behind stays local for its readers.
//
//   residency.BeginNode(node);
//   ASSIGN_OR_RETURN(const bool fits, residency.Place(request, &placement));
//   ... commands on placement.inputs, placement.output ...
//   residency.EndNode();
#ifndef BMCOMPILER_LOWERING_RESIDENCY_H_
#define BMCOMPILER_LOWERING_RESIDENCY_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmcompiler/graph/graph.h"
#include "bmcompiler/lowering/coefficients.h"
#include "bmcompiler/lowering/commands.h"
#include "bmcompiler/lowering/range_allocator.h"

namespace bm::lowering {

// A value seen as four dimensions: any factorisation n * c * h * w of its elements in row-major order.
struct ViewedValue {
  graph::ValueId value = -1;
  Dims4 view;
};

struct PlacementRequest {
  std::vector<ViewedValue> inputs;
  std::optional<ViewedValue> output;
  // The input whose memory the output may take over if nobody reads it afterwards; -1: none.
  int in_place_input = -1;
  std::vector<PackedConstant> constants;
  std::vector<uint64_t> scratch_bytes;  // per lane
};

struct Placement {
  std::vector<LocalTensor> inputs;
  LocalTensor output;
  std::vector<LocalTensor> constants;
  std::vector<uint32_t> scratch;  // offsets
};

class Residency {
 public:
  Residency(const graph::Graph& graph, Commands* commands, Coefficients* coefficients);

  void BeginNode(graph::NodeId node);
  // Stores a network output, releases constants, scratch and values that nobody reads any more.
  void EndNode();

  // False, and nothing changed, where the request exceeds local memory even when it is empty.
  bool Place(const PlacementRequest& request, Placement* placement);

  // Constants that the following node will ask for: Place loads them ahead where there is room.
  void SetUpcomingConstants(std::vector<PackedConstant> constants) { upcoming_ = std::move(constants); }

  // The present view of a value in local memory, if it is there.
  std::optional<Dims4> ResidentView(graph::ValueId value) const;
  // The value in local memory, if it is there and lies as `view` says.
  std::optional<LocalTensor> Resident(graph::ValueId value, const Dims4& view) const;

  // The address of a value's elements in DDR, row-major; stores them first if they are in local memory only.
  uint64_t InDdr(graph::ValueId value);
  // Memory in DDR for a value that the present node writes there.
  uint64_t WrittenInDdr(graph::ValueId value);

  // Neuron memory that is never released, for a network output.
  uint64_t NewNeurons(uint64_t bytes) { return *neurons_.Allocate(bytes) | kNeuronTag; }

  // True if both values share their elements (one is a reshape of the other).
  bool SameStorage(graph::ValueId a, graph::ValueId b) const { return storage_of_[a] == storage_of_[b]; }

  uint64_t neuron_bytes() const { return neurons_.peak(); }
  uint32_t local_peak_bytes() const { return static_cast<uint32_t>(lane_.peak()); }

 private:
  struct Storage {
    std::vector<graph::NodeId> uses;  // readers, ascending
    bool is_output = false;
    graph::Data constant;
    std::optional<LocalTensor> resident;
    std::optional<uint64_t> ddr;
    uint64_t bytes = 0;
    bool in_ddr = false;  // the contents are there
    bool pinned = false;
  };
  struct Prefetched {
    PackedConstant constant;
    LocalTensor tensor;
    bool pinned = false;
  };

  void MapStorages();
  graph::NodeId NextUse(const Storage& storage) const;
  void Spill(Storage* storage);
  void StoreIfNeeded(Storage* storage);
  void ReleaseIfUnused(Storage* storage);
  uint64_t DdrAddress(Storage* storage);
  void Pin(Storage* storage);
  bool EvictOne();
  std::optional<uint32_t> AllocateEvicting(uint64_t bytes);
  bool TryPlace(const PlacementRequest& request, Placement* placement, std::vector<int>* to_load);
  bool CanTakeOver(const PlacementRequest& request) const;
  std::optional<LocalTensor> PlaceConstant(const PackedConstant& constant);
  void Prefetch();
  void ReleaseAll();

  const graph::Graph& graph_;
  Commands& commands_;
  Coefficients& coefficients_;
  RangeAllocator lane_{isa::kLaneBytes, isa::kAlignBytes};
  RangeAllocator neurons_{kNeuronTag - 1, 4096};
  std::vector<Storage> storages_;
  std::vector<int> storage_of_;
  std::vector<Storage*> pinned_;
  std::vector<Prefetched> constants_;
  std::vector<uint64_t> scratch_;
  std::vector<PackedConstant> upcoming_;
  graph::NodeId node_ = -1;
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_RESIDENCY_H_
