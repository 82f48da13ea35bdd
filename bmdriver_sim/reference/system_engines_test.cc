// Gather and host copy on DDR and L2: hand-computed cases and random ones against an array.
#include "bmdriver_sim/reference/system_engines.h"

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "isa/types.h"

namespace bm::reference {
namespace {

constexpr uint64_t kInput = 0x150000000, kOutput = 0x160000000, kIndex = 0x170000000;
constexpr uint64_t kInL2 = isa::kL2Base + isa::kL2UserOffset;

class SystemEnginesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(chip_, chip::Chip::Create()); }
  uint8_t* At(uint64_t address, uint64_t bytes) { return chip_->System(address, bytes)->data(); }
  template <typename T>
  void Put(uint64_t address, const std::vector<T>& values) {
    std::memcpy(At(address, values.size() * sizeof(T)), values.data(), values.size() * sizeof(T));
  }
  template <typename T>
  std::vector<T> Take(uint64_t address, size_t count) {
    std::vector<T> values(count);
    std::memcpy(values.data(), At(address, count * sizeof(T)), count * sizeof(T));
    return values;
  }

  std::unique_ptr<chip::Chip> chip_;
};

TEST_F(SystemEnginesTest, GathersTheNamedElements) {
  Put<uint32_t>(kInput, {10, 11, 12, 13});
  Put<uint32_t>(kIndex, {3, 0, 0, 2});
  const uint64_t before = chip_->GenerationOf(kOutput, 16);
  ASSERT_OK(Execute(isa::GdeCommand{kInput, kOutput, kIndex, 4, isa::GdeElement::kWord}, chip_.get()));
  EXPECT_EQ(Take<uint32_t>(kOutput, 4), (std::vector<uint32_t>{13, 10, 10, 12}));
  EXPECT_GT(chip_->GenerationOf(kOutput, 16), before);
}

TEST_F(SystemEnginesTest, RandomGathersOfEveryElementFromL2) {
  std::mt19937 random(1);
  for (const isa::GdeElement element : {isa::GdeElement::kByte, isa::GdeElement::kWord, isa::GdeElement::kQuadWord}) {
    const auto bytes = static_cast<size_t>(BytesOf(element));
    std::vector<uint8_t> input(100 * bytes);
    for (uint8_t& value : input) value = static_cast<uint8_t>(random());
    std::vector<uint32_t> indices(257);
    for (uint32_t& index : indices) index = random() % 100;
    Put(kInL2, input);
    Put(kIndex, indices);
    ASSERT_OK(Execute(isa::GdeCommand{kInL2, kOutput, kIndex, 257, element}, chip_.get()));
    std::vector<uint8_t> expected;
    for (const uint32_t index : indices) {
      expected.insert(expected.end(), input.begin() + static_cast<std::ptrdiff_t>(index * bytes),
                      input.begin() + static_cast<std::ptrdiff_t>((index + 1) * bytes));
    }
    EXPECT_EQ(Take<uint8_t>(kOutput, expected.size()), expected) << bytes << " bytes an element";
  }
}

TEST_F(SystemEnginesTest, AnIndexOutsideMemoryIsNamed) {
  Put<uint32_t>(kInput, {10});
  Put<uint32_t>(kIndex, {0, 0xFFFFFFFF});
  EXPECT_STATUS(Execute(isa::GdeCommand{kInput, kOutput, kIndex, 2, isa::GdeElement::kQuadWord}, chip_.get()),
                absl::StatusCode::kOutOfRange, "index 1 is 4294967295");
  EXPECT_EQ(Take<uint32_t>(kOutput, 1)[0], 10u);
  EXPECT_STATUS(Execute(isa::GdeCommand{kInput, isa::kDdrEnd, kIndex, 1, isa::GdeElement::kWord}, chip_.get()),
                absl::StatusCode::kOutOfRange, "the output");
}

TEST_F(SystemEnginesTest, HostCopiesMoveBytesThatMayOverlap) {
  isa::CdmaCommand copy;
  copy.source = kInput;
  copy.target = kInL2;
  copy.bytes = 5;
  Put<uint8_t>(kInput, {1, 2, 3, 4, 5, 6});
  Put<uint8_t>(kInL2, {9, 9, 9, 9, 9, 9});
  ASSERT_OK(Execute(copy, chip_.get()));
  EXPECT_EQ(Take<uint8_t>(kInL2, 6), (std::vector<uint8_t>{1, 2, 3, 4, 5, 9}));
  copy.target = kInput + 1;
  ASSERT_OK(Execute(copy, chip_.get()));
  EXPECT_EQ(Take<uint8_t>(kInput, 6), (std::vector<uint8_t>{1, 1, 2, 3, 4, 5}));
  copy.source = isa::kDdrEnd - 4;
  EXPECT_STATUS(Execute(copy, chip_.get()), absl::StatusCode::kOutOfRange, "the source");
}

}  // namespace
}  // namespace bm::reference
