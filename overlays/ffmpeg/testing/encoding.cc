#include "overlays/ffmpeg/testing/encoding.h"

#include "bmdecoder/testing/clips.h"
#include "gtest/gtest.h"

namespace bm::ffmpeg::testing {
namespace {

decoder::ChromaLayout LayoutOf(AVPixelFormat format) {
  return format == AV_PIX_FMT_NV12   ? decoder::ChromaLayout::kCbCr
         : format == AV_PIX_FMT_NV21 ? decoder::ChromaLayout::kCrCb
                                     : decoder::ChromaLayout::kSeparate;
}

void Receive(AVCodecContext* context, AVPacket* packet, int end, Packets* packets) {
  int code = 0;
  while ((code = avcodec_receive_packet(context, packet)) == 0) {
    packets->push_back({std::vector<uint8_t>(packet->data, packet->data + packet->size), packet->pts, packet->dts,
                        (packet->flags & AV_PKT_FLAG_KEY) != 0});
    av_packet_unref(packet);
  }
  EXPECT_EQ(code, end);
}

}  // namespace

DevicePicture::DevicePicture(AVPixelFormat format, int width, int height, int index)
    : format_(format),
      width_(width),
      height_(height),
      samples_(decoder::testing::MovingPicture(width, height, LayoutOf(format), index)) {
  EXPECT_EQ(bm_dev_request(&handle_, 0), BM_SUCCESS);
  EXPECT_EQ(bm_malloc_device_byte(handle_, &memory_, static_cast<unsigned>(samples_.size())), BM_SUCCESS);
  EXPECT_EQ(bm_memcpy_s2d(handle_, memory_, samples_.data()), BM_SUCCESS);
}

DevicePicture::~DevicePicture() {
  bm_free_device(handle_, memory_);
  bm_dev_free(handle_);
}

AVFrame* DevicePicture::NewFrame(size_t first, uint8_t* base) {
  AVFrame* frame = av_frame_alloc();
  frame->format = format_;
  frame->width = width_;
  frame->height = height_;
  // An unrelated block, as programs have it there whose pixels are on the card.
  static uint8_t unrelated[16] = {};
  const auto count = [](void* picture, uint8_t*) { ++static_cast<DevicePicture*>(picture)->released_; };
  frame->buf[0] = av_buffer_create(unrelated, sizeof(unrelated), count, this, AV_BUFFER_FLAG_READONLY);
  frame->data[4 - first] = unrelated;
  const decoder::ConstPlanes planes = decoder::testing::PlanesOf(samples_, width_, height_, LayoutOf(format_));
  for (size_t p = 0; p < 3 && planes[p].data != nullptr; ++p) {
    frame->data[first + p] = base + (planes[p].data - samples_.data());
    frame->linesize[first + p] = static_cast<int>(planes[p].stride);
  }
  return frame;
}

AVFrame* DevicePicture::DeviceFrame() {
  return NewFrame(4, reinterpret_cast<uint8_t*>(bm_mem_get_device_addr(memory_)));
}

AVFrame* DevicePicture::HostFrame() { return NewFrame(0, samples_.data()); }

Packets Encode(const std::string& encoder, AVPixelFormat format, int width, int height,
               const std::map<std::string, std::string>& options, int frames,
               const std::function<AVFrame*(int index)>& make_frame,
               const std::function<void(AVCodecContext*)>& change) {
  Packets packets;
  AVCodec* codec = avcodec_find_encoder_by_name(encoder.c_str());
  AVCodecContext* context = avcodec_alloc_context3(codec);
  context->width = width;
  context->height = height;
  context->pix_fmt = format;
  context->time_base = {1, 25};
  context->framerate = {25, 1};
  context->bit_rate = 400000;
  context->gop_size = 10;
  if (change != nullptr) change(context);
  AVDictionary* dictionary = nullptr;
  for (const auto& [key, value] : options) av_dict_set(&dictionary, key.c_str(), value.c_str(), 0);
  EXPECT_EQ(avcodec_open2(context, codec, &dictionary), 0);
  EXPECT_EQ(av_dict_count(dictionary), 0);
  av_dict_free(&dictionary);
  AVPacket* packet = av_packet_alloc();
  for (int i = 0; i < frames; ++i) {
    AVFrame* frame = make_frame(i);
    frame->pts = i;
    EXPECT_EQ(avcodec_send_frame(context, frame), 0);
    av_frame_free(&frame);
    Receive(context, packet, AVERROR(EAGAIN), &packets);
  }
  EXPECT_EQ(avcodec_send_frame(context, nullptr), 0);
  Receive(context, packet, AVERROR_EOF, &packets);
  av_packet_free(&packet);
  avcodec_free_context(&context);
  return packets;
}

}  // namespace bm::ffmpeg::testing
