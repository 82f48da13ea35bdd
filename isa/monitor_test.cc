// Records of a small command stream, computed by hand, as numbers and as bytes.
#include "isa/monitor.h"

#include <cstring>
#include <limits>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace bm::isa {
namespace {

constexpr Dims4 kShape = {1, 64, 8, 8};                    // 64 words in each of 64 lanes: 16384 bytes
constexpr uint64_t kBegin = uint64_t{50} * kTpuMegahertz;  // 40 us of the launch and 10 us of the group

// Loads a tensor, adds it to itself, stores the sum in L2.
CommandGroup LoadAddStore() {
  const GdmaSide local = {true, 0, kShape, {64, 64, 8, 1}};
  GdmaCommand load;
  load.id = 1;
  load.source = {false, kContextStart, kShape, {4096, 64, 8, 1}};
  load.target = local;
  TensorArithmetic sum;
  sum.shape = kShape;
  sum.result.address = 4096;
  BdcCommand add;
  add.id = 1;
  add.wait_gdma = 1;
  add.op = sum;
  GdmaCommand store;
  store.id = 2;
  store.wait_bdc = 1;
  store.direction = Direction::kLocalToSystem;
  store.source = local;
  store.source.address = 4096;
  store.target = {false, kL2Base + kL2UserOffset, kShape, {4096, 64, 8, 1}};
  CommandGroup group;
  group.bdc = {add};
  group.gdma = {load, store};
  return group;
}

TEST(MonitorTest, ALoadAnAdditionAndAStoreAreTimedAndCounted) {
  const CommandGroup group = LoadAddStore();
  ASSERT_OK_AND_ASSIGN(const Schedule schedule, EstimateSchedule({group}));
  // GDMA cycles: 150 + 1.1 * 64 runs + 16384 bytes * 575e6 / 26e9 = 582.738, in TPU cycles 557.4, rounded up.
  constexpr uint64_t kMove = 558;
  constexpr uint64_t kAdd = 4 * 2 + 40;  // 64 pixels are 4 steps of 2 cycles, behind the issue

  const std::vector<BdcRecord> bdc = BdcRecordsOf({group}, schedule, 0);
  ASSERT_EQ(bdc.size(), 1u);
  EXPECT_EQ(bdc[0].start_cycles, kBegin + kMove);
  EXPECT_EQ(bdc[0].end_cycles, kBegin + kMove + kAdd);
  EXPECT_EQ(bdc[0].id, 1u);
  EXPECT_EQ(bdc[0].load, 4096u);             // an addition for each result
  EXPECT_EQ(bdc[0].read_bytes, 2u * 16384);  // two operands
  EXPECT_EQ(bdc[0].written_bytes, 16384u);

  const std::vector<GdmaRecord> gdma = GdmaRecordsOf({group}, schedule, 0);
  ASSERT_EQ(gdma.size(), 2u);
  // 27500, 28058, 28106 and 28664 TPU cycles at 575 / 550, rounded down.
  EXPECT_EQ(gdma[0].start_cycles, 28750u);
  EXPECT_EQ(gdma[0].end_cycles, 29333u);
  EXPECT_EQ(gdma[1].start_cycles, 29383u);
  EXPECT_EQ(gdma[1].end_cycles, 29966u);
  EXPECT_EQ(gdma[1].id, 2u);
  EXPECT_EQ(gdma[0].ddr.read_bytes, 16384u);
  EXPECT_EQ(gdma[0].local.written_bytes, 16384u);
  EXPECT_EQ(gdma[0].ddr.written_bytes + gdma[0].local.read_bytes + gdma[0].l2.read_bytes, 0u);
  EXPECT_EQ(gdma[1].local.read_bytes, 16384u);
  EXPECT_EQ(gdma[1].l2.written_bytes, 16384u);
  EXPECT_EQ(gdma[1].ddr.read_bytes + gdma[1].ddr.written_bytes, 0u);
}

TEST(MonitorTest, TheLoadCountsTheTapsOfEveryResult) {
  Conv conv;
  conv.shape = {2, 8, 4, 4};
  conv.input_c = 3;
  conv.input_h = conv.input_w = 6;
  conv.window.kernel_h = conv.window.kernel_w = 3;
  MaxPool pool;
  pool.shape = {1, 64, 2, 2};
  pool.window.kernel_h = pool.window.kernel_w = 2;
  FullyConnected fc;
  fc.left_n = 4;
  fc.left_c = 2;
  fc.left_w = 16;
  fc.left_last_w = 10;
  fc.result_c = 3;
  fc.result_w = 5;
  SpecialFunction taylor;
  taylor.shape = {1, 2, 3, 4};
  taylor.table_length = 32;
  CommandGroup group;
  for (const BdcOp& op : {BdcOp(conv), BdcOp(pool), BdcOp(fc), BdcOp(taylor)}) {
    BdcCommand& command = group.bdc.emplace_back();
    command.id = static_cast<uint16_t>(group.bdc.size());
    command.op = op;
  }
  ASSERT_OK_AND_ASSIGN(const Schedule schedule, EstimateSchedule({group}));
  const std::vector<BdcRecord> records = BdcRecordsOf({group}, schedule, 0);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[0].load, 256u * 27);
  EXPECT_EQ(records[1].load, 256u * 4);
  EXPECT_EQ(records[2].load, 4u * 15 * 26);
  EXPECT_EQ(records[3].load, 24u * 32);
  EXPECT_EQ(records[3].id, 4u);
}

TEST(MonitorTest, RecordsLieInMemoryAsDocumented) {
  BdcRecord bdc = {};
  bdc.start_cycles = 0x04030201;
  bdc.end_cycles = 0x08070605;
  bdc.id = 0x0A09;
  bdc.load = 0x100F0E0D0C0B;
  bdc.read_bytes = 0x14131211;
  bdc.read_stalls = 0x18171615;
  bdc.written_bytes = 0x1C1B1A19;
  uint8_t bytes[sizeof(BdcRecord)];
  std::memcpy(bytes, &bdc, sizeof(bdc));
  for (uint8_t i = 0; i < 28; ++i) EXPECT_EQ(bytes[i], i + 1);
  const GdmaRecord gdma = {1, 2, 3, {4, 5}, {6, 7}, {8, 9}, {}};
  uint64_t words[sizeof(GdmaRecord) / 8];
  std::memcpy(words, &gdma, sizeof(gdma));
  EXPECT_EQ(words[0], 0x200000001u);
  for (uint64_t i = 1; i < 8; ++i) EXPECT_EQ(words[i], i + 2);
  for (uint64_t i = 8; i < 24; ++i) EXPECT_EQ(words[i], 0u);
}

TEST(MonitorTest, ClocksWrapAroundAndCountersStayAtTheirGreatest) {
  CommandGroup group = LoadAddStore();
  auto& sum = std::get<TensorArithmetic>(group.bdc[0].op);
  sum.shape = {65535, 4095, 65535, 65535};
  sum.a.layout = sum.b.layout = sum.result.layout = {Layout::Kind::kStrided, {4, 4, 4, 4}};
  ASSERT_OK_AND_ASSIGN(const Schedule schedule, EstimateSchedule({group}));
  const uint64_t launched_at = (uint64_t{1} << 32) - 28000;
  const std::vector<BdcRecord> bdc = BdcRecordsOf({group}, schedule, launched_at);
  EXPECT_EQ(bdc[0].start_cycles, 58u);
  EXPECT_EQ(bdc[0].load, (uint64_t{1} << 48) - 1);
  EXPECT_EQ(bdc[0].read_bytes, std::numeric_limits<uint32_t>::max());
  EXPECT_EQ(bdc[0].written_bytes, std::numeric_limits<uint32_t>::max());
  // (2^32 - 28000 + 27500) * 575 / 550 = 4490192559.5, less 2^32.
  EXPECT_EQ(GdmaRecordsOf({group}, schedule, launched_at)[0].start_cycles, 195225263u);
}

}  // namespace
}  // namespace bm::isa
