// How much device memory is in use: a test that ends where it began has leaked none.
#ifndef BMDECODER_TESTING_DEVICE_MEMORY_H_
#define BMDECODER_TESTING_DEVICE_MEMORY_H_

#include <cstdint>

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

}  // namespace bm::decoder::testing

#endif  // BMDECODER_TESTING_DEVICE_MEMORY_H_
