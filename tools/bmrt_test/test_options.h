// The command line of bmrt_test.
#ifndef TOOLS_BMRT_TEST_TEST_OPTIONS_H_
#define TOOLS_BMRT_TEST_TEST_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/shape.h"

namespace bm::tools {

enum class Request { kRun, kHelp, kVersion };

struct TestOptions {
  Request request = Request::kRun;
  std::vector<std::string> contexts;  // --context_dir, --append_dir, --bmodel_list
  std::string bmodel;                 // --bmodel; exclusive with contexts
  std::string test_case;              // empty: none
  std::vector<int> devices = {0};     // --devid or --cascade_device
  std::vector<int> cores = {0};
  bool compare = true;
  double accuracy_f = 0.01;
  int64_t accuracy_i = 0;
  int64_t loops = 1;
  int64_t calculate_times = 1;
  bool only_compare_last = false;
  int64_t threads = 1;
  uint32_t prealloc_bytes = 0;
  bool export_neuron = false;
  bool export_output = false;
  bool debug_output = false;
  int64_t net_index = -1;            // -1: all
  int64_t stage_index = -1;          // -1: all
  std::vector<Shape> shapes;         // of the inputs, empty: compiled ones
  std::vector<Shape> output_shapes;  // of the reference, empty: compiled ones
  std::string output_reference = "output_ref_data.dat";
};

// INVALID_ARGUMENT naming the option and what it takes. Long options may be abbreviated as long as the prefix is
// unambiguous. NOT_FOUND where --bmodel_list cannot be read.
absl::StatusOr<TestOptions> ParseTestOptions(const std::vector<std::string>& arguments);

// One line per option.
std::string TestUsage();

}  // namespace bm::tools

#endif  // TOOLS_BMRT_TEST_TEST_OPTIONS_H_
