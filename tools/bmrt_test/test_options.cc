#include "tools/bmrt_test/test_options.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/options.h"
#include "base/status_macros.h"

namespace bm::tools {
namespace {

absl::Status Expected(absl::string_view option, const std::string& text, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(option, " takes ", what, ", not \"", text, "\""));
}

// "1,2" or "1:2"; an empty text leaves the values as they are.
absl::Status ReadIntegers(absl::string_view option, const std::string& text, std::vector<int>* list) {
  if (text.empty()) return absl::OkStatus();
  std::vector<int> values;
  for (const absl::string_view part : absl::StrSplit(text, absl::ByAnyChar(",:"))) {
    values.emplace_back();
    if (!absl::SimpleAtoi(part, &values.back()) || values.back() < 0) {
      return Expected(option, text, "integers from 0 on with commas between");
    }
  }
  *list = std::move(values);
  return absl::OkStatus();
}

// One context directory per word; lines that start with # count for nothing.
absl::Status ReadList(const std::string& path, std::vector<std::string>* contexts) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!line.empty() && line[0] == '#') continue;
    for (const absl::string_view word : absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty())) {
      contexts->emplace_back(word);
    }
  }
  return absl::OkStatus();
}

constexpr int64_t kMaxThreads = 1024;

// The options as their words give them; what needs more than a word is converted by Options().
class CommandLine {
 public:
  CommandLine() : table_("bmrt_test", "runs bmodels and compares their outputs: --context_dir=DIR or --bmodel=FILE") {
    table_.Add("context_dir", &options_.contexts, "context: compilation.bmodel and reference data; may be repeated")
        .Letter('d');
    table_.Add("append_dir", &options_.contexts, "one more context").Letter('a');
    table_.Add("bmodel", &options_.bmodel, "run a model without comparing");
    table_.Add("bmodel_list", &lists_, "file of context directories").Letter('b');
    table_.Add("devid", &device_, "device").Letter('i').InRange(0, std::numeric_limits<int>::max());
    table_.Add("compare", &compare_, "1: compare with the reference").Letter('c').InRange(0);
    table_.Add("accuracy_f", &options_.accuracy_f, "tolerance of floats");
    table_.Add("accuracy_i", &options_.accuracy_i, "tolerance of 8-bit integers");
    table_.Add("loopnum", &options_.loops, "repetitions of everything").Letter('l').InRange(1);
    table_.Add("calculate_times", &options_.calculate_times, "launches per measurement").InRange(1);
    table_.Add("only_cmp_last", &options_.only_compare_last, "compare only the last of these launches");
    threads_ = &table_.Add("thread_num", &options_.threads, "test case bmrt_multi_thread with this many threads")
                    .InRange(1, kMaxThreads);
    table_.Add("prealloc", &prealloc_, "bytes, hexadecimal, of device memory to take before loading");
    table_.Add("export_neuron", &options_.export_neuron, "save neuron memory beside the model");
    table_.Add("export_output", &options_.export_output, "save the outputs as output.dat beside the model");
    table_.Add("profile", &ignored_flag_, "no effect: set BMRUNTIME_ENABLE_PROFILE=1").Letter('p');
    table_.Add("mmap", &ignored_number_, "no effect: outputs are copied").Letter('m');
    table_.Add("subnet_time", &ignored_flag_, "no effect: nets have one subnet");
    table_.Add("net_idx", &options_.net_index, "only this net; -1: all").InRange(-1);
    table_.Add("stage_idx", &options_.stage_index, "only this stage; -1: all").InRange(-1);
    table_.Add("shapes", &shapes_, "[..],[..]: shapes of the inputs; one stage runs");
    table_.Add("output_shapes", &output_shapes_, "[..],[..]: shapes of the reference outputs");
    table_.Add("output_ref", &options_.output_reference, "name of the reference file");
    table_.Add("debug_output", &options_.debug_output, "save tensors as text files");
    table_.Add("cascade_device", &devices_, "devices, N,N");
    table_.Add("core_list", &cores_, "cores, N,N (a BM1684 has 0)");
    table_.Add("test_case", &options_.test_case, "run a test case").Letter('t');
    table_.Add("help", &help_, "show this text").Letter('h');
    table_.Add("version", &version_, "show the version").Letter('v');
  }

  absl::Status Parse(const std::vector<std::string>& arguments) {
    std::vector<const char*> words = {"bmrt_test"};
    for (const std::string& argument : arguments) words.push_back(argument.c_str());
    ASSIGN_OR_RETURN(const std::vector<std::string> rest, table_.Parse(static_cast<int>(words.size()), words.data()));
    if (rest.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("unexpected argument ", rest[0]));
  }

  absl::StatusOr<TestOptions> Options() {
    if (help_) options_.request = Request::kHelp;
    if (version_) options_.request = Request::kVersion;
    options_.compare = compare_ != 0;
    if (threads_->is_set()) options_.test_case = "bmrt_multi_thread";
    for (const std::string& list : lists_) RETURN_IF_ERROR(ReadList(list, &options_.contexts));
    options_.devices = {static_cast<int>(device_)};
    RETURN_IF_ERROR(ReadIntegers("--cascade_device", devices_, &options_.devices));
    RETURN_IF_ERROR(ReadIntegers("--core_list", cores_, &options_.cores));
    if (!prealloc_.empty() && !absl::SimpleHexAtoi(prealloc_, &options_.prealloc_bytes)) {
      return Expected("--prealloc", prealloc_, "a hexadecimal number up to ffffffff");
    }
    ASSIGN_OR_RETURN(options_.shapes, ParseShapes(shapes_));
    ASSIGN_OR_RETURN(options_.output_shapes, ParseShapes(output_shapes_));
    return options_;
  }

  std::string Help() const { return table_.Help(); }

 private:
  OptionTable table_;
  TestOptions options_;
  const Option* threads_ = nullptr;
  std::vector<std::string> lists_;
  int64_t device_ = 0;
  int64_t compare_ = 1;
  std::string prealloc_;
  std::string shapes_, output_shapes_;
  std::string devices_, cores_;
  bool help_ = false, version_ = false;
  bool ignored_flag_ = false;
  int64_t ignored_number_ = 0;
};

absl::Status CheckCombination(const TestOptions& options) {
  if (options.request != Request::kRun) return absl::OkStatus();
  if (options.bmodel.empty() == options.contexts.empty()) {
    return absl::InvalidArgumentError(options.bmodel.empty()
                                          ? "--context_dir or --bmodel is needed"
                                          : "--bmodel and contexts exclude each other: --bmodel compares nothing");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TestOptions> ParseTestOptions(const std::vector<std::string>& arguments) {
  CommandLine line;
  RETURN_IF_ERROR(line.Parse(arguments));
  ASSIGN_OR_RETURN(TestOptions options, line.Options());
  RETURN_IF_ERROR(CheckCombination(options));
  return options;
}

std::string TestUsage() { return CommandLine().Help(); }

}  // namespace bm::tools
