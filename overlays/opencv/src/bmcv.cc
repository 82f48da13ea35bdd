// cv::bmcv: cards, memory and conversion.
#include "opencv2/core/bmcv.hpp"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "overlays/opencv/src/allocator.h"
#include "overlays/opencv/src/edge.h"
#include "overlays/opencv/src/frame.h"
#include "overlays/opencv/src/image.h"

namespace {

using bm::opencv::AtEdge;
using bm::opencv::Called;
using bm::opencv::DeviceAllocator;
using bm::opencv::Image;
using bm::opencv::Scaling;
using bm::opencv::ToImage;

absl::Status CheckImage(const bm_image* image) {
  if (image == nullptr) return absl::InvalidArgumentError("the image is null");
  if (image->image_private == nullptr) return absl::DataLossError("the image is not created");
  if (!bm_image_is_attached(*image)) return absl::DataLossError("the image has no memory");
  return absl::OkStatus();
}

int IdOf(const bm_image* image) { return bm_get_devid(bm_image_get_handle(const_cast<bm_image*>(image))); }

// Converts a whole image into `out`, which becomes CV_8UC3 of its size.
absl::Status ToBgr(const bm_image& image, int id, csc_type_t csc, bool update, cv::Mat* out) {
  cv::Mat target = *out;
  bm::opencv::Fit(cv::Size(image.width, image.height), CV_8UC3, id, &target);
  ASSIGN_OR_RETURN(const Image bgr, ToImage(target));
  Scaling scaling;
  scaling.rect = bm::opencv::WholeOf(image);
  scaling.csc = csc;
  RETURN_IF_ERROR(bm::opencv::Convert(image, scaling, bgr.get()));
  if (update) RETURN_IF_ERROR(bm::opencv::Download(target));
  *out = target;
  return absl::OkStatus();
}

// A matrix over memory of the program has no UMatData.
absl::Status AttachBesides(cv::Mat* mat) {
  ASSIGN_OR_RETURN(const DeviceAllocator* const allocator, DeviceAllocator::For(0));
  cv::UMatData* const data = allocator->NewData();
  data->data = data->origdata = const_cast<uchar*>(mat->datastart);
  data->size = static_cast<size_t>(mat->datalimit - mat->datastart);
  data->flags |= cv::UMatData::USER_ALLOCATED;
  const absl::Status attached = allocator->AttachMemory(data);
  if (!attached.ok()) {
    allocator->deallocate(data);
    return attached;
  }
  data->refcount = 1;
  mat->u = data;
  return absl::OkStatus();
}

absl::Status Attach(cv::Mat* mat) {
  if (mat->empty()) return absl::InvalidArgumentError("the matrix is empty");
  const DeviceAllocator* const allocator = DeviceAllocator::Of(mat->u);
  if (allocator != nullptr && mat->u->addr != 0) return absl::OkStatus();
  if (allocator != nullptr && mat->u->frame != nullptr) {
    return absl::UnimplementedError("the AVFrame of the matrix has no device memory, and cannot be given any");
  }
  if (allocator != nullptr) {
    RETURN_IF_ERROR(allocator->AttachMemory(mat->u));
  } else if (mat->u == nullptr) {
    RETURN_IF_ERROR(AttachBesides(mat));
  } else {
    cv::Mat moved(cv::SophonDevice(0));
    mat->copyTo(moved);
    if (moved.u->addr == 0) return absl::ResourceExhaustedError("the card has no memory for the matrix");
    *mat = moved;
  }
  return bm::opencv::Upload(*mat);
}

bmcv_rect_t RectOf(const cv::Rect& rect) { return {rect.x, rect.y, rect.width, rect.height}; }

absl::Status ConvertRects(cv::Mat& m, const std::vector<cv::Rect>& rects, const std::vector<cv::Size>& sizes,
                          bool update, Scaling scaling, std::vector<cv::Mat>* out) {
  if (rects.size() != sizes.size()) {
    return absl::InvalidArgumentError(absl::StrCat(rects.size(), " rectangles and ", sizes.size(), " sizes"));
  }
  ASSIGN_OR_RETURN(const Image source, ToImage(m));
  if (update) RETURN_IF_ERROR(bm::opencv::Upload(m));
  std::vector<cv::Mat> targets = *out;
  targets.resize(rects.size());
  for (size_t i = 0; i < rects.size(); ++i) {
    bm::opencv::Fit(sizes[i], CV_8UC3, bm::opencv::IdOf(m), &targets[i]);
    ASSIGN_OR_RETURN(const Image target, ToImage(targets[i]));
    scaling.rect = RectOf(rects[i]);
    RETURN_IF_ERROR(bm::opencv::Convert(source.get(), scaling, target.get()));
    if (update) RETURN_IF_ERROR(bm::opencv::Download(targets[i]));
  }
  *out = std::move(targets);
  return absl::OkStatus();
}

absl::Status Resize(const bm_image& in, bmcv_resize_algorithm algorithm, const bm_image& out) {
  if (in.data_type != out.data_type || in.image_format != out.image_format) {
    return absl::InvalidArgumentError(absl::StrCat("input of format ", in.image_format, ", type ", in.data_type,
                                                   " and output of ", out.image_format, ", ", out.data_type,
                                                   "; they must be alike"));
  }
  if (in.data_type == DATA_TYPE_EXT_1N_BYTE) {
    Scaling scaling;
    scaling.rect = bm::opencv::WholeOf(in);
    scaling.algorithm = algorithm;
    return bm::opencv::Convert(in, scaling, out);
  }
  bmcv_resize_t rect = {0, 0, in.width, in.height, out.width, out.height};
  bmcv_resize_image attributes = {&rect, 1, 1, 0, 0, 0, static_cast<unsigned>(algorithm)};
  bm_image source = in, target = out;
  return Called(bmcv_image_resize(bm_image_get_handle(&source), 1, &attributes, &source, &target), "bmcv_image_resize");
}

constexpr int kImagesOf4N = 4;

// The four pictures of a 4N image.
absl::Status Split4N(bm_image* image, csc_type_t csc, bool update, cv::Mat* const outs[kImagesOf4N]) {
  RETURN_IF_ERROR(CheckImage(image));
  if (image->data_type != DATA_TYPE_EXT_4N_BYTE) {
    return absl::UnimplementedError(
        absl::StrCat("an image of type ", image->data_type, " holds no four pictures; 4N_BYTE does"));
  }
  cv::Mat targets[kImagesOf4N];
  Image images[kImagesOf4N];
  bm_image views[kImagesOf4N];
  for (int i = 0; i < kImagesOf4N; ++i) {
    targets[i] = *outs[i];
    bm::opencv::Fit(cv::Size(image->width, image->height), CV_8UC3, IdOf(image), &targets[i]);
    ASSIGN_OR_RETURN(images[i], ToImage(targets[i]));
    views[i] = images[i].get();
  }
  const bm_handle_t handle = bm_image_get_handle(image);
  const bm_status_t code = csc == CSC_MAX_ENUM
                               ? bmcv_image_storage_convert(handle, kImagesOf4N, image, views)
                               : bmcv_image_storage_convert_with_csctype(handle, kImagesOf4N, image, views, csc);
  RETURN_IF_ERROR(Called(code, "bmcv_image_storage_convert"));
  for (int i = 0; i < kImagesOf4N; ++i) {
    if (update) RETURN_IF_ERROR(bm::opencv::Download(targets[i]));
    *outs[i] = targets[i];
  }
  return absl::OkStatus();
}

}  // namespace

namespace cv {
namespace bmcv {

bm_handle_t getCard(int id) {
  const absl::StatusOr<bm_handle_t> handle = bm::opencv::HandleOf(id);
  bm::opencv::Report("cv::bmcv::getCard", handle.status());
  return handle.ok() ? *handle : nullptr;
}

int getId(bm_handle_t handle) { return bm_get_devid(handle); }

bm_device_mem_t getDeviceMem(unsigned long long addr, int len) {
  return bm_mem_from_device(addr, static_cast<unsigned>(std::max(len, 0)));
}

bm_status_t attachDeviceMemory(Mat& m) {
  return AtEdge("cv::bmcv::attachDeviceMemory", [&] { return Attach(&m); });
}

void uploadMat(Mat& m) {
  AtEdge("cv::bmcv::uploadMat", [&] { return bm::opencv::Upload(m); });
}

void downloadMat(Mat& m) {
  AtEdge("cv::bmcv::downloadMat", [&] { return bm::opencv::Download(m); });
}

bm_status_t toBMI(Mat& m, bm_image* image, bool update) {
  return AtEdge("cv::bmcv::toBMI", [&]() -> absl::Status {
    if (image == nullptr) return absl::InvalidArgumentError("the image is null");
    ASSIGN_OR_RETURN(Image made, ToImage(m));
    if (update) RETURN_IF_ERROR(bm::opencv::Upload(m));
    *image = made.Release();
    return absl::OkStatus();
  });
}

bm_status_t toMAT(Mat& in, Mat& out, bool update) {
  return AtEdge("cv::bmcv::toMAT", [&]() -> absl::Status {
    const Mat source = in;
    ASSIGN_OR_RETURN(const Image image, ToImage(source));
    if (update) RETURN_IF_ERROR(bm::opencv::Upload(source));
    const bm::opencv::Colour colour = bm::opencv::ColourOf(source);
    return ToBgr(image.get(), bm::opencv::IdOf(source), bm::opencv::ToRgb(colour.space, colour.is_full_range), update,
                 &out);
  });
}

bm_status_t toMAT(bm_image* image, Mat& out, bool update, csc_type_t csc) {
  return AtEdge("cv::bmcv::toMAT", [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckImage(image));
    return ToBgr(*image, IdOf(image), csc, update, &out);
  });
}

bm_status_t toMAT(bm_image* image, Mat& out, int color_space, int color_range, void*, int, bool update, bool) {
  return toMAT(image, out, update, bm::opencv::ToRgb(color_space, color_range == AVCOL_RANGE_JPEG));
}

bm_status_t toMAT(bm_image* image, Mat& m0, Mat& m1, Mat& m2, Mat& m3, bool update, csc_type_t csc) {
  return AtEdge("cv::bmcv::toMAT", [&] {
    Mat* const outs[] = {&m0, &m1, &m2, &m3};
    return Split4N(image, csc, update, outs);
  });
}

bm_status_t convert(Mat& m, Mat& out, bool update) {
  return AtEdge("cv::bmcv::convert", [&]() -> absl::Status {
    const Mat source = m;
    RETURN_IF_ERROR(ToImage(source).status());
    Mat target = out;
    if (target.empty()) bm::opencv::Fit(source.size(), CV_8UC3, bm::opencv::IdOf(source), &target);
    if (update) RETURN_IF_ERROR(bm::opencv::Upload(source));
    RETURN_IF_ERROR(bm::opencv::ConvertMat(source, target));
    if (update) RETURN_IF_ERROR(bm::opencv::Download(target));
    out = target;
    return absl::OkStatus();
  });
}

bm_status_t convert(Mat& m, std::vector<Rect>& vrt, std::vector<Size>& vsz, std::vector<Mat>& out, bool update,
                    csc_type_t csc, csc_matrix_t* matrix, bmcv_resize_algorithm algorithm) {
  return AtEdge("cv::bmcv::convert", [&] {
    Scaling scaling;
    scaling.csc = csc;
    scaling.matrix = matrix;
    scaling.algorithm = algorithm;
    return ConvertRects(m, vrt, vsz, update, scaling, &out);
  });
}

bm_status_t convert(Mat& m, std::vector<Rect>& vrt, bm_image* out, bool update) {
  return AtEdge("cv::bmcv::convert", [&]() -> absl::Status {
    if (out == nullptr && !vrt.empty()) return absl::InvalidArgumentError("the images are null");
    ASSIGN_OR_RETURN(const Image source, ToImage(m));
    if (update) RETURN_IF_ERROR(bm::opencv::Upload(m));
    const bm::opencv::Colour colour = bm::opencv::ColourOf(m);
    for (size_t i = 0; i < vrt.size(); ++i) {
      if (out[i].image_private == nullptr) return absl::DataLossError(absl::StrCat("image ", i, " is not created"));
      Scaling scaling;
      scaling.rect = RectOf(vrt[i]);
      const bool is_rgb = bm::opencv::IsRgb(source.get().image_format);
      scaling.csc = is_rgb ? CSC_MAX_ENUM : bm::opencv::ToRgb(colour.space, colour.is_full_range);
      RETURN_IF_ERROR(bm::opencv::Convert(source.get(), scaling, out[i]));
    }
    return absl::OkStatus();
  });
}

bm_status_t resize(Mat& m, Mat& out, bool update, int interpolation) {
  return AtEdge("cv::bmcv::resize", [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Image source, ToImage(m));
    ASSIGN_OR_RETURN(const Image target, ToImage(out));
    if (update) RETURN_IF_ERROR(bm::opencv::Upload(m));
    RETURN_IF_ERROR(Resize(source.get(), static_cast<bmcv_resize_algorithm>(interpolation), target.get()));
    return update ? bm::opencv::Download(out) : absl::OkStatus();
  });
}

bm_status_t stitch(std::vector<Mat>& in, std::vector<Rect>& srt, std::vector<Rect>& drt, Mat& out, bool update,
                   bmcv_resize_algorithm algorithm) {
  return AtEdge("cv::bmcv::stitch", [&]() -> absl::Status {
    if (in.empty() || in.size() != drt.size() || (!srt.empty() && srt.size() != in.size())) {
      return absl::InvalidArgumentError(absl::StrCat(in.size(), " inputs, ", srt.size(), " source and ", drt.size(),
                                                     " target rectangles; one of each for an input"));
    }
    ASSIGN_OR_RETURN(const Image target, ToImage(out));
    std::vector<Image> images;
    std::vector<bm_image> inputs;
    std::vector<bmcv_rect_t> sources, targets;
    for (size_t i = 0; i < in.size(); ++i) {
      ASSIGN_OR_RETURN(Image image, ToImage(in[i]));
      if (update) RETURN_IF_ERROR(bm::opencv::Upload(in[i]));
      sources.push_back(srt.empty() ? bm::opencv::WholeOf(image.get()) : RectOf(srt[i]));
      targets.push_back(RectOf(drt[i]));
      inputs.push_back(image.get());
      images.push_back(std::move(image));
    }
    RETURN_IF_ERROR(Called(bmcv_image_vpp_stitch(out.u->hid, static_cast<int>(inputs.size()), inputs.data(),
                                                 target.get(), targets.data(), sources.data(), algorithm),
                           "bmcv_image_vpp_stitch"));
    return update ? bm::opencv::Download(out) : absl::OkStatus();
  });
}

}  // namespace bmcv
}  // namespace cv
