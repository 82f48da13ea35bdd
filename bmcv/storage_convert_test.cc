// bmcv_image_storage_convert: the scaler's rounding for inputs in its heaps, the firmware's for the others.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "bmcv/testing/frame.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

constexpr bm_image_format_ext kFormats[] = {
    FORMAT_YUV420P,    FORMAT_YUV422P,    FORMAT_YUV444P,       FORMAT_NV12,         FORMAT_NV21,
    FORMAT_NV16,       FORMAT_NV61,       FORMAT_GRAY,          FORMAT_RGB_PLANAR,   FORMAT_BGR_PLANAR,
    FORMAT_RGB_PACKED, FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE};

class StorageConvertTest : public FrameTest {
 protected:
  static int Channels(bm_image_format_ext format) { return format == FORMAT_GRAY ? 1 : 3; }
  static int Across(bm_image_format_ext format) {
    return IsRgb(format) || format == FORMAT_GRAY || format == FORMAT_YUV444P ? 1 : 2;
  }
  static int Down(bm_image_format_ext format) {
    return format == FORMAT_YUV420P || format == FORMAT_NV12 || format == FORMAT_NV21 ? 2 : 1;
  }

  // The firmware's formulas in double precision, truncated to bytes.
  static int FirmwareRgb(int c, int y, int u, int v) {
    const double luma = 1.16438 * (y - 16);
    const double value[] = {luma + 1.59603 * (v - 128), luma - 0.39176 * (u - 128) - 0.81297 * (v - 128),
                            luma + 2.01723 * (u - 128)};
    return static_cast<int>(std::clamp(value[c], 0.0, 255.0));
  }
  static int FirmwareYuv(int c, int r, int g, int b) {
    const double value[] = {0.257 * r + 0.504 * g + 0.098 * b + 16, -0.148 * r - 0.291 * g + 0.439 * b + 128,
                            0.439 * r - 0.368 * g - 0.071 * b + 128};
    return static_cast<int>(std::clamp(value[c], 0.0, 255.0));
  }

  // Channel c of a pixel of `in` in the colours of `to`, by the firmware.
  static int Firmware(const Frame& in, bm_image_format_ext to, int c, int x, int y) {
    int rgb[3];
    for (int i = 0; i < 3; ++i) {
      rgb[i] = IsRgb(in.format) ? Sample(in, i, x, y)
                                : FirmwareRgb(i, Sample(in, 0, x, y), Sample(in, 1, x, y), Sample(in, 2, x, y));
    }
    return IsRgb(to) ? rgb[c] : FirmwareYuv(c, rgb[0], rgb[1], rgb[2]);
  }

  // The frame with every channel set to the truncated mean of pixel(c, x, y) under its samples.
  template <typename Pixel>
  static Frame Filled(Frame out, int rounding, Pixel pixel) {
    for (int c = 0; c < Channels(out.format); ++c) {
      const int across = c > 0 ? Across(out.format) : 1, down = c > 0 ? Down(out.format) : 1;
      for (int y = 0; y < out.height; y += down) {
        for (int x = 0; x < out.width; x += across) {
          int sum = 0;
          for (int i = 0; i < 4; ++i) {
            sum += pixel(c, std::min(x + i % 2 * (across - 1), out.width - 1),
                         std::min(y + i / 2 * (down - 1), out.height - 1));
          }
          out.bytes[OffsetOf(out, c, x, y)] = static_cast<uint8_t>((sum + rounding) / 4);
        }
      }
    }
    return out;
  }

  Bytes Convert(const Frame& in, bm_image_format_ext format, int heap, csc_type_t csc = CSC_MAX_ENUM) {
    Picture source(handle_, in.format, in.width, in.height, in.bytes, heap);
    Picture target(handle_, format, in.width, in.height);
    bm_image input = source.image(), output = target.image();
    EXPECT_EQ(csc == CSC_MAX_ENUM ? bmcv_image_storage_convert(handle_, 1, &input, &output)
                                  : bmcv_image_storage_convert_with_csctype(handle_, 1, &input, &output, csc),
              BM_SUCCESS);
    return target.Read();
  }
};

// The bytes differ by at most `tolerance`.
void ExpectNear(const Bytes& actual, const Bytes& expected, int tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  int most = 0;
  for (size_t i = 0; i < actual.size(); ++i) most = std::max(most, std::abs(actual[i] - expected[i]));
  EXPECT_LE(most, tolerance);
}

TEST_F(StorageConvertTest, EveryPairInHeap0ByTheFirmware) {
  for (const bm_image_format_ext from : kFormats) {
    for (const bm_image_format_ext to : kFormats) {
      if (to == FORMAT_YUV422P || from == to) continue;
      SCOPED_TRACE(testing::Message() << from << " to " << to);
      for (const int width : {1, 18, 27}) {
        const Frame in = RandomFrame(from, width, 7);
        const Frame out = {to, width, 7, Bytes(Picture(handle_, to, width, 7).size())};
        const Frame expected = Filled(out, 0, [&](int c, int x, int y) { return Firmware(in, to, c, x, y); });
        // Sums in single and double precision may lie on both sides of a whole number; through RGB twice.
        const bool both_yuv = !IsRgb(from) && !IsRgb(to), both_rgb = IsRgb(from) && IsRgb(to);
        ExpectNear(Convert(in, to, BMCV_HEAP0_ID), expected.bytes, both_rgb ? 0 : both_yuv ? 2 : 1);
      }
    }
  }
}

TEST_F(StorageConvertTest, PairsOfTheScalerInHeap1ByTheScaler) {
  const bm_image_format_ext rgb[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE};
  for (const bm_image_format_ext format : rgb) {
    for (const bm_image_format_ext from : {FORMAT_YUV420P, FORMAT_NV12, FORMAT_YUV444P, FORMAT_GRAY}) {
      const Frame in = RandomFrame(from, 34, 18);
      const Frame expected = Filled({format, 34, 18, Bytes(1836)}, 2, [&](int c, int x, int y) {
        return Converted(kLimitedToRgb, c, Sample(in, 0, x, y), Sample(in, 1, x, y), Sample(in, 2, x, y));
      });
      EXPECT_EQ(Convert(in, format, BMCV_HEAP1_ID), expected.bytes) << from << " to " << format;
    }
    for (const bm_image_format_ext to : {FORMAT_YUV420P, FORMAT_YUV444P, FORMAT_GRAY}) {
      const Frame in = RandomFrame(format, 34, 18);
      const Frame out = {to, 34, 18, Bytes(Picture(handle_, to, 34, 18).size())};
      const Frame expected = Filled(out, 2, [&](int c, int x, int y) {
        return Converted(kRgbToLimited, c, Sample(in, 0, x, y), Sample(in, 1, x, y), Sample(in, 2, x, y));
      });
      EXPECT_EQ(Convert(in, to, BMCV_HEAP1_ID), expected.bytes) << format << " to " << to;
    }
  }
}

TEST_F(StorageConvertTest, GrayAndYuvShareTheirLumaInHeap1) {
  for (const bm_image_format_ext yuv : {FORMAT_YUV420P, FORMAT_YUV444P, FORMAT_NV12, FORMAT_NV21, FORMAT_NV16}) {
    const Frame gray = RandomFrame(FORMAT_GRAY, 20, 10), colour = RandomFrame(yuv, 20, 10);
    Bytes expected(colour.bytes.size(), 128);
    std::copy(gray.bytes.begin(), gray.bytes.end(), expected.begin());
    EXPECT_EQ(Convert(gray, yuv, BMCV_HEAP1_ID), expected);
    EXPECT_EQ(Convert(colour, FORMAT_GRAY, BMCV_HEAP1_ID), Bytes(colour.bytes.begin(), colour.bytes.begin() + 200));
  }
}

// What the scaler does not take (formats, odd and small sizes) is the firmware's in heap 1 too.
TEST_F(StorageConvertTest, OthersInHeap1ByTheFirmware) {
  for (const Frame& in : {RandomFrame(FORMAT_NV21, 34, 18), RandomFrame(FORMAT_NV12, 33, 18),
                          RandomFrame(FORMAT_NV12, 14, 18), RandomFrame(FORMAT_GRAY, 33, 18)}) {
    EXPECT_EQ(Convert(in, FORMAT_BGR_PLANAR, BMCV_HEAP1_ID), Convert(in, FORMAT_BGR_PLANAR, BMCV_HEAP0_ID));
  }
  const Frame in = RandomFrame(FORMAT_NV12, 34, 18);
  EXPECT_NE(Convert(in, FORMAT_BGR_PLANAR, BMCV_HEAP1_ID), Convert(in, FORMAT_BGR_PLANAR, BMCV_HEAP0_ID));
}

TEST_F(StorageConvertTest, ColourTypesTakeTheScalersMatrixInEveryHeap) {
  const std::vector<int> full = {1024, 0, 1435, -183763, 1024, -352, -731, 138710, 1024, 1814, 0, -232260};
  const Frame in = RandomFrame(FORMAT_NV21, 33, 9);
  const Frame expected = Filled({FORMAT_BGR_PACKED, 33, 9, Bytes(891)}, 2, [&](int c, int x, int y) {
    return Converted(full, c, Sample(in, 0, x, y), Sample(in, 1, x, y), Sample(in, 2, x, y));
  });
  EXPECT_EQ(Convert(in, FORMAT_BGR_PACKED, BMCV_HEAP0_ID, CSC_YPbPr2RGB_BT601), expected.bytes);
  EXPECT_EQ(Convert(in, FORMAT_BGR_PACKED, BMCV_HEAP1_ID, CSC_YPbPr2RGB_BT601), expected.bytes);
  Picture a(handle_, FORMAT_RGB_PLANAR, 16, 16, Bytes(768)), b(handle_, FORMAT_NV12, 16, 16);
  bm_image input = a.image(), output = b.image();
  EXPECT_EQ(bmcv_image_storage_convert_with_csctype(handle_, 1, &input, &output, CSC_YPbPr2RGB_BT601), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_storage_convert_with_csctype(handle_, 1, &input, &output, CSC_USER_DEFINED_MATRIX),
            BM_ERR_PARAM);
}

TEST_F(StorageConvertTest, OneFormatIsACopyBetweenStrides) {
  for (const bm_image_format_ext format : kFormats) {
    if (format == FORMAT_YUV422P) continue;
    const Frame in = RandomFrame(format, 19, 5);
    EXPECT_EQ(Convert(in, format, BMCV_HEAP0_ID), in.bytes) << format;
  }
}

// ---- Other data types ----

using TypedTest = StorageConvertTest;

TEST_F(TypedTest, FloatsMoveUnchangedBetweenRgbFormats) {
  bm_image in = Create(FORMAT_RGB_PLANAR, 2, 1, DATA_TYPE_EXT_FLOAT32),
           out = Create(FORMAT_BGR_PACKED, 2, 1, DATA_TYPE_EXT_FLOAT32);
  Write<float>(in, {1.5f, -2, 1e9f, 4, 5, 0.25f});
  ASSERT_EQ(bmcv_image_storage_convert(handle_, 1, &in, &out), BM_SUCCESS);
  EXPECT_EQ(Read<float>(out), std::vector<float>({5, 1e9f, 1.5f, 0.25f, 4, -2}));
}

TEST_F(TypedTest, FloatsBecomeTruncatedBytesAndBytesExactFloats) {
  bm_image floats = Create(FORMAT_GRAY, 6, 1, DATA_TYPE_EXT_FLOAT32),
           bytes = Create(FORMAT_GRAY, 6, 1, DATA_TYPE_EXT_1N_BYTE);
  Write<float>(floats, {-3, 0.99f, 127.5f, 254.999f, 300, NAN});
  ASSERT_EQ(bmcv_image_storage_convert(handle_, 1, &floats, &bytes), BM_SUCCESS);
  EXPECT_EQ(Read<uint8_t>(bytes), Bytes({0, 0, 127, 254, 255, 0}));
  ASSERT_EQ(bmcv_image_storage_convert(handle_, 1, &bytes, &floats), BM_SUCCESS);
  EXPECT_EQ(Read<float>(floats), std::vector<float>({0, 0, 127, 254, 255, 0}));
}

TEST_F(TypedTest, YuvBecomesTheFloatsOfItsBytes) {
  const Frame in = RandomFrame(FORMAT_NV12, 18, 6);
  Picture source(handle_, in.format, 18, 6, in.bytes);
  bm_image input = source.image(), output = Create(FORMAT_BGR_PLANAR, 18, 6, DATA_TYPE_EXT_FLOAT32);
  ASSERT_EQ(bmcv_image_storage_convert(handle_, 1, &input, &output), BM_SUCCESS);
  const Bytes bytes = Convert(in, FORMAT_BGR_PLANAR, BMCV_HEAP0_ID);
  EXPECT_EQ(Read<float>(output), std::vector<float>(bytes.begin(), bytes.end()));
}

TEST_F(TypedTest, FourImagesInOne) {
  constexpr int kPictures = 6;
  std::vector<bm_image> singles, results, fours;
  std::vector<Bytes> contents;
  for (int i = 0; i < kPictures; ++i) {
    singles.push_back(Create(FORMAT_RGB_PACKED, 5, 3, DATA_TYPE_EXT_1N_BYTE));
    results.push_back(Create(FORMAT_BGR_PLANAR, 5, 3, DATA_TYPE_EXT_1N_BYTE));
    contents.push_back(RandomBytes(45));
    Write(singles[i], contents[i]);
  }
  for (int i = 0; i < 2; ++i) fours.push_back(Create(FORMAT_BGR_PLANAR, 5, 3, DATA_TYPE_EXT_4N_BYTE));
  ASSERT_EQ(bmcv_image_storage_convert(handle_, kPictures, singles.data(), fours.data()), BM_SUCCESS);
  for (int i = 0; i < kPictures; ++i) {
    const Bytes four = Read<uint8_t>(fours[i / 4]);
    for (int c = 0; c < 3; ++c) {
      for (int p = 0; p < 15; ++p) ASSERT_EQ(four[((2 - c) * 15 + p) * 4 + i % 4], contents[i][3 * p + c]);
    }
  }
  ASSERT_EQ(bmcv_image_storage_convert(handle_, kPictures, fours.data(), results.data()), BM_SUCCESS);
  std::vector<bm_image> copies = {Create(FORMAT_BGR_PLANAR, 5, 3, DATA_TYPE_EXT_4N_BYTE)};
  ASSERT_EQ(bmcv_image_storage_convert(handle_, 4, fours.data(), copies.data()), BM_SUCCESS);
  EXPECT_EQ(Read<uint8_t>(copies[0]), Read<uint8_t>(fours[0]));
  for (int i = 0; i < kPictures; ++i) {
    const Bytes planar = Read<uint8_t>(results[i]);
    for (int c = 0; c < 3; ++c) {
      for (int p = 0; p < 15; ++p) ASSERT_EQ(planar[(2 - c) * 15 + p], contents[i][3 * p + c]);
    }
  }
}

TEST_F(TypedTest, Refusals) {
  bm_image rgb = Create(FORMAT_RGB_PLANAR, 16, 16, DATA_TYPE_EXT_1N_BYTE);
  Write(rgb, Bytes(768));
  const auto convert = [&](bm_image in, bm_image out) { return bmcv_image_storage_convert(handle_, 1, &in, &out); };
  bm_image out = Create(FORMAT_BGR_PLANAR, 16, 16, DATA_TYPE_EXT_1N_BYTE);
  EXPECT_EQ(bmcv_image_storage_convert(handle_, 0, &rgb, &out), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_storage_convert(nullptr, 1, &rgb, &out), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(convert(out, rgb), BM_ERR_DATA);  // no memory
  EXPECT_EQ(convert(bm_image(), out), BM_ERR_DATA);
  EXPECT_EQ(convert(rgb, Create(FORMAT_YUV422P, 16, 16, DATA_TYPE_EXT_1N_BYTE)), BM_ERR_DATA);
  EXPECT_EQ(convert(rgb, Create(FORMAT_ARGB_PACKED, 16, 16, DATA_TYPE_EXT_1N_BYTE)), BM_ERR_DATA);
  EXPECT_EQ(convert(rgb, Create(FORMAT_BGR_PLANAR, 16, 16, DATA_TYPE_EXT_FP16)), BM_ERR_DATA);
  EXPECT_EQ(convert(rgb, Create(FORMAT_BGR_PLANAR, 16, 16, DATA_TYPE_EXT_1N_BYTE_SIGNED)), BM_ERR_DATA);
  EXPECT_EQ(convert(rgb, Create(FORMAT_BGR_PLANAR, 16, 17, DATA_TYPE_EXT_1N_BYTE)), BM_ERR_DATA);
  EXPECT_FALSE(bm_image_is_attached(out));
  bm_image wide = Create(FORMAT_GRAY, 8193, 1, DATA_TYPE_EXT_1N_BYTE);
  Write(wide, Bytes(8193));
  EXPECT_EQ(convert(wide, Create(FORMAT_RGB_PLANAR, 8193, 1, DATA_TYPE_EXT_1N_BYTE)), BM_ERR_DATA);
  int stride = 64;
  bm_image pair[] = {rgb, Create(FORMAT_RGB_PLANAR, 16, 16, DATA_TYPE_EXT_1N_BYTE, &stride)}, outs[] = {out, out};
  EXPECT_EQ(bmcv_image_storage_convert(handle_, 2, pair, outs), BM_ERR_DATA);
}

TEST_F(TypedTest, TheOutputMayBeTheInput) {
  bm_image rgb = Create(FORMAT_RGB_PLANAR, 4, 2, DATA_TYPE_EXT_1N_BYTE),
           bgr = Create(FORMAT_BGR_PACKED, 4, 2, DATA_TYPE_EXT_1N_BYTE);
  const Bytes bytes = RandomBytes(24);
  Write(rgb, bytes);
  bm_device_mem_t memory;
  ASSERT_EQ(bm_image_get_device_mem(rgb, &memory), BM_SUCCESS);
  ASSERT_EQ(bm_image_attach(bgr, &memory), BM_SUCCESS);
  ASSERT_EQ(bmcv_image_storage_convert(handle_, 1, &rgb, &bgr), BM_SUCCESS);
  const Bytes packed = Read<uint8_t>(bgr);
  for (int p = 0; p < 8; ++p) EXPECT_EQ(packed[3 * p], bytes[16 + p]);
}

}  // namespace
}  // namespace bm::cv
