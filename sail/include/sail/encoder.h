// Images in device memory to videos and picture files.
//
//   sail::Encoder encoder("out.mp4", handle, "h264_bm", "NV12", "width=1920:height=1080:bitrate=2000:gop=32");
//   while (...) encoder.video_write(image);
//   encoder.release();
#ifndef SAIL_ENCODER_H_
#define SAIL_ENCODER_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "cvwrapper.h"

namespace sail {

// Pictures are encoded by a thread of the object, in the order of video_write. One object is used by one thread at a
// time. Copies share the video.
class Encoder {
 public:
  // For pic_encode only.
  Encoder();
  // A file, rtsp:// (over TCP) or rtmp:// address. enc_fmt: h264_bm, h265_bm or hevc_bm. pix_fmt, the format that the
  // pictures are converted to: I420 or NV12. enc_params, with ':' between: width, height (even, needed), bitrate
  // (kbit/s), qp (0..51, instead of a bitrate), gop, gop_preset (1..8), framerate. cache_buffer_length: pictures that
  // wait at most. abort_policy, when so many wait: 0 video_write returns -1, 1 the oldest is dropped, 2 all that wait
  // are dropped, 3 video_write waits.
  // SailEncoderError for other values and where the output cannot be opened.
  Encoder(const std::string& output_path, int dev_id, const std::string& enc_fmt, const std::string& pix_fmt,
          const std::string& enc_params, int cache_buffer_length = 5, int abort_policy = 0);
  Encoder(const std::string& output_path, Handle& handle, const std::string& enc_fmt, const std::string& pix_fmt,
          const std::string& enc_params, int cache_buffer_length = 5, int abort_policy = 0);
  Encoder(const Encoder& other);
  Encoder& operator=(const Encoder&) = delete;
  // As release().
  ~Encoder();

  // Whether a video is open.
  bool is_opened();
  // ext: .jpg, .jpeg, .png or .bmp. Returns the number of bytes. SailEncoderError for what cannot be encoded.
  int pic_encode(std::string& ext, BMImage& image, std::vector<u_char>& data);
  int pic_encode(std::string& ext, bm_image& image, std::vector<u_char>& data);
  // Copies the picture, scaled to the video's size, into the cache. 0; -1 the cache is full; -2 the conversion, or the
  // encoder on an earlier picture, failed; -3 an earlier picture could not be written; -4 not open.
  int video_write(BMImage& image);
  int video_write(bm_image& image);
  // Drops what waits and opens the output again. 0, or -1 where that fails.
  int reconnect();
  // Encodes what waits and writes the end of the video.
  void release();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_ENCODER_H_
