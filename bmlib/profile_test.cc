// Profiles of handles: what BMLIB_ENABLE_ALL_PROFILE leaves in the working directory.
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmdriver_sim/testing/small_launch.h"
#include "bmlib/src/bmlib_internal.h"
#include "bmlib/testing/read_blocks.h"
#include "bmlib_runtime.h"
#include "gtest/gtest.h"
#include "isa/monitor.h"

namespace {

using bm::isa::BdcRecord;
using bm::isa::GdmaRecord;
using bm::testing::ProfileBlock;
using bm::testing::ReadBlocks;
using bm::testing::SmallLaunch;
using bm::testing::TypesOf;

// A handle of `device` that is profiled: the test of that name has a device of its own, whose files begin with number
// 0.
bm_handle_t OpenProfiled(int device, const char* variable = "BMLIB_ENABLE_ALL_PROFILE", const char* value = "true") {
  setenv(variable, value, 1);
  bm_handle_t handle = nullptr;
  EXPECT_EQ(bm_dev_request(&handle, device), BM_SUCCESS);
  unsetenv(variable);
  return handle;
}

void Write(bm_handle_t handle, uint64_t address, std::vector<uint8_t> bytes) {
  const bm_device_mem_t memory = bm_mem_from_device(address, static_cast<unsigned>(bytes.size()));
  ASSERT_EQ(bm_memcpy_s2d(handle, memory, bytes.data()), BM_SUCCESS);
}

void WriteCommands(bm_handle_t handle) {
  Write(handle, SmallLaunch::kBdcAddress, SmallLaunch::BdcImage());
  Write(handle, SmallLaunch::kGdmaAddress, SmallLaunch::GdmaImage());
}

// Sends a launch of what WriteCommands wrote and does not wait for it.
void Send(bm_handle_t handle) {
  const std::vector<uint8_t> message = SmallLaunch::Message();
  EXPECT_EQ(bm_send_api(handle, SmallLaunch::kApiId, message.data(), static_cast<unsigned>(message.size())),
            BM_SUCCESS);
}

void Launch(bm_handle_t handle) {
  WriteCommands(handle);
  Send(handle);
}

std::vector<ProfileBlock> BlocksOf(const std::string& path) {
  const absl::StatusOr<std::string> file = bm::ReadFile(path);
  EXPECT_OK(file.status());
  return ReadBlocks(file.value_or(""));
}

class ProfileTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { setenv("BM_DEVICES", "9", 1); }
  void SetUp() override {
    const std::string directory =
        ::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    ASSERT_OK(bm::MakeDirectory(directory));
    ASSERT_EQ(chdir(directory.c_str()), 0);
  }
};

TEST_F(ProfileTest, AHandleSavesTheRecordsOfItsLaunches) {
  bm_handle_t handle = OpenProfiled(0);
  Launch(handle);
  bm_dev_free(handle);
  const std::vector<ProfileBlock> blocks = BlocksOf("bmprofile_data-0/bmlib_0.profile");
  ASSERT_EQ(TypesOf(blocks), (std::vector<uint32_t>{1, 3, 4}));
  ASSERT_EQ(blocks[0].bytes.size(), 36u);
  EXPECT_EQ(blocks[0].At<int32_t>(0), 0);
  EXPECT_LE(blocks[0].At<uint64_t>(12), blocks[0].At<uint64_t>(20));
  ASSERT_EQ(blocks[1].bytes.size(), sizeof(BdcRecord));
  EXPECT_EQ(blocks[1].At<BdcRecord>(0).start_cycles, SmallLaunch::kMoveEnd);
  EXPECT_EQ(blocks[1].At<BdcRecord>(0).end_cycles, SmallLaunch::kCopyEnd);
  ASSERT_EQ(blocks[2].bytes.size(), sizeof(GdmaRecord));
  EXPECT_EQ(blocks[2].At<GdmaRecord>(0).ddr.read_bytes, SmallLaunch::kBytes);
}

TEST_F(ProfileTest, HandlesOfACardShareItsMonitors) {
  bm_handle_t first = OpenProfiled(1);
  Launch(first);
  ASSERT_EQ(bm_thread_sync(first), BM_SUCCESS);
  bm_handle_t second = OpenProfiled(1, "BMLIB_ENABLE_PROFILE", "1");
  bm_handle_t plain = nullptr;
  ASSERT_EQ(bm_dev_request(&plain, 1), BM_SUCCESS);
  Launch(plain);
  ASSERT_EQ(bm_thread_sync(plain), BM_SUCCESS);
  bm_dev_free(plain);
  bm_dev_free(first);
  Launch(second);
  bm_dev_free(second);
  // The first was open for two launches, the second for the last two of three; the plain handle saves nothing.
  EXPECT_EQ(BlocksOf("bmprofile_data-1/bmlib_0.profile").at(1).bytes.size(), 2 * sizeof(BdcRecord));
  const std::vector<ProfileBlock> blocks = BlocksOf("bmprofile_data-1/bmlib_1.profile");
  ASSERT_EQ(TypesOf(blocks), (std::vector<uint32_t>{1, 3, 4}));
  EXPECT_EQ(blocks[0].At<int32_t>(0), 1);
  ASSERT_EQ(blocks[1].bytes.size(), 2 * sizeof(BdcRecord));
  EXPECT_EQ(blocks[1].At<BdcRecord>(0).end_cycles, 2 * SmallLaunch::kCopyEnd);
  EXPECT_FALSE(bm::ReadFile("bmprofile_data-1/bmlib_2.profile").ok());
}

TEST_F(ProfileTest, TheGlobalFileListsTheMemoryOfClosedHandles) {
  bm_handle_t handle = OpenProfiled(2);
  bm_device_mem_t freed, kept;
  ASSERT_EQ(bm_malloc_device_byte(handle, &freed, 1000), BM_SUCCESS);
  ASSERT_EQ(bm_malloc_device_byte(handle, &kept, 2000), BM_SUCCESS);
  bm_free_device(handle, freed);
  bm_dev_free(handle);
  ASSERT_OK_AND_ASSIGN(const std::string global, bm::ReadFile("bmprofile_data-2/global.profile"));
  EXPECT_EQ(global.find("[bmprofile] arch=1684\n[bmprofile] tpu_freq=550\n[bmprofile] core_list=0,\n"), 0u) << global;
  const auto line = [](const bm_device_mem_t& memory, const char* size) {
    return "[bmprofile] mtype=1 addr=" + std::to_string(bm_mem_get_device_addr(memory)) + " size=" + size + " alloc=";
  };
  EXPECT_NE(global.find(line(freed, "1000")), std::string::npos) << global;
  EXPECT_NE(global.find(line(kept, "2000")), std::string::npos) << global;
  EXPECT_NE(global.find(" desc=device_memory\n"), std::string::npos) << global;
}

TEST_F(ProfileTest, SizesOfRecordsLimitThemAndZeroLeavesAnEngineOut) {
  setenv("BMLIB_BDC_RECORD_SIZE", "1", 1);
  setenv("BMLIB_GDMA_RECORD_SIZE", "0", 1);
  bm_handle_t handle = OpenProfiled(3);
  for (int i = 0; i < 3; ++i) Launch(handle);
  bm_dev_free(handle);
  unsetenv("BMLIB_BDC_RECORD_SIZE");
  unsetenv("BMLIB_GDMA_RECORD_SIZE");
  const std::vector<ProfileBlock> blocks = BlocksOf("bmprofile_data-3/bmlib_0.profile");
  ASSERT_EQ(TypesOf(blocks), (std::vector<uint32_t>{1, 3}));
  EXPECT_EQ(blocks[1].bytes.size(), sizeof(BdcRecord));
}

TEST_F(ProfileTest, AMonitorThatSomebodyElseTookIsLeftOutAndLeftOn) {
  bm_handle_t handle = OpenProfiled(4);
  bm_handle_t other = nullptr;
  ASSERT_EQ(bm_dev_request(&other, 4), BM_SUCCESS);
  bm_device_mem_t memory;
  ASSERT_EQ(bm_malloc_device_byte(other, &memory, 4096), BM_SUCCESS);
  bm_perf_monitor_t monitor = {static_cast<long long>(bm_mem_get_device_addr(memory)), 4096, PERF_MONITOR_TPU};
  ASSERT_EQ(bm_enable_perf_monitor(other, &monitor), BM_SUCCESS);
  bmlib_log_set_level(BMLIB_LOG_QUIET);
  bm_dev_free(handle);
  bmlib_log_set_level(BMLIB_LOG_ERROR);
  EXPECT_EQ(TypesOf(BlocksOf("bmprofile_data-4/bmlib_0.profile")), (std::vector<uint32_t>{1, 4}));
  unsigned long long bytes = 1;
  EXPECT_EQ(bmnnsdk_monitor_records(other, &monitor, &bytes), BM_SUCCESS);
  EXPECT_EQ(bytes, 0u);
  EXPECT_EQ(bm_disable_perf_monitor(other, &monitor), BM_SUCCESS);
  bm_free_device(other, memory);
  bm_dev_free(other);
}

TEST_F(ProfileTest, ADirectoryThatCannotBeMadeCostsOneLine) {
  ASSERT_OK(bm::WriteFile("bmprofile_data-5", std::string("in the way")));
  bm_handle_t handle = OpenProfiled(5);
  ::testing::internal::CaptureStdout();
  bm_dev_free(handle);
  const std::string log = ::testing::internal::GetCapturedStdout();
  EXPECT_NE(log.find("profile: "), std::string::npos) << log;
  EXPECT_NE(log.find("bmprofile_data-5"), std::string::npos) << log;
}

TEST_F(ProfileTest, WithoutTheVariableNothingIsWrittenOrHeld) {
  bm_handle_t handle = OpenProfiled(6, "BMLIB_ENABLE_ALL_PROFILE", "0");
  bm_dev_stat_t stat;
  ASSERT_EQ(bm_get_stat(handle, &stat), BM_SUCCESS);
  EXPECT_EQ(stat.mem_used, 0);
  bm_dev_free(handle);
  EXPECT_NE(access("bmprofile_data-6", F_OK), 0);
}

TEST_F(ProfileTest, TheBuffersAreFreedWithTheLastHandle) {
  bm_handle_t handle = OpenProfiled(7);
  bm_dev_stat_t stat;
  ASSERT_EQ(bm_get_stat(handle, &stat), BM_SUCCESS);
  EXPECT_EQ(stat.mem_used, 32 + 192);  // MiB
  bm_dev_free(handle);
  ASSERT_EQ(bm_dev_request(&handle, 7), BM_SUCCESS);
  ASSERT_EQ(bm_get_stat(handle, &stat), BM_SUCCESS);
  EXPECT_EQ(stat.mem_used, 0);
  bm_dev_free(handle);
}

TEST_F(ProfileTest, ThreadsOpenAndCloseProfiledHandlesOfOneCard) {
  bm_handle_t writer = nullptr;
  ASSERT_EQ(bm_dev_request(&writer, 8), BM_SUCCESS);
  WriteCommands(writer);
  bm_dev_free(writer);
  setenv("BMLIB_ENABLE_ALL_PROFILE", "1", 1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([] {
      for (int k = 0; k < 5; ++k) {
        bm_handle_t handle = nullptr;
        ASSERT_EQ(bm_dev_request(&handle, 8), BM_SUCCESS);
        Send(handle);
        bm_dev_free(handle);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  unsetenv("BMLIB_ENABLE_ALL_PROFILE");
  for (int n = 0; n < 10; ++n) {
    const std::vector<ProfileBlock> blocks = BlocksOf("bmprofile_data-8/bmlib_" + std::to_string(n) + ".profile");
    ASSERT_EQ(TypesOf(blocks), (std::vector<uint32_t>{1, 3, 4}));
    EXPECT_EQ(blocks[0].At<int32_t>(0), n);
    EXPECT_GE(blocks[1].bytes.size(), sizeof(BdcRecord));  // its own launch at least
  }
}

}  // namespace
