// What a program asks about a card and its board: every call by its answer, and by what it refuses.
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "bmlib_runtime.h"
#include "gtest/gtest.h"

namespace {

class InformationTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { setenv("BM_DEVICES", "3", 1); }
  void SetUp() override { ASSERT_EQ(bm_dev_request(&handle_, 2), BM_SUCCESS); }
  void TearDown() override { bm_dev_free(handle_); }

  bm_handle_t handle_ = nullptr;
};

// A call that gives one number of type T, between two bounds.
template <typename T>
struct Row {
  const char* name;
  bm_status_t (*get)(bm_handle_t, T*);
  T low, high;
};

template <typename T, size_t kCount>
void Check(bm_handle_t handle, const Row<T> (&rows)[kCount]) {
  for (const Row<T>& row : rows) {
    SCOPED_TRACE(row.name);
    T value = std::numeric_limits<T>::max();
    EXPECT_EQ(row.get(handle, &value), BM_SUCCESS);
    EXPECT_GE(value, row.low);
    EXPECT_LE(value, row.high);
    EXPECT_EQ(row.get(nullptr, &value), BM_ERR_DEVNOTREADY);
    EXPECT_EQ(row.get(handle, nullptr), BM_ERR_PARAM);
  }
}

TEST_F(InformationTest, NumbersAreInTheirUnits) {
  const Row<unsigned> unsigned_rows[] = {
      {"chipid", bm_get_chipid, 0x1684, 0x1684},
      {"heaps", bm_get_gmem_total_heap_num, 3, 3},
      {"cores", bm_get_tpu_scalar_num, 1, 1},
      {"minclk", bm_get_tpu_minclk, 75, 75},
      {"maxclk", bm_get_tpu_maxclk, 550, 550},
      {"chip temperature", bm_get_chip_temp, 20, 84},
      {"board temperature", bm_get_board_temp, 20, 84},
      {"TPU current", bm_get_tpu_current, 100, 20000},
      {"TPU millivolt", bm_get_tpu_volt, 500, 900},
      {"board watt", bm_get_board_power, 1, 75},
      {"board most watt", bm_get_board_max_power, 25, 75},
      {"fan", bm_get_fan_speed, 0, 100},
      {"card", bm_get_card_id, 2, 2},
  };
  Check(handle_, unsigned_rows);
  const Row<int> int_rows[] = {
      {"status", bm_get_status, 0, 0},
      {"clock", bm_get_clk_tpu_freq, 550, 550},
      {"12 V", bm_get_12v_atx, 1, 10000},
      {"driver version", bm_get_driver_version, 1, 0xFFFFFF},
      {"dynamic frequency", bm_get_dynfreq_status, 0, 0},
  };
  Check(handle_, int_rows);
  const Row<unsigned long> long_rows[] = {{"ecc", bm_get_ecc_correct_num, 0, 0},
                                          {"last time", bm_get_last_api_process_time_us, 0, 0}};
  Check(handle_, long_rows);
  const Row<float> float_rows[] = {{"TPU watt", bm_get_tpu_power, 0.1f, 10.0f}};
  Check(handle_, float_rows);
}

TEST_F(InformationTest, EveryDeviceIsACardOfOneChip) {
  unsigned cards = 0, chips = 0, first = 0;
  EXPECT_EQ(bm_get_card_num(&cards), BM_SUCCESS);
  EXPECT_EQ(cards, 3u);
  EXPECT_EQ(bm_get_chip_num_from_card(1, &chips, &first), BM_SUCCESS);
  EXPECT_EQ(chips, 1u);
  EXPECT_EQ(first, 1u);
  EXPECT_EQ(bm_get_chip_num_from_card(3, &chips, &first), BM_ERR_FAILURE);
  EXPECT_EQ(bm_get_chip_num_from_card(1, nullptr, &first), BM_ERR_PARAM);
  EXPECT_EQ(bm_get_chip_num_from_card(1, &chips, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bm_get_card_num(nullptr), BM_ERR_PARAM);
}

TEST_F(InformationTest, SettingAClockEndsTheDynamicFrequency) {
  int is_on = -1;
  EXPECT_EQ(bm_change_dynfreq_status(handle_, 2), BM_ERR_PARAM);
  EXPECT_EQ(bm_change_dynfreq_status(handle_, 1), BM_SUCCESS);
  EXPECT_EQ(bm_get_dynfreq_status(handle_, &is_on), BM_SUCCESS);
  EXPECT_EQ(is_on, 1);
  bm_misc_info info;
  EXPECT_EQ(bm_get_misc_info(handle_, &info), BM_SUCCESS);
  EXPECT_EQ(info.dyn_enable, 1);
  EXPECT_EQ(bm_set_clk_tpu_freq(handle_, 500), BM_SUCCESS);
  EXPECT_EQ(bm_get_dynfreq_status(handle_, &is_on), BM_SUCCESS);
  EXPECT_EQ(is_on, 0);
  EXPECT_EQ(bm_set_clk_tpu_freq(handle_, 550), BM_SUCCESS);
}

TEST_F(InformationTest, BootLoadersFillTheCallersBuffers) {
  char bl1[64], bl2[64], bl31[64], uboot[80];
  boot_loader_version version = {bl1, bl2, bl31, uboot};
  EXPECT_EQ(bm_get_boot_loader_version(handle_, &version), BM_SUCCESS);
  for (const char* text : {bl1, bl2, bl31, uboot}) EXPECT_EQ(std::string(text).substr(0, 10), "simulated ");
  version.uboot_version = nullptr;
  EXPECT_EQ(bm_get_boot_loader_version(handle_, &version), BM_ERR_PARAM);
  EXPECT_EQ(bm_get_boot_loader_version(handle_, nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bm_get_boot_loader_version(nullptr, &version), BM_ERR_DEVNOTREADY);
}

TEST_F(InformationTest, OnlyAnSocHasAProductNumber) {
  char number[18] = "untouched";
  EXPECT_EQ(bm_get_product_sn(number), BM_NOT_SUPPORTED);
  EXPECT_STREQ(number, "untouched");
}

TEST_F(InformationTest, HeapsAreDescribedByTheirNumber) {
  bm_heap_stat_byte_t heap;
  ASSERT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle_, &heap, 1), BM_SUCCESS);
  EXPECT_EQ(heap.heap_id, 1u);
  EXPECT_EQ(heap.mem_start_addr, 0x340100000u);
  EXPECT_EQ(heap.mem_total, 0xBFF00000u);
  EXPECT_EQ(heap.mem_avail, heap.mem_total - heap.mem_used);
  EXPECT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle_, &heap, 3), BM_ERR_FAILURE);
  EXPECT_EQ(bm_get_gmem_heap_stat_byte_by_id(handle_, nullptr, 0), BM_ERR_PARAM);
}

TEST_F(InformationTest, Md5SumsArePrintedAsText) {
  unsigned char sum[MD5SUM_LEN];
  for (int i = 0; i < MD5SUM_LEN; ++i) sum[i] = static_cast<unsigned char>(i * 17);
  ::testing::internal::CaptureStdout();
  show_md5(sum);
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "00112233445566778899aabbccddeeff\n");
}

}  // namespace
