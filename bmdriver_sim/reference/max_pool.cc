// Task 1, EU 4: max pooling (docs/isa.md 3.2). Padding is ignored; a NaN never replaces (x > best).
#include <algorithm>
#include <cfloat>

#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "bmdriver_sim/reference/local_view.h"
#include "bmdriver_sim/reference/window.h"
#include "isa/numerics.h"

namespace bm::reference {
namespace {

// Calls visit(y, x) for every input position of a result's window.
template <typename Visit>
void ForEachPosition(const isa::MaxPool& op, uint32_t oy, uint32_t ox, Visit visit) {
  const WindowAxis rows = RowAxis(op.window, op.input_h);
  const WindowAxis columns = ColumnAxis(op.window, op.input_w);
  for (uint32_t ky = 0; ky < op.window.kernel_h; ++ky) {
    const int64_t y = rows.Source(oy, ky);
    if (y < 0) continue;
    for (uint32_t kx = 0; kx < op.window.kernel_w; ++kx) {
      const int64_t x = columns.Source(ox, kx);
      if (x >= 0) visit(static_cast<uint32_t>(y), static_cast<uint32_t>(x));
    }
  }
}

}  // namespace

absl::Status Execute(const isa::MaxPool& op, chip::Chip* chip) {
  const isa::Dims4 input_shape{op.shape.n, op.shape.c, op.input_h, op.input_w};
  ASSIGN_OR_RETURN(const LocalView input, LocalView::Of(chip->local(), op.input, input_shape));
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  const bool is_float = op.input.precision == isa::Precision::kFp32;
  for (uint32_t n = 0; n < op.shape.n; ++n) {
    for (uint32_t c = 0; c < op.shape.c; ++c) {
      for (uint32_t oy = 0; oy < op.shape.h; ++oy) {
        RETURN_IF_ERROR(CheckRunning(*chip));
        for (uint32_t ox = 0; ox < op.shape.w; ++ox) {
          if (is_float) {
            const float* plane = input.Floats(n, c);
            float best = -FLT_MAX;
            ForEachPosition(op, oy, ox, [&](uint32_t y, uint32_t x) {
              const float value = plane[uint64_t{y} * input.stride().h + x];
              if (value > best) best = value;
            });
            result.Floats(n, c)[uint64_t{oy} * result.stride().h + ox] = isa::Flush(best);
          } else {
            int32_t best = op.input.is_signed ? -128 : 0;
            ForEachPosition(op, oy, ox, [&](uint32_t y, uint32_t x) {
              best = std::max(best, input.Load(n, c, y, x, op.input.is_signed));
            });
            result.Store(n, c, oy, ox, op.relu ? std::max(best, 0) : best);
          }
        }
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace bm::reference
