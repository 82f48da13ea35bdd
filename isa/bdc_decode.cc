#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "isa/bdc.h"
#include "isa/bdc_ops.h"
#include "isa/fields.h"

namespace bm::isa {
namespace {

using F = BdcField;

constexpr uint32_t kLocalMask = kLocalBytes - 1;

absl::Status Undefined(const char* field, uint64_t value) {
  return absl::InvalidArgumentError(absl::StrCat("field ", field, " has the undefined value ", value));
}

absl::Status NotSimulated(const char* field, uint64_t value, const char* why) {
  return absl::UnimplementedError(absl::StrCat("field ", field, " = ", value, ": ", why));
}

// Where the parts of an operand stand in the descriptor.
struct OperandFields {
  F address, constant, precision, sign, short_stride, n_stride, c_stride, h_stride, w_stride;
};
constexpr OperandFields kOperand0 = {F::kOpd0Addr, F::kOptOpd0Const, F::kOptOpd0Prec, F::kOptOpd0Sign, F::kShortOpd0Str,
                                     F::kOpd0NStr, F::kOpd0CStr,     F::kOpd0HStr,    F::kOpd0WStr};
constexpr OperandFields kOperand1 = {F::kOpd1Addr, F::kOptOpd1Const, F::kOptOpd1Prec, F::kOptOpd1Sign, F::kShortOpd1Str,
                                     F::kOpd1NStr, F::kOpd1CStr,     F::kOpd1HStr,    F::kOpd1WStr};
constexpr OperandFields kOperand2 = {F::kOpd2Addr, F::kOptOpd2Const, F::kOptOpd2Prec, F::kOptOpd2Sign, F::kShortOpd2Str,
                                     F::kOpd2NStr, F::kOpd2CStr,     F::kOpd2HStr,    F::kOpd2WStr};

Layout StridedLayout(const BdcFields& f, F n, F c, F h, F w) {
  return {Layout::Kind::kStrided, {f.Get(n), f.Get(c), f.Get(h), f.Get(w)}};
}

// An operand whose layout the operation fixes: aligned, or by a rule of its own.
Operand PlainOperand(const BdcFields& f, const OperandFields& fields, Precision precision) {
  Operand operand;
  operand.precision = precision;
  operand.is_signed = precision == Precision::kFp32 || f.IsSet(fields.sign);
  operand.is_constant = f.IsSet(fields.constant);
  if (operand.is_constant) {
    const int bits = 8 * BytesOf(precision);
    const uint32_t mask = bits == 32 ? ~uint32_t{0} : (uint32_t{1} << bits) - 1;
    operand.constant = f.Get(fields.address) & mask;
  } else {
    operand.address = f.Get(fields.address) & kLocalMask;
  }
  return operand;
}

Operand TensorOperand(const BdcFields& f, const OperandFields& fields, Precision precision) {
  Operand operand = PlainOperand(f, fields, precision);
  if (!operand.is_constant && f.IsSet(fields.short_stride)) {
    operand.layout = StridedLayout(f, fields.n_stride, fields.c_stride, fields.h_stride, fields.w_stride);
  }
  return operand;
}

Operand Fp32Operand(const BdcFields& f, const OperandFields& fields) {
  return PlainOperand(f, fields, Precision::kFp32);
}

Dims4 ResultShape(const BdcFields& f) {
  return {f.Get(F::kRes0N), f.Get(F::kRes0C), f.Get(F::kRes0H), f.Get(F::kRes0W)};
}

Result AlignedResult(const BdcFields& f, Precision precision) {
  return {f.Get(F::kRes0Addr) & kLocalMask, precision, {}};
}

absl::StatusOr<Precision> PrecisionField(const BdcFields& f, F field) {
  const uint32_t value = f.Get(field);
  const char* name = kBdcFields[static_cast<int>(field)].name;
  if (value > static_cast<uint32_t>(Precision::kInt32)) return Undefined(name, value);
  const auto precision = static_cast<Precision>(value);
  if (precision == Precision::kFp16) return NotSimulated(name, value, "the chip computes nothing in FP16");
  return precision;
}

// Operations that exist in FP32 only.
absl::Status RequireFp32(const BdcFields& f) {
  ASSIGN_OR_RETURN(const Precision precision, PrecisionField(f, F::kOptOpd0Prec));
  if (precision == Precision::kFp32) return absl::OkStatus();
  return NotSimulated("OPT_OPD0_PREC", static_cast<uint64_t>(precision), "this operation exists in FP32 only");
}

// FP32 or INT8, as the operand's precision field says.
absl::StatusOr<Precision> FloatOrByte(const BdcFields& f, F field) {
  ASSIGN_OR_RETURN(const Precision precision, PrecisionField(f, field));
  if (precision != Precision::kFp32 && precision != Precision::kInt8) {
    return NotSimulated(kBdcFields[static_cast<int>(field)].name, static_cast<uint64_t>(precision),
                        "this operation is simulated for FP32 and INT8");
  }
  return precision;
}

absl::Status CheckSizes(const Dims4& shape) {
  if (shape.Count() == 0) {
    return absl::InvalidArgumentError(absl::StrCat("an empty result of ", shape.n, "x", shape.c, "x", shape.h, "x",
                                                   shape.w, " in the fields RES0_N..RES0_W"));
  }
  return absl::OkStatus();
}

Window WindowOf(const BdcFields& f) {
  Window window;
  window.kernel_h = static_cast<uint16_t>(f.Get(F::kOpd1H));
  window.kernel_w = static_cast<uint16_t>(f.Get(F::kOpd1W));
  window.stride_h = static_cast<uint8_t>(f.Get(F::kResOpYStr));
  window.stride_w = static_cast<uint8_t>(f.Get(F::kResOpXStr));
  window.dilation_h = static_cast<uint8_t>(f.Get(F::kOpd1YIns0) + 1);
  window.dilation_w = static_cast<uint8_t>(f.Get(F::kOpd1XIns0) + 1);
  window.insert_h = static_cast<uint8_t>(f.Get(F::kOpd0YIns0));
  window.insert_w = static_cast<uint8_t>(f.Get(F::kOpd0XIns0));
  window.pad = {static_cast<uint8_t>(f.Get(F::kOpd0UpPad)), static_cast<uint8_t>(f.Get(F::kOpd0DnPad)),
                static_cast<uint8_t>(f.Get(F::kOpd0LfPad)), static_cast<uint8_t>(f.Get(F::kOpd0RtPad))};
  return window;
}

absl::Status CheckWindow(const Window& window, uint32_t input_h, uint32_t input_w) {
  if (window.kernel_h == 0 || window.kernel_w == 0 || window.stride_h == 0 || window.stride_w == 0 || input_h == 0 ||
      input_w == 0) {
    return absl::InvalidArgumentError(absl::StrCat("a window of ", window.kernel_h, "x", window.kernel_w,
                                                   " by steps of ", window.stride_h, "x", window.stride_w,
                                                   " over an input of ", input_h, "x", input_w, " has a size of 0"));
  }
  return absl::OkStatus();
}

bool HasBias(const BdcFields& f) { return f.Get(F::kTskOpdNum) == 3; }

// A bias is FP32 beside FP32 and 16 bits wide beside INT8; never an immediate.
absl::StatusOr<Operand> Bias(const BdcFields& f, Precision main) {
  if (f.IsSet(F::kOptOpd2Const)) return NotSimulated("OPT_OPD2_CONST", 1, "a bias is never an immediate");
  return PlainOperand(f, kOperand2, main == Precision::kFp32 ? Precision::kFp32 : Precision::kInt16);
}

absl::StatusOr<BdcOp> DecodeConv(const BdcFields& f) {
  ASSIGN_OR_RETURN(const Precision precision, FloatOrByte(f, F::kOptOpd0Prec));
  const bool is_float = precision == Precision::kFp32;
  if (f.IsSet(F::kOptWinograd)) return NotSimulated("OPT_WINOGRAD", 1, "the coefficients' encoding is not public");
  if (!is_float && f.IsSet(F::kOptResAdd)) return NotSimulated("OPT_RES_ADD", 1, "INT8 conv has no old result to add");
  if (!is_float && f.Get(F::kOptRes0Prec) != static_cast<uint32_t>(Precision::kInt8)) {
    return NotSimulated("OPT_RES0_PREC", f.Get(F::kOptRes0Prec), "INT8 conv is simulated with INT8 results");
  }
  Conv op;
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(CheckSizes(op.shape));
  op.input_c = f.Get(F::kOpd0C);
  op.input_h = f.Get(F::kOpd0H);
  op.input_w = f.Get(F::kOpd0W);
  if (op.input_c == 0) return Undefined("OPD0_C", 0);
  op.window = WindowOf(f);
  RETURN_IF_ERROR(CheckWindow(op.window, op.input_h, op.input_w));
  op.result = AlignedResult(f, precision);
  op.input = TensorOperand(f, kOperand0, precision);
  if (op.input.is_constant) return NotSimulated("OPT_OPD0_CONST", 1, "conv reads its input from local memory");
  op.weight = PlainOperand(f, kOperand1, precision);
  if (!op.weight.is_constant && f.Get(F::kShortOpd1Str) == 3) {
    op.weight.layout = StridedLayout(f, F::kOpd1NStr, F::kOpd1CStr, F::kOpd1HStr, F::kOpd1WStr);
  }
  op.has_bias = HasBias(f);
  if (op.has_bias) {
    ASSIGN_OR_RETURN(op.bias, Bias(f, precision));
  }
  op.rotate_kernel = f.IsSet(F::kOptKernelRotate);
  op.add_result = f.IsSet(F::kOptResAdd);
  op.relu = !is_float && f.IsSet(F::kOptRelu);
  op.right_shift = is_float ? 0 : static_cast<uint8_t>(f.Get(F::kOptRightShift));
  return op;
}

absl::StatusOr<BdcOp> DecodeMaxPool(const BdcFields& f) {
  ASSIGN_OR_RETURN(const Precision precision, FloatOrByte(f, F::kOptOpd0Prec));
  MaxPool op;
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(CheckSizes(op.shape));
  op.input_h = f.Get(F::kOpd0H);
  op.input_w = f.Get(F::kOpd0W);
  op.window = WindowOf(f);
  op.window.dilation_h = op.window.dilation_w = 1;
  op.window.insert_h = op.window.insert_w = 0;
  RETURN_IF_ERROR(CheckWindow(op.window, op.input_h, op.input_w));
  op.result = AlignedResult(f, precision);
  op.input = PlainOperand(f, kOperand0, precision);
  if (op.input.is_constant) return NotSimulated("OPT_OPD0_CONST", 1, "pooling reads its input from local memory");
  if (precision == Precision::kInt8 && f.IsSet(F::kOptRightShift)) {
    return NotSimulated("OPT_RIGHT_SHIFT", f.Get(F::kOptRightShift), "INT8 max pooling does not shift");
  }
  op.relu = precision == Precision::kInt8 && f.IsSet(F::kOptRelu);
  return op;
}

absl::StatusOr<BdcOp> DecodeDepthwise(const BdcFields& f) {
  if (static_cast<Eu>(f.Get(F::kTskEuTyp)) == Eu::kMax) return DecodeMaxPool(f);
  ASSIGN_OR_RETURN(const Precision precision, FloatOrByte(f, F::kOptOpd0Prec));
  const bool is_float = precision == Precision::kFp32;
  if (!is_float && f.Get(F::kOptRes0Prec) != static_cast<uint32_t>(Precision::kInt8)) {
    return NotSimulated("OPT_RES0_PREC", f.Get(F::kOptRes0Prec), "INT8 depthwise is simulated with INT8 results");
  }
  Depthwise op;
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(CheckSizes(op.shape));
  op.input_h = f.Get(F::kOpd0H);
  op.input_w = f.Get(F::kOpd0W);
  op.window = WindowOf(f);
  RETURN_IF_ERROR(CheckWindow(op.window, op.input_h, op.input_w));
  op.result = AlignedResult(f, precision);
  op.input = PlainOperand(f, kOperand0, precision);
  if (op.input.is_constant) return NotSimulated("OPT_OPD0_CONST", 1, "depthwise reads its input from local memory");
  op.weight = PlainOperand(f, kOperand1, precision);
  const bool is_byte_average = !is_float && op.weight.is_constant;
  if (is_byte_average && op.weight.is_signed) {
    return NotSimulated("OPT_OPD1_SIGN", 1, "the constant of INT8 average pooling is unsigned");
  }
  if (is_byte_average &&
      (op.window.insert_h > 0 || op.window.insert_w > 0 || op.window.dilation_h > 1 || op.window.dilation_w > 1)) {
    return NotSimulated("OPD0_Y_INS0", op.window.insert_h, "INT8 average pooling takes neither insertion nor dilation");
  }
  op.has_bias = HasBias(f) && !is_byte_average;
  if (op.has_bias) {
    ASSIGN_OR_RETURN(op.bias, Bias(f, precision));
  }
  op.relu = !is_float && f.IsSet(F::kOptRelu);
  op.right_shift = is_float ? 0 : static_cast<uint8_t>(f.Get(F::kOptRightShift));
  return op;
}

absl::StatusOr<BdcOp> DecodeFullyConnected(const BdcFields& f) {
  ASSIGN_OR_RETURN(const Precision precision, FloatOrByte(f, F::kOptOpd0Prec));
  const bool is_float = precision == Precision::kFp32;
  FullyConnected op;
  op.left_n = f.Get(F::kOpd0N);
  op.left_c = f.Get(F::kOpd0C);
  op.left_w = f.Get(F::kOpd0W);
  op.left_last_w = f.Get(F::kOpd1W);
  op.result_c = f.Get(F::kRes0C);
  op.result_w = f.Get(F::kRes0W);
  if (op.left_n == 0 || op.left_c == 0 || op.left_w == 0 || op.left_last_w == 0 || op.left_last_w > op.left_w ||
      op.result_c == 0 || op.result_w == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "an FC of OPD0_N ", op.left_n, ", OPD0_C ", op.left_c, ", OPD0_W ", op.left_w, ", OPD1_W ", op.left_last_w,
        ", RES0_C ", op.result_c, ", RES0_W ", op.result_w, ": sizes are at least 1 and OPD1_W at most OPD0_W"));
  }
  Precision result = precision;
  if (!is_float) {
    ASSIGN_OR_RETURN(result, PrecisionField(f, F::kOptRes0Prec));
    if (result != Precision::kInt8 && result != Precision::kInt16) {
      return NotSimulated("OPT_RES0_PREC", static_cast<uint64_t>(result), "INT8 FC has INT8 or INT16 results");
    }
  }
  op.result = AlignedResult(f, result);
  op.left = PlainOperand(f, kOperand0, precision);
  op.right = PlainOperand(f, kOperand1, precision);
  if (op.right.is_constant) return NotSimulated("OPT_OPD1_CONST", 1, "the right matrix of FC is never an immediate");
  op.has_bias = HasBias(f);
  if (op.has_bias) {
    ASSIGN_OR_RETURN(op.bias, Bias(f, precision));
  }
  op.left_transposed = f.IsSet(F::kOptLeftTran);
  op.add_result = f.IsSet(F::kOptResAdd);
  if (!is_float) {
    if (op.add_result && result != Precision::kInt16) {
      return NotSimulated("OPT_RES_ADD", 1, "INT8 FC adds old results of 16 bits only");
    }
    op.result_add_signed = !op.add_result || f.IsSet(F::kResAddSign);
    op.relu = f.IsSet(F::kOptRelu);
    op.right_shift = static_cast<uint8_t>(f.Get(F::kOptRightShift));
    op.left_shift = op.add_result ? static_cast<uint8_t>(f.Get(F::kOptLeftShift)) : 0;
  }
  return op;
}

// Which widths the integer unit combines: bit r of results[a][b] (0: 8 bits, 1: 16 bits).
struct IntegerRule {
  Eu eu;
  uint8_t results[2][2];
};
constexpr uint8_t kTo8 = 1, kTo16 = 2, kToBoth = 3;
constexpr IntegerRule kIntegerRules[] = {
    {Eu::kMul, {{kToBoth, 0}, {0, 0}}},
    {Eu::kMac, {{kToBoth, 0}, {0, 0}}},
    {Eu::kAdd, {{kToBoth, kToBoth}, {kToBoth, kToBoth}}},
    {Eu::kSub, {{kToBoth, kToBoth}, {kToBoth, kToBoth}}},
    {Eu::kMax, {{kTo8, 0}, {0, kTo16}}},
    {Eu::kMin, {{kTo8, 0}, {0, kTo16}}},
    {Eu::kAnd, {{kTo8, 0}, {0, kTo16}}},
    {Eu::kOr, {{kTo8, 0}, {0, kTo16}}},
    {Eu::kXor, {{kTo8, 0}, {0, kTo16}}},
    {Eu::kShift, {{0, 0}, {0, kTo16}}},
    {Eu::kCopy, {{kTo8, 0}, {0, kTo16}}},
};

absl::Status CheckInteger(Eu eu, Precision a, Precision b, Precision result) {
  const auto is_narrow = [](Precision p) { return p == Precision::kInt8 || p == Precision::kInt16; };
  if (a == Precision::kInt32) {
    const bool is_bitwise = eu == Eu::kShift || eu == Eu::kAnd || eu == Eu::kOr || eu == Eu::kXor || eu == Eu::kCopy;
    if (is_bitwise && b == a && result == a) return absl::OkStatus();
  } else if (is_narrow(a) && is_narrow(b) && is_narrow(result)) {
    const auto wide = [](Precision p) { return p == Precision::kInt16 ? 1 : 0; };
    for (const IntegerRule& rule : kIntegerRules) {
      if (rule.eu == eu && (rule.results[wide(a)][wide(b)] >> wide(result) & 1) != 0) return absl::OkStatus();
    }
  }
  return absl::UnimplementedError(absl::StrCat("field TSK_EU_TYP = ", static_cast<int>(eu), " on ", Name(a), " and ",
                                               Name(b), " with a result of ", Name(result),
                                               " is not integer arithmetic of the chip"));
}

absl::Status CheckStrideShifts(const BdcFields& f, std::initializer_list<F> shifts) {
  for (const F shift : shifts) {
    if (f.IsSet(shift)) return NotSimulated(kBdcFields[static_cast<int>(shift)].name, f.Get(shift), "must be 0");
  }
  return absl::OkStatus();
}

absl::StatusOr<BdcOp> DecodeTensorArithmetic(const BdcFields& f) {
  TensorArithmetic op;
  op.eu = static_cast<Eu>(f.Get(F::kTskEuTyp));
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(CheckSizes(op.shape));
  const bool is_copy = op.eu == Eu::kCopy;
  const bool is_select = op.eu == Eu::kSelectGreater || op.eu == Eu::kSelectEqual;
  ASSIGN_OR_RETURN(const Precision a, PrecisionField(f, F::kOptOpd0Prec));
  Precision b = a, result = a;
  if (a != Precision::kFp32) {
    ASSIGN_OR_RETURN(result, PrecisionField(f, F::kOptRes0Prec));
    b = result;
    if (!is_copy) {
      ASSIGN_OR_RETURN(b, PrecisionField(f, F::kOptOpd1Prec));
    }
    RETURN_IF_ERROR(CheckInteger(op.eu, a, b, result));
  }
  if (!is_copy && f.Get(F::kTskOpdNum) < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("field TSK_OPD_NUM = ", f.Get(F::kTskOpdNum), "; this operation has two operands"));
  }
  op.result = AlignedResult(f, result);
  if (f.IsSet(F::kShortRes0Str)) {
    op.result.layout = StridedLayout(f, F::kRes0NStr, F::kRes0CStr, F::kRes0HStr, F::kRes0WStr);
  }
  op.a = TensorOperand(f, kOperand0, a);
  op.a.batch_is_one = !op.a.is_constant && PackOf(a) > 1 && f.IsSet(F::kOpd0Neq1);
  if (!is_copy) {
    op.b = TensorOperand(f, kOperand1, b);
    op.b.batch_is_one = !op.b.is_constant && PackOf(b) > 1 && f.IsSet(F::kOpd1Neq1);
  }
  RETURN_IF_ERROR(CheckStrideShifts(f, {F::kRes0HShift, F::kRes0WShift}));
  if (!op.a.is_constant) RETURN_IF_ERROR(CheckStrideShifts(f, {F::kOpd0HShift, F::kOpd0WShift}));
  if (!is_copy && !op.b.is_constant) RETURN_IF_ERROR(CheckStrideShifts(f, {F::kOpd1HShift, F::kOpd1WShift}));
  if (is_select) {
    if (!f.IsSet(F::kOptOpd2Const)) return NotSimulated("OPT_OPD2_CONST", 0, "a select's value is an immediate");
    op.select_value = f.Get(F::kOpd2Addr);
  }
  const bool is_rounded =
      a != Precision::kFp32 && (op.eu == Eu::kMul || op.eu == Eu::kMac || op.eu == Eu::kAdd || op.eu == Eu::kSub);
  if (is_rounded) op.right_shift = static_cast<uint8_t>(f.Get(F::kOptRightShift));
  if (is_rounded && op.eu == Eu::kMac) op.left_shift = static_cast<uint8_t>(f.Get(F::kOptLeftShift));
  const bool orders = op.eu == Eu::kMax || op.eu == Eu::kMin;
  if (orders && a != Precision::kFp32 && op.a.is_signed != op.b.is_signed) {
    return NotSimulated("OPT_OPD1_SIGN", op.b.is_signed ? 1 : 0, "max and min need operands of equal signs");
  }
  op.shift_is_arithmetic = op.eu != Eu::kShift || f.IsSet(F::kOptShiftTyp);
  return op;
}

absl::StatusOr<BdcOp> DecodeTableLookup(const BdcFields& f) {
  TableLookup op;
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(CheckSizes(op.shape));
  ASSIGN_OR_RETURN(const Precision precision, FloatOrByte(f, F::kOptOpd0Prec));
  op.index = PlainOperand(f, kOperand0, precision);
  op.index.is_signed = true;  // the low byte counts, whatever its sign
  if (op.index.is_constant) return NotSimulated("OPT_OPD0_CONST", 1, "a lookup reads its index from local memory");
  op.result = AlignedResult(f, Precision::kFp32);
  op.table_offset = f.Get(F::kOpd1Addr);
  return op;
}

absl::StatusOr<BdcOp> DecodeScalar(const BdcFields& f) {
  Scalar op;
  op.eu = static_cast<Eu>(f.Get(F::kTskEuTyp));
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(RequireFp32(f));
  RETURN_IF_ERROR(CheckSizes(op.shape));
  op.result = AlignedResult(f, Precision::kFp32);
  op.a = Fp32Operand(f, kOperand0);
  op.b = Fp32Operand(f, kOperand1);
  op.add_result = f.IsSet(F::kOptResAdd);
  return op;
}

absl::StatusOr<BdcOp> DecodeSpecialFunction(const BdcFields& f) {
  SpecialFunction op;
  op.eu = static_cast<Eu>(f.Get(F::kTskEuTyp));
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(CheckSizes(op.shape));
  op.result = AlignedResult(f, Precision::kFp32);
  op.a = Fp32Operand(f, kOperand0);
  if (op.a.is_constant) return NotSimulated("OPT_OPD0_CONST", 1, "special functions read local memory");
  if (op.eu == Eu::kTaylor) {
    op.table_offset = f.Get(F::kOpd1Addr);
    op.table_length = static_cast<uint16_t>(f.Get(F::kOpd1N));
  }
  return op;
}

absl::StatusOr<BdcOp> DecodeLinear(const BdcFields& f) {
  Linear op;
  op.eu = static_cast<Eu>(f.Get(F::kTskEuTyp));
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(RequireFp32(f));
  RETURN_IF_ERROR(CheckSizes(op.shape));
  op.result = AlignedResult(f, Precision::kFp32);
  op.a = Fp32Operand(f, kOperand0);
  if (op.a.is_constant) return NotSimulated("OPT_OPD0_CONST", 1, "MD_LINEAR reads its first operand from local memory");
  op.b = Fp32Operand(f, kOperand1);
  if (op.eu == Eu::kMac) {
    op.s = Fp32Operand(f, kOperand2);
    op.add_result = f.IsSet(F::kOptResAdd);
  }
  return op;
}

absl::StatusOr<BdcOp> DecodeCompare(const BdcFields& f) {
  Compare op;
  op.eu = static_cast<Eu>(f.Get(F::kTskEuTyp));
  op.shape = ResultShape(f);
  RETURN_IF_ERROR(RequireFp32(f));
  RETURN_IF_ERROR(CheckSizes(op.shape));
  if (op.eu != Eu::kSelect) op.result0 = f.Get(F::kRes0Addr) & kLocalMask;
  op.a = Fp32Operand(f, kOperand0);
  if (op.a.is_constant) return NotSimulated("OPT_OPD0_CONST", 1, "MD_CMP reads its first operand from local memory");
  op.b = Fp32Operand(f, kOperand1);
  if (op.eu != Eu::kCompare) {
    op.result1 = f.Get(F::kRes1Addr) & kLocalMask;
    op.c = Fp32Operand(f, kOperand2);
    op.d.is_constant = f.IsSet(F::kOptOpd3Const);
    if (op.d.is_constant) {
      op.d.constant = f.Get(F::kOpd3Addr);
    } else {
      op.d.address = f.Get(F::kOpd3Addr) & kLocalMask;
    }
  }
  return op;
}

absl::StatusOr<BdcOp> DecodeVectorCombine(const BdcFields& f) {
  VectorCombine op;
  op.eu = static_cast<Eu>(f.Get(F::kTskEuTyp));
  RETURN_IF_ERROR(RequireFp32(f));
  op.left_c = f.Get(F::kOpd0C);
  op.left_w = f.Get(F::kOpd0W);
  op.left_last_w = f.Get(F::kOpd1W);
  op.right_c = f.Get(F::kRes0C);
  op.right_w = f.Get(F::kRes0W);
  if (op.left_c == 0 || op.left_w == 0 || op.left_last_w == 0 || op.left_last_w > op.left_w || op.right_c == 0 ||
      op.right_w == 0) {
    return absl::InvalidArgumentError(absl::StrCat("vectors of OPD0_C ", op.left_c, ", OPD0_W ", op.left_w, ", OPD1_W ",
                                                   op.left_last_w, ", RES0_C ", op.right_c, ", RES0_W ", op.right_w));
  }
  op.result = AlignedResult(f, Precision::kFp32);
  op.left = Fp32Operand(f, kOperand0);
  op.right = Fp32Operand(f, kOperand1);
  if (op.left.is_constant || op.right.is_constant) {
    return NotSimulated("OPT_OPD0_CONST", op.left.is_constant ? 1 : 0, "vectors are never immediates");
  }
  return op;
}

using Decoder = absl::StatusOr<BdcOp> (*)(const BdcFields&);
struct TaskRow {
  Decoder decode;  // null: outside the closed list
  const char* why;
};
constexpr TaskRow kTasks[] = {
    {DecodeConv, ""},
    {DecodeDepthwise, ""},
    {DecodeFullyConnected, ""},
    {DecodeTensorArithmetic, ""},
    {nullptr, "FC2 is not simulated"},
    {nullptr, "convolution correlation is not simulated"},
    {DecodeTableLookup, ""},
    {nullptr, "MD_SUM is not simulated"},
    {DecodeScalar, ""},
    {DecodeSpecialFunction, ""},
    {DecodeLinear, ""},
    {nullptr, "arranging local memory is not simulated"},
    {nullptr, "decompression is not simulated"},
    {DecodeCompare, ""},
    {DecodeVectorCombine, ""},
};

}  // namespace

absl::StatusOr<BdcCommand> DecodeBdc(absl::Span<const uint32_t> words) {
  BdcWords copy;
  if (words.size() != copy.size()) {
    return absl::InvalidArgumentError(absl::StrCat("a BDC command of ", words.size(), " words; it has 32"));
  }
  std::copy(words.begin(), words.end(), copy.begin());
  const BdcFields f(copy);
  const uint32_t task = f.Get(F::kTskTyp);
  if (task >= std::size(kTasks)) return Undefined("TSK_TYP", task);
  if (kTasks[task].decode == nullptr) return NotSimulated("TSK_TYP", task, kTasks[task].why);
  const uint32_t eu = f.Get(F::kTskEuTyp);
  if (eu > static_cast<uint32_t>(Eu::kCompareSelect)) return Undefined("TSK_EU_TYP", eu);
  if (FindBdcOp(static_cast<BdcTask>(task), static_cast<Eu>(eu)) == nullptr) {
    return NotSimulated("TSK_EU_TYP", eu, absl::StrCat("task ", task, " has no such unit").c_str());
  }
  BdcCommand command;
  command.id = static_cast<uint16_t>(f.Get(F::kCmdIdTpu));
  command.wait_gdma = static_cast<uint16_t>(f.Get(F::kCmdIdGdma));
  command.is_last = f.IsSet(F::kCmdEnd);
  ASSIGN_OR_RETURN(command.op, kTasks[task].decode(f));
  return command;
}

}  // namespace bm::isa
