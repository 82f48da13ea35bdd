#include "sail/src/video_reader.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "sail/src/bmcv_status.h"
#include "sail/src/image_impl.h"
#include "sail/src/picture.h"

namespace sail {
namespace {

namespace dec = bm::decoder;

constexpr int kFailuresBeforeReopening = 20;

// Options of the demuxer: SAIL_DECODER_<name> in the environment.
struct OptionRow {
  const char* name;
  const char* preset;
  bool network;  // for rtsp:// only
};
constexpr OptionRow kOptions[] = {
    {"rtsp_transport", "tcp", true},  {"rtsp_flags", "prefer_tcp", true}, {"stimeout", "20000000", true},
    {"buffer_size", "1024000", true}, {"max_delay", "500000", true},      {"fflags", "", false},
};

std::string Variable(const std::string& name, const char* preset) {
  const char* const value = getenv(name.c_str());
  return value == nullptr ? preset : value;
}

std::string Option(const char* name, const char* preset) {
  return Variable(absl::StrCat("SAIL_DECODER_", name), preset);
}

dec::SourceOptions OptionsOf(const std::string& path, int tpu_id) {
  dec::SourceOptions options;
  options.decoder.device = tpu_id;
  options.decoder.layout = dec::ChromaLayout::kSeparate;
  if (Option("skip_non_idr", "0") == "1") options.decoder.drop = dec::FrameDrop::kNonIntra;
  const bool is_rtsp = absl::StartsWith(path, "rtsp://");
  for (const OptionRow& row : kOptions) {
    const std::string value = Option(row.name, row.preset);
    if (!value.empty() && (is_rtsp || !row.network)) options.demuxer[row.name] = value;
  }
  const std::string probe = Option("probesize", "0"), analyse = Option("analyzeduration", "0");
  if (probe != "0" && analyse != "0") {
    options.demuxer["probesize"] = probe;
    options.demuxer["analyzeduration"] = analyse;
  }
  if (absl::StartsWith(path, "/dev/video")) {
    options.format = "video4linux2";
    options.demuxer["pixel_format"] = Variable("SAIL_CAP_PIXFMT", "mjpeg");
  }
  return options;
}

// The frame's memory as an image of even size: the surface has these rows and columns.
BMImage ViewOf(const dec::Frame& frame, Handle& handle) {
  const int width = frame.shape.width + frame.shape.width % 2, height = frame.shape.height + frame.shape.height % 2;
  int strides[3];
  bm_device_mem_t planes[3];
  for (int p = 0; p < 3; ++p) {
    strides[p] = static_cast<int>(frame.planes[p].stride);
    const int rows = p == 0 ? height : height / 2;
    planes[p] = bm_mem_from_device(frame.addresses[p], static_cast<unsigned>(strides[p] * rows));
  }
  bm_image view{};
  CheckImage(bm_image_create(handle.data(), height, width, FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE, &view, strides),
             SAIL_ERR_BMI_INIT, "the image of a frame");
  BMImage image;
  image = std::move(view);
  CheckImage(bm_image_attach(image.data(), planes), SAIL_ERR_BMI_INIT, "the image of a frame");
  return image;
}

}  // namespace

VideoReader::VideoReader(const std::string& path, int tpu_id) : path_(path), tpu_id_(tpu_id) {
  absl::StatusOr<std::unique_ptr<dec::VideoSource>> opened = dec::VideoSource::Open(path, OptionsOf(path, tpu_id));
  if (!opened.ok()) Throw(SAIL_ERR_DEC_OPEN, std::string(opened.status().message()));
  source_ = *std::move(opened);
}

bool VideoReader::Reopen() {
  at_end_ = false;
  const absl::Status reopened = source_->Reopen();
  if (reopened.ok()) {
    failures_ = 0;
    return true;
  }
  spdlog::error("{}", std::string(reopened.message()));
  return false;
}

sail_status_t VideoReader::Read(Handle& handle, BMImage* image) {
  if (handle.get_device_id() != tpu_id_) {
    spdlog::error("a handle of device {} reads {}, which was opened on device {}", handle.get_device_id(), path_,
                  tpu_id_);
    return SAIL_ERR_DEV_HANDLE;
  }
  if (failures_ >= kFailuresBeforeReopening && !Reopen()) return SAIL_ERR_DEC_READ;
  const absl::StatusOr<std::shared_ptr<dec::Frame>> frame = source_->Read();
  at_end_ = absl::IsOutOfRange(frame.status());
  if (!frame.ok()) {
    ++failures_;
    if (at_end_) return SAIL_ERR_DEC_EOF;
    if (!absl::IsCancelled(frame.status())) spdlog::error("{}", std::string(frame.status().message()));
    return SAIL_ERR_DEC_READ;
  }
  failures_ = 0;
  pts_ = Seconds((*frame)->info.pts);
  dts_ = Seconds((*frame)->info.dts);
  try {
    return Deliver(**frame, handle, image);
  } catch (const SailBMImageError& error) {
    spdlog::error("{}", error.what());
    return SAIL_ERR_DEC_CVT;
  }
}

sail_status_t VideoReader::Deliver(const dec::Frame& frame, Handle& handle, BMImage* image) {
  const BMImage view = ViewOf(frame, handle);
  if (image->empty_check() == 0) {
    // The chip's decoder gives pixels, other codecs run on the host.
    const std::string& codec = source_->info().codec;
    const bool on_chip = codec == "h264" || codec == "hevc";
    *image = BMImage(handle, view.height(), view.width(), on_chip ? FORMAT_BGR_PLANAR : FORMAT_YUV420P,
                     DATA_TYPE_EXT_1N_BYTE);
  }
  const bool full_range = Variable("SAIL_USE_CSC_YPbPr2RGB", "0") == "1";
  if (FillImage(view.data(), full_range, &image->data()) != BM_SUCCESS) return SAIL_ERR_DEC_CVT;
  ImageAccess::SetTimes(*image, pts_, dts_);
  return SAIL_SUCCESS;
}

double VideoReader::Seconds(int64_t timestamp) const {
  const dec::SourceInfo& info = source_->info();
  if (timestamp == dec::kNoTimestamp) return -1;
  return static_cast<double>(timestamp) * info.time_base_numerator / info.time_base_denominator;
}

std::vector<int> VideoReader::FrameShape() const { return {1, 3, source_->info().height, source_->info().width}; }

}  // namespace sail
