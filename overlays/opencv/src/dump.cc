// cv::bmcv: matrices and images on the terminal and in files.
#include <cinttypes>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "opencv2/core/bmcv.hpp"
#include "overlays/opencv/src/edge.h"
#include "overlays/opencv/src/image.h"

namespace {

using bm::opencv::AtEdge;
using bm::opencv::Called;
using bm::opencv::Image;

constexpr int kMaxPlanes = 4;

// The bytes of every plane without gaps; those of a compressed one as they are.
absl::StatusOr<std::vector<std::string>> PlanesOf(bm_image* image) {
  if (image == nullptr || image->image_private == nullptr)
    return absl::InvalidArgumentError("the image is not created");
  int strides[kMaxPlanes] = {}, sizes[kMaxPlanes] = {}, rows[kMaxPlanes] = {};
  bm_device_mem_t memory[kMaxPlanes];
  RETURN_IF_ERROR(Called(bm_image_get_device_mem(*image, memory), "bm_image_get_device_mem"));
  RETURN_IF_ERROR(Called(bm_image_get_byte_size(*image, sizes), "bm_image_get_byte_size"));
  const bool is_compressed = image->image_format == FORMAT_COMPRESSED;
  const bm_handle_t handle = bm_image_get_handle(image);
  if (!is_compressed) {
    // An image of the same kind without gaps tells how long a row is.
    RETURN_IF_ERROR(Called(bm_image_get_stride(*image, strides), "bm_image_get_stride"));
    Image tight;
    RETURN_IF_ERROR(Called(bm_image_create(handle, image->height, image->width, image->image_format, image->data_type,
                                           tight.address(), nullptr),
                           "bm_image_create"));
    RETURN_IF_ERROR(Called(bm_image_get_stride(tight.get(), rows), "bm_image_get_stride"));
  }
  std::vector<std::string> planes;
  for (int p = 0; p < bm_image_get_plane_num(*image); ++p) {
    std::string bytes(static_cast<size_t>(sizes[p]), '\0');
    RETURN_IF_ERROR(Called(bm_memcpy_d2s_partial(handle, bytes.data(), memory[p], static_cast<unsigned>(sizes[p])),
                           "bm_memcpy_d2s_partial"));
    if (!is_compressed) {
      std::string tight;
      for (int at = 0; at < sizes[p]; at += strides[p]) tight.append(bytes, at, rows[p]);
      bytes = std::move(tight);
    }
    planes.push_back(std::move(bytes));
  }
  return planes;
}

absl::Status Dump(bm_image* image, const std::string& file) {
  ASSIGN_OR_RETURN(const std::vector<std::string> planes, PlanesOf(image));
  std::string all;
  for (const std::string& plane : planes) all += plane;
  return bm::WriteFile(file, all);
}

absl::Status Print(bm_image* image, bool dump) {
  if (image == nullptr || image->image_private == nullptr)
    return absl::InvalidArgumentError("the image is not created");
  std::printf("bm_image %d x %d, format %d, type %d, card %d\n", image->width, image->height, image->image_format,
              image->data_type, bm_get_devid(bm_image_get_handle(image)));
  if (!dump) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<std::string> planes, PlanesOf(image));
  constexpr size_t kShown = 16;
  for (size_t p = 0; p < planes.size(); ++p) {
    std::printf("  plane %zu, %zu bytes:", p, planes[p].size());
    for (size_t i = 0; i < std::min(kShown, planes[p].size()); ++i) {
      std::printf(" %02x", static_cast<unsigned char>(planes[p][i]));
    }
    std::printf("\n");
  }
  return absl::OkStatus();
}

}  // namespace

namespace cv {
namespace bmcv {

void print(Mat& m, bool dump) {
  AtEdge("cv::bmcv::print", [&]() -> absl::Status {
    const uint64_t address = bm::opencv::HasDeviceMemory(m) ? m.u->addr : 0;
    std::printf("cv::Mat %d x %d, %s, rows %zu bytes apart, device address 0x%" PRIx64 "%s\n", m.cols, m.rows,
                typeToString(m.type()).c_str(), m.dims > 0 ? m.step[0] : 0, address, m.avOK() ? ", an AVFrame" : "");
    if (!dump) return absl::OkStatus();
    ASSIGN_OR_RETURN(Image image, bm::opencv::ToImage(m));
    return Print(image.address(), dump);
  });
}

void print(bm_image* image, bool dump) {
  AtEdge("cv::bmcv::print", [&] { return Print(image, dump); });
}

void dumpMat(Mat& m, const String& file) {
  AtEdge("cv::bmcv::dumpMat", [&]() -> absl::Status {
    if (m.avOK()) {
      ASSIGN_OR_RETURN(Image image, bm::opencv::ToImage(m));
      return Dump(image.address(), file);
    }
    const Mat tight = m.isContinuous() ? m : m.clone();
    return bm::WriteFile(file, absl::MakeConstSpan(tight.data, tight.total() * tight.elemSize()));
  });
}

void dumpBMImage(bm_image* image, const String& file) {
  AtEdge("cv::bmcv::dumpBMImage", [&] { return Dump(image, file); });
}

}  // namespace bmcv
}  // namespace cv
