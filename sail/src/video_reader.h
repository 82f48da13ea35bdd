// A video as Decoder and MultiDecoder read it.
#ifndef SAIL_SRC_VIDEO_READER_H_
#define SAIL_SRC_VIDEO_READER_H_

#include <memory>
#include <string>
#include <vector>

#include "bmdecoder/core/video_source.h"
#include "bmimage.h"

namespace sail {

// One thread at a time; Interrupt may be called from any thread.
class VideoReader {
 public:
  // Opens a source with the options of the environment (SAIL_DECODER_*). SailDecoderError.
  VideoReader(const std::string& path, int tpu_id);

  // The next frame: into `image` if it is one, else into a new one. Statuses as those of Decoder::read. After 20
  // failures in a row the source is opened again first.
  sail_status_t Read(Handle& handle, BMImage* image);
  // Opens the source again, which a file begins with. False, and a log line, where that fails.
  bool Reopen();
  // Ends a Read or Reopen that waits, and all later ones.
  void Interrupt() { source_->Interrupt(); }

  // [1, 3, height, width].
  std::vector<int> FrameShape() const;
  // -1 if unknown.
  float FramesPerSecond() const { return static_cast<float>(source_->info().frames_per_second); }
  // Of the last frame, in seconds; -1 where it has none.
  double pts() const { return pts_; }
  double dts() const { return dts_; }
  bool at_end() const { return at_end_; }

 private:
  sail_status_t Deliver(const bm::decoder::Frame& frame, Handle& handle, BMImage* image);
  double Seconds(int64_t timestamp) const;

  const std::string path_;
  const int tpu_id_;
  std::unique_ptr<bm::decoder::VideoSource> source_;
  int failures_ = 0;  // in a row
  bool at_end_ = false;
  double pts_ = -1, dts_ = -1;
};

}  // namespace sail

#endif  // SAIL_SRC_VIDEO_READER_H_
