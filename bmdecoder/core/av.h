// FFmpeg's objects with owners, and its errors as statuses. Internal to bmdecoder; sail::Frame is one of them.
#ifndef BMDECODER_CORE_AV_H_
#define BMDECODER_CORE_AV_H_

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "bmdecoder/core/codec.h"

// Calls from here mean FFmpeg's own functions, also in a program that links the FFmpeg view in front of FFmpeg.
#define X(library, name) \
  __asm__(".symver " #name "," #name "@LIB" #library "_" AV_STRINGIFY(LIB##library##_VERSION_MAJOR));
#include "bmdecoder/core/av_names.inc"
#undef X

namespace bm::decoder {

struct AvDelete {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVCodecParameters* parameters) const { avcodec_parameters_free(&parameters); }
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVCodecParserContext* parser) const { av_parser_close(parser); }
  void operator()(AVFormatContext* input) const { avformat_close_input(&input); }
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};
using AvFrame = std::unique_ptr<AVFrame, AvDelete>;
using AvPacket = std::unique_ptr<AVPacket, AvDelete>;
using AvParameters = std::unique_ptr<AVCodecParameters, AvDelete>;
using AvCodec = std::unique_ptr<AVCodecContext, AvDelete>;
using AvParser = std::unique_ptr<AVCodecParserContext, AvDelete>;
using AvInput = std::unique_ptr<AVFormatContext, AvDelete>;
using AvScaler = std::unique_ptr<SwsContext, AvDelete>;

// A dictionary of options.
class AvOptions {
 public:
  AvOptions() = default;
  ~AvOptions() { av_dict_free(&dictionary_); }
  AvOptions(const AvOptions&) = delete;
  AvOptions& operator=(const AvOptions&) = delete;

  void Set(const std::string& key, const std::string& value) {
    av_dict_set(&dictionary_, key.c_str(), value.c_str(), 0);
  }
  AVDictionary** get() { return &dictionary_; }

 private:
  AVDictionary* dictionary_ = nullptr;
};

inline PictureType TypeOf(AVPictureType type) {
  return type == AV_PICTURE_TYPE_I   ? PictureType::kI
         : type == AV_PICTURE_TYPE_P ? PictureType::kP
         : type == AV_PICTURE_TYPE_B ? PictureType::kB
                                     : PictureType::kOther;
}

// OK from 0 on. End of file OUT_OF_RANGE, EAGAIN UNAVAILABLE, no memory RESOURCE_EXHAUSTED, damaged data DATA_LOSS, a
// file that is not there NOT_FOUND, bad options INVALID_ARGUMENT, everything else UNKNOWN.
inline absl::Status AvStatus(int code, absl::string_view what) {
  if (code >= 0) return absl::OkStatus();
  char text[AV_ERROR_MAX_STRING_SIZE] = "";
  av_strerror(code, text, sizeof(text));
  const std::string message = absl::StrCat(what, ": ", text);
  switch (code) {
    case AVERROR_EOF:
      return absl::OutOfRangeError(message);
    case AVERROR(EAGAIN):
      return absl::UnavailableError(message);
    case AVERROR(ENOMEM):
      return absl::ResourceExhaustedError(message);
    case AVERROR_INVALIDDATA:
      return absl::DataLossError(message);
    case AVERROR(ENOENT):
      return absl::NotFoundError(message);
    case AVERROR(EINVAL):
      return absl::InvalidArgumentError(message);
    default:
      return absl::UnknownError(message);
  }
}

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_AV_H_
