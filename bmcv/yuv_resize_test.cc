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

TEST_F(YuvResizeTest, TheOutputMayLieInTheMemoryOfTheInput) {
  bm_image in = Create(FORMAT_NV12, 4, 2, DATA_TYPE_EXT_1N_BYTE),
           out = Create(FORMAT_NV12, 8, 2, DATA_TYPE_EXT_1N_BYTE);
  bm_device_mem_t block;
  ASSERT_EQ(bm_malloc_device_byte(handle_, &block, 24), BM_SUCCESS);
  const uint64_t address = bm_mem_get_device_addr(block);
  bm_device_mem_t in_planes[] = {bm_mem_from_device(address, 8), bm_mem_from_device(address + 8, 4)};
  bm_device_mem_t out_planes[] = {bm_mem_from_device(address, 16), bm_mem_from_device(address + 16, 8)};
  ASSERT_EQ(bm_image_attach(in, in_planes), BM_SUCCESS);
  ASSERT_EQ(bm_image_attach(out, out_planes), BM_SUCCESS);
  Bytes luma = {1, 2, 3, 4, 5, 6, 7, 8}, chroma = {10, 11, 20, 21};
  void* buffers[] = {luma.data(), chroma.data()};
  ASSERT_EQ(bm_image_copy_host_to_device(in, buffers), BM_SUCCESS);
  ASSERT_EQ(bmcv_image_yuv_resize(handle_, 1, &in, &out), BM_SUCCESS);
  Bytes result(24);
  ASSERT_EQ(bm_memcpy_d2s(handle_, result.data(), block), BM_SUCCESS);
  EXPECT_EQ(result, Bytes({1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 10, 11, 10, 11, 20, 21, 20, 21}));
  bm_free_device(handle_, block);
}

TEST_F(YuvResizeTest, AnInputWithoutMemoryLeavesEveryOutput) {
  Picture full(handle_, FORMAT_NV12, 4, 2, Bytes(12, 7)), empty(handle_, FORMAT_NV12, 4, 2);
  Picture first(handle_, FORMAT_NV12, 4, 2, Bytes(12, 9)), second(handle_, FORMAT_NV12, 4, 2);
  bm_image in[] = {full.image(), empty.image()}, out[] = {first.image(), second.image()};
  EXPECT_EQ(bmcv_image_yuv_resize(handle_, 2, in, out), BM_ERR_DATA);
  EXPECT_EQ(first.Read(), Bytes(12, 9));
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
