// Options, shapes, checked arithmetic, environment, files.
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "base/checked_math.h"
#include "base/cpu.h"
#include "base/environment.h"
#include "base/file.h"
#include "base/options.h"
#include "base/sha256.h"
#include "base/shape.h"
#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace bm {
namespace {

class OptionsTest : public ::testing::Test {
 protected:
  OptionsTest() : table_("tool", "Does things.") {
    table_.Add("model", &model_, "a file").Letter('m');
    table_.Add("weight", &weight_, "a file").Alias("weights");
    table_.Add("cmp", &compare_, "compare");
    table_.Add("dyn", &dynamic_, "dynamic");
    table_.Add("max_n", &max_n_, "batch").Letter('n').InRange(-1, 64);
    table_.Add("accuracy", &accuracy_, "tolerance");
    table_.Add("context_dir", &contexts_, "folders");
  }
  absl::StatusOr<std::vector<std::string>> Parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "tool");
    return table_.Parse(static_cast<int>(arguments.size()), arguments.data());
  }

  OptionTable table_;
  std::string model_, weight_;
  bool compare_ = true, dynamic_ = false;
  int64_t max_n_ = 0;
  double accuracy_ = 0.01;
  std::vector<std::string> contexts_;
};

TEST_F(OptionsTest, EveryFormSetsItsTarget) {
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> rest,
                       Parse({"-model=a.prototxt", "--weights", "b c", "--cmp", "0", "--dyn", "-max_n", "-1", "left",
                              "--accuracy=1e-3", "--context=x", "--context_dir", "y", "--", "--model"}));
  EXPECT_EQ(model_, "a.prototxt");
  EXPECT_EQ(weight_, "b c");
  EXPECT_FALSE(compare_);
  EXPECT_TRUE(dynamic_);
  EXPECT_EQ(max_n_, -1);
  EXPECT_EQ(accuracy_, 1e-3);
  EXPECT_EQ(contexts_, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(rest, (std::vector<std::string>{"left", "--model"}));
}

TEST_F(OptionsTest, BoolsTakeAFollowingWordOnlyIfItIsOne) {
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> rest, Parse({"--dyn", "file", "--nocmp", "-m", "x"}));
  EXPECT_TRUE(dynamic_);
  EXPECT_FALSE(compare_);
  EXPECT_EQ(model_, "x");
  EXPECT_EQ(rest, std::vector<std::string>{"file"});
}

TEST_F(OptionsTest, ALetterTakesAnAttachedValue) {
  ASSERT_OK(Parse({"-n8", "-mdir/net"}).status());
  EXPECT_EQ(max_n_, 8);
  EXPECT_EQ(model_, "dir/net");
  ASSERT_OK(Parse({"-n=9"}).status());
  EXPECT_EQ(max_n_, 9);
  EXPECT_STATUS(Parse({"-nine"}), absl::StatusCode::kInvalidArgument, "--max_n takes an integer");
  EXPECT_STATUS(Parse({"--n8"}), absl::StatusCode::kInvalidArgument, "unknown option --n8");
}

TEST_F(OptionsTest, MistakesNameTheArgument) {
  EXPECT_STATUS(Parse({"--max_n=65"}), absl::StatusCode::kInvalidArgument, "an integer from -1 to 64, not \"65\"");
  EXPECT_STATUS(Parse({"--max_n=-2"}), absl::StatusCode::kInvalidArgument, "not \"-2\"");
  EXPECT_STATUS(Parse({"--modl=x"}), absl::StatusCode::kInvalidArgument, "unknown option --modl");
  EXPECT_STATUS(Parse({"--max_n=many"}), absl::StatusCode::kInvalidArgument, "--max_n takes an integer, not \"many\"");
  EXPECT_STATUS(Parse({"--cmp=maybe"}), absl::StatusCode::kInvalidArgument, "true or false");
  EXPECT_STATUS(Parse({"--model"}), absl::StatusCode::kInvalidArgument, "needs a value");
}

TEST_F(OptionsTest, HelpShowsNamesAndDefaults) {
  EXPECT_NE(table_.Help().find("--weight, --weights"), std::string::npos);
  EXPECT_NE(table_.Help().find("(default true)"), std::string::npos);
  EXPECT_NE(table_.Markdown().find("| `--accuracy` | 0.01 | tolerance |"), std::string::npos);
}

TEST(ShapeTest, CountsAndRefuses) {
  EXPECT_EQ((Shape{2, 3, 4}).count(), 24);
  EXPECT_EQ((Shape{}).count(), 1);
  EXPECT_EQ((Shape{2, 3, 4}).ToString(), "[2, 3, 4]");
  const int64_t negative[] = {1, -1};
  EXPECT_STATUS(Shape::Create(negative), absl::StatusCode::kInvalidArgument, "dimension 1 of [1, -1]");
  const int64_t huge[] = {2147483647, 2147483647, 2147483647};
  ASSERT_OK_AND_ASSIGN(const Shape shape, Shape::Create(huge));
  EXPECT_STATUS(shape.Count(), absl::StatusCode::kOutOfRange, "64 bits");
}

TEST(ShapeTest, ListsAreReadInEveryForm) {
  const auto read = [](const char* text) { return ParseShapes(text).value(); };
  EXPECT_EQ(read("[1,3,224,224]"), (std::vector<Shape>{{1, 3, 224, 224}}));
  EXPECT_EQ(read("[[1, 3, 640, 640]]"), (std::vector<Shape>{{1, 3, 640, 640}}));
  EXPECT_EQ(read("[3,100],[5,10]"), (std::vector<Shape>{{3, 100}, {5, 10}}));
  EXPECT_EQ(read("[[1,3,640,640],\n [1,2]]"), (std::vector<Shape>{{1, 3, 640, 640}, {1, 2}}));
  EXPECT_EQ(read("[(1,80,256), (7,)]"), (std::vector<Shape>{{1, 80, 256}, {7}}));
  EXPECT_EQ(read(""), std::vector<Shape>());
  EXPECT_STATUS(ParseShapes("[1,x]"), absl::StatusCode::kInvalidArgument, "unexpected x at position 3");
  EXPECT_STATUS(ParseShapes("[1,-3]"), absl::StatusCode::kInvalidArgument, "unexpected - at position 3");
  EXPECT_STATUS(ParseShapes("1,3"), absl::StatusCode::kInvalidArgument, "unexpected 1 at position 0");
  EXPECT_STATUS(ParseShapes("[1,3"), absl::StatusCode::kInvalidArgument, "unexpected end at position 4");
  EXPECT_STATUS(ParseShapes("[2,0]"), absl::StatusCode::kInvalidArgument, "an extent of 0");
  EXPECT_STATUS(ParseShapes("[2147483648]"), absl::StatusCode::kInvalidArgument, "position 10");
  EXPECT_STATUS(ParseShapes("[1,1,1,1,1,1,1,1,1]"), absl::StatusCode::kInvalidArgument, "rank 9");
}

TEST(CheckedMathTest, NothingWraps) {
  EXPECT_STATUS(CheckedAdd(~uint64_t{0}, 1), absl::StatusCode::kOutOfRange, "+ 1");
  EXPECT_STATUS(CheckedMul(uint64_t{1} << 40, uint64_t{1} << 40), absl::StatusCode::kOutOfRange, "does not fit");
  EXPECT_STATUS(CheckedCast<uint8_t>(256), absl::StatusCode::kOutOfRange, "256");
  EXPECT_STATUS(CheckedCast<uint32_t>(-1), absl::StatusCode::kOutOfRange, "-1");
  EXPECT_EQ(*CheckedCast<int8_t>(-128), -128);
  EXPECT_STATUS(CheckRange(~uint64_t{0}, 2, 10), absl::StatusCode::kOutOfRange, "limit 10");
  EXPECT_OK(CheckRange(8, 2, 10));
}

TEST(EnvironmentTest, ValuesOutsideTheirRangeCountAsTheDefault) {
  setenv("BM_DEVICES", "3", 1);
  EXPECT_EQ(EnvironmentInteger(EnvironmentVariable::kDevices), 3);
  setenv("BM_DEVICES", "1000", 1);
  EXPECT_EQ(EnvironmentInteger(EnvironmentVariable::kDevices), 1);
  unsetenv("BM_DEVICES");
  setenv("BM_CPU_LEVEL", "avx2", 1);
  EXPECT_EQ(EnvironmentText(EnvironmentVariable::kCpuLevel), "avx2");
  setenv("BM_CPU_LEVEL", "sse", 1);
  EXPECT_EQ(EnvironmentText(EnvironmentVariable::kCpuLevel), "auto");
  unsetenv("BM_CPU_LEVEL");
}

TEST(EnvironmentTest, SwitchesAreNumbersOrTheWordTrue) {
  for (const char* on : {"1", "-1", "42", "true", "T", "t"}) {
    setenv("BMRT_SAVE_IO_TENSORS", on, 1);
    EXPECT_TRUE(EnvironmentSwitch(EnvironmentVariable::kSaveTensors)) << on;
  }
  for (const char* off : {"0", "", "false", "yes"}) {
    setenv("BMRT_SAVE_IO_TENSORS", off, 1);
    EXPECT_FALSE(EnvironmentSwitch(EnvironmentVariable::kSaveTensors)) << off;
  }
  unsetenv("BMRT_SAVE_IO_TENSORS");
  EXPECT_FALSE(EnvironmentSwitch(EnvironmentVariable::kSaveTensors));
}

TEST(EnvironmentTest, TheDocumentHasEveryRow) {
  ASSERT_OK_AND_ASSIGN(const std::string document, ReadFile("docs/reference/environment.md"));
  for (const EnvironmentRow& row : EnvironmentTable()) {
    EXPECT_NE(document.find(std::string("| `") + row.name + "` | " + row.default_value + " | "), std::string::npos)
        << row.name;
    EXPECT_NE(document.find(std::string(" | ") + row.effect + " |"), std::string::npos) << row.name;
  }
}

TEST(CpuTest, TheEnvironmentNamesTheLevelsAndCapsThem) {
  std::string names = "auto";
  for (int level = 0; level < kCpuLevelCount; ++level) names += std::string("|") + Name(static_cast<CpuLevel>(level));
  EXPECT_EQ(names, EnvironmentTable()[static_cast<int>(EnvironmentVariable::kCpuLevel)].values);
  EXPECT_EQ(UsableCpuLevel(), MachineCpuLevel());
  setenv("BM_CPU_LEVEL", "portable", 1);
  EXPECT_EQ(UsableCpuLevel(), CpuLevel::kPortable);
  setenv("BM_CPU_LEVEL", "amx", 1);
  EXPECT_EQ(UsableCpuLevel(), MachineCpuLevel());
  unsetenv("BM_CPU_LEVEL");
}

TEST(FileTest, ThreadsThatWriteOneFileLeaveOneOfTheirs) {
  const std::string path = ::testing::TempDir() + "/written_by_threads";
  std::vector<absl::Status> results(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < results.size(); ++i) {
    threads.emplace_back([&, i] {
      const std::string text(100000, static_cast<char>('a' + i));
      for (int k = 0; k < 20; ++k) results[i].Update(WriteFile(path, text));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) EXPECT_OK(result);
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(path));
  EXPECT_EQ(text, std::string(100000, text[0]));
}

TEST(FileTest, WritesReadsAndNamesWhatIsMissing) {
  const std::string path = ::testing::TempDir() + "/file_test";
  ASSERT_OK(WriteFile(path, std::string("content")));
  ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(path));
  EXPECT_EQ(text, "content");
  EXPECT_OK(RemoveFile(path));
  EXPECT_OK(RemoveFile(path));
  EXPECT_STATUS(ReadFile(path), absl::StatusCode::kNotFound, "file_test");
  EXPECT_STATUS(ReadFile(path + ".absent"), absl::StatusCode::kNotFound, "file_test.absent");
  EXPECT_STATUS(MappedFile::Open(::testing::TempDir()), absl::StatusCode::kInvalidArgument, "regular");
}

TEST(Sha256Test, KnownDigest) {
  const uint8_t abc[] = {'a', 'b', 'c'};
  EXPECT_EQ(Sha256(abc)[0], 0xba);
  EXPECT_EQ(Sha256(abc)[31], 0xad);
}

}  // namespace
}  // namespace bm
