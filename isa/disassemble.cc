#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "isa/bdc.h"
#include "isa/bdc_ops.h"
#include "isa/gdma.h"
#include "isa/layout.h"
#include "isa/numerics.h"

namespace bm::isa {
namespace {

std::string Text(const Dims4& dims) { return absl::StrCat(dims.n, "x", dims.c, "x", dims.h, "x", dims.w); }

// "l12+0x4000": lane and byte offset.
std::string LocalText(uint64_t address) {
  const auto local = static_cast<uint32_t>(address);
  return absl::StrFormat("l%d+0x%x", LaneOf(local), OffsetOf(local));
}

std::string StrideText(const Layout& layout) {
  return layout.kind == Layout::Kind::kAligned ? "" : absl::StrCat("{", Text(layout.stride), "}");
}

std::string Text(const Operand& operand) {
  std::string text;
  if (operand.is_constant) {
    text = operand.precision == Precision::kFp32 ? absl::StrFormat("#%g", FloatOf(operand.constant))
                                                 : absl::StrFormat("#0x%x", operand.constant);
  } else {
    text = absl::StrCat(LocalText(operand.address), StrideText(operand.layout), operand.batch_is_one ? "{n1}" : "");
  }
  if (operand.precision != Precision::kFp32) {
    absl::StrAppend(&text, ".", operand.is_signed ? "" : "u", Name(operand.precision));
  }
  return text;
}

std::string Text(const Result& result) {
  std::string text = absl::StrCat(LocalText(result.address), StrideText(result.layout));
  if (result.precision != Precision::kFp32) absl::StrAppend(&text, ".", Name(result.precision));
  return text;
}

std::string Text(const Window& w) {
  std::string text = absl::StrCat(" k", w.kernel_h, "x", w.kernel_w, " s", w.stride_h, "x", w.stride_w);
  if (w.dilation_h > 1 || w.dilation_w > 1) absl::StrAppend(&text, " d", w.dilation_h, "x", w.dilation_w);
  if (w.insert_h > 0 || w.insert_w > 0) absl::StrAppend(&text, " ins", w.insert_h, "x", w.insert_w);
  return absl::StrCat(text, " p", w.pad.up, ",", w.pad.down, ",", w.pad.left, ",", w.pad.right);
}

std::string Rounding(Precision precision, bool relu, int right_shift) {
  if (precision == Precision::kFp32) return "";
  return absl::StrCat(" rs", right_shift, relu ? " relu" : "");
}

std::string Flag(bool is_set, const char* text) { return is_set ? text : ""; }

std::string Detail(const Conv& op) {
  return absl::StrCat(Text(op.result), " = ", Text(op.input), " [", op.input_c, "x", op.input_h, "x", op.input_w,
                      "] * ", Text(op.weight), op.has_bias ? absl::StrCat(" + ", Text(op.bias)) : "", Text(op.window),
                      Flag(op.rotate_kernel, " rotate"), Flag(op.add_result, " add"),
                      Rounding(op.input.precision, op.relu, op.right_shift));
}

std::string Detail(const Depthwise& op) {
  return absl::StrCat(Text(op.result), " = ", Text(op.input), " [", op.input_h, "x", op.input_w, "] * ",
                      Text(op.weight), op.has_bias ? absl::StrCat(" + ", Text(op.bias)) : "", Text(op.window),
                      Rounding(op.input.precision, op.relu, op.right_shift));
}

std::string Detail(const MaxPool& op) {
  return absl::StrCat(Text(op.result), " = ", Text(op.input), " [", op.input_h, "x", op.input_w, "]", Text(op.window),
                      Flag(op.relu, " relu"));
}

std::string Detail(const FullyConnected& op) {
  return absl::StrCat(Text(op.result), " = ", Text(op.left), " [", op.left_n, "x", op.left_c, "x", op.left_w, "/",
                      op.left_last_w, "]", Flag(op.left_transposed, "T"), " * ", Text(op.right),
                      op.has_bias ? absl::StrCat(" + ", Text(op.bias)) : "",
                      Flag(op.add_result, op.result_add_signed ? " add" : " add.u"),
                      op.left_shift > 0 ? absl::StrCat(" ls", op.left_shift) : "",
                      Rounding(op.left.precision, op.relu, op.right_shift));
}

std::string Detail(const TensorArithmetic& op) {
  std::string text = absl::StrCat(Text(op.result), " = ", Text(op.a));
  if (op.eu != Eu::kCopy) absl::StrAppend(&text, ", ", Text(op.b));
  if (op.eu == Eu::kSelectGreater || op.eu == Eu::kSelectEqual) {
    absl::StrAppend(&text, absl::StrFormat(", #0x%x", op.select_value));
  }
  if (op.right_shift > 0 || op.left_shift > 0) absl::StrAppend(&text, " rs", op.right_shift, " ls", op.left_shift);
  return absl::StrCat(text, Flag(!op.shift_is_arithmetic, " logical"));
}

std::string Detail(const TableLookup& op) {
  return absl::StrCat(Text(op.result), " = ", absl::StrFormat("L2+0x%x", op.table_offset), "[", Text(op.index), "]");
}

std::string Detail(const Scalar& op) {
  return absl::StrCat(Text(op.result), " = ", Text(op.a), ", ", Text(op.b), Flag(op.add_result, " add"));
}

std::string Detail(const SpecialFunction& op) {
  const std::string table =
      op.eu == Eu::kTaylor ? absl::StrFormat(", L2+0x%x[%d]", op.table_offset, op.table_length) : "";
  return absl::StrCat(Text(op.result), " = ", Text(op.a), table);
}

std::string Detail(const Linear& op) {
  return absl::StrCat(Text(op.result), " = ", Text(op.a), op.eu == Eu::kMac ? absl::StrCat(" * ", Text(op.s)) : "",
                      ", ", Text(op.b), Flag(op.add_result, " add"));
}

std::string Detail(const Compare& op) {
  std::string text;
  if (op.eu != Eu::kSelect) absl::StrAppend(&text, LocalText(op.result0), " ");
  if (op.eu != Eu::kCompare) absl::StrAppend(&text, LocalText(op.result1), " ");
  absl::StrAppend(&text, "= ", Text(op.a), " > ", Text(op.b));
  if (op.eu != Eu::kCompare) absl::StrAppend(&text, " ? ", Text(op.c), " : ", Text(op.d));
  return text;
}

std::string Detail(const VectorCombine& op) {
  return absl::StrCat(Text(op.result), " = ", Text(op.left), " [", op.left_c, "x", op.left_w, "/", op.left_last_w,
                      "], ", Text(op.right));
}

std::string SideText(const GdmaSide& side, bool is_flat) {
  const std::string address = side.is_local ? LocalText(side.address) : absl::StrFormat("0x%x", side.address);
  return is_flat ? address : absl::StrCat(address, " ", Text(side.shape), "{", Text(side.stride), "}");
}

}  // namespace

std::string Disassemble(const BdcCommand& command) {
  const std::string detail = std::visit([](const auto& op) { return Detail(op); }, command.op);
  return absl::StrCat("bdc ", command.id, " wait ", command.wait_gdma, "  ", Mnemonic(command.op), " ",
                      Text(ShapeOf(command.op)), "  ", detail, Flag(command.is_last, " end"));
}

std::string Mnemonic(const GdmaCommand& command) {
  constexpr const char* kDirections[] = {"load", "store", "copy", "move"};
  constexpr const char* kFunctions[] = {"", ".nc", ".lrn", ".convert", ".fill", ".cw", ".winograd", ".filter"};
  const std::string text = absl::StrCat(
      kDirections[static_cast<int>(command.direction)], kFunctions[static_cast<int>(command.function)],
      Flag(command.is_matrix, ".matrix"), Flag(command.is_flat, ".flat"), ".", Name(command.source_format));
  if (command.function != GdmaFunction::kConvert) return text;
  return absl::StrCat(text, "-", Name(command.target_format));
}

std::string Disassemble(const GdmaCommand& command) {
  std::string text = absl::StrCat("gdma ", command.id, " wait ", command.wait_bdc, "  ", Mnemonic(command), "  ",
                                  SideText(command.target, command.is_flat), " = ");
  if (command.function == GdmaFunction::kFill) {
    absl::StrAppend(&text, absl::StrFormat("#0x%x", command.constant));
  } else {
    absl::StrAppend(&text, SideText(command.source, command.is_flat));
  }
  if (command.is_flat) absl::StrAppend(&text, " count ", command.flat_count);
  if (command.function == GdmaFunction::kFilter) absl::StrAppend(&text, " mask ", LocalText(command.mask_address));
  if (~command.lane_mask != 0) absl::StrAppend(&text, absl::StrFormat(" lanes 0x%016x", command.lane_mask));
  return absl::StrCat(text, Flag(command.accumulate, " add"), Flag(command.is_last, " end"));
}

}  // namespace bm::isa
