// Many decoders at once, on two devices, and a context that is freed while another thread uses it.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "overlays/ffmpeg/testing/decoding.h"

namespace bm::ffmpeg {
namespace {

using decoder::VideoCodec;
using decoder::testing::MakeClip;
using decoder::testing::SmallClip;
using decoder::testing::StockFrames;
using decoder::testing::UsedDeviceBytes;
using testing::AppendSamples;
using testing::Player;
using testing::Same;

constexpr int kFrames = 20;

TEST(ThreadsTest, DecodersOnTwoDevicesDoNotDisturbEachOther) {
  const std::string h264 = MakeClip("threads.h264.mp4", SmallClip(VideoCodec::kH264), kFrames);
  const std::string h265 = MakeClip("threads.h265.mp4", SmallClip(VideoCodec::kH265), kFrames);
  const std::vector<uint8_t> expected[] = {StockFrames(h264, "nv12"), StockFrames(h265, "nv12")};
  const uint64_t before[] = {UsedDeviceBytes(0), UsedDeviceBytes(1)};
  std::vector<uint8_t> decoded[8];
  std::atomic<bool> has_used_second{false};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      Player player(i % 2 == 0 ? h264 : h265, {{"sophon_idx", i / 4 == 0 ? "0" : "1"}});
      player.DecodeVideo2([&](AVCodecContext*, const AVFrame& frame) {
        AppendSamples(frame, &decoded[i]);
        if (i / 4 == 1 && UsedDeviceBytes(1) > before[1]) has_used_second = true;
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < 8; ++i) EXPECT_TRUE(Same(decoded[i], expected[i % 2])) << i;
  EXPECT_TRUE(has_used_second);
  EXPECT_EQ(UsedDeviceBytes(0), before[0]);
  EXPECT_EQ(UsedDeviceBytes(1), before[1]);
}

// A program's way to stop: it frees the context, and its decoding thread notices when calls fail.
TEST(ThreadsTest, AContextMayBeFreedWhileAnotherThreadDecodes) {
  const std::string path = MakeClip("freed.mp4", SmallClip(VideoCodec::kH264), kFrames);
  const uint64_t before = UsedDeviceBytes(0);
  for (int round = 0; round < 20; ++round) {
    Player player(path, {});
    AVCodecContext* const context = player.context();
    std::atomic<int> calls{0};
    std::thread decoding([&] {
      AVPacket* packet = av_packet_alloc();
      AVFrame* frame = av_frame_alloc();
      int code = 0;
      while (code != AVERROR_EOF) {
        if (!player.Read(packet)) break;
        code = avcodec_send_packet(context, packet);
        av_packet_unref(packet);
        if (code == 0) code = avcodec_receive_frame(context, frame);
        ++calls;
      }
      av_frame_free(&frame);
      av_packet_free(&packet);
    });
    while (calls < round % 5) std::this_thread::yield();
    player.FreeContext();
    decoding.join();
  }
  EXPECT_EQ(UsedDeviceBytes(0), before);
}

}  // namespace
}  // namespace bm::ffmpeg
