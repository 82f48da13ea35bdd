// Pictures: Bmcv's operations on images, and Decoder.
//
//   sail::Handle handle(0);
//   sail::Bmcv bmcv(handle);
//   sail::Decoder decoder("in.jpg", true, 0);
//   sail::BMImage image = decoder.read(handle);
//   sail::BMImage small = bmcv.resize(image, 300, 300);
//   bmcv.imwrite("out.jpg", small);
//
// The operations return 0, or the bm_status_t of the bmcv function, which logs why; the forms that return an image or a
// tensor throw SailBMImageError. NotSupport: docs/status/sail.md. An output that is not created becomes BGR_PLANAR, or
// the input's format where that is RGB_PLANAR, BGR_PLANAR or GRAY, with the input's type; one of another size is
// created again in its format and type. Objects of different threads are independent.
#ifndef SAIL_CVWRAPPER_H_
#define SAIL_CVWRAPPER_H_

#include <bmcv_api_ext.h>

#include <cstdint>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "bmimage.h"
#include "cvdecoder.h"
#include "tensor.h"

// Programs use string, vector and cout of this header without saying std.
using namespace std;  // NOLINT

namespace cv {
class Mat;
}

#ifdef USE_FFMPEG
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#if __has_include(<libavdevice/avdevice.h>)
#include <libavdevice/avdevice.h>
#endif
}
#endif

#ifndef FFALIGN
#define FFALIGN(x, a) (((x) + (a)-1) & ~((a)-1))
#endif

namespace sail {

// In the OpenCV library of this SDK.
int get_cv_depth(bm_data_type_t dtype);
void mat_to_tensor(cv::Mat& mat, Tensor& tensor);
void mat_to_tensor(std::vector<cv::Mat>& mats, Tensor& tensor);

// Place of the largest or smallest element of a tensor.
int argmax(Tensor& tensor);
int argmin(Tensor& tensor);

// Picture operations on one device. Thread-safe.
class Bmcv {
 public:
  using Scales = std::tuple<std::pair<float, float>, std::pair<float, float>, std::pair<float, float>>;
  using Affine = std::pair<std::tuple<float, float, float>, std::tuple<float, float, float>>;
  using Quad = std::tuple<std::pair<int, int>, std::pair<int, int>, std::pair<int, int>, std::pair<int, int>>;
  using Bgr = std::tuple<int, int, int>;
  using Bytes = std::tuple<unsigned char, unsigned char, unsigned char>;
  using Algorithm = bmcv_resize_algorithm;

  explicit Bmcv(Handle& handle);
  Bmcv(const Bmcv& other);
  Bmcv& operator=(const Bmcv& other);
  ~Bmcv();

  Handle get_handle();

  // In the OpenCV library of this SDK.
  static int mat_to_bm_image(cv::Mat& mat, BMImage& image);
  static BMImage mat_to_bm_image(cv::Mat& mat);
  static int bm_image_to_mat(BMImage& image, cv::Mat& mat);
  static cv::Mat bm_image_to_mat(BMImage& image);

  // ---- Tensors: no copy; the source must outlive the use of the result ----

  // [1, 3, h, w] of RGB_PLANAR and BGR_PLANAR, [1, 1, h, w] of GRAY, [1, h, w, 3] of packed pictures.
  void bm_image_to_tensor(BMImage& image, Tensor& tensor);
  Tensor bm_image_to_tensor(BMImage& image);
  template <std::size_t N>
  void bm_image_to_tensor(BMImageArray<N>& image, Tensor& tensor) {
    image.to_tensor(tensor);
  }
  template <std::size_t N>
  Tensor bm_image_to_tensor(BMImageArray<N>& image) {
    Tensor tensor(get_handle());
    image.to_tensor(tensor);
    return tensor;
  }
  // BGR_PLANAR, or RGB_PLANAR with bgr2rgb; packed with the layout "nhwc".
  void tensor_to_bm_image(Tensor& tensor, BMImage& image, bool bgr2rgb = false,
                          std::string layout = std::string("nchw"));
  void tensor_to_bm_image(Tensor& tensor, BMImage& image, bm_image_format_ext format);
  BMImage tensor_to_bm_image(Tensor& tensor, bool bgr2rgb = false, std::string layout = std::string("nchw"));
  BMImage tensor_to_bm_image(Tensor& tensor, bm_image_format_ext format);
  template <std::size_t N>
  void tensor_to_bm_image(Tensor& tensor, BMImageArray<N>& images, bool bgr2rgb = false,
                          std::string layout = std::string("nchw")) {
    images = BMImageArray<N>();
    TensorToImages(tensor, FormatOf(bgr2rgb, layout), images.data(), static_cast<int>(N));
  }
  template <std::size_t N>
  void tensor_to_bm_image(Tensor& tensor, BMImageArray<N>& images, bm_image_format_ext format) {
    images = BMImageArray<N>();
    TensorToImages(tensor, format, images.data(), static_cast<int>(N));
  }
  template <std::size_t N>
  BMImageArray<N> tensor_to_bm_image(Tensor& tensor, bool bgr2rgb = false) {
    BMImageArray<N> images;
    tensor_to_bm_image(tensor, images, bgr2rgb);
    return images;
  }
  // SailBMImageError for a type that the other side does not have.
  bm_data_type_t get_bm_data_type(bm_image_data_format_ext fmt);
  bm_image_data_format_ext get_bm_image_data_format(bm_data_type_t dtype);

  // ---- Sizes: crop, resize, place; x and y of the upper left corner, sizes in pixels ----

  int crop_and_resize(bm_image* input, bm_image* output, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w,
                      int resize_h, int input_num = 1, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output, input_num,
                  SizeOperation{"crop_and_resize", false, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h, nullptr,
                                resize_alg});
  }
  int crop_and_resize(BMImage& input, BMImage& output, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w,
                      int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"crop_and_resize", false, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h, nullptr,
                                resize_alg});
  }
  BMImage crop_and_resize(BMImage& input, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w, int resize_h,
                          Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"crop_and_resize", false, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h,
                                       nullptr, resize_alg});
  }
  template <std::size_t N>
  int crop_and_resize(BMImageArray<N>& input, BMImageArray<N>& output, int crop_x0, int crop_y0, int crop_w, int crop_h,
                      int resize_w, int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"crop_and_resize", false, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h, nullptr,
                                resize_alg});
  }
  template <std::size_t N>
  BMImageArray<N> crop_and_resize(BMImageArray<N>& input, int crop_x0, int crop_y0, int crop_w, int crop_h,
                                  int resize_w, int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"crop_and_resize", false, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h,
                                       nullptr, resize_alg});
  }

  int crop(BMImage& input, BMImage& output, int crop_x0, int crop_y0, int crop_w, int crop_h) {
    return Resize(
        input, output,
        SizeOperation{"crop", false, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, nullptr, BMCV_INTER_NEAREST});
  }
  BMImage crop(BMImage& input, int crop_x0, int crop_y0, int crop_w, int crop_h) {
    return Resize(input, SizeOperation{"crop", false, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, nullptr,
                                       BMCV_INTER_NEAREST});
  }
  template <std::size_t N>
  int crop(BMImageArray<N>& input, BMImageArray<N>& output, int crop_x0, int crop_y0, int crop_w, int crop_h) {
    return Resize(
        input, output,
        SizeOperation{"crop", false, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, nullptr, BMCV_INTER_NEAREST});
  }
  template <std::size_t N>
  BMImageArray<N> crop(BMImageArray<N>& input, int crop_x0, int crop_y0, int crop_w, int crop_h) {
    return Resize(input, SizeOperation{"crop", false, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, nullptr,
                                       BMCV_INTER_NEAREST});
  }

  int resize(BMImage& input, BMImage& output, int resize_w, int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"resize", false, 0, 0, kWhole, kWhole, resize_w, resize_h, nullptr, resize_alg});
  }
  BMImage resize(BMImage& input, int resize_w, int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"resize", false, 0, 0, kWhole, kWhole, resize_w, resize_h, nullptr, resize_alg});
  }
  template <std::size_t N>
  int resize(BMImageArray<N>& input, BMImageArray<N>& output, int resize_w, int resize_h,
             Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"resize", false, 0, 0, kWhole, kWhole, resize_w, resize_h, nullptr, resize_alg});
  }
  template <std::size_t N>
  BMImageArray<N> resize(BMImageArray<N>& input, int resize_w, int resize_h,
                         Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"resize", false, 0, 0, kWhole, kWhole, resize_w, resize_h, nullptr, resize_alg});
  }

  int vpp_crop_and_resize(bm_image* input, bm_image* output, int crop_x0, int crop_y0, int crop_w, int crop_h,
                          int resize_w, int resize_h, int input_num = 1, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output, input_num,
                  SizeOperation{"vpp_crop_and_resize", true, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h,
                                nullptr, resize_alg});
  }
  int vpp_crop_and_resize(BMImage& input, BMImage& output, int crop_x0, int crop_y0, int crop_w, int crop_h,
                          int resize_w, int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"vpp_crop_and_resize", true, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h,
                                nullptr, resize_alg});
  }
  BMImage vpp_crop_and_resize(BMImage& input, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w,
                              int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"vpp_crop_and_resize", true, crop_x0, crop_y0, crop_w, crop_h, resize_w,
                                       resize_h, nullptr, resize_alg});
  }
  template <std::size_t N>
  int vpp_crop_and_resize(BMImageArray<N>& input, BMImageArray<N>& output, int crop_x0, int crop_y0, int crop_w,
                          int crop_h, int resize_w, int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"vpp_crop_and_resize", true, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h,
                                nullptr, resize_alg});
  }
  template <std::size_t N>
  BMImageArray<N> vpp_crop_and_resize(BMImageArray<N>& input, int crop_x0, int crop_y0, int crop_w, int crop_h,
                                      int resize_w, int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"vpp_crop_and_resize", true, crop_x0, crop_y0, crop_w, crop_h, resize_w,
                                       resize_h, nullptr, resize_alg});
  }

  int vpp_crop_and_resize_padding(bm_image* input, bm_image* output, int crop_x0, int crop_y0, int crop_w, int crop_h,
                                  int resize_w, int resize_h, PaddingAtrr& padding, int input_num = 1,
                                  Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output, input_num,
                  SizeOperation{"vpp_crop_and_resize_padding", true, crop_x0, crop_y0, crop_w, crop_h, resize_w,
                                resize_h, &padding, resize_alg});
  }
  int vpp_crop_and_resize_padding(BMImage& input, BMImage& output, int crop_x0, int crop_y0, int crop_w, int crop_h,
                                  int resize_w, int resize_h, PaddingAtrr& padding,
                                  Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"vpp_crop_and_resize_padding", true, crop_x0, crop_y0, crop_w, crop_h, resize_w,
                                resize_h, &padding, resize_alg});
  }
  BMImage vpp_crop_and_resize_padding(BMImage& input, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w,
                                      int resize_h, PaddingAtrr& padding, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"vpp_crop_and_resize_padding", true, crop_x0, crop_y0, crop_w, crop_h, resize_w,
                                       resize_h, &padding, resize_alg});
  }
  template <std::size_t N>
  int vpp_crop_and_resize_padding(BMImageArray<N>& input, BMImageArray<N>& output, int crop_x0, int crop_y0, int crop_w,
                                  int crop_h, int resize_w, int resize_h, PaddingAtrr& padding,
                                  Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"vpp_crop_and_resize_padding", true, crop_x0, crop_y0, crop_w, crop_h, resize_w,
                                resize_h, &padding, resize_alg});
  }
  template <std::size_t N>
  BMImageArray<N> vpp_crop_and_resize_padding(BMImageArray<N>& input, int crop_x0, int crop_y0, int crop_w, int crop_h,
                                              int resize_w, int resize_h, PaddingAtrr& padding,
                                              Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"vpp_crop_and_resize_padding", true, crop_x0, crop_y0, crop_w, crop_h, resize_w,
                                       resize_h, &padding, resize_alg});
  }

  int vpp_crop(BMImage& input, BMImage& output, int crop_x0, int crop_y0, int crop_w, int crop_h) {
    return Resize(
        input, output,
        SizeOperation{"vpp_crop", true, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, nullptr, BMCV_INTER_NEAREST});
  }
  BMImage vpp_crop(BMImage& input, int crop_x0, int crop_y0, int crop_w, int crop_h) {
    return Resize(input, SizeOperation{"vpp_crop", true, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, nullptr,
                                       BMCV_INTER_NEAREST});
  }
  template <std::size_t N>
  int vpp_crop(BMImageArray<N>& input, BMImageArray<N>& output, int crop_x0, int crop_y0, int crop_w, int crop_h) {
    return Resize(
        input, output,
        SizeOperation{"vpp_crop", true, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, nullptr, BMCV_INTER_NEAREST});
  }
  template <std::size_t N>
  BMImageArray<N> vpp_crop(BMImageArray<N>& input, int crop_x0, int crop_y0, int crop_w, int crop_h) {
    return Resize(input, SizeOperation{"vpp_crop", true, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, nullptr,
                                       BMCV_INTER_NEAREST});
  }

  int vpp_crop_padding(BMImage& input, BMImage& output, int crop_x0, int crop_y0, int crop_w, int crop_h,
                       PaddingAtrr& padding) {
    return Resize(input, output,
                  SizeOperation{"vpp_crop_padding", true, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, &padding,
                                BMCV_INTER_NEAREST});
  }
  BMImage vpp_crop_padding(BMImage& input, int crop_x0, int crop_y0, int crop_w, int crop_h, PaddingAtrr& padding) {
    return Resize(input, SizeOperation{"vpp_crop_padding", true, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h,
                                       &padding, BMCV_INTER_NEAREST});
  }
  template <std::size_t N>
  int vpp_crop_padding(BMImageArray<N>& input, BMImageArray<N>& output, int crop_x0, int crop_y0, int crop_w,
                       int crop_h, PaddingAtrr& padding) {
    return Resize(input, output,
                  SizeOperation{"vpp_crop_padding", true, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h, &padding,
                                BMCV_INTER_NEAREST});
  }
  template <std::size_t N>
  BMImageArray<N> vpp_crop_padding(BMImageArray<N>& input, int crop_x0, int crop_y0, int crop_w, int crop_h,
                                   PaddingAtrr& padding) {
    return Resize(input, SizeOperation{"vpp_crop_padding", true, crop_x0, crop_y0, crop_w, crop_h, crop_w, crop_h,
                                       &padding, BMCV_INTER_NEAREST});
  }

  int vpp_resize(BMImage& input, BMImage& output, int resize_w, int resize_h,
                 Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"vpp_resize", true, 0, 0, kWhole, kWhole, resize_w, resize_h, nullptr, resize_alg});
  }
  BMImage vpp_resize(BMImage& input, int resize_w, int resize_h, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input,
                  SizeOperation{"vpp_resize", true, 0, 0, kWhole, kWhole, resize_w, resize_h, nullptr, resize_alg});
  }
  template <std::size_t N>
  int vpp_resize(BMImageArray<N>& input, BMImageArray<N>& output, int resize_w, int resize_h,
                 Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, output,
                  SizeOperation{"vpp_resize", true, 0, 0, kWhole, kWhole, resize_w, resize_h, nullptr, resize_alg});
  }
  template <std::size_t N>
  BMImageArray<N> vpp_resize(BMImageArray<N>& input, int resize_w, int resize_h,
                             Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input,
                  SizeOperation{"vpp_resize", true, 0, 0, kWhole, kWhole, resize_w, resize_h, nullptr, resize_alg});
  }

  int vpp_resize_padding(BMImage& input, BMImage& output, int resize_w, int resize_h, PaddingAtrr& padding,
                         Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(
        input, output,
        SizeOperation{"vpp_resize_padding", true, 0, 0, kWhole, kWhole, resize_w, resize_h, &padding, resize_alg});
  }
  BMImage vpp_resize_padding(BMImage& input, int resize_w, int resize_h, PaddingAtrr& padding,
                             Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"vpp_resize_padding", true, 0, 0, kWhole, kWhole, resize_w, resize_h, &padding,
                                       resize_alg});
  }
  template <std::size_t N>
  int vpp_resize_padding(BMImageArray<N>& input, BMImageArray<N>& output, int resize_w, int resize_h,
                         PaddingAtrr& padding, Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(
        input, output,
        SizeOperation{"vpp_resize_padding", true, 0, 0, kWhole, kWhole, resize_w, resize_h, &padding, resize_alg});
  }
  template <std::size_t N>
  BMImageArray<N> vpp_resize_padding(BMImageArray<N>& input, int resize_w, int resize_h, PaddingAtrr& padding,
                                     Algorithm resize_alg = BMCV_INTER_NEAREST) {
    return Resize(input, SizeOperation{"vpp_resize_padding", true, 0, 0, kWhole, kWhole, resize_w, resize_h, &padding,
                                       resize_alg});
  }

  std::vector<BMImage> crop(BMImage& input, std::vector<std::vector<int>> rects);
  bm_image crop_and_resize_padding(bm_image& input, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w,
                                   int resize_h, PaddingAtrr& padding, Algorithm resize_alg = BMCV_INTER_NEAREST);
  BMImage crop_and_resize_padding(BMImage& input, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w,
                                  int resize_h, PaddingAtrr& padding, Algorithm resize_alg = BMCV_INTER_NEAREST);

  // ---- Warps: the matrix maps pixels of the output to the input ----

  int warp(bm_image* input, bm_image* output, const Affine* matrix, int input_num = 1, int use_bilinear = 0,
           bool similar_to_opencv = false);
  int warp(BMImage& input, BMImage& output, const Affine& matrix, int use_bilinear = 0, bool similar_to_opencv = false);
  BMImage warp(BMImage& input, const Affine& matrix, int use_bilinear = 0, bool similar_to_opencv = false);
  template <std::size_t N>
  int warp(BMImageArray<N>& input, BMImageArray<N>& output, const std::array<Affine, N>& matrix, int use_bilinear = 0,
           bool similar_to_opencv = false) {
    Prepare(input, output, input[0].width, input[0].height);
    return warp(input.data(), output.data(), matrix.data(), static_cast<int>(N), use_bilinear, similar_to_opencv);
  }
  template <std::size_t N>
  BMImageArray<N> warp(BMImageArray<N>& input, const std::array<Affine, N>& matrix, int use_bilinear = 0,
                       bool similar_to_opencv = false) {
    BMImageArray<N> output;
    CheckDone(warp(input, output, matrix, use_bilinear, similar_to_opencv), "warp");
    return output;
  }
  // The four corners of the part of the input that fills the output: upper left, upper right, lower left, lower right.
  BMImage warp_perspective(BMImage& input, const Quad& coordinate, int output_width, int output_height,
                           bm_image_format_ext format = FORMAT_BGR_PLANAR,
                           bm_image_data_format_ext dtype = DATA_TYPE_EXT_1N_BYTE, int use_bilinear = 0);

  // ---- Values and formats ----

  // Plane i of the output = input * first + second of pair i, rounded and saturated to the output's type.
  int convert_to(bm_image* input, bm_image* output, const Scales& alpha_beta, int input_num = 1);
  int convert_to(BMImage& input, BMImage& output, const Scales& alpha_beta);
  BMImage convert_to(BMImage& input, const Scales& alpha_beta);
  template <std::size_t N>
  int convert_to(BMImageArray<N>& input, BMImageArray<N>& output, const Scales& alpha_beta) {
    Prepare(input, output, input[0].width, input[0].height);
    return convert_to(input.data(), output.data(), alpha_beta, static_cast<int>(N));
  }
  template <std::size_t N>
  BMImageArray<N> convert_to(BMImageArray<N>& input, const Scales& alpha_beta) {
    BMImageArray<N> output;
    CheckDone(convert_to(input, output, alpha_beta), "convert_to");
    return output;
  }
  int convert_format(BMImage& input, BMImage& output) { return Convert(input, output, Conversion::kFormat); }
  BMImage convert_format(BMImage& input, bm_image_format_ext image_format = FORMAT_BGR_PLANAR) {
    return Convert(input, image_format, Conversion::kFormat);
  }
  template <std::size_t N>
  int convert_format(BMImageArray<N>& input, BMImageArray<N>& output) {
    return Convert(input, output, Conversion::kFormat);
  }
  template <std::size_t N>
  BMImageArray<N> convert_format(BMImageArray<N>& input) {
    BMImageArray<N> output;
    CheckDone(Convert(input, output, Conversion::kFormat), "convert_format");
    return output;
  }

  int vpp_convert_format(BMImage& input, BMImage& output) { return Convert(input, output, Conversion::kVppFormat); }
  BMImage vpp_convert_format(BMImage& input, bm_image_format_ext image_format = FORMAT_BGR_PLANAR) {
    return Convert(input, image_format, Conversion::kVppFormat);
  }
  template <std::size_t N>
  int vpp_convert_format(BMImageArray<N>& input, BMImageArray<N>& output) {
    return Convert(input, output, Conversion::kVppFormat);
  }
  template <std::size_t N>
  BMImageArray<N> vpp_convert_format(BMImageArray<N>& input) {
    BMImageArray<N> output;
    CheckDone(Convert(input, output, Conversion::kVppFormat), "vpp_convert_format");
    return output;
  }

  int yuv2bgr(BMImage& input, BMImage& output) { return Convert(input, output, Conversion::kYuv2Bgr); }
  BMImage yuv2bgr(BMImage& input) { return Convert(input, FORMAT_BGR_PLANAR, Conversion::kYuv2Bgr); }
  template <std::size_t N>
  int yuv2bgr(BMImageArray<N>& input, BMImageArray<N>& output) {
    return Convert(input, output, Conversion::kYuv2Bgr);
  }
  template <std::size_t N>
  BMImageArray<N> yuv2bgr(BMImageArray<N>& input) {
    BMImageArray<N> output;
    CheckDone(Convert(input, output, Conversion::kYuv2Bgr), "yuv2bgr");
    return output;
  }

  // output = input1 * alpha + input2 * beta + gamma.
  int image_add_weighted(BMImage& input1, float alpha, BMImage& input2, float beta, float gamma, BMImage& output);
  BMImage image_add_weighted(BMImage& input1, float alpha, BMImage& input2, float beta, float gamma);
  int image_copy_to(bm_image input, bm_image output, int start_x, int start_y);
  int image_copy_to(BMImage& input, BMImage& output, int start_x = 0, int start_y = 0);
  int image_copy_to_padding(bm_image input, bm_image output, unsigned int padding_r, unsigned int padding_g,
                            unsigned int padding_b, int start_x, int start_y);
  int image_copy_to_padding(BMImage& input, BMImage& output, unsigned int padding_r, unsigned int padding_g,
                            unsigned int padding_b, int start_x = 0, int start_y = 0);
  template <std::size_t N>
  int image_copy_to(BMImageArray<N>& input, BMImageArray<N>& output, int start_x = 0, int start_y = 0) {
    int ret = 0;
    for (std::size_t i = 0; i < N && ret == 0; ++i) ret = image_copy_to(input[i], output[i], start_x, start_y);
    return ret;
  }
  template <std::size_t N>
  int image_copy_to_padding(BMImageArray<N>& input, BMImageArray<N>& output, unsigned int padding_r,
                            unsigned int padding_g, unsigned int padding_b, int start_x = 0, int start_y = 0) {
    int ret = 0;
    for (std::size_t i = 0; i < N && ret == 0; ++i) {
      ret = image_copy_to_padding(input[i], output[i], padding_r, padding_g, padding_b, start_x, start_y);
    }
    return ret;
  }
  // The Y plane of a YUV420P picture.
  int convert_yuv420p_to_gray(BMImage& input, BMImage& output);
  int convert_yuv420p_to_gray(bm_image& input, bm_image& output);
  int convert_yuv420p_to_gray_(bm_image& input, bm_image& output);
  int transpose(BMImage& input, BMImage& output);
  BMImage transpose(BMImage& input);
  int Sobel(BMImage& input, BMImage& output, int dx, int dy, int ksize = 3, float scale = 1.0f, float delta = 0.0f);
  BMImage Sobel(BMImage& input, int dx, int dy, int ksize = 3, float scale = 1.0f, float delta = 0.0f);
  int gaussian_blur(BMImage& input, BMImage& output, int kw, int kh, float sigma_x, float sigma_y = 0.0f);
  BMImage gaussian_blur(BMImage& input, int kw, int kh, float sigma_x, float sigma_y = 0.0f);

  // ---- Drawing into an image; colours are blue, green, red ----

  int rectangle(const BMImage& image, int x0, int y0, int w, int h, const Bgr& color, int thickness = 1);
  int rectangle(const bm_image& image, int x0, int y0, int w, int h, const Bgr& color, int thickness = 1);
  int rectangle_(const bm_image& image, int x0, int y0, int w, int h, const Bgr& color, int thickness = 1);
  int fillRectangle(const BMImage& image, int x0, int y0, int w, int h, const Bgr& color);
  int fillRectangle(const bm_image& image, int x0, int y0, int w, int h, const Bgr& color);
  int fillRectangle_(const bm_image& image, int x0, int y0, int w, int h, const Bgr& color);
  int putText(const BMImage& image, const std::string& text, int x, int y, const Bgr& color, float font_scale,
              int thickness = 1);
  int putText(const bm_image& image, const std::string& text, int x, int y, const Bgr& color, float font_scale,
              int thickness = 1);
  int putText_(const bm_image& image, const std::string& text, int x, int y, const Bgr& color, float font_scale,
               int thickness = 1);
  // A dot of 2 * radius pixels (at least one). BM_ERR_PARAM for a centre outside the image.
  int drawPoint(const BMImage& image, std::pair<int, int> center, Bytes color, int radius);
  int drawPoint(const bm_image& image, std::pair<int, int> center, Bytes color, int radius);
  int drawPoint_(const bm_image& image, std::pair<int, int> center, Bytes color, int radius);
  // line_num lines from start[i] to end[i].
  int drawLines(BMImage& image, std::vector<std::pair<int, int>>& start, std::vector<std::pair<int, int>>& end,
                int line_num, Bytes color, int thickness);
  // The lines between neighbours of every list, and from its last point to its first with isclosed. Only shift 0.
  int polylines(BMImage& image, std::vector<std::vector<std::pair<int, int>>>& pts, bool isclosed, Bytes color,
                int thickness = 1, int shift = 0);
  // locations are [x, y, w, h].
  int mosaic(int mosaic_num, BMImage& input, std::vector<std::vector<int>> rects, int is_expand);
  // Not built, as the next two groups are, except fft.
  int watermark_superpose(BMImage& image, std::string water_name, int bitmap_type, int pitch,
                          std::vector<std::vector<int>> rects, std::vector<int> color);
  int bmcv_overlay(BMImage& image, std::vector<std::vector<int>> overlay_info,
                   std::vector<const BMImage*> overlay_image);

  // ---- Files ----

  // .jpg, .jpeg, .png or .bmp, in any case; any format that bmcv converts to RGB. params are OpenCV's pairs: {1, JPEG
  // quality 0..100}, 95 without. JPEG stores YUV and grey pictures as they are, others as 4:2:0.
  int imwrite(const std::string& filename, const BMImage& image);
  int imwrite(const std::string& filename, const BMImage& image, const std::vector<int>& params);
  int imwrite(const std::string& filename, const bm_image& image);
  int imwrite_(const std::string& filename, const bm_image& image);
  int imwrite_(const std::string& filename, const bm_image& image, const std::vector<int>& params);
  // The formats of Decoder's pictures.
  int imread(const std::string& filename, BMImage& image);
  BMImage imread(const std::string& filename);
  // A picture file in memory.
  BMImage imdecode(const void* data_ptr, size_t data_size);
  // `ext` as the end of a file name. False, and a log line, for what imwrite refuses.
  bool imencode(std::string& ext, BMImage& img, std::vector<u_char>& buf);
  bool imencode(std::string& ext, bm_image& img, std::vector<u_char>& buf);

  // ---- Signals and vectors ----

  // Transforms of [batch, length] values, real or real and imaginary: the real and imaginary parts.
  std::vector<Tensor> fft(bool forward, Tensor& input_real);
  std::vector<Tensor> fft(bool forward, Tensor& input_real, Tensor& input_imag);
  std::tuple<Tensor, Tensor> stft(Tensor& input_real, Tensor& input_imag, bool real_input, bool normalize, int n_fft,
                                  int hop_len, int pad_mode, int win_mode);
  std::tuple<Tensor, Tensor> istft(Tensor& input_real, Tensor& input_imag, bool real_input, bool normalize, int L,
                                   int hop_len, int pad_mode, int win_mode);
  std::tuple<Tensor, Tensor> faiss_indexflatL2(Tensor& query, Tensor& query_l2norm, Tensor& database,
                                               Tensor& database_l2norm, int vec_dims, int query_nums, int database_nums,
                                               int topk);
  std::tuple<Tensor, Tensor> faiss_indexflatIP(Tensor& query, Tensor& database, int vec_dims, int query_nums,
                                               int database_nums, int topk);
  int faiss_indexPQ_encode(Tensor& input_vecs, Tensor& centroids, Tensor& encoded_vecs, int encode_vec_num,
                           int vec_dims, int slice_num, int centroids_num, int ip_metric);
  std::tuple<Tensor, Tensor> faiss_indexPQ_ADC(Tensor& query, Tensor& centroids, Tensor& database_vecs, int vec_dims,
                                               int slice_num, int centroids_num, int database_num, int query_num,
                                               int topk, int ip_metric);
  int faiss_indexPQ_SDC(Tensor& query, Tensor& sdc_table, Tensor& database_vecs, Tensor& distance, Tensor& index,
                        int slice_num, int centroids_num, int database_num, int query_num, int topk, int ip_metric);

  // ---- Boxes ----

  // The boxes that remain, best first; the caller deletes the result.
  nms_proposal_t* nms(face_rect_t* input_proposal, int proposal_size, float threshold);

 private:
  static constexpr int kWhole = std::numeric_limits<int>::min();  // what no caller means by a width
  // One of the size operations: a part of the input, its size in the output, where it lies there.
  struct SizeOperation {
    const char* name;
    bool vpp;
    int x, y, w, h;  // w kWhole: the whole input
    int width, height;
    const PaddingAtrr* padding;
    Algorithm algorithm;
  };
  enum class Conversion { kFormat, kVppFormat, kYuv2Bgr };

  int Resize(bm_image* input, bm_image* output, int count, const SizeOperation& operation);
  int Resize(BMImage& input, BMImage& output, const SizeOperation& operation);
  BMImage Resize(BMImage& input, const SizeOperation& operation);
  int Convert(bm_image* input, bm_image* output, int count, Conversion conversion);
  int Convert(BMImage& input, BMImage& output, Conversion conversion);
  BMImage Convert(BMImage& input, bm_image_format_ext format, Conversion conversion);
  std::vector<Tensor> Transform(bool forward, Tensor& real, Tensor* imaginary);
  void TensorToImages(Tensor& tensor, bm_image_format_ext format, bm_image* images, int count);
  static bm_image_format_ext FormatOf(bool bgr2rgb, const std::string& layout);
  static bm_image_format_ext OutputFormat(bm_image_format_ext input);
  void Prepare(BMImage& input, BMImage& output, int w, int h);
  static void CheckDone(int ret, const char* name);

  template <std::size_t N>
  void Prepare(BMImageArray<N>& input, BMImageArray<N>& output, int w, int h) {
    const bool created = output[0].image_private != nullptr;
    if (created && output[0].width == w && output[0].height == h) return;
    Handle handle = get_handle();
    output.create(handle, h, w, created ? output[0].image_format : OutputFormat(input[0].image_format),
                  created ? output[0].data_type : input[0].data_type);
  }
  template <std::size_t N>
  int Resize(BMImageArray<N>& input, BMImageArray<N>& output, const SizeOperation& operation) {
    Prepare(input, output, operation.width, operation.height);
    return Resize(input.data(), output.data(), static_cast<int>(N), operation);
  }
  template <std::size_t N>
  BMImageArray<N> Resize(BMImageArray<N>& input, const SizeOperation& operation) {
    BMImageArray<N> output;
    CheckDone(Resize(input, output, operation), operation.name);
    return output;
  }
  template <std::size_t N>
  int Convert(BMImageArray<N>& input, BMImageArray<N>& output, Conversion conversion) {
    Prepare(input, output, input[0].width, input[0].height);
    return Convert(input.data(), output.data(), static_cast<int>(N), conversion);
  }

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_CVWRAPPER_H_
