// Damaged files: whatever the bytes are, reading ends soon with a model or a status that names the file.
//
// BM_DAMAGE_SEEDS sets the number of random cases (default 2000).
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "base/testing/read_limits.h"
#include "base/testing/status_matchers.h"
#include "bmodel/memory_info.h"
#include "bmodel/reader.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/verify.h"
#include "bmodel/writer.h"
#include "gtest/gtest.h"

namespace bm::bmodel {
namespace {

int Seeds() {
  const char* text = std::getenv("BM_DAMAGE_SEEDS");
  int seeds;
  return text != nullptr && absl::SimpleAtoi(text, &seeds) ? seeds : 2000;
}

// Reads as the runtime and the tools do; a refusal names the file.
void ReadAll(const std::vector<uint8_t>& bytes) {
  absl::StatusOr<ModelFile> file = ModelFile::Parse(bytes, "damaged.bmodel");
  if (!file.ok()) {
    EXPECT_TRUE(absl::StrContains(file.status().message(), "damaged.bmodel")) << file.status();
    return;
  }
  MemoryOf(file->model());
  const absl::StatusOr<VerifiedModel> verified = VerifyMeaning(*std::move(file), "BM1684");
  if (!verified.ok()) {
    EXPECT_TRUE(absl::StrContains(verified.status().message(), "damaged.bmodel")) << verified.status();
    return;
  }
  // What both gates let through can be written again.
  EXPECT_OK(SerializeModel(verified->model()));
}

class DamageTest : public ::testing::TestWithParam<bool> {
 protected:
  DamageTest() {
    const testing::SampleModel sample = GetParam()
                                            ? testing::ModelWithEverything()
                                            : testing::ModelWithCommands("net", {Shape{1, 3, 4, 4}, Shape{2, 3, 4, 4}});
    bytes_ = SerializeModel(sample.model).value();
    tables_end_ = bytes_.size() - ModelFile::Parse(bytes_)->binary().size();
  }

  void Read(const std::vector<uint8_t>& bytes) {
    reads_.Read(bytes.size(), [&] { ReadAll(bytes); });
  }

  std::vector<uint8_t> bytes_;
  size_t tables_end_;

 private:
  bm::testing::ManyReads reads_;
};

TEST_P(DamageTest, TruncatedFilesAreRefused) {
  for (size_t size = 0; size < bytes_.size(); size += size < kHeaderBytes ? 1 : 13) {
    const std::vector<uint8_t> shorter(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_STATUS(ModelFile::Parse(shorter), absl::StatusCode::kDataLoss, "bytes");
    Read(shorter);
  }
}

TEST_P(DamageTest, EveryBitOfTheHeaderMayFlip) {
  for (size_t bit = 0; bit < kHeaderBytes * 8; ++bit) {
    std::vector<uint8_t> flipped = bytes_;
    flipped[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
    Read(flipped);
  }
}

TEST_P(DamageTest, RandomBitsMayFlip) {
  for (int seed = 0; seed < Seeds(); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    std::vector<uint8_t> flipped = bytes_;
    // Three of four cases hit the tables, where a flip changes the structure.
    const size_t limit = seed % 4 == 0 ? bytes_.size() : tables_end_;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
      const size_t place = kHeaderBytes + random() % (limit - kHeaderBytes);
      flipped[place] ^= static_cast<uint8_t>(1u << random() % 8);
    }
    Read(flipped);
  }
}

TEST_P(DamageTest, RandomWordsMayBecomeExtreme) {
  constexpr uint32_t kValues[] = {0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};
  for (int seed = 0; seed < Seeds(); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed) + 1000000u);
    std::vector<uint8_t> changed = bytes_;
    const size_t place = kHeaderBytes + random() % (tables_end_ - kHeaderBytes - 4);
    const uint32_t value = kValues[random() % std::size(kValues)];
    std::copy_n(reinterpret_cast<const uint8_t*>(&value), sizeof(value),
                changed.begin() + static_cast<std::ptrdiff_t>(place));
    Read(changed);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, DamageTest, ::testing::Bool(), [](const ::testing::TestParamInfo<bool>& info) {
  return info.param ? "EveryTable" : "Commands";
});

}  // namespace
}  // namespace bm::bmodel
