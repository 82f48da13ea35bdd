// Tensors in the chip's local memory, as lowering places them: aligned layout, starting in lane 0.
#ifndef BMCOMPILER_LOWERING_LOCAL_TENSOR_H_
#define BMCOMPILER_LOWERING_LOCAL_TENSOR_H_

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/checked_math.h"
#include "isa/bdc.h"
#include "isa/types.h"

namespace bm::lowering {

using isa::Dims4;
using isa::kMaxWindowExtent;

inline constexpr uint32_t kMaxChannels = 4095;  // 12-bit fields
inline constexpr uint32_t kMaxExtent = 65535;

// Positions [begin, begin + count) of an axis.
struct Range {
  uint32_t begin = 0;
  uint32_t count = 0;
};

// Channels in blocks that one command takes; each begins in the lane of the first.
inline std::vector<Range> ChannelBlocks(uint32_t channels) {
  constexpr uint32_t kBlock = kMaxChannels / isa::kLanes * isa::kLanes;
  if (channels <= kMaxChannels) return {{0, channels}};
  std::vector<Range> blocks;
  for (uint32_t begin = 0; begin < channels; begin += kBlock) {
    blocks.push_back({begin, std::min(kBlock, channels - begin)});
  }
  return blocks;
}

// Words from one channel slot to the next in aligned layout.
constexpr uint32_t SlotWords(const Dims4& shape) {
  return static_cast<uint32_t>(AlignUp(uint64_t{shape.h} * shape.w, isa::kAlignWords));
}
constexpr uint32_t Slots(uint32_t channels) { return static_cast<uint32_t>(CeilDiv(channels, isa::kLanes)); }

// Bytes that an aligned tensor takes in every lane. 64 bits: shapes of whole layers may exceed any memory.
constexpr uint64_t BytesPerLane(const Dims4& shape) {
  return uint64_t{shape.n} * Slots(shape.c) * AlignUp(uint64_t{shape.h} * shape.w, isa::kAlignWords) * 4;
}

constexpr Dims4 AlignedStride(const Dims4& shape) {
  return {SlotWords(shape) * Slots(shape.c), SlotWords(shape), shape.w, 1};
}

// Row-major strides of a tensor in DDR, in elements.
constexpr Dims4 ContiguousStride(const Dims4& shape) {
  return {shape.c * shape.h * shape.w, shape.h * shape.w, shape.w, 1};
}

// A tensor, or the part of one from some channel and batch on. `stride` counts words; offset counts bytes inside a
// lane.
struct LocalTensor {
  uint32_t offset = 0;
  uint32_t lane = 0;
  Dims4 shape;
  Dims4 stride;

  static LocalTensor Aligned(uint32_t offset, const Dims4& shape) {
    return LocalTensor{offset, 0, shape, AlignedStride(shape)};
  }

  uint32_t address() const { return lane * isa::kLaneBytes + offset; }

  // The channels [c0, c0 + count) of batches [n0, n0 + batches).
  LocalTensor Part(uint32_t n0, uint32_t batches, uint32_t c0, uint32_t count) const {
    LocalTensor part = *this;
    part.lane = (lane + c0) % isa::kLanes;
    part.offset += 4 * (n0 * stride.n + (lane + c0) / isa::kLanes * stride.c);
    part.shape.n = batches;
    part.shape.c = count;
    return part;
  }

  // The rows [h0, h0 + rows).
  LocalTensor Rows(uint32_t h0, uint32_t rows) const {
    LocalTensor part = *this;
    part.offset += 4 * h0 * stride.h;
    part.shape.h = rows;
    return part;
  }

  // The columns [w0, w0 + columns).
  LocalTensor Columns(uint32_t w0, uint32_t columns) const {
    LocalTensor part = *this;
    part.offset += 4 * w0 * stride.w;
    part.shape.w = columns;
    return part;
  }

  // The bytes of every lane that the tensor may touch: [offset, offset + extent_bytes()).
  uint32_t extent_bytes() const {
    const uint32_t slots = static_cast<uint32_t>(CeilDiv(lane + shape.c, isa::kLanes));
    return 4 * ((shape.n - 1) * stride.n + (slots - 1) * stride.c + (shape.h - 1) * stride.h +
                (shape.w - 1) * stride.w + 1);
  }

  // True if the chip derives exactly these strides from the shape and the lane.
  bool is_aligned() const {
    const uint32_t slots = static_cast<uint32_t>(CeilDiv(lane + shape.c, isa::kLanes));
    const uint32_t words = SlotWords(shape);
    return stride.w == 1 && stride.h == shape.w && (stride.c == words || slots == 1) &&
           (stride.n == words * slots || shape.n == 1) && offset % isa::kAlignBytes == 0;
  }
};

inline isa::Operand Tensor(const LocalTensor& tensor) {
  isa::Operand operand;
  operand.address = tensor.address();
  if (!tensor.is_aligned()) operand.layout = {isa::Layout::Kind::kStrided, tensor.stride};
  return operand;
}

inline isa::Operand Immediate(float value) {
  isa::Operand operand;
  operand.is_constant = true;
  static_assert(sizeof(value) == sizeof(operand.constant));
  __builtin_memcpy(&operand.constant, &value, sizeof(value));
  return operand;
}

inline isa::Result Target(const LocalTensor& tensor) {
  isa::Result result;
  result.address = tensor.address();
  if (!tensor.is_aligned()) result.layout = {isa::Layout::Kind::kStrided, tensor.stride};
  return result;
}

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_LOCAL_TENSOR_H_
