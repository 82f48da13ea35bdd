// bmcv_image_yuv2bgr_ext and bmcv_image_yuv2hsv.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "bmcv/testing/frame.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class YuvToColoursTest : public FrameTest {
 protected:
  // The firmware's conversion in double precision, clipped.
  static double Rgb(int c, int y, int u, int v) {
    const double luma = 1.16438 * (y - 16);
    const double value[] = {luma + 1.59603 * (v - 128), luma - 0.39176 * (u - 128) - 0.81297 * (v - 128),
                            luma + 2.01723 * (u - 128)};
    return std::clamp(value[c], 0.0, 255.0);
  }
};

constexpr bm_image_format_ext kYuv[] = {FORMAT_NV12, FORMAT_NV21,    FORMAT_NV16,
                                        FORMAT_NV61, FORMAT_YUV420P, FORMAT_YUV422P};

TEST_F(YuvToColoursTest, BgrWithTheRoundingOfTheHeap) {
  for (const bm_image_format_ext from : kYuv) {
    for (const bm_image_format_ext to : {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR}) {
      SCOPED_TRACE(testing::Message() << from << " to " << to);
      const Frame in = RandomFrame(from, 22, 10);
      Frame scaler = {to, 22, 10, Bytes(660)};
      Bytes results[2];
      for (const int heap : {BMCV_HEAP0_ID, BMCV_HEAP1_ID}) {
        Picture source(handle_, from, 22, 10, in.bytes, heap), target(handle_, to, 22, 10);
        bm_image input = source.image(), output = target.image();
        ASSERT_EQ(bmcv_image_yuv2bgr_ext(handle_, 1, &input, &output), BM_SUCCESS);
        results[heap] = target.Read();
      }
      for (int c = 0; c < 3; ++c) {
        for (int y = 0; y < 10; ++y) {
          for (int x = 0; x < 22; ++x) {
            const int p = Sample(in, 0, x, y), q = Sample(in, 1, x, y), r = Sample(in, 2, x, y);
            const int at = OffsetOf(scaler, c, x, y);
            scaler.bytes[at] = static_cast<uint8_t>(Converted(kLimitedToRgb, c, p, q, r));
            ASSERT_NEAR(results[0][at], std::trunc(Rgb(c, p, q, r)), 1);
          }
        }
      }
      EXPECT_EQ(results[1], scaler.bytes);
    }
  }
}

TEST_F(YuvToColoursTest, BgrOfOtherTypes) {
  std::vector<Frame> frames;
  std::vector<bm_image> inputs;
  std::vector<std::unique_ptr<Picture>> pictures;
  for (int i = 0; i < 3; ++i) {
    frames.push_back(RandomFrame(FORMAT_NV12, 6, 4));
    pictures.push_back(std::make_unique<Picture>(handle_, FORMAT_NV12, 6, 4, frames[i].bytes, BMCV_HEAP1_ID));
    inputs.push_back(pictures[i]->image());
  }
  Picture four(handle_, FORMAT_BGR_PLANAR, 6, 4, DATA_TYPE_EXT_4N_BYTE),
      floats(handle_, FORMAT_BGR_PLANAR, 6, 4, DATA_TYPE_EXT_FLOAT32);
  bm_image together = four.image(), single = floats.image();
  ASSERT_EQ(bmcv_image_yuv2bgr_ext(handle_, 3, inputs.data(), &together), BM_SUCCESS);
  ASSERT_EQ(bmcv_image_yuv2bgr_ext(handle_, 1, inputs.data(), &single), BM_SUCCESS);
  const Bytes bytes = Read<uint8_t>(together), float_bytes = Read<uint8_t>(single);
  for (int i = 0; i < 3; ++i) {
    for (int c = 0; c < 3; ++c) {
      for (int p = 0; p < 24; ++p) {
        const int x = p % 6, y = p / 6;
        const int expected = Converted(kLimitedToRgb, c, Sample(frames[i], 0, x, y), Sample(frames[i], 1, x, y),
                                       Sample(frames[i], 2, x, y));
        ASSERT_EQ(bytes[((2 - c) * 24 + p) * 4 + i], expected);
        float value;
        std::memcpy(&value, &float_bytes[((2 - c) * 24 + p) * 4], 4);
        if (i == 0) {
          ASSERT_EQ(value, expected);
        }
      }
    }
  }
}

TEST_F(YuvToColoursTest, BgrRefuses) {
  Picture yuv(handle_, FORMAT_NV12, 6, 4, Bytes(36)), odd(handle_, FORMAT_NV12, 5, 4, Bytes(32)),
      full(handle_, FORMAT_YUV444P, 6, 4, Bytes(72)), empty(handle_, FORMAT_NV12, 6, 4);
  Picture out(handle_, FORMAT_BGR_PLANAR, 6, 4), odd_out(handle_, FORMAT_BGR_PLANAR, 5, 4),
      packed(handle_, FORMAT_BGR_PACKED, 6, 4);
  const auto convert = [&](const Picture& in, const Picture& result, int count) {
    bm_image input = in.image(), output = result.image();
    return bmcv_image_yuv2bgr_ext(handle_, count, &input, &output);
  };
  EXPECT_EQ(convert(odd, odd_out, 1), BM_ERR_DATA);
  EXPECT_EQ(convert(yuv, odd_out, 1), BM_ERR_DATA);
  EXPECT_EQ(convert(full, out, 1), BM_ERR_DATA);
  EXPECT_EQ(convert(yuv, packed, 1), BM_ERR_DATA);
  EXPECT_EQ(convert(empty, out, 1), BM_ERR_DATA);
  EXPECT_EQ(convert(yuv, out, 0), BM_ERR_DATA);
  EXPECT_EQ(convert(yuv, out, 5), BM_ERR_DATA);
  EXPECT_FALSE(bm_image_is_attached(out.image()));
}

// ---- Hue, saturation, value ----

TEST_F(YuvToColoursTest, HsvOfKnownColours) {
  const struct {
    Bytes yuv, hsv;
  } rows[] = {{{16, 128, 128}, {0, 0, 0}},
              {{235, 128, 128}, {0, 0, 255}},
              {{81, 90, 240}, {0, 255, 254}},
              {{145, 54, 34}, {60, 255, 255}},
              {{41, 240, 110}, {120, 255, 255}}};
  for (const auto& row : rows) {
    Picture in(handle_, FORMAT_NV12, 2, 2,
               Bytes({row.yuv[0], row.yuv[0], row.yuv[0], row.yuv[0], row.yuv[1], row.yuv[2]}));
    Picture out(handle_, FORMAT_HSV_PLANAR, 2, 2);
    ASSERT_EQ(bmcv_image_yuv2hsv(handle_, {0, 0, 2, 2}, in.image(), out.image()), BM_SUCCESS);
    const Bytes result = out.Read();
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(result[4 * c], row.hsv[c], 1) << c << " of " << int{row.yuv[0]};
  }
}

TEST_F(YuvToColoursTest, HsvOfARectangleInTheMiddleOfTheOutput) {
  for (const bm_image_format_ext format : {FORMAT_NV12, FORMAT_NV21, FORMAT_YUV420P}) {
    const Frame in = RandomFrame(format, 20, 14);
    Picture source(handle_, format, 20, 14, in.bytes), target(handle_, FORMAT_HSV_PLANAR, 13, 9, RandomBytes(351));
    ASSERT_EQ(bmcv_image_yuv2hsv(handle_, {3, 5, 11, 5}, source.image(), target.image()), BM_SUCCESS);
    const Bytes result = target.Read();
    for (int y = 0; y < 9; ++y) {
      for (int x = 0; x < 13; ++x) {
        double expected[3] = {0, 0, 0};
        const int u = x - 1 + 3, v = y - 2 + 5;
        if (x >= 1 && x < 12 && y >= 2 && y < 7) {
          double rgb[3];
          for (int c = 0; c < 3; ++c) rgb[c] = Rgb(c, Sample(in, 0, u, v), Sample(in, 1, u, v), Sample(in, 2, u, v));
          const double most = std::max({rgb[0], rgb[1], rgb[2]}), range = most - std::min({rgb[0], rgb[1], rgb[2]});
          double sextant = 0;
          if (range > 0) {
            sextant = most == rgb[0]   ? std::fmod((rgb[1] - rgb[2]) / range + 6, 6)
                      : most == rgb[1] ? (rgb[2] - rgb[0]) / range + 2
                                       : (rgb[0] - rgb[1]) / range + 4;
          }
          expected[0] = std::floor(30 * sextant + 0.5);
          expected[1] = most > 0 ? std::floor(255 * range / most + 0.5) : 0;
          expected[2] = std::floor(most + 0.5);
        }
        for (int c = 0; c < 3; ++c) {
          const int difference = std::abs(result[c * 117 + y * 13 + x] - static_cast<int>(expected[c]));
          EXPECT_LE(c == 0 ? std::min(difference, 180 - difference) : difference, 1);
        }
      }
    }
  }
}

TEST_F(YuvToColoursTest, HsvRefuses) {
  Picture in(handle_, FORMAT_NV12, 8, 8, Bytes(96)), planar(handle_, FORMAT_YUV422P, 8, 8, Bytes(128)),
      out(handle_, FORMAT_HSV_PLANAR, 8, 8), rgb(handle_, FORMAT_RGBP_SEPARATE, 8, 8),
      empty(handle_, FORMAT_NV12, 8, 8);
  const auto convert = [&](const Picture& from, bmcv_rect_t rect, const Picture& to) {
    return bmcv_image_yuv2hsv(handle_, rect, from.image(), to.image());
  };
  EXPECT_EQ(convert(planar, {0, 0, 8, 8}, out), BM_NOT_SUPPORTED);
  EXPECT_EQ(convert(in, {0, 0, 8, 8}, rgb), BM_NOT_SUPPORTED);
  EXPECT_EQ(convert(in, {1, 0, 8, 8}, out), BM_ERR_PARAM);
  EXPECT_EQ(convert(in, {0, 0, 7, 8}, out), BM_ERR_PARAM);  // odd difference
  EXPECT_EQ(convert(in, {0, 0, 0, 8}, out), BM_ERR_PARAM);
  EXPECT_EQ(convert(empty, {0, 0, 8, 8}, out), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_yuv2hsv(nullptr, {0, 0, 8, 8}, in.image(), out.image()), BM_ERR_DEVNOTREADY);
  EXPECT_FALSE(bm_image_is_attached(out.image()));
}

}  // namespace
}  // namespace bm::cv
