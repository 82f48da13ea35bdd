// Programs' ways to encode: pictures in device memory whose host pointers mean nothing, or the other way round.
#ifndef OVERLAYS_FFMPEG_TESTING_ENCODING_H_
#define OVERLAYS_FFMPEG_TESTING_ENCODING_H_

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bmlib_runtime.h"

namespace bm::ffmpeg::testing {

// Number `index` of a moving pattern in a 4:2:0 format, in memory of device 0 and of the host.
class DevicePicture {
 public:
  DevicePicture(AVPixelFormat format, int width, int height, int index);
  ~DevicePicture();
  DevicePicture(const DevicePicture&) = delete;
  DevicePicture& operator=(const DevicePicture&) = delete;

  // Without padding.
  const std::vector<uint8_t>& samples() const { return samples_; }

  // New frames without a copy of the picture, which must outlive them. The other planes point to something else.
  AVFrame* DeviceFrame();
  AVFrame* HostFrame();
  // How many of these frames have been released.
  int released() const { return released_; }

 private:
  AVFrame* NewFrame(size_t first, uint8_t* base);

  const AVPixelFormat format_;
  const int width_;
  const int height_;
  std::vector<uint8_t> samples_;
  bm_handle_t handle_ = nullptr;
  bm_device_mem_t memory_ = {};
  int released_ = 0;
};

struct Packet {
  std::vector<uint8_t> data;
  int64_t pts;
  int64_t dts;
  bool is_key;
};
using Packets = std::vector<Packet>;

// Opens an encoder for 25 frames a second and encodes `frames` frames, which it frees, to the end. Fails the test on an
// error.
Packets Encode(const std::string& encoder, AVPixelFormat format, int width, int height,
               const std::map<std::string, std::string>& options, int frames,
               const std::function<AVFrame*(int index)>& make_frame,
               const std::function<void(AVCodecContext*)>& change = nullptr);

}  // namespace bm::ffmpeg::testing

#endif  // OVERLAYS_FFMPEG_TESTING_ENCODING_H_
