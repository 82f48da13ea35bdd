// Compiling a network from its files, and one inference by the reference executor:
//   bazel run -c opt //tests/networks:network_benchmark -- --benchmark_filter=resnet50
// Peaks of memory are those of the process so far, so they are one network's only where the filter chooses one.
#include <sys/resource.h>

#include <string>

#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "benchmark/benchmark.h"
#include "bmcompiler/frontends/caffe/caffe.h"
#include "bmcompiler/lowering/lower.h"
#include "bmcompiler/passes/simplify.h"
#include "bmcompiler/simulate/simulate.h"
#include "isa/command_group.h"
#include "tests/networks/networks.h"

namespace bm::networks {
namespace {

absl::StatusOr<lowering::CompiledNet> Compile(const Network& network) {
  ASSIGN_OR_RETURN(const graph::Graph graph, caffe::ParseCaffe(network.prototxt, network.caffemodel, {}));
  ASSIGN_OR_RETURN(const graph::Graph simplified, passes::Simplify(graph));
  return lowering::Lower(simplified);
}

double PeakMebibytes() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void CountCommands(const lowering::CompiledNet& net, benchmark::State* state) {
  const isa::CommandCounts counts = isa::CountCommands(net.groups);
  state->counters["bdc"] = static_cast<double>(counts.bdc);
  state->counters["gdma"] = static_cast<double>(counts.gdma);
  state->counters["peak_MiB"] = PeakMebibytes();
}

void BM_Compile(benchmark::State& state, const char* name) {
  const absl::StatusOr<Network> network = Load("tests/networks", name);
  if (!network.ok()) return state.SkipWithError(network.status().ToString().c_str());
  for (auto _ : state) {
    const absl::StatusOr<lowering::CompiledNet> net = Compile(*network);
    if (!net.ok()) return state.SkipWithError(net.status().ToString().c_str());
    CountCommands(*net, &state);
  }
}

void BM_Inference(benchmark::State& state, const char* name) {
  const absl::StatusOr<Network> network = Load("tests/networks", name);
  if (!network.ok()) return state.SkipWithError(network.status().ToString().c_str());
  const absl::StatusOr<lowering::CompiledNet> net = Compile(*network);
  if (!net.ok()) return state.SkipWithError(net.status().ToString().c_str());
  const auto count = static_cast<size_t>(net->inputs[0].shape.count());
  const std::vector<std::vector<float>> inputs = {Uniform("data", "input", count, 0, 1)};
  for (auto _ : state) {
    const auto outputs = simulate::Simulate(*net, inputs);
    if (!outputs.ok()) return state.SkipWithError(outputs.status().ToString().c_str());
  }
  CountCommands(*net, &state);
}

#define NETWORK(name)                                                                       \
  BENCHMARK_CAPTURE(BM_Compile, name, #name)->Unit(benchmark::kMillisecond)->Iterations(1); \
  BENCHMARK_CAPTURE(BM_Inference, name, #name)->Unit(benchmark::kMillisecond)->Iterations(1)
NETWORK(lenet_full);
NETWORK(alexnet_full);
NETWORK(squeezenet_full);
NETWORK(googlenet_full);
NETWORK(vgg16_full);
NETWORK(resnet50_full);
NETWORK(mobilenet_v1_full);
NETWORK(mobilenet_v2_full);
NETWORK(unet_full);
NETWORK(shufflenet_full);
NETWORK(ssd300_full);
#undef NETWORK

}  // namespace
}  // namespace bm::networks
