#include "bmodel/verify.h"

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmodel/address_space.h"
#include "bmodel/memory_info.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/writer.h"
#include "gtest/gtest.h"
#include "isa/gdma.h"

namespace bm::bmodel {
namespace {

using ::bm::testing::ModelWithCommands;
using ::bm::testing::ModelWithoutCommands;
using ::bm::testing::SampleModel;

// The second gate's answer to the sample written and read.
absl::Status Verified(const SampleModel& sample) {
  const absl::StatusOr<std::vector<uint8_t>> bytes = SerializeModel(sample.model);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<ModelFile> file = ModelFile::Parse(*bytes, "sample.bmodel");
  if (!file.ok()) return file.status();
  return VerifyMeaning(*std::move(file), "BM1684").status();
}

SampleModel Sample() { return ModelWithCommands("net", {Shape{1, 3, 4, 4}}); }

// Replaces GDMA command `index` of the only group.
void Replace(SampleModel* sample, size_t index, const isa::GdmaCommand& command) {
  const isa::GdmaWords words = EncodeGdma(command);
  std::memcpy(sample->blobs[1].data() + index * sizeof(words), words.data(), sizeof(words));
}

isa::GdmaCommand GdmaOf(const SampleModel& sample, size_t index) {
  isa::GdmaWords words;
  std::memcpy(words.data(), sample.blobs[1].data() + index * sizeof(words), sizeof(words));
  return isa::DecodeGdma(words).value();
}

TEST(VerifyTest, AModelThatComputesPasses) {
  EXPECT_OK(Verified(Sample()));
  EXPECT_OK(Verified(ModelWithCommands("net", {Shape{1, 3, 4, 4}, Shape{4, 3, 4, 4}, Shape{1, 64, 2, 2}})));
}

TEST(VerifyTest, AnotherChipIsRefusedWithBothNames) {
  SampleModel sample = Sample();
  sample.model.chip = "BM1682";
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kFailedPrecondition,
                "sample.bmodel: the model is for chip BM1682, the device is a BM1684");
}

TEST(VerifyTest, ADescriptorThatIsNoCommandIsRefusedWithFieldAndValue) {
  SampleModel sample = Sample();
  // TSK_TYP is the low four bits of word 1 and more; all ones is no task.
  std::memset(sample.blobs[0].data(), 0xFF, 128);
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kInvalidArgument,
                "stage 0: command group 0: BDC command 0: field TSK_TYP has the undefined value 15");
}

TEST(VerifyTest, AnAddressOutsideEveryRegionIsRefusedWithTheRegions) {
  SampleModel sample = Sample();
  isa::GdmaCommand load = GdmaOf(sample, 0);
  load.source.address = 0x200000000;
  Replace(&sample, 0, load);
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kOutOfRange,
                "GDMA command 0: source: the address 0x200000000 of 192 bytes is in no region of the stage: L2 "
                "[0x10000000, 0x10400000), coefficients [0x105100000, 0x1051000c0), neurons [0x105101000, "
                "0x105111000)");
}

TEST(VerifyTest, ARangeAcrossTheEndOfARegionIsRefused) {
  SampleModel sample = Sample();
  isa::GdmaCommand load = GdmaOf(sample, 0);
  load.source.address = 0x105111000 - 4;
  Replace(&sample, 0, load);
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kOutOfRange, "the address 0x105110ffc of 192 bytes");
}

TEST(VerifyTest, AnAddressBehindALaneIsRefusedWithItsSize) {
  SampleModel sample = Sample();
  isa::GdmaCommand load = GdmaOf(sample, 0);
  load.target.address = isa::kLaneBytes - 4;
  Replace(&sample, 0, load);
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kOutOfRange,
                "0x7fffc..0x8003c, behind the 524288 bytes of a lane of local memory");
}

TEST(VerifyTest, AWriteIntoTheCoefficientsIsRefused) {
  SampleModel sample = Sample();
  isa::GdmaCommand store = GdmaOf(sample, 2);
  store.target.address = kCompileBase;
  Replace(&sample, 2, store);
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kOutOfRange,
                "GDMA command 2: it writes 192 bytes at 0x105100000, which are coefficients");
}

TEST(VerifyTest, AWriteIntoTheTablesOfL2IsRefused) {
  SampleModel sample = Sample();
  isa::GdmaCommand store = GdmaOf(sample, 2);
  store.target.address = 0x10300000;
  Replace(&sample, 2, store);
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kOutOfRange,
                "it writes 192 bytes of L2 at 0x10300000, commands may write [0x100a2000, 0x10300000)");
}

TEST(VerifyTest, IdsThatWaitForEachOtherAreRefused) {
  SampleModel sample = Sample();
  isa::GdmaCommand load = GdmaOf(sample, 0);
  load.wait_bdc = 1;
  Replace(&sample, 0, load);
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kFailedPrecondition, "command group 0");
}

TEST(VerifyTest, RegionsThatOverlapAreRefusedWithBothAddresses) {
  SampleModel sample = Sample();
  sample.model.nets[0].stages[0].ctx_address = kCompileBase + 0x40;
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kInvalidArgument,
                "the neurons start at 0x105100040, memory before them is taken up to 0x1051000c0");
}

TEST(VerifyTest, AnInterfaceTensorOutsideTheNeuronsIsRefused) {
  SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3, 4, 4}});
  sample.model.nets[0].stages[0].outputs[0].address = kCompileBase;
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kOutOfRange,
                "output out: the address 0x105100000 is not in the region of address mode 0");
}

TEST(VerifyTest, AUselessTensorIsRefused) {
  SampleModel sample = ModelWithoutCommands("net", {Shape{1, 0, 4, 4}});
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kInvalidArgument, "shape [1, 0, 4, 4]");
  sample = ModelWithoutCommands("net", {Shape{1, 3}});
  sample.model.nets[0].stages[0].inputs[0].data_type = static_cast<DataType>(11);
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kInvalidArgument, "data type 11, known are 0..10");
  sample = ModelWithoutCommands("net", {Shape{1, 3}});
  sample.model.nets[0].stages[0].inputs[0].store_mode = StoreMode::k4N;
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kInvalidArgument, "store mode 2 of float32");
}

TEST(VerifyTest, CoefficientsThatAreNotTheirCheckCodeAreRefusedWithBothDigests) {
  const SampleModel sample = Sample();
  ASSERT_OK_AND_ASSIGN(std::vector<uint8_t> bytes, SerializeModel(sample.model));
  ASSERT_OK_AND_ASSIGN(const ModelFile good, ModelFile::Parse(bytes));
  bytes[good.OffsetOf(good.model().nets[0].stages[0].coefficients->bytes)] ^= 1;
  ASSERT_OK_AND_ASSIGN(ModelFile file, ModelFile::Parse(bytes));
  const absl::Status status = VerifyMeaning(std::move(file), "BM1684").status();
  EXPECT_STATUS(status, absl::StatusCode::kDataLoss, "their SHA-256 is ");
  EXPECT_STATUS(status, absl::StatusCode::kDataLoss, "the check code is ");
}

TEST(VerifyTest, ASubnetThatLeadsNowhereIsRefused) {
  SampleModel sample = testing::ModelWithEverything();
  sample.model.nets[0].stages[0].subnets[1].next_ids = {9};
  EXPECT_STATUS(Verified(sample), absl::StatusCode::kOutOfRange, "subnet 1: the next subnet id 9 is none of the 4 ids");
}

TEST(AddressSpaceTest, EveryRegionIsFoundByItsAddresses) {
  Stage stage;
  const std::vector<uint8_t> coefficients(0x100);
  stage.coefficients.emplace();
  stage.coefficients->address = kCompileBase;
  stage.coefficients->bytes = coefficients;
  stage.io_address = kCompileBase + 0x1000;
  stage.io_size = 0x1000;
  stage.ctx_address = kCompileBase + 0x2000;
  stage.ctx_sizes = {0x1000, 0x3000};
  ASSERT_OK_AND_ASSIGN(const AddressSpace space, AddressSpace::Of(stage));
  EXPECT_EQ(space.Find(0x10000000, 4)->region, Region::kL2);
  EXPECT_EQ(space.Find(kCompileBase + 0xFF, 1)->region, Region::kCoefficients);
  EXPECT_FALSE(space.Find(kCompileBase + 0xFF, 2).ok());
  EXPECT_EQ(space.Find(kCompileBase + 0x1000, 0x1000)->region, Region::kIo);
  EXPECT_EQ(space.Find(kCompileBase + 0x2FFF, 1)->bulk, 0u);
  EXPECT_EQ(space.Find(kCompileBase + 0x3000, 0x3000)->bulk, 1u);
  EXPECT_FALSE(space.Find(kCompileBase + 0x2800, 0x1000).ok()) << "a range across two bulks";
  EXPECT_FALSE(space.Find(kCompileBase + 0x6000, 1).ok());
}

TEST(MemoryInfoTest, CountsSharedThingsOnce) {
  const SampleModel sample = ModelWithCommands("net", {Shape{1, 3, 4, 4}, Shape{2, 3, 4, 4}});
  ASSERT_OK_AND_ASSIGN(const std::vector<uint8_t> bytes, SerializeModel(sample.model));
  ASSERT_OK_AND_ASSIGN(const ModelFile file, ModelFile::Parse(bytes));
  const MemoryInfo info = MemoryOf(file.model());
  EXPECT_EQ(info.bdc_commands, 2u * 128);
  EXPECT_EQ(info.gdma_commands, 6u * 128);
  EXPECT_EQ(info.coefficients, 48u * 4);
  EXPECT_EQ(info.neurons, 64u * 1024);
  EXPECT_EQ(info.middle_buffer, 96u * 4);
}

TEST(VerifyTest, AModelOfTheVendorsCompilerPasses) {
  const char* data = std::getenv("BM_TEST_DATA");
  if (data == nullptr) {
    std::cout << "skipped: BM_TEST_DATA is not set" << std::endl;
    GTEST_SKIP();
  }
  ASSERT_OK_AND_ASSIGN(ModelFile file, ModelFile::Open(std::string(data) + "/bmodel/face-320-fp32-b1.bmodel"));
  ASSERT_OK_AND_ASSIGN(const VerifiedModel verified, VerifyMeaning(std::move(file), "BM1684"));
  const Stage& stage = verified.model().nets[0].stages[0];
  EXPECT_EQ(verified.model().nets[0].name, "mxnet-mdoel");
  EXPECT_EQ(stage.inputs[0].shape(), (Shape{1, 3, 320, 320}));
  EXPECT_EQ(stage.groups[0].bdc_count, 393u);
  EXPECT_EQ(stage.groups[0].gdma_count, 261u);
  EXPECT_EQ(stage.outputs.size(), 9u);
}

}  // namespace
}  // namespace bm::bmodel
