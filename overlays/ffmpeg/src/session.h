// What is behind an opened codec of the FFmpeg view.
#ifndef OVERLAYS_FFMPEG_SRC_SESSION_H_
#define OVERLAYS_FFMPEG_SRC_SESSION_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct AVCodecContext;
struct AVFrame;
struct AVPacket;

namespace bm::ffmpeg {

// A decoder or an encoder at work. The statuses stand for FFmpeg's codes (edge.h): UNAVAILABLE is EAGAIN, OUT_OF_RANGE
// the end. A session may write to the context that it was opened for. One thread at a time.
class Session {
 public:
  Session() = default;
  virtual ~Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // A null packet or frame is the end of the stream. Targets are blank.
  virtual absl::Status SendPacket(const AVPacket* packet);
  virtual absl::Status ReceiveFrame(AVFrame* frame);
  virtual absl::Status SendFrame(const AVFrame* frame);
  virtual absl::Status ReceivePacket(AVPacket* packet);

  // Forgets what was sent and leaves the end of the stream.
  virtual absl::Status Flush() = 0;
};

// Opens a codec for `context`, whose priv_data holds the codec's options. INVALID_ARGUMENT for members and options out
// of range, NOT_FOUND for a device that is not there.
using OpenSession = absl::StatusOr<std::unique_ptr<Session>> (*)(AVCodecContext* context);

}  // namespace bm::ffmpeg

#endif  // OVERLAYS_FFMPEG_SRC_SESSION_H_
