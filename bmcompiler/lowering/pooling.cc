// Pooling: one depthwise command, or several whose results are combined; averages at the border are corrected row by
// row.
#include <algorithm>
#include <cfloat>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "bmcompiler/lowering/registry.h"
#include "bmcompiler/lowering/vector_math.h"
#include "bmcompiler/lowering/window_op.h"

namespace bm::lowering {
namespace {

// How many of the window's positions count for one result position along one axis.
int64_t CountedPositions(graph::AverageDivisor divisor, int64_t position, int64_t kernel, int64_t stride,
                         int64_t pad_before, int64_t pad_after, int64_t extent) {
  if (divisor == graph::AverageDivisor::kWindow) return kernel;
  const bool padding_counts = divisor == graph::AverageDivisor::kPaddedInput;
  const int64_t begin = position * stride - pad_before;
  const int64_t low = padding_counts ? begin : std::max<int64_t>(begin, 0);
  const int64_t high = std::min(begin + kernel, extent + (padding_counts ? pad_after : 0));
  return std::max<int64_t>(high - low, 1);
}

class PoolingOp : public WindowOp {
 public:
  PoolingOp(Session* session, const graph::Node& node, const graph::Pooling& op)
      : WindowOp(session, node, op.window), op_(op) {}

 protected:
  absl::Status Prepare() override {
    RETURN_IF_ERROR(RowOp::Prepare());
    CutWindow();
    return absl::OkStatus();
  }

  bool is_max() const { return op_.kind == graph::PoolKind::kMax; }
  float BorderValue() const override { return is_max() ? -FLT_MAX : 0.0f; }
  int scratch_tensors() const override { return pieces() > 1 ? 1 : 0; }

  absl::Status Compute(const RowTile& tile) override {
    const LocalTensor result = tile.piece > 0 ? tile.scratch[0] : tile.output;
    if (is_max()) {
      isa::MaxPool op;
      FillCommon(tile, result, &op);
      session_.commands.Bdc(std::move(op), {tile.inputs[0]}, {result});
    } else {
      isa::Depthwise op;
      FillCommon(tile, result, &op);
      op.weight = Immediate(1.0f / static_cast<float>(window_.kernel_h * window_.kernel_w));
      session_.commands.Bdc(std::move(op), {tile.inputs[0]}, {result});
    }
    if (tile.piece > 0) {
      VectorMath(&session_.commands).Apply(is_max() ? isa::Eu::kMax : isa::Eu::kAdd, tile.output, tile.output, result);
    }
    if (!is_max() && tile.piece + 1 == pieces()) CorrectBorder(tile);
    return absl::OkStatus();
  }

 private:
  template <typename Command>
  void FillCommon(const RowTile& tile, const LocalTensor& result, Command* op) const {
    op->shape = tile.output.shape;
    op->input_h = tile.inputs[0].shape.h;
    op->input_w = tile.inputs[0].shape.w;
    op->window = TileWindow(tile);
    op->result = Target(result);
    op->input = Tensor(tile.inputs[0]);
  }

  // The command divides by the whole window everywhere; rows and columns that count fewer positions are scaled up.
  void CorrectBorder(const RowTile& tile) {
    VectorMath math(&session_.commands);
    for (uint32_t row = 0; row < tile.output.shape.h; ++row) {
      const int64_t counted = CountedPositions(op_.divisor, tile.rows.begin + row, window_.kernel_h, window_.stride_h,
                                               window_.pad_up, window_.pad_down, input_views_[0].h);
      if (counted == window_.kernel_h) continue;
      const LocalTensor part = tile.output.Rows(row, 1);
      math.Apply(isa::Eu::kMul, part, part, static_cast<float>(window_.kernel_h) / static_cast<float>(counted));
    }
    for (uint32_t column = 0; column < tile.output.shape.w; ++column) {
      const int64_t counted =
          CountedPositions(op_.divisor, tile.columns.begin + column, window_.kernel_w, window_.stride_w,
                           window_.pad_left, window_.pad_right, input_views_[0].w);
      if (counted == window_.kernel_w) continue;
      const LocalTensor part = tile.output.Columns(column, 1);
      math.Apply(isa::Eu::kMul, part, part, static_cast<float>(window_.kernel_w) / static_cast<float>(counted));
    }
  }

  const graph::Pooling op_;
};

}  // namespace

std::unique_ptr<NodeLowering> LowerPooling(Session* session, const graph::Node& node, const graph::Pooling& op) {
  return std::make_unique<PoolingOp>(session, node, op);
}

}  // namespace bm::lowering
