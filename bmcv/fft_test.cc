// bmcv_fft_*.
#include <cmath>
#include <complex>
#include <vector>

#include "bmcv/testing/tensor_test.h"
#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Floats = std::vector<float>;
using Complex = std::complex<double>;

// What a transform of `rows` x `columns` values gives at (k, l), by the definition.
Complex Dft(const float* real, const float* imaginary, int rows, int columns, int k, int l, bool is_forward) {
  Complex sum = 0;
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      const double turns = static_cast<double>(y) * k / rows + static_cast<double>(x) * l / columns;
      const Complex value(real[y * columns + x], imaginary[y * columns + x]);
      sum += value * std::polar(1.0, (is_forward ? -2 : 2) * M_PI * turns);
    }
  }
  return sum;
}

class FftTest : public TensorTest {
 protected:
  // `batch` transforms of random values, each compared with the definition.
  void Check(void* plan, int batch, int rows, int columns, bool is_forward, bool is_real) {
    const int area = rows * columns, count = batch * area;
    const Floats re = RandomFloats(count, -100, 100);
    const Floats im = is_real ? Floats(count) : RandomFloats(count, -100, 100);
    Array<float> in_real(*this, re), in_imaginary(*this, im), out_real(*this, count), out_imaginary(*this, count);
    const bm_status_t status =
        is_real
            ? bmcv_fft_execute_real_input(handle_, in_real.mem(), out_real.mem(), out_imaginary.mem(), plan)
            : bmcv_fft_execute(handle_, in_real.mem(), in_imaginary.mem(), out_real.mem(), out_imaginary.mem(), plan);
    ASSERT_EQ(status, BM_SUCCESS);
    const Floats& result_real = out_real.Read();
    const Floats& result_imaginary = out_imaginary.Read();
    for (int i = 0; i < count; ++i) {
      const int start = i / area * area, k = i % area / columns, l = i % columns;
      const Complex expected = Dft(&re[start], &im[start], rows, columns, k, l, is_forward);
      ASSERT_NEAR(result_real[i], expected.real(), 1e-5 * std::max(100.0, std::abs(expected))) << i;
      ASSERT_NEAR(result_imaginary[i], expected.imag(), 1e-5 * std::max(100.0, std::abs(expected))) << i;
    }
  }
};
INSTANTIATE_WITH_BOTH_MEMORIES(FftTest);

TEST_P(FftTest, FourPoints) {
  Array<float> real(*this, Floats{1, 2, 3, 4}), out_real(*this, 4), out_imaginary(*this, 4);
  void* plan = nullptr;
  ASSERT_EQ(bmcv_fft_1d_create_plan(handle_, 1, 4, true, plan), BM_SUCCESS);
  ASSERT_EQ(bmcv_fft_execute_real_input(handle_, real.mem(), out_real.mem(), out_imaginary.mem(), plan), BM_SUCCESS);
  EXPECT_EQ(out_real.Read(), Floats({10, -2, -2, -2}));
  EXPECT_EQ(out_imaginary.Read(), Floats({0, 2, 0, -2}));
  bmcv_fft_destroy_plan(handle_, plan);
}

TEST_P(FftTest, LinesOfEveryFactor) {
  for (const int length : {1, 2, 3, 4, 5, 8, 12, 60, 100, 243, 256}) {
    for (const bool is_forward : {true, false}) {
      void* plan = nullptr;
      ASSERT_EQ(bmcv_fft_1d_create_plan(handle_, 3, length, is_forward, plan), BM_SUCCESS);
      Check(plan, 3, 1, length, is_forward, /*is_real=*/length % 5 == 0);
      bmcv_fft_destroy_plan(handle_, plan);
    }
  }
}

TEST_P(FftTest, Images) {
  const struct { int rows, columns; } rows[] = {{4, 6}, {15, 8}, {1, 20}, {25, 1}, {1, 1}};
  for (const auto& row : rows) {
    for (const bool is_forward : {true, false}) {
      void* plan = nullptr;
      ASSERT_EQ(bmcv_fft_2d_create_plan(handle_, row.rows, row.columns, is_forward, plan), BM_SUCCESS);
      Check(plan, 1, row.rows, row.columns, is_forward, /*is_real=*/false);
      bmcv_fft_destroy_plan(handle_, plan);
    }
  }
}

TEST_P(FftTest, Refusals) {
  void* const untouched = &random_;
  void* plan = untouched;
  for (const int length : {0, -4, 7, 14, 101}) {
    EXPECT_EQ(bmcv_fft_1d_create_plan(handle_, 1, length, true, plan), BM_ERR_PARAM) << length;
    EXPECT_EQ(bmcv_fft_2d_create_plan(handle_, 4, length, true, plan), BM_ERR_PARAM) << length;
    EXPECT_EQ(bmcv_fft_2d_create_plan(handle_, length, 4, true, plan), BM_ERR_PARAM) << length;
  }
  EXPECT_EQ(bmcv_fft_1d_create_plan(handle_, 0, 4, true, plan), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_fft_1d_create_plan(nullptr, 1, 4, true, plan), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(plan, untouched);
  Array<float> values(*this, 3);
  const bm_device_mem_t mem = values.mem();
  EXPECT_EQ(bmcv_fft_execute(handle_, mem, mem, mem, mem, nullptr), BM_ERR_PARAM);
  ASSERT_EQ(bmcv_fft_1d_create_plan(handle_, 1, 4, true, plan), BM_SUCCESS);
  if (GetParam() == Memory::kDevice) {
    EXPECT_EQ(bmcv_fft_execute(handle_, mem, mem, mem, mem, plan), BM_ERR_PARAM);
  }
  bmcv_fft_destroy_plan(handle_, plan);
  bmcv_fft_destroy_plan(handle_, nullptr);
}

}  // namespace
}  // namespace bm::cv
