// The video encoders in the manner of customers' programs.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "overlays/ffmpeg/testing/decoding.h"
#include "overlays/ffmpeg/testing/encoding.h"

namespace bm::ffmpeg {
namespace {

using testing::AppendSamples;
using testing::DevicePicture;
using testing::Encode;
using testing::Options;
using testing::Packet;
using testing::Packets;

constexpr int kWidth = 96;
constexpr int kHeight = 80;
constexpr int kFrames = 12;
constexpr size_t kFrameBytes = kWidth * kHeight * 3 / 2;

struct Row {
  const char* encoder;
  AVCodecID id;
};

class EncoderTest : public ::testing::TestWithParam<Row> {
 protected:
  EncoderTest() {
    for (int i = 0; i < kFrames; ++i) {
      pictures_.push_back(std::make_unique<DevicePicture>(AV_PIX_FMT_NV12, kWidth, kHeight, i));
    }
  }
  Packets EncodeAll(const Options& options, const std::function<void(AVCodecContext*)>& change = nullptr) {
    return Encode(
        GetParam().encoder, AV_PIX_FMT_NV12, kWidth, kHeight, options, kFrames,
        [&](int i) { return pictures_[static_cast<size_t>(i)]->DeviceFrame(); }, change);
  }
  // All pictures in the given format, by the decoder that decode_test compares with FFmpeg's.
  static std::vector<uint8_t> Decoded(const Packets& packets, AVPixelFormat format) {
    AVCodecContext* context = avcodec_alloc_context3(avcodec_find_decoder(GetParam().id));
    AVDictionary* options = nullptr;
    const int interleave = format == AV_PIX_FMT_NV12 ? 1 : format == AV_PIX_FMT_NV21 ? 2 : 0;
    av_dict_set_int(&options, "cbcr_interleave", interleave, 0);
    EXPECT_EQ(avcodec_open2(context, nullptr, &options), 0);
    av_dict_free(&options);
    AVPacket* packet = av_packet_alloc();
    AVFrame* frame = av_frame_alloc();
    std::vector<uint8_t> bytes;
    const auto receive = [&] {
      while (avcodec_receive_frame(context, frame) == 0) AppendSamples(*frame, &bytes);
    };
    for (const Packet& encoded : packets) {
      EXPECT_EQ(av_new_packet(packet, static_cast<int>(encoded.data.size())), 0);
      std::copy(encoded.data.begin(), encoded.data.end(), packet->data);
      EXPECT_EQ(avcodec_send_packet(context, packet), 0);
      av_packet_unref(packet);
      receive();
    }
    EXPECT_EQ(avcodec_send_packet(context, nullptr), 0);
    receive();
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&context);
    return bytes;
  }
  size_t Bytes(const Packets& packets) {
    size_t bytes = 0;
    for (const Packet& packet : packets) bytes += packet.data.size();
    return bytes;
  }

  std::vector<std::unique_ptr<DevicePicture>> pictures_;
};
INSTANTIATE_TEST_SUITE_P(Encoders, EncoderTest,
                         ::testing::Values(Row{"h264_bm", AV_CODEC_ID_H264}, Row{"h265_bm", AV_CODEC_ID_HEVC}));

TEST_P(EncoderTest, IsFoundByNameAndDelays) {
  const AVCodec* codec = avcodec_find_encoder_by_name(GetParam().encoder);
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(codec->id, GetParam().id);
  EXPECT_TRUE(codec->capabilities & AV_CODEC_CAP_DELAY);
  EXPECT_TRUE(av_codec_is_encoder(codec));
  EXPECT_FALSE(av_codec_is_decoder(codec));
  EXPECT_STRNE(avcodec_find_encoder(GetParam().id)->name, GetParam().encoder);
}

TEST(EncoderNamesTest, H265HasTwo) {
  const AVCodec* codec = avcodec_find_encoder_by_name("hevc_bm");
  ASSERT_NE(codec, nullptr);
  EXPECT_EQ(codec->id, AV_CODEC_ID_HEVC);
  DevicePicture picture(AV_PIX_FMT_NV12, kWidth, kHeight, 0);
  EXPECT_EQ(
      Encode("hevc_bm", AV_PIX_FMT_NV12, kWidth, kHeight, {}, 1, [&](int) { return picture.DeviceFrame(); }).size(),
      1u);
}

TEST_P(EncoderTest, PicturesOfEveryFormatAreKept) {
  for (const AVPixelFormat format : {AV_PIX_FMT_NV12, AV_PIX_FMT_NV21, AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P}) {
    for (const bool is_device : {true, false}) {
      std::vector<uint8_t> original;
      std::vector<std::unique_ptr<DevicePicture>> pictures;
      const Packets packets = Encode(GetParam().encoder, format, kWidth, kHeight,
                                     {{"is_dma_buffer", is_device ? "1" : "0"}, {"qp", "20"}}, 3, [&](int i) {
                                       pictures.push_back(std::make_unique<DevicePicture>(format, kWidth, kHeight, i));
                                       const std::vector<uint8_t>& samples = pictures.back()->samples();
                                       original.insert(original.end(), samples.begin(), samples.end());
                                       return is_device ? pictures.back()->DeviceFrame() : pictures.back()->HostFrame();
                                     });
      EXPECT_EQ(packets.size(), 3u);
      const std::vector<uint8_t> decoded = Decoded(packets, format);
      ASSERT_EQ(decoded.size(), original.size()) << format;
      double error = 0;
      for (size_t k = 0; k < decoded.size(); ++k) error += (decoded[k] - original[k]) * (decoded[k] - original[k]);
      EXPECT_GT(10 * std::log10(255.0 * 255 * static_cast<double>(decoded.size()) / error), 35) << format;
    }
  }
}

TEST_P(EncoderTest, FramesAreReleasedOnceTheyAreSent) {
  EncodeAll({});
  for (const std::unique_ptr<DevicePicture>& picture : pictures_) EXPECT_EQ(picture->released(), 1);
}

TEST_P(EncoderTest, GopAndPresetSetTheKeyFrames) {
  for (const char* preset : {"1", "2", "4", "5"}) {
    const Packets packets = EncodeAll({{"gop_preset", preset}});
    ASSERT_EQ(packets.size(), static_cast<size_t>(kFrames));
    bool is_reordered = false;
    for (const Packet& packet : packets) {
      EXPECT_EQ(packet.is_key, preset[0] == '1' || packet.pts % 10 == 0) << preset << " " << packet.pts;
      EXPECT_LE(packet.dts, packet.pts);
      is_reordered = is_reordered || packet.dts != packet.pts;
    }
    EXPECT_EQ(is_reordered, preset[0] > '2');
    EXPECT_EQ(Decoded(packets, AV_PIX_FMT_NV12).size(), kFrames * kFrameBytes);
  }
}

TEST_P(EncoderTest, KeyFramesComeOnDemand) {
  const Packets packets = Encode(GetParam().encoder, AV_PIX_FMT_NV12, kWidth, kHeight, {}, 8, [&](int i) {
    AVFrame* frame = pictures_[static_cast<size_t>(i)]->DeviceFrame();
    frame->pict_type = i == 5 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    return frame;
  });
  ASSERT_EQ(packets.size(), 8u);
  for (const Packet& packet : packets) EXPECT_EQ(packet.is_key, packet.pts == 0 || packet.pts == 5) << packet.pts;
}

TEST_P(EncoderTest, TheQuantiserCanBeConstant) {
  const size_t fine = Bytes(EncodeAll({{"qp", "15"}}));
  const size_t coarse = Bytes(EncodeAll({{"qp", "40"}}));
  EXPECT_GT(2 * fine, 3 * coarse);
  EXPECT_EQ(Bytes(EncodeAll({{"enc-params", "qp=40"}})), coarse);
}

TEST_P(EncoderTest, ParametersAreTakenByName) {
  // Kilobits.
  const size_t rich = Bytes(EncodeAll({{"enc-params", "bitrate=2000"}}));
  const size_t poor = Bytes(EncodeAll({{"enc-params", "bitrate=20:gop-preset=2:bg=1:nr=0:weightp=1"}}));
  EXPECT_GT(rich, 2 * poor);
  const Packets packets = EncodeAll({{"enc-params", "gop_preset=1"}});
  EXPECT_TRUE(packets.at(3).is_key);
}

TEST_P(EncoderTest, StreamHeadersLieWhereTheFlagSays) {
  const Packets inside = EncodeAll({});
  const uint8_t start[] = {0, 0, 0, 1};
  EXPECT_TRUE(std::equal(start, start + 4, inside.at(0).data.begin()));
  const Packets outside = EncodeAll({}, [](AVCodecContext* context) { context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER; });
  EXPECT_LT(outside.at(0).data.size(), inside.at(0).data.size());
}

TEST_P(EncoderTest, OneStepEncodingGivesEveryPacket) {
  AVCodec* codec = avcodec_find_encoder_by_name(GetParam().encoder);
  AVCodecContext* context = avcodec_alloc_context3(codec);
  context->width = kWidth;
  context->height = kHeight;
  context->pix_fmt = AV_PIX_FMT_NV12;
  context->time_base = {1, 90000};
  context->framerate = {25, 1};
  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  ASSERT_EQ(avcodec_open2(context, codec, nullptr), 0);
  EXPECT_GT(context->extradata_size, 20);
  std::vector<int64_t> times;
  int got = 0;
  for (int i = 0; i < kFrames || got; ++i) {
    AVPacket packet = {};
    AVFrame* frame = i < kFrames ? pictures_[static_cast<size_t>(i)]->DeviceFrame() : nullptr;
    if (frame != nullptr) frame->pts = 3600 * i;
    EXPECT_EQ(avcodec_encode_video2(context, &packet, frame, &got), 0);
    if (got) times.push_back(packet.pts);
    av_packet_unref(&packet);
    av_frame_free(&frame);
    if (i < kFrames) got = 1;
  }
  ASSERT_EQ(times.size(), static_cast<size_t>(kFrames));
  for (size_t i = 0; i < times.size(); ++i) EXPECT_EQ(times[i], static_cast<int64_t>(3600 * i));
  avcodec_free_context(&context);
}

TEST_P(EncoderTest, RegionsOfInterestAreAccepted) {
  const Packets packets =
      Encode(GetParam().encoder, AV_PIX_FMT_NV12, kWidth, kHeight, {{"roi_enable", "1"}}, 3, [&](int i) {
        AVFrame* frame = pictures_[static_cast<size_t>(i)]->DeviceFrame();
        AVFrameSideData* data = av_frame_new_side_data(frame, AV_FRAME_DATA_BM_ROI_INFO, sizeof(AVBMRoiInfo));
        auto* info = reinterpret_cast<AVBMRoiInfo*>(data->data);
        info->customRoiMapEnable = 1;
        info->field[0].H264.mb_qp = 30;
        return frame;
      });
  EXPECT_EQ(packets.size(), 3u);
}

TEST_P(EncoderTest, BadContextsOptionsAndFramesAreRefused) {
  AVCodec* codec = avcodec_find_encoder_by_name(GetParam().encoder);
  const auto open = [&](const Options& options, const std::function<void(AVCodecContext*)>& change) {
    AVCodecContext* context = avcodec_alloc_context3(codec);
    context->width = kWidth;
    context->height = kHeight;
    context->pix_fmt = AV_PIX_FMT_NV12;
    context->time_base = {1, 25};
    if (change != nullptr) change(context);
    AVDictionary* dictionary = nullptr;
    for (const auto& [key, value] : options) av_dict_set(&dictionary, key.c_str(), value.c_str(), 0);
    const int code = avcodec_open2(context, nullptr, &dictionary);
    av_dict_free(&dictionary);
    avcodec_free_context(&context);
    return code;
  };
  EXPECT_EQ(open({}, nullptr), 0);
  EXPECT_EQ(open({{"preset", "fast"}, {"perf", "1"}, {"enc_cmd_queue", "4"}}, nullptr), 0);
  EXPECT_EQ(open({{"qp", "52"}}, nullptr), AVERROR(EINVAL));
  EXPECT_EQ(open({{"gop_preset", "0"}}, nullptr), AVERROR(EINVAL));
  EXPECT_EQ(open({{"gop_preset", "9"}}, nullptr), AVERROR(EINVAL));
  EXPECT_EQ(open({{"enc-params", "no_such_key=1"}}, nullptr), AVERROR(EINVAL));
  EXPECT_EQ(open({{"enc-params", "qp=high"}}, nullptr), AVERROR(EINVAL));
  EXPECT_EQ(open({{"sophon_idx", "77"}}, nullptr), AVERROR(ENODEV));
  EXPECT_EQ(open({}, [](AVCodecContext* c) { c->pix_fmt = AV_PIX_FMT_BGR24; }), AVERROR(EINVAL));
  EXPECT_EQ(open({}, [](AVCodecContext* c) { c->width = 95; }), AVERROR(EINVAL));
  EXPECT_EQ(open({}, [](AVCodecContext* c) { c->time_base = {0, 1}; }), AVERROR(EINVAL));

  AVCodecContext* context = avcodec_alloc_context3(codec);
  context->width = kWidth;
  context->height = kHeight;
  context->pix_fmt = AV_PIX_FMT_NV12;
  context->time_base = {1, 25};
  ASSERT_EQ(avcodec_open2(context, nullptr, nullptr), 0);
  const auto send = [&](const std::function<void(AVFrame*)>& change) {
    AVFrame* frame = pictures_[0]->DeviceFrame();
    change(frame);
    const int code = avcodec_send_frame(context, frame);
    av_frame_free(&frame);
    return code;
  };
  EXPECT_EQ(send([](AVFrame* f) { f->format = AV_PIX_FMT_YUV420P; }), AVERROR(EINVAL));
  EXPECT_EQ(send([](AVFrame* f) { f->width = 64; }), AVERROR(EINVAL));
  EXPECT_EQ(send([](AVFrame* f) { f->data[5] = nullptr; }), AVERROR(EINVAL));
  EXPECT_EQ(send([](AVFrame* f) { f->linesize[4] = 64; }), AVERROR(EINVAL));
  EXPECT_EQ(send([](AVFrame* f) { f->data[4] = reinterpret_cast<uint8_t*>(uintptr_t{1} << 60); }), AVERROR(EINVAL));
  EXPECT_EQ(send([](AVFrame* f) { f->pts = 0; }), 0);
  AVFrame* frame = av_frame_alloc();
  AVPacket* packet = av_packet_alloc();
  EXPECT_EQ(avcodec_receive_frame(context, frame), AVERROR(EINVAL));
  EXPECT_EQ(avcodec_send_packet(context, packet), AVERROR(EINVAL));
  av_frame_free(&frame);
  av_packet_free(&packet);
  avcodec_free_context(&context);
}

}  // namespace
}  // namespace bm::ffmpeg
