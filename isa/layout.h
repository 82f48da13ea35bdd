// Where the elements of a tensor lie in local memory (docs/isa.md 2.1).
//
// Channel c of a tensor at address A lies in lane (A / kLaneBytes + c) mod 64, slot (A / kLaneBytes + c) div 64.
#ifndef ISA_LAYOUT_H_
#define ISA_LAYOUT_H_

#include <cstdint>

#include "base/checked_math.h"
#include "isa/bdc.h"
#include "isa/types.h"

namespace bm::isa {

constexpr uint32_t LaneOf(uint32_t address) { return address / kLaneBytes; }
constexpr uint32_t OffsetOf(uint32_t address) { return address % kLaneBytes; }
constexpr uint32_t SlotsOf(uint32_t lane0, uint32_t channels) {
  return static_cast<uint32_t>(CeilDiv(lane0 + channels, kLanes));
}

// Aligned layout: strides in words of 32 bits, the channel stride from slot to slot. Packed types have the same.
constexpr Dims4 AlignedStride(const Dims4& shape, uint32_t lane0) {
  const auto slot = static_cast<uint32_t>(AlignUp(uint64_t{shape.h} * shape.w, kAlignWords));
  return {slot * SlotsOf(lane0, shape.c), slot, shape.w, 1};
}

// The strides that a command with this operand of `shape` uses.
constexpr Dims4 StrideOf(const Layout& layout, uint32_t address, const Dims4& shape) {
  return layout.kind == Layout::Kind::kStrided ? layout.stride : AlignedStride(shape, LaneOf(address));
}

// Matrix layout: rows of `lanes` lanes with `width` columns of `element_bytes`; pitches in bytes.
struct MatrixPitch {
  uint32_t slot_bytes = 0;
  uint32_t row_bytes = 0;
};
constexpr MatrixPitch PitchOf(uint32_t lane0, uint32_t lanes, uint32_t width, uint32_t element_bytes) {
  const auto slot = static_cast<uint32_t>(AlignUp(uint64_t{width} * element_bytes, kAlignBytes));
  return {slot, slot * SlotsOf(lane0, lanes)};
}

}  // namespace bm::isa

#endif  // ISA_LAYOUT_H_
