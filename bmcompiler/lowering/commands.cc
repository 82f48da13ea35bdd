#include "bmcompiler/lowering/commands.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace bm::lowering {
namespace {

isa::GdmaSide LocalSide(const LocalTensor& tensor) { return {true, tensor.address(), tensor.shape, tensor.stride}; }
isa::GdmaSide SystemSide(const DdrTensor& tensor) { return {false, tensor.address, tensor.shape, tensor.stride}; }

isa::GdmaCommand CopyCommand(isa::Direction direction, const isa::GdmaSide& source, const isa::GdmaSide& target) {
  BM_CHECK(source.shape == target.shape, "copies are between equal shapes");
  isa::GdmaCommand command;
  command.direction = direction;
  command.source = source;
  command.target = target;
  return command;
}

void Rebase(uint64_t neuron_base, isa::GdmaSide* side) {
  if (!side->is_local && (side->address & kNeuronTag) != 0) side->address = side->address - kNeuronTag + neuron_base;
}

}  // namespace

uint16_t Commands::WaitFor(const LocalTensor& tensor, Access access, std::array<uint16_t, 2> Touched::*other) const {
  uint16_t wait = 0;
  const uint32_t end = tensor.offset + tensor.extent_bytes();
  for (uint32_t block = tensor.offset / kBlockBytes; block * kBlockBytes < end; ++block) {
    const std::array<uint16_t, 2>& last = blocks_[block].*other;
    wait = std::max(wait, last[kWrite]);
    if (access == kWrite) wait = std::max(wait, last[kRead]);
  }
  return wait;
}

void Commands::Record(const LocalTensor& tensor, Access access, std::array<uint16_t, 2> Touched::*engine, uint16_t id) {
  const uint32_t end = tensor.offset + tensor.extent_bytes();
  BM_CHECK(end <= isa::kLaneBytes, "a tensor beyond local memory");
  for (uint32_t block = tensor.offset / kBlockBytes; block * kBlockBytes < end; ++block) {
    (blocks_[block].*engine)[access] = id;
  }
}

void Commands::StartGroupIfFull() {
  const isa::CommandGroup& group = groups_.back();
  if (group.bdc.size() < kLastId && group.gdma.size() < kLastId) return;
  groups_.emplace_back();
  blocks_.fill({});
}

void Commands::Bdc(isa::BdcOp op, std::initializer_list<LocalTensor> reads, std::initializer_list<LocalTensor> writes) {
  StartGroupIfFull();
  std::vector<isa::BdcCommand>& queue = groups_.back().bdc;
  isa::BdcCommand command;
  command.id = static_cast<uint16_t>(queue.size() + 1);
  for (const LocalTensor& tensor : reads) {
    command.wait_gdma = std::max(command.wait_gdma, WaitFor(tensor, kRead, &Touched::gdma));
    Record(tensor, kRead, &Touched::bdc, command.id);
  }
  for (const LocalTensor& tensor : writes) {
    command.wait_gdma = std::max(command.wait_gdma, WaitFor(tensor, kWrite, &Touched::gdma));
    Record(tensor, kWrite, &Touched::bdc, command.id);
  }
  command.op = std::move(op);
  queue.push_back(std::move(command));
  ++bdc_count_;
}

void Commands::Gdma(isa::GdmaCommand command, const LocalTensor* read, const LocalTensor* write) {
  StartGroupIfFull();
  std::vector<isa::GdmaCommand>& queue = groups_.back().gdma;
  command.id = static_cast<uint16_t>(queue.size() + 1);
  if (read != nullptr) {
    command.wait_bdc = std::max(command.wait_bdc, WaitFor(*read, kRead, &Touched::bdc));
    Record(*read, kRead, &Touched::gdma, command.id);
  }
  if (write != nullptr) {
    command.wait_bdc = std::max(command.wait_bdc, WaitFor(*write, kWrite, &Touched::bdc));
    Record(*write, kWrite, &Touched::gdma, command.id);
  }
  queue.push_back(std::move(command));
  ++gdma_count_;
}

void Commands::Fill(const LocalTensor& target, float value) {
  isa::GdmaCommand command;
  command.function = isa::GdmaFunction::kFill;
  command.same_shape = false;
  std::memcpy(&command.constant, &value, sizeof(value));
  command.target = LocalSide(target);
  Gdma(std::move(command), nullptr, &target);
}

void Commands::Load(const DdrTensor& source, const LocalTensor& target) {
  Gdma(CopyCommand(isa::Direction::kSystemToLocal, SystemSide(source), LocalSide(target)), nullptr, &target);
}

void Commands::Store(const LocalTensor& source, const DdrTensor& target) {
  Gdma(CopyCommand(isa::Direction::kLocalToSystem, LocalSide(source), SystemSide(target)), &source, nullptr);
}

void Commands::Move(const LocalTensor& source, const LocalTensor& target) {
  Gdma(CopyCommand(isa::Direction::kLocalToLocal, LocalSide(source), LocalSide(target)), &source, &target);
}

void Commands::Copy(const DdrTensor& source, const DdrTensor& target) {
  Gdma(CopyCommand(isa::Direction::kSystemToSystem, SystemSide(source), SystemSide(target)), nullptr, nullptr);
}

void Commands::CopyFlat(uint64_t source, uint64_t target, uint64_t elements) {
  constexpr uint64_t kMost = 0xFFFFFFFF;
  for (uint64_t begin = 0; begin < elements; begin += kMost) {
    isa::GdmaCommand command;
    command.direction = isa::Direction::kSystemToSystem;
    command.is_flat = true;
    command.has_strides = false;
    command.flat_count = static_cast<uint32_t>(std::min(kMost, elements - begin));
    command.source.address = source + sizeof(float) * begin;
    command.target.address = target + sizeof(float) * begin;
    Gdma(std::move(command), nullptr, nullptr);
  }
}

std::vector<isa::CommandGroup> Commands::Finish(uint64_t neuron_base) {
  for (isa::CommandGroup& group : groups_) {
    for (isa::GdmaCommand& command : group.gdma) {
      Rebase(neuron_base, &command.source);
      Rebase(neuron_base, &command.target);
    }
  }
  return std::move(groups_);
}

}  // namespace bm::lowering
