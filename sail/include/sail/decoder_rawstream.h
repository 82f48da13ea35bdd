// H.264 and H.265 streams in memory. Not built: the constructor throws NotSupport.
#ifndef SAIL_DECODER_RAWSTREAM_H_
#define SAIL_DECODER_RAWSTREAM_H_

#include <cstdint>
#include <memory>
#include <string>

#include "cvwrapper.h"

namespace sail {

class Decoder_RawStream {
 public:
  // decformat: h264 or h265.
  Decoder_RawStream(int tpu_id, std::string decformat);
  Decoder_RawStream(const Decoder_RawStream& other);
  Decoder_RawStream& operator=(const Decoder_RawStream&) = delete;
  ~Decoder_RawStream();

  void release();
  int read(uint8_t* data, int data_size, sail::BMImage& image, bool continueFrame = false);
  int read_(uint8_t* data, int data_size, bm_image& image, bool continueFrame = false);
  int read_single_frame(uint8_t* data, int data_size, sail::BMImage& image, bool continueFrame = false,
                        bool need_flush = false);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_DECODER_RAWSTREAM_H_
