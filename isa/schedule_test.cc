// Cycles against hand-computed values of docs/isa.md 6, and two queues against a written-out timetable.
#include "isa/schedule.h"

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "isa/bdc_ops.h"

namespace bm::isa {
namespace {

constexpr uint64_t kIssue = 40;

BdcCommand Command(BdcOp op) {
  BdcCommand command;
  command.op = std::move(op);
  return command;
}

Conv Convolution(Precision precision, const Dims4& shape, uint32_t input_c, uint16_t kernel, uint8_t stride) {
  Conv conv;
  conv.shape = shape;
  conv.input_c = input_c;
  conv.input_h = conv.input_w = 8;
  conv.window.kernel_h = conv.window.kernel_w = kernel;
  conv.window.stride_h = conv.window.stride_w = stride;
  conv.input.precision = conv.result.precision = precision;
  return conv;
}

TEST(Cycles, OfFloatConvolutions) {
  // 1 * ceil(64/64) * ceil(256/16) * (3 + 2 + 9 * 32)
  Conv conv = Convolution(Precision::kFp32, {1, 64, 16, 16}, 64, 3, 1);
  conv.has_bias = true;
  EXPECT_EQ(CyclesOf(Command(conv)), 16u * 293 + kIssue);
  // Starting in lane 1 the 64 channels take two slots.
  conv.result.address = kLaneBytes;
  EXPECT_EQ(CyclesOf(Command(conv)), 2u * 16 * 293 + kIssue);
  // One input channel at stride 2 is bound by reading it: ceil(1/2) * (2 + 1) / 1.
  EXPECT_EQ(CyclesOf(Command(Convolution(Precision::kFp32, {2, 64, 4, 4}, 1, 3, 2))), 2u * (3 + 9 * 3) + kIssue);
}

TEST(Cycles, OfTheMeasuredDilatedConvolutionAreThoseOfTheVendorsFormula) {
  // 128 -> 256 channels, 50x50, 3x3, batch 4: 2645 us.
  EXPECT_NEAR(MicrosOf(CyclesOf(Command(Convolution(Precision::kFp32, {4, 256, 50, 50}, 128, 3, 1)))), 2645, 1);
}

TEST(Cycles, OfByteConvolutions) {
  // ceil(4/4) * 1 * ceil(64/16) * (8 + 9 * 7.89)
  EXPECT_EQ(CyclesOf(Command(Convolution(Precision::kInt8, {4, 16, 8, 8}, 3, 3, 2))), 317u + kIssue);
  // Stride 3 is between the rows of 2 and 4: (7.89 + 9.94) / 2 = 8.915.
  EXPECT_EQ(CyclesOf(Command(Convolution(Precision::kInt8, {1, 16, 8, 8}, 3, 3, 3))), 353u + kIssue);
  // From 29 channels on one cycle per four: 8 + 9 * 16.
  EXPECT_EQ(CyclesOf(Command(Convolution(Precision::kInt8, {5, 64, 4, 4}, 64, 3, 1))), 2u * 152 + kIssue);
}

TEST(Cycles, StayWithinTheirBound) {
  TensorArithmetic add;
  add.shape = {65535, 4095, 65535, 65535};
  add.result.layout = add.a.layout = add.b.layout = {Layout::Kind::kStrided, {0, 0, 0, 0}};
  CommandGroup group;
  for (uint16_t id = 1; id <= 3; ++id) {
    group.bdc.push_back(Command(add));
    group.bdc.back().id = id;
  }
  const std::vector<CommandGroup> groups(20000, group);
  ASSERT_OK_AND_ASSIGN(const Schedule schedule, EstimateSchedule(groups));
  EXPECT_EQ(schedule.cycles, 1'000'000'000'000'000u);
  EXPECT_LE(schedule.busy_cycles[0], schedule.cycles);
}

TEST(Cycles, OfDepthwiseAndPooling) {
  MaxPool pool;
  pool.shape = {2, 96, 8, 8};
  pool.window.kernel_h = pool.window.kernel_w = 3;
  pool.window.stride_h = pool.window.stride_w = 2;
  // 2 * 2 slots * 4 * 3 * (3 * 2 + 2)
  EXPECT_EQ(CyclesOf(Command(pool)), 2u * 2 * 4 * 3 * 8 + kIssue);
  Depthwise depthwise;
  depthwise.shape = {1, 64, 8, 8};
  depthwise.window.kernel_h = depthwise.window.kernel_w = 3;
  depthwise.has_bias = true;
  EXPECT_EQ(CyclesOf(Command(depthwise)), 4u * (3 + 1) * 5 + kIssue);
  depthwise.result.precision = Precision::kInt8;
  EXPECT_EQ(CyclesOf(Command(depthwise)), 1u * ((9 + 1) * 2 - 1) + kIssue);
}

TEST(Cycles, OfAFullyConnectedLayer) {
  FullyConnected fc;
  fc.left_n = 4;
  fc.left_c = 64;
  fc.left_w = fc.left_last_w = 32;
  fc.result_c = 64;
  fc.result_w = 20;
  fc.has_bias = true;
  fc.add_result = true;
  EXPECT_EQ(CyclesOf(Command(fc)), 4u * 2 * (2048 + 6 + 2 + 2) + kIssue);
}

TEST(Cycles, OfElementwiseCommandsFollowWidthAndUnit) {
  TensorArithmetic op;
  op.shape = {8, 64, 16, 16};  // 16 steps a batch
  EXPECT_EQ(CyclesOf(Command(op)), 8u * 16 * 2 + kIssue);
  op.eu = Eu::kDiv;
  EXPECT_EQ(CyclesOf(Command(op)), 8u * 16 * 30 + kIssue);
  op.eu = Eu::kMac;
  op.a.precision = op.b.precision = op.result.precision = Precision::kInt8;
  EXPECT_EQ(CyclesOf(Command(op)), 2u * 16 * 4 + kIssue);
  op.result.precision = Precision::kInt16;
  EXPECT_EQ(CyclesOf(Command(op)), 4u * 16 * 3 + kIssue);
  SpecialFunction taylor;
  taylor.shape = op.shape;
  taylor.table_length = 32;
  EXPECT_EQ(CyclesOf(Command(taylor)), 8u * 16 * 130 + kIssue);
}

GdmaCommand Load(uint16_t id, uint16_t wait) {
  GdmaCommand load;
  load.id = id;
  load.wait_bdc = wait;
  load.source = {false, kContextStart, {1, 64, 32, 32}, {65536, 1024, 32, 1}};
  load.target = {true, 0, {1, 64, 32, 32}, {1024, 1024, 32, 1}};
  return load;
}

TEST(Cycles, OfATransferCountRunsAndBytes) {
  // 64 runs, one a lane; 262144 bytes, bound by DDR: 575e6 / 26e9 cycles a byte.
  const double gdma = 150 + 1.1 * 64 + 262144 * 575e6 / 26e9;
  EXPECT_EQ(CyclesOf(Load(1, 0)), static_cast<uint64_t>(gdma * 550 / 575) + 1);
  GdmaCommand scattered = Load(1, 0);
  scattered.source.stride = {65536, 1024, 1, 32};
  const double elements = 150 + 3.7 * 65536;
  EXPECT_EQ(CyclesOf(scattered), static_cast<uint64_t>(elements * 550 / 575) + 1);
}

TEST(Schedule, EnginesOverlapWhereTheIdsAllow) {
  CommandGroup group;
  TensorArithmetic op;
  op.shape = {1, 64, 32, 32};
  for (uint16_t id = 1; id <= 2; ++id) {
    group.bdc.push_back(Command(op));
    group.bdc.back().id = id;
    group.bdc.back().wait_gdma = id;
    group.gdma.push_back(Load(id, 0));
  }
  group.gdma.push_back(Load(3, 2));
  ASSERT_OK_AND_ASSIGN(const Schedule schedule, EstimateSchedule({group}));
  const uint64_t begin = 50 * 550;  // launch and group
  const uint64_t load = CyclesOf(group.gdma[0]);
  const uint64_t compute = CyclesOf(group.bdc[0]);
  ASSERT_LT(compute, load);
  EXPECT_EQ(schedule.gdma[1].start, begin + load);
  EXPECT_EQ(schedule.bdc[0].start, begin + load);      // beside the second load
  EXPECT_EQ(schedule.bdc[1].start, begin + 2 * load);  // waits for it
  EXPECT_EQ(schedule.gdma[2].start, begin + 2 * load + compute);
  EXPECT_EQ(schedule.cycles, begin + 3 * load + compute);
  EXPECT_EQ(schedule.busy_cycles[static_cast<int>(Engine::kGdma)], 3 * load);
  EXPECT_DOUBLE_EQ(schedule.utilization(Engine::kBdc),
                   static_cast<double>(2 * compute) / static_cast<double>(schedule.cycles));
}

TEST(Schedule, GroupsFollowEachOther) {
  CommandGroup group;
  group.gdma = {Load(1, 0)};
  ASSERT_OK_AND_ASSIGN(const Schedule schedule, EstimateSchedule({group, group}));
  ASSERT_EQ(schedule.gdma.size(), 2u);
  EXPECT_EQ(schedule.gdma[1].group, 1u);
  EXPECT_EQ(schedule.gdma[1].start, schedule.gdma[0].end + 10 * 550);
}

TEST(Schedule, ADeadlockIsAnError) {
  CommandGroup group;
  group.gdma = {Load(1, 1)};
  EXPECT_EQ(EstimateSchedule({group}).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Schedule, TheTraceHoldsEveryCommand) {
  CommandGroup group;
  group.gdma = {Load(1, 0)};
  group.bdc = {Command(Convolution(Precision::kFp32, {1, 4, 4, 4}, 3, 3, 1))};
  group.bdc[0].id = 1;
  ASSERT_OK_AND_ASSIGN(const Schedule schedule, EstimateSchedule({group}));
  const std::string trace = ChromeTrace({group}, schedule);
  EXPECT_NE(trace.find(R"("name":"conv.f32")"), std::string::npos) << trace;
  EXPECT_NE(trace.find(R"("name":"load.f32")"), std::string::npos) << trace;
  EXPECT_NE(trace.find("gdma 1 wait 0"), std::string::npos) << trace;
  EXPECT_EQ(trace.substr(trace.size() - 3), "]}\n");
}

}  // namespace
}  // namespace bm::isa
