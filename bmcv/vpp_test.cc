// The scaler's operators against the formulas pixel by pixel.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "bmcv/testing/frame.h"
#include "bmcv/testing/goldens.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

constexpr bm_image_format_ext kRgbSet[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR,    FORMAT_RGB_PACKED,
                                           FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE};

class VppTest : public ImageTest {
 protected:
  using Formats = std::vector<bm_image_format_ext>;

  static Formats RgbSetAnd(const Formats& others) {
    Formats formats(std::begin(kRgbSet), std::end(kRgbSet));
    formats.insert(formats.end(), others.begin(), others.end());
    return formats;
  }

  Frame RandomFrame(bm_image_format_ext format, int width, int height) {
    return {format, width, height, RandomBytes(Picture(handle_, format, width, height).size())};
  }

  // What the scaler makes of a crop: every plane alone between YUV formats, else colours first.
  static Bytes Expected(const Frame& in, const bmcv_rect_t& crop, Frame out, bmcv_resize_algorithm algorithm,
                        const std::vector<int>* matrix = nullptr) {
    const bool to_rgb = IsRgb(out.format), from_rgb = IsRgb(in.format), both_yuv = !to_rgb && !from_rgb;
    const std::vector<int>& m = matrix != nullptr ? *matrix : to_rgb ? kLimitedToRgb : kRgbToLimited;
    for (int y = 0; y < out.height; ++y) {
      for (int x = 0; x < out.width; ++x) {
        for (int c = 0; c < (out.format == FORMAT_GRAY ? 1 : 3); ++c) {
          if (both_yuv && c > 0) continue;
          const PixelSource at = [&](int u, int v) {
            const int p = Sample(in, 0, u, v), q = Sample(in, 1, u, v), r = Sample(in, 2, u, v);
            return to_rgb == from_rgb ? Sample(in, c, u, v) : Converted(m, c, p, q, r);
          };
          out.bytes[OffsetOf(out, c, x, y)] =
              static_cast<uint8_t>(Scaled(at, crop, out.width, out.height, algorithm, x, y));
        }
      }
    }
    return out.bytes;
  }

  // One call for a frame; compares every byte of the output, which has padded rows.
  void CheckPair(const Frame& in, bmcv_rect_t crop, bm_image_format_ext format, int width, int height,
                 bmcv_resize_algorithm algorithm) {
    SCOPED_TRACE(testing::Message() << "format " << in.format << " to " << format << ", " << crop.crop_w << " x "
                                    << crop.crop_h << " at " << crop.start_x << "," << crop.start_y << " to " << width
                                    << " x " << height << ", algorithm " << algorithm);
    Picture source(handle_, in.format, in.width, in.height, in.bytes);
    Frame out = RandomFrame(format, width, height);
    if (format == FORMAT_ARGB_PACKED || format == FORMAT_ABGR_PACKED)
      std::fill(out.bytes.begin(), out.bytes.end(), 255);
    Picture target(handle_, format, width, height, out.bytes);
    bm_image output = target.image();
    ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, source.image(), &output, &crop, algorithm), BM_SUCCESS);
    EXPECT_EQ(target.Read(), Expected(in, crop, out, algorithm));
  }

  void CheckPairs(const Formats& sources, const Formats& targets) {
    for (const bm_image_format_ext source : sources) {
      const Frame in = RandomFrame(source, 38, 22);
      for (const bm_image_format_ext target : targets) {
        for (const bmcv_resize_algorithm algorithm : {BMCV_INTER_NEAREST, BMCV_INTER_LINEAR}) {
          CheckPair(in, {0, 0, 38, 22}, target, 38, 22, algorithm);
          CheckPair(in, {4, 2, 30, 18}, target, 17, 35, algorithm);
          CheckPair(in, {2, 4, 16, 16}, target, 53, 5, algorithm);
        }
      }
    }
  }
};

TEST_F(VppTest, RgbToRgb) { CheckPairs(RgbSetAnd({FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED}), RgbSetAnd({})); }

TEST_F(VppTest, RgbToRgbWithAlpha) {
  CheckPairs({FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED, FORMAT_BGR_PACKED, FORMAT_ARGB_PACKED,
              FORMAT_ABGR_PACKED},
             {FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED});
}

TEST_F(VppTest, RgbToYuv444AndGray) {
  CheckPairs(RgbSetAnd({FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED}), {FORMAT_YUV444P, FORMAT_GRAY});
}

TEST_F(VppTest, YuvAndGrayToRgb) {
  CheckPairs({FORMAT_YUV420P, FORMAT_NV12, FORMAT_YUV444P}, RgbSetAnd({FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED}));
  CheckPairs({FORMAT_GRAY}, RgbSetAnd({FORMAT_GRAY}));
}

// ---- OpenCV ----

class OpenCvTest : public VppTest {
 protected:
  // Outputs differ from OpenCV's by at most `tolerance`.
  void Check(const Frame& in, bm_image_format_ext to, const Golden& golden, bmcv_resize_algorithm algorithm,
             int tolerance) {
    Picture source(handle_, in.format, in.width, in.height, in.bytes);
    Picture target(handle_, to, golden.width, golden.height);
    bm_image output = target.image();
    ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, source.image(), &output, nullptr, algorithm), BM_SUCCESS);
    const Bytes bytes = target.Read();
    ASSERT_EQ(bytes.size(), golden.bytes.size());
    for (size_t i = 0; i < bytes.size(); ++i) ASSERT_NEAR(bytes[i], golden.bytes[i], tolerance) << i;
  }
};

// Its weights have 11 bits instead of 14, and it rounds once.
TEST_F(OpenCvTest, LinearScaling) {
  const Frame gray = {FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea)};
  const Frame packed = {FORMAT_BGR_PACKED, kGoldenWidth, kGoldenHeight, GeneratedBytes(3, 3 * kGoldenArea)};
  Check(gray, FORMAT_GRAY, kLinearLarger, BMCV_INTER_LINEAR, 1);
  Check(gray, FORMAT_GRAY, kLinearSmaller, BMCV_INTER_LINEAR, 1);
  Check(packed, FORMAT_BGR_PACKED, kLinearPacked, BMCV_INTER_LINEAR, 1);
}

// No ratio here is so exact that the scaler's step, which is rounded down, takes another pixel.
TEST_F(OpenCvTest, NearestScaling) {
  const Frame gray = {FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea)};
  Check(gray, FORMAT_GRAY, kNearestLarger, BMCV_INTER_NEAREST, 0);
  Check(gray, FORMAT_GRAY, kNearestSmaller, BMCV_INTER_NEAREST, 0);
}

// Its coefficients have 20 bits instead of 10, and it takes luma below 16 for 16.
TEST_F(OpenCvTest, Colours) {
  Bytes yuv = GeneratedBytes(5, 72);
  for (uint8_t& byte : yuv) byte = std::max<uint8_t>(byte, 16);
  Check({FORMAT_NV12, 8, 6, yuv}, FORMAT_BGR_PACKED, kNv12ToBgr, BMCV_INTER_NEAREST, 1);
  Check({FORMAT_YUV420P, 8, 6, yuv}, FORMAT_RGB_PACKED, kI420ToRgb, BMCV_INTER_NEAREST, 1);
}

// ---- CPU levels ----

TEST_F(VppTest, EveryCpuLevelGivesTheSameBytes) {
  const struct {
    bm_image_format_ext from, to;
    int width, height;
    bmcv_resize_algorithm algorithm;
  } rows[] = {{FORMAT_NV12, FORMAT_BGR_PACKED, 300, 44, BMCV_INTER_LINEAR},
              {FORMAT_NV12, FORMAT_RGB_PLANAR, 97, 31, BMCV_INTER_LINEAR},
              {FORMAT_BGR_PACKED, FORMAT_YUV444P, 451, 70, BMCV_INTER_LINEAR},
              {FORMAT_YUV420P, FORMAT_YUV420P, 150, 22, BMCV_INTER_LINEAR},
              {FORMAT_RGB_PACKED, FORMAT_ARGB_PACKED, 33, 61, BMCV_INTER_NEAREST},
              {FORMAT_BGR_PLANAR, FORMAT_YUV420P, 300, 44, BMCV_INTER_LINEAR},
              {FORMAT_GRAY, FORMAT_BGR_PACKED, 129, 50, BMCV_INTER_BICUBIC}};
  for (const auto& row : rows) {
    SCOPED_TRACE(testing::Message() << row.from << " to " << row.to);
    Picture source(handle_, row.from, 300, 44, RandomBytes(Picture(handle_, row.from, 300, 44).size()));
    Picture target(handle_, row.to, row.width, row.height);
    bm_image output = target.image();
    Bytes portable;
    for (const char* const level : {"portable", "avx2", "avx512"}) {
      setenv("BM_CPU_LEVEL", level, 1);
      ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, source.image(), &output, nullptr, row.algorithm), BM_SUCCESS);
      if (portable.empty()) portable = target.Read();
      EXPECT_EQ(target.Read(), portable) << level;
    }
    unsetenv("BM_CPU_LEVEL");
  }
}

// ---- YUV to YUV: every plane alone, by its own sizes ----

TEST_F(VppTest, YuvToYuvScalesEveryPlaneAlone) {
  const struct {
    bm_image_format_ext source, target;
    bool is_of_basic;
  } pairs[] = {{FORMAT_YUV420P, FORMAT_YUV420P, false}, {FORMAT_NV12, FORMAT_YUV420P, false},
               {FORMAT_YUV444P, FORMAT_YUV444P, false}, {FORMAT_YUV420P, FORMAT_YUV444P, true},
               {FORMAT_NV12, FORMAT_YUV444P, true},     {FORMAT_YUV422P, FORMAT_YUV420P, true}};
  for (const auto& pair : pairs) {
    for (const bmcv_resize_algorithm algorithm : {BMCV_INTER_NEAREST, BMCV_INTER_LINEAR}) {
      SCOPED_TRACE(testing::Message() << pair.source << " to " << pair.target << ", " << algorithm);
      const Frame in = RandomFrame(pair.source, 38, 22);
      Frame out = RandomFrame(pair.target, 27, 33);
      Picture source(handle_, in.format, in.width, in.height, in.bytes);
      Picture target(handle_, out.format, out.width, out.height, out.bytes);
      bm_image input = source.image(), output = target.image();
      bmcv_rect_t crop = {4, 2, 30, 18};
      int count = 1;
      ASSERT_EQ(bmcv_image_vpp_basic(handle_, 1, &input, &output, &count, &crop, nullptr, algorithm), BM_SUCCESS);
      const bool in_full = pair.source == FORMAT_YUV444P, in_422 = pair.source == FORMAT_YUV422P;
      const bool out_full = pair.target == FORMAT_YUV444P;
      for (int c = 0; c < 3; ++c) {
        const int across = c > 0 && !in_full ? 2 : 1, down = across == 2 && !in_422 ? 2 : 1;
        const int sub = c > 0 && !out_full ? 2 : 1;
        const int width = (out.width + sub - 1) / sub, height = (out.height + sub - 1) / sub;
        const PixelSource at = [&](int x, int y) { return Sample(in, c, x * across, y * down); };
        const bmcv_rect_t part = {4 / across, 2 / down, 30 / across, 18 / down};
        for (int y = 0; y < height; ++y) {
          for (int x = 0; x < width; ++x) {
            out.bytes[OffsetOf(out, c, x * sub, y * sub)] =
                static_cast<uint8_t>(Scaled(at, part, width, height, algorithm, x, y));
          }
        }
      }
      EXPECT_EQ(target.Read(), out.bytes);
      const bm_status_t alone = bmcv_image_vpp_convert(handle_, 1, input, &output, &crop, algorithm);
      EXPECT_EQ(alone, pair.is_of_basic ? BM_NOT_SUPPORTED : BM_SUCCESS);
    }
  }
}

// ---- To subsampled chroma: one size only, rounded means ----

TEST_F(VppTest, ChromaIsTheRoundedMeanOfItsPixels) {
  const std::vector<bm_image_format_ext> sources = RgbSetAnd({FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED, FORMAT_YUV444P});
  for (const bm_image_format_ext source : sources) {
    for (const bm_image_format_ext target : {FORMAT_YUV420P, FORMAT_YUV422P}) {
      SCOPED_TRACE(testing::Message() << source << " to " << target);
      const bool is_packed = source == FORMAT_RGB_PACKED || source == FORMAT_BGR_PACKED;
      const Frame in = RandomFrame(source, 38, 22);
      Picture picture(handle_, source, 38, 22, in.bytes);
      bmcv_rect_t crop = is_packed ? bmcv_rect_t{0, 0, 38, 22} : bmcv_rect_t{3, 1, 34, 20};
      Frame out = RandomFrame(target, crop.crop_w, crop.crop_h);
      Picture converted(handle_, target, out.width, out.height, out.bytes);
      bm_image output = converted.image();
      ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, picture.image(), &output, &crop), BM_SUCCESS);
      const auto at = [&](int c, int x, int y) {
        x += crop.start_x;
        y += crop.start_y;
        return source == FORMAT_YUV444P
                   ? Sample(in, c, x, y)
                   : Converted(kRgbToLimited, c, Sample(in, 0, x, y), Sample(in, 1, x, y), Sample(in, 2, x, y));
      };
      const int down = target == FORMAT_YUV420P ? 2 : 1;
      for (int y = 0; y < out.height; ++y) {
        for (int x = 0; x < out.width; ++x) out.bytes[OffsetOf(out, 0, x, y)] = static_cast<uint8_t>(at(0, x, y));
      }
      for (int c = 1; c < 3; ++c) {
        for (int y = 0; y < out.height; y += down) {
          for (int x = 0; x < out.width; x += 2) {
            int sum = down;
            for (int row = 0; row < down; ++row) sum += at(c, x, y + row) + at(c, x + 1, y + row);
            out.bytes[OffsetOf(out, c, x, y)] = static_cast<uint8_t>(sum / (2 * down));
          }
        }
      }
      EXPECT_EQ(converted.Read(), out.bytes);
    }
  }
}

TEST_F(VppTest, SubsamplingRefusesOtherSizesAndCropsOfPackedPixels) {
  Picture packed(handle_, FORMAT_BGR_PACKED, 32, 20, RandomBytes(1920)),
      planar(handle_, FORMAT_BGR_PLANAR, 32, 20, RandomBytes(1920));
  Picture smaller(handle_, FORMAT_YUV420P, 16, 16), odd(handle_, FORMAT_YUV420P, 17, 16);
  bm_image small_output = smaller.image(), odd_output = odd.image();
  bmcv_rect_t crop = {0, 0, 16, 16}, odd_crop = {0, 0, 17, 16};
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, packed.image(), &small_output), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, packed.image(), &small_output, &crop), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, planar.image(), &odd_output, &odd_crop), BM_NOT_SUPPORTED);
  EXPECT_FALSE(bm_image_is_attached(small_output));
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, planar.image(), &small_output, &crop), BM_SUCCESS);
}

// ---- Worked values ----

class WorkedValuesTest : public VppTest {
 protected:
  // A picture of one colour through a matrix.
  Bytes Convert(bm_image_format_ext from, bm_image_format_ext to, const Bytes& colour, csc_type_t csc) {
    Bytes bytes;
    for (const uint8_t value : colour) bytes.insert(bytes.end(), 256, value);
    Picture in(handle_, from, 16, 16, bytes), out(handle_, to, 16, 16);
    bm_image output = out.image();
    EXPECT_EQ(bmcv_image_vpp_csc_matrix_convert(handle_, 1, in.image(), &output, csc), BM_SUCCESS);
    const Bytes result = out.Read();
    return {result[0], result[256], result[512]};
  }

  Bytes Line(const Bytes& line, int length, bmcv_resize_algorithm algorithm) {
    Picture in(handle_, FORMAT_GRAY, static_cast<int>(line.size()), 1, line), out(handle_, FORMAT_GRAY, length, 1);
    bm_image output = out.image();
    EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &output, nullptr, algorithm), BM_SUCCESS);
    return out.Read();
  }
};

TEST_F(WorkedValuesTest, Colours) {
  const struct {
    csc_type_t csc;
    Bytes in, out;
  } rows[] = {
      {CSC_YCbCr2RGB_BT601, {16, 128, 128}, {0, 0, 0}},    {CSC_YCbCr2RGB_BT601, {128, 128, 128}, {130, 130, 130}},
      {CSC_MAX_ENUM, {235, 128, 128}, {255, 255, 255}},    {CSC_MAX_ENUM, {81, 90, 240}, {254, 0, 0}},
      {CSC_YCbCr2RGB_BT601, {41, 240, 110}, {0, 0, 255}},  {CSC_YPbPr2RGB_BT601, {128, 128, 128}, {128, 128, 128}},
      {CSC_YPbPr2RGB_BT601, {81, 90, 240}, {238, 14, 14}}, {CSC_YCbCr2RGB_BT709, {81, 90, 240}, {255, 24, 0}}};
  for (const auto& row : rows) EXPECT_EQ(Convert(FORMAT_YUV444P, FORMAT_RGB_PLANAR, row.in, row.csc), row.out);
  const Bytes white = {255, 255, 255}, red = {255, 0, 0}, green = {10, 200, 100};
  EXPECT_EQ(Convert(FORMAT_RGB_PLANAR, FORMAT_YUV444P, white, CSC_MAX_ENUM), Bytes({235, 128, 128}));
  EXPECT_EQ(Convert(FORMAT_RGB_PLANAR, FORMAT_YUV444P, red, CSC_RGB2YCbCr_BT601), Bytes({81, 90, 240}));
  EXPECT_EQ(Convert(FORMAT_RGB_PLANAR, FORMAT_YUV444P, green, CSC_RGB2YCbCr_BT601), Bytes({129, 112, 52}));
}

// Every matrix of the table keeps grays gray, and its ends where its range says.
TEST_F(WorkedValuesTest, GraysStayGray) {
  const struct {
    csc_type_t to_rgb, from_rgb;
    uint8_t black, white;
  } rows[] = {{CSC_YCbCr2RGB_BT601, CSC_RGB2YCbCr_BT601, 16, 235},
              {CSC_YPbPr2RGB_BT601, CSC_RGB2YPbPr_BT601, 0, 255},
              {CSC_YCbCr2RGB_BT709, CSC_RGB2YCbCr_BT709, 16, 235},
              {CSC_YPbPr2RGB_BT709, CSC_RGB2YPbPr_BT709, 0, 255}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.to_rgb);
    EXPECT_EQ(Convert(FORMAT_YUV444P, FORMAT_RGB_PLANAR, {row.black, 128, 128}, row.to_rgb), Bytes({0, 0, 0}));
    EXPECT_EQ(Convert(FORMAT_YUV444P, FORMAT_RGB_PLANAR, {row.white, 128, 128}, row.to_rgb), Bytes({255, 255, 255}));
    EXPECT_EQ(Convert(FORMAT_RGB_PLANAR, FORMAT_YUV444P, {0, 0, 0}, row.from_rgb), Bytes({row.black, 128, 128}));
    const Bytes white = Convert(FORMAT_RGB_PLANAR, FORMAT_YUV444P, {255, 255, 255}, row.from_rgb);
    EXPECT_NEAR(white[0], row.white, 1);
    EXPECT_NEAR(white[1], 128, 1);
    EXPECT_NEAR(white[2], 128, 1);
  }
}

TEST_F(WorkedValuesTest, Lines) {
  EXPECT_EQ(Line({0, 100, 200, 50}, 8, BMCV_INTER_LINEAR), Bytes({0, 25, 75, 125, 175, 163, 88, 50}));
  EXPECT_EQ(Line({0, 10, 20, 30, 40, 50, 60, 70}, 3, BMCV_INTER_LINEAR), Bytes({8, 35, 62}));
  EXPECT_EQ(Line({0, 1, 2, 3, 4, 5, 6, 7}, 3, BMCV_INTER_NEAREST), Bytes({0, 2, 5}));
}

// A cubic through a straight line is that line, away from the ends; the ends do not overshoot the range.
TEST_F(WorkedValuesTest, CubicLines) {
  EXPECT_EQ(Line({7, 80, 3, 250}, 4, BMCV_INTER_BICUBIC), Bytes({7, 80, 3, 250}));
  const Bytes line = Line({0, 40, 80, 120, 160, 200, 240}, 14, BMCV_INTER_BICUBIC);
  for (int i = 3; i < 11; ++i) EXPECT_NEAR(line[i], (i + 0.5) * 20 - 20, 1) << i;
  const Bytes step = Line({0, 0, 0, 255, 255, 255}, 12, BMCV_INTER_BICUBIC);
  EXPECT_EQ(step[4], 0);    // below 0 without the clip
  EXPECT_EQ(step[7], 255);  // above 255 without it
  EXPECT_EQ(step[5], 52);   // weights of 1/4: -0.0703125 0.8671875 0.2265625 -0.0234375
}

TEST_F(WorkedValuesTest, UserMatrix) {
  Picture in(handle_, FORMAT_YUV444P, 16, 16, Bytes(768, 100)), out(handle_, FORMAT_RGB_PLANAR, 16, 16);
  bm_image output = out.image();
  csc_matrix_t matrix = {1024, 0, 0, 0, 0, 512, 0, 1024, -1024, 0, 0, 1 << 17};
  const auto convert = [&](csc_matrix_t* given) {
    return bmcv_image_vpp_csc_matrix_convert(handle_, 1, in.image(), &output, CSC_USER_DEFINED_MATRIX, given);
  };
  ASSERT_EQ(convert(&matrix), BM_SUCCESS);
  const Bytes result = out.Read();
  EXPECT_EQ(Bytes({result[0], result[256], result[512]}), Bytes({100, 51, 28}));
  EXPECT_EQ(convert(nullptr), BM_ERR_PARAM);
  matrix.csc_coe11 = 4096;
  EXPECT_EQ(convert(&matrix), BM_ERR_PARAM);
  matrix.csc_coe11 = -4096;
  EXPECT_EQ(convert(&matrix), BM_SUCCESS);
  matrix.csc_add2 = 1 << 20;
  EXPECT_EQ(convert(&matrix), BM_ERR_PARAM);
}

// ---- Arguments ----

TEST_F(VppTest, ColourTypesGoTheWayOfTheFormats) {
  Picture yuv(handle_, FORMAT_NV12, 16, 16, Bytes(384)), gray(handle_, FORMAT_GRAY, 16, 16, Bytes(256));
  Picture rgb(handle_, FORMAT_RGB_PACKED, 16, 16, Bytes(768)), planes(handle_, FORMAT_YUV420P, 16, 16);
  bm_image to_rgb = rgb.image(), to_gray = gray.image(), to_yuv = planes.image();
  const auto convert = [&](const Picture& in, bm_image* out, int csc) {
    return bmcv_image_vpp_csc_matrix_convert(handle_, 1, in.image(), out, static_cast<csc_type_t>(csc));
  };
  EXPECT_EQ(convert(yuv, &to_rgb, CSC_RGB2YCbCr_BT601), BM_ERR_PARAM);
  EXPECT_EQ(convert(rgb, &to_gray, CSC_YCbCr2RGB_BT601), BM_ERR_PARAM);
  EXPECT_EQ(convert(rgb, &to_gray, CSC_RGB2YPbPr_BT601), BM_SUCCESS);
  EXPECT_EQ(convert(yuv, &to_yuv, CSC_YCbCr2RGB_BT601), BM_ERR_PARAM);
  EXPECT_EQ(convert(rgb, &to_rgb, CSC_YCbCr2RGB_BT601), BM_ERR_PARAM);
  EXPECT_EQ(convert(yuv, &to_rgb, 8), BM_ERR_PARAM);
  EXPECT_EQ(convert(yuv, &to_rgb, 1002), BM_ERR_PARAM);
  EXPECT_EQ(convert(yuv, &to_rgb, CSC_YPbPr2RGB_BT709), BM_SUCCESS);
}

TEST_F(VppTest, CropsOfYuvBecomeWholeChromaSamplesInTheCallersArray) {
  const Frame in = RandomFrame(FORMAT_NV12, 40, 40);
  Picture source(handle_, in.format, 40, 40, in.bytes);
  Frame out = RandomFrame(FORMAT_RGB_PLANAR, 20, 20);
  Picture first(handle_, out.format, 20, 20, out.bytes), second(handle_, out.format, 20, 20, out.bytes);
  bm_image outputs[] = {first.image(), second.image()};
  bmcv_rect_t crops[] = {{3, 5, 17, 18}, {0, 0, 39, 1}};
  ASSERT_EQ(bmcv_image_vpp_convert(handle_, 2, source.image(), outputs, crops), BM_SUCCESS);
  const bmcv_rect_t expected[] = {{2, 4, 18, 18}, {0, 0, 40, 2}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(crops[i].start_x, expected[i].start_x);
    EXPECT_EQ(crops[i].start_y, expected[i].start_y);
    EXPECT_EQ(crops[i].crop_w, expected[i].crop_w);
    EXPECT_EQ(crops[i].crop_h, expected[i].crop_h);
  }
  EXPECT_EQ(first.Read(), Expected(in, expected[0], out, BMCV_INTER_LINEAR));
  EXPECT_EQ(second.Read(), Expected(in, expected[1], out, BMCV_INTER_LINEAR));
  bmcv_rect_t wrong[] = {{3, 5, 17, 18}, {0, 0, 41, 2}};
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 2, source.image(), outputs, wrong), BM_ERR_FAILURE);
  EXPECT_EQ(wrong[0].start_x, 3);
}

TEST_F(VppTest, UnlistedPairsAreRefused) {
  const bm_image_format_ext sources[] = {FORMAT_NV21, FORMAT_NV16,       FORMAT_NV61,        FORMAT_YUV422P,
                                         FORMAT_NV24, FORMAT_HSV_PLANAR, FORMAT_YUV422_YUYV, FORMAT_BAYER};
  Picture rgb(handle_, FORMAT_RGB_PLANAR, 16, 16, Bytes(768)), yuv(handle_, FORMAT_NV12, 16, 16, Bytes(384)),
      separate(handle_, FORMAT_RGBP_SEPARATE, 16, 16, Bytes(768));
  bm_image to_rgb = rgb.image();
  for (const bm_image_format_ext format : sources) {
    Picture in(handle_, format, 16, 16, Bytes(Picture(handle_, format, 16, 16).size()));
    bm_image output = in.image();
    EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &to_rgb), BM_NOT_SUPPORTED) << format;
    if (format != FORMAT_YUV422P) {
      EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, rgb.image(), &output), BM_NOT_SUPPORTED) << format;
    }
  }
  Picture nv12(handle_, FORMAT_NV12, 16, 16), gray(handle_, FORMAT_GRAY, 16, 16),
      alpha(handle_, FORMAT_ARGB_PACKED, 16, 16);
  bm_image to_nv12 = nv12.image(), to_gray = gray.image(), to_alpha = alpha.image();
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, yuv.image(), &to_nv12), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, yuv.image(), &to_gray), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, separate.image(), &to_alpha), BM_NOT_SUPPORTED);
  Picture floats(handle_, FORMAT_RGB_PLANAR, 16, 16, DATA_TYPE_EXT_FLOAT32),
      four(handle_, FORMAT_RGB_PLANAR, 16, 16, DATA_TYPE_EXT_4N_BYTE);
  bm_image to_floats = floats.image(), to_four = four.image();
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, yuv.image(), &to_floats), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, yuv.image(), &to_four), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, floats.image(), &to_rgb), BM_NOT_SUPPORTED);
}

TEST_F(VppTest, OddInputsOfTheseFormatsAreRefused) {
  Picture rgb(handle_, FORMAT_RGB_PLANAR, 16, 16);
  bm_image output = rgb.image();
  for (const bm_image_format_ext format : {FORMAT_NV12, FORMAT_YUV420P, FORMAT_GRAY}) {
    Picture wide(handle_, format, 17, 16, Bytes(Picture(handle_, format, 17, 16).size()));
    Picture high(handle_, format, 16, 17, Bytes(Picture(handle_, format, 16, 17).size()));
    EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, wide.image(), &output), BM_NOT_SUPPORTED) << format;
    EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, high.image(), &output), BM_NOT_SUPPORTED) << format;
  }
  EXPECT_FALSE(bm_image_is_attached(output));
}

TEST_F(VppTest, OtherFailures) {
  Picture in(handle_, FORMAT_RGB_PLANAR, 32, 32, Bytes(3072)), empty(handle_, FORMAT_RGB_PLANAR, 32, 32),
      gray(handle_, FORMAT_GRAY, 32, 32);
  bm_image output = empty.image(), mixed[] = {empty.image(), gray.image()};
  const auto convert = [&](bm_image input, bmcv_rect_t crop) {
    return bmcv_image_vpp_convert(handle_, 1, input, &output, &crop);
  };
  for (const bmcv_rect_t& crop : {bmcv_rect_t{-1, 0, 8, 8},
                                  {0, -1, 8, 8},
                                  {0, 0, 0, 8},
                                  {0, 0, 8, 0},
                                  {25, 0, 8, 8},
                                  {0, 25, 8, 8},
                                  {2147483647, 0, 2147483647, 8},
                                  {0, 0, -8, 8}}) {
    EXPECT_EQ(convert(in.image(), crop), BM_ERR_FAILURE) << crop.start_x << " " << crop.crop_w;
  }
  EXPECT_EQ(convert(empty.image(), {0, 0, 32, 32}), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 0, in.image(), &output), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), nullptr), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(nullptr, 1, in.image(), &output), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 2, in.image(), mixed), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, bm_image(), &output), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &output, nullptr, static_cast<bmcv_resize_algorithm>(3)),
            BM_NOT_SUPPORTED);
  EXPECT_FALSE(bm_image_is_attached(output));
}

TEST_F(VppTest, ZoomsBeyond32) {
  Picture in(handle_, FORMAT_GRAY, 330, 16, RandomBytes(5280)), out(handle_, FORMAT_GRAY, 10, 16),
      allowed(handle_, FORMAT_GRAY, 11, 16);
  Picture high(handle_, FORMAT_GRAY, 330, 513);
  bm_image output = out.image(), inputs[] = {in.image()}, allowed_output = allowed.image(), high_output = high.image();
  const auto basic = [&](bm_image* image) { return bmcv_image_vpp_basic(handle_, 1, inputs, image); };
  EXPECT_EQ(basic(&output), BM_NOT_SUPPORTED);
  EXPECT_EQ(basic(&high_output), BM_NOT_SUPPORTED);
  EXPECT_EQ(basic(&allowed_output), BM_SUCCESS);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &output, nullptr, BMCV_INTER_BICUBIC), BM_NOT_SUPPORTED);
  const Frame frame = {FORMAT_GRAY, 330, 16, in.Read()};
  for (const bmcv_resize_algorithm algorithm : {BMCV_INTER_NEAREST, BMCV_INTER_LINEAR}) {
    ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &output, nullptr, algorithm), BM_SUCCESS);
    EXPECT_EQ(out.Read(), Expected(frame, {0, 0, 330, 16}, {FORMAT_GRAY, 10, 16, Bytes(160)}, algorithm));
  }
}

TEST_F(VppTest, OutputsMayBeTheInput) {
  const Frame in = RandomFrame(FORMAT_BGR_PACKED, 40, 24);
  Picture picture(handle_, in.format, 40, 24, in.bytes);
  bm_image same = picture.image();
  bmcv_rect_t crop = {5, 3, 20, 20};
  ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, picture.image(), &same, &crop), BM_SUCCESS);
  EXPECT_EQ(picture.Read(), Expected(in, crop, in, BMCV_INTER_LINEAR));
}

// ---- Padding, stitching, many inputs ----

TEST_F(VppTest, PaddingFillsAroundThePlace) {
  const Frame in = RandomFrame(FORMAT_NV12, 38, 22);
  Picture source(handle_, in.format, 38, 22, in.bytes);
  for (const bm_image_format_ext format : RgbSetAnd({})) {
    for (const int if_memset : {0, 1}) {
      SCOPED_TRACE(testing::Message() << format << " " << if_memset);
      Frame out = RandomFrame(format, 50, 40);
      Picture target(handle_, format, 50, 40, out.bytes);
      bm_image output = target.image();
      bmcv_padding_atrr_t padding = {7, 9, 33, 20, 10, 20, 30, if_memset};
      bmcv_rect_t crop = {2, 4, 30, 16};
      ASSERT_EQ(bmcv_image_vpp_convert_padding(handle_, 1, source.image(), &output, &padding, &crop), BM_SUCCESS);
      const Frame inner = {FORMAT_RGB_PLANAR, 33, 20, Bytes(3 * 33 * 20)};
      const Bytes scaled = Expected(in, crop, inner, BMCV_INTER_LINEAR);
      for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 50; ++x) {
          const bool is_inside = x >= 7 && x < 40 && y >= 9 && y < 29;
          for (int c = 0; c < 3; ++c) {
            uint8_t& byte = out.bytes[OffsetOf(out, c, x, y)];
            if (is_inside) byte = scaled[OffsetOf(inner, c, x - 7, y - 9)];
            if (!is_inside && if_memset == 1) byte = static_cast<uint8_t>(10 + 10 * c);
          }
        }
      }
      EXPECT_EQ(target.Read(), out.bytes);
    }
  }
}

TEST_F(VppTest, PaddingFillsGrayWithRedAndTheRowsPadding) {
  Picture source(handle_, FORMAT_GRAY, 16, 16, Bytes(256, 9));
  int stride = 64;
  bm_image output;
  ASSERT_EQ(bm_image_create(handle_, 20, 40, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &output, &stride), BM_SUCCESS);
  bmcv_padding_atrr_t padding = {0, 2, 40, 16, 77, 1, 2, 1};
  ASSERT_EQ(bmcv_image_vpp_convert_padding(handle_, 1, source.image(), &output, &padding), BM_SUCCESS);
  Bytes bytes(64 * 20);
  void* planes[] = {bytes.data()};
  ASSERT_EQ(bm_image_copy_device_to_host(output, planes), BM_SUCCESS);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 64; ++x) EXPECT_EQ(bytes[y * 64 + x], x < 40 && y >= 2 && y < 18 ? 9 : 77) << x << " " << y;
  }
  bm_image_destroy(output);
}

TEST_F(VppTest, PaddingRefuses) {
  Picture in(handle_, FORMAT_NV12, 32, 32, Bytes(1536)), rgb(handle_, FORMAT_RGB_PLANAR, 64, 64),
      yuv(handle_, FORMAT_YUV420P, 64, 64);
  bm_image output = rgb.image(), yuv_output = yuv.image();
  const auto convert = [&](bm_image* out, bmcv_padding_atrr_t padding) {
    return bmcv_image_vpp_convert_padding(handle_, 1, in.image(), out, &padding);
  };
  EXPECT_EQ(bmcv_image_vpp_convert_padding(handle_, 1, in.image(), &output, nullptr), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {0, 0, 15, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {0, 0, 16, 15, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {49, 0, 16, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {0, 49, 16, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {4294967295u, 0, 16, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {0, 0, 4294967295u, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&yuv_output, {0, 0, 32, 32, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&yuv_output, {1, 0, 32, 32, 0, 0, 0, 0}), BM_ERR_FAILURE);
  EXPECT_FALSE(bm_image_is_attached(output));
  EXPECT_FALSE(bm_image_is_attached(yuv_output));
  EXPECT_EQ(convert(&yuv_output, {2, 0, 32, 32, 0, 0, 0, 0}), BM_SUCCESS);
}

TEST_F(VppTest, StitchesInputsIntoOneOutput) {
  const Frame a = RandomFrame(FORMAT_RGB_PACKED, 20, 18), b = RandomFrame(FORMAT_RGB_PACKED, 31, 17);
  Picture first(handle_, a.format, 20, 18, a.bytes), second(handle_, b.format, 31, 17, b.bytes);
  Frame out = RandomFrame(FORMAT_BGR_PLANAR, 60, 30);
  Picture target(handle_, out.format, 60, 30, out.bytes);
  bm_image inputs[] = {first.image(), second.image()};
  bmcv_rect_t places[] = {{0, 0, 20, 30}, {25, 3, 33, 20}}, crops[] = {{1, 2, 16, 16}, {0, 0, 31, 17}};
  ASSERT_EQ(bmcv_image_vpp_stitch(handle_, 2, inputs, target.image(), places, crops, BMCV_INTER_NEAREST), BM_SUCCESS);
  const Frame* sources[] = {&a, &b};
  for (int i = 0; i < 2; ++i) {
    const Frame inner = {FORMAT_BGR_PLANAR, places[i].crop_w, places[i].crop_h,
                         Bytes(3 * places[i].crop_w * places[i].crop_h)};
    const Bytes scaled = Expected(*sources[i], crops[i], inner, BMCV_INTER_NEAREST);
    for (int y = 0; y < inner.height; ++y) {
      for (int x = 0; x < inner.width; ++x) {
        for (int c = 0; c < 3; ++c) {
          out.bytes[OffsetOf(out, c, x + places[i].start_x, y + places[i].start_y)] = scaled[OffsetOf(inner, c, x, y)];
        }
      }
    }
  }
  EXPECT_EQ(target.Read(), out.bytes);
}

TEST_F(VppTest, StitchRefuses) {
  Picture rgb(handle_, FORMAT_RGB_PACKED, 20, 18, Bytes(1080)), gray(handle_, FORMAT_GRAY, 20, 18, Bytes(360)),
      yuv(handle_, FORMAT_YUV420P, 20, 18, Bytes(540)), out(handle_, FORMAT_RGB_PLANAR, 40, 40),
      yuv_out(handle_, FORMAT_YUV420P, 40, 40);
  bm_image mixed[] = {rgb.image(), gray.image()};
  bmcv_rect_t places[] = {{0, 0, 20, 20}, {20, 20, 20, 20}}, odd = {1, 0, 20, 20}, outside = {30, 0, 20, 20};
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 2, mixed, out.image(), places), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 1, mixed, out.image(), nullptr), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 1, mixed, out.image(), &outside), BM_ERR_FAILURE);
  const std::vector<bm_image> many(257, rgb.image());
  std::vector<bmcv_rect_t> many_places(257, places[0]);
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 257, const_cast<bm_image*>(many.data()), out.image(), many_places.data()),
            BM_NOT_SUPPORTED);
  bm_image yuv_input = yuv.image();
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 1, &yuv_input, yuv_out.image(), &odd), BM_ERR_FAILURE);
  EXPECT_FALSE(bm_image_is_attached(out.image()));
}

TEST_F(VppTest, BasicTakesManyInputsWithManyCrops) {
  const Frame a = RandomFrame(FORMAT_NV12, 40, 30), b = RandomFrame(FORMAT_YUV420P, 36, 32);
  Picture first(handle_, a.format, 40, 30, a.bytes), second(handle_, b.format, 36, 32, b.bytes);
  const Frame out = {FORMAT_BGR_PACKED, 24, 18, Bytes(3 * 24 * 18)};
  Picture one(handle_, out.format, 24, 18), two(handle_, out.format, 24, 18), three(handle_, out.format, 24, 18);
  bm_image inputs[] = {first.image(), second.image()}, outputs[] = {one.image(), two.image(), three.image()};
  int counts[] = {1, 2};
  bmcv_rect_t crops[] = {{2, 2, 20, 20}, {0, 0, 36, 32}, {4, 6, 16, 20}};
  ASSERT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, counts, crops), BM_SUCCESS);
  EXPECT_EQ(one.Read(), Expected(a, crops[0], out, BMCV_INTER_LINEAR));
  EXPECT_EQ(two.Read(), Expected(b, crops[1], out, BMCV_INTER_LINEAR));
  EXPECT_EQ(three.Read(), Expected(b, crops[2], out, BMCV_INTER_LINEAR));
  ASSERT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs), BM_SUCCESS);
  EXPECT_EQ(two.Read(), Expected(b, {0, 0, 36, 32}, out, BMCV_INTER_LINEAR));
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, counts), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, nullptr, crops), BM_ERR_FAILURE);
  int many[] = {1, 256}, negative[] = {-1, 2};
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, many, crops), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, negative, crops), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 1, inputs, outputs, nullptr, nullptr, nullptr, BMCV_INTER_LINEAR,
                                 CSC_RGB2YCbCr_BT601),
            BM_ERR_PARAM);
}

TEST_F(VppTest, BasicTakesYuv422) {
  const Frame in = RandomFrame(FORMAT_YUV422P, 38, 21);
  Picture source(handle_, in.format, 38, 21, in.bytes);
  bm_image input = source.image();
  for (const bm_image_format_ext format : {FORMAT_RGB_PACKED, FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE}) {
    const Frame out = {format, 25, 40, Bytes(3000)};
    Picture target(handle_, format, 25, 40);
    bm_image output = target.image();
    ASSERT_EQ(bmcv_image_vpp_basic(handle_, 1, &input, &output), BM_SUCCESS);
    EXPECT_EQ(target.Read(), Expected(in, {0, 0, 38, 21}, out, BMCV_INTER_LINEAR));
  }
  Picture planar(handle_, FORMAT_RGB_PLANAR, 25, 40);
  bm_image output = planar.image();
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 1, &input, &output), BM_NOT_SUPPORTED);
}

}  // namespace
}  // namespace bm::cv
