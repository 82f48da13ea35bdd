#include "bmcompiler/compile/compile.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmcompiler/evaluate/evaluate.h"
#include "bmcompiler/lowering/lower.h"
#include "bmcompiler/passes/simplify.h"
#include "bmcompiler/simulate/simulate.h"
#include "bmodel/writer.h"
#include "isa/schedule.h"

namespace bm::compile {
namespace {

using evaluate::Values;
using lowering::CompiledNet;
using lowering::CompiledTensor;

constexpr double kTolerance = 0.01;

// A line as each step begins, so that long compilations show where they are.
void Progress(const std::string& step) {
  std::printf("%s ...\n", step.c_str());
  std::fflush(stdout);
}

Values RandomInputs(const graph::Graph& graph, uint64_t seed) {
  std::mt19937_64 random(seed);
  Values inputs;
  for (const graph::ValueId input : graph.inputs()) {
    std::vector<float>& data = inputs.emplace_back(graph.value(input).shape.count());
    // 24 random bits, so that every value is below 1.
    for (float& value : data) value = static_cast<float>(random() >> 40) / static_cast<float>(1 << 24);
  }
  return inputs;
}

std::string RawBytes(const Values& values) {
  std::string bytes;
  for (const std::vector<float>& value : values) {
    bytes.append(reinterpret_cast<const char*>(value.data()), value.size() * sizeof(float));
  }
  return bytes;
}

// Differences of values above 1 count relative to the smaller one, as the runtime's test program counts them.
double ErrorOf(float expected, float actual) {
  const double difference = std::abs(double{expected} - actual);
  const double larger = std::max(std::abs(double{expected}), std::abs(double{actual}));
  const double smaller = std::min(std::abs(double{expected}), std::abs(double{actual}));
  return larger > 1 ? difference / std::max(smaller, 1e-20) : difference;
}

absl::Status CompareOutputs(const CompiledNet& net, const Values& expected, const Values& actual) {
  for (size_t i = 0; i < expected.size(); ++i) {
    double worst = 0;
    size_t worst_at = 0;
    for (size_t k = 0; k < expected[i].size(); ++k) {
      const double error = ErrorOf(expected[i][k], actual[i][k]);
      if (error <= worst) continue;  // a NaN is never smaller
      worst = error;
      worst_at = k;
      if (std::isnan(error)) break;
    }
    if (!(worst <= kTolerance)) {
      return absl::DataLossError(absl::StrFormat(
          "output %s differs: element %d is %g on the chip and %g in floating point, an error of %g; at most %g",
          net.outputs[i].name, worst_at, actual[i][worst_at], expected[i][worst_at], worst, kTolerance));
    }
  }
  return absl::OkStatus();
}

bmodel::Tensor DescribeTensor(const CompiledTensor& tensor) {
  bmodel::Tensor result;
  result.name = tensor.name;
  result.address = tensor.address;
  result.size = tensor.bytes;
  result.shapes = {tensor.shape};
  result.memory_type = 1;  // TPU
  return result;
}

// The commands of a group as the file holds them.
struct GroupBlobs {
  std::vector<uint8_t> bdc, gdma;
};

GroupBlobs EncodeGroup(const isa::CommandGroup& group) {
  GroupBlobs blobs;
  const auto append = [](std::vector<uint8_t>* blob, const std::array<uint32_t, 32>& words) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(words.data());
    blob->insert(blob->end(), bytes, bytes + sizeof(words));
  };
  blobs.bdc.reserve(group.bdc.size() * isa::kBdcCommandBytes);
  blobs.gdma.reserve(group.gdma.size() * isa::kGdmaCommandBytes);
  for (const isa::BdcCommand& command : group.bdc) append(&blobs.bdc, isa::EncodeBdc(command));
  for (const isa::GdmaCommand& command : group.gdma) append(&blobs.gdma, isa::EncodeGdma(command));
  return blobs;
}

// Busy microseconds of both engines in every layer.
std::string LayerLines(const CompiledNet& net, const isa::Schedule& schedule) {
  std::string lines;
  const auto busy = [](const std::vector<isa::TimedCommand>& commands, uint32_t first, uint32_t count) {
    uint64_t cycles = 0;
    for (uint32_t i = first; i < first + count; ++i) cycles += commands[i].end - commands[i].start;
    return isa::MicrosOf(cycles);
  };
  for (const lowering::LayerCommands& layer : net.layers) {
    absl::StrAppend(&lines, absl::StrFormat("%-32s %-16s bdc %5d %9.1f us  gdma %5d %9.1f us\n", layer.name, layer.op,
                                            layer.bdc_count, busy(schedule.bdc, layer.first_bdc, layer.bdc_count),
                                            layer.gdma_count, busy(schedule.gdma, layer.first_gdma, layer.gdma_count)));
  }
  return lines;
}

absl::Status WriteModel(const CompiledNet& net, const std::string& profile, const std::string& path) {
  std::vector<GroupBlobs> blobs;
  for (const isa::CommandGroup& group : net.groups) blobs.push_back(EncodeGroup(group));
  bmodel::Stage stage;
  for (const CompiledTensor& tensor : net.inputs) stage.inputs.push_back(DescribeTensor(tensor));
  for (const CompiledTensor& tensor : net.outputs) stage.outputs.push_back(DescribeTensor(tensor));
  stage.ctx_address = net.context_address;
  stage.ctx_size = net.context_bytes;
  if (!net.coefficients.empty()) {
    stage.coefficients = bmodel::Coefficients{net.coefficient_address, net.coefficients, std::nullopt, {}};
  }
  for (size_t i = 0; i < blobs.size(); ++i) {
    bmodel::CommandGroup& group = stage.groups.emplace_back();
    group.bdc_count = static_cast<uint32_t>(net.groups[i].bdc.size());
    group.gdma_count = static_cast<uint32_t>(net.groups[i].gdma.size());
    group.bdc = blobs[i].bdc;
    group.gdma = blobs[i].gdma;
  }
  stage.net_profile = absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(profile.data()), profile.size());
  bmodel::Model model;
  model.nets.push_back({net.name, {std::move(stage)}, std::nullopt, 0});
  return bmodel::WriteModelFile(model, path);
}

std::string IoInfo(const CompiledNet& net) {
  std::string text;
  const auto add = [&](const char* kind, const std::vector<CompiledTensor>& tensors) {
    for (const CompiledTensor& tensor : tensors) {
      absl::StrAppend(&text, kind, " ", tensor.name, " ", tensor.shape.ToString(), " float32\n");
    }
  };
  add("input", net.inputs);
  add("output", net.outputs);
  return text;
}

void PrintStored(const CompiledNet& net) {
  const std::string rule(60, '=');
  std::printf("%s\n*** Store bmodel of BMCompiler...\n%s\n", rule.c_str(), rule.c_str());
  for (const CompiledTensor& tensor : net.inputs) std::printf("save_tensor input name [%s]\n", tensor.name.c_str());
  for (const CompiledTensor& tensor : net.outputs) std::printf("save_tensor output name [%s]\n", tensor.name.c_str());
}

void PrintSummary(const CompiledNet& net, const isa::Schedule& schedule, double seconds) {
  const isa::CommandCounts counts = isa::CountCommands(net.groups);
  std::printf("network %s: %d layers, %d command groups, %d BDC and %d GDMA commands\n", net.name.c_str(),
              static_cast<int>(net.layers.size()), static_cast<int>(net.groups.size()), static_cast<int>(counts.bdc),
              static_cast<int>(counts.gdma));
  std::printf("coefficients %.2f MB, neurons %.2f MB, local memory peak %d of %d bytes a lane\n",
              static_cast<double>(net.coefficients.size()) / 1e6, static_cast<double>(net.context_bytes) / 1e6,
              static_cast<int>(net.local_peak_bytes), static_cast<int>(isa::kLaneBytes));
  std::printf("estimated chip time %.1f us (BDC busy %.0f %%, GDMA busy %.0f %%), compiled in %.2f s\n",
              schedule.micros(), 100 * schedule.utilization(isa::Engine::kBdc),
              100 * schedule.utilization(isa::Engine::kGdma), seconds);
}

}  // namespace

absl::Status CheckOptions(const CompileOptions& options) {
  if (options.target != "BM1684") {
    return absl::UnimplementedError(
        absl::StrCat("--target=", options.target, "; the one target that is built is BM1684"));
  }
  if (options.mode != "compile") {
    return absl::UnimplementedError(
        absl::StrCat("--mode=", options.mode, "; the one mode that is built is compile (umodels come later)"));
  }
  if (options.dynamic) {
    return absl::UnimplementedError(
        "--dyn=true; networks of changing shapes are not built, compile one for each shape");
  }
  if (options.opt < 0 || options.opt > 2) {
    return absl::InvalidArgumentError(absl::StrCat("--opt=", options.opt, "; 0, 1 or 2"));
  }
  if (options.outdir.empty()) return absl::InvalidArgumentError("--outdir is not given");
  return absl::OkStatus();
}

absl::Status Compile(const graph::Graph& graph, const CompileOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options));
  const auto start = std::chrono::steady_clock::now();
  Progress(absl::StrCat("simplifying ", graph.name(), " of ", graph.nodes().size(), " operations"));
  graph::Graph simplified = graph;
  if (options.opt > 0) {
    ASSIGN_OR_RETURN(simplified, passes::Simplify(graph));
  }
  Progress(absl::StrCat("lowering ", simplified.nodes().size(), " operations"));
  ASSIGN_OR_RETURN(const CompiledNet net, lowering::Lower(simplified));
  ASSIGN_OR_RETURN(const isa::Schedule schedule, isa::EstimateSchedule(net.groups));
  const std::string layers = LayerLines(net, schedule);

  Values inputs, outputs;
  if (options.compare) {
    inputs = RandomInputs(graph, options.seed);
    Progress("evaluating in floating point");
    ASSIGN_OR_RETURN(outputs, evaluate::Evaluate(graph, inputs));
    Progress("running the commands on the simulated chip");
    ASSIGN_OR_RETURN(const Values actual, simulate::Simulate(net, inputs));
    RETURN_IF_ERROR(CompareOutputs(net, outputs, actual));
  }

  RETURN_IF_ERROR(MakeDirectory(options.outdir));
  RETURN_IF_ERROR(WriteModel(net, options.enable_profile ? layers : "", options.outdir + "/compilation.bmodel"));
  const std::string input_data = options.outdir + "/input_ref_data.dat";
  const std::string output_data = options.outdir + "/output_ref_data.dat";
  if (options.compare) {
    RETURN_IF_ERROR(WriteFile(input_data, RawBytes(inputs)));
    RETURN_IF_ERROR(WriteFile(output_data, RawBytes(outputs)));
  } else {
    // Those of an earlier compilation would belong to another network.
    RETURN_IF_ERROR(RemoveFile(input_data));
    RETURN_IF_ERROR(RemoveFile(output_data));
  }
  RETURN_IF_ERROR(WriteFile(options.outdir + "/io_info.dat", IoInfo(net)));
  PrintStored(net);
  if (options.verbosity >= 4) std::printf("%s", layers.c_str());
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  PrintSummary(net, schedule, elapsed.count());
  std::printf("BMLIB Send Quit Message\n");
  return absl::OkStatus();
}

}  // namespace bm::compile
