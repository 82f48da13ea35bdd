// The programs on whole networks: what bmnetc compiles, bmrt_test runs and finds equal to the float evaluation, and one
// changed byte of the reference data it finds.
//
// Reduced widths and sizes; the full sizes: full_programs_test, tagged large. Part of it needs the folder named by
// BM_TEST_DATA (caffe/).
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/testing/run_program.h"
#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"
#include "tests/networks/networks.h"

namespace bm::networks {
namespace {

using ::bm::testing::Outcome;
using ::bm::testing::RunProgram;

// A new folder that is deleted with its files.
class Folder {
 public:
  explicit Folder(const std::string& name) : path_(absl::StrCat(::testing::TempDir(), "/", name)) {
    EXPECT_OK(MakeDirectory(path_));
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string operator/(const std::string& file) const { return absl::StrCat(path_, "/", file); }

 private:
  std::string path_;
};

// Runs bmrt_test on a context; of every net and stage it prints the verdict.
void ExpectVerdict(const std::string& context, const std::vector<std::string>& stages, const std::string& verdict,
                   int exit_status) {
  const Outcome run = RunProgram("tools/bmrt_test/bmrt_test --context_dir=" + context);
  EXPECT_EQ(run.exit_status, exit_status) << run.output;
  for (const std::string& stage : stages) {
    const std::string line = absl::StrFormat("+++ The network%s cmp %s +++", stage, verdict);
    EXPECT_NE(run.output.find(line), std::string::npos) << line << " is not in\n" << run.output;
  }
}

// `stem`.prototxt and `stem`.caffemodel.
void Compile(const std::string& stem, const std::string& context, const std::string& options) {
  const Outcome compilation =
      RunProgram(absl::StrFormat("bmcompiler/bmnetc/bmnetc --model=%s.prototxt --weight=%s.caffemodel --outdir=%s "
                                 "--target=BM1684 %s",
                                 stem, stem, context, options));
  ASSERT_EQ(compilation.exit_status, 0) << compilation.output;
}

void ExpectProgramsAgree(const std::string& stem, const std::string& options, const Folder& folder) {
  const std::string context = folder / "out";
  ASSERT_NO_FATAL_FAILURE(Compile(stem, context, "--net_name=net " + options));
  ExpectVerdict(context, {"[net] stage[0]"}, "success", 0);

  const std::string reference = context + "/output_ref_data.dat";
  ASSERT_OK_AND_ASSIGN(std::string outputs, ReadFile(reference));
  outputs.back() = 0x50;  // the last output's last number: beyond 1e9 now
  ASSERT_OK(WriteFile(reference, outputs));
  ExpectVerdict(context, {"[net] stage[0]"}, "failed", 255);
}

class GeneratedTest : public ::testing::TestWithParam<const char*> {};

TEST_P(GeneratedTest, CompilesAndCompares) {
#ifdef BM_FULL_NETWORKS
  const std::string name = std::string(GetParam()) + "_full";
#else
  const std::string name = GetParam();
#endif
  const Folder folder(name);
  ASSERT_OK_AND_ASSIGN(const Network network, Load("tests/networks", name));
  ASSERT_OK(WriteFile(folder / "net.prototxt", network.prototxt));
  ASSERT_OK(WriteFile(folder / "net.caffemodel", network.caffemodel));
  ExpectProgramsAgree(folder / "net", "", folder);
}

INSTANTIATE_TEST_SUITE_P(Networks, GeneratedTest, ::testing::ValuesIn(kNames),
                         [](const auto& info) { return std::string(info.param); });

#ifndef BM_FULL_NETWORKS  // what follows has one size

INSTANTIATE_TEST_SUITE_P(OfOneSize, GeneratedTest, ::testing::ValuesIn(kNamesOfOneSize),
                         [](const auto& info) { return std::string(info.param); });

TEST(ExamplesTest, CompileAndCompare) {
  for (const char* name : {"digits", "shapes"}) {
    SCOPED_TRACE(name);
    ExpectProgramsAgree(absl::StrFormat("examples/%s/%s", name, name), "", Folder(name));
  }
}

TEST(ExamplesTest, CompareAsTwoNetsOfOneFile) {
  const Folder folder("combined");
  const std::string digits = "examples/digits/digits", shapes = "examples/shapes/shapes";
  ASSERT_NO_FATAL_FAILURE(Compile(digits, folder / "d1", "--net_name=digits --shapes=[1,1,8,8]"));
  ASSERT_NO_FATAL_FAILURE(Compile(shapes, folder / "s1", "--net_name=shapes"));
  ASSERT_NO_FATAL_FAILURE(Compile(digits, folder / "d2", "--net_name=digits --shapes=[2,1,8,8]"));
  const Outcome combination = RunProgram(absl::StrCat("tools/tpu_model/tpu_model --combine_dir ", folder / "d1", " ",
                                                      folder / "s1", " ", folder / "d2", " -o ", folder / "all"));
  ASSERT_EQ(combination.exit_status, 0) << combination.output;
  ExpectVerdict(folder / "all", {"[digits] stage[0]", "[digits] stage[1]", "[shapes] stage[0]"}, "success", 0);
}

class TrainedTest : public ::testing::TestWithParam<Trained> {};

TEST_P(TrainedTest, CompilesAndCompares) {
  const char* data = std::getenv("BM_TEST_DATA");
  if (data == nullptr) {
    std::printf("skipped: BM_TEST_DATA is not set\n");
    GTEST_SKIP();
  }
  const std::string shapes = absl::StrReplaceAll(GetParam().input.ToString(), {{" ", ""}});
  ExpectProgramsAgree(absl::StrCat(data, "/caffe/", GetParam().name), "--shapes=" + shapes, Folder(GetParam().name));
}

INSTANTIATE_TEST_SUITE_P(Networks, TrainedTest, ::testing::ValuesIn(TrainedNetworks()), [](const auto& info) {
  return absl::StrReplaceAll(info.param.name, {{"-", "_"}});
});

#endif

}  // namespace
}  // namespace bm::networks
