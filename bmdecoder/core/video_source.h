// Frames of a file or a stream, in device memory: demuxer and decoder in one.
//
//   ASSIGN_OR_RETURN(std::unique_ptr<VideoSource> source, VideoSource::Open("street.mp4", SourceOptions()));
//   while (true) {
//     absl::StatusOr<std::shared_ptr<Frame>> frame = source->Read();
//     if (absl::IsOutOfRange(frame.status())) break;   // the end
//     ...
//   }
//
// Anything that libavformat opens: files, http://, rtsp://, rtmp://, /dev/video*. Frames may outlive the source.
#ifndef BMDECODER_CORE_VIDEO_SOURCE_H_
#define BMDECODER_CORE_VIDEO_SOURCE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmdecoder/core/frame.h"
#include "bmdecoder/core/video_decoder.h"

namespace bm::decoder {

struct SourceOptions {
  DecoderOptions decoder;
  // Of the demuxer: rtsp_transport, rtsp_flags, buffer_size, max_delay, probesize, analyzeduration, ... "stimeout"
  // (microseconds) counts as FFmpeg 5's "timeout". Unknown keys are ignored.
  std::map<std::string, std::string> demuxer;
  // Name of a demuxer, such as "video4linux2"; empty to find out.
  std::string format;
};

struct SourceInfo {
  // Visible size; what the container says until the first frame.
  int width = 0;
  int height = 0;
  // Average rate; -1 if unknown.
  double frames_per_second = -1;
  // Frames that the container counts, else an estimate from duration and rate, else 0.
  int64_t frame_count = 0;
  // In seconds; -1 if unknown.
  double duration = -1;
  // Unit of timestamps, in seconds.
  int time_base_numerator = 0;
  int time_base_denominator = 1;
  // FFmpeg's name: "h264", "hevc", "mjpeg".
  std::string codec;
};

// One thread at a time; Interrupt may be called from any thread.
class VideoSource {
 public:
  // Opens and reads the headers. NOT_FOUND, DATA_LOSS, ... with the name of the source and the step that failed;
  // NOT_FOUND too if it has no video stream.
  static absl::StatusOr<std::unique_ptr<VideoSource>> Open(const std::string& name, const SourceOptions& options);
  ~VideoSource();

  // The next frame in presentation order. Damaged packets are left out and counted.
  // OUT_OF_RANGE at the end, also on further calls, until Seek or Reopen. RESOURCE_EXHAUSTED if too many frames are
  // held; the frame comes with the next call. CANCELLED after Interrupt. Another status if the source fails (a
  // connection that breaks); Reopen may help.
  absl::StatusOr<std::shared_ptr<Frame>> Read();

  // The next Read gives the first frame that is presented at `seconds` or later, counted from the start of the stream.
  // OUT_OF_RANGE from Read if there is none. An error if the source cannot seek; then nothing changes.
  absl::Status Seek(double seconds);

  // Closes the source and opens it again: files start from the beginning, streams connect anew. If that fails the
  // source stays closed: Read answers FAILED_PRECONDITION until Reopen succeeds.
  absl::Status Reopen();

  // Makes a Read or Reopen that waits for the network end soon, and all later ones. Permanent.
  void Interrupt();

  const SourceInfo& info() const;
  const std::string& name() const;
  // Packets that could not be decoded since the source was opened.
  int64_t damaged_packets() const;
  // The device memory's handle, nullptr while the source is closed; belongs to the source.
  bm_handle_t handle() const;

 private:
  struct State;
  explicit VideoSource(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_VIDEO_SOURCE_H_
