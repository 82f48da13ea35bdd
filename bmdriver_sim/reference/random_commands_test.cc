// Random commands of every row of the table, in every layout and precision, on random bits: after each, all memory must
// be what command_model.h says, the bytes that no command may touch among it.
#include "bmdriver_sim/reference/random_commands.h"

#include <cstdint>
#include <map>
#include <vector>

#include "isa/bdc_ops.h"

namespace bm::reference {
namespace {

using isa::Eu;
using isa::Precision;

TEST_F(RandomCommandsTest, Convolutions) {
  RunEach({"conv.f32", "conv.i8"}, 60, [this] {
    const Precision precision = FloatOrByte();
    const bool is_float = precision == Precision::kFp32;
    isa::Conv op;
    op.shape = {Pick(1, 5), Pick(1, 70), Pick(1, 4), Pick(1, 5)};
    op.input_c = Pick(1, 9);
    op.input_h = Pick(1, 5);
    op.input_w = Pick(1, 5);
    op.window = RandomWindow();
    op.input = Tensor(0, precision);
    op.input.layout = RandomLayout({op.shape.n, op.input_c, op.input_h, op.input_w}, true);
    op.weight = TensorOrConstant(1, precision);
    if (!op.weight.is_constant && Coin()) {
      // Units in any order of their own.
      const uint32_t taps = op.window.kernel_h * op.window.kernel_w;
      op.weight.layout.kind = isa::Layout::Kind::kStrided;
      op.weight.layout.stride = {taps + Pick(0, 2), (taps + 2) * 5, op.window.kernel_w, 1};
    }
    op.result = Target(2, precision);
    op.has_bias = Coin();
    if (op.has_bias) op.bias = Tensor(3, is_float ? Precision::kFp32 : Precision::kInt16);
    op.rotate_kernel = Coin();
    op.add_result = is_float && Coin();
    op.relu = !is_float && Coin();
    op.right_shift = static_cast<uint8_t>(is_float ? 0 : Pick(0, 12));
    RunBdc(op);
  });
}

TEST_F(RandomCommandsTest, DepthwiseConvolutionsAndAverages) {
  RunEach({"depthwise.f32", "depthwise.i8"}, 60, [this] {
    const Precision precision = FloatOrByte();
    const bool is_float = precision == Precision::kFp32;
    isa::Depthwise op;
    op.shape = RandomShape();
    op.input_h = Pick(1, 6);
    op.input_w = Pick(1, 6);
    op.window = RandomWindow();
    op.input = Tensor(0, precision);
    op.weight = TensorOrConstant(1, precision);
    op.result = Target(2, precision);
    op.has_bias = Coin();
    if (!is_float && op.weight.is_constant) {
      op.has_bias = false;
      op.weight.is_signed = false;
      op.window.insert_h = op.window.insert_w = 0;
      op.window.dilation_h = op.window.dilation_w = 1;
    }
    if (op.has_bias) op.bias = Tensor(3, is_float ? Precision::kFp32 : Precision::kInt16);
    op.relu = !is_float && Coin();
    op.right_shift = static_cast<uint8_t>(is_float ? 0 : Pick(0, 12));
    RunBdc(op);
  });
}

TEST_F(RandomCommandsTest, MaximumPooling) {
  RunEach({"pool.max.f32", "pool.max.i8"}, 60, [this] {
    const Precision precision = FloatOrByte();
    isa::MaxPool op;
    op.shape = RandomShape();
    op.input_h = Pick(1, 6);
    op.input_w = Pick(1, 6);
    op.window = RandomWindow();
    op.input = Tensor(0, precision);
    op.result = Target(2, precision);
    op.relu = precision == Precision::kInt8 && Coin();
    RunBdc(op);
  });
}

TEST_F(RandomCommandsTest, MatrixProducts) {
  RunEach({"fc.f32", "fc.i8"}, 60, [this] {
    const Precision precision = FloatOrByte();
    const bool is_float = precision == Precision::kFp32;
    isa::FullyConnected op;
    op.left_n = Pick(1, 6);
    op.left_c = Pick(1, 5);
    op.left_w = Pick(1, 4);
    op.left_last_w = Pick(1, op.left_w);
    op.result_c = Pick(1, 70);
    op.result_w = Pick(1, 30);
    op.left_transposed = Coin();
    op.left = TensorOrConstant(0, precision);
    op.right = Tensor(1, precision);
    op.result = Target(3, is_float || Coin() ? precision : Precision::kInt16);
    op.has_bias = Coin();
    if (op.has_bias) op.bias = Tensor(5, is_float ? Precision::kFp32 : Precision::kInt16);
    op.add_result = Coin() && op.result.precision != Precision::kInt8;
    if (!is_float) {
      op.result_add_signed = Coin();
      op.relu = Coin();
      op.right_shift = static_cast<uint8_t>(Pick(0, 12));
      op.left_shift = static_cast<uint8_t>(op.add_result ? Pick(0, 8) : 0);
    }
    RunBdc(op);
  });
}

// The precisions of A, B and the result that an operation takes (docs/isa.md 3.1).
struct Types {
  Precision a, b, result;
};
constexpr Precision kF32 = Precision::kFp32, kI32 = Precision::kInt32, kI16 = Precision::kInt16, kI8 = Precision::kInt8;
const std::vector<Types> kFloats = {{kF32, kF32, kF32}};
const std::vector<Types> kProducts = {{kF32, kF32, kF32}, {kI8, kI8, kI16}, {kI8, kI8, kI8}};
const std::vector<Types> kSums = {{kF32, kF32, kF32}, {kI16, kI16, kI16}, {kI16, kI16, kI8},
                                  {kI16, kI8, kI16},  {kI16, kI8, kI8},   {kI8, kI16, kI16},
                                  {kI8, kI16, kI8},   {kI8, kI8, kI16},   {kI8, kI8, kI8}};
const std::vector<Types> kExtremes = {{kF32, kF32, kF32}, {kI16, kI16, kI16}, {kI8, kI8, kI8}};
const std::vector<Types> kShifts = {{kF32, kF32, kF32}, {kI32, kI32, kI32}, {kI16, kI16, kI16}};
const std::vector<Types> kBits = {{kF32, kF32, kF32}, {kI32, kI32, kI32}, {kI16, kI16, kI16}, {kI8, kI8, kI8}};
const std::map<Eu, const std::vector<Types>&> kTensorArithmetic = {{Eu::kMul, kProducts},
                                                                   {Eu::kMac, kProducts},
                                                                   {Eu::kAdd, kSums},
                                                                   {Eu::kSub, kSums},
                                                                   {Eu::kMax, kExtremes},
                                                                   {Eu::kMin, kExtremes},
                                                                   {Eu::kShift, kShifts},
                                                                   {Eu::kAnd, kBits},
                                                                   {Eu::kOr, kBits},
                                                                   {Eu::kXor, kBits},
                                                                   {Eu::kSelectGreater, kFloats},
                                                                   {Eu::kSelectEqual, kFloats},
                                                                   {Eu::kDiv, kFloats},
                                                                   {Eu::kCopy, kBits}};

TEST_F(RandomCommandsTest, TensorArithmetic) {
  for (const isa::BdcOpRow& row : isa::BdcOpTable()) {
    if (row.task != isa::BdcTask::kTensorArithmetic) continue;
    for (const Types& types : kTensorArithmetic.at(row.eu)) {
      Fill(types.a == kF32);
      for (int round = 0; round < 16 && !HasFailure(); ++round) {
        isa::TensorArithmetic op;
        op.eu = row.eu;
        op.shape = RandomShape();
        op.a = TensorOrConstant(0, types.a);
        op.b = TensorOrConstant(1, types.b);
        if (op.eu == Eu::kMax || op.eu == Eu::kMin) op.b.is_signed = op.a.is_signed;
        op.result = Target(2, types.result);
        for (isa::Operand* operand : {&op.a, &op.b}) {
          if (operand->is_constant) continue;
          operand->layout = RandomLayout(op.shape, true);
          operand->batch_is_one = Pick(0, 3) == 0;
        }
        op.result.layout = RandomLayout(op.shape, false);
        op.select_value = random_();
        op.right_shift = static_cast<uint8_t>(Pick(0, 9));
        op.left_shift = static_cast<uint8_t>(Pick(0, 9));
        op.shift_is_arithmetic = Coin();
        EXPECT_TRUE(RunBdc(op)) << row.mnemonic << " " << isa::Name(types.a) << " " << isa::Name(types.b);
      }
    }
  }
}

TEST_F(RandomCommandsTest, Lookups) {
  RunEach({"lookup.f32", "lookup.i8"}, 20, [this] {
    isa::TableLookup op;
    op.shape = RandomShape();
    op.index = Tensor(0, FloatOrByte());
    op.result = Target(2);
    op.table_offset = isa::kTableExpInteger + Pick(0, 700) * 4;
    RunBdc(op);
  });
}

TEST_F(RandomCommandsTest, ScalarOperations) {
  RunEach({"md.mul.f32", "md.add.f32", "md.sub.f32", "md.div.f32"}, 20, [this] {
    constexpr Eu kUnits[] = {Eu::kMul, Eu::kAdd, Eu::kSub, Eu::kDiv};
    isa::Scalar op;
    op.eu = OneOf(kUnits);
    op.shape = RandomShape();
    op.a = TensorOrConstant(0);
    op.b = TensorOrConstant(1);
    op.result = Target(2);
    op.add_result = Coin();
    RunBdc(op);
  });
}

TEST_F(RandomCommandsTest, SpecialFunctions) {
  RunEach({"taylor.f32", "f2i.f32", "norm.exp.f32", "norm.pow.f32", "rsqrt.f32"}, 20, [this] {
    constexpr Eu kUnits[] = {Eu::kTaylor, Eu::kFloatToInt, Eu::kNormalizeExponent, Eu::kNormalizeMantissa, Eu::kRsqrt};
    isa::SpecialFunction op;
    op.eu = OneOf(kUnits);
    op.shape = RandomShape();
    op.a = TensorOrConstant(0);
    op.result = Target(2);
    if (op.eu == Eu::kTaylor) {
      op.table_offset = isa::kTableExpTaylor + Pick(0, 100) * 4;
      op.table_length = static_cast<uint16_t>(Pick(0, 40));
    }
    RunBdc(op);
  });
}

TEST_F(RandomCommandsTest, LinearOperations) {
  RunEach({"linear.f32", "square.sum.f32", "square.diff.f32"}, 20, [this] {
    constexpr Eu kUnits[] = {Eu::kMac, Eu::kSquareSum, Eu::kSquareDiff};
    isa::Linear op;
    op.eu = OneOf(kUnits);
    op.shape = RandomShape();
    op.a = TensorOrConstant(0);
    op.b = TensorOrConstant(1);
    if (op.eu == Eu::kMac) op.s = TensorOrConstant(3);
    op.result = Target(2);
    op.add_result = op.eu == Eu::kMac && Coin();
    RunBdc(op);
  });
}

TEST_F(RandomCommandsTest, Comparisons) {
  RunEach({"cmp.max.f32", "cmp.select.f32", "cmp.both.f32"}, 20, [this] {
    constexpr Eu kUnits[] = {Eu::kCompare, Eu::kSelect, Eu::kCompareSelect};
    isa::Compare op;
    op.eu = OneOf(kUnits);
    op.shape = RandomShape();
    op.a = TensorOrConstant(0);
    op.b = TensorOrConstant(1);
    op.c = TensorOrConstant(3);
    op.d = TensorOrConstant(4);
    op.result0 = Address(2, 128);
    op.result1 = Address(5, 128);
    RunBdc(op);
  });
}

TEST_F(RandomCommandsTest, OuterCombinations) {
  RunEach({"vc.mul.f32", "vc.add.f32", "vc.sub.f32", "vc.max.f32", "vc.min.f32", "vc.div.f32"}, 20, [this] {
    constexpr Eu kUnits[] = {Eu::kMul, Eu::kAdd, Eu::kSub, Eu::kMax, Eu::kMin, Eu::kDiv};
    isa::VectorCombine op;
    op.eu = OneOf(kUnits);
    op.left_c = Pick(1, 5);
    op.left_w = Pick(1, 4);
    op.left_last_w = Pick(1, op.left_w);
    op.right_c = Pick(1, 70);
    op.right_w = Pick(1, 40);
    op.left = Tensor(0);
    op.right = Tensor(1);
    op.result = Target(2);
    RunBdc(op);
  });
}

}  // namespace
}  // namespace bm::reference
