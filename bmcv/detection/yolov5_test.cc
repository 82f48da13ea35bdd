// Worked values by hand, and goldens of an independent formulation (tools/bmcv/yolov5_goldens.py).
#include "bmcv/detection/yolov5.h"

#include <cmath>

#include "gtest/gtest.h"

namespace bm::cv {
namespace {

constexpr int kWidth = 64, kHeight = 48;

// A head of 2 x 3 cells, two anchors and three classes, with nothing to see but what the test writes.
class HeadTest : public ::testing::TestWithParam<bool> {
 protected:
  HeadTest() : data_(2 * 6 * 8, -20.0f) {
    head_.data = data_.data();
    head_.height = 2;
    head_.width = 3;
    head_.values = 8;
    head_.values_last = GetParam();
    head_.anchors = {{10, 20}, {30, 5}};
  }
  float& At(int anchor, int row, int column, int value) {
    const int cell = row * 3 + column;
    return data_[GetParam() ? (anchor * 6 + cell) * 8 + value : (anchor * 8 + value) * 6 + cell];
  }
  std::vector<DetectedBox> Boxes(const DetectionLimits& limits) {
    return BoxesOfHeads({&head_, 1}, kWidth, kHeight, limits);
  }

  std::vector<float> data_;
  Yolov5Head head_;
};

TEST_P(HeadTest, DecodesAPlace) {
  for (int value = 0; value < 4; ++value) At(1, 1, 2, value) = 0;  // sigmoid 0.5
  At(1, 1, 2, 4) = 20;
  At(1, 1, 2, 6) = std::log(3.0f);  // sigmoid 0.75
  const float threshold = 0.5f;
  const std::vector<DetectedBox> boxes = Boxes({{&threshold, 1}});
  ASSERT_EQ(boxes.size(), 1u);
  // Centre (2.5 * 64 / 3, 1.5 * 24), size of the anchor.
  EXPECT_EQ(boxes[0].label, 1);
  EXPECT_NEAR(boxes[0].score, 0.75f, 1e-6);
  EXPECT_NEAR(boxes[0].left, 160 / 3.0 - 15, 1e-4);
  EXPECT_NEAR(boxes[0].right, 160 / 3.0 + 15, 1e-4);
  EXPECT_NEAR(boxes[0].top, 36 - 2.5, 1e-4);
  EXPECT_NEAR(boxes[0].bottom, 36 + 2.5, 1e-4);
  const std::vector<float> by_class = {0.1f, 0.8f, 0.1f};
  EXPECT_TRUE(Boxes({by_class}).empty());
}

TEST_P(HeadTest, OneOrEveryClassOfAPlace) {
  for (int value = 0; value < 8; ++value) At(0, 0, 0, value) = value < 4 ? 0.0f : 2.0f + 0.1f * value;
  const float threshold = 0.5f;
  DetectionLimits limits = {{&threshold, 1}};
  EXPECT_EQ(Boxes(limits).size(), 3u);
  limits.across_classes = true;
  EXPECT_EQ(Boxes(limits).size(), 1u);
  limits.across_classes = false;
  limits.every_class = false;
  ASSERT_EQ(Boxes(limits).size(), 1u);
  EXPECT_EQ(Boxes(limits)[0].label, 2);
}

TEST_P(HeadTest, ANanIsNoBox) {
  for (int value = 0; value < 8; ++value) At(0, 0, 0, value) = NAN;
  const float threshold = 0.0f;
  EXPECT_EQ(Boxes({{&threshold, 1}}).size(), 11u * 3u);
}

INSTANTIATE_TEST_SUITE_P(Layouts, HeadTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "ValuesLast" : "ValuesFirst"; });

// Random heads against NumPy and ONNX Runtime.
TEST(GoldenTest, AgreesWithNonMaxSuppression) {
  constexpr DetectedBox kGoldens[] = {
#include "bmcv/detection/testing/yolov5_goldens.inc"
  };
  constexpr int kGrids[] = {8, 4, 2}, kClasses = 3;
  const std::vector<std::pair<int, int>> anchors[] = {
      {{10, 13}, {16, 30}, {33, 23}}, {{30, 61}, {62, 45}, {59, 119}}, {{116, 90}, {156, 198}, {373, 326}}};
  std::vector<std::vector<float>> data;
  std::vector<Yolov5Head> heads;
  uint32_t state = 12345;
  for (const int grid : kGrids) {
    data.emplace_back(3 * grid * grid * (5 + kClasses));
    for (float& value : data.back()) {
      state = state * 1664525 + 1013904223;
      value = static_cast<float>(state >> 16) / 8192 - 4;
    }
    heads.push_back({data.back().data(), grid, grid, 5 + kClasses, true, anchors[heads.size()]});
  }
  const float score = 0.85f;
  const std::vector<DetectedBox> boxes = BoxesOfHeads(heads, 64, 64, {{&score, 1}, 0.45f});
  ASSERT_EQ(boxes.size(), std::size(kGoldens));
  for (size_t i = 0; i < boxes.size(); ++i) {
    EXPECT_EQ(boxes[i].label, kGoldens[i].label) << i;
    EXPECT_NEAR(boxes[i].score, kGoldens[i].score, 1e-5) << i;
    EXPECT_NEAR(boxes[i].left, kGoldens[i].left, 1e-3) << i;
    EXPECT_NEAR(boxes[i].top, kGoldens[i].top, 1e-3) << i;
    EXPECT_NEAR(boxes[i].right, kGoldens[i].right, 1e-3) << i;
    EXPECT_NEAR(boxes[i].bottom, kGoldens[i].bottom, 1e-3) << i;
  }
}

TEST(RowsTest, TheBestRemains) {
  const std::vector<float> rows = {10, 10, 10, 10, 1,    0.6f,  0.2f,  // in the way of the next
                                   11, 10, 10, 10, 1,    0.9f,  0.1f,  // best
                                   30, 30, 10, 10, 1,    0.1f,  0.5f,  // elsewhere
                                   11, 10, 10, 10, 1,    0.1f,  0.7f,  // another class
                                   11, 18, 10, 10, 1,    0.55f, 0.0f,  // a fifth of its area is shared
                                   50, 50, 10, 10, 0.4f, 0.9f,  0.0f};
  const float threshold = 0.45f;
  DetectionLimits limits = {{&threshold, 1}, 0.5f, false, false};
  const auto labels = [&] {
    std::vector<std::pair<int, float>> found;
    for (const DetectedBox& box : BoxesOfRows(rows, 7, limits)) found.push_back({box.label, box.score});
    return found;
  };
  using Found = std::vector<std::pair<int, float>>;
  EXPECT_EQ(labels(), (Found{{0, 0.9f}, {1, 0.7f}, {0, 0.55f}, {1, 0.5f}}));
  limits.across_classes = true;
  EXPECT_EQ(labels(), (Found{{0, 0.9f}, {0, 0.55f}, {1, 0.5f}}));
  limits.overlap = 0.1f;  // 20 of 180 pixels are shared
  EXPECT_EQ(labels(), (Found{{0, 0.9f}, {1, 0.5f}}));
}

}  // namespace
}  // namespace bm::cv
