// What commands compute: the documented vectors and hand-computed cases. Random commands: random_commands_test.cc.
#include <cfloat>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "bmdriver_sim/reference/reference_fixture.h"

namespace bm::reference {
namespace {

using isa::Dims4;
using isa::Eu;
using isa::Precision;

// ---- The documented vectors (docs/isa.md 5.3) ----

constexpr uint32_t kX = 0x0000, kW = 0x4000, kB = 0x8000, kY = 0xC000;

TEST_F(ReferenceTest, TheFloatConvolutionVector) {
  const std::vector<uint32_t> blob = {
      0x0000000d, 0x0000c000, 0x13002497, 0x44004000, 0xffffffc4, 0xffffffff, 0x0080007f, 0x000c000c,
      0xc00c0004, 0x4000c000, 0x00800400, 0x00000080, 0x00004000, 0x00100002, 0x04000080, 0x00010000,
      0x00080001, 0x00000000, 0x0800c000, 0x08000000, 0x08004000, 0x08008000, 1,          1,
      1,          1,          4,          2,          1,          1,          0,          0};
  for (int c = 0; c < 3; ++c) {
    for (int k = 0; k < 9; ++k) Float(kX, {1, 3, 3, 3}, 0, c, k / 3, k % 3) = static_cast<float>(9 * c + k) * 0.5f - 3;
  }
  for (int o = 0; o < 2; ++o) {
    auto* weights = reinterpret_cast<float*>(chip_->local() + o * isa::kLaneBytes + kW);
    for (int c = 0; c < 3; ++c) {
      // Pairs of input channels: unit (tap, pair) holds channels 2 pair and 2 pair + 1.
      for (int k = 0; k < 4; ++k)
        weights[(k * 2 + c / 2) * 2 + c % 2] = static_cast<float>((12 * o + 4 * c + k) % 7 - 3);
    }
    *reinterpret_cast<float*>(chip_->local() + o * isa::kLaneBytes + kB) = 10.0f * static_cast<float>(o + 1);
  }
  ASSERT_OK(RunWords({blob.rbegin(), blob.rend()}, {kCommands, 0, 1, 0}));
  const float expected[2][9] = {{18, 18, 19.5, 19, 16.5, 17, 11.5, 9, 14},
                                {21, 18.5, 14.5, -3, -3.5, 23, -4.5, -5, 23}};
  for (int o = 0; o < 2; ++o) {
    for (int k = 0; k < 9; ++k) EXPECT_EQ(Float(kY, {1, 2, 3, 3}, 0, o, k / 3, k % 3), expected[o][k]) << o << " " << k;
  }
}

TEST_F(ReferenceTest, TheByteConvolutionVectorWithAndWithoutRelu) {
  std::vector<uint32_t> blob = {0x0000000d, 0x1403c000, 0x13003007, 0x40000000, 0xffffffc4, 0xffffffff, 0x0040013f,
                                0x00080008, 0x80140004, 0x40008000, 0x00400400, 0x00000040, 0x00004000, 0x00100002,
                                0x04000080, 0x00004000, 0x00080001, 0x00000000, 0x0800c000, 0x08000000, 0x08004000,
                                0x08008000, 1,          1,          1,          1,          2,          2,
                                1,          1,          0,          0};
  for (int c = 0; c < 5; ++c) {
    for (int k = 0; k < 4; ++k) {
      for (int n = 0; n < 4; ++n) {
        Byte(kX, {4, 5, 2, 2}, n, c, k / 2, k % 2) = static_cast<uint8_t>((16 * c + 4 * k + n) * 3 - 60);
      }
    }
    chip_->local()[kW + c] = static_cast<uint8_t>(5 * c - 9);
  }
  const int16_t bias = 77;
  std::memcpy(chip_->local() + kB, &bias, 2);
  ASSERT_OK(RunWords({blob.rbegin(), blob.rend()}, {kCommands, 0, 1, 0}));
  const int relu[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 5, 6, 0};
  for (int i = 0; i < 16; ++i) EXPECT_EQ(chip_->local()[kY + i], relu[i]) << i;
  blob[1] &= ~0x10000000u;
  ASSERT_OK(RunWords({blob.rbegin(), blob.rend()}, {kCommands, 0, 1, 0}));
  const int plain[16] = {-20, -18, -16, -14, -12, -10, -9, -7, -5, -3, -1, 1, 3, 5, 6, -128};
  for (int i = 0; i < 16; ++i) EXPECT_EQ(static_cast<int8_t>(chip_->local()[kY + i]), plain[i]) << i;
}

TEST_F(ReferenceTest, SumsFollowTheChipsOrder) {
  const auto sum = [&](std::vector<float> x) {
    isa::Conv conv;
    conv.shape = {1, 1, 1, 1};
    conv.input_c = static_cast<uint32_t>(x.size());
    conv.input_h = conv.input_w = 1;
    conv.input = At(kX);
    conv.weight = Constant(1);
    conv.result.address = kY;
    for (size_t c = 0; c < x.size(); ++c) Float(kX, {1, conv.input_c, 1, 1}, 0, static_cast<uint32_t>(c), 0, 0) = x[c];
    EXPECT_OK(Run({conv}));
    return Float(kY, {1, 1, 1, 1}, 0, 0, 0, 0);
  };
  EXPECT_EQ(sum({1e8f, 1, -1e8f, 1}), 2);
  EXPECT_EQ(sum({1e8f, -1e8f, 1, 1}), 0);
  EXPECT_EQ(sum({1e8f, 0, 1, 0, -1e8f, 0}), 1);
  EXPECT_EQ(sum({1e8f, 0, -1e8f, 0, 1, 0}), 0);
  isa::Depthwise depthwise;
  depthwise.shape = {1, 1, 1, 1};
  depthwise.input_h = 1;
  depthwise.input_w = depthwise.window.kernel_w = 9;
  depthwise.input = At(kX);
  depthwise.weight = Constant(1);
  depthwise.result.address = kY;
  for (uint32_t i = 0; i < 9; ++i) Float(kX, {1, 1, 1, 9}, 0, 0, 0, i) = i == 0 ? 0x1p34f : i == 2 ? -0x1p34f : 1;
  ASSERT_OK(Run({depthwise}));
  EXPECT_EQ(Float(kY, {1, 1, 1, 1}, 0, 0, 0, 0), 7);
}

// ---- Elementwise operations on chosen values ----

TEST_F(ReferenceTest, FloatArithmeticOnSpecialValues) {
  const float inf = INFINITY, nan = NAN, tiny = FLT_MIN / 2;
  struct Row {
    Eu eu;
    float a, b, expected;
  };
  const Row rows[] = {
      {Eu::kMul, 3, -2, -6},  {Eu::kMul, FLT_MIN, 0.5f, 0}, {Eu::kMul, FLT_MAX, 2, inf}, {Eu::kAdd, tiny, tiny, 0},
      {Eu::kAdd, 1, 2, 3},    {Eu::kSub, 1, 2, -1},         {Eu::kMax, 1, 2, 2},         {Eu::kMax, nan, 2, 2},
      {Eu::kMax, 1, -inf, 1}, {Eu::kMin, 1, 2, 1},          {Eu::kMin, nan, 2, 2},       {Eu::kMin, -0.0f, 0, -0.0f},
      {Eu::kDiv, 0, 3, 0},    {Eu::kDiv, 5, 0, inf},        {Eu::kCopy, 7, 0, 7},
  };
  for (const Row& row : rows) {
    isa::TensorArithmetic op;
    op.eu = row.eu;
    op.shape = {1, 1, 1, 1};
    op.a = At(kX);
    op.b = At(kW);
    op.result.address = kY;
    Float(kX, op.shape, 0, 0, 0, 0) = row.a;
    Float(kW, op.shape, 0, 0, 0, 0) = row.b;
    ASSERT_OK(Run({op}));
    EXPECT_EQ(Float(kY, op.shape, 0, 0, 0, 0), row.expected)
        << static_cast<int>(row.eu) << " " << row.a << " " << row.b;
  }
}

TEST_F(ReferenceTest, IntegerArithmeticRoundsShiftsAndSaturates) {
  struct Row {
    Eu eu;
    Precision precision, result;
    int a, b, right_shift, left_shift, old, expected;
    bool a_signed = true, b_signed = true;
  };
  constexpr Precision k8 = Precision::kInt8, k16 = Precision::kInt16;
  const Row rows[] = {
      {Eu::kMul, k8, k8, 3, 1, 1, 0, 0, 2},
      {Eu::kMul, k8, k8, -3, 1, 1, 0, 0, -1},
      {Eu::kMul, k8, k8, -1, 1, 1, 0, 0, 0},
      {Eu::kMul, k8, k8, 5, 1, 1, 0, 0, 3},
      {Eu::kMul, k8, k8, -5, 1, 1, 0, 0, -2},
      {Eu::kMul, k8, k8, 100, 100, 0, 0, 0, 127},
      {Eu::kSub, k8, k8, 3, 100, 0, 0, 0, -97, false, false},
      {Eu::kMul, k8, k8, -3, 200, 4, 0, 0, -37, true, false},
      {Eu::kAdd, k16, k16, -300, 101, 1, 0, 0, -99},
      {Eu::kAdd, k8, k8, 200, 100, 0, 0, 0, 255, false, false},
      {Eu::kMac, k8, k16, 10, 20, 2, 3, 7, 64},
      {Eu::kMac, k8, k16, -10, 20, 0, 0, 7, -193},
      {Eu::kMax, k8, k8, -3, 2, 0, 0, 0, 2},
      {Eu::kMin, k16, k16, -300, 2, 0, 0, 0, -300},
      {Eu::kAnd, k8, k8, 0x5C, 0x0F, 0, 0, 0, 0x0C},
      {Eu::kShift, k16, k16, -300, -2, 0, 0, 0, -75},
      {Eu::kShift, k16, k16, 5, -1, 0, 0, 0, 2},
      {Eu::kShift, k16, k16, -5, -1, 0, 0, 0, -3},
  };
  for (const Row& row : rows) {
    isa::TensorArithmetic op;
    op.eu = row.eu;
    op.shape = {3, 2, 1, 1};
    op.a = At(kX, row.precision, row.a_signed);
    op.b = At(kW, row.precision, row.b_signed);
    op.result = {kY, row.result, {}};
    op.right_shift = static_cast<uint8_t>(row.right_shift);
    op.left_shift = static_cast<uint8_t>(row.left_shift);
    const auto store = [&](uint32_t address, Precision precision, int value) {
      ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
        std::memcpy(chip_->local() + At(address, op.shape, isa::PackOf(precision), n, c, h, w), &value,
                    static_cast<size_t>(isa::BytesOf(precision)));
      });
    };
    store(kX, row.precision, row.a);
    store(kW, row.precision, row.b);
    store(kY, row.result, row.old);
    ASSERT_OK(Run({op}));
    ForEach(op.shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
      const uint8_t* at = chip_->local() + At(kY, op.shape, isa::PackOf(row.result), n, c, h, w);
      int16_t half;
      std::memcpy(&half, at, 2);
      const bool is_unsigned = !row.a_signed && !row.b_signed && row.eu != Eu::kSub;
      const int value = row.result == k16 ? half : is_unsigned ? *at : static_cast<int8_t>(*at);
      ASSERT_EQ(value, row.expected) << static_cast<int>(row.eu) << " " << row.a << " " << row.b;
    });
  }
}

TEST_F(ReferenceTest, BytesBeyondTheBatchAndPaddingStay) {
  isa::TensorArithmetic op;
  op.eu = Eu::kCopy;
  op.shape = {3, 65, 1, 3};
  op.a = At(kX, Precision::kInt8);
  op.result = {kY, Precision::kInt8, {}};
  std::memset(chip_->local(), 0x11, isa::kLocalBytes);
  for (uint32_t lane = 0; lane < 64; ++lane) std::memset(chip_->local() + lane * isa::kLaneBytes + kY, 0x22, 0x1000);
  ASSERT_OK(Run({op}));
  EXPECT_EQ(Byte(kY, op.shape, 2, 64, 0, 2), 0x11);
  EXPECT_EQ(chip_->local()[At(kY, op.shape, 4, 0, 0, 0, 0) + 3], 0x22);    // batch 3 of the word
  EXPECT_EQ(chip_->local()[At(kY, op.shape, 4, 0, 0, 0, 2) + 4], 0x22);    // behind the last column
  EXPECT_EQ(chip_->local()[At(kY, op.shape, 4, 0, 1, 0, 0) + 128], 0x22);  // lane 1 has no second slot
}

TEST_F(ReferenceTest, SpecialFunctionsLookupsAndLinear) {
  const Dims4 shape{1, 2, 1, 2};
  const float values[] = {0.5f, -1.5f, 3.75f, 2};
  ForEach(shape, [&](uint32_t, uint32_t c, uint32_t, uint32_t w) { Float(kX, shape, 0, c, 0, w) = values[2 * c + w]; });
  const auto special = [&](Eu eu, uint32_t table = 0, uint16_t length = 0) {
    isa::SpecialFunction op;
    op.eu = eu;
    op.shape = shape;
    op.a = At(kX);
    op.result.address = kY;
    op.table_offset = table;
    op.table_length = length;
    EXPECT_OK(Run({op}));
    std::vector<uint32_t> bits;
    ForEach(shape, [&](uint32_t, uint32_t c, uint32_t, uint32_t w) {
      bits.push_back(*reinterpret_cast<uint32_t*>(&Float(kY, shape, 0, c, 0, w)));
    });
    return bits;
  };
  EXPECT_EQ(special(Eu::kFloatToInt), (std::vector<uint32_t>{0, ~0u, 3, 2}));
  EXPECT_EQ(special(Eu::kNormalizeExponent), (std::vector<uint32_t>{126, 127, 129, 128}));
  special(Eu::kRsqrt);
  EXPECT_NEAR(Float(kY, shape, 0, 0, 0, 0), std::sqrt(2.0f), 1e-6);
  special(Eu::kTaylor, isa::kTableExpTaylor, 32);
  EXPECT_NEAR(Float(kY, shape, 0, 0, 0, 0), std::exp(0.5f) - 1, 1e-6);
  isa::TableLookup lookup;
  lookup.shape = shape;
  lookup.index = At(kX);
  lookup.result.address = kY;
  lookup.table_offset = isa::kTableSignedToFloat;
  ForEach(shape, [&](uint32_t, uint32_t c, uint32_t, uint32_t w) {
    *reinterpret_cast<uint32_t*>(&Float(kX, shape, 0, c, 0, w)) = 0xABCD00FF - w;
  });
  ASSERT_OK(Run({lookup}));
  EXPECT_EQ(Float(kY, shape, 0, 1, 0, 0), -1);
  EXPECT_EQ(Float(kY, shape, 0, 1, 0, 1), -2);
  isa::Linear linear;
  linear.shape = {2, 66, 1, 2};
  linear.a = At(0);
  linear.b = At(0x10000);
  linear.s = At(0x20000);
  linear.result.address = 0x30000;
  FillRandom(0, linear.shape);
  const auto vector = [&](uint32_t address, uint32_t c) -> float& {
    return *reinterpret_cast<float*>(chip_->local() + c % 64 * isa::kLaneBytes + address + c / 64 * 4);
  };
  for (uint32_t c = 0; c < 66; ++c) {
    vector(0x10000, c) = static_cast<float>(c);
    vector(0x20000, c) = 0.5f * static_cast<float>(c) - 3;
  }
  isa::Linear square = linear;
  square.eu = Eu::kSquareDiff;
  square.result.address = 0x40000;
  ASSERT_OK(Run({linear, square}));
  ForEach(linear.shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    const float x = Float(0, linear.shape, n, c, h, w);
    const float product = x * vector(0x20000, c);
    ASSERT_EQ(Float(0x30000, linear.shape, n, c, h, w), product + vector(0x10000, c));
    const float difference = x - vector(0x10000, c);
    ASSERT_EQ(Float(0x40000, linear.shape, n, c, h, w), difference * difference);
  });
}

TEST_F(ReferenceTest, ComparisonsAndOuterCombinations) {
  isa::Compare compare;
  compare.eu = Eu::kCompareSelect;
  compare.shape = {1, 2, 1, 1};
  compare.a = At(kX);
  compare.b = Constant(2);
  compare.c = Constant(10);
  compare.d = At(kX);
  compare.result0 = kY;
  compare.result1 = kB;
  Float(kX, compare.shape, 0, 0, 0, 0) = 3;
  Float(kX, compare.shape, 0, 1, 0, 0) = NAN;
  ASSERT_OK(Run({compare}));
  EXPECT_EQ(Float(kY, compare.shape, 0, 0, 0, 0), 3);
  EXPECT_EQ(Float(kY, compare.shape, 0, 1, 0, 0), 2);
  EXPECT_EQ(Float(kB, compare.shape, 0, 0, 0, 0), 10);
  EXPECT_TRUE(std::isnan(Float(kB, compare.shape, 0, 1, 0, 0)));
  isa::VectorCombine vc;
  vc.eu = Eu::kSub;
  vc.left_c = 2;
  vc.left_w = 2;
  vc.left_last_w = 1;
  vc.right_c = 2;
  vc.right_w = 3;
  vc.left = At(kX);
  vc.right = At(kW);
  vc.result.address = kY;
  for (uint32_t i = 0; i < 3; ++i) Float(kX, {1, 2, 1, 2}, 0, i / 2, 0, i % 2) = 10.0f * static_cast<float>(i);
  for (uint32_t j = 0; j < 6; ++j) Float(kW, {1, 2, 1, 3}, 0, j / 3, 0, j % 3) = static_cast<float>(j);
  ASSERT_OK(Run({vc}));
  for (uint32_t i = 0; i < 3; ++i) {
    for (uint32_t j = 0; j < 6; ++j) {
      EXPECT_EQ(Float(kY, {3, 2, 1, 3}, i, j / 3, 0, j % 3), 10.0f * static_cast<float>(i) - static_cast<float>(j));
    }
  }
}

// Two elements in, one out, of everything that works on FP32 alone.
TEST_F(ReferenceTest, OneElementOfEveryFloatOperation) {
  const Dims4 one{1, 1, 1, 1};
  const float third = 0x1.555554p-2f;  // what the chip's division makes of 1 / 3
  const auto run = [&](const isa::BdcOp& op, float a, float b) {
    Float(kX, one, 0, 0, 0, 0) = a;
    Float(kW, one, 0, 0, 0, 0) = b;
    Float(kY, one, 0, 0, 0, 0) = 100;
    EXPECT_OK(Run({op}));
    return Float(kY, one, 0, 0, 0, 0);
  };
  const auto arithmetic = [&](Eu eu, float a, float b) {
    isa::TensorArithmetic op;
    op.eu = eu;
    op.shape = one;
    op.a = At(kX);
    op.b = At(kW);
    op.result.address = kY;
    const float chosen = 7;
    std::memcpy(&op.select_value, &chosen, 4);
    return run(op, a, b);
  };
  EXPECT_EQ(arithmetic(Eu::kMac, 2, 3), 106);
  EXPECT_EQ(arithmetic(Eu::kDiv, 1, 3), third);
  EXPECT_EQ(arithmetic(Eu::kSelectGreater, 3, 2), 7);
  EXPECT_EQ(arithmetic(Eu::kSelectGreater, 2, 2), 0);
  EXPECT_EQ(arithmetic(Eu::kSelectEqual, 2, 2), 7);
  EXPECT_EQ(arithmetic(Eu::kSelectEqual, 0.0f, -0.0f), 0);
  EXPECT_EQ(arithmetic(Eu::kAnd, 3, 2.5f), 2);       // 0x40400000 & 0x40200000 is 0x40000000
  EXPECT_EQ(arithmetic(Eu::kXor, 3, 2), 0x1p-127f);  // 0x00400000, a denormal: bits are moved
  EXPECT_EQ(arithmetic(Eu::kOr, 2, 0x1p-126f), 4);   // 0x40000000 | 0x00800000 is 0x40800000
  const auto scalar = [&](Eu eu, float a, float b) {
    isa::Scalar op;
    op.eu = eu;
    op.shape = one;
    op.a = At(kX);
    op.b = At(kW);
    op.result.address = kY;
    op.add_result = true;
    return run(op, a, b);
  };
  EXPECT_EQ(scalar(Eu::kMul, 3, -4), 88);
  EXPECT_EQ(scalar(Eu::kAdd, 3, -4), 99);
  EXPECT_EQ(scalar(Eu::kSub, 3, -4), 107);
  EXPECT_EQ(scalar(Eu::kDiv, -1, 3), 100 - third);
  const auto linear = [&](Eu eu, float a, float b) {
    isa::Linear op;
    op.eu = eu;
    op.shape = one;
    op.a = At(kX);
    op.b = At(kW);
    if (eu == Eu::kMac) op.s = Constant(10);
    op.result.address = kY;
    return run(op, a, b);
  };
  EXPECT_EQ(linear(Eu::kMac, 3, 4), 34);
  EXPECT_EQ(linear(Eu::kSquareSum, 3, 4), 49);
  EXPECT_EQ(linear(Eu::kSquareDiff, 3, 5), 4);
  const auto compare = [&](Eu eu, float a, float b) {
    isa::Compare op;
    op.eu = eu;
    op.shape = one;
    op.a = At(kX);
    op.b = At(kW);
    op.c = Constant(1);
    op.d = Constant(2);
    (eu == Eu::kSelect ? op.result1 : op.result0) = kY;
    return run(op, a, b);
  };
  EXPECT_EQ(compare(Eu::kCompare, 3, 4), 4);
  EXPECT_EQ(compare(Eu::kSelect, 3, 4), 2);
  EXPECT_EQ(compare(Eu::kSelect, 5, 4), 1);
  const auto combine = [&](Eu eu, float a, float b) {
    isa::VectorCombine op;
    op.eu = eu;
    op.left_c = op.left_w = op.left_last_w = op.right_c = op.right_w = 1;
    op.left = At(kX);
    op.right = At(kW);
    op.result.address = kY;
    return run(op, a, b);
  };
  EXPECT_EQ(combine(Eu::kMul, 6, 2), 12);
  EXPECT_EQ(combine(Eu::kAdd, 6, 2), 8);
  EXPECT_EQ(combine(Eu::kMax, 6, 2), 6);
  EXPECT_EQ(combine(Eu::kMin, 6, 2), 2);
  EXPECT_EQ(combine(Eu::kDiv, 1, 3), third);
  const auto power = [&](float x) {
    isa::SpecialFunction op;
    op.eu = Eu::kNormalizeMantissa;
    op.shape = one;
    op.a = At(kX);
    op.result.address = kY;
    return run(op, x, 0);
  };
  EXPECT_EQ(power(3.75f), 4);
  EXPECT_EQ(power(1.25f), 1);
  EXPECT_EQ(power(-1.75f), -1);
}

TEST_F(ReferenceTest, WindowsAndMatricesByHand) {
  const Dims4 square{1, 1, 2, 2}, one{1, 1, 1, 1};
  for (uint32_t i = 0; i < 4; ++i) {
    Float(kX, square, 0, 0, i / 2, i % 2) = static_cast<float>(i + 1);
    reinterpret_cast<float*>(chip_->local() + kW)[i] = static_cast<float>(10 * i);
  }
  *reinterpret_cast<float*>(chip_->local() + kB) = 0.5f;
  isa::Depthwise depthwise;
  depthwise.shape = one;
  depthwise.input_h = depthwise.input_w = 2;
  depthwise.window.kernel_h = depthwise.window.kernel_w = 2;
  depthwise.input = At(kX);
  depthwise.weight = At(kW);
  depthwise.has_bias = true;
  depthwise.bias = At(kB);
  depthwise.result.address = kY;
  ASSERT_OK(Run({depthwise}));
  EXPECT_EQ(Float(kY, one, 0, 0, 0, 0), 0 * 1 + 10 * 2 + 20 * 3 + 30 * 4 + 0.5f);
  isa::MaxPool pool;
  pool.shape = {1, 1, 1, 2};
  pool.input_h = pool.input_w = 2;
  pool.window.kernel_h = 2;
  pool.input = At(kX);
  pool.result.address = kY;
  ASSERT_OK(Run({pool}));
  EXPECT_EQ(Float(kY, pool.shape, 0, 0, 0, 0), 3);
  EXPECT_EQ(Float(kY, pool.shape, 0, 0, 0, 1), 4);
  // [1 2] * [0 10; 20 30] + [5 6]; INT8 with a shift by 2 that rounds half up.
  isa::FullyConnected fc;
  fc.left_n = fc.left_c = 1;
  fc.left_w = fc.left_last_w = fc.result_w = 2;
  fc.result_c = 1;
  fc.left = At(kX);
  fc.right = At(kW);
  fc.has_bias = true;
  fc.bias = At(kB);
  fc.result.address = kY;
  const float matrix[2][2] = {{0, 10}, {20, 30}}, bias[2] = {5, 6};
  for (uint32_t k = 0; k < 2; ++k) std::memcpy(chip_->local() + kW + 128 * k, matrix[k], sizeof(matrix[k]));
  std::memcpy(chip_->local() + kB, bias, sizeof(bias));
  ASSERT_OK(Run({fc}));
  EXPECT_EQ(Float(kY, {1, 1, 1, 2}, 0, 0, 0, 0), 45);
  EXPECT_EQ(Float(kY, {1, 1, 1, 2}, 0, 0, 0, 1), 76);
  const int8_t left[2] = {1, -2}, rows[2][2] = {{0, 10}, {20, 30}};
  const int16_t sums[2] = {10, 20};
  std::memcpy(chip_->local() + kX, left, sizeof(left));
  for (uint32_t k = 0; k < 2; ++k) std::memcpy(chip_->local() + kW + 128 * k, rows[k], sizeof(rows[k]));
  std::memcpy(chip_->local() + kB, sums, sizeof(sums));
  fc.left = At(kX, Precision::kInt8);
  fc.right = At(kW, Precision::kInt8);
  fc.bias = At(kB, Precision::kInt16);
  fc.result = {kY, Precision::kInt8, {}};
  fc.right_shift = 2;
  ASSERT_OK(Run({fc}));
  EXPECT_EQ(static_cast<int8_t>(chip_->local()[kY]), -7);      // -30 / 4 = -7.5
  EXPECT_EQ(static_cast<int8_t>(chip_->local()[kY + 1]), -7);  // -30 / 4
}

// ---- Refusals ----

TEST_F(ReferenceTest, WhatLiesOutsideMemoryNamesTheCommand) {
  isa::MaxPool pool;
  pool.shape = {1, 1, 1, 1};
  pool.input_h = pool.input_w = 400;
  pool.input = At(0);
  pool.result.address = 0;
  EXPECT_STATUS(Run({pool}), absl::StatusCode::kOutOfRange, "group 0, BDC command 0 (bdc 1 wait 0  pool.max.f32");
  isa::GdmaCommand load;
  load.source = {false, isa::kDdrEnd - 8, {1, 1, 1, 3}, {3, 3, 3, 1}};
  load.target = {true, 0, {1, 1, 1, 3}, {32, 32, 3, 1}};
  EXPECT_STATUS(Run(load), absl::StatusCode::kOutOfRange, "GDMA command 0");
}

TEST_F(ReferenceTest, TensorsAndMatricesStartAtWholeElements) {
  isa::FullyConnected fc;
  fc.left_n = fc.left_c = fc.left_w = fc.left_last_w = fc.result_c = fc.result_w = 1;
  fc.left = Constant(1);
  fc.right = At(kW);
  fc.result.address = kY + 2;
  EXPECT_STATUS(Run({fc}), absl::StatusCode::kInvalidArgument, "0xc002, which is no multiple of 4");
  isa::Scalar scalar;
  scalar.shape = {1, 1, 1, 1};
  scalar.a = scalar.b = Constant(1);
  scalar.result.address = kY + 1;
  EXPECT_STATUS(Run({scalar}), absl::StatusCode::kInvalidArgument, "0xc001, which is no multiple of 4");
}

// Strides of 0 make any sizes lie inside a lane.
TEST_F(ReferenceTest, ConvolutionInputsAreNoLargerThanLocalMemory) {
  isa::Conv conv;
  conv.shape = {1, 1, 1, 1};
  conv.input_c = 4000;
  conv.input_h = conv.input_w = 2000;
  conv.input = At(0);
  conv.input.layout = {isa::Layout::Kind::kStrided, {0, 0, 0, 0}};
  conv.weight = Constant(1);
  EXPECT_STATUS(Run({conv}), absl::StatusCode::kOutOfRange, "an input of 4000 x 2000 x 2000 elements");
}

TEST_F(ReferenceTest, RewrittenCommandsAreDecodedAgain) {
  isa::Scalar op;
  op.shape = {1, 1, 1, 1};
  op.a = At(kX);
  op.b = Constant(2);
  op.result.address = kX;
  Float(kX, op.shape, 0, 0, 0, 0) = 3;
  const auto write = [&] {
    isa::BdcCommand command;
    command.id = 1;
    command.op = op;
    const isa::BdcWords words = isa::ReverseWords(isa::EncodeBdc(command));
    std::memcpy(chip_->System(kCommands, 128)->data(), words.data(), 128);
    chip_->MarkWritten(kCommands, 128);
  };
  write();
  const chip::CommandGroupImage image{kCommands, 0, 1, 0};
  ReferenceExecutor executor;
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<chip::Program> program, executor.Prepare({&image, 1}, chip_.get()));
  ASSERT_OK(program->Run());
  EXPECT_EQ(Float(kX, op.shape, 0, 0, 0, 0), 6);
  op.b = Constant(10);
  write();
  ASSERT_OK(program->Run());
  EXPECT_EQ(Float(kX, op.shape, 0, 0, 0, 0), 60);
  // Commands that cannot be decoded fail every launch until they are mended.
  std::memset(chip_->System(kCommands, 128)->data(), 0xFF, 128);
  chip_->MarkWritten(kCommands, 128);
  EXPECT_STATUS(program->Run(), absl::StatusCode::kInvalidArgument, "TSK_TYP");
  EXPECT_STATUS(program->Run(), absl::StatusCode::kInvalidArgument, "TSK_TYP");
  write();
  ASSERT_OK(program->Run());
  EXPECT_EQ(Float(kX, op.shape, 0, 0, 0, 0), 600);
}

}  // namespace
}  // namespace bm::reference
