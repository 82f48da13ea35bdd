// cv::bmcv on matrices and frames.
#include <cstdio>
#include <limits>
#include <opencv2/opencv.hpp>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"
#include "overlays/opencv/testing/formulas.h"

namespace bm::opencv {
namespace {

using decoder::testing::UsedDeviceBytes;

::testing::AssertionResult Same(const cv::Mat& a, const cv::Mat& b, double tolerance = 0) {
  if (a.size() != b.size() || a.type() != b.type()) {
    return ::testing::AssertionFailure() << a.cols << " x " << a.rows << ", type " << a.type() << " and " << b.cols
                                         << " x " << b.rows << ", type " << b.type();
  }
  const double difference = cv::norm(a, b, cv::NORM_INF);
  if (difference <= tolerance) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "a difference of " << difference;
}

cv::Mat Random(int rows, int cols, int type, unsigned seed = 1) {
  cv::Mat mat(rows, cols, type);
  cv::RNG(seed).fill(mat, cv::RNG::UNIFORM, 0, 256);
  return mat;
}

cv::Mat RandomFrame(int height, int width, unsigned seed = 1) {
  AVFrame* const frame = cv::av::create(height, width, 0);
  testing::FillFrame(frame, seed);
  return cv::Mat(frame, 0);
}

class BmcvTest : public ::testing::Test {
 protected:
  void SetUp() override { used_ = UsedDeviceBytes(0); }
  void TearDown() override { EXPECT_EQ(UsedDeviceBytes(0), used_); }

  uint64_t used_ = 0;
};

struct TypeRow {
  int type;
  bm_image_format_ext format;
  bm_image_data_format_ext data;
};

TEST_F(BmcvTest, ImagesShareTheMemoryOfMatrices) {
  const TypeRow rows[] = {
      {CV_8UC1, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE},        {CV_8UC3, FORMAT_BGR_PACKED, DATA_TYPE_EXT_1N_BYTE},
      {CV_8SC1, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE_SIGNED}, {CV_8SC3, FORMAT_BGR_PACKED, DATA_TYPE_EXT_1N_BYTE_SIGNED},
      {CV_32FC1, FORMAT_GRAY, DATA_TYPE_EXT_FLOAT32},       {CV_32FC3, FORMAT_BGR_PACKED, DATA_TYPE_EXT_FLOAT32},
  };
  for (const TypeRow& row : rows) {
    cv::Mat mat(18, 33, row.type, cv::Scalar::all(1));
    bm_image image;
    ASSERT_EQ(cv::bmcv::toBMI(mat, &image), BM_SUCCESS) << row.type;
    EXPECT_EQ(image.width, 33);
    EXPECT_EQ(image.height, 18);
    EXPECT_EQ(image.image_format, row.format);
    EXPECT_EQ(image.data_type, row.data);
    int stride = 0;
    bm_device_mem_t memory;
    EXPECT_EQ(bm_image_get_stride(image, &stride), BM_SUCCESS);
    EXPECT_EQ(static_cast<size_t>(stride), mat.step[0]);
    EXPECT_EQ(bm_image_get_device_mem(image, &memory), BM_SUCCESS);
    EXPECT_EQ(bm_mem_get_device_addr(memory), mat.u->addr);
    // What the device writes, the matrix shows, also after the image is gone.
    EXPECT_EQ(bm_image_zeros(image), BM_SUCCESS);
    EXPECT_EQ(bm_image_destroy(image), BM_SUCCESS);
    EXPECT_EQ(cv::norm(mat, cv::NORM_INF), 0);
  }
}

TEST_F(BmcvTest, APartOfAMatrixIsAnImage) {
  cv::Mat whole = Random(40, 60, CV_8UC3);
  cv::Mat part = whole(cv::Rect(7, 11, 20, 16));
  bm_image image;
  ASSERT_EQ(cv::bmcv::toBMI(part, &image), BM_SUCCESS);
  bm_device_mem_t memory;
  ASSERT_EQ(bm_image_get_device_mem(image, &memory), BM_SUCCESS);
  EXPECT_EQ(bm_mem_get_device_addr(memory), whole.u->addr + 11 * 180 + 7 * 3);
  bm_image_destroy(image);
}

TEST_F(BmcvTest, AFrameIsAnImageOfItsFormat) {
  cv::Mat frame = RandomFrame(48, 70);
  bm_image image;
  ASSERT_EQ(cv::bmcv::toBMI(frame, &image), BM_SUCCESS);
  EXPECT_EQ(image.image_format, FORMAT_YUV420P);
  EXPECT_EQ(image.width, 70);
  EXPECT_EQ(image.height, 48);
  int strides[3];
  bm_device_mem_t memory[3];
  ASSERT_EQ(bm_image_get_stride(image, strides), BM_SUCCESS);
  ASSERT_EQ(bm_image_get_device_mem(image, memory), BM_SUCCESS);
  for (int p = 0; p < 3; ++p) {
    EXPECT_EQ(strides[p], frame.avStep(4 + p));
    EXPECT_EQ(bm_mem_get_device_addr(memory[p]), frame.avAddr(4 + p));
  }
  bm_image_destroy(image);
}

TEST_F(BmcvTest, APartOfAFrameIsNoImage) {
  cv::Mat frame = RandomFrame(48, 64);
  bm_image image = {};
  for (const cv::Rect& rect : {cv::Rect(0, 0, 32, 48), cv::Rect(0, 0, 64, 32), cv::Rect(16, 16, 32, 16)}) {
    cv::Mat part = frame(rect), out;
    EXPECT_EQ(cv::bmcv::toBMI(part, &image), BM_NOT_SUPPORTED) << rect;
    EXPECT_EQ(cv::bmcv::toMAT(part, out), BM_NOT_SUPPORTED) << rect;
    EXPECT_TRUE(out.empty());
    std::vector<uchar> bytes;
    EXPECT_FALSE(cv::imencode(".jpg", part, bytes)) << rect;
    EXPECT_TRUE(bytes.empty());
  }
  EXPECT_EQ(image.image_private, nullptr);
}

TEST_F(BmcvTest, SizesBeyondIntAreRefused) {
  cv::Mat mat(16, 16, CV_8UC1), out;
  constexpr int kMost = std::numeric_limits<int>::max();
  EXPECT_EQ(cv::bmcv::hwBorder(mat, 0, 0, kMost, kMost, out, cv::Scalar()), BM_ERR_PARAM);
  EXPECT_EQ(cv::bmcv::hwBorder(mat, kMost, 1, 0, 0, out, cv::Scalar()), BM_ERR_PARAM);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(cv::bmcv::rectangle(mat, cv::Point(-kMost, 0), cv::Point(kMost, 8), cv::Scalar()), BM_ERR_PARAM);
}

TEST_F(BmcvTest, WhatIsNoImageIsRefused) {
  bm_image image = {};
  cv::Mat mat(4, 4, CV_64FC1), empty, good(4, 4, CV_8UC1);
  EXPECT_EQ(cv::bmcv::toBMI(mat, &image), BM_NOT_SUPPORTED);
  EXPECT_EQ(cv::bmcv::toBMI(empty, &image), BM_ERR_PARAM);
  EXPECT_EQ(cv::bmcv::toBMI(good, nullptr), BM_ERR_PARAM);
  uchar bytes[16] = {};
  cv::Mat foreign(4, 4, CV_8UC1, bytes);
  EXPECT_EQ(cv::bmcv::toBMI(foreign, &image), BM_NOT_SUPPORTED);
  EXPECT_EQ(image.image_private, nullptr);
  bm_image* const none = nullptr;
  EXPECT_EQ(cv::bmcv::toMAT(none, good), BM_ERR_PARAM);
  EXPECT_EQ(cv::bmcv::toMAT(&image, good), BM_ERR_DATA);
  EXPECT_EQ(cv::bmcv::toMAT(empty, good), BM_ERR_PARAM);
  EXPECT_EQ(cv::bmcv::convert(empty, good), BM_ERR_PARAM);
  EXPECT_EQ(cv::bmcv::resize(good, empty), BM_ERR_PARAM);
  EXPECT_EQ(good.size(), cv::Size(4, 4));
}

TEST_F(BmcvTest, ForeignMemoryGetsMemoryBesideIt) {
  std::vector<uchar> bytes(20 * 30 * 3, 5);
  cv::Mat mat(20, 30, CV_8UC3, bytes.data());
  ASSERT_EQ(cv::bmcv::attachDeviceMemory(mat), BM_SUCCESS);
  EXPECT_EQ(cv::bmcv::attachDeviceMemory(mat), BM_SUCCESS);
  EXPECT_EQ(mat.data, bytes.data());
  bm_image image;
  // Two copies: update brings them together, and nothing else does.
  bytes[0] = 6;
  ASSERT_EQ(cv::bmcv::toBMI(mat, &image, false), BM_SUCCESS);
  std::vector<uchar> device(bytes.size());
  void* buffers[] = {device.data()};
  ASSERT_EQ(bm_image_copy_device_to_host(image, buffers), BM_SUCCESS);
  EXPECT_EQ(device[0], 5);
  bm_image_destroy(image);
  ASSERT_EQ(cv::bmcv::toBMI(mat, &image, true), BM_SUCCESS);
  ASSERT_EQ(bm_image_copy_device_to_host(image, buffers), BM_SUCCESS);
  EXPECT_EQ(device, bytes);
  ASSERT_EQ(bm_image_zeros(image), BM_SUCCESS);
  EXPECT_EQ(bytes[0], 6);
  cv::bmcv::downloadMat(mat);
  EXPECT_EQ(bytes, std::vector<uchar>(bytes.size(), 0));
  bytes[1] = 9;
  cv::bmcv::uploadMat(mat);
  ASSERT_EQ(bm_image_copy_device_to_host(image, buffers), BM_SUCCESS);
  EXPECT_EQ(device[1], 9);
  bm_image_destroy(image);
}

TEST_F(BmcvTest, OpenCvsOwnMemoryIsMoved) {
  cv::Mat mat, empty;
  mat.allocator = cv::Mat::getStdAllocator();
  mat.create(6, 6, CV_8UC1);
  mat.setTo(3);
  ASSERT_EQ(cv::bmcv::attachDeviceMemory(mat), BM_SUCCESS);
  EXPECT_NE(mat.u->addr, 0u);
  EXPECT_EQ(cv::sum(mat)[0], 108);
  EXPECT_EQ(cv::bmcv::attachDeviceMemory(empty), BM_ERR_PARAM);
}

TEST_F(BmcvTest, FramesBecomeBgrByTheirColours) {
  cv::Mat frame = RandomFrame(34, 50);
  cv::Mat bgr;
  ASSERT_EQ(cv::bmcv::toMAT(frame, bgr), BM_SUCCESS);
  EXPECT_TRUE(Same(bgr, testing::BgrOf(*frame.u->frame, testing::BgrOfLimited)));
  const uchar* const before = bgr.data;
  frame.u->frame->color_range = AVCOL_RANGE_JPEG;
  ASSERT_EQ(cv::bmcv::toMAT(frame, bgr), BM_SUCCESS);
  EXPECT_EQ(bgr.data, before);
  EXPECT_TRUE(Same(bgr, testing::BgrOf(*frame.u->frame, testing::BgrOfFull)));
  frame.u->frame->color_range = AVCOL_RANGE_MPEG;
  frame.u->frame->colorspace = AVCOL_SPC_BT709;
  ASSERT_EQ(cv::bmcv::toMAT(frame, bgr), BM_SUCCESS);
  EXPECT_TRUE(Same(bgr, testing::BgrOf(*frame.u->frame, testing::BgrOfLimited709)));
  // An image knows nothing of colours: the caller says.
  bm_image image;
  ASSERT_EQ(cv::bmcv::toBMI(frame, &image), BM_SUCCESS);
  ASSERT_EQ(cv::bmcv::toMAT(&image, bgr), BM_SUCCESS);
  EXPECT_TRUE(Same(bgr, testing::BgrOf(*frame.u->frame, testing::BgrOfLimited)));
  ASSERT_EQ(cv::bmcv::toMAT(&image, bgr, true, CSC_YPbPr2RGB_BT601), BM_SUCCESS);
  EXPECT_TRUE(Same(bgr, testing::BgrOf(*frame.u->frame, testing::BgrOfFull)));
  ASSERT_EQ(cv::bmcv::toMAT(&image, bgr, AVCOL_SPC_BT709, AVCOL_RANGE_MPEG), BM_SUCCESS);
  EXPECT_TRUE(Same(bgr, testing::BgrOf(*frame.u->frame, testing::BgrOfLimited709)));
  bm_image_destroy(image);
}

TEST_F(BmcvTest, AMatrixCanBeItsOwnResult) {
  cv::Mat frame = RandomFrame(32, 32);
  const cv::Mat expected = testing::BgrOf(*frame.u->frame, testing::BgrOfLimited);
  ASSERT_EQ(cv::bmcv::toMAT(frame, frame), BM_SUCCESS);
  EXPECT_TRUE(Same(frame, expected));
  EXPECT_FALSE(frame.avOK());
}

TEST_F(BmcvTest, BgrBecomesAFrame) {
  cv::Mat bgr = Random(32, 48, CV_8UC3), frame(cv::av::create(32, 48, 0), 0);
  ASSERT_EQ(cv::bmcv::convert(bgr, frame), BM_SUCCESS);
  ASSERT_TRUE(frame.avOK());
  cv::Mat expected(32, 48, CV_8UC1);
  for (int y = 0; y < 32; ++y) {
    for (int x = 0; x < 48; ++x) expected.at<uchar>(y, x) = testing::YuvOfLimited(bgr.at<cv::Vec3b>(y, x))[0];
  }
  EXPECT_TRUE(Same(frame, expected));
  int sum = 0;
  for (int i = 0; i < 4; ++i) sum += testing::YuvOfLimited(bgr.at<cv::Vec3b>(2 + i / 2, 4 + i % 2))[1];
  EXPECT_EQ(frame.u->frame->data[1][frame.avStep(1) + 2], (sum + 2) >> 2);
}

TEST_F(BmcvTest, ConvertScales) {
  // A plane that grows evenly stays so.
  cv::Mat slope(64, 64, CV_8UC3), half(32, 32, CV_8UC3), copy;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 64; ++x)
      slope.at<cv::Vec3b>(y, x) = cv::Vec3b(static_cast<uchar>(2 * x), static_cast<uchar>(2 * y), 9);
  }
  ASSERT_EQ(cv::bmcv::convert(slope, half), BM_SUCCESS);
  cv::Mat expected;
  cv::resize(slope, expected, cv::Size(32, 32), 0, 0, cv::INTER_LINEAR);
  EXPECT_TRUE(Same(half, expected, 1));
  ASSERT_EQ(cv::bmcv::convert(slope, copy), BM_SUCCESS);
  EXPECT_TRUE(Same(copy, slope));
  cv::Mat nearest(32, 32, CV_8UC3);
  ASSERT_EQ(cv::bmcv::resize(slope, nearest), BM_SUCCESS);
  cv::resize(slope, expected, cv::Size(32, 32), 0, 0, cv::INTER_NEAREST);
  EXPECT_TRUE(Same(nearest, expected));
  ASSERT_EQ(cv::bmcv::resize(slope, half, true, BMCV_INTER_LINEAR), BM_SUCCESS);
  cv::resize(slope, expected, cv::Size(32, 32), 0, 0, cv::INTER_LINEAR);
  EXPECT_TRUE(Same(half, expected, 1));
  cv::Mat tiny(2, 2, CV_8UC3);
  EXPECT_EQ(cv::bmcv::convert(slope, tiny), BM_NOT_SUPPORTED);
  cv::Mat floats(64, 64, CV_32FC3, cv::Scalar(1, 2, 3)), more(32, 32, CV_32FC3);
  ASSERT_EQ(cv::bmcv::resize(floats, more), BM_SUCCESS);
  EXPECT_EQ(more.at<cv::Vec3f>(31, 31), cv::Vec3f(1, 2, 3));
}

TEST_F(BmcvTest, FramesAreScaledInBothDirections) {
  cv::Mat frame(cv::av::create(64, 96, 0), 0), bgr(32, 48, CV_8UC3), back(cv::av::create(40, 80, 0), 0);
  for (int p = 0; p < 3; ++p) {
    const int rows = p == 0 ? 64 : 32;
    std::memset(frame.u->frame->data[p], 90 + p, static_cast<size_t>(rows * frame.avStep(p)));
  }
  ASSERT_EQ(cv::bmcv::convert(frame, bgr), BM_SUCCESS);
  EXPECT_TRUE(Same(bgr, cv::Mat(32, 48, CV_8UC3, cv::Scalar(testing::BgrOfLimited(90, 91, 92)))));
  ASSERT_EQ(cv::bmcv::convert(bgr, back), BM_SUCCESS);
  EXPECT_NEAR(back.at<uchar>(39, 79), 90, 1);
  ASSERT_EQ(cv::bmcv::convert(frame, back), BM_SUCCESS);
  EXPECT_EQ(back.at<uchar>(39, 79), 90);
  EXPECT_EQ(back.u->frame->data[2][19 * back.avStep(2) + 39], 92);
}

TEST_F(BmcvTest, RectanglesAreCutOutAndScaled) {
  cv::Mat frame = RandomFrame(64, 64);
  cv::Mat bgr;
  ASSERT_EQ(cv::bmcv::toMAT(frame, bgr), BM_SUCCESS);
  std::vector<cv::Rect> rects = {{0, 0, 32, 32}, {16, 20, 32, 40}};
  std::vector<cv::Size> sizes = {{32, 32}, {32, 40}};
  std::vector<cv::Mat> outs;
  ASSERT_EQ(cv::bmcv::convert(frame, rects, sizes, outs), BM_SUCCESS);
  ASSERT_EQ(outs.size(), 2u);
  EXPECT_TRUE(Same(outs[0], bgr(rects[0])));
  EXPECT_TRUE(Same(outs[1], bgr(rects[1])));
  bm_image images[2] = {};
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(bm_image_create(cv::bmcv::getCard(), rects[i].height, rects[i].width, FORMAT_BGR_PLANAR,
                              DATA_TYPE_EXT_1N_BYTE, &images[i]),
              BM_SUCCESS);
  }
  ASSERT_EQ(cv::bmcv::convert(frame, rects, images), BM_SUCCESS);
  cv::Mat second;
  ASSERT_EQ(cv::bmcv::toMAT(&images[1], second), BM_SUCCESS);
  EXPECT_TRUE(Same(second, outs[1]));
  for (bm_image& image : images) bm_image_destroy(image);
  sizes.pop_back();
  EXPECT_EQ(cv::bmcv::convert(frame, rects, sizes, outs), BM_ERR_PARAM);
  sizes.push_back({32, 40});
  rects[1].x = 40;
  EXPECT_EQ(cv::bmcv::convert(frame, rects, sizes, outs), BM_ERR_PARAM);
  EXPECT_TRUE(Same(outs[1], second));
}

TEST_F(BmcvTest, PicturesAreStitched) {
  std::vector<cv::Mat> parts = {Random(32, 32, CV_8UC3, 1), Random(32, 32, CV_8UC3, 2)};
  std::vector<cv::Rect> sources, targets = {{0, 0, 32, 32}, {32, 16, 32, 32}};
  cv::Mat out(48, 64, CV_8UC3, cv::Scalar::all(7));
  ASSERT_EQ(cv::bmcv::stitch(parts, sources, targets, out), BM_SUCCESS);
  EXPECT_TRUE(Same(out(targets[0]), parts[0]));
  EXPECT_TRUE(Same(out(targets[1]), parts[1]));
  EXPECT_EQ(out.at<cv::Vec3b>(0, 63), cv::Vec3b(7, 7, 7));
  targets.pop_back();
  EXPECT_EQ(cv::bmcv::stitch(parts, sources, targets, out), BM_ERR_PARAM);
}

// ---- operators: OpenCV's results ----

TEST_F(BmcvTest, OperatorsOnTwoPictures) {
  cv::Mat a = Random(20, 30, CV_8UC3, 1), b = Random(20, 30, CV_8UC3, 2), ours, theirs;
  ASSERT_EQ(cv::bmcv::bitwise_and(a, b, ours), BM_SUCCESS);
  cv::bitwise_and(a, b, theirs);
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::bitwise_or(a, b, ours), BM_SUCCESS);
  cv::bitwise_or(a, b, theirs);
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::bitwise_xor(a, b, ours), BM_SUCCESS);
  cv::bitwise_xor(a, b, theirs);
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::absdiff(a, b, ours), BM_SUCCESS);
  cv::absdiff(a, b, theirs);
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::addWeighted(a, 0.3, b, 0.6, 5, ours), BM_SUCCESS);
  cv::addWeighted(a, 0.3, b, 0.6, 5, theirs);
  EXPECT_TRUE(Same(ours, theirs, 1));
  // In place.
  cv::absdiff(a, b, theirs);
  ASSERT_EQ(cv::bmcv::absdiff(a, b, a), BM_SUCCESS);
  EXPECT_TRUE(Same(a, theirs));
  cv::Mat small(4, 4, CV_8UC3);
  EXPECT_EQ(cv::bmcv::absdiff(a, small, ours), BM_ERR_PARAM);
}

TEST_F(BmcvTest, OperatorsOnOnePicture) {
  cv::Mat gray = Random(24, 30, CV_8UC1), colour = Random(24, 30, CV_8UC3), ours, theirs;
  ASSERT_EQ(cv::bmcv::threshold(gray, ours, 100, 200, BM_THRESH_TRUNC), BM_SUCCESS);
  cv::threshold(gray, theirs, 100, 200, cv::THRESH_TRUNC);
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::transpose(gray, ours, true), BM_SUCCESS);
  cv::transpose(gray, theirs);
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::transpose(colour, ours, true), BM_SUCCESS);
  cv::transpose(colour, theirs);
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::hwSobel(gray, ours, 1, 0, 3, 1, 0), BM_SUCCESS);
  cv::Sobel(gray, theirs, CV_8U, 1, 0, 3);
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::hwGaussianBlur(colour, ours, 3, 3, 1, 1), BM_SUCCESS);
  cv::GaussianBlur(colour, theirs, cv::Size(3, 3), 1, 1);
  EXPECT_TRUE(Same(ours, theirs, 1));
  // A vector takes a copy.
  std::vector<uchar> bytes;
  cv::Mat row = gray.reshape(1, 1).clone();
  ASSERT_EQ(cv::bmcv::threshold(row, bytes, 100, 200, BM_THRESH_BINARY), BM_SUCCESS);
  EXPECT_EQ(bytes.size(), 24u * 30);
}

TEST_F(BmcvTest, PicturesAreCutAndFramed) {
  cv::Mat colour = Random(40, 50, CV_8UC3), ours, theirs;
  const cv::Rect rect(3, 5, 20, 16);
  ASSERT_EQ(cv::bmcv::hwCrop(colour, rect, ours), BM_SUCCESS);
  EXPECT_TRUE(Same(ours, colour(rect)));
  std::vector<cv::Rect> rects = {rect, {0, 0, 50, 40}};
  std::vector<cv::Mat> outs;
  ASSERT_EQ(cv::bmcv::hwMultiCrop(colour, rects, outs), BM_SUCCESS);
  ASSERT_EQ(outs.size(), 2u);
  EXPECT_TRUE(Same(outs[0], ours));
  EXPECT_TRUE(Same(outs[1], colour));
  EXPECT_NE(cv::bmcv::hwCrop(colour, cv::Rect(40, 0, 20, 20), ours), BM_SUCCESS);
  ASSERT_EQ(cv::bmcv::hwBorder(colour, 1, 2, 3, 4, ours, cv::Scalar(10, 20, 30)), BM_SUCCESS);
  cv::copyMakeBorder(colour, theirs, 1, 2, 3, 4, cv::BORDER_CONSTANT, cv::Scalar(10, 20, 30));
  EXPECT_TRUE(Same(ours, theirs));
  EXPECT_EQ(cv::bmcv::hwBorder(colour, -1, 2, 3, 4, ours, cv::Scalar()), BM_ERR_PARAM);
  ASSERT_EQ(cv::bmcv::hwResize(colour, ours, cv::Size(25, 20), BMCV_INTER_NEAREST), BM_SUCCESS);
  cv::resize(colour, theirs, cv::Size(25, 20), 0, 0, cv::INTER_NEAREST);
  EXPECT_TRUE(Same(ours, theirs));
}

TEST_F(BmcvTest, ValuesAreScaled) {
  cv::Mat gray = Random(10, 12, CV_8UC1), colour = Random(10, 12, CV_8UC3), ours, theirs;
  ASSERT_EQ(cv::bmcv::convertTo(gray, ours, CV_32F, 0.5f, -3.0f), BM_SUCCESS);
  gray.convertTo(theirs, CV_32F, 0.5, -3);
  EXPECT_TRUE(Same(ours, theirs, 1e-4));
  const std::array<float, 3> alpha = {0.5f, 1, 2}, beta = {1, 2, 3};
  ASSERT_EQ(cv::bmcv::convertTo(colour, ours, CV_32F, alpha, beta), BM_SUCCESS);
  for (int c = 0; c < 3; ++c) {
    cv::Mat channel, result;
    cv::extractChannel(colour, channel, c);
    cv::extractChannel(ours, result, c);
    channel.convertTo(theirs, CV_32F, alpha[static_cast<size_t>(c)], beta[static_cast<size_t>(c)]);
    EXPECT_TRUE(Same(result, theirs, 1e-4)) << c;
  }
}

TEST_F(BmcvTest, RectanglesAreDrawn) {
  cv::Mat ours(40, 60, CV_8UC3, cv::Scalar::all(0)), theirs = ours.clone();
  ASSERT_EQ(cv::bmcv::rectangle(ours, cv::Rect(10, 8, 20, 16), cv::Scalar(1, 2, 3)), BM_SUCCESS);
  cv::rectangle(theirs, cv::Rect(10, 8, 20, 16), cv::Scalar(1, 2, 3));
  EXPECT_TRUE(Same(ours, theirs));
  ASSERT_EQ(cv::bmcv::rectangle(ours, cv::Point(50, 30), cv::Point(40, 20), cv::Scalar(4, 5, 6)), BM_SUCCESS);
  cv::rectangle(theirs, cv::Point(50, 30), cv::Point(40, 20), cv::Scalar(4, 5, 6));
  EXPECT_TRUE(Same(ours, theirs));
  std::vector<cv::Rect> rects = {{0, 0, 4, 4}, {4, 4, 4, 4}};
  ASSERT_EQ(cv::bmcv::rectangle(ours, rects, cv::Scalar(7, 8, 9), -1), BM_SUCCESS);
  for (const cv::Rect& rect : rects) cv::rectangle(theirs, rect, cv::Scalar(7, 8, 9), cv::FILLED);
  EXPECT_TRUE(Same(ours, theirs));
}

TEST_F(BmcvTest, WarpsAsOpenCv) {
  cv::Mat source(40, 40, CV_8UC3, cv::Scalar::all(0)), ours, theirs;
  source(cv::Rect(10, 10, 20, 20)).setTo(cv::Scalar(200, 100, 50));
  const cv::Mat matrix = (cv::Mat_<double>(2, 3) << 1, 0, 3, 0, 1, -2);
  ASSERT_EQ(cv::bmcv::warpAffine(source, ours, matrix, cv::Size(40, 40), cv::INTER_NEAREST), BM_SUCCESS);
  cv::warpAffine(source, theirs, matrix, cv::Size(40, 40), cv::INTER_NEAREST, cv::BORDER_REPLICATE);
  EXPECT_TRUE(Same(ours, theirs));
  const cv::Mat wrong(3, 3, CV_64F);
  EXPECT_EQ(cv::bmcv::warpAffine(source, ours, wrong, cv::Size(40, 40)), BM_ERR_PARAM);
}

TEST_F(BmcvTest, WhatIsNotBuiltSaysSo) {
  cv::Mat mat = Random(16, 16, CV_8UC3), out;
  std::vector<cv::Rect> rects;
  EXPECT_EQ(cv::bmcv::circle(mat, cv::Point(8, 8), 3, cv::Scalar()), BM_NOT_SUPPORTED);
  EXPECT_EQ(cv::bmcv::flip(mat, out, 0), BM_NOT_SUPPORTED);
  EXPECT_EQ(cv::bmcv::rotate(mat, out), BM_NOT_SUPPORTED);
  EXPECT_EQ(cv::bmcv::mosaic(mat, rects, 0), BM_NOT_SUPPORTED);
  EXPECT_EQ(cv::bmcv::quantify(mat, out), BM_NOT_SUPPORTED);
  EXPECT_EQ(cv::bmcv::decomp(mat, out), BM_NOT_SUPPORTED);
  EXPECT_EQ(cv::bmcv::decomp_rot(mat, out), BM_NOT_SUPPORTED);
  EXPECT_EQ(cv::bmcv::hwColorCvt(mat, out, 0, 0, cv::Size(16, 16), 3), BM_NOT_SUPPORTED);
}

// ---- files and terminal ----

TEST_F(BmcvTest, DumpsHaveNoGaps) {
  const std::string path = decoder::testing::TempPath("dump.bin");
  cv::Mat frame = RandomFrame(20, 18), part = Random(10, 10, CV_8UC3)(cv::Rect(2, 3, 4, 5));
  cv::bmcv::dumpMat(frame, path);
  ASSERT_OK_AND_ASSIGN(const std::string planes, ReadFile(path));
  ASSERT_EQ(planes.size(), 20u * 18 + 2 * 10 * 9);
  EXPECT_EQ(static_cast<uchar>(planes[18]), frame.at<uchar>(1, 0));
  EXPECT_EQ(static_cast<uchar>(planes[20 * 18 + 9]), frame.u->frame->data[1][frame.avStep(1)]);
  cv::bmcv::dumpMat(part, path);
  ASSERT_OK_AND_ASSIGN(const std::string pixels, ReadFile(path));
  ASSERT_EQ(pixels.size(), 60u);
  EXPECT_EQ(static_cast<uchar>(pixels[12]), part.at<cv::Vec3b>(1, 0)[0]);
  bm_image image;
  ASSERT_EQ(cv::bmcv::toBMI(part, &image), BM_SUCCESS);
  cv::bmcv::dumpBMImage(&image, path);
  ASSERT_OK_AND_ASSIGN(const std::string same, ReadFile(path));
  EXPECT_EQ(same, pixels);
  ::testing::internal::CaptureStdout();
  cv::bmcv::print(part, true);
  cv::bmcv::print(&image);
  std::fflush(stdout);
  const std::string text = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(text.find("cv::Mat 4 x 5, CV_8UC3, rows 30 bytes apart"), std::string::npos) << text;
  EXPECT_NE(text.find("plane 0, 60 bytes:"), std::string::npos) << text;
  bm_image_destroy(image);
}

TEST_F(BmcvTest, FramesAreCopied) {
  cv::Mat frame = RandomFrame(32, 40);
  AVFrame* target = cv::av::create(32, 40, 0);
  ASSERT_EQ(cv::av::copy(frame.u->frame, target, 0), BM_SUCCESS);
  const cv::Mat copy(target, 0);
  EXPECT_TRUE(Same(frame, copy));
  EXPECT_EQ(copy.u->frame->data[2][15 * 32 + 19], frame.u->frame->data[2][15 * 32 + 19]);
  cv::Mat other = RandomFrame(32, 42);
  EXPECT_EQ(cv::av::copy(other.u->frame, target, 0), BM_ERR_PARAM);
}

}  // namespace
}  // namespace bm::opencv
