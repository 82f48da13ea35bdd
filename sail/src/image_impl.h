// What the picture classes share.
#ifndef SAIL_SRC_IMAGE_IMPL_H_
#define SAIL_SRC_IMAGE_IMPL_H_

#include <utility>

#include "bmimage.h"

namespace sail {

constexpr int kImageHeaps = 6;  // mask: the heaps of the VPP and the VPU

struct BMImage::Impl {
  Impl() = default;
  ~Impl() { Destroy(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void TakeFrom(Impl& other) {
    Destroy();
    image = std::exchange(other.image, bm_image{});
    need_free = std::exchange(other.need_free, false);
    pts = other.pts;
    dts = other.dts;
    device = other.device;
  }
  void Destroy() {
    if (need_free && image.image_private != nullptr) bm_image_destroy(image);
  }

  bm_image image{};
  bool need_free = false;
  double pts = 0, dts = 0;  // seconds
  Handle device;            // kept open as long as the image; empty for images of the caller
};

// What is no part of the public interface.
struct ImageAccess {
  // Lets go of the image, which the caller destroys.
  static bm_image Release(BMImage& image) {
    image.impl_->need_free = false;
    const bm_image released = image.impl_->image;
    image.impl_->image = bm_image{};
    return released;
  }
  // Takes an image over that lies on a device, which stays open.
  static void Adopt(BMImage& image, bm_image adopted, const Handle& device) {
    image = std::move(adopted);
    image.impl_->device = device;
  }
  // Seconds.
  static void SetTimes(BMImage& image, double pts, double dts) {
    image.impl_->pts = pts;
    image.impl_->dts = dts;
  }
};

// Calls read(BMImage*) for an image of bmcv, which is filled, or created where there is none. Returns read's status.
template <typename Read>
int OnRawImage(bm_image* image, const Read& read) {
  const bool is_new = image->image_private == nullptr;
  BMImage wrapped;
  if (!is_new) wrapped = BMImage(*image);
  const int status = read(&wrapped);
  if (status == 0 && is_new) *image = ImageAccess::Release(wrapped);
  return status;
}

// Creates an image with memory. SailBMImageError, and no image.
void CreateImage(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype, int* stride,
                 bm_image* image);

// Copies the picture of an image of the same size, format and type.
bm_status_t CopyPixels(const bm_image& from, const bm_image& to);

// SailBMImageError for a type that the other side does not have.
bm_data_type_t DataTypeOf(bm_image_data_format_ext type);
bm_image_data_format_ext ImageTypeOf(bm_data_type_t type);

}  // namespace sail

#endif  // SAIL_SRC_IMAGE_IMPL_H_
