/*
 * FFmpeg's libavformat/avformat.h for programs of FFmpeg 4: it brings avcodec.h, formats are found as plain pointers,
 * and av_register_all is there.
 */
#ifndef BMNNSDK_LIBAVFORMAT_AVFORMAT_H
#define BMNNSDK_LIBAVFORMAT_AVFORMAT_H

#pragma GCC system_header

#include <libavcodec/avcodec.h>

/* FFmpeg 5 declares them with const results. */
#define av_find_input_format bmnnsdk_const_av_find_input_format
#define av_guess_format bmnnsdk_const_av_guess_format
#include_next <libavformat/avformat.h>
#undef av_find_input_format
#undef av_guess_format

#ifdef __cplusplus
extern "C" {
#endif

AVInputFormat* av_find_input_format(const char* short_name);
AVOutputFormat* av_guess_format(const char* short_name, const char* filename, const char* mime_type);

/* Nothing needs to be registered. */
static inline void av_register_all(void) {}

#ifdef __cplusplus
}

/* Templates, because a null pointer would fit an overload for either kind of pointer. */
extern "C++" {

/* Finds the decoder as avcodec_find_decoder does. */
template <typename Codec>
inline int av_find_best_stream(AVFormatContext* context, enum AVMediaType type, int wanted_stream, int related_stream,
                               Codec** decoder, int flags) {
  return av_find_best_stream(context, type, wanted_stream, related_stream, const_cast<const AVCodec**>(decoder), flags);
}
}
#else
#define av_find_best_stream(context, type, wanted_stream, related_stream, decoder, flags) \
  av_find_best_stream(context, type, wanted_stream, related_stream, (const AVCodec**)(decoder), flags)
#endif

#endif /* BMNNSDK_LIBAVFORMAT_AVFORMAT_H */
