// A network that the vendor's compiler made runs byte for byte as on the vendor's model of the chip.
//
// Needs the folder named by BM_TEST_DATA (bmodel/face-320-fp32-b1.bmodel and its description).
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "base/sha256.h"
#include "base/testing/status_matchers.h"
#include "bmdriver_sim/reference/executor.h"
#include "bmodel/reader.h"
#include "gtest/gtest.h"
#include "isa/bdc.h"
#include "isa/checker.h"
#include "isa/schedule.h"
#include "nlohmann/json.hpp"

namespace bm::reference {
namespace {

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

void Write(chip::Chip* chip, uint64_t address, absl::Span<const uint8_t> bytes) {
  ASSERT_OK_AND_ASSIGN(const absl::Span<uint8_t> target, chip->System(address, bytes.size()));
  std::memcpy(target.data(), bytes.data(), bytes.size());
  chip->MarkWritten(address, bytes.size());
}

// Uploads a group as the runtime does, without relocation: the memory lies where the compiler put it.
chip::CommandGroupImage Upload(const bmodel::CommandGroup& group, uint64_t address, chip::Chip* chip) {
  std::vector<uint8_t> bdc(group.bdc.begin(), group.bdc.end());
  for (size_t offset = 0; offset < bdc.size(); offset += isa::kBdcCommandBytes) {
    isa::BdcWords words;
    std::memcpy(words.data(), bdc.data() + offset, sizeof(words));
    words = isa::ReverseWords(words);
    std::memcpy(bdc.data() + offset, words.data(), sizeof(words));
  }
  Write(chip, address, bdc);
  Write(chip, address + bdc.size(), group.gdma);
  return {address, address + bdc.size(), group.bdc_count, group.gdma_count};
}

TEST(VendorModel, EveryOutputHasTheStatedHash) {
  const char* folder = std::getenv("BM_TEST_DATA");
  if (folder == nullptr) {
    std::printf("skipped: BM_TEST_DATA is not set\n");
    GTEST_SKIP();
  }
  const std::string stem = std::string(folder) + "/bmodel/face-320-fp32-b1";
  const nlohmann::json description = nlohmann::json::parse(std::ifstream(stem + ".json"));
  ASSERT_OK_AND_ASSIGN(const bmodel::ModelFile file, bmodel::ModelFile::Open(stem + ".bmodel"));
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<chip::Chip> chip, chip::Chip::Create());
  const bmodel::Stage& stage = file.model().nets.at(0).stages.at(0);

  std::vector<float> input(stage.inputs.at(0).shape().count());
  for (size_t i = 0; i < input.size(); ++i) {
    input[i] = static_cast<float>(static_cast<uint32_t>(i * uint64_t{2654435761}) >> 24);
  }
  const absl::Span<const uint8_t> input_bytes(reinterpret_cast<const uint8_t*>(input.data()),
                                              input.size() * sizeof(float));
  ASSERT_EQ(Hex(Sha256(input_bytes)), description["input"]["sha256"]);
  Write(chip.get(), stage.coefficients->address, stage.coefficients->bytes);
  Write(chip.get(), stage.inputs[0].address, input_bytes);
  std::vector<chip::CommandGroupImage> images;
  uint64_t address = 0x400000000;
  for (const bmodel::CommandGroup& group : stage.groups) {
    images.push_back(Upload(group, address, chip.get()));
    address += group.bdc.size() + group.gdma.size();
  }

  ReferenceExecutor executor;
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<chip::Program> program, executor.Prepare(images, chip.get()));
  ASSERT_OK(program->Run());
  ASSERT_EQ(description["outputs"].size(), stage.outputs.size());
  for (const bmodel::Tensor& output : stage.outputs) {
    ASSERT_OK_AND_ASSIGN(const absl::Span<uint8_t> bytes,
                         chip->System(output.address, output.shape().count() * sizeof(float)));
    bool is_described = false;
    for (const nlohmann::json& expected : description["outputs"]) {
      if (expected["name"] != output.name) continue;
      is_described = true;
      EXPECT_EQ(Hex(Sha256(bytes)), expected["sha256"]) << output.name;
    }
    EXPECT_TRUE(is_described) << output.name;
  }
}

// The vendor's compiler orders its commands soundly, so a complaint here is a mistake of the checker.
TEST(VendorModel, ItsCommandsPassTheCheckerAndHaveATime) {
  const char* folder = std::getenv("BM_TEST_DATA");
  if (folder == nullptr) {
    std::printf("skipped: BM_TEST_DATA is not set\n");
    GTEST_SKIP();
  }
  ASSERT_OK_AND_ASSIGN(const bmodel::ModelFile file,
                       bmodel::ModelFile::Open(std::string(folder) + "/bmodel/face-320-fp32-b1.bmodel"));
  const bmodel::Stage& stage = file.model().nets.at(0).stages.at(0);
  std::vector<isa::CommandGroup> groups;
  for (const bmodel::CommandGroup& group : stage.groups) {
    ASSERT_OK_AND_ASSIGN(groups.emplace_back(), isa::DecodeGroup(group.bdc, group.gdma));
  }
  std::vector<isa::SystemRange> ranges = {
      {stage.coefficients->address, stage.coefficients->bytes.size(), false, "coefficients"},
      {isa::kL2Base + isa::kL2UserOffset, isa::kL2UserEnd - isa::kL2UserOffset, true, "L2"}};
  uint64_t start = stage.ctx_address;
  for (const uint64_t bytes : stage.ContextBulks()) {
    ranges.push_back({start, bytes, true, "neurons"});
    start += bytes;
  }
  EXPECT_OK(isa::CheckGroups(groups, ranges));
  ASSERT_OK_AND_ASSIGN(const isa::Schedule schedule, isa::EstimateSchedule(groups));
  std::printf("estimate: %.0f us on the chip, BDC busy %.0f %%, GDMA busy %.0f %%\n", schedule.micros(),
              100 * schedule.utilization(isa::Engine::kBdc), 100 * schedule.utilization(isa::Engine::kGdma));
  EXPECT_GT(schedule.micros(), 500);
  EXPECT_LT(schedule.micros(), 5000);
}

}  // namespace
}  // namespace bm::reference
