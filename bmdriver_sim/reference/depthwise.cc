// Task 1, EU 1: depthwise convolution, average and sum pooling (docs/isa.md 3.2, 5.1, 5.2).
#include <array>
#include <cmath>

#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "bmdriver_sim/reference/integer_result.h"
#include "bmdriver_sim/reference/local_view.h"
#include "bmdriver_sim/reference/window.h"
#include "isa/numerics.h"

namespace bm::reference {
namespace {

// kernel_h * kernel_w plain elements per channel, consecutive per slot.
template <typename T>
class Weights {
 public:
  static absl::StatusOr<Weights> Create(const isa::Depthwise& op, uint8_t* local) {
    Weights weights;
    weights.is_constant_ = op.weight.is_constant;
    std::memcpy(&weights.constant_, &op.weight.constant, sizeof(T));
    weights.area_ = uint32_t{op.window.kernel_h} * op.window.kernel_w;
    weights.address_ = op.weight.address;
    weights.local_ = local;
    if (!weights.is_constant_) {
      const uint64_t slots = isa::SlotsOf(isa::LaneOf(op.weight.address), op.shape.c);
      RETURN_IF_ERROR(CheckLaneBytes(op.weight.address, slots * weights.area_ * sizeof(T)));
    }
    return weights;
  }

  T Get(uint32_t channel, uint32_t tap) const {
    if (is_constant_) return constant_;
    const uint32_t lane = isa::LaneOf(address_) + channel;
    T value;
    std::memcpy(&value,
                local_ + lane % isa::kLanes * isa::kLaneBytes + isa::OffsetOf(address_) +
                    (uint64_t{lane / isa::kLanes} * area_ + tap) * sizeof(T),
                sizeof(T));
    return value;
  }

 private:
  bool is_constant_ = false;
  T constant_{};
  uint32_t area_ = 1, address_ = 0;
  uint8_t* local_ = nullptr;
};

// The byte and shift that come nearest to 1 / area; the unit multiplies by this byte, whatever the command says.
uint32_t AverageByte(uint32_t area) {
  uint32_t best = 1;
  double best_error = INFINITY;
  for (int shift = 0; shift <= 16; ++shift) {
    const double scale = std::ldexp(1.0, shift);
    const double exact = scale / area;
    const double rounded = std::floor(exact + 0.5);
    if (rounded < 1 || rounded > 255) continue;
    const double error = std::abs(rounded / scale - 1.0 / area);
    if (error >= best_error) continue;
    best_error = error;
    best = static_cast<uint32_t>(rounded);
  }
  return best;
}

absl::Status ExecuteFloat(const isa::Depthwise& op, chip::Chip* chip) {
  const isa::Dims4 input_shape{op.shape.n, op.shape.c, op.input_h, op.input_w};
  ASSIGN_OR_RETURN(const LocalView input, LocalView::Of(chip->local(), op.input, input_shape));
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  ASSIGN_OR_RETURN(const Weights<float> weights, Weights<float>::Create(op, chip->local()));
  LocalView bias;
  if (op.has_bias) {
    ASSIGN_OR_RETURN(bias, LocalView::Create(chip->local(), op.bias.address, {1, op.shape.c, 1, 1}, {1, 1, 1, 1},
                                             isa::Precision::kFp32));
  }
  const WindowAxis rows = RowAxis(op.window, op.input_h);
  const WindowAxis columns = ColumnAxis(op.window, op.input_w);
  const uint32_t taps_h = op.window.kernel_h, taps_w = op.window.kernel_w;
  const bool is_single = taps_h * taps_w == 1;
  for (uint32_t n = 0; n < op.shape.n; ++n) {
    for (uint32_t c = 0; c < op.shape.c; ++c) {
      const float* plane = input.Floats(n, c);
      float* out = result.Floats(n, c);
      for (uint32_t oy = 0; oy < op.shape.h; ++oy) {
        RETURN_IF_ERROR(CheckRunning(*chip));
        for (uint32_t ox = 0; ox < op.shape.w; ++ox) {
          std::array<float, 2> sums = {0.0f, 0.0f};  // even and odd taps
          for (uint32_t ky = 0; ky < taps_h; ++ky) {
            const int64_t y = rows.Source(oy, ky);
            if (y < 0 && !is_single) continue;
            for (uint32_t kx = 0; kx < taps_w; ++kx) {
              const int64_t x = columns.Source(ox, kx);
              const uint32_t tap = ky * taps_w + kx;
              if (is_single) {
                // The bare product: an absent position counts as +0.
                const float value = y < 0 || x < 0 ? 0.0f : plane[y * input.stride().h + x];
                sums[0] = value * weights.Get(c, 0);
              } else if (x >= 0) {
                sums[tap % 2] += plane[y * input.stride().h + x] * weights.Get(c, tap);
              }
            }
          }
          float sum = is_single ? sums[0] : sums[0] + sums[1];
          if (op.has_bias) sum += *bias.Floats(0, c);
          out[uint64_t{oy} * result.stride().h + ox] = sum;
        }
      }
    }
  }
  return absl::OkStatus();
}

absl::Status ExecuteByte(const isa::Depthwise& op, chip::Chip* chip) {
  const isa::Dims4 input_shape{op.shape.n, op.shape.c, op.input_h, op.input_w};
  ASSIGN_OR_RETURN(const LocalView input, LocalView::Of(chip->local(), op.input, input_shape));
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  ASSIGN_OR_RETURN(const Weights<uint8_t> weights, Weights<uint8_t>::Create(op, chip->local()));
  ASSIGN_OR_RETURN(const ByteBias bias, ByteBias::Create(op.has_bias, op.bias, op.shape.c, chip->local()));
  const bool is_unsigned =
      op.relu || (!op.input.is_signed && !op.weight.is_signed && (!op.has_bias || !op.bias.is_signed));
  const IntegerResult finish{op.right_shift, op.relu, 8, !is_unsigned};
  const WindowAxis rows = RowAxis(op.window, op.input_h);
  const WindowAxis columns = ColumnAxis(op.window, op.input_w);
  const uint32_t taps_h = op.window.kernel_h, taps_w = op.window.kernel_w;
  const auto average = static_cast<int32_t>(AverageByte(taps_h * taps_w));
  for (uint32_t n = 0; n < op.shape.n; ++n) {
    for (uint32_t c = 0; c < op.shape.c; ++c) {
      for (uint32_t oy = 0; oy < op.shape.h; ++oy) {
        RETURN_IF_ERROR(CheckRunning(*chip));
        for (uint32_t ox = 0; ox < op.shape.w; ++ox) {
          int64_t sum = bias.Get(c);
          for (uint32_t ky = 0; ky < taps_h; ++ky) {
            for (uint32_t kx = 0; kx < taps_w; ++kx) {
              const int64_t y = rows.Source(oy, ky);
              const int64_t x = columns.Source(ox, kx);
              if (y < 0 || x < 0) continue;
              const uint8_t bits = weights.Get(c, ky * taps_w + kx);
              const int32_t weight = op.weight.is_constant ? average
                                     : op.weight.is_signed ? static_cast<int8_t>(bits)
                                                           : bits;
              sum += int64_t{input.Load(n, c, static_cast<uint32_t>(y), static_cast<uint32_t>(x), op.input.is_signed)} *
                     weight;
            }
          }
          result.Store(n, c, oy, ox, finish.Apply(sum));
        }
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Execute(const isa::Depthwise& op, chip::Chip* chip) {
  return op.input.precision == isa::Precision::kFp32 ? ExecuteFloat(op, chip) : ExecuteByte(op, chip);
}

}  // namespace bm::reference
