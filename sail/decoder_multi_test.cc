// MultiDecoder on clips that the test makes. Run under --config=tsan too.
#include "decoder_multi.h"

#include <atomic>
#include <thread>

#include "bmdecoder/testing/clips.h"
#include "gtest/gtest.h"
#include "sail/testing/pixels.h"

namespace sail {
namespace {

namespace dec = bm::decoder;
using testing::SamplesOf;
using Bytes = std::vector<uint8_t>;

constexpr int kFrames = 12;

class MultiDecoderTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const std::string source =
        dec::testing::MakeClip("source.mp4", dec::testing::SmallClip(dec::VideoCodec::kH264), kFrames);
    // A codec whose samples are given as they are.
    path_ = new std::string(dec::testing::TempPath("clip.avi"));
    dec::testing::Program program(
        {"ffmpeg", "-y", "-loglevel", "error", "-i", source, "-c:v", "mpeg4", "-q:v", "4", *path_});
    EXPECT_EQ(program.Wait(), 0);
    std::vector<Bytes> frames;
    Handle handle(0);
    Decoder decoder(*path_);
    for (BMImage frame; decoder.read(handle, frame) == 0; frame = BMImage()) frames.push_back(SamplesOf(frame.data()));
    frames_ = new std::vector<Bytes>(std::move(frames));
  }
  static void TearDownTestSuite() {
    delete path_;
    delete frames_;
  }

  // Waits until a channel has been decoded to its end. The queue takes what is decoded, so nothing has to be read.
  static void AwaitEnd(const MultiDecoder& decoder, int channel) {
    for (int i = 0; i < 1000 && !decoder.is_channel_eof(channel); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    EXPECT_TRUE(decoder.is_channel_eof(channel));
  }

  static const std::string* path_;
  static const std::vector<Bytes>* frames_;
};
const std::string* MultiDecoderTest::path_ = nullptr;
const std::vector<Bytes>* MultiDecoderTest::frames_ = nullptr;

TEST_F(MultiDecoderTest, EveryChannelGivesItsFramesInOrder) {
  ASSERT_EQ(frames_->size(), static_cast<size_t>(kFrames));
  MultiDecoder decoder(kFrames);
  std::vector<int> channels;
  for (int i = 0; i < 3; ++i) channels.push_back(decoder.add_channel(*path_));
  EXPECT_EQ(channels, std::vector<int>({0, 1, 2}));
  EXPECT_EQ(decoder.get_channel_fps(1), 25);
  EXPECT_EQ(decoder.get_frame_shape(2), std::vector<int>({1, 3, 80, 96}));
  std::atomic<int> equal{0};
  std::vector<std::thread> readers;
  for (const int channel : channels) {
    readers.emplace_back([&, channel] {
      for (const Bytes& expected : *frames_) {
        BMImage frame;
        if (decoder.read(channel, frame, 1) == 0 && SamplesOf(frame.data()) == expected) ++equal;
      }
      BMImage none;
      EXPECT_EQ(decoder.read(channel, none, 1), SAIL_ERR_DEC_EOF);
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(equal, 3 * kFrames);
  EXPECT_EQ(decoder.get_channel_status(0), DecoderStatus::CLOSED);
  EXPECT_EQ(decoder.get_drop_num(0), 0u);
  EXPECT_THROW(decoder.read(0), SailDecoderError);
}

TEST_F(MultiDecoderTest, DropsTheNewestOrTheOldest) {
  for (const int mode : {0, 1}) {
    MultiDecoder decoder(4, 0, mode);
    const int channel = decoder.add_channel(*path_);
    AwaitEnd(decoder, channel);
    EXPECT_EQ(decoder.get_drop_num(channel), static_cast<size_t>(kFrames - 4));
    decoder.reset_drop_num(channel);
    EXPECT_EQ(decoder.get_drop_num(channel), 0u);
    bm_image frame{};
    ASSERT_EQ(decoder.read_(channel, frame), 0);
    EXPECT_EQ(SamplesOf(frame), (*frames_)[mode == 0 ? 0 : kFrames - 4]) << mode;
    bm_image_destroy(frame);
  }
}

TEST_F(MultiDecoderTest, SkipsRepeatsAndStartsAgain) {
  MultiDecoder decoder(3 * kFrames);
  const int skipping = decoder.add_channel(*path_, 2), repeating = decoder.add_channel(*path_, 0, 2);
  AwaitEnd(decoder, skipping);
  AwaitEnd(decoder, repeating);
  for (int i = 0; i < kFrames; i += 3) {
    BMImage frame = decoder.read(skipping);
    EXPECT_EQ(SamplesOf(frame.data()), (*frames_)[i]) << i;
  }
  BMImage frame;
  EXPECT_EQ(decoder.read(skipping, frame), SAIL_ERR_DEC_EOF);
  for (int i = 0; i < 2 * kFrames; ++i) ASSERT_EQ(decoder.read(repeating, frame = BMImage()), 0) << i;
  EXPECT_EQ(decoder.reconnect(skipping), 0);
  ASSERT_EQ(decoder.read(skipping, frame = BMImage(), 1), 0);
  EXPECT_EQ(SamplesOf(frame.data()), (*frames_)[0]);
  AwaitEnd(decoder, skipping);
  EXPECT_EQ(decoder.clear_queue(skipping), 0);
  EXPECT_EQ(decoder.read(skipping, frame), SAIL_ERR_DEC_EOF);
}

TEST_F(MultiDecoderTest, TimesOutAndPacesFiles) {
  MultiDecoder decoder(1);
  decoder.set_read_timeout(0);
  decoder.set_local_flag(true);
  const double start = get_current_time_us();
  const int channel = decoder.add_channel(*path_, 0, 0);
  decoder.set_read_timeout(20);
  for (int i = 0; i < 4; ++i) {
    BMImage frame;
    ASSERT_EQ(decoder.read(channel, frame, 1), 0);
  }
  EXPECT_GE(get_current_time_us() - start, 3 * 40e3 - 5e3);
  EXPECT_EQ(decoder.get_channel_status(channel), DecoderStatus::OPENED);
  BMImage frame;
  while (decoder.read(channel, frame) == 0) frame = BMImage();
  EXPECT_EQ(decoder.read(channel, frame), SAIL_ERR_DEC_TIMEOUT);
}

TEST_F(MultiDecoderTest, RefusesWhatThereIsNot) {
  EXPECT_THROW(MultiDecoder(0), SailDecoderError);
  EXPECT_THROW(MultiDecoder(1, 0, 2), SailDecoderError);
  EXPECT_THROW(MultiDecoder(1, 9), SailDeviceError);
  MultiDecoder decoder;
  EXPECT_THROW(decoder.add_channel("/no/such.mp4"), SailDecoderError);
  EXPECT_THROW(decoder.add_channel(*path_, -1), SailDecoderError);
  BMImage frame;
  EXPECT_EQ(decoder.read(0, frame), SAIL_ERR_DEC_MDRD);
  EXPECT_EQ(decoder.del_channel(0), SAIL_ERR_DEC_MDDEL);
  EXPECT_EQ(decoder.clear_queue(-1), SAIL_ERR_DEC_MDCLR);
  EXPECT_EQ(decoder.reconnect(5), SAIL_ERR_DEC_MDRD);
  EXPECT_EQ(decoder.get_channel_status(0), DecoderStatus::NONE);
  EXPECT_THROW(decoder.get_drop_num(0), SailDecoderError);
  EXPECT_THROW(decoder.is_channel_eof(0), SailDecoderError);
  const int channel = decoder.add_channel(*path_);
  EXPECT_EQ(decoder.del_channel(channel), 0);
  EXPECT_EQ(decoder.read(channel, frame), SAIL_ERR_DEC_MDRD);
}

// A server that sends one second and is gone.
TEST_F(MultiDecoderTest, EndsWhileAStreamIsAwaited) {
  const int port = dec::testing::FreePort();
  const std::string address = "http://127.0.0.1:" + std::to_string(port) + "/clip.avi";
  dec::testing::Program server({"ffmpeg", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", *path_, "-c", "copy",
                                "-listen", "1", "-f", "avi", address});
  ASSERT_TRUE(dec::testing::WaitForListener(port));
  MultiDecoder decoder;
  const int channel = decoder.add_channel(address);
  BMImage frame;
  EXPECT_EQ(decoder.read(channel, frame, 1), 0);
  EXPECT_EQ(decoder.del_channel(channel), 0);  // while its thread waits for the next frame
}

}  // namespace
}  // namespace sail
