// A customer's program: decodes a clip through FFmpeg's names and finds the pixels on the card, which libbmlib.so shows
// it through a handle of its own.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstdio>
#include <cstring>
#include <vector>

#include "bmlib_runtime.h"

// True if the luma plane on the card is the one the host sees.
static bool IsOnCard(bm_handle_t handle, const AVFrame* frame) {
  const size_t bytes = static_cast<size_t>(frame->height) * frame->linesize[4];
  std::vector<unsigned char> luma(bytes);
  const unsigned long long address = reinterpret_cast<unsigned long long>(frame->data[4]);
  if (bm_memcpy_d2s(handle, luma.data(), bm_mem_from_device(address, static_cast<unsigned>(bytes))) != BM_SUCCESS) {
    return false;
  }
  for (int y = 0; y < frame->height; ++y) {
    if (std::memcmp(&luma[y * frame->linesize[4]], frame->data[0] + y * frame->linesize[0], frame->width) != 0) {
      return false;
    }
  }
  return true;
}

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  bm_handle_t handle;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS) return 2;
  av_register_all();
  AVFormatContext* input = NULL;
  if (avformat_open_input(&input, argv[1], NULL, NULL) < 0) return 3;
  if (avformat_find_stream_info(input, NULL) < 0) return 4;
  const int stream = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  AVCodec* codec = avcodec_find_decoder(input->streams[stream]->codecpar->codec_id);
  AVCodecContext* context = avcodec_alloc_context3(codec);
  avcodec_parameters_to_context(context, input->streams[stream]->codecpar);
  AVDictionary* options = NULL;
  av_dict_set_int(&options, "sophon_idx", 0, 0);
  if (avcodec_open2(context, NULL, &options) < 0) return 5;
  int frames = 0, got = 0;
  AVFrame* frame = av_frame_alloc();
  AVPacket* packet = av_packet_alloc();
  while (av_read_frame(input, packet) >= 0) {
    if (avcodec_decode_video2(context, frame, &got, packet) < 0) return 6;
    if (got && IsOnCard(handle, frame)) ++frames;
    av_packet_unref(packet);
  }
  do {
    if (avcodec_decode_video2(context, frame, &got, packet) < 0) return 7;
    if (got && IsOnCard(handle, frame)) ++frames;
  } while (got);
  std::printf("%s: %d frames on the card\n", codec->name, frames);
  av_packet_free(&packet);
  av_frame_free(&frame);
  avcodec_free_context(&context);
  avformat_close_input(&input);
  bm_dev_free(handle);
  return frames == 10 ? 0 : 8;
}
