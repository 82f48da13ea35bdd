// Inputs and outputs of a call over many images.
#ifndef BMCV_SRC_OPEN_IMAGES_H_
#define BMCV_SRC_OPEN_IMAGES_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmcv/src/image.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

struct OpenImages {
  std::vector<std::vector<ConstPlane>> inputs;
  std::vector<OutputPlanes> outputs;
  std::deque<std::vector<uint8_t>> copies;  // of input planes that share memory with an output
};

// All planes of all images, compressed inputs as NV12. Inputs read as they were before the call, even where outputs lie
// in the same memory. Outputs without memory get some in the heaps of the mask, after every input was found to have
// some; after an error they have none. DATA_LOSS, RESOURCE_EXHAUSTED; INVALID_ARGUMENT for a compressed input that is
// none.
absl::StatusOr<OpenImages> OpenAll(bm_handle_t handle, absl::Span<const bm_image* const> inputs,
                                   absl::Span<const bm_image* const> outputs, int heap_mask = kEveryHeap);

// The pictures that an image holds: four in 4N types.
int PicturesIn(const bm_image& image);

// The images that hold `count` pictures of the type of the first.
std::vector<const bm_image*> ImagesOf(int count, const bm_image* images);

// Whether all planes lie where the scaler can read: not in heap 0. DATA_LOSS without memory.
absl::StatusOr<bool> IsInScalerHeaps(bm_handle_t handle, const bm_image& image);

}  // namespace bm::cv

#endif  // BMCV_SRC_OPEN_IMAGES_H_
