#include "isa/bdc.h"
#include "isa/bdc_ops.h"
#include "isa/fields.h"

namespace bm::isa {
namespace {

using F = BdcField;

constexpr uint32_t kStrided = 3;        // SHORT_*_STR: use the stride fields
constexpr uint32_t kCompactVector = 2;  // SHORT_OPD2_STR of biases and per-channel vectors

uint32_t LocalAddress(uint32_t address) { return static_cast<uint32_t>(kLocalBase) + address; }

class Encoder {
 public:
  explicit Encoder(const BdcCommand& command) : f_(BdcFields::Defaults()) {
    f_.Set(F::kCmdIdTpu, command.id);
    f_.Set(F::kCmdIdGdma, command.wait_gdma);
    f_.Set(F::kCmdEnd, command.is_last ? 1 : 0);
    f_.Set(F::kTskTyp, static_cast<uint64_t>(TaskOf(command.op)));
    f_.Set(F::kTskEuTyp, static_cast<uint64_t>(EuOf(command.op)));
    for (const F precision : {F::kOptRes0Prec, F::kOptOpd0Prec, F::kOptOpd1Prec, F::kOptOpd2Prec}) {
      f_.Set(precision, static_cast<uint64_t>(Precision::kFp32));
    }
    std::visit([this](const auto& op) { Encode(op); }, command.op);
  }

  const BdcWords& words() const { return f_.words(); }

 private:
  void SetShape(const Dims4& shape) {
    f_.Set(F::kRes0N, shape.n);
    f_.Set(F::kRes0C, shape.c);
    f_.Set(F::kRes0H, shape.h);
    f_.Set(F::kRes0W, shape.w);
  }

  void SetInputShape(const Dims4& shape) {
    f_.Set(F::kOpd0N, shape.n);
    f_.Set(F::kOpd0C, shape.c);
    f_.Set(F::kOpd0H, shape.h);
    f_.Set(F::kOpd0W, shape.w);
  }

  // The sizes of elementwise operations: those of the result, once more for the first operand.
  void SetElementwise(const Dims4& shape) {
    SetShape(shape);
    SetInputShape(shape);
  }

  void SetStrides(const Layout& layout, F short_stride, F n, F c, F h, F w) {
    if (layout.kind == Layout::Kind::kAligned) return;
    f_.Set(short_stride, kStrided);
    f_.Set(n, layout.stride.n);
    f_.Set(c, layout.stride.c);
    f_.Set(h, layout.stride.h);
    f_.Set(w, layout.stride.w);
  }

  void SetResult(const Result& result) {
    f_.Set(F::kRes0Addr, LocalAddress(result.address));
    f_.Set(F::kOptRes0Prec, static_cast<uint64_t>(result.precision));
    SetStrides(result.layout, F::kShortRes0Str, F::kRes0NStr, F::kRes0CStr, F::kRes0HStr, F::kRes0WStr);
  }

  void SetOperand(const Operand& operand, F address, F constant, F precision, F sign) {
    f_.Set(address, operand.is_constant ? operand.constant : LocalAddress(operand.address));
    f_.Set(constant, operand.is_constant ? 1 : 0);
    f_.Set(precision, static_cast<uint64_t>(operand.precision));
    f_.Set(sign, operand.is_signed ? 1 : 0);
  }

  void SetOperand0(const Operand& operand) {
    SetOperand(operand, F::kOpd0Addr, F::kOptOpd0Const, F::kOptOpd0Prec, F::kOptOpd0Sign);
    SetStrides(operand.layout, F::kShortOpd0Str, F::kOpd0NStr, F::kOpd0CStr, F::kOpd0HStr, F::kOpd0WStr);
    f_.Set(F::kOpd0Neq1, operand.batch_is_one ? 1 : 0);
  }

  void SetOperand1(const Operand& operand) {
    SetOperand(operand, F::kOpd1Addr, F::kOptOpd1Const, F::kOptOpd1Prec, F::kOptOpd1Sign);
    SetStrides(operand.layout, F::kShortOpd1Str, F::kOpd1NStr, F::kOpd1CStr, F::kOpd1HStr, F::kOpd1WStr);
    f_.Set(F::kOpd1Neq1, operand.batch_is_one ? 1 : 0);
  }

  // A bias or per-channel vector.
  void SetVector2(const Operand& operand) {
    SetOperand(operand, F::kOpd2Addr, F::kOptOpd2Const, F::kOptOpd2Prec, F::kOptOpd2Sign);
    f_.Set(F::kShortOpd2Str, kCompactVector);
  }

  void SetWindow(const Window& window) {
    f_.Set(F::kOpd1H, window.kernel_h);
    f_.Set(F::kOpd1W, window.kernel_w);
    f_.Set(F::kResOpYStr, window.stride_h);
    f_.Set(F::kResOpXStr, window.stride_w);
    f_.Set(F::kOpd1YIns0, window.dilation_h - 1);
    f_.Set(F::kOpd1XIns0, window.dilation_w - 1);
    f_.Set(F::kOpd0YIns0, window.insert_h);
    f_.Set(F::kOpd0XIns0, window.insert_w);
    f_.Set(F::kOpd0UpPad, window.pad.up);
    f_.Set(F::kOpd0DnPad, window.pad.down);
    f_.Set(F::kOpd0LfPad, window.pad.left);
    f_.Set(F::kOpd0RtPad, window.pad.right);
  }

  // RELU, RIGHT_SHIFT: what the integer unit does to a sum.
  void SetRounding(Precision precision, bool relu, uint8_t right_shift) {
    if (precision == Precision::kFp32) return;
    f_.Set(F::kOptShiftTyp, 1);
    f_.Set(F::kOptRelu, relu ? 1 : 0);
    f_.Set(F::kOptRightShift, right_shift);
  }

  void SetBias(bool has_bias, const Operand& bias, uint64_t operands_without) {
    f_.Set(F::kTskOpdNum, has_bias ? 3 : operands_without);
    if (has_bias) SetVector2(bias);
  }

  void Encode(const Conv& op) {
    SetShape(op.shape);
    SetInputShape({1, op.input_c, op.input_h, op.input_w});
    SetWindow(op.window);
    SetResult(op.result);
    SetOperand0(op.input);
    SetOperand1(op.weight);
    SetBias(op.has_bias, op.bias, 2);
    SetRounding(op.input.precision, op.relu, op.right_shift);
    f_.Set(F::kOptKernelRotate, op.rotate_kernel ? 1 : 0);
    f_.Set(F::kOptResAdd, op.add_result ? 1 : 0);
  }

  void Encode(const Depthwise& op) {
    SetShape(op.shape);
    SetInputShape({1, op.shape.c, op.input_h, op.input_w});
    SetWindow(op.window);
    SetResult(op.result);
    SetOperand0(op.input);
    SetOperand1(op.weight);
    SetBias(op.has_bias, op.bias, 2);
    SetRounding(op.input.precision, op.relu, op.right_shift);
  }

  void Encode(const MaxPool& op) {
    SetShape(op.shape);
    SetInputShape({1, op.shape.c, op.input_h, op.input_w});
    SetWindow(op.window);
    SetResult(op.result);
    SetOperand0(op.input);
    f_.Set(F::kTskOpdNum, 1);
    SetRounding(op.input.precision, op.relu, 0);
  }

  void Encode(const FullyConnected& op) {
    SetInputShape({op.left_n, op.left_c, 1, op.left_w});
    f_.Set(F::kOpd1W, op.left_last_w);
    f_.Set(F::kRes0N, op.left_n);
    f_.Set(F::kRes0C, op.result_c);
    f_.Set(F::kRes0W, op.result_w);
    SetResult(op.result);
    SetOperand0(op.left);
    SetOperand1(op.right);
    SetBias(op.has_bias, op.bias, 2);
    SetRounding(op.left.precision, op.relu, op.right_shift);
    f_.Set(F::kOptLeftTran, op.left_transposed ? 1 : 0);
    f_.Set(F::kOptResAdd, op.add_result ? 1 : 0);
    f_.Set(F::kResAddSign, op.result_add_signed ? 1 : 0);
    f_.Set(F::kOptLeftShift, op.left_shift);
  }

  void Encode(const TensorArithmetic& op) {
    SetElementwise(op.shape);
    SetResult(op.result);
    SetOperand0(op.a);
    f_.Set(F::kTskOpdNum, 1);
    if (op.eu != Eu::kCopy) {
      SetOperand1(op.b);
      f_.Set(F::kTskOpdNum, 2);
    }
    if (op.eu == Eu::kSelectGreater || op.eu == Eu::kSelectEqual) {
      f_.Set(F::kTskOpdNum, 3);
      f_.Set(F::kOptOpd2Const, 1);
      f_.Set(F::kOpd2Addr, op.select_value);
    }
    f_.Set(F::kOptRightShift, op.right_shift);
    f_.Set(F::kOptLeftShift, op.left_shift);
    if (op.eu == Eu::kShift) f_.Set(F::kOptShiftTyp, op.shift_is_arithmetic ? 1 : 0);
  }

  void Encode(const TableLookup& op) {
    SetElementwise(op.shape);
    SetResult(op.result);
    SetOperand0(op.index);
    f_.Set(F::kTskOpdNum, 2);
    f_.Set(F::kOpd1Addr, op.table_offset);
    f_.Set(F::kOpd1N, 256);
    f_.Set(F::kOpd1H, 8);  // log2 of the entries
  }

  void Encode(const Scalar& op) {
    SetElementwise(op.shape);
    SetResult(op.result);
    SetOperand0(op.a);
    SetOperand1(op.b);
    f_.Set(F::kTskOpdNum, 2);
    f_.Set(F::kOptResAdd, op.add_result ? 1 : 0);
  }

  void Encode(const SpecialFunction& op) {
    SetElementwise(op.shape);
    SetResult(op.result);
    SetOperand0(op.a);
    f_.Set(F::kTskOpdNum, 1);
    if (op.eu == Eu::kTaylor) {
      f_.Set(F::kTskOpdNum, 2);
      f_.Set(F::kOpd1Addr, op.table_offset);
      f_.Set(F::kOpd1N, op.table_length);
    }
  }

  void Encode(const Linear& op) {
    SetElementwise(op.shape);
    SetResult(op.result);
    SetOperand0(op.a);
    SetOperand1(op.b);
    f_.Set(F::kTskOpdNum, 2);
    if (op.eu == Eu::kMac) {
      f_.Set(F::kTskOpdNum, 3);
      SetVector2(op.s);
      f_.Set(F::kOptResAdd, op.add_result ? 1 : 0);
    }
  }

  void Encode(const Compare& op) {
    SetElementwise(op.shape);
    SetOperand0(op.a);
    SetOperand1(op.b);
    if (op.eu != Eu::kSelect) f_.Set(F::kRes0Addr, LocalAddress(op.result0));
    if (op.eu == Eu::kCompare) return;
    f_.Set(F::kRes1Addr, LocalAddress(op.result1));
    SetOperand(op.c, F::kOpd2Addr, F::kOptOpd2Const, F::kOptOpd2Prec, F::kOptOpd2Sign);
    f_.Set(F::kOptOpd3Const, op.d.is_constant ? 1 : 0);
    f_.Set(F::kOpd3Addr, op.d.is_constant ? op.d.constant : LocalAddress(op.d.address));
  }

  void Encode(const VectorCombine& op) {
    SetInputShape({1, op.left_c, 1, op.left_w});
    f_.Set(F::kOpd1W, op.left_last_w);
    f_.Set(F::kRes0C, op.right_c);
    f_.Set(F::kRes0W, op.right_w);
    SetResult(op.result);
    SetOperand0(op.left);
    SetOperand1(op.right);
    f_.Set(F::kTskOpdNum, 2);
  }

  BdcFields f_;
};

}  // namespace

BdcWords EncodeBdc(const BdcCommand& command) { return Encoder(command).words(); }

BdcWords ReverseWords(const BdcWords& words) {
  BdcWords reversed;
  for (size_t i = 0; i < words.size(); ++i) reversed[i] = words[words.size() - 1 - i];
  return reversed;
}

}  // namespace bm::isa
