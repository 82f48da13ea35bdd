#include "bmcompiler/lowering/window_op.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"

namespace bm::lowering {

absl::Status WindowOp::CheckWindow() const {
  struct Limit {
    const char* name;
    int64_t value, low, high;
  };
  const Dims4& input = input_views_[0];
  const Limit limits[] = {
      {"kernel height", window_.kernel_h, 1, kMaxWindowExtent},
      {"kernel width", window_.kernel_w, 1, kMaxWindowExtent},
      {"vertical stride", window_.stride_h, 1, 15},
      {"horizontal stride", window_.stride_w, 1, 15},
      {"vertical dilation", window_.dilation_h, 1, 15},
      {"horizontal dilation", window_.dilation_w, 1, 15},
      {"vertical zero insertion", insert_h_, 0, 15},
      {"horizontal zero insertion", insert_w_, 0, 15},
      {"upper padding", window_.pad_up, 0, 15},
      {"left padding", window_.pad_left, 0, 15},
      {"input width", input.w, 1, kMaxWindowExtent},
      {"output width", output_view_.w, 1, kMaxWindowExtent},
  };
  for (const Limit& limit : limits) {
    if (limit.value < limit.low || limit.value > limit.high) {
      return Unsupported(absl::StrCat(limit.name, " ", limit.value, "; commands hold ", limit.low, "..", limit.high));
    }
  }
  return absl::OkStatus();
}

// Result row oy reads grid rows oy * stride - pad + dilation * (0..kernel-1); input row i is grid row i * (insert + 1).
RowRange WindowOp::InputRows(int /*input*/, RowRange rows) const {
  const int64_t height = input_views_[0].h;
  const int64_t pitch = insert_h_ + 1;
  const int64_t first = int64_t{rows.begin} * window_.stride_h - window_.pad_up;
  const int64_t last = (int64_t{rows.begin} + rows.count - 1) * window_.stride_h - window_.pad_up +
                       window_.dilation_h * (window_.kernel_h - 1);
  const int64_t begin = std::min<int64_t>(CeilDiv(std::max<int64_t>(first, 0), pitch), height - 1);
  const int64_t end = last < 0 ? begin + 1 : std::min(last / pitch + 1, height);
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(std::max<int64_t>(end - begin, 1))};
}

uint32_t WindowOp::LastTileBegin() const {
  const int64_t last_grid_row = (int64_t{input_views_[0].h} - 1) * (insert_h_ + 1);
  const int64_t last = (last_grid_row + window_.pad_up) / window_.stride_h;
  return static_cast<uint32_t>(std::min<int64_t>(last, output_view_.h - 1));
}

isa::Window WindowOp::TileWindow(const RowTile& tile) const {
  isa::Window window;
  window.kernel_h = static_cast<uint16_t>(window_.kernel_h);
  window.kernel_w = static_cast<uint16_t>(window_.kernel_w);
  window.stride_h = static_cast<uint8_t>(window_.stride_h);
  window.stride_w = static_cast<uint8_t>(window_.stride_w);
  window.dilation_h = static_cast<uint8_t>(window_.dilation_h);
  window.dilation_w = static_cast<uint8_t>(window_.dilation_w);
  window.insert_h = insert_h_;
  window.insert_w = insert_w_;
  const int64_t first = int64_t{tile.rows.begin} * window_.stride_h - window_.pad_up;
  window.pad.up = static_cast<uint8_t>(int64_t{tile.input_rows[0]} * (insert_h_ + 1) - first);
  window.pad.left = static_cast<uint8_t>(window_.pad_left);
  // The chip derives nothing from the other two, which its documentation asks for all the same.
  window.pad.down = static_cast<uint8_t>(std::clamp<int64_t>(window_.pad_down, 0, 15));
  window.pad.right = static_cast<uint8_t>(std::clamp<int64_t>(window_.pad_right, 0, 15));
  return window;
}

}  // namespace bm::lowering
