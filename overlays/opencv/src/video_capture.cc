// cv::VideoCapture over bmdecoder.
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/environment.h"
#include "base/status_macros.h"
#include "bmdecoder/core/video_source.h"
#include "opencv2/videoio.hpp"
#include "overlays/opencv/src/edge.h"
#include "overlays/opencv/src/frame.h"
#include "overlays/opencv/src/image.h"
#include "overlays/opencv/src/stock.h"

namespace {

using bm::decoder::Frame;
using bm::decoder::SourceOptions;
using bm::decoder::VideoSource;

constexpr int kMostSide = 8192;

// "key;value|key;value" of the environment, or what suits network streams.
std::map<std::string, std::string> DemuxerOptions() {
  const std::string text = bm::EnvironmentText(bm::EnvironmentVariable::kCaptureOptions);
  if (text.empty()) return {{"rtsp_flags", "prefer_tcp"}, {"buffer_size", "1024000"}, {"max_delay", "500000"}};
  std::map<std::string, std::string> options;
  for (const absl::string_view entry : absl::StrSplit(text, '|', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(entry, absl::MaxSplits(';', 1));
    options[pair.first] = pair.second;
  }
  return options;
}

struct CodecCode {
  const char* codec;
  char code[5];
};
constexpr CodecCode kCodes[] = {{"h264", "h264"},  {"hevc", "hevc"}, {"mpeg4", "mp4v"},
                                {"mjpeg", "MJPG"}, {"vp8", "VP80"},  {"vp9", "VP90"}};

double CodeOf(const std::string& codec) {
  for (const CodecCode& row : kCodes) {
    if (codec == row.codec) return cv::VideoWriter::fourcc(row.code[0], row.code[1], row.code[2], row.code[3]);
  }
  return 0;
}

bool IsLocal(const std::string& name) { return !absl::StrContains(name, "://"); }

bool IsOurs(int api) { return api == cv::CAP_ANY || api == cv::CAP_FFMPEG; }

}  // namespace

namespace cv {
inline namespace bm1684 {

struct __attribute__((visibility("hidden"))) VideoCapture::Impl {
  std::unique_ptr<VideoSource> source;
  std::unique_ptr<bm::opencv::StockCapture> stock;
  std::string name;
  int id = 0;
  bool is_yuv = false;
  bool is_at_end = false;
  bool throws = false;
  // Of frames; 0 for the stream's own.
  int width = 0, height = 0;
  // The part that is kept, and the sum of it over the frames so far.
  double ratio = 1, kept = 0;
  // Frames delivered since the start or the place that was sought.
  double position = 0;
  std::shared_ptr<Frame> frame;

  absl::Status Open(const std::string& file, int device);
  absl::Status Grab();
  absl::StatusOr<Mat> Retrieve(const Mat& reusable) const;
  bool Seek(double seconds, double frame_number);
  double Seconds(int64_t timestamp) const {
    return static_cast<double>(timestamp) * source->info().time_base_numerator / source->info().time_base_denominator;
  }
};

absl::Status VideoCapture::Impl::Open(const std::string& file, int device) {
  SourceOptions options;
  options.demuxer = DemuxerOptions();
  options.decoder.device = static_cast<int>(BM_CARD_ID(device));
  options.decoder.layout = bm::decoder::ChromaLayout::kSeparate;
  // Decoding several frames at once delays them, which a live stream does not want.
  options.decoder.threads = IsLocal(file) ? 0 : 1;
  ASSIGN_OR_RETURN(source, VideoSource::Open(file, options));
  name = file;
  id = device;
  return absl::OkStatus();
}

absl::Status VideoCapture::Impl::Grab() {
  frame = nullptr;
  while (true) {
    absl::StatusOr<std::shared_ptr<Frame>> read = source->Read();
    is_at_end = absl::IsOutOfRange(read.status());
    RETURN_IF_ERROR(read.status());
    const double before = kept;
    kept += ratio;
    position += 1;
    if (std::round(kept) == std::round(before)) continue;
    frame = *std::move(read);
    return absl::OkStatus();
  }
}

absl::StatusOr<Mat> VideoCapture::Impl::Retrieve(const Mat& reusable) const {
  if (frame == nullptr) return absl::FailedPreconditionError("there is no frame");
  ASSIGN_OR_RETURN(bm::decoder::AvFrame decoded, bm::opencv::FromDecoder(frame));
  const Mat yuv = bm::opencv::MatOf(std::move(decoded), id);
  const Size size(width > 0 ? width : yuv.cols, height > 0 ? height : yuv.rows);
  if (is_yuv && size == yuv.size()) return yuv;
  Mat out = reusable;
  if (is_yuv) {
    ASSIGN_OR_RETURN(bm::decoder::AvFrame scaled,
                     bm::opencv::NewFrame(AV_PIX_FMT_YUV420P, size.width, size.height, id));
    scaled->pts = yuv.u->frame->pts;
    scaled->pkt_dts = yuv.u->frame->pkt_dts;
    scaled->colorspace = yuv.u->frame->colorspace;
    scaled->color_range = yuv.u->frame->color_range;
    out = bm::opencv::MatOf(std::move(scaled), id);
  } else {
    bm::opencv::Fit(size, CV_8UC3, id, &out);
  }
  RETURN_IF_ERROR(bm::opencv::ConvertMat(yuv, out));
  return out;
}

bool VideoCapture::Impl::Seek(double seconds, double frame_number) {
  const absl::Status sought = source->Seek(seconds);
  if (!sought.ok()) {
    bm::opencv::Report("cv::VideoCapture::set", sought);
    return false;
  }
  frame = nullptr;
  is_at_end = false;
  position = frame_number;
  return true;
}

VideoCapture::VideoCapture() : impl_(std::make_shared<Impl>()) {}
VideoCapture::VideoCapture(const String& filename, int apiPreference, int id) : VideoCapture() {
  VideoCapture::open(filename, apiPreference, id);
}
VideoCapture::VideoCapture(const String& filename, int apiPreference, const std::vector<int>& params) : VideoCapture() {
  VideoCapture::open(filename, apiPreference, params);
}
VideoCapture::VideoCapture(int index, int apiPreference) : VideoCapture() { VideoCapture::open(index, apiPreference); }
VideoCapture::VideoCapture(int index, int apiPreference, const std::vector<int>& params) : VideoCapture() {
  VideoCapture::open(index, apiPreference, params);
}
VideoCapture::~VideoCapture() = default;

bool VideoCapture::Answer(bool ok, const char* function) const {
  if (!ok && impl_->throws) CV_Error(Error::StsError, absl::StrCat(function, " failed"));
  return ok;
}

bool VideoCapture::open(const String& filename, int apiPreference, int id) {
  release();
  bool ok = false;
  if (IsOurs(apiPreference)) {
    const absl::Status opened = impl_->Open(filename, id);
    bm::opencv::Report("cv::VideoCapture::open", opened);
    ok = opened.ok();
  } else {
    impl_->stock = std::make_unique<bm::opencv::StockCapture>();
    ok = impl_->stock->Open(filename, apiPreference, {});
    if (!ok) impl_->stock = nullptr;
  }
  return Answer(ok, "cv::VideoCapture::open");
}

bool VideoCapture::open(const String& filename, int apiPreference, const std::vector<int>& params) {
  if (!IsOurs(apiPreference)) {
    release();
    impl_->stock = std::make_unique<bm::opencv::StockCapture>();
    const bool ok = impl_->stock->Open(filename, apiPreference, params);
    if (!ok) impl_->stock = nullptr;
    return Answer(ok, "cv::VideoCapture::open");
  }
  if (!open(filename, apiPreference, 0)) return false;
  for (size_t i = 0; i < params.size(); i += 2) {
    if (i + 1 < params.size() && set(params[i], params[i + 1])) continue;
    bm::opencv::Report("cv::VideoCapture::open",
                       absl::InvalidArgumentError(absl::StrCat("parameter ", params[i], " cannot be set")));
    release();
    return Answer(false, "cv::VideoCapture::open");
  }
  return true;
}

bool VideoCapture::open(int index, int apiPreference) { return open(index, apiPreference, std::vector<int>()); }

bool VideoCapture::open(int index, int apiPreference, const std::vector<int>& params) {
  release();
  impl_->stock = std::make_unique<bm::opencv::StockCapture>();
  const bool ok = impl_->stock->Open(index, apiPreference, params);
  if (!ok) impl_->stock = nullptr;
  return Answer(ok, "cv::VideoCapture::open");
}

bool VideoCapture::isOpened() const { return impl_->source != nullptr || impl_->stock != nullptr; }

void VideoCapture::release() {
  const bool throws = impl_->throws;
  *impl_ = Impl();
  impl_->throws = throws;
}

bool VideoCapture::grab() {
  if (impl_->stock != nullptr) return Answer(impl_->stock->Grab(), "cv::VideoCapture::grab");
  if (impl_->source == nullptr) return Answer(false, "cv::VideoCapture::grab");
  const absl::Status grabbed = impl_->Grab();
  if (!grabbed.ok() && !impl_->is_at_end) bm::opencv::Report("cv::VideoCapture::grab", grabbed);
  return Answer(grabbed.ok(), "cv::VideoCapture::grab");
}

bool VideoCapture::retrieve(OutputArray image, int flag) {
  if (impl_->stock != nullptr) return Answer(impl_->stock->Retrieve(image, flag), "cv::VideoCapture::retrieve");
  const bool is_mat = image.kind() == _InputArray::MAT;
  const absl::StatusOr<Mat> frame = impl_->Retrieve(is_mat ? image.getMat() : Mat());
  if (!frame.ok()) {
    if (impl_->frame != nullptr) bm::opencv::Report("cv::VideoCapture::retrieve", frame.status());
    image.release();
  } else if (is_mat) {
    image.getMatRef() = *frame;
  } else {
    frame->copyTo(image);
  }
  return Answer(frame.ok(), "cv::VideoCapture::retrieve");
}

bool VideoCapture::read(OutputArray image) {
  if (grab()) return retrieve(image);
  image.release();
  return false;
}

VideoCapture& VideoCapture::operator>>(Mat& image) {
  read(image);
  return *this;
}

VideoCapture& VideoCapture::operator>>(UMat& image) {
  read(image);
  return *this;
}

bool VideoCapture::set(int propId, double value) {
  Impl& impl = *impl_;
  if (impl.stock != nullptr) return impl.stock->Set(propId, value);
  if (impl.source == nullptr) return false;
  const bool is_side = value >= 1 && value <= kMostSide;
  switch (propId) {
    case CAP_PROP_FRAME_WIDTH:
      if (is_side) impl.width = static_cast<int>(value);
      return is_side;
    case CAP_PROP_FRAME_HEIGHT:
      if (is_side) impl.height = static_cast<int>(value);
      return is_side;
    case CAP_PROP_OUTPUT_YUV:
      impl.is_yuv = value != PROP_FALSE;
      return true;
    case CAP_PROP_OUTPUT_SRC:
      if (!(value >= 0 && value <= 1)) return false;
      impl.ratio = value;
      impl.kept = 0;
      return true;
    case CAP_PROP_POS_MSEC:
      return impl.Seek(value / 1000, std::round(value / 1000 * impl.source->info().frames_per_second));
    case CAP_PROP_POS_FRAMES: {
      const double rate = impl.source->info().frames_per_second;
      return rate > 0 && impl.Seek(value / rate, value);
    }
    default:
      return false;
  }
}

double VideoCapture::get(int propId) const {
  const Impl& impl = *impl_;
  if (impl.stock != nullptr) return impl.stock->Get(propId);
  if (propId == CAP_PROP_STATUS) return impl.source == nullptr ? 0 : impl.is_at_end ? 2 : 1;
  if (impl.source == nullptr) return 0;
  const bm::decoder::SourceInfo& info = impl.source->info();
  const int64_t none = bm::decoder::kNoTimestamp;
  const int64_t pts = impl.frame == nullptr ? none : impl.frame->info.pts;
  const int64_t dts = impl.frame == nullptr ? none : impl.frame->info.dts;
  switch (propId) {
    case CAP_PROP_FRAME_WIDTH:
      return impl.width > 0 ? impl.width : info.width;
    case CAP_PROP_FRAME_HEIGHT:
      return impl.height > 0 ? impl.height : info.height;
    case CAP_PROP_FPS:
      return std::max(info.frames_per_second, 0.0);
    case CAP_PROP_FRAME_COUNT:
      return static_cast<double>(info.frame_count);
    case CAP_PROP_FOURCC:
      return CodeOf(info.codec);
    case CAP_PROP_POS_FRAMES:
      return impl.position;
    case CAP_PROP_POS_MSEC:
      return pts == none ? 0 : impl.Seconds(pts) * 1000;
    case CAP_PROP_POS_PTS:
      return pts == none ? -1 : static_cast<double>(pts);
    case CAP_PROP_TIMESTAMP:
      return dts == none ? -1 : static_cast<double>(dts);
    case CAP_PROP_OUTPUT_YUV:
      return impl.is_yuv ? PROP_TRUE : PROP_FALSE;
    case CAP_PROP_OUTPUT_SRC:
      return impl.ratio;
    case CAP_PROP_BACKEND:
      return CAP_FFMPEG;
    default:
      return 0;
  }
}

String VideoCapture::getBackendName() const { return impl_->stock != nullptr ? impl_->stock->BackendName() : "FFMPEG"; }
void VideoCapture::setExceptionMode(bool enable) { impl_->throws = enable; }
bool VideoCapture::getExceptionMode() { return impl_->throws; }

}  // namespace bm1684
}  // namespace cv
