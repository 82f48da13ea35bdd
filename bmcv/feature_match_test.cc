// bmcv_feature_match and bmcv_feature_match_normalized.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "bmcv/testing/tensor_test.h"
#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Floats = std::vector<float>;
using Bytes = std::vector<int8_t>;
using Words = std::vector<int16_t>;
using Ints = std::vector<int>;

class FeatureMatchTest : public TensorTest {};
INSTANTIATE_WITH_BOTH_MEMORIES(FeatureMatchTest);

TEST_P(FeatureMatchTest, SaturatesBeforeItShifts) {
  // Three entries of four features: sums 64516, 10, -65024.
  Array<int8_t> query(*this, Bytes{127, 127, 127, 127});
  Array<int8_t> database(*this, Bytes{127, 0, -128, 127, 0, -128, 127, 0, -128, 127, 0, -128});
  Array<int16_t> similarity(*this, 3);
  Array<int> index(*this, 3);
  const auto match = [&](int shift) {
    return bmcv_feature_match(handle_, query.mem(), database.mem(), similarity.mem(), index.mem(), 1, 4, 3, 3, shift);
  };
  ASSERT_EQ(match(0), BM_SUCCESS);
  EXPECT_EQ(similarity.Read(), Words({32767, 0, -32768}));
  EXPECT_EQ(index.Read(), Ints({0, 1, 2}));
  ASSERT_EQ(match(2), BM_SUCCESS);
  EXPECT_EQ(similarity.Read(), Words({8192, 0, -8192}));
}

TEST_P(FeatureMatchTest, TakesTheBestEntriesOfEveryQuery) {
  constexpr int kBatch = 3, kFeatures = 33, kEntries = 200, kResults = 5, kShift = 3;
  const Bytes queries = RandomIntegers<int8_t>(kBatch * kFeatures, -30, 30);
  const Bytes database = RandomIntegers<int8_t>(kFeatures * kEntries, -30, 30);
  Array<int8_t> query(*this, queries), entries(*this, database);
  Array<int16_t> similarity(*this, kBatch * kResults);
  Array<int> index(*this, kBatch * kResults);
  ASSERT_EQ(bmcv_feature_match(handle_, query.mem(), entries.mem(), similarity.mem(), index.mem(), kBatch, kFeatures,
                               kEntries, kResults, kShift),
            BM_SUCCESS);
  for (int b = 0; b < kBatch; ++b) {
    std::vector<std::pair<int, int>> sums;  // minus the similarity, entry
    for (int entry = 0; entry < kEntries; ++entry) {
      int sum = 0;
      for (int f = 0; f < kFeatures; ++f) sum += queries[b * kFeatures + f] * database[f * kEntries + entry];
      sums.emplace_back(-static_cast<int>(std::floor((std::floor(sum / 4.0) + 1) / 2)), entry);
    }
    std::sort(sums.begin(), sums.end());
    for (int i = 0; i < kResults; ++i) {
      ASSERT_EQ(similarity.Read()[b * kResults + i], -sums[i].first);
      ASSERT_EQ(index.Read()[b * kResults + i], sums[i].second);
    }
  }
}

TEST_P(FeatureMatchTest, NormalizedGivesTheCosine) {
  // Entries (3, 4), (0, 2), (1, 0); queries (0, 5), (6, 8) and nothing.
  Array<float> query(*this, Floats{0, 5, 6, 8, 0, 0}), database(*this, Floats{3, 0, 1, 4, 2, 0});
  Array<float> inverse_norms(*this, Floats{0.2f, 0.5f, 1});
  Array<float> similarity(*this, 3);
  Array<int> index(*this, 3);
  ASSERT_EQ(bmcv_feature_match_normalized(handle_, query.mem(), database.mem(), inverse_norms.mem(), similarity.mem(),
                                          index.mem(), 3, 2, 3),
            BM_SUCCESS);
  EXPECT_EQ(index.Read(), Ints({1, 0, 0}));
  EXPECT_FLOAT_EQ(similarity.Read()[0], 1);
  EXPECT_FLOAT_EQ(similarity.Read()[1], 1);
  EXPECT_EQ(similarity.Read()[2], 0);
}

TEST_P(FeatureMatchTest, LimitsAreFailures) {
  Array<int8_t> bytes(*this, 64);
  const bm_device_mem_t mem = bytes.mem();
  const auto match = [&](int batch, int features, int entries, int results, int shift) {
    return bmcv_feature_match(handle_, mem, mem, mem, mem, batch, features, entries, results, shift);
  };
  EXPECT_EQ(match(11, 1, 1, 1, 0), BM_ERR_FAILURE);
  EXPECT_EQ(match(0, 1, 1, 1, 0), BM_ERR_FAILURE);
  EXPECT_EQ(match(1, 4097, 1, 1, 0), BM_ERR_FAILURE);
  EXPECT_EQ(match(1, 1, 500001, 1, 0), BM_ERR_FAILURE);
  EXPECT_EQ(match(1, 1, 40, 31, 0), BM_ERR_FAILURE);
  EXPECT_EQ(match(1, 1, 2, 3, 0), BM_ERR_FAILURE);
  EXPECT_EQ(match(1, 1, 1, 0, 0), BM_ERR_FAILURE);
  EXPECT_EQ(match(1, 1, 1, 1, -1), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_feature_match_normalized(handle_, mem, mem, mem, mem, mem, 11, 1, 1), BM_ERR_FAILURE);
  EXPECT_EQ(bytes.Read(), Array<int8_t>::Unwritten(64));
}

}  // namespace
}  // namespace bm::cv
