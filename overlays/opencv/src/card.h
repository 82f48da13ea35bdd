// The cards of the process, as ids name them (cv::SophonDevice).
#ifndef OVERLAYS_OPENCV_SRC_CARD_H_
#define OVERLAYS_OPENCV_SRC_CARD_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "bmlib_runtime.h"

namespace bm::opencv {

// The process's handle of the card that `id` names, which stays open. NOT_FOUND if there is none. Thread-safe.
absl::StatusOr<bm_handle_t> HandleOf(int id);

// The heaps that `id` allows; those that the video units reach unless it names some.
int HeapMaskOf(int id);

// Memory of a card. Whoever holds one frees it.
struct DeviceBlock {
  bm_handle_t handle = nullptr;
  uint64_t address = 0;
  uint64_t bytes = 0;
  // The host's view.
  unsigned char* view = nullptr;
};

// `bytes` (> 0) of device memory where `id` says. RESOURCE_EXHAUSTED if the heaps are full.
absl::StatusOr<DeviceBlock> AllocateBlock(int id, uint64_t bytes);
void FreeBlock(bm_handle_t handle, uint64_t address, uint64_t bytes);

}  // namespace bm::opencv

#endif  // OVERLAYS_OPENCV_SRC_CARD_H_
