// bmcv_debug_savedata: an image with its layout as a file. Numbers are little-endian; what no plane has is 0.
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/image.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr int kPlanes = 4;

// What the file starts with. A plane is N x C x H x W elements of data_size bytes; strides are bytes from row to row,
// from channel to channel and from image to image. `offset` is that of the first plane, the others follow at once.
struct Header {
  uint32_t offset, width, height, format, type, planes;
  uint64_t bytes[kPlanes];
  uint32_t pitch_stride[kPlanes], channel_stride[kPlanes], batch_stride[kPlanes], data_size[kPlanes];
  uint32_t n[kPlanes], c[kPlanes], h[kPlanes], w[kPlanes];
  uint64_t reserved[kPlanes];
};
static_assert(sizeof(Header) == 216 && std::is_trivially_copyable_v<Header>, "the layout of the file");

Header Describe(const Image& image) {
  Header header = {};
  header.offset = sizeof(Header);
  header.width = static_cast<uint32_t>(image.width);
  header.height = static_cast<uint32_t>(image.height);
  header.format = static_cast<uint32_t>(image.format);
  header.type = static_cast<uint32_t>(image.type);
  header.planes = static_cast<uint32_t>(image.shapes.size());
  for (size_t p = 0; p < image.shapes.size(); ++p) {
    const PlaneShape& shape = image.shapes[p];
    header.bytes[p] = PlaneBytes(image, static_cast<int>(p));
    header.pitch_stride[p] = static_cast<uint32_t>(image.strides[p]);
    header.channel_stride[p] = header.pitch_stride[p] * static_cast<uint32_t>(shape.height);
    header.batch_stride[p] = static_cast<uint32_t>(header.bytes[p]);
    header.data_size[p] = static_cast<uint32_t>(shape.element_bytes);
    header.n[p] = 1;
    header.c[p] = static_cast<uint32_t>(shape.stacked);
    header.h[p] = static_cast<uint32_t>(shape.height);
    header.w[p] = static_cast<uint32_t>(shape.width * shape.channels);
  }
  return header;
}

absl::Status Save(const bm_image& handle, const char* name) {
  ASSIGN_OR_RETURN(const Image* const image, FromImage(handle));
  if (name == nullptr) return absl::InvalidArgumentError("name is null");
  if (!image->is_attached) return absl::DataLossError("the image has no memory");
  const Header header = Describe(*image);
  std::string file(reinterpret_cast<const char*>(&header), sizeof(header));
  for (size_t p = 0; p < image->shapes.size(); ++p) {
    const size_t start = file.size();
    file.resize(start + header.bytes[p]);
    if (bm_memcpy_d2s_partial(image->handle, &file[start], image->memory[p],
                              static_cast<unsigned int>(header.bytes[p])) != BM_SUCCESS) {
      return absl::DataLossError(absl::StrFormat("plane %d of %d bytes cannot be read", p, header.bytes[p]));
    }
  }
  const absl::Status written = WriteFile(name, file);
  return written.ok() ? written : absl::InternalError(written.message());
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_debug_savedata(bm_image image, const char* name) {
  return bm::cv::AtEdge(__func__, [&] { return bm::cv::Save(image, name); });
}

}  // extern "C"
