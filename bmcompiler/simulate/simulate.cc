#include "bmcompiler/simulate/simulate.h"

#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "bmdriver_sim/chip/chip.h"
#include "bmdriver_sim/reference/executor.h"
#include "isa/command_group.h"

namespace bm::simulate {
namespace {

// Commands lie where no compiled address reaches.
constexpr uint64_t kCommandBase = 0x400000000;

absl::Status Write(chip::Chip* chip, uint64_t address, const void* data, uint64_t size) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, chip->System(address, size));
  if (size > 0) std::memcpy(target.data(), data, size);
  chip->MarkWritten(address, size);
  return absl::OkStatus();
}

absl::StatusOr<chip::CommandGroupImage> Upload(const isa::CommandGroup& group, uint64_t address, chip::Chip* chip) {
  chip::CommandGroupImage image;
  image.bdc_address = address;
  image.bdc_count = static_cast<uint32_t>(group.bdc.size());
  for (const isa::BdcCommand& command : group.bdc) {
    const isa::BdcWords words = isa::ReverseWords(isa::EncodeBdc(command));
    RETURN_IF_ERROR(Write(chip, address, words.data(), sizeof(words)));
    address += sizeof(words);
  }
  image.gdma_address = address;
  image.gdma_count = static_cast<uint32_t>(group.gdma.size());
  for (const isa::GdmaCommand& command : group.gdma) {
    const isa::GdmaWords words = isa::EncodeGdma(command);
    RETURN_IF_ERROR(Write(chip, address, words.data(), sizeof(words)));
    address += sizeof(words);
  }
  return image;
}

}  // namespace

absl::StatusOr<std::vector<std::vector<float>>> Simulate(const lowering::CompiledNet& net,
                                                         const std::vector<std::vector<float>>& inputs) {
  if (inputs.size() != net.inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat(inputs.size(), " arrays for ", net.inputs.size(), " inputs"));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<chip::Chip> chip, chip::Chip::Create());
  RETURN_IF_ERROR(Write(chip.get(), net.coefficient_address, net.coefficients.data(), net.coefficients.size()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].size() * sizeof(float) != net.inputs[i].bytes) {
      return absl::InvalidArgumentError(absl::StrCat("input ", net.inputs[i].name, " takes ", net.inputs[i].bytes,
                                                     " bytes and is given ", inputs[i].size() * sizeof(float)));
    }
    RETURN_IF_ERROR(Write(chip.get(), net.inputs[i].address, inputs[i].data(), net.inputs[i].bytes));
  }
  std::vector<chip::CommandGroupImage> images;
  uint64_t address = kCommandBase;
  for (const isa::CommandGroup& group : net.groups) {
    ASSIGN_OR_RETURN(images.emplace_back(), Upload(group, address, chip.get()));
    address += (group.bdc.size() + group.gdma.size()) * isa::kBdcCommandBytes;
  }
  reference::ReferenceExecutor executor;
  ASSIGN_OR_RETURN(const std::unique_ptr<chip::Program> program, executor.Prepare(images, chip.get()));
  RETURN_IF_ERROR(program->Run());
  std::vector<std::vector<float>> outputs;
  for (const lowering::CompiledTensor& tensor : net.outputs) {
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> bytes, chip->System(tensor.address, tensor.bytes));
    std::vector<float>& output = outputs.emplace_back(tensor.bytes / sizeof(float));
    std::memcpy(output.data(), bytes.data(), bytes.size());
  }
  return outputs;
}

}  // namespace bm::simulate
