#include "tools/bmrt_test/test_options.h"

#include <getopt.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace bm::tools {
namespace {

absl::Status Expected(const std::string& text, const char* what) {
  return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not ", what));
}

absl::Status ReadInteger(const std::string& text, int least, int* value) {
  if (absl::SimpleAtoi(text, value) && *value >= least) return absl::OkStatus();
  return Expected(text, absl::StrCat("an integer from ", least, " on").c_str());
}

absl::Status ReadIntegers(const std::string& text, std::vector<int>* values) {
  values->clear();
  for (const absl::string_view part : absl::StrSplit(text, absl::ByAnyChar(",:"))) {
    values->emplace_back();
    RETURN_IF_ERROR(ReadInteger(std::string(part), 0, &values->back()));
  }
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

using Apply = absl::Status (*)(const std::string& value, TestOptions* options);

// The arguments of `setter` are the text behind the option and the options to change.
struct OptionRow {
  char letter;  // 0: none
  const char* name;
  const char* argument;  // null: takes none
  const char* effect;
  Apply apply;
};

absl::Status Ignore(const std::string&, TestOptions*) { return absl::OkStatus(); }

constexpr OptionRow kOptions[] = {
    {'d', "context_dir", "DIR", "context: compilation.bmodel and reference data; may be repeated",
     [](const std::string& v, TestOptions* o) { return o->contexts.push_back(v), absl::OkStatus(); }},
    {'a', "append_dir", "DIR", "one more context",
     [](const std::string& v, TestOptions* o) { return o->contexts.push_back(v), absl::OkStatus(); }},
    {0, "bmodel", "FILE", "run a model without comparing",
     [](const std::string& v, TestOptions* o) { return o->bmodel = v, absl::OkStatus(); }},
    {'b', "bmodel_list", "FILE", "file of context directories",
     [](const std::string& v, TestOptions* o) { return ReadList(v, &o->contexts); }},
    {'i', "devid", "N", "device, 0 by default",
     [](const std::string& v, TestOptions* o) {
       o->devices = {0};
       return ReadInteger(v, 0, &o->devices[0]);
     }},
    {'c', "compare", "0|1", "compare with the reference, 1 by default",
     [](const std::string& v, TestOptions* o) -> absl::Status {
       int value;
       RETURN_IF_ERROR(ReadInteger(v, 0, &value));
       o->compare = value != 0;
       return absl::OkStatus();
     }},
    {0, "accuracy_f", "X", "tolerance of floats, 0.01 by default",
     [](const std::string& v, TestOptions* o) {
       return absl::SimpleAtod(v, &o->accuracy_f) ? absl::OkStatus() : Expected(v, "a number");
     }},
    {0, "accuracy_i", "N", "tolerance of 8-bit integers, 0 by default",
     [](const std::string& v, TestOptions* o) {
       return absl::SimpleAtoi(v, &o->accuracy_i) ? absl::OkStatus() : Expected(v, "an integer");
     }},
    {'l', "loopnum", "N", "repetitions of everything, 1 by default",
     [](const std::string& v, TestOptions* o) { return ReadInteger(v, 1, &o->loops); }},
    {0, "calculate_times", "N", "launches per measurement, 1 by default",
     [](const std::string& v, TestOptions* o) { return ReadInteger(v, 1, &o->calculate_times); }},
    {0, "only_cmp_last", nullptr, "compare only the last of these launches",
     [](const std::string&, TestOptions* o) { return o->only_compare_last = true, absl::OkStatus(); }},
    {0, "thread_num", "N", "test case bmrt_multi_thread with N threads",
     [](const std::string& v, TestOptions* o) {
       o->test_case = "bmrt_multi_thread";
       return ReadInteger(v, 1, &o->threads);
     }},
    {0, "prealloc", "HEX", "bytes of device memory to take before loading",
     [](const std::string& v, TestOptions* o) {
       return absl::SimpleHexAtoi(v, &o->prealloc_bytes) ? absl::OkStatus() : Expected(v, "a hexadecimal number");
     }},
    {0, "export_neuron", nullptr, "save neuron memory beside the model",
     [](const std::string&, TestOptions* o) { return o->export_neuron = true, absl::OkStatus(); }},
    {0, "export_output", nullptr, "save the outputs as output.dat beside the model",
     [](const std::string&, TestOptions* o) { return o->export_output = true, absl::OkStatus(); }},
    {'p', "profile", nullptr, "no effect: set BMRUNTIME_ENABLE_PROFILE=1", Ignore},
    {'m', "mmap", "0|1", "no effect: outputs are copied", Ignore},
    {0, "subnet_time", nullptr, "no effect: nets have one subnet", Ignore},
    {0, "net_idx", "N", "only this net",
     [](const std::string& v, TestOptions* o) { return ReadInteger(v, 0, &o->net_index); }},
    {0, "stage_idx", "N", "only this stage",
     [](const std::string& v, TestOptions* o) { return ReadInteger(v, 0, &o->stage_index); }},
    {0, "shapes", "[..],[..]", "shapes of the inputs; one stage runs",
     [](const std::string& v, TestOptions* o) -> absl::Status {
       ASSIGN_OR_RETURN(o->shapes, ParseShapes(v));
       return absl::OkStatus();
     }},
    {0, "output_shapes", "[..],[..]", "shapes of the reference outputs",
     [](const std::string& v, TestOptions* o) -> absl::Status {
       ASSIGN_OR_RETURN(o->output_shapes, ParseShapes(v));
       return absl::OkStatus();
     }},
    {0, "output_ref", "NAME", "other name of the reference file",
     [](const std::string& v, TestOptions* o) { return o->output_reference = v, absl::OkStatus(); }},
    {0, "debug_output", nullptr, "save tensors as text files",
     [](const std::string&, TestOptions* o) { return o->debug_output = true, absl::OkStatus(); }},
    {0, "cascade_device", "N,N", "devices",
     [](const std::string& v, TestOptions* o) { return ReadIntegers(v, &o->devices); }},
    {0, "core_list", "N,N", "cores (a BM1684 has 0)",
     [](const std::string& v, TestOptions* o) { return ReadIntegers(v, &o->cores); }},
    {'t', "test_case", "NAME", "run a test case",
     [](const std::string& v, TestOptions* o) { return o->test_case = v, absl::OkStatus(); }},
    {'h', "help", nullptr, "show this text",
     [](const std::string&, TestOptions* o) { return o->request = Request::kHelp, absl::OkStatus(); }},
    {'v', "version", nullptr, "show the version",
     [](const std::string&, TestOptions* o) { return o->request = Request::kVersion, absl::OkStatus(); }},
};

// What getopt_long answers for the first row; above every letter.
constexpr int kFirstRow = 256;

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

absl::StatusOr<std::vector<Shape>> ParseShapes(const std::string& text) {
  std::vector<Shape> shapes;
  absl::string_view rest = text;
  while (!rest.empty()) {
    const size_t end = rest.find(']');
    if (!absl::ConsumePrefix(&rest, "[") || end == absl::string_view::npos) return Expected(text, "[1,3,2,2],[4]");
    std::vector<int64_t> dims;
    for (const absl::string_view word : absl::StrSplit(rest.substr(0, end - 1), ',', absl::SkipWhitespace())) {
      dims.emplace_back();
      if (!absl::SimpleAtoi(word, &dims.back()) || dims.back() < 1) return Expected(text, "[1,3,2,2],[4]");
    }
    ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
    shapes.push_back(shape);
    rest.remove_prefix(end);
    if (!rest.empty() && !absl::ConsumePrefix(&rest, ",")) return Expected(text, "[1,3,2,2],[4]");
  }
  return shapes;
}

absl::StatusOr<TestOptions> ParseTestOptions(const std::vector<std::string>& arguments) {
  // getopt_long wants mutable words, program name first, and permutes them.
  std::vector<std::string> words = {"bmrt_test"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  std::string letters = ":";
  std::vector<option> long_options;
  for (const OptionRow& row : kOptions) {
    // Values differ, or getopt_long takes two candidates of a prefix for one.
    const int value = kFirstRow + static_cast<int>(long_options.size());
    long_options.push_back({row.name, row.argument != nullptr ? required_argument : no_argument, nullptr, value});
    if (row.letter != 0) absl::StrAppend(&letters, std::string(1, row.letter), row.argument != nullptr ? ":" : "");
  }
  long_options.push_back({});

  TestOptions options;
  optind = 0;
  opterr = 0;
  while (true) {
    const int found =
        getopt_long(static_cast<int>(words.size()), pointers.data(), letters.c_str(), long_options.data(), nullptr);
    if (found == -1) break;
    if (found == '?' || found == ':') {
      return absl::InvalidArgumentError(absl::StrCat(
          found == '?' ? "unknown or ambiguous option " : "an argument is missing behind ", pointers[optind - 1]));
    }
    const OptionRow& row = *std::find_if(std::begin(kOptions), std::end(kOptions) - 1, [&](const OptionRow& candidate) {
      return candidate.letter == found || kFirstRow + (&candidate - kOptions) == found;
    });
    const absl::Status status = row.apply(optarg != nullptr ? optarg : "", &options);
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat("--", row.name, ": ", status.message()));
  }
  if (optind < static_cast<int>(words.size())) {
    return absl::InvalidArgumentError(absl::StrCat("unexpected argument ", pointers[optind]));
  }
  RETURN_IF_ERROR(CheckCombination(options));
  return options;
}

std::string TestUsage() {
  std::string text = "Usage: bmrt_test --context_dir=DIR | --bmodel=FILE [options]\n";
  for (const OptionRow& row : kOptions) {
    const std::string letter = row.letter != 0 ? absl::StrFormat("-%c, ", row.letter) : "    ";
    const std::string name =
        absl::StrCat("--", row.name, row.argument != nullptr ? " " : "", row.argument != nullptr ? row.argument : "");
    absl::StrAppendFormat(&text, "  %s%-28s %s\n", letter, name, row.effect);
  }
  return text;
}

}  // namespace bm::tools
