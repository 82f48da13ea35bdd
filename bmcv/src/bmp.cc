// bm_image_write_to_bmp.
#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/image.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr bm_image_format_ext kDirect[] = {FORMAT_RGB_PACKED, FORMAT_GRAY};

constexpr uint32_t kFileHeaderBytes = 14, kInfoHeaderBytes = 40, kGreys = 256;

void Append(uint64_t value, int bytes, std::vector<uint8_t>* file) {
  for (int i = 0; i < bytes; ++i) file->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

// The headers of a picture without compression, 8 bits a pixel with a palette of greys or 24 bits.
std::vector<uint8_t> Headers(const ConstPlane& plane, uint64_t pixel_bytes) {
  const uint32_t palette_entries = plane.channels == 1 ? kGreys : 0;
  const uint32_t offset = kFileHeaderBytes + kInfoHeaderBytes + 4 * palette_entries;
  std::vector<uint8_t> file = {'B', 'M'};
  Append(offset + pixel_bytes, 4, &file);
  Append(0, 4, &file);
  Append(offset, 4, &file);
  Append(kInfoHeaderBytes, 4, &file);
  Append(plane.width, 4, &file);
  Append(plane.height, 4, &file);
  Append(1, 2, &file);  // colour planes
  Append(8 * plane.channels, 2, &file);
  Append(0, 4, &file);  // no compression
  Append(pixel_bytes, 4, &file);
  Append(0, 8, &file);  // pixels a metre: unknown
  Append(palette_entries, 4, &file);
  Append(0, 4, &file);  // all of them matter
  for (uint32_t grey = 0; grey < palette_entries; ++grey) Append(grey * 0x010101, 4, &file);
  return file;
}

// Rows from the bottom up, each padded to four bytes; pixels are B, G, R.
absl::Status WritePlane(const ConstPlane& plane, const std::string& path) {
  const uint64_t row_bytes = static_cast<uint64_t>(plane.width) * plane.channels, padded = (row_bytes + 3) / 4 * 4;
  const uint64_t pixel_bytes = padded * plane.height;
  if (pixel_bytes > UINT32_MAX - 2000) {
    return absl::InternalError(absl::StrFormat("%d bytes of pixels; a BMP file has less than 4 GiB", pixel_bytes));
  }
  std::vector<uint8_t> file = Headers(plane, pixel_bytes);
  for (int y = plane.height - 1; y >= 0; --y) {
    const size_t start = file.size();
    file.resize(start + padded);
    std::copy_n(plane.row(y), row_bytes, file.begin() + start);
    if (plane.channels == 1) continue;
    for (uint64_t at = start; at < start + row_bytes; at += 3) std::swap(file[at], file[at + 2]);
  }
  const absl::Status written = WriteFile(path, file);
  return written.ok() ? written : absl::InternalError(written.message());
}

absl::Status WriteBmp(const bm_image& image, const char* path) {
  ASSIGN_OR_RETURN(const Image* const created, FromImage(image));
  RETURN_IF_ERROR(CheckPixelFormat(image, kDirect, absl::StatusCode::kDataLoss));
  ASSIGN_OR_RETURN(const std::vector<ConstPlane> planes, InputPlanes(created->handle, image, "the image"));
  return WritePlane(planes[0], path);
}

// Other formats and types become RGB_PACKED bytes first.
bool IsDirect(const bm_image& image) {
  return image.image_private == nullptr ||
         (image.data_type == DATA_TYPE_EXT_1N_BYTE &&
          std::find(std::begin(kDirect), std::end(kDirect), image.image_format) != std::end(kDirect));
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bm_image_write_to_bmp(bm_image image, const char* filename) {
  const char* const function = __func__;
  const auto write = [&](const bm_image& direct) {
    return bm::cv::AtEdge(function, [&] { return bm::cv::WriteBmp(direct, filename); });
  };
  if (filename == nullptr) return bm::cv::Report(function, absl::InvalidArgumentError("filename is null"));
  if (bm::cv::IsDirect(image)) return write(image);
  if (bm::cv::PicturesIn(image) > 1) {
    return bm::cv::Report(function, absl::DataLossError("four images in one; 1N types only"));
  }
  bm_image packed;
  bm_status_t status = bm_image_create(bm_image_get_handle(&image), image.height, image.width, FORMAT_RGB_PACKED,
                                       DATA_TYPE_EXT_1N_BYTE, &packed);
  if (status != BM_SUCCESS) return status;
  status = bmcv_image_storage_convert(bm_image_get_handle(&image), 1, &image, &packed);
  if (status == BM_SUCCESS) status = write(packed);
  bm_image_destroy(packed);
  return status;
}

}  // extern "C"
