// bmcv_image_yuv_resize.
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using YuvResizeTest = ImageTest;

TEST_F(YuvResizeTest, TakesTheNearestPixelOfEveryPlane) {
  // Luma 6 x 2 to 4 x 2 takes columns 0, 1, 3, 4; chroma pairs 3 x 1 to 2 x 1 take 0 and 1.
  Picture source(handle_, FORMAT_NV12, 6, 2, Bytes({0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25}));
  Picture target(handle_, FORMAT_NV12, 4, 2);
  bm_image in = source.image(), out = target.image();
  ASSERT_EQ(bmcv_image_yuv_resize(handle_, 1, &in, &out), BM_SUCCESS);
  EXPECT_EQ(target.Read(), Bytes({0, 1, 3, 4, 10, 11, 13, 14, 20, 21, 22, 23}));
}

TEST_F(YuvResizeTest, ManyImagesOfManySizes) {
  Picture small(handle_, FORMAT_YUV444P, 1, 1, Bytes({1, 2, 3})), large(handle_, FORMAT_YUV444P, 2, 2, Bytes(12, 9));
  Picture two(handle_, FORMAT_YUV444P, 2, 1), one(handle_, FORMAT_YUV444P, 1, 1);
  bm_image in[] = {small.image(), large.image()}, out[] = {two.image(), one.image()};
  ASSERT_EQ(bmcv_image_yuv_resize(handle_, 2, in, out), BM_SUCCESS);
  EXPECT_EQ(two.Read(), Bytes({1, 1, 2, 2, 3, 3}));
  EXPECT_EQ(one.Read(), Bytes({9, 9, 9}));
}

TEST_F(YuvResizeTest, MisuseIsNotSupported) {
  Picture nv12(handle_, FORMAT_NV12, 4, 2, Bytes(12)), nv21(handle_, FORMAT_NV21, 4, 2),
      gray(handle_, FORMAT_GRAY, 4, 2);
  bm_image in = nv12.image(), out = nv21.image(), other = gray.image();
  EXPECT_EQ(bmcv_image_yuv_resize(handle_, 1, &in, &out), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_yuv_resize(handle_, 1, &other, &other), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_yuv_resize(handle_, 0, &in, &in), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_yuv_resize(handle_, 1, nullptr, &in), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_yuv_resize(nullptr, 1, &in, &in), BM_ERR_DEVNOTREADY);
  EXPECT_FALSE(bm_image_is_attached(out));
}

}  // namespace
}  // namespace bm::cv
