// bmcv_image_convert_to for every pair of types.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class ConvertToTest : public ImageTest {
 protected:
  // alpha * x + beta of plane p in single precision; for bytes rounded, halves away from zero, and saturated.
  static float Value(float x, int plane) {
    const float alpha[] = {0.0078125f, -1.5f, 3.0f}, beta[] = {1, 140.25f, -100};
    const volatile float product = alpha[plane] * x;
    return product + beta[plane];
  }
  static float Rounded(float value, float low, float high) { return std::clamp(std::round(value), low, high); }

  const bmcv_convert_to_attr attributes_ = {0.0078125f, 1, -1.5f, 140.25f, 3.0f, -100};
};

constexpr int kWidth = 37, kHeight = 5, kArea = kWidth * kHeight;

TEST_F(ConvertToTest, BytesToFloatsAndBytes) {
  for (const bm_image_format_ext format : {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_GRAY}) {
    const int planes = format == FORMAT_GRAY ? 1 : 3;
    const Bytes bytes = RandomBytes(planes * kArea);
    bm_image in = Create(format, kWidth, kHeight, DATA_TYPE_EXT_1N_BYTE);
    Write(in, bytes);
    std::vector<float> floats(bytes.size());
    Bytes rounded(bytes.size());
    std::vector<int8_t> rounded_signed(bytes.size());
    for (size_t i = 0; i < bytes.size(); ++i) {
      floats[i] = Value(bytes[i], static_cast<int>(i) / kArea);
      rounded[i] = static_cast<uint8_t>(Rounded(floats[i], 0, 255));
      rounded_signed[i] = static_cast<int8_t>(Rounded(floats[i], -128, 127));
    }
    bm_image out = Create(format, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32);
    ASSERT_EQ(bmcv_image_convert_to(handle_, 1, attributes_, &in, &out), BM_SUCCESS);
    EXPECT_EQ(Read<float>(out), floats);
    out = Create(format, kWidth, kHeight, DATA_TYPE_EXT_1N_BYTE);
    ASSERT_EQ(bmcv_image_convert_to(handle_, 1, attributes_, &in, &out), BM_SUCCESS);
    EXPECT_EQ(Read<uint8_t>(out), rounded);
    out = Create(format, kWidth, kHeight, DATA_TYPE_EXT_1N_BYTE_SIGNED);
    ASSERT_EQ(bmcv_image_convert_to(handle_, 1, attributes_, &in, &out), BM_SUCCESS);
    EXPECT_EQ(Read<int8_t>(out), rounded_signed);
    ASSERT_EQ(bmcv_image_convert_to(handle_, 1, attributes_, &in, &in), BM_SUCCESS);
    EXPECT_EQ(Read<uint8_t>(in), rounded);
  }
}

TEST_F(ConvertToTest, SignedBytesAndFloats) {
  bm_image in = Create(FORMAT_GRAY, 5, 1, DATA_TYPE_EXT_1N_BYTE_SIGNED),
           out = Create(FORMAT_GRAY, 5, 1, DATA_TYPE_EXT_1N_BYTE_SIGNED);
  Write<int8_t>(in, {-128, -1, 0, 1, 127});
  ASSERT_EQ(bmcv_image_convert_to(handle_, 1, {0.5f, 0, 0, 0, 0, 0}, &in, &out), BM_SUCCESS);
  EXPECT_EQ(Read<int8_t>(out), std::vector<int8_t>({-64, -1, 0, 1, 64}));
  ASSERT_EQ(bmcv_image_convert_to(handle_, 1, {2, 0, 0, 0, 0, 0}, &in, &out), BM_SUCCESS);
  EXPECT_EQ(Read<int8_t>(out), std::vector<int8_t>({-128, -2, 0, 2, 127}));
  bm_image floats = Create(FORMAT_GRAY, 3, 1, DATA_TYPE_EXT_FLOAT32);
  Write<float>(floats, {-0.5f, 1e20f, 3});
  ASSERT_EQ(bmcv_image_convert_to(handle_, 1, {2, 1, 0, 0, 0, 0}, &floats, &floats), BM_SUCCESS);
  EXPECT_EQ(Read<float>(floats), std::vector<float>({0, 2e20f, 7}));
}

TEST_F(ConvertToTest, NumbersThatAreNoneBecomeZero) {
  bm_image in = Create(FORMAT_GRAY, 2, 1, DATA_TYPE_EXT_1N_BYTE),
           out = Create(FORMAT_GRAY, 2, 1, DATA_TYPE_EXT_1N_BYTE_SIGNED);
  Write<uint8_t>(in, {3, 4});
  ASSERT_EQ(bmcv_image_convert_to(handle_, 1, {NAN, 0, 0, 0, 0, 0}, &in, &out), BM_SUCCESS);
  EXPECT_EQ(Read<int8_t>(out), std::vector<int8_t>({0, 0}));
  ASSERT_EQ(bmcv_image_convert_to(handle_, 1, {INFINITY, 0, 0, 0, 0, 0}, &in, &out), BM_SUCCESS);
  EXPECT_EQ(Read<int8_t>(out), std::vector<int8_t>({127, 127}));
}

TEST_F(ConvertToTest, FourImagesInOne) {
  const Bytes bytes = RandomBytes(12 * kArea);
  bm_image in = Create(FORMAT_RGB_PLANAR, kWidth, kHeight, DATA_TYPE_EXT_4N_BYTE);
  Write(in, bytes);
  std::vector<bm_image> outs;
  for (int i = 0; i < 4; ++i) outs.push_back(Create(FORMAT_RGB_PLANAR, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32));
  ASSERT_EQ(bmcv_image_convert_to(handle_, 1, attributes_, &in, outs.data()), BM_SUCCESS);
  for (int i = 0; i < 4; ++i) {
    const std::vector<float> floats = Read<float>(outs[i]);
    for (int p = 0; p < 3 * kArea; ++p) ASSERT_EQ(floats[p], Value(bytes[4 * p + i], p / kArea));
  }
  bm_image four = Create(FORMAT_RGB_PLANAR, kWidth, kHeight, DATA_TYPE_EXT_4N_BYTE_SIGNED);
  ASSERT_EQ(bmcv_image_convert_to(handle_, 1, attributes_, &in, &four), BM_SUCCESS);
  const std::vector<int8_t> rounded = Read<int8_t>(four);
  for (size_t i = 0; i < bytes.size(); ++i) {
    ASSERT_EQ(rounded[i], Rounded(Value(bytes[i], static_cast<int>(i) / 4 / kArea), -128, 127));
  }
  ASSERT_EQ(bmcv_image_convert_to(handle_, 1, attributes_, &in, &in), BM_SUCCESS);
  EXPECT_EQ(Read<uint8_t>(in)[0], Rounded(Value(bytes[0], 0), 0, 255));
  EXPECT_EQ(bmcv_image_convert_to(handle_, 1 << 29, attributes_, &in, outs.data()), BM_ERR_PARAM) << "2^31 outputs";
}

TEST_F(ConvertToTest, ManyImagesWithPaddedRows) {
  int stride = 64;
  std::vector<bm_image> ins, outs;
  std::vector<Bytes> contents;
  for (int i = 0; i < 6; ++i) {
    ins.push_back(Create(FORMAT_GRAY, kWidth, kHeight, DATA_TYPE_EXT_1N_BYTE, &stride));
    outs.push_back(Create(FORMAT_GRAY, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32));
    contents.push_back(RandomBytes(stride * kHeight));
    Write(ins[i], contents[i]);
  }
  ASSERT_EQ(bmcv_image_convert_to(handle_, 6, attributes_, ins.data(), outs.data()), BM_SUCCESS);
  for (int i = 0; i < 6; ++i) {
    const std::vector<float> floats = Read<float>(outs[i]);
    for (int p = 0; p < kArea; ++p) ASSERT_EQ(floats[p], Value(contents[i][p / kWidth * stride + p % kWidth], 0));
  }
}

TEST_F(ConvertToTest, Refusals) {
  bm_image in = Create(FORMAT_GRAY, 8, 8, DATA_TYPE_EXT_1N_BYTE),
           out = Create(FORMAT_GRAY, 8, 8, DATA_TYPE_EXT_FLOAT32);
  const auto convert = [&](bm_image from, bm_image to) {
    return bmcv_image_convert_to(handle_, 1, attributes_, &from, &to);
  };
  EXPECT_EQ(convert(in, out), BM_ERR_DATA);  // no memory
  Write(in, Bytes(64));
  EXPECT_EQ(bmcv_image_convert_to(handle_, 0, attributes_, &in, &out), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_convert_to(handle_, -1, attributes_, &in, &out), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_convert_to(handle_, 1, attributes_, nullptr, &out), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_convert_to(nullptr, 1, attributes_, &in, &out), BM_ERR_DEVNOTREADY);
  int stride = 36;
  EXPECT_EQ(convert(in, Create(FORMAT_GRAY, 8, 8, DATA_TYPE_EXT_FLOAT32, &stride)), BM_ERR_DATA);
  EXPECT_EQ(convert(in, Create(FORMAT_GRAY, 8, 9, DATA_TYPE_EXT_FLOAT32)), BM_ERR_DATA);
  EXPECT_EQ(convert(in, Create(FORMAT_RGB_PLANAR, 8, 8, DATA_TYPE_EXT_FLOAT32)), BM_ERR_DATA);
  EXPECT_EQ(convert(in, Create(FORMAT_GRAY, 8, 8, DATA_TYPE_EXT_FP16)), BM_ERR_DATA);
  EXPECT_EQ(convert(in, Create(FORMAT_GRAY, 8, 8, DATA_TYPE_EXT_4N_BYTE)), BM_ERR_DATA);
  EXPECT_EQ(convert(bm_image(), out), BM_ERR_DATA);
  bm_image packed = Create(FORMAT_RGB_PACKED, 8, 8, DATA_TYPE_EXT_1N_BYTE);
  Write(packed, Bytes(192));
  EXPECT_EQ(convert(packed, packed), BM_ERR_DATA);
  EXPECT_FALSE(bm_image_is_attached(out));
}

}  // namespace
}  // namespace bm::cv
