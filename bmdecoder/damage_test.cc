// Damaged video: whatever the bytes are, decoding ends soon with frames or statuses, and every frame can be looked at.
//
// BM_DAMAGE_SEEDS sets the number of random cases (default 2000).
#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/testing/status_matchers.h"
#include "bmdecoder/core/sequence_header.h"
#include "bmdecoder/core/video_source.h"
#include "bmdecoder/src/decode_channel.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using Bytes = std::vector<uint8_t>;

int Seeds() {
  const char* text = std::getenv("BM_DAMAGE_SEEDS");
  int seeds;
  return text != nullptr && absl::SimpleAtoi(text, &seeds) ? seeds : 2000;
}

EncoderOptions TinyClip(VideoCodec codec) {
  EncoderOptions options = testing::SmallClip(codec);
  options.width = 48;
  options.height = 32;
  options.gop = 4;
  return options;
}

// Flips up to five bits, half of the time near the beginning, and cuts every fourth case short.
Bytes Damaged(Bytes bytes, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  const size_t limit = seed / 4 % 2 == 0 ? bytes.size() : std::min<size_t>(bytes.size(), 120);
  for (unsigned changes = 1 + random() % 5; changes > 0; --changes) {
    bytes[random() % limit] ^= static_cast<uint8_t>(1u << random() % 8);
  }
  if (seed % 4 == 3) bytes.resize(1 + random() % bytes.size());
  return bytes;
}

// Reads every sample, so that a sanitizer sees planes that are too small.
unsigned Sum(const Frame& frame) {
  unsigned sum = 0;
  for (const Plane& plane : frame.planes) {
    for (size_t i = 0; i < plane.stride * plane.rows; ++i) sum += plane.data[i];
  }
  return sum;
}

// All frames of a byte stream, in blocks.
int CountFrames(VideoCodec codec, StreamMode mode, const Bytes& stream, size_t block) {
  ChannelOptions options;
  options.codec = codec;
  options.mode = mode;
  absl::StatusOr<std::unique_ptr<DecodeChannel>> channel = DecodeChannel::Create(options);
  EXPECT_OK(channel);
  int frames = 0;
  const auto take = [&] {
    while (const std::optional<ChannelFrame> ready = (*channel)->Take()) {
      Sum(*ready->frame);
      EXPECT_OK((*channel)->GiveBack(ready->index));
      ++frames;
    }
  };
  for (size_t at = 0; at < stream.size(); at += block) {
    ChannelPacket packet;
    packet.bytes = absl::MakeConstSpan(stream).subspan(at, block);
    while (absl::IsUnavailable((*channel)->Send(packet))) take();
  }
  EXPECT_OK((*channel)->End(EndMode::kAlways));
  while ((*channel)->state() != ChannelState::kStopped) {
    take();
    std::this_thread::yield();
  }
  return frames;
}

TEST(VideoDamageTest, StreamsMayChangeAnywhere) {
  const uint64_t before = testing::UsedDeviceBytes(0);
  const VideoCodec codecs[] = {VideoCodec::kH264, VideoCodec::kH265};
  const Bytes streams[] = {testing::MakeStream(TinyClip(codecs[0]), 6), testing::MakeStream(TinyClip(codecs[1]), 6)};
  int complete = 0;
  for (int seed = 0; seed < Seeds(); ++seed) {
    const size_t which = static_cast<size_t>(seed / 8) % 2;
    const StreamMode mode = seed % 8 < 4 ? StreamMode::kByteStream : StreamMode::kAccessUnits;
    const Bytes stream = Damaged(streams[which], seed);
    complete += CountFrames(codecs[which], mode, stream, seed % 3 == 0 ? 100 : stream.size()) == 6;
  }
  EXPECT_GT(complete, 0);
  EXPECT_LT(complete, Seeds());
  EXPECT_EQ(testing::UsedDeviceBytes(0), before);
}

TEST(VideoDamageTest, SequenceHeadersMayChangeAnywhere) {
  int refused = 0;
  for (const VideoCodec codec : {VideoCodec::kH264, VideoCodec::kH265}) {
    const Bytes stream = testing::MakeStream(TinyClip(codec), 1);
    const absl::Span<const uint8_t> set = FindSequenceHeader(codec, stream);
    ASSERT_OK(ParseSequenceHeader(codec, set));
    for (int seed = 0; seed < Seeds(); ++seed) {
      const absl::StatusOr<SequenceHeader> header =
          ParseSequenceHeader(codec, Damaged(Bytes(set.begin(), set.end()), seed));
      if (!header.ok()) {
        ++refused;
        EXPECT_STATUS(header, absl::StatusCode::kDataLoss, "sequence header: ");
        continue;
      }
      EXPECT_GT(header->coded_width - header->crop_left - header->crop_right, 0);
      EXPECT_GT(header->coded_height - header->crop_top - header->crop_bottom, 0);
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(VideoDamageTest, FilesMayChangeAnywhere) {
  const uint64_t before = testing::UsedDeviceBytes(0);
  int opened = 0;
  int refused = 0;
  for (const char* name : {"damage.mp4", "damage.mkv", "damage.avi"}) {
    const Bytes file = testing::ReadBytes(testing::MakeClip(name, TinyClip(VideoCodec::kH264), 6));
    const std::string path = testing::TempPath(std::string("copy.") + name);
    for (int seed = 0; seed < Seeds() / 10; ++seed) {
      testing::WriteBytes(path, Damaged(file, seed));
      const absl::StatusOr<std::unique_ptr<VideoSource>> source = VideoSource::Open(path, SourceOptions());
      if (!source.ok()) {
        ++refused;
        EXPECT_NE(source.status().message().find(path), absl::string_view::npos);
        continue;
      }
      ++opened;
      // No damage makes a file of six frames last.
      for (int frames = 0; frames < 100; ++frames) {
        const absl::StatusOr<std::shared_ptr<Frame>> frame = (*source)->Read();
        if (absl::IsOutOfRange(frame.status())) break;
        ASSERT_LT(frames, 99) << name << ", seed " << seed;
        if (frame.ok()) Sum(**frame);
      }
    }
  }
  EXPECT_GT(opened, 0);
  EXPECT_GT(refused, 0);
  EXPECT_EQ(testing::UsedDeviceBytes(0), before);
}

}  // namespace
}  // namespace bm::decoder
