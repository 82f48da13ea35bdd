// Encoder's output decoded again. Run under --config=tsan too.
#include "encoder.h"

#include "bmdecoder/core/still.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/testing/clips.h"
#include "gtest/gtest.h"
#include "sail/testing/pixels.h"

namespace sail {
namespace {

namespace dec = bm::decoder;
using dec::testing::TempPath;
using testing::MeanDifference;
using testing::SamplesOf;
using Bytes = std::vector<uint8_t>;

constexpr int kWidth = 96, kHeight = 80, kFrames = 8;
constexpr size_t kFrameBytes = kWidth * kHeight * 3 / 2;
const char kParameters[] = "width=96:height=80:qp=18:gop=4:framerate=25";

class EncoderTest : public ::testing::Test {
 protected:
  Bytes Samples(int index) { return dec::testing::MovingPicture(kWidth, kHeight, dec::ChromaLayout::kSeparate, index); }
  BMImage Picture(int index) {
    Bytes samples = Samples(index);
    return BMImage(handle_, samples.data(), kHeight, kWidth, FORMAT_YUV420P);
  }

  Handle handle_ = Handle(0);
};

TEST_F(EncoderTest, VideosDecodeToTheirPictures) {
  for (const char* const codec : {"h264_bm", "h265_bm", "hevc_bm"}) {
    const std::string path = TempPath(std::string(codec) + ".mp4");
    {
      Encoder encoder(path, handle_, codec, "NV12", kParameters, 2, /*abort_policy=*/3);
      EXPECT_TRUE(encoder.is_opened());
      for (int i = 0; i < kFrames; ++i) {
        BMImage picture = Picture(i);
        ASSERT_EQ(encoder.video_write(picture), 0) << i;
      }
      encoder.release();
      EXPECT_FALSE(encoder.is_opened());
      BMImage picture = Picture(0);
      EXPECT_EQ(encoder.video_write(picture), -4);
    }
    const Bytes decoded = dec::testing::StockFrames(path, "yuv420p");
    ASSERT_EQ(decoded.size(), kFrames * kFrameBytes) << codec;
    for (int i = 0; i < kFrames; ++i) {
      const auto begin = decoded.begin() + static_cast<std::ptrdiff_t>(i * kFrameBytes);
      EXPECT_LT(MeanDifference(Bytes(begin, begin + kFrameBytes), Samples(i)), 2) << codec << " " << i;
    }
  }
}

TEST_F(EncoderTest, ScalesAndConverts) {
  const std::string path = TempPath("scaled.h264");
  Encoder encoder(path, 0, "h264_bm", "I420", "width=48:height=40:qp=10");
  for (const bm_image_format_ext format : {FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED}) {
    BMImage picture(handle_, kHeight, kWidth, format, DATA_TYPE_EXT_1N_BYTE);
    Bytes grey(3 * kWidth * kHeight, 126);
    void* planes[] = {grey.data()};
    ASSERT_EQ(bm_image_copy_host_to_device(picture.data(), planes), BM_SUCCESS);
    ASSERT_EQ(encoder.video_write(picture), 0) << format;
  }
  encoder.release();
  const Bytes decoded = dec::testing::StockFrames(path, "yuv420p");
  ASSERT_EQ(decoded.size(), 2u * 48 * 40 * 3 / 2);
  // Limited range: 16 + 126 * 219 / 255.
  Bytes expected(decoded.size(), 128);
  for (size_t frame = 0; frame < 2; ++frame) {
    std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(frame * 48 * 40 * 3 / 2), 48 * 40, uint8_t{124});
  }
  EXPECT_LT(MeanDifference(decoded, expected), 1.5);
}

TEST_F(EncoderTest, StartsAgain) {
  const std::string path = TempPath("again.mp4");
  Encoder encoder(path, handle_, "h264_bm", "I420", kParameters, 5, 3);
  BMImage picture = Picture(0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(encoder.video_write(picture), 0);
  EXPECT_EQ(encoder.reconnect(), 0);
  Encoder copy(encoder);
  EXPECT_EQ(copy.video_write(picture), 0);
  encoder.release();
  EXPECT_EQ(dec::testing::StockFrames(path, "yuv420p").size(), kFrameBytes);
  EXPECT_EQ(encoder.reconnect(), 0);
  EXPECT_TRUE(copy.is_opened());
}

TEST_F(EncoderTest, EncodesPictures) {
  Encoder encoder;
  EXPECT_FALSE(encoder.is_opened());
  EXPECT_EQ(encoder.reconnect(), -1);
  BMImage picture = Picture(1);
  EXPECT_EQ(encoder.video_write(picture), -4);
  std::string extension = ".jpg";
  std::vector<u_char> data;
  const int size = encoder.pic_encode(extension, picture, data);
  EXPECT_EQ(size, static_cast<int>(data.size()));
  const std::string path = TempPath("encoded.jpg");
  dec::testing::WriteBytes(path, data);
  EXPECT_LT(MeanDifference(dec::testing::StockFrames(path, "yuvj420p"), Samples(1)), 1);
  extension = ".gif";
  EXPECT_THROW(encoder.pic_encode(extension, picture, data), SailEncoderError);
  BMImage none;
  extension = ".png";
  EXPECT_THROW(encoder.pic_encode(extension, none, data), SailEncoderError);
}

TEST_F(EncoderTest, RefusesBadArguments) {
  const std::string path = TempPath("refused.mp4");
  const auto open = [&](const char* codec, const char* pixels, const std::string& parameters, int cache, int policy) {
    Encoder(path, handle_, codec, pixels, parameters, cache, policy);
  };
  EXPECT_THROW(open("mjpeg", "I420", kParameters, 5, 0), SailEncoderError);
  EXPECT_THROW(open("h264_bm", "BGR", kParameters, 5, 0), SailEncoderError);
  EXPECT_THROW(open("h264_bm", "I420", "width=96:height=81", 5, 0), SailEncoderError);
  EXPECT_THROW(open("h264_bm", "I420", "height=80", 5, 0), SailEncoderError);
  EXPECT_THROW(open("h264_bm", "I420", "width=96:height=x", 5, 0), SailEncoderError);
  EXPECT_THROW(open("h264_bm", "I420", kParameters, 0, 0), SailEncoderError);
  EXPECT_THROW(open("h264_bm", "I420", kParameters, 5, 4), SailEncoderError);
  Handle none;
  EXPECT_THROW(Encoder(path, none, "h264_bm", "I420", kParameters), SailEncoderError);
  EXPECT_THROW(Encoder(path, 9, "h264_bm", "I420", kParameters), SailDeviceError);
  EXPECT_THROW(Encoder("/no/such/folder/a.mp4", handle_, "h264_bm", "I420", kParameters), SailEncoderError);
  Encoder encoder(path, handle_, "h264_bm", "I420", kParameters);
  BMImage empty;
  EXPECT_EQ(encoder.video_write(empty), -2);
}

}  // namespace
}  // namespace sail
