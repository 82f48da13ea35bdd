// What commands touch, and what the checker proves from it.
#include "isa/checker.h"

#include <chrono>
#include <cstdio>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "isa/access.h"
#include "isa/layout.h"

namespace bm::isa {
namespace {

constexpr uint64_t kDdr = kContextStart;

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  uint32_t Below(uint32_t bound) { return static_cast<uint32_t>(engine_() % bound); }

 private:
  std::mt19937 engine_;
};

using Bytes = std::set<std::pair<uint64_t, uint64_t>>;  // lane (64: system memory), byte

void Expand(const Region& region, Bytes* bytes) {
  std::vector<uint64_t> starts = {region.base};
  for (int k = 0; k < region.rank; ++k) {
    std::vector<uint64_t> next;
    for (const uint64_t start : starts) {
      for (uint64_t i = 0; i < region.extents[k].count; ++i) {
        next.push_back(start + i * region.extents[k].stride_bytes);
      }
    }
    starts = std::move(next);
  }
  for (const uint64_t start : starts) {
    for (uint64_t byte = start; byte < start + region.run_bytes; ++byte) {
      if (!region.is_local()) bytes->insert({kLanes, byte});
      for (uint64_t lane = 0; lane < kLanes; ++lane) {
        if ((region.lanes >> lane & 1) != 0) bytes->insert({lane, byte});
      }
    }
  }
}

template <typename Command>
Bytes Touched(const Command& command, bool is_write, const std::string& operand) {
  Bytes bytes;
  for (const Access& access : AccessesOf(command)) {
    if (access.is_write == is_write && access.operand == operand) Expand(access.region, &bytes);
  }
  return bytes;
}

// ---- Regions ----

Region RandomRegion(Random* random) {
  std::array<Region::Extent, 4> extents;
  for (Region::Extent& extent : extents) extent = {1 + random->Below(4), random->Below(40)};
  return MakeRegion(random->Below(4), random->Below(120), 1 + random->Below(5), extents);
}

TEST(Region, OverlapIsWhatTheBytesSay) {
  Random random(11);
  int overlapping = 0;
  for (int i = 0; i < 20000; ++i) {
    const Region a = RandomRegion(&random);
    const Region b = RandomRegion(&random);
    Bytes of_a, of_b;
    Expand(a, &of_a);
    Expand(b, &of_b);
    bool expected = false;
    for (const auto& byte : of_a) expected = expected || of_b.count(byte) > 0;
    ASSERT_EQ(Overlaps(a, b), expected) << Describe(a) << " and " << Describe(b);
    ASSERT_EQ(Overlaps(b, a), expected);
    overlapping += expected;
  }
  EXPECT_GT(overlapping, 2000);
  EXPECT_LT(overlapping, 18000);
}

TEST(Region, InterleavedChannelsOfAConcatDoNotOverlap) {
  // Two sources of 48 and 80 channels side by side in one tensor of 128 channels, batch 16.
  const uint64_t plane = 56 * 56 * 4;
  const Region first = MakeRegion(0, kDdr, 4, {{{16, 128 * plane}, {48, plane}, {56, 224}, {56, 4}}});
  const Region second = MakeRegion(0, kDdr + 48 * plane, 4, {{{16, 128 * plane}, {80, plane}, {56, 224}, {56, 4}}});
  EXPECT_FALSE(Overlaps(first, second));
  const Region late = MakeRegion(0, kDdr + 47 * plane, 4, {{{16, 128 * plane}, {80, plane}, {56, 224}, {56, 4}}});
  EXPECT_TRUE(Overlaps(first, late));
}

TEST(Region, EvenAndOddColumnsDoNotOverlap) {
  const Region even = MakeRegion(0, kDdr, 4, {{{1, 0}, {1, 0}, {300, 1200}, {150, 8}}});
  const Region odd = MakeRegion(0, kDdr + 4, 4, {{{1, 0}, {1, 0}, {300, 1200}, {150, 8}}});
  EXPECT_FALSE(Overlaps(even, odd));
  EXPECT_TRUE(Overlaps(even, MakeRegion(0, kDdr + 1200, 4, {})));
  EXPECT_FALSE(Overlaps(even, MakeRegion(0, kDdr + 1204, 4, {})));
}

// ---- What commands touch: every element by the formula of docs/isa.md 2.1 ----

Bytes TensorBytes(uint32_t address, Precision precision, const Dims4& shape, const Dims4& stride) {
  Bytes bytes;
  const uint32_t pack = PackOf(precision), es = BytesOf(precision);
  for (uint32_t n = 0; n < shape.n; ++n) {
    for (uint32_t c = 0; c < shape.c; ++c) {
      const uint32_t lane = LaneOf(address) + c;
      for (uint32_t h = 0; h < shape.h; ++h) {
        for (uint32_t w = 0; w < shape.w; ++w) {
          const uint64_t word = n / pack * stride.n + lane / kLanes * stride.c + h * stride.h + w * stride.w;
          const uint64_t byte = OffsetOf(address) + 4 * word + n % pack * es;
          for (uint32_t i = 0; i < es; ++i) bytes.insert({lane % kLanes, byte + i});
        }
      }
    }
  }
  return bytes;
}

TEST(Accesses, OfElementwiseCommandsAreTheirElements) {
  Random random(3);
  constexpr Precision kPrecisions[] = {Precision::kFp32, Precision::kInt8, Precision::kInt16};
  for (int i = 0; i < 60; ++i) {
    TensorArithmetic op;
    op.eu = Eu::kMac;
    op.shape = {1 + random.Below(7), 1 + random.Below(200), 1 + random.Below(3), 1 + random.Below(4)};
    op.result.address = random.Below(kLanes) * kLaneBytes + random.Below(8) * 128;
    op.result.precision = kPrecisions[random.Below(3)];
    op.a.address = random.Below(kLanes) * kLaneBytes + random.Below(64) * 4;
    op.a.precision = kPrecisions[random.Below(3)];
    op.a.layout = {Layout::Kind::kStrided, {random.Below(3) * 64, random.Below(30), random.Below(9), random.Below(3)}};
    op.b.is_constant = true;
    BdcCommand command;
    command.op = op;
    const Dims4 aligned = AlignedStride(op.shape, LaneOf(op.result.address));
    const Bytes result = TensorBytes(op.result.address, op.result.precision, op.shape, aligned);
    EXPECT_EQ(Touched(command, true, "result"), result);
    EXPECT_EQ(Touched(command, false, "result"), result);  // mac reads the old result
    EXPECT_EQ(Touched(command, false, "a"), TensorBytes(op.a.address, op.a.precision, op.shape, op.a.layout.stride));
    EXPECT_TRUE(Touched(command, false, "b").empty());
  }
}

TEST(Accesses, OfConvolutionWeightsAreWholeUnits) {
  Conv conv;
  conv.shape = {1, 70, 1, 1};  // two slots in lanes 60..63, 0..59; three in none
  conv.input_c = 5;
  conv.input_h = conv.input_w = 2;
  conv.window.kernel_h = 2;
  conv.window.kernel_w = 2;
  conv.weight.address = 60 * kLaneBytes + 0x100;
  BdcCommand command;
  command.op = conv;
  // 3 pairs x 4 taps x 8 bytes a channel: 96 bytes, channel after channel.
  Bytes expected;
  for (uint32_t oc = 0; oc < 70; ++oc) {
    const uint32_t lane = 60 + oc;
    for (uint32_t byte = 0; byte < 96; ++byte) expected.insert({lane % 64, 0x100 + lane / 64 * 96 + byte});
  }
  EXPECT_EQ(Touched(command, false, "weight"), expected);
}

TEST(Accesses, OfAMatrixProductEndInAPartlyFilledLane) {
  FullyConnected fc;
  fc.left_n = 2;
  fc.left_c = 3;
  fc.left_w = 40;
  fc.left_last_w = 10;
  fc.result_c = 1;
  fc.result_w = 8;
  fc.left.address = 63 * kLaneBytes;
  fc.right.address = 0x8000;
  fc.result.address = 0xC000;
  BdcCommand command;
  command.op = fc;
  Bytes left;
  for (uint32_t row = 0; row < 2; ++row) {
    for (uint32_t column = 0; column < 90; ++column) {
      const uint32_t lane = 63 + column / 40;
      const uint64_t byte = row * 2 * 256 + lane / 64 * 256 + column % 40 * 4;  // slot pitch 256, two slots
      for (uint32_t i = 0; i < 4; ++i) left.insert({lane % 64, byte + i});
    }
  }
  EXPECT_EQ(Touched(command, false, "left"), left);
  EXPECT_EQ(Touched(command, false, "right").size(), 90u * 8 * 4);
  EXPECT_EQ(Touched(command, true, "result").size(), 2u * 8 * 4);
}

TEST(Accesses, OfALoadAreBothSides) {
  GdmaCommand load;
  load.source = {false, kDdr, {2, 70, 3, 5}, {1050, 15, 5, 1}};
  load.target = {true, 62 * kLaneBytes + 64, {2, 70, 3, 5}, {96, 32, 5, 1}};
  Bytes source;
  for (uint64_t byte = 0; byte < 2 * 70 * 15 * 4; ++byte) source.insert({kLanes, kDdr + byte});
  EXPECT_EQ(Touched(load, false, "source"), source);
  EXPECT_EQ(Touched(load, true, "target"), TensorBytes(static_cast<uint32_t>(load.target.address), Precision::kFp32,
                                                       load.target.shape, load.target.stride));
}

TEST(Accesses, OfAMatrixLoadSpreadColumnsOverLanes) {
  GdmaCommand load;
  load.is_matrix = true;
  load.source = {false, kDdr, {1, 1, 2, 10}, {0, 0, 16, 1}};
  load.target = {true, 5 * kLaneBytes, {1, 1, 1, 4}, {32, 32, 0, 1}};
  Bytes local, system;
  for (uint64_t row = 0; row < 2; ++row) {
    for (uint64_t column = 0; column < 10; ++column) {
      for (uint64_t i = 0; i < 4; ++i) {
        system.insert({kLanes, kDdr + (row * 16 + column) * 4 + i});
        local.insert({5 + column / 4, (row * 32 + column % 4) * 4 + i});
      }
    }
  }
  EXPECT_EQ(Touched(load, false, "source"), system);
  EXPECT_EQ(Touched(load, true, "target"), local);
}

TEST(Accesses, RespectTheLaneMask) {
  GdmaCommand fill;
  fill.function = GdmaFunction::kFill;
  fill.target = {true, 0, {1, 64, 1, 1}, {32, 32, 1, 1}};
  fill.lane_mask = 0xF0;
  EXPECT_EQ(Touched(fill, true, "target").size(), 4u * 4);
  EXPECT_TRUE(Touched(fill, false, "source").empty());
}

// ---- The checker ----

const SystemRange kNeurons = {kDdr, 1 << 20, true, "neurons"};
const SystemRange kWeights = {kDdr + (1 << 20), 1 << 20, false, "weights"};

GdmaCommand Load(uint16_t id, uint16_t wait, uint64_t system, uint32_t local) {
  GdmaCommand load;
  load.id = id;
  load.wait_bdc = wait;
  load.source = {false, system, {1, 64, 4, 8}, {2048, 32, 8, 1}};
  load.target = {true, local, {1, 64, 4, 8}, {32, 32, 8, 1}};
  return load;
}

GdmaCommand Store(uint16_t id, uint16_t wait, uint32_t local, uint64_t system) {
  GdmaCommand store = Load(id, wait, system, local);
  store.direction = Direction::kLocalToSystem;
  std::swap(store.source, store.target);
  return store;
}

BdcCommand Relu(uint16_t id, uint16_t wait, uint32_t source, uint32_t target) {
  TensorArithmetic op;
  op.eu = Eu::kMax;
  op.shape = {1, 64, 4, 8};
  op.a.address = source;
  op.b.is_constant = true;
  op.result.address = target;
  BdcCommand command;
  command.id = id;
  command.wait_gdma = wait;
  command.op = op;
  return command;
}

// Load, relu, store.
CommandGroup Pipeline() {
  CommandGroup group;
  group.gdma = {Load(1, 0, kDdr, 0), Store(2, 1, 0x1000, kDdr + 0x8000)};
  group.bdc = {Relu(1, 1, 0, 0x1000)};
  return group;
}

absl::Status Check(const CommandGroup& group) { return CheckCommands(group, {kNeurons, kWeights}); }

::testing::AssertionResult FailsWith(const absl::Status& status, absl::StatusCode code,
                                     std::initializer_list<const char*> texts) {
  if (status.code() != code) return ::testing::AssertionFailure() << status;
  for (const char* text : texts) {
    if (!absl::StrContains(status.message(), text)) {
      return ::testing::AssertionFailure() << "no \"" << text << "\" in: " << status;
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(Checker, AcceptsALoadComputeStore) { EXPECT_OK(Check(Pipeline())); }

TEST(Checker, AReadThatDoesNotWaitForTheLoadIsFound) {
  CommandGroup group = Pipeline();
  group.bdc[0].wait_gdma = 0;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kFailedPrecondition,
                        {"BDC command 1 and GDMA command 1", "reads a", "writes target", "bdc 1 wait 0", "gdma 1"}));
}

TEST(Checker, AStoreThatDoesNotWaitForTheResultIsFound) {
  CommandGroup group = Pipeline();
  group.gdma[1].wait_bdc = 0;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kFailedPrecondition,
                        {"BDC command 1 and GDMA command 2", "writes result", "reads source"}));
}

TEST(Checker, ALoadOverAnOperandStillInUseIsFound) {
  CommandGroup group = Pipeline();
  group.gdma.insert(group.gdma.begin() + 1, Load(2, 0, kDdr + 0x2000, 64));
  group.gdma[2].id = 3;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kFailedPrecondition,
                        {"BDC command 1 and GDMA command 2", "reads a", "writes target"}));
  group.gdma[1].wait_bdc = 1;
  EXPECT_OK(Check(group));
}

TEST(Checker, TwoReadersNeedNoOrder) {
  CommandGroup group = Pipeline();
  group.gdma.push_back(Store(3, 0, 0, kDdr + 0x4000));  // stores the input while relu may read it
  group.bdc.push_back(Relu(2, 0, 0, 0x2000));
  EXPECT_OK(Check(group));
}

TEST(Checker, AnEarlierWaitOfTheSameQueueCounts) {
  CommandGroup group = Pipeline();
  group.bdc.push_back(Relu(2, 0, 0, 0x2000));  // behind command 1, which waited for the load
  EXPECT_OK(Check(group));
}

TEST(Checker, IdsCountFromOne) {
  CommandGroup group = Pipeline();
  group.gdma[1].id = 5;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kFailedPrecondition, {"GDMA command 1 has id 5", "2 is due"}));
}

TEST(Checker, CommandsThatWaitForEachOtherAreFound) {
  CommandGroup group = Pipeline();
  group.gdma[0].wait_bdc = 1;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kFailedPrecondition, {"block each other"}));
}

TEST(Checker, AddressesBehindALaneAreFound) {
  CommandGroup group = Pipeline();
  group.gdma[0].target.address = kLaneBytes - 64;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kOutOfRange, {"writes target", "524288", "gdma 1"}));
}

TEST(Checker, WindowsOverMoreThanTheirInputHoldsAreFound) {
  CommandGroup group = Pipeline();
  MaxPool pool;
  pool.shape = {1, 1, 1, 1};
  pool.input_h = 2033;
  pool.input_w = 1;
  pool.window.kernel_h = 3;
  pool.window.pad = {7, 7, 0, 0};
  group.bdc[0].op = pool;
  EXPECT_FALSE(FailsWith(Check(group), absl::StatusCode::kOutOfRange, {"2047"}));
  pool.window.pad = {8, 7, 0, 0};
  group.bdc[0].op = pool;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kOutOfRange, {"2048 rows and 1 columns", "at most 2047"}));
}

TEST(Checker, SystemAddressesOutsideEveryRangeAreFound) {
  CommandGroup group = Pipeline();
  group.gdma[0].source.address = kDdr - 4;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kOutOfRange,
                        {"reads source", "0x1050ffffc", "neurons 0x105100000..0x105200000", "weights"}));
}

TEST(Checker, RangesThatAreReadOnlyAreNotWritten) {
  CommandGroup group = Pipeline();
  group.gdma[1].target.address = kWeights.start;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kOutOfRange, {"weights is read only"}));
  group.gdma[1] = Pipeline().gdma[1];
  group.gdma[0].source.address = kWeights.start;
  EXPECT_OK(Check(group));
}

TEST(Checker, ATransferOntoItselfIsFound) {
  CommandGroup group;
  GdmaCommand move = Load(1, 0, kDdr, 0x100);
  move.direction = Direction::kLocalToLocal;
  move.source = {true, 0, move.target.shape, move.target.stride};
  move.target.address = 64;
  group.gdma = {move};
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kFailedPrecondition, {"overlap", "gdma 1"}));
}

TEST(Checker, ATableBehindL2IsFound) {
  TableLookup lookup;
  lookup.shape = {1, 1, 1, 1};
  lookup.table_offset = kL2Bytes - 512;
  CommandGroup group;
  group.bdc = {Relu(1, 0, 0, 0)};
  group.bdc[0].op = lookup;
  EXPECT_TRUE(FailsWith(Check(group), absl::StatusCode::kOutOfRange, {"reads table", "L2"}));
}

TEST(Checker, GroupsAreNamed) {
  CommandGroup bad = Pipeline();
  bad.bdc[0].wait_gdma = 0;
  EXPECT_TRUE(FailsWith(CheckGroups({Pipeline(), bad}, {kNeurons, kWeights}), absl::StatusCode::kFailedPrecondition,
                        {"command group 1: "}));
}

// A net of the size of the largest known ones, double buffered; prints what checking it takes.
TEST(Checker, TwelveThousandCommandsTakeMilliseconds) {
  CommandGroup group;
  constexpr int kTiles = 1350;
  for (int tile = 0; tile < kTiles; ++tile) {
    const uint32_t base = tile % 2 * 0x20000;
    const auto loaded = static_cast<uint16_t>(group.gdma.size() + 1);
    const auto done_before = static_cast<uint16_t>(tile < 2 ? 0 : 9 * (tile - 1));
    group.gdma.push_back(Load(loaded, done_before, kDdr, base));
    for (int k = 0; k < 9; ++k) {
      const auto id = static_cast<uint16_t>(group.bdc.size() + 1);
      group.bdc.push_back(Relu(id, loaded, base + 0x1000 * k, base + 0x1000 * (k + 1)));
    }
    const auto computed = static_cast<uint16_t>(group.bdc.size());
    group.gdma.push_back(Store(static_cast<uint16_t>(loaded + 1), computed, base + 0x9000, kDdr + 0x8000));
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_OK(Check(group));
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
  std::printf("checker: %zu BDC and %zu GDMA commands in %.1f ms\n", group.bdc.size(), group.gdma.size(),
              taken.count());
}

}  // namespace
}  // namespace bm::isa
