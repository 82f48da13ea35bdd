// Performance monitors through the vendor's calls.
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "bmdriver_sim/testing/small_launch.h"
#include "bmlib/src/bmlib_internal.h"
#include "bmlib_runtime.h"
#include "gtest/gtest.h"
#include "isa/monitor.h"

namespace {

using bm::isa::BdcRecord;
using bm::isa::GdmaRecord;
using bm::testing::SmallLaunch;

constexpr unsigned kBufferBytes = 4096;

class MonitorsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(bm_dev_request(&handle_, 0), BM_SUCCESS);
    ASSERT_EQ(bm_malloc_device_byte(handle_, &buffer_, 2 * kBufferBytes), BM_SUCCESS);
    const auto address = static_cast<long long>(bm_mem_get_device_addr(buffer_));
    tpu_ = {address, kBufferBytes, PERF_MONITOR_TPU};
    gdma_ = {address + kBufferBytes, kBufferBytes, PERF_MONITOR_GDMA};
    Write(SmallLaunch::kBdcAddress, SmallLaunch::BdcImage());
    Write(SmallLaunch::kGdmaAddress, SmallLaunch::GdmaImage());
  }
  void TearDown() override {
    bm_disable_perf_monitor(handle_, &tpu_);
    bm_disable_perf_monitor(handle_, &gdma_);
    bm_free_device(handle_, buffer_);
    bm_dev_free(handle_);
  }

  void Write(uint64_t address, std::vector<uint8_t> bytes) {
    const bm_device_mem_t memory = bm_mem_from_device(address, static_cast<unsigned>(bytes.size()));
    ASSERT_EQ(bm_memcpy_s2d(handle_, memory, bytes.data()), BM_SUCCESS);
  }
  void Launch() {
    const std::vector<uint8_t> message = SmallLaunch::Message();
    EXPECT_EQ(bm_send_api(handle_, SmallLaunch::kApiId, message.data(), static_cast<unsigned>(message.size())),
              BM_SUCCESS);
    EXPECT_EQ(bm_thread_sync(handle_), BM_SUCCESS);
  }
  template <typename Record>
  Record First(const bm_perf_monitor_t& monitor) {
    Record record = {};
    const bm_device_mem_t memory =
        bm_mem_from_device(static_cast<unsigned long long>(monitor.buffer_start_addr), sizeof(record));
    EXPECT_EQ(bm_memcpy_d2s(handle_, &record, memory), BM_SUCCESS);
    return record;
  }

  // A monitor of any number, as a C program may ask for.
  bm_perf_monitor_t MonitorOf(int id) {
    bm_perf_monitor_t monitor = tpu_;
    std::memcpy(&monitor.monitor_id, &id, sizeof(id));
    return monitor;
  }

  bm_handle_t handle_ = nullptr;
  bm_device_mem_t buffer_;
  bm_perf_monitor_t tpu_, gdma_;
};

TEST_F(MonitorsTest, EachWritesTheRecordsOfItsEngine) {
  ASSERT_EQ(bm_enable_perf_monitor(handle_, &tpu_), BM_SUCCESS);
  ASSERT_EQ(bm_enable_perf_monitor(handle_, &gdma_), BM_SUCCESS);
  Launch();
  unsigned long long bytes = 0;
  EXPECT_EQ(bmnnsdk_monitor_records(handle_, &tpu_, &bytes), BM_SUCCESS);
  EXPECT_EQ(bytes, 32u);
  EXPECT_EQ(bmnnsdk_monitor_records(handle_, &gdma_, &bytes), BM_SUCCESS);
  EXPECT_EQ(bytes, 192u);
  EXPECT_EQ(bm_disable_perf_monitor(handle_, &tpu_), BM_SUCCESS);
  EXPECT_EQ(bm_disable_perf_monitor(handle_, &gdma_), BM_SUCCESS);
  EXPECT_EQ(First<BdcRecord>(tpu_).start_cycles, SmallLaunch::kMoveEnd);
  EXPECT_EQ(First<BdcRecord>(tpu_).end_cycles, SmallLaunch::kCopyEnd);
  EXPECT_EQ(First<GdmaRecord>(gdma_).ddr.written_bytes, SmallLaunch::kBytes);
}

TEST_F(MonitorsTest, TheyBelongToTheCard) {
  bm_handle_t other = nullptr;
  ASSERT_EQ(bm_dev_request(&other, 0), BM_SUCCESS);
  ASSERT_EQ(bm_enable_perf_monitor(other, &tpu_), BM_SUCCESS);
  bm_dev_free(other);
  Launch();
  unsigned long long bytes = 0;
  EXPECT_EQ(bmnnsdk_monitor_records(handle_, &tpu_, &bytes), BM_SUCCESS);
  EXPECT_EQ(bytes, 32u);
}

TEST_F(MonitorsTest, WhatIsNoMonitorIsRefused) {
  const bm_perf_monitor_t rows[] = {
      {tpu_.buffer_start_addr, 0, PERF_MONITOR_TPU},
      {tpu_.buffer_start_addr, -1, PERF_MONITOR_TPU},
      MonitorOf(2),
      MonitorOf(-1),
  };
  bmlib_log_set_level(BMLIB_LOG_QUIET);
  for (bm_perf_monitor_t row : rows) {
    EXPECT_EQ(bm_enable_perf_monitor(handle_, &row), BM_ERR_PARAM) << row.buffer_size;
    EXPECT_EQ(bm_disable_perf_monitor(handle_, &row), BM_ERR_PARAM) << row.buffer_size;
  }
  for (const auto call : {bm_enable_perf_monitor, bm_disable_perf_monitor}) {
    EXPECT_EQ(call(handle_, nullptr), BM_ERR_PARAM);
    EXPECT_EQ(call(nullptr, &tpu_), BM_ERR_DEVNOTREADY);
  }
  bmlib_log_set_level(BMLIB_LOG_ERROR);
}

TEST_F(MonitorsTest, BuffersOutsideTheMemoryOrWithoutRoomAreRefused) {
  const bm_perf_monitor_t rows[] = {
      {0, 4096, PERF_MONITOR_TPU},
      {-1, 4096, PERF_MONITOR_TPU},
      {std::numeric_limits<long long>::min(), 4096, PERF_MONITOR_GDMA},
      {0x4FFFFF000, 4097, PERF_MONITOR_GDMA},
      {tpu_.buffer_start_addr, 31, PERF_MONITOR_TPU},
      {gdma_.buffer_start_addr, 191, PERF_MONITOR_GDMA},
  };
  bmlib_log_set_level(BMLIB_LOG_QUIET);
  for (bm_perf_monitor_t row : rows) {
    EXPECT_EQ(bm_enable_perf_monitor(handle_, &row), BM_ERR_PARAM) << row.buffer_start_addr << " " << row.buffer_size;
  }
  unsigned long long bytes = 0;
  EXPECT_EQ(bmnnsdk_monitor_records(handle_, &tpu_, &bytes), BM_ERR_FAILURE);
  bmlib_log_set_level(BMLIB_LOG_ERROR);
}

TEST_F(MonitorsTest, DisablingWhatIsOffSucceeds) {
  EXPECT_EQ(bm_disable_perf_monitor(handle_, &tpu_), BM_SUCCESS);
  EXPECT_EQ(bm_enable_perf_monitor(handle_, &tpu_), BM_SUCCESS);
  EXPECT_EQ(bm_disable_perf_monitor(handle_, &tpu_), BM_SUCCESS);
  EXPECT_EQ(bm_disable_perf_monitor(handle_, &tpu_), BM_SUCCESS);
}

TEST_F(MonitorsTest, LaunchesOfTwoThreadsAreAllRecorded) {
  ASSERT_EQ(bm_enable_perf_monitor(handle_, &tpu_), BM_SUCCESS);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) Launch();
    });
  }
  for (std::thread& thread : threads) thread.join();
  unsigned long long bytes = 0;
  EXPECT_EQ(bmnnsdk_monitor_records(handle_, &tpu_, &bytes), BM_SUCCESS);
  EXPECT_EQ(bytes, 40u * sizeof(BdcRecord));
}

}  // namespace
