#include "encoder.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "bmdecoder/core/video_encoder.h"
#include "sail/src/error.h"
#include "sail/src/picture.h"

namespace sail {
namespace {

namespace dec = bm::decoder;

// What video_write answers.
constexpr int kWritten = 0, kCacheFull = -1, kNotEncoded = -2, kNotStored = -3, kNotOpen = -4;

enum AbortPolicy { kRefuse = 0, kDropOldest = 1, kDropAll = 2, kWait = 3, kPolicies = 4 };

struct CodecName {
  const char* name;
  dec::VideoCodec codec;
};
constexpr CodecName kCodecs[] = {
    {"h264_bm", dec::VideoCodec::kH264}, {"h265_bm", dec::VideoCodec::kH265}, {"hevc_bm", dec::VideoCodec::kH265}};

struct Parameter {
  const char* name;
  void (*set)(dec::EncoderOptions* options, int value);
};
constexpr Parameter kParameters[] = {
    {"width", [](dec::EncoderOptions* options, int value) { options->width = value; }},
    {"height", [](dec::EncoderOptions* options, int value) { options->height = value; }},
    {"bitrate", [](dec::EncoderOptions* options, int value) { options->bitrate = int64_t{value} * 1000; }},
    {"qp", [](dec::EncoderOptions* options, int value) { options->qp = value; }},
    {"min_qp", [](dec::EncoderOptions* options, int value) { options->min_qp = value; }},
    {"max_qp", [](dec::EncoderOptions* options, int value) { options->max_qp = value; }},
    {"gop", [](dec::EncoderOptions* options, int value) { options->gop = value; }},
    {"gop_preset", [](dec::EncoderOptions* options, int value) { options->gop_preset = value; }},
    {"framerate", [](dec::EncoderOptions* options, int value) { options->rate_numerator = value; }},
};

void SetParameter(absl::string_view assignment, dec::EncoderOptions* options) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(assignment, absl::MaxSplits('=', 1));
  int value = 0;
  if (!absl::SimpleAtoi(parts.second, &value)) {
    Throw(SAIL_ERR_ENC_INIT, absl::StrCat("the encoder parameter \"", assignment, "\" is no <name>=<number>"));
  }
  for (const Parameter& row : kParameters) {
    if (parts.first == row.name) return row.set(options, value);
  }
  spdlog::warn("the encoder parameter {} has no effect", std::string(assignment));
}

dec::EncoderOptions OptionsOf(const std::string& format, const std::string& pixels, const std::string& parameters) {
  dec::EncoderOptions options;
  options.layout = dec::ChromaLayout::kSeparate;
  const CodecName* codec = nullptr;
  for (const CodecName& row : kCodecs) {
    if (format == row.name) codec = &row;
  }
  if (codec == nullptr) {
    Throw(SAIL_ERR_ENC_CODEC, absl::StrCat("the encoder \"", format, "\"; h264_bm, h265_bm and hevc_bm are known"));
  }
  options.codec = codec->codec;
  if (pixels != "I420" && pixels != "NV12") {
    Throw(SAIL_ERR_ENC_FORMAT, absl::StrCat("the pixel format \"", pixels, "\"; I420 and NV12 are known"));
  }
  for (const absl::string_view assignment : absl::StrSplit(parameters, ':', absl::SkipEmpty())) {
    SetParameter(assignment, &options);
  }
  return options;
}

// A picture of the video: Y, Cb, Cr without gaps.
using Picture = std::vector<uint8_t>;

dec::ConstPlanes PlanesOf(const Picture& picture, int width, int height) {
  const size_t columns = static_cast<size_t>(width), rows = static_cast<size_t>(height);
  const uint8_t* const data = picture.data();
  dec::ConstPlanes planes;
  planes[0] = {data, columns, rows};
  planes[1] = {data + columns * rows, columns / 2, rows / 2};
  planes[2] = {data + columns * rows / 4 * 5, columns / 2, rows / 2};
  return planes;
}

bool IsRgb(bm_image_format_ext format) {
  return format == FORMAT_RGB_PACKED || format == FORMAT_BGR_PACKED || format == FORMAT_RGB_PLANAR ||
         format == FORMAT_BGR_PLANAR;
}

// The samples of an image in the video's size. SailBMImageError.
Picture SamplesOf(const bm_image& image, int width, int height) {
  bm_image source = image;
  Handle handle(bm_image_get_handle(&source));
  Bmcv bmcv(handle);
  BMImage input(source), scaled, yuv(handle, height, width, FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE);
  // The VPP scales pixels to pixels, and makes 4:2:0 of planar pixels of the same size only.
  const bool is_planar = image.image_format == FORMAT_RGB_PLANAR || image.image_format == FORMAT_BGR_PLANAR;
  const bool needs_scaling = image.width != width || image.height != height;
  const bool in_two_steps = IsRgb(image.image_format) && (needs_scaling || !is_planar);
  if (in_two_steps) {
    scaled = BMImage(handle, height, width, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE);
    if (FillImage(input.data(), /*full_range=*/false, &scaled.data()) != BM_SUCCESS) return {};
  }
  if (FillImage(in_two_steps ? scaled.data() : input.data(), /*full_range=*/false, &yuv.data()) != BM_SUCCESS) {
    return {};
  }
  const size_t luma = static_cast<size_t>(width) * static_cast<size_t>(height);
  Picture picture(luma / 2 * 3);
  void* planes[] = {picture.data(), picture.data() + luma, picture.data() + luma / 4 * 5};
  return bm_image_copy_device_to_host(yuv.data(), planes) == BM_SUCCESS ? picture : Picture();
}

// A video that is being written, with the thread that encodes.
class Video {
 public:
  Video(const std::string& path, const dec::EncoderOptions& options, size_t cache_length, AbortPolicy policy)
      : path_(path), options_(options), cache_length_(cache_length), policy_(policy) {
    const absl::Status opened = Open();
    if (!opened.ok()) Throw(SAIL_ERR_ENC_OPEN, std::string(opened.message()));
  }
  ~Video() { Close(); }
  Video(const Video&) = delete;
  Video& operator=(const Video&) = delete;

  bool is_open() const { return worker_.joinable(); }
  int Write(const bm_image& image);
  int Reopen();
  // Encodes what waits, and ends the file.
  void Close();

 private:
  absl::Status Open();
  void Work();

  const std::string path_;
  const dec::EncoderOptions options_;
  const size_t cache_length_;
  const AbortPolicy policy_;
  std::unique_ptr<dec::VideoSink> sink_;  // of the thread, while there is one
  std::thread worker_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Picture> waiting_;
  bool closing_ = false;
  int failure_ = kWritten;  // of an earlier picture, until it has been told
};

absl::Status Video::Open() {
  absl::StatusOr<std::unique_ptr<dec::VideoSink>> opened = dec::VideoSink::Open(path_, options_);
  if (!opened.ok()) return opened.status();
  sink_ = *std::move(opened);
  closing_ = false;
  failure_ = kWritten;
  worker_ = std::thread([this] { Work(); });
  return absl::OkStatus();
}

void Video::Work() {
  for (int64_t pts = 0;; ++pts) {
    Picture picture;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      picture = std::move(waiting_.front());
      waiting_.pop_front();
      changed_.notify_all();
    }
    const absl::Status written = sink_->Write(PlanesOf(picture, options_.width, options_.height), pts);
    if (written.ok()) continue;
    spdlog::error("{}", std::string(written.message()));
    const std::lock_guard<std::mutex> lock(mutex_);
    failure_ = absl::IsInvalidArgument(written) ? kNotEncoded : kNotStored;
  }
}

int Video::Write(const bm_image& image) {
  if (!is_open()) {
    spdlog::error("{} is not open; reconnect() opens it again", path_);
    return kNotOpen;
  }
  if (image.image_private == nullptr) {
    spdlog::error("{}: no image to write", path_);
    return kNotEncoded;
  }
  Picture picture;
  try {
    picture = SamplesOf(image, options_.width, options_.height);
  } catch (const SailBMImageError& error) {
    spdlog::error("{}", error.what());
  }
  if (picture.empty()) return kNotEncoded;
  std::unique_lock<std::mutex> lock(mutex_);
  if (waiting_.size() >= cache_length_) {
    switch (policy_) {
      case kDropOldest:
        waiting_.pop_front();
        break;
      case kDropAll:
        waiting_.clear();
        break;
      case kWait:
        changed_.wait(lock, [this] { return waiting_.size() < cache_length_; });
        break;
      default:
        return kCacheFull;
    }
  }
  waiting_.push_back(std::move(picture));
  changed_.notify_all();
  return std::exchange(failure_, kWritten);
}

void Video::Close() {
  if (!is_open()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
    changed_.notify_all();
  }
  worker_.join();
  const absl::Status closed = sink_->Close();
  if (!closed.ok()) spdlog::error("{}", std::string(closed.message()));
  sink_.reset();
}

int Video::Reopen() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.clear();
  }
  Close();
  const absl::Status opened = Open();
  if (opened.ok()) return 0;
  spdlog::error("{}", std::string(opened.message()));
  return -1;
}

// Images bring their own device; the handle only shows that there is one.
std::shared_ptr<Video> OpenVideo(Handle handle, const std::string& path, const dec::EncoderOptions& options,
                                 int cache_length, int policy) {
  if (handle.data() == nullptr) Throw(SAIL_ERR_ENC_INIT, absl::StrCat("the encoder of ", path, " on no device"));
  if (cache_length < 1 || policy < 0 || policy >= kPolicies) {
    Throw(SAIL_ERR_ENC_INIT, absl::StrCat("cache_buffer_length ", cache_length, ", abort_policy ", policy,
                                          "; at least 1, and 0 to ", kPolicies - 1));
  }
  return std::make_shared<Video>(path, options, static_cast<size_t>(cache_length), static_cast<AbortPolicy>(policy));
}

int EncodeInMemory(const std::string& extension, const bm_image& image, std::vector<u_char>* data) {
  const bm_status_t status = EncodePicture(extension, image, {}, data);
  if (status != BM_SUCCESS) {
    Throw(SAIL_ERR_ENC_JPEG, absl::StrCat("pic_encode as \"", extension, "\" of an image of ", image.width, " x ",
                                          image.height, ", format ", image.image_format, ": bmcv status ", status));
  }
  return static_cast<int>(data->size());
}

}  // namespace

struct Encoder::Impl {
  std::shared_ptr<Video> video;  // null without one
};

Encoder::Encoder() : impl_(new Impl) {}

Encoder::Encoder(const std::string& output_path, int dev_id, const std::string& enc_fmt, const std::string& pix_fmt,
                 const std::string& enc_params, int cache_buffer_length, int abort_policy)
    : impl_(new Impl{OpenVideo(Handle(dev_id), output_path, OptionsOf(enc_fmt, pix_fmt, enc_params),
                               cache_buffer_length, abort_policy)}) {}

Encoder::Encoder(const std::string& output_path, Handle& handle, const std::string& enc_fmt, const std::string& pix_fmt,
                 const std::string& enc_params, int cache_buffer_length, int abort_policy)
    : impl_(new Impl{OpenVideo(handle, output_path, OptionsOf(enc_fmt, pix_fmt, enc_params), cache_buffer_length,
                               abort_policy)}) {}

Encoder::Encoder(const Encoder& other) : impl_(new Impl(*other.impl_)) {}
Encoder::~Encoder() = default;

bool Encoder::is_opened() { return impl_->video != nullptr && impl_->video->is_open(); }

int Encoder::pic_encode(std::string& ext, BMImage& image, std::vector<u_char>& data) {
  return EncodeInMemory(ext, image.data(), &data);
}
int Encoder::pic_encode(std::string& ext, bm_image& image, std::vector<u_char>& data) {
  return EncodeInMemory(ext, image, &data);
}

int Encoder::video_write(BMImage& image) { return video_write(image.data()); }
int Encoder::video_write(bm_image& image) { return impl_->video == nullptr ? kNotOpen : impl_->video->Write(image); }

int Encoder::reconnect() { return impl_->video == nullptr ? -1 : impl_->video->Reopen(); }

void Encoder::release() {
  if (impl_->video != nullptr) impl_->video->Close();
}

}  // namespace sail
