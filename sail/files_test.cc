// Bmcv's picture files, drawing and signals.
#include <sys/stat.h>

#include <cmath>

#include "bmdecoder/testing/clips.h"
#include "cvwrapper.h"
#include "gtest/gtest.h"
#include "sail/testing/pixels.h"

namespace sail {
namespace {

namespace dec = bm::decoder;
using dec::testing::TempPath;
using testing::MeanDifference;
using testing::SamplesOf;
using Bytes = std::vector<uint8_t>;

class FilesTest : public ::testing::Test {
 protected:
  // Smooth pixels, which JPEG keeps.
  BMImage Picture(int h, int w, bm_image_format_ext format) {
    Bytes bytes(3 * h * w);
    const bool packed = format == FORMAT_BGR_PACKED || format == FORMAT_RGB_PACKED;
    for (int i = 0; i < h * w; ++i) {
      for (int c = 0; c < 3; ++c) {
        bytes[packed ? 3 * i + c : c * h * w + i] = static_cast<uint8_t>(40 + (i % w) + 2 * (i / w) + 20 * c);
      }
    }
    return BMImage(handle_, bytes.data(), h, w, format);
  }

  Handle handle_ = Handle(0);
  Bmcv bmcv_ = Bmcv(handle_);
};

TEST_F(FilesTest, LosslessFilesKeepEveryPixel) {
  BMImage packed = Picture(36, 50, FORMAT_BGR_PACKED);
  for (const bm_image_format_ext format : {FORMAT_BGR_PACKED, FORMAT_BGR_PLANAR}) {
    BMImage image = Picture(36, 50, format);
    for (const char* const name : {"a.png", "b.PNG", "c.bmp"}) {
      ASSERT_EQ(bmcv_.imwrite(TempPath(name), image), 0) << name;
      EXPECT_EQ(dec::testing::StockFrames(TempPath(name), "bgr24"), SamplesOf(packed.data())) << name << format;
      BMImage read = bmcv_.imread(TempPath(name));
      EXPECT_EQ(read.format(), FORMAT_BGR_PACKED);
      EXPECT_EQ(SamplesOf(read.data()), SamplesOf(packed.data()));
    }
  }
}

TEST_F(FilesTest, JpegFilesLookLikeTheirPictures) {
  BMImage packed = Picture(36, 50, FORMAT_BGR_PACKED);
  for (const bm_image_format_ext format : {FORMAT_BGR_PACKED, FORMAT_BGR_PLANAR}) {
    BMImage image = Picture(36, 50, format);
    const std::string path = TempPath("picture.jpg"), small = TempPath("small.jpeg");
    ASSERT_EQ(bmcv_.imwrite(path, image), 0);
    EXPECT_LT(MeanDifference(dec::testing::StockFrames(path, "bgr24"), SamplesOf(packed.data())), 2.5) << format;
    ASSERT_EQ(bmcv_.imwrite_(small, image.data(), {1, 10}), 0);
    EXPECT_LT(dec::testing::ReadBytes(small).size(), dec::testing::ReadBytes(path).size());
    EXPECT_NE(bmcv_.imwrite_(small, image.data(), {1, 101}), 0);
  }
  Bytes samples = dec::testing::MovingPicture(64, 48, dec::ChromaLayout::kSeparate, 0);
  BMImage yuv(handle_, samples.data(), 48, 64, FORMAT_YUV420P);
  ASSERT_EQ(bmcv_.imwrite(TempPath("yuv.jpg"), yuv), 0);
  BMImage read;
  ASSERT_EQ(bmcv_.imread(TempPath("yuv.jpg"), read), 0);
  EXPECT_EQ(read.format(), FORMAT_YUV420P);
  EXPECT_LT(MeanDifference(SamplesOf(read.data()), samples), 1);
}

TEST_F(FilesTest, EncodesInMemory) {
  BMImage image = Picture(20, 32, FORMAT_BGR_PACKED);
  std::string extension = ".png";
  std::vector<u_char> bytes;
  ASSERT_TRUE(bmcv_.imencode(extension, image, bytes));
  EXPECT_EQ(SamplesOf(bmcv_.imdecode(bytes.data(), bytes.size()).data()), SamplesOf(image.data()));
  extension = ".jpg";
  ASSERT_TRUE(bmcv_.imencode(extension, image.data(), bytes));
  EXPECT_EQ(bmcv_.imdecode(bytes.data(), bytes.size()).width(), 32);
}

TEST_F(FilesTest, RefusesWhatIsNoPicture) {
  BMImage image = Picture(20, 32, FORMAT_BGR_PACKED), none;
  std::vector<u_char> bytes;
  std::string extension = ".gif";
  EXPECT_FALSE(bmcv_.imencode(extension, image, bytes));
  EXPECT_NE(bmcv_.imwrite(TempPath("a.gif"), image), 0);
  EXPECT_NE(bmcv_.imwrite(TempPath("a.png"), none), 0);
  EXPECT_NE(bmcv_.imwrite("/no/such/folder/a.png", image), 0);
  EXPECT_THROW(bmcv_.imread("/no/such.jpg"), SailDecoderError);
  EXPECT_THROW(bmcv_.imdecode("nothing", 7), SailDecoderError);
  EXPECT_THROW(bmcv_.imdecode(nullptr, 0), SailDecoderError);
}

// ---- Drawing ----

TEST_F(FilesTest, DrawsRectanglesInEveryPixel) {
  BMImage image = Picture(32, 48, FORMAT_BGR_PLANAR);
  Bytes expected = SamplesOf(image.data());
  for (int y = 4; y < 12; ++y) {
    for (int x = 6; x < 22; ++x) {
      for (int c = 0; c < 3; ++c) expected[c * 32 * 48 + y * 48 + x] = static_cast<uint8_t>(10 + c);
    }
  }
  ASSERT_EQ(bmcv_.fillRectangle(image, 6, 4, 16, 8, std::make_tuple(10, 11, 12)), 0);
  EXPECT_EQ(SamplesOf(image.data()), expected);
  BMImage frame = Picture(32, 48, FORMAT_BGR_PLANAR), same = Picture(32, 48, FORMAT_BGR_PLANAR);
  EXPECT_EQ(bmcv_.rectangle(frame, 6, 4, 16, 8, std::make_tuple(10, 11, 12), 1), 0);
  EXPECT_EQ(bmcv_.rectangle_(same.data(), 6, 4, 16, 8, std::make_tuple(10, 11, 12)), 0);
  EXPECT_EQ(SamplesOf(frame.data()), SamplesOf(same.data()));
  const Bytes drawn = SamplesOf(frame.data()), before = SamplesOf(Picture(32, 48, FORMAT_BGR_PLANAR).data());
  EXPECT_EQ(drawn[4 * 48 + 6], 10);
  EXPECT_EQ(drawn[6 * 48 + 10], before[6 * 48 + 10]) << "inside";
}

TEST_F(FilesTest, DrawsLinesAndTextInGrey) {
  const auto grey = [this] {
    Bytes bytes(64 * 96, 0);
    return BMImage(handle_, bytes.data(), 64, 96, FORMAT_GRAY);
  };
  const auto lit = [](const BMImage& image) {
    const Bytes samples = SamplesOf(image.data());
    return samples.size() - static_cast<size_t>(std::count(samples.begin(), samples.end(), 0));
  };
  const std::tuple<unsigned char, unsigned char, unsigned char> white(255, 255, 255);
  BMImage lines = grey(), closed = grey(), open = grey(), text = grey(), point = grey();
  std::vector<std::pair<int, int>> start{{2, 3}}, end{{2, 60}};
  ASSERT_EQ(bmcv_.drawLines(lines, start, end, 1, white, 1), 0);
  EXPECT_GE(lit(lines), 58u);
  EXPECT_NE(bmcv_.drawLines(lines, start, end, 2, white, 1), 0);
  std::vector<std::vector<std::pair<int, int>>> corners{{{5, 5}, {50, 5}, {50, 40}}, {{70, 5}}};
  ASSERT_EQ(bmcv_.polylines(open, corners, false, white), 0);
  ASSERT_EQ(bmcv_.polylines(closed, corners, true, white), 0);
  EXPECT_GT(lit(open), 70u);
  EXPECT_GT(lit(closed), lit(open) + 20);
  EXPECT_NE(bmcv_.polylines(closed, corners, true, white, 1, 2), 0);
  ASSERT_EQ(bmcv_.putText(text, "Ab", 4, 40, std::make_tuple(255, 255, 255), 1.0f, 1), 0);
  EXPECT_GT(lit(text), 40u);
  ASSERT_EQ(bmcv_.drawPoint(point, {20, 20}, white, 2), 0);
  EXPECT_GE(lit(point), 1u);
  BMImage pixels = Picture(32, 48, FORMAT_BGR_PLANAR);
  EXPECT_NE(bmcv_.putText(pixels, "Ab", 4, 30, std::make_tuple(255, 255, 255), 1.0f, 1), 0);
  EXPECT_NE(bmcv_.mosaic(1, lines, {{0, 0, 8, 8}}, 0), 0) << "not on this chip";
  EXPECT_NE(bmcv_.mosaic(1, lines, {{0, 0, 8}}, 0), 0);
}

// ---- Values ----

TEST_F(FilesTest, TakesTheGreyOutOf420) {
  Bytes samples = dec::testing::MovingPicture(48, 32, dec::ChromaLayout::kSeparate, 1);
  BMImage yuv(handle_, samples.data(), 32, 48, FORMAT_YUV420P), gray;
  ASSERT_EQ(bmcv_.convert_yuv420p_to_gray(yuv, gray), 0);
  EXPECT_EQ(gray.format(), FORMAT_GRAY);
  EXPECT_EQ(SamplesOf(gray.data()), Bytes(samples.begin(), samples.begin() + 32 * 48));
  BMImage pixels = Picture(16, 16, FORMAT_BGR_PLANAR);
  EXPECT_NE(bmcv_.convert_yuv420p_to_gray(pixels, gray), 0);
}

TEST_F(FilesTest, TransformsSignals) {
  Tensor real(handle_, {2, 8}, BM_FLOAT32, true, true), imaginary(handle_, {2, 8}, BM_FLOAT32, true, true);
  float* const values = static_cast<float*>(real.sys_data());
  for (int i = 0; i < 16; ++i) values[i] = static_cast<float>(i % 5) - 1;
  memset(imaginary.sys_data(), 0, imaginary.nbytes());
  real.sync_s2d();
  imaginary.sync_s2d();
  std::vector<Tensor> of_real = bmcv_.fft(true, real), of_complex = bmcv_.fft(true, real, imaginary);
  ASSERT_EQ(of_real.size(), 2u);
  for (int line = 0; line < 2; ++line) {
    for (int k = 0; k < 8; ++k) {
      double sum[2] = {};
      for (int j = 0; j < 8; ++j) {
        sum[0] += values[8 * line + j] * std::cos(2 * M_PI * j * k / 8);
        sum[1] -= values[8 * line + j] * std::sin(2 * M_PI * j * k / 8);
      }
      for (int part = 0; part < 2; ++part) {
        EXPECT_NEAR(static_cast<float*>(of_real[part].sys_data())[8 * line + k], sum[part], 1e-4);
        EXPECT_NEAR(static_cast<float*>(of_complex[part].sys_data())[8 * line + k], sum[part], 1e-4);
      }
    }
  }
  Tensor flat(handle_, {8}, BM_FLOAT32, true, true), odd(handle_, {1, 7}, BM_FLOAT32, true, true);
  EXPECT_THROW(bmcv_.fft(true, flat), SailTensorError);
  EXPECT_THROW(bmcv_.fft(true, odd), SailBMImageError);
  EXPECT_THROW(bmcv_.fft(true, real, flat), SailTensorError);
}

}  // namespace
}  // namespace sail
