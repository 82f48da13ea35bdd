// What a call of Engine.process costs in Python over the same call in C++: one net of 48 values, one process.
//
//   bazel run -c opt //sail/benchmark:process_benchmark
#include <pybind11/embed.h>
#include <unistd.h>

#include <vector>

#include "benchmark/benchmark.h"
#include "engine.h"

namespace {

namespace py = pybind11;

constexpr char kModel[] = "sail/testing/add.bmodel";
constexpr char kModule[] = "sail/python";
constexpr int kElements = 48;
const std::vector<int> kShape = {1, 3, 4, 4};

// False, and no measurement, where the files beside the program are not in the working directory.
bool HasFiles(benchmark::State& state) {
  if (access(kModel, R_OK) == 0) return true;
  state.SkipWithError("sail/testing/add.bmodel is not here: bazel run -c opt //sail/benchmark:process_benchmark");
  return false;
}

void TensorsInCpp(benchmark::State& state) {
  if (!HasFiles(state)) return;
  sail::Engine engine(kModel, 0, sail::SYSIO);
  sail::Tensor in(engine.get_handle(), kShape, BM_FLOAT32, true, true);
  sail::Tensor out(engine.get_handle(), kShape, BM_FLOAT32, true, true);
  for (auto _ : state) {
    std::map<std::string, sail::Tensor*> inputs = {{"in", &in}}, outputs = {{"out", &out}};
    engine.process("add", inputs, outputs);
  }
}
BENCHMARK(TensorsInCpp);

void BuffersInCpp(benchmark::State& state) {
  if (!HasFiles(state)) return;
  sail::Engine engine(kModel, 0, sail::SYSIO);
  std::vector<float> in(kElements);
  for (auto _ : state) {
    std::map<std::string, std::vector<int>> shapes = {{"in", kShape}};
    std::map<std::string, void*> inputs = {{"in", in.data()}};
    engine.process("add", shapes, inputs);
    sail::Tensor& tensor = *engine.get_output_tensor("add", "out");
    const float* const values = static_cast<float*>(tensor.sys_data());
    std::vector<float> out(values, values + kElements);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(BuffersInCpp);

// Runs `call`, which the Python program `setup` defines.
void InPython(benchmark::State& state, const char* setup) {
  if (!HasFiles(state)) return;
  static const py::scoped_interpreter interpreter;
  py::module_::import("sys").attr("path").attr("insert")(0, kModule);
  py::dict scope;
  scope["model"] = kModel;
  py::exec("import numpy as np, sophon.sail as sail; engine = sail.Engine(model, 0, sail.SYSIO)", scope);
  py::exec(setup, scope);
  const py::object call = scope["call"];
  for (auto _ : state) call();
}
BENCHMARK_CAPTURE(InPython, Tensors, R"(
given, got = (sail.Tensor(engine.get_handle(), [1, 3, 4, 4], sail.BM_FLOAT32, True, True) for _ in range(2))
def call():
    engine.process("add", {"in": given}, {"out": got})
)");
BENCHMARK_CAPTURE(InPython, Arrays, R"(
array = np.zeros((1, 3, 4, 4), np.float32)
def call():
    engine.process("add", {"in": array})
)");
BENCHMARK_CAPTURE(InPython, ArraysOfDoubles, R"(
array = np.zeros((1, 3, 4, 4))
def call():
    engine.process("add", {"in": array})
)");

}  // namespace
