// bmcv_min_max, bmcv_distance, bmcv_calc_hist and bmcv_hist_balance.
#include <cmath>
#include <cstdint>
#include <vector>

#include "bmcv/testing/tensor_test.h"
#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Floats = std::vector<float>;
using Bytes = std::vector<uint8_t>;
constexpr int kFloats = 0, kBytes = 1;

class StatisticsTest : public TensorTest {};
INSTANTIATE_WITH_BOTH_MEMORIES(StatisticsTest);

TEST_P(StatisticsTest, Extremes) {
  Array<float> values(*this, Floats{3, -2, 7.5f, 0});
  float low = 99, high = 99;
  ASSERT_EQ(bmcv_min_max(handle_, values.mem(), &low, &high, 4), BM_SUCCESS);
  EXPECT_EQ(low, -2);
  EXPECT_EQ(high, 7.5f);
  ASSERT_EQ(bmcv_min_max(handle_, values.mem(), nullptr, &high, 2), BM_SUCCESS);
  EXPECT_EQ(high, 3);
  ASSERT_EQ(bmcv_min_max(handle_, values.mem(), &low, nullptr, 1), BM_SUCCESS);
  EXPECT_EQ(low, 3);
  EXPECT_EQ(bmcv_min_max(handle_, values.mem(), &low, &high, 0), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_min_max(nullptr, values.mem(), &low, &high, 4), BM_ERR_DEVNOTREADY);
}

TEST_P(StatisticsTest, Distances) {
  Array<float> points(*this, Floats{0, 0, 3, 4, -2, 1});
  Array<float> distances(*this, 3);
  const Floats origin = {0, 0};
  ASSERT_EQ(bmcv_distance(handle_, points.mem(), distances.mem(), 2, origin.data(), 3), BM_SUCCESS);
  EXPECT_EQ(distances.Read(), Floats({0, 5, std::sqrt(5.0f)}));
  const Floats point = {1, 1, 1};
  ASSERT_EQ(bmcv_distance_ext(handle_, points.mem(), distances.mem(), 3, point.data(), 2, 5), BM_SUCCESS);
  EXPECT_FLOAT_EQ(distances.Read()[1], std::sqrt(9.0f + 9));
  for (const int dim : {0, 9}) {
    EXPECT_EQ(bmcv_distance(handle_, points.mem(), distances.mem(), dim, point.data(), 1), BM_ERR_PARAM);
  }
  EXPECT_EQ(bmcv_distance(handle_, points.mem(), distances.mem(), 1, nullptr, 1), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_distance(handle_, points.mem(), distances.mem(), 1, point.data(), 0), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_distance_ext(handle_, points.mem(), distances.mem(), 1, point.data(), 1, 3), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_distance(nullptr, points.mem(), distances.mem(), 1, point.data(), 1), BM_ERR_DEVNOTREADY);
}

TEST_P(StatisticsTest, HistogramLeavesOutItsUpperBound) {
  Array<float> values(*this, Floats{0, 0.49f, 0.5f, 1.99f, 2, -0.01f, NAN, 1e30f});
  Array<float> counts(*this, 4);
  const int channel = 0, bins = 4;
  const Floats range = {0, 2};
  ASSERT_EQ(bmcv_calc_hist(handle_, values.mem(), counts.mem(), 1, 2, 4, &channel, 1, &bins, range.data(), kFloats),
            BM_SUCCESS);
  EXPECT_EQ(counts.Read(), Floats({2, 1, 0, 1}));
}

TEST_P(StatisticsTest, HistogramIsRowMajorOverItsDimensions) {
  // Two channels of four pixels; the first dimension is channel 1.
  Array<uint8_t> values(*this, Bytes{0, 100, 200, 255, 10, 10, 130, 250});
  Array<float> counts(*this, 6);
  const std::vector<int> channels = {1, 0}, bins = {2, 3};
  const Floats ranges = {0, 256, 0, 256};
  const Floats weights = {1, 10, 100, 0.5f};
  ASSERT_EQ(bmcv_calc_hist(handle_, values.mem(), counts.mem(), 2, 2, 2, channels.data(), 2, bins.data(), ranges.data(),
                           kBytes),
            BM_SUCCESS);
  EXPECT_EQ(counts.Read(), Floats({1, 1, 0, 0, 0, 2}));
  ASSERT_EQ(bmcv_calc_hist_with_weight(handle_, values.mem(), counts.mem(), weights.data(), 2, 2, 2, channels.data(), 2,
                                       bins.data(), ranges.data(), kBytes),
            BM_SUCCESS);
  EXPECT_EQ(counts.Read(), Floats({1, 10, 0, 0, 0, 100.5f}));
}

TEST_P(StatisticsTest, HistogramOfThreeChannelsAgreesWithTheFormula) {
  constexpr int kArea = 40 * 25;
  const Floats values = RandomFloats(3 * kArea, -10, 300);
  const std::vector<int> channels = {0, 1, 2}, bins = {5, 7, 3};
  const Floats ranges = {0, 256, -5, 200, 10, 250};
  Array<float> mem(*this, values), counts(*this, 105);
  ASSERT_EQ(bmcv_calc_hist(handle_, mem.mem(), counts.mem(), 3, 40, 25, channels.data(), 3, bins.data(), ranges.data(),
                           kFloats),
            BM_SUCCESS);
  Floats expected(105);
  for (int i = 0; i < kArea; ++i) {
    const int a = static_cast<int>(std::floor(values[i] * 5 / 256.0));
    const int b = static_cast<int>(std::floor((values[kArea + i] + 5) * 7 / 205.0));
    const int c = static_cast<int>(std::floor((values[2 * kArea + i] - 10) * 3 / 240.0));
    if (a >= 0 && a < 5 && b >= 0 && b < 7 && c >= 0 && c < 3) ++expected[(a * 7 + b) * 3 + c];
  }
  EXPECT_EQ(counts.Read(), expected);
}

TEST_P(StatisticsTest, HistogramRefusals) {
  Array<uint8_t> values(*this, Bytes(8));
  Array<float> counts(*this, Floats{7, 7});
  const std::vector<int> channels = {0, 2, 0, 0}, bins = {2, 0, 1, 1};
  const Floats ranges = {0, 256, 0, 0, 0, 1, 0, 1};
  const auto calculate = [&](int first, int dims, const int* sizes, int dtype) {
    return bmcv_calc_hist(handle_, values.mem(), counts.mem(), 2, 2, 2, &channels[first], dims, sizes, ranges.data(),
                          dtype);
  };
  EXPECT_EQ(calculate(0, 0, bins.data(), kBytes), BM_ERR_PARAM);
  EXPECT_EQ(calculate(0, 4, bins.data(), kBytes), BM_ERR_PARAM);
  EXPECT_EQ(calculate(0, 1, bins.data(), 2), BM_ERR_PARAM);
  EXPECT_EQ(calculate(1, 1, bins.data(), kBytes), BM_ERR_PARAM);
  EXPECT_EQ(calculate(2, 2, bins.data(), kBytes), BM_ERR_PARAM);
  EXPECT_EQ(calculate(0, 1, nullptr, kBytes), BM_ERR_PARAM);
  const float infinite[] = {-INFINITY, 256};
  EXPECT_EQ(
      bmcv_calc_hist(handle_, values.mem(), counts.mem(), 2, 2, 2, channels.data(), 1, bins.data(), infinite, kBytes),
      BM_ERR_PARAM);
  EXPECT_EQ(bmcv_calc_hist_with_weight(handle_, values.mem(), counts.mem(), nullptr, 2, 2, 2, channels.data(), 1,
                                       bins.data(), ranges.data(), kBytes),
            BM_ERR_PARAM);
  EXPECT_EQ(counts.Read(), Floats({7, 7}));
}

TEST_P(StatisticsTest, BalanceSpreadsBytes) {
  // Counts 1, 2, 1 of 4: (cdf - 1) / 3 * 255.
  Array<uint8_t> values(*this, Bytes{52, 60, 60, 61}), balanced(*this, 4);
  ASSERT_EQ(bmcv_hist_balance(handle_, values.mem(), balanced.mem(), 2, 2), BM_SUCCESS);
  EXPECT_EQ(balanced.Read(), Bytes({0, 170, 170, 255}));
  Array<uint8_t> flat(*this, Bytes{9, 9, 9, 9});
  ASSERT_EQ(bmcv_hist_balance(handle_, flat.mem(), flat.mem(), 2, 2), BM_SUCCESS);
  EXPECT_EQ(flat.Read(), Bytes({9, 9, 9, 9}));
  EXPECT_EQ(bmcv_hist_balance(handle_, flat.mem(), flat.mem(), 0, 2), BM_ERR_PARAM);
}

}  // namespace
}  // namespace bm::cv
