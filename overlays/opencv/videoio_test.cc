// Videos in device memory.
#include <cmath>
#include <cstdlib>
#include <opencv2/opencv.hpp>

#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"
#include "overlays/opencv/testing/formulas.h"
#include "overlays/opencv/testing/stock_view.h"

namespace bm::opencv {
namespace {

using decoder::VideoCodec;
using decoder::testing::MakeClip;
using decoder::testing::MakeStream;
using decoder::testing::SmallClip;
using decoder::testing::TempPath;
using decoder::testing::UsedDeviceBytes;

constexpr int kFrames = 25;

std::string Clip(const std::string& name, VideoCodec codec = VideoCodec::kH264) {
  return MakeClip(name, SmallClip(codec), kFrames);
}

cv::Mat Picture(int rows, int cols, int index) {
  cv::Mat mat(rows, cols, CV_8UC3, cv::Scalar(40, 80, 120));
  cv::circle(mat, cv::Point(20 + 2 * index, rows / 2), 12, cv::Scalar(200, 30, 60), cv::FILLED);
  cv::GaussianBlur(mat, mat, cv::Size(9, 9), 2);
  return mat;
}

double Difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total() * static_cast<size_t>(a.channels()));
}

class VideoioTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int card : {0, 1}) used_.push_back(UsedDeviceBytes(card));
  }
  void TearDown() override {
    for (int card : {0, 1}) EXPECT_EQ(UsedDeviceBytes(card), used_[static_cast<size_t>(card)]) << "card " << card;
  }

  std::vector<uint64_t> used_;
};

TEST_F(VideoioTest, BgrFramesFollowTheFormula) {
  const std::string path = Clip("bgr.mp4");
  cv::VideoCapture colours(path, cv::CAP_ANY, 1), samples(path, cv::CAP_ANY, 1);
  ASSERT_TRUE(colours.isOpened());
  ASSERT_TRUE(samples.set(cv::CAP_PROP_OUTPUT_YUV, PROP_TRUE));
  const std::vector<cv::Mat> stock = testing::StockFrames(path);
  ASSERT_EQ(stock.size(), static_cast<size_t>(kFrames));
  cv::Mat bgr, yuv;
  for (int i = 0; i < kFrames; ++i) {
    ASSERT_TRUE(colours.read(bgr));
    ASSERT_TRUE(samples.read(yuv));
    ASSERT_TRUE(yuv.avOK());
    EXPECT_EQ(cv::bmcv::getId(bgr.u->hid), 1);
    EXPECT_EQ(cv::norm(bgr, testing::BgrOf(*yuv.u->frame, testing::BgrOfLimited), cv::NORM_INF), 0) << i;
    // OpenCV's own conversion interpolates chroma.
    EXPECT_LT(Difference(bgr, stock[static_cast<size_t>(i)]), 3.0) << i;
  }
  EXPECT_FALSE(colours.read(bgr));
}

TEST_F(VideoioTest, YuvFramesAreTheDecoders) {
  const std::string path = Clip("yuv.mp4", VideoCodec::kH265);
  const std::vector<uint8_t> stock = decoder::testing::StockFrames(path, "yuv420p");
  cv::VideoCapture capture(path);
  capture.set(cv::CAP_PROP_OUTPUT_YUV, PROP_TRUE);
  EXPECT_EQ(capture.get(cv::CAP_PROP_OUTPUT_YUV), PROP_TRUE);
  const uint8_t* next = stock.data();
  int frames = 0;
  for (cv::Mat frame; capture.read(frame); ++frames) {
    ASSERT_EQ(frame.avFormat(), AV_PIX_FMT_YUV420P);
    ASSERT_EQ(frame.size(), cv::Size(96, 80));
    for (int p = 0; p < 3; ++p) {
      for (int y = 0; y < (p == 0 ? 80 : 40); ++y) {
        const int bytes = p == 0 ? 96 : 48;
        EXPECT_EQ(std::memcmp(frame.u->frame->data[p] + y * frame.avStep(p), next, static_cast<size_t>(bytes)), 0);
        next += bytes;
      }
    }
  }
  EXPECT_EQ(frames, kFrames);
}

TEST_F(VideoioTest, TheEndIsTold) {
  cv::VideoCapture capture;
  EXPECT_EQ(capture.get(cv::CAP_PROP_STATUS), 0);
  cv::Mat frame(3, 3, CV_8UC1);
  EXPECT_FALSE(capture.read(frame));
  EXPECT_TRUE(frame.empty());
  const std::string path = Clip("end.mp4");
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(capture.open(path));
    EXPECT_EQ(capture.get(cv::CAP_PROP_STATUS), 1);
    int frames = 0;
    while (true) {
      capture >> frame;
      if (frame.empty()) break;
      ++frames;
    }
    EXPECT_EQ(frames, kFrames);
    EXPECT_EQ(capture.get(cv::CAP_PROP_STATUS), 2);
    EXPECT_FALSE(capture.grab());
    EXPECT_FALSE(capture.retrieve(frame));
    capture.release();
    EXPECT_EQ(capture.get(cv::CAP_PROP_STATUS), 0);
    EXPECT_FALSE(capture.isOpened());
  }
}

TEST_F(VideoioTest, PropertiesOfAFile) {
  cv::VideoCapture capture(Clip("properties.mp4"));
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_WIDTH), 96);
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_HEIGHT), 80);
  EXPECT_EQ(capture.get(cv::CAP_PROP_FPS), 25);
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_COUNT), kFrames);
  EXPECT_EQ(static_cast<int>(capture.get(cv::CAP_PROP_FOURCC)), cv::VideoWriter::fourcc('h', '2', '6', '4'));
  EXPECT_EQ(capture.get(cv::CAP_PROP_BACKEND), cv::CAP_FFMPEG);
  EXPECT_EQ(capture.getBackendName(), "FFMPEG");
  EXPECT_EQ(capture.get(12345), 0);
  EXPECT_FALSE(capture.set(12345, 1));
  EXPECT_EQ(capture.get(cv::CAP_PROP_POS_PTS), -1);
  double last = -1;
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(capture.grab());
    EXPECT_GT(capture.get(cv::CAP_PROP_POS_PTS), last);
    last = capture.get(cv::CAP_PROP_POS_PTS);
    EXPECT_NEAR(capture.get(cv::CAP_PROP_POS_MSEC), 40 * i, 0.5);
    EXPECT_EQ(capture.get(cv::CAP_PROP_POS_FRAMES), i + 1);
    EXPECT_NE(capture.get(cv::CAP_PROP_TIMESTAMP), -1);
  }
}

TEST_F(VideoioTest, FramesAreScaled) {
  cv::VideoCapture capture(Clip("scaled.mp4"));
  ASSERT_TRUE(capture.set(cv::CAP_PROP_FRAME_WIDTH, 48));
  ASSERT_TRUE(capture.set(cv::CAP_PROP_FRAME_HEIGHT, 64));
  EXPECT_FALSE(capture.set(cv::CAP_PROP_FRAME_WIDTH, 0));
  EXPECT_FALSE(capture.set(cv::CAP_PROP_FRAME_HEIGHT, 1e6));
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_WIDTH), 48);
  cv::Mat bgr, yuv;
  ASSERT_TRUE(capture.read(bgr));
  EXPECT_EQ(bgr.size(), cv::Size(48, 64));
  capture.set(cv::CAP_PROP_OUTPUT_YUV, PROP_TRUE);
  ASSERT_TRUE(capture.read(yuv));
  EXPECT_TRUE(yuv.avOK());
  EXPECT_EQ(yuv.size(), cv::Size(48, 64));
}

TEST_F(VideoioTest, APartOfTheFramesIsKept) {
  cv::VideoCapture capture(Clip("part.mp4"));
  ASSERT_TRUE(capture.set(cv::CAP_PROP_OUTPUT_SRC, 0.4));
  EXPECT_FALSE(capture.set(cv::CAP_PROP_OUTPUT_SRC, 1.5));
  EXPECT_FALSE(capture.set(cv::CAP_PROP_OUTPUT_SRC, -1));
  int frames = 0;
  for (cv::Mat frame; capture.read(frame);) ++frames;
  EXPECT_EQ(frames, 10);
}

TEST_F(VideoioTest, SeeksToAFrame) {
  const std::string path = Clip("seek.mp4");
  cv::VideoCapture straight(path), sought(path);
  std::vector<cv::Mat> frames;
  for (cv::Mat frame; straight.read(frame);) frames.push_back(frame.clone());
  ASSERT_EQ(frames.size(), static_cast<size_t>(kFrames));
  cv::Mat frame;
  for (const int i : {17, 3, 24, 0}) {
    ASSERT_TRUE(sought.set(cv::CAP_PROP_POS_FRAMES, i));
    ASSERT_TRUE(sought.read(frame));
    EXPECT_EQ(cv::norm(frame, frames[static_cast<size_t>(i)], cv::NORM_INF), 0) << i;
    EXPECT_EQ(sought.get(cv::CAP_PROP_POS_FRAMES), i + 1);
  }
  ASSERT_TRUE(sought.set(cv::CAP_PROP_POS_MSEC, 200));
  ASSERT_TRUE(sought.read(frame));
  EXPECT_EQ(cv::norm(frame, frames[5], cv::NORM_INF), 0);
  EXPECT_FALSE(sought.set(cv::CAP_PROP_POS_MSEC, -5));
}

TEST_F(VideoioTest, FramesOutliveTheCapture) {
  const std::string path = Clip("outlive.mp4");
  std::vector<cv::Mat> held;
  std::vector<cv::Scalar> sums;
  {
    cv::VideoCapture capture(path);
    capture.set(cv::CAP_PROP_OUTPUT_YUV, PROP_TRUE);
    for (int i = 0; i < 5; ++i) {
      cv::Mat frame;
      ASSERT_TRUE(capture.read(frame));
      held.push_back(frame);
      sums.push_back(cv::sum(frame));
    }
  }
  for (size_t i = 0; i < held.size(); ++i) EXPECT_EQ(cv::sum(held[i]), sums[i]);
}

TEST_F(VideoioTest, OtherKindsOfOutput) {
  cv::VideoCapture capture(Clip("umat.mp4"));
  cv::UMat shared;
  capture >> shared;
  EXPECT_EQ(shared.size(), cv::Size(96, 80));
  // A matrix over memory of the program keeps it.
  std::vector<uchar> bytes(96 * 80 * 3);
  cv::Mat header(80, 96, CV_8UC3, bytes.data());
  ASSERT_TRUE(capture.read(header));
  EXPECT_GT(cv::sum(header)[0], 0);
}

TEST_F(VideoioTest, WhatCannotBeOpenedSaysSo) {
  cv::VideoCapture capture;
  EXPECT_FALSE(capture.open(TempPath("absent.mp4")));
  EXPECT_FALSE(capture.isOpened());
  EXPECT_FALSE(capture.open(Clip("card.mp4"), cv::CAP_ANY, 9));
  EXPECT_FALSE(capture.open(Clip("parameters.mp4"), cv::CAP_ANY, std::vector<int>{12345, 1}));
  EXPECT_TRUE(capture.open(Clip("parameters.mp4"), cv::CAP_FFMPEG, std::vector<int>{cv::CAP_PROP_FRAME_WIDTH, 48}));
  EXPECT_EQ(capture.get(cv::CAP_PROP_FRAME_WIDTH), 48);
  capture.setExceptionMode(true);
  EXPECT_TRUE(capture.getExceptionMode());
  EXPECT_THROW(capture.open(TempPath("absent.mp4")), cv::Exception);
  EXPECT_THROW(capture.grab(), cv::Exception);
  EXPECT_FALSE(cv::VideoCapture(77, cv::CAP_V4L).isOpened());
}

TEST_F(VideoioTest, OpenCvsOwnSourcesWork) {
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(cv::imwrite(TempPath("still_0" + std::to_string(i) + ".png"), Picture(48, 64, i)));
  cv::VideoCapture capture(TempPath("still_%02d.png"), cv::CAP_IMAGES);
  ASSERT_TRUE(capture.isOpened());
  EXPECT_EQ(capture.getBackendName(), "CV_IMAGES");
  int frames = 0;
  for (cv::Mat frame; capture.read(frame); ++frames) {
    EXPECT_EQ(cv::norm(frame, Picture(48, 64, frames), cv::NORM_INF), 0);
  }
  EXPECT_EQ(frames, 3);
}

TEST_F(VideoioTest, DemuxerOptionsComeFromTheEnvironment) {
  const std::string path = Clip("options.mp4");
  setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp|ignore_editlist;1|stimeout;1000", 1);
  EXPECT_TRUE(cv::VideoCapture(path).isOpened());
  // A value that the demuxer refuses shows that options arrive there.
  setenv("OPENCV_FFMPEG_CAPTURE_OPTIONS", "ignore_editlist;perhaps", 1);
  EXPECT_FALSE(cv::VideoCapture(path).isOpened());
  unsetenv("OPENCV_FFMPEG_CAPTURE_OPTIONS");
}

// ---- writing ----

TEST_F(VideoioTest, WhatIsWrittenIsReadBack) {
  struct Row {
    const char* name;
    int code;
  };
  const Row rows[] = {{"h264.mp4", cv::VideoWriter::fourcc('H', '2', '6', '4')},
                      {"hevc.mp4", cv::VideoWriter::fourcc('h', 'v', 'c', '1')},
                      {"mjpg.avi", cv::VideoWriter::fourcc('M', 'J', 'P', 'G')}};
  for (const Row& row : rows) {
    const std::string path = TempPath(row.name);
    cv::VideoWriter writer(path, row.code, 30, cv::Size(128, 96));
    ASSERT_TRUE(writer.isOpened()) << row.name;
    for (int i = 0; i < 10; ++i) writer.write(Picture(96, 128, i));
    writer.release();
    EXPECT_FALSE(writer.isOpened());
    cv::VideoCapture capture(path);
    EXPECT_NEAR(capture.get(cv::CAP_PROP_FPS), 30, 0.01) << row.name;
    int frames = 0;
    for (cv::Mat frame; capture.read(frame); ++frames) {
      EXPECT_LT(Difference(frame, Picture(96, 128, frames)), 4.0) << row.name << " " << frames;
    }
    EXPECT_EQ(frames, 10) << row.name;
  }
}

TEST_F(VideoioTest, FramesAreWrittenAsTheyAre) {
  const std::string source = Clip("transcode.mp4"), path = TempPath("transcoded.mp4");
  {
    cv::VideoCapture capture(source, cv::CAP_ANY, 1);
    capture.set(cv::CAP_PROP_OUTPUT_YUV, PROP_TRUE);
    cv::VideoWriter writer(path, cv::VideoWriter::fourcc('H', '2', '6', '4'), 25, cv::Size(96, 80),
                           "gop=5:gop_preset=2:qp=18", true, 1);
    ASSERT_TRUE(writer.isOpened());
    for (cv::Mat frame; capture.read(frame);) writer << frame;
  }
  const std::vector<uint8_t> before = decoder::testing::StockFrames(source, "yuv420p");
  const std::vector<uint8_t> after = decoder::testing::StockFrames(path, "yuv420p");
  ASSERT_EQ(before.size(), after.size());
  double error = 0;
  for (size_t i = 0; i < before.size(); ++i) error += std::pow(static_cast<double>(before[i]) - after[i], 2);
  EXPECT_GT(10 * std::log10(255.0 * 255 * static_cast<double>(before.size()) / error), 35);
}

TEST_F(VideoioTest, MemoryOutputIsAByteStream) {
  cv::VideoWriter writer;
  ASSERT_TRUE(writer.open("", cv::VideoWriter::fourcc('H', '2', '6', '4'), 25, cv::Size(128, 96), "bitrate=400:gop=10",
                          true, 0));
  std::vector<char> room(1 << 20);
  std::vector<uint8_t> stream;
  int bytes = 0;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(writer.write(Picture(96, 128, i), room.data(), &bytes));
    EXPECT_GT(bytes, 0) << i;
    stream.insert(stream.end(), room.begin(), room.begin() + bytes);
  }
  ASSERT_TRUE(writer.write(cv::Mat(), room.data(), &bytes));
  stream.insert(stream.end(), room.begin(), room.begin() + bytes);
  EXPECT_FALSE(writer.write(Picture(96, 128, 0), nullptr, &bytes));
  writer.release();
  const std::string path = TempPath("memory.h264");
  decoder::testing::WriteBytes(path, stream);
  EXPECT_EQ(testing::StockFrames(path).size(), 6u);
  EXPECT_FALSE(writer.write(Picture(96, 128, 0), room.data(), &bytes));
}

TEST_F(VideoioTest, GreyVideosAreGrey) {
  const std::string path = TempPath("gray.mp4");
  cv::VideoWriter writer(path, cv::VideoWriter::fourcc('H', '2', '6', '4'), 25, cv::Size(64, 48), false);
  ASSERT_TRUE(writer.isOpened());
  EXPECT_EQ(writer.get(cv::VIDEOWRITER_PROP_IS_COLOR), 0);
  cv::Mat gray(48, 64, CV_8UC1, cv::Scalar(100));
  for (int i = 0; i < 3; ++i) writer.write(gray);
  writer.write(Picture(48, 64, 0));  // left out: it has colours
  writer.release();
  cv::VideoCapture capture(path);
  cv::Mat frame;
  int frames = 0;
  for (; capture.read(frame); ++frames) EXPECT_LT(Difference(frame, cv::Mat(48, 64, CV_8UC3, cv::Scalar::all(100))), 3);
  EXPECT_EQ(frames, 3);
}

TEST_F(VideoioTest, WrongPicturesAndOptionsAreRefused) {
  const int code = cv::VideoWriter::fourcc('H', '2', '6', '4');
  cv::VideoWriter writer;
  EXPECT_FALSE(writer.open("/no/such/folder/x.mp4", code, 25, cv::Size(64, 48)));
  EXPECT_FALSE(writer.open(TempPath("odd.mp4"), code, 25, cv::Size(63, 48)));
  EXPECT_FALSE(writer.open(TempPath("rate.mp4"), code, 0, cv::Size(64, 48)));
  EXPECT_FALSE(writer.open(TempPath("key.mp4"), code, 25, cv::Size(64, 48), "gop=30:colour=red"));
  EXPECT_FALSE(writer.open(TempPath("value.mp4"), code, 25, cv::Size(64, 48), "gop=many"));
  EXPECT_FALSE(writer.open(TempPath("range.mp4"), code, 25, cv::Size(64, 48), "qp=52"));
  EXPECT_FALSE(writer.open(TempPath("card.mp4"), code, 25, cv::Size(64, 48), "", true, 9));
  EXPECT_FALSE(writer.open("", cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25, cv::Size(64, 48)));
  EXPECT_FALSE(writer.isOpened());
  writer.write(Picture(48, 64, 0));
  const std::string path = TempPath("sizes.mp4");
  ASSERT_TRUE(writer.open(path, code, 25, cv::Size(64, 48), "gop=4:roi_enable=1:mb_rc=1"));
  writer.write(Picture(48, 64, 0));
  writer.write(Picture(50, 64, 0));
  writer.write(cv::Mat());
  cv::Mat frame(cv::av::create(96, 128, 0), 0);
  writer.write(frame(cv::Rect(0, 0, 64, 48)));
  writer.release();
  EXPECT_EQ(testing::StockFrames(path).size(), 1u);
}

}  // namespace
}  // namespace bm::opencv
