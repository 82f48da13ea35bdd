#include "bmcompiler/lowering/node_lowering.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "bmcompiler/lowering/registry.h"

namespace bm::lowering {
namespace {

// The operation's lowering; null for operations that only rename their operand.
struct ChooseLowering {
  Session* session;
  const graph::Node& node;

  LoweringPtr operator()(const graph::Convolution& op) const { return LowerConvolution(session, node, op); }
  LoweringPtr operator()(const graph::Deconvolution& op) const { return LowerDeconvolution(session, node, op); }
  LoweringPtr operator()(const graph::Pooling& op) const { return LowerPooling(session, node, op); }
  LoweringPtr operator()(const graph::FullyConnected& op) const { return LowerFullyConnected(session, node, op); }
  LoweringPtr operator()(const graph::Prelu& op) const { return LowerPrelu(session, node, op); }
  LoweringPtr operator()(const graph::ScaleShift& op) const { return LowerScaleShift(session, node, op); }
  LoweringPtr operator()(const graph::BatchNorm& op) const { return LowerBatchNorm(session, node, op); }
  LoweringPtr operator()(const graph::Eltwise& op) const { return LowerEltwise(session, node, op); }
  LoweringPtr operator()(const graph::Binary& op) const { return LowerBinary(session, node, op); }
  LoweringPtr operator()(const graph::Concat& op) const { return LowerConcat(session, node, op); }
  LoweringPtr operator()(const graph::Slice& op) const { return LowerSlice(session, node, op); }
  LoweringPtr operator()(const graph::Transpose& op) const { return LowerTranspose(session, node, op); }
  LoweringPtr operator()(const graph::Tile& op) const { return LowerTile(session, node, op); }
  LoweringPtr operator()(const graph::Softmax& op) const { return LowerSoftmax(session, node, op); }
  LoweringPtr operator()(const graph::Reduce& op) const { return LowerReduce(session, node, op); }
  LoweringPtr operator()(const graph::Lrn& op) const { return LowerLrn(session, node, op); }
  LoweringPtr operator()(const graph::Normalize& op) const { return LowerNormalize(session, node, op); }
  LoweringPtr operator()(const graph::Resize& op) const { return LowerResize(session, node, op); }
  LoweringPtr operator()(const graph::Reshape&) const { return nullptr; }
  LoweringPtr operator()(const graph::Identity&) const { return nullptr; }
  template <typename Op>
  LoweringPtr operator()(const Op& op) const {
    return LowerElementwise(session, node, op);
  }
};

}  // namespace

absl::Status NodeLowering::Unsupported(const std::string& what) const {
  return absl::UnimplementedError(absl::StrCat("layer ", node_.name, " (", graph::OpName(node_.op), "): ", what));
}

absl::Status NodeLowering::TooLarge(const std::string& what) const {
  return absl::ResourceExhaustedError(absl::StrCat("layer ", node_.name, " (", graph::OpName(node_.op), "): ", what));
}

LoweringPtr MakeNodeLowering(Session* session, const graph::Node& node) {
  return std::visit(ChooseLowering{session, node}, node.op);
}

Dims4 CanonicalView(const Shape& shape) {
  Dims4 view{1, 1, 1, 1};
  uint32_t* const extents[] = {&view.n, &view.c, &view.h, &view.w};
  for (int axis = 0; axis < shape.rank(); ++axis) {
    *extents[std::min(axis, 3)] *= static_cast<uint32_t>(shape[axis]);
  }
  return view;
}

Dims4 FlatView(uint64_t elements) {
  Dims4 best{1, 1, 1, 1};
  uint64_t best_bytes = ~uint64_t{0};
  for (uint64_t c = 1; c <= std::min<uint64_t>(elements, kMaxChannels); ++c) {
    if (elements % c != 0) continue;
    const uint64_t bytes = CeilDiv(c, isa::kLanes) * AlignUp(elements / c, isa::kAlignWords);
    if (bytes >= best_bytes) continue;
    best_bytes = bytes;
    best.c = static_cast<uint32_t>(c);
  }
  uint64_t rest = elements / best.c;
  uint64_t w = std::min<uint64_t>(rest, 4096);
  while (rest % w != 0) --w;
  best.w = static_cast<uint32_t>(w);
  best.h = static_cast<uint32_t>(rest / w);
  return best;
}

bool FitsFields(const Dims4& view) {
  return view.n <= kMaxExtent && view.c <= kMaxChannels && view.h <= kMaxExtent && view.w <= kMaxExtent;
}

}  // namespace bm::lowering
