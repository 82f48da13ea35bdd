// Small files that ask for much: each is read or refused within the limits of time and memory, never aborted.
#include <cstring>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/testing/read_limits.h"
#include "base/testing/status_matchers.h"
#include "bmodel/memory_info.h"
#include "bmodel/model_generated.h"
#include "bmodel/reader.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/verify.h"
#include "bmodel/writer.h"
#include "gtest/gtest.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::bmodel {
namespace {

using bm::testing::FloatTensor;
using bm::testing::SampleModel;
using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

constexpr int kMany = 200000;

absl::Status Read(const std::vector<uint8_t>& bytes) {
  ASSIGN_OR_RETURN(ModelFile file, ModelFile::Parse(bytes, "hostile.bmodel"));
  MemoryOf(file.model());
  return VerifyMeaning(std::move(file), "BM1684").status();
}

void ExpectWithinLimits(const std::vector<uint8_t>& bytes) {
  bm::testing::ExpectWithinReadLimits(bytes.size(), [&] { return Read(bytes).ToString(); });
}

void ExpectWithinLimits(const Model& model) {
  ASSERT_OK_AND_ASSIGN(const std::vector<uint8_t> bytes, SerializeModel(model));
  ExpectWithinLimits(bytes);
}

// A file of one net whose tables `build` adds.
template <typename Build>
std::vector<uint8_t> FileOf(Build build, const std::vector<uint8_t>& binary = {}) {
  FlatBufferBuilder tables;
  const Offset<::bmodel::Net> net = build(&tables);
  const auto nets = tables.CreateVector(std::vector<Offset<::bmodel::Net>>{net});
  const auto text = tables.CreateString("BM1684");
  tables.Finish(::bmodel::CreateModel(tables, text, text, text, text, nets));
  const uint32_t header[16] = {0xFF55AAEE, 64, tables.GetSize(), static_cast<uint32_t>(binary.size())};
  std::vector<uint8_t> bytes(sizeof(header) + tables.GetSize());
  std::memcpy(bytes.data(), header, sizeof(header));
  std::memcpy(bytes.data() + sizeof(header), tables.GetBufferPointer(), tables.GetSize());
  bytes.insert(bytes.end(), binary.begin(), binary.end());
  return bytes;
}

// As many references to one table.
template <typename Table>
std::vector<Offset<Table>> Same(Offset<Table> table, int count) {
  return std::vector<Offset<Table>>(static_cast<size_t>(count), table);
}

Offset<::bmodel::Tensor> TensorOf(FlatBufferBuilder* tables, const std::string& name, int shapes) {
  const auto shape = ::bmodel::CreateShape(*tables, tables->CreateVector(std::vector<uint64_t>(8, 1)));
  const auto shape_vector = tables->CreateVector(Same(shape, shapes));
  const auto text = tables->CreateString(name);
  return ::bmodel::CreateTensor(*tables, text, 0, 0, 0, 0, shape_vector);
}

TEST(BmodelLimitsTest, OneTableThatIsNamedManyTimes) {
  for (const int depth : {0, 1, 2}) {
    ExpectWithinLimits(FileOf([depth](FlatBufferBuilder* tables) {
      const int each = depth == 0 ? kMany : depth == 1 ? 20000 : 1000;
      const auto tensor = TensorOf(tables, "x", depth == 0 ? 1 : each);
      const auto sides = tables->CreateVector(Same(tensor, each));
      const auto stage = ::bmodel::CreateNetParameter(*tables, sides, sides);
      const auto stages = tables->CreateVector(Same(stage, depth == 2 ? each : 1));
      const auto name = tables->CreateString("net");
      return ::bmodel::CreateNet(*tables, name, 0, 0, stages);
    }));
  }
}

TEST(BmodelLimitsTest, OneLongNameOfManyTensors) {
  ExpectWithinLimits(FileOf([](FlatBufferBuilder* tables) {
    const auto tensor = TensorOf(tables, std::string(1 << 20, 'x'), 1);
    const auto sides = tables->CreateVector(Same(tensor, 1000));
    const auto stage = ::bmodel::CreateNetParameter(*tables, sides, sides);
    const auto stages = tables->CreateVector(Same(stage, 1));
    const auto name = tables->CreateString(std::string(1 << 20, 'n'));
    return ::bmodel::CreateNet(*tables, name, 0, 0, stages);
  }));
}

TEST(BmodelLimitsTest, OneTensorOfManyBesideALongName) {
  ExpectWithinLimits(FileOf([](FlatBufferBuilder* tables) {
    const auto sides = tables->CreateVector(Same(TensorOf(tables, "x", 1), 30000));
    const auto stage = ::bmodel::CreateNetParameter(*tables, sides, sides);
    const auto stages = tables->CreateVector(Same(stage, 1));
    const auto name = tables->CreateString(std::string(1 << 20, 'n'));
    return ::bmodel::CreateNet(*tables, name, 0, 0, stages);
  }));
}

TEST(BmodelLimitsTest, ManyStages) {
  const SampleModel sample = bm::testing::ModelWithoutCommands("net", {Shape{1}});
  Model model = sample.model;
  const Stage stage = model.nets[0].stages[0];
  for (int i = 2; i < 16000; ++i) {
    model.nets[0].stages.push_back(stage);
    model.nets[0].stages.back().coefficients.reset();
    model.nets[0].stages.back().inputs[0].shapes = {Shape{i}};
  }
  ExpectWithinLimits(model);
}

TEST(BmodelLimitsTest, ManySubNetsThatNameEachOther) {
  const SampleModel sample = bm::testing::ModelWithoutCommands("net", {Shape{1}});
  Model model = sample.model;
  SubNet subnet;
  for (int i = 0; i < 1000; ++i) subnet.next_ids.push_back(i);
  for (int i = 0; i < 1000; ++i) {
    subnet.id = i;
    model.nets[0].stages[0].subnets.push_back(subnet);
  }
  ExpectWithinLimits(model);
}

// Words of commands with ids from 1 on.
std::vector<uint8_t> Commands(int count) {
  std::vector<uint8_t> bytes;
  for (int i = 0; i < count; ++i) {
    isa::BdcCommand command;
    command.id = static_cast<uint16_t>(i + 1);
    isa::TensorArithmetic sum;
    sum.eu = isa::Eu::kAdd;
    sum.shape = {1, 64, 1, 16};
    command.op = sum;
    const isa::BdcWords words = isa::EncodeBdc(command);
    const auto* raw = reinterpret_cast<const uint8_t*>(words.data());
    bytes.insert(bytes.end(), raw, raw + sizeof(words));
  }
  return bytes;
}

TEST(BmodelLimitsTest, OneGroupOfAsManyCommandsAsIdsGoAround) {
  const std::vector<uint8_t> commands = Commands(65000);
  SampleModel sample = bm::testing::ModelWithoutCommands("net", {Shape{1, 1, 1, 1}});
  sample.model.nets[0].stages[0].groups = {{65000, 0, commands, {}}};
  ExpectWithinLimits(sample.model);
}

TEST(BmodelLimitsTest, ManyGroupsOfTheSameCommands) {
  const std::vector<uint8_t> commands = Commands(100);
  SampleModel sample = bm::testing::ModelWithoutCommands("net", {Shape{1, 1, 1, 1}});
  sample.model.nets[0].stages[0].groups.assign(2000, {100, 0, commands, {}});
  ExpectWithinLimits(sample.model);
}

TEST(BmodelLimitsTest, ManyOverlappingRangesOfCoefficients) {
  std::vector<uint8_t> binary(256 << 10);
  for (size_t i = 0; i < binary.size(); ++i) binary[i] = static_cast<uint8_t>(i * i >> 8);
  const auto build = [&binary](FlatBufferBuilder* tables) {
    std::vector<Offset<::bmodel::NetParameter>> stages;
    for (uint64_t start = 0; start < 64; ++start) {
      const ::bmodel::Binary range(start, binary.size() - start);
      const Sha256Digest digest = Sha256(absl::MakeConstSpan(binary).subspan(start));
      const auto code = tables->CreateVector(std::vector<uint8_t>(digest.begin(), digest.end()));
      const auto coefficients = ::bmodel::CreateCoeffMem(*tables, kCompileBase, code, &range);
      const auto shape = ::bmodel::CreateShape(*tables, tables->CreateVector(std::vector<uint64_t>{start + 1}));
      const auto shapes = tables->CreateVector(Same(shape, 1));
      const auto name = tables->CreateString("x");
      const auto tensor = ::bmodel::CreateTensor(*tables, name, 0, 0, 0x106000000, 4096, shapes);
      const auto sides = tables->CreateVector(Same(tensor, 1));
      const auto subnets = tables->CreateVector(Same(::bmodel::CreateSubNet(*tables), 1));
      stages.push_back(::bmodel::CreateNetParameter(*tables, sides, sides, 0x106000000, 4096, coefficients, 0, 0, 0, 0,
                                                    nullptr, 0, nullptr, subnets));
    }
    const auto vector = tables->CreateVector(stages);
    const auto name = tables->CreateString("net");
    return ::bmodel::CreateNet(*tables, name, 0, 0, vector);
  };
  const std::vector<uint8_t> bytes = FileOf(build, binary);
  EXPECT_STATUS(Read(bytes), absl::StatusCode::kResourceExhausted, "they overlap");
  ExpectWithinLimits(bytes);
}

}  // namespace
}  // namespace bm::bmodel
