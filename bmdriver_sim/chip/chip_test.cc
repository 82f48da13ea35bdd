#include "bmdriver_sim/chip/chip.h"

#include <cmath>
#include <cstring>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace bm::chip {
namespace {

float Table(Chip* chip, uint32_t offset, int index) {
  float value;
  std::memcpy(&value, chip->l2() + offset + 4 * index, sizeof(value));
  return value;
}

TEST(ChipTest, DdrIsSparseAndReadsAsZero) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Chip> chip, Chip::Create());
  for (const uint64_t address : {isa::kDdrBase, uint64_t{0x300000000}, isa::kDdrEnd - 16}) {
    ASSERT_OK_AND_ASSIGN(const absl::Span<uint8_t> bytes, chip->System(address, 16));
    EXPECT_EQ(bytes[0], 0);
    bytes[15] = 7;
  }
  ASSERT_OK_AND_ASSIGN(const absl::Span<uint8_t> bytes, chip->System(isa::kDdrEnd - 16, 16));
  EXPECT_EQ(bytes[15], 7);
}

TEST(ChipTest, RangesOutsideMemoryNameAddressAndRegions) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Chip> chip, Chip::Create());
  EXPECT_STATUS(chip->System(isa::kDdrEnd - 8, 16), absl::StatusCode::kOutOfRange, "16 bytes at address 0x4fffffff8");
  EXPECT_STATUS(chip->System(0, 1), absl::StatusCode::kOutOfRange, "0x10000000");
  EXPECT_STATUS(chip->System(isa::kDdrBase, ~uint64_t{0}), absl::StatusCode::kOutOfRange, "DDR");
  EXPECT_OK(chip->System(isa::kL2Base, isa::kL2Bytes));
  EXPECT_STATUS(chip->System(isa::kL2Base + 1, isa::kL2Bytes), absl::StatusCode::kOutOfRange, "L2");
}

TEST(ChipTest, GenerationsAdvanceOnTheTouchedPagesOnly) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Chip> chip, Chip::Create());
  const uint64_t page = Chip::kGenerationPageBytes;
  EXPECT_EQ(chip->GenerationOf(isa::kDdrBase, 4 * page), 0u);
  chip->MarkWritten(isa::kDdrBase + page - 1, 2);
  const uint64_t first = chip->GenerationOf(isa::kDdrBase, 1);
  EXPECT_GT(first, 0u);
  EXPECT_EQ(chip->GenerationOf(isa::kDdrBase + page, 1), first);
  EXPECT_EQ(chip->GenerationOf(isa::kDdrBase + 2 * page, page), 0u);
  chip->MarkWritten(isa::kDdrBase + page, 1);
  EXPECT_GT(chip->GenerationOf(isa::kDdrBase, 2 * page), first);
  EXPECT_EQ(chip->GenerationOf(isa::kDdrBase, page), first);
}

TEST(ChipTest, ConstantTablesHoldTheirFunctions) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Chip> chip, Chip::Create());
  EXPECT_EQ(Table(chip.get(), isa::kTableExpInteger, 255), -1.0f);
  EXPECT_EQ(Table(chip.get(), isa::kTableExpInteger, 89), 0.0f);
  EXPECT_EQ(Table(chip.get(), isa::kTableExp, 1), static_cast<float>(std::exp(1.0)));
  EXPECT_EQ(Table(chip.get(), isa::kTableExp, 256 - 88), 0.0f);  // a denormal, stored as zero
  EXPECT_GT(Table(chip.get(), isa::kTableExp, 256 - 87), 0.0f);
  EXPECT_EQ(Table(chip.get(), isa::kTableExpTaylor, 2), 1.0f / 2 / 3);
  EXPECT_EQ(Table(chip.get(), isa::kTableExpTaylor, 33), 0.0f);
  EXPECT_EQ(Table(chip.get(), isa::kTableLog, 127), 0.0f);
  EXPECT_EQ(Table(chip.get(), isa::kTableLogTaylor, 1), -0.5f);
  EXPECT_FLOAT_EQ(Table(chip.get(), isa::kTableArcsinTaylor, 2), 1.0f / 6);
  EXPECT_FLOAT_EQ(Table(chip.get(), isa::kTableArcsinTaylor, 4), 3.0f / 40);
  EXPECT_EQ(Table(chip.get(), isa::kTableSignedToFloat, 200), -56.0f);
  EXPECT_EQ(Table(chip.get(), isa::kTableUnsignedToFloat, 200), 200.0f);
}

}  // namespace
}  // namespace bm::chip
