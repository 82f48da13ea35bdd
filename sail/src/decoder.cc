#include "cvdecoder.h"
#include "sail/src/error.h"
#include "sail/src/image_impl.h"
#include "sail/src/picture.h"
#include "sail/src/video_reader.h"

namespace sail {
namespace {

struct Source {
  std::string path;
  int tpu_id;
  std::unique_ptr<VideoReader> video;  // null for a picture and after release()

  bool is_picture() const { return IsPictureName(path); }

  sail_status_t Read(Handle& handle, BMImage* image) {
    if (is_picture()) return ReadPicture(handle, image);
    if (video != nullptr) return video->Read(handle, image);
    spdlog::error("{} was released; reconnect() opens it again", path);
    return SAIL_ERR_DEC_READ;
  }

  sail_status_t ReadPicture(Handle& handle, BMImage* image) const {
    if (handle.get_device_id() != tpu_id) {
      spdlog::error("a handle of device {} reads {}, which was opened on device {}", handle.get_device_id(), path,
                    tpu_id);
      return SAIL_ERR_DEV_HANDLE;
    }
    return DecodePictureFile(handle, path, image);
  }
};

void CheckRead(sail_status_t status, const std::string& path) {
  if (status != SAIL_SUCCESS) Throw(status, absl::StrCat("reading ", path));
}

}  // namespace

struct Decoder::Impl {
  std::shared_ptr<Source> source;
};

Decoder::Decoder(const std::string& file_path, bool, int tpu_id) : impl_(new Impl{std::make_shared<Source>()}) {
  impl_->source->path = file_path;
  impl_->source->tpu_id = tpu_id;
  if (!impl_->source->is_picture()) impl_->source->video.reset(new VideoReader(file_path, tpu_id));
}

Decoder::Decoder(const Decoder& other) : impl_(new Impl(*other.impl_)) {}
Decoder::~Decoder() = default;

bool Decoder::is_opened() { return impl_->source->is_picture() || impl_->source->video != nullptr; }

std::vector<int> Decoder::get_frame_shape() {
  const VideoReader* const video = impl_->source->video.get();
  return video == nullptr ? std::vector<int>{1, 3, 0, 0} : video->FrameShape();
}

int Decoder::decode_jpeg(Handle& handle, BMImage& image) { return impl_->source->ReadPicture(handle, &image); }

int Decoder::decode_jpeg(Handle& handle, bm_image& image) {
  return OnRawImage(&image, [&](BMImage* wrapped) { return impl_->source->ReadPicture(handle, wrapped); });
}

int Decoder::read(Handle& handle, BMImage& image) { return impl_->source->Read(handle, &image); }

BMImage Decoder::read(Handle& handle) {
  BMImage image;
  CheckRead(impl_->source->Read(handle, &image), impl_->source->path);
  return image;
}

int Decoder::read_(Handle& handle, bm_image& image) {
  return OnRawImage(&image, [&](BMImage* wrapped) { return impl_->source->Read(handle, wrapped); });
}

bm_image Decoder::read_(Handle& handle) {
  bm_image image{};
  CheckRead(static_cast<sail_status_t>(read_(handle, image)), impl_->source->path);
  return image;
}

float Decoder::get_fps() const {
  const VideoReader* const video = impl_->source->video.get();
  return video == nullptr ? -1 : video->FramesPerSecond();
}

void Decoder::release() { impl_->source->video.reset(); }

int Decoder::reconnect() {
  Source& source = *impl_->source;
  if (source.is_picture()) return 0;
  if (source.video != nullptr) return source.video->Reopen() ? 0 : 1;
  try {
    source.video.reset(new VideoReader(source.path, source.tpu_id));
  } catch (const SailDecoderError& error) {
    spdlog::error("{}", error.what());
    return 1;
  }
  return 0;
}

std::vector<double> Decoder::get_pts_dts() {
  const VideoReader* const video = impl_->source->video.get();
  if (video == nullptr) return {-1, -1};
  return {video->pts(), video->dts()};
}

bool Decoder::is_eof() const {
  const VideoReader* const video = impl_->source->video.get();
  return video != nullptr && video->at_end();
}

}  // namespace sail
