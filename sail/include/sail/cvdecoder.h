// Pictures and videos as images in device memory. Included by cvwrapper.h.
//
//   sail::Handle handle(0);
//   sail::Decoder decoder("street.mp4", true, 0);
//   sail::BMImage frame;
//   while (decoder.read(handle, frame) == 0) { ... }
#ifndef SAIL_CVDECODER_H_
#define SAIL_CVDECODER_H_

#include <memory>
#include <string>
#include <vector>

#include "bmimage.h"

struct AVFrame;

namespace sail {

// Sets the environment variable SAIL_DECODER_<name>, which a Decoder reads when it opens: docs/reference/sail.md lists
// the names. Returns 0.
int set_decoder_env(std::string env_name, std::string env_value);

enum class DecoderStatus : int { NONE = -1, OPENED = 0, CLOSED = 1, STATUS_MAX = 2 };

// A frame of FFmpeg. Copies share the samples.
class Frame {
 public:
  // MemoryError without host memory.
  Frame();
  Frame(const Frame& other);
  Frame& operator=(const Frame& other);
  ~Frame();

  // Owned by this object.
  AVFrame* get();
  int get_height();
  int get_width();
  // Takes the frame over, and frees it in the end. A null frame changes nothing.
  void set_frame(AVFrame* fp);

 private:
  AVFrame* frame_;
};

// Reads the frames of a video, or a picture again and again.
//
// A name that ends in .jpg, .jpeg, .png or .bmp (in any case) is a picture, which is opened by every read; everything
// else is opened by libavformat at once: files, http://, rtsp://, rtmp://, /dev/video*.
//
// What a read gives when the destination is no image yet:
//   H.264, H.265               BGR_PLANAR
//   other video                YUV420P
//   JPEG                       its own YUV420P, YUV422P, YUV444P or GRAY; BGR_PLANAR of the next even size for odd
//   sides;
//                              BGR_PACKED for what the chip's JPEG unit refuses (progressive, other samplings)
//   PNG, BMP                   BGR_PACKED
// A destination that is an image is filled in its own size and format.
//
// Reads return 0, SAIL_ERR_DEC_EOF at the end of a video, SAIL_ERR_DEC_READ or SAIL_ERR_DEC_JPEG for what cannot be
// read, SAIL_ERR_DEC_CVT where bmcv cannot fill the destination, SAIL_ERR_DEV_HANDLE for a handle of another device
// than tpu_id; the reason is logged. After 20 failures in a row the next read opens the source again; a file then
// starts from the beginning. One object is used by one thread at a time. Copies share the source.
class Decoder {
 public:
  // `compressed` changes no pixel. SailDecoderError, a std::runtime_error, where the source cannot be opened.
  explicit Decoder(const std::string& file_path, bool compressed = true, int tpu_id = 0);
  Decoder(const Decoder& other);
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder();

  // True for a picture, even where there is none.
  bool is_opened();
  // [1, 3, height, width]; [1, 3, 0, 0] for a picture.
  std::vector<int> get_frame_shape();
  // Decodes the JPEG file of the name once.
  int decode_jpeg(Handle& handle, BMImage& image);
  int decode_jpeg(Handle& handle, bm_image& image);
  int read(Handle& handle, BMImage& image);
  // SailDecoderError instead of a status.
  BMImage read(Handle& handle);
  // The same on images of bmcv. The caller destroys the image that read_ creates.
  int read_(Handle& handle, bm_image& image);
  bm_image read_(Handle& handle);
  // Average frames per second, -1 if unknown.
  float get_fps() const;
  // Closes a video: reads answer SAIL_ERR_DEC_READ until reconnect().
  void release();
  // Opens the source again. 0, or 1 where that fails.
  int reconnect();
  // Presentation and decoding time of the last frame in seconds from the start of its stream, -1 where there is none.
  std::vector<double> get_pts_dts();
  // Whether the last read was at the end of the video.
  bool is_eof() const;
  // Not built.
  void enable_dump(int dump_max_seconds);
  void disable_dump();
  int dump(int dump_pre_seconds, int dump_post_seconds, std::string& file_path);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_CVDECODER_H_
