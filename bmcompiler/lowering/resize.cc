// Resampling: whole factors are one depthwise command over the input with zeros in between; everything else copies or
// blends rows, then columns.
#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
#include "bmcompiler/lowering/vector_math.h"
#include "bmcompiler/lowering/window_op.h"

namespace bm::lowering {
namespace {

constexpr int64_t kMaxInsertedFactor = 16;  // insertion and padding of at most 15

class UpsampleOp : public WindowOp {
 public:
  UpsampleOp(Session* session, const graph::Node& node, int64_t factor_h, int64_t factor_w)
      : WindowOp(session, node, {}), factor_h_(factor_h), factor_w_(factor_w) {}

 protected:
  absl::Status Prepare() override {
    RETURN_IF_ERROR(RowOp::Prepare());
    window_.kernel_h = factor_h_;
    window_.kernel_w = factor_w_;
    window_.pad_up = window_.pad_down = factor_h_ - 1;
    window_.pad_left = window_.pad_right = factor_w_ - 1;
    CutWindow(factor_h_, factor_w_);
    return absl::OkStatus();
  }

  absl::Status Compute(const RowTile& tile) override {
    isa::Depthwise op;
    op.shape = tile.output.shape;
    op.input_h = tile.inputs[0].shape.h;
    op.input_w = tile.inputs[0].shape.w;
    op.window = TileWindow(tile);
    op.result = Target(tile.output);
    op.input = Tensor(tile.inputs[0]);
    op.weight = Immediate(1.0f);
    session_.commands.Bdc(std::move(op), {tile.inputs[0]}, {tile.output});
    return absl::OkStatus();
  }

 private:
  const int64_t factor_h_, factor_w_;
};

// Where a result position lies between two source positions: (1 - weight) * first + weight * second.
struct Source {
  uint32_t first = 0, second = 0;
  float weight = 0;
};

Source SourceOf(graph::ResizeKind kind, int64_t position, int64_t in, int64_t out) {
  if (kind == graph::ResizeKind::kNearest) {
    const auto index = static_cast<uint32_t>(position * in / out);
    return {index, index, 0};
  }
  const double source =
      out > 1 ? static_cast<double>(position) * static_cast<double>(in - 1) / static_cast<double>(out - 1) : 0;
  const auto first = static_cast<uint32_t>(source);
  const uint32_t second = std::min(first + 1, static_cast<uint32_t>(in - 1));
  return {first, second, static_cast<float>(source - first)};
}

class BlendOp : public RowOp {
 public:
  BlendOp(Session* session, const graph::Node& node, const graph::Resize& op) : RowOp(session, node), op_(op) {}

 protected:
  int scratch_tensors() const override { return 1; }
  // The result's rows with the input's columns, of which a part of a row needs at most so many.
  Dims4 ScratchShape(const Dims4& output) const override {
    const uint32_t in = input_views_[0].w, out = output_view_.w;
    if (output.w == out) return {output.n, output.c, output.h, in};
    const uint64_t reach = uint64_t{output.w - 1} * (in > out ? in - 1 : in) / (in > out ? out - 1 : out) + 4;
    return {output.n, output.c, output.h, static_cast<uint32_t>(std::min<uint64_t>(reach, in))};
  }

  InputSpan InputRows(int /*input*/, Range rows, uint32_t /*piece*/) const override {
    const uint32_t begin = Row(rows.begin).first;
    return {begin, Row(rows.begin + rows.count - 1).second + 1 - begin};
  }
  InputSpan InputColumns(int /*input*/, Range columns, uint32_t /*piece*/) const override {
    const uint32_t begin = Column(columns.begin).first;
    return {begin, Column(columns.begin + columns.count - 1).second + 1 - begin};
  }

  absl::Status Compute(const RowTile& tile) override {
    const LocalTensor& x = tile.inputs[0];
    const LocalTensor tall = tile.scratch[0].Columns(0, x.shape.w);
    const auto first_row = static_cast<uint32_t>(tile.origins[0].row);
    for (uint32_t row = 0; row < tile.output.shape.h; ++row) {
      const Source source = Row(tile.rows.begin + row);
      Blend(tall.Rows(row, 1), x.Rows(source.first - first_row, 1), x.Rows(source.second - first_row, 1),
            source.weight);
    }
    const auto first_column = static_cast<uint32_t>(tile.origins[0].column);
    for (uint32_t column = 0; column < tile.output.shape.w; ++column) {
      const Source source = Column(tile.columns.begin + column);
      Blend(tile.output.Columns(column, 1), tall.Columns(source.first - first_column, 1),
            tall.Columns(source.second - first_column, 1), source.weight);
    }
    return absl::OkStatus();
  }

 private:
  Source Row(uint32_t row) const { return SourceOf(op_.kind, row, input_views_[0].h, output_view_.h); }
  Source Column(uint32_t column) const { return SourceOf(op_.kind, column, input_views_[0].w, output_view_.w); }

  void Blend(const LocalTensor& out, const LocalTensor& first, const LocalTensor& second, float weight) {
    VectorMath math(&session_.commands);
    if (weight == 0) {
      math.Copy(out, first);
      return;
    }
    math.Apply(isa::Eu::kMul, out, first, 1.0f - weight);
    math.MultiplyAdd(out, second, weight);
  }

  const graph::Resize op_;
};

}  // namespace

std::unique_ptr<NodeLowering> LowerResize(Session* session, const graph::Node& node, const graph::Resize& op) {
  const Shape& input = session->graph.value(node.inputs[0]).shape;
  const int64_t factor_h = op.out_h / input[2];
  const int64_t factor_w = op.out_w / input[3];
  const bool is_whole = factor_h * input[2] == op.out_h && factor_w * input[3] == op.out_w;
  if (op.kind == graph::ResizeKind::kNearest && is_whole && factor_h <= kMaxInsertedFactor &&
      factor_w <= kMaxInsertedFactor) {
    return std::make_unique<UpsampleOp>(session, node, factor_h, factor_w);
  }
  return std::make_unique<BlendOp>(session, node, op);
}

}  // namespace bm::lowering
