// Networks that others trained: compiled, executed by the reference executor, compared with OpenCV's dnn module.
//
// Needs the folder named by BM_TEST_DATA (caffe/).
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_replace.h"
#include "base/testing/status_matchers.h"
#include "bmcompiler/frontends/caffe/caffe.h"
#include "gtest/gtest.h"
#include "tests/networks/golden_check.h"
#include "tests/networks/networks.h"

namespace bm::networks {
namespace {

class TrainedTest : public ::testing::TestWithParam<Trained> {};

TEST_P(TrainedTest, GivesTheOraclesOutputs) {
  const char* data = std::getenv("BM_TEST_DATA");
  if (data == nullptr) {
    std::printf("skipped: BM_TEST_DATA is not set\n");
    GTEST_SKIP();
  }
  const std::string name = GetParam().name;
  ASSERT_OK_AND_ASSIGN(const std::vector<GoldenOutput> goldens, LoadGoldens("tests/networks/" + name + ".golden"));
  const std::string stem = std::string(data) + "/caffe/" + name;
  caffe::ReadOptions options;
  options.input_shapes = {GetParam().input};
  ASSERT_OK_AND_ASSIGN(const graph::Graph graph, caffe::ReadCaffe(stem + ".prototxt", stem + ".caffemodel", options));
  ExpectGoldenOutputs(name, graph, goldens);
}

INSTANTIATE_TEST_SUITE_P(Networks, TrainedTest, ::testing::ValuesIn(TrainedNetworks()), [](const auto& info) {
  return absl::StrReplaceAll(info.param.name, {{"-", "_"}});
});

}  // namespace
}  // namespace bm::networks
