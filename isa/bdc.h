// Typed BDC commands: what a 128-byte descriptor means, without its encoding.
//
//   ASSIGN_OR_RETURN(const BdcCommand command, DecodeBdc(words));
//   if (const auto* conv = std::get_if<Conv>(&command.op)) ...
//   const BdcWords words = EncodeBdc(command);   // decode(encode(x)) == x
//
// A command says only what its engine reads; fields that an operation ignores have no place here, are ignored when
// read and written with the generator's defaults. Local addresses are offsets in the 32 MiB local memory:
// lane = address / kLaneBytes, so the kLocalBase bits of an encoded address are dropped (and written again).
// Meaning of every operation: docs/isa.md 3.2.
#ifndef ISA_BDC_H_
#define ISA_BDC_H_

#include <array>
#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "isa/types.h"

namespace bm::isa {

inline constexpr int kBdcCommandBytes = 128;
using BdcWords = std::array<uint32_t, 32>;

// TSK_TYP field.
enum class BdcTask : uint8_t {
  kConv = 0,
  kDepthwise = 1,
  kFullyConnected = 2,
  kTensorArithmetic = 3,
  kFullyConnected2 = 4,
  kCorrelation = 5,
  kTableLookup = 6,
  kSum = 7,
  kScalar = 8,
  kSpecialFunction = 9,
  kLinear = 10,
  kArrange = 11,
  kDecompress = 12,
  kCompare = 13,
  kVectorCorrelation = 14,
};

// TSK_EU_TYP field.
enum class Eu : uint8_t {
  kMul = 0,
  kMac = 1,
  kAdd = 2,
  kSub = 3,
  kMax = 4,
  kMin = 5,
  kShift = 6,
  kAnd = 7,
  kOr = 8,
  kXor = 9,
  kSelectGreater = 10,
  kSelectEqual = 11,
  kDiv = 12,
  kTaylor = 13,
  kFloatToInt = 14,
  kNormalizeExponent = 15,
  kNormalizeMantissa = 16,
  kRsqrt = 17,
  kAddTree = 18,
  kCopy = 19,
  kSquareSum = 20,
  kSquareDiff = 21,
  kCompare = 22,
  kSelect = 23,
  kCompareSelect = 24,
};

// How a tensor lies in local memory (docs/isa.md 2.1). `stride` counts 32-bit words and is read only where
// `kind` is kStrided; an aligned layout follows from the shape and the lane of the address.
struct Layout {
  enum class Kind : uint8_t { kAligned, kStrided };
  Kind kind = Kind::kAligned;
  Dims4 stride;

  friend bool operator==(const Layout& a, const Layout& b) {
    return a.kind == b.kind && (a.kind == Kind::kAligned || a.stride == b.stride);
  }
};

// An input of a command: a tensor in local memory or one immediate value.
struct Operand {
  bool is_constant = false;
  uint32_t address = 0;   // local byte address, where !is_constant
  uint32_t constant = 0;  // bit pattern, where is_constant: fp32/int32 all of it, int8/int16 the low bits
  Precision precision = Precision::kFp32;
  bool is_signed = true;      // integers only
  Layout layout;              // where the command reads strides
  bool batch_is_one = false;  // OPDx_NEQ1: a packed operand whose first batch serves every batch

  friend bool operator==(const Operand& a, const Operand& b);
};

// Where a command writes.
struct Result {
  uint32_t address = 0;
  Precision precision = Precision::kFp32;
  Layout layout;

  friend bool operator==(const Result& a, const Result& b);
};

struct Padding {
  uint8_t up = 0, down = 0, left = 0, right = 0;  // 0..15; down and right are not read by the chip
  friend bool operator==(const Padding& a, const Padding& b) {
    return a.up == b.up && a.down == b.down && a.left == b.left && a.right == b.right;
  }
};

// The sliding window of conv, depthwise and pooling.
struct Window {
  uint16_t kernel_h = 1, kernel_w = 1;
  uint8_t stride_h = 1, stride_w = 1;      // 1..15
  uint8_t dilation_h = 1, dilation_w = 1;  // 1..15 (OPD1 insertion + 1)
  uint8_t insert_h = 0, insert_w = 0;      // zeros between input pixels, 0..15
  Padding pad;
  friend bool operator==(const Window& a, const Window& b);
};

// Task 0. shape = result [N, OC, OH, OW]; the result is always aligned.
struct Conv {
  Dims4 shape;
  uint32_t input_c = 0, input_h = 0, input_w = 0;  // input batch = shape.n
  Window window;
  Result result;
  Operand input;   // aligned or strided
  Operand weight;  // constant or tensor; layout strided = explicit unit strides, else [oc][unit][kh][kw]
  bool has_bias = false;
  Operand bias;  // never a constant; INT8 convs read 16-bit values
  bool rotate_kernel = false;
  bool add_result = false;  // fp32 only: + old result
  bool relu = false;        // INT8 only
  uint8_t right_shift = 0;  // INT8 only
  friend bool operator==(const Conv& a, const Conv& b);
};

// Task 1, EU 1: depthwise convolution, average and sum pooling. Input and result aligned, channels = shape.c.
struct Depthwise {
  Dims4 shape;
  uint32_t input_h = 0, input_w = 0;
  Window window;
  Result result;
  Operand input;
  Operand weight;  // a constant = average or sum pooling
  bool has_bias = false;
  Operand bias;
  bool relu = false;
  uint8_t right_shift = 0;
  friend bool operator==(const Depthwise& a, const Depthwise& b);
};

// Task 1, EU 4.
struct MaxPool {
  Dims4 shape;
  uint32_t input_h = 0, input_w = 0;
  Window window;  // dilation and insertion have no effect and are not kept
  Result result;
  Operand input;
  bool relu = false;  // INT8 only: negatives become 0
  friend bool operator==(const MaxPool& a, const MaxPool& b);
};

// Task 2. Y[rows, columns] = L[rows, K] * R[K, columns]; matrix layouts (docs/isa.md 2.1).
struct FullyConnected {
  uint32_t left_n = 0;       // rows of L as stored: rows of Y, or K where left_transposed
  uint32_t left_c = 0;       // lanes of L
  uint32_t left_w = 0;       // columns a lane
  uint32_t left_last_w = 0;  // columns in the last lane (OPD1_W)
  uint32_t result_c = 0;     // lanes of R, Y and bias
  uint32_t result_w = 0;     // columns a lane
  Result result;
  Operand left;  // constant allowed
  Operand right;
  bool has_bias = false;
  Operand bias;
  bool left_transposed = false;
  bool add_result = false;
  bool result_add_signed = true;  // RES_ADD_SIGN, INT8 with add_result
  bool relu = false;              // INT8 only
  uint8_t right_shift = 0;        // INT8 only
  uint8_t left_shift = 0;         // INT8 with add_result
  friend bool operator==(const FullyConnected& a, const FullyConnected& b);
};

// Task 3: result = a op b over `shape`.
struct TensorArithmetic {
  Eu eu = Eu::kAdd;
  Dims4 shape;
  Result result;
  Operand a;
  Operand b;                        // unused by kCopy
  uint32_t select_value = 0;        // kSelectGreater, kSelectEqual: the immediate in OPD2
  uint8_t right_shift = 0;          // integer mul, mac, add, sub
  uint8_t left_shift = 0;           // integer mac
  bool shift_is_arithmetic = true;  // kShift
  friend bool operator==(const TensorArithmetic& a, const TensorArithmetic& b);
};

// Task 6: result[i] = table[index[i]], 256 words in L2.
struct TableLookup {
  Dims4 shape;
  Result result;
  Operand index;              // FP32: low byte of each word; INT8: plain bytes, 1N
  uint32_t table_offset = 0;  // byte offset in L2
  friend bool operator==(const TableLookup& a, const TableLookup& b);
};

// Task 8: fp32 mul, add, sub, div on aligned tensors or constants.
struct Scalar {
  Eu eu = Eu::kMul;
  Dims4 shape;
  Result result;
  Operand a;
  Operand b;
  bool add_result = false;
  friend bool operator==(const Scalar& a, const Scalar& b);
};

// Task 9: Taylor (Horner without constant term), float to int, normalise, rsqrt.
struct SpecialFunction {
  Eu eu = Eu::kTaylor;
  Dims4 shape;
  Result result;
  Operand a;
  uint32_t table_offset = 0;  // kTaylor: byte offset in L2
  uint16_t table_length = 0;  // kTaylor: coefficients
  friend bool operator==(const SpecialFunction& a, const SpecialFunction& b);
};

// Task 10: EU 1: A*S + B; 20: (A+B)^2; 21: (A-B)^2, S and B one value per channel.
struct Linear {
  Eu eu = Eu::kMac;
  Dims4 shape;
  Result result;
  Operand a;
  Operand b;                // OPD1, compact per-channel vector or constant
  Operand s;                // OPD2, the same; kMac only
  bool add_result = false;  // kMac only
  friend bool operator==(const Linear& a, const Linear& b);
};

// Task 13: aligned fp32. result0 = a > b ? a : b (EU 22, 24); result1 = a > b ? c : d (EU 23, 24).
struct Compare {
  Eu eu = Eu::kCompare;
  Dims4 shape;
  uint32_t result0 = 0, result1 = 0;  // local byte addresses; the unused one is 0
  Operand a, b, c, d;
  friend bool operator==(const Compare& a, const Compare& b);
};

// Task 14: result row i, column j = left[i] op right[j].
struct VectorCombine {
  Eu eu = Eu::kMul;
  uint32_t left_c = 0, left_w = 0, left_last_w = 0;
  uint32_t right_c = 0, right_w = 0;
  Result result;
  Operand left, right;
  friend bool operator==(const VectorCombine& a, const VectorCombine& b);
};

using BdcOp = std::variant<Conv, Depthwise, MaxPool, FullyConnected, TensorArithmetic, TableLookup, Scalar,
                           SpecialFunction, Linear, Compare, VectorCombine>;

struct BdcCommand {
  uint16_t id = 0;         // own id, from 1 in each command group
  uint16_t wait_gdma = 0;  // may start when every GDMA command up to this id is complete
  bool is_last = false;    // CMD_END, set by the runtime
  BdcOp op;
  friend bool operator==(const BdcCommand& a, const BdcCommand& b);
};

// Decodes a descriptor in blob order (not word-reversed). UNIMPLEMENTED for what the closed list of
// docs/isa.md leaves out, INVALID_ARGUMENT for an undefined task, EU or precision; both name field and value.
absl::StatusOr<BdcCommand> DecodeBdc(absl::Span<const uint32_t> words);

// Encodes in blob order. Every value must be within its field (an invariant of ours).
BdcWords EncodeBdc(const BdcCommand& command);

// The device image of a command: word i and word 31 - i exchanged. Its own inverse.
BdcWords ReverseWords(const BdcWords& words);

// One line: id, wait, mnemonic, shapes, operands, options.
std::string Disassemble(const BdcCommand& command);

// The mnemonic of an operation ("conv.i8", "add.f32", "pool.max.f32").
std::string Mnemonic(const BdcOp& op);

}  // namespace bm::isa

#endif  // ISA_BDC_H_
