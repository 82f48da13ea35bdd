#include "bmcv/src/open_images.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "bmcv/src/compressed.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::cv {
namespace {

bool Overlap(const ConstPlane& a, const Plane& b) {
  const auto end = [](const auto& plane) {
    return plane.row(plane.height - 1) + static_cast<ptrdiff_t>(plane.width) * plane.channels;
  };
  return a.data < end(b) && b.data < end(a);
}

bool IsOverwritten(const ConstPlane& plane, const std::vector<OutputPlanes>& outputs) {
  return std::any_of(outputs.begin(), outputs.end(), [&](const OutputPlanes& output) {
    return std::any_of(output.planes().begin(), output.planes().end(),
                       [&](const Plane& target) { return Overlap(plane, target); });
  });
}

absl::StatusOr<std::vector<ConstPlane>> OpenInput(bm_handle_t handle, const bm_image& image) {
  if (image.image_format != FORMAT_COMPRESSED) return InputPlanes(handle, image, "input");
  ASSIGN_OR_RETURN(const Image* const created, FromImage(image));
  if (bm_sync_api(handle) != BM_SUCCESS) return absl::InternalError("the queue does not come to rest");
  return CompressedPlanes(handle, *created);
}

// If one fails, those that got memory for it lose it again.
absl::StatusOr<std::vector<OutputPlanes>> OpenOutputs(bm_handle_t handle, absl::Span<const bm_image* const> outputs,
                                                      int heap_mask) {
  std::vector<OutputPlanes> open;
  std::vector<const bm_image*> fresh;
  for (const bm_image* const output : outputs) {
    if (!bm_image_is_attached(*output)) fresh.push_back(output);
    absl::StatusOr<OutputPlanes> planes = OutputPlanes::Open(handle, *output, heap_mask);
    if (!planes.ok()) {
      open.clear();
      for (const bm_image* const image : fresh) bm_image_detach(*image);
      return planes.status();
    }
    open.push_back(*std::move(planes));
  }
  return open;
}

}  // namespace

absl::StatusOr<OpenImages> OpenAll(bm_handle_t handle, absl::Span<const bm_image* const> inputs,
                                   absl::Span<const bm_image* const> outputs, int heap_mask) {
  OpenImages open;
  for (const bm_image* const input : inputs) {
    ASSIGN_OR_RETURN(std::vector<ConstPlane> planes, OpenInput(handle, *input));
    open.inputs.push_back(std::move(planes));
  }
  ASSIGN_OR_RETURN(open.outputs, OpenOutputs(handle, outputs, heap_mask));
  for (std::vector<ConstPlane>& planes : open.inputs) {
    for (ConstPlane& plane : planes) {
      if (!IsOverwritten(plane, open.outputs)) continue;
      open.copies.emplace_back();
      plane = CopyOf(plane, &open.copies.back());
    }
  }
  return open;
}

int PicturesIn(const bm_image& image) {
  return image.data_type == DATA_TYPE_EXT_4N_BYTE || image.data_type == DATA_TYPE_EXT_4N_BYTE_SIGNED ? 4 : 1;
}

std::vector<const bm_image*> ImagesOf(int count, const bm_image* images) {
  const int each = PicturesIn(images[0]);
  std::vector<const bm_image*> result;
  for (int i = 0; i * each < count; ++i) result.push_back(&images[i]);
  return result;
}

absl::StatusOr<bool> IsInScalerHeaps(bm_handle_t handle, const bm_image& image) {
  ASSIGN_OR_RETURN(const Image* const created, FromImage(image));
  if (!created->is_attached) return absl::DataLossError("input has no memory");
  for (bm_device_mem_t memory : created->memory) {
    unsigned heap = 0;
    if (bm_get_gmem_heap_id(handle, &memory, &heap) != BM_SUCCESS || heap == 0) return false;
  }
  return true;
}

}  // namespace bm::cv
