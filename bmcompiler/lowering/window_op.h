// Row operations with a sliding window.
#ifndef BMCOMPILER_LOWERING_WINDOW_OP_H_
#define BMCOMPILER_LOWERING_WINDOW_OP_H_

#include "bmcompiler/lowering/row_op.h"
#include "bmcompiler/lowering/window_axis.h"
#include "isa/bdc.h"

namespace bm::lowering {

class WindowOp : public RowOp {
 public:
  WindowOp(Session* session, const graph::Node& node, const graph::Window& window)
      : RowOp(session, node), window_(window) {}

 protected:
  // Cuts the window where commands do not hold it; input elements lie `insertion` positions apart. To be called by
  // Prepare once the views are known.
  void CutWindow(int64_t insertion_h = 1, int64_t insertion_w = 1);

  // Into how many blocks of input channels every piece of the window is cut.
  virtual uint32_t channel_blocks() const { return 1; }

  uint32_t window_pieces() const {
    return static_cast<uint32_t>(row_axis_.pieces().size() * column_axis_.pieces().size());
  }
  uint32_t pieces() const override { return window_pieces() * channel_blocks(); }
  const WindowPiece& RowPiece(uint32_t piece) const {
    return row_axis_.pieces()[piece % window_pieces() / column_axis_.pieces().size()];
  }
  const WindowPiece& ColumnPiece(uint32_t piece) const {
    return column_axis_.pieces()[piece % column_axis_.pieces().size()];
  }
  uint32_t ChannelBlock(uint32_t piece) const { return piece / window_pieces(); }
  // The taps of a piece one row after the other, as indices of the whole kernel; `is_turned` counts them from its end.
  std::vector<uint32_t> Taps(uint32_t piece, bool is_turned) const;

  InputSpan InputRows(int /*input*/, Range rows, uint32_t piece) const override {
    return row_axis_.Span(rows, RowPiece(piece));
  }
  InputSpan InputColumns(int /*input*/, Range columns, uint32_t piece) const override {
    return column_axis_.Span(columns, ColumnPiece(piece));
  }
  bool FitsWhole() const override { return row_axis_.FitsWhole() && column_axis_.FitsWhole(); }
  // Whatever a tile's window is padded with.
  uint32_t MaxExtent() const override { return kMaxWindowExtent - 2 * isa::kMaxPadding; }
  uint32_t MostTileRows() const override { return row_axis_.most_results(); }
  uint32_t MostTileColumns() const override { return column_axis_.most_results(); }

  // The command's window for a tile: its padding depends on the rows and columns at hand.
  isa::Window TileWindow(const RowTile& tile) const;

  graph::Window window_;

 private:
  WindowAxis row_axis_, column_axis_;
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_WINDOW_OP_H_
