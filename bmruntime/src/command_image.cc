#include "bmruntime/src/command_image.h"

#include <cstring>
#include <utility>

#include "absl/types/span.h"
#include "base/status_macros.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::runtime {
namespace {

constexpr uint32_t kBdcLast = 1u << 1;   // word 0
constexpr uint32_t kGdmaLast = 1u << 2;  // word 0

// Words of a GDMA descriptor that hold system addresses.
constexpr size_t kSourceLow = 16, kTargetLow = 17, kHighBytes = 18;
constexpr int kSourceHighShift = 0, kTargetHighShift = 8;

void PutAddress(isa::GdmaWords* words, size_t low_word, int high_shift, uint64_t address) {
  (*words)[low_word] = static_cast<uint32_t>(address);
  uint32_t& high = (*words)[kHighBytes];
  high = (high & ~(0xFFu << high_shift)) | (static_cast<uint32_t>(address >> 32) & 0xFF) << high_shift;
}

absl::Status Relocate(const Relocation& relocation, isa::GdmaWords* words) {
  ASSIGN_OR_RETURN(const isa::GdmaCommand command, isa::DecodeGdma(*words));
  if (const auto source = bmodel::SystemSource(command)) {
    ASSIGN_OR_RETURN(const uint64_t address, relocation.Move(source->address, source->size));
    PutAddress(words, kSourceLow, kSourceHighShift, address);
  }
  if (const auto target = bmodel::SystemTarget(command)) {
    ASSIGN_OR_RETURN(const uint64_t address, relocation.Move(target->address, target->size));
    PutAddress(words, kTargetLow, kTargetHighShift, address);
  }
  return absl::OkStatus();
}

template <typename Words>
Words LoadWords(bmodel::Bytes blob, size_t index) {
  Words words;
  std::memcpy(words.data(), blob.data() + index * sizeof(words), sizeof(words));
  return words;
}

template <typename Words>
void Append(const Words& words, std::vector<uint8_t>* image) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(words.data());
  image->insert(image->end(), bytes, bytes + sizeof(words));
}

}  // namespace

absl::StatusOr<Relocation> Relocation::Of(const bmodel::Stage& stage, const Placement& placement) {
  ASSIGN_OR_RETURN(bmodel::AddressSpace space, bmodel::AddressSpace::Of(stage));
  Relocation relocation(std::move(space));
  if (stage.coefficients.has_value()) {
    relocation.coefficient_offset_ = placement.coefficients - stage.coefficients->address;
  }
  relocation.io_offset_ = placement.io - stage.io_address;
  uint64_t bulk_start = stage.ctx_address;
  const std::vector<uint64_t> bulks = stage.ContextBulks();
  for (size_t i = 0; i < bulks.size(); ++i) {
    relocation.neuron_offsets_.push_back(placement.neurons[i] - bulk_start);
    bulk_start += bulks[i];
  }
  return relocation;
}

uint64_t Relocation::OffsetOf(const bmodel::Place& place) const {
  switch (place.region) {
    case bmodel::Region::kL2:
      return 0;
    case bmodel::Region::kCoefficients:
      return coefficient_offset_;
    case bmodel::Region::kIo:
      return io_offset_;
    case bmodel::Region::kContext:
      return neuron_offsets_[place.bulk];
  }
  return 0;
}

absl::StatusOr<uint64_t> Relocation::Move(uint64_t address, uint64_t size) const {
  ASSIGN_OR_RETURN(const bmodel::Place place, space_.Find(address, size));
  return address + OffsetOf(place);
}

std::vector<uint8_t> BdcImage(const std::vector<bmodel::CommandGroup>& groups) {
  std::vector<uint8_t> image;
  for (const bmodel::CommandGroup& group : groups) {
    for (size_t i = 0; i < group.bdc_count; ++i) {
      isa::BdcWords words = LoadWords<isa::BdcWords>(group.bdc, i);
      if (i + 1 == group.bdc_count) words[0] |= kBdcLast;
      Append(isa::ReverseWords(words), &image);
    }
  }
  return image;
}

absl::StatusOr<std::vector<uint8_t>> GdmaImage(const std::vector<bmodel::CommandGroup>& groups,
                                               const Relocation& relocation) {
  std::vector<uint8_t> image;
  for (const bmodel::CommandGroup& group : groups) {
    for (size_t i = 0; i < group.gdma_count; ++i) {
      isa::GdmaWords words = LoadWords<isa::GdmaWords>(group.gdma, i);
      RETURN_IF_ERROR(Relocate(relocation, &words));
      if (i + 1 == group.gdma_count) words[0] |= kGdmaLast;
      Append(words, &image);
    }
  }
  return image;
}

}  // namespace bm::runtime
