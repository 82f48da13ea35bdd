// Images, arrays of images and what describes them. Included by cvwrapper.h.
#ifndef SAIL_BMIMAGE_H_
#define SAIL_BMIMAGE_H_

#include <bmcv_api_ext.h>

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "tensor.h"

namespace sail {

// Where a resized picture lies in the output, in pixels, and the colour around it.
class PaddingAtrr {
 public:
  // All zero.
  explicit PaddingAtrr();
  explicit PaddingAtrr(unsigned int crop_start_x, unsigned int crop_start_y, unsigned int crop_width,
                       unsigned int crop_height, unsigned char padding_value_r, unsigned char padding_value_g,
                       unsigned char padding_value_b);
  PaddingAtrr(const PaddingAtrr& other);
  PaddingAtrr& operator=(const PaddingAtrr& other) = default;

  void set_stx(unsigned int stx);
  void set_sty(unsigned int sty);
  void set_w(unsigned int w);
  void set_h(unsigned int h);
  // 0..255.
  void set_r(unsigned int r);
  void set_g(unsigned int g);
  void set_b(unsigned int b);

  unsigned int dst_crop_stx;
  unsigned int dst_crop_sty;
  unsigned int dst_crop_w;
  unsigned int dst_crop_h;
  unsigned char padding_r;
  unsigned char padding_g;
  unsigned char padding_b;
};

// A bm_image and whether this object destroys it. Images that SAIL made keep their device open. Not synchronised.
class BMImage {
 public:
  // No image.
  BMImage();
  // Uses an image of the caller, which must outlive this one.
  BMImage(bm_image& image);
  // Allocates; rows without gaps, or of these bytes for every plane. Height before width. SailBMImageError for what
  // bm_image_create refuses.
  BMImage(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype);
  BMImage(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype, int* stride);
  // Allocates and copies `size` bytes (-1: all) of `buffer` from `offset` on, plane after plane in these strides.
  BMImage(Handle& handle, void* buffer, int h, int w, bm_image_format_ext format,
          bm_image_data_format_ext dtype = DATA_TYPE_EXT_1N_BYTE, std::vector<int> strides = {}, size_t offset = 0,
          int size = -1);
  BMImage(BMImage&& other);
  BMImage& operator=(BMImage&& other);
  // Takes an image over, and destroys it in the end.
  BMImage& operator=(bm_image&& other);
  BMImage(const BMImage&) = delete;
  BMImage& operator=(const BMImage&) = delete;
  virtual ~BMImage();

  bm_image& data();
  bm_image data() const;
  // Pixels; 0 without an image.
  int width() const;
  int height() const;
  bm_image_format_ext format() const;
  bm_image_data_format_ext dtype() const;
  // -1 without an image.
  int get_device_id() const;
  // Empty without an image.
  Handle get_handle();
  bool need_to_free() const;
  // 0 without an image, 1 with one.
  int empty_check() const;
  int get_plane_num() const;
  // Whether all strides are multiples of 64 bytes: 1 or 0, -1 without an image.
  int check_align() const;
  // Moves the picture to strides that are multiples of 64 bytes, or without gaps. 0, or -1 on failure.
  int align();
  int unalign();
  // Whether the planes lie one after the other: 1 or 0, -1 without an image.
  int check_contiguous_memory() const;
  // Lets go of the device memory, which its owner frees.
  void detach();
  void set_ipc_flag(bool flag);
  // Presentation and decoding time stamps in seconds.
  std::vector<double> get_pts_dts();

 protected:
  // Another size of the same format and type, with new memory.
  void reset(int w, int h);

 private:
  struct Impl;
  friend class Bmcv;
  friend struct ImageAccess;
  std::unique_ptr<Impl> impl_;
};

// What BMImageArray does, for any number of images. SailBMImageError for what bmcv refuses.
namespace image_array {
void Create(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype, int* stride,
            bm_image* images, int count);
void Destroy(bm_image* images, int count, bool contiguous);
// Creates all images like `source` if there are none; 0, or -1 and a log line for an image that differs.
int CopyFrom(bm_image* images, int count, int i, BMImage& source, bool* need_free);
int AttachFrom(bm_image* images, int count, int i, BMImage& source, bool* need_free);
void ToTensor(bm_image* images, int count, Tensor& tensor);
int DeviceId(const bm_image* images);
}  // namespace image_array

// N images of one size, format and type in one block of device memory.
template <std::size_t N>
class BMImageArray : public std::array<bm_image, N> {
 public:
  BMImageArray() { this->fill(bm_image{}); }
  BMImageArray(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype)
      : BMImageArray() {
    create(handle, h, w, format, dtype);
  }
  BMImageArray(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype, int* stride)
      : BMImageArray() {
    image_array::Create(handle, h, w, format, dtype, stride, this->data(), static_cast<int>(N));
    need_free_ = true;
  }
  BMImageArray(BMImageArray<N>&& other) : BMImageArray() { *this = std::move(other); }
  BMImageArray<N>& operator=(BMImageArray<N>&& other) {
    if (this == &other) return *this;
    Free();
    std::array<bm_image, N>::operator=(other);
    need_free_ = other.need_free_;
    other.fill(bm_image{});
    other.need_free_ = false;
    return *this;
  }
  BMImageArray(const BMImageArray<N>&) = delete;
  BMImageArray<N>& operator=(const BMImageArray<N>&) = delete;
  virtual ~BMImageArray() { Free(); }

  // Copies the pixels of an image into place i; creates all images like it if there are none. 0, or -1 for another
  // size, format or type.
  int copy_from(int i, BMImage& image) {
    return image_array::CopyFrom(this->data(), static_cast<int>(N), i, image, &need_free_);
  }
  // Place i uses the device memory of an image, which must outlive it.
  int attach_from(int i, BMImage& image) {
    return image_array::AttachFrom(this->data(), static_cast<int>(N), i, image, &need_free_);
  }
  // Whether the destructor frees the block.
  bool check_need_free() { return need_free_; }
  void set_need_free(bool value) { need_free_ = value; }
  void create(Handle& handle, int h, int w, bm_image_format_ext format, bm_image_data_format_ext dtype) {
    Free();
    image_array::Create(handle, h, w, format, dtype, nullptr, this->data(), static_cast<int>(N));
    need_free_ = true;
  }
  // The block as [N, 3, h, w], or [N, 1, h, w] for grey: the tensor uses its memory.
  void to_tensor(Tensor& tensor) { image_array::ToTensor(this->data(), static_cast<int>(N), tensor); }
  // -1 without images.
  int get_device_id() { return image_array::DeviceId(this->data()); }

 private:
  void Free() {
    image_array::Destroy(this->data(), static_cast<int>(N), need_free_);
    this->fill(bm_image{});
    need_free_ = false;
  }

  bool need_free_ = false;
};

}  // namespace sail

#endif  // SAIL_BMIMAGE_H_
