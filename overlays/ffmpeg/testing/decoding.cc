#include "overlays/ffmpeg/testing/decoding.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>

#include "bmlib_runtime.h"

namespace bm::ffmpeg::testing {
namespace {

AVDictionary* DictionaryOf(const Options& options) {
  AVDictionary* dictionary = nullptr;
  for (const auto& [key, value] : options) av_dict_set(&dictionary, key.c_str(), value.c_str(), 0);
  return dictionary;
}

struct PlaneSize {
  size_t columns;
  size_t rows;
};

// Bytes of a row and rows of each plane.
std::vector<PlaneSize> PlanesOf(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  std::vector<PlaneSize> planes;
  int steps[4] = {};
  av_image_fill_max_pixsteps(steps, nullptr, av_pix_fmt_desc_get(format));
  for (int p = 0; p < av_pix_fmt_count_planes(format); ++p) {
    const AVPixFmtDescriptor* description = av_pix_fmt_desc_get(format);
    const int width = p == 0 ? frame.width : AV_CEIL_RSHIFT(frame.width, description->log2_chroma_w);
    const int height = p == 0 ? frame.height : AV_CEIL_RSHIFT(frame.height, description->log2_chroma_h);
    planes.push_back({static_cast<size_t>(width * steps[p]), static_cast<size_t>(height)});
  }
  return planes;
}

}  // namespace

Player::Player(const std::string& path, const Options& options, const std::string& name) {
  if (avformat_open_input(&input_, path.c_str(), nullptr, nullptr) < 0) {
    ADD_FAILURE() << path;
    return;
  }
  EXPECT_GE(avformat_find_stream_info(input_, nullptr), 0);
  stream_ = av_find_best_stream(input_, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  EXPECT_GE(stream_, 0);
  if (stream_ < 0) return;
  const AVCodecParameters* parameters = input_->streams[stream_]->codecpar;
  AVCodec* codec =
      name.empty() ? avcodec_find_decoder(parameters->codec_id) : avcodec_find_decoder_by_name(name.c_str());
  context_ = avcodec_alloc_context3(codec);
  EXPECT_EQ(avcodec_parameters_to_context(context_, parameters), 0);
  AVDictionary* dictionary = DictionaryOf(options);
  opened_ = avcodec_open2(context_, NULL, &dictionary);
  av_dict_free(&dictionary);
}

Player::~Player() {
  avcodec_free_context(&context_);
  avformat_close_input(&input_);
}

bool Player::Read(AVPacket* packet) {
  while (av_read_frame(input_, packet) >= 0) {
    if (packet->stream_index == stream_) return true;
    av_packet_unref(packet);
  }
  return false;
}

void Player::SendAndReceive(const OnFrame& on_frame) {
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  while (Read(packet)) {
    EXPECT_EQ(avcodec_send_packet(context_, packet), 0);
    av_packet_unref(packet);
    int code = 0;
    while ((code = avcodec_receive_frame(context_, frame)) == 0) on_frame(context_, *frame);
    EXPECT_EQ(code, AVERROR(EAGAIN));
  }
  // The end is sent before each frame, as programs do that drain in the loop that decodes.
  int code = 0;
  while (code == 0) {
    avcodec_send_packet(context_, NULL);
    code = avcodec_receive_frame(context_, frame);
    if (code == 0) on_frame(context_, *frame);
  }
  EXPECT_EQ(code, AVERROR_EOF);
  av_frame_free(&frame);
  av_packet_free(&packet);
}

void Player::DecodeVideo2(const OnFrame& on_frame) {
  AVPacket* packet = av_packet_alloc();
  AVFrame* frame = av_frame_alloc();
  int got = 0;
  while (Read(packet)) {
    EXPECT_EQ(avcodec_decode_video2(context_, frame, &got, packet), packet->size);
    if (got) on_frame(context_, *frame);
    av_packet_unref(packet);
  }
  do {
    EXPECT_EQ(avcodec_decode_video2(context_, frame, &got, packet), 0);
    if (got) on_frame(context_, *frame);
  } while (got);
  av_frame_free(&frame);
  av_packet_free(&packet);
}

void Player::Rewind() {
  avcodec_flush_buffers(context_);
  EXPECT_GE(av_seek_frame(input_, stream_, 0, AVSEEK_FLAG_BACKWARD), 0);
}

void AppendSamples(const AVFrame& frame, std::vector<uint8_t>* bytes) {
  const std::vector<PlaneSize> planes = PlanesOf(frame);
  for (size_t p = 0; p < planes.size(); ++p) {
    for (size_t y = 0; y < planes[p].rows; ++y) {
      const uint8_t* row = frame.data[p] + y * static_cast<size_t>(frame.linesize[p]);
      bytes->insert(bytes->end(), row, row + planes[p].columns);
    }
  }
}

void AppendDeviceSamples(const AVFrame& frame, std::vector<uint8_t>* bytes) {
  bm_handle_t handle = nullptr;
  ASSERT_EQ(bm_dev_request(&handle, 0), BM_SUCCESS);
  const std::vector<PlaneSize> planes = PlanesOf(frame);
  for (size_t p = 0; p < planes.size(); ++p) {
    const size_t stride = static_cast<size_t>(frame.linesize[4 + p]);
    std::vector<uint8_t> plane(stride * planes[p].rows);
    const auto address = reinterpret_cast<unsigned long long>(frame.data[4 + p]);
    ASSERT_EQ(bm_memcpy_d2s(handle, plane.data(), bm_mem_from_device(address, static_cast<unsigned>(plane.size()))),
              BM_SUCCESS);
    for (size_t y = 0; y < planes[p].rows; ++y) {
      const uint8_t* row = plane.data() + y * stride;
      bytes->insert(bytes->end(), row, row + planes[p].columns);
    }
  }
  bm_dev_free(handle);
}

::testing::AssertionResult Same(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << a.size() << " bytes, not " << b.size();
  const auto at = std::mismatch(a.begin(), a.end(), b.begin());
  if (at.first == a.end()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "byte " << at.first - a.begin() << " differs";
}

}  // namespace bm::ffmpeg::testing
