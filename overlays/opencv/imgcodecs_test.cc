// Pictures: the chip's JPEG against OpenCV's, frames into files and back.
#include <cstdlib>
#include <filesystem>
#include <opencv2/opencv.hpp>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"
#include "overlays/opencv/src/exif.h"
#include "overlays/opencv/testing/formulas.h"
#include "overlays/opencv/testing/stock_view.h"

namespace bm::opencv {
namespace {

using decoder::testing::ReadBytes;
using decoder::testing::TempPath;
using decoder::testing::UsedDeviceBytes;
using decoder::testing::WriteBytes;

// A picture without sharp edges: repeated and interpolated chroma differ little.
cv::Mat Smooth(int rows, int cols) {
  cv::Mat mat(rows, cols, CV_8UC3);
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < cols; ++x) {
      mat.at<cv::Vec3b>(y, x) =
          cv::Vec3b(cv::saturate_cast<uchar>(127 + 100 * std::sin(x / 30.0)),
                    cv::saturate_cast<uchar>(127 + 100 * std::cos(y / 25.0)), static_cast<uchar>((x + y) / 2 % 256));
    }
  }
  cv::GaussianBlur(mat, mat, cv::Size(15, 15), 4);
  return mat;
}

double Difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * static_cast<size_t>(a.channels()));
}

std::string WriteJpeg(const std::string& name, const cv::Mat& mat, const std::vector<int>& parameters = {}) {
  const std::string path = TempPath(name);
  EXPECT_TRUE(cv::imwrite(path, mat, parameters));
  return path;
}

class ImgcodecsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int card : {0, 1}) used_.push_back(UsedDeviceBytes(card));
  }
  void TearDown() override {
    for (int card : {0, 1}) EXPECT_EQ(UsedDeviceBytes(card), used_[static_cast<size_t>(card)]) << "card " << card;
  }

  std::vector<uint64_t> used_;
};

TEST_F(ImgcodecsTest, AFrameHasTheFilesSamples) {
  const std::string path = WriteJpeg("frame.jpg", Smooth(66, 98));
  const cv::Mat frame = cv::imread(path, cv::IMREAD_AVFRAME, 1);
  ASSERT_TRUE(frame.avOK());
  EXPECT_EQ(cv::bmcv::getId(frame.u->hid), 1);
  EXPECT_EQ(frame.avFormat(), AV_PIX_FMT_YUVJ420P);
  EXPECT_EQ(frame.avRows(), 66);
  EXPECT_EQ(frame.avCols(), 98);
  EXPECT_EQ(frame.avStep(4), 128);
  EXPECT_EQ(frame.u->frame->color_range, AVCOL_RANGE_JPEG);
  // Luma is what OpenCV gives for grey.
  EXPECT_EQ(cv::norm(frame, testing::StockRead(path, cv::IMREAD_GRAYSCALE), cv::NORM_INF), 0);
}

TEST_F(ImgcodecsTest, ColoursAreTheChips) {
  const std::string path = WriteJpeg("colours.jpg", Smooth(64, 96));
  const cv::Mat bgr = cv::imread(path, cv::IMREAD_COLOR, 1), frame = cv::imread(path, cv::IMREAD_AVFRAME, 1);
  ASSERT_EQ(bgr.type(), CV_8UC3);
  EXPECT_EQ(cv::bmcv::getId(bgr.u->hid), 1);
  EXPECT_EQ(cv::norm(bgr, testing::BgrOf(*frame.u->frame, testing::BgrOfFull), cv::NORM_INF), 0);
  // OpenCV interpolates chroma.
  const cv::Mat stock = testing::StockRead(path, cv::IMREAD_COLOR);
  EXPECT_LT(Difference(bgr, stock), 1.0);
  EXPECT_LE(cv::norm(bgr, stock, cv::NORM_INF), 12);
}

TEST_F(ImgcodecsTest, WithoutSubsamplingOnlyRoundingDiffers) {
  // OpenCV 4.6 writes 4:2:0 only: a 4:4:4 file from a frame.
  const std::string path = TempPath("full.jpg");
  AVFrame* made = cv::av::create(64, 96, AV_PIX_FMT_YUVJ444P, nullptr, 0, -1, nullptr, nullptr, AVCOL_SPC_BT470BG,
                                 AVCOL_RANGE_JPEG);
  for (int p = 0; p < 3; ++p) {
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 96; ++x) made->data[p][y * made->linesize[p] + x] = static_cast<uchar>(60 + x + y / (p + 1));
    }
  }
  ASSERT_TRUE(cv::imwrite(path, cv::Mat(made, 0)));
  const cv::Mat bgr = cv::imread(path), stock = testing::StockRead(path, cv::IMREAD_COLOR);
  EXPECT_LE(cv::norm(bgr, stock, cv::NORM_INF), 1);
  const cv::Mat frame = cv::imread(path, cv::IMREAD_AVFRAME);
  EXPECT_EQ(frame.avFormat(), AV_PIX_FMT_YUVJ444P);
}

TEST_F(ImgcodecsTest, GreyIsGrey) {
  cv::Mat gray;
  cv::cvtColor(Smooth(48, 64), gray, cv::COLOR_BGR2GRAY);
  const std::string path = WriteJpeg("gray.jpg", gray);
  const cv::Mat bgr = cv::imread(path), stock = testing::StockRead(path, cv::IMREAD_COLOR);
  EXPECT_EQ(cv::norm(bgr, stock, cv::NORM_INF), 0);
  EXPECT_EQ(cv::imread(path, cv::IMREAD_GRAYSCALE).type(), CV_8UC1);
  EXPECT_EQ(cv::imread(path, cv::IMREAD_AVFRAME).avFormat(), AV_PIX_FMT_GRAY8);
}

TEST_F(ImgcodecsTest, TheRestIsOpenCvs) {
  const cv::Mat picture = Smooth(64, 96), odd = Smooth(65, 97), small = Smooth(8, 8);
  const std::string png = WriteJpeg("rest.png", picture), odd_jpeg = WriteJpeg("odd.jpg", odd);
  EXPECT_EQ(cv::norm(cv::imread(png, cv::IMREAD_COLOR, 1), picture, cv::NORM_INF), 0);
  EXPECT_EQ(cv::bmcv::getId(cv::imread(png, cv::IMREAD_COLOR, 1).u->hid), 1);
  for (const std::string& path : {odd_jpeg, WriteJpeg("small.jpg", small),
                                  WriteJpeg("progressive.jpg", picture, {cv::IMWRITE_JPEG_PROGRESSIVE, 1})}) {
    EXPECT_EQ(cv::norm(cv::imread(path), testing::StockRead(path, cv::IMREAD_COLOR), cv::NORM_INF), 0) << path;
  }
  const std::string jpeg = WriteJpeg("flags.jpg", picture);
  for (const int flags : {cv::IMREAD_UNCHANGED, cv::IMREAD_GRAYSCALE, cv::IMREAD_REDUCED_COLOR_2}) {
    EXPECT_EQ(cv::norm(cv::imread(jpeg, flags), testing::StockRead(jpeg, flags), cv::NORM_INF), 0) << flags;
  }
  EXPECT_NE(cv::norm(cv::imread(jpeg), testing::StockRead(jpeg, cv::IMREAD_COLOR), cv::NORM_INF), 0);
  setenv("USE_SOFT_JPGDEC", "1", 1);
  EXPECT_EQ(cv::norm(cv::imread(jpeg), testing::StockRead(jpeg, cv::IMREAD_COLOR), cv::NORM_INF), 0);
  unsetenv("USE_SOFT_JPGDEC");
}

TEST_F(ImgcodecsTest, OtherFilesBecomeFramesToo) {
  const cv::Mat picture = Smooth(64, 96);
  const std::string path = WriteJpeg("other.png", picture);
  const cv::Mat frame = cv::imread(path, cv::IMREAD_AVFRAME);
  ASSERT_TRUE(frame.avOK());
  EXPECT_EQ(frame.avFormat(), AV_PIX_FMT_YUV420P);
  cv::Mat in = frame, bgr;
  ASSERT_EQ(cv::bmcv::toMAT(in, bgr), BM_SUCCESS);
  EXPECT_LT(Difference(bgr, picture), 3.0);
}

// A copy of a JPEG with an Exif segment.
std::vector<uint8_t> WithOrientation(const std::vector<uint8_t>& jpeg, uint8_t orientation, bool big_endian) {
  std::vector<uint8_t> segment = {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0};
  const std::vector<uint8_t> big = {'M', 'M', 0, 42, 0, 0, 0,           8, 0, 1, 1, 0x12, 0,
                                    3,   0,   0, 0,  1, 0, orientation, 0, 0, 0, 0, 0,    0};
  const std::vector<uint8_t> little = {'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 1, 3,
                                       0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0, 0};
  const std::vector<uint8_t>& tiff = big_endian ? big : little;
  segment.insert(segment.end(), tiff.begin(), tiff.end());
  std::vector<uint8_t> file = jpeg;
  file.insert(file.begin() + 2, segment.begin(), segment.end());
  return file;
}

TEST_F(ImgcodecsTest, OrientationIsObserved) {
  const cv::Mat picture = Smooth(64, 96);
  const std::vector<uint8_t> jpeg = ReadBytes(WriteJpeg("upright.jpg", picture));
  for (const bool big_endian : {false, true}) {
    const std::vector<uint8_t> turned = WithOrientation(jpeg, 6, big_endian);
    EXPECT_EQ(ExifOrientation(turned), 6);
    const std::string path = TempPath("turned.jpg");
    WriteBytes(path, turned);
    const cv::Mat read = cv::imread(path);
    EXPECT_EQ(read.size(), cv::Size(64, 96));
    EXPECT_EQ(cv::norm(read, testing::StockRead(path, cv::IMREAD_COLOR), cv::NORM_INF), 0);
    EXPECT_EQ(cv::imread(path, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION).size(), cv::Size(96, 64));
    EXPECT_EQ(cv::imread(path, cv::IMREAD_AVFRAME).size(), cv::Size(96, 64));
    // Any truncation is no orientation, and no crash.
    for (size_t bytes = 0; bytes < 60; ++bytes) {
      const int found = ExifOrientation(absl::MakeConstSpan(turned.data(), bytes));
      EXPECT_TRUE(found == 1 || found == 6) << bytes;
    }
  }
  EXPECT_EQ(ExifOrientation(WithOrientation(jpeg, 9, true)), 1);
  EXPECT_EQ(ExifOrientation(jpeg), 1);
}

TEST_F(ImgcodecsTest, DamagedFilesAreEmptyOrRetried) {
  std::vector<uint8_t> jpeg = ReadBytes(WriteJpeg("whole.jpg", Smooth(64, 96)));
  jpeg.resize(jpeg.size() / 2);
  EXPECT_TRUE(cv::imdecode(jpeg, cv::IMREAD_COLOR, 0).empty());
  const cv::Mat retried = cv::imdecode(jpeg, cv::IMREAD_COLOR | cv::IMREAD_RETRY_SOFTDEC, 0);
  EXPECT_EQ(retried.size(), cv::Size(96, 64));
  setenv("OPENCV_RETRY_SOFTDEC", "1", 1);
  EXPECT_EQ(cv::imdecode(jpeg, cv::IMREAD_COLOR, 0).size(), cv::Size(96, 64));
  unsetenv("OPENCV_RETRY_SOFTDEC");
}

TEST_F(ImgcodecsTest, WhatCannotBeReadIsEmpty) {
  EXPECT_TRUE(cv::imread(TempPath("absent.jpg")).empty());
  EXPECT_TRUE(cv::imread(TempPath("")).empty());
  const std::string path = TempPath("text.jpg");
  WriteBytes(path, {});
  EXPECT_TRUE(cv::imread(path).empty());
  WriteBytes(path, {'t', 'e', 'x', 't'});
  EXPECT_TRUE(cv::imread(path, cv::IMREAD_AVFRAME).empty());
  const std::string good = WriteJpeg("good.jpg", Smooth(32, 32));
  EXPECT_TRUE(cv::imread(good, cv::IMREAD_COLOR, 9).empty());
  const std::vector<uint8_t> bytes = ReadBytes(good);
  for (size_t size = 0; size < 400; size += 7) {
    const std::vector<uint8_t> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_TRUE(cv::imdecode(part, cv::IMREAD_AVFRAME, 0).empty()) << size;
  }
}

TEST_F(ImgcodecsTest, AFileOfMoreThanTwoGigabytesIsEmpty) {
  const std::string path = TempPath("huge.png");
  WriteBytes(path, {'x'});
  // Without blocks on the disk.
  std::filesystem::resize_file(path, (uint64_t{1} << 31) + 64);
  EXPECT_TRUE(cv::imread(path).empty());
  std::filesystem::remove(path);
}

TEST_F(ImgcodecsTest, DecodingIntoAMatrix) {
  const std::vector<uint8_t> jpeg = ReadBytes(WriteJpeg("into.jpg", Smooth(32, 48)));
  cv::Mat target;
  const cv::Mat answer = cv::imdecode(jpeg, cv::IMREAD_COLOR, &target);
  EXPECT_EQ(answer.data, target.data);
  EXPECT_EQ(target.size(), cv::Size(48, 32));
  cv::Mat header(1, static_cast<int>(jpeg.size()), CV_8UC1, const_cast<uint8_t*>(jpeg.data()));
  EXPECT_EQ(cv::norm(cv::imdecode(header, cv::IMREAD_COLOR), target, cv::NORM_INF), 0);
}

TEST_F(ImgcodecsTest, FramesAreWritten) {
  const cv::Mat picture = Smooth(64, 96);
  const std::string source = WriteJpeg("source.jpg", picture), path = TempPath("written.jpg");
  const cv::Mat frame = cv::imread(source, cv::IMREAD_AVFRAME);
  ASSERT_TRUE(cv::imwrite(path, frame));
  // The same samples again: quantised once more, not converted.
  const cv::Mat again = cv::imread(path, cv::IMREAD_AVFRAME);
  EXPECT_LT(Difference(frame, again), 0.7);
  ASSERT_TRUE(cv::imwrite(path, frame, {cv::IMWRITE_JPEG_QUALITY, 10}));
  EXPECT_LT(static_cast<double>(ReadBytes(path).size()), 0.7 * static_cast<double>(ReadBytes(source).size()));
  // As BGR into other files.
  const std::string png = TempPath("written.png");
  ASSERT_TRUE(cv::imwrite(png, frame));
  EXPECT_EQ(cv::norm(testing::StockRead(png, cv::IMREAD_COLOR), cv::imread(source), cv::NORM_INF), 0);
  std::vector<uchar> bytes;
  ASSERT_TRUE(cv::imencode(".jpg", frame, bytes));
  EXPECT_FALSE(cv::imdecode(bytes, cv::IMREAD_COLOR).empty());
  ASSERT_TRUE(cv::imencode(".bmp", picture, bytes));
  EXPECT_EQ(cv::norm(cv::imdecode(bytes, cv::IMREAD_COLOR), picture, cv::NORM_INF), 0);
  // Samples of limited range are made full first.
  cv::Mat limited(cv::av::create(64, 96, 0), 0), in = picture;
  ASSERT_EQ(cv::bmcv::convert(in, limited), BM_SUCCESS);
  ASSERT_TRUE(cv::imwrite(path, limited));
  EXPECT_LT(Difference(cv::imread(path), picture), 3.0);
  EXPECT_FALSE(cv::imwrite("/no/such/folder/a.jpg", frame));
  EXPECT_TRUE(cv::imwritemulti(TempPath("several.tiff"), std::vector<cv::Mat>{picture, picture}));
}

TEST_F(ImgcodecsTest, RealPictures) {
  const char* const data = std::getenv("BM_TEST_DATA");
  if (data == nullptr) {
    std::printf("skipped: BM_TEST_DATA names no folder of pictures\n");
    return;
  }
  for (const char* const name : {"cat.jpg", "faces-1.jpg", "faces-10.jpg", "faces-12.jpg", "fish-bike.jpg"}) {
    const std::string path = std::string(data) + "/pictures/" + name;
    const cv::Mat ours = cv::imread(path, cv::IMREAD_COLOR, 0), stock = testing::StockRead(path, cv::IMREAD_COLOR);
    ASSERT_EQ(ours.size(), stock.size()) << name;
    EXPECT_LT(Difference(ours, stock), 1.5) << name;
  }
}

}  // namespace
}  // namespace bm::opencv
