#include "tools/tpu_model/commands.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/testing/status_matchers.h"
#include "bmodel/reader.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/verify.h"
#include "bmodel/writer.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tools/tpu_model/info_text.h"

namespace bm::tools {
namespace {

using ::bm::testing::ModelWithCommands;
using ::bm::testing::ModelWithEverything;
using ::bm::testing::ModelWithoutCommands;
using ::bm::testing::SampleModel;
using bmodel::ModelFile;

// Runs in a directory of its own, because --extract writes into the current one.
class TpuModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string directory =
        ::testing::TempDir() + "/" + ::testing::UnitTest::GetInstance()->current_test_info()->name();
    ASSERT_OK(MakeDirectory(directory));
    ASSERT_EQ(chdir(directory.c_str()), 0);
  }
};

std::string OutputOf(const std::vector<std::string>& arguments) {
  ::testing::internal::CaptureStdout();
  const absl::Status status = RunTpuModel(arguments);
  const std::string output = ::testing::internal::GetCapturedStdout();
  EXPECT_OK(status);
  return output;
}

TEST_F(TpuModelTest, InfoPrintsEveryLineOfTheFormat) {
  SampleModel sample = ModelWithCommands("net", {Shape{1, 3, 4, 4}, Shape{2, 3, 4, 4}});
  ASSERT_OK(WriteModelFile(sample.model, "a.bmodel"));
  EXPECT_EQ(OutputOf({"--info", "a.bmodel"}),
            "bmodel version: B.2.2\n"
            "chip: BM1684\n"
            "create time: Tue Nov 24 12:00:00 2026\n"
            "\n"
            "kernel_module: not found!\n"
            "cpuop_module: not found!\n"
            "==========================================\n"
            "net 0: [net]  static\n"
            "------------\n"
            "stage 0, core num: 1\n"
            "input: in, [1, 3, 4, 4], float32, scale: 1, zero point: 0\n"
            "output: out, [1, 3, 4, 4], float32, scale: 1, zero point: 0\n"
            "------------\n"
            "stage 1, core num: 1\n"
            "input: in, [2, 3, 4, 4], float32, scale: 1, zero point: 0\n"
            "output: out, [2, 3, 4, 4], float32, scale: 1, zero point: 0\n"
            "\n"
            "\n"
            "device mem size: 67136 (weight: 192, instruct: 1024, runtime: 65920)\n"
            "host mem size: 0 (weight: 0, runtime: 0)\n");
}

TEST_F(TpuModelTest, InfoShowsModulesLimitsAndCascades) {
  SampleModel sample = ModelWithEverything();
  bmodel::Stage& stage = sample.model.nets[0].stages[0];
  stage.is_dynamic = stage.n_dynamic = stage.hw_dynamic = true;
  sample.model.nets[0].address_mode = 1;
  sample.model.nets[1].stages[0].inputs[0].hidden = 1;
  sample.model.nets[1].stages[0].outputs[0].hidden = 4;
  const std::string text = InfoText(sample.model);
  for (const char* part :
       {"chip: BM1684,  device num: 2\n", "kernel_module name: firmware.so\nkernel_module size: 32\n",
        "net 0: [net]  dynamic\naddr mode: 1\n", "subnet number: 4\n", "input: in, [max:1, 3, max:4, max:4], float32",
        "net: [main]  cascade\n------------\ninput: in, [1, 3, 4, 4]"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
  }
  // MD5 of the bytes 0..31, by md5sum.
  EXPECT_NE(text.find("kernel_module md5: b4ffcb23737cec315a4a4d1aa2a620ce\n"), std::string::npos) << text;
}

TEST_F(TpuModelTest, PrintShowsTablesWithDefaults) {
  ASSERT_OK(WriteModelFile(ModelWithoutCommands("net", {Shape{1, 3}}).model, "a.bmodel"));
  const std::string text = OutputOf({"--print", "a.bmodel"});
  EXPECT_EQ(text.substr(0, 40), "{\n  type: \"B\",\n  version: \"2.2\",\n  time:");
  EXPECT_NE(text.find("gmem_stmode: 0"), std::string::npos);
}

TEST_F(TpuModelTest, WeightListsTheOperations) {
  ASSERT_OK(WriteModelFile(ModelWithoutCommands("net", {Shape{1, 3}}).model, "a.bmodel"));
  EXPECT_EQ(OutputOf({"--weight", "a.bmodel"}),
            "net 0 : \"net\", stage:0\n-------------------------------\nconv1 : [0x40, 0xc0)\n"
            "==========================================\n");
}

TEST_F(TpuModelTest, WhatIsExtractedCombinesToTheSameFile) {
  SampleModel first = ModelWithCommands("a", {Shape{1, 3, 4, 4}, Shape{2, 3, 4, 4}});
  SampleModel second = ModelWithCommands("b", {Shape{1, 5, 2, 2}});
  first.model.nets.push_back(second.model.nets[0]);
  ASSERT_OK(WriteModelFile(first.model, "whole.bmodel"));
  EXPECT_EQ(OutputOf({"--extract", "whole.bmodel"}),
            "Generate file [bm_net0_stage0.bmodel] ......\nGenerate file [bm_net0_stage1.bmodel] ......\n"
            "Generate file [bm_net1_stage0.bmodel] ......\nSuccess: all files have been generated!\n");
  EXPECT_EQ(OutputOf({"--combine", "-o", "again.bmodel", "bm_net0_stage0.bmodel", "bm_net0_stage1.bmodel",
                      "bm_net1_stage0.bmodel"}),
            "Success: combined to [again.bmodel].\n");
  ASSERT_OK_AND_ASSIGN(const std::string whole, ReadFile("whole.bmodel"));
  ASSERT_OK_AND_ASSIGN(const std::string again, ReadFile("again.bmodel"));
  EXPECT_EQ(whole, again);
}

TEST_F(TpuModelTest, StagesOfTheSameShapeDoNotCombine) {
  ASSERT_OK(WriteModelFile(ModelWithoutCommands("net", {Shape{1, 3}}).model, "a.bmodel"));
  EXPECT_STATUS(RunTpuModel({"--combine", "a.bmodel", "a.bmodel"}), absl::StatusCode::kInvalidArgument,
                "stages 0 and 1 have the same input shapes [1, 3]");
}

TEST_F(TpuModelTest, CombiningDirectoriesReordersTheReferenceData) {
  // d1 holds net a (2 values) and net b (3); d2 holds a second stage of a (4).
  SampleModel first = ModelWithoutCommands("a", {Shape{1, 2}});
  first.model.nets.push_back(ModelWithoutCommands("b", {Shape{1, 3}}).model.nets[0]);
  first.model.nets[1].stages[0].coefficients.reset();
  SampleModel second = ModelWithoutCommands("a", {Shape{2, 2}});
  for (const char* directory : {"d1", "d2"}) ASSERT_OK(MakeDirectory(directory));
  ASSERT_OK(WriteModelFile(first.model, "d1/compilation.bmodel"));
  ASSERT_OK(WriteModelFile(second.model, "d2/compilation.bmodel"));
  for (const char* name : {"input_ref_data.dat", "output_ref_data.dat"}) {
    ASSERT_OK(WriteFile(std::string("d1/") + name, std::string(8, 'a') + std::string(12, 'b')));
    ASSERT_OK(WriteFile(std::string("d2/") + name, std::string(16, 'c')));
  }
  OutputOf({"--combine_dir", "d1", "d2", "-o", "out"});
  ASSERT_OK_AND_ASSIGN(const std::string inputs, ReadFile("out/input_ref_data.dat"));
  EXPECT_EQ(inputs, std::string(8, 'a') + std::string(16, 'c') + std::string(12, 'b'));
  ASSERT_OK_AND_ASSIGN(const ModelFile combined, ModelFile::Open("out/compilation.bmodel"));
  EXPECT_EQ(combined.model().nets[0].stages.size(), 2u);
  ASSERT_OK(WriteFile("d2/output_ref_data.dat", std::string(15, 'c')));
  EXPECT_STATUS(RunTpuModel({"--combine_dir", "d1", "d2", "-o", "failed"}), absl::StatusCode::kDataLoss,
                "d2/output_ref_data.dat");
  EXPECT_STATUS(ModelFile::Open("failed/compilation.bmodel").status(), absl::StatusCode::kNotFound, "failed");
}

TEST_F(TpuModelTest, DumpSavesBytesOfTheBinarySection) {
  const SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3}});
  ASSERT_OK(WriteModelFile(sample.model, "a.bmodel"));
  EXPECT_EQ(OutputOf({"--dump", "a.bmodel", "0x10", "4", "piece.bin"}), "save file[piece.bin] success\n");
  ASSERT_OK_AND_ASSIGN(const std::string piece, ReadFile("piece.bin"));
  EXPECT_EQ(piece, std::string("\x10\x11\x12\x13"));
  EXPECT_STATUS(RunTpuModel({"--dump", "a.bmodel", "250", "10", "piece.bin"}), absl::StatusCode::kOutOfRange,
                "the range at 250 of 10 bytes ends beyond the limit 256");
}

TEST_F(TpuModelTest, UpdatedWeightsStayAVerifiedModel) {
  SampleModel target = ModelWithCommands("net", {Shape{1, 3, 4, 4}, Shape{2, 3, 4, 4}});
  SampleModel source = ModelWithCommands("other", {Shape{1, 3, 4, 4}});
  std::fill(source.coefficients.begin(), source.coefficients.end(), uint8_t{0x3F});
  ASSERT_OK(WriteModelFile(target.model, "target.bmodel"));
  ASSERT_OK(WriteModelFile(source.model, "source.bmodel"));
  OutputOf({"--update_weight", "target.bmodel", "net", "0", "source.bmodel", "other", "0x0"});
  ASSERT_OK_AND_ASSIGN(ModelFile file, ModelFile::Open("target.bmodel"));
  EXPECT_EQ(file.model().nets[0].stages[1].coefficients->bytes, bmodel::Bytes(source.coefficients));
  EXPECT_OK(VerifyMeaning(std::move(file), "BM1684"));
  EXPECT_STATUS(RunTpuModel({"--update_weight", "target.bmodel", "net", "4", "source.bmodel", "other", "0"}),
                absl::StatusCode::kNotFound, "net [net] has no weights that start at offset 4");
}

TEST_F(TpuModelTest, ModulesAreEmbeddedAndSavedAgain) {
  ASSERT_OK(WriteModelFile(ModelWithoutCommands("net", {Shape{1, 3}}).model, "a.bmodel"));
  ASSERT_OK(MakeDirectory("lib"));
  ASSERT_OK(WriteFile("lib/firmware.so", std::string("firmware")));
  OutputOf({"--kernel_update", "a.bmodel", "lib/firmware.so"});
  EXPECT_EQ(OutputOf({"--kernel_dump", "a.bmodel"}), "save file[firmware.so] success\n");
  ASSERT_OK_AND_ASSIGN(const std::string saved, ReadFile("firmware.so"));
  EXPECT_EQ(saved, "firmware");
}

TEST_F(TpuModelTest, DisassembleShowsTheCommandsOfANet) {
  ASSERT_OK(WriteModelFile(ModelWithCommands("net", {Shape{1, 3, 4, 4}}).model, "a.bmodel"));
  const std::string text = OutputOf({"--disassemble", "a.bmodel", "net", "0"});
  EXPECT_NE(text.find("net \"net\", stage 0\ngroup 0: 1 bdc, 3 gdma\n"), std::string::npos) << text;
  EXPECT_NE(text.find("add.f32"), std::string::npos) << text;
  EXPECT_STATUS(RunTpuModel({"--disassemble", "a.bmodel", "nix"}), absl::StatusCode::kNotFound, "no net [nix]");
}

TEST_F(TpuModelTest, TraceSavesEveryCommandWithItsTime) {
  ASSERT_OK(WriteModelFile(ModelWithCommands("net", {Shape{1, 3, 4, 4}, Shape{2, 3, 4, 4}}).model, "a.bmodel"));
  const std::string text = OutputOf({"--trace", "a.bmodel", "net", "1", "-o", "one.json"});
  EXPECT_NE(text.find("net \"net\", stage 1: estimated chip time"), std::string::npos) << text;
  EXPECT_NE(text.find("add.f32                     1 commands"), std::string::npos) << text;
  EXPECT_NE(text.find("load.f32                    2 commands"), std::string::npos) << text;
  ASSERT_OK_AND_ASSIGN(const std::string json, ReadFile("one.json"));
  const nlohmann::json trace = nlohmann::json::parse(json);
  double end = 0;
  int commands = 0;
  for (const nlohmann::json& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    ++commands;
    EXPECT_GT(event["dur"], 0);
    end = std::max(end, event["ts"].get<double>() + event["dur"].get<double>());
  }
  EXPECT_EQ(commands, 4);
  EXPECT_GT(end, 50);  // the fixed parts of a launch and a group alone
  EXPECT_STATUS(RunTpuModel({"--trace", "a.bmodel", "nix"}), absl::StatusCode::kNotFound, "no net [nix]");
  EXPECT_STATUS(RunTpuModel({"--trace", "a.bmodel", "net", "2"}), absl::StatusCode::kNotFound, "stage 2");
}

TEST_F(TpuModelTest, UnknownCommandsAndWrongArgumentsAreRefused) {
  EXPECT_STATUS(RunTpuModel({}), absl::StatusCode::kInvalidArgument, "no command");
  EXPECT_STATUS(RunTpuModel({"--nix"}), absl::StatusCode::kInvalidArgument, "unknown command --nix");
  EXPECT_STATUS(RunTpuModel({"--info"}), absl::StatusCode::kInvalidArgument, "--info is given 0 arguments");
  EXPECT_STATUS(RunTpuModel({"--combine", "a", "-o"}), absl::StatusCode::kInvalidArgument, "-o needs a name");
  EXPECT_FALSE(IsTpuModelCommand("--nix"));
}

}  // namespace
}  // namespace bm::tools
