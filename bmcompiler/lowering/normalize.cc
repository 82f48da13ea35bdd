// Local response normalisation and L2 normalisation: sums over channels are convolutions of the squares.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
#include "bmcompiler/lowering/row_op.h"
#include "bmcompiler/lowering/vector_math.h"
#include "bmcompiler/lowering/window_op.h"

namespace bm::lowering {
namespace {

using isa::Eu;

isa::Conv PointwiseConv(const LocalTensor& out, const LocalTensor& x) {
  isa::Conv op;
  op.shape = out.shape;
  op.input_c = x.shape.c;
  op.input_h = x.shape.h;
  op.input_w = x.shape.w;
  op.result = Target(out);
  op.input = Tensor(x);
  return op;
}

// out = x * sum^-beta. `sum` and `scratch` are overwritten.
void ScaleByPower(VectorMath* math, const LocalTensor& out, const LocalTensor& x, const LocalTensor& sum,
                  const LocalTensor scratch[2], float beta) {
  if (beta == 0.75f) {
    // s^-3/4 = r * sqrt(r) with r = 1 / sqrt(s)
    math->Rsqrt(scratch[0], sum);
    math->Rsqrt(sum, scratch[0]);
    math->Apply(Eu::kMul, sum, sum, scratch[0]);
    math->Apply(Eu::kMul, sum, sum, scratch[0]);
  } else if (beta == 0.5f) {
    math->Rsqrt(sum, sum);
  } else {
    math->Log(sum, sum, scratch);
    math->Apply(Eu::kMul, sum, sum, -beta);
    math->Exp(sum, sum, scratch);
  }
  math->Apply(Eu::kMul, out, x, sum);
}

// An operation whose sums run over channels of its one input, by a convolution.
class ChannelSumOp : public RowOp {
 public:
  using RowOp::RowOp;

 protected:
  bool IsChannelwise() const override { return false; }
  bool CanSplitChannels() const override { return false; }
};

// A band matrix adds the squares of the neighbouring channels; k is its bias. Channels go in blocks where the matrix of
// all would be large: the rows of a block hold the columns of its channels and of their neighbours.
class LrnAcrossOp : public ChannelSumOp {
 public:
  LrnAcrossOp(Session* session, const graph::Node& node, const graph::Lrn& op) : ChannelSumOp(session, node), op_(op) {}

 protected:
  int scratch_tensors() const override { return 3; }

  std::vector<PackedConstant> Pack(uint32_t /*piece*/) override {
    const uint32_t channels = output_view_.c;
    const uint32_t columns = Columns();
    std::vector<float> band(uint64_t{channels} * columns);
    for (uint32_t o = 0; o < channels; ++o) {
      const Range block = Neighbours(o / BlockSize() * BlockSize());
      for (uint32_t i = 0; i < block.count; ++i) {
        const int64_t distance = int64_t{o} - (int64_t{block.begin} + i);
        if (std::abs(distance) > op_.size / 2) continue;
        band[uint64_t{o} * columns + i] = op_.alpha / static_cast<float>(op_.size);
      }
    }
    return {session_.coefficients.ConvolutionWeight(band, channels, columns, 1),
            session_.coefficients.Vector(std::vector<float>(channels, op_.k))};
  }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    const LocalTensor& x = tile.inputs[0];
    const LocalTensor& square = tile.scratch[0];
    const LocalTensor& sum = tile.scratch[2];
    math.Apply(Eu::kMul, square, x, x);
    for (uint32_t begin = 0; begin < x.shape.c; begin += BlockSize()) {
      EmitBlock(tile, {begin, std::min(BlockSize(), x.shape.c - begin)});
    }
    ScaleByPower(&math, tile.output, x, sum, tile.scratch.data(), op_.beta);
    return absl::OkStatus();
  }

 private:
  // What one command does for so many channels.
  uint32_t BlockSize() const {
    constexpr uint32_t kMostInOne = 512, kBlock = 256;
    return output_view_.c <= kMostInOne ? output_view_.c : kBlock;
  }
  // The channels that the sums of the block at `begin` run over.
  Range Neighbours(uint32_t begin) const {
    const auto reach = static_cast<uint32_t>(op_.size / 2);
    const uint32_t first = begin > reach ? begin - reach : 0;
    return {first, std::min(begin + BlockSize() + reach, output_view_.c) - first};
  }
  uint32_t Columns() const {
    return static_cast<uint32_t>(std::min<int64_t>(BlockSize() + op_.size / 2 * 2, output_view_.c));
  }

  void EmitBlock(const RowTile& tile, Range block) {
    const Range neighbours = Neighbours(block.begin);
    const uint32_t batches = tile.output.shape.n;
    const LocalTensor square = tile.scratch[0].Part(0, batches, neighbours.begin, neighbours.count);
    const LocalTensor weight = tile.constants[0].Part(0, 1, block.begin, block.count);
    const LocalTensor bias = tile.constants[1].Part(0, 1, block.begin, block.count);
    // Results that are not a whole aligned tensor are written batch by batch: the chip takes no result strides.
    const uint32_t step = block.count == tile.output.shape.c ? batches : 1;
    for (uint32_t batch = 0; batch < batches; batch += step) {
      const LocalTensor sum = tile.scratch[2].Part(batch, step, block.begin, block.count);
      const LocalTensor input = square.Part(batch, step, 0, neighbours.count);
      isa::Conv op = PointwiseConv(sum, input);
      op.weight.address = weight.address();
      const uint32_t units = (Columns() + 1) / 2;
      op.weight.layout = {isa::Layout::Kind::kStrided, {1, units, units, units}};
      op.has_bias = true;
      op.bias.address = bias.address();
      session_.commands.Bdc(std::move(op), {input, weight, bias}, {sum});
    }
  }

  const graph::Lrn op_;
};

class LrnWithinOp : public WindowOp {
 public:
  LrnWithinOp(Session* session, const graph::Node& node, const graph::Lrn& op)
      : WindowOp(session, node, RegionOf(op)), op_(op) {}

 protected:
  absl::Status Prepare() override {
    if (op_.size > kMaxWindowExtent) {
      return Unsupported(absl::StrCat("a region of ", op_.size, "; at most ", kMaxWindowExtent));
    }
    RETURN_IF_ERROR(RowOp::Prepare());
    CutWindow();
    return absl::OkStatus();
  }

  int scratch_tensors() const override { return 3; }
  // The squares reach half a region beyond the result.
  Dims4 ScratchShape(const Dims4& output) const override {
    const auto reach = static_cast<uint32_t>(op_.size) - 1;
    return {output.n, output.c, output.h + reach, output.w + reach};
  }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    const LocalTensor& x = tile.inputs[0];
    const LocalTensor square = LocalTensor::Aligned(tile.scratch[0].offset, x.shape);
    const LocalTensor sum = LocalTensor::Aligned(tile.scratch[2].offset, tile.output.shape);
    const LocalTensor scratch[2] = {LocalTensor::Aligned(tile.scratch[0].offset, tile.output.shape),
                                    LocalTensor::Aligned(tile.scratch[1].offset, tile.output.shape)};
    math.Apply(Eu::kMul, square, x, x);
    isa::Depthwise op;
    op.shape = tile.output.shape;
    op.input_h = square.shape.h;
    op.input_w = square.shape.w;
    op.window = TileWindow(tile);
    op.result = Target(sum);
    op.input = Tensor(square);
    op.weight = Immediate(op_.alpha / static_cast<float>(op_.size * op_.size));
    session_.commands.Bdc(std::move(op), {square}, {sum});
    math.Apply(Eu::kAdd, sum, sum, op_.k);
    const LocalTensor centre =
        x.Rows(static_cast<uint32_t>(tile.rows.begin - tile.origins[0].row), tile.rows.count)
            .Columns(static_cast<uint32_t>(tile.columns.begin - tile.origins[0].column), tile.columns.count);
    ScaleByPower(&math, tile.output, centre, sum, scratch, op_.beta);
    return absl::OkStatus();
  }

 private:
  static graph::Window RegionOf(const graph::Lrn& op) {
    const int64_t reach = op.size / 2;
    return {op.size, op.size, 1, 1, 1, 1, reach, reach, reach, reach};
  }

  const graph::Lrn op_;
};

class NormalizeOp : public ChannelSumOp {
 public:
  NormalizeOp(Session* session, const graph::Node& node, const graph::Normalize& op)
      : ChannelSumOp(session, node), op_(op) {}

 protected:
  bool CanSplitRows() const override { return !op_.across_spatial; }
  bool CanSplitColumns() const override { return !op_.across_spatial; }
  int scratch_tensors() const override { return 2; }

  std::vector<PackedConstant> Pack(uint32_t /*piece*/) override {
    if (Constant(1).size() == 1) return {};
    return {session_.coefficients.Vector(Constant(1))};
  }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    const LocalTensor& x = tile.inputs[0];
    LocalTensor square = tile.scratch[0];
    LocalTensor sum = tile.scratch[1];
    math.Apply(Eu::kMul, square, x, x);
    if (op_.across_spatial) {
      const Dims4 one{x.shape.n, x.shape.c, 1, 1};
      const LocalTensor pooled = LocalTensor::Aligned(sum.offset, one);
      SumOverSpace(pooled, square);
      square = pooled;
      sum = LocalTensor::Aligned(tile.scratch[0].offset, one);
    }
    SumOverChannels(sum, square);
    math.Apply(Eu::kAdd, sum, sum, op_.epsilon);
    math.Rsqrt(sum, sum);
    if (op_.across_spatial) {
      sum.stride.h = sum.stride.w = 0;
      sum.shape = x.shape;
    }
    math.Apply(Eu::kMul, tile.output, x, sum);
    return ApplyScale(&math, tile);
  }

 private:
  // The sum of all channels of x in every channel of `out`; both as many channels.
  void SumOverChannels(const LocalTensor& out, const LocalTensor& x) {
    for (const Range results : ChannelBlocks(out.shape.c)) {
      const LocalTensor sum = out.Part(0, out.shape.n, results.begin, results.count);
      for (const Range block : ChannelBlocks(x.shape.c)) {
        const LocalTensor input = x.Part(0, x.shape.n, block.begin, block.count);
        isa::Conv op = PointwiseConv(sum, input);
        op.weight = Immediate(1.0f);
        op.add_result = block.begin > 0;
        session_.commands.Bdc(std::move(op), {input}, {sum});
      }
    }
  }

  void SumOverSpace(const LocalTensor& whole_out, const LocalTensor& whole_x) {
    for (const Range block : ChannelBlocks(whole_x.shape.c)) {
      const LocalTensor x = whole_x.Part(0, whole_x.shape.n, block.begin, block.count);
      const LocalTensor out = whole_out.Part(0, whole_out.shape.n, block.begin, block.count);
      isa::Depthwise op;
      op.shape = out.shape;
      op.input_h = x.shape.h;
      op.input_w = x.shape.w;
      op.window.kernel_h = static_cast<uint16_t>(x.shape.h);
      op.window.kernel_w = static_cast<uint16_t>(x.shape.w);
      op.result = Target(out);
      op.input = Tensor(x);
      op.weight = Immediate(1.0f);
      session_.commands.Bdc(std::move(op), {x}, {out});
    }
  }

  absl::Status ApplyScale(VectorMath* math, const RowTile& tile) {
    if (tile.constants.empty()) {
      math->Apply(Eu::kMul, tile.output, tile.output, Constant(1)[0]);
      return absl::OkStatus();
    }
    LocalTensor scale = tile.constants[0];
    scale.shape = tile.output.shape;
    scale.stride.n = scale.stride.h = scale.stride.w = 0;
    math->Apply(Eu::kMul, tile.output, tile.output, scale);
    return absl::OkStatus();
  }

  const graph::Normalize op_;
};

}  // namespace

std::unique_ptr<NodeLowering> LowerLrn(Session* session, const graph::Node& node, const graph::Lrn& op) {
  if (op.region == graph::LrnRegion::kAcrossChannels) return std::make_unique<LrnAcrossOp>(session, node, op);
  return std::make_unique<LrnWithinOp>(session, node, op);
}

bool FitsNormalize(const Shape& shape) {
  const Dims4 view = CanonicalView(shape);
  // Operand and result twice, two temporaries, the scales.
  const uint64_t bytes = 6 * BytesPerLane({1, view.c, view.h, view.w}) + BytesPerLane({1, view.c, 1, 1});
  return view.h <= kMaxWindowExtent && view.w <= kMaxWindowExtent && bytes <= kTileBytes;
}

std::unique_ptr<NodeLowering> LowerNormalize(Session* session, const graph::Node& node, const graph::Normalize& op) {
  return std::make_unique<NormalizeOp>(session, node, op);
}

}  // namespace bm::lowering
