// Decoder on clips and pictures that the test makes, against the program ffmpeg.
#include <sys/stat.h>

#include "bmdecoder/core/still.h"
#include "bmdecoder/jpeg/testing/pictures.h"
#include "bmdecoder/testing/clips.h"
#define USE_FFMPEG  // as a customer does
#include "cvwrapper.h"
#include "gtest/gtest.h"
#include "sail/testing/pixels.h"

namespace sail {
namespace {

namespace dec = bm::decoder;
using dec::testing::TempPath;
using testing::SamplesOf;
using Bytes = std::vector<uint8_t>;

constexpr int kWidth = 96, kHeight = 80, kFrames = 12;
constexpr size_t kFrameBytes = kWidth * kHeight * 3 / 2;

std::string Clip(const std::string& name) {
  return dec::testing::MakeClip(name, dec::testing::SmallClip(dec::VideoCodec::kH264), kFrames);
}

// A clip of a codec that the chip does not have.
std::string Mpeg4Clip() {
  const std::string source = Clip("source.mp4"), path = TempPath("clip.avi");
  dec::testing::Program program(
      {"ffmpeg", "-y", "-loglevel", "error", "-i", source, "-c:v", "mpeg4", "-q:v", "4", path});
  EXPECT_EQ(program.Wait(), 0);
  return path;
}

class DecoderTest : public ::testing::Test {
 protected:
  // The stock program's frame of a clip as an image.
  BMImage StockFrame(const std::string& path, size_t index) {
    Bytes frames = dec::testing::StockFrames(path, "yuv420p");
    EXPECT_GE(frames.size(), (index + 1) * kFrameBytes);
    return BMImage(handle_, frames.data() + index * kFrameBytes, kHeight, kWidth, FORMAT_YUV420P);
  }

  Handle handle_ = Handle(0);
};

TEST_F(DecoderTest, GivesTheSamplesOfOtherCodecs) {
  const std::string path = Mpeg4Clip();
  const Bytes expected = dec::testing::StockFrames(path, "yuv420p");
  Decoder decoder(path, true, 0);
  EXPECT_TRUE(decoder.is_opened());
  EXPECT_EQ(decoder.get_frame_shape(), std::vector<int>({1, 3, kHeight, kWidth}));
  EXPECT_EQ(decoder.get_fps(), 25);
  Bytes found;
  for (int i = 0; i < kFrames; ++i) {
    BMImage frame;
    ASSERT_EQ(decoder.read(handle_, frame), 0) << i;
    EXPECT_EQ(frame.format(), FORMAT_YUV420P);
    EXPECT_EQ(frame.width(), kWidth);
    EXPECT_EQ(frame.height(), kHeight);
    EXPECT_NEAR(frame.get_pts_dts()[0], i / 25.0, 1e-6);
    EXPECT_EQ(decoder.get_pts_dts(), frame.get_pts_dts());
    EXPECT_FALSE(decoder.is_eof());
    const Bytes samples = SamplesOf(frame.data());
    found.insert(found.end(), samples.begin(), samples.end());
  }
  EXPECT_EQ(found, expected);
  BMImage none;
  EXPECT_EQ(decoder.read(handle_, none), SAIL_ERR_DEC_EOF);
  EXPECT_EQ(none.empty_check(), 0);
  EXPECT_TRUE(decoder.is_eof());
  EXPECT_THROW(decoder.read(handle_), SailDecoderError);
}

TEST_F(DecoderTest, GivesPixelsOfTheChipsCodecs) {
  for (const bool compressed : {true, false}) {
    const std::string path = Clip("pixels.mp4");
    Decoder decoder(path, compressed, 0);
    BMImage frame = decoder.read(handle_);
    EXPECT_EQ(frame.format(), FORMAT_BGR_PLANAR);
    BMImage yuv = StockFrame(path, 0), expected(handle_, kHeight, kWidth, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE);
    ASSERT_EQ(bmcv_image_vpp_convert(handle_.data(), 1, yuv.data(), &expected.data()), BM_SUCCESS);
    EXPECT_EQ(SamplesOf(frame.data()), SamplesOf(expected.data()));
  }
}

TEST_F(DecoderTest, FillsAnImageOfTheCaller) {
  const std::string path = Clip("fill.mp4");
  Decoder decoder(path);
  BMImage small(handle_, 40, 48, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_1N_BYTE);
  ASSERT_EQ(decoder.read(handle_, small), 0);
  BMImage yuv = StockFrame(path, 0), expected(handle_, 40, 48, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_1N_BYTE);
  ASSERT_EQ(bmcv_image_vpp_convert(handle_.data(), 1, yuv.data(), &expected.data()), BM_SUCCESS);
  EXPECT_EQ(SamplesOf(small.data()), SamplesOf(expected.data()));
  // The elements of an array of one block.
  BMImageArray<2> block(handle_, kHeight, kWidth, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE);
  ASSERT_EQ(decoder.read_(handle_, block[1]), 0);
  Decoder again(path);
  BMImage second;
  ASSERT_EQ(again.read(handle_, second) | again.read(handle_, second), 0);
  EXPECT_EQ(SamplesOf(block[1]), SamplesOf(second.data()));
  bm_image created = again.read_(handle_);
  EXPECT_EQ(created.width, kWidth);
  EXPECT_EQ(bm_image_destroy(created), BM_SUCCESS);
}

TEST_F(DecoderTest, OpensAFileAgainAfterTwentyFailures) {
  Decoder decoder(Mpeg4Clip());
  BMImage first;
  ASSERT_EQ(decoder.read(handle_, first), 0);
  for (int i = 1; i < kFrames; ++i) {
    BMImage frame;
    ASSERT_EQ(decoder.read(handle_, frame), 0);
  }
  BMImage frame;
  for (int i = 0; i < 20; ++i) ASSERT_EQ(decoder.read(handle_, frame), SAIL_ERR_DEC_EOF) << i;
  ASSERT_EQ(decoder.read(handle_, frame), 0);
  EXPECT_EQ(SamplesOf(frame.data()), SamplesOf(first.data()));
  EXPECT_FALSE(decoder.is_eof());
}

TEST_F(DecoderTest, IsReleasedAndReconnected) {
  Decoder decoder(Mpeg4Clip());
  Decoder copy(decoder);
  BMImage first, frame;
  ASSERT_EQ(decoder.read(handle_, first), 0);
  copy.release();
  EXPECT_FALSE(decoder.is_opened());
  EXPECT_EQ(decoder.read(handle_, frame), SAIL_ERR_DEC_READ);
  EXPECT_EQ(decoder.get_fps(), -1);
  EXPECT_EQ(decoder.reconnect(), 0);
  ASSERT_EQ(decoder.read(handle_, frame), 0);
  EXPECT_EQ(SamplesOf(frame.data()), SamplesOf(first.data()));
  EXPECT_EQ(decoder.reconnect(), 0);
  EXPECT_EQ(decoder.read(handle_, frame), 0);
}

TEST_F(DecoderTest, ReadsTheEnvironmentWhenItOpens) {
  const std::string path = Clip("keys.mp4");  // a key frame every 10
  ASSERT_EQ(set_decoder_env("skip_non_idr", "1"), 0);
  Decoder decoder(path);
  ASSERT_EQ(set_decoder_env("skip_non_idr", "0"), 0);
  int frames = 0;
  for (BMImage frame; decoder.read(handle_, frame) == 0;) ++frames;
  EXPECT_EQ(frames, 2);
}

TEST_F(DecoderTest, RefusesBadSourcesAndHandles) {
  EXPECT_THROW(Decoder("/no/such/file.mp4"), std::runtime_error);
  try {
    Decoder decoder("/no/such/file.mp4");
  } catch (const SailDecoderError& error) {
    EXPECT_NE(std::string(error.what()).find("/no/such/file.mp4: failed to open input file"), std::string::npos);
  }
  const std::string empty = TempPath("empty.mp4"), damaged = TempPath("damaged.mp4"), text = TempPath("text.mp4");
  dec::testing::WriteBytes(empty, {});
  dec::testing::WriteBytes(text, Bytes(1000, 'x'));
  Bytes bytes = dec::testing::ReadBytes(Clip("whole.mp4"));
  bytes.resize(bytes.size() / 2);  // the index is at the end
  dec::testing::WriteBytes(damaged, bytes);
  for (const std::string& path : {empty, damaged, text, ::testing::TempDir()}) {
    EXPECT_THROW(Decoder{path}, SailDecoderError) << path;
  }
  EXPECT_THROW(Decoder(Clip("device.mp4"), true, 7), SailDecoderError);
  Decoder decoder(Mpeg4Clip());
  Handle none;
  BMImage frame;
  EXPECT_EQ(decoder.read(none, frame), SAIL_ERR_DEV_HANDLE);
  EXPECT_EQ(frame.empty_check(), 0);
  EXPECT_EQ(decoder.read(handle_, frame), 0);
}

TEST_F(DecoderTest, SurvivesATruncatedStream) {
  Bytes stream = dec::testing::MakeStream(dec::testing::SmallClip(dec::VideoCodec::kH264), kFrames);
  stream.resize(stream.size() * 2 / 3);
  const std::string path = TempPath("truncated.h264");
  dec::testing::WriteBytes(path, stream);
  Decoder decoder(path);
  int frames = 0;
  for (BMImage frame; decoder.read(handle_, frame) == 0;) ++frames;
  EXPECT_GT(frames, 2);
  EXPECT_LT(frames, kFrames);
  EXPECT_TRUE(decoder.is_eof());
}

// ---- Pictures ----

class PictureTest : public DecoderTest {
 protected:
  std::string Jpeg(const std::string& name, const dec::JpegInfo& info) {
    const dec::testing::Picture waves = dec::testing::Waves(info, dec::ChromaLayout::kSeparate, 3);
    const Bytes file = dec::EncodeJpeg(info, dec::ChromaLayout::kSeparate, waves.samples(), 90).value();
    dec::testing::WriteBytes(TempPath(name), file);
    return TempPath(name);
  }
};

TEST_F(PictureTest, JpegKeepsItsFormat) {
  struct Case {
    dec::Sampling sampling;
    bm_image_format_ext format;
    const char* stock;
  };
  for (const Case& c :
       {Case{dec::Sampling::k420, FORMAT_YUV420P, "yuvj420p"}, Case{dec::Sampling::k422, FORMAT_YUV422P, "yuvj422p"},
        Case{dec::Sampling::k444, FORMAT_YUV444P, "yuvj444p"}, Case{dec::Sampling::k400, FORMAT_GRAY, "gray"}}) {
    const std::string path = Jpeg("picture.JPG", {70, 38, c.sampling});
    Decoder decoder(path);
    EXPECT_TRUE(decoder.is_opened());
    EXPECT_EQ(decoder.get_frame_shape(), std::vector<int>({1, 3, 0, 0}));
    for (int i = 0; i < 2; ++i) {  // a picture has no end
      BMImage image = decoder.read(handle_);
      EXPECT_EQ(image.format(), c.format);
      EXPECT_EQ(image.width(), 70);
      EXPECT_LT(testing::MeanDifference(SamplesOf(image.data()), dec::testing::StockFrames(path, c.stock)), 0.5)
          << c.stock;
    }
  }
}

TEST_F(PictureTest, JpegOfOddSidesBecomesEven) {
  const std::string path = Jpeg("odd.jpg", {71, 37, dec::Sampling::k420});
  Decoder decoder(path);
  BMImage image = decoder.read(handle_);
  EXPECT_EQ(image.format(), FORMAT_BGR_PLANAR);
  EXPECT_EQ(image.width(), 72);
  EXPECT_EQ(image.height(), 38);
}

TEST_F(PictureTest, ProgressiveJpegIsDecodedOnTheHost) {
  dec::testing::ForeignKind kind;
  kind.progressive = true;
  const std::string path = TempPath("progressive.jpeg");
  dec::testing::WriteBytes(path, dec::testing::ForeignJpeg(48, 32, kind));
  Decoder decoder(path);
  BMImage image = decoder.read(handle_);
  EXPECT_EQ(image.format(), FORMAT_BGR_PACKED);
  EXPECT_LT(testing::MeanDifference(SamplesOf(image.data()), dec::testing::StockFrames(path, "bgr24")), 3);
}

TEST_F(PictureTest, PngAndBmpBecomePixels) {
  Bytes pixels(19 * 7 * 3);
  for (size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<uint8_t>(i * 5);
  for (const auto& [name, format] :
       {std::pair("picture.png", dec::StillFormat::kPng), {"picture.bmp", dec::StillFormat::kBmp}}) {
    const std::string path = TempPath(name);
    dec::testing::WriteBytes(path, dec::EncodeStill(format, 19, 7, {pixels.data(), 19 * 3, 7}).value());
    Decoder decoder(path);
    BMImage image;
    ASSERT_EQ(decoder.read(handle_, image), 0);
    EXPECT_EQ(image.format(), FORMAT_BGR_PACKED);
    EXPECT_EQ(SamplesOf(image.data()), pixels) << name;
    EXPECT_EQ(decoder.read(handle_, image), 0) << "into the same image";
    EXPECT_EQ(SamplesOf(image.data()), pixels) << name;
  }
}

TEST_F(PictureTest, RefusesBadFiles) {
  const std::string empty = TempPath("empty.jpg"), damaged = TempPath("damaged.jpg"), text = TempPath("text.png");
  dec::testing::WriteBytes(empty, {});
  dec::testing::WriteBytes(text, Bytes(100, 'x'));
  Bytes bytes = dec::testing::ReadBytes(Jpeg("whole.jpg", {64, 48, dec::Sampling::k420}));
  bytes.resize(100);
  dec::testing::WriteBytes(damaged, bytes);
  mkdir(TempPath("folder.jpg").c_str(), 0700);
  BMImage image;
  EXPECT_EQ(Decoder("/no/such.jpg").read(handle_, image), SAIL_ERR_DEC_READ);
  EXPECT_EQ(Decoder(TempPath("folder.jpg")).read(handle_, image), SAIL_ERR_DEC_READ);
  EXPECT_EQ(Decoder(empty).read(handle_, image), SAIL_ERR_DEC_JPEG);
  EXPECT_EQ(Decoder(damaged).read(handle_, image), SAIL_ERR_DEC_JPEG);
  EXPECT_EQ(Decoder(text).read(handle_, image), SAIL_ERR_DEC_JPEG);
  EXPECT_EQ(image.empty_check(), 0);
  Handle none;
  EXPECT_EQ(Decoder(damaged).read(none, image), SAIL_ERR_DEV_HANDLE);
  EXPECT_EQ(Decoder(Jpeg("once.jpg", {64, 48, dec::Sampling::k420})).decode_jpeg(handle_, image), 0);
}

TEST(FrameTest, SharesSamples) {
  Frame frame, other;
  EXPECT_EQ(frame.get_width() + frame.get_height(), 0);
  AVFrame* const picture = av_frame_alloc();
  picture->width = 64;
  picture->height = 48;
  picture->format = AV_PIX_FMT_GRAY8;
  ASSERT_EQ(av_frame_get_buffer(picture, 0), 0);
  frame.set_frame(picture);
  frame.set_frame(nullptr);
  EXPECT_EQ(frame.get(), picture);
  Frame copy(frame);
  other = copy;
  for (Frame* const sharing : {&copy, &other}) {
    EXPECT_NE(sharing->get(), picture);
    EXPECT_EQ(sharing->get_width(), 64);
    EXPECT_EQ(sharing->get()->data[0], picture->data[0]);
  }
  other = Frame();
  EXPECT_EQ(other.get_height(), 0);
}

}  // namespace
}  // namespace sail
