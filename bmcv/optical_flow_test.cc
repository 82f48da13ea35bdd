// bmcv_image_lkpyramid_*.
#include <cmath>
#include <vector>

#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

constexpr int kWidth = 96, kHeight = 72;

class OpticalFlowTest : public ImageTest {
 protected:
  void SetUp() override {
    ImageTest::SetUp();
    ASSERT_EQ(bmcv_image_lkpyramid_create_plan(handle_, plan_, kWidth, kHeight), BM_SUCCESS);
  }
  void TearDown() override {
    bmcv_image_lkpyramid_destroy_plan(handle_, plan_);
    ImageTest::TearDown();
  }

  // Waves without a repetition inside the picture, moved.
  static Bytes Waves(double dx, double dy) {
    Bytes bytes;
    for (int row = 0; row < kHeight; ++row) {
      for (int column = 0; column < kWidth; ++column) {
        const double x = column - dx, y = row - dy;
        const double value = 40 * std::sin(x * 0.31 + 0.4 * std::sin(y * 0.13)) + 35 * std::cos(y * 0.27 + x * 0.05) +
                             20 * std::sin((x + y) * 0.57);
        bytes.push_back(static_cast<uint8_t>(std::lround(128 + value)));
      }
    }
    return bytes;
  }

  void* plan_ = nullptr;
  std::vector<bmcv_point2f_t> points_ = {{20, 20}, {48.5f, 36.25f}, {70, 50}, {30, 55}};
};

TEST_F(OpticalFlowTest, FindsTheMovementOfAPicture) {
  const struct { float dx, dy; } rows[] = {{0, 0}, {0.4f, 0.7f}, {4.6f, -3.3f}, {-9, 6.5f}};
  Picture before(handle_, FORMAT_GRAY, kWidth, kHeight, Waves(0, 0));
  for (const auto& row : rows) {
    Picture after(handle_, FORMAT_GRAY, kWidth, kHeight, Waves(row.dx, row.dy));
    std::vector<bmcv_point2f_t> moved(points_.size());
    bool found[4] = {};
    ASSERT_EQ(bmcv_image_lkpyramid_execute(handle_, plan_, before.image(), after.image(), 4, points_.data(),
                                           moved.data(), found),
              BM_SUCCESS);
    for (size_t i = 0; i < points_.size(); ++i) {
      EXPECT_TRUE(found[i]);
      EXPECT_NEAR(moved[i].x - points_[i].x, row.dx, 0.05);
      EXPECT_NEAR(moved[i].y - points_[i].y, row.dy, 0.05);
    }
  }
}

TEST_F(OpticalFlowTest, WithoutStepsNothingMoves) {
  Picture before(handle_, FORMAT_GRAY, kWidth, kHeight, Waves(0, 0));
  Picture after(handle_, FORMAT_GRAY, kWidth, kHeight, Waves(1, 1));
  bmcv_point2f_t moved;
  bool found = false;
  ASSERT_EQ(bmcv_image_lkpyramid_execute(handle_, plan_, before.image(), after.image(), 1, points_.data(), &moved,
                                         &found, {1, -5, 0}),
            BM_SUCCESS);
  EXPECT_EQ(moved.x, 20);
  EXPECT_EQ(moved.y, 20);
}

TEST_F(OpticalFlowTest, LosesWhatHasNoCornerOrLiesOutside) {
  Picture flat(handle_, FORMAT_GRAY, kWidth, kHeight, Bytes(kWidth * kHeight, 100));
  Picture waves(handle_, FORMAT_GRAY, kWidth, kHeight, Waves(0, 0));
  std::vector<bmcv_point2f_t> points = {{20, 20}, {1e9f, 0}, {NAN, NAN}, {-200, 10}}, moved(4);
  bool found[4] = {true, true, true, true};
  ASSERT_EQ(
      bmcv_image_lkpyramid_execute(handle_, plan_, flat.image(), flat.image(), 4, points.data(), moved.data(), found),
      BM_SUCCESS);
  for (const bool is_found : found) EXPECT_FALSE(is_found);
  ASSERT_EQ(
      bmcv_image_lkpyramid_execute(handle_, plan_, waves.image(), waves.image(), 4, points.data(), moved.data(), found),
      BM_SUCCESS);
  EXPECT_TRUE(found[0]);
  for (int i = 1; i < 4; ++i) EXPECT_FALSE(found[i]);
}

TEST_F(OpticalFlowTest, OneFaintPixelIsNoCorner) {
  Bytes bytes(kWidth * kHeight, 100);
  bytes[36 * kWidth + 48] = 101;
  Picture faint(handle_, FORMAT_GRAY, kWidth, kHeight, bytes);
  bmcv_point2f_t point = {48, 36}, moved;
  bool found = true;
  ASSERT_EQ(bmcv_image_lkpyramid_execute(handle_, plan_, faint.image(), faint.image(), 1, &point, &moved, &found),
            BM_SUCCESS);
  EXPECT_FALSE(found);
}

TEST_F(OpticalFlowTest, Refusals) {
  void* const untouched = &random_;
  void* plan = untouched;
  EXPECT_EQ(bmcv_image_lkpyramid_create_plan(handle_, plan, 96, 72, 21, 21, 6), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_lkpyramid_create_plan(handle_, plan, 96, 72, 2, 21), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_lkpyramid_create_plan(handle_, plan, 0, 72), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_lkpyramid_create_plan(nullptr, plan, 96, 72), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(plan, untouched);
  Picture gray(handle_, FORMAT_GRAY, kWidth, kHeight, Waves(0, 0)), empty(handle_, FORMAT_GRAY, kWidth, kHeight);
  Picture small(handle_, FORMAT_GRAY, 8, 8, Bytes(64)), packed(handle_, FORMAT_RGB_PACKED, 8, 8, Bytes(192));
  bmcv_point2f_t point = {20, 20}, moved = {7, 7};
  bool found = true;
  const auto execute = [&](void* with, const Picture& a, const Picture& b, int count, bmcv_point2f_t* points) {
    return bmcv_image_lkpyramid_execute(handle_, with, a.image(), b.image(), count, points, &moved, &found);
  };
  EXPECT_EQ(execute(nullptr, gray, gray, 1, &point), BM_ERR_PARAM);
  EXPECT_EQ(execute(plan_, gray, gray, 1, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(execute(plan_, gray, gray, -1, &point), BM_ERR_PARAM);
  EXPECT_EQ(execute(plan_, gray, small, 1, &point), BM_ERR_DATA);
  EXPECT_EQ(execute(plan_, small, small, 1, &point), BM_ERR_DATA);
  EXPECT_EQ(execute(plan_, packed, packed, 1, &point), BM_ERR_DATA);
  EXPECT_EQ(execute(plan_, gray, empty, 1, &point), BM_ERR_DATA);
  EXPECT_EQ(execute(plan_, gray, gray, 0, &point), BM_SUCCESS);
  EXPECT_EQ(moved.x, 7);
}

}  // namespace
}  // namespace bm::cv
