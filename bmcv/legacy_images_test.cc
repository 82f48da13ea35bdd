// The older interface gives the bytes of today's operators.
#include <cstdint>
#include <cstring>
#include <vector>

#include "bmcv/testing/frame.h"
#include "bmcv/testing/image_test.h"
#include "bmcv_api.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class LegacyTest : public ImageTest {
 protected:
  void TearDown() override {
    for (const bm_device_mem_t& memory : blocks_) bm_free_device(handle_, memory);
    ImageTest::TearDown();
  }

  // An image whose planes of these sizes have the bytes, one after the other.
  bmcv_image Make(bm_image_format format, int width, int height, const Bytes& bytes, const std::vector<int>& sizes,
                  bmcv_data_format type = DATA_TYPE_BYTE) {
    bmcv_image image = {};
    image.image_format = format;
    image.data_format = type;
    image.image_width = width;
    image.image_height = height;
    size_t at = 0;
    for (size_t p = 0; p < sizes.size(); ++p) {
      EXPECT_EQ(bm_malloc_device_byte(handle_, &image.data[p], sizes[p]), BM_SUCCESS);
      EXPECT_EQ(bm_memcpy_s2d(handle_, image.data[p], const_cast<uint8_t*>(bytes.data() + at)), BM_SUCCESS);
      blocks_.push_back(image.data[p]);
      at += sizes[p];
    }
    return image;
  }
  bmcv_image MakeEmpty(bm_image_format format, int width, int height, int size,
                       bmcv_data_format type = DATA_TYPE_BYTE) {
    return Make(format, width, height, Bytes(size), {size}, type);
  }
  Bytes Read(const bmcv_image& image) {
    Bytes bytes(image.data[0].size);
    EXPECT_EQ(bm_memcpy_d2s(handle_, bytes.data(), image.data[0]), BM_SUCCESS);
    return bytes;
  }
  std::vector<float> ReadFloats(const bmcv_image& image) {
    const Bytes bytes = Read(image);
    std::vector<float> floats(bytes.size() / 4);
    std::memcpy(floats.data(), bytes.data(), bytes.size());
    return floats;
  }

  std::vector<bm_device_mem_t> blocks_;
};

TEST_F(LegacyTest, YuvToBgr) {
  const Frame frame = {FORMAT_NV21, 8, 4, RandomBytes(48)};
  const bmcv_image in = Make(NV21, 8, 4, frame.bytes, {32, 16}), out = MakeEmpty(BGR, 8, 4, 96);
  ASSERT_EQ(bm_img_yuv2bgr(handle_, in, out), BM_SUCCESS);
  Picture picture(handle_, FORMAT_NV21, 8, 4, frame.bytes), expected(handle_, FORMAT_BGR_PLANAR, 8, 4);
  bm_image input = picture.image(), output = expected.image();
  ASSERT_EQ(bmcv_image_yuv2bgr_ext(handle_, 1, &input, &output), BM_SUCCESS);
  EXPECT_EQ(Read(out), expected.Read());
  EXPECT_EQ(bm_img_yuv2bgr(handle_, out, in), BM_ERR_DATA);
}

TEST_F(LegacyTest, CropsAllChannelsOrTheFirst) {
  const Bytes bytes = RandomBytes(3 * 48);
  const bmcv_image in = Make(RGB, 8, 6, bytes, {144}), out = MakeEmpty(RGB, 3, 2, 18), first = MakeEmpty(RGB, 3, 2, 18);
  ASSERT_EQ(bmcv_img_crop(handle_, in, 3, 1, 4, out), BM_SUCCESS);
  ASSERT_EQ(bmcv_img_crop(handle_, in, 1, 1, 4, first), BM_SUCCESS);
  const Bytes all = Read(out), one = Read(first);
  for (int i = 0; i < 18; ++i) {
    const uint8_t expected = bytes[i / 6 * 48 + (1 + i % 6 / 3) * 8 + 4 + i % 3];
    EXPECT_EQ(all[i], expected);
    EXPECT_EQ(one[i], i < 6 ? expected : 0);
  }
  EXPECT_EQ(bmcv_img_crop(handle_, in, 2, 1, 4, out), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_img_crop(handle_, in, 3, 1, 6, out), BM_ERR_PARAM);
}

TEST_F(LegacyTest, SplitsAndTransposes) {
  const Bytes bytes = RandomBytes(60);
  const bmcv_image packed = Make(BGR_PACKED, 5, 4, bytes, {60}), planar = MakeEmpty(BGR, 5, 4, 60),
                   turned = MakeEmpty(BGR, 4, 5, 60);
  ASSERT_EQ(bmcv_img_bgrsplit(handle_, packed, planar), BM_SUCCESS);
  ASSERT_EQ(bmcv_img_transpose(handle_, planar, turned), BM_SUCCESS);
  const Bytes split = Read(planar), transposed = Read(turned);
  for (int c = 0; c < 3; ++c) {
    for (int p = 0; p < 20; ++p) {
      EXPECT_EQ(split[20 * c + p], bytes[3 * p + c]);
      EXPECT_EQ(transposed[20 * c + p % 5 * 4 + p / 5], bytes[3 * p + c]);
    }
  }
  EXPECT_EQ(bmcv_img_bgrsplit(handle_, planar, packed), BM_NOT_SUPPORTED);
}

TEST_F(LegacyTest, ScalesNearestWithWeights) {
  const Bytes bytes = RandomBytes(2 * 3 * 48);
  const bmcv_image in = Make(BGR, 8, 6, bytes, {288}), out = MakeEmpty(RGB, 4, 3, 2 * 3 * 12 * 4, DATA_TYPE_FLOAT);
  ASSERT_EQ(bmcv_img_scale(handle_, in, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0.5f, 1, 2, -3, 0.25f, 7, out), BM_SUCCESS);
  const std::vector<float> floats = ReadFloats(out);
  const float weights[] = {0.25f, 2, 0.5f}, biases[] = {7, -3, 1};  // red, green, blue
  for (int i = 0; i < 2; ++i) {
    for (int c = 0; c < 3; ++c) {
      for (int p = 0; p < 12; ++p) {
        const uint8_t x = bytes[144 * i + (2 - c) * 48 + p / 4 * 2 * 8 + p % 4 * 2];
        ASSERT_EQ(floats[36 * i + 12 * c + p], weights[c] * x + biases[c]);
      }
    }
  }
}

TEST_F(LegacyTest, ScalesACropKeepingItsRatioBetweenMargins) {
  const Bytes bytes = RandomBytes(144);
  const bmcv_image in = Make(BGR_PACKED, 8, 6, bytes, {144}), out = MakeEmpty(BGR_PACKED, 4, 4, 48);
  ASSERT_EQ(bmcv_img_scale(handle_, in, 1, 1, 2, 0, 4, 8, 0, 30, 20, 10, 0, 0, 0, 0, 0, 0, 0, out), BM_SUCCESS);
  const Bytes result = Read(out);
  for (int p = 0; p < 16; ++p) {
    const int x = p % 4, y = p / 4 - 1;  // 2 of 4 rows, the margin before them (4 - 2 + 1) / 2
    for (int c = 0; c < 3; ++c) {
      const int expected = y >= 0 && y < 2 ? bytes[3 * ((2 + 2 * y) * 8 + 2 * x) + c] : 30 - 10 * c;
      ASSERT_EQ(result[3 * p + c], expected) << p;
    }
  }
}

TEST_F(LegacyTest, ScaleRefuses) {
  const bmcv_image in = MakeEmpty(BGR, 8, 6, 144), out = MakeEmpty(BGR, 4, 3, 36), yuv = MakeEmpty(NV12, 8, 6, 72);
  const auto scale = [&](const bmcv_image& from, int n, const bmcv_image& to) {
    return bmcv_img_scale(handle_, from, n, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, to);
  };
  EXPECT_EQ(scale(in, 1, out), BM_SUCCESS);
  EXPECT_EQ(scale(in, 0, out), BM_ERR_PARAM);
  EXPECT_EQ(scale(in, 2, out), BM_ERR_DATA);  // the memory holds one
  EXPECT_EQ(scale(yuv, 1, out), BM_ERR_DATA);
  const bmcv_image four = MakeEmpty(BGR4N, 8, 6, 576), floats = MakeEmpty(BGR, 4, 3, 4 * 144, DATA_TYPE_FLOAT);
  EXPECT_EQ(scale(four, 4, floats), BM_ERR_DATA);  // would be four images
  EXPECT_EQ(scale(four, 4, out), BM_ERR_DATA);
  bmcv_image strange = in;
  strange.image_format = static_cast<bm_image_format>(9);
  EXPECT_EQ(scale(strange, 1, out), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_img_scale(nullptr, in, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, out), BM_ERR_DEVNOTREADY);
}

TEST_F(LegacyTest, DescribesTodaysImages) {
  Picture nv12(handle_, FORMAT_NV12, 6, 4, Bytes(36)), empty(handle_, FORMAT_NV12, 6, 4),
      gray(handle_, FORMAT_GRAY, 6, 4, Bytes(24));
  bm_image image = nv12.image(), none = empty.image(), unknown = gray.image();
  bmcv_image older;
  ASSERT_EQ(bm_image_to_bmcv_image(&image, &older), BM_SUCCESS);
  EXPECT_EQ(older.image_format, NV12);
  EXPECT_EQ(older.data_format, DATA_TYPE_BYTE);
  EXPECT_EQ(older.color_space, COLOR_YUV);
  EXPECT_EQ(older.image_width, 6);
  EXPECT_EQ(older.image_height, 4);
  bm_device_mem_t memory[2];
  ASSERT_EQ(bm_image_get_device_mem(image, memory), BM_SUCCESS);
  EXPECT_EQ(bm_mem_get_device_addr(older.data[1]), bm_mem_get_device_addr(memory[1]));
  EXPECT_EQ(older.stride[0], 11);
  EXPECT_EQ(bm_image_to_bmcv_image(&none, &older), BM_ERR_DATA);
  EXPECT_EQ(bm_image_to_bmcv_image(&unknown, &older), BM_NOT_SUPPORTED);
  EXPECT_EQ(bm_image_to_bmcv_image(nullptr, &older), BM_ERR_PARAM);
}

}  // namespace
}  // namespace bm::cv
