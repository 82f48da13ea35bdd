// Softmax and reductions. The reduced axis is brought to the columns of local memory by the load's strides, so that
// pooling over a whole row gives its maximum or sum.
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
#include "bmcompiler/lowering/vector_math.h"

namespace bm::lowering {
namespace {

using isa::Eu;

constexpr uint32_t kMaxRowBlock = kMaxChannels / isa::kLanes * isa::kLanes;

// Rows [1, rows, h, w] to [1, rows, 1, 1].
template <typename Pool>
Pool PoolRows(const LocalTensor& out, const LocalTensor& x) {
  Pool op;
  op.shape = out.shape;
  op.input_h = x.shape.h;
  op.input_w = x.shape.w;
  op.window.kernel_h = static_cast<uint16_t>(x.shape.h);
  op.window.kernel_w = static_cast<uint16_t>(x.shape.w);
  op.result = Target(out);
  op.input = Tensor(x);
  return op;
}

void SumRows(Commands* commands, const LocalTensor& out, const LocalTensor& x) {
  auto op = PoolRows<isa::Depthwise>(out, x);
  op.weight = Immediate(1.0f);
  commands->Bdc(std::move(op), {x}, {out});
}

// One row of a softmax as a rectangle that pooling takes.
struct SoftmaxRow {
  uint32_t h = 0, w = 0;

  // None where the extent is no product of two such factors.
  static std::optional<SoftmaxRow> Of(int64_t extent) {
    for (int64_t h = 1; h <= kMaxWindowExtent; ++h) {
      if (extent % h != 0 || extent / h > kMaxWindowExtent) continue;
      return SoftmaxRow{static_cast<uint32_t>(h), static_cast<uint32_t>(extent / h)};
    }
    return std::nullopt;
  }

  // Values twice, two temporaries, and one value a row.
  uint64_t BytesOf(uint32_t rows) const {
    return 4 * BytesPerLane({1, rows, h, w}) + BytesPerLane({1, rows, 1, 1}) + isa::kAlignBytes;
  }
};

class SoftmaxOp : public NodeLowering {
 public:
  SoftmaxOp(Session* session, const graph::Node& node, const graph::Softmax& op)
      : NodeLowering(session, node), axis_(op.axis) {}

  absl::Status Lower() override {
    const Shape& shape = Input(0).shape;
    outer_ = shape.CountOf(0, axis_);
    extent_ = shape[axis_];
    inner_ = shape.CountOf(axis_ + 1, shape.rank());
    const std::optional<SoftmaxRow> rectangle = SoftmaxRow::Of(extent_);
    BM_CHECK(rectangle.has_value(), "a softmax that was not taken apart");
    rectangle_ = *rectangle;
    // Rows that differ in inner position only are neighbours in memory; without inner positions the outer ones are.
    const bool rows_are_outer = inner_ == 1;
    const int64_t batches = rows_are_outer ? 1 : outer_;
    const int64_t rows = rows_are_outer ? outer_ : inner_;
    const uint32_t block = FindBlock(rows);

    source_ = session_.residency.InDdr(node_.inputs[0]);
    PlacementRequest request;
    const Dims4 tile{1, block, rectangle_.h, rectangle_.w};
    request.scratch_bytes = {BytesPerLane(tile), BytesPerLane(tile), 2 * BytesPerLane(tile),
                             BytesPerLane({1, block, 1, 1})};
    if (!session_.residency.Place(request, &placement_)) return TooLarge("its rows do not fit local memory");
    const uint64_t target = session_.residency.WrittenInDdr(node_.output);

    std::vector<std::pair<int64_t, int64_t>> blocks;  // batch, first row
    for (int64_t batch = 0; batch < batches; ++batch) {
      for (int64_t row = 0; row < rows; row += block) blocks.emplace_back(batch, row);
    }
    const auto load = [&](size_t i) {
      const auto [batch, row] = blocks[i];
      const auto count = static_cast<uint32_t>(std::min<int64_t>(block, rows - row));
      DdrTensor source = RowsAt(source_, batch, row, count);
      const LocalTensor x = LocalTensor::Aligned(placement_.scratch[i % 2], source.shape);
      session_.commands.Load(source, x);
      return x;
    };
    LocalTensor next = load(0);
    for (size_t i = 0; i < blocks.size(); ++i) {
      const LocalTensor x = next;
      if (i + 1 < blocks.size()) next = load(i + 1);
      Compute(x);
      session_.commands.Store(x, RowsAt(target, blocks[i].first, blocks[i].second, x.shape.c));
    }
    return absl::OkStatus();
  }

 private:
  uint32_t FindBlock(int64_t rows) const {
    auto block = static_cast<uint32_t>(std::min<int64_t>(rows, kMaxRowBlock));
    while (rectangle_.BytesOf(block) > isa::kLaneBytes) {
      block = static_cast<uint32_t>(AlignUp(block / 2, isa::kLanes));
    }
    return block;
  }

  DdrTensor RowsAt(uint64_t base, int64_t batch, int64_t row, uint32_t count) const {
    const int64_t row_step = inner_ == 1 ? extent_ : 1;
    DdrTensor rows;
    rows.address = base + sizeof(float) * (batch * extent_ * inner_ + row * row_step);
    rows.shape = {1, count, rectangle_.h, rectangle_.w};
    rows.stride = {0, static_cast<uint32_t>(row_step), static_cast<uint32_t>(rectangle_.w * inner_),
                   static_cast<uint32_t>(inner_)};
    return rows;
  }

  // x = exp(x - max) / sum of the same, in place.
  void Compute(const LocalTensor& x) {
    VectorMath math(&session_.commands);
    const LocalTensor scratch[2] = {
        LocalTensor::Aligned(placement_.scratch[2], x.shape),
        LocalTensor::Aligned(placement_.scratch[2] + static_cast<uint32_t>(BytesPerLane(x.shape)), x.shape)};
    const LocalTensor single = LocalTensor::Aligned(placement_.scratch[3], {1, x.shape.c, 1, 1});
    LocalTensor repeated = single;
    repeated.shape = x.shape;
    repeated.stride.h = repeated.stride.w = 0;
    session_.commands.Bdc(PoolRows<isa::MaxPool>(single, x), {x}, {single});
    math.Apply(Eu::kSub, x, x, repeated);
    math.Exp(x, x, scratch);
    SumRows(&session_.commands, single, x);
    math.Reciprocal(single, single);
    math.Apply(Eu::kMul, x, x, repeated);
  }

  const int axis_;
  int64_t outer_ = 1, extent_ = 1, inner_ = 1;
  SoftmaxRow rectangle_;
  uint64_t source_ = 0;
  Placement placement_;
};

class ReduceOp : public NodeLowering {
 public:
  ReduceOp(Session* session, const graph::Node& node, const graph::Reduce& op) : NodeLowering(session, node), op_(op) {}

  // Rows are added up in pieces of a length that pooling takes.
  absl::Status Lower() override {
    const Shape& shape = Input(0).shape;
    const int64_t rows = shape.CountOf(0, op_.axis);
    const int64_t length = shape.CountOf(op_.axis, shape.rank());
    const auto piece = static_cast<uint32_t>(std::min<int64_t>(length, kMaxPiece));
    auto block = static_cast<uint32_t>(std::min<int64_t>(rows, kMaxRowBlock));
    while (2 * BytesPerLane({1, block, 1, piece}) + 2 * BytesPerLane({1, block, 1, 1}) > isa::kLaneBytes) {
      block = static_cast<uint32_t>(AlignUp(block / 2, isa::kLanes));
    }
    const uint64_t source = session_.residency.InDdr(node_.inputs[0]);
    PlacementRequest request;
    request.scratch_bytes = {BytesPerLane({1, block, 1, piece}), BytesPerLane({1, block, 1, piece}),
                             BytesPerLane({1, block, 1, 1}), BytesPerLane({1, block, 1, 1})};
    Placement placement;
    if (!session_.residency.Place(request, &placement)) return TooLarge("its rows do not fit local memory");
    const uint64_t target = session_.residency.WrittenInDdr(node_.output);

    VectorMath math(&session_.commands);
    const float mean = op_.kind == graph::ReduceKind::kMean ? 1.0f / static_cast<float>(length) : 1.0f;
    size_t loads = 0;
    for (int64_t row = 0; row < rows; row += block) {
      const auto count = static_cast<uint32_t>(std::min<int64_t>(block, rows - row));
      const LocalTensor total = LocalTensor::Aligned(placement.scratch[2], {1, count, 1, 1});
      const LocalTensor part = LocalTensor::Aligned(placement.scratch[3], {1, count, 1, 1});
      for (int64_t begin = 0; begin < length; begin += piece) {
        const auto columns = static_cast<uint32_t>(std::min<int64_t>(piece, length - begin));
        const LocalTensor x = LocalTensor::Aligned(placement.scratch[loads++ % 2], {1, count, 1, columns});
        DdrTensor rows_in_ddr{source + sizeof(float) * (row * length + begin), x.shape, {}};
        rows_in_ddr.stride = {0, static_cast<uint32_t>(length), columns, 1};
        session_.commands.Load(rows_in_ddr, x);
        ApplyKind(&math, x);
        SumRows(&session_.commands, begin == 0 ? total : part, x);
        if (begin > 0) math.Apply(Eu::kAdd, total, total, part);
      }
      math.Apply(Eu::kMul, total, total, op_.coefficient * mean);
      session_.commands.Store(total, DdrTensor::Contiguous(target + sizeof(float) * row, total.shape));
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int64_t kMaxPiece = 1024;

  void ApplyKind(VectorMath* math, const LocalTensor& x) const {
    if (op_.kind == graph::ReduceKind::kAbsSum) math->ApplyBits(Eu::kAnd, x, x, 0x7FFFFFFF);
    if (op_.kind == graph::ReduceKind::kSquareSum) math->Apply(Eu::kMul, x, x, x);
  }

  const graph::Reduce op_;
};

}  // namespace

bool FitsSoftmax(const Shape& shape, int axis) {
  const std::optional<SoftmaxRow> row = SoftmaxRow::Of(shape[axis]);
  return row.has_value() && row->BytesOf(1) <= isa::kLaneBytes;
}

std::unique_ptr<NodeLowering> LowerSoftmax(Session* session, const graph::Node& node, const graph::Softmax& op) {
  return std::make_unique<SoftmaxOp>(session, node, op);
}

std::unique_ptr<NodeLowering> LowerReduce(Session* session, const graph::Node& node, const graph::Reduce& op) {
  return std::make_unique<ReduceOp>(session, node, op);
}

}  // namespace bm::lowering
