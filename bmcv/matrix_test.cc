// bmcv_gemm, bmcv_matmul, bmcv_matmul_transpose_opt, bmcv_image_axpy and bmcv_cmulp.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "bmcv/testing/tensor_test.h"
#include "bmcv_api.h"
#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Floats = std::vector<float>;

class MatrixTest : public TensorTest {};
INSTANTIATE_WITH_BOTH_MEMORIES(MatrixTest);

TEST_P(MatrixTest, GemmOfTwoByTwo) {
  Array<float> a(*this, Floats{1, 2, 3, 4}), b(*this, Floats{5, 6, 7, 8}), c(*this, Floats{1, 1, 1, 1});
  const auto gemm = [&](bool a_trans, bool b_trans, float alpha, float beta) {
    return bmcv_gemm(handle_, a_trans, b_trans, 2, 2, 2, alpha, a.mem(), 2, b.mem(), 2, beta, c.mem(), 2);
  };
  ASSERT_EQ(gemm(false, false, 1, 10), BM_SUCCESS);
  EXPECT_EQ(c.Read(), Floats({29, 32, 53, 60}));
  ASSERT_EQ(gemm(true, false, 2, 0), BM_SUCCESS);
  EXPECT_EQ(c.Read(), Floats({52, 60, 76, 88}));
  ASSERT_EQ(gemm(false, true, 1, 0), BM_SUCCESS);
  EXPECT_EQ(c.Read(), Floats({17, 23, 39, 53}));
}

TEST_P(MatrixTest, GemmDoesNotReadTheTargetWithoutBeta) {
  Array<float> a(*this, Floats{2}), b(*this, Floats{3}), c(*this, Floats{NAN});
  ASSERT_EQ(bmcv_gemm(handle_, false, false, 1, 1, 1, 1, a.mem(), 1, b.mem(), 1, 0, c.mem(), 1), BM_SUCCESS);
  EXPECT_EQ(c.Read(), Floats({6}));
}

TEST_P(MatrixTest, GemmKeepsToItsRows) {
  constexpr int kM = 7, kN = 5, kK = 9, kLda = 11, kLdb = 12, kLdc = 8;
  for (const int transposed : {0, 1, 2, 3}) {
    const bool a_trans = transposed & 1, b_trans = transposed & 2;
    const Floats a = RandomFloats((a_trans ? kK : kM) * kLda, -1, 1),
                 b = RandomFloats((b_trans ? kN : kK) * kLdb, -1, 1);
    const Floats before = RandomFloats(kM * kLdc, -1, 1);
    Array<float> mem_a(*this, a), mem_b(*this, b), mem_c(*this, before);
    ASSERT_EQ(bmcv_gemm(handle_, a_trans, b_trans, kM, kN, kK, 0.5f, mem_a.mem(), kLda, mem_b.mem(), kLdb, 2.0f,
                        mem_c.mem(), kLdc),
              BM_SUCCESS);
    for (int i = 0; i < kM; ++i) {
      for (int j = 0; j < kLdc; ++j) {
        double expected = before[i * kLdc + j];
        if (j < kN) {
          double sum = 0;
          for (int k = 0; k < kK; ++k) {
            sum += double{a_trans ? a[k * kLda + i] : a[i * kLda + k]} * (b_trans ? b[j * kLdb + k] : b[k * kLdb + j]);
          }
          expected = 0.5 * sum + 2 * expected;
        }
        ASSERT_NEAR(mem_c.Read()[i * kLdc + j], expected, 1e-5);
      }
    }
  }
}

TEST_P(MatrixTest, GemmRefusals) {
  Array<float> values(*this, Floats{1, 2, 3, 4});
  const bm_device_mem_t mem = values.mem();
  EXPECT_EQ(bmcv_gemm(nullptr, false, false, 2, 2, 2, 1, mem, 2, mem, 2, 0, mem, 2), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_gemm(handle_, false, false, 0, 2, 2, 1, mem, 2, mem, 2, 0, mem, 2), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_gemm(handle_, false, false, 2, 2, 2, 1, mem, 1, mem, 2, 0, mem, 2), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_gemm(handle_, false, false, 2, 2, 2, 1, mem, 2, mem, 2, 0, mem, 1), BM_ERR_FAILURE);
  EXPECT_EQ(values.Read(), Floats({1, 2, 3, 4}));
}

class MatmulTest : public MatrixTest {
 protected:
  // One product a * b with the given signs, by bmcv_matmul. B is 1 x 1, so no transposition matters.
  template <typename Out>
  Out One(uint8_t a, uint8_t b, bool a_signed, bool b_signed, int shift, int type, float alpha = 1, float beta = 0) {
    Array<uint8_t> mem_a(*this, std::vector<uint8_t>{a}), mem_b(*this, std::vector<uint8_t>{b});
    Array<Out> mem_c(*this, 1);
    EXPECT_EQ(bmcv_matmul(handle_, 1, 1, 1, mem_a.mem(), mem_b.mem(), mem_c.mem(), a_signed, b_signed, shift, type,
                          false, alpha, beta),
              BM_SUCCESS);
    return mem_c.Read()[0];
  }
};
INSTANTIATE_WITH_BOTH_MEMORIES(MatmulTest);

TEST_P(MatmulTest, ShiftsRoundHalfUpAndSaturate) {
  EXPECT_EQ(One<uint8_t>(5, 3, false, false, 1, 0), 8);      // 7.5
  EXPECT_EQ(One<int8_t>(0xFB, 3, true, false, 1, 0), -7);    // -7.5
  EXPECT_EQ(One<uint8_t>(200, 2, false, false, 0, 0), 255);  // 400
  EXPECT_EQ(One<int8_t>(200, 2, false, true, 0, 0), 127);    // 400, signed since one operand is
  EXPECT_EQ(One<int8_t>(0x80, 2, true, false, 0, 0), -128);  // -256
  EXPECT_EQ(One<uint16_t>(255, 255, false, false, 0, 1), 65025);
  EXPECT_EQ(One<int16_t>(255, 127, false, true, 0, 1), 32385);
  EXPECT_EQ(One<int16_t>(0x80, 255, true, false, 0, 1), -32640);
  EXPECT_EQ(One<float>(0xFF, 100, true, false, 0, 2, 0.5f, 7), -43);
}

TEST_P(MatmulTest, AgreesWithIntegerSums) {
  constexpr int kM = 6, kN = 7, kK = 131;
  for (const bool b_transposed : {false, true}) {
    const std::vector<int8_t> a = RandomIntegers<int8_t>(kM * kK, -128, 127);
    const std::vector<uint8_t> b = RandomIntegers<uint8_t>(kK * kN, 0, 255);
    Array<int8_t> mem_a(*this, a);
    Array<uint8_t> mem_b(*this, b);
    Array<int16_t> words(*this, kM * kN);
    Array<float> singles(*this, kM * kN), optimized(*this, kM * kN);
    ASSERT_EQ(bmcv_matmul(handle_, kM, kN, kK, mem_a.mem(), mem_b.mem(), words.mem(), 1, 0, 4, 1, b_transposed),
              BM_SUCCESS);
    ASSERT_EQ(bmcv_matmul(handle_, kM, kN, kK, mem_a.mem(), mem_b.mem(), singles.mem(), 1, 0, 4, 2, b_transposed, 3, 1),
              BM_SUCCESS);
    ASSERT_EQ(bmcv_matmul_transpose_opt(handle_, kM, kN, kK, mem_a.mem(), mem_b.mem(), optimized.mem(), 1, 0),
              BM_SUCCESS);
    for (int i = 0; i < kM; ++i) {
      for (int j = 0; j < kN; ++j) {
        int sum = 0, transposed = 0;
        for (int k = 0; k < kK; ++k) sum += a[i * kK + k] * (b_transposed ? b[j * kK + k] : b[k * kN + j]);
        for (int k = 0; k < kK; ++k) transposed += a[i * kK + k] * b[j * kK + k];
        ASSERT_EQ(words.Read()[i * kN + j], std::clamp((sum + 8) >> 4, -32768, 32767));
        ASSERT_EQ(singles.Read()[i * kN + j], static_cast<float>(3 * sum + 1));
        ASSERT_EQ(optimized.Read()[i * kN + j], static_cast<float>(transposed));
      }
    }
  }
}

TEST_P(MatmulTest, Refusals) {
  Array<uint8_t> bytes(*this, std::vector<uint8_t>{1, 2, 3, 4});
  const bm_device_mem_t mem = bytes.mem();
  EXPECT_EQ(bmcv_matmul(handle_, 0, 2, 2, mem, mem, mem, 0, 0, 0, 0, false), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_matmul(handle_, 2, 2, 2, mem, mem, mem, 0, 0, -1, 0, false), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_matmul(handle_, 2, 2, 2, mem, mem, mem, 0, 0, 0, 3, false), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_matmul(handle_, 2, 2, 2, mem, mem, bm_mem_null(), 0, 0, 0, 0, false), BM_ERR_FAILURE);
  EXPECT_EQ(bytes.Read(), std::vector<uint8_t>({1, 2, 3, 4}));
}

TEST_P(MatrixTest, AxpyHasOneFactorAChannel) {
  Array<float> a(*this, Floats{2, -1}), x(*this, Floats{1, 2, 3, 4}), y(*this, Floats{10, 20, 30, 40}), f(*this, 4);
  ASSERT_EQ(bmcv_image_axpy(handle_, a.mem(), x.mem(), y.mem(), f.mem(), 1, 2, 1, 2), BM_SUCCESS);
  EXPECT_EQ(f.Read(), Floats({12, 24, 27, 36}));
  EXPECT_EQ(bmcv_image_axpy(handle_, a.mem(), x.mem(), y.mem(), f.mem(), 1, 0, 1, 2), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_axpy(nullptr, a.mem(), x.mem(), y.mem(), f.mem(), 1, 2, 1, 2), BM_ERR_DEVNOTREADY);
}

TEST_P(MatrixTest, CmulpMultipliesRowsByPoints) {
  Array<float> re(*this, Floats{1, 0, 3, 1}), im(*this, Floats{2, 1, 0, 1});
  Array<float> point_re(*this, Floats{2, 0}), point_im(*this, Floats{1, 3});
  Array<float> out_re(*this, 4), out_im(*this, 4);
  const auto cmulp = [&](bm_handle_t handle, int batch) {
    return bmcv_cmulp(handle, re.mem(), im.mem(), point_re.mem(), point_im.mem(), out_re.mem(), out_im.mem(), batch, 2);
  };
  ASSERT_EQ(cmulp(handle_, 2), BM_SUCCESS);
  // (1+2i)(2+i) = 5i, i * 3i = -3, 3(2+i) = 6+3i, (1+i) * 3i = -3+3i
  EXPECT_EQ(out_re.Read(), Floats({0, -3, 6, -3}));
  EXPECT_EQ(out_im.Read(), Floats({5, 0, 3, 3}));
  EXPECT_EQ(cmulp(handle_, 0), BM_ERR_PARAM);
  EXPECT_EQ(cmulp(nullptr, 2), BM_ERR_DEVNOTREADY);
}

}  // namespace
}  // namespace bm::cv
