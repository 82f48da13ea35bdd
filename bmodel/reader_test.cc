#include "bmodel/reader.h"

#include <sys/stat.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "base/testing/status_matchers.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/writer.h"
#include "gtest/gtest.h"

namespace bm::bmodel {
namespace {

using ::bm::testing::ModelWithEverything;
using ::bm::testing::ModelWithoutCommands;
using ::bm::testing::SampleModel;

std::vector<uint8_t> Written(const Model& model) {
  absl::StatusOr<std::vector<uint8_t>> bytes = SerializeModel(model);
  EXPECT_OK(bytes);
  return bytes.ok() ? *std::move(bytes) : std::vector<uint8_t>();
}

void PutWord(std::vector<uint8_t>* bytes, size_t offset, uint32_t value) {
  std::memcpy(bytes->data() + offset, &value, sizeof(value));
}

TEST(ReaderTest, WritesTheHeaderOfTheFormat) {
  const SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3, 4, 4}});
  const std::vector<uint8_t> bytes = Written(sample.model);
  FileHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  EXPECT_EQ(header.magic, 0xFF55AAEEu);
  EXPECT_EQ(header.header_size, 64u);
  EXPECT_EQ(header.binary_size, 256u);
  EXPECT_EQ(uint64_t{64} + header.flatbuffers_size + header.binary_size, bytes.size());
  EXPECT_EQ(std::vector<uint8_t>(bytes.end() - 256, bytes.end()), sample.coefficients);
}

TEST(ReaderTest, WhatIsWrittenIsRead) {
  const SampleModel sample = ModelWithoutCommands("lenet", {Shape{1, 3, 4, 4}, Shape{4, 3, 4, 4}});
  const std::vector<uint8_t> bytes = Written(sample.model);
  ASSERT_OK_AND_ASSIGN(const ModelFile file, ModelFile::Parse(bytes));
  const Model& model = file.model();
  EXPECT_EQ(model.chip, "BM1684");
  EXPECT_EQ(model.time, "Tue Nov 24 12:00:00 2026\n");
  EXPECT_EQ(model.neuron_size, 64u * 1024);
  ASSERT_EQ(model.nets.size(), 1u);
  EXPECT_EQ(model.nets[0].name, "lenet");
  ASSERT_EQ(model.nets[0].stages.size(), 2u);
  const Stage& stage = model.nets[0].stages[1];
  EXPECT_EQ(stage.inputs[0].shape(), (Shape{4, 3, 4, 4}));
  EXPECT_EQ(stage.outputs[0].name, "out");
  EXPECT_EQ(stage.coefficients->bytes, Bytes(sample.coefficients));
  EXPECT_EQ(stage.coefficients->check_code, Sha256(sample.coefficients));
  EXPECT_EQ(stage.coefficients->locations[0].name, "conv1");
  EXPECT_EQ(stage.coefficients->locations[0].offset, 64u);
}

TEST(ReaderTest, AStaticStageGetsItsOneSubnet) {
  SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3, 4, 4}});
  const std::vector<uint8_t> bdc(2 * 128, 1);
  const std::vector<uint8_t> gdma(3 * 128, 2);
  sample.model.nets[0].stages[0].groups = {{2, 3, bdc, gdma}};
  const std::vector<uint8_t> bytes = Written(sample.model);
  ASSERT_OK_AND_ASSIGN(const ModelFile file, ModelFile::Parse(bytes));
  const Stage& stage = file.model().nets[0].stages[0];
  ASSERT_EQ(stage.subnets.size(), 1u);
  const SubNet& subnet = stage.subnets[0];
  EXPECT_EQ(subnet.mode, SubNetMode::kTpu);
  EXPECT_EQ(subnet.groups[0].gdma_count, 3u);
  EXPECT_EQ(subnet.groups[0].bdc, stage.groups[0].bdc);
  EXPECT_EQ(subnet.groups[0].gdma.data(), stage.groups[0].gdma.data()) << "the same blob, stored once";
  EXPECT_EQ(subnet.inputs[0].memory_type, 1u);
}

TEST(ReaderTest, EveryTableOfTheFormatSurvivesReadingAndWriting) {
  const SampleModel sample = ModelWithEverything();
  const std::vector<uint8_t> first = Written(sample.model);
  ASSERT_OK_AND_ASSIGN(const ModelFile file, ModelFile::Parse(first));
  EXPECT_EQ(Written(file.model()), first);

  const Stage& stage = file.model().nets[1].stages[0];
  EXPECT_EQ(stage.ctx_sizes, (std::vector<uint64_t>{0x8000, 0x8000}));
  EXPECT_EQ(stage.ir_info[0].length_words, 32u);
  EXPECT_EQ(stage.net_stat, Bytes(sample.coefficients).subspan(10, 11));
  EXPECT_EQ(stage.subnets[0].cores[0].sdma[1], Bytes(sample.coefficients).subspan(16, 16));
  EXPECT_EQ(stage.subnets[1].cpu_layers[0].constants[0].name, "anchors");
  EXPECT_EQ(stage.subnets[2].switch_rule->output_branch, std::vector<int32_t>{1});
  EXPECT_EQ((*stage.subnets[3].merge)[0], (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(file.model().nets[1].cascade->main_name, "main");
  EXPECT_EQ(file.model().cpuop_module->file_name, "cpuop.so");
  EXPECT_EQ(file.model().device_count, 2u);
}

TEST(ReaderTest, EqualBlobsAreStoredOnce) {
  SampleModel sample = ModelWithoutCommands("a", {Shape{1, 3, 4, 4}});
  const std::vector<uint8_t> copy = sample.coefficients;
  Net second = sample.model.nets[0];
  second.name = "b";
  second.stages[0].coefficients->bytes = copy;
  sample.model.nets.push_back(second);
  const std::vector<uint8_t> bytes = Written(sample.model);
  ASSERT_OK_AND_ASSIGN(const ModelFile file, ModelFile::Parse(bytes));
  EXPECT_EQ(file.binary().size(), 256u);
  EXPECT_EQ(file.model().nets[0].stages[0].coefficients->bytes.data(),
            file.model().nets[1].stages[0].coefficients->bytes.data());
}

TEST(ReaderTest, StagesOfEqualInputShapesAreRefused) {
  const SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3}, Shape{2, 3}, Shape{1, 3}});
  EXPECT_STATUS(SerializeModel(sample.model), absl::StatusCode::kInvalidArgument,
                "stages 0 and 2 have the same input shapes [1, 3]");
}

TEST(ReaderTest, StagesOfOtherInputsAreRefusedWithBothInputs) {
  SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3}, Shape{2, 3}});
  sample.model.nets[0].stages[1].inputs[0].data_type = DataType::kInt8;
  EXPECT_STATUS(SerializeModel(sample.model), absl::StatusCode::kInvalidArgument,
                "input 0 is in (float32, scale 1, zero point 0) and in (int8, scale 1, zero point 0)");
}

TEST(ReaderTest, ACommandBlobThatIsNotItsCountOfCommandsIsNotWritten) {
  SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3}});
  const std::vector<uint8_t> bdc(100);
  sample.model.nets[0].stages[0].groups = {{1, 0, bdc, {}}};
  EXPECT_STATUS(SerializeModel(sample.model), absl::StatusCode::kInvalidArgument,
                "1 BDC commands of 128 bytes, its blob has 100 bytes");
}

TEST(ReaderTest, BytesBehindTheBlobsAreTolerated) {
  const SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3}});
  std::vector<uint8_t> bytes = Written(sample.model);
  bytes.resize(bytes.size() + 17, 0xAB);
  EXPECT_OK(ModelFile::Parse(bytes));
}

TEST(ReaderTest, ABrokenHeaderIsRefusedWithOffsetAndValues) {
  const SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3}});
  const std::vector<uint8_t> good = Written(sample.model);
  std::vector<uint8_t> bytes = good;
  PutWord(&bytes, 0, 0xFF55AAFF);
  EXPECT_STATUS(ModelFile::Parse(bytes, "x.bmodel"), absl::StatusCode::kDataLoss,
                "x.bmodel: offset 0: the magic number is 0xFF55AAFF, a bmodel has 0xFF55AAEE (this is the older");
  bytes = good;
  PutWord(&bytes, 4, 8);
  EXPECT_STATUS(ModelFile::Parse(bytes), absl::StatusCode::kDataLoss, "the header states 8 bytes, it has 64");
  bytes = good;
  PutWord(&bytes, 12, 257);
  EXPECT_STATUS(ModelFile::Parse(bytes), absl::StatusCode::kDataLoss, "and 257 bytes end at");
  bytes = good;
  PutWord(&bytes, 64, 0x7FFFFFFF);
  EXPECT_STATUS(ModelFile::Parse(bytes), absl::StatusCode::kDataLoss, "offset 64");
}

TEST(ReaderTest, ABlobOutsideTheBinarySectionIsRefusedWithBothEnds) {
  const SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3}});
  std::vector<uint8_t> bytes = Written(sample.model);
  // One byte less of binary section than the coefficients need.
  PutWord(&bytes, 12, 255);
  EXPECT_STATUS(ModelFile::Parse(bytes), absl::StatusCode::kDataLoss,
                "net 0: \"net\": stage 0: binary_coeff in the binary section: the range at 0 of 256 bytes ends beyond "
                "the limit 255");
}

TEST(ReaderTest, AMissingFileIsNamed) {
  EXPECT_STATUS(ModelFile::Open("/nowhere/x.bmodel"), absl::StatusCode::kNotFound, "/nowhere/x.bmodel");
}

TEST(ReaderTest, AWriteProtectedFileOpens) {
  const SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3}});
  const std::string path = ::testing::TempDir() + "/protected.bmodel";
  ASSERT_OK(WriteModelFile(sample.model, path));
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  ASSERT_OK_AND_ASSIGN(const ModelFile file, ModelFile::Open(path));
  EXPECT_EQ(file.name(), path);
  EXPECT_EQ(file.model().nets[0].stages[0].coefficients->bytes, Bytes(sample.coefficients));
}

// A file as compilers wrote it before NetParameter: one static and one dynamic net.
std::vector<uint8_t> LegacyFile(const std::vector<uint8_t>& blob) {
  flatbuffers::FlatBufferBuilder builder;
  const auto tensor = [&](const char* name) {
    const std::vector<flatbuffers::Offset<::bmodel::Shape>> shapes = {
        ::bmodel::CreateShape(builder, builder.CreateVector(std::vector<uint64_t>{1, 3, 2, 2}))};
    return builder.CreateVector(std::vector<flatbuffers::Offset<::bmodel::Tensor>>{::bmodel::CreateTensor(
        builder, builder.CreateString(name), 0, 0, kCompileBase, 48, builder.CreateVector(shapes))});
  };
  const ::bmodel::Binary profile(4, 8);
  const auto static_in = tensor("in"), static_out = tensor("out");
  const auto net_static =
      ::bmodel::CreateNetStatic(builder, static_in, static_out, 0, 0x200000000, 4096, 0, 0, &profile);
  const ::bmodel::Binary ir(8, 16);
  const auto dynamic_in = tensor("in"), dynamic_out = tensor("out");
  const auto net_dynamic = ::bmodel::CreateNetDynamic(builder, dynamic_in, dynamic_out, 1, 0, 0, &ir);
  const auto first = ::bmodel::CreateNet(builder, builder.CreateString("first"), builder.CreateVector(&net_static, 1));
  const auto second =
      ::bmodel::CreateNet(builder, builder.CreateString("second"), 0, builder.CreateVector(&net_dynamic, 1));
  const std::vector<flatbuffers::Offset<::bmodel::Net>> nets = {first, second};
  const auto type = builder.CreateString("B"), version = builder.CreateString("1.0"), time = builder.CreateString(""),
             chip = builder.CreateString("BM1684");
  builder.Finish(::bmodel::CreateModel(builder, type, version, time, chip, builder.CreateVector(nets)));
  FileHeader header;
  header.flatbuffers_size = builder.GetSize();
  header.binary_size = static_cast<uint32_t>(blob.size());
  std::vector<uint8_t> file(sizeof(header));
  std::memcpy(file.data(), &header, sizeof(header));
  file.insert(file.end(), builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  file.insert(file.end(), blob.begin(), blob.end());
  return file;
}

TEST(ReaderTest, FilesFromBeforeNetParameterAreBroughtUpToIt) {
  const std::vector<uint8_t> blob(32, 7);
  const std::vector<uint8_t> bytes = LegacyFile(blob);
  ASSERT_OK_AND_ASSIGN(const ModelFile file, ModelFile::Parse(bytes));
  const Stage& first = file.model().nets[0].stages[0];
  EXPECT_FALSE(first.is_dynamic);
  EXPECT_EQ(first.ctx_address, 0x200000000u);
  EXPECT_EQ(first.net_profile.data(), file.binary().data() + 4);
  const Stage& second = file.model().nets[1].stages[0];
  EXPECT_TRUE(second.is_dynamic);
  EXPECT_TRUE(second.n_dynamic);
  EXPECT_EQ(second.ir, file.binary().subspan(8, 16));
}

TEST(ReaderTest, TablesThatShareTheirPartsDoNotUnpackWithoutLimit) {
  // 20,000 stages that are one and the same table with 1,000 locations.
  flatbuffers::FlatBufferBuilder builder;
  const auto location = ::bmodel::CreateLocation(builder, builder.CreateString(std::string(1000, 'x')));
  const std::vector<flatbuffers::Offset<::bmodel::Location>> locations(1000, location);
  const auto coefficients = ::bmodel::CreateCoeffMem(builder, 0, 0, nullptr, builder.CreateVector(locations));
  const auto tensors = builder.CreateVector(std::vector<flatbuffers::Offset<::bmodel::Tensor>>());
  const auto stage = ::bmodel::CreateNetParameter(builder, tensors, tensors, 0, 0, coefficients);
  const std::vector<flatbuffers::Offset<::bmodel::NetParameter>> stages(20000, stage);
  const auto net = ::bmodel::CreateNet(builder, builder.CreateString("n"), 0, 0, builder.CreateVector(stages));
  const auto text = builder.CreateString("B");
  builder.Finish(::bmodel::CreateModel(builder, text, text, text, text, builder.CreateVector(&net, 1)));
  FileHeader header;
  header.flatbuffers_size = builder.GetSize();
  std::vector<uint8_t> file(sizeof(header));
  std::memcpy(file.data(), &header, sizeof(header));
  file.insert(file.end(), builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  EXPECT_STATUS(ModelFile::Parse(file), absl::StatusCode::kDataLoss, "FlatBuffers verifier");
}

}  // namespace
}  // namespace bm::bmodel
