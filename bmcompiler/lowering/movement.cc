// Concatenation, slices, transposes, tiles: copies only. Channel-wise ones happen in local memory where there is room,
// the rest between places in DDR.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "bmcompiler/lowering/registry.h"

namespace bm::lowering {
namespace {

// One axis of a copy: how often, and how far both sides step each time (elements).
struct CopyAxis {
  uint64_t extent, source_step, target_step;
};

// Drops axes of extent 1 and joins neighbours that both sides walk through without a gap.
std::vector<CopyAxis> Simplify(const std::vector<CopyAxis>& axes) {
  std::vector<CopyAxis> result;
  for (const CopyAxis& axis : axes) {
    if (axis.extent == 1) continue;
    if (!result.empty()) {
      CopyAxis& outer = result.back();
      if (outer.source_step == axis.source_step * axis.extent && outer.target_step == axis.target_step * axis.extent) {
        outer = {outer.extent * axis.extent, axis.source_step, axis.target_step};
        continue;
      }
    }
    result.push_back(axis);
  }
  return result;
}

// Splits extents beyond 16 bits into two axes, or into blocks and a rest.
class StridedCopy {
 public:
  StridedCopy(Commands* commands, uint64_t source, uint64_t target)
      : commands_(*commands), source_(source), target_(target) {}

  void Emit(const std::vector<CopyAxis>& axes) { EmitFrom(Simplify(axes), source_, target_); }

 private:
  void EmitFrom(std::vector<CopyAxis> axes, uint64_t source, uint64_t target) {
    for (size_t i = 0; i < axes.size(); ++i) {
      if (axes[i].extent <= kMaxExtent) continue;
      EmitSplit(std::move(axes), i, source, target);
      return;
    }
    if (axes.size() > 4) {
      const CopyAxis outer = axes.front();
      axes.erase(axes.begin());
      for (uint64_t i = 0; i < outer.extent; ++i) {
        EmitFrom(axes, source + sizeof(float) * i * outer.source_step, target + sizeof(float) * i * outer.target_step);
      }
      return;
    }
    axes.insert(axes.begin(), 4 - axes.size(), CopyAxis{1, 0, 0});
    const auto dims = [&](uint64_t CopyAxis::*field) {
      return Dims4{static_cast<uint32_t>(axes[0].*field), static_cast<uint32_t>(axes[1].*field),
                   static_cast<uint32_t>(axes[2].*field), static_cast<uint32_t>(axes[3].*field)};
    };
    const Dims4 shape = dims(&CopyAxis::extent);
    commands_.Copy({source, shape, dims(&CopyAxis::source_step)}, {target, shape, dims(&CopyAxis::target_step)});
  }

  void EmitSplit(std::vector<CopyAxis> axes, size_t index, uint64_t source, uint64_t target) {
    const CopyAxis axis = axes[index];
    uint64_t inner = kMaxExtent;
    while (inner > kMaxExtent / 2 && axis.extent % inner != 0) --inner;
    const uint64_t whole = axis.extent / inner;
    const uint64_t rest = axis.extent % inner;
    std::vector<CopyAxis> blocks = axes;
    blocks[index] = {inner, axis.source_step, axis.target_step};
    blocks.insert(blocks.begin() + index, {whole, inner * axis.source_step, inner * axis.target_step});
    EmitFrom(std::move(blocks), source, target);
    if (rest == 0) return;
    axes[index].extent = rest;
    EmitFrom(std::move(axes), source + sizeof(float) * whole * inner * axis.source_step,
             target + sizeof(float) * whole * inner * axis.target_step);
  }

  Commands& commands_;
  const uint64_t source_, target_;
};

std::vector<uint64_t> RowMajorSteps(const Shape& shape) {
  std::vector<uint64_t> steps(shape.rank());
  for (int axis = 0; axis < shape.rank(); ++axis) steps[axis] = shape.CountOf(axis + 1, shape.rank());
  return steps;
}

bool IsChannelAxis(const Shape& shape, int axis) { return axis == 1 && shape.rank() >= 2; }

class ConcatOp : public NodeLowering {
 public:
  ConcatOp(Session* session, const graph::Node& node, const graph::Concat& op)
      : NodeLowering(session, node), axis_(op.axis) {}

  absl::Status Lower() override {
    if (!LowerInLocalMemory()) LowerInDdr();
    return absl::OkStatus();
  }

 private:
  bool LowerInLocalMemory() {
    const Dims4 view = CanonicalView(Output().shape);
    if (!IsChannelAxis(Output().shape, axis_) || !FitsFields(view)) return false;
    PlacementRequest request;
    request.output = ViewedValue{node_.output, view};
    Placement placement;
    if (!session_.residency.Place(request, &placement)) return false;
    uint32_t channel = 0;
    for (int i = 0; i < input_count(); ++i) {
      const Dims4 part = CanonicalView(Input(i).shape);
      const LocalTensor target = placement.output.Part(0, part.n, channel, part.c);
      const std::optional<LocalTensor> resident = session_.residency.Resident(node_.inputs[i], part);
      if (resident.has_value()) {
        session_.commands.Move(*resident, target);
      } else {
        session_.commands.Load(DdrTensor::Contiguous(session_.residency.InDdr(node_.inputs[i]), part), target);
      }
      channel += part.c;
    }
    return true;
  }

  void LowerInDdr() {
    const Shape& result = Output().shape;
    const std::vector<uint64_t> target_steps = RowMajorSteps(result);
    uint64_t start = 0;
    for (int i = 0; i < input_count(); ++i) {
      const Shape& shape = Input(i).shape;
      const std::vector<uint64_t> source_steps = RowMajorSteps(shape);
      std::vector<CopyAxis> axes;
      for (int axis = 0; axis < shape.rank(); ++axis) {
        axes.push_back({static_cast<uint64_t>(shape[axis]), source_steps[axis], target_steps[axis]});
      }
      const uint64_t source = session_.residency.InDdr(node_.inputs[i]);
      const uint64_t target =
          session_.residency.WrittenInDdr(node_.output) + sizeof(float) * start * target_steps[axis_];
      StridedCopy(&session_.commands, source, target).Emit(axes);
      start += shape[axis_];
    }
  }

  const int axis_;
};

class SliceOp : public NodeLowering {
 public:
  SliceOp(Session* session, const graph::Node& node, const graph::Slice& op) : NodeLowering(session, node), op_(op) {}

  absl::Status Lower() override {
    if (!LowerInLocalMemory()) LowerInDdr();
    return absl::OkStatus();
  }

 private:
  bool TakesChannelsOnly() const {
    const Shape& shape = Input(0).shape;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      if (!IsChannelAxis(shape, axis) && op_.extent[axis] != shape[axis]) return false;
    }
    return shape.rank() >= 2;
  }

  bool LowerInLocalMemory() {
    const Dims4 input_view = CanonicalView(Input(0).shape);
    const Dims4 view = CanonicalView(Output().shape);
    if (!TakesChannelsOnly() || !FitsFields(input_view) ||
        !session_.residency.Resident(node_.inputs[0], input_view).has_value()) {
      return false;
    }
    PlacementRequest request;
    request.inputs = {{node_.inputs[0], input_view}};
    request.output = ViewedValue{node_.output, view};
    Placement placement;
    if (!session_.residency.Place(request, &placement)) return false;
    session_.commands.Move(placement.inputs[0].Part(0, view.n, static_cast<uint32_t>(op_.start[1]), view.c),
                           placement.output);
    return true;
  }

  void LowerInDdr() {
    const std::vector<uint64_t> source_steps = RowMajorSteps(Input(0).shape);
    const std::vector<uint64_t> target_steps = RowMajorSteps(Output().shape);
    std::vector<CopyAxis> axes;
    uint64_t start = 0;
    for (size_t axis = 0; axis < op_.extent.size(); ++axis) {
      axes.push_back({static_cast<uint64_t>(op_.extent[axis]), source_steps[axis], target_steps[axis]});
      start += op_.start[axis] * source_steps[axis];
    }
    const uint64_t source = session_.residency.InDdr(node_.inputs[0]) + sizeof(float) * start;
    StridedCopy(&session_.commands, source, session_.residency.WrittenInDdr(node_.output)).Emit(axes);
  }

  const graph::Slice op_;
};

class TransposeOp : public NodeLowering {
 public:
  TransposeOp(Session* session, const graph::Node& node, const graph::Transpose& op)
      : NodeLowering(session, node), op_(op) {}

  absl::Status Lower() override {
    const std::vector<uint64_t> source_steps = RowMajorSteps(Input(0).shape);
    const std::vector<uint64_t> target_steps = RowMajorSteps(Output().shape);
    std::vector<CopyAxis> axes;
    for (int axis = 0; axis < Output().shape.rank(); ++axis) {
      axes.push_back(
          {static_cast<uint64_t>(Output().shape[axis]), source_steps[op_.permutation[axis]], target_steps[axis]});
    }
    const uint64_t source = session_.residency.InDdr(node_.inputs[0]);
    StridedCopy(&session_.commands, source, session_.residency.WrittenInDdr(node_.output)).Emit(axes);
    return absl::OkStatus();
  }

 private:
  const graph::Transpose op_;
};

class TileOp : public NodeLowering {
 public:
  TileOp(Session* session, const graph::Node& node, const graph::Tile& op) : NodeLowering(session, node), op_(op) {}

  absl::Status Lower() override {
    const Shape& shape = Input(0).shape;
    const std::vector<uint64_t> source_steps = RowMajorSteps(shape);
    const std::vector<uint64_t> target_steps = RowMajorSteps(Output().shape);
    std::vector<CopyAxis> axes;
    for (int axis = 0; axis < shape.rank(); ++axis) {
      axes.push_back({static_cast<uint64_t>(op_.repeats[axis]), 0, target_steps[axis] * shape[axis]});
      axes.push_back({static_cast<uint64_t>(shape[axis]), source_steps[axis], target_steps[axis]});
    }
    const uint64_t source = session_.residency.InDdr(node_.inputs[0]);
    StridedCopy(&session_.commands, source, session_.residency.WrittenInDdr(node_.output)).Emit(axes);
    return absl::OkStatus();
  }

 private:
  const graph::Tile op_;
};

}  // namespace

std::unique_ptr<NodeLowering> LowerConcat(Session* session, const graph::Node& node, const graph::Concat& op) {
  return std::make_unique<ConcatOp>(session, node, op);
}

std::unique_ptr<NodeLowering> LowerSlice(Session* session, const graph::Node& node, const graph::Slice& op) {
  return std::make_unique<SliceOp>(session, node, op);
}

std::unique_ptr<NodeLowering> LowerTranspose(Session* session, const graph::Node& node, const graph::Transpose& op) {
  return std::make_unique<TransposeOp>(session, node, op);
}

std::unique_ptr<NodeLowering> LowerTile(Session* session, const graph::Node& node, const graph::Tile& op) {
  return std::make_unique<TileOp>(session, node, op);
}

}  // namespace bm::lowering
