// The options, the comparison rule, and the program itself on a simulated card.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/testing/run_program.h"
#include "base/testing/status_matchers.h"
#include "bmodel/testing/sample_models.h"
#include "bmodel/writer.h"
#include "gtest/gtest.h"
#include "tools/bmrt_test/comparison.h"
#include "tools/bmrt_test/test_options.h"

namespace bm::tools {
namespace {

using ::bm::testing::ModelWithCommands;
using ::bm::testing::Outcome;
using ::bm::testing::SampleModel;
using ::bm::testing::SampleWeights;

TEST(TestOptionsTest, UnambiguousPrefixesAreEnough) {
  ASSERT_OK_AND_ASSIGN(const TestOptions options,
                       ParseTestOptions({"--dev", "2", "--context=out/x/", "--loop=3", "--calc", "4", "-c0"}));
  EXPECT_EQ(options.devices, std::vector<int>{2});
  EXPECT_EQ(options.contexts, std::vector<std::string>{"out/x/"});
  EXPECT_EQ(options.loops, 3);
  EXPECT_EQ(options.calculate_times, 4);
  EXPECT_FALSE(options.compare);
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "--accuracy", "1"}), absl::StatusCode::kInvalidArgument,
                "--accuracy may be any of --accuracy_f, --accuracy_i");
}

TEST(TestOptionsTest, EveryOptionArrives) {
  ASSERT_OK_AND_ASSIGN(const TestOptions options, ParseTestOptions({"-d",
                                                                    "a",
                                                                    "-a",
                                                                    "b",
                                                                    "--accuracy_f=0.5",
                                                                    "--accuracy_i",
                                                                    "3",
                                                                    "--only_cmp_last",
                                                                    "--prealloc",
                                                                    "1F",
                                                                    "--export_neuron",
                                                                    "--export_output",
                                                                    "--net_idx=1",
                                                                    "--stage_idx",
                                                                    "2",
                                                                    "--shapes",
                                                                    "[1,3,2,2],[4]",
                                                                    "--output_ref",
                                                                    "other.dat",
                                                                    "--debug_output",
                                                                    "--core_list",
                                                                    "0:0",
                                                                    "--thread_num",
                                                                    "5",
                                                                    "-p",
                                                                    "-m",
                                                                    "1",
                                                                    "--subnet_time"}));
  EXPECT_EQ(options.contexts, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options.accuracy_f, 0.5);
  EXPECT_EQ(options.accuracy_i, 3);
  EXPECT_EQ(options.prealloc_bytes, 0x1Fu);
  EXPECT_TRUE(options.only_compare_last && options.export_neuron && options.export_output && options.debug_output);
  EXPECT_EQ(options.net_index, 1);
  EXPECT_EQ(options.stage_index, 2);
  EXPECT_EQ(options.shapes, (std::vector<Shape>{Shape{1, 3, 2, 2}, Shape{4}}));
  EXPECT_EQ(options.output_reference, "other.dat");
  EXPECT_EQ(options.test_case, "bmrt_multi_thread");
  EXPECT_EQ(options.threads, 5);
}

TEST(TestOptionsTest, ContextsComeFromAListToo) {
  const std::string list = ::testing::TempDir() + "/list.txt";
  ASSERT_OK(WriteFile(list, std::string("# comment d0\nd1 d2\n\n  d3\n")));
  ASSERT_OK_AND_ASSIGN(const TestOptions options, ParseTestOptions({"-b", list}));
  EXPECT_EQ(options.contexts, (std::vector<std::string>{"d1", "d2", "d3"}));
}

TEST(TestOptionsTest, WrongArgumentsAreNamed) {
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "--loopnum=0"}), absl::StatusCode::kInvalidArgument,
                "--loopnum takes an integer from 1 on, not \"0\"");
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "--shapes=[1,2"}), absl::StatusCode::kInvalidArgument,
                "shapes \"[1,2\"");
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "--context_dir=y"}), absl::StatusCode::kInvalidArgument, "exclude");
  EXPECT_STATUS(ParseTestOptions({"--devid=0"}), absl::StatusCode::kInvalidArgument, "is needed");
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "--core_list=0,x"}), absl::StatusCode::kInvalidArgument, "0,x");
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "--prealloc=zz"}), absl::StatusCode::kInvalidArgument, "zz");
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "--prealloc=100000001"}), absl::StatusCode::kInvalidArgument,
                "up to ffffffff, not \"100000001\"");
  // Nothing differs by more than a NaN, so everything would pass.
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "--accuracy_f=nan"}), absl::StatusCode::kInvalidArgument,
                "--accuracy_f takes a finite number, not \"nan\"");
  EXPECT_STATUS(ParseTestOptions({"--bmodel"}), absl::StatusCode::kInvalidArgument, "--bmodel needs a value");
  EXPECT_STATUS(ParseTestOptions({"--bmodel=x", "extra"}), absl::StatusCode::kInvalidArgument, "argument extra");
}

template <typename T>
absl::Span<const uint8_t> BytesOf(const std::vector<T>& values) {
  return {reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(T)};
}

bool FloatsPass(float expected, float got, double accuracy) {
  return Compare(BM_FLOAT32, BytesOf<float>({expected}), BytesOf<float>({got}), {accuracy, 0}).is_equal;
}

TEST(ComparisonTest, FloatsDifferRelativeToTheSmallerBeyondOne) {
  EXPECT_TRUE(FloatsPass(100.0f, 100.9f, 0.01));
  EXPECT_FALSE(FloatsPass(100.0f, 101.1f, 0.01));
  EXPECT_TRUE(FloatsPass(0.5f, 0.509f, 0.01)) << "absolute below one";
  EXPECT_FALSE(FloatsPass(0.5f, 0.511f, 0.01));
  EXPECT_FALSE(FloatsPass(2.0f, 0.0f, 100)) << "the smaller magnitude is below 1e-20";
  EXPECT_FALSE(FloatsPass(1.0f, std::nanf(""), 100));
  EXPECT_TRUE(FloatsPass(std::nanf(""), std::nanf(""), 0.01));
  EXPECT_FALSE(FloatsPass(1.0f, std::numeric_limits<float>::infinity(), 0.01));
}

TEST(ComparisonTest, AnAccuracyOfTenThousandOnlyWarns) {
  const Verdict verdict = Compare(BM_FLOAT32, BytesOf<float>({1.0f}), BytesOf<float>({2.0f}), {10000, 0});
  EXPECT_TRUE(verdict.is_equal);
  EXPECT_EQ(verdict.report, "index 0: expected 1, got 2\n");
}

TEST(ComparisonTest, TheSearchStopsAfterThirtyDifferences) {
  const Verdict verdict =
      Compare(BM_FLOAT32, BytesOf(std::vector<float>(100, 1)), BytesOf(std::vector<float>(100, 3)), {0.01, 0});
  EXPECT_EQ(std::count(verdict.report.begin(), verdict.report.end(), '\n'), 31);
}

TEST(ComparisonTest, IntegersFollowTheirTolerance) {
  EXPECT_TRUE(Compare(BM_INT8, BytesOf<int8_t>({-128}), BytesOf<int8_t>({-126}), {0.01, 2}).is_equal);
  EXPECT_FALSE(Compare(BM_UINT8, BytesOf<uint8_t>({250}), BytesOf<uint8_t>({253}), {0.01, 2}).is_equal);
  const Verdict verdict = Compare(BM_INT32, BytesOf<int32_t>({1, 2}), BytesOf<int32_t>({2, 3}), {0.01, 2});
  EXPECT_EQ(verdict.report, "index 0: expected 1, got 2\n") << "stops at the first";
}

TEST(ComparisonTest, SixteenBitFloatsAreWidened) {
  // 1.0, -2.0, smallest denormal and infinity as float16; 1.5 as bfloat16.
  EXPECT_EQ(ValuesText(BM_FLOAT16, BytesOf<uint16_t>({0x3C00, 0xC000, 0x0001, 0x7C00})), "1\n-2\n5.96046e-08\ninf\n");
  EXPECT_EQ(ValuesText(BM_BFLOAT16, BytesOf<uint16_t>({0x3FC0})), "1.5\n");
}

TEST(ComparisonTest, PreviewsShowSixteenValues) {
  EXPECT_EQ(Preview(BM_FLOAT32, BytesOf<float>({1.0f, 2.5f})), "< 1 2.5 >");
  EXPECT_EQ(Preview(BM_INT32, BytesOf(std::vector<int32_t>(17, 7))), "< 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 ... > len=17");
  EXPECT_EQ(Preview(BM_INT8, BytesOf<int8_t>({1})), "");
}

Outcome RunBmrtTest(const std::string& arguments) {
  return ::bm::testing::RunProgram("tools/bmrt_test/bmrt_test " + arguments + " 2>/dev/null");
}

// Writes a context of two nets, three stages in all, and returns its directory.
std::string WriteContext(const std::string& name) {
  SampleModel sample = ModelWithCommands("add", {Shape{1, 3, 4, 4}, Shape{2, 5, 3, 7}});
  const SampleModel other = ModelWithCommands("other", {Shape{1, 2, 2, 2}});
  sample.model.nets.push_back(other.model.nets[0]);
  std::string inputs, outputs;
  for (const bmodel::Net& net : sample.model.nets) {
    for (const bmodel::Stage& stage : net.stages) {
      const Shape& shape = stage.inputs[0].shape();
      const std::vector<float> weights = SampleWeights(shape.CountOf(1, 4));
      for (int64_t i = 0; i < shape.count(); ++i) {
        const float in = 0.125f * static_cast<float>(i);
        const float out = in + weights[static_cast<size_t>(i) % weights.size()];
        inputs.append(reinterpret_cast<const char*>(&in), sizeof(in));
        outputs.append(reinterpret_cast<const char*>(&out), sizeof(out));
      }
    }
  }
  const std::string directory = ::testing::TempDir() + "/" + name;
  EXPECT_OK(MakeDirectory(directory));
  EXPECT_OK(WriteModelFile(sample.model, directory + "/compilation.bmodel"));
  EXPECT_OK(WriteFile(directory + "/input_ref_data.dat", inputs));
  EXPECT_OK(WriteFile(directory + "/output_ref_data.dat", outputs));
  return directory;
}

bool Contains(const Outcome& outcome, const std::string& part) {
  return outcome.output.find(part) != std::string::npos;
}

TEST(BmrtTestTest, AContextComparesAndPrintsWhatScriptsParse) {
  const Outcome outcome = RunBmrtTest("--context_dir=" + WriteContext("good") + " --calculate_times 3 --loopnum 2");
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  for (const char* part : {"INFO:Loop num: 2\n",
                           "INFO:device_index=0, chip_id=5764\n",
                           "INFO:Bmodel loaded, version 2.2\n",
                           "Input 0) 'in' shape=[ 2 5 3 7 ]",
                           "INFO:==> running network #1, name: other, loop: 1\n",
                           "INFO:reading input #0, bytesize=192\n",
                           "INFO:  --> input_data: < 0 0.125 0.25",
                           "... > len=48\n",
                           "INFO:  --> output ref_data: < -3 -2.375",
                           "INFO:net[add] stage[1], launch total time is ",
                           "INFO:+++ The network[add] stage[0] output_data +++\n",
                           "INFO:output data #0 shape: [1 3 4 4 ] < -3 -2.375",
                           "INFO:==>comparing output in mem #0 ... \n",
                           "INFO:+++ The network[add] stage[1] cmp success +++\n",
                           "INFO:+++ The network[other] stage[0] cmp success +++\n",
                           "INFO:load input time(s): ",
                           "INFO:pre alloc  time(s): ",
                           "INFO:calculate  time(s): ",
                           "INFO:get output time(s): ",
                           "INFO:compare    time(s): "}) {
    EXPECT_TRUE(Contains(outcome, part)) << part << "\nin\n" << outcome.output;
  }
}

TEST(BmrtTestTest, AWrongOutputFailsWithStatus255) {
  const std::string directory = WriteContext("wrong");
  ASSERT_OK_AND_ASSIGN(std::string outputs, ReadFile(directory + "/output_ref_data.dat"));
  outputs[4 * 50 + 2] ^= 0x40;  // in stage 1 of net 0
  ASSERT_OK(WriteFile(directory + "/output_ref_data.dat", outputs));
  const Outcome outcome = RunBmrtTest("--context_dir=" + directory);
  EXPECT_EQ(outcome.exit_status, 255);
  EXPECT_TRUE(Contains(outcome, "+++ The network[add] stage[0] cmp success +++"));
  EXPECT_TRUE(Contains(outcome, "FATAL:+++ The network[add] stage[1] cmp failed +++")) << outcome.output;
  EXPECT_EQ(RunBmrtTest("--context_dir=" + directory + " --stage_idx 0").exit_status, 0) << "only the good stages";
  EXPECT_EQ(RunBmrtTest("--context_dir=" + directory + " --compare=0").exit_status, 0);
}

TEST(BmrtTestTest, EveryTestCaseThatIsBuiltSucceeds) {
  const std::string directory = WriteContext("cases");
  for (const char* name : {"bmrt_load_bmodel_data", "bmrt_load_context", "bmrt_launch_data", "bmrt_simple_api",
                           "bmrt_multi_thread", "bmrt_get_bmodel_api", "bmrt_get_bmodel_api_c", "bmcpp_load_bmodel",
                           "bmcpp_load_bmodel_data", "bmcpp_reshape", "bmcpp_multi_thread"}) {
    const Outcome outcome = RunBmrtTest(absl::StrCat("--context_dir=", directory, " --test_case=", name));
    EXPECT_EQ(outcome.exit_status, 0) << name << "\n" << outcome.output;
    EXPECT_TRUE(Contains(outcome, absl::StrCat("INFO:==> begin test case : ", name, "\n")));
    EXPECT_TRUE(Contains(outcome, "INFO:+++ The network[other] stage[0] cmp success +++\n"));
    EXPECT_TRUE(Contains(outcome, absl::StrCat("INFO:+++ test case[", name, "] success +++\n")));
  }
  EXPECT_EQ(RunBmrtTest(absl::StrCat("--context_dir=", directory, " -t bmtap2_register_data")).exit_status, 255);
  EXPECT_EQ(RunBmrtTest(absl::StrCat("--context_dir=", directory, " -t nix")).exit_status, 255);
}

TEST(BmrtTestTest, AModelAloneRunsOnZerosAndExports) {
  const std::string directory = WriteContext("export");
  const Outcome outcome = RunBmrtTest("--bmodel=" + directory +
                                      "/compilation.bmodel --export_output --export_neuron --net_idx=0 --stage_idx=0");
  EXPECT_EQ(outcome.exit_status, 0) << outcome.output;
  EXPECT_FALSE(Contains(outcome, "cmp success"));
  ASSERT_OK_AND_ASSIGN(const std::string exported, ReadFile(directory + "/output.dat"));
  const std::vector<float> weights = SampleWeights(48);
  EXPECT_EQ(exported, std::string(reinterpret_cast<const char*>(weights.data()), 192)) << "0 + weights";
  EXPECT_OK(ReadFile(directory + "/neuron_mem_net0_1.dat"));
}

TEST(BmrtTestTest, WhatCannotRunExitsWith255) {
  EXPECT_EQ(RunBmrtTest("").exit_status, 255);
  EXPECT_EQ(RunBmrtTest("--help").exit_status, 255);
  EXPECT_EQ(RunBmrtTest("--version").exit_status, 0);
  EXPECT_EQ(RunBmrtTest("--bmodel=/nowhere.bmodel").exit_status, 255);
  EXPECT_EQ(RunBmrtTest("--context_dir=/nowhere").exit_status, 255);
  EXPECT_EQ(RunBmrtTest("--bmodel=x --devid=99").exit_status, 255);
  EXPECT_EQ(RunBmrtTest("--nix").exit_status, 255);
  const std::string directory = WriteContext("cores");
  EXPECT_EQ(RunBmrtTest("--context_dir=" + directory + " --core_list=1").exit_status, 255);
}

}  // namespace
}  // namespace bm::tools
