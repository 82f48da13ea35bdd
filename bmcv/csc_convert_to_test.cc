// bmcv_image_csc_convert_to and bmcv_image_vpp_basic_v2: the bytes of vpp_basic into planar and convert_to.
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class CscConvertToTest : public ImageTest {
 protected:
  bmcv_convert_to_attr linear_ = {0.0078125f, 1, -1.5f, 140.25f, 0.3f, -100};
};

TEST_F(CscConvertToTest, EqualsTwoSteps) {
  for (const bm_image_format_ext from : {FORMAT_NV12, FORMAT_YUV420P, FORMAT_YUV422P, FORMAT_BGR_PACKED, FORMAT_GRAY}) {
    Picture source(handle_, from, 52, 38, RandomBytes(Picture(handle_, from, 52, 38).size()));
    bm_image input = source.image();
    for (const bm_image_format_ext to : {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR}) {
      for (const bm_image_data_format_ext type :
           {DATA_TYPE_EXT_FLOAT32, DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED}) {
        for (const bool is_padded : {false, true}) {
          if (from == FORMAT_YUV422P) continue;  // the scaler does not make planar RGB of it
          SCOPED_TRACE(testing::Message() << from << " to " << to << ", " << type << ", " << is_padded);
          bm_image between = Create(to, 37, 29, DATA_TYPE_EXT_1N_BYTE), expected = Create(to, 37, 29, type),
                   actual = Create(to, 37, 29, type);
          int count = 1;
          bmcv_rect_t crop = {2, 4, 40, 30}, same_crop = crop;
          bmcv_padding_atrr_t padding = {3, 5, 31, 20, 10, 20, 30, 1};
          ASSERT_EQ(bmcv_image_vpp_basic(handle_, 1, &input, &between, &count, &crop, is_padded ? &padding : nullptr),
                    BM_SUCCESS);
          ASSERT_EQ(bmcv_image_convert_to(handle_, 1, linear_, &between, &expected), BM_SUCCESS);
          ASSERT_EQ(
              bmcv_image_csc_convert_to(handle_, 1, &input, &actual, &count, &same_crop, is_padded ? &padding : nullptr,
                                        BMCV_INTER_LINEAR, CSC_MAX_ENUM, nullptr, &linear_),
              BM_SUCCESS);
          EXPECT_EQ(Read<uint8_t>(actual), Read<uint8_t>(expected));
        }
      }
    }
  }
}

TEST_F(CscConvertToTest, WithoutAttributesTheValuesStay) {
  Picture source(handle_, FORMAT_RGB_PACKED, 16, 16, RandomBytes(768));
  bm_image input = source.image(), output = Create(FORMAT_RGB_PLANAR, 16, 16, DATA_TYPE_EXT_FLOAT32);
  ASSERT_EQ(bmcv_image_vpp_basic_v2(handle_, 1, &input, &output), BM_SUCCESS);
  const Bytes packed = source.Read(), floats = Read<uint8_t>(output);
  for (int i = 0; i < 768; ++i) {
    float value;
    std::memcpy(&value, &floats[4 * i], 4);
    ASSERT_EQ(value, packed[i % 256 * 3 + i / 256]);
  }
}

TEST_F(CscConvertToTest, OtherOutputsAreData) {
  Picture source(handle_, FORMAT_NV12, 16, 16, Bytes(384));
  bm_image input = source.image();
  const auto convert = [&](bm_image output) { return bmcv_image_csc_convert_to(handle_, 1, &input, &output); };
  EXPECT_EQ(convert(Create(FORMAT_BGR_PACKED, 16, 16, DATA_TYPE_EXT_1N_BYTE)), BM_ERR_DATA);
  EXPECT_EQ(convert(Create(FORMAT_GRAY, 16, 16, DATA_TYPE_EXT_FLOAT32)), BM_ERR_DATA);
  EXPECT_EQ(convert(Create(FORMAT_BGR_PLANAR, 16, 16, DATA_TYPE_EXT_FP16)), BM_ERR_DATA);
  bm_image output = Create(FORMAT_BGR_PLANAR, 16, 16, DATA_TYPE_EXT_FLOAT32);
  int stride = 68;
  EXPECT_EQ(convert(Create(FORMAT_BGR_PLANAR, 16, 16, DATA_TYPE_EXT_FLOAT32, &stride)), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_csc_convert_to(nullptr, 1, &input, &output), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_image_csc_convert_to(handle_, 1, &input, &output, nullptr, nullptr, nullptr, BMCV_INTER_LINEAR,
                                      CSC_RGB2YCbCr_BT601),
            BM_ERR_PARAM);
  EXPECT_FALSE(bm_image_is_attached(output));
}

}  // namespace
}  // namespace bm::cv
