// Decoders at work at the same time, on two devices (BM_DEVICES is 2 here): each gives what it gives alone.
#include <array>
#include <thread>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmdecoder/src/decode_channel.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using Bytes = std::vector<uint8_t>;

// Luma of all frames, read from the device's memory.
Bytes Decode(int device, VideoCodec codec, const Bytes& stream) {
  ChannelOptions options;
  options.codec = codec;
  options.decoder.device = device;
  Bytes samples;
  const absl::StatusOr<std::unique_ptr<DecodeChannel>> channel = DecodeChannel::Create(options);
  EXPECT_OK(channel);
  if (!channel.ok()) return samples;
  bm_handle_t handle = nullptr;
  EXPECT_EQ(bm_dev_request(&handle, device), BM_SUCCESS);
  const auto take = [&] {
    while (const std::optional<ChannelFrame> ready = (*channel)->Take()) {
      const Frame& frame = *ready->frame;
      Bytes luma(frame.planes[0].stride * frame.planes[0].rows);
      const bm_device_mem_t memory = bm_mem_from_device(frame.addresses[0], static_cast<unsigned>(luma.size()));
      EXPECT_EQ(bm_memcpy_d2s(handle, luma.data(), memory), BM_SUCCESS);
      samples.insert(samples.end(), luma.begin(), luma.end());
      EXPECT_OK((*channel)->GiveBack(ready->index));
    }
  };
  for (size_t at = 0; at < stream.size(); at += 500) {
    ChannelPacket packet;
    packet.bytes = absl::MakeConstSpan(stream).subspan(at, 500);
    absl::Status sent;
    while (absl::IsUnavailable(sent = (*channel)->Send(packet))) take();
    EXPECT_OK(sent);
  }
  EXPECT_OK((*channel)->End(EndMode::kAlways));
  while ((*channel)->state() != ChannelState::kStopped) {
    take();
    std::this_thread::yield();
  }
  bm_dev_free(handle);
  return samples;
}

TEST(DevicesTest, DecodersOnTwoDevicesDoNotDisturbEachOther) {
  const std::array<uint64_t, 2> before = {testing::UsedDeviceBytes(0), testing::UsedDeviceBytes(1)};
  const std::array<VideoCodec, 2> codecs = {VideoCodec::kH264, VideoCodec::kH265};
  std::array<Bytes, 2> streams;
  std::array<Bytes, 2> alone;
  for (size_t c = 0; c < 2; ++c) {
    streams[c] = testing::MakeStream(testing::SmallClip(codecs[c]), 30);
    alone[c] = Decode(0, codecs[c], streams[c]);
    EXPECT_EQ(alone[c].size(), 30u * 128 * 80);
  }
  std::array<Bytes, 8> together;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < together.size(); ++i) {
    threads.emplace_back(
        [&, i] { together[i] = Decode(static_cast<int>(i % 2), codecs[i / 2 % 2], streams[i / 2 % 2]); });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < together.size(); ++i) EXPECT_TRUE(together[i] == alone[i / 2 % 2]) << i;
  EXPECT_EQ(testing::UsedDeviceBytes(0), before[0]);
  EXPECT_EQ(testing::UsedDeviceBytes(1), before[1]);
}

}  // namespace
}  // namespace bm::decoder
