// Encoding of commands: the documented words, round trips, refusals.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "isa/access.h"
#include "isa/bdc.h"
#include "isa/bdc_ops.h"
#include "isa/cdma.h"
#include "isa/command_group.h"
#include "isa/fields.h"
#include "isa/gde.h"
#include "isa/gdma.h"
#include "isa/numerics.h"
#include "isa/schedule.h"

namespace bm::isa {
namespace {

BdcWords Words(std::initializer_list<uint32_t> words) {
  BdcWords result{};
  std::copy(words.begin(), words.end(), result.begin());
  return result;
}

// The three worked descriptors of docs/isa.md 5.3.
const BdcWords kConvVector =
    Words({0x0000000d, 0x0000c000, 0x13002497, 0x44004000, 0xffffffc4, 0xffffffff, 0x0080007f, 0x000c000c,
           0xc00c0004, 0x4000c000, 0x00800400, 0x00000080, 0x00004000, 0x00100002, 0x04000080, 0x00010000,
           0x00080001, 0x00000000, 0x0800c000, 0x08000000, 0x08004000, 0x08008000, 1,          1,
           1,          1,          4,          2,          1,          1,          0,          0});
const BdcWords kByteConvVector =
    Words({0x0000000d, 0x1403c000, 0x13003007, 0x40000000, 0xffffffc4, 0xffffffff, 0x0040013f, 0x00080008,
           0x80140004, 0x40008000, 0x00400400, 0x00000040, 0x00004000, 0x00100002, 0x04000080, 0x00004000,
           0x00080001, 0x00000000, 0x0800c000, 0x08000000, 0x08004000, 0x08008000, 1,          1,
           1,          1,          2,          2,          1,          1,          0,          0});
const BdcWords kDivVector =
    Words({0x0000000d, 0x00009860, 0x03002497, 0x40000000, 0xffffffc4, 0xffffffff, 0x0040007f, 0x00100004,
           0x40040004, 0x40010000, 0x00400400, 0x00000040, 0x00004000, 0x00100002, 0x00000080, 0x00000000,
           0x00080001, 0x00000000, 0x0800c000, 0x08000000, 0x08004000, 0,          1,          1,
           1,          1,          0,          0,          1,          1,          0,          0});

TEST(BdcVectors, TheDocumentedWordsDecodeAndEncodeAgain) {
  for (const BdcWords& words : {kConvVector, kByteConvVector, kDivVector}) {
    ASSERT_OK_AND_ASSIGN(const BdcCommand command, DecodeBdc(words));
    EXPECT_EQ(EncodeBdc(command), words) << Disassemble(command);
  }
}

TEST(BdcVectors, TheConvolutionSaysWhatItsWordsSay) {
  ASSERT_OK_AND_ASSIGN(const BdcCommand command, DecodeBdc(kConvVector));
  const Conv& conv = std::get<Conv>(command.op);
  EXPECT_EQ(conv.shape, (Dims4{1, 2, 3, 3}));
  EXPECT_EQ(conv.input_c, 3u);
  EXPECT_EQ(conv.window.kernel_h, 2);
  EXPECT_EQ(conv.window.pad.up, 1);
  EXPECT_EQ(conv.window.pad.right, 1);
  EXPECT_TRUE(conv.has_bias);
  EXPECT_EQ(conv.weight.layout.stride, (Dims4{1, 8, 4, 2}));
  EXPECT_EQ(conv.result.address, 0xC000u);
}

// No two fields of a descriptor share a bit, and all lie inside it.
template <typename Fields>
void CheckFields(int bits) {
  std::vector<const char*> owner(bits, nullptr);
  for (const FieldRow& row : Fields::Rows()) {
    for (int bit = row.start; bit < row.start + row.width; ++bit) {
      ASSERT_LT(bit, bits) << row.name;
      EXPECT_EQ(owner[bit], nullptr) << row.name << " and " << owner[bit] << " share bit " << bit;
      owner[bit] = row.name;
    }
  }
}

TEST(Fields, NoTwoFieldsOverlap) {
  CheckFields<BdcFields>(1024);
  CheckFields<GdmaFields>(1024);
  CheckFields<GdeFields>(320);
  CheckFields<CdmaFields>(1440);
}

// Any words: either a refusal or a command that survives encoding, and fields it ignores do not matter.
TEST(Decode, RandomWordsGiveAStatusOrACommandThatRoundTrips) {
  std::mt19937 random(7);
  int bdc_decoded = 0, gdma_decoded = 0;
  for (int i = 0; i < 200000; ++i) {
    BdcWords words;
    for (uint32_t& word : words) word = random();
    BdcFields bdc(words);
    bdc.Set(BdcField::kTskTyp, random() % 16);
    bdc.Set(BdcField::kTskEuTyp, random() % 26);
    for (const BdcField precision : {BdcField::kOptRes0Prec, BdcField::kOptOpd0Prec, BdcField::kOptOpd1Prec}) {
      constexpr uint32_t kPrecisions[] = {0, 2, 2, 2, 3, 4};
      bdc.Set(precision, kPrecisions[random() % 6]);
    }
    for (const BdcField shift : {BdcField::kRes0HShift, BdcField::kRes0WShift, BdcField::kOpd0HShift,
                                 BdcField::kOpd0WShift, BdcField::kOpd1HShift, BdcField::kOpd1WShift}) {
      bdc.Set(shift, 0);
    }
    const absl::StatusOr<BdcCommand> command = DecodeBdc(bdc.words());
    if (command.ok()) {
      ++bdc_decoded;
      ASSERT_OK_AND_ASSIGN(const BdcCommand again, DecodeBdc(EncodeBdc(*command)));
      ASSERT_EQ(again, *command) << Disassemble(*command) << "\n" << Disassemble(again);
      ASSERT_FALSE(AccessesOf(*command).empty()) << Disassemble(*command);
      ASSERT_GE(CyclesOf(*command), 40u);
    }
    GdmaFields gdma(words);
    for (const GdmaField shift :
         {GdmaField::kSrcHshift, GdmaField::kSrcWshift, GdmaField::kDstHshift, GdmaField::kDstWshift}) {
      gdma.Set(shift, 0);
    }
    if (random() % 4 != 0) gdma.Set(GdmaField::kChwCopy, 1);
    const absl::StatusOr<GdmaCommand> transfer = DecodeGdma(gdma.words());
    if (transfer.ok()) {
      ++gdma_decoded;
      ASSERT_OK_AND_ASSIGN(const GdmaCommand again, DecodeGdma(EncodeGdma(*transfer)));
      ASSERT_EQ(again, *transfer) << Disassemble(*transfer) << "\n" << Disassemble(again);
      AccessesOf(*transfer);
      ASSERT_GE(CyclesOf(*transfer), 143u);
    }
  }
  EXPECT_GT(bdc_decoded, 5000);
  EXPECT_GT(gdma_decoded, 5000);
}

TEST(Decode, UnknownTasksAndUnitsNameFieldAndValue) {
  BdcFields fields(kConvVector);
  fields.Set(BdcField::kTskTyp, 15);
  EXPECT_STATUS(DecodeBdc(fields.words()), absl::StatusCode::kInvalidArgument, "TSK_TYP has the undefined value 15");
  fields.Set(BdcField::kTskTyp, 7);
  EXPECT_STATUS(DecodeBdc(fields.words()), absl::StatusCode::kUnimplemented, "TSK_TYP = 7: MD_SUM");
  fields.Set(BdcField::kTskTyp, 0);
  fields.Set(BdcField::kTskEuTyp, 9);
  EXPECT_STATUS(DecodeBdc(fields.words()), absl::StatusCode::kUnimplemented, "TSK_EU_TYP = 9");
  fields.Set(BdcField::kTskEuTyp, 0);
  fields.Set(BdcField::kOptWinograd, 1);
  EXPECT_STATUS(DecodeBdc(fields.words()), absl::StatusCode::kUnimplemented, "OPT_WINOGRAD");
}

// A descriptor of the generator's defaults with this row's task and unit, all in `precision`.
BdcFields DefaultsOf(const BdcOpRow& row, Precision precision) {
  BdcFields fields = BdcFields::Defaults();
  fields.Set(BdcField::kTskTyp, static_cast<uint64_t>(row.task));
  fields.Set(BdcField::kTskEuTyp, row.eu == kNoEu ? 0 : static_cast<uint64_t>(row.eu));
  fields.Set(BdcField::kTskOpdNum, 2);
  fields.Set(BdcField::kOptOpd2Const, row.eu == Eu::kSelectGreater || row.eu == Eu::kSelectEqual ? 1 : 0);
  for (const BdcField field : {BdcField::kOptRes0Prec, BdcField::kOptOpd0Prec, BdcField::kOptOpd1Prec}) {
    fields.Set(field, static_cast<uint64_t>(precision));
  }
  return fields;
}

TEST(Table, EveryRowDecodesAndHasNameTimeAndAccesses) {
  for (const BdcOpRow& row : BdcOpTable()) {
    ASSERT_OK_AND_ASSIGN(const BdcCommand command, DecodeBdc(DefaultsOf(row, Precision::kFp32).words()));
    EXPECT_EQ(TaskOf(command.op), row.task);
    EXPECT_NE(Disassemble(command).find(std::string(" ") + row.mnemonic + ".f32 "), std::string::npos)
        << Disassemble(command);
    EXPECT_GT(CyclesOf(command), 40u) << row.mnemonic;
    int writes = 0;
    for (const Access& access : AccessesOf(command)) writes += access.is_write;
    EXPECT_EQ(writes, row.eu == Eu::kCompareSelect ? 2 : 1) << row.mnemonic;
  }
}

TEST(Table, TasksAndUnitsAreUnique) {
  for (const BdcOpRow& row : BdcOpTable()) {
    for (const BdcOpRow& other : BdcOpTable()) {
      if (&row == &other) continue;
      EXPECT_FALSE(row.task == other.task && row.eu == other.eu) << row.mnemonic << " and " << other.mnemonic;
      EXPECT_STRNE(row.mnemonic, other.mnemonic);
    }
  }
}

TEST(Table, RefusedTasksAreExactlyThoseWithoutRows) {
  for (uint32_t task = 0; task < 16; ++task) {
    for (uint32_t eu = 0; eu < 32; ++eu) {
      const BdcOpRow probe = {static_cast<BdcTask>(task), static_cast<Eu>(eu), ""};
      const BdcOpRow* row = FindBdcOp(probe.task, probe.eu);
      BdcFields fields = DefaultsOf(probe, Precision::kFp32);
      fields.Set(BdcField::kTskEuTyp, eu);
      const bool decodes = DecodeBdc(fields.words()).ok();
      EXPECT_EQ(decodes, row != nullptr && eu <= static_cast<uint32_t>(Eu::kCompareSelect)) << task << " " << eu;
    }
  }
}

// Fields that an operation ignores, by docs/isa.md 3.2: any content leaves the command as it is.
TEST(Decode, GarbageInUnusedFieldsIsIgnored) {
  struct Ignored {
    const char* mnemonic;
    std::vector<BdcField> fields;
  };
  const std::vector<BdcField> lanes = {BdcField::kTskLaneNum0, BdcField::kTskLaneNum1, BdcField::kCmdKeep,
                                       BdcField::kCmdIntrEn};
  const Ignored cases[] = {
      {"conv",
       {BdcField::kShortRes0Str, BdcField::kRes0NStr, BdcField::kOptRelu, BdcField::kOptRightShift, BdcField::kOpd1N,
        BdcField::kOpd1C, BdcField::kOpd2CStr, BdcField::kRes1Addr}},
      {"depthwise",
       {BdcField::kShortOpd0Str, BdcField::kOpd0C, BdcField::kOptKernelRotate, BdcField::kOptResAdd,
        BdcField::kOptLeftTran, BdcField::kOpd0HStr}},
      {"pool.max",
       {BdcField::kOpd1XIns0, BdcField::kOpd1YIns0, BdcField::kOpd0XIns0, BdcField::kOpd2Addr, BdcField::kOptResAdd,
        BdcField::kTskOpdNum, BdcField::kOpd1Addr}},
      {"fc",
       {BdcField::kRes0N, BdcField::kOpd1C, BdcField::kShortOpd0Str, BdcField::kShortRes0Str, BdcField::kOptRelu,
        BdcField::kRes0H, BdcField::kTskEuTyp}},
      {"add",
       {BdcField::kOptResAdd, BdcField::kOptRelu, BdcField::kOpd0N, BdcField::kOpd1W, BdcField::kOpd0UpPad,
        BdcField::kOpd0Neq1, BdcField::kOptRes0Prec, BdcField::kOptOpd1Prec, BdcField::kOpd2Addr}},
      {"copy",
       {BdcField::kTskOpdNum, BdcField::kOpd1HShift, BdcField::kOpd1WShift, BdcField::kShortOpd1Str,
        BdcField::kOptOpd1Const, BdcField::kOptRightShift}},
      {"lookup", {BdcField::kOpd1N, BdcField::kOpd1H, BdcField::kShortOpd0Str, BdcField::kOpd0NStr}},
      {"md.div", {BdcField::kShortOpd0Str, BdcField::kShortOpd1Str, BdcField::kShortRes0Str, BdcField::kOpd0CStr}},
      {"taylor", {BdcField::kOptRes0Prec, BdcField::kShortOpd0Str, BdcField::kOpd1C}},
      {"square.sum", {BdcField::kOptResAdd, BdcField::kOpd2Addr, BdcField::kOptOpd2Const}},
      {"cmp.max", {BdcField::kRes1Addr, BdcField::kOpd2Addr, BdcField::kOpd3Addr, BdcField::kTskOpdNum}},
      {"vc.mul", {BdcField::kRes0N, BdcField::kRes0H, BdcField::kOptResAdd}},
  };
  std::mt19937_64 random(5);
  for (const Ignored& ignored : cases) {
    const auto row = std::find_if(BdcOpTable().begin(), BdcOpTable().end(), [&](const BdcOpRow& candidate) {
      return std::string(candidate.mnemonic) == ignored.mnemonic;
    });
    ASSERT_NE(row, BdcOpTable().end()) << ignored.mnemonic;
    const BdcFields clean = DefaultsOf(*row, Precision::kFp32);
    ASSERT_OK_AND_ASSIGN(const BdcCommand expected, DecodeBdc(clean.words()));
    for (const std::vector<BdcField>& fields : {ignored.fields, lanes}) {
      for (const BdcField field : fields) {
        BdcFields dirty = clean;
        const FieldRow& bits = BdcFields::Rows()[static_cast<int>(field)];
        // Units and operand counts stay within what is defined.
        const uint64_t limit = field == BdcField::kTskEuTyp ? 25 : uint64_t{1} << bits.width;
        dirty.Set(field, random() % limit);
        ASSERT_OK_AND_ASSIGN(const BdcCommand command, DecodeBdc(dirty.words()));
        EXPECT_EQ(command, expected) << ignored.mnemonic << " reads " << bits.name;
      }
    }
  }
}

TEST(Gdma, TransposesHaveTransposedShapes) {
  GdmaCommand command;
  command.function = GdmaFunction::kTransposeNC;
  command.same_shape = false;
  command.source.shape = {2, 3, 4, 5};
  command.target.is_local = true;
  command.target.shape = {3, 2, 4, 5};
  EXPECT_OK(DecodeGdma(EncodeGdma(command)).status());
  command.target.shape = {2, 3, 4, 5};
  EXPECT_STATUS(DecodeGdma(EncodeGdma(command)), absl::StatusCode::kInvalidArgument, "not the transpose of 2x3x4x5");
}

TEST(Gdma, MatricesHaveRowsColumnsAndStrides) {
  GdmaCommand command;
  command.is_matrix = true;
  command.source.shape = {1, 1, 7, 9};
  command.source.stride = {0, 0, 16, 1};
  command.target = {true, 0, {1, 1, 1, 4}, {32, 32, 0, 1}};
  ASSERT_OK_AND_ASSIGN(const GdmaCommand again, DecodeGdma(EncodeGdma(command)));
  EXPECT_EQ(again, command);
  command.target.shape.w = 0;
  EXPECT_STATUS(DecodeGdma(EncodeGdma(command)), absl::StatusCode::kInvalidArgument, "an empty matrix of 7x9");
  command.target.shape.w = 4;
  command.has_strides = false;
  EXPECT_STATUS(DecodeGdma(EncodeGdma(command)), absl::StatusCode::kUnimplemented, "STRIDE_ENABLE = 0");
}

TEST(Gde, RandomCommandsRoundTrip) {
  std::mt19937_64 random(9);
  for (int i = 0; i < 1000; ++i) {
    const GdeCommand command = {random(), random(), random(), static_cast<uint32_t>(random() >> 36),
                                static_cast<GdeElement>(random() % 3)};
    ASSERT_OK_AND_ASSIGN(const GdeCommand again, DecodeGde(EncodeGde(command)));
    EXPECT_EQ(again, command) << Disassemble(command);
  }
  GdeFields fields = GdeFields::Defaults();
  fields.Set(GdeField::kType, 3);
  EXPECT_STATUS(DecodeGde(fields.words()), absl::StatusCode::kInvalidArgument, "TYPE has the undefined value 3");
}

TEST(Cdma, RandomCommandsRoundTrip) {
  std::mt19937_64 random(10);
  for (int i = 0; i < 1000; ++i) {
    CdmaCommand command;
    command.id = static_cast<uint16_t>(random());
    command.wait_bdc = static_cast<uint16_t>(random());
    command.wait_gdma = static_cast<uint16_t>(random());
    command.is_last = random() % 2 != 0;
    command.source = random();
    command.target = random();
    command.bytes = static_cast<uint32_t>(random());
    ASSERT_OK_AND_ASSIGN(const CdmaCommand again, DecodeCdma(EncodeCdma(command)));
    EXPECT_EQ(again, command) << Disassemble(command);
  }
  CdmaFields fields = CdmaFields::Defaults();
  fields.Set(CdmaField::kMiscEn, 1);
  EXPECT_STATUS(DecodeCdma(fields.words()), absl::StatusCode::kUnimplemented, "MISC_EN = 1");
}

TEST(Group, ErrorsNameEngineAndIndex) {
  std::vector<uint8_t> blob(2 * kBdcCommandBytes);
  std::memcpy(blob.data(), kConvVector.data(), kBdcCommandBytes);
  BdcFields bad(kConvVector);
  bad.Set(BdcField::kTskTyp, 12);
  std::memcpy(blob.data() + kBdcCommandBytes, bad.words().data(), kBdcCommandBytes);
  EXPECT_STATUS(DecodeGroup(blob, {}), absl::StatusCode::kUnimplemented, "BDC command 1: field TSK_TYP = 12");
  blob.resize(100);
  EXPECT_STATUS(DecodeGroup(blob, {}), absl::StatusCode::kInvalidArgument, "100 bytes");
}

TEST(Group, QueuesThatWaitForEachOtherAreRefused) {
  CommandGroup group;
  ASSERT_OK_AND_ASSIGN(const BdcCommand conv, DecodeBdc(kConvVector));
  group.bdc = {conv};
  group.bdc[0].id = 1;
  group.bdc[0].wait_gdma = 1;
  group.gdma.resize(1);
  group.gdma[0].id = 1;
  group.gdma[0].wait_bdc = 1;
  EXPECT_STATUS(SequentialOrder(group), absl::StatusCode::kFailedPrecondition, "block each other");
  group.gdma[0].wait_bdc = 0;
  ASSERT_OK_AND_ASSIGN(const std::vector<ScheduledCommand> order, SequentialOrder(group));
  ASSERT_EQ(order.size(), 2u);
  EXPECT_EQ(order[0].engine, Engine::kGdma);
}

TEST(Numerics, TheDocumentedValuesHold) {
  EXPECT_EQ(BitsOf(Divide(1, 3)), 0x3eaaaaaau);
  EXPECT_EQ(BitsOf(Divide(2, 3)), 0x3f2aaaaau);
  EXPECT_EQ(BitsOf(Divide(3, 3)), 0x3f7fffffu);
  EXPECT_EQ(BitsOf(Divide(4, 3)), 0x3faaaaaau);
  EXPECT_NEAR(Rsqrt(0), 4.459e19f, 1e16f);
  EXPECT_EQ(Rsqrt(INFINITY), -INFINITY);
  EXPECT_EQ(Divide(5, 0), INFINITY);
  EXPECT_EQ(FloatToInt(0.5f), 0);
  EXPECT_EQ(FloatToInt(1.5f), 1);
  EXPECT_EQ(FloatToInt(-1.5f), -1);
  EXPECT_EQ(FloatToInt(3e9f), 2147483647);
  EXPECT_EQ(FloatToInt(NAN), 2147483647);
  EXPECT_EQ(BitsOf(Mul(std::ldexp(1.0f, -126), 0.5f)), 0u);
  EXPECT_EQ(BitsOf(Add(-1.5f * std::ldexp(1.0f, -126), std::ldexp(1.0f, -126))), 0x80000000u);
  EXPECT_EQ(RoundShift(-3, 1), -1);
  EXPECT_EQ(RoundShift(-5, 1), -2);
  EXPECT_EQ(RoundShift(5, 1), 3);
  EXPECT_EQ(NormalizedExponent(0.5f), 126u);
  EXPECT_EQ(NormalizedExponent(1.5f), 128u);
  EXPECT_EQ(NormalizedExponent(3.75f), 129u);
  EXPECT_EQ(NormalizedPower(-2.5f), -2.0f);
  EXPECT_EQ(NormalizedPower(1.5f), 2.0f);
  EXPECT_EQ(FloatToByte(2.5f, true), 2);
  EXPECT_EQ(FloatToByte(-0.5f, true), 0);
  EXPECT_EQ(FloatToByte(-3.0f, false), 0);
  EXPECT_EQ(FloatToByte(NAN, false), 255);
  EXPECT_EQ(FloatToByte(FloatOf(0xFFC00000), false), 0);
  EXPECT_EQ(FloatToByte(FloatOf(0xFFC00000), true), -128);
  EXPECT_EQ(HalfToFloat(0x7C00), 65536.0f);
  EXPECT_EQ(HalfToFloat(0), std::ldexp(1.0f, -15));
  EXPECT_EQ(FloatToHalf(1.0f), 0x3C00);
}

// Rounding against the same rule in plain integers: half up is floor((v + half) / 2^shift).
TEST(Numerics, RoundShiftIsTheFloorOfTheHalfRaisedQuotient) {
  for (int64_t value = -2000; value <= 2000; ++value) {
    for (int shift = 1; shift <= 10; ++shift) {
      const double exact = static_cast<double>(value) / static_cast<double>(int64_t{1} << shift);
      ASSERT_EQ(RoundShift(value, shift), static_cast<int64_t>(std::floor(exact + 0.5))) << value << " >> " << shift;
    }
  }
  EXPECT_EQ(RoundShift(-7, 0), -7);
}

TEST(Numerics, SaturationStopsAtBothEnds) {
  EXPECT_EQ(Saturate(128, 8, true), 127);
  EXPECT_EQ(Saturate(-129, 8, true), -128);
  EXPECT_EQ(Saturate(256, 8, false), 255);
  EXPECT_EQ(Saturate(-1, 16, false), 0);
  EXPECT_EQ(Saturate(40000, 16, true), 32767);
}

// Inputs and results that a host with gradual underflow would keep.
TEST(Numerics, DenormalsAreZeroWithTheirSign) {
  const float smallest_normal = FloatOf(0x00800000);
  const float denormal = FloatOf(0x007FFFFF);
  EXPECT_EQ(BitsOf(Flush(-denormal)), 0x80000000u);
  EXPECT_EQ(BitsOf(Flush(smallest_normal)), 0x00800000u);
  EXPECT_EQ(BitsOf(Mul(denormal, 1e30f)), 0u);
  EXPECT_EQ(BitsOf(Mul(-smallest_normal, 0.25f)), 0x80000000u);
  EXPECT_EQ(BitsOf(Add(denormal, denormal)), 0u);
  EXPECT_EQ(BitsOf(Max(denormal, -0.0f)), 0x80000000u);  // equal as zeros: the second
  EXPECT_EQ(BitsOf(Min(denormal, 0.0f)), 0x007FFFFFu);   // equal as zeros: the first, bits unchanged
  EXPECT_EQ(Max(NAN, 1.0f), 1.0f);
  EXPECT_TRUE(std::isnan(Max(1.0f, NAN)));
  EXPECT_EQ(Min(NAN, 1.0f), 1.0f);
}

TEST(Numerics, RsqrtAndDivideAreCloseToTheExactValue) {
  std::mt19937 random(17);
  for (int i = 0; i < 20000; ++i) {
    const float a = FloatOf((random() & 0x007FFFFF) | (97 + random() % 60) << 23);
    const float b = FloatOf((random() & 0x807FFFFF) | (97 + random() % 60) << 23);
    const double root = 1 / std::sqrt(static_cast<double>(a));
    ASSERT_NEAR(Rsqrt(a) / root, 1, 3e-7) << a;
    ASSERT_NEAR(Divide(a, b) / (static_cast<double>(a) / b), 1, 6e-7) << a << " / " << b;
  }
}

TEST(Numerics, FloatsBecomeBytesHalfToEven) {
  for (int i = -140; i <= 270; ++i) {
    for (const float part : {0.0f, 0.25f, 0.5f, 0.75f}) {
      const float x = static_cast<float>(i) + part;
      const double rounded = std::nearbyint(static_cast<double>(x));
      ASSERT_EQ(FloatToByte(x, true), static_cast<int>(std::clamp(rounded, -128.0, 127.0))) << x;
      ASSERT_EQ(FloatToByte(x, false), static_cast<int>(std::clamp(rounded, 0.0, 255.0))) << x;
    }
  }
}

}  // namespace
}  // namespace bm::isa
