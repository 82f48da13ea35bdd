/* Compiles as C99: the same for programs in C, which have no function of their own. */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

int use_idioms_c(AVFormatContext* input, AVFrame* frame);
int use_idioms_c(AVFormatContext* input, AVFrame* frame) {
  AVCodec* decoder = NULL;
  AVInputFormat* format = av_find_input_format("mjpeg");
  AVOutputFormat* output = av_guess_format("flv", NULL, NULL);
  AVCodecContext* context;
  AVPacket packet = {0};
  AVBMRoiInfo* info;
  int got = 0;
  av_register_all();
  if (av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0) < 0) return -1;
  decoder = avcodec_find_decoder(AV_CODEC_ID_H264);
  context = avcodec_alloc_context3(decoder);
  info = (AVBMRoiInfo*)av_frame_new_side_data(frame, AV_FRAME_DATA_BM_ROI_INFO, sizeof(*info))->data;
  info->field[0].HEVC.ctu_force_mode = format != NULL && output != NULL && frame->channel_layout == 101;
  if (avcodec_decode_video2(context, frame, &got, &packet) < 0) return -1;
  return avcodec_encode_video2(context, &packet, frame, &got);
}
