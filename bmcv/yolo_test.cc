// bmcv_nms_yolov3 and bmcv_nms_yolo.
#include <cmath>
#include <vector>

#include "bmcv/testing/tensor_test.h"
#include "bmcv_api_ext.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using Floats = std::vector<float>;

// One level of 2 x 3 cells, one box with anchor 1, two classes, two images. Everything is improbable at first.
class YoloTest : public TensorTest {
 protected:
  static constexpr int kHeight = 2, kWidth = 3, kArea = kHeight * kWidth, kChannels = 7, kBatch = 2;

  // Values of the channels at a cell: x, y, width, height, objectness, two classes.
  void Put(int image, int row, int column, const Floats& values) {
    for (int c = 0; c < kChannels; ++c) {
      maps_[(image * kChannels + c) * kArea + row * kWidth + column] = values[c];
    }
  }

  bm_status_t Run(bm_device_mem_t output, int keep = 0, float confidence = 0.5f, int flavour = 0) {
    Array<float> bottom(*this, maps_);
    bm_device_mem_t levels[3] = {bottom.mem(), bm_mem_null(), bm_mem_null()};
    return bmcv_nms_yolov3(handle_, levels_, levels, kBatch, sizes_, 2, 1, 3, 0.4f, confidence, keep, bias_, scale_,
                           mask_, output, flavour);
  }

  Floats maps_ = Floats(kBatch * kChannels * kArea, -20);
  int levels_ = 1;
  int sizes_[3][2] = {{kHeight, kWidth}, {1, 1}, {1, 1}};
  float bias_[18] = {0, 0, 16, 24};
  float scale_[3] = {16, 0, 0};
  float mask_[9] = {1};
};
INSTANTIATE_WITH_BOTH_MEMORIES(YoloTest);

TEST_P(YoloTest, DecodesOneBox) {
  Put(1, 1, 2, {0, std::log(3.0f), 0, std::log(0.5f), 20, -1, 2});
  Array<float> output(*this, 7);
  ASSERT_EQ(Run(output.mem()), BM_SUCCESS);
  // x (2 + 1/2) / 3, y (1 + 3/4) / 2, width 16 / (3 * 16), height 24 / 2 / (2 * 16)
  const Floats expected = {1, 1, 1 / (1 + std::exp(-2.0f)), 2.5f / 3, 1.75f / 2, 1.0f / 3, 0.375f};
  for (int i = 0; i < 7; ++i) EXPECT_NEAR(output.Read()[i], expected[i], 1e-6) << i;
}

TEST_P(YoloTest, NothingFoundIsOneRowAnImage) {
  Array<float> output(*this, 14);
  ASSERT_EQ(Run(output.mem()), BM_SUCCESS);
  EXPECT_EQ(output.Read(), Floats({0, -1, -1, -1, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1}));
}

TEST_P(YoloTest, BetterBoxesOfAnyClassSuppress) {
  // Cells beside each other with boxes 2 cells wide overlap by a third, those of 6 cells by 5/7.
  const float size = std::log(6.0f), high = std::log(2.0f);
  Put(0, 0, 0, {0, 0, size, high, 20, 3, -9});
  Put(0, 0, 1, {0, 0, size, high, 20, -9, 2});
  Put(1, 0, 0, {0, 0, std::log(2.0f), high, 20, 1, -9});
  Put(1, 0, 1, {0, 0, std::log(2.0f), high, 20, 2, -9});
  Array<float> output(*this, 21);
  ASSERT_EQ(Run(output.mem()), BM_SUCCESS);
  const Floats rows = output.Read();
  EXPECT_EQ(Floats({rows[0], rows[1], rows[7], rows[14]}), Floats({0, 0, 1, 1}));
  EXPECT_GT(rows[9], rows[16]);
  Array<float> best(*this, 14);
  ASSERT_EQ(Run(best.mem(), 1), BM_SUCCESS);
  EXPECT_EQ(best.Read()[9], rows[9]);
}

TEST_P(YoloTest, Refusals) {
  Array<float> output(*this, 14);
  EXPECT_EQ(Run(output.mem(), 0, 0.5f, 1), BM_NOT_SUPPORTED);
  mask_[0] = 9;
  EXPECT_EQ(Run(output.mem()), BM_ERR_PARAM);
  mask_[0] = 1;
  levels_ = 4;
  EXPECT_EQ(Run(output.mem()), BM_ERR_PARAM);
  levels_ = 1;
  sizes_[0][1] = 0;
  EXPECT_EQ(Run(output.mem()), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_nms_yolo(nullptr, 1, nullptr, 1, sizes_, 2, 1, 3, 0.4f, 0.5f, 0, bias_, scale_, mask_, output.mem(), 0,
                          0, nullptr),
            BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_nms_yolo(handle_, 1, nullptr, 1, sizes_, 2, 1, 3, 0.4f, 0.5f, 0, bias_, scale_, mask_, output.mem(), 0,
                          0, nullptr),
            BM_ERR_PARAM);
  EXPECT_EQ(output.Read(), Array<float>::Unwritten(14));
}

}  // namespace
}  // namespace bm::cv
