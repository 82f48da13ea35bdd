// Images of FORMAT_COMPRESSED, which decoders make: NV12 beside tables that say where it lies.
#ifndef BMCV_SRC_COMPRESSED_H_
#define BMCV_SRC_COMPRESSED_H_

#include <vector>

#include "absl/status/statusor.h"
#include "bmcv/src/filter.h"
#include "bmcv/src/image.h"

namespace bm::cv {

// The luma and the chroma plane of an attached compressed image. Only the addresses of its planes count: programs
// attach them with sizes that are none. INVALID_ARGUMENT for tables that no decoder of this SDK made and for pictures
// smaller than the image; DATA_LOSS for addresses outside the card's memory.
absl::StatusOr<std::vector<ConstPlane>> CompressedPlanes(bm_handle_t handle, const Image& image);

}  // namespace bm::cv

#endif  // BMCV_SRC_COMPRESSED_H_
