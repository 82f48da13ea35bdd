// What is behind a bm_image.
#ifndef BMCV_SRC_IMAGE_H_
#define BMCV_SRC_IMAGE_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmcv/src/layout.h"
#include "bmcv_api_ext.h"
#include "bmlib_runtime.h"

struct bm_image_private {
  bm_handle_t handle;
  int width, height;
  bm_image_format_ext format;
  bm_image_data_format_ext type;
  bool has_default_strides;
  std::vector<bm::cv::PlaneShape> shapes;
  std::vector<int> strides;  // bytes
  bool is_attached = false;
  std::vector<bm_device_mem_t> memory;  // a plane each
  bool owns_memory = false;             // then all planes lie in `block`
  bm_device_mem_t block;
};

namespace bm::cv {

using Image = bm_image_private;

// DATA_LOSS if the image was not created.
absl::StatusOr<Image*> FromImage(const bm_image& image);

// Bytes of a plane: its rows with their padding; of a compressed one, those of its memory.
unsigned int PlaneBytes(const Image& image, int plane);

// Bytes of all planes.
uint64_t ImageBytes(const Image& image);

// Gives the image planes back to back in memory of its own from the heaps of `heap_mask` (bit n: heap n), unless it has
// such memory already. DATA_LOSS for compressed images, RESOURCE_EXHAUSTED without room.
absl::Status AllocateMemory(Image* image, int heap_mask);

inline constexpr int kEveryHeap = 7;

}  // namespace bm::cv

#endif  // BMCV_SRC_IMAGE_H_
