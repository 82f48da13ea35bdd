// Performance monitors: what launches leave in device memory, and what they do not.
#include "bmdriver_sim/driver/monitors.h"

#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmdriver_sim/driver/card.h"
#include "bmdriver_sim/testing/small_launch.h"
#include "gtest/gtest.h"

namespace bm::driver {
namespace {

using isa::BdcRecord;
using isa::Engine;
using isa::GdmaRecord;
using testing::SmallLaunch;

constexpr uint64_t kTpuBuffer = isa::kDdrBase + (1 << 20);
constexpr uint64_t kGdmaBuffer = isa::kDdrBase + (2 << 20);
constexpr uint8_t kUntouched = 0xEE;
constexpr uint32_t kMoveStart = SmallLaunch::kMoveStart, kMoveEnd = SmallLaunch::kMoveEnd;
constexpr uint32_t kCopyEnd = SmallLaunch::kCopyEnd;

class MonitorsTest : public ::testing::Test {
 protected:
  MonitorsTest() : card_(*Card::Get(0)), session_(card_) {}

  void SetUp() override {
    WriteAll(SmallLaunch::kBdcAddress, SmallLaunch::BdcImage());
    WriteAll(SmallLaunch::kGdmaAddress, SmallLaunch::GdmaImage());
    for (const uint64_t buffer : {kTpuBuffer, kGdmaBuffer}) {
      WriteAll(buffer, std::vector<uint8_t>(4096, kUntouched));
    }
  }
  void TearDown() override {
    monitors().Disable(Engine::kBdc);
    monitors().Disable(Engine::kGdma);
  }

  Monitors& monitors() { return card_->monitors(); }

  void WriteAll(uint64_t address, const std::vector<uint8_t>& bytes) {
    ASSERT_OK(card_->Write(&session_, address, bytes.data(), bytes.size()));
  }
  void LaunchAndWait() {
    ASSERT_OK(card_->Send(&session_, SmallLaunch::kApiId, SmallLaunch::Message()));
    ASSERT_OK(card_->SyncThread(&session_));
  }

  template <typename Record>
  std::vector<Record> Read(uint64_t address, size_t count) {
    std::vector<Record> records(count);
    EXPECT_OK(card_->Read(&session_, address, records.data(), count * sizeof(Record)));
    return records;
  }

  Card* const card_;
  Session session_;
};

TEST_F(MonitorsTest, EveryLaunchAppendsARecordOfEachCommand) {
  ASSERT_OK(monitors().Enable(Engine::kBdc, kTpuBuffer, 4096));
  ASSERT_OK(monitors().Enable(Engine::kGdma, kGdmaBuffer, 4096));
  LaunchAndWait();
  LaunchAndWait();
  EXPECT_EQ(monitors().RecordedBytes(Engine::kBdc, kTpuBuffer).value(), 2 * sizeof(BdcRecord));
  EXPECT_EQ(monitors().RecordedBytes(Engine::kGdma, kGdmaBuffer).value(), 2 * sizeof(GdmaRecord));
  const std::vector<BdcRecord> bdc = Read<BdcRecord>(kTpuBuffer, 3);
  EXPECT_EQ(bdc[0].start_cycles, kMoveEnd);
  EXPECT_EQ(bdc[0].end_cycles, kCopyEnd);
  EXPECT_EQ(bdc[0].id, 1u);
  EXPECT_EQ(bdc[0].load, 64u);
  EXPECT_EQ(bdc[0].read_bytes, 256u);
  EXPECT_EQ(bdc[0].written_bytes, 256u);
  // The clock runs on through the second launch.
  EXPECT_EQ(bdc[1].start_cycles, kCopyEnd + kMoveEnd);
  EXPECT_EQ(bdc[1].end_cycles, 2 * kCopyEnd);
  EXPECT_EQ(bdc[2].id, kUntouched << 8 | kUntouched);
  const std::vector<GdmaRecord> gdma = Read<GdmaRecord>(kGdmaBuffer, 2);
  EXPECT_EQ(gdma[0].start_cycles, kMoveStart * 575 / 550);
  EXPECT_EQ(gdma[0].end_cycles, kMoveEnd * 575 / 550);
  EXPECT_EQ(gdma[0].ddr.read_bytes, 256u);
  EXPECT_EQ(gdma[0].ddr.written_bytes, 256u);
  EXPECT_EQ(gdma[1].start_cycles, (kCopyEnd + kMoveStart) * 575 / 550);
}

TEST_F(MonitorsTest, AFullBufferTakesNoMoreAndLeavesWhatIsBehindIt) {
  // Room for two records and a half.
  ASSERT_OK(monitors().Enable(Engine::kBdc, kTpuBuffer, 2 * sizeof(BdcRecord) + 16));
  for (int i = 0; i < 4; ++i) LaunchAndWait();
  EXPECT_EQ(monitors().RecordedBytes(Engine::kBdc, kTpuBuffer).value(), 2 * sizeof(BdcRecord));
  const std::vector<BdcRecord> bdc = Read<BdcRecord>(kTpuBuffer, 3);
  EXPECT_EQ(bdc[0].end_cycles, kCopyEnd);
  EXPECT_EQ(bdc[1].end_cycles, 2 * kCopyEnd);
  EXPECT_EQ(bdc[2].start_cycles, 0xEEEEEEEEu);
}

TEST_F(MonitorsTest, EnablingAgainStartsAgain) {
  ASSERT_OK(monitors().Enable(Engine::kBdc, kTpuBuffer, 4096));
  LaunchAndWait();
  ASSERT_OK(monitors().Enable(Engine::kBdc, kTpuBuffer + 1024, 1024));
  LaunchAndWait();
  EXPECT_STATUS(monitors().RecordedBytes(Engine::kBdc, kTpuBuffer), absl::StatusCode::kNotFound, "has another since");
  EXPECT_EQ(Read<BdcRecord>(kTpuBuffer, 2)[1].start_cycles, 0xEEEEEEEEu);
  EXPECT_EQ(Read<BdcRecord>(kTpuBuffer + 1024, 1)[0].end_cycles, kCopyEnd);
}

TEST_F(MonitorsTest, NothingIsWrittenWhileAMonitorIsOff) {
  EXPECT_FALSE(monitors().is_on());
  LaunchAndWait();
  ASSERT_OK(monitors().Enable(Engine::kGdma, kGdmaBuffer, 4096));
  EXPECT_TRUE(monitors().is_on());
  monitors().Disable(Engine::kBdc);  // is off already
  LaunchAndWait();
  EXPECT_EQ(Read<BdcRecord>(kTpuBuffer, 1)[0].start_cycles, 0xEEEEEEEEu);
  monitors().Disable(Engine::kGdma);
  EXPECT_FALSE(monitors().is_on());
  LaunchAndWait();
  EXPECT_EQ(Read<GdmaRecord>(kGdmaBuffer, 2)[1].start_cycles, 0xEEEEEEEEu);
  EXPECT_STATUS(monitors().RecordedBytes(Engine::kGdma, kGdmaBuffer), absl::StatusCode::kNotFound, "disabled");
}

TEST_F(MonitorsTest, ALaunchThatFailsLeavesNoRecords) {
  ASSERT_OK(monitors().Enable(Engine::kBdc, kTpuBuffer, 4096));
  setenv("BM_STRICT", "1", 1);
  // The second is no command.
  ASSERT_OK(card_->Send(&session_, SmallLaunch::kApiId, SmallLaunch::Message(/*gdma_count=*/2)));
  EXPECT_STATUS(card_->SyncThread(&session_), absl::StatusCode::kInvalidArgument, "GDMA");
  unsetenv("BM_STRICT");
  EXPECT_EQ(monitors().RecordedBytes(Engine::kBdc, kTpuBuffer).value(), 0u);
}

TEST_F(MonitorsTest, BuffersAreChecked) {
  ASSERT_OK(monitors().Enable(Engine::kBdc, kTpuBuffer, 4096));
  EXPECT_STATUS(monitors().Enable(Engine::kBdc, kTpuBuffer, 31), absl::StatusCode::kInvalidArgument, "31 bytes");
  EXPECT_STATUS(monitors().Enable(Engine::kGdma, kGdmaBuffer, 191), absl::StatusCode::kInvalidArgument,
                "GDMA monitor; a record has 192");
  EXPECT_STATUS(monitors().Enable(Engine::kBdc, 0x1000, 4096), absl::StatusCode::kOutOfRange, "0x1000");
  EXPECT_STATUS(monitors().Enable(Engine::kBdc, isa::kDdrEnd - 32, 64), absl::StatusCode::kOutOfRange, "0x4ffffffe0");
  EXPECT_STATUS(monitors().Enable(Engine::kBdc, ~uint64_t{0}, 64), absl::StatusCode::kOutOfRange, "");
  EXPECT_EQ(monitors().RecordedBytes(Engine::kBdc, kTpuBuffer).value(), 0u);  // still on with its first buffer
}

TEST_F(MonitorsTest, ThreadsLaunchWhileOthersSwitchMonitors) {
  std::atomic<bool> is_done{false};
  std::thread switching([&] {
    while (!is_done) {
      EXPECT_OK(monitors().Enable(Engine::kBdc, kTpuBuffer, 4096));
      EXPECT_OK(monitors().Enable(Engine::kGdma, kGdmaBuffer, 4096));
      EXPECT_OK(monitors().RecordedBytes(Engine::kBdc, kTpuBuffer).status());
      monitors().Disable(Engine::kGdma);
      monitors().Disable(Engine::kBdc);
    }
  });
  std::vector<std::thread> launching;
  for (int i = 0; i < 2; ++i) {
    launching.emplace_back([&] {
      for (int k = 0; k < 40; ++k) LaunchAndWait();
    });
  }
  for (std::thread& thread : launching) thread.join();
  is_done = true;
  switching.join();
  ASSERT_OK(monitors().Enable(Engine::kBdc, kTpuBuffer, 4096));
  LaunchAndWait();
  EXPECT_EQ(Read<BdcRecord>(kTpuBuffer, 1)[0].end_cycles, kCopyEnd);
}

}  // namespace
}  // namespace bm::driver
