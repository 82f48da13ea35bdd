// How much device memory is in use: a test that ends where it began has leaked none. And a device that has none left.
#ifndef BMDECODER_TESTING_DEVICE_MEMORY_H_
#define BMDECODER_TESTING_DEVICE_MEMORY_H_

#include <cstdint>
#include <vector>

#include "bmdecoder/surface.h"
#include "bmlib_runtime.h"
#include "gtest/gtest.h"

namespace bm::decoder::testing {

// Bytes in use on all heaps of a device.
inline uint64_t UsedDeviceBytes(int device) {
  bm_handle_t handle = nullptr;
  EXPECT_EQ(bm_dev_request(&handle, device), BM_SUCCESS);
  uint64_t used = 0;
  unsigned heaps = 0;
  EXPECT_EQ(bm_get_gmem_total_heap_num(handle, &heaps), BM_SUCCESS);
  for (unsigned id = 0; id < heaps; ++id) {
    bm_heap_stat_byte_t stat = {};
    EXPECT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle, &stat, id), BM_SUCCESS);
    used += stat.mem_used;
  }
  bm_dev_free(handle);
  return used;
}

// All memory of the heaps that the video units reach, but for one block of `spare` bytes, until the object goes.
class FullDevice {
 public:
  explicit FullDevice(int device, unsigned spare = 0) {
    EXPECT_EQ(bm_dev_request(&handle_, device), BM_SUCCESS);
    bm_device_mem_t block = {};
    if (spare > 0) {
      EXPECT_EQ(bm_malloc_device_byte_heap_mask(handle_, &block, kUnitHeaps, spare), BM_SUCCESS);
    }
    for (unsigned bytes = 1u << 30; bytes >= kPage; bytes /= 2) {
      bm_device_mem_t taken;
      while (bm_malloc_device_byte_heap_mask(handle_, &taken, kUnitHeaps, bytes) == BM_SUCCESS) {
        taken_.push_back(taken);
      }
    }
    if (spare > 0) bm_free_device(handle_, block);
  }
  ~FullDevice() {
    for (const bm_device_mem_t& block : taken_) bm_free_device(handle_, block);
    bm_dev_free(handle_);
  }
  FullDevice(const FullDevice&) = delete;
  FullDevice& operator=(const FullDevice&) = delete;

 private:
  static constexpr unsigned kPage = 4096;
  bm_handle_t handle_ = nullptr;
  std::vector<bm_device_mem_t> taken_;
};

}  // namespace bm::decoder::testing

#endif  // BMDECODER_TESTING_DEVICE_MEMORY_H_
