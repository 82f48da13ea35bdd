#include "bmdriver_sim/reference/executor.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "isa/command_group.h"
#include "isa/schedule.h"

namespace bm::reference {
namespace {

absl::Status At(const absl::Status& status, size_t group, const std::string& what) {
  return absl::Status(status.code(), absl::StrCat("group ", group, ", ", what, ": ", status.message()));
}

class ReferenceProgram : public chip::Program {
 public:
  ReferenceProgram(absl::Span<const chip::CommandGroupImage> images, chip::Chip* chip)
      : images_(images.begin(), images.end()), chip_(*chip) {}

  // A failure leaves the generation as it was, so that the next Run decodes and fails again.
  absl::Status Decode() {
    groups_.clear();
    orders_.clear();
    const uint64_t generation = Generation();
    for (size_t i = 0; i < images_.size(); ++i) {
      absl::StatusOr<isa::CommandGroup> group = DecodeImage(images_[i]);
      if (!group.ok()) return At(group.status(), i, "decoding");
      absl::StatusOr<std::vector<isa::ScheduledCommand>> order = isa::SequentialOrder(*group);
      if (!order.ok()) return At(order.status(), i, "ordering");
      groups_.push_back(*std::move(group));
      orders_.push_back(*std::move(order));
    }
    ASSIGN_OR_RETURN(const isa::Schedule schedule, isa::EstimateSchedule(groups_));
    cycles_ = schedule.cycles;
    generation_ = generation;
    return absl::OkStatus();
  }

  absl::Status Refresh() override { return Generation() == generation_ ? absl::OkStatus() : Decode(); }

  absl::Status Run() override {
    RETURN_IF_ERROR(Refresh());
    const ScopedChipFloats floats;
    for (size_t i = 0; i < groups_.size(); ++i) {
      for (const isa::ScheduledCommand& scheduled : orders_[i]) {
        const absl::Status status = RunOne(groups_[i], scheduled);
        if (!status.ok()) return At(status, i, Describe(groups_[i], scheduled));
      }
    }
    return absl::OkStatus();
  }

  uint64_t EstimatedCycles() const override { return cycles_; }
  absl::Span<const isa::CommandGroup> groups() const override { return groups_; }

 private:
  // Advances whenever somebody writes into the pages of the commands.
  uint64_t Generation() const {
    uint64_t newest = 0;
    for (const chip::CommandGroupImage& image : images_) {
      newest =
          std::max(newest, chip_.GenerationOf(image.bdc_address, uint64_t{image.bdc_count} * isa::kBdcCommandBytes));
      newest =
          std::max(newest, chip_.GenerationOf(image.gdma_address, uint64_t{image.gdma_count} * isa::kGdmaCommandBytes));
    }
    return newest;
  }

  absl::StatusOr<isa::CommandGroup> DecodeImage(const chip::CommandGroupImage& image) {
    std::vector<uint8_t> bdc(uint64_t{image.bdc_count} * isa::kBdcCommandBytes);
    if (image.bdc_count > 0) {
      ASSIGN_OR_RETURN(const absl::Span<uint8_t> bytes, chip_.System(image.bdc_address, bdc.size()));
      for (size_t offset = 0; offset < bdc.size(); offset += isa::kBdcCommandBytes) {
        isa::BdcWords words;
        std::memcpy(words.data(), bytes.data() + offset, sizeof(words));
        words = isa::ReverseWords(words);
        std::memcpy(bdc.data() + offset, words.data(), sizeof(words));
      }
    }
    absl::Span<uint8_t> gdma;
    if (image.gdma_count > 0) {
      ASSIGN_OR_RETURN(gdma, chip_.System(image.gdma_address, uint64_t{image.gdma_count} * isa::kGdmaCommandBytes));
    }
    return isa::DecodeGroup(bdc, gdma);
  }

  absl::Status RunOne(const isa::CommandGroup& group, const isa::ScheduledCommand& scheduled) {
    if (scheduled.engine == isa::Engine::kGdma) return Execute(group.gdma[scheduled.index], &chip_);
    return std::visit([this](const auto& op) { return Execute(op, &chip_); }, group.bdc[scheduled.index].op);
  }

  static std::string Describe(const isa::CommandGroup& group, const isa::ScheduledCommand& scheduled) {
    const bool is_bdc = scheduled.engine == isa::Engine::kBdc;
    return absl::StrCat(
        is_bdc ? "BDC" : "GDMA", " command ", scheduled.index, " (",
        is_bdc ? isa::Disassemble(group.bdc[scheduled.index]) : isa::Disassemble(group.gdma[scheduled.index]), ")");
  }

  const std::vector<chip::CommandGroupImage> images_;
  chip::Chip& chip_;
  uint64_t generation_ = 0;
  uint64_t cycles_ = 0;
  std::vector<isa::CommandGroup> groups_;
  std::vector<std::vector<isa::ScheduledCommand>> orders_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<chip::Program>> ReferenceExecutor::Prepare(
    absl::Span<const chip::CommandGroupImage> groups, chip::Chip* chip) {
  auto program = std::make_unique<ReferenceProgram>(groups, chip);
  RETURN_IF_ERROR(program->Decode());
  return program;
}

}  // namespace bm::reference
