// The video decoders in the manner of customers' programs, compared with FFmpeg's own.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmdecoder/compressed_surface.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "overlays/ffmpeg/testing/decoding.h"

namespace bm::ffmpeg {
namespace {

using decoder::VideoCodec;
using decoder::testing::FullDevice;
using decoder::testing::MakeClip;
using decoder::testing::SmallClip;
using decoder::testing::StockFrames;
using decoder::testing::TempPath;
using decoder::testing::UsedDeviceBytes;
using testing::AppendDeviceSamples;
using testing::AppendSamples;
using testing::Options;
using testing::Player;
using testing::Same;

constexpr int kFrames = 25;
constexpr size_t kFrameBytes = 96 * 80 * 3 / 2;

class VideoTest : public ::testing::TestWithParam<VideoCodec> {
 protected:
  bool is_h264() const { return GetParam() == VideoCodec::kH264; }
  // A clip of kFrames, made once; the container follows the ending.
  std::string Clip(const std::string& ending) const {
    static std::map<std::string, std::string>* const clips = new std::map<std::string, std::string>;
    const std::string name = std::string("decode.") + (is_h264() ? "h264" : "h265") + ending;
    std::string& path = (*clips)[name];
    if (path.empty()) path = MakeClip(name, SmallClip(GetParam()), kFrames);
    return path;
  }
  std::string ByteStream() const { return Clip(is_h264() ? ".h264" : ".hevc"); }
};
INSTANTIATE_TEST_SUITE_P(Codecs, VideoTest, ::testing::Values(VideoCodec::kH264, VideoCodec::kH265));

TEST_P(VideoTest, TheDecoderOfAStreamIsOurs) {
  const std::string name = is_h264() ? "h264" : "hevc";
  AVCodec* codec = avcodec_find_decoder(is_h264() ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC);
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(codec->name, name + "_bm");
  EXPECT_EQ(codec, avcodec_find_decoder_by_name((name + "_bm").c_str()));
  EXPECT_EQ(codec->capabilities, AV_CODEC_CAP_DELAY | AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_AVOID_PROBING);
  EXPECT_TRUE(av_codec_is_decoder(codec));
  EXPECT_FALSE(av_codec_is_encoder(codec));
  EXPECT_EQ(avcodec_find_decoder_by_name(name.c_str())->name, name);
  const std::string path = Clip(".mp4");
  Player player(path, {});
  AVCodec* best = nullptr;
  EXPECT_EQ(av_find_best_stream(player.input(), AVMEDIA_TYPE_VIDEO, -1, -1, &best, 0), 0);
  EXPECT_EQ(best, codec);
  EXPECT_EQ(player.context()->codec, codec);
}

TEST_P(VideoTest, SamplesAreThoseOfTheStockDecoder) {
  for (const std::string& path : {Clip(".mp4"), ByteStream()}) {
    Player player(path, {{"sophon_idx", "0"}, {"extra_frame_buffer_num", "5"}, {"output_format", "0"}});
    ASSERT_EQ(player.opened(), 0);
    EXPECT_EQ(player.context()->pix_fmt, AV_PIX_FMT_NV12);
    std::vector<uint8_t> host;
    std::vector<uint8_t> device;
    player.SendAndReceive([&](AVCodecContext* context, const AVFrame& frame) {
      EXPECT_EQ(frame.format, context->pix_fmt);
      EXPECT_EQ(frame.linesize[0], 128);
      for (int i = 0; i < 4; ++i) EXPECT_EQ(frame.linesize[4 + i], frame.linesize[i]);
      EXPECT_EQ(frame.data[6], nullptr);
      AppendSamples(frame, &host);
      AppendDeviceSamples(frame, &device);
    });
    EXPECT_EQ(host.size(), kFrames * kFrameBytes) << path;
    EXPECT_TRUE(Same(host, StockFrames(path, "nv12"))) << path;
    EXPECT_TRUE(Same(device, host)) << path;
  }
}

TEST_P(VideoTest, PicturesComeInTheFormatThatIsAskedFor) {
  struct Row {
    const char* cbcr_interleave;
    AVPixelFormat format;
    const char* name;
  };
  const std::string path = Clip(".mp4");
  for (const Row& row : {Row{"0", AV_PIX_FMT_YUV420P, "yuv420p"}, Row{"2", AV_PIX_FMT_NV21, "nv21"}}) {
    Player player(path, {{"cbcr_interleave", row.cbcr_interleave}, {"zero_copy", "0"}});
    EXPECT_EQ(player.context()->pix_fmt, row.format);
    std::vector<uint8_t> bytes;
    std::vector<uint8_t> device;
    player.SendAndReceive([&](AVCodecContext*, const AVFrame& frame) {
      EXPECT_EQ(frame.format, row.format);
      AppendSamples(frame, &bytes);
      AppendDeviceSamples(frame, &device);
    });
    EXPECT_TRUE(Same(bytes, StockFrames(path, row.name)));
    EXPECT_TRUE(Same(device, bytes));
  }
}

TEST_P(VideoTest, OneStepDecodingGivesTheSameFrames) {
  const std::string path = Clip(".mp4");
  for (const char* name : {"", is_h264() ? "h264" : "hevc"}) {
    Player player(path, {}, name);
    std::vector<int64_t> times;
    player.DecodeVideo2([&](AVCodecContext*, const AVFrame& frame) { times.push_back(frame.pts); });
    EXPECT_EQ(times.size(), static_cast<size_t>(kFrames)) << name;
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  }
}

TEST_P(VideoTest, FramesTellWhatTheStockDecoderTells) {
  const std::string path = Clip(".mp4");
  struct Told {
    int64_t pts, dts, best, duration;
    int key, type, width, height;
    bool operator==(const Told& o) const {
      return pts == o.pts && dts == o.dts && best == o.best && duration == o.duration && key == o.key &&
             type == o.type && width == o.width && height == o.height;
    }
  };
  std::vector<Told> told[2];
  for (int i = 0; i < 2; ++i) {
    Player player(path, {}, i == 0 ? "" : is_h264() ? "h264" : "hevc");
    player.SendAndReceive([&](AVCodecContext* context, const AVFrame& frame) {
      told[i].push_back({frame.pts, frame.pkt_dts, frame.best_effort_timestamp, frame.pkt_duration, frame.key_frame,
                         frame.pict_type, frame.width, frame.height});
      EXPECT_EQ(context->width, 96);
      EXPECT_EQ(context->height, 80);
      EXPECT_EQ(context->coded_width, 96);
      EXPECT_EQ(context->coded_height, 80);
      EXPECT_EQ(context->frame_number, static_cast<int>(told[i].size()));
    });
  }
  EXPECT_TRUE(told[0] == told[1]);
  EXPECT_EQ(told[0].size(), static_cast<size_t>(kFrames));
}

TEST_P(VideoTest, MissingTimesAreThoseOfDecoding) {
  Player player(Clip(".mp4"), {});
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  std::vector<int64_t> sent;
  std::vector<int64_t> received;
  while (player.Read(packet)) {
    packet->pts = AV_NOPTS_VALUE;
    sent.push_back(packet->dts);
    EXPECT_EQ(avcodec_send_packet(player.context(), packet), 0);
    av_packet_unref(packet);
    while (avcodec_receive_frame(player.context(), frame) == 0) {
      EXPECT_EQ(frame->pts, frame->pkt_dts);
      received.push_back(frame->pts);
    }
  }
  ASSERT_GT(received.size(), 15u);
  for (const int64_t time : received) EXPECT_EQ(std::count(sent.begin(), sent.end(), time), 1);
  av_frame_free(&frame);
  av_packet_free(&packet);
}

TEST_P(VideoTest, CompressedFramesCarryTablesAndTheMark) {
  const std::string path = Clip(".mp4");
  Player player(path, {{"output_format", "101"}});
  ASSERT_EQ(player.opened(), 0);
  std::vector<uint8_t> bytes;
  bm_handle_t handle = nullptr;
  ASSERT_EQ(bm_dev_request(&handle, 0), BM_SUCCESS);
  player.SendAndReceive([&](AVCodecContext* context, const AVFrame& frame) {
    EXPECT_EQ(frame.format, AV_PIX_FMT_NV12);
    EXPECT_EQ(frame.channel_layout, 101u);
    EXPECT_EQ(context->coded_width, 96);
    decoder::CompressedTable tables[2];
    for (int i = 0; i < 2; ++i) {
      ASSERT_EQ(frame.linesize[6 + i], static_cast<int>(tables[i].size()));
      const auto address = reinterpret_cast<unsigned long long>(frame.data[6 + i]);
      const bm_device_mem_t memory = bm_mem_from_device(address, static_cast<unsigned>(frame.linesize[6 + i]));
      ASSERT_EQ(bm_memcpy_d2s(handle, tables[i].data(), memory), BM_SUCCESS);
    }
    const uint64_t luma = reinterpret_cast<uint64_t>(frame.data[4]);
    const uint64_t chroma = reinterpret_cast<uint64_t>(frame.data[5]);
    ASSERT_OK_AND_ASSIGN(const decoder::CompressedSurface surface,
                         decoder::ParseCompressedSurface({tables[0], luma, tables[1], chroma}));
    EXPECT_EQ(surface.width, 96);
    EXPECT_EQ(surface.y_stride, static_cast<uint32_t>(frame.linesize[4]));
    EXPECT_EQ(surface.chroma_stride, static_cast<uint32_t>(frame.linesize[5]));
    AppendDeviceSamples(frame, &bytes);
    // The mark goes with references.
    AVFrame* reference = av_frame_alloc();
    ASSERT_EQ(av_frame_ref(reference, &frame), 0);
    EXPECT_EQ(reference->channel_layout, 101u);
    EXPECT_EQ(reference->data[7], frame.data[7]);
    av_frame_free(&reference);
  });
  bm_dev_free(handle);
  EXPECT_TRUE(Same(bytes, StockFrames(path, "nv12")));
}

TEST_P(VideoTest, LinearFramesHaveNoMark) {
  Player player(Clip(".mp4"), {});
  player.SendAndReceive([](AVCodecContext*, const AVFrame& frame) { EXPECT_EQ(frame.channel_layout, 0u); });
}

TEST_P(VideoTest, FramesOutliveTheDecoderAndLeaveNothing) {
  const std::string path = Clip(".mp4");
  const uint64_t before = UsedDeviceBytes(0);
  std::vector<AVFrame*> held;
  std::vector<uint8_t> shown;
  {
    Player player(path, {{"extra_frame_buffer_num", "18"}});
    player.SendAndReceive([&](AVCodecContext*, const AVFrame& frame) {
      AppendSamples(frame, &shown);
      held.push_back(av_frame_clone(&frame));
    });
  }
  ASSERT_EQ(held.size(), static_cast<size_t>(kFrames));
  EXPECT_GE(UsedDeviceBytes(0), before + kFrames * kFrameBytes);
  std::vector<uint8_t> later;
  for (AVFrame*& frame : held) {
    AppendDeviceSamples(*frame, &later);
    av_frame_free(&frame);
  }
  EXPECT_TRUE(Same(later, shown));
  EXPECT_EQ(UsedDeviceBytes(0), before);
}

TEST_P(VideoTest, TooManyHeldFramesWaitInsteadOfBeingLost) {
  const std::string path =
      MakeClip(std::string("long.") + (is_h264() ? "h264" : "h265") + ".mp4", SmallClip(GetParam()), 80);
  Player player(path, {{"extra_frame_buffer_num", "1"}});
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  std::vector<AVFrame*> held;
  bool has_waited = false;
  int received = 0;
  bool has_ended = false;
  while (!has_ended) {
    const bool has_packet = player.Read(packet);
    int sent = avcodec_send_packet(player.context(), has_packet ? packet : nullptr);
    while (true) {
      const int code = avcodec_receive_frame(player.context(), frame);
      if (code == 0) {
        ++received;
        held.push_back(av_frame_clone(frame));
        continue;
      }
      has_ended = code == AVERROR_EOF;
      if (held.size() == 65) {
        EXPECT_EQ(code, AVERROR(EAGAIN));
        has_waited = true;
        for (AVFrame*& old : held) av_frame_free(&old);
        held.clear();
        continue;
      }
      if (sent != AVERROR(EAGAIN)) break;
      sent = avcodec_send_packet(player.context(), has_packet ? packet : nullptr);
    }
    av_packet_unref(packet);
  }
  EXPECT_TRUE(has_waited);
  EXPECT_EQ(received, 80);
  for (AVFrame*& old : held) av_frame_free(&old);
  av_frame_free(&frame);
  av_packet_free(&packet);
}

TEST_P(VideoTest, AfterTheEndAFlushStartsAgain) {
  Player player(Clip(".mp4"), {});
  std::vector<uint8_t> passes[3];
  for (std::vector<uint8_t>& pass : passes) {
    player.SendAndReceive([&](AVCodecContext*, const AVFrame& frame) { AppendSamples(frame, &pass); });
    AVFrame* frame = av_frame_alloc();
    EXPECT_EQ(avcodec_send_packet(player.context(), nullptr), AVERROR_EOF);
    EXPECT_EQ(avcodec_receive_frame(player.context(), frame), AVERROR_EOF);
    av_frame_free(&frame);
    player.Rewind();
  }
  EXPECT_EQ(passes[0].size(), kFrames * kFrameBytes);
  EXPECT_TRUE(Same(passes[1], passes[0]));
  EXPECT_TRUE(Same(passes[2], passes[0]));
}

TEST_P(VideoTest, ASeekInTheMiddleStartsAgain) {
  Player player(Clip(".mp4"), {});
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(player.Read(packet));
    EXPECT_EQ(avcodec_send_packet(player.context(), packet), 0);
    av_packet_unref(packet);
    avcodec_receive_frame(player.context(), frame);
  }
  av_frame_free(&frame);
  av_packet_free(&packet);
  player.Rewind();
  std::vector<uint8_t> bytes;
  player.SendAndReceive([&](AVCodecContext*, const AVFrame& shown) { AppendSamples(shown, &bytes); });
  EXPECT_TRUE(Same(bytes, StockFrames(Clip(".mp4"), "nv12")));
}

TEST_P(VideoTest, AStreamMayChangeItsSize) {
  decoder::EncoderOptions options = SmallClip(GetParam());
  std::vector<uint8_t> stream = decoder::testing::MakeStream(options, 6);
  options.width = 200;
  options.height = 64;
  const std::vector<uint8_t> second = decoder::testing::MakeStream(options, 4);
  stream.insert(stream.end(), second.begin(), second.end());
  const std::string path = TempPath(is_h264() ? "sizes.h264" : "sizes.hevc");
  decoder::testing::WriteBytes(path, stream);
  Player player(path, {});
  std::map<int, int> frames;
  player.SendAndReceive([&](AVCodecContext* context, const AVFrame& frame) {
    EXPECT_EQ(context->width, frame.width);
    EXPECT_EQ(context->height, frame.height);
    EXPECT_EQ(frame.linesize[4], frame.width == 96 ? 128 : 256);
    ++frames[frame.width];
  });
  EXPECT_EQ(frames, (std::map<int, int>{{96, 6}, {200, 4}}));
}

TEST_P(VideoTest, NothingIsShownBeforeAKeyFrame) {
  Player player(Clip(".mp4"), {});
  AVPacket* packet = av_packet_alloc();
  // The clip has key frames 0, 10 and 20.
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(player.Read(packet));
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
  int frames = 0;
  bool is_first_key = false;
  player.SendAndReceive([&](AVCodecContext*, const AVFrame& frame) {
    if (frames == 0) is_first_key = frame.key_frame != 0;
    ++frames;
  });
  EXPECT_TRUE(is_first_key);
  EXPECT_EQ(frames, 15);
}

TEST_P(VideoTest, OnlyKeyFramesOnDemand) {
  Player player(Clip(".mp4"), {{"skip_non_idr", "1"}});
  int frames = 0;
  player.SendAndReceive([&](AVCodecContext*, const AVFrame& frame) {
    EXPECT_TRUE(frame.key_frame);
    ++frames;
  });
  EXPECT_EQ(frames, 3);
}

struct DamagedRun {
  int frames = 0;
  // Packets from the damaged one to the next key packet.
  int lost = 0;
};

// Decodes with packet number `damaged` overwritten.
DamagedRun DecodeDamaged(Player* player, int damaged) {
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  DamagedRun run;
  bool is_lost = false;
  for (int i = 0; player->Read(packet); ++i) {
    const bool is_key = (packet->flags & AV_PKT_FLAG_KEY) != 0;
    is_lost = i == damaged || (is_lost && !is_key);
    run.lost += is_lost;
    if (i == damaged) {
      EXPECT_EQ(av_packet_make_writable(packet), 0);
      std::fill(packet->data, packet->data + packet->size, uint8_t{0xa5});
    }
    const int sent = avcodec_send_packet(player->context(), packet);
    EXPECT_EQ(sent, i == damaged ? AVERROR_INVALIDDATA : 0) << i;
    while (avcodec_receive_frame(player->context(), frame) == 0) ++run.frames;
    av_packet_unref(packet);
  }
  avcodec_send_packet(player->context(), nullptr);
  while (avcodec_receive_frame(player->context(), frame) == 0) ++run.frames;
  av_frame_free(&frame);
  av_packet_free(&packet);
  return run;
}

TEST_P(VideoTest, ADamagedPacketCostsOnlyItsFrame) {
  Player player(Clip(".mp4"), {});
  EXPECT_EQ(DecodeDamaged(&player, 12).frames, kFrames - 1);
  Player careful(Clip(".mp4"), {{"handle_packet_loss", "1"}});
  const DamagedRun run = DecodeDamaged(&careful, 12);
  EXPECT_GT(run.lost, 4);
  EXPECT_EQ(run.frames, kFrames - run.lost);
}

TEST_P(VideoTest, ADeviceWithoutMemoryIsToldFromTooManyFrames) {
  Player player(Clip(".mp4"), {});
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  int code = AVERROR(EAGAIN);
  {
    const FullDevice full(0);
    while (code == AVERROR(EAGAIN) && player.Read(packet)) {
      EXPECT_EQ(avcodec_send_packet(player.context(), packet), 0);
      av_packet_unref(packet);
      code = avcodec_receive_frame(player.context(), frame);
    }
    EXPECT_EQ(code, AVERROR(ENOMEM));
  }
  // Its frame is there as soon as there is room.
  AVFrame* held = av_frame_alloc();
  EXPECT_EQ(avcodec_receive_frame(player.context(), held), 0);
  EXPECT_EQ(held->pts, 0);
  const FullDevice full(0);
  for (code = 0; code == 0 && player.Read(packet); av_packet_unref(packet)) {
    code = avcodec_send_packet(player.context(), packet);
    EXPECT_EQ(avcodec_receive_frame(player.context(), frame), AVERROR(EAGAIN));
  }
  EXPECT_EQ(code, AVERROR(EAGAIN));
  av_frame_free(&held);
  EXPECT_EQ(avcodec_receive_frame(player.context(), frame), 0);
  av_frame_free(&frame);
  av_packet_free(&packet);
}

TEST_P(VideoTest, BadOptionsAreRefused) {
  const std::string path = Clip(".mp4");
  const Options refused[] = {{{"output_format", "1"}},
                             {{"output_format", "compressed"}},
                             {{"sophon_idx", "-1"}},
                             {{"cbcr_interleave", "3"}},
                             {{"sophon_idx", "257"}},
                             {{"core_idx", "4"}},
                             {{"output_format", "101"}, {"cbcr_interleave", "0"}}};
  for (const Options& options : refused) {
    Player player(path, options);
    EXPECT_EQ(player.opened(), AVERROR(EINVAL)) << options.begin()->first << " " << options.begin()->second;
    EXPECT_FALSE(avcodec_is_open(player.context()));
    AVFrame* frame = av_frame_alloc();
    EXPECT_EQ(avcodec_receive_frame(player.context(), frame), AVERROR(EINVAL));
    av_frame_free(&frame);
    // The context can still be opened.
    AVDictionary* good = nullptr;
    for (const auto& [key, value] : options) {
      av_dict_set(&good, key.c_str(), key == "cbcr_interleave" ? "1" : "0", 0);
    }
    EXPECT_EQ(avcodec_open2(player.context(), nullptr, &good), 0);
    av_dict_free(&good);
  }
  Player player(path, {{"sophon_idx", "200"}});
  EXPECT_EQ(player.opened(), AVERROR(ENODEV));
}

TEST_P(VideoTest, EveryOptionIsTakenAndOthersStay) {
  const Options options = {{"sophon_idx", "0"},      {"pcie_board_id", "0"},
                           {"zero_copy", "1"},       {"pcie_no_copyback", "1"},
                           {"output_format", "0"},   {"cbcr_interleave", "1"},
                           {"extra_data_flag", "1"}, {"extra_frame_buffer_num", "18"},
                           {"mode_bitstream", "0"},  {"frame_delay", "-1"},
                           {"skip_non_idr", "0"},    {"handle_packet_loss", "0"},
                           {"core_idx", "3"},        {"perf", "1"},
                           {"secondary_axi", "2"},   {"enable_cache", "1"},
                           {"use_gst_flag", "0"},    {"size_input_buffer", "4194304"},
                           {"dec_cmd_queue", "4"},   {"timeout", "5000"},
                           {"decode_order", "0"}};
  AVCodecContext* context = avcodec_alloc_context3(avcodec_find_decoder(AV_CODEC_ID_H264));
  AVDictionary* dictionary = nullptr;
  for (const auto& [key, value] : options) av_dict_set(&dictionary, key.c_str(), value.c_str(), 0);
  av_dict_set(&dictionary, "refcounted_frames", "1", 0);
  av_dict_set(&dictionary, "rtsp_transport", "tcp", 0);
  EXPECT_EQ(avcodec_open2(context, nullptr, &dictionary), 0);
  EXPECT_EQ(av_dict_count(dictionary), 2);
  EXPECT_NE(av_dict_get(dictionary, "refcounted_frames", nullptr, 0), nullptr);
  EXPECT_NE(av_dict_get(dictionary, "rtsp_transport", nullptr, 0), nullptr);
  av_dict_free(&dictionary);
  avcodec_free_context(&context);
}

TEST_P(VideoTest, NoFrameIsLostWithoutDelay) {
  for (const Options& options : {Options{{"frame_delay", "1"}}, Options{{"decode_order", "1"}}}) {
    Player player(Clip(".mp4"), options);
    int frames = 0;
    player.SendAndReceive([&](AVCodecContext*, const AVFrame&) { ++frames; });
    EXPECT_EQ(frames, kFrames) << options.begin()->first;
  }
}

TEST_P(VideoTest, FramesWithoutDelayOnDemand) {
  decoder::EncoderOptions options = SmallClip(GetParam());
  options.gop_preset = 2;
  Player player(MakeClip(std::string("low.") + (is_h264() ? "h264" : "h265") + ".mp4", options, 10),
                {{"frame_delay", "1"}});
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  for (int i = 0; player.Read(packet); ++i) {
    EXPECT_EQ(avcodec_send_packet(player.context(), packet), 0);
    EXPECT_EQ(avcodec_receive_frame(player.context(), frame), 0) << i;
    EXPECT_EQ(frame->pts, packet->pts);
    av_packet_unref(packet);
  }
  av_frame_free(&frame);
  av_packet_free(&packet);
}

}  // namespace
}  // namespace bm::ffmpeg
