// FFmpeg's own functions under the names stock_<name>, bound by version: where the view defines <name> itself.
#ifndef OVERLAYS_FFMPEG_SRC_STOCK_H_
#define OVERLAYS_FFMPEG_SRC_STOCK_H_

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#define X(library, name)       \
  decltype(name) stock_##name; \
  __asm__(".symver stock_" #name "," #name "@LIB" #library "_" AV_STRINGIFY(LIB##library##_VERSION_MAJOR));
#include "bmdecoder/core/av_names.inc"
#undef X
}

#endif  // OVERLAYS_FFMPEG_SRC_STOCK_H_
