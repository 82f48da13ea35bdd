// bmcv_nms and bmcv_nms_ext.
#include <cmath>
#include <cstring>
#include <vector>

#include "bmcv/testing/tensor_test.h"
#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Boxes = std::vector<face_rect_t>;

class NmsTest : public TensorTest {
 protected:
  // A hundred pixels each. The second overlaps the first by 50 of 150 pixels, the fourth lies apart.
  const Boxes boxes_ = {{0, 0, 9, 9, 0.9f}, {5, 0, 14, 9, 0.8f}, {0, 0, 9, 8, 0.7f}, {100, 100, 109, 109, 0.95f}};

  static std::vector<float> Scores(const std::vector<nms_proposal_t>& result) {
    std::vector<float> scores;
    for (int i = 0; i < result[0].size; ++i) scores.push_back(result[0].face_rect[i].score);
    return scores;
  }
};
INSTANTIATE_WITH_BOTH_MEMORIES(NmsTest);

TEST_P(NmsTest, KeepsTheBestOfOverlappingBoxes) {
  Array<face_rect_t> input(*this, boxes_);
  Array<nms_proposal_t> output(*this, 1);
  ASSERT_EQ(bmcv_nms(handle_, input.mem(), 4, 0.5f, output.mem()), BM_SUCCESS);
  // 0.7 shares 90 of 100 pixels with 0.9.
  EXPECT_EQ(Scores(output.Read()), std::vector<float>({0.95f, 0.9f, 0.8f}));
  EXPECT_EQ(output.Read()[0].face_rect[2].x1, 5);
  EXPECT_EQ(output.Read()[0].capacity, static_cast<int>(0xCDCDCDCD));
}

TEST_P(NmsTest, OverlapAtTheThresholdStays) {
  // Areas 100 and 200, 100 shared: exactly a half.
  Array<face_rect_t> input(*this, Boxes{{0, 0, 9, 9, 1}, {0, 0, 19, 9, 2}});
  Array<nms_proposal_t> output(*this, 1);
  ASSERT_EQ(bmcv_nms(handle_, input.mem(), 2, 0.5f, output.mem()), BM_SUCCESS);
  EXPECT_EQ(Scores(output.Read()), std::vector<float>({2, 1}));
  ASSERT_EQ(bmcv_nms(handle_, input.mem(), 2, 0.49f, output.mem()), BM_SUCCESS);
  EXPECT_EQ(Scores(output.Read()), std::vector<float>({2}));
}

TEST_P(NmsTest, EqualScoresKeepTheirOrder) {
  Array<face_rect_t> input(*this, Boxes{{0, 0, 1, 1, 1}, {9, 9, 10, 10, 1}, {5, 5, 6, 6, NAN}, {7, 7, 8, 8, 0}});
  Array<nms_proposal_t> output(*this, 1);
  ASSERT_EQ(bmcv_nms(handle_, input.mem(), 4, 0.5f, output.mem()), BM_SUCCESS);
  ASSERT_EQ(output.Read()[0].size, 4);
  EXPECT_EQ(output.Read()[0].face_rect[0].x1, 0);
  EXPECT_EQ(output.Read()[0].face_rect[1].x1, 9);
  EXPECT_EQ(output.Read()[0].face_rect[2].x1, 7);
  EXPECT_EQ(output.Read()[0].face_rect[3].x1, 5);
}

// Repeatedly takes the best box that is left: the definition, without sorting.
TEST_P(NmsTest, AgreesWithTheDefinitionOnRandomBoxes) {
  constexpr int kCount = 500;
  const std::vector<float> numbers = RandomFloats(kCount * 5, 0, 100);
  Boxes boxes;
  for (int i = 0; i < kCount; ++i) {
    const float* const row = &numbers[i * 5];
    boxes.push_back({row[0], row[1], row[0] + row[2] / 2, row[1] + row[3] / 2, row[4]});
  }
  Array<face_rect_t> input(*this, boxes);
  Array<nms_proposal_t> output(*this, 1);
  ASSERT_EQ(bmcv_nms(handle_, input.mem(), kCount, 0.3f, output.mem()), BM_SUCCESS);
  const auto area = [](const face_rect_t& b) { return (double{b.x2} - b.x1 + 1) * (double{b.y2} - b.y1 + 1); };
  std::vector<float> expected;
  while (true) {
    const auto best = std::max_element(boxes.begin(), boxes.end(), [](auto& a, auto& b) { return a.score < b.score; });
    if (best->score < 0) break;
    const face_rect_t taken = *best;
    expected.push_back(taken.score);
    for (face_rect_t& box : boxes) {
      const face_rect_t shared = {std::max(box.x1, taken.x1), std::max(box.y1, taken.y1), std::min(box.x2, taken.x2),
                                  std::min(box.y2, taken.y2), 0};
      const bool meets = shared.x2 - shared.x1 + 1 > 0 && shared.y2 - shared.y1 + 1 > 0;
      const double both = meets ? area(shared) : 0;
      if (both / (area(box) + area(taken) - both) > 0.3) box.score = -1;
    }
    best->score = -1;
  }
  EXPECT_EQ(Scores(output.Read()), expected);
  EXPECT_LT(expected.size(), 400u);
}

TEST_P(NmsTest, SoftSuppressionLowersScores) {
  Array<face_rect_t> input(*this, boxes_);
  Array<nms_proposal_t> output(*this, 1);
  ASSERT_EQ(bmcv_nms_ext(handle_, input.mem(), 4, 0.3f, output.mem(), 1, 0.01f, SOFT_NMS), BM_SUCCESS);
  // 0.8 shares 50 of 150 with 0.9: 0.8 * (1 - 1/3). 0.7: 90 of 100, 0.07, and then 45 of 145 with the second.
  std::vector<float> scores = Scores(output.Read());
  ASSERT_EQ(scores.size(), 4u);
  EXPECT_FLOAT_EQ(scores[2], 0.8f * 2 / 3);
  EXPECT_NEAR(scores[3], 0.07 * (1 - 45.0 / 145), 1e-6);
  ASSERT_EQ(bmcv_nms_ext(handle_, input.mem(), 4, 0.3f, output.mem(), 1, 0.06f, SOFT_NMS), BM_SUCCESS);
  EXPECT_EQ(output.Read()[0].size, 3);
  ASSERT_EQ(bmcv_nms_ext(handle_, input.mem(), 4, 0.5f, output.mem(), 1, 0.01f, SOFT_NMS, 2, GAUSSIAN_WEIGHTING),
            BM_SUCCESS);
  scores = Scores(output.Read());
  EXPECT_FLOAT_EQ(scores[2], 0.8f);
  EXPECT_NEAR(scores[3], 0.7 * std::exp(-0.9 * 0.9 / 2), 1e-6);
}

TEST_P(NmsTest, SoftSuppressionStartsAtTheThreshold) {
  // Areas 100 and 200, 100 shared: exactly a half.
  Array<face_rect_t> input(*this, Boxes{{0, 0, 9, 9, 1}, {0, 0, 19, 9, 2}});
  Array<nms_proposal_t> output(*this, 1);
  ASSERT_EQ(bmcv_nms_ext(handle_, input.mem(), 2, 0.5f, output.mem(), 1, 0, SOFT_NMS), BM_SUCCESS);
  EXPECT_EQ(Scores(output.Read()), std::vector<float>({2, 0.5f}));
}

TEST_P(NmsTest, AdaptiveSuppressionSparesCrowds) {
  Array<face_rect_t> input(*this, boxes_);
  Array<nms_proposal_t> output(*this, 1);
  std::vector<float> densities = {0.95f, 0, 0, 0};
  ASSERT_EQ(bmcv_nms_ext(handle_, input.mem(), 4, 0.1f, output.mem(), 1, 0, ADAPTIVE_NMS, 1, 0, densities.data()),
            BM_SUCCESS);
  // The picked 0.9 spares both; 0.8 then takes 0.7 away (45 of 145).
  EXPECT_EQ(Scores(output.Read()), std::vector<float>({0.95f, 0.9f, 0.8f}));
}

TEST_P(NmsTest, SsdSuppressionTightensItsThreshold) {
  // 0.9, 0.8 and 0.7 overlap by 90 of 100, 90 of 100 and 80 of 100 pixels.
  const Boxes boxes = {{0, 0, 9, 9, 0.9f}, {0, 0, 9, 8, 0.8f}, {50, 50, 59, 59, 0.7f}, {50, 50, 59, 58, 0.6f}};
  Array<face_rect_t> input(*this, boxes);
  Array<nms_proposal_t> output(*this, 1);
  ASSERT_EQ(bmcv_nms_ext(handle_, input.mem(), 4, 0.95f, output.mem(), 1, 0, SSD_NMS, 1, 0, nullptr, 1), BM_SUCCESS);
  EXPECT_EQ(output.Read()[0].size, 4);
  // 0.95 -> 0.93 -> 0.911 -> 0.893 after three kept boxes.
  ASSERT_EQ(bmcv_nms_ext(handle_, input.mem(), 4, 0.95f, output.mem(), 1, 0, SSD_NMS, 1, 0, nullptr, 0.98f),
            BM_SUCCESS);
  EXPECT_EQ(Scores(output.Read()), std::vector<float>({0.9f, 0.8f, 0.7f}));
}

TEST_P(NmsTest, RefusalsLeaveTheOutput) {
  Array<face_rect_t> input(*this, Boxes(1025));
  Array<nms_proposal_t> output(*this, 1);
  const bm_device_mem_t in = input.mem(), out = output.mem();
  EXPECT_EQ(bmcv_nms(handle_, in, 0, 0.5f, out), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_nms_ext(handle_, in, 0, 0.5f, out), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_nms_ext(handle_, in, 1025, 0.5f, out, 1, 0, SOFT_NMS), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_nms_ext(handle_, in, 1, 0.5f, out, 1, 0, MAX_NMS_TYPE), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_nms_ext(handle_, in, 1, 0.5f, out, 1, 0, ADAPTIVE_NMS), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_nms_ext(handle_, in, 1, 0.5f, out, 1, 0, SOFT_NMS, 1, 2), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_nms(handle_, bm_mem_null(), 1, 0.5f, out), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_nms(handle_, in, 1, 0.5f, bm_mem_from_system(nullptr)), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_nms(nullptr, in, 1, 0.5f, out), BM_ERR_FAILURE);
  EXPECT_EQ(output.Read()[0].size, static_cast<int>(0xCDCDCDCD));
}

}  // namespace
}  // namespace bm::cv
