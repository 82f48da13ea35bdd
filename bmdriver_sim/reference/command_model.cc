#include "bmdriver_sim/reference/command_model.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bmdriver_sim/reference/model_numbers.h"

namespace bm::reference {
namespace {

using isa::Dims4;
using isa::Eu;
using isa::Precision;
using model::Add;
using model::BitsOf;
using model::Divide;
using model::Extend;
using model::FloatOf;
using model::FloatToInt;
using model::Flush;
using model::ForEach;
using model::Max;
using model::Min;
using model::Mul;
using model::NearestExponent;
using model::RoundShift;
using model::Rsqrt;
using model::Saturate;
using model::Sub;
using model::Sums;

// The pixel under a tap on one axis; none where the grid is empty there or outside.
std::optional<uint32_t> Pixel(uint32_t out, uint32_t tap, int step, int dilation, int insert, int pad, uint32_t size) {
  const int position = static_cast<int>(out) * step - pad + static_cast<int>(tap) * dilation;
  if (position < 0 || position % (insert + 1) != 0) return std::nullopt;
  const auto pixel = static_cast<uint32_t>(position / (insert + 1));
  return pixel < size ? std::optional<uint32_t>(pixel) : std::nullopt;
}

// Calls visit(ky, kx, y, x) for the taps of an output; y, x empty where no pixel lies.
template <typename Visit>
void ForEachTap(const isa::Window& w, uint32_t oy, uint32_t ox, uint32_t height, uint32_t width, Visit visit) {
  for (uint32_t ky = 0; ky < w.kernel_h; ++ky) {
    for (uint32_t kx = 0; kx < w.kernel_w; ++kx) {
      visit(ky, kx, Pixel(oy, ky, w.stride_h, w.dilation_h, w.insert_h, w.pad.up, height),
            Pixel(ox, kx, w.stride_w, w.dilation_w, w.insert_w, w.pad.left, width));
    }
  }
}

uint32_t IntegerResult(int64_t sum, int shift, bool relu, int bits, bool is_unsigned) {
  int64_t value = RoundShift(sum, shift);
  if (relu) value = std::max<int64_t>(value, 0);
  return static_cast<uint32_t>(Saturate(value, bits, !is_unsigned));
}

// The byte that an average over `area` taps multiplies by.
int64_t AverageByte(int area) {
  double best_error = 2;
  int64_t best = 0;
  for (int s = 0; s <= 16; ++s) {
    const double w = std::floor(std::ldexp(1, s) / area + 0.5);
    if (w < 1 || w > 255) continue;
    const double error = std::fabs(std::ldexp(w, -s) - 1.0 / area);
    if (error < best_error) {
      best_error = error;
      best = static_cast<int64_t>(w);
    }
  }
  return best;
}

// Of L2.
constexpr uint32_t kTables = 0x300000, kTableBytes = 16 * 1024;

bool IsFloat(Precision precision) { return precision == Precision::kFp32; }

Dims4 AlignedStride(uint32_t address, const Dims4& shape) {
  const uint32_t slots = (address / isa::kLaneBytes + shape.c + 63) / 64;
  const uint32_t plane = (shape.h * shape.w + 31) / 32 * 32;
  return {plane * slots, plane, shape.w, 1};
}

}  // namespace

// ---- Memory ----

CommandModel::CommandModel(chip::Chip* chip) : tables_(chip->l2() + kTables, chip->l2() + kTables + kTableBytes) {
  for (uint32_t lane = 0; lane < 64; ++lane) {
    const uint8_t* bytes = chip->local() + uint64_t{lane} * isa::kLaneBytes;
    local_.insert(local_.end(), bytes, bytes + kLaneBytes);
  }
  const absl::Span<const uint8_t> system = *chip->System(kSystemBase, kSystemBytes);
  system_.assign(system.begin(), system.end());
}

uint8_t* CommandModel::Local(uint64_t lane, uint64_t offset) { return &local_.at(lane * kLaneBytes + offset); }

uint8_t* CommandModel::System(uint64_t address) { return &system_.at(address - kSystemBase); }

uint8_t* CommandModel::At(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
  const auto pack = static_cast<uint32_t>(4 / tensor.bytes);
  if (tensor.first_batch) n = 0;
  const uint32_t channel = tensor.address / isa::kLaneBytes + c;
  const uint64_t word = uint64_t{n / pack} * tensor.stride.n + uint64_t{channel / 64} * tensor.stride.c +
                        uint64_t{h} * tensor.stride.h + uint64_t{w} * tensor.stride.w;
  return Local(channel % 64, tensor.address % isa::kLaneBytes + 4 * word + n % pack * tensor.bytes);
}

uint8_t* CommandModel::At(const Matrix& matrix, uint32_t row, uint32_t column) {
  const uint32_t lane0 = matrix.address / isa::kLaneBytes, channel = lane0 + column / matrix.width;
  const uint32_t slot_pitch = (matrix.width * matrix.bytes + 127) / 128 * 128;
  const uint32_t row_pitch = slot_pitch * ((lane0 + matrix.lanes + 63) / 64);
  return Local(channel % 64, matrix.address % isa::kLaneBytes + uint64_t{row} * row_pitch +
                                 uint64_t{channel / 64} * slot_pitch + column % matrix.width * matrix.bytes);
}

uint8_t* CommandModel::At(const Side& side, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
  const uint64_t row = uint64_t{n} * side.stride.n + uint64_t{h} * side.stride.h + uint64_t{w} * side.stride.w;
  if (!side.is_local) return System(side.address + side.bytes * (row + uint64_t{c} * side.stride.c));
  const uint64_t slot = (side.address / isa::kLaneBytes + c) / 64;
  return Local(LaneOf(side, c), side.address % isa::kLaneBytes + side.bytes * (row + slot * side.stride.c));
}

uint32_t CommandModel::LaneOf(const Side& side, uint32_t c) const {
  return static_cast<uint32_t>(side.address / isa::kLaneBytes + c) % 64;
}

CommandModel::Tensor CommandModel::TensorOf(const isa::Operand& operand, const Dims4& shape) {
  Tensor tensor = TensorOf(isa::Result{operand.address, operand.precision, operand.layout}, shape);
  tensor.first_batch = operand.batch_is_one && tensor.bytes < 4;
  tensor.is_constant = operand.is_constant;
  tensor.constant = operand.constant;
  return tensor;
}

CommandModel::Tensor CommandModel::TensorOf(const isa::Result& result, const Dims4& shape) {
  Tensor tensor;
  tensor.address = result.address;
  tensor.bytes = isa::BytesOf(result.precision);
  tensor.stride =
      result.layout.kind == isa::Layout::Kind::kStrided ? result.layout.stride : AlignedStride(result.address, shape);
  return tensor;
}

CommandModel::Matrix CommandModel::MatrixOf(const isa::Operand& operand, uint32_t lanes, uint32_t width) {
  return {operand.address, lanes, width, isa::BytesOf(operand.precision), operand.is_constant, operand.constant};
}

uint32_t CommandModel::VectorBits(const isa::Operand& operand, uint32_t bytes, uint32_t c) {
  if (operand.is_constant) return operand.constant;
  const uint32_t channel = operand.address / isa::kLaneBytes + c;
  uint32_t bits = 0;
  std::memcpy(&bits, Local(channel % 64, operand.address % isa::kLaneBytes + channel / 64 * bytes), bytes);
  return bits;
}

uint32_t CommandModel::Bits(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
  if (tensor.is_constant) return tensor.constant;
  uint32_t bits = 0;
  std::memcpy(&bits, At(tensor, n, c, h, w), tensor.bytes);
  return bits;
}
float CommandModel::Float(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
  return FloatOf(Bits(tensor, n, c, h, w));
}
int64_t CommandModel::Integer(const Tensor& tensor, bool is_signed, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
  return Extend(Bits(tensor, n, c, h, w), tensor.bytes, is_signed);
}
float CommandModel::Float(const Matrix& matrix, uint32_t row, uint32_t column) {
  if (matrix.is_constant) return FloatOf(matrix.constant);
  float value;
  std::memcpy(&value, At(matrix, row, column), sizeof(value));
  return value;
}
int64_t CommandModel::Integer(const Matrix& matrix, bool is_signed, uint32_t row, uint32_t column) {
  uint32_t bits = matrix.constant;
  if (!matrix.is_constant) std::memcpy(&bits, At(matrix, row, column), matrix.bytes);
  return Extend(bits, matrix.bytes, is_signed);
}
void CommandModel::Set(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w, uint32_t bits) {
  std::memcpy(At(tensor, n, c, h, w), &bits, tensor.bytes);
}
void CommandModel::SetFloat(const Tensor& tensor, uint32_t n, uint32_t c, uint32_t h, uint32_t w, float value) {
  Set(tensor, n, c, h, w, BitsOf(value));
}

std::string CommandModel::Difference(chip::Chip* chip) const {
  const auto compare = [](const std::string& where, const uint8_t* model, const uint8_t* real,
                          uint64_t bytes) -> std::string {
    if (std::memcmp(model, real, bytes) == 0) return "";
    for (uint64_t i = 0; i + 4 <= bytes; i += 4) {
      uint32_t expected, actual;
      std::memcpy(&expected, model + i, 4);
      std::memcpy(&actual, real + i, 4);
      const bool are_nans = std::isnan(FloatOf(expected)) && std::isnan(FloatOf(actual));
      if (expected == actual || are_nans) continue;
      return absl::StrFormat("%s 0x%x: 0x%08x (%g), expected 0x%08x (%g)", where, i, actual, FloatOf(actual), expected,
                             FloatOf(expected));
    }
    return "";
  };
  std::string difference =
      compare("system memory at", system_.data(), chip->System(kSystemBase, kSystemBytes)->data(), kSystemBytes);
  if (difference.empty()) difference = compare("tables at", tables_.data(), chip->l2() + kTables, kTableBytes);
  for (uint32_t lane = 0; lane < 64 && difference.empty(); ++lane) {
    difference = compare(absl::StrCat("lane ", lane, " at"), local_.data() + uint64_t{lane} * kLaneBytes,
                         chip->local() + uint64_t{lane} * isa::kLaneBytes, kLaneBytes);
  }
  return difference;
}

// ---- BDC ----

uint8_t* CommandModel::WeightAt(const isa::Conv& op, uint32_t unit, uint32_t oc, uint32_t kh, uint32_t kw,
                                uint32_t ic) {
  const uint32_t units = (op.input_c + unit - 1) / unit, taps = op.window.kernel_h * op.window.kernel_w;
  const Dims4 stride = op.weight.layout.kind == isa::Layout::Kind::kStrided
                           ? op.weight.layout.stride
                           : Dims4{taps, taps * units, op.window.kernel_w, 1};
  const uint32_t channel = op.weight.address / isa::kLaneBytes + oc;
  const uint64_t bytes = IsFloat(op.weight.precision) ? 4 : 1;
  const uint64_t position = uint64_t{channel / 64} * stride.c + uint64_t{kh} * stride.h + uint64_t{kw} * stride.w +
                            uint64_t{ic / unit} * stride.n;
  return Local(channel % 64, op.weight.address % isa::kLaneBytes + bytes * (unit * position + ic % unit));
}

void CommandModel::Execute(const isa::Conv& op) {
  const bool is_float = IsFloat(op.input.precision);
  const Dims4 in{op.shape.n, op.input_c, op.input_h, op.input_w};
  const Tensor input = TensorOf(op.input, in), result = TensorOf(op.result, op.shape);
  const uint32_t pairs = (op.input_c + 1) / 2;
  const bool is_unsigned =
      op.relu || (!op.input.is_signed && !op.weight.is_signed && (!op.has_bias || !op.bias.is_signed));
  ForEach(op.shape, [&](uint32_t n, uint32_t oc, uint32_t oy, uint32_t ox) {
    Sums sums[2];
    int64_t total = op.has_bias && !is_float ? Extend(VectorBits(op.bias, 2, oc), 2, op.bias.is_signed) : 0;
    ForEachTap(op.window, oy, ox, in.h, in.w, [&](uint32_t ky, uint32_t kx, auto y, auto x) {
      if (!y || !x) return;
      const uint32_t wy = op.rotate_kernel ? op.window.kernel_h - 1 - ky : ky;
      const uint32_t wx = op.rotate_kernel ? op.window.kernel_w - 1 - kx : kx;
      for (uint32_t ic = 0; ic < op.input_c; ++ic) {
        uint32_t weight = op.weight.constant;
        if (!op.weight.is_constant) {
          weight = 0;
          std::memcpy(&weight, WeightAt(op, is_float ? 2 : 4, oc, wy, wx, ic), is_float ? 4 : 1);
        }
        if (is_float) {
          const uint32_t t = (ky * op.window.kernel_w + kx) * pairs + ic / 2;
          sums[ic % 2].Add(t, Mul(Float(input, n, ic, *y, *x), FloatOf(weight)));
        } else {
          total += Integer(input, op.input.is_signed, n, ic, *y, *x) * Extend(weight, 1, op.weight.is_signed);
        }
      }
    });
    if (!is_float) {
      Set(result, n, oc, oy, ox, IntegerResult(total, op.right_shift, op.relu, 8, is_unsigned));
      return;
    }
    float sum = Add(sums[0].Total(), sums[1].Total());
    if (op.has_bias) sum = Add(sum, FloatOf(VectorBits(op.bias, 4, oc)));
    if (op.add_result) sum = Add(sum, Float(result, n, oc, oy, ox));
    SetFloat(result, n, oc, oy, ox, sum);
  });
}

void CommandModel::Execute(const isa::Depthwise& op) {
  const bool is_float = IsFloat(op.input.precision);
  const Dims4 in{op.shape.n, op.shape.c, op.input_h, op.input_w};
  const Tensor input = TensorOf(op.input, in), result = TensorOf(op.result, op.shape);
  const uint32_t taps = op.window.kernel_h * op.window.kernel_w, bytes = is_float ? 4 : 1;
  const auto weight_bits = [&](uint32_t c, uint32_t tap) {
    const uint32_t channel = op.weight.address / isa::kLaneBytes + c;
    uint32_t bits = 0;
    std::memcpy(&bits, Local(channel % 64, op.weight.address % isa::kLaneBytes + (channel / 64 * taps + tap) * bytes),
                bytes);
    return bits;
  };
  const bool is_unsigned =
      op.relu || (!op.input.is_signed && !op.weight.is_signed && (!op.has_bias || !op.bias.is_signed));
  ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t oy, uint32_t ox) {
    Sums sums;
    float single = 0;
    int64_t total = op.has_bias && !is_float ? Extend(VectorBits(op.bias, 2, c), 2, op.bias.is_signed) : 0;
    ForEachTap(op.window, oy, ox, in.h, in.w, [&](uint32_t ky, uint32_t kx, auto y, auto x) {
      const uint32_t tap = ky * op.window.kernel_w + kx;
      if (is_float) {
        const float weight = FloatOf(op.weight.is_constant ? op.weight.constant : weight_bits(c, tap));
        single = Mul(y && x ? Float(input, n, c, *y, *x) : 0.0f, weight);
        if (y && x) sums.Add(tap, single);
      } else if (y && x) {
        const int64_t weight = op.weight.is_constant ? AverageByte(static_cast<int>(taps))
                                                     : Extend(weight_bits(c, tap), 1, op.weight.is_signed);
        total += Integer(input, op.input.is_signed, n, c, *y, *x) * weight;
      }
    });
    if (!is_float) {
      Set(result, n, c, oy, ox, IntegerResult(total, op.right_shift, op.relu, 8, is_unsigned));
      return;
    }
    const float sum = taps == 1 ? single : sums.Total();
    SetFloat(result, n, c, oy, ox, op.has_bias ? Add(sum, FloatOf(VectorBits(op.bias, 4, c))) : sum);
  });
}

void CommandModel::Execute(const isa::MaxPool& op) {
  const Dims4 in{op.shape.n, op.shape.c, op.input_h, op.input_w};
  const Tensor input = TensorOf(op.input, in), result = TensorOf(op.result, op.shape);
  isa::Window window = op.window;
  window.dilation_h = window.dilation_w = 1;
  window.insert_h = window.insert_w = 0;
  ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t oy, uint32_t ox) {
    double best = IsFloat(op.input.precision) ? -FLT_MAX : op.input.is_signed ? -128 : 0;
    ForEachTap(window, oy, ox, in.h, in.w, [&](uint32_t, uint32_t, auto y, auto x) {
      if (!y || !x) return;
      const double value = IsFloat(op.input.precision)
                               ? Flush(Float(input, n, c, *y, *x))
                               : static_cast<double>(Integer(input, op.input.is_signed, n, c, *y, *x));
      if (value > best) best = value;
    });
    if (IsFloat(op.input.precision)) {
      SetFloat(result, n, c, oy, ox, static_cast<float>(best));
    } else {
      if (op.relu) best = std::max(best, 0.0);
      Set(result, n, c, oy, ox, static_cast<uint32_t>(static_cast<int>(best)));
    }
  });
}

void CommandModel::Execute(const isa::FullyConnected& op) {
  const bool is_float = IsFloat(op.left.precision);
  const uint32_t stored_columns = (op.left_c - 1) * op.left_w + op.left_last_w;
  const uint32_t rows = op.left_transposed ? stored_columns : op.left_n;
  const uint32_t depth = op.left_transposed ? op.left_n : stored_columns;
  const Matrix left = MatrixOf(op.left, op.left_c, op.left_w);
  const Matrix right = MatrixOf(op.right, op.result_c, op.result_w);
  const Matrix result{op.result.address, op.result_c, op.result_w, isa::BytesOf(op.result.precision), false, 0};
  const Matrix bias = MatrixOf(op.bias, op.result_c, op.result_w);
  const bool is_unsigned =
      op.relu || (!op.left.is_signed && !op.right.is_signed && (!op.has_bias || !op.bias.is_signed));
  for (uint32_t i = 0; i < rows; ++i) {
    for (uint32_t j = 0; j < op.result_c * op.result_w; ++j) {
      Sums sums;
      float single = 0;
      int64_t total = 0;
      for (uint32_t k = 0; k < depth; ++k) {
        const uint32_t row = op.left_transposed ? k : i, column = op.left_transposed ? i : k;
        if (is_float) {
          single = Mul(Float(left, row, column), Float(right, k, j));
          sums.Add(k, single);
        } else {
          total += Integer(left, op.left.is_signed, row, column) * Integer(right, op.right.is_signed, k, j);
        }
      }
      uint32_t bits = 0;
      if (is_float) {
        float sum = depth == 1 ? single : sums.Total();
        if (op.has_bias) sum = Add(sum, Float(bias, 0, j));
        if (op.add_result) sum = Add(sum, Float(result, i, j));
        bits = BitsOf(sum);
      } else {
        if (op.has_bias) total += Integer(bias, op.bias.is_signed, 0, j);
        if (op.add_result) total += Integer(result, op.result_add_signed, i, j) * (int64_t{1} << op.left_shift);
        bits = IntegerResult(total, op.right_shift, op.relu, 8 * result.bytes, is_unsigned);
      }
      std::memcpy(At(result, i, j), &bits, result.bytes);
    }
  }
}

uint32_t CommandModel::Combine(const isa::TensorArithmetic& op, const Tensor& a, const Tensor& b, const Tensor& old,
                               uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
  const uint32_t x = Bits(a, n, c, h, w);
  const uint32_t y = op.eu == Eu::kCopy ? 0 : Bits(b, n, c, h, w);
  const bool is_word = a.bytes == 4;
  const bool is_signed = op.eu == Eu::kSub || op.a.is_signed || (op.eu != Eu::kCopy && op.b.is_signed);
  const int64_t i = Extend(x, a.bytes, op.a.is_signed);
  const int64_t j = op.eu == Eu::kCopy ? 0 : Extend(y, b.bytes, op.b.is_signed);
  const auto round = [&](int64_t value) {
    return static_cast<uint32_t>(Saturate(RoundShift(value, op.right_shift), 8 * old.bytes, is_signed));
  };
  switch (op.eu) {
    case Eu::kMul:
      return is_word ? BitsOf(Mul(FloatOf(x), FloatOf(y))) : round(i * j);
    case Eu::kMac:
      if (is_word) return BitsOf(Add(Float(old, n, c, h, w), Mul(FloatOf(x), FloatOf(y))));
      return round(Integer(old, is_signed, n, c, h, w) * (int64_t{1} << op.left_shift) + i * j);
    case Eu::kAdd:
      return is_word ? BitsOf(Add(FloatOf(x), FloatOf(y))) : round(i + j);
    case Eu::kSub:
      return is_word ? BitsOf(Sub(FloatOf(x), FloatOf(y))) : round(i - j);
    case Eu::kMax:
      return is_word ? BitsOf(Max(FloatOf(x), FloatOf(y))) : static_cast<uint32_t>(std::max(i, j));
    case Eu::kMin:
      return is_word ? BitsOf(Min(FloatOf(x), FloatOf(y))) : static_cast<uint32_t>(std::min(i, j));
    case Eu::kAnd:
      return x & y;
    case Eu::kOr:
      return x | y;
    case Eu::kXor:
      return x ^ y;
    case Eu::kSelectGreater:
      return Flush(FloatOf(x)) > Flush(FloatOf(y)) ? op.select_value : 0;
    case Eu::kSelectEqual:
      return x == y ? op.select_value : 0;
    case Eu::kDiv:
      return BitsOf(Divide(FloatOf(x), FloatOf(y)));
    case Eu::kShift: {
      const auto amount = static_cast<int>(Extend(y * 4, 1, true) / 4);  // the low six bits
      const int64_t value = Extend(x, a.bytes, op.shift_is_arithmetic);
      if (amount >= 0) return static_cast<uint32_t>(value * (int64_t{1} << amount));
      return static_cast<uint32_t>(static_cast<int64_t>(std::floor(std::ldexp(static_cast<double>(value), amount))));
    }
    default:
      return x;
  }
}

void CommandModel::Execute(const isa::TensorArithmetic& op) {
  const Tensor a = TensorOf(op.a, op.shape), b = TensorOf(op.b, op.shape), result = TensorOf(op.result, op.shape);
  ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    Set(result, n, c, h, w, Combine(op, a, b, result, n, c, h, w));
  });
}

void CommandModel::Execute(const isa::TableLookup& op) {
  const Tensor result = TensorOf(op.result, op.shape), index = TensorOf(op.index, op.shape);
  const uint32_t lane0 = op.index.address / isa::kLaneBytes;
  const uint32_t plane = (op.shape.h * op.shape.w + 127) / 128 * 128, slots = (lane0 + op.shape.c + 63) / 64;
  ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    uint32_t entry = Bits(index, n, c, h, w) % 256;
    if (op.index.precision == Precision::kInt8) {
      entry = *Local((lane0 + c) % 64,
                     op.index.address % isa::kLaneBytes + (n * slots + (lane0 + c) / 64) * plane + h * op.shape.w + w);
    }
    std::memcpy(At(result, n, c, h, w), &tables_.at(op.table_offset - kTables + 4 * entry), 4);
  });
}

void CommandModel::Execute(const isa::Scalar& op) {
  const Tensor a = TensorOf(op.a, op.shape), b = TensorOf(op.b, op.shape), result = TensorOf(op.result, op.shape);
  const auto function = op.eu == Eu::kMul ? Mul : op.eu == Eu::kAdd ? Add : op.eu == Eu::kSub ? Sub : Divide;
  ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    const float value = function(Float(a, n, c, h, w), Float(b, n, c, h, w));
    SetFloat(result, n, c, h, w, op.add_result ? Add(value, Float(result, n, c, h, w)) : value);
  });
}

void CommandModel::Execute(const isa::SpecialFunction& op) {
  const Tensor a = TensorOf(op.a, op.shape), result = TensorOf(op.result, op.shape);
  ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    const float x = Float(a, n, c, h, w);
    uint32_t bits = 0;
    if (op.eu == Eu::kTaylor) {
      float r = 0;
      for (int k = op.table_length - 1; k >= 0; --k) {
        float coefficient;
        std::memcpy(&coefficient, &tables_.at(op.table_offset - kTables + 4 * k), 4);
        r = Mul(Add(r, coefficient), x);
      }
      bits = BitsOf(r);
    } else if (op.eu == Eu::kFloatToInt) {
      bits = static_cast<uint32_t>(FloatToInt(x));
    } else if (op.eu == Eu::kNormalizeExponent) {
      bits = NearestExponent(x);
    } else if (op.eu == Eu::kNormalizeMantissa) {
      bits = NearestExponent(x) % 256 * 0x800000 + (std::signbit(x) ? 0x80000000 : 0);
    } else {
      bits = BitsOf(Rsqrt(x));
    }
    Set(result, n, c, h, w, bits);
  });
}

void CommandModel::Execute(const isa::Linear& op) {
  const Tensor a = TensorOf(op.a, op.shape), result = TensorOf(op.result, op.shape);
  ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    const float x = Float(a, n, c, h, w), y = FloatOf(VectorBits(op.b, 4, c));
    float value = 0;
    if (op.eu == Eu::kMac) {
      value = Add(Mul(x, FloatOf(VectorBits(op.s, 4, c))), y);
      if (op.add_result) value = Add(value, Float(result, n, c, h, w));
    } else {
      const float sum = op.eu == Eu::kSquareSum ? Add(x, y) : Sub(x, y);
      value = Mul(sum, sum);
    }
    SetFloat(result, n, c, h, w, value);
  });
}

void CommandModel::Execute(const isa::Compare& op) {
  const Tensor a = TensorOf(op.a, op.shape), b = TensorOf(op.b, op.shape);
  const Tensor c = TensorOf(op.c, op.shape), d = TensorOf(op.d, op.shape);
  const Tensor first = TensorOf(isa::Result{op.result0, Precision::kFp32, {}}, op.shape);
  const Tensor second = TensorOf(isa::Result{op.result1, Precision::kFp32, {}}, op.shape);
  ForEach(op.shape, [&](uint32_t n, uint32_t k, uint32_t h, uint32_t w) {
    const float x = Float(a, n, k, h, w), y = Float(b, n, k, h, w);
    const bool is_greater = Flush(x) > Flush(y);
    if (op.eu == Eu::kCompare) SetFloat(first, n, k, h, w, Max(x, y));
    if (op.eu == Eu::kCompareSelect) SetFloat(first, n, k, h, w, is_greater ? x : y);
    if (op.eu != Eu::kCompare) Set(second, n, k, h, w, Bits(is_greater ? c : d, n, k, h, w));
  });
}

void CommandModel::Execute(const isa::VectorCombine& op) {
  const Matrix left = MatrixOf(op.left, op.left_c, op.left_w), right = MatrixOf(op.right, op.right_c, op.right_w);
  const Tensor result = TensorOf(op.result, {0, op.right_c, 1, op.right_w});
  const auto function = op.eu == Eu::kMul   ? Mul
                        : op.eu == Eu::kAdd ? Add
                        : op.eu == Eu::kSub ? Sub
                        : op.eu == Eu::kMax ? Max
                        : op.eu == Eu::kMin ? Min
                                            : Divide;
  for (uint32_t i = 0; i < (op.left_c - 1) * op.left_w + op.left_last_w; ++i) {
    for (uint32_t j = 0; j < op.right_c * op.right_w; ++j) {
      SetFloat(result, i, j / op.right_w, 0, j % op.right_w, function(Float(left, 0, i), Float(right, 0, j)));
    }
  }
}

}  // namespace bm::reference
