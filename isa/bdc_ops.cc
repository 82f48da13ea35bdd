#include "isa/bdc_ops.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/str_cat.h"

namespace bm::isa {
namespace {

constexpr BdcOpRow kRows[] = {
#define X(task, eu, mnemonic) {task, eu, mnemonic},
#include "isa/bdc_ops.inc"
#undef X
};

// The fields that a typed operation's encoding starts from.
struct Identity {
  BdcTask task;
  Eu eu;
  Precision precision;
  Dims4 shape;
};

Identity IdentityOf(const Conv& op) { return {BdcTask::kConv, Eu::kMul, op.input.precision, op.shape}; }
Identity IdentityOf(const Depthwise& op) { return {BdcTask::kDepthwise, Eu::kMac, op.input.precision, op.shape}; }
Identity IdentityOf(const MaxPool& op) { return {BdcTask::kDepthwise, Eu::kMax, op.input.precision, op.shape}; }
Identity IdentityOf(const FullyConnected& op) {
  const uint32_t rows = op.left_transposed ? (op.left_c - 1) * op.left_w + op.left_last_w : op.left_n;
  return {BdcTask::kFullyConnected, Eu::kMul, op.left.precision, {rows, op.result_c, 1, op.result_w}};
}
Identity IdentityOf(const TensorArithmetic& op) {
  return {BdcTask::kTensorArithmetic, op.eu, op.a.precision, op.shape};
}
Identity IdentityOf(const TableLookup& op) { return {BdcTask::kTableLookup, Eu::kMul, op.index.precision, op.shape}; }
Identity IdentityOf(const Scalar& op) { return {BdcTask::kScalar, op.eu, Precision::kFp32, op.shape}; }
Identity IdentityOf(const SpecialFunction& op) {
  return {BdcTask::kSpecialFunction, op.eu, Precision::kFp32, op.shape};
}
Identity IdentityOf(const Linear& op) { return {BdcTask::kLinear, op.eu, Precision::kFp32, op.shape}; }
Identity IdentityOf(const Compare& op) { return {BdcTask::kCompare, op.eu, Precision::kFp32, op.shape}; }
Identity IdentityOf(const VectorCombine& op) {
  const uint32_t rows = (op.left_c - 1) * op.left_w + op.left_last_w;
  return {BdcTask::kVectorCorrelation, op.eu, Precision::kFp32, {rows, op.right_c, 1, op.right_w}};
}

Identity IdentityOf(const BdcOp& op) {
  return std::visit([](const auto& typed) { return IdentityOf(typed); }, op);
}

}  // namespace

absl::Span<const BdcOpRow> BdcOpTable() { return kRows; }

const BdcOpRow* FindBdcOp(BdcTask task, Eu eu) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows), [&](const BdcOpRow& candidate) {
    return candidate.task == task && (candidate.eu == eu || candidate.eu == kNoEu);
  });
  return row == std::end(kRows) ? nullptr : row;
}

BdcTask TaskOf(const BdcOp& op) { return IdentityOf(op).task; }
Eu EuOf(const BdcOp& op) { return IdentityOf(op).eu; }
Precision PrecisionOf(const BdcOp& op) { return IdentityOf(op).precision; }
Dims4 ShapeOf(const BdcOp& op) { return IdentityOf(op).shape; }

const char* Name(Precision precision) {
  constexpr const char* kNames[] = {"i8", "f16", "f32", "i16", "i32"};
  return kNames[static_cast<int>(precision)];
}

const char* Name(DataFormat format) {
  constexpr const char* kNames[] = {"f32", "i16", "u8", "i8", "f16"};
  return kNames[static_cast<int>(format)];
}

std::string Mnemonic(const BdcOp& op) {
  const Identity identity = IdentityOf(op);
  return absl::StrCat(FindBdcOp(identity.task, identity.eu)->mnemonic, ".", Name(identity.precision));
}

// ---- Equality: fields that an operation does not read do not count ----

bool operator==(const Operand& a, const Operand& b) {
  if (a.is_constant != b.is_constant || a.precision != b.precision || a.is_signed != b.is_signed) return false;
  if (a.is_constant) return a.constant == b.constant;
  return a.address == b.address && a.layout == b.layout && a.batch_is_one == b.batch_is_one;
}

bool operator==(const Result& a, const Result& b) {
  return a.address == b.address && a.precision == b.precision && a.layout == b.layout;
}

bool operator==(const Window& a, const Window& b) {
  const auto fields = [](const Window& w) {
    return std::tie(w.kernel_h, w.kernel_w, w.stride_h, w.stride_w, w.dilation_h, w.dilation_w, w.insert_h, w.insert_w);
  };
  return fields(a) == fields(b) && a.pad == b.pad;
}

bool operator==(const Conv& a, const Conv& b) {
  const auto fields = [](const Conv& op) {
    return std::tie(op.shape, op.input_c, op.input_h, op.input_w, op.window, op.result, op.input, op.weight,
                    op.has_bias, op.rotate_kernel, op.add_result, op.relu, op.right_shift);
  };
  return fields(a) == fields(b) && (!a.has_bias || a.bias == b.bias);
}

bool operator==(const Depthwise& a, const Depthwise& b) {
  const auto fields = [](const Depthwise& op) {
    return std::tie(op.shape, op.input_h, op.input_w, op.window, op.result, op.input, op.weight, op.has_bias, op.relu,
                    op.right_shift);
  };
  return fields(a) == fields(b) && (!a.has_bias || a.bias == b.bias);
}

bool operator==(const MaxPool& a, const MaxPool& b) {
  const auto fields = [](const MaxPool& op) {
    return std::tie(op.shape, op.input_h, op.input_w, op.window, op.result, op.input, op.relu);
  };
  return fields(a) == fields(b);
}

bool operator==(const FullyConnected& a, const FullyConnected& b) {
  const auto fields = [](const FullyConnected& op) {
    return std::tie(op.left_n, op.left_c, op.left_w, op.left_last_w, op.result_c, op.result_w, op.result, op.left,
                    op.right, op.has_bias, op.left_transposed, op.add_result, op.result_add_signed, op.relu,
                    op.right_shift, op.left_shift);
  };
  return fields(a) == fields(b) && (!a.has_bias || a.bias == b.bias);
}

bool operator==(const TensorArithmetic& a, const TensorArithmetic& b) {
  const auto fields = [](const TensorArithmetic& op) {
    return std::tie(op.eu, op.shape, op.result, op.a, op.select_value, op.right_shift, op.left_shift,
                    op.shift_is_arithmetic);
  };
  return fields(a) == fields(b) && (a.eu == Eu::kCopy || a.b == b.b);
}

bool operator==(const TableLookup& a, const TableLookup& b) {
  return std::tie(a.shape, a.result, a.index, a.table_offset) == std::tie(b.shape, b.result, b.index, b.table_offset);
}

bool operator==(const Scalar& a, const Scalar& b) {
  return std::tie(a.eu, a.shape, a.result, a.a, a.b, a.add_result) ==
         std::tie(b.eu, b.shape, b.result, b.a, b.b, b.add_result);
}

bool operator==(const SpecialFunction& a, const SpecialFunction& b) {
  return std::tie(a.eu, a.shape, a.result, a.a, a.table_offset, a.table_length) ==
         std::tie(b.eu, b.shape, b.result, b.a, b.table_offset, b.table_length);
}

bool operator==(const Linear& a, const Linear& b) {
  return std::tie(a.eu, a.shape, a.result, a.a, a.b, a.add_result) ==
             std::tie(b.eu, b.shape, b.result, b.a, b.b, b.add_result) &&
         (a.eu != Eu::kMac || a.s == b.s);
}

bool operator==(const Compare& a, const Compare& b) {
  return std::tie(a.eu, a.shape, a.result0, a.result1, a.a, a.b) ==
             std::tie(b.eu, b.shape, b.result0, b.result1, b.a, b.b) &&
         (a.eu == Eu::kCompare || (a.c == b.c && a.d == b.d));
}

bool operator==(const VectorCombine& a, const VectorCombine& b) {
  const auto fields = [](const VectorCombine& op) {
    return std::tie(op.eu, op.left_c, op.left_w, op.left_last_w, op.right_c, op.right_w, op.result, op.left, op.right);
  };
  return fields(a) == fields(b);
}

bool operator==(const BdcCommand& a, const BdcCommand& b) {
  return a.id == b.id && a.wait_gdma == b.wait_gdma && a.is_last == b.is_last && a.op == b.op;
}

}  // namespace bm::isa
