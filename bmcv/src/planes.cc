#include "bmcv/src/planes.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/image.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::cv {
namespace {

bool Has(absl::Span<const bm_image_format_ext> formats, bm_image_format_ext format) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

// The planes over the memory of an image.
template <typename Byte>
absl::StatusOr<std::vector<PlaneOf<Byte>>> Planes(bm_handle_t handle, const Image& image, absl::string_view name) {
  if (!image.is_attached) return absl::DataLossError(absl::StrFormat("%s has no memory", name));
  std::vector<PlaneOf<Byte>> planes;
  for (size_t p = 0; p < image.shapes.size(); ++p) {
    const PlaneShape& shape = image.shapes[p];
    const uint64_t bytes = PlaneBytes(image, static_cast<int>(p));
    unsigned char* view = nullptr;
    if (image.memory[p].size < bytes ||
        bmnnsdk_host_view(handle, bm_mem_get_device_addr(image.memory[p]), bytes, &view) != BM_SUCCESS) {
      return absl::DataLossError(absl::StrFormat("plane %d of %s takes %d bytes and its memory has %d at 0x%x", p, name,
                                                 bytes, image.memory[p].size, bm_mem_get_device_addr(image.memory[p])));
    }
    const ptrdiff_t stride = image.strides[p];
    for (int picture = 0; picture < shape.stacked; ++picture) {
      planes.push_back({view + picture * stride * shape.height, shape.width, shape.height,
                        shape.channels * shape.element_bytes, stride});
    }
  }
  return planes;
}

// The public fields are copies; an image whose copies were changed is none that was created.
absl::Status CheckCreated(const bm_image& image, absl::StatusCode refusal) {
  const Image* const created = image.image_private;
  if (created == nullptr) return absl::Status(refusal, "the image is not created");
  if (image.width == created->width && image.height == created->height && image.image_format == created->format &&
      image.data_type == created->type) {
    return absl::OkStatus();
  }
  return absl::Status(refusal, absl::StrFormat("an image of %d x %d, format %d, type %d, created as %d x %d, %d, %d",
                                               image.width, image.height, static_cast<int>(image.image_format),
                                               static_cast<int>(image.data_type), created->width, created->height,
                                               static_cast<int>(created->format), static_cast<int>(created->type)));
}

}  // namespace

absl::Status CheckFormat(const bm_image& image, absl::Span<const bm_image_format_ext> formats,
                         absl::Span<const bm_image_data_format_ext> types, absl::StatusCode refusal) {
  RETURN_IF_ERROR(CheckCreated(image, refusal));
  if (Has(formats, image.image_format) && std::find(types.begin(), types.end(), image.data_type) != types.end()) {
    return absl::OkStatus();
  }
  return absl::Status(refusal,
                      absl::StrFormat("an image of format %d and data type %d is none that this operator takes",
                                      static_cast<int>(image.image_format), static_cast<int>(image.data_type)));
}

absl::Status CheckPixelFormat(const bm_image& image, absl::Span<const bm_image_format_ext> formats,
                              absl::StatusCode refusal) {
  return CheckFormat(image, formats, {DATA_TYPE_EXT_1N_BYTE}, refusal);
}

absl::Status CheckAlike(const bm_image& a, const bm_image& b, absl::StatusCode refusal) {
  RETURN_IF_ERROR(CheckCreated(b, refusal));
  if (a.width == b.width && a.height == b.height && a.image_format == b.image_format && a.data_type == b.data_type) {
    return absl::OkStatus();
  }
  return absl::Status(
      refusal, absl::StrFormat("images of %d x %d pixels, format %d, type %d and %d x %d, %d, %d; "
                               "they have to be alike",
                               a.width, a.height, static_cast<int>(a.image_format), static_cast<int>(a.data_type),
                               b.width, b.height, static_cast<int>(b.image_format), static_cast<int>(b.data_type)));
}

absl::StatusOr<std::vector<ConstPlane>> InputPlanes(bm_handle_t handle, const bm_image& image, absl::string_view name) {
  ASSIGN_OR_RETURN(const Image* const created, FromImage(image));
  // The card runs operators in the order of its queue: what this thread launched before has to be there.
  if (bm_sync_api(handle) != BM_SUCCESS) return absl::InternalError("the queue does not come to rest");
  return Planes<const uint8_t>(handle, *created, name);
}

absl::StatusOr<OutputPlanes> OutputPlanes::Open(bm_handle_t handle, const bm_image& image, int heap_mask) {
  ASSIGN_OR_RETURN(Image* const created, FromImage(image));
  if (!created->is_attached) RETURN_IF_ERROR(AllocateMemory(created, heap_mask));
  ASSIGN_OR_RETURN(std::vector<Plane> planes, Planes<uint8_t>(handle, *created, "output"));
  std::vector<bm_device_mem_t> memory = created->memory;
  for (size_t p = 0; p < memory.size(); ++p) memory[p].size = PlaneBytes(*created, static_cast<int>(p));
  return OutputPlanes(handle, std::move(memory), std::move(planes));
}

OutputPlanes::~OutputPlanes() {
  for (const bm_device_mem_t& memory : memory_) {
    bmnnsdk_host_written(handle_, bm_mem_get_device_addr(memory), memory.size);
  }
}

}  // namespace bm::cv
