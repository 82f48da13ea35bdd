// The codecs of the FFmpeg view: one table.
#ifndef OVERLAYS_FFMPEG_SRC_CODECS_H_
#define OVERLAYS_FFMPEG_SRC_CODECS_H_

#include "overlays/ffmpeg/src/session.h"

extern "C" {
#include <libavcodec/codec.h>
}

namespace bm::ffmpeg {

enum class CodecKind { kDecoder, kEncoder };

// Null if there is none, or if FFmpeg lacks the encoder that does its work.
const AVCodec* FindCodec(CodecKind kind, const char* name);

// The decoder that comes before FFmpeg's own; null if there is none.
const AVCodec* FindDecoder(AVCodecID id);

bool IsOurs(const AVCodec* codec);

// Of one of our codecs.
CodecKind KindOf(const AVCodec* codec);

// Makes `context`, which no codec has been chosen for, one of `codec`'s with default options. RESOURCE_EXHAUSTED.
absl::Status Prepare(const AVCodec* codec, AVCodecContext* context);

// Undoes it, so that FFmpeg can free the context.
void Strip(AVCodecContext* context);

// The options of a prepared context have been set: begins to work.
absl::StatusOr<std::unique_ptr<Session>> Start(AVCodecContext* context);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_CODECS_H_
