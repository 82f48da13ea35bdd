// Local response normalisation and L2 normalisation: sums over channels are convolutions of the squares.
#include <cmath>
#include <cstdlib>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
#include "bmcompiler/lowering/row_op.h"
#include "bmcompiler/lowering/vector_math.h"

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

// An operation whose sums run over all channels of its one input, by a convolution.
class ChannelSumOp : public RowOp {
 public:
  using RowOp::RowOp;

 protected:
  absl::Status Prepare() override {
    RETURN_IF_ERROR(RowOp::Prepare());
    if (output_view_.c <= kMaxChannels) return absl::OkStatus();
    return Unsupported(absl::StrCat("a sum over ", output_view_.c, " channels; at most ", kMaxChannels));
  }
  bool IsChannelwise() const override { return false; }
  bool CanSplitChannels() const override { return false; }
};

class LrnAcrossOp : public ChannelSumOp {
 public:
  LrnAcrossOp(Session* session, const graph::Node& node, const graph::Lrn& op) : ChannelSumOp(session, node), op_(op) {}

 protected:
  int scratch_tensors() const override { return 3; }

  // A band matrix adds the squares of the neighbouring channels; k is its bias.
  std::vector<PackedConstant> Pack() override {
    const auto channels = static_cast<int64_t>(output_view_.c);
    std::vector<float> band(channels * channels);
    for (int64_t o = 0; o < channels; ++o) {
      for (int64_t i = 0; i < channels; ++i) {
        if (std::abs(o - i) <= op_.size / 2) band[o * channels + i] = op_.alpha / static_cast<float>(op_.size);
      }
    }
    const auto count = static_cast<uint32_t>(channels);
    return {session_.coefficients.ConvolutionWeight(band, count, count, 1),
            session_.coefficients.Vector(std::vector<float>(count, op_.k))};
  }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    const LocalTensor& x = tile.inputs[0];
    const LocalTensor& square = tile.scratch[0];
    const LocalTensor& sum = tile.scratch[2];
    math.Apply(Eu::kMul, square, x, x);
    isa::Conv op = PointwiseConv(sum, square);
    op.weight.address = tile.constants[0].address();
    const uint32_t units = (x.shape.c + 1) / 2;
    op.weight.layout = {isa::Layout::Kind::kStrided, {1, units, units, units}};
    op.has_bias = true;
    op.bias.address = tile.constants[1].address();
    session_.commands.Bdc(std::move(op), {square, tile.constants[0], tile.constants[1]}, {sum});
    ScaleByPower(&math, tile.output, x, sum, tile.scratch.data(), op_.beta);
    return absl::OkStatus();
  }

 private:
  const graph::Lrn op_;
};

class LrnWithinOp : public RowOp {
 public:
  LrnWithinOp(Session* session, const graph::Node& node, const graph::Lrn& op) : RowOp(session, node), op_(op) {}

 protected:
  absl::Status Prepare() override {
    if (op_.size / 2 > 15) return Unsupported(absl::StrCat("a region of ", op_.size, "; at most 31"));
    return RowOp::Prepare();
  }

  int scratch_tensors() const override { return 3; }
  // The squares reach half a region above and below the result.
  Dims4 ScratchShape(const Dims4& output) const override {
    return {output.n, output.c, output.h + static_cast<uint32_t>(op_.size) - 1, output.w};
  }

  RowRange InputRows(int /*input*/, RowRange rows) const override {
    const auto reach = static_cast<uint32_t>(op_.size / 2);
    const uint32_t begin = rows.begin > reach ? rows.begin - reach : 0;
    const uint32_t end = std::min(rows.begin + rows.count + reach, input_views_[0].h);
    return {begin, end - begin};
  }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    const LocalTensor& x = tile.inputs[0];
    const LocalTensor square = LocalTensor::Aligned(tile.scratch[0].offset, x.shape);
    const LocalTensor sum = LocalTensor::Aligned(tile.scratch[2].offset, tile.output.shape);
    const LocalTensor scratch[2] = {LocalTensor::Aligned(tile.scratch[0].offset, tile.output.shape),
                                    LocalTensor::Aligned(tile.scratch[1].offset, tile.output.shape)};
    math.Apply(Eu::kMul, square, x, x);
    const auto size = static_cast<uint16_t>(op_.size);
    isa::Depthwise op;
    op.shape = tile.output.shape;
    op.input_h = square.shape.h;
    op.input_w = square.shape.w;
    op.window.kernel_h = op.window.kernel_w = size;
    op.window.pad.up = static_cast<uint8_t>(tile.input_rows[0] + size / 2 - tile.rows.begin);
    op.window.pad.left = op.window.pad.right = op.window.pad.down = static_cast<uint8_t>(size / 2);
    op.result = Target(sum);
    op.input = Tensor(square);
    op.weight = Immediate(op_.alpha / static_cast<float>(op_.size * op_.size));
    session_.commands.Bdc(std::move(op), {square}, {sum});
    math.Apply(Eu::kAdd, sum, sum, op_.k);
    const uint32_t skipped = tile.rows.begin - tile.input_rows[0];
    ScaleByPower(&math, tile.output, x.Rows(skipped, tile.rows.count), sum, scratch, op_.beta);
    return absl::OkStatus();
  }

 private:
  const graph::Lrn op_;
};

class NormalizeOp : public ChannelSumOp {
 public:
  NormalizeOp(Session* session, const graph::Node& node, const graph::Normalize& op)
      : ChannelSumOp(session, node), op_(op) {}

 protected:
  absl::Status Prepare() override {
    RETURN_IF_ERROR(ChannelSumOp::Prepare());
    const Dims4& view = output_view_;
    if (op_.across_spatial && (view.h > kMaxWindowExtent || view.w > kMaxWindowExtent)) {
      return Unsupported(absl::StrCat("a sum over ", view.h, " x ", view.w, "; at most ", kMaxWindowExtent, " each"));
    }
    return absl::OkStatus();
  }

  bool CanSplitRows() const override { return !op_.across_spatial; }
  int scratch_tensors() const override { return 2; }

  std::vector<PackedConstant> Pack() override {
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
    isa::Conv op = PointwiseConv(sum, square);
    op.weight = Immediate(1.0f);
    session_.commands.Bdc(std::move(op), {square}, {sum});
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
  void SumOverSpace(const LocalTensor& out, const LocalTensor& x) {
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

std::unique_ptr<NodeLowering> LowerNormalize(Session* session, const graph::Node& node, const graph::Normalize& op) {
  return std::make_unique<NormalizeOp>(session, node, op);
}

}  // namespace bm::lowering
