// The YOLOv5 classes: thresholds, sizes and places; the formulas are tested in bmcv/detection. Run under tsan too.
#include "algokit.h"

#include <cmath>

#include "gtest/gtest.h"

namespace sail {
namespace {

using Ints = std::vector<int>;
using Floats = std::vector<float>;
using Shapes = std::vector<std::vector<int>>;

constexpr int kWidth = 64, kHeight = 64, kClasses = 2, kValues = 5 + kClasses;

// Heads of two pictures. Picture b has one box: anchor 1 of the middle head (62 x 45) in cell (1, 2), class b.
class AlgokitTest : public ::testing::Test {
 protected:
  AlgokitTest() {
    for (const int grid : {2, 8, 4}) {  // in no order
      shapes_.push_back({2, 3, grid, grid, kValues});
      heads_.emplace_back(new Tensor(shapes_.back()));
      heads_.back()->memory_set(-20.0f);
      outputs_.emplace_back("head" + std::to_string(grid), heads_.back().get());
    }
    for (int b = 0; b < 2; ++b) {
      float* const place = static_cast<float*>(heads_[2]->sys_data()) + ((b * 3 + 1) * 16 + 2 * 4 + 1) * kValues;
      for (int i = 0; i < 4; ++i) place[i] = 0;
      place[4] = 20;
      place[5 + b] = 2;  // probability 0.88
    }
  }
  static void ExpectBox(const DeteObjRect& box, unsigned label, float left, float top, float right, float bottom) {
    EXPECT_EQ(box.class_id, label);
    EXPECT_NEAR(box.score, 1 / (1 + std::exp(-2.0)), 1e-5);
    EXPECT_NEAR(box.left, left, 1e-3);
    EXPECT_NEAR(box.top, top, 1e-3);
    EXPECT_NEAR(box.right, right, 1e-3);
    EXPECT_NEAR(box.bottom, bottom, 1e-3);
    EXPECT_NEAR(box.width, right - left, 1e-3);
    EXPECT_NEAR(box.height, bottom - top, 1e-3);
  }

  Shapes shapes_;
  std::vector<std::unique_ptr<Tensor>> heads_;
  std::vector<TensorPTRWithName> outputs_;
  Ints widths_{128, 64}, heights_{64, 64};
  Floats score_{0.5f}, overlap_{0.5f};
};

// The box's centre is (24, 40) in the network's input, its size 62 x 45.
TEST_F(AlgokitTest, BoxesComeBackToThePictures) {
  algo_yolov5_post_cpu_opt post(shapes_, kWidth, kHeight);
  std::vector<std::vector<DeteObjRect>> boxes;
  ASSERT_EQ(post.process(outputs_, widths_, heights_, boxes, score_, overlap_, false, true), SAIL_ALGO_SUCCESS);
  ASSERT_EQ(boxes.size(), 2u);
  ASSERT_EQ(boxes[0].size(), 1u);
  ExpectBox(boxes[0][0], 0, 0, 17.5f, 110, 62.5f);  // twice as wide, cut at the left
  ASSERT_EQ(boxes[1].size(), 1u);
  ExpectBox(boxes[1][0], 1, 0, 17.5f, 55, 62.5f);
  // 128 x 64 lies in rows 16 to 48 of the input.
  ASSERT_EQ(post.process(outputs_, widths_, heights_, boxes, score_, overlap_, true, true), SAIL_ALGO_SUCCESS);
  ExpectBox(boxes[0][0], 0, 0, 3, 110, 64);
  const auto tuples = post.process(outputs_, widths_, heights_, score_, overlap_, true, true);
  EXPECT_EQ(std::get<2>(tuples[0][0]), 110);
  std::map<std::string, Tensor&> named;
  for (const TensorPTRWithName& output : outputs_) named.emplace(output.name, *output.data);
  EXPECT_EQ(post.process(named, widths_, heights_, score_, overlap_, true, true), tuples);
}

TEST_F(AlgokitTest, ThresholdsOfPicturesAndClasses) {
  algo_yolov5_post_cpu_opt post(shapes_, kWidth, kHeight);
  std::vector<std::vector<DeteObjRect>> boxes;
  Floats per_picture{0.9f, 0.5f};
  ASSERT_EQ(post.process(outputs_, widths_, heights_, boxes, per_picture, overlap_, false, true), SAIL_ALGO_SUCCESS);
  EXPECT_EQ(boxes[0].size() * 10 + boxes[1].size(), 1u);
  std::vector<Floats> per_class{{0.5f, 0.9f}};
  ASSERT_EQ(post.process(outputs_, widths_, heights_, boxes, per_class, overlap_, false, true), SAIL_ALGO_SUCCESS);
  EXPECT_EQ(boxes[0].size() * 10 + boxes[1].size(), 10u);
  EXPECT_EQ(post.process(outputs_, widths_, heights_, per_class, overlap_, false, true)[1].size(), 0u);
  EXPECT_EQ(post.reset_anchors({{{1, 1}, {1, 1}, {1, 1}}, {{1, 1}, {8, 4}, {1, 1}}, {{1, 1}, {1, 1}, {1, 1}}}),
            SAIL_ALGO_SUCCESS);
  ASSERT_EQ(post.process(outputs_, widths_, heights_, boxes, score_, overlap_, false, true), SAIL_ALGO_SUCCESS);
  ExpectBox(boxes[1][0], 1, 20, 38, 28, 42);
}

TEST_F(AlgokitTest, RefusesWhatDoesNotFit) {
  algo_yolov5_post_cpu_opt post(shapes_, kWidth, kHeight);
  std::vector<std::vector<DeteObjRect>> boxes;
  const auto status = [&](Ints widths, Floats scores) {
    return post.process(outputs_, widths, heights_, boxes, scores, overlap_, false, true);
  };
  EXPECT_EQ(status({64}, score_), SAIL_ALGO_ERROR_BATCHSIZE);
  EXPECT_EQ(status({64, 0}, score_), SAIL_ALGO_ERROR_PARAMS);
  EXPECT_EQ(status(widths_, {0.5f, 0.5f, 0.5f}), SAIL_ALGO_ERROR_PARAMS);
  std::vector<Floats> three{{0.5f, 0.5f, 0.5f}};
  EXPECT_THROW(post.process(outputs_, widths_, heights_, three, overlap_, false, true), SailRuntimeError);
  EXPECT_EQ(post.reset_anchors({{{1, 1}}}), SAIL_ALGO_ERROR_PARAMS);
  heads_[0]->free();
  EXPECT_EQ(status(widths_, score_), SAIL_ALGO_ERROR_D2S);
  outputs_.pop_back();
  EXPECT_EQ(status(widths_, score_), SAIL_ALGO_ERROR_SHAPES);
  EXPECT_THROW(algo_yolov5_post_cpu_opt({{1, 3, 8, 8, 7}}, 64, 64), SailRuntimeError);
  EXPECT_THROW(algo_yolov5_post_cpu_opt({{1, 3, 8, 8, 7}, {1, 3, 4, 4, 7}, {1, 3, 2, 2, 8}}, 64, 64), SailRuntimeError);
  EXPECT_THROW(algo_yolov5_post_cpu_opt({{1, 3, 8, 8, 5}, {1, 3, 4, 4, 5}, {1, 3, 2, 2, 5}}, 64, 64), SailRuntimeError);
}

TEST_F(AlgokitTest, WorksInAThread) {
  algo_yolov5_post_3output heads(shapes_, kWidth, kHeight, 2);
  algo_yolov5_post_cpu_opt_async optimised(shapes_, kWidth, kHeight, 2);
  const Shapes places{{0, 16, 64, 32}, {0, 0, 64, 64}};
  ASSERT_EQ(heads.push_data({7, 8}, {1, 2}, outputs_, score_, overlap_, widths_, heights_, places), SAIL_ALGO_SUCCESS);
  ASSERT_EQ(
      optimised.push_data({7, 8}, {1, 2}, outputs_, std::vector<Floats>{score_}, overlap_, widths_, heights_, places),
      SAIL_ALGO_SUCCESS);
  auto [boxes, channel, index] = heads.get_result();
  EXPECT_EQ(channel * 10 + index, 71);
  ASSERT_EQ(boxes.size(), 1u);
  ExpectBox(boxes[0], 0, 0, 3, 110, 64);
  const auto [tuples, second_channel, second_index] = heads.get_result_npy();
  EXPECT_EQ(second_channel * 10 + second_index, 82);
  EXPECT_EQ(std::get<2>(tuples.at(0)), 55);
  EXPECT_EQ(std::get<1>(optimised.get_result()), 7);
  EXPECT_EQ(heads.push_data({7}, {1}, outputs_, score_, overlap_, {64}, {64}, {{0, 0, 64}}), SAIL_ALGO_ERROR_PARAMS);
  EXPECT_EQ(heads.push_data({7, 8, 9}, {1}, outputs_, score_, overlap_, {64}, {64}, places), SAIL_ALGO_ERROR_BATCHSIZE);
  EXPECT_EQ(optimised.reset_anchors({}), SAIL_ALGO_ERROR_PARAMS);
  EXPECT_THROW(algo_yolov5_post_3output(shapes_, kWidth, kHeight, 0), SailRuntimeError);
}

TEST_F(AlgokitTest, ReadsDecodedRows) {
  Tensor rows({1, 2, kValues});
  const float values[] = {24, 40, 10, 20, 1, 0.6f, 0.1f, 24, 41, 10, 20, 1, 0.1f, 0.9f};
  memcpy(rows.sys_data(), values, sizeof(values));
  for (const bool agnostic : {false, true}) {
    algo_yolov5_post_1output post({1, 2, kValues}, kWidth, kHeight, 5, true, agnostic);
    ASSERT_EQ(
        post.push_data({0}, {0}, TensorPTRWithName("rows", &rows), score_, overlap_, {64}, {64}, {{0, 0, 64, 64}}),
        SAIL_ALGO_SUCCESS);
    const auto [boxes, channel, index] = post.get_result();
    ASSERT_EQ(boxes.size(), agnostic ? 1u : 2u);
    EXPECT_EQ(boxes[0].class_id, 1u);
    EXPECT_NEAR(boxes[0].top, 31, 1e-4);
  }
}

}  // namespace
}  // namespace sail
