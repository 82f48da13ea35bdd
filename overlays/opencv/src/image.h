// Matrices as images and conversion between images.
#ifndef OVERLAYS_OPENCV_SRC_IMAGE_H_
#define OVERLAYS_OPENCV_SRC_IMAGE_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmcv_api_ext.h"
#include "opencv2/core/mat.hpp"

namespace bm::opencv {

// Owns a bm_image, not the memory that was attached to it.
class Image {
 public:
  Image() = default;
  explicit Image(const bm_image& image) : image_(image) {}
  Image(Image&& other) noexcept : image_(std::exchange(other.image_, bm_image{})) {}
  Image& operator=(Image&& other) noexcept {
    std::swap(image_, other.image_);
    return *this;
  }
  ~Image() { bm_image_destroy(image_); }

  // With memory of its own.
  static absl::StatusOr<Image> Create(bm_handle_t handle, int width, int height, bm_image_format_ext format,
                                      bm_image_data_format_ext type);

  const bm_image& get() const { return image_; }
  bm_image* address() { return &image_; }
  bm_image Release() { return std::exchange(image_, bm_image{}); }

 private:
  bm_image image_{};
};

// How samples of an image relate to RGB.
struct Colour {
  int space = 2;  // FFmpeg's AVColorSpace; 2: not known
  bool is_full_range = false;
};
Colour ColourOf(const cv::Mat& mat);

bool HasDeviceMemory(const cv::Mat& mat);

// An image that shares the memory of the matrix. INVALID_ARGUMENT for an empty one, UNIMPLEMENTED for a type that no
// image has and for a matrix without device memory.
absl::StatusOr<Image> ToImage(const cv::Mat& mat);

// Host to device and back, where there are two copies; tells the device of writes where there is one. UNIMPLEMENTED
// without device memory. Nothing happens for matrices of AVFrames.
absl::Status Upload(const cv::Mat& mat);
absl::Status Download(const cv::Mat& mat);

// The place of a matrix, as an id for a new one.
int IdOf(const cv::Mat& mat);

// Makes `out` a matrix of that size and type on the card of `id`, unless it is one with device memory already.
void Fit(cv::Size size, int type, int id, cv::Mat* out);

struct Scaling {
  bmcv_rect_t rect;
  csc_type_t csc = CSC_MAX_ENUM;
  csc_matrix_t* matrix = nullptr;
  bmcv_resize_algorithm algorithm = BMCV_INTER_LINEAR;
};

// Scales and converts a rectangle of `in` into `out`, which has memory.
absl::Status Convert(const bm_image& in, const Scaling& scaling, const bm_image& out);

// The whole of `in`, linearly, with the colours that the matrices were made with.
absl::Status ConvertMat(const cv::Mat& in, const cv::Mat& out);

inline bmcv_rect_t WholeOf(const bm_image& image) { return {0, 0, image.width, image.height}; }
bool IsRgb(bm_image_format_ext format);

}  // namespace bm::opencv

#endif  // OVERLAYS_OPENCV_SRC_IMAGE_H_
