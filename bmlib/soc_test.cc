// With BM_SOC=1 device memory can be mapped, and a mapping is the memory itself.
#include <cstdlib>
#include <cstring>

#include "bmlib_runtime.h"
#include "gtest/gtest.h"

namespace {

TEST(SocTest, MappingsAliasDeviceMemory) {
  setenv("BM_SOC", "1", 1);
  bm_handle_t handle;
  ASSERT_EQ(bm_dev_request(&handle, 0), BM_SUCCESS);
  bm_misc_info info;
  ASSERT_EQ(bm_get_misc_info(handle, &info), BM_SUCCESS);
  EXPECT_EQ(info.pcie_soc_mode, 1);
  bm_device_mem_t mem;
  ASSERT_EQ(bm_malloc_device_byte(handle, &mem, 8), BM_SUCCESS);
  unsigned long long first = 0, second = 0, physical = 0;
  ASSERT_EQ(bm_mem_mmap_device_mem(handle, &mem, &first), BM_SUCCESS);
  ASSERT_EQ(bm_mem_mmap_device_mem_no_cache(handle, &mem, &second), BM_SUCCESS);
  std::memcpy(reinterpret_cast<void*>(first), "mapped!", 8);
  EXPECT_STREQ(reinterpret_cast<char*>(second), "mapped!");
  EXPECT_EQ(bm_mem_flush_device_mem(handle, &mem), BM_SUCCESS);
  char copy[8];
  ASSERT_EQ(bm_memcpy_d2s(handle, copy, mem), BM_SUCCESS);
  EXPECT_STREQ(copy, "mapped!");
  EXPECT_EQ(bm_mem_vir_to_phy(handle, first + 3, &physical), BM_SUCCESS);
  EXPECT_EQ(physical, mem.u.device.device_addr + 3);
  EXPECT_EQ(bm_mem_vir_to_phy(handle, 16, &physical), BM_ERR_PARAM);
  EXPECT_EQ(bm_mem_invalidate_partial_device_mem(handle, &mem, 4, 8), BM_ERR_PARAM);
  EXPECT_EQ(bm_mem_unmap_device_mem(handle, reinterpret_cast<void*>(first), 8), BM_SUCCESS);
  bm_device_mem_t inside = bm_mem_from_device(mem.u.device.device_addr + 4, 4);
  EXPECT_EQ(bm_mem_mmap_device_mem(handle, &inside, &first), BM_ERR_PARAM);
  unsigned value;
  EXPECT_EQ(bm_get_board_power(handle, &value), BM_NOT_SUPPORTED);
  EXPECT_EQ(bm_get_card_id(handle, &value), BM_NOT_SUPPORTED);
  EXPECT_EQ(bm_get_card_num(&value), BM_NOT_SUPPORTED);
  EXPECT_EQ(bm_change_dynfreq_status(handle, 1), BM_NOT_SUPPORTED);
  char number[18];
  EXPECT_EQ(bm_get_product_sn(number), BM_SUCCESS);
  EXPECT_EQ(std::strlen(number), 17u);
  bm_free_device(handle, mem);
  bm_dev_free(handle);
}

}  // namespace
