// The sliding window of conv, depthwise and pooling (docs/isa.md 3.2).
#ifndef BMDRIVER_SIM_REFERENCE_WINDOW_H_
#define BMDRIVER_SIM_REFERENCE_WINDOW_H_

#include <cstdint>

#include "isa/bdc.h"

namespace bm::reference {

// One axis of a window over an input with `insert` zeros between its positions.
struct WindowAxis {
  int64_t extent = 0;  // of the input
  int64_t stride = 1, dilation = 1, insert = 0, pad = 0;

  // The input position that tap `k` of result position `o` reads; -1 where there is none.
  int64_t Source(int64_t o, int64_t k) const {
    const int64_t grid = o * stride + k * dilation - pad;
    if (grid < 0 || grid % (insert + 1) != 0) return -1;
    const int64_t position = grid / (insert + 1);
    return position < extent ? position : -1;
  }

  // The result positions [begin, end) out of `count` for which tap `k` may hit the input, inserted zeros aside.
  struct Range {
    int64_t begin, end;
  };
  Range Hits(int64_t k, int64_t count) const {
    const int64_t shift = k * dilation - pad;
    const int64_t last = (extent - 1) * (insert + 1);
    Range range{0, count};
    while (range.begin < count && range.begin * stride + shift < 0) ++range.begin;
    while (range.end > range.begin && (range.end - 1) * stride + shift > last) --range.end;
    return range;
  }
};

inline WindowAxis RowAxis(const isa::Window& w, uint32_t extent) {
  return {extent, w.stride_h, w.dilation_h, w.insert_h, w.pad.up};
}
inline WindowAxis ColumnAxis(const isa::Window& w, uint32_t extent) {
  return {extent, w.stride_w, w.dilation_w, w.insert_w, w.pad.left};
}

}  // namespace bm::reference

#endif  // BMDRIVER_SIM_REFERENCE_WINDOW_H_
