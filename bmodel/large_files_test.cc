// Files of 50 MB, whole and damaged: read or refused within the limits of time and memory.
#include <random>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/status_macros.h"
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

using bm::testing::SampleModel;

constexpr size_t kBytes = 50'000'000;

absl::Status Read(const std::string& path) {
  ASSIGN_OR_RETURN(ModelFile file, ModelFile::Open(path));
  MemoryOf(file.model());
  return VerifyMeaning(std::move(file), "BM1684").status();
}

// The file as it is; flipped bits in its header, in its tables, everywhere; its first half.
void ExpectReadAndDamage(const Model& model) {
  ASSERT_OK_AND_ASSIGN(const std::vector<uint8_t> whole, SerializeModel(model));
  ASSERT_GE(whole.size(), kBytes);
  const std::string path = ::testing::TempDir() + "/large.bmodel";
  ASSERT_OK(WriteFile(path, whole));
  bm::testing::ExpectWithinReadLimits(whole.size(), [&] {
    const absl::Status status = Read(path);
    EXPECT_OK(status);
    return status.ToString();
  });
  std::mt19937 random(1);
  for (const size_t limit : {size_t{64}, size_t{2000}, whole.size()}) {
    std::vector<uint8_t> damaged = whole;
    for (int i = 0; i < 4; ++i) damaged[random() % limit] ^= static_cast<uint8_t>(1u << random() % 8);
    ASSERT_OK(WriteFile(path, damaged));
    bm::testing::ExpectWithinReadLimits(damaged.size(), [&] { return Read(path).ToString(); });
  }
  ASSERT_OK(WriteFile(path, std::vector<uint8_t>(whole.begin(), whole.begin() + static_cast<long>(whole.size() / 2))));
  bm::testing::ExpectWithinReadLimits(whole.size() / 2, [&] { return Read(path).ToString(); });
}

TEST(LargeFilesTest, ManyCoefficients) {
  SampleModel sample = bm::testing::ModelWithoutCommands("net", {Shape{1}});
  sample.coefficients.resize(kBytes);
  Stage& stage = sample.model.nets[0].stages[0];
  stage.coefficients->bytes = sample.coefficients;
  // Neurons stand behind the coefficients.
  for (uint64_t* address : {&stage.ctx_address, &stage.inputs[0].address, &stage.outputs[0].address}) {
    *address += size_t{64} << 20;
  }
  ExpectReadAndDamage(sample.model);
}

TEST(LargeFilesTest, ManyStages) {
  const SampleModel sample = bm::testing::ModelWithoutCommands("net", {Shape{1}});
  Model model = sample.model;
  const Stage stage = model.nets[0].stages[0];
  // Shapes of at most 14000 elements, all different.
  for (int64_t rows = 2; rows <= 14000; ++rows) {
    for (int64_t columns = 1; columns <= 14000 / rows; ++columns) {
      model.nets[0].stages.push_back(stage);
      model.nets[0].stages.back().coefficients.reset();
      model.nets[0].stages.back().inputs[0].shapes = {Shape{rows, columns, 1, 1, 1, 1, 1, 1}};
    }
  }
  ExpectReadAndDamage(model);
}

}  // namespace
}  // namespace bm::bmodel
