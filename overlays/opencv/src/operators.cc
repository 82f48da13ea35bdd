// cv::bmcv: operators that are one call of bmcv, and those that are not built.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "opencv2/core/bmcv.hpp"
#include "overlays/opencv/src/edge.h"
#include "overlays/opencv/src/image.h"

namespace {

using bm::opencv::AtEdge;
using bm::opencv::Called;
using bm::opencv::Image;
using bm::opencv::ToImage;

// A matrix that holds the result of an operator on `in`: the caller's own if it fits and is no input itself.
cv::Mat Target(const cv::Mat& in, cv::OutputArray dst, cv::Size size, int type) {
  cv::Mat out;
  if (dst.kind() == cv::_InputArray::MAT && dst.getMat().u != in.u) out = dst.getMat();
  bm::opencv::Fit(size, type, bm::opencv::IdOf(in), &out);
  return out;
}

absl::Status Give(const cv::Mat& out, bool update, cv::OutputArray dst) {
  if (update) RETURN_IF_ERROR(bm::opencv::Download(out));
  if (dst.kind() == cv::_InputArray::MAT) {
    dst.getMatRef() = out;
  } else {
    out.copyTo(dst);
  }
  return absl::OkStatus();
}

// operation(handle, input, output), the output of `size` and `type`.
using Operation = std::function<absl::Status(bm_handle_t, bm_image, bm_image)>;
absl::Status Apply(const cv::Mat& in, cv::Size size, int type, bool update, cv::OutputArray dst,
                   const Operation& operation) {
  ASSIGN_OR_RETURN(const Image source, ToImage(in));
  if (update) RETURN_IF_ERROR(bm::opencv::Upload(in));
  const cv::Mat out = Target(in, dst, size, type);
  ASSIGN_OR_RETURN(const Image target, ToImage(out));
  RETURN_IF_ERROR(operation(in.u->hid, source.get(), target.get()));
  return Give(out, update, dst);
}

// The same with two inputs that are alike.
absl::Status ApplyToTwo(const cv::Mat& a, const cv::Mat& b, bool update, cv::OutputArray dst,
                        const std::function<absl::Status(bm_handle_t, bm_image, bm_image, bm_image)>& operation) {
  if (a.size != b.size || a.type() != b.type()) {
    return absl::InvalidArgumentError(absl::StrCat("inputs of ", a.cols, " x ", a.rows, ", ",
                                                   cv::typeToString(a.type()), " and ", b.cols, " x ", b.rows, ", ",
                                                   cv::typeToString(b.type()), "; they must be alike"));
  }
  ASSIGN_OR_RETURN(const Image second, ToImage(b));
  if (update) RETURN_IF_ERROR(bm::opencv::Upload(b));
  return Apply(a, a.size(), a.type(), update, dst, [&](bm_handle_t handle, bm_image first, bm_image out) {
    return operation(handle, first, second.get(), out);
  });
}

using Combination = bm_status_t (*)(bm_handle_t, bm_image, bm_image, bm_image);
bm_status_t Combine(const char* function, Combination combination, cv::InputArray a, cv::InputArray b, bool update,
                    cv::OutputArray dst) {
  return AtEdge(function, [&] {
    return ApplyToTwo(a.getMat(), b.getMat(), update, dst,
                      [&](bm_handle_t handle, bm_image first, bm_image second, bm_image out) {
                        return Called(combination(handle, first, second, out), "bmcv");
                      });
  });
}

// For operators that know planes only: packed colours go through planar images.
absl::Status InPlanes(bm_handle_t handle, bm_image in, bm_image out, const Operation& operation) {
  if (in.image_format != FORMAT_BGR_PACKED) return operation(handle, in, out);
  ASSIGN_OR_RETURN(Image planar_in, Image::Create(handle, in.width, in.height, FORMAT_BGR_PLANAR, in.data_type));
  ASSIGN_OR_RETURN(Image planar_out, Image::Create(handle, out.width, out.height, FORMAT_BGR_PLANAR, out.data_type));
  RETURN_IF_ERROR(
      Called(bmcv_image_storage_convert(handle, 1, &in, planar_in.address()), "bmcv_image_storage_convert"));
  RETURN_IF_ERROR(operation(handle, planar_in.get(), planar_out.get()));
  return Called(bmcv_image_storage_convert(handle, 1, planar_out.address(), &out), "bmcv_image_storage_convert");
}

absl::Status Crop(const cv::Mat& in, const cv::Rect& rect, cv::OutputArray dst) {
  return Apply(in, rect.size(), in.type(), true, dst, [&](bm_handle_t handle, bm_image source, bm_image target) {
    bmcv_rect_t area = {rect.x, rect.y, rect.width, rect.height};
    return Called(bmcv_image_crop(handle, 1, &area, source, &target), "bmcv_image_crop");
  });
}

absl::Status CheckSize(cv::Size size) {
  if (size.width > 0 && size.height > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("an output of ", size.width, " x ", size.height, " pixels"));
}

unsigned char Byte(double value) { return cv::saturate_cast<unsigned char>(value); }

absl::Status Draw(cv::InputOutputArray img, const std::vector<cv::Rect>& rects, const cv::Scalar& color, int thickness,
                  bool update) {
  const cv::Mat mat = img.getMat();
  ASSIGN_OR_RETURN(const Image image, ToImage(mat));
  if (update) RETURN_IF_ERROR(bm::opencv::Upload(mat));
  std::vector<bmcv_rect_t> areas;
  for (const cv::Rect& rect : rects) areas.push_back({rect.x, rect.y, rect.width, rect.height});
  const unsigned char b = Byte(color[0]), g = Byte(color[1]), r = Byte(color[2]);
  const int count = static_cast<int>(areas.size());
  const bm_status_t code =
      thickness < 0 ? bmcv_image_fill_rectangle(mat.u->hid, image.get(), count, areas.data(), r, g, b)
                    : bmcv_image_draw_rectangle(mat.u->hid, image.get(), count, areas.data(), thickness, r, g, b);
  RETURN_IF_ERROR(Called(code, "drawing rectangles"));
  return update ? bm::opencv::Download(mat) : absl::OkStatus();
}

absl::Status Warp(bm_handle_t handle, bm_image in, bm_image out, const cv::Mat& matrix, int flags) {
  if (matrix.rows != 2 || matrix.cols != 3 || matrix.channels() != 1) {
    return absl::InvalidArgumentError(absl::StrCat("a matrix of ", matrix.rows, " x ", matrix.cols, ", not 2 x 3"));
  }
  cv::Mat_<float> elements = matrix;
  bmcv_affine_matrix affine;
  std::copy(elements.begin(), elements.end(), affine.m);
  bmcv_affine_image_matrix of_image = {&affine, 1};
  constexpr int kInterpolations = 7, kInverse = 16;  // OpenCV's INTER_MAX, WARP_INVERSE_MAP
  const int is_linear = (flags & kInterpolations) == 0 ? 0 : 1;
  const bm_status_t code = (flags & kInverse) != 0
                               ? bmcv_image_warp_affine(handle, 1, &of_image, &in, &out, is_linear)
                               : bmcv_image_warp_affine_similar_to_opencv(handle, 1, &of_image, &in, &out, is_linear);
  return Called(code, "bmcv_image_warp_affine");
}

// One row for each function that is not built.
bm_status_t NotBuilt(const char* function, const char* reason) {
  return bm::opencv::Report(function, absl::UnimplementedError(reason));
}
constexpr char kNoOperator[] = "not supported: BMCV of this chip has no such operator";
constexpr char kNotBuilt[] = "not supported: not built yet";

}  // namespace

namespace cv {
namespace bmcv {

bm_status_t hwResize(Mat& src, OutputArray dst, Size dsize, int interpolation) {
  return AtEdge("cv::bmcv::hwResize", [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckSize(dsize));
    const Mat in = src;
    return Apply(in, dsize, in.type(), true, dst, [&](bm_handle_t, bm_image source, bm_image target) {
      bm::opencv::Scaling scaling;
      scaling.rect = bm::opencv::WholeOf(source);
      scaling.algorithm = static_cast<bmcv_resize_algorithm>(interpolation);
      return bm::opencv::Convert(source, scaling, target);
    });
  });
}

bm_status_t hwBorder(Mat& src, int top, int bottom, int left, int right, OutputArray dst, const Scalar& value) {
  return AtEdge("cv::bmcv::hwBorder", [&]() -> absl::Status {
    if (top < 0 || bottom < 0 || left < 0 || right < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("borders of ", top, ", ", bottom, ", ", left, ", ", right, " pixels; none may be negative"));
    }
    const Mat in = src;
    const int64_t columns = int64_t{in.cols} + left + right, rows = int64_t{in.rows} + top + bottom;
    if (std::max(columns, rows) > std::numeric_limits<int>::max()) {
      return absl::InvalidArgumentError(absl::StrCat("borders that make ", columns, " x ", rows, " pixels"));
    }
    const Size size(static_cast<int>(columns), static_cast<int>(rows));
    return Apply(in, size, in.type(), true, dst, [&](bm_handle_t handle, bm_image source, bm_image target) {
      const bmcv_copy_to_atrr_t place = {left,           top, Byte(value[in.channels() == 1 ? 0 : 2]), Byte(value[1]),
                                         Byte(value[0]), 1};
      return Called(bmcv_image_copy_to(handle, place, source, target), "bmcv_image_copy_to");
    });
  });
}

bm_status_t hwCrop(InputArray src, Rect rect, OutputArray dst) {
  return AtEdge("cv::bmcv::hwCrop", [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckSize(rect.size()));
    return Crop(src.getMat(), rect, dst);
  });
}

bm_status_t hwMultiCrop(InputArray src, std::vector<Rect>& rects, std::vector<Mat>& dsts) {
  return AtEdge("cv::bmcv::hwMultiCrop", [&]() -> absl::Status {
    const Mat in = src.getMat();
    std::vector<Mat> outs(rects.size());
    for (size_t i = 0; i < rects.size(); ++i) {
      RETURN_IF_ERROR(CheckSize(rects[i].size()));
      RETURN_IF_ERROR(Crop(in, rects[i], outs[i]));
    }
    dsts = std::move(outs);
    return absl::OkStatus();
  });
}

bm_status_t hwSobel(InputArray src, OutputArray dst, int dx, int dy, int ksize, double scale, double delta) {
  return AtEdge("cv::bmcv::hwSobel", [&] {
    const Mat in = src.getMat();
    return Apply(in, in.size(), in.type(), true, dst, [&](bm_handle_t handle, bm_image source, bm_image target) {
      return Called(
          bmcv_image_sobel(handle, source, target, dx, dy, ksize, static_cast<float>(scale), static_cast<float>(delta)),
          "bmcv_image_sobel");
    });
  });
}

bm_status_t hwGaussianBlur(InputArray src, OutputArray dst, int kw, int kh, double sigmaX, double sigmaY) {
  return AtEdge("cv::bmcv::hwGaussianBlur", [&] {
    const Mat in = src.getMat();
    return Apply(in, in.size(), in.type(), true, dst, [&](bm_handle_t handle, bm_image source, bm_image target) {
      return Called(bmcv_image_gaussian_blur(handle, source, target, kw, kh, static_cast<float>(sigmaX),
                                             static_cast<float>(sigmaY)),
                    "bmcv_image_gaussian_blur");
    });
  });
}

bm_status_t warpAffine(InputArray src, OutputArray dst, InputArray matrix, Size dsize, int flags, int, bool update) {
  return AtEdge("cv::bmcv::warpAffine", [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckSize(dsize));
    const Mat in = src.getMat(), elements = matrix.getMat();
    return Apply(in, dsize, in.type(), update, dst, [&](bm_handle_t handle, bm_image source, bm_image target) {
      return InPlanes(handle, source, target, [&](bm_handle_t, bm_image planar, bm_image out) {
        return Warp(handle, planar, out, elements, flags);
      });
    });
  });
}

bm_status_t rectangle(InputOutputArray img, Point pt1, Point pt2, const Scalar& color, int thickness, bool update) {
  return AtEdge("cv::bmcv::rectangle", [&]() -> absl::Status {
    const Point least(std::min(pt1.x, pt2.x), std::min(pt1.y, pt2.y));
    const int64_t columns = std::abs(int64_t{pt1.x} - pt2.x) + 1, rows = std::abs(int64_t{pt1.y} - pt2.y) + 1;
    if (std::max(columns, rows) > std::numeric_limits<int>::max()) {
      return absl::InvalidArgumentError(absl::StrCat("a rectangle of ", columns, " x ", rows, " pixels"));
    }
    const Rect rect(least, Size(static_cast<int>(columns), static_cast<int>(rows)));
    return Draw(img, {rect}, color, thickness, update);
  });
}

bm_status_t rectangle(InputOutputArray img, Rect rect, const Scalar& color, int thickness, bool update) {
  return AtEdge("cv::bmcv::rectangle", [&] { return Draw(img, {rect}, color, thickness, update); });
}

bm_status_t rectangle(Mat& img, std::vector<Rect>& rects, const Scalar& color, int thickness, bool update) {
  return AtEdge("cv::bmcv::rectangle", [&] { return Draw(img, rects, color, thickness, update); });
}

bm_status_t bitwise_and(InputArray src1, InputArray src2, OutputArray dst, bool update) {
  return Combine("cv::bmcv::bitwise_and", bmcv_image_bitwise_and, src1, src2, update, dst);
}

bm_status_t bitwise_or(InputArray src1, InputArray src2, OutputArray dst, bool update) {
  return Combine("cv::bmcv::bitwise_or", bmcv_image_bitwise_or, src1, src2, update, dst);
}

bm_status_t bitwise_xor(InputArray src1, InputArray src2, OutputArray dst, bool update) {
  return Combine("cv::bmcv::bitwise_xor", bmcv_image_bitwise_xor, src1, src2, update, dst);
}

bm_status_t absdiff(InputArray src1, InputArray src2, OutputArray dst, bool update) {
  return Combine("cv::bmcv::absdiff", bmcv_image_absdiff, src1, src2, update, dst);
}

bm_status_t addWeighted(InputArray src1, double alpha, InputArray src2, double beta, double gamma, OutputArray dst,
                        bool update) {
  return AtEdge("cv::bmcv::addWeighted", [&] {
    return ApplyToTwo(src1.getMat(), src2.getMat(), update, dst,
                      [&](bm_handle_t handle, bm_image a, bm_image b, bm_image out) {
                        return Called(bmcv_image_add_weighted(handle, a, static_cast<float>(alpha), b,
                                                              static_cast<float>(beta), static_cast<float>(gamma), out),
                                      "bmcv_image_add_weighted");
                      });
  });
}

bm_status_t threshold(InputArray src, OutputArray dst, unsigned char thresh, unsigned char maxval, int type,
                      bool update) {
  return AtEdge("cv::bmcv::threshold", [&] {
    const Mat in = src.getMat();
    return Apply(in, in.size(), in.type(), update, dst, [&](bm_handle_t handle, bm_image source, bm_image target) {
      return Called(bmcv_image_threshold(handle, source, target, thresh, maxval, static_cast<bm_thresh_type_t>(type)),
                    "bmcv_image_threshold");
    });
  });
}

bm_status_t transpose(InputArray src, OutputArray dst, bool update) {
  return AtEdge("cv::bmcv::transpose", [&] {
    const Mat in = src.getMat();
    const Size size(in.rows, in.cols);
    return Apply(in, size, in.type(), update, dst, [&](bm_handle_t handle, bm_image source, bm_image target) {
      return InPlanes(handle, source, target, [](bm_handle_t handle, bm_image planar, bm_image out) {
        return Called(bmcv_image_transpose(handle, planar, out), "bmcv_image_transpose");
      });
    });
  });
}

bm_status_t convertTo(InputArray src, OutputArray dst, int rtype, float alpha, float beta, bool update) {
  return convertTo(src, dst, rtype, std::array<float, 3>{alpha, alpha, alpha}, std::array<float, 3>{beta, beta, beta},
                   update);
}

bm_status_t convertTo(InputArray src, OutputArray dst, int rtype, std::array<float, 3> alpha, std::array<float, 3> beta,
                      bool update) {
  return AtEdge("cv::bmcv::convertTo", [&] {
    const Mat in = src.getMat();
    const int type = CV_MAKETYPE(CV_MAT_DEPTH(rtype), in.channels());
    return Apply(in, in.size(), type, update, dst, [&](bm_handle_t handle, bm_image source, bm_image target) {
      return InPlanes(handle, source, target, [&](bm_handle_t handle, bm_image planar, bm_image out) {
        const bmcv_convert_to_attr scale = {alpha[0], beta[0], alpha[1], beta[1], alpha[2], beta[2]};
        return Called(bmcv_image_convert_to(handle, 1, scale, &planar, &out), "bmcv_image_convert_to");
      });
    });
  });
}

#define X(name, parameters, reason) \
  bm_status_t name parameters { return NotBuilt("cv::bmcv::" #name, reason); }
#include "overlays/opencv/src/not_built.inc"
#undef X

}  // namespace bmcv
}  // namespace cv
