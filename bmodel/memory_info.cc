#include "bmodel/memory_info.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::bmodel {
namespace {

class Accountant {
 public:
  void Add(const Net& net);
  MemoryInfo Take();

 private:
  void Add(const Stage& stage);
  void Add(const SubNet& subnet);

  MemoryInfo info_;
  uint64_t shared_neurons_ = 0;
  std::set<Sha256Digest> coefficient_codes_, constant_codes_;
};

// A chip of commands of one size states only their number.
uint64_t CommandBytes(uint32_t count, uint32_t stated_bytes, uint64_t command_bytes) {
  return stated_bytes != 0 ? stated_bytes : count * command_bytes;
}

uint64_t ContextBytes(const Stage& stage) {
  const std::vector<uint64_t> bulks = stage.ContextBulks();
  return std::accumulate(bulks.begin(), bulks.end(), uint64_t{0});
}

void Accountant::Add(const SubNet& subnet) {
  for (const CoreCommands& core : subnet.cores) {
    for (const Bytes blob : core.sdma) info_.sdma_commands += blob.size();
    for (const Bytes blob : core.hau) info_.hau_commands += blob.size();
  }
  for (const CpuLayer& layer : subnet.cpu_layers) {
    for (const CpuConstant& constant : layer.constants) {
      const bool is_new = !constant.check_code || constant_codes_.insert(*constant.check_code).second;
      if (is_new) info_.host_coefficients += constant.bytes.size();
    }
  }
}

void Accountant::Add(const Stage& stage) {
  for (const CommandGroup& group : stage.groups) {
    info_.bdc_commands += CommandBytes(group.bdc_count, group.bdc_total_bytes, isa::kBdcCommandBytes);
    info_.gdma_commands += CommandBytes(group.gdma_count, group.gdma_total_bytes, isa::kGdmaCommandBytes);
  }
  for (const SubNet& subnet : stage.subnets) Add(subnet);
  if (!stage.ir_info.empty()) info_.dynamic_ir += uint64_t{stage.ir_info[0].length_words} * 4;
  if (stage.coefficients.has_value()) {
    const Coefficients& coefficients = *stage.coefficients;
    const bool is_new = !coefficients.check_code || coefficient_codes_.insert(*coefficients.check_code).second;
    if (is_new) info_.coefficients += coefficients.bytes.size();
  }
  for (const std::vector<Tensor>* side : {&stage.inputs, &stage.outputs}) {
    for (const Tensor& tensor : *side) {
      info_.middle_buffer = std::max(info_.middle_buffer, tensor.shape().Count().value_or(0) * 4);
    }
  }
  info_.host_neurons += uint64_t{stage.host_floats} * 4;
}

void Accountant::Add(const Net& net) {
  uint64_t largest = 0;
  for (const Stage& stage : net.stages) {
    Add(stage);
    largest = std::max(largest, ContextBytes(stage));
  }
  if (!net.stages.empty() && net.stages[0].subnets.size() > 1) {
    info_.neurons += largest;
  } else {
    shared_neurons_ = std::max(shared_neurons_, largest);
  }
}

MemoryInfo Accountant::Take() {
  info_.neurons += shared_neurons_;
  return info_;
}

}  // namespace

MemoryInfo MemoryOf(const Model& model) {
  Accountant accountant;
  for (const Net& net : model.nets) accountant.Add(net);
  return accountant.Take();
}

}  // namespace bm::bmodel
