#include "bmodel/testing/sample_models.h"

#include <algorithm>
#include <numeric>

#include "base/checked_math.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::testing {
namespace {

constexpr uint64_t kContextBytes = 64 * 1024;
constexpr uint64_t kContextAddress = bmodel::kCompileBase + 0x1000;

isa::Dims4 ToDims(const Shape& shape) {
  return {static_cast<uint32_t>(shape[0]), static_cast<uint32_t>(shape[1]), static_cast<uint32_t>(shape[2]),
          static_cast<uint32_t>(shape[3])};
}

isa::GdmaSide SystemSide(uint64_t address, const isa::Dims4& shape) {
  return {false, address, shape, {shape.c * shape.h * shape.w, shape.h * shape.w, shape.w, 1}};
}

// Aligned local memory from lane 0 on; at most 64 channels, so one slot.
isa::GdmaSide LocalSide(uint32_t address, const isa::Dims4& shape) {
  const auto slot = static_cast<uint32_t>(AlignUp(uint64_t{shape.h} * shape.w, isa::kAlignWords));
  return {true, address, shape, {slot, slot, shape.w, 1}};
}

isa::GdmaCommand Load(uint16_t id, const isa::GdmaSide& source, uint32_t target) {
  isa::GdmaCommand command;
  command.id = id;
  command.direction = isa::Direction::kSystemToLocal;
  command.source = source;
  command.target = LocalSide(target, source.shape);
  return command;
}

template <typename Words>
void Append(const Words& words, std::vector<uint8_t>* blob) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(words.data());
  blob->insert(blob->end(), bytes, bytes + sizeof(words));
}

constexpr uint32_t kLocalInput = 0, kLocalWeight = 0x10000, kLocalResult = 0x20000;

// Loads input and weights, adds them, stores the result.
void AddCommands(SampleModel* sample, bmodel::Stage* stage) {
  const isa::Dims4 shape = ToDims(stage->inputs[0].shape());
  isa::GdmaSide weights = SystemSide(bmodel::kCompileBase, shape);
  weights.stride.n = 0;
  isa::BdcCommand add;
  add.id = 1;
  add.wait_gdma = 2;
  isa::TensorArithmetic sum;
  sum.eu = isa::Eu::kAdd;
  sum.shape = shape;
  sum.a.address = kLocalInput;
  sum.b.address = kLocalWeight;
  sum.result.address = kLocalResult;
  add.op = sum;
  isa::GdmaCommand store;
  store.id = 3;
  store.wait_bdc = 1;
  store.direction = isa::Direction::kLocalToSystem;
  store.source = LocalSide(kLocalResult, shape);
  store.target = SystemSide(stage->outputs[0].address, shape);

  std::vector<uint8_t>& bdc = sample->blobs.emplace_back();
  Append(isa::EncodeBdc(add), &bdc);
  std::vector<uint8_t>& gdma = sample->blobs.emplace_back();
  Append(isa::EncodeGdma(Load(1, SystemSide(stage->inputs[0].address, shape), kLocalInput)), &gdma);
  Append(isa::EncodeGdma(Load(2, weights, kLocalWeight)), &gdma);
  Append(isa::EncodeGdma(store), &gdma);
  stage->groups = {{1, 3, bdc, gdma}};
}

}  // namespace

std::vector<float> SampleWeights(int64_t count) {
  std::vector<float> weights;
  for (int64_t i = 0; i < count; ++i) weights.push_back(0.5f * static_cast<float>(i) - 3.0f);
  return weights;
}

SampleModel ModelWithCommands(const std::string& net, const std::vector<Shape>& shapes) {
  SampleModel sample = ModelWithoutCommands(net, shapes);
  int64_t count = 0;
  for (const Shape& shape : shapes) count = std::max(count, shape.CountOf(1, 4));
  const std::vector<float> weights = SampleWeights(count);
  const auto* bytes = reinterpret_cast<const uint8_t*>(weights.data());
  sample.coefficients.assign(bytes, bytes + weights.size() * sizeof(float));
  for (bmodel::Stage& stage : sample.model.nets[0].stages) {
    stage.coefficients->bytes = sample.coefficients;
    stage.coefficients->locations = {{"weights", 0, sample.coefficients.size()}};
    AddCommands(&sample, &stage);
  }
  return sample;
}

SampleModel ModelThatCopies(const Shape& shape, bmodel::StoreMode input_mode, bmodel::StoreMode output_mode) {
  SampleModel sample = ModelWithoutCommands("copy", {shape});
  bmodel::Stage& stage = sample.model.nets[0].stages[0];
  for (bmodel::Tensor* tensor : {&stage.inputs[0], &stage.outputs[0]}) tensor->data_type = bmodel::DataType::kInt8;
  stage.inputs[0].store_mode = input_mode;
  stage.outputs[0].store_mode = output_mode;
  const auto bytes = static_cast<uint32_t>(stage.inputs[0].DeviceBytes().value());
  isa::GdmaCommand copy;
  copy.id = 1;
  copy.direction = isa::Direction::kSystemToSystem;
  copy.source_format = isa::DataFormat::kI8;
  copy.source = SystemSide(stage.inputs[0].address, {1, 1, 1, bytes});
  copy.target = SystemSide(stage.outputs[0].address, {1, 1, 1, bytes});
  std::vector<uint8_t>& gdma = sample.blobs.emplace_back();
  Append(isa::EncodeGdma(copy), &gdma);
  stage.groups = {{0, 1, {}, gdma}};
  return sample;
}

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
