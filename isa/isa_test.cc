// Encoding of commands: the documented words, round trips, refusals.
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "isa/bdc.h"
#include "isa/command_group.h"
#include "isa/fields.h"
#include "isa/gdma.h"
#include "isa/numerics.h"

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
  EXPECT_EQ(HalfToFloat(0x7C00), 65536.0f);
  EXPECT_EQ(HalfToFloat(0), std::ldexp(1.0f, -15));
  EXPECT_EQ(FloatToHalf(1.0f), 0x3C00);
}

}  // namespace
}  // namespace bm::isa
