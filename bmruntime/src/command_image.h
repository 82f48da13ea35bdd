// Device images of a stage's commands: compile-time addresses moved to where the memory lies on the device, the last
// command of every group marked, BDC commands word-reversed. docs/formats/bmodel.md 4.
#ifndef BMRUNTIME_SRC_COMMAND_IMAGE_H_
#define BMRUNTIME_SRC_COMMAND_IMAGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "bmodel/address_space.h"
#include "bmodel/model.h"

namespace bm::runtime {

// Where the regions of a stage lie on the device.
class Relocation {
 public:
  struct Placement {
    uint64_t coefficients = 0;
    uint64_t io = 0;
    std::vector<uint64_t> neurons;  // one address per bulk
  };

  // Errors as bmodel::AddressSpace::Of.
  static absl::StatusOr<Relocation> Of(const bmodel::Stage& stage, const Placement& placement);

  // The device address of the compile-time range [address, address + size); L2 addresses stay. OUT_OF_RANGE where no
  // region holds the range.
  absl::StatusOr<uint64_t> Move(uint64_t address, uint64_t size) const;

 private:
  explicit Relocation(bmodel::AddressSpace space) : space_(std::move(space)) {}

  // What is added to an address, modulo 2^64.
  uint64_t OffsetOf(const bmodel::Place& place) const;

  bmodel::AddressSpace space_;
  uint64_t coefficient_offset_ = 0;
  uint64_t io_offset_ = 0;
  std::vector<uint64_t> neuron_offsets_;
};

// All BDC commands of the groups behind one another.
std::vector<uint8_t> BdcImage(const std::vector<bmodel::CommandGroup>& groups);

// All GDMA commands of the groups behind one another. The groups come from a VerifiedModel.
absl::StatusOr<std::vector<uint8_t>> GdmaImage(const std::vector<bmodel::CommandGroup>& groups,
                                               const Relocation& relocation);

}  // namespace bm::runtime

#endif  // BMRUNTIME_SRC_COMMAND_IMAGE_H_
