#include "overlays/opencv/src/card.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "bmdecoder/surface.h"
#include "bmlib/src/bmlib_internal.h"
#include "opencv2/core/mat.hpp"

namespace bm::opencv {
namespace {

// Never destroyed: matrices of static storage duration are freed after everything else.
struct Cards {
  Mutex mutex;
  std::map<unsigned, bm_handle_t> handles ABSL_GUARDED_BY(mutex);
};

Cards& AllCards() {
  static Cards* const cards = new Cards;
  return *cards;
}

}  // namespace

absl::StatusOr<bm_handle_t> HandleOf(int id) {
  const unsigned card = BM_CARD_ID(id);
  Cards& cards = AllCards();
  MutexLock lock(&cards.mutex);
  const auto known = cards.handles.find(card);
  if (known != cards.handles.end()) return known->second;
  int count = 0;
  bm_handle_t handle = nullptr;
  if (bm_dev_getcount(&count) != BM_SUCCESS || static_cast<int>(card) >= count ||
      bm_dev_request(&handle, static_cast<int>(card)) != BM_SUCCESS) {
    return absl::NotFoundError(absl::StrCat("there is no card ", card, ", there are ", count, " (BM_DEVICES)"));
  }
  cards.handles[card] = handle;
  return handle;
}

int HeapMaskOf(int id) {
  const int mask = static_cast<int>(BM_CARD_HEAP(id));
  return mask == 0 ? decoder::kUnitHeaps : mask;
}

absl::StatusOr<DeviceBlock> AllocateBlock(int id, uint64_t bytes) {
  DeviceBlock block;
  ASSIGN_OR_RETURN(block.handle, HandleOf(id));
  bm_device_mem_u64_t memory;
  if (bm_malloc_device_byte_heap_mask_u64(block.handle, &memory, HeapMaskOf(id), bytes) != BM_SUCCESS) {
    return absl::ResourceExhaustedError(
        absl::StrCat("card ", BM_CARD_ID(id), " has no ", bytes, " bytes in the heaps of mask ", HeapMaskOf(id)));
  }
  block.address = bm_mem_get_device_addr_u64(memory);
  block.bytes = bytes;
  if (bmnnsdk_host_view(block.handle, block.address, bytes, &block.view) == BM_SUCCESS) return block;
  FreeBlock(block.handle, block.address, bytes);
  return absl::InternalError("device memory has no host view");
}

void FreeBlock(bm_handle_t handle, uint64_t address, uint64_t bytes) {
  bm_free_device_u64(handle, bm_mem_from_device_u64(address, bytes));
}

}  // namespace bm::opencv
