// bmcv_image_erode, bmcv_image_dilate and bmcv_get_structuring_element.
#include <vector>

#include "bmcv/testing/goldens.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class MorphologyTest : public ImageTest {
 protected:
  Bytes Element(bmcv_morph_shape_t shape, int width, int height) {
    const bm_device_mem_t memory = bmcv_get_structuring_element(handle_, shape, width, height);
    Bytes mask(memory.size);
    EXPECT_EQ(bm_memcpy_d2s(handle_, mask.data(), memory), BM_SUCCESS);
    bm_free_device(handle_, memory);
    return mask;
  }
};

TEST_F(MorphologyTest, Elements) {
  EXPECT_EQ(Element(BM_MORPH_RECT, 3, 2), Bytes(6, 1));
  EXPECT_EQ(Element(BM_MORPH_CROSS, 5, 4), kCross5x4.bytes);
  EXPECT_EQ(Element(BM_MORPH_ELLIPSE, 1, 1), Bytes({1}));
  // Half widths 0, 2 * sqrt(3/4) = 1.73 -> 2 and 2.
  EXPECT_EQ(Element(BM_MORPH_ELLIPSE, 5, 5),
            Bytes({0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0}));
  // 3 * sqrt(5/9) = 2.24 -> 3, where OpenCV has 2.
  EXPECT_EQ(Element(BM_MORPH_ELLIPSE, 7, 7)[7], 1);
}

TEST_F(MorphologyTest, NoElementOfNoSize) {
  EXPECT_EQ(bm_mem_get_type(bmcv_get_structuring_element(handle_, BM_MORPH_RECT, 0, 3)), BM_MEM_TYPE_INVALID);
  EXPECT_EQ(bm_mem_get_type(bmcv_get_structuring_element(handle_, static_cast<bmcv_morph_shape_t>(3), 3, 3)),
            BM_MEM_TYPE_INVALID);
  EXPECT_EQ(bm_mem_get_type(bmcv_get_structuring_element(nullptr, BM_MORPH_RECT, 3, 3)), BM_MEM_TYPE_INVALID);
}

TEST_F(MorphologyTest, ErosionIsThatOfOpenCv) {
  const bm_device_mem_t cross = bmcv_get_structuring_element(handle_, BM_MORPH_CROSS, 5, 4);
  Picture source(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea));
  Picture result(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight);
  ASSERT_EQ(bmcv_image_erode(handle_, source.image(), result.image(), 5, 4, cross), BM_SUCCESS);
  EXPECT_EQ(result.Read(), kErodeCross.bytes);
  bm_free_device(handle_, cross);
}

TEST_F(MorphologyTest, DilationIsThatOfOpenCv) {
  Bytes corner = {1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0};
  Picture image(handle_, FORMAT_BGR_PACKED, kGoldenWidth, kGoldenHeight, GeneratedBytes(3, 3 * kGoldenArea));
  ASSERT_EQ(bmcv_image_dilate(handle_, image.image(), image.image(), 4, 3, bm_mem_from_system(corner.data())),
            BM_SUCCESS);
  EXPECT_EQ(image.Read(), kDilateCornerPacked.bytes);
}

TEST_F(MorphologyTest, EmptyElementsSeeOnlyTheOutside) {
  Bytes nothing(9);
  Picture image(handle_, FORMAT_RGB_PLANAR, 4, 2, RandomBytes(24));
  const bm_device_mem_t element = bm_mem_from_system(nothing.data());
  ASSERT_EQ(bmcv_image_erode(handle_, image.image(), image.image(), 3, 3, element), BM_SUCCESS);
  EXPECT_EQ(image.Read(), Bytes(24, 255));
  ASSERT_EQ(bmcv_image_dilate(handle_, image.image(), image.image(), 3, 3, element), BM_SUCCESS);
  EXPECT_EQ(image.Read(), Bytes(24, 0));
}

TEST_F(MorphologyTest, Refusals) {
  Bytes mask(9, 1);
  const bm_device_mem_t element = bm_mem_from_system(mask.data());
  Picture gray(handle_, FORMAT_GRAY, 4, 2, Bytes(8)), small(handle_, FORMAT_GRAY, 3, 2, Bytes(6));
  Picture yuv(handle_, FORMAT_YUV444P, 4, 2, Bytes(24));
  for (const auto function : {bmcv_image_erode, bmcv_image_dilate}) {
    EXPECT_EQ(function(handle_, gray.image(), small.image(), 3, 3, element), BM_ERR_DATA);
    EXPECT_EQ(function(handle_, yuv.image(), yuv.image(), 3, 3, element), BM_ERR_DATA);
    EXPECT_EQ(function(handle_, gray.image(), gray.image(), 0, 3, element), BM_ERR_DATA);
    EXPECT_EQ(function(handle_, gray.image(), gray.image(), 3, 3, bm_mem_null()), BM_ERR_PARAM);
    EXPECT_EQ(function(nullptr, gray.image(), gray.image(), 3, 3, element), BM_ERR_DEVNOTREADY);
  }
}

}  // namespace
}  // namespace bm::cv
