// Operations that combine tensors with each other or with one value per channel.
#include <cmath>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
#include "bmcompiler/lowering/row_op.h"
#include "bmcompiler/lowering/vector_math.h"

namespace bm::lowering {
namespace {

using isa::Eu;

// ---- Eltwise ----

class EltwiseOp : public RowOp {
 public:
  EltwiseOp(Session* session, const graph::Node& node, const graph::Eltwise& op) : RowOp(session, node), op_(op) {}

 protected:
  absl::Status Prepare() override {
    any_view_ = true;
    output_view_ = CanonicalView(Output().shape);
    for (int i = 0; i < input_count(); ++i) tensor_inputs_.push_back(i);
    input_views_.assign(tensor_inputs_.size(), output_view_);
    return absl::OkStatus();
  }
  int InPlaceInput() const override { return 0; }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    if (!op_.coefficients.empty()) {
      math.Apply(Eu::kMul, tile.output, tile.inputs[0], op_.coefficients[0]);
      for (size_t i = 1; i < tile.inputs.size(); ++i) {
        math.MultiplyAdd(tile.output, tile.inputs[i], op_.coefficients[i]);
      }
      return absl::OkStatus();
    }
    const Eu eu = op_.kind == graph::EltwiseKind::kProduct ? Eu::kMul
                  : op_.kind == graph::EltwiseKind::kSum   ? Eu::kAdd
                                                           : Eu::kMax;
    math.Apply(eu, tile.output, tile.inputs[0], tile.inputs[1]);
    for (size_t i = 2; i < tile.inputs.size(); ++i) math.Apply(eu, tile.output, tile.output, tile.inputs[i]);
    return absl::OkStatus();
  }

 private:
  const graph::Eltwise op_;
};

// ---- Binary ----

constexpr Eu kBinaryUnits[] = {Eu::kAdd, Eu::kSub, Eu::kMul, Eu::kDiv, Eu::kMax, Eu::kMin};

// Shapes of two operands of which the second is repeated where its extent is 1. Beyond four dimensions, neighbours
// that are both repeated, or both not, are joined; extents of 1 join either.
struct RepeatedShapes {
  Shape full, other;
};

absl::StatusOr<RepeatedShapes> JoinAxes(const Shape& full, const Shape& other) {
  if (full.rank() <= 4) return RepeatedShapes{full, other};
  std::vector<int64_t> full_dims, other_dims;
  for (int axis = 0; axis < full.rank(); ++axis) {
    if (full[axis] == 1) continue;
    const bool is_repeated = other[axis] == 1;
    if (!full_dims.empty() && is_repeated == (other_dims.back() == 1)) {
      full_dims.back() *= full[axis];
      other_dims.back() *= other[axis];
    } else {
      full_dims.push_back(full[axis]);
      other_dims.push_back(other[axis]);
    }
  }
  ASSIGN_OR_RETURN(const Shape joined_full, Shape::Create(full_dims));
  ASSIGN_OR_RETURN(const Shape joined_other, Shape::Create(other_dims));
  return RepeatedShapes{joined_full, joined_other};
}

// Both operands have the result's shape, or one has and the other is repeated along its axes of extent 1: along
// channels while it is loaded, along the rest by strides of 0.
class BinaryOp : public RowOp {
 public:
  BinaryOp(Session* session, const graph::Node& node, const graph::Binary& op)
      : RowOp(session, node), eu_(kBinaryUnits[static_cast<int>(op.kind)]) {}

  // The repeated operand may be another node's result, which is not there yet.
  std::vector<PackedConstant> Constants() override { return {}; }

 protected:
  absl::Status Prepare() override {
    const Shape& result = Output().shape;
    if (Input(0).shape == Input(1).shape) {
      any_view_ = true;
      tensor_inputs_ = {0, 1};
      output_view_ = CanonicalView(result);
      input_views_.assign(2, output_view_);
      return absl::OkStatus();
    }
    full_ = Input(0).shape == result ? 0 : 1;
    if (Input(full_).shape != result) {
      return Unsupported(
          absl::StrCat("both operands are repeated: ", Input(0).shape.ToString(), " and ", Input(1).shape.ToString()));
    }
    ASSIGN_OR_RETURN(const RepeatedShapes shapes, JoinAxes(result, Input(1 - full_).shape));
    if (shapes.full.rank() > 4) {
      return Unsupported(absl::StrCat("operands of shapes ", result.ToString(), " and ",
                                      Input(1 - full_).shape.ToString(), "; at most four turns of repeated axes"));
    }
    other_view_ = CanonicalView(shapes.other);
    tensor_inputs_ = {full_};
    input_views_ = {CanonicalView(shapes.full)};
    output_view_ = input_views_[0];
    return absl::OkStatus();
  }
  int InPlaceInput() const override { return 0; }

  std::vector<PackedConstant> Pack(uint32_t /*piece*/) override {
    if (any_view_) return {};
    DdrTensor source = DdrTensor::Contiguous(session_.residency.InDdr(node_.inputs[1 - full_]), other_view_);
    if (other_view_.c == 1) source.stride.c = 0;
    source.shape.c = output_view_.c;
    return {{source, AlignedStride(source.shape)}};
  }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    const LocalTensor& full = tile.inputs[0];
    if (any_view_) {
      math.Apply(eu_, tile.output, full, tile.inputs[1]);
      return absl::OkStatus();
    }
    LocalTensor other = tile.constants[0];
    other.offset += 4 * ((other.shape.n > 1 ? tile.first_batch * other.stride.n : 0) +
                         (other.shape.h > 1 ? tile.rows.begin * other.stride.h : 0) +
                         (other.shape.w > 1 ? tile.columns.begin * other.stride.w : 0));
    if (other.shape.n == 1) other.stride.n = 0;
    if (other.shape.h == 1) other.stride.h = 0;
    if (other.shape.w == 1) other.stride.w = 0;
    other.shape = tile.output.shape;
    if (full_ == 0) {
      math.Apply(eu_, tile.output, full, other);
    } else {
      math.Apply(eu_, tile.output, other, full);
    }
    return absl::OkStatus();
  }

 private:
  const Eu eu_;
  int full_ = 0;
  Dims4 other_view_;
};

// ---- One value per channel ----

// Axes [axis, axis + count) of a row-major tensor as channels.
Dims4 ChannelView(const Shape& shape, int axis, int count) {
  Dims4 view{1, 1, 1, 1};
  view.n = static_cast<uint32_t>(shape.CountOf(0, axis));
  view.c = static_cast<uint32_t>(shape.CountOf(axis, axis + count));
  const int rest = axis + count;
  if (rest < shape.rank()) view.h = static_cast<uint32_t>(shape[rest]);
  if (rest + 1 < shape.rank()) view.w = static_cast<uint32_t>(shape.CountOf(rest + 1, shape.rank()));
  return view;
}

class ChannelOp : public RowOp {
 public:
  using RowOp::RowOp;

 protected:
  absl::Status PrepareChannels(int axis, int count) {
    tensor_inputs_ = {0};
    output_view_ = ChannelView(Output().shape, axis, count);
    input_views_ = {output_view_};
    return absl::OkStatus();
  }
  int InPlaceInput() const override { return 0; }

  // out = x * scale + shift by one MD_LINEAR; an absent vector is the immediate 1 or 0.
  void EmitLinear(const LocalTensor& out, const LocalTensor& x, const LocalTensor* scale, const LocalTensor* shift) {
    isa::Linear op;
    op.eu = Eu::kMac;
    op.shape = out.shape;
    op.result = Target(out);
    op.a = Tensor(x);
    op.s = scale != nullptr ? VectorOperand(*scale) : Immediate(1.0f);
    op.b = shift != nullptr ? VectorOperand(*shift) : Immediate(0.0f);
    session_.commands.Bdc(std::move(op), {x, scale != nullptr ? *scale : x, shift != nullptr ? *shift : x}, {out});
  }

 private:
  static isa::Operand VectorOperand(const LocalTensor& vector) {
    isa::Operand operand;
    operand.address = vector.address();
    return operand;
  }
};

class ScaleShiftOp : public ChannelOp {
 public:
  ScaleShiftOp(Session* session, const graph::Node& node, const graph::ScaleShift& op)
      : ChannelOp(session, node), axis_(op.axis) {}

 protected:
  absl::Status Prepare() override { return PrepareChannels(axis_, Input(1).shape.rank()); }

  std::vector<PackedConstant> Pack(uint32_t /*piece*/) override {
    std::vector<PackedConstant> packed;
    for (int i = 1; i < input_count(); ++i) packed.push_back(session_.coefficients.Vector(Constant(i)));
    return packed;
  }

  absl::Status Compute(const RowTile& tile) override {
    EmitLinear(tile.output, tile.inputs[0], &tile.constants[0],
               tile.constants.size() > 1 ? &tile.constants[1] : nullptr);
    return absl::OkStatus();
  }

 private:
  const int axis_;
};

class BatchNormOp : public ChannelOp {
 public:
  BatchNormOp(Session* session, const graph::Node& node, const graph::BatchNorm& op)
      : ChannelOp(session, node), epsilon_(op.epsilon) {}

 protected:
  absl::Status Prepare() override { return PrepareChannels(1, 1); }

  std::vector<PackedConstant> Pack(uint32_t /*piece*/) override {
    std::vector<float> scale, shift;
    for (size_t c = 0; c < Constant(1).size(); ++c) {
      const double inverse = 1.0 / std::sqrt(double{Constant(2)[c]} + epsilon_);
      scale.push_back(static_cast<float>(inverse));
      shift.push_back(static_cast<float>(-Constant(1)[c] * inverse));
    }
    return {session_.coefficients.Vector(scale), session_.coefficients.Vector(shift)};
  }

  absl::Status Compute(const RowTile& tile) override {
    EmitLinear(tile.output, tile.inputs[0], &tile.constants[0], &tile.constants[1]);
    return absl::OkStatus();
  }

 private:
  const float epsilon_;
};

class PreluOp : public ChannelOp {
 public:
  using ChannelOp::ChannelOp;

 protected:
  absl::Status Prepare() override {
    any_view_ = IsShared();
    return PrepareChannels(1, 1);
  }
  bool IsShared() const { return Constant(1).size() == 1; }
  int scratch_tensors() const override { return 1; }

  std::vector<PackedConstant> Pack(uint32_t /*piece*/) override {
    if (IsShared()) return {};
    return {session_.coefficients.Vector(Constant(1))};
  }

  absl::Status Compute(const RowTile& tile) override {
    VectorMath math(&session_.commands);
    const LocalTensor& positive = tile.scratch[0];
    math.Apply(Eu::kMax, positive, tile.inputs[0], 0.0f);
    math.Apply(Eu::kSub, tile.output, tile.inputs[0], positive);
    if (IsShared()) {
      math.Apply(Eu::kMul, tile.output, tile.output, Constant(1)[0]);
    } else {
      EmitLinear(tile.output, tile.output, &tile.constants[0], nullptr);
    }
    math.Apply(Eu::kAdd, tile.output, tile.output, positive);
    return absl::OkStatus();
  }
};

}  // namespace

std::unique_ptr<NodeLowering> LowerEltwise(Session* session, const graph::Node& node, const graph::Eltwise& op) {
  return std::make_unique<EltwiseOp>(session, node, op);
}

std::unique_ptr<NodeLowering> LowerBinary(Session* session, const graph::Node& node, const graph::Binary& op) {
  return std::make_unique<BinaryOp>(session, node, op);
}

std::unique_ptr<NodeLowering> LowerScaleShift(Session* session, const graph::Node& node, const graph::ScaleShift& op) {
  return std::make_unique<ScaleShiftOp>(session, node, op);
}

std::unique_ptr<NodeLowering> LowerBatchNorm(Session* session, const graph::Node& node, const graph::BatchNorm& op) {
  return std::make_unique<BatchNormOp>(session, node, op);
}

std::unique_ptr<NodeLowering> LowerPrelu(Session* session, const graph::Node& node, const graph::Prelu&) {
  return std::make_unique<PreluOp>(session, node);
}

}  // namespace bm::lowering
