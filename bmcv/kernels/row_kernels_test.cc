// Every row of every operation against the plain one, byte for byte.
#include "bmcv/kernels/row_kernels.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "bmcv/kernels/gather_plan.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Bytes = std::vector<uint8_t>;

class RowKernelsTest : public ::testing::TestWithParam<CpuLevel> {
 protected:
  void SetUp() override {
    if (GetParam() > MachineCpuLevel()) GTEST_SKIP() << "needs " << Name(GetParam());
    kernels_ = RowKernelsFor(GetParam());
  }

  int Random(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  Bytes RandomBytes(int count) {
    Bytes bytes(count);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(Random(0, 3) == 0 ? Random(0, 1) * 255 : Random(0, 255));
    return bytes;
  }
  // Around the widths of the blocks.
  static std::vector<int> Counts() {
    std::vector<int> counts;
    for (int count = 0; count <= 70; ++count) counts.push_back(count);
    counts.insert(counts.end(), {95, 96, 97, 127, 128, 129, 640, 641, 1919, 1920});
    return counts;
  }

  // run(kernels, out) writes `count` elements; what lies behind them stays.
  template <typename T, typename Run>
  void ExpectPlainResult(int count, Run run) {
    constexpr int kGuard = 64;
    std::vector<T> actual(count + kGuard), expected(count + kGuard);
    std::memset(static_cast<void*>(actual.data()), 0x5A, actual.size() * sizeof(T));
    std::memset(static_cast<void*>(expected.data()), 0x5A, expected.size() * sizeof(T));
    run(kernels_, actual.data());
    run(plain_, expected.data());
    EXPECT_EQ(std::memcmp(actual.data(), expected.data(), actual.size() * sizeof(T)), 0) << count;
  }

  RowKernels kernels_ = {};
  const RowKernels plain_ = RowKernelsFor(CpuLevel::kPortable);
  std::mt19937 random_{1684};
};

TEST_P(RowKernelsTest, Gather) {
  for (const int count : Counts()) {
    for (const int step : {0, 1, 2, 3, 5, 12, 40}) {
      for (const int jitter : {0, 1}) {
        std::vector<int32_t> offsets(count);
        for (int i = 0; i < count; ++i) offsets[i] = i * step + jitter * Random(0, 2);
        const int row_bytes = count == 0 ? 1 : *std::max_element(offsets.begin(), offsets.end()) + 1;
        const GatherPlan plan(offsets, row_bytes);
        const Bytes row = RandomBytes(row_bytes);  // of exactly this size: reads behind it are found
        ExpectPlainResult<uint8_t>(
            count, [&](const RowKernels& kernels, uint8_t* out) { kernels.gather(plan.table(), row.data(), out); });
      }
    }
  }
}

TEST_P(RowKernelsTest, GatherPixels) {
  for (const int count : Counts()) {
    for (const int step : {0, 3, 4, 9, 40}) {
      std::vector<int32_t> offsets(count);
      for (int i = 0; i < count; ++i) offsets[i] = i * step;
      const int row_bytes = count == 0 ? 1 : offsets.back() + 3;
      const Bytes row = RandomBytes(row_bytes);
      ExpectPlainResult<uint8_t>(3 * count, [&](const RowKernels& kernels, uint8_t* out) {
        uint8_t* const rows[] = {out, out + count, out + 2 * count};
        kernels.gather_pixels(offsets.data(), count, row.data(), row_bytes, rows);
      });
    }
  }
}

TEST_P(RowKernelsTest, Convert) {
  for (const int count : Counts()) {
    ColourMatrix matrix;
    for (auto& row : matrix.rows) {
      for (int i = 0; i < 3; ++i) row[i] = Random(0, 3) == 0 ? Random(0, 1) * 8191 - 4096 : Random(-2000, 2000);
      row[3] = Random(0, 3) == 0 ? Random(0, 1) * ((1 << 21) - 1) - (1 << 20) : Random(-300000, 300000);
    }
    if (count % 2 == 0) matrix.rows[0][1] = matrix.rows[2][2] = 0;  // as from YUV to RGB
    const Bytes a = RandomBytes(count), b = RandomBytes(count), c = RandomBytes(count);
    const uint8_t* const in[] = {a.data(), b.data(), c.data()};
    for (const int outputs : {1, 2, 3}) {
      ExpectPlainResult<uint8_t>(3 * count, [&](const RowKernels& kernels, uint8_t* out) {
        uint8_t* const rows[] = {out, out + count, out + 2 * count};
        kernels.convert(matrix, outputs, in, rows, count);
      });
    }
  }
}

TEST_P(RowKernelsTest, InterpolateAndBlend) {
  for (const int count : Counts()) {
    const Bytes a = RandomBytes(count), b = RandomBytes(count);
    std::vector<int16_t> fractions(count);
    for (int16_t& fraction : fractions) {
      fraction = static_cast<int16_t>(Random(0, 3) == 0 ? Random(0, 1) * 16383 : Random(0, 16383));
    }
    ExpectPlainResult<uint8_t>(count, [&](const RowKernels& kernels, uint8_t* out) {
      kernels.interpolate(a.data(), b.data(), fractions.data(), out, count);
    });
    for (const int fraction : {1, 8191, 8192, 16383, Random(1, 16383)}) {
      ExpectPlainResult<uint8_t>(count, [&](const RowKernels& kernels, uint8_t* out) {
        kernels.blend(a.data(), b.data(), fraction, out, count);
      });
    }
  }
}

TEST_P(RowKernelsTest, Halve) {
  for (const int count : Counts()) {
    const Bytes row = RandomBytes(2 * count);
    ExpectPlainResult<uint8_t>(count,
                               [&](const RowKernels& kernels, uint8_t* out) { kernels.halve(row.data(), out, count); });
  }
}

// Every pair of bytes with the fractions where rounding turns.
TEST_P(RowKernelsTest, BlendIsTheWeightedSum) {
  Bytes upper(65536), lower(65536);
  for (int i = 0; i < 65536; ++i) {
    upper[i] = static_cast<uint8_t>(i);
    lower[i] = static_cast<uint8_t>(i >> 8);
  }
  for (const int fraction : {0, 1, 2, 4095, 4096, 8191, 8192, 8193, 12288, 16382, 16383}) {
    ExpectPlainResult<uint8_t>(65536, [&](const RowKernels& kernels, uint8_t* out) {
      kernels.blend(upper.data(), lower.data(), fraction, out, 65536);
    });
  }
}

TEST_P(RowKernelsTest, Interleave) {
  for (const int count : Counts()) {
    const Bytes a = RandomBytes(count), b = RandomBytes(count), c = RandomBytes(count);
    const uint8_t* const in[] = {a.data(), b.data(), c.data()};
    ExpectPlainResult<uint8_t>(3 * count,
                               [&](const RowKernels& kernels, uint8_t* out) { kernels.interleave(in, out, count); });
  }
}

TEST_P(RowKernelsTest, ScaleToFloatsAndBytes) {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const int count : Counts()) {
    const Bytes in = RandomBytes(count);
    const float rows[][2] = {{1, 0},         {0.0078125f, 1}, {-1.5f, 140.25f}, {0.5f, 0},
                             {-0.5f, -0.5f}, {1e30f, -1e30f}, {infinity, 0},    {NAN, 1},
                             {0.1f, 0.3f},   {3e9f, 0},       {0.49999997f, 0}, {1.0f / 255, -0.5f}};
    for (const auto& [alpha, beta] : rows) {
      const float a = alpha, b = beta;
      ExpectPlainResult<float>(
          count, [&](const RowKernels& kernels, float* out) { kernels.scale_to_float(in.data(), a, b, out, count); });
      ExpectPlainResult<uint8_t>(
          count, [&](const RowKernels& kernels, uint8_t* out) { kernels.scale_to_byte(in.data(), a, b, out, count); });
      ExpectPlainResult<int8_t>(count, [&](const RowKernels& kernels, int8_t* out) {
        kernels.scale_to_signed_byte(in.data(), a, b, out, count);
      });
      ExpectPlainResult<uint8_t>(count, [&](const RowKernels& kernels, uint8_t* out) {
        std::copy(in.begin(), in.end(), out);
        kernels.scale_to_byte(out, a, b, out, count);
      });
    }
  }
}

TEST_P(RowKernelsTest, Warp) {
  const float maps[][9] = {{0.9f, 0.13f, -2.5f, -0.07f, 1.2f, 3.1f, 0, 0, 1},
                           {0.03f, 0.01f, 1.7f, 0.02f, 0.4f, -1, 0.001f, -0.002f, 1.1f},
                           {1e30f, 0, -1e32f, 0, 0, std::numeric_limits<float>::quiet_NaN(), 0, 0, 1}};
  for (const auto& [width, height] : {std::pair<int, int>{1, 1}, {1, 5}, {7, 1}, {2, 2}, {40, 30}}) {
    for (const int step : {1, 4}) {
      const ptrdiff_t stride = ptrdiff_t{width} * step;
      const Bytes pixels = RandomBytes(static_cast<int>(3 * stride * height));
      const uint8_t* planes[] = {pixels.data(), pixels.data() + stride * height, pixels.data() + 2 * stride * height};
      const WarpSource source = {planes, 3, width, height, stride, step};
      for (const int count : {0, 1, 15, 16, 17, 64, 511, 512, 513, 1100}) {
        for (const float(&map)[9] : maps) {
          for (WarpRow* RowKernels::*const member : {&RowKernels::warp_nearest, &RowKernels::warp_bilinear}) {
            ExpectPlainResult<uint8_t>(3 * count * step, [&, m = map](const RowKernels& kernels, uint8_t* out) {
              uint8_t* rows[] = {out, out + count * step, out + 2 * count * step};
              (kernels.*member)(source, m, {rows, step, 5, count});
            });
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, RowKernelsTest, ::testing::Values(CpuLevel::kAvx2, CpuLevel::kAvx512),
                         [](const auto& info) { return std::string(Name(info.param)); });

}  // namespace
}  // namespace bm::cv
