// Task 3: R = A op B, element by element (docs/isa.md 3.2).
#include <algorithm>
#include <cstdint>

#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "bmdriver_sim/reference/local_view.h"
#include "isa/numerics.h"

namespace bm::reference {
namespace {

using isa::Eu;

// ---- 32-bit words ----

using WordFunction = uint32_t (*)(uint32_t a, uint32_t b, uint32_t old, uint32_t value);

template <float (*kFunction)(float, float)>
uint32_t Float(uint32_t a, uint32_t b, uint32_t /*old*/, uint32_t /*value*/) {
  return isa::BitsOf(kFunction(isa::FloatOf(a), isa::FloatOf(b)));
}
uint32_t Mac(uint32_t a, uint32_t b, uint32_t old, uint32_t /*value*/) {
  return isa::BitsOf(isa::Add(isa::FloatOf(old), isa::Mul(isa::FloatOf(a), isa::FloatOf(b))));
}
uint32_t And(uint32_t a, uint32_t b, uint32_t, uint32_t) { return a & b; }
uint32_t Or(uint32_t a, uint32_t b, uint32_t, uint32_t) { return a | b; }
uint32_t Xor(uint32_t a, uint32_t b, uint32_t, uint32_t) { return a ^ b; }
uint32_t Copy(uint32_t a, uint32_t, uint32_t, uint32_t) { return a; }
uint32_t SelectGreater(uint32_t a, uint32_t b, uint32_t, uint32_t value) {
  return isa::Flush(isa::FloatOf(a)) > isa::Flush(isa::FloatOf(b)) ? value : 0;
}
uint32_t SelectEqual(uint32_t a, uint32_t b, uint32_t, uint32_t value) { return a == b ? value : 0; }

// The low six bits of the amount as a signed number: left, or right without rounding.
int ShiftAmount(uint32_t amount) { return static_cast<int>(amount << 26) >> 26; }

uint32_t ShiftArithmetic(uint32_t a, uint32_t b, uint32_t, uint32_t) {
  const int amount = ShiftAmount(b);
  return amount >= 0 ? a << amount : static_cast<uint32_t>(static_cast<int32_t>(a) >> std::min(-amount, 31));
}
uint32_t ShiftLogical(uint32_t a, uint32_t b, uint32_t, uint32_t) {
  const int amount = ShiftAmount(b);
  return amount >= 0 ? a << amount : amount == -32 ? 0 : a >> -amount;
}

struct WordRow {
  Eu eu;
  WordFunction function;
};
constexpr WordRow kWordRows[] = {
    {Eu::kMul, Float<isa::Mul>},
    {Eu::kMac, Mac},
    {Eu::kAdd, Float<isa::Add>},
    {Eu::kSub, Float<isa::Sub>},
    {Eu::kMax, Float<isa::Max>},
    {Eu::kMin, Float<isa::Min>},
    {Eu::kAnd, And},
    {Eu::kOr, Or},
    {Eu::kXor, Xor},
    {Eu::kSelectGreater, SelectGreater},
    {Eu::kCopy, Copy},
    {Eu::kSelectEqual, SelectEqual},
    {Eu::kDiv, Float<isa::Divide>},
};

WordFunction WordFunctionOf(const isa::TensorArithmetic& op) {
  if (op.eu == Eu::kShift) return op.shift_is_arithmetic ? ShiftArithmetic : ShiftLogical;
  const auto* row =
      std::find_if(std::begin(kWordRows), std::end(kWordRows), [&](const WordRow& r) { return r.eu == op.eu; });
  return row->function;
}

// One operand's words, stepping as its strides say; an immediate stands still.
struct WordSource {
  LocalView view;
  bool is_constant = false;
  uint32_t constant = 0;
  uint32_t column_step = 0;

  const uint32_t* Row(uint32_t n, uint32_t c, uint32_t h) const {
    return is_constant ? &constant : view.Words(n, c) + uint64_t{h} * view.stride().h;
  }
};

absl::StatusOr<WordSource> SourceOf(const isa::Operand& operand, const isa::Dims4& shape, uint8_t* local) {
  WordSource source;
  source.is_constant = operand.is_constant;
  source.constant = operand.constant;
  if (!operand.is_constant) {
    ASSIGN_OR_RETURN(source.view, LocalView::Of(local, operand, shape));
    source.column_step = source.view.stride().w;
  }
  return source;
}

absl::Status ExecuteWords(const isa::TensorArithmetic& op, chip::Chip* chip) {
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  ASSIGN_OR_RETURN(const WordSource a, SourceOf(op.a, op.shape, chip->local()));
  WordSource b;
  b.is_constant = true;
  if (op.eu != Eu::kCopy) {
    ASSIGN_OR_RETURN(b, SourceOf(op.b, op.shape, chip->local()));
  }
  const WordFunction function = WordFunctionOf(op);
  for (uint32_t n = 0; n < op.shape.n; ++n) {
    for (uint32_t c = 0; c < op.shape.c; ++c) {
      for (uint32_t h = 0; h < op.shape.h; ++h) {
        RETURN_IF_ERROR(CheckRunning(*chip));
        const uint32_t* a_row = a.Row(n, c, h);
        const uint32_t* b_row = b.Row(n, c, h);
        uint32_t* out = result.Words(n, c) + uint64_t{h} * result.stride().h;
        for (uint32_t w = 0; w < op.shape.w; ++w) {
          uint32_t& target = out[uint64_t{w} * result.stride().w];
          target =
              function(a_row[uint64_t{w} * a.column_step], b_row[uint64_t{w} * b.column_step], target, op.select_value);
        }
      }
    }
  }
  return absl::OkStatus();
}

// ---- 8 and 16 bits ----

struct IntegerSource {
  LocalView view;
  const isa::Operand* operand;

  int64_t Get(uint32_t n, uint32_t c, uint32_t h, uint32_t w) const {
    if (!operand->is_constant) return view.Load(n, c, h, w, operand->is_signed);
    const int unused = 32 - 8 * isa::BytesOf(operand->precision);
    const auto shifted = static_cast<int32_t>(operand->constant << unused);
    return operand->is_signed ? shifted >> unused : static_cast<int64_t>(operand->constant);
  }
};

int64_t ShiftHalf(const isa::TensorArithmetic& op, int64_t a, int64_t b) {
  const int amount = ShiftAmount(static_cast<uint32_t>(b));
  if (amount >= 0) return static_cast<int64_t>(static_cast<uint64_t>(a) << amount);
  if (op.shift_is_arithmetic) return static_cast<int16_t>(a) >> std::min(-amount, 31);
  return static_cast<uint16_t>(a) >> std::min(-amount, 31);
}

int64_t Combine(const isa::TensorArithmetic& op, int64_t a, int64_t b, int64_t old) {
  switch (op.eu) {
    case Eu::kMul:
      return a * b;
    case Eu::kMac:
      return old * (int64_t{1} << op.left_shift) + a * b;
    case Eu::kAdd:
      return a + b;
    case Eu::kSub:
      return a - b;
    case Eu::kMax:
      return std::max(a, b);
    case Eu::kMin:
      return std::min(a, b);
    case Eu::kAnd:
      return a & b;
    case Eu::kOr:
      return a | b;
    case Eu::kXor:
      return a ^ b;
    case Eu::kShift:
      return ShiftHalf(op, a, b);
    default:
      return a;
  }
}

absl::Status ExecutePacked(const isa::TensorArithmetic& op, chip::Chip* chip) {
  ASSIGN_OR_RETURN(const LocalView result, LocalView::Of(chip->local(), op.result, op.shape));
  IntegerSource a{{}, &op.a}, b{{}, &op.b};
  if (!op.a.is_constant) {
    ASSIGN_OR_RETURN(a.view, LocalView::Of(chip->local(), op.a, op.shape));
  }
  const bool has_b = op.eu != Eu::kCopy;
  if (has_b && !op.b.is_constant) {
    ASSIGN_OR_RETURN(b.view, LocalView::Of(chip->local(), op.b, op.shape));
  }
  const bool is_rounded = op.eu == Eu::kMul || op.eu == Eu::kMac || op.eu == Eu::kAdd || op.eu == Eu::kSub;
  const bool is_signed = op.eu == Eu::kSub || op.a.is_signed || (has_b && op.b.is_signed);
  const int bits = 8 * isa::BytesOf(op.result.precision);
  for (uint32_t n = 0; n < op.shape.n; ++n) {
    for (uint32_t c = 0; c < op.shape.c; ++c) {
      for (uint32_t h = 0; h < op.shape.h; ++h) {
        RETURN_IF_ERROR(CheckRunning(*chip));
        for (uint32_t w = 0; w < op.shape.w; ++w) {
          const int64_t old = op.eu == Eu::kMac ? result.Load(n, c, h, w, is_signed) : 0;
          int64_t value = Combine(op, a.Get(n, c, h, w), has_b ? b.Get(n, c, h, w) : 0, old);
          if (is_rounded) value = isa::Saturate(isa::RoundShift(value, op.right_shift), bits, is_signed);
          result.Store(n, c, h, w, static_cast<int32_t>(value));
        }
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Execute(const isa::TensorArithmetic& op, chip::Chip* chip) {
  return isa::PackOf(op.a.precision) == 1 ? ExecuteWords(op, chip) : ExecutePacked(op, chip);
}

}  // namespace bm::reference
