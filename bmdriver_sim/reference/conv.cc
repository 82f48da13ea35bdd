// Task 0, convolution (docs/isa.md 3.2; order of the sums 5.1, integer rules 5.2).
#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "bmdriver_sim/reference/integer_result.h"
#include "bmdriver_sim/reference/local_view.h"
#include "bmdriver_sim/reference/window.h"
#include "isa/numerics.h"

namespace bm::reference {
namespace {

// Input channels that one weight unit holds: pairs of floats, fours of bytes.
constexpr uint32_t kFloatUnit = 2, kByteUnit = 4;

// Weights by (result channel, tap, input channel), from local memory or all alike.
template <typename T>
class Weights {
 public:
  static absl::StatusOr<Weights> Create(const isa::Conv& op, uint32_t unit, uint8_t* local) {
    Weights weights;
    weights.unit_ = unit;
    weights.taps_w_ = op.window.kernel_w;
    if (op.weight.is_constant) {
      weights.is_constant_ = true;
      std::memcpy(&weights.constant_, &op.weight.constant, sizeof(T));
      return weights;
    }
    const auto units = static_cast<uint32_t>(CeilDiv(op.input_c, unit));
    const uint32_t taps_h = op.window.kernel_h, taps_w = op.window.kernel_w;
    const bool is_strided = op.weight.layout.kind == isa::Layout::Kind::kStrided;
    weights.stride_ =
        is_strided ? op.weight.layout.stride : isa::Dims4{taps_h * taps_w, taps_h * taps_w * units, taps_w, 1};
    weights.local_ = local;
    weights.lane0_ = isa::LaneOf(op.weight.address);
    weights.offset_ = isa::OffsetOf(op.weight.address);
    const isa::Dims4& s = weights.stride_;
    const uint64_t last_unit = uint64_t{isa::SlotsOf(weights.lane0_, op.shape.c) - 1} * s.c +
                               uint64_t{taps_h - 1} * s.h + uint64_t{taps_w - 1} * s.w + uint64_t{units - 1} * s.n;
    RETURN_IF_ERROR(CheckLaneBytes(op.weight.address, (last_unit + 1) * unit * sizeof(T)));
    return weights;
  }

  T Get(uint32_t oc, uint32_t kh, uint32_t kw, uint32_t ic) const {
    if (is_constant_) return constant_;
    const uint32_t channel = lane0_ + oc;
    const uint64_t index = uint64_t{channel / isa::kLanes} * stride_.c + uint64_t{kh} * stride_.h +
                           uint64_t{kw} * stride_.w + uint64_t{ic / unit_} * stride_.n;
    const uint8_t* lane = local_ + channel % isa::kLanes * isa::kLaneBytes + offset_;
    T value;
    std::memcpy(&value, lane + (index * unit_ + ic % unit_) * sizeof(T), sizeof(T));
    return value;
  }

 private:
  uint8_t* local_ = nullptr;
  uint32_t lane0_ = 0, offset_ = 0, unit_ = 1, taps_w_ = 1;
  isa::Dims4 stride_;
  bool is_constant_ = false;
  T constant_{};
};

// acc[ox] += x[position of ox] * w over one result row, column positions by the window.
template <typename Accumulator, typename T>
void AccumulateRow(const WindowAxis& columns, int64_t kx, int64_t count, const T* x, Accumulator w, Accumulator* acc) {
  const WindowAxis::Range hits = columns.Hits(kx, count);
  const int64_t shift = kx * columns.dilation - columns.pad;
  if (columns.insert > 0) {
    // Pixels come back at the first common multiple of the stride and of their pitch.
    const int64_t pitch = columns.insert + 1;
    const int64_t step = pitch / std::gcd(columns.stride, pitch);
    const int64_t limit = std::min(hits.begin + step, hits.end);
    int64_t ox = hits.begin;
    while (ox < limit && columns.Source(ox, kx) < 0) ++ox;
    if (ox >= limit) return;
    const T* source = x + columns.Source(ox, kx);
    const int64_t source_step = step * columns.stride / pitch;
    for (; ox < hits.end; ox += step, source += source_step) acc[ox] += static_cast<Accumulator>(*source) * w;
  } else if (columns.stride == 1) {
    const T* source = x + shift;
    for (int64_t ox = hits.begin; ox < hits.end; ++ox) acc[ox] += static_cast<Accumulator>(source[ox]) * w;
  } else {
    for (int64_t ox = hits.begin; ox < hits.end; ++ox) {
      acc[ox] += static_cast<Accumulator>(x[ox * columns.stride + shift]) * w;
    }
  }
}

struct Sizes {
  isa::Dims4 input;
  WindowAxis rows, columns;
};

Sizes SizesOf(const isa::Conv& op) {
  return {{op.shape.n, op.input_c, op.input_h, op.input_w},
          RowAxis(op.window, op.input_h),
          ColumnAxis(op.window, op.input_w)};
}

// One batch of the input is copied, so its size has a limit. Only strides of 0 describe more than there is memory.
absl::StatusOr<uint64_t> BatchElements(const isa::Conv& op) {
  const uint64_t elements = uint64_t{op.input_c} * op.input_h * op.input_w;
  if (elements <= isa::kLocalBytes) return elements;
  return absl::OutOfRangeError(absl::StrCat("an input of ", op.input_c, " x ", op.input_h, " x ", op.input_w,
                                            " elements; local memory has ", isa::kLocalBytes, " bytes"));
}

// The taps of an output row with the input row that each reads.
template <typename Visit>
void ForEachTap(const isa::Conv& op, const WindowAxis& rows, uint32_t oy, Visit visit) {
  const uint32_t taps_h = op.window.kernel_h, taps_w = op.window.kernel_w;
  for (uint32_t ky = 0; ky < taps_h; ++ky) {
    const int64_t y = rows.Source(oy, ky);
    if (y < 0) continue;
    for (uint32_t kx = 0; kx < taps_w; ++kx) {
      // Turning the kernel mirrors the weight's index only.
      const uint32_t wy = op.rotate_kernel ? taps_h - 1 - ky : ky;
      const uint32_t wx = op.rotate_kernel ? taps_w - 1 - kx : kx;
      visit(y, kx, wy, wx, ky * taps_w + kx);
    }
  }
}

// Four accumulators a result: by the parity of the input channel and of the step t = tap * pairs + pair.
absl::Status ExecuteFloat(const isa::Conv& op, chip::Chip* chip) {
  const Sizes sizes = SizesOf(op);
  ASSIGN_OR_RETURN(const LocalView input, LocalView::Of(chip->local(), op.input, sizes.input));
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  ASSIGN_OR_RETURN(const Weights<float> weights, Weights<float>::Create(op, kFloatUnit, chip->local()));
  LocalView bias;
  const isa::Dims4 bias_shape{1, op.shape.c, 1, 1};
  if (op.has_bias) {
    ASSIGN_OR_RETURN(
        bias, LocalView::Create(chip->local(), op.bias.address, bias_shape, {1, 1, 1, 1}, isa::Precision::kFp32));
  }
  const uint32_t pairs = (op.input_c + 1) / 2;
  const uint32_t width = op.shape.w;
  // One batch of the input without gaps: lanes lie half a megabyte apart, which no cache likes.
  ASSIGN_OR_RETURN(const uint64_t batch_elements, BatchElements(op));
  std::vector<float> dense(batch_elements);
  std::vector<float> sums(4 * uint64_t{width});
  for (uint32_t n = 0; n < op.shape.n; ++n) {
    float* target = dense.data();
    for (uint32_t c = 0; c < op.input_c; ++c) {
      const float* plane = input.Floats(n, c);
      for (uint32_t h = 0; h < op.input_h; ++h) {
        for (uint32_t w = 0; w < op.input_w; ++w) {
          *target++ = plane[uint64_t{h} * input.stride().h + uint64_t{w} * input.stride().w];
        }
      }
    }
    for (uint32_t oc = 0; oc < op.shape.c; ++oc) {
      for (uint32_t oy = 0; oy < op.shape.h; ++oy) {
        RETURN_IF_ERROR(CheckRunning(*chip));
        std::fill(sums.begin(), sums.end(), 0.0f);
        ForEachTap(op, sizes.rows, oy, [&](int64_t y, uint32_t kx, uint32_t wy, uint32_t wx, uint32_t tap) {
          for (uint32_t ic = 0; ic < op.input_c; ++ic) {
            const uint32_t step = tap * pairs + ic / 2;
            float* acc = sums.data() + (ic % 2 * 2 + step % 2) * width;
            const float* row = dense.data() + (uint64_t{ic} * op.input_h + y) * op.input_w;
            AccumulateRow(sizes.columns, kx, width, row, weights.Get(oc, wy, wx, ic), acc);
          }
        });
        const float* even = sums.data();
        const float* odd = sums.data() + 2 * width;
        float* row = result.Floats(n, oc) + uint64_t{oy} * result.stride().h;
        for (uint32_t ox = 0; ox < width; ++ox) {
          float sum = (even[ox] + even[width + ox]) + (odd[ox] + odd[width + ox]);
          if (op.has_bias) sum += *bias.Floats(0, oc);
          row[ox] = op.add_result ? sum + row[ox] : sum;
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ExecuteByte(const isa::Conv& op, chip::Chip* chip) {
  const Sizes sizes = SizesOf(op);
  ASSIGN_OR_RETURN(const LocalView input, LocalView::Of(chip->local(), op.input, sizes.input));
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  ASSIGN_OR_RETURN(const Weights<uint8_t> weights, Weights<uint8_t>::Create(op, kByteUnit, chip->local()));
  ASSIGN_OR_RETURN(const ByteBias bias, ByteBias::Create(op.has_bias, op.bias, op.shape.c, chip->local()));
  const bool is_unsigned =
      op.relu || (!op.input.is_signed && !op.weight.is_signed && (!op.has_bias || !op.bias.is_signed));
  const IntegerResult finish{op.right_shift, op.relu, 8, !is_unsigned};
  ASSIGN_OR_RETURN(const uint64_t batch_elements, BatchElements(op));
  std::vector<int32_t> dense(batch_elements);
  std::vector<int32_t> sums(op.shape.w);
  for (uint32_t n = 0; n < op.shape.n; ++n) {
    int32_t* target = dense.data();
    for (uint32_t c = 0; c < op.input_c; ++c) {
      for (uint32_t h = 0; h < op.input_h; ++h) {
        for (uint32_t w = 0; w < op.input_w; ++w) *target++ = input.Load(n, c, h, w, op.input.is_signed);
      }
    }
    for (uint32_t oc = 0; oc < op.shape.c; ++oc) {
      for (uint32_t oy = 0; oy < op.shape.h; ++oy) {
        RETURN_IF_ERROR(CheckRunning(*chip));
        std::fill(sums.begin(), sums.end(), bias.Get(oc));
        ForEachTap(op, sizes.rows, oy, [&](int64_t y, uint32_t kx, uint32_t wy, uint32_t wx, uint32_t /*tap*/) {
          for (uint32_t ic = 0; ic < op.input_c; ++ic) {
            const uint8_t bits = weights.Get(oc, wy, wx, ic);
            const int32_t weight = op.weight.is_signed ? static_cast<int8_t>(bits) : bits;
            const int32_t* row = dense.data() + (uint64_t{ic} * op.input_h + y) * op.input_w;
            AccumulateRow(sizes.columns, kx, op.shape.w, row, weight, sums.data());
          }
        });
        for (uint32_t ox = 0; ox < op.shape.w; ++ox) result.Store(n, oc, oy, ox, finish.Apply(sums[ox]));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Execute(const isa::Conv& op, chip::Chip* chip) {
  return op.input.precision == isa::Precision::kFp32 ? ExecuteFloat(op, chip) : ExecuteByte(op, chip);
}

}  // namespace bm::reference
