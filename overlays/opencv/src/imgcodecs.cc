// Pictures in files and in memory.
#include "opencv2/imgcodecs.hpp"

#include <limits>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/environment.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "overlays/opencv/src/exif.h"
#include "overlays/opencv/src/frame.h"
#include "overlays/opencv/src/image.h"
#include "overlays/opencv/src/stock.h"

namespace {

using bm::decoder::AvFrame;
using bm::decoder::JpegInfo;
using bm::decoder::Sampling;
using Bytes = absl::Span<const uint8_t>;

constexpr int kOurFlags = cv::IMREAD_UNCHANGED_SCALE | cv::IMREAD_AVFRAME | cv::IMREAD_RETRY_SOFTDEC;
// A picture that OpenCV shrinks, or opens in another way.
constexpr int kStockFlags = cv::IMREAD_LOAD_GDAL | cv::IMREAD_REDUCED_GRAYSCALE_2 | cv::IMREAD_REDUCED_GRAYSCALE_4 |
                            cv::IMREAD_REDUCED_GRAYSCALE_8;
constexpr int kLeastSide = 16, kMostSide = 4096;
constexpr int kDefaultQuality = 95;

bool IsJpeg(Bytes bytes) { return bytes.size() > 2 && bytes[0] == 0xFF && bytes[1] == 0xD8; }

bool WantsFrame(int flags) { return flags != cv::IMREAD_UNCHANGED && (flags & cv::IMREAD_AVFRAME) != 0; }

// Whether the flags ask for BGR of the whole picture.
bool WantsColour(int flags) {
  return flags != cv::IMREAD_UNCHANGED && (flags & cv::IMREAD_COLOR) != 0 && (flags & kStockFlags) == 0;
}

bool CanScale(const JpegInfo& info) {
  const auto fits = [](int side, bool halved) {
    return side >= kLeastSide && side <= kMostSide && (!halved || side % 2 == 0);
  };
  const bool halves_width = info.sampling != Sampling::k444, halves_height = info.sampling == Sampling::k420;
  return fits(info.width, halves_width) && fits(info.height, halves_height || info.sampling == Sampling::k400);
}

AVPixelFormat FormatOf(Sampling sampling) {
  return sampling == Sampling::k420   ? AV_PIX_FMT_YUVJ420P
         : sampling == Sampling::k422 ? AV_PIX_FMT_YUVJ422P
         : sampling == Sampling::k444 ? AV_PIX_FMT_YUVJ444P
                                      : AV_PIX_FMT_GRAY8;
}

absl::StatusOr<AvFrame> DecodeFrame(Bytes bytes, int id) {
  ASSIGN_OR_RETURN(const JpegInfo info, bm::decoder::ReadJpegInfo(bytes));
  ASSIGN_OR_RETURN(AvFrame frame, bm::opencv::NewFrame(FormatOf(info.sampling), info.width, info.height, id));
  frame->color_range = AVCOL_RANGE_JPEG;
  frame->colorspace = AVCOL_SPC_BT470BG;
  ASSIGN_OR_RETURN(bm::decoder::Planes planes, bm::opencv::PlanesOf(*frame));
  RETURN_IF_ERROR(bm::decoder::DecodeJpeg(bytes, bm::decoder::ChromaLayout::kSeparate, planes));
  return frame;
}

// As the chip decodes it. UNIMPLEMENTED for what is left to OpenCV.
absl::StatusOr<cv::Mat> DecodeOnCard(Bytes bytes, int flags, int id) {
  if (!IsJpeg(bytes) || bm::EnvironmentSwitch(bm::EnvironmentVariable::kSoftJpegDecoder))
    return absl::UnimplementedError("not for the JPEG unit");
  if (!WantsFrame(flags)) {
    if (!WantsColour(flags)) return absl::UnimplementedError("not BGR");
    ASSIGN_OR_RETURN(const JpegInfo info, bm::decoder::ReadJpegInfo(bytes));
    const bool is_upright = (flags & cv::IMREAD_IGNORE_ORIENTATION) != 0 || bm::opencv::ExifOrientation(bytes) == 1;
    if (!CanScale(info) || !is_upright) return absl::UnimplementedError("not for the video processor");
  }
  ASSIGN_OR_RETURN(AvFrame frame, DecodeFrame(bytes, id));
  const cv::Mat yuv = bm::opencv::MatOf(std::move(frame), id);
  if (WantsFrame(flags)) return yuv;
  cv::Mat bgr(yuv.size(), CV_8UC3, cv::SophonDevice(id));
  RETURN_IF_ERROR(bm::opencv::ConvertMat(yuv, bgr));
  return bgr;
}

absl::StatusOr<cv::Mat> DecodeByOpenCv(Bytes bytes, int flags, int id) {
  const cv::Mat source(1, static_cast<int>(bytes.size()), CV_8UC1, const_cast<uint8_t*>(bytes.data()));
  const int stock_flags = flags == cv::IMREAD_UNCHANGED ? flags : flags & ~kOurFlags;
  cv::Mat picture{cv::SophonDevice(id)};
  bm::opencv::StockDecode(source, WantsFrame(flags) ? stock_flags | cv::IMREAD_COLOR : stock_flags, &picture);
  if (!WantsFrame(flags) || picture.empty()) return picture;
  ASSIGN_OR_RETURN(AvFrame frame, bm::opencv::NewFrame(AV_PIX_FMT_YUV420P, picture.cols, picture.rows, id));
  const cv::Mat yuv = bm::opencv::MatOf(std::move(frame), id);
  RETURN_IF_ERROR(bm::opencv::ConvertMat(picture, yuv));
  return yuv;
}

absl::StatusOr<cv::Mat> Decode(Bytes bytes, int flags, int id) {
  RETURN_IF_ERROR(bm::opencv::HandleOf(id).status());
  if (bytes.empty()) return absl::DataLossError("there are no bytes");
  // One row of a matrix.
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    return absl::InvalidArgumentError(
        absl::StrCat("a file of ", bytes.size(), " bytes: at most ", std::numeric_limits<int>::max(), " are read"));
  }
  absl::StatusOr<cv::Mat> picture = DecodeOnCard(bytes, flags, id);
  const bool retry = (flags != cv::IMREAD_UNCHANGED && (flags & cv::IMREAD_RETRY_SOFTDEC) != 0) ||
                     bm::EnvironmentSwitch(bm::EnvironmentVariable::kRetrySoftDecoder);
  if (absl::IsUnimplemented(picture.status()) || (absl::IsDataLoss(picture.status()) && retry)) {
    picture = DecodeByOpenCv(bytes, flags, id);
  }
  return picture;
}

cv::Mat PictureOf(const absl::StatusOr<cv::Mat>& picture, const std::string& what) {
  if (picture.ok()) return *picture;
  bm::Log(bm::Severity::kError, "opencv", absl::StrCat(what, ": ", picture.status().message()));
  return cv::Mat();
}

cv::Mat DecodeArray(cv::InputArray buf, int flags, int id) {
  const cv::Mat bytes = buf.getMat();
  if (!bytes.isContinuous()) return PictureOf(absl::InvalidArgumentError("the bytes have gaps"), "cv::imdecode");
  return PictureOf(Decode(absl::MakeConstSpan(bytes.data, bytes.total() * bytes.elemSize()), flags, id),
                   "cv::imdecode");
}

// The quality of a JPEG if the parameters ask for nothing else, or -1.
int QualityOf(const std::vector<int>& parameters) {
  if (parameters.empty()) return kDefaultQuality;
  return parameters.size() == 2 && parameters[0] == cv::IMWRITE_JPEG_QUALITY ? parameters[1] : -1;
}

bool IsJpegName(const std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  const std::string ending = absl::AsciiStrToLower(name.substr(dot));
  return ending == ".jpg" || ending == ".jpeg" || ending == ".jpe";
}

// A JPEG of the frame's own samples. UNIMPLEMENTED for one whose samples a JPEG cannot have.
absl::StatusOr<std::vector<uint8_t>> EncodeFrame(const AVFrame& frame, int quality) {
  if (quality < 0 || !bm::opencv::IsFullRange(frame) ||
      bm::EnvironmentSwitch(bm::EnvironmentVariable::kSoftJpegEncoder)) {
    return absl::UnimplementedError("not for the JPEG unit");
  }
  ASSIGN_OR_RETURN(const bm::opencv::FrameFormat* const format, bm::opencv::FormatOf(frame.format));
  if (!format->is_yuv) return absl::UnimplementedError("not YUV");
  ASSIGN_OR_RETURN(const bm::decoder::Planes planes, bm::opencv::PlanesOf(frame));
  return bm::decoder::EncodeJpeg({frame.width, frame.height, format->sampling}, format->layout,
                                 bm::decoder::AsConst(planes), quality);
}

absl::StatusOr<cv::Mat> BgrOf(const cv::Mat& frame) {
  cv::Mat bgr(frame.size(), CV_8UC3, cv::SophonDevice(bm::opencv::IdOf(frame)));
  RETURN_IF_ERROR(bm::opencv::ConvertMat(frame, bgr));
  return bgr;
}

absl::StatusOr<std::vector<uint8_t>> Encode(const std::string& name, const cv::Mat& mat,
                                            const std::vector<int>& parameters) {
  const AVFrame& frame = *bm::opencv::FrameOf(mat);
  RETURN_IF_ERROR(bm::opencv::CheckWhole(mat, frame));
  absl::StatusOr<std::vector<uint8_t>> bytes = absl::UnimplementedError("no JPEG");
  if (IsJpegName(name)) bytes = EncodeFrame(frame, QualityOf(parameters));
  if (!absl::IsUnimplemented(bytes.status())) return bytes;
  ASSIGN_OR_RETURN(const cv::Mat bgr, BgrOf(mat));
  std::vector<uint8_t> encoded;
  if (!bm::opencv::StockEncode(name, bgr, &encoded, parameters)) {
    return absl::InvalidArgumentError("OpenCV cannot encode it");
  }
  return encoded;
}

bool IsFrame(cv::InputArray image) { return image.kind() == cv::_InputArray::MAT && image.getMat().avOK(); }

bool Succeeded(const absl::Status& status, const std::string& what) {
  if (!status.ok()) bm::Log(bm::Severity::kError, "opencv", absl::StrCat(what, ": ", status.message()));
  return status.ok();
}

}  // namespace

namespace cv {
inline namespace bm1684 {

Mat imread(const String& filename, int flags, int id) {
  const absl::StatusOr<bm::MappedFile> file = bm::MappedFile::Open(filename);
  const std::string what = absl::StrCat("cv::imread: ", filename);
  if (!file.ok()) return PictureOf(file.status(), what);
  return PictureOf(Decode(file->bytes(), flags, id), what);
}

Mat imdecode(InputArray buf, int flags, int id) { return DecodeArray(buf, flags, id); }

Mat imdecode(InputArray buf, int flags, Mat* dst, int id) {
  Mat picture = DecodeArray(buf, flags, id);
  if (dst != nullptr) *dst = picture;
  return picture;
}

bool imwrite(const String& filename, InputArray img, const std::vector<int>& params) {
  if (!IsFrame(img)) return bm::opencv::StockWrite(filename, img, params);
  const absl::StatusOr<std::vector<uint8_t>> bytes = Encode(filename, img.getMat(), params);
  return Succeeded(bytes.ok() ? bm::WriteFile(filename, *bytes) : bytes.status(),
                   absl::StrCat("cv::imwrite: ", filename));
}

bool imencode(const String& ext, InputArray img, std::vector<uchar>& buf, const std::vector<int>& params) {
  if (!IsFrame(img)) return bm::opencv::StockEncode(ext, img, &buf, params);
  absl::StatusOr<std::vector<uint8_t>> bytes = Encode(ext, img.getMat(), params);
  if (!Succeeded(bytes.status(), absl::StrCat("cv::imencode: ", ext))) return false;
  buf = *std::move(bytes);
  return true;
}

}  // namespace bm1684
}  // namespace cv
