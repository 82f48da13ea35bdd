// bmodel.hpp, as a customer's program uses it.
#include "bmodel.hpp"

#include <sys/stat.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmodel/reader.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/writer.h"
#include "gtest/gtest.h"

namespace {

using ::bm::testing::ModelWithCommands;

static_assert(sizeof(bmodel::MODEL_HEADER_T) == 64 && sizeof(bmodel::bmodel_mem_info_t) == 80, "layout");
// ModelGen holds a FlatBufferBuilder, whose size is that of the installed FlatBuffers.
static_assert(sizeof(bmodel::ModelCtx) == 640, "layout");

// One stage with one input and output of `batch` rows and these coefficients.
flatbuffers::Offset<bmodel::NetParameter> MakeStage(bmodel::ModelGen* gen, uint64_t batch,
                                                    std::vector<uint8_t> coefficients) {
  flatbuffers::FlatBufferBuilder& builder = gen->Builder();
  const bmodel::Binary blob = gen->WriteBinary(coefficients.size(), coefficients.data());
  std::vector<uint8_t> code(bmodel::SHA256_LEN);
  bmodel::CalcSha256(coefficients.data(), coefficients.size(), code.data());
  const auto code_vector = builder.CreateVector(code);
  const auto coeff_mem = bmodel::CreateCoeffMem(builder, 0x105100000, code_vector, &blob);
  const auto shape = bmodel::CreateShape(builder, builder.CreateVector(std::vector<uint64_t>{batch, 4}));
  const auto tensors = [&](const char* name) {
    const auto text = builder.CreateString(name);
    const auto shapes = builder.CreateVector(&shape, 1);
    const auto tensor = bmodel::CreateTensor(builder, text, 0, 0, 0x105101000, batch * 16, shapes);
    return builder.CreateVector(&tensor, 1);
  };
  const auto inputs = tensors("in");
  const auto outputs = tensors("out");
  return bmodel::CreateNetParameter(builder, inputs, outputs, 0x105101000, 4096, coeff_mem);
}

TEST(ModelGenTest, WritesAFileThatBothReadersUnderstand) {
  const std::string path = ::testing::TempDir() + "/gen.bmodel";
  bmodel::ModelGen gen;
  gen.AddChip("BM1684");
  gen.AddNumDevice(1);
  uint32_t net = 9, stage = 9;
  gen.AddNet("net", MakeStage(&gen, 1, {1, 2, 3}), &net, &stage);
  EXPECT_EQ(stage, 0u);
  gen.AddNet("net", MakeStage(&gen, 4, {1, 2, 3}), &net, &stage);
  EXPECT_EQ(net, 0u);
  EXPECT_EQ(stage, 1u);
  const size_t size = gen.Finish();
  gen.Save(path);
  std::vector<uint8_t> buffer(size);
  gen.Save(buffer.data());
  EXPECT_EQ(bm::ReadFile(path).value(), std::string(buffer.begin(), buffer.end()));

  ASSERT_OK_AND_ASSIGN(const bm::bmodel::ModelFile file, bm::bmodel::ModelFile::Open(path));
  EXPECT_EQ(file.binary().size(), 3u) << "equal blobs once";
  EXPECT_EQ(file.model().nets[0].stages.size(), 2u);
  EXPECT_EQ(file.model().kernel_module->file_name, "") << "modules are always written";

  bmodel::ModelCtx model(path);
  ASSERT_TRUE(static_cast<bool>(model));
  EXPECT_EQ(model.header().binary_size, 3u);
  EXPECT_EQ(model.model()->chip()->str(), "BM1684");
  std::vector<uint8_t> blob(3);
  model.read_binary(model.model()->net()->Get(0)->parameter()->Get(1)->coeff_mem()->binary_coeff(), blob.data());
  EXPECT_EQ(blob, (std::vector<uint8_t>{1, 2, 3}));
}

TEST(ModelGenTest, StagesThatDoNotFitThrow) {
  bmodel::ModelGen gen;
  gen.AddNet("net", MakeStage(&gen, 1, {1}));
  EXPECT_THROW(gen.AddNet("net", MakeStage(&gen, 1, {1})), std::runtime_error) << "equal shapes";
  EXPECT_THROW(gen.AddNet("net", MakeStage(&gen, 2, {1}), nullptr, nullptr, nullptr, 1), std::runtime_error);
  bmodel::ModelGen::CASCADE_INFO_T cascade = {0, 0, "main"};
  EXPECT_THROW(gen.AddNet("net", cascade, MakeStage(&gen, 2, {1})), std::runtime_error);
  EXPECT_NO_THROW(gen.AddNet("net", MakeStage(&gen, 2, {1})));
}

class ModelCtxTest : public ::testing::Test {
 protected:
  void SetUp() override {
    path_ = ::testing::TempDir() + "/ctx.bmodel";
    ASSERT_OK(WriteModelFile(ModelWithCommands("net", {bm::Shape{1, 3, 4, 4}}).model, path_));
  }
  std::string path_;
};

TEST_F(ModelCtxTest, BlobsAreReadAndOverwrittenInPlace) {
  bmodel::ModelCtx model(path_);
  bmodel::Binary weights;
  std::string name;
  ASSERT_TRUE(model.get_weight("net", 0, 0, weights, name));
  EXPECT_EQ(name, "weights");
  EXPECT_FALSE(model.get_weight("net", 0, 4, weights, name)) << "offsets are exact";
  EXPECT_FALSE(model.get_weight("net", 1, 0, weights, name));
  float values[2] = {7, 8};
  model.write_binary(&weights, 4, reinterpret_cast<uint8_t*>(values), sizeof(values));
  float read[3];
  bmodel::ModelCtx again(path_);
  again.read_binary(&weights, 0, reinterpret_cast<uint8_t*>(read), sizeof(read));
  EXPECT_EQ(read[0], -3.0f);
  EXPECT_EQ(read[1], 7.0f);
  EXPECT_EQ(read[2], 8.0f);
}

TEST_F(ModelCtxTest, RangesOutsideTheFileCopyNothing) {
  bmodel::ModelCtx model(path_);
  uint8_t byte = 0x55;
  const bmodel::Binary beyond(uint64_t{1} << 40, 1);
  model.read_binary(&beyond, &byte);
  const bmodel::Binary blob(0, 8);
  model.read_binary(&blob, 8, &byte, 1);
  model.read_binary(nullptr, &byte);
  EXPECT_EQ(byte, 0x55);
}

TEST_F(ModelCtxTest, BytesInMemoryAndReadOnlyFilesAreRead) {
  const std::string bytes = bm::ReadFile(path_).value();
  bmodel::ModelCtx model(bytes.data(), bytes.size());
  ASSERT_TRUE(static_cast<bool>(model));
  EXPECT_EQ(model.get_bmodel_mem_info().gdma_cmd_mem_size, 3u * 128);
  EXPECT_EQ(model.get_bmodel_mem_info().coeff_mem_size, 192u);
  ASSERT_EQ(chmod(path_.c_str(), 0400), 0);
  bmodel::ModelCtx read_only(path_);
  EXPECT_EQ(read_only.get_bmodel_mem_info().neuron_mem_size, 64u * 1024);
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  bmodel::ModelCtx damaged(bytes.data(), 100);
  EXPECT_FALSE(static_cast<bool>(damaged));
  EXPECT_THROW(bmodel::ModelCtx("/nowhere.bmodel"), std::runtime_error);
}

TEST_F(ModelCtxTest, LegacyNetsComeAsParameters) {
  flatbuffers::FlatBufferBuilder builder;
  const auto shape = bmodel::CreateShape(builder, builder.CreateVector(std::vector<uint64_t>{1, 4}));
  const auto name = builder.CreateString("in");
  const auto tensor = bmodel::CreateTensor(builder, name, 0, 0, 0, 16, builder.CreateVector(&shape, 1));
  const auto tensors = builder.CreateVector(&tensor, 1);
  const bmodel::Binary profile(2, 3);
  const auto stage = bmodel::CreateNetStatic(builder, tensors, tensors, 0, 0, 0, 0, 0, &profile);
  const auto net = bmodel::CreateNet(builder, name, builder.CreateVector(&stage, 1));
  builder.Finish(bmodel::CreateModel(builder, name, name, name, name, builder.CreateVector(&net, 1)));
  bmodel::MODEL_HEADER_T header = {};
  header.magic = 0xFF55AAEE;
  header.header_size = 64;
  header.flatbuffers_size = builder.GetSize();
  header.binary_size = 8;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof(header));
  bytes.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
  bytes.append("01234567");
  bmodel::ModelCtx model(bytes.data(), bytes.size());
  ASSERT_TRUE(static_cast<bool>(model));
  const bmodel::NetParameter* parameter = model.model()->net()->Get(0)->parameter()->Get(0);
  EXPECT_EQ(parameter->net_profile()->start(), 2u);
  char text[4] = {};
  model.read_binary(parameter->net_profile(), reinterpret_cast<uint8_t*>(text));
  EXPECT_STREQ(text, "234");
}

}  // namespace
