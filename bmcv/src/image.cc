// The life of an image: creation, memory, contents.
#include "bmcv/src/image.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"

namespace bm::cv {

absl::StatusOr<Image*> FromImage(const bm_image& image) {
  if (image.image_private == nullptr) return absl::DataLossError("the image is not created");
  return image.image_private;
}

unsigned int PlaneBytes(const Image& image, int plane) {
  if (image.format == FORMAT_COMPRESSED) return image.is_attached ? image.memory[plane].size : 0;
  return static_cast<unsigned int>(image.strides[plane] * image.shapes[plane].rows());
}

uint64_t ImageBytes(const Image& image) {
  uint64_t bytes = 0;
  for (size_t p = 0; p < image.shapes.size(); ++p) bytes += PlaneBytes(image, static_cast<int>(p));
  return bytes;
}

namespace {

void ReleaseMemory(Image* image) {
  if (image->owns_memory) bm_free_device(image->handle, image->block);
  image->owns_memory = false;
  image->is_attached = false;
}

// Lays the planes back to back from `address` on.
void PlaceAt(Image* image, uint64_t address) {
  image->memory.clear();
  for (size_t p = 0; p < image->shapes.size(); ++p) {
    const unsigned int bytes = PlaneBytes(*image, static_cast<int>(p));
    image->memory.push_back(bm_mem_from_device(address, bytes));
    address += bytes;
  }
  image->is_attached = true;
}

// The strides of every plane, given or without padding.
absl::StatusOr<std::vector<int>> ChooseStrides(const std::vector<PlaneShape>& shapes, const int* given) {
  constexpr int64_t kMost = std::numeric_limits<int>::max(), kMostBytes = std::numeric_limits<unsigned int>::max();
  std::vector<int> strides;
  uint64_t total = 0;
  for (size_t p = 0; p < shapes.size(); ++p) {
    const PlaneShape& shape = shapes[p];
    const int64_t stride = given == nullptr ? shape.row_bytes() : given[p];
    if (stride < shape.row_bytes() || stride > kMost || stride % shape.element_bytes != 0) {
      return absl::InvalidArgumentError(
          absl::StrFormat("plane %d has a stride of %d bytes; at least the row's %d, a multiple of %d", p, stride,
                          shape.row_bytes(), shape.element_bytes));
    }
    total += static_cast<uint64_t>(stride) * shape.rows();
    if (total > kMostBytes) return absl::InvalidArgumentError("an image of more than 4 GiB");
    strides.push_back(static_cast<int>(stride));
  }
  return strides;
}

absl::Status Create(bm_handle_t handle, int height, int width, bm_image_format_ext format,
                    bm_image_data_format_ext type, bm_image* image, const int* given_strides) {
  if (image == nullptr) return absl::InvalidArgumentError("image is null");
  image->image_private = nullptr;
  if (handle == nullptr) return absl::UnavailableError("the handle is null");
  ASSIGN_OR_RETURN(std::vector<PlaneShape> shapes, PlaneShapes(format, type, width, height));
  ASSIGN_OR_RETURN(std::vector<int> strides, ChooseStrides(shapes, given_strides));
  auto created = std::make_unique<Image>();
  created->handle = handle;
  created->width = width;
  created->height = height;
  created->format = format;
  created->type = type;
  created->has_default_strides = given_strides == nullptr;
  created->memory.assign(shapes.size(), bm_mem_null());
  created->shapes = std::move(shapes);
  created->strides = std::move(strides);
  image->width = width;
  image->height = height;
  image->image_format = format;
  image->data_type = type;
  image->image_private = created.release();
  return absl::OkStatus();
}

// BMCV_HEAP_ANY is no heap of its own.
absl::StatusOr<int> HeapMask(int heap_id) {
  if (heap_id == BMCV_HEAP_ANY) return kEveryHeap;
  if (heap_id == BMCV_HEAP0_ID || heap_id == BMCV_HEAP1_ID) return 1 << heap_id;
  return absl::InvalidArgumentError(absl::StrFormat("heap %d; 0, 1 or %d for any", heap_id, BMCV_HEAP_ANY));
}

absl::Status Attach(const bm_image& handle, const bm_device_mem_t* memory) {
  ASSIGN_OR_RETURN(Image* const image, FromImage(handle));
  if (memory == nullptr) return absl::InvalidArgumentError("device_memory is null");
  ReleaseMemory(image);
  image->memory.assign(memory, memory + image->shapes.size());
  image->is_attached = true;
  return absl::OkStatus();
}

// copy(plane's memory, its bytes, buffer) for every plane.
template <typename Copy>
absl::Status CopyPlanes(const Image& image, void* const* buffers, Copy copy) {
  for (size_t p = 0; p < image.shapes.size(); ++p) {
    const unsigned int bytes = PlaneBytes(image, static_cast<int>(p));
    if (copy(image.memory[p], bytes, buffers[p]) != BM_SUCCESS) {
      return absl::ResourceExhaustedError(absl::StrFormat("plane %d: %d bytes do not fit its memory of %d at 0x%x", p,
                                                          bytes, image.memory[p].size,
                                                          bm_mem_get_device_addr(image.memory[p])));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckBuffers(const Image& image, void* const* buffers) {
  if (image.format == FORMAT_COMPRESSED) return absl::DataLossError("a compressed image has no rows to copy");
  for (size_t p = 0; p < image.shapes.size(); ++p) {
    if (buffers == nullptr || buffers[p] == nullptr) {
      return absl::InvalidArgumentError(absl::StrFormat("the buffer of plane %d is null", p));
    }
  }
  return absl::OkStatus();
}

absl::Status CopyIn(const bm_image& handle, void* const* buffers) {
  ASSIGN_OR_RETURN(Image* const image, FromImage(handle));
  RETURN_IF_ERROR(CheckBuffers(*image, buffers));
  if (!image->is_attached) RETURN_IF_ERROR(AllocateMemory(image, kEveryHeap));
  return CopyPlanes(*image, buffers, [&](const bm_device_mem_t& memory, unsigned int bytes, void* buffer) {
    return bm_memcpy_s2d_partial(image->handle, memory, buffer, bytes);
  });
}

absl::Status CopyOut(const bm_image& handle, void* const* buffers) {
  ASSIGN_OR_RETURN(Image* const image, FromImage(handle));
  if (!image->is_attached) return absl::DataLossError("the image has no memory");
  RETURN_IF_ERROR(CheckBuffers(*image, buffers));
  return CopyPlanes(*image, buffers, [&](const bm_device_mem_t& memory, unsigned int bytes, void* buffer) {
    return bm_memcpy_d2s_partial(image->handle, buffer, memory, bytes);
  });
}

absl::Status FormatInfo(const bm_image* handle, bm_image_format_info* info) {
  if (handle == nullptr || info == nullptr) return absl::DataLossError("the image or info is null");
  ASSIGN_OR_RETURN(const Image* const image, FromImage(*handle));
  *info = {};
  info->plane_nb = static_cast<int>(image->shapes.size());
  std::copy(image->memory.begin(), image->memory.end(), info->plane_data);
  std::copy(image->strides.begin(), image->strides.end(), info->stride);
  info->width = image->width;
  info->height = image->height;
  info->image_format = image->format;
  info->data_type = image->type;
  info->default_stride = image->has_default_strides;
  return absl::OkStatus();
}

absl::Status ByteSizes(const bm_image& handle, int* sizes) {
  ASSIGN_OR_RETURN(const Image* const image, FromImage(handle));
  if (sizes == nullptr) return absl::InvalidArgumentError("size is null");
  if (image->format == FORMAT_COMPRESSED && !image->is_attached) {
    return absl::DataLossError("a compressed image without memory has no size");
  }
  for (size_t p = 0; p < image->shapes.size(); ++p) {
    sizes[p] = static_cast<int>(PlaneBytes(*image, static_cast<int>(p)));
  }
  return absl::OkStatus();
}

absl::Status Zero(const bm_image& handle) {
  ASSIGN_OR_RETURN(const Image* const image, FromImage(handle));
  if (!image->is_attached) return absl::DataLossError("the image has no memory");
  for (size_t p = 0; p < image->shapes.size(); ++p) {
    bm_device_mem_t plane = image->memory[p];
    plane.size = PlaneBytes(*image, static_cast<int>(p));
    unsigned char zero = 0;
    if (bm_memset_device_ext(image->handle, &zero, 1, plane) != BM_SUCCESS) {
      return absl::InternalError(absl::StrFormat("plane %d: no %d bytes of device memory at 0x%x", p, plane.size,
                                                 bm_mem_get_device_addr(plane)));
    }
  }
  return absl::OkStatus();
}

// ---- several images in one block ----

absl::StatusOr<std::vector<Image*>> FromImages(int count, const bm_image* handles) {
  if (count <= 0 || handles == nullptr) {
    return absl::InvalidArgumentError(absl::StrFormat("%d images, or none at all; at least one", count));
  }
  std::vector<Image*> images;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(Image* const image, FromImage(handles[i]));
    images.push_back(image);
    for (size_t p = 0; p < image->shapes.size(); ++p) {
      const int plane = static_cast<int>(p);
      if (image->shapes.size() != images[0]->shapes.size() ||
          PlaneBytes(*image, plane) != PlaneBytes(*images[0], plane)) {
        return absl::DataLossError(absl::StrFormat("image %d has planes of other sizes than image 0", i));
      }
    }
  }
  return images;
}

void PlaceInBlock(const std::vector<Image*>& images, uint64_t address) {
  for (Image* const image : images) {
    ReleaseMemory(image);
    PlaceAt(image, address);
    address += ImageBytes(*image);
  }
}

absl::Status AllocateContiguous(int count, const bm_image* handles, int heap_mask) {
  ASSIGN_OR_RETURN(const std::vector<Image*> images, FromImages(count, handles));
  for (const Image* const image : images) {
    if (image->is_attached) return absl::DataLossError("an image has memory already");
  }
  const uint64_t bytes = ImageBytes(*images[0]) * images.size();
  if (bytes == 0) return absl::DataLossError("compressed images have no size of their own");
  bm_device_mem_t block;
  if (bytes > std::numeric_limits<unsigned int>::max() ||
      bm_malloc_device_byte_heap_mask(images[0]->handle, &block, heap_mask, static_cast<unsigned int>(bytes)) !=
          BM_SUCCESS) {
    return absl::ResourceExhaustedError(absl::StrFormat("no %d bytes in the heaps of mask %d", bytes, heap_mask));
  }
  PlaceInBlock(images, bm_mem_get_device_addr(block));
  return absl::OkStatus();
}

// The block that attached images fill without gaps.
absl::StatusOr<bm_device_mem_t> BlockOf(const std::vector<Image*>& images) {
  uint64_t address = 0;
  for (const Image* const image : images) {
    if (!image->is_attached) return absl::DataLossError("an image has no memory");
    for (size_t p = 0; p < image->memory.size(); ++p) {
      const uint64_t at = bm_mem_get_device_addr(image->memory[p]);
      if (address != 0 && at != address) {
        return absl::DataLossError(
            absl::StrFormat("a plane lies at 0x%x and the one before ends at 0x%x", at, address));
      }
      address = at + PlaneBytes(*image, static_cast<int>(p));
    }
  }
  const uint64_t bytes = ImageBytes(*images[0]) * images.size();
  return bm_mem_from_device(address - bytes, static_cast<unsigned int>(bytes));
}

absl::Status RefuseOwners(const std::vector<Image*>& images) {
  for (const Image* const image : images) {
    if (image->owns_memory) return absl::DataLossError("an image owns its memory");
  }
  return absl::OkStatus();
}

absl::Status FreeContiguous(int count, const bm_image* handles) {
  ASSIGN_OR_RETURN(const std::vector<Image*> images, FromImages(count, handles));
  RETURN_IF_ERROR(RefuseOwners(images));
  ASSIGN_OR_RETURN(const bm_device_mem_t block, BlockOf(images));
  for (Image* const image : images) ReleaseMemory(image);
  bm_free_device(images[0]->handle, block);
  return absl::OkStatus();
}

absl::Status AttachContiguous(int count, const bm_image* handles, const bm_device_mem_t& block) {
  ASSIGN_OR_RETURN(const std::vector<Image*> images, FromImages(count, handles));
  const uint64_t bytes = ImageBytes(*images[0]) * images.size();
  if (bm_mem_get_device_size(block) != bytes) {
    return absl::DataLossError(
        absl::StrFormat("a block of %d bytes for images of %d together", bm_mem_get_device_size(block), bytes));
  }
  PlaceInBlock(images, bm_mem_get_device_addr(block));
  return absl::OkStatus();
}

absl::Status DetachContiguous(int count, const bm_image* handles) {
  ASSIGN_OR_RETURN(const std::vector<Image*> images, FromImages(count, handles));
  RETURN_IF_ERROR(RefuseOwners(images));
  for (Image* const image : images) ReleaseMemory(image);
  return absl::OkStatus();
}

}  // namespace

absl::Status AllocateMemory(Image* image, int heap_mask) {
  if (image->format == FORMAT_COMPRESSED) return absl::DataLossError("a compressed image has no size of its own");
  if (image->owns_memory) return absl::OkStatus();
  const unsigned int bytes = static_cast<unsigned int>(ImageBytes(*image));
  if (bm_malloc_device_byte_heap_mask(image->handle, &image->block, heap_mask, bytes) != BM_SUCCESS) {
    return absl::ResourceExhaustedError(absl::StrFormat("no %d bytes in the heaps of mask %d", bytes, heap_mask));
  }
  PlaceAt(image, bm_mem_get_device_addr(image->block));
  image->owns_memory = true;
  return absl::OkStatus();
}

}  // namespace bm::cv

using bm::cv::AtEdge;
using bm::cv::FromImage;
using bm::cv::Image;

extern "C" {

bm_status_t bm_image_create(bm_handle_t handle, int img_h, int img_w, bm_image_format_ext image_format,
                            bm_image_data_format_ext data_type, bm_image* image, int* stride) {
  return AtEdge(__func__, [&] { return bm::cv::Create(handle, img_h, img_w, image_format, data_type, image, stride); });
}

bm_status_t bm_image_destroy(bm_image image) {
  if (image.image_private == nullptr) return BM_SUCCESS;
  bm::cv::ReleaseMemory(image.image_private);
  delete image.image_private;
  return BM_SUCCESS;
}

bm_handle_t bm_image_get_handle(bm_image* image) {
  bm_handle_t handle = nullptr;
  AtEdge(__func__, [&]() -> absl::Status {
    if (image == nullptr) return absl::DataLossError("image is null");
    ASSIGN_OR_RETURN(const Image* const created, FromImage(*image));
    handle = created->handle;
    return absl::OkStatus();
  });
  return handle;
}

bm_status_t bm_image_copy_host_to_device(bm_image image, void* buffers[]) {
  return AtEdge(__func__, [&] { return bm::cv::CopyIn(image, buffers); });
}

bm_status_t bm_image_copy_device_to_host(bm_image image, void* buffers[]) {
  return AtEdge(__func__, [&] { return bm::cv::CopyOut(image, buffers); });
}

bm_status_t bm_image_attach(bm_image image, bm_device_mem_t* device_memory) {
  return AtEdge(__func__, [&] { return bm::cv::Attach(image, device_memory); });
}

bm_status_t bm_image_detach(bm_image image) {
  return AtEdge(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Image* const created, FromImage(image));
    bm::cv::ReleaseMemory(created);
    return absl::OkStatus();
  });
}

bool bm_image_is_attached(bm_image image) { return image.image_private != nullptr && image.image_private->is_attached; }

// The vendor answers its status code for an image that was not created.
int bm_image_get_plane_num(bm_image image) {
  return image.image_private == nullptr ? BM_ERR_DATA : static_cast<int>(image.image_private->shapes.size());
}

bm_status_t bm_image_get_stride(bm_image image, int* stride) {
  return AtEdge(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Image* const created, FromImage(image));
    if (stride == nullptr) return absl::InvalidArgumentError("stride is null");
    std::copy(created->strides.begin(), created->strides.end(), stride);
    return absl::OkStatus();
  });
}

bm_status_t bm_image_get_format_info(bm_image* image, bm_image_format_info* info) {
  return AtEdge(__func__, [&] { return bm::cv::FormatInfo(image, info); });
}

bm_status_t bm_image_alloc_dev_mem_heap_mask(bm_image image, int heap_mask) {
  return AtEdge(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Image* const created, FromImage(image));
    return bm::cv::AllocateMemory(created, heap_mask);
  });
}

bm_status_t bm_image_alloc_dev_mem(bm_image image, int heap_id) {
  return AtEdge(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Image* const created, FromImage(image));
    ASSIGN_OR_RETURN(const int mask, bm::cv::HeapMask(heap_id));
    return bm::cv::AllocateMemory(created, mask);
  });
}

bm_status_t bm_image_dev_mem_alloc(bm_image image, int heap_id) { return bm_image_alloc_dev_mem(image, heap_id); }

bm_status_t bm_image_get_byte_size(bm_image image, int* size) {
  return AtEdge(__func__, [&] { return bm::cv::ByteSizes(image, size); });
}

bm_status_t bm_image_get_device_mem(bm_image image, bm_device_mem_t* mem) {
  return AtEdge(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Image* const created, FromImage(image));
    if (!created->is_attached) return absl::DataLossError("the image has no memory");
    if (mem == nullptr) return absl::InvalidArgumentError("mem is null");
    std::copy(created->memory.begin(), created->memory.end(), mem);
    return absl::OkStatus();
  });
}

bm_status_t bm_image_zeros(bm_image image) {
  return AtEdge(__func__, [&] { return bm::cv::Zero(image); });
}

bm_status_t bm_image_alloc_contiguous_mem_heap_mask(int image_num, bm_image* images, int heap_mask) {
  return AtEdge(__func__, [&] { return bm::cv::AllocateContiguous(image_num, images, heap_mask); });
}

bm_status_t bm_image_alloc_contiguous_mem(int image_num, bm_image* images, int heap_id) {
  return AtEdge(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const int mask, bm::cv::HeapMask(heap_id));
    return bm::cv::AllocateContiguous(image_num, images, mask);
  });
}

bm_status_t bm_image_free_contiguous_mem(int image_num, bm_image* images) {
  return AtEdge(__func__, [&] { return bm::cv::FreeContiguous(image_num, images); });
}

bm_status_t bm_image_attach_contiguous_mem(int image_num, bm_image* images, bm_device_mem_t dmem) {
  return AtEdge(__func__, [&] { return bm::cv::AttachContiguous(image_num, images, dmem); });
}

bm_status_t bm_image_dettach_contiguous_mem(int image_num, bm_image* images) {
  return AtEdge(__func__, [&] { return bm::cv::DetachContiguous(image_num, images); });
}

bm_status_t bm_image_get_contiguous_device_mem(int image_num, bm_image* images, bm_device_mem_t* mem) {
  return AtEdge(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<Image*> created, bm::cv::FromImages(image_num, images));
    if (mem == nullptr) return absl::InvalidArgumentError("mem is null");
    ASSIGN_OR_RETURN(*mem, bm::cv::BlockOf(created));
    return absl::OkStatus();
  });
}

}  // extern "C"
