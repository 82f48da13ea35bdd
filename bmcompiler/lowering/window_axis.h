// One axis of a sliding window, cut so that commands hold its stride, dilation, padding and zero insertion.
//
// Result position o reads, with tap k, grid position o * stride + k * dilation - pad; input element i is at grid
// position i * insertion. A negative padding skips the grid's beginning.
#ifndef BMCOMPILER_LOWERING_WINDOW_AXIS_H_
#define BMCOMPILER_LOWERING_WINDOW_AXIS_H_

#include <cstdint>
#include <vector>

#include "bmcompiler/lowering/row_op.h"

namespace bm::lowering {

// Any values from 1 on, and any padding.
struct WindowAxisAttributes {
  int64_t kernel = 1, stride = 1, dilation = 1, pad = 0, insertion = 1;
  int64_t input = 1, output = 1;  // extents
};

// The taps first, first + step, ... of the kernel: a window of its own over every sampling-th input position.
struct WindowPiece {
  uint32_t first = 0, step = 1, taps = 1;
  uint32_t sampling = 1;
  uint32_t stride = 1, dilation = 1;  // on these positions: 1..15
};

// A window whose stride and dilation commands hold is one piece. Otherwise taps that lie a multiple of some divisor of
// the stride apart go together, or every tap is a piece; where tiles of one result, which takes no stride, are fewer
// than these pieces, such tiles it is.
//
// A padding beyond the field becomes a border that tiles are loaded with, and an insertion beyond the field is made by
// two factors: the commands' and gaps (`pitch`) that tiles are loaded with.
class WindowAxis {
 public:
  WindowAxis() = default;
  explicit WindowAxis(const WindowAxisAttributes& attributes);

  const std::vector<WindowPiece>& pieces() const { return pieces_; }
  // The command's zeros between input elements, 0..15.
  uint32_t insert() const { return insert_; }

  // How many results a tile may have.
  uint32_t most_results() const { return most_results_; }

  // The input that a piece of these result positions reads.
  InputSpan Span(Range results, const WindowPiece& piece) const;
  // The command's padding where the input begins at position `begin`, as Span has it.
  uint8_t CommandPad(uint32_t first_result, const WindowPiece& piece, int64_t begin) const;
  // Whether the input as it is will do.
  bool FitsWhole() const;

 private:
  int64_t FirstPosition(uint32_t first_result, const WindowPiece& piece) const;
  std::vector<WindowPiece> Pieces(int64_t stride) const;
  void CutStride();
  void CutInsertion();

  WindowAxisAttributes attributes_;
  std::vector<WindowPiece> pieces_ = std::vector<WindowPiece>(1);
  uint32_t insert_ = 0, pitch_ = 1;
  uint32_t most_results_ = 1;
};

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_WINDOW_AXIS_H_
