#include "bmodel/testing/sample_models.h"

#include <numeric>

namespace bm::testing {
namespace {

constexpr uint64_t kContextBytes = 64 * 1024;
constexpr uint64_t kContextAddress = bmodel::kCompileBase + 0x1000;

}  // namespace

bmodel::Tensor FloatTensor(const std::string& name, uint64_t address, const Shape& shape) {
  bmodel::Tensor tensor;
  tensor.name = name;
  tensor.address = address;
  tensor.size = static_cast<uint64_t>(shape.count()) * 4;
  tensor.shapes = {shape};
  return tensor;
}

SampleModel ModelWithoutCommands(const std::string& net, const std::vector<Shape>& shapes) {
  SampleModel sample;
  sample.coefficients.resize(256);
  std::iota(sample.coefficients.begin(), sample.coefficients.end(), uint8_t{0});
  sample.model.time = "Tue Nov 24 12:00:00 2026\n";
  bmodel::Net& added = sample.model.nets.emplace_back();
  added.name = net;
  for (const Shape& shape : shapes) {
    bmodel::Stage& stage = added.stages.emplace_back();
    stage.inputs = {FloatTensor("in", kContextAddress, shape)};
    stage.outputs = {FloatTensor("out", kContextAddress + kContextBytes / 2, shape)};
    stage.coefficients.emplace();
    stage.coefficients->address = bmodel::kCompileBase;
    stage.coefficients->bytes = sample.coefficients;
    stage.coefficients->locations = {{"conv1", 64, 128}};
    stage.ctx_address = kContextAddress;
    stage.ctx_size = kContextBytes;
  }
  return sample;
}

SampleModel ModelWithEverything() {
  SampleModel sample = ModelWithoutCommands("net", {Shape{1, 3, 4, 4}});
  bmodel::Model& model = sample.model;
  const bmodel::Bytes bytes = sample.coefficients;
  bmodel::Stage& stage = model.nets[0].stages[0];
  stage.net_profile = bytes.subspan(0, 10);
  stage.net_stat = bytes.subspan(10, 11);
  stage.tensor_locations = bytes.subspan(20, 12);
  stage.ir = bytes.subspan(0, 128);
  stage.ir_info = {{32, 8, 4, 8, 4}};
  stage.host_floats = 1000;
  stage.core_count = 1;
  stage.ctx_sizes = {0x8000, 0x8000};

  bmodel::SubNet tpu;
  tpu.id = 0;
  tpu.next_ids = {1};
  tpu.inputs = stage.inputs;
  tpu.outputs = stage.outputs;
  tpu.is_dynamic = true;
  tpu.ir_bytes = 64;
  tpu.cores.emplace_back();
  tpu.cores[0].sdma = {bytes.subspan(0, 16), bytes.subspan(16, 16)};
  tpu.cores[0].hau = {bytes.subspan(32, 16)};
  bmodel::SubNet cpu;
  cpu.mode = bmodel::SubNetMode::kCpu;
  cpu.id = 1;
  cpu.next_ids = {2};
  cpu.inputs = stage.outputs;
  cpu.outputs = stage.outputs;
  bmodel::CpuLayer& layer = cpu.cpu_layers.emplace_back();
  layer.op_type = 7;
  layer.parameter = bytes.subspan(0, 8);
  layer.constants.push_back({"anchors", bytes.subspan(100, 24), {}});
  bmodel::SubNet choice;
  choice.mode = bmodel::SubNetMode::kSwitch;
  choice.id = 2;
  choice.next_ids = {3, -1};
  choice.inputs = stage.outputs;
  choice.outputs = stage.outputs;
  choice.switch_rule = bmodel::SwitchRule{{0}, {1}};
  bmodel::SubNet merge;
  merge.mode = bmodel::SubNetMode::kMerge;
  merge.id = 3;
  merge.inputs = {stage.outputs[0], stage.outputs[0]};
  merge.outputs = stage.outputs;
  merge.merge = std::vector<std::vector<int32_t>>{{0, 1}};
  stage.subnets = {tpu, cpu, choice, merge};

  bmodel::Net part = model.nets[0];
  part.name = "part";
  part.cascade = bmodel::Cascade{1, 2, "main"};
  model.nets.push_back(part);
  model.device_count = 2;
  model.kernel_module = bmodel::Module{"firmware.so", bytes.subspan(0, 32)};
  model.cpuop_module = bmodel::Module{"cpuop.so", bytes.subspan(32, 32)};
  return sample;
}

}  // namespace bm::testing
