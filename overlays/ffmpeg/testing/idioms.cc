// Compiles as C++11 and later: what programs for FFmpeg 4 on the card write, and FFmpeg 5's headers alone refuse.
#ifdef __cplusplus
extern "C" {
#endif
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#ifdef __cplusplus
}
#endif

namespace {

// A program's own function of FFmpeg 4's name, in place of the one that FFmpeg 5 lacks.
#if LIBAVCODEC_VERSION_MAJOR > 58
int calls_of_own = 0;
static int avcodec_decode_video2(AVCodecContext*, AVFrame*, int* got_picture, AVPacket*) {
  *got_picture = 0;
  return ++calls_of_own;
}
#endif

AVCodecContext* OpenDecoder(AVFormatContext* input, AVCodecID id) {
  AVCodec* decoder = NULL;
  int index = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
  index = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  index = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
  const AVCodec* constant = nullptr;
  index = av_find_best_stream(input, AVMEDIA_TYPE_VIDEO, -1, -1, &constant, 0);
  if (index < 0) return nullptr;
  decoder = avcodec_find_decoder(id);
  if (decoder == nullptr) decoder = avcodec_find_decoder_by_name("h264_bm");
  AVCodecContext* context = avcodec_alloc_context3(decoder);
  avcodec_parameters_to_context(context, input->streams[index]->codecpar);
  AVDictionary* options = nullptr;
  av_dict_set_int(&options, "sophon_idx", 0, 0);
  av_dict_set_int(&options, "extra_frame_buffer_num", 18, 0);
  av_dict_set_int(&options, "zero_copy", 1, 0);
  if (avcodec_open2(context, NULL, &options) < 0) return nullptr;
  return context;
}

int DecodeOne(AVCodecContext* context, AVFrame* frame) {
  AVPacket packet = {};
  packet.data = NULL;
  packet.size = 0;
  int got = 0;
  return avcodec_decode_video2(context, frame, &got, &packet);
}

unsigned long long Addresses(const AVFrame& frame) {
  const bool is_compressed = frame.channel_layout == 101;
  const int table = is_compressed ? 6 : 4;
  return (unsigned long long)frame.data[table] + (unsigned long long)frame.linesize[table];
}

AVOutputFormat* GuessFormat() {
  AVInputFormat* input = av_find_input_format("mjpeg");
  AVCodec* encoder = avcodec_find_encoder_by_name("h264_bm");
  AVCodec* by_id = avcodec_find_encoder(AV_CODEC_ID_H264);
  AVFrameSideData* data = av_frame_new_side_data(nullptr, AV_FRAME_DATA_BM_ROI_INFO, sizeof(AVBMRoiInfo));
  AVBMRoiInfo* info = (AVBMRoiInfo*)data->data;
  info->customRoiMapEnable = 1;
  info->field[0].H264.mb_qp = 20;
  info->field[0x3ffff].HEVC.sub_ctu_qp_3 = 20;
  return input != nullptr && encoder != by_id ? av_guess_format("flv", NULL, NULL) : nullptr;
}

int EncodeOne(AVCodecContext* context, AVPacket* packet, AVFrame* frame) {
  int got = 0;
  return avcodec_encode_video2(context, packet, frame, &got);
}

}  // namespace

int CallsOfOwnDecode();
int CallsOfOwnDecode() {
  av_register_all();
  DecodeOne(nullptr, nullptr);
  return calls_of_own;
}

// Only compiled.
int UseIdioms();
int UseIdioms() {
  AVFrame frame = AVFrame();
  AVCodecContext* context = OpenDecoder(nullptr, AV_CODEC_ID_H264);
  return Addresses(frame) != 0 && GuessFormat() != nullptr ? EncodeOne(context, nullptr, &frame) : 0;
}
