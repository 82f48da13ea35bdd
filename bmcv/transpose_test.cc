// bmcv_image_transpose.
#include <cstring>

#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using TransposeTest = ImageTest;

TEST_F(TransposeTest, RowsBecomeColumns) {
  Picture source(handle_, FORMAT_GRAY, 3, 2, Bytes({1, 2, 3, 4, 5, 6}));
  Picture target(handle_, FORMAT_GRAY, 2, 3, Bytes(6));
  ASSERT_EQ(bmcv_image_transpose(handle_, source.image(), target.image()), BM_SUCCESS);
  EXPECT_EQ(target.Read(), Bytes({1, 4, 2, 5, 3, 6}));
}

TEST_F(TransposeTest, EveryChannelAlone) {
  constexpr int kWidth = 67, kHeight = 35;
  const Bytes bytes = RandomBytes(3 * kWidth * kHeight);
  for (const bm_image_format_ext format : {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR}) {
    Picture source(handle_, format, kWidth, kHeight, bytes), target(handle_, format, kHeight, kWidth);
    ASSERT_EQ(bmcv_image_transpose(handle_, source.image(), target.image()), BM_SUCCESS);
    const Bytes result = target.Read();
    for (size_t i = 0; i < bytes.size(); ++i) {
      const size_t c = i / (kWidth * kHeight), y = i / kWidth % kHeight, x = i % kWidth;
      ASSERT_EQ(result[(c * kWidth + x) * kHeight + y], bytes[i]) << i;
    }
  }
}

TEST_F(TransposeTest, SinglePrecision) {
  Picture source(handle_, FORMAT_GRAY, 2, 2, DATA_TYPE_EXT_FLOAT32);
  float values[] = {0.5f, 1, -2, 3e9f};
  void* planes[] = {values};
  ASSERT_EQ(bm_image_copy_host_to_device(source.image(), planes), BM_SUCCESS);
  ASSERT_EQ(bmcv_image_transpose(handle_, source.image(), source.image()), BM_SUCCESS);
  ASSERT_EQ(bm_image_copy_device_to_host(source.image(), planes), BM_SUCCESS);
  EXPECT_EQ(values[1], -2);
  EXPECT_EQ(values[2], 1);
  EXPECT_EQ(values[3], 3e9f);
}

TEST_F(TransposeTest, Refusals) {
  Picture gray(handle_, FORMAT_GRAY, 3, 2, Bytes(6)), same(handle_, FORMAT_GRAY, 3, 2, Bytes(6));
  Picture packed(handle_, FORMAT_RGB_PACKED, 2, 2, Bytes(12)), empty(handle_, FORMAT_GRAY, 2, 3);
  Picture floats(handle_, FORMAT_GRAY, 2, 3, DATA_TYPE_EXT_FLOAT32);
  EXPECT_EQ(bmcv_image_transpose(handle_, gray.image(), same.image()), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_transpose(handle_, gray.image(), floats.image()), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_transpose(handle_, packed.image(), packed.image()), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_transpose(handle_, empty.image(), gray.image()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_transpose(nullptr, gray.image(), gray.image()), BM_ERR_DEVNOTREADY);
}

}  // namespace
}  // namespace bm::cv
