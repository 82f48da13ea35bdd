// From one codec to the other on the card, in the manner of customers' programs: frames go from the decoder to the
// encoder by their device addresses, packets into a file.
#include <cmath>
#include <string>
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
using decoder::testing::TempPath;
using decoder::testing::UsedDeviceBytes;
using testing::Player;

constexpr int kFrames = 20;

// A file that an encoder's packets go to.
class Output {
 public:
  Output(const std::string& path, const char* encoder, Player* player) {
    EXPECT_GE(avformat_alloc_output_context2(&output_, nullptr, nullptr, path.c_str()), 0);
    AVCodec* codec = avcodec_find_encoder_by_name(encoder);
    stream_ = avformat_new_stream(output_, codec);
    context_ = avcodec_alloc_context3(codec);
    const AVStream* source = player->input()->streams[0];
    context_->width = player->context()->width;
    context_->height = player->context()->height;
    context_->pix_fmt = player->context()->pix_fmt;
    context_->time_base = source->time_base;
    context_->framerate = source->avg_frame_rate;
    context_->bit_rate_tolerance = 400000;
    context_->bit_rate = 400000;
    context_->gop_size = 10;
    if (output_->oformat->flags & AVFMT_GLOBALHEADER) context_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    AVDictionary* options = nullptr;
    av_dict_set_int(&options, "sophon_idx", 0, 0);
    av_dict_set_int(&options, "gop_preset", 5, 0);
    av_dict_set_int(&options, "is_dma_buffer", 1, 0);
    EXPECT_EQ(avcodec_open2(context_, codec, &options), 0);
    av_dict_free(&options);
    EXPECT_GE(avcodec_parameters_from_context(stream_->codecpar, context_), 0);
    stream_->time_base = context_->time_base;
    EXPECT_GE(avio_open(&output_->pb, path.c_str(), AVIO_FLAG_WRITE), 0);
    EXPECT_GE(avformat_write_header(output_, nullptr), 0);
  }
  ~Output() {
    if (context_->codec->capabilities & AV_CODEC_CAP_DELAY) Encode(nullptr);
    EXPECT_EQ(av_write_trailer(output_), 0);
    avcodec_free_context(&context_);
    avio_closep(&output_->pb);
    avformat_free_context(output_);
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Encode(const AVFrame* frame) {
    int got = 0;
    do {
      AVPacket* packet = av_packet_alloc();
      EXPECT_EQ(avcodec_encode_video2(context_, packet, frame, &got), 0);
      if (got) {
        av_packet_rescale_ts(packet, context_->time_base, stream_->time_base);
        EXPECT_EQ(av_interleaved_write_frame(output_, packet), 0);
      }
      av_packet_free(&packet);
    } while (frame == nullptr && got);
  }

 private:
  AVFormatContext* output_ = nullptr;
  AVStream* stream_ = nullptr;
  AVCodecContext* context_ = nullptr;
};

TEST(TranscodeTest, PicturesAndTimesAreKept) {
  struct Row {
    VideoCodec from;
    const char* to;
    const char* format;
  };
  const uint64_t before = UsedDeviceBytes(0);
  for (const Row& row : {Row{VideoCodec::kH264, "h265_bm", "1"}, Row{VideoCodec::kH265, "h264_bm", "0"}}) {
    const std::string source = MakeClip(std::string("source.") + row.to + ".mp4", SmallClip(row.from), kFrames);
    const std::string target = TempPath(std::string("target.") + row.to + ".mp4");
    std::vector<int64_t> source_times;
    {
      Player player(source, {{"cbcr_interleave", row.format}});
      Output output(target, row.to, &player);
      player.DecodeVideo2([&](AVCodecContext*, const AVFrame& frame) {
        // The host's pointers are of no interest.
        AVFrame* shared = av_frame_clone(&frame);
        for (int p = 0; p < 3; ++p) shared->data[p] = nullptr;
        shared->pict_type = AV_PICTURE_TYPE_NONE;
        output.Encode(shared);
        source_times.push_back(shared->pts);
        av_frame_free(&shared);
      });
    }
    const std::vector<uint8_t> original = StockFrames(source, "yuv420p");
    const std::vector<uint8_t> transcoded = StockFrames(target, "yuv420p");
    ASSERT_EQ(transcoded.size(), original.size());
    ASSERT_EQ(transcoded.size(), size_t{kFrames} * 96 * 80 * 3 / 2);
    double error = 0;
    for (size_t i = 0; i < original.size(); ++i) error += std::pow(original[i] - transcoded[i], 2);
    EXPECT_GT(10 * std::log10(255.0 * 255 * static_cast<double>(original.size()) / error), 30) << row.to;
    Player reader(target, {});
    std::vector<int64_t> times;
    reader.DecodeVideo2([&](AVCodecContext*, const AVFrame& frame) { times.push_back(frame.pts); });
    ASSERT_EQ(times.size(), source_times.size());
    const AVRational unit = reader.input()->streams[0]->time_base;
    for (size_t i = 1; i < times.size(); ++i)
      EXPECT_EQ(av_rescale_q(times[i] - times[0], unit, {1, 25}), static_cast<int64_t>(i));
  }
  EXPECT_EQ(UsedDeviceBytes(0), before);
}

}  // namespace
}  // namespace bm::ffmpeg
