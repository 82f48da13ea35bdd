/* FFmpeg's libavcodec/avcodec.h with the calls of FFmpeg 4 that decode and encode in one step. */
#ifndef BMNNSDK_LIBAVCODEC_AVCODEC_H
#define BMNNSDK_LIBAVCODEC_AVCODEC_H

#pragma GCC system_header

/* clang-format off */
/* Before FFmpeg's own avcodec.h, which would include its neighbour codec.h. */
#include <libavcodec/codec.h>
#include_next <libavcodec/avcodec.h>
/* clang-format on */

#ifdef __cplusplus

extern "C" {
int bmnnsdk_avcodec_decode_video2(AVCodecContext* context, AVFrame* picture, int* got_picture,
                                  const AVPacket* packet) __asm__("avcodec_decode_video2");
int bmnnsdk_avcodec_encode_video2(AVCodecContext* context, AVPacket* packet, const AVFrame* frame,
                                  int* got_packet) __asm__("avcodec_encode_video2");
}

/* Templates, so that a program with its own function of this name, as programs for FFmpeg 5 have, keeps it. */
extern "C++" {

/*
 * Decodes one packet into at most one frame: *got_picture is 1 if there is one. A packet without data, or null, asks
 * for the frames that are left. Returns the bytes used, or a negative AVERROR code.
 */
template <typename = void>
inline int avcodec_decode_video2(AVCodecContext* context, AVFrame* picture, int* got_picture, const AVPacket* packet) {
  return bmnnsdk_avcodec_decode_video2(context, picture, got_picture, packet);
}

/*
 * Encodes one frame into at most one packet: *got_packet is 1 if there is one. A null frame asks for the packets that
 * are left. Returns 0 or a negative AVERROR code.
 */
template <typename = void>
inline int avcodec_encode_video2(AVCodecContext* context, AVPacket* packet, const AVFrame* frame, int* got_packet) {
  return bmnnsdk_avcodec_encode_video2(context, packet, frame, got_packet);
}
}

#else

int avcodec_decode_video2(AVCodecContext* context, AVFrame* picture, int* got_picture, const AVPacket* packet);
int avcodec_encode_video2(AVCodecContext* context, AVPacket* packet, const AVFrame* frame, int* got_packet);

#endif

#endif /* BMNNSDK_LIBAVCODEC_AVCODEC_H */
