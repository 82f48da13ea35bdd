// FFmpeg with the decoders of the card.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstdio>

int main() {
  av_register_all();
  AVCodec* codec = avcodec_find_decoder(AV_CODEC_ID_H264);
  AVCodecContext* context = avcodec_alloc_context3(codec);
  AVDictionary* options = NULL;
  av_dict_set_int(&options, "sophon_idx", 0, 0);
  const int opened = avcodec_open2(context, codec, &options);
  std::printf("%s: %d\n", codec->name, opened);
  const bool is_nv12 = context->pix_fmt == AV_PIX_FMT_NV12;
  avcodec_free_context(&context);
  return opened == 0 && is_nv12 ? 0 : 1;
}
