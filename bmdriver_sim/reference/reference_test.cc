// What commands compute: the documented vectors, hand-computed cases, and random commands against formulas that are
// stated here once more, element by element.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmdriver_sim/reference/executor.h"
#include "gtest/gtest.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::reference {
namespace {

using isa::Dims4;
using isa::Eu;
using isa::Precision;

constexpr uint64_t kCommands = 0x140000000;

class ReferenceTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(chip_, chip::Chip::Create()); }

  absl::Status Run(const std::vector<isa::BdcOp>& ops) {
    std::vector<uint32_t> words;
    for (size_t i = 0; i < ops.size(); ++i) {
      isa::BdcCommand command;
      command.id = static_cast<uint16_t>(i + 1);
      command.op = ops[i];
      const isa::BdcWords encoded = isa::ReverseWords(isa::EncodeBdc(command));
      words.insert(words.end(), encoded.begin(), encoded.end());
    }
    return RunWords(words, {static_cast<uint64_t>(kCommands), 0, static_cast<uint32_t>(ops.size()), 0});
  }
  absl::Status Run(isa::GdmaCommand command) {
    command.id = 1;
    const isa::GdmaWords encoded = isa::EncodeGdma(command);
    return RunWords({encoded.begin(), encoded.end()}, {0, kCommands, 0, 1});
  }
  absl::Status RunWords(const std::vector<uint32_t>& words, const chip::CommandGroupImage& image) {
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, chip_->System(kCommands, words.size() * 4));
    std::memcpy(target.data(), words.data(), target.size());
    chip_->MarkWritten(kCommands, target.size());
    ReferenceExecutor executor;
    ASSIGN_OR_RETURN(const std::unique_ptr<chip::Program> program, executor.Prepare({&image, 1}, chip_.get()));
    return program->Run();
  }

  // An element of an aligned tensor, stated from docs/isa.md 2.1: its byte address in local memory.
  static uint32_t At(uint32_t address, const Dims4& shape, int pack, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    const uint32_t lane0 = address / isa::kLaneBytes, lane = (lane0 + c) % 64, slot = (lane0 + c) / 64;
    const uint32_t words = (shape.h * shape.w + 31) / 32 * 32;
    const uint32_t slots = (lane0 + shape.c + 63) / 64;
    const uint32_t index = n / pack * words * slots + slot * words + h * shape.w + w;
    return lane * isa::kLaneBytes + address % isa::kLaneBytes + 4 * index + n % pack * (4 / pack);
  }
  float& Float(uint32_t address, const Dims4& shape, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    return *reinterpret_cast<float*>(chip_->local() + At(address, shape, 1, n, c, h, w));
  }
  uint8_t& Byte(uint32_t address, const Dims4& shape, uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    return chip_->local()[At(address, shape, 4, n, c, h, w)];
  }
  template <typename Set>
  void ForEach(const Dims4& shape, Set set) {
    for (uint32_t n = 0; n < shape.n; ++n) {
      for (uint32_t c = 0; c < shape.c; ++c) {
        for (uint32_t h = 0; h < shape.h; ++h) {
          for (uint32_t w = 0; w < shape.w; ++w) set(n, c, h, w);
        }
      }
    }
  }
  void FillRandom(uint32_t address, const Dims4& shape) {
    std::uniform_real_distribution<float> distribution(-2, 2);
    ForEach(shape, [&](auto n, auto c, auto h, auto w) { Float(address, shape, n, c, h, w) = distribution(random_); });
  }
  uint32_t Pick(uint32_t low, uint32_t high) { return low + static_cast<uint32_t>(random_() % (high - low + 1)); }
  static isa::Operand At(uint32_t address, Precision precision = Precision::kFp32, bool is_signed = true) {
    isa::Operand operand;
    operand.address = address;
    operand.precision = precision;
    operand.is_signed = is_signed;
    return operand;
  }
  static isa::Operand Constant(float value) {
    isa::Operand operand;
    operand.is_constant = true;
    std::memcpy(&operand.constant, &value, 4);
    return operand;
  }

  std::unique_ptr<chip::Chip> chip_;
  std::mt19937 random_{17};
};

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

// ---- Random commands ----

// A window with a result that reaches beyond the input on every side.
isa::Window RandomWindow(std::mt19937* random) {
  const auto pick = [&](int most) { return static_cast<uint8_t>((*random)() % (most + 1)); };
  isa::Window w;
  w.kernel_h = 1 + pick(3);
  w.kernel_w = 1 + pick(3);
  w.stride_h = 1 + pick(2);
  w.stride_w = 1 + pick(2);
  w.dilation_h = 1 + pick(1);
  w.dilation_w = 1 + pick(1);
  w.insert_h = pick(2);
  w.insert_w = pick(2);
  w.pad.up = pick(3);
  w.pad.left = pick(3);
  return w;
}

// The input position that a tap reads on one axis, or nothing.
std::optional<uint32_t> Source(int o, int k, int stride, int dilation, int insert, int pad, int extent) {
  const int grid = o * stride + k * dilation - pad;
  if (grid < 0 || grid % (insert + 1) != 0 || grid / (insert + 1) >= extent) return std::nullopt;
  return static_cast<uint32_t>(grid / (insert + 1));
}

TEST_F(ReferenceTest, RandomConvolutions) {
  for (int round = 0; round < 60; ++round) {
    isa::Conv conv;
    conv.window = RandomWindow(&random_);
    conv.shape = {Pick(1, 3), Pick(1, 70), Pick(1, 5), Pick(1, 6)};
    conv.input_c = Pick(1, 7);
    conv.input_h = Pick(1, 6);
    conv.input_w = Pick(1, 6);
    conv.rotate_kernel = Pick(0, 1) == 1;
    conv.add_result = Pick(0, 1) == 1;
    conv.has_bias = Pick(0, 1) == 1;
    const uint32_t lane = Pick(0, 63) * isa::kLaneBytes;
    conv.input = At(lane);
    conv.result.address = 0x20000 + Pick(0, 63) * isa::kLaneBytes;
    conv.weight = At(0x40000);
    conv.bias = At(0x60000);
    const Dims4 in{conv.shape.n, conv.input_c, conv.input_h, conv.input_w};
    FillRandom(lane, in);
    FillRandom(conv.result.address, conv.shape);
    const uint32_t kh = conv.window.kernel_h, kw = conv.window.kernel_w, pairs = (conv.input_c + 1) / 2;
    const auto weight = [&](uint32_t o, uint32_t y, uint32_t x, uint32_t i) -> float& {
      auto* lane_floats = reinterpret_cast<float*>(chip_->local() + o % 64 * isa::kLaneBytes + 0x40000);
      return lane_floats[(((o / 64 * pairs + i / 2) * kh + y) * kw + x) * 2 + i % 2];  // [unit][kh][kw]
    };
    std::uniform_real_distribution<float> distribution(-1, 1);
    for (uint32_t o = 0; o < conv.shape.c; ++o) {
      for (uint32_t k = 0; k < kh * kw * 2 * pairs; ++k)
        weight(o, k / 2 / pairs / kw, k / 2 / pairs % kw, k % (2 * pairs)) = distribution(random_);
      *reinterpret_cast<float*>(chip_->local() + o % 64 * isa::kLaneBytes + 0x60000 + o / 64 * 4) =
          distribution(random_);
    }
    std::vector<float> expected;
    ForEach(conv.shape, [&](uint32_t n, uint32_t o, uint32_t oy, uint32_t ox) {
      float sums[2][2] = {};
      for (uint32_t y = 0; y < kh; ++y) {
        for (uint32_t x = 0; x < kw; ++x) {
          const isa::Window& w = conv.window;
          const auto row = Source(oy, y, w.stride_h, w.dilation_h, w.insert_h, w.pad.up, in.h);
          const auto column = Source(ox, x, w.stride_w, w.dilation_w, w.insert_w, w.pad.left, in.w);
          if (!row || !column) continue;
          for (uint32_t i = 0; i < in.c; ++i) {
            const uint32_t t = (y * kw + x) * pairs + i / 2;
            const float factor = conv.rotate_kernel ? weight(o, kh - 1 - y, kw - 1 - x, i) : weight(o, y, x, i);
            const float product = Float(lane, in, n, i, *row, *column) * factor;
            sums[i % 2][t % 2] += product;
          }
        }
      }
      float sum = (sums[0][0] + sums[0][1]) + (sums[1][0] + sums[1][1]);
      if (conv.has_bias)
        sum += *reinterpret_cast<float*>(chip_->local() + o % 64 * isa::kLaneBytes + 0x60000 + o / 64 * 4);
      if (conv.add_result) sum += Float(conv.result.address, conv.shape, n, o, oy, ox);
      expected.push_back(sum);
    });
    ASSERT_OK(Run({conv}));
    size_t index = 0;
    ForEach(conv.shape, [&](uint32_t n, uint32_t o, uint32_t oy, uint32_t ox) {
      ASSERT_EQ(Float(conv.result.address, conv.shape, n, o, oy, ox), expected[index]) << "round " << round;
      ++index;
    });
  }
}

TEST_F(ReferenceTest, RandomPooling) {
  for (int round = 0; round < 60; ++round) {
    isa::MaxPool pool;
    pool.window = RandomWindow(&random_);
    pool.window.insert_h = pool.window.insert_w = 0;
    pool.window.dilation_h = pool.window.dilation_w = 1;
    pool.shape = {Pick(1, 2), Pick(1, 70), Pick(1, 5), Pick(1, 6)};
    pool.input_h = Pick(1, 6);
    pool.input_w = Pick(1, 6);
    pool.input = At(0);
    pool.result.address = 0x20000;
    isa::Depthwise average;
    average.window = pool.window;
    average.shape = pool.shape;
    average.input_h = pool.input_h;
    average.input_w = pool.input_w;
    average.input = pool.input;
    average.weight = Constant(0.25f);
    average.result.address = 0x40000;
    const Dims4 in{pool.shape.n, pool.shape.c, pool.input_h, pool.input_w};
    FillRandom(0, in);
    ASSERT_OK(Run({pool, average}));
    const isa::Window& w = pool.window;
    ForEach(pool.shape, [&](uint32_t n, uint32_t c, uint32_t oy, uint32_t ox) {
      float best = -FLT_MAX, sums[2] = {0, 0};
      for (uint32_t y = 0; y < w.kernel_h; ++y) {
        for (uint32_t x = 0; x < w.kernel_w; ++x) {
          const auto row = Source(oy, y, w.stride_h, 1, 0, w.pad.up, in.h);
          const auto column = Source(ox, x, w.stride_w, 1, 0, w.pad.left, in.w);
          if (!row || !column) continue;
          const float value = Float(0, in, n, c, *row, *column);
          best = std::max(best, value);
          const float product = value * 0.25f;
          sums[(y * w.kernel_w + x) % 2] += product;
        }
      }
      ASSERT_EQ(Float(0x20000, pool.shape, n, c, oy, ox), best);
      ASSERT_EQ(Float(0x40000, pool.shape, n, c, oy, ox), sums[0] + sums[1]);
    });
  }
}

TEST_F(ReferenceTest, RandomMatrixProducts) {
  for (int round = 0; round < 40; ++round) {
    isa::FullyConnected fc;
    fc.left_n = Pick(1, 4);
    fc.left_c = Pick(1, 70);
    fc.left_w = Pick(1, 5);
    fc.left_last_w = Pick(1, fc.left_w);
    fc.result_c = Pick(1, 70);
    fc.result_w = Pick(1, 40);
    fc.has_bias = Pick(0, 1) == 1;
    fc.add_result = Pick(0, 1) == 1;
    fc.left = At(0);
    fc.right = At(0x10000);
    fc.result.address = 0x60000;
    fc.bias = At(0x70000);
    const uint32_t depth = (fc.left_c - 1) * fc.left_w + fc.left_last_w;
    if (depth * ((fc.result_c + 63) / 64) * ((fc.result_w + 31) / 32 * 128) > 0x50000) continue;
    const Dims4 left{fc.left_n, fc.left_c, 1, fc.left_w}, right{depth, fc.result_c, 1, fc.result_w};
    const Dims4 result{fc.left_n, fc.result_c, 1, fc.result_w}, bias{1, fc.result_c, 1, fc.result_w};
    FillRandom(0, left);
    FillRandom(0x10000, right);
    FillRandom(0x60000, result);
    FillRandom(0x70000, bias);
    std::vector<float> expected;
    ForEach(result, [&](uint32_t n, uint32_t c, uint32_t, uint32_t w) {
      float sums[2] = {0, 0};
      for (uint32_t k = 0; k < depth; ++k) {
        const float product = Float(0, left, n, k / fc.left_w, 0, k % fc.left_w) * Float(0x10000, right, k, c, 0, w);
        sums[k % 2] += product;
      }
      float sum = depth == 1 ? Float(0, left, n, 0, 0, 0) * Float(0x10000, right, 0, c, 0, w) : sums[0] + sums[1];
      if (fc.has_bias) sum += Float(0x70000, bias, 0, c, 0, w);
      if (fc.add_result) sum += Float(0x60000, result, n, c, 0, w);
      expected.push_back(sum);
    });
    ASSERT_OK(Run({fc}));
    size_t index = 0;
    ForEach(result, [&](uint32_t n, uint32_t c, uint32_t, uint32_t w) {
      ASSERT_EQ(Float(0x60000, result, n, c, 0, w), expected[index++]) << "round " << round;
    });
  }
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

// ---- GDMA ----

class TransferTest : public ReferenceTest {
 protected:
  static constexpr uint64_t kSource = 0x150000000, kTarget = 0x160000000;
  uint8_t* Ddr(uint64_t address) { return chip_->System(address, 1 << 20)->data(); }
  float* Floats(uint64_t address) { return reinterpret_cast<float*>(Ddr(address)); }
};

TEST_F(TransferTest, LoadsAndStoresWithAnyStrides) {
  for (int round = 0; round < 50; ++round) {
    const Dims4 shape{Pick(1, 3), Pick(1, 70), Pick(1, 4), Pick(1, 6)};
    const uint32_t address = Pick(0, 63) * isa::kLaneBytes + 0x1000;
    isa::GdmaCommand load;
    const Dims4 source_stride{Pick(0, 600), Pick(0, 50), Pick(0, 9), Pick(0, 3)};
    const uint32_t words = (shape.h * shape.w + 31) / 32 * 32;
    const uint32_t slots = (address / isa::kLaneBytes + shape.c + 63) / 64;
    const Dims4 local_stride{words * slots, words, shape.w, 1};
    load.source = {false, kSource, shape, source_stride};
    load.target = {true, address, shape, local_stride};
    for (int i = 0; i < 20000; ++i) Floats(kSource)[i] = static_cast<float>(random_() % 1000);
    ASSERT_OK(Run(load));
    isa::GdmaCommand store = load;
    store.direction = isa::Direction::kLocalToSystem;
    store.source = load.target;
    store.target = {false, kTarget, shape, {shape.c * shape.h * shape.w, shape.h * shape.w, shape.w, 1}};
    ASSERT_OK(Run(store));
    size_t index = 0;
    ForEach(shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
      const float expected =
          Floats(kSource)[n * source_stride.n + c * source_stride.c + h * source_stride.h + w * source_stride.w];
      ASSERT_EQ(Float(address, shape, n, c, h, w), expected);
      ASSERT_EQ(Floats(kTarget)[index++], expected);
    });
  }
}

TEST_F(TransferTest, TransposesReshapesFillsConvertsAndAdds) {
  const Dims4 shape{2, 3, 1, 2};
  for (int i = 0; i < 12; ++i) Floats(kSource)[i] = static_cast<float>(i);
  isa::GdmaCommand command;
  command.direction = isa::Direction::kSystemToSystem;
  command.function = isa::GdmaFunction::kTransposeNC;
  command.source = {false, kSource, shape, {6, 2, 2, 1}};
  command.target = {false, kTarget, {3, 2, 1, 2}, {4, 2, 2, 1}};
  ASSERT_OK(Run(command));
  EXPECT_EQ(std::vector<float>(Floats(kTarget), Floats(kTarget) + 12),
            (std::vector<float>{0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11}));
  command.function = isa::GdmaFunction::kCopy;
  command.same_shape = false;
  command.target = {false, kTarget, {1, 4, 1, 3}, {100, 10, 5, 1}};
  ASSERT_OK(Run(command));
  EXPECT_EQ(Floats(kTarget)[31], 10);
  command.accumulate = true;
  ASSERT_OK(Run(command));
  EXPECT_EQ(Floats(kTarget)[31], 20);
  command = {};
  command.function = isa::GdmaFunction::kFill;
  command.same_shape = false;
  command.constant = 0x40490FDB;
  command.target = {true, 5 * isa::kLaneBytes, {1, 2, 1, 3}, {32, 32, 3, 1}};
  command.lane_mask = ~(uint64_t{1} << 6);
  ASSERT_OK(Run(command));
  EXPECT_FLOAT_EQ(Float(5 * isa::kLaneBytes, {1, 2, 1, 3}, 0, 0, 0, 2), 3.1415927f);
  EXPECT_EQ(Float(5 * isa::kLaneBytes, {1, 2, 1, 3}, 0, 1, 0, 2), 0);
  command = {};
  command.direction = isa::Direction::kSystemToSystem;
  command.function = isa::GdmaFunction::kConvert;
  command.target_format = isa::DataFormat::kI8;
  const float reals[] = {1.5f, 2.5f, -300, 300, -0.5f, 127.4f};
  std::memcpy(Ddr(kSource), reals, sizeof(reals));
  command.source = {false, kSource, {1, 1, 1, 6}, {6, 6, 6, 1}};
  command.target = {false, kTarget, {1, 1, 1, 6}, {6, 6, 6, 1}};
  ASSERT_OK(Run(command));
  const int8_t expected[] = {2, 2, -128, 127, 0, 127};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(static_cast<int8_t>(Ddr(kTarget)[i]), expected[i]) << i;
}

TEST_F(TransferTest, MatricesSpreadOverLanesAndFilters) {
  isa::GdmaCommand command;
  command.is_matrix = true;
  for (int i = 0; i < 15; ++i) Floats(kSource)[i] = static_cast<float>(i);
  command.source = {false, kSource, {1, 1, 3, 5}, {0, 0, 5, 1}};
  command.target = {true, 0, {1, 1, 1, 2}, {32, 32, 0, 1}};
  ASSERT_OK(Run(command));
  for (uint32_t r = 0; r < 3; ++r) {
    for (uint32_t k = 0; k < 5; ++k)
      EXPECT_EQ(Float(0, {3, 3, 1, 2}, r, k / 2, 0, k % 2), static_cast<float>(5 * r + k));
  }
  const Dims4 shape{1, 2, 1, 3};
  isa::GdmaCommand filter;
  filter.direction = isa::Direction::kLocalToSystem;
  filter.function = isa::GdmaFunction::kFilter;
  filter.source = {true, 0x1000, shape, {}};
  filter.target = {false, kTarget, shape, {}};
  filter.mask_address = 0x2000;
  ForEach(shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    Float(0x1000, shape, n, c, h, w) = static_cast<float>(10 * c + w);
    Float(0x2000, shape, n, c, h, w) = (c + w) % 2 == 0 ? 1 : 0;
  });
  ASSERT_OK(Run(filter));
  EXPECT_EQ(std::vector<float>(Floats(kTarget), Floats(kTarget) + 3), (std::vector<float>{0, 2, 11}));
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
