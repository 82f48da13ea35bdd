// cv::VideoWriter over bmdecoder.
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "bmdecoder/core/video_encoder.h"
#include "bmdecoder/src/encoder_parameters.h"
#include "opencv2/imgproc.hpp"
#include "opencv2/videoio.hpp"
#include "overlays/opencv/src/edge.h"
#include "overlays/opencv/src/frame.h"
#include "overlays/opencv/src/image.h"
#include "overlays/opencv/src/stock.h"

extern "C" {
#include <libavutil/rational.h>
}

namespace {

using bm::decoder::EncodedPacket;
using bm::decoder::EncoderOptions;
using bm::decoder::VideoCodec;

struct CodeRow {
  const char* code;
  VideoCodec codec;
};
constexpr CodeRow kCodes[] = {
    {"h264", VideoCodec::kH264}, {"x264", VideoCodec::kH264}, {"avc1", VideoCodec::kH264}, {"hvc1", VideoCodec::kH265},
    {"hev1", VideoCodec::kH265}, {"hevc", VideoCodec::kH265}, {"h265", VideoCodec::kH265},
};

std::optional<VideoCodec> CodecOf(int fourcc) {
  std::string code;
  for (int i = 0; i < 4; ++i) code += absl::ascii_tolower(static_cast<unsigned char>(fourcc >> (8 * i) & 255));
  for (const CodeRow& row : kCodes) {
    if (code == row.code) return row.codec;
  }
  return std::nullopt;
}

// "key=value:key=value": the encoder's own keys, and two more.
absl::Status Parse(const std::string& text, EncoderOptions* options) {
  std::string others;
  for (const absl::string_view entry : absl::StrSplit(text, ':', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(entry, absl::MaxSplits('=', 1));
    if (pair.first == "gop") {
      if (!absl::SimpleAtoi(pair.second, &options->gop)) {
        return absl::InvalidArgumentError(absl::StrCat("parameter gop=", pair.second, ": must be a number"));
      }
    } else if (pair.first != "roi_enable" && pair.first != "roi-enable") {
      absl::StrAppend(&others, entry, ":");
    }
  }
  return bm::decoder::SetEncoderParameters(others, options);
}

constexpr int kMostOfRate = 1 << 20;

absl::StatusOr<EncoderOptions> OptionsOf(VideoCodec codec, double fps, cv::Size size, const std::string& parameters) {
  EncoderOptions options;
  options.codec = codec;
  options.layout = bm::decoder::ChromaLayout::kSeparate;
  options.width = size.width;
  options.height = size.height;
  const AVRational rate = av_d2q(fps, kMostOfRate);
  options.rate_numerator = rate.num;
  options.rate_denominator = rate.den;
  RETURN_IF_ERROR(Parse(parameters, &options));
  return options;
}

}  // namespace

namespace cv {
inline namespace bm1684 {

struct __attribute__((visibility("hidden"))) VideoWriter::Impl {
  // One of the three while it is open.
  std::unique_ptr<bm::decoder::VideoSink> sink;
  std::unique_ptr<bm::decoder::VideoEncoder> memory;
  std::unique_ptr<bm::opencv::StockWriter> stock;
  Size size;
  bool is_color = true;
  int id = 0;
  int64_t pts = 0;

  absl::Status Open(const std::string& file, VideoCodec codec, double fps, const std::string& parameters);
  bool OpenStock(const std::string& file, int api, int fourcc, double fps, const std::vector<int>& parameters);
  absl::StatusOr<Mat> FrameOf(const Mat& image) const;
  absl::Status Write(const Mat& image);
  absl::Status WriteToMemory(const Mat& image, char* data, int* bytes);
};

absl::Status VideoWriter::Impl::Open(const std::string& file, VideoCodec codec, double fps,
                                     const std::string& parameters) {
  RETURN_IF_ERROR(bm::opencv::HandleOf(id).status());
  ASSIGN_OR_RETURN(EncoderOptions options, OptionsOf(codec, fps, size, parameters));
  if (!file.empty()) {
    ASSIGN_OR_RETURN(sink, bm::decoder::VideoSink::Open(file, options));
    return absl::OkStatus();
  }
  options.low_delay = true;
  ASSIGN_OR_RETURN(memory, bm::decoder::VideoEncoder::Create(options));
  return absl::OkStatus();
}

bool VideoWriter::Impl::OpenStock(const std::string& file, int api, int fourcc, double fps,
                                  const std::vector<int>& parameters) {
  auto opened = std::make_unique<bm::opencv::StockWriter>();
  if (!opened->Open(file, api, fourcc, fps, size, parameters)) return false;
  stock = std::move(opened);
  return true;
}

// A YUV420P frame of limited range.
absl::StatusOr<Mat> VideoWriter::Impl::FrameOf(const Mat& image) const {
  if (image.size() != size) {
    return absl::InvalidArgumentError(absl::StrCat("an image of ", image.cols, " x ", image.rows, " for a video of ",
                                                   size.width, " x ", size.height));
  }
  const AVFrame* const frame = bm::opencv::FrameOf(image);
  if (frame != nullptr) RETURN_IF_ERROR(bm::opencv::CheckWhole(image, *frame));
  const bool is_limited = frame != nullptr && !bm::opencv::IsFullRange(*frame);
  if (is_limited && frame->format == AV_PIX_FMT_YUV420P && frame->data[0] != nullptr) return image;
  const int type = is_color ? CV_8UC3 : CV_8UC1;
  if (frame == nullptr && image.type() != type) {
    return absl::InvalidArgumentError(
        absl::StrCat("an image of type ", typeToString(image.type()), ", not ", typeToString(type)));
  }
  Mat source = image;
  if (frame == nullptr && !is_color) {
    source = Mat(SophonDevice(id));
    cvtColor(image, source, COLOR_GRAY2BGR);
  } else if (frame == nullptr && !bm::opencv::HasDeviceMemory(image)) {
    source = Mat(SophonDevice(id));
    image.copyTo(source);
  } else if (frame != nullptr && !is_limited) {
    source = Mat(size, CV_8UC3, SophonDevice(id));
    RETURN_IF_ERROR(bm::opencv::ConvertMat(image, source));
  }
  ASSIGN_OR_RETURN(bm::decoder::AvFrame made, bm::opencv::NewFrame(AV_PIX_FMT_YUV420P, size.width, size.height, id));
  const Mat yuv = bm::opencv::MatOf(std::move(made), id);
  RETURN_IF_ERROR(bm::opencv::ConvertMat(source, yuv));
  return yuv;
}

absl::Status VideoWriter::Impl::Write(const Mat& image) {
  ASSIGN_OR_RETURN(const Mat yuv, FrameOf(image));
  ASSIGN_OR_RETURN(const bm::decoder::Planes planes, bm::opencv::PlanesOf(*yuv.u->frame));
  return sink->Write(bm::decoder::AsConst(planes), pts++);
}

absl::Status VideoWriter::Impl::WriteToMemory(const Mat& image, char* data, int* bytes) {
  if (data == nullptr || bytes == nullptr) return absl::InvalidArgumentError("data or len is null");
  *bytes = 0;
  std::vector<EncodedPacket> packets;
  if (image.empty()) {
    ASSIGN_OR_RETURN(packets, memory->Finish());
  } else {
    ASSIGN_OR_RETURN(const Mat yuv, FrameOf(image));
    ASSIGN_OR_RETURN(const bm::decoder::Planes planes, bm::opencv::PlanesOf(*yuv.u->frame));
    ASSIGN_OR_RETURN(packets, memory->Encode(bm::decoder::AsConst(planes), pts++));
  }
  for (const EncodedPacket& packet : packets) {
    std::memcpy(data + *bytes, packet.data.data(), packet.data.size());
    *bytes += static_cast<int>(packet.data.size());
  }
  return absl::OkStatus();
}

VideoWriter::VideoWriter() : impl_(std::make_shared<Impl>()) {}
VideoWriter::VideoWriter(const String& filename, int fourcc, double fps, Size frameSize, bool isColor) : VideoWriter() {
  VideoWriter::open(filename, fourcc, fps, frameSize, isColor);
}
VideoWriter::VideoWriter(const String& filename, int apiPreference, int fourcc, double fps, Size frameSize,
                         bool isColor)
    : VideoWriter() {
  open(filename, apiPreference, fourcc, fps, frameSize, isColor);
}
VideoWriter::VideoWriter(const String& filename, int fourcc, double fps, const Size& frameSize,
                         const std::vector<int>& params)
    : VideoWriter() {
  open(filename, fourcc, fps, frameSize, params);
}
VideoWriter::VideoWriter(const String& filename, int apiPreference, int fourcc, double fps, const Size& frameSize,
                         const std::vector<int>& params)
    : VideoWriter() {
  open(filename, apiPreference, fourcc, fps, frameSize, params);
}
VideoWriter::VideoWriter(const String& filename, int fourcc, double fps, Size frameSize, const String& encodeParams,
                         bool isColor, int id)
    : VideoWriter() {
  open(filename, fourcc, fps, frameSize, encodeParams, isColor, id);
}
VideoWriter::VideoWriter(const String& filename, int fourcc, double fps, Size frameSize, const char* encodeParams,
                         bool isColor, int id)
    : VideoWriter() {
  open(filename, fourcc, fps, frameSize, encodeParams, isColor, id);
}
VideoWriter::~VideoWriter() {
  if (impl_.use_count() == 1) VideoWriter::release();
}

bool VideoWriter::open(const String& filename, int fourcc, double fps, Size frameSize, bool isColor) {
  return open(filename, fourcc, fps, frameSize, String(), isColor, 0);
}

bool VideoWriter::open(const String& filename, int apiPreference, int fourcc, double fps, Size frameSize,
                       bool isColor) {
  return open(filename, apiPreference, fourcc, fps, frameSize,
              std::vector<int>{VIDEOWRITER_PROP_IS_COLOR, isColor ? 1 : 0});
}

bool VideoWriter::open(const String& filename, int fourcc, double fps, const Size& frameSize,
                       const std::vector<int>& params) {
  return open(filename, CAP_ANY, fourcc, fps, frameSize, params);
}

bool VideoWriter::open(const String& filename, int apiPreference, int fourcc, double fps, const Size& frameSize,
                       const std::vector<int>& params) {
  const bool only_colour = params.empty() || (params.size() == 2 && params[0] == VIDEOWRITER_PROP_IS_COLOR);
  const bool is_color = params.size() != 2 || params[0] != VIDEOWRITER_PROP_IS_COLOR || params[1] != 0;
  if ((apiPreference == CAP_ANY || apiPreference == CAP_FFMPEG) && only_colour) {
    return open(filename, fourcc, fps, frameSize, String(), is_color, 0);
  }
  release();
  impl_->size = frameSize;
  impl_->is_color = is_color;
  return impl_->OpenStock(filename, apiPreference, fourcc, fps, params);
}

bool VideoWriter::open(const String& filename, int fourcc, double fps, Size frameSize, const char* encodeParams,
                       bool isColor, int id) {
  return open(filename, fourcc, fps, frameSize, String(encodeParams == nullptr ? "" : encodeParams), isColor, id);
}

bool VideoWriter::open(const String& filename, int fourcc, double fps, Size frameSize, const String& encodeParams,
                       bool isColor, int id) {
  release();
  impl_->size = frameSize;
  impl_->is_color = isColor;
  impl_->id = id;
  const std::optional<VideoCodec> codec = CodecOf(fourcc);
  if (!codec && encodeParams.empty() && !filename.empty()) {
    return impl_->OpenStock(filename, CAP_ANY, fourcc, fps, {VIDEOWRITER_PROP_IS_COLOR, isColor ? 1 : 0});
  }
  const absl::Status opened = codec ? impl_->Open(filename, *codec, fps, encodeParams)
                                    : absl::UnimplementedError(absl::StrCat(
                                          "code ", fourcc, " with encodeParams or without a file; H264 and HEVC can"));
  bm::opencv::Report("cv::VideoWriter::open", opened);
  return opened.ok();
}

bool VideoWriter::isOpened() const {
  return impl_->sink != nullptr || impl_->memory != nullptr || impl_->stock != nullptr;
}

void VideoWriter::release() {
  if (impl_->sink != nullptr) bm::opencv::Report("cv::VideoWriter::release", impl_->sink->Close());
  *impl_ = Impl();
}

void VideoWriter::write(InputArray image) {
  if (impl_->stock != nullptr) {
    const Mat mat = image.getMat();
    if (!mat.avOK()) return impl_->stock->Write(image);
    Mat bgr(mat.size(), CV_8UC3);
    const absl::Status converted = bm::opencv::ConvertMat(mat, bgr);
    bm::opencv::Report("cv::VideoWriter::write", converted);
    if (converted.ok()) impl_->stock->Write(bgr);
    return;
  }
  bm::opencv::Report("cv::VideoWriter::write", impl_->sink == nullptr ? absl::FailedPreconditionError("no file is open")
                                                                      : impl_->Write(image.getMat()));
}

bool VideoWriter::write(InputArray image, char* data, int* len, CV_RoiInfo*) {
  const absl::Status written = impl_->memory == nullptr ? absl::FailedPreconditionError("not opened with an empty name")
                                                        : impl_->WriteToMemory(image.getMat(), data, len);
  bm::opencv::Report("cv::VideoWriter::write", written);
  return written.ok();
}

VideoWriter& VideoWriter::operator<<(const Mat& image) {
  write(image);
  return *this;
}

VideoWriter& VideoWriter::operator<<(const UMat& image) {
  write(image);
  return *this;
}

bool VideoWriter::set(int propId, double value) { return impl_->stock != nullptr && impl_->stock->Set(propId, value); }

double VideoWriter::get(int propId) const {
  if (impl_->stock != nullptr) return impl_->stock->Get(propId);
  return isOpened() && propId == VIDEOWRITER_PROP_IS_COLOR && impl_->is_color ? 1 : 0;
}

int VideoWriter::fourcc(char c1, char c2, char c3, char c4) {
  return (c1 & 255) + ((c2 & 255) << 8) + ((c3 & 255) << 16) + ((c4 & 255) << 24);
}

String VideoWriter::getBackendName() const { return impl_->stock != nullptr ? impl_->stock->BackendName() : "FFMPEG"; }

}  // namespace bm1684
}  // namespace cv
