// The calls of FFmpeg 4 that decode or encode in one step, for all codecs.
extern "C" {
#include <libavcodec/avcodec.h>
}

namespace {

// The end may be sent again and again while a codec is drained.
int SendPacket(AVCodecContext* context, const AVPacket* packet) {
  const bool is_end = packet == nullptr || packet->size == 0;
  const int code = avcodec_send_packet(context, is_end ? nullptr : packet);
  return is_end && code == AVERROR_EOF ? 0 : code;
}

int SendFrame(AVCodecContext* context, const AVFrame* frame) {
  const int code = avcodec_send_frame(context, frame);
  return frame == nullptr && code == AVERROR_EOF ? 0 : code;
}

// 1 if there is a result, 0 if there is none yet or no more.
int IsReceived(int code) { return code == 0 ? 1 : code == AVERROR(EAGAIN) || code == AVERROR_EOF ? 0 : code; }

// Sends, receiving first if the codec wants that.
template <typename Send, typename Receive>
int Step(int* got, Send send, Receive receive) {
  *got = 0;
  int sent = send();
  if (sent < 0 && sent != AVERROR(EAGAIN)) return sent;
  const int received = IsReceived(receive());
  if (received < 0) return received;
  *got = received;
  if (sent == AVERROR(EAGAIN)) sent = send();
  return sent;
}

}  // namespace

extern "C" {

int avcodec_decode_video2(AVCodecContext* context, AVFrame* picture, int* got_picture, const AVPacket* packet);
int avcodec_decode_video2(AVCodecContext* context, AVFrame* picture, int* got_picture, const AVPacket* packet) {
  if (picture == nullptr || got_picture == nullptr) return AVERROR(EINVAL);
  const int code = Step(
      got_picture, [&] { return SendPacket(context, packet); },
      [&] { return avcodec_receive_frame(context, picture); });
  if (code < 0) return code;
  return packet == nullptr ? 0 : packet->size;
}

int avcodec_encode_video2(AVCodecContext* context, AVPacket* packet, const AVFrame* frame, int* got_packet);
int avcodec_encode_video2(AVCodecContext* context, AVPacket* packet, const AVFrame* frame, int* got_packet) {
  if (packet == nullptr || got_packet == nullptr) return AVERROR(EINVAL);
  return Step(
      got_packet, [&] { return SendFrame(context, frame); }, [&] { return avcodec_receive_packet(context, packet); });
}

}  // extern "C"
