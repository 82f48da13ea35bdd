#include "bmcompiler/lowering/residency.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"

namespace bm::lowering {

using graph::NodeId;
using graph::ValueId;

namespace {

constexpr NodeId kNever = std::numeric_limits<NodeId>::max();

bool SharesStorage(const graph::Op& op) {
  return std::holds_alternative<graph::Reshape>(op) || std::holds_alternative<graph::Identity>(op);
}

// Views with the same n, c and h * w are the same words in local memory.
bool SameWords(const Dims4& a, const Dims4& b) {
  return a.n == b.n && a.c == b.c && uint64_t{a.h} * a.w == uint64_t{b.h} * b.w;
}

uint64_t AlignedBytes(uint64_t bytes) { return std::max<uint64_t>(AlignUp(bytes, isa::kAlignBytes), isa::kAlignBytes); }

}  // namespace

Residency::Residency(const graph::Graph& graph, Commands* commands, Coefficients* coefficients)
    : graph_(graph), commands_(*commands), coefficients_(*coefficients) {
  MapStorages();
}

void Residency::MapStorages() {
  storage_of_.assign(graph_.values().size(), -1);
  const auto add = [this](ValueId value) {
    storage_of_[value] = static_cast<int>(storages_.size());
    Storage& storage = storages_.emplace_back();
    storage.bytes = graph_.value(value).shape.count() * sizeof(float);
    storage.constant = graph_.value(value).constant;
  };
  for (ValueId value = 0; value < static_cast<ValueId>(graph_.values().size()); ++value) {
    if (graph_.value(value).producer < 0) add(value);
  }
  for (NodeId id = 0; id < static_cast<NodeId>(graph_.nodes().size()); ++id) {
    const graph::Node& node = graph_.node(id);
    if (SharesStorage(node.op)) {
      storage_of_[node.output] = storage_of_[node.inputs[0]];
    } else {
      add(node.output);
      for (const ValueId input : node.inputs) storages_[storage_of_[input]].uses.push_back(id);
    }
  }
  for (const ValueId output : graph_.outputs()) storages_[storage_of_[output]].is_output = true;
  for (const ValueId input : graph_.inputs()) {
    Storage& storage = storages_[storage_of_[input]];
    DdrAddress(&storage);
    storage.in_ddr = true;
    storage.is_output = true;  // the caller owns its memory: never released
  }
}

NodeId Residency::NextUse(const Storage& storage) const {
  const auto next = std::lower_bound(storage.uses.begin(), storage.uses.end(), node_);
  return next == storage.uses.end() ? kNever : *next;
}

uint64_t Residency::DdrAddress(Storage* storage) {
  if (!storage->ddr.has_value()) {
    if (storage->constant != nullptr) {
      storage->ddr = coefficients_.Add(*storage->constant);
      storage->in_ddr = true;
    } else {
      storage->ddr = *neurons_.Allocate(storage->bytes) | kNeuronTag;
    }
  }
  return *storage->ddr;
}

void Residency::StoreIfNeeded(Storage* storage) {
  const uint64_t address = DdrAddress(storage);
  if (storage->in_ddr) return;
  commands_.Store(*storage->resident, DdrTensor::Contiguous(address, storage->resident->shape));
  storage->in_ddr = true;
}

void Residency::Spill(Storage* storage) {
  if (NextUse(*storage) != kNever || storage->is_output) StoreIfNeeded(storage);
  lane_.Free(storage->resident->offset);
  storage->resident.reset();
}

std::optional<Dims4> Residency::ResidentView(ValueId value) const {
  const Storage& storage = storages_[storage_of_[value]];
  if (!storage.resident.has_value()) return std::nullopt;
  return storage.resident->shape;
}

std::optional<LocalTensor> Residency::Resident(ValueId value, const Dims4& view) const {
  const Storage& storage = storages_[storage_of_[value]];
  if (!storage.resident.has_value() || !SameWords(storage.resident->shape, view)) return std::nullopt;
  return LocalTensor::Aligned(storage.resident->offset, view);
}

uint64_t Residency::InDdr(ValueId value) {
  Storage* storage = &storages_[storage_of_[value]];
  StoreIfNeeded(storage);
  return *storage->ddr;
}

uint64_t Residency::WrittenInDdr(ValueId value) {
  Storage* storage = &storages_[storage_of_[value]];
  storage->in_ddr = true;
  return DdrAddress(storage);
}

void Residency::Pin(Storage* storage) {
  storage->pinned = true;
  pinned_.push_back(storage);
}

bool Residency::EvictOne() {
  Storage* farthest = nullptr;
  NodeId farthest_use = -1;
  for (Storage& storage : storages_) {
    if (!storage.resident.has_value() || storage.pinned) continue;
    const NodeId use = NextUse(storage);
    if (use > farthest_use) {
      farthest = &storage;
      farthest_use = use;
    }
  }
  const auto prefetched =
      std::find_if(constants_.begin(), constants_.end(), [](const Prefetched& entry) { return !entry.pinned; });
  if (prefetched != constants_.end() && farthest_use <= node_ + 1) {
    lane_.Free(prefetched->tensor.offset);
    constants_.erase(prefetched);
    return true;
  }
  if (farthest == nullptr) return false;
  Spill(farthest);
  return true;
}

std::optional<uint32_t> Residency::AllocateEvicting(uint64_t bytes) {
  while (true) {
    if (const std::optional<uint64_t> offset = lane_.Allocate(bytes)) return static_cast<uint32_t>(*offset);
    if (!EvictOne()) return std::nullopt;
  }
}

bool Residency::CanTakeOver(const PlacementRequest& request) const {
  if (request.in_place_input < 0 || !request.output.has_value()) return false;
  const ViewedValue& input = request.inputs[request.in_place_input];
  const Storage& storage = storages_[storage_of_[input.value]];
  // What DDR keeps too may be overwritten.
  if (storage.is_output && !storage.in_ddr) return false;
  if (storage.uses.back() != node_) return false;
  if (!SameWords(input.view, request.output->view)) return false;
  const auto same = [&](const ViewedValue& other) { return SameStorage(other.value, input.value); };
  return std::count_if(request.inputs.begin(), request.inputs.end(), same) == 1;
}

std::optional<LocalTensor> Residency::PlaceConstant(const PackedConstant& constant) {
  for (Prefetched& entry : constants_) {
    if (entry.constant.source.address == constant.source.address && entry.constant.stride == constant.stride &&
        entry.constant.source.shape == constant.source.shape) {
      entry.pinned = true;
      return entry.tensor;
    }
  }
  const std::optional<uint32_t> offset = AllocateEvicting(constant.bytes_per_lane());
  if (!offset.has_value()) return std::nullopt;
  const LocalTensor tensor{*offset, 0, constant.source.shape, constant.stride};
  commands_.Load(constant.source, tensor);
  constants_.push_back({constant, tensor, true});
  return tensor;
}

bool Residency::TryPlace(const PlacementRequest& request, Placement* placement, std::vector<int>* to_load) {
  // What is there in the right view is kept; the rest gives way first.
  for (const ViewedValue& input : request.inputs) {
    Storage& storage = storages_[storage_of_[input.value]];
    if (storage.resident.has_value() && SameWords(storage.resident->shape, input.view)) Pin(&storage);
  }
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    const ViewedValue& input = request.inputs[i];
    Storage& storage = storages_[storage_of_[input.value]];
    if (storage.resident.has_value() && !storage.pinned) Spill(&storage);
    if (!storage.resident.has_value()) {
      const std::optional<uint32_t> offset = AllocateEvicting(BytesPerLane(input.view));
      if (!offset.has_value()) return false;
      storage.resident = LocalTensor::Aligned(*offset, input.view);
      Pin(&storage);
      to_load->push_back(static_cast<int>(i));
    }
    placement->inputs.push_back(LocalTensor::Aligned(storage.resident->offset, input.view));
  }
  for (const uint64_t bytes : request.scratch_bytes) {
    const std::optional<uint32_t> offset = AllocateEvicting(bytes);
    if (!offset.has_value()) return false;
    scratch_.push_back(*offset);
    placement->scratch.push_back(*offset);
  }
  if (request.output.has_value() && !CanTakeOver(request)) {
    const std::optional<uint32_t> offset = AllocateEvicting(BytesPerLane(request.output->view));
    if (!offset.has_value()) return false;
    Storage& storage = storages_[storage_of_[request.output->value]];
    storage.resident = LocalTensor::Aligned(*offset, request.output->view);
    Pin(&storage);
    placement->output = *storage.resident;
  }
  for (const PackedConstant& constant : request.constants) {
    const std::optional<LocalTensor> tensor = PlaceConstant(constant);
    if (!tensor.has_value()) return false;
    placement->constants.push_back(*tensor);
  }
  return true;
}

bool Residency::Place(const PlacementRequest& request, Placement* placement) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    const auto same = [&](const ViewedValue& other) { return SameStorage(other.value, request.inputs[i].value); };
    const auto end = request.inputs.begin() + i;
    if (std::find_if(request.inputs.begin(), end, same) == end) bytes += BytesPerLane(request.inputs[i].view);
  }
  for (const uint64_t scratch : request.scratch_bytes) bytes += AlignedBytes(scratch);
  for (const PackedConstant& constant : request.constants) bytes += AlignedBytes(constant.bytes_per_lane());
  if (request.output.has_value() && !CanTakeOver(request)) bytes += BytesPerLane(request.output->view);
  if (bytes > isa::kLaneBytes) return false;

  *placement = Placement();
  std::vector<int> to_load;
  if (!TryPlace(request, placement, &to_load)) {
    // Fragmented: start from an empty memory, where everything fits one behind the other.
    for (const int i : to_load) {
      Storage& storage = storages_[storage_of_[request.inputs[i].value]];
      lane_.Free(storage.resident->offset);
      storage.resident.reset();
    }
    if (request.output.has_value()) {
      Storage& storage = storages_[storage_of_[request.output->value]];
      if (storage.resident.has_value()) lane_.Free(storage.resident->offset);
      storage.resident.reset();
    }
    ReleaseAll();
    while (EvictOne()) {
    }
    *placement = Placement();
    to_load.clear();
    BM_CHECK(TryPlace(request, placement, &to_load), "a request that fits an empty memory");
  }
  for (const int i : to_load) {
    const ViewedValue& input = request.inputs[i];
    Storage& storage = storages_[storage_of_[input.value]];
    BM_CHECK(DdrAddress(&storage) != 0 && storage.in_ddr, "a value that is nowhere");
    commands_.Load(DdrTensor::Contiguous(*storage.ddr, input.view), *storage.resident);
  }
  if (request.output.has_value() && CanTakeOver(request)) {
    Storage& input = storages_[storage_of_[request.inputs[request.in_place_input].value]];
    Storage& output = storages_[storage_of_[request.output->value]];
    output.resident = LocalTensor::Aligned(input.resident->offset, request.output->view);
    Pin(&output);
    input.resident.reset();
    input.pinned = false;
    placement->output = *output.resident;
  }
  Prefetch();
  return true;
}

void Residency::Prefetch() {
  for (const PackedConstant& constant : upcoming_) {
    const std::optional<uint64_t> offset = lane_.Allocate(constant.bytes_per_lane());
    if (!offset.has_value()) continue;
    const LocalTensor tensor{static_cast<uint32_t>(*offset), 0, constant.source.shape, constant.stride};
    commands_.Load(constant.source, tensor);
    constants_.push_back({constant, tensor, false});
  }
  upcoming_.clear();
}

void Residency::ReleaseAll() {
  for (Storage* storage : pinned_) storage->pinned = false;
  pinned_.clear();
  for (const uint64_t offset : scratch_) lane_.Free(offset);
  scratch_.clear();
  const auto used = [](const Prefetched& entry) { return entry.pinned; };
  for (const Prefetched& entry : constants_) {
    if (entry.pinned) lane_.Free(entry.tensor.offset);
  }
  constants_.erase(std::remove_if(constants_.begin(), constants_.end(), used), constants_.end());
}

void Residency::BeginNode(NodeId node) { node_ = node; }

void Residency::EndNode() {
  ReleaseAll();
  const graph::Node& node = graph_.node(node_);
  Storage& produced = storages_[storage_of_[node.output]];
  if (produced.is_output && produced.resident.has_value()) StoreIfNeeded(&produced);
  ++node_;
  ReleaseIfUnused(&produced);
  for (const ValueId input : node.inputs) ReleaseIfUnused(&storages_[storage_of_[input]]);
}

void Residency::ReleaseIfUnused(Storage* storage) {
  if (NextUse(*storage) != kNever) return;
  if (storage->resident.has_value()) {
    lane_.Free(storage->resident->offset);
    storage->resident.reset();
  }
  if (storage->ddr.has_value() && !storage->is_output && storage->constant == nullptr) {
    neurons_.Free(*storage->ddr & ~kNeuronTag);
    storage->ddr.reset();
    storage->in_ddr = false;
  }
}

}  // namespace bm::lowering
