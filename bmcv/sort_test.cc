// bmcv_sort and bmcv_batch_topk.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "bmcv/testing/tensor_test.h"
#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Floats = std::vector<float>;
using Ints = std::vector<int>;

class SortTest : public TensorTest {};
INSTANTIATE_WITH_BOTH_MEMORIES(SortTest);

TEST_P(SortTest, CarriesIndexesAlong) {
  Array<float> keys(*this, Floats{3, -1, 2, 7});
  Array<int> labels(*this, Ints{30, 10, 20, 70});
  Array<float> sorted(*this, 4);
  Array<int> places(*this, 4);
  const auto sort = [&](int count, int order, bool auto_index) {
    return bmcv_sort(handle_, labels.mem(), keys.mem(), 4, places.mem(), sorted.mem(), count, order, true, auto_index);
  };
  ASSERT_EQ(sort(4, 0, false), BM_SUCCESS);
  EXPECT_EQ(sorted.Read(), Floats({-1, 2, 3, 7}));
  EXPECT_EQ(places.Read(), Ints({10, 20, 30, 70}));
  ASSERT_EQ(sort(2, 1, true), BM_SUCCESS);
  EXPECT_EQ(sorted.Read(), Floats({7, 3, 3, 7}));
  EXPECT_EQ(places.Read(), Ints({3, 0, 30, 70}));
}

TEST_P(SortTest, WorksInPlaceAndWithoutIndexes) {
  Array<float> keys(*this, Floats{2, NAN, 3, 1});
  const bm_device_mem_t none = bm_mem_null();
  ASSERT_EQ(bmcv_sort(handle_, none, keys.mem(), 4, none, keys.mem(), 4, 1, false, false), BM_SUCCESS);
  EXPECT_EQ(Floats(keys.Read().begin(), keys.Read().begin() + 3), Floats({3, 2, 1}));
  EXPECT_TRUE(std::isnan(keys.Read()[3]));
}

TEST_P(SortTest, AgreesWithStableSort) {
  // Few distinct values, so that ties matter.
  const std::vector<int8_t> numbers = RandomIntegers<int8_t>(1000, -20, 20);
  const Floats values(numbers.begin(), numbers.end());
  Array<float> keys(*this, values);
  Array<float> sorted(*this, 700);
  Array<int> places(*this, 700);
  ASSERT_EQ(bmcv_sort(handle_, bm_mem_null(), keys.mem(), 1000, places.mem(), sorted.mem(), 700, 1, true, true),
            BM_SUCCESS);
  Ints expected(1000);
  std::iota(expected.begin(), expected.end(), 0);
  std::stable_sort(expected.begin(), expected.end(), [&](int a, int b) { return values[a] > values[b]; });
  expected.resize(700);
  EXPECT_EQ(places.Read(), expected);
  for (int i = 0; i < 700; ++i) ASSERT_EQ(sorted.Read()[i], values[expected[i]]);
}

TEST_P(SortTest, RefusesCountsAndOrders) {
  Array<float> keys(*this, 4);
  const bm_device_mem_t mem = keys.mem();
  const auto sort = [&](int count, int sorted, int order) {
    return bmcv_sort(handle_, mem, mem, count, mem, mem, sorted, order, false, false);
  };
  EXPECT_EQ(sort(0, 0, 0), BM_ERR_PARAM);
  EXPECT_EQ(sort(4, 5, 0), BM_ERR_PARAM);
  EXPECT_EQ(sort(4, 0, 0), BM_ERR_PARAM);
  EXPECT_EQ(sort(4, 4, 2), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_sort(nullptr, mem, mem, 4, mem, mem, 4, 0, false, false), BM_ERR_DEVNOTREADY);
  if (GetParam() == Memory::kDevice) {
    EXPECT_EQ(sort(5, 4, 0), BM_ERR_PARAM);
  }
  EXPECT_EQ(keys.Read(), Array<float>::Unwritten(4));
}

TEST_P(SortTest, TopkTakesTheBestOfEachBatch) {
  Array<float> keys(*this, Floats{1, 5, 3, 9, 2, 8, 4, 9});
  Array<int> labels(*this, Ints{0, 10, 20, 30, 40, 50, 60, 70});
  Array<float> best(*this, 4);
  Array<int> places(*this, 4);
  Ints counts = {3, 4};
  const auto topk = [&](bool valid, bool same, int stride, bool descending) {
    return bmcv_batch_topk(handle_, keys.mem(), labels.mem(), best.mem(), places.mem(), bm_mem_null(), valid, 2, 2,
                           counts.data(), same, stride, descending);
  };
  ASSERT_EQ(topk(true, false, 4, true), BM_SUCCESS);
  EXPECT_EQ(best.Read(), Floats({5, 3, 9, 8}));
  EXPECT_EQ(places.Read(), Ints({10, 20, 70, 50}));
  ASSERT_EQ(topk(false, true, 5, false), BM_SUCCESS);
  EXPECT_EQ(best.Read(), Floats({1, 3, 4, 8}));
  EXPECT_EQ(places.Read(), Ints({0, 2, 1, 0}));
}

TEST_P(SortTest, TopkRefusesShortBatches) {
  Array<float> keys(*this, 4);
  const bm_device_mem_t mem = keys.mem();
  Ints counts = {2, 1};
  const auto topk = [&](int k, int batch, int* per_batch, int stride) {
    return bmcv_batch_topk(handle_, mem, mem, mem, mem, mem, false, k, batch, per_batch, false, stride);
  };
  EXPECT_EQ(topk(2, 2, counts.data(), 2), BM_ERR_PARAM);
  EXPECT_EQ(topk(0, 2, counts.data(), 2), BM_ERR_PARAM);
  EXPECT_EQ(topk(1, 0, counts.data(), 2), BM_ERR_PARAM);
  EXPECT_EQ(topk(1, 2, nullptr, 2), BM_ERR_PARAM);
  EXPECT_EQ(topk(1, 2, counts.data(), -1), BM_ERR_PARAM);
}

}  // namespace
}  // namespace bm::cv
