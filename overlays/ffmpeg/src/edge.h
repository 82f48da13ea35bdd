// Statuses as FFmpeg's error codes: the one place of the FFmpeg view that knows both.
#ifndef OVERLAYS_FFMPEG_SRC_EDGE_H_
#define OVERLAYS_FFMPEG_SRC_EDGE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace bm::ffmpeg {

// 0 for OK. Everything but EAGAIN, the end and damaged data is logged with the name of the function.
int AvError(const absl::Status& status, absl::string_view function);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_EDGE_H_
