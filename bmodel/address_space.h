// The compile-time addresses of one stage: where its commands may point, and in which piece of memory that lies.
//
//   ASSIGN_OR_RETURN(const AddressSpace space, AddressSpace::Of(stage));
//   ASSIGN_OR_RETURN(const Place place, space.Find(address, bytes));
//   const uint64_t device_address = address + offsets[place];    // what the runtime adds at load
//
// From kCompileBase on a stage has its coefficients, then, if it keeps them apart, its inputs and outputs, then its
// neurons in one or more bulks. L2 SRAM lies below and is never relocated. docs/formats/bmodel.md 4.
#ifndef BMODEL_ADDRESS_SPACE_H_
#define BMODEL_ADDRESS_SPACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bmodel/model.h"
#include "isa/gdma.h"

namespace bm::bmodel {

enum class Region { kL2, kCoefficients, kIo, kContext };

struct Place {
  Region region = Region::kL2;
  size_t bulk = 0;  // kContext: which bulk of neuron memory
};

// A range of system addresses.
struct AddressRange {
  uint64_t address = 0;
  uint64_t size = 0;
};

class AddressSpace {
 public:
  // OUT_OF_RANGE or INVALID_ARGUMENT with both values where regions lie below kCompileBase, overlap, stand in another
  // order or end beyond 64 bits.
  static absl::StatusOr<AddressSpace> Of(const Stage& stage);

  // The region that holds all of [address, address + size). OUT_OF_RANGE shows the range and every region.
  absl::StatusOr<Place> Find(uint64_t address, uint64_t size) const;

  // "coefficients [0x105100000, 0x10534c050), neurons [0x10534d000, 0x1055e9000)".
  std::string ToString() const;

 private:
  struct Row {
    Place place;
    AddressRange range;
  };
  std::vector<Row> rows_;
};

// The system-side bytes of a GDMA command from the lowest to the highest that it touches; nullopt where the side is
// local memory or not used.
std::optional<AddressRange> SystemSource(const isa::GdmaCommand& command);
std::optional<AddressRange> SystemTarget(const isa::GdmaCommand& command);

}  // namespace bm::bmodel

#endif  // BMODEL_ADDRESS_SPACE_H_
