// What GDMA commands move, by hand. Random ones: random_transfers_test.cc.
#include <cstdint>
#include <cstring>
#include <vector>

#include "bmdriver_sim/reference/reference_fixture.h"

namespace bm::reference {
namespace {

class TransferTest : public ReferenceTest {
 protected:
  static constexpr uint64_t kSource = 0x150000000, kTarget = 0x160000000;
  uint8_t* Ddr(uint64_t address) { return chip_->System(address, 1 << 20)->data(); }
  float* Floats(uint64_t address) { return reinterpret_cast<float*>(Ddr(address)); }
};

TEST_F(TransferTest, TransposesReshapesFillsConvertsAndAdds) {
  const Dims4 shape{2, 3, 1, 2};
  for (int i = 0; i < 12; ++i) Floats(kSource)[i] = static_cast<float>(i);
  isa::GdmaCommand command;
  command.direction = isa::Direction::kSystemToSystem;
  command.function = isa::GdmaFunction::kTransposeNC;
  command.source = {false, kSource, shape, {6, 2, 2, 1}};
  command.target = {false, kTarget, {3, 2, 1, 2}, {4, 2, 2, 1}};
  ASSERT_OK(Run(command));
  EXPECT_EQ(std::vector<float>(Floats(kTarget), Floats(kTarget) + 12),
            (std::vector<float>{0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11}));
  command.function = isa::GdmaFunction::kCopy;
  command.same_shape = false;
  command.target = {false, kTarget, {1, 4, 1, 3}, {100, 10, 5, 1}};
  ASSERT_OK(Run(command));
  EXPECT_EQ(Floats(kTarget)[31], 10);
  command.accumulate = true;
  ASSERT_OK(Run(command));
  EXPECT_EQ(Floats(kTarget)[31], 20);
  command = {};
  command.function = isa::GdmaFunction::kFill;
  command.same_shape = false;
  command.constant = 0x40490FDB;
  command.target = {true, 5 * isa::kLaneBytes, {1, 2, 1, 3}, {32, 32, 3, 1}};
  command.lane_mask = ~(uint64_t{1} << 6);
  ASSERT_OK(Run(command));
  EXPECT_FLOAT_EQ(Float(5 * isa::kLaneBytes, {1, 2, 1, 3}, 0, 0, 0, 2), 3.1415927f);
  EXPECT_EQ(Float(5 * isa::kLaneBytes, {1, 2, 1, 3}, 0, 1, 0, 2), 0);
  command = {};
  command.direction = isa::Direction::kSystemToSystem;
  command.function = isa::GdmaFunction::kConvert;
  command.target_format = isa::DataFormat::kI8;
  const float reals[] = {1.5f, 2.5f, -300, 300, -0.5f, 127.4f};
  std::memcpy(Ddr(kSource), reals, sizeof(reals));
  command.source = {false, kSource, {1, 1, 1, 6}, {6, 6, 6, 1}};
  command.target = {false, kTarget, {1, 1, 1, 6}, {6, 6, 6, 1}};
  ASSERT_OK(Run(command));
  const int8_t expected[] = {2, 2, -128, 127, 0, 127};
  for (int i = 0; i < 6; ++i) EXPECT_EQ(static_cast<int8_t>(Ddr(kTarget)[i]), expected[i]) << i;
}

TEST_F(TransferTest, EveryConversionByHand) {
  struct Row {
    isa::DataFormat from, to;
    uint32_t bits, expected;
  };
  using F = isa::DataFormat;
  const Row rows[] = {
      {F::kF32, F::kU8, 0x40200000, 2},        // 2.5, half to even
      {F::kF32, F::kU8, 0xC0000000, 0},        // -2
      {F::kF32, F::kI8, 0x7FC00000, 127},      // a NaN
      {F::kF32, F::kF16, 0x3FFFFFFF, 0x3FFF},  // the mantissa is cut
      {F::kF32, F::kF16, 0x387FFFFF, 0},       // just below 2^-14
      {F::kF32, F::kF16, 0xC7800000, 0xFC00},  // -65536
      {F::kI8, F::kF32, 0xFE, 0xC0000000},     // -2
      {F::kU8, F::kF32, 0xFE, 0x437E0000},     // 254
      {F::kF16, F::kF32, 0x3C00, 0x3F800000},  // 1
      {F::kF16, F::kF32, 0x7C00, 0x47800000},  // 65536: infinity is not special
  };
  for (const Row& row : rows) {
    isa::GdmaCommand command;
    command.direction = isa::Direction::kSystemToSystem;
    command.function = isa::GdmaFunction::kConvert;
    command.source_format = row.from;
    command.target_format = row.to;
    command.source = {false, kSource, {1, 1, 1, 1}, {1, 1, 1, 1}};
    command.target = {false, kTarget, {1, 1, 1, 1}, {1, 1, 1, 1}};
    std::memcpy(Ddr(kSource), &row.bits, 4);
    std::memset(Ddr(kTarget), 0, 4);
    ASSERT_OK(Run(command));
    uint32_t actual;
    std::memcpy(&actual, Ddr(kTarget), 4);
    EXPECT_EQ(actual, row.expected) << row.bits;
  }
}

TEST_F(TransferTest, FlatCopiesAndExchangedChannelsAndColumns) {
  for (int i = 0; i < 6; ++i) Floats(kSource)[i] = static_cast<float>(i);
  isa::GdmaCommand flat;
  flat.is_flat = true;
  flat.flat_count = 6;
  flat.source.address = kSource;
  flat.target = {true, 3 * isa::kLaneBytes + 0x40, {}, {}};
  ASSERT_OK(Run(flat));
  EXPECT_EQ(reinterpret_cast<float*>(chip_->local() + 3 * isa::kLaneBytes + 0x40)[5], 5);
  // Two channels of three columns in lanes 0 and 1 become three channels of two.
  for (uint32_t i = 0; i < 6; ++i) Float(0, {1, 2, 1, 3}, 0, i / 3, 0, i % 3) = static_cast<float>(i);
  isa::GdmaCommand exchange;
  exchange.direction = isa::Direction::kLocalToLocal;
  exchange.function = isa::GdmaFunction::kTransposeCW;
  exchange.source = {true, 0, {1, 2, 1, 3}, {32, 32, 3, 1}};
  exchange.target = {true, 0x1000, {1, 3, 1, 2}, {32, 32, 2, 1}};
  exchange.same_shape = false;
  ASSERT_OK(Run(exchange));
  for (uint32_t i = 0; i < 6; ++i) EXPECT_EQ(Float(0x1000, {1, 3, 1, 2}, 0, i % 3, 0, i / 3), static_cast<float>(i));
}

TEST_F(TransferTest, MatricesSpreadOverLanesAndFilters) {
  isa::GdmaCommand command;
  command.is_matrix = true;
  for (int i = 0; i < 15; ++i) Floats(kSource)[i] = static_cast<float>(i);
  command.source = {false, kSource, {1, 1, 3, 5}, {0, 0, 5, 1}};
  command.target = {true, 0, {1, 1, 1, 2}, {32, 32, 0, 1}};
  ASSERT_OK(Run(command));
  for (uint32_t r = 0; r < 3; ++r) {
    for (uint32_t k = 0; k < 5; ++k)
      EXPECT_EQ(Float(0, {3, 3, 1, 2}, r, k / 2, 0, k % 2), static_cast<float>(5 * r + k));
  }
  const Dims4 shape{1, 2, 1, 3};
  isa::GdmaCommand filter;
  filter.direction = isa::Direction::kLocalToSystem;
  filter.function = isa::GdmaFunction::kFilter;
  filter.source = {true, 0x1000, shape, {}};
  filter.target = {false, kTarget, shape, {}};
  filter.mask_address = 0x2000;
  ForEach(shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    Float(0x1000, shape, n, c, h, w) = static_cast<float>(10 * c + w);
    Float(0x2000, shape, n, c, h, w) = (c + w) % 2 == 0 ? 1 : 0;
  });
  ASSERT_OK(Run(filter));
  EXPECT_EQ(std::vector<float>(Floats(kTarget), Floats(kTarget) + 3), (std::vector<float>{0, 2, 11}));
}

}  // namespace
}  // namespace bm::reference
