#include "overlays/opencv/src/image.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmlib/src/bmlib_internal.h"
#include "overlays/opencv/src/allocator.h"
#include "overlays/opencv/src/edge.h"
#include "overlays/opencv/src/frame.h"

namespace bm::opencv {
namespace {

struct TypeRow {
  int mat;
  bm_image_format_ext format;
  bm_image_data_format_ext type;
};
constexpr TypeRow kTypes[] = {
    {CV_8UC1, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE},        {CV_8UC3, FORMAT_BGR_PACKED, DATA_TYPE_EXT_1N_BYTE},
    {CV_8SC1, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE_SIGNED}, {CV_8SC3, FORMAT_BGR_PACKED, DATA_TYPE_EXT_1N_BYTE_SIGNED},
    {CV_32FC1, FORMAT_GRAY, DATA_TYPE_EXT_FLOAT32},       {CV_32FC3, FORMAT_BGR_PACKED, DATA_TYPE_EXT_FLOAT32},
};

// The order in which a compressed image keeps the planes of a frame.
constexpr int kCompressedPlanes[] = {2, 0, 3, 1};

absl::StatusOr<Image> OfFrame(bm_handle_t handle, const AVFrame& frame) {
  bm_image_format_ext image_format = FORMAT_COMPRESSED;
  int strides[4] = {}, planes = 4;
  bm_device_mem_t memory[4];
  if (IsCompressed(frame)) {
    // The sizes of compressed planes mean nothing: bmcv reads them from the tables.
    for (int p = 0; p < planes; ++p) {
      const int plane = kCompressedPlanes[p];
      memory[p] = bm_mem_from_device(FrameAddress(frame, plane), static_cast<unsigned>(frame.linesize[4 + plane]));
    }
  } else {
    ASSIGN_OR_RETURN(const FrameFormat* const format, FormatOf(frame.format));
    image_format = format->image;
    planes = format->planes;
    for (int p = 0; p < planes; ++p) {
      strides[p] = frame.linesize[4 + p];
      const int rows = p == 0 ? frame.height : ChromaHeight(format->sampling, frame.height);
      memory[p] =
          bm_mem_from_device(FrameAddress(frame, p), static_cast<unsigned>(strides[p]) * static_cast<unsigned>(rows));
    }
  }
  Image image;
  RETURN_IF_ERROR(Called(bm_image_create(handle, frame.height, frame.width, image_format, DATA_TYPE_EXT_1N_BYTE,
                                         image.address(), image_format == FORMAT_COMPRESSED ? nullptr : strides),
                         "bm_image_create"));
  RETURN_IF_ERROR(Called(bm_image_attach(image.get(), memory), "bm_image_attach"));
  return image;
}

bool IsBetween(int value, int least, int most) { return value >= least && value <= most; }

enum FormatSet : unsigned { kRgb = 1, k420 = 2, k422 = 4, k444 = 8, kGray = 16, kNv12 = 32, kCompressed = 64 };

unsigned SetOf(bm_image_format_ext format) {
  switch (format) {
    case FORMAT_RGB_PACKED:
    case FORMAT_BGR_PACKED:
    case FORMAT_RGB_PLANAR:
    case FORMAT_BGR_PLANAR:
    case FORMAT_RGBP_SEPARATE:
    case FORMAT_BGRP_SEPARATE:
      return kRgb;
    case FORMAT_YUV420P:
      return k420;
    case FORMAT_YUV422P:
      return k422;
    case FORMAT_YUV444P:
      return k444;
    case FORMAT_GRAY:
      return kGray;
    case FORMAT_NV12:
      return kNv12;
    case FORMAT_COMPRESSED:
      return kCompressed;
    default:
      return 0;
  }
}

// What the video processor converts, scaled or not. Anything else goes through storage_convert.
struct Pair {
  unsigned from, to;
  bool scales;
  bool needs_even_source;
};
constexpr Pair kPairs[] = {
    {kRgb, kRgb | k444 | kGray, true, false},
    {kRgb, k420 | k422, false, false},
    {kGray, kGray, true, false},
    {kGray, kRgb, true, true},
    {k420 | kNv12, kRgb | k420, true, true},
    {k444, kRgb | k444, true, false},
    {k444, k420 | k422, false, false},
    {kCompressed, kRgb | k420, true, true},
};

constexpr int kLeastSide = 16, kMostSide = 4096;

bool IsForVideoProcessor(const bm_image& in, const bmcv_rect_t& rect, const bm_image& out, bool scales) {
  if (in.data_type != DATA_TYPE_EXT_1N_BYTE || out.data_type != DATA_TYPE_EXT_1N_BYTE) return false;
  for (const int side : {in.width, in.height, rect.crop_w, rect.crop_h, out.width, out.height}) {
    if (!IsBetween(side, kLeastSide, kMostSide)) return false;
  }
  const unsigned from = SetOf(in.image_format), to = SetOf(out.image_format);
  const bool is_even = in.width % 2 == 0 && in.height % 2 == 0;
  const bool is_even_out = out.width % 2 == 0 && out.height % 2 == 0;
  if ((to & (k420 | k422)) != 0 && !is_even_out) return false;
  return std::any_of(std::begin(kPairs), std::end(kPairs), [&](const Pair& pair) {
    return (pair.from & from) != 0 && (pair.to & to) != 0 && (pair.scales || !scales) &&
           (is_even || !pair.needs_even_source);
  });
}

absl::Status CheckRect(const bm_image& in, const bmcv_rect_t& rect) {
  const bool is_inside = rect.start_x >= 0 && rect.start_y >= 0 && rect.crop_w > 0 && rect.crop_h > 0 &&
                         rect.crop_w <= in.width - rect.start_x && rect.crop_h <= in.height - rect.start_y;
  if (is_inside) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("the rectangle (", rect.start_x, ", ", rect.start_y, ") ", rect.crop_w,
                                                 " x ", rect.crop_h, " is not inside ", in.width, " x ", in.height));
}

}  // namespace

absl::StatusOr<Image> Image::Create(bm_handle_t handle, int width, int height, bm_image_format_ext format,
                                    bm_image_data_format_ext type) {
  Image image;
  RETURN_IF_ERROR(
      Called(bm_image_create(handle, height, width, format, type, image.address(), nullptr), "bm_image_create"));
  RETURN_IF_ERROR(Called(bm_image_alloc_dev_mem_heap_mask(image.get(), HeapMaskOf(0)), "bm_image_alloc_dev_mem"));
  return image;
}

bool IsRgb(bm_image_format_ext format) {
  return SetOf(format) == kRgb || format == FORMAT_ARGB_PACKED || format == FORMAT_ABGR_PACKED;
}

Colour ColourOf(const cv::Mat& mat) {
  const AVFrame* const frame = FrameOf(mat);
  if (frame == nullptr) return {};
  return {frame->colorspace, IsFullRange(*frame)};
}

bool HasDeviceMemory(const cv::Mat& mat) { return DeviceAllocator::Of(mat.u) != nullptr && mat.u->addr != 0; }

absl::StatusOr<Image> ToImage(const cv::Mat& mat) {
  if (mat.empty() || mat.dims != 2) {
    return absl::InvalidArgumentError(absl::StrCat("a matrix of ", mat.dims, " dimensions and ", mat.total(),
                                                   " elements is no image; it must have rows and columns"));
  }
  if (!HasDeviceMemory(mat)) {
    return absl::UnimplementedError("the matrix has no device memory; attachDeviceMemory gives it some");
  }
  if (mat.u->frame != nullptr) {
    RETURN_IF_ERROR(CheckWhole(mat, *mat.u->frame));
    return OfFrame(mat.u->hid, *mat.u->frame);
  }
  const auto row = std::find_if(std::begin(kTypes), std::end(kTypes),
                                [&](const TypeRow& candidate) { return candidate.mat == mat.type(); });
  if (row == std::end(kTypes)) {
    return absl::UnimplementedError(absl::StrCat("a matrix of type ", cv::typeToString(mat.type()),
                                                 " is no image; 8UC1, 8UC3, 8SC1, 8SC3, 32FC1 and 32FC3 are"));
  }
  int stride = static_cast<int>(mat.step[0]);
  bm_device_mem_t memory = bm_mem_from_device(mat.u->addr + static_cast<uint64_t>(mat.data - mat.u->data),
                                              static_cast<unsigned>(mat.step[0] * static_cast<size_t>(mat.rows)));
  Image image;
  RETURN_IF_ERROR(
      Called(bm_image_create(mat.u->hid, mat.rows, mat.cols, row->format, row->type, image.address(), &stride),
             "bm_image_create"));
  RETURN_IF_ERROR(Called(bm_image_attach(image.get(), &memory), "bm_image_attach"));
  return image;
}

namespace {

// Where host and device have copies of their own, `copy` brings them together; else `shared` is called.
template <typename Copy, typename Shared>
absl::Status Synchronise(const cv::Mat& mat, Copy copy, Shared shared) {
  if (!HasDeviceMemory(mat)) {
    return absl::UnimplementedError("the matrix has no device memory; attachDeviceMemory gives it some");
  }
  const cv::UMatData& data = *mat.u;
  if (data.frame != nullptr) return absl::OkStatus();
  unsigned char* view = nullptr;
  RETURN_IF_ERROR(Called(bmnnsdk_host_view(data.hid, data.addr, data.size, &view), "the device memory of the matrix"));
  if (view == data.data) return Called(shared(data), "the device memory of the matrix");
  return Called(copy(data, bm_mem_from_device_u64(data.addr, data.size)), "the copy of a matrix");
}

}  // namespace

absl::Status Upload(const cv::Mat& mat) {
  return Synchronise(
      mat,
      [](const cv::UMatData& data, bm_device_mem_u64_t memory) {
        return bm_memcpy_s2d_u64(data.hid, memory, data.data);
      },
      [](const cv::UMatData& data) { return bmnnsdk_host_written(data.hid, data.addr, data.size); });
}

absl::Status Download(const cv::Mat& mat) {
  return Synchronise(
      mat,
      [](const cv::UMatData& data, bm_device_mem_u64_t memory) {
        return bm_memcpy_d2s_u64(data.hid, data.data, memory);
      },
      [](const cv::UMatData&) { return BM_SUCCESS; });
}

int IdOf(const cv::Mat& mat) {
  const DeviceAllocator* const allocator = DeviceAllocator::Of(mat.u);
  return allocator == nullptr ? 0 : allocator->id();
}

void Fit(cv::Size size, int type, int id, cv::Mat* out) {
  const bool fits = out->dims == 2 && out->size() == size && out->type() == type && !out->avOK() &&
                    HasDeviceMemory(*out) && BM_CARD_ID(IdOf(*out)) == BM_CARD_ID(id);
  if (fits) return;
  out->release();
  out->create(size, type, id);
}

absl::Status Convert(const bm_image& in, const Scaling& scaling, const bm_image& out) {
  RETURN_IF_ERROR(CheckRect(in, scaling.rect));
  bmcv_rect_t rect = scaling.rect;
  const bool is_whole = rect.crop_w == in.width && rect.crop_h == in.height;
  const bool scales = !is_whole || rect.crop_w != out.width || rect.crop_h != out.height;
  bm_image source = in, target = out;
  const bm_handle_t handle = bm_image_get_handle(&source);
  const bool changes_colours = IsRgb(in.image_format) != IsRgb(out.image_format);
  const csc_type_t csc = changes_colours ? scaling.csc : CSC_MAX_ENUM;
  if (IsForVideoProcessor(in, rect, out, scales)) {
    return Called(
        bmcv_image_vpp_csc_matrix_convert(handle, 1, in, &target, csc, changes_colours ? scaling.matrix : nullptr,
                                          scaling.algorithm, &rect),
        "bmcv_image_vpp_csc_matrix_convert");
  }
  if (!scales) {
    if (csc == CSC_USER_DEFINED_MATRIX) {
      return absl::UnimplementedError(absl::StrCat("a matrix of one's own between the formats ", in.image_format,
                                                   " and ", out.image_format, " at ", in.width, " x ", in.height));
    }
    return csc == CSC_MAX_ENUM
               ? Called(bmcv_image_storage_convert(handle, 1, &source, &target), "bmcv_image_storage_convert")
               : Called(bmcv_image_storage_convert_with_csctype(handle, 1, &source, &target, csc),
                        "bmcv_image_storage_convert_with_csctype");
  }
  // In two steps: an RGB source is scaled to BGR first; another one, that cannot be scaled, becomes BGR first.
  const bool is_rgb = IsRgb(in.image_format);
  ASSIGN_OR_RETURN(const Image between,
                   Image::Create(handle, is_rgb ? out.width : in.width, is_rgb ? out.height : in.height,
                                 FORMAT_BGR_PACKED, DATA_TYPE_EXT_1N_BYTE));
  if (is_rgb && !IsForVideoProcessor(in, rect, between.get(), true)) {
    return absl::UnimplementedError(
        absl::StrCat("scaling ", rect.crop_w, " x ", rect.crop_h, " of format ", in.image_format, ", type ",
                     in.data_type, " to ", out.width, " x ", out.height, " of format ", out.image_format, ", type ",
                     out.data_type, "; bytes and sides of ", kLeastSide, "..", kMostSide, " can be scaled"));
  }
  Scaling first = scaling, second = scaling;
  (is_rgb ? second : first).rect = WholeOf(is_rgb ? between.get() : in);
  RETURN_IF_ERROR(Convert(in, first, between.get()));
  return Convert(between.get(), second, out);
}

absl::Status ConvertMat(const cv::Mat& in, const cv::Mat& out) {
  ASSIGN_OR_RETURN(const Image source, ToImage(in));
  ASSIGN_OR_RETURN(const Image target, ToImage(out));
  Scaling scaling;
  scaling.rect = WholeOf(source.get());
  const bool is_rgb = IsRgb(source.get().image_format);
  const Colour colour = ColourOf(is_rgb ? out : in);
  if (is_rgb != IsRgb(target.get().image_format)) {
    scaling.csc = is_rgb ? FromRgb(colour.space, colour.is_full_range) : ToRgb(colour.space, colour.is_full_range);
  }
  return Convert(source.get(), scaling, target.get());
}

}  // namespace bm::opencv
