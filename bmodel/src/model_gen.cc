// bmodel.hpp: CalcSha256 and ModelGen.
#include <algorithm>
#include <cstring>
#include <ctime>
#include <limits>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/file.h"
#include "base/sha256.h"
#include "bmodel/include/bmodel.hpp"

namespace bmodel {
namespace {

constexpr uint32_t kMagic = 0xFF55AAEE;

[[noreturn]] void Fail(const std::string& reason) { throw std::runtime_error(reason); }

std::string CurrentTime() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  return ctime_r(&now, text);
}

}  // namespace

void CalcSha256(const uint8_t* buffer, uint64_t size, uint8_t sha_value[SHA256_LEN]) {
  const bm::Sha256Digest digest = bm::Sha256(absl::MakeConstSpan(buffer, size));
  std::copy(digest.begin(), digest.end(), sha_value);
}

ModelGen::ModelGen(uint32_t reserved_size) : num_device_(0), max_neuron_size_(0) { binary_.reserve(reserved_size); }

ModelGen::~ModelGen() = default;

flatbuffers::FlatBufferBuilder& ModelGen::Builder() { return builder_; }

Binary ModelGen::WriteBinary(size_t size, uint8_t* buffer) {
  for (const Binary& known : binary_vector_) {
    if (known.size() != size) continue;
    if (size == 0 || std::memcmp(binary_.data() + known.start(), buffer, size) == 0) return known;
  }
  if (size > std::numeric_limits<uint32_t>::max() - binary_.size()) {
    Fail(absl::StrCat("a blob of ", size, " bytes exceeds the 4 GiB of a bmodel, which holds ", binary_.size()));
  }
  const Binary range(binary_.size(), size);
  binary_.insert(binary_.end(), buffer, buffer + size);
  binary_vector_.push_back(range);
  return range;
}

void ModelGen::AddChip(const std::string& arch_name) { chip_ = arch_name; }

void ModelGen::AddNumDevice(int num_device) { num_device_ = num_device; }

void ModelGen::AddNet(const flatbuffers::Offset<Net>& net) { nets_.push_back(net); }

void ModelGen::AddNet(std::string net_name, const flatbuffers::Offset<NetParameter>& parameter, uint32_t* net_idx,
                      uint32_t* stage_idx, const bmodel::Cascade* cascade, int32_t addr_mode) {
  CASCADE_INFO_T info = {};
  if (cascade != nullptr) {
    info.device_id = cascade->device_id();
    info.step = cascade->step();
    if (cascade->main_name() != nullptr) info.main_name = cascade->main_name()->str();
  }
  AddNet(net_name, info, parameter, addr_mode);
  const auto place =
      std::find_if(net_vector_.begin(), net_vector_.end(), [&](const NET_INFO_T& net) { return net.name == net_name; });
  if (net_idx != nullptr) *net_idx = static_cast<uint32_t>(place - net_vector_.begin());
  if (stage_idx != nullptr) *stage_idx = static_cast<uint32_t>(place->parameters.size() - 1);
}

void ModelGen::AddNet(const std::string& net_name, const CASCADE_INFO_T& cascade,
                      const flatbuffers::Offset<NetParameter>& parameter, int32_t addr_mode) {
  const NetParameter* added = flatbuffers::GetTemporaryPointer(builder_, parameter);
  max_neuron_size_ = std::max(max_neuron_size_, added->ctx_size());
  const auto place =
      std::find_if(net_vector_.begin(), net_vector_.end(), [&](const NET_INFO_T& net) { return net.name == net_name; });
  if (place == net_vector_.end()) {
    net_vector_.push_back({net_name, {parameter}, cascade, addr_mode});
    return;
  }
  if (!cascade.main_name.empty() || !place->cascade.main_name.empty()) {
    Fail(absl::StrCat("net ", net_name, " is part of a cascade and has a stage already"));
  }
  if (place->addr_mode != addr_mode) {
    Fail(absl::StrCat("net ", net_name, " has address mode ", place->addr_mode, ", the new stage ", addr_mode));
  }
  for (const flatbuffers::Offset<NetParameter>& stage : place->parameters) {
    const NetParameter* known = flatbuffers::GetTemporaryPointer(builder_, stage);
    if (known->is_dynamic() != added->is_dynamic() || IsTensorConflict(known->input_tensor(), added->input_tensor())) {
      Fail(absl::StrCat("net ", net_name, ": the new stage does not fit stage ", &stage - place->parameters.data(),
                        ": kind, names or types of the inputs differ, or all "
                        "their shapes are equal"));
    }
  }
  place->parameters.push_back(parameter);
}

bool ModelGen::IsTensorConflict(const flatbuffers::Vector<flatbuffers::Offset<Tensor>>* left,
                                const flatbuffers::Vector<flatbuffers::Offset<Tensor>>* right) {
  if (left == nullptr || right == nullptr || left->size() != right->size()) return true;
  bool any_shape_differs = false;
  for (uint32_t i = 0; i < left->size(); ++i) {
    const Tensor* a = left->Get(i);
    const Tensor* b = right->Get(i);
    if (a->name()->str() != b->name()->str() || a->data_type() != b->data_type() || a->scale() != b->scale() ||
        a->zero_point() != b->zero_point() || a->shape() == nullptr || b->shape() == nullptr) {
      return true;
    }
    const bool is_same =
        a->shape()->size() > 0 && b->shape()->size() > 0 && IsShapeSame(a->shape()->Get(0), b->shape()->Get(0));
    any_shape_differs |= !is_same;
  }
  return !any_shape_differs;
}

bool ModelGen::IsShapeSame(const Shape* left, const Shape* right) {
  if (left->dim() == nullptr || right->dim() == nullptr) return left->dim() == right->dim();
  return std::equal(left->dim()->begin(), left->dim()->end(), right->dim()->begin(), right->dim()->end());
}

void ModelGen::AddKernelModule(std::string& file_name, Binary& binary) { kernel_module_ = {file_name, binary}; }

void ModelGen::AddCpuModule(std::string& file_name, Binary& binary) { cpuop_module_ = {file_name, binary}; }

void ModelGen::Finish(const std::string& filename) {
  Finish();
  Save(filename);
}

size_t ModelGen::Finish() {
  for (const NET_INFO_T& net : net_vector_) {
    const auto name = builder_.CreateString(net.name);
    const auto parameters = builder_.CreateVector(net.parameters);
    flatbuffers::Offset<Cascade> cascade;
    if (!net.cascade.main_name.empty()) {
      cascade = CreateCascade(builder_, static_cast<uint32_t>(net.cascade.device_id),
                              static_cast<uint32_t>(net.cascade.step), builder_.CreateString(net.cascade.main_name));
    }
    nets_.push_back(CreateNet(builder_, name, 0, 0, parameters, cascade, net.addr_mode));
  }
  const auto type = builder_.CreateString("B");
  const auto version = builder_.CreateString("2.2");
  const auto time = builder_.CreateString(CurrentTime());
  const auto chip = builder_.CreateString(chip_);
  const auto nets = builder_.CreateVector(nets_);
  const auto kernel =
      CreateKernelModule(builder_, builder_.CreateString(kernel_module_.file_name), &kernel_module_.binary);
  const auto cpuop = CreateCpuopModule(builder_, builder_.CreateString(cpuop_module_.file_name), &cpuop_module_.binary);
  builder_.Finish(CreateModel(builder_, type, version, time, chip, nets, max_neuron_size_, kernel,
                              static_cast<uint32_t>(num_device_), cpuop));
  return sizeof(MODEL_HEADER_T) + builder_.GetSize() + binary_.size();
}

void ModelGen::Save(const std::string& filename) {
  std::vector<uint8_t> file(sizeof(MODEL_HEADER_T) + builder_.GetSize() + binary_.size());
  Save(file.data());
  const absl::Status status = bm::WriteFile(filename, file);
  if (!status.ok()) Fail(std::string(status.message()));
}

void ModelGen::Save(void* buffer) {
  MODEL_HEADER_T header = {};
  header.magic = kMagic;
  header.header_size = sizeof(header);
  header.flatbuffers_size = builder_.GetSize();
  header.binary_size = static_cast<uint32_t>(binary_.size());
  auto* target = static_cast<uint8_t*>(buffer);
  std::memcpy(target, &header, sizeof(header));
  std::memcpy(target + sizeof(header), builder_.GetBufferPointer(), builder_.GetSize());
  std::copy(binary_.begin(), binary_.end(), target + sizeof(header) + builder_.GetSize());
}

uint8_t* ModelGen::GetBufferPointer() { return builder_.GetBufferPointer(); }

}  // namespace bmodel
