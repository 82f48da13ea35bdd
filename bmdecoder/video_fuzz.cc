// Any bytes as a video stream: frames or statuses, never a crash. The first byte chooses codec, mode and order.
#include <cstddef>
#include <cstdint>
#include <thread>

#include "bmdecoder/src/decode_channel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bm::decoder;  // NOLINT: a program of one function
  if (size < 2) return 0;
  ChannelOptions options;
  options.codec = (data[0] & 1) == 0 ? VideoCodec::kH264 : VideoCodec::kH265;
  options.mode = (data[0] & 2) == 0 ? StreamMode::kByteStream : StreamMode::kAccessUnits;
  options.order = (data[0] & 4) == 0 ? OutputOrder::kPresentation : OutputOrder::kDecoding;
  absl::StatusOr<std::unique_ptr<DecodeChannel>> channel = DecodeChannel::Create(options);
  if (!channel.ok()) return 0;
  ChannelPacket packet;
  packet.bytes = {data + 1, size - 1};
  if (!(*channel)->Send(packet).ok()) return 0;
  (void)(*channel)->End(EndMode::kAlways);
  while ((*channel)->state() != ChannelState::kStopped && (*channel)->state() != ChannelState::kNoFrameMemory) {
    while (const std::optional<ChannelFrame> ready = (*channel)->Take()) (void)(*channel)->GiveBack(ready->index);
    std::this_thread::yield();
  }
  return 0;
}
