// The vendor's functions: statuses, memory, copies, synchronisation, information.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "bmlib/src/bmlib_internal.h"
#include "bmlib_runtime.h"
#include "gtest/gtest.h"

namespace {

class BmlibTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bmlib_log_set_level(BMLIB_LOG_QUIET);
    ASSERT_EQ(bm_dev_request(&handle_, 0), BM_SUCCESS);
  }
  void TearDown() override {
    bm_dev_free(handle_);
    bmlib_log_set_level(BMLIB_LOG_ERROR);
  }
  bm_device_mem_t Allocate(unsigned size) {
    bm_device_mem_t mem;
    EXPECT_EQ(bm_malloc_device_byte(handle_, &mem, size), BM_SUCCESS);
    return mem;
  }
  std::string Read(bm_device_mem_t mem) {
    std::string text(mem.size, '\0');
    EXPECT_EQ(bm_memcpy_d2s(handle_, &text[0], mem), BM_SUCCESS);
    return text;
  }
  bm_handle_t handle_ = nullptr;
};

TEST_F(BmlibTest, DevicesAreCountedAndAbsentOnesRefused) {
  int count = 0;
  EXPECT_EQ(bm_dev_getcount(&count), BM_SUCCESS);
  EXPECT_EQ(count, 1);
  EXPECT_EQ(bm_dev_getcount(nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bm_dev_query(0), BM_SUCCESS);
  EXPECT_EQ(bm_dev_query(1), BM_ERR_BUSY);
  bm_handle_t other = reinterpret_cast<bm_handle_t>(0x1234);
  EXPECT_EQ(bm_dev_request(&other, 7), BM_ERR_FAILURE);
  EXPECT_EQ(other, reinterpret_cast<bm_handle_t>(0x1234));
  EXPECT_EQ(bm_dev_request(nullptr, 0), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_get_devid(handle_), 0);
  EXPECT_EQ(bm_get_devid(nullptr), -1);
}

TEST_F(BmlibTest, NullHandlesAreNotReady) {
  bm_device_mem_t mem = bm_mem_null();
  char byte = 0;
  unsigned value = 0;
  EXPECT_EQ(bm_malloc_device_byte(nullptr, &mem, 1), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_malloc_device_byte(handle_, nullptr, 1), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_memcpy_s2d(nullptr, mem, &byte), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_memset_device_ext(nullptr, &byte, 1, mem), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_thread_sync(nullptr), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_get_chipid(nullptr, &value), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_get_chipid(handle_, nullptr), BM_ERR_PARAM);
  bm_free_device(nullptr, mem);
  bm_dev_free(nullptr);
}

TEST_F(BmlibTest, DescriptorsArePlainValues) {
  const bm_device_mem_t null = bm_mem_null();
  EXPECT_EQ(bm_mem_get_type(null), BM_MEM_TYPE_INVALID);
  EXPECT_EQ(null.size, 0u);
  bm_device_mem_t mem = bm_mem_from_device(0x123456789000, 42);
  EXPECT_EQ(bm_mem_get_device_addr(mem), 0x123456789000u);
  EXPECT_EQ(bm_mem_get_device_size(mem), 42u);
  EXPECT_EQ(mem.u.device.dmabuf_fd, 0);
  bm_mem_set_device_size(&mem, 8);
  EXPECT_EQ(mem.size, 8u);
  char buffer[4];
  EXPECT_EQ(bm_mem_get_system_addr(bm_mem_from_system(buffer)), buffer);
  const sg_device_mem_t large = sg_mem_from_device(1, 1ull << 33);
  EXPECT_EQ(sg_mem_get_device_size(large), 1ull << 33);
  bm_mem_flags_t flags = {};
  flags.u.mem_type = BM_MEM_TYPE_INVALID;
  flags.u.gmem_heapid = 2;
  EXPECT_EQ(flags.rawflags, 0x14u);
}

TEST_F(BmlibTest, AllocationsFailWithTheVendorsDescriptor) {
  bm_device_mem_t mem;
  EXPECT_EQ(bm_malloc_device_byte(handle_, &mem, 0), BM_ERR_NOMEM);
  EXPECT_EQ(mem.u.device.device_addr, static_cast<unsigned long>(BM_MEM_ADDR_NULL));
  EXPECT_EQ(mem.u.device.dmabuf_fd, -1);
  EXPECT_EQ(bm_malloc_device_byte_heap(handle_, &mem, 3, 16), BM_ERR_NOMEM);
  EXPECT_EQ(bm_malloc_device_byte_heap_mask(handle_, &mem, 0, 16), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_malloc_device_byte_heap(handle_, &mem, 0, 0xFFFFFFFF), BM_ERR_NOMEM);
  EXPECT_EQ(mem.size, 0xFFFFFFFF);
  bm_free_device(handle_, mem);
  EXPECT_EQ(bm_malloc_neuron_device(handle_, &mem, 1 << 16, 1 << 14, 1, 1), BM_NOT_SUPPORTED);
  EXPECT_EQ(bm_malloc_neuron_device(handle_, &mem, 1, -1, 1, 1), BM_NOT_SUPPORTED);
}

TEST_F(BmlibTest, HeapsCountWhatIsTaken) {
  bm_heap_stat_byte_t before, during;
  ASSERT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle_, &before, 1), BM_SUCCESS);
  bm_device_mem_t mem;
  ASSERT_EQ(bm_malloc_device_byte_heap(handle_, &mem, 1, 5000), BM_SUCCESS);
  unsigned heap = 9;
  EXPECT_EQ(bm_get_gmem_heap_id(handle_, &mem, &heap), BM_SUCCESS);
  EXPECT_EQ(heap, 1u);
  EXPECT_EQ(mem.size, 5000u);
  ASSERT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle_, &during, 1), BM_SUCCESS);
  EXPECT_EQ(during.mem_used, before.mem_used + 8192);
  mem.size = 1;  // callers shrink descriptors
  bm_free_device(handle_, mem);
  bm_free_device(handle_, mem);
  ASSERT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle_, &during, 1), BM_SUCCESS);
  EXPECT_EQ(during.mem_used, before.mem_used);
  EXPECT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle_, &during, 3), BM_ERR_FAILURE);
}

TEST_F(BmlibTest, AFullHeapRefusesUntilSomethingIsFreed) {
  bm_heap_stat_byte_t heap;
  ASSERT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle_, &heap, 1), BM_SUCCESS);
  bm_device_mem_t all, more;
  ASSERT_EQ(bm_malloc_device_byte_heap(handle_, &all, 1, static_cast<unsigned>(heap.mem_avail)), BM_SUCCESS);
  EXPECT_EQ(bm_malloc_device_byte_heap(handle_, &more, 1, 1), BM_ERR_NOMEM);
  EXPECT_EQ(more.u.device.device_addr, static_cast<unsigned long>(BM_MEM_ADDR_NULL));
  EXPECT_EQ(bm_malloc_device_byte_heap_mask(handle_, &more, 0b110, 1), BM_SUCCESS);
  unsigned id = 9;
  EXPECT_EQ(bm_get_gmem_heap_id(handle_, &more, &id), BM_SUCCESS);
  EXPECT_EQ(id, 2u);
  bm_free_device(handle_, more);
  // Neither a place inside the block nor an address outside the card frees it.
  bm_free_device(handle_, bm_mem_from_device(all.u.device.device_addr + 4096, 4096));
  bm_free_device(handle_, bm_mem_from_device(0x42, 4096));
  EXPECT_EQ(bm_malloc_device_byte_heap(handle_, &more, 1, 1), BM_ERR_NOMEM);
  bm_free_device(handle_, all);
  EXPECT_EQ(bm_malloc_device_byte_heap(handle_, &more, 1, 1), BM_SUCCESS);
  EXPECT_EQ(more.u.device.device_addr, all.u.device.device_addr);
  bm_free_device(handle_, more);
}

TEST_F(BmlibTest, CopiesStayInsideTheDescriptor) {
  const bm_device_mem_t mem = Allocate(8);
  char text[] = "abcdefgh";
  EXPECT_EQ(bm_memcpy_s2d(handle_, mem, text), BM_SUCCESS);
  EXPECT_EQ(bm_memcpy_s2d_partial_offset(handle_, mem, text, 2, 6), BM_SUCCESS);
  EXPECT_EQ(Read(mem), "abcdefab");
  EXPECT_EQ(bm_memcpy_s2d_partial_offset(handle_, mem, text, 4, 5), BM_ERR_PARAM);
  EXPECT_EQ(bm_memcpy_s2d_partial_offset(handle_, mem, text, 4, 0xFFFFFFFE), BM_ERR_PARAM);
  EXPECT_EQ(bm_memcpy_d2s_partial(handle_, text, mem, 9), BM_ERR_PARAM);
  EXPECT_EQ(bm_memcpy_s2d(handle_, mem, nullptr), BM_ERR_FAILURE);
  EXPECT_EQ(bm_memcpy_s2d(handle_, bm_mem_from_device(0x600000000, 8), text), BM_ERR_PARAM);
  EXPECT_EQ(bm_memcpy_s2d(handle_, bm_mem_from_device(0x4FFFFFFFC, 8), text), BM_ERR_PARAM);
  EXPECT_EQ(bm_memcpy_s2d_gather(handle_, mem, 4, text, 3ull, text + 4, 5ull), BM_SUCCESS);
  EXPECT_EQ(Read(mem), "abcefgh" + std::string(1, '\0'));
  char head[4] = "...", tail[6] = ".....";
  EXPECT_EQ(bm_memcpy_d2s_scatter(handle_, mem, 4, head, 3ull, tail, 5ull), BM_SUCCESS);
  EXPECT_STREQ(head, "abc");
  EXPECT_EQ(std::string(tail, 5), std::string("efgh\0", 5));
  // Memory that nobody allocated is there too.
  EXPECT_EQ(bm_memcpy_s2d(handle_, bm_mem_from_device(0x3F0000000, 8), text), BM_SUCCESS);
  bm_free_device(handle_, mem);
}

TEST_F(BmlibTest, FillsRepeatTheirPattern) {
  const bm_device_mem_t mem = Allocate(12);
  char rgb[] = "RGB!";
  EXPECT_EQ(bm_memset_device_ext(handle_, rgb, 3, mem), BM_SUCCESS);
  EXPECT_EQ(Read(mem), "RGBRGBRGBRGB");
  EXPECT_EQ(bm_memset_device_ext(handle_, rgb, 1, mem), BM_SUCCESS);
  EXPECT_EQ(Read(mem), "RRRRRRRRRRRR");
  EXPECT_EQ(bm_memset_device(handle_, 0x44434241, mem), BM_SUCCESS);
  EXPECT_EQ(Read(mem), "ABCDABCDABCD");
  EXPECT_EQ(bm_memset_device_ext(handle_, rgb, 5, mem), BM_ERR_PARAM);
  EXPECT_EQ(bm_memset_device_ext(handle_, nullptr, 1, mem), BM_ERR_PARAM);
  bm_device_mem_t odd = mem;
  odd.size = 10;
  EXPECT_EQ(bm_memset_device_ext(handle_, rgb, 4, odd), BM_ERR_PARAM);
  bm_free_device(handle_, mem);
}

TEST_F(BmlibTest, DeviceCopies) {
  const bm_device_mem_t a = Allocate(16), b = Allocate(16);
  char text[] = "0123456789abcdef";
  ASSERT_EQ(bm_memcpy_s2d(handle_, a, text), BM_SUCCESS);
  ASSERT_EQ(bm_memset_device(handle_, 0x2E2E2E2E, b), BM_SUCCESS);
  EXPECT_EQ(bm_memcpy_d2d_byte(handle_, b, 1, a, 3, 5), BM_SUCCESS);
  EXPECT_EQ(Read(b), ".34567..........");
  EXPECT_EQ(bm_memcpy_d2d(handle_, b, 8, a, 4, 1), BM_SUCCESS);
  EXPECT_EQ(Read(b), ".34567..4567....");
  EXPECT_EQ(bm_memcpy_d2d_stride(handle_, b, 1, a, 2, 8, 1), BM_SUCCESS);
  EXPECT_EQ(Read(b), "02468ace4567....");
  EXPECT_EQ(bm_memcpy_d2d_stride(handle_, b, 4, a, 1, 4, 1), BM_SUCCESS);
  EXPECT_EQ(Read(b).substr(0, 13),
            "0246"
            "1ace"
            "2567"
            "3");
  EXPECT_EQ(bm_memcpy_d2d_stride(handle_, b, 2, a, 1, 4, 1), BM_ERR_PARAM);
  EXPECT_EQ(bm_memcpy_d2d_stride(handle_, b, 1, a, 3, 8, 1), BM_ERR_PARAM);
  EXPECT_EQ(bm_memcpy_c2c(handle_, handle_, a, b, true), BM_SUCCESS);
  EXPECT_EQ(Read(b), text);
  EXPECT_EQ(bm_memcpy_p2p(handle_, a, handle_, b), BM_ERR_FAILURE);
  bm_free_device(handle_, a);
  bm_free_device(handle_, b);
}

TEST_F(BmlibTest, TwoCardsHaveTheirOwnMemory) {
  setenv("BM_DEVICES", "2", 1);
  bm_handle_t other;
  ASSERT_EQ(bm_dev_request(&other, 1), BM_SUCCESS);
  const bm_device_mem_t here = Allocate(8);
  bm_device_mem_t there;
  ASSERT_EQ(bm_malloc_device_byte(other, &there, 8), BM_SUCCESS);
  EXPECT_EQ(here.u.device.device_addr, there.u.device.device_addr);
  char text[] = "on card0";
  ASSERT_EQ(bm_memcpy_s2d(handle_, here, text), BM_SUCCESS);
  char copy[9] = "";
  ASSERT_EQ(bm_memcpy_d2s(other, copy, there), BM_SUCCESS);
  EXPECT_STRNE(copy, text);
  EXPECT_EQ(bm_memcpy_p2p(handle_, here, other, there), BM_SUCCESS);
  ASSERT_EQ(bm_memcpy_d2s(other, copy, there), BM_SUCCESS);
  EXPECT_STREQ(copy, text);
  bm_free_device(handle_, here);
  bm_free_device(other, there);
  bm_dev_free(other);
  unsetenv("BM_DEVICES");
}

TEST_F(BmlibTest, HostBuffersBecomeDeviceMemory) {
  float values[4] = {1, 2, 3, 4};
  bm_device_mem_t mem;
  ASSERT_EQ(bm_mem_convert_system_to_device_neuron(handle_, &mem, bm_mem_from_system(values), true, 1, 2, 2, 1),
            BM_SUCCESS);
  EXPECT_EQ(mem.size, 16u);
  EXPECT_EQ(Read(mem), std::string(reinterpret_cast<char*>(values), 16));
  bm_free_device(handle_, mem);
  EXPECT_EQ(bm_mem_convert_system_to_device_coeff(handle_, &mem, bm_mem_from_device(0, 4), true, 4), BM_ERR_PARAM);
}

TEST_F(BmlibTest, BytesAndCoefficientsBecomeDeviceMemory) {
  char text[] = "twelve bytes";
  bm_device_mem_t mem;
  ASSERT_EQ(bm_mem_convert_system_to_device_neuron_byte(handle_, &mem, bm_mem_from_system(text), true, 1, 2, 2, 3),
            BM_SUCCESS);
  EXPECT_EQ(Read(mem), text);
  bm_free_device(handle_, mem);
  ASSERT_EQ(bm_mem_convert_system_to_device_coeff_byte(handle_, &mem, bm_mem_from_system(text), true, 6), BM_SUCCESS);
  EXPECT_EQ(Read(mem), "twelve");
  bm_free_device(handle_, mem);
  ASSERT_EQ(bm_mem_convert_system_to_device_coeff(handle_, &mem, bm_mem_from_system(text), true, 3), BM_SUCCESS);
  EXPECT_EQ(Read(mem), text);
  bm_free_device(handle_, mem);
}

TEST_F(BmlibTest, AddressesAreAllocatedWithoutADescriptor) {
  unsigned long long address = 0, other = 0;
  ASSERT_EQ(bm_malloc_device_mem(handle_, &address, 1, 4096), BM_SUCCESS);
  EXPECT_GE(address, 0x340100000u);
  EXPECT_EQ(bm_malloc_device_mem(handle_, &other, 9, 4096), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bm_malloc_device_mem(handle_, nullptr, 1, 4096), BM_ERR_DEVNOTREADY);
  bm_free_device_mem(handle_, address);
  ASSERT_EQ(bm_malloc_device_mem(handle_, &other, 1, 4096), BM_SUCCESS);
  EXPECT_EQ(other, address);
  bm_free_device_mem(handle_, other);
  bm_free_device_mem(handle_, 0x42);
  EXPECT_EQ(bm_gmem_arm_reserved_request(handle_), 0x120000000u);
  EXPECT_EQ(bm_gmem_arm_reserved_request(nullptr), BM_MEM_ADDR_NULL);
  bm_gmem_arm_reserved_release(handle_);
}

TEST_F(BmlibTest, APcieCardIsNotMapped) {
  bm_device_mem_t mem = Allocate(4096);
  unsigned long long address = 0;
  EXPECT_EQ(bm_mem_mmap_device_mem(handle_, &mem, &address), BM_ERR_FAILURE);
  EXPECT_EQ(bm_mem_invalidate_device_mem(handle_, &mem), BM_ERR_FAILURE);
  EXPECT_EQ(bm_mem_flush_partial_device_mem(handle_, &mem, 0, 8), BM_ERR_FAILURE);
  bm_free_device(handle_, mem);
}

TEST_F(BmlibTest, TheSdkComputesOnDeviceMemoryInPlace) {
  bm_device_mem_t mem = Allocate(16);
  const uint64_t address = bm_mem_get_device_addr(mem);
  unsigned char* view = nullptr;
  ASSERT_EQ(bmnnsdk_host_view(handle_, address, 16, &view), BM_SUCCESS);
  std::memcpy(view, "written in place", 16);
  EXPECT_EQ(bmnnsdk_host_written(handle_, address, 16), BM_SUCCESS);
  EXPECT_EQ(Read(mem), "written in place");
  EXPECT_EQ(bmnnsdk_host_view(handle_, address, 16, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bmnnsdk_host_view(handle_, 0x1000, 16, &view), BM_ERR_PARAM);
  EXPECT_EQ(bmnnsdk_host_view(nullptr, address, 16, &view), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmnnsdk_host_written(handle_, 0x1000, 16), BM_ERR_PARAM);
  bm_free_device(handle_, mem);
}

TEST_F(BmlibTest, InformationIsThatOfTheChip) {
  unsigned chip = 0;
  EXPECT_EQ(bm_get_chipid(handle_, &chip), BM_SUCCESS);
  EXPECT_EQ(chip, 0x1684u);
  bm_misc_info info;
  EXPECT_EQ(bm_get_misc_info(handle_, &info), BM_SUCCESS);
  EXPECT_EQ(info.pcie_soc_mode, 0);
  char name[25], sn[18];
  EXPECT_EQ(bm_get_board_name(handle_, name), BM_SUCCESS);
  EXPECT_NE(std::strstr(name, "1684"), nullptr);
  EXPECT_EQ(bm_get_sn(handle_, sn), BM_SUCCESS);
  EXPECT_EQ(std::strlen(sn), 17u);
  bm_dev_stat_t stat;
  EXPECT_EQ(bm_get_stat(handle_, &stat), BM_SUCCESS);
  EXPECT_EQ(stat.heap_num, 3);
  EXPECT_EQ(stat.mem_total, 3519 + 3071 + 3925);
  int freq = 0;
  EXPECT_EQ(bm_get_clk_tpu_freq(handle_, &freq), BM_SUCCESS);
  EXPECT_EQ(freq, 550);
  EXPECT_EQ(bm_set_clk_tpu_freq(handle_, 7), BM_ERR_FAILURE);
  int usage[5];
  EXPECT_EQ(bm_get_vpu_instant_usage(handle_, usage), BM_SUCCESS);
}

TEST_F(BmlibTest, MessagesAreCheckedAndWaitedFor) {
  const unsigned char message[4] = {};
  EXPECT_EQ(bm_send_api(handle_, 136, message, 3), BM_ERR_PARAM);
  EXPECT_EQ(bm_send_api(handle_, 99999, message, 4), BM_NOT_SUPPORTED);
  EXPECT_EQ(bm_thread_sync(handle_), BM_SUCCESS);
  EXPECT_EQ(bm_handle_sync(handle_), BM_SUCCESS);
  EXPECT_EQ(bm_device_sync(handle_), BM_SUCCESS);
  EXPECT_EQ(bm_thread_sync_from_core(handle_, 0), BM_SUCCESS);
  bm_flush(handle_);
  EXPECT_EQ(bm_set_sync_timeout(handle_, -1), BM_ERR_FAILURE);
  bm_profile_t profile;
  EXPECT_EQ(bm_get_profile(handle_, &profile), BM_SUCCESS);
}

TEST_F(BmlibTest, ProfilesCountTheCopiesAndMessagesOfTheThread) {
  const bm_device_mem_t a = Allocate(1 << 16), b = Allocate(1 << 16);
  std::vector<char> bytes(1 << 16);
  bm_profile_t before, after;
  ASSERT_EQ(bm_get_profile(handle_, &before), BM_SUCCESS);
  ASSERT_EQ(bm_memcpy_s2d(handle_, a, bytes.data()), BM_SUCCESS);
  ASSERT_EQ(bm_memcpy_s2d(handle_, b, bytes.data()), BM_SUCCESS);
  ASSERT_EQ(bm_memcpy_d2s(handle_, bytes.data(), a), BM_SUCCESS);
  ASSERT_EQ(bm_memcpy_d2d_byte(handle_, a, 0, b, 0, 1 << 16), BM_SUCCESS);
  ASSERT_EQ(bm_thread_sync(handle_), BM_SUCCESS);
  ASSERT_EQ(bm_get_profile(handle_, &after), BM_SUCCESS);
  EXPECT_EQ(after.cdma_out_counter - before.cdma_out_counter, 2u);
  EXPECT_EQ(after.cdma_in_counter - before.cdma_in_counter, 1u);
  EXPECT_EQ(after.sent_api_counter - before.sent_api_counter, 1u);
  EXPECT_EQ(after.completed_api_counter, after.sent_api_counter);
  EXPECT_GT(after.tpu_process_time, before.tpu_process_time);
  EXPECT_EQ(bm_get_profile(handle_, nullptr), BM_ERR_PARAM);
  bm_free_device(handle_, a);
  bm_free_device(handle_, b);
}

// One of the threads that share a handle: the bytes of a block of its own, after many rounds.
void CopyInRounds(bm_handle_t handle, char letter, std::string* result) {
  constexpr unsigned kBytes = 10000;
  constexpr int kRounds = 50;
  for (int round = 0; round < kRounds; ++round) {
    std::string sent(kBytes, static_cast<char>(letter + round % 8));
    bm_device_mem_t source, target;
    if (bm_malloc_device_byte(handle, &source, kBytes) != BM_SUCCESS) return;
    if (bm_malloc_device_byte(handle, &target, kBytes) != BM_SUCCESS) return;
    result->assign(kBytes, '\0');
    bm_memcpy_s2d(handle, source, &sent[0]);
    bm_memcpy_d2d_byte(handle, target, 0, source, 0, kBytes);
    bm_thread_sync(handle);
    bm_memcpy_d2s(handle, &(*result)[0], target);
    bm_free_device(handle, source);
    bm_free_device(handle, target);
    if (*result != sent) return;
  }
  *result = "every round";
}

TEST_F(BmlibTest, ThreadsShareAHandle) {
  std::string first, second;
  std::thread other(&CopyInRounds, handle_, 'A', &first);
  CopyInRounds(handle_, 'a', &second);
  other.join();
  EXPECT_EQ(first, "every round");
  EXPECT_EQ(second, "every round");
}

TEST_F(BmlibTest, TheLogShowsTagLevelAndTextUpToItsLevel) {
  ::testing::internal::CaptureStdout();
  bmlib_log_set_level(BMLIB_LOG_WARNING);
  EXPECT_EQ(bmlib_log_get_level(), BMLIB_LOG_WARNING);
  bmlib_log("here", BMLIB_LOG_WARNING, "number %d\n", 42);
  bmlib_log("here", BMLIB_LOG_INFO, "not shown\n");
  bmlib_log_set_level(BMLIB_LOG_TRACE);
  bmlib_log("there", BMLIB_LOG_VERBOSE, "%s\n", std::string(300, 'x').c_str());
  const std::string text = ::testing::internal::GetCapturedStdout();
  EXPECT_EQ(text, "[here][warning] number 42\n[there][verbose] " + std::string(255, 'x'));
}

std::vector<std::string> logged;
void Keep(const char* tag, int level, const char* format, va_list arguments) {
  char text[256];
  std::vsnprintf(text, sizeof(text), format, arguments);
  logged.push_back(std::string(tag) + " " + std::to_string(level) + " " + text);
}

TEST_F(BmlibTest, WhatIsNotBuiltSaysSoOnce) {
  bmlib_log_set_callback(&Keep);
  logged.clear();
  EXPECT_EQ(tpu_kernel_load_module_file(handle_, "module.so"), nullptr);
  EXPECT_EQ(tpu_kernel_launch(handle_, 1, nullptr, 0), BM_NOT_SUPPORTED);
  ASSERT_EQ(logged.size(), 2u);
  EXPECT_NE(logged[0].find("tpu_kernel_load_module_file"), std::string::npos);
  logged.clear();
  bm_device_mem_t mem;
  EXPECT_EQ(bm_malloc_device_byte_heap(handle_, &mem, 0, 0xF0000000), BM_ERR_NOMEM);
  ASSERT_GE(logged.size(), 1u);
  EXPECT_NE(logged[0].find("bmlib_memory 16"), std::string::npos);
  EXPECT_NE(logged[0].find("the largest block"), std::string::npos);
  bmlib_log_set_callback(nullptr);
}

}  // namespace
