// Row operations with a sliding window.
#ifndef BMCOMPILER_LOWERING_WINDOW_OP_H_
#define BMCOMPILER_LOWERING_WINDOW_OP_H_

#include "bmcompiler/lowering/row_op.h"
#include "isa/bdc.h"

namespace bm::lowering {

class WindowOp : public RowOp {
 public:
  WindowOp(Session* session, const graph::Node& node, const graph::Window& window)
      : RowOp(session, node), window_(window) {}

 protected:
  // UNIMPLEMENTED where a value is beyond its field of the command.
  absl::Status CheckWindow() const;

  RowRange InputRows(int input, RowRange rows) const override;
  // Later windows lie wholly in the padding below, which a command reaches only from a row of input above them.
  uint32_t LastTileBegin() const override;

  // The command's window for a tile: its upper padding depends on the rows at hand.
  isa::Window TileWindow(const RowTile& tile) const;

  graph::Window window_;
  uint8_t insert_h_ = 0, insert_w_ = 0;  // zeros between input pixels
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_WINDOW_OP_H_
