/*
 * FFmpeg's libavcodec/codec.h for programs that keep what they find in a plain AVCodec*.
 *
 * avcodec_find_decoder gives h264_bm and hevc_bm for H.264 and H.265; FFmpeg's own decoders go by their names ("h264").
 * jpeg_bm and the encoders h264_bm, h265_bm, hevc_bm and jpeg_bm are found by name.
 */
#ifndef BMNNSDK_LIBAVCODEC_CODEC_H
#define BMNNSDK_LIBAVCODEC_CODEC_H

#pragma GCC system_header

#include <libavutil/frame.h>

/* FFmpeg 5 declares them with const results. */
#define avcodec_find_decoder bmnnsdk_const_avcodec_find_decoder
#define avcodec_find_decoder_by_name bmnnsdk_const_avcodec_find_decoder_by_name
#define avcodec_find_encoder bmnnsdk_const_avcodec_find_encoder
#define avcodec_find_encoder_by_name bmnnsdk_const_avcodec_find_encoder_by_name
#include_next <libavcodec/codec.h>
#undef avcodec_find_decoder
#undef avcodec_find_decoder_by_name
#undef avcodec_find_encoder
#undef avcodec_find_encoder_by_name

#ifdef __cplusplus
extern "C" {
#endif

AVCodec* avcodec_find_decoder(enum AVCodecID id);
AVCodec* avcodec_find_decoder_by_name(const char* name);
AVCodec* avcodec_find_encoder(enum AVCodecID id);
AVCodec* avcodec_find_encoder_by_name(const char* name);

#ifdef __cplusplus
}
#endif

#endif /* BMNNSDK_LIBAVCODEC_CODEC_H */
