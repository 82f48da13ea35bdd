#include "bmcompiler/lowering/window_op.h"

#include <algorithm>

namespace bm::lowering {

void WindowOp::CutWindow(int64_t insertion_h, int64_t insertion_w) {
  const graph::Window& w = window_;
  const Dims4& input = input_views_[0];
  row_axis_ = WindowAxis(
      {w.kernel_h, w.stride_h, w.dilation_h, w.pad_up, insertion_h, int64_t{input.h}, int64_t{output_view_.h}});
  column_axis_ = WindowAxis(
      {w.kernel_w, w.stride_w, w.dilation_w, w.pad_left, insertion_w, int64_t{input.w}, int64_t{output_view_.w}});
}

std::vector<uint32_t> WindowOp::Taps(uint32_t piece, bool is_turned) const {
  const WindowPiece& rows = RowPiece(piece);
  const WindowPiece& columns = ColumnPiece(piece);
  const auto kernel_w = static_cast<uint32_t>(window_.kernel_w);
  const auto last = static_cast<uint32_t>(window_.kernel_h) * kernel_w - 1;
  std::vector<uint32_t> taps;
  for (uint32_t y = 0; y < rows.taps; ++y) {
    for (uint32_t x = 0; x < columns.taps; ++x) {
      const uint32_t tap = (rows.first + y * rows.step) * kernel_w + columns.first + x * columns.step;
      taps.push_back(is_turned ? last - tap : tap);
    }
  }
  return taps;
}

isa::Window WindowOp::TileWindow(const RowTile& tile) const {
  const WindowPiece& rows = RowPiece(tile.piece);
  const WindowPiece& columns = ColumnPiece(tile.piece);
  isa::Window window;
  window.kernel_h = static_cast<uint16_t>(rows.taps);
  window.kernel_w = static_cast<uint16_t>(columns.taps);
  window.stride_h = static_cast<uint8_t>(rows.stride);
  window.stride_w = static_cast<uint8_t>(columns.stride);
  window.dilation_h = static_cast<uint8_t>(rows.dilation);
  window.dilation_w = static_cast<uint8_t>(columns.dilation);
  window.insert_h = static_cast<uint8_t>(row_axis_.insert());
  window.insert_w = static_cast<uint8_t>(column_axis_.insert());
  window.pad.up = row_axis_.CommandPad(tile.rows.begin, rows, tile.origins[0].row);
  window.pad.left = column_axis_.CommandPad(tile.columns.begin, columns, tile.origins[0].column);
  // The chip derives nothing from the other two, which its documentation asks for all the same.
  window.pad.down = static_cast<uint8_t>(std::clamp<int64_t>(window_.pad_down, 0, 15));
  window.pad.right = static_cast<uint8_t>(std::clamp<int64_t>(window_.pad_right, 0, 15));
  return window;
}

}  // namespace bm::lowering
