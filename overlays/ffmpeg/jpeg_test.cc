// jpeg_bm, decoder and encoder, in the manner of customers' programs.
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "overlays/ffmpeg/testing/decoding.h"
#include "overlays/ffmpeg/testing/encoding.h"

namespace bm::ffmpeg {
namespace {

using decoder::testing::Program;
using decoder::testing::ReadBytes;
using decoder::testing::StockFrames;
using decoder::testing::TempPath;
using decoder::testing::UsedDeviceBytes;
using testing::AppendDeviceSamples;
using testing::AppendSamples;
using testing::DevicePicture;
using testing::Encode;
using testing::Options;
using testing::Packets;
using testing::Same;

constexpr int kWidth = 98;
constexpr int kHeight = 66;

// A picture made by the program ffmpeg.
std::vector<uint8_t> StockJpeg(const std::string& name, const std::string& format) {
  const std::string path = TempPath(name);
  EXPECT_EQ(Program({"ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=98x66", "-frames:v", "1",
                     "-update", "1", "-q:v", "3", "-pix_fmt", format, path})
                .Wait(),
            0);
  return ReadBytes(path);
}

class JpegDecoder {
 public:
  explicit JpegDecoder(const Options& options)
      : context_(avcodec_alloc_context3(avcodec_find_decoder_by_name("jpeg_bm"))) {
    AVDictionary* dictionary = nullptr;
    for (const auto& [key, value] : options) av_dict_set(&dictionary, key.c_str(), value.c_str(), 0);
    opened_ = avcodec_open2(context_, nullptr, &dictionary);
    EXPECT_EQ(av_dict_count(dictionary), 0);
    av_dict_free(&dictionary);
  }
  ~JpegDecoder() {
    av_frame_free(&frame_);
    avcodec_free_context(&context_);
  }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  // One call, one picture.
  int Decode(std::vector<uint8_t> bytes) {
    AVPacket* packet = av_packet_alloc();
    packet->data = bytes.data();
    packet->size = static_cast<int>(bytes.size());
    packet->pts = 7;
    int got = 0;
    const int code = avcodec_decode_video2(context_, frame_, &got, packet);
    EXPECT_EQ(got, code < 0 ? 0 : 1);
    av_packet_free(&packet);
    return code;
  }
  int opened() const { return opened_; }
  AVCodecContext* context() { return context_; }
  AVFrame* frame() { return frame_; }

 private:
  AVCodecContext* context_;
  AVFrame* frame_ = av_frame_alloc();
  int opened_ = -1;
};

// What 33 of the customers' programs set.
const Options kUsual = {{"bs_buffer_size", "5120"}, {"cbcr_interleave", "0"}, {"num_extra_framebuffers", "0"}};

TEST(JpegDecoderTest, IsFoundByNameOnly) {
  EXPECT_STREQ(avcodec_find_decoder(AV_CODEC_ID_MJPEG)->name, "mjpeg");
  EXPECT_EQ(avcodec_find_decoder_by_name("jpeg_bm")->id, AV_CODEC_ID_MJPEG);
}

TEST(JpegDecoderTest, EverySamplingGivesItsFormat) {
  struct Row {
    const char* made_of;
    AVPixelFormat planar;
    AVPixelFormat interleaved;
  };
  const Row rows[] = {{"yuvj420p", AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_NV12},
                      {"yuvj422p", AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_NV16},
                      {"yuvj444p", AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_NV24}};
  for (const Row& row : rows) {
    const std::string name = std::string(row.made_of) + ".jpg";
    const std::vector<uint8_t> jpeg = StockJpeg(name, row.made_of);
    for (const char* interleave : {"0", "1"}) {
      Options options = kUsual;
      options["cbcr_interleave"] = interleave;
      JpegDecoder decoder(options);
      ASSERT_EQ(decoder.Decode(jpeg), static_cast<int>(jpeg.size()));
      const AVFrame& frame = *decoder.frame();
      const AVPixelFormat format = interleave[0] == '0' ? row.planar : row.interleaved;
      EXPECT_EQ(frame.format, format);
      EXPECT_EQ(decoder.context()->pix_fmt, format);
      EXPECT_EQ(frame.width, kWidth);
      EXPECT_EQ(frame.height, kHeight);
      EXPECT_EQ(decoder.context()->width, kWidth);
      EXPECT_EQ(frame.linesize[0], 128);
      EXPECT_EQ(frame.pts, 7);
      EXPECT_EQ(frame.key_frame, 1);
      EXPECT_EQ(frame.color_range, AVCOL_RANGE_JPEG);
      EXPECT_EQ(frame.colorspace, AVCOL_SPC_BT470BG);
      std::vector<uint8_t> device;
      AppendDeviceSamples(frame, &device);
      std::vector<uint8_t> host;
      AppendSamples(frame, &host);
      EXPECT_TRUE(Same(device, host));
      if (interleave[0] == '0') {
        // FFmpeg's inverse transform is another one: two values apart at most.
        const std::vector<uint8_t> stock = StockFrames(TempPath(name), row.made_of);
        ASSERT_EQ(host.size(), stock.size());
        for (size_t i = 0; i < host.size(); ++i) ASSERT_LE(std::abs(host[i] - stock[i]), 2) << row.made_of << " " << i;
      }
    }
  }
}

TEST(JpegDecoderTest, DamageAndWhatTheUnitRefusesAreInvalidData) {
  const std::vector<uint8_t> good = StockJpeg("good.jpg", "yuvj420p");
  JpegDecoder decoder(kUsual);
  std::vector<uint8_t> truncated(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(good.size() / 2));
  EXPECT_EQ(decoder.Decode(truncated), AVERROR_INVALIDDATA);
  EXPECT_EQ(decoder.Decode(std::vector<uint8_t>(500, 'x')), AVERROR_INVALIDDATA);
  // 4:4:0 and 4:1:1: the sampling factors of luma in the frame header.
  for (const uint8_t factors : {0x12, 0x41}) {
    std::vector<uint8_t> other = good;
    for (size_t i = 0; i + 11 < other.size(); ++i) {
      if (other[i] == 0xff && other[i + 1] == 0xc0) other[i + 11] = factors;
    }
    EXPECT_EQ(decoder.Decode(other), AVERROR_INVALIDDATA);
  }
  // The next picture is decoded.
  EXPECT_GT(decoder.Decode(good), 0);
}

TEST(JpegDecoderTest, TheEndAndAFlush) {
  const std::vector<uint8_t> jpeg = StockJpeg("end.jpg", "yuvj420p");
  JpegDecoder decoder(kUsual);
  AVFrame* frame = av_frame_alloc();
  EXPECT_EQ(avcodec_receive_frame(decoder.context(), frame), AVERROR(EAGAIN));
  EXPECT_EQ(avcodec_send_packet(decoder.context(), nullptr), 0);
  EXPECT_EQ(avcodec_receive_frame(decoder.context(), frame), AVERROR_EOF);
  EXPECT_EQ(avcodec_send_packet(decoder.context(), nullptr), AVERROR_EOF);
  EXPECT_EQ(decoder.Decode(jpeg), AVERROR_EOF);
  avcodec_flush_buffers(decoder.context());
  EXPECT_GT(decoder.Decode(jpeg), 0);
  av_frame_free(&frame);
}

TEST(JpegDecoderTest, PicturesOutliveTheDecoderAndLeaveNothing) {
  const std::vector<uint8_t> jpeg = StockJpeg("held.jpg", "yuvj420p");
  const uint64_t before = UsedDeviceBytes(0);
  std::vector<AVFrame*> held;
  std::vector<uint8_t> shown;
  {
    JpegDecoder decoder(kUsual);
    for (int i = 0; i < 64; ++i) {
      ASSERT_GT(decoder.Decode(jpeg), 0);
      held.push_back(av_frame_clone(decoder.frame()));
      av_frame_unref(decoder.frame());
    }
    AppendSamples(*held[0], &shown);
    EXPECT_EQ(decoder.Decode(jpeg), AVERROR(ENOMEM));
  }
  std::vector<uint8_t> later;
  AppendDeviceSamples(*held[0], &later);
  EXPECT_TRUE(Same(later, shown));
  for (AVFrame*& frame : held) av_frame_free(&frame);
  EXPECT_EQ(UsedDeviceBytes(0), before);
}

TEST(JpegDecoderTest, BadOptionsAreRefused) {
  const AVCodec* codec = avcodec_find_decoder_by_name("jpeg_bm");
  for (const auto& [key, value, code] :
       {std::tuple{"chroma_interleave", "3", AVERROR(EINVAL)},
        std::tuple{"num_extra_framebuffers", "-1", AVERROR(EINVAL)}, std::tuple{"sophon_idx", "99", AVERROR(ENODEV)}}) {
    AVCodecContext* context = avcodec_alloc_context3(codec);
    AVDictionary* dictionary = nullptr;
    av_dict_set(&dictionary, key, value, 0);
    EXPECT_EQ(avcodec_open2(context, codec, &dictionary), code) << key;
    av_dict_free(&dictionary);
    avcodec_free_context(&context);
  }
}

// Peak signal to noise ratio, in dB.
double Psnr(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  double error = 0;
  for (size_t i = 0; i < a.size(); ++i) error += (a[i] - b[i]) * (a[i] - b[i]);
  return 10 * std::log10(255.0 * 255 * static_cast<double>(a.size()) / error);
}

TEST(JpegEncoderTest, RoundTripKeepsThePicture) {
  for (const AVPixelFormat format : {AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P, AV_PIX_FMT_NV12, AV_PIX_FMT_NV21}) {
    for (const bool is_device : {true, false}) {
      DevicePicture picture(format, 192, 128, 3);
      const Packets packets = Encode("jpeg_bm", format, 192, 128, {{"is_dma_buffer", is_device ? "1" : "0"}}, 1,
                                     [&](int) { return is_device ? picture.DeviceFrame() : picture.HostFrame(); });
      ASSERT_EQ(packets.size(), 1u);
      EXPECT_TRUE(packets[0].is_key);
      Options options = kUsual;
      options["cbcr_interleave"] = format == AV_PIX_FMT_NV12 ? "1" : format == AV_PIX_FMT_NV21 ? "2" : "0";
      JpegDecoder decoder(options);
      ASSERT_GT(decoder.Decode(packets[0].data), 0);
      std::vector<uint8_t> decoded;
      AppendSamples(*decoder.frame(), &decoded);
      ASSERT_EQ(decoded.size(), picture.samples().size());
      EXPECT_GT(Psnr(decoded, picture.samples()), 35);
    }
  }
}

TEST(JpegEncoderTest, GreyPicturesHaveOnePlane) {
  DevicePicture picture(AV_PIX_FMT_GRAY8, 192, 128, 3);
  const Packets packets =
      Encode("jpeg_bm", AV_PIX_FMT_GRAY8, 192, 128, {}, 1, [&](int) { return picture.DeviceFrame(); });
  ASSERT_EQ(packets.size(), 1u);
  for (const char* interleave : {"0", "1"}) {
    Options options = kUsual;
    options["cbcr_interleave"] = interleave;
    JpegDecoder decoder(options);
    ASSERT_GT(decoder.Decode(packets[0].data), 0);
    EXPECT_EQ(decoder.frame()->format, AV_PIX_FMT_GRAY8);
    EXPECT_NE(decoder.frame()->data[4], nullptr);
    EXPECT_EQ(decoder.frame()->data[5], nullptr);
    std::vector<uint8_t> decoded;
    AppendSamples(*decoder.frame(), &decoded);
    ASSERT_EQ(decoded.size(), size_t{192 * 128});
    EXPECT_GT(Psnr(decoded, {picture.samples().begin(), picture.samples().begin() + 192 * 128}), 35);
  }
}

TEST(JpegEncoderTest, QualityMakesFilesLarger) {
  size_t last = 0;
  for (const char* quality : {"10", "50", "85", "100"}) {
    DevicePicture picture(AV_PIX_FMT_YUVJ420P, 96, 80, 0);
    const Packets packets = Encode("jpeg_bm", AV_PIX_FMT_YUVJ420P, 96, 80, {{"qf", quality}}, 1,
                                   [&](int) { return picture.DeviceFrame(); });
    ASSERT_EQ(packets.size(), 1u);
    EXPECT_GT(packets[0].data.size(), last);
    last = packets[0].data.size();
  }
}

}  // namespace
}  // namespace bm::ffmpeg
