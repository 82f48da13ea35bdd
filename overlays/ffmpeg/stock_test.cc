// Everything that is not ours stays FFmpeg's.
extern "C" {
#include <libavutil/opt.h>
}

#include <string>
#include <utility>
#include <vector>

#include "bmdecoder/testing/clips.h"
#include "overlays/ffmpeg/testing/decoding.h"

namespace bm::ffmpeg {
namespace {

using decoder::VideoCodec;
using decoder::testing::MakeClip;
using decoder::testing::Program;
using decoder::testing::SmallClip;
using decoder::testing::StockFrames;
using decoder::testing::TempPath;
using testing::AppendSamples;
using testing::Player;
using testing::Same;

TEST(StockTest, LibavformatOpensItsOwnDecoders) {
  for (const VideoCodec codec : {VideoCodec::kH264, VideoCodec::kH265}) {
    const std::string path = MakeClip(codec == VideoCodec::kH264 ? "probe.h264" : "probe.hevc", SmallClip(codec), 3);
    AVFormatContext* input = nullptr;
    ASSERT_EQ(avformat_open_input(&input, path.c_str(), nullptr, nullptr), 0);
    // Our decoders would take the option, and fail.
    AVDictionary* options = nullptr;
    av_dict_set(&options, "sophon_idx", "200", 0);
    EXPECT_GE(avformat_find_stream_info(input, &options), 0);
    EXPECT_EQ(av_dict_count(options), 1);
    EXPECT_EQ(input->streams[0]->codecpar->format, AV_PIX_FMT_YUV420P);
    av_dict_free(&options);
    avformat_close_input(&input);
  }
}

TEST(StockTest, OtherDecodersWorkAsEver) {
  const std::string path = TempPath("other.mp4");
  ASSERT_EQ(Program({"ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=96x80:rate=10:duration=1",
                     "-c:v", "mpeg4", "-pix_fmt", "yuv420p", path})
                .Wait(),
            0);
  std::vector<uint8_t> stock = StockFrames(path, "yuv420p");
  for (const bool is_one_step : {false, true}) {
    Player player(path, {{"threads", "1"}});
    EXPECT_STREQ(player.context()->codec->name, "mpeg4");
    EXPECT_TRUE(avcodec_is_open(player.context()));
    std::vector<uint8_t> bytes;
    const auto append = [&](AVCodecContext*, const AVFrame& frame) {
      EXPECT_EQ(frame.data[4], nullptr);
      AppendSamples(frame, &bytes);
    };
    is_one_step ? player.DecodeVideo2(append) : player.SendAndReceive(append);
    EXPECT_TRUE(Same(bytes, stock));
  }
}

TEST(StockTest, AContextKeepsItsCodec) {
  AVCodec* ours = avcodec_find_decoder_by_name("h264_bm");
  AVCodec* stock = avcodec_find_decoder_by_name("h264");
  for (const auto& [made_for, opened_for] : {std::pair(ours, stock), std::pair(stock, ours)}) {
    AVCodecContext* context = avcodec_alloc_context3(made_for);
    EXPECT_EQ(avcodec_open2(context, opened_for, nullptr), AVERROR(EINVAL));
    EXPECT_FALSE(avcodec_is_open(context));
    EXPECT_EQ(avcodec_open2(context, made_for, nullptr), 0);
    EXPECT_TRUE(avcodec_is_open(context));
    // Opening again changes nothing.
    EXPECT_EQ(avcodec_open2(context, made_for, nullptr), 0);
    avcodec_free_context(&context);
    EXPECT_EQ(context, nullptr);
    avcodec_free_context(&context);
  }
  // Parameters of another codec.
  AVCodecContext* context = avcodec_alloc_context3(nullptr);
  context->codec_type = AVMEDIA_TYPE_VIDEO;
  context->codec_id = AV_CODEC_ID_HEVC;
  EXPECT_EQ(avcodec_open2(context, ours, nullptr), AVERROR(EINVAL));
  avcodec_free_context(&context);
}

TEST(StockTest, AContextMayChooseItsCodecWhenItIsOpenedAndAgainWhenItWasClosed) {
  AVCodecContext* context = avcodec_alloc_context3(nullptr);
  for (const char* name : {"h264_bm", "h264", "h264_bm", "jpeg_bm"}) {
    context->codec_id = AV_CODEC_ID_NONE;
    EXPECT_EQ(avcodec_open2(context, avcodec_find_decoder_by_name(name), nullptr), 0) << name;
    EXPECT_STREQ(context->codec->name, name);
    EXPECT_TRUE(avcodec_is_open(context));
    EXPECT_EQ(avcodec_close(context), 0);
    EXPECT_FALSE(avcodec_is_open(context));
  }
  avcodec_free_context(&context);
}

TEST(StockTest, OptionsOfOurCodecsAreFoundBeforeTheyAreOpened) {
  AVCodecContext* context = avcodec_alloc_context3(avcodec_find_encoder_by_name("h264_bm"));
  int64_t value = 0;
  EXPECT_EQ(av_opt_get_int(context->priv_data, "gop_preset", 0, &value), 0);
  EXPECT_EQ(value, 2);
  EXPECT_EQ(av_opt_set(context->priv_data, "preset", "medium", 0), 0);
  EXPECT_EQ(av_opt_set(context, "qp", "30", AV_OPT_SEARCH_CHILDREN), 0);
  EXPECT_EQ(av_opt_set(context->priv_data, "qp", "52", 0), AVERROR(ERANGE));
  EXPECT_EQ(av_opt_set(context->priv_data, "tune", "zerolatency", 0), AVERROR_OPTION_NOT_FOUND);
  avcodec_free_context(&context);
}

TEST(StockTest, NullArgumentsAreRefused) {
  AVFrame* frame = av_frame_alloc();
  int got = 0;
  EXPECT_EQ(avcodec_open2(nullptr, avcodec_find_decoder_by_name("h264_bm"), nullptr), AVERROR(EINVAL));
  EXPECT_EQ(avcodec_send_packet(nullptr, nullptr), AVERROR(EINVAL));
  EXPECT_EQ(avcodec_receive_frame(nullptr, frame), AVERROR(EINVAL));
  EXPECT_EQ(avcodec_decode_video2(nullptr, frame, &got, nullptr), AVERROR(EINVAL));
  EXPECT_EQ(avcodec_find_decoder_by_name(nullptr), nullptr);
  avcodec_flush_buffers(nullptr);
  avcodec_free_context(nullptr);
  AVCodecContext* context = avcodec_alloc_context3(avcodec_find_decoder_by_name("h264_bm"));
  ASSERT_EQ(avcodec_open2(context, nullptr, nullptr), 0);
  EXPECT_EQ(avcodec_receive_frame(context, nullptr), AVERROR(EINVAL));
  avcodec_free_context(&context);
  av_frame_free(&frame);
}

TEST(StockTest, OldNamesOfDemuxerOptionsAreKnown) {
  const std::string path = MakeClip("options.mp4", SmallClip(VideoCodec::kH264), 2);
  // A file has no time limit: what was not used stays, as it was named.
  AVDictionary* options = nullptr;
  av_dict_set(&options, "stimeout", "20000000", 0);
  av_dict_set(&options, "rtsp_flags", "prefer_tcp", 0);
  av_dict_set(&options, "keep_rtsp_timestamp", "1", 0);
  av_dict_set(&options, "probesize", "500000", 0);
  AVFormatContext* input = nullptr;
  ASSERT_EQ(avformat_open_input(&input, path.c_str(), nullptr, &options), 0);
  avformat_close_input(&input);
  EXPECT_EQ(av_dict_count(options), 3);
  EXPECT_NE(av_dict_get(options, "stimeout", nullptr, 0), nullptr);
  EXPECT_EQ(av_dict_get(options, "timeout", nullptr, 0), nullptr);
  // A connection knows it as "timeout", and uses it up.
  const std::string port = std::to_string(decoder::testing::FreePort());
  const std::string address = "tcp://127.0.0.1:" + port;
  Program server({"ffmpeg", "-loglevel", "error", "-i", path, "-c", "copy", "-f", "mpegts", address + "?listen"});
  ASSERT_TRUE(decoder::testing::WaitForListener(std::stoi(port)));
  ASSERT_EQ(avformat_open_input(&input, address.c_str(), nullptr, &options), 0);
  avformat_close_input(&input);
  EXPECT_EQ(av_dict_get(options, "stimeout", nullptr, 0), nullptr);
  EXPECT_EQ(av_dict_get(options, "timeout", nullptr, 0), nullptr);
  av_dict_free(&options);
}

}  // namespace
}  // namespace bm::ffmpeg
