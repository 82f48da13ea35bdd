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

class VppTest : public FrameTest {
 protected:
  using Formats = std::vector<bm_image_format_ext>;

  static Formats RgbSetAnd(const Formats& others) {
    Formats formats(std::begin(kRgbSet), std::end(kRgbSet));
    formats.insert(formats.end(), others.begin(), others.end());
    return formats;
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
    EXPECT_EQ(target.Read(), ScalerResult(in, crop, out, algorithm));
  }

  void CheckPairs(const Formats& sources, const Formats& targets) {
    for (const bm_image_format_ext source : sources) {
      const Frame in = RandomFrame(source, 38, 22);
      for (const bm_image_format_ext target : targets) {
        for (const bmcv_resize_algorithm algorithm : {BMCV_INTER_NEAREST, BMCV_INTER_LINEAR}) {
          CheckPair(in, {0, 0, 38, 22}, target, 38, 22, algorithm);
          CheckPair(in, {4, 2, 30, 18}, target, 17, 35, algorithm);
          CheckPair(in, {2, 4, 16, 16}, target, 53, 5, algorithm);
          CheckPair(in, {2, 2, 34, 18}, target, 17, 9, algorithm);  // halves have a kernel of their own
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

// Columns so far apart that whole pixels are gathered, up to the last byte of the row.
TEST_F(VppTest, PackedPixelsMuchSmaller) {
  for (const bm_image_format_ext from :
       {FORMAT_RGB_PACKED, FORMAT_BGR_PACKED, FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED}) {
    const Frame in = RandomFrame(from, 201, 40);
    for (const bm_image_format_ext to : {FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED, FORMAT_YUV444P, FORMAT_GRAY}) {
      CheckPair(in, {0, 0, 201, 40}, to, 67, 9, BMCV_INTER_LINEAR);
      CheckPair(in, {1, 3, 200, 37}, to, 40, 13, BMCV_INTER_LINEAR);
      CheckPair(in, {6, 0, 195, 40}, to, 65, 40, BMCV_INTER_NEAREST);
    }
  }
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

class PlaneByPlaneTest : public VppTest {
 protected:
  struct Pair {
    bm_image_format_ext source, target;
    bool is_of_basic;
  };

  // `out` after every plane of the crop was scaled to the size of its plane.
  static Bytes Expected(const Frame& in, const bmcv_rect_t& crop, Frame out, bmcv_resize_algorithm algorithm) {
    const bool in_full = in.format == FORMAT_YUV444P, in_422 = in.format == FORMAT_YUV422P;
    const bool out_full = out.format == FORMAT_YUV444P;
    for (int c = 0; c < 3; ++c) {
      const int across = c > 0 && !in_full ? 2 : 1, down = across == 2 && !in_422 ? 2 : 1;
      const int sub = c > 0 && !out_full ? 2 : 1;
      const int width = (out.width + sub - 1) / sub, height = (out.height + sub - 1) / sub;
      const PixelSource at = [&](int x, int y) { return Sample(in, c, x * across, y * down); };
      const bmcv_rect_t part = {crop.start_x / across, crop.start_y / down, crop.crop_w / across, crop.crop_h / down};
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          out.bytes[OffsetOf(out, c, x * sub, y * sub)] =
              static_cast<uint8_t>(Scaled(at, part, width, height, algorithm, x, y));
        }
      }
    }
    return out.bytes;
  }

  void Check(const Pair& pair, int width, int height, bmcv_resize_algorithm algorithm) {
    SCOPED_TRACE(testing::Message() << pair.source << " to " << pair.target << ", " << width << " x " << height
                                    << ", algorithm " << algorithm);
    const Frame in = RandomFrame(pair.source, 38, 22), out = RandomFrame(pair.target, width, height);
    Picture source(handle_, in.format, in.width, in.height, in.bytes);
    Picture target(handle_, out.format, out.width, out.height, out.bytes);
    bm_image input = source.image(), output = target.image();
    bmcv_rect_t crop = {4, 2, 32, 20};
    int count = 1;
    ASSERT_EQ(bmcv_image_vpp_basic(handle_, 1, &input, &output, &count, &crop, nullptr, algorithm), BM_SUCCESS);
    EXPECT_EQ(target.Read(), Expected(in, crop, out, algorithm));
    const bm_status_t alone = bmcv_image_vpp_convert(handle_, 1, input, &output, &crop, algorithm);
    EXPECT_EQ(alone, pair.is_of_basic ? BM_NOT_SUPPORTED : BM_SUCCESS);
  }
};

TEST_F(PlaneByPlaneTest, YuvToYuv) {
  const Pair pairs[] = {{FORMAT_YUV420P, FORMAT_YUV420P, false}, {FORMAT_NV12, FORMAT_YUV420P, false},
                        {FORMAT_YUV444P, FORMAT_YUV444P, false}, {FORMAT_YUV420P, FORMAT_YUV444P, true},
                        {FORMAT_NV12, FORMAT_YUV444P, true},     {FORMAT_YUV422P, FORMAT_YUV420P, true}};
  for (const Pair& pair : pairs) {
    for (const bmcv_resize_algorithm algorithm : {BMCV_INTER_NEAREST, BMCV_INTER_LINEAR}) {
      Check(pair, 27, 33, algorithm);
      Check(pair, 16, 10, algorithm);  // half of the crop
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

// The equations of the standards: kr and kb are the luma's shares of red and blue, ranges are limited or full.
TEST_F(WorkedValuesTest, EveryMatrixIsThatOfItsStandard) {
  const struct {
    csc_type_t to_rgb, from_rgb;
    double kr, kb, low, luma, chroma;
  } rows[] = {{CSC_YCbCr2RGB_BT601, CSC_RGB2YCbCr_BT601, 0.299, 0.114, 16, 219, 224},
              {CSC_YPbPr2RGB_BT601, CSC_RGB2YPbPr_BT601, 0.299, 0.114, 0, 255, 255},
              {CSC_YCbCr2RGB_BT709, CSC_RGB2YCbCr_BT709, 0.2126, 0.0722, 16, 219, 224},
              {CSC_YPbPr2RGB_BT709, CSC_RGB2YPbPr_BT709, 0.2126, 0.0722, 0, 255, 255}};
  const auto byte = [](double value) { return std::clamp(value, 0.0, 255.0); };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.to_rgb);
    for (const Bytes& in : {Bytes{200, 30, 90}, {12, 240, 66}, {130, 100, 250}, {90, 140, 110}}) {
      const double y = (in[0] - row.low) / row.luma, u = (in[1] - 128) / row.chroma, v = (in[2] - 128) / row.chroma;
      const double red = y + 2 * (1 - row.kr) * v, blue = y + 2 * (1 - row.kb) * u;
      const Bytes rgb = Convert(FORMAT_YUV444P, FORMAT_RGB_PLANAR, in, row.to_rgb);
      EXPECT_NEAR(rgb[0], byte(255 * red), 1);
      EXPECT_NEAR(rgb[1], byte(255 * (y - row.kr * red - row.kb * blue) / (1 - row.kr - row.kb)), 1);
      EXPECT_NEAR(rgb[2], byte(255 * blue), 1);
      const double r = in[0] / 255.0, g = in[1] / 255.0, b = in[2] / 255.0;
      const double luma = row.kr * r + (1 - row.kr - row.kb) * g + row.kb * b;
      const Bytes yuv = Convert(FORMAT_RGB_PLANAR, FORMAT_YUV444P, in, row.from_rgb);
      EXPECT_NEAR(yuv[0], byte(row.low + row.luma * luma), 1);
      EXPECT_NEAR(yuv[1], byte(128 + row.chroma * (b - luma) / (2 * (1 - row.kb))), 1);
      EXPECT_NEAR(yuv[2], byte(128 + row.chroma * (r - luma) / (2 * (1 - row.kr))), 1);
    }
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

}  // namespace
}  // namespace bm::cv
