// H.264 1080p into device memory, against FFmpeg alone: the same packets through its decoder, whose frames are dropped
// as they come. One thread each. A second pair writes planes of their own, which is a copy without interleaving.
#include <algorithm>
#include <memory>
#include <vector>

#include "benchmark/benchmark.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/video_decoder.h"
#include "bmdecoder/core/video_encoder.h"
#include "bmdecoder/testing/clips.h"

namespace bm::decoder {
namespace {

constexpr int kFrames = 75;

std::vector<AvPacket> MakePackets() {
  EncoderOptions options;
  options.width = 1920;
  options.height = 1080;
  options.bitrate = 4000000;
  options.gop_preset = 5;
  const std::unique_ptr<VideoEncoder> encoder = VideoEncoder::Create(options).value();
  std::vector<AvPacket> packets;
  const auto append = [&](const std::vector<EncodedPacket>& encoded) {
    for (const EncodedPacket& one : encoded) {
      AvPacket packet(av_packet_alloc());
      av_new_packet(packet.get(), static_cast<int>(one.data.size()));
      std::copy(one.data.begin(), one.data.end(), packet->data);
      packet->pts = one.pts;
      packet->dts = one.dts;
      packets.push_back(std::move(packet));
    }
  };
  for (int i = 0; i < kFrames; ++i) {
    const std::vector<uint8_t> picture = testing::MovingPicture(1920, 1080, options.layout, i);
    append(encoder->Encode(testing::PlanesOf(picture, 1920, 1080, options.layout), i).value());
  }
  append(encoder->Finish().value());
  return packets;
}

const std::vector<AvPacket>& Packets() {
  static const auto* packets = new std::vector<AvPacket>(MakePackets());
  return *packets;
}

struct ParametersDelete {
  void operator()(AVCodecParameters* parameters) const { avcodec_parameters_free(&parameters); }
};

std::unique_ptr<AVCodecParameters, ParametersDelete> Stream() {
  std::unique_ptr<AVCodecParameters, ParametersDelete> stream(avcodec_parameters_alloc());
  stream->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codec_id = AV_CODEC_ID_H264;
  return stream;
}

void DecodeOurs(benchmark::State& state) {
  DecoderOptions options;
  options.layout = state.range(0) == 0 ? ChromaLayout::kSeparate : ChromaLayout::kCbCr;
  Packets();
  int64_t frames = 0;
  for (auto _ : state) {
    const std::unique_ptr<VideoDecoder> decoder = VideoDecoder::Create(*Stream(), options).value();
    const auto collect = [&] {
      while (decoder->Receive().ok()) ++frames;
    };
    for (const AvPacket& packet : Packets()) {
      if (!decoder->Send(packet.get()).ok()) state.SkipWithError("a packet was refused");
      collect();
    }
    if (!decoder->Send(nullptr).ok()) state.SkipWithError("the end was refused");
    collect();
  }
  if (frames != state.iterations() * kFrames) state.SkipWithError("frames are missing");
  state.SetItemsProcessed(frames);
}
BENCHMARK(DecodeOurs)->ArgName("interleaved")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void DecodeStock(benchmark::State& state) {
  Packets();
  AvFrame frame(av_frame_alloc());
  int64_t frames = 0;
  for (auto _ : state) {
    const AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_H264);
    AvCodec context(avcodec_alloc_context3(codec));
    context->thread_count = 1;
    if (avcodec_open2(context.get(), codec, nullptr) != 0) state.SkipWithError("no decoder");
    const auto collect = [&] {
      while (avcodec_receive_frame(context.get(), frame.get()) == 0) ++frames;
    };
    for (const AvPacket& packet : Packets()) {
      if (avcodec_send_packet(context.get(), packet.get()) != 0) state.SkipWithError("a packet was refused");
      collect();
    }
    avcodec_send_packet(context.get(), nullptr);
    collect();
  }
  if (frames != state.iterations() * kFrames) state.SkipWithError("frames are missing");
  state.SetItemsProcessed(frames);
}
BENCHMARK(DecodeStock)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bm::decoder
