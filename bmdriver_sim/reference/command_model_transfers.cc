// The transfers of command_model.h.
#include <cstring>

#include "bmdriver_sim/reference/command_model.h"
#include "bmdriver_sim/reference/model_numbers.h"

namespace bm::reference {

using isa::Dims4;
using isa::Precision;
using model::Add;
using model::ByteOf;
using model::Extend;
using model::FloatOfHalf;
using model::ForEach;
using model::HalfOf;

void CommandModel::Move(const isa::GdmaCommand& command, const uint8_t* source, uint8_t* target) {
  using isa::DataFormat;
  float value = 0, old = 0;
  if (command.function == isa::GdmaFunction::kConvert) {
    if (command.source_format == DataFormat::kF32) {
      std::memcpy(&value, source, 4);
      const uint16_t half = HalfOf(value);
      if (command.target_format == DataFormat::kF16) {
        std::memcpy(target, &half, 2);
      } else {
        *target = ByteOf(value, command.target_format == DataFormat::kI8);
      }
      return;
    }
    uint32_t bits = 0;
    std::memcpy(&bits, source, isa::BytesOf(command.source_format));
    value = command.source_format == DataFormat::kF16
                ? FloatOfHalf(static_cast<uint16_t>(bits))
                : static_cast<float>(Extend(bits, 1, command.source_format == DataFormat::kI8));
    std::memcpy(target, &value, 4);
  } else if (command.accumulate && command.source_format == DataFormat::kF32) {
    std::memcpy(&value, source, 4);
    std::memcpy(&old, target, 4);
    value = Add(old, value);
    std::memcpy(target, &value, 4);
  } else {
    std::memcpy(target, source, isa::BytesOf(command.source_format));
  }
}

void CommandModel::Execute(const isa::GdmaCommand& command) {
  if (command.is_flat) return Flat(command);
  if (command.is_matrix) return MoveMatrix(command);
  if (command.function == isa::GdmaFunction::kFilter) return Filter(command);
  const bool converts = command.function == isa::GdmaFunction::kConvert;
  const int source_bytes = isa::BytesOf(command.source_format);
  const int target_bytes = isa::BytesOf(converts ? command.target_format : command.source_format);
  const Side source{command.source.is_local, command.source.address, command.source.stride, source_bytes};
  const Side target{command.target.is_local, command.target.address, command.target.stride, target_bytes};
  const bool fills = command.function == isa::GdmaFunction::kFill;
  const Dims4& from = fills ? command.target.shape : command.source.shape;
  const Dims4& to = command.target.shape;
  uint64_t position = 0;
  ForEach(from, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    // The target's indices: exchanged, or of the same place in row-major order.
    uint32_t index[4];
    uint64_t rest = position++;
    const uint32_t sizes[] = {to.n, to.c, to.h, to.w};
    for (int k = 3; k >= 0; --k) {
      index[k] = static_cast<uint32_t>(rest % sizes[k]);
      rest /= sizes[k];
    }
    if (command.function == isa::GdmaFunction::kTransposeNC) {
      index[0] = c, index[1] = n, index[2] = h, index[3] = w;
    } else if (command.function == isa::GdmaFunction::kTransposeCW) {
      index[0] = n, index[1] = w, index[2] = h, index[3] = c;
    }
    if (target.is_local && (command.lane_mask >> LaneOf(target, index[1])) % 2 == 0) return;
    Move(command, fills ? reinterpret_cast<const uint8_t*>(&command.constant) : At(source, n, c, h, w),
         At(target, index[0], index[1], index[2], index[3]));
  });
}

void CommandModel::Flat(const isa::GdmaCommand& command) {
  const int bytes = isa::BytesOf(command.source_format);
  const auto at = [&](const isa::GdmaSide& side, uint64_t i) {
    return side.is_local ? Local(side.address / isa::kLaneBytes, side.address % isa::kLaneBytes + i * bytes)
                         : System(side.address + i * bytes);
  };
  for (uint64_t i = 0; i < command.flat_count; ++i) {
    const bool fills = command.function == isa::GdmaFunction::kFill;
    Move(command, fills ? reinterpret_cast<const uint8_t*>(&command.constant) : at(command.source, i),
         at(command.target, i));
  }
}

void CommandModel::MoveMatrix(const isa::GdmaCommand& command) {
  const bool loads = !command.source.is_local, is_transposed = command.function == isa::GdmaFunction::kTransposeNC;
  const isa::GdmaSide& outside = loads ? command.source : command.target;
  const isa::GdmaSide& inside = loads ? command.target : command.source;
  const int bytes = isa::BytesOf(command.source_format);
  const Side local{true, inside.address, {inside.stride.n, inside.stride.c, 0, 1}, bytes};
  for (uint32_t y = 0; y < outside.shape.h; ++y) {
    for (uint32_t x = 0; x < outside.shape.w; ++x) {
      const uint32_t row = is_transposed ? x : y, column = is_transposed ? y : x;
      const uint32_t lane = column / inside.shape.w;
      uint8_t* in_system = System(outside.address + bytes * (uint64_t{y} * outside.stride.h + x));
      uint8_t* in_local = At(local, row, lane, 0, column % inside.shape.w);
      if (!loads) {
        Move(command, in_local, in_system);
      } else if ((command.lane_mask >> LaneOf(local, lane)) % 2 == 1) {
        Move(command, in_system, in_local);
      }
    }
  }
}

void CommandModel::Filter(const isa::GdmaCommand& command) {
  const Dims4& shape = command.source.shape;
  const auto address = static_cast<uint32_t>(command.source.address);
  const Tensor source = TensorOf(isa::Result{address, Precision::kFp32, {}}, shape);
  const Tensor mask = TensorOf(isa::Result{command.mask_address, Precision::kFp32, {}}, shape);
  uint64_t kept = 0;
  ForEach(shape, [&](uint32_t n, uint32_t c, uint32_t h, uint32_t w) {
    if (Bits(mask, n, c, h, w) == 0) return;
    const uint32_t bits = Bits(source, n, c, h, w);
    const isa::GdmaSide& target = command.target;
    uint8_t* at = target.is_local ? Local(target.address / isa::kLaneBytes, target.address % isa::kLaneBytes + 4 * kept)
                                  : System(target.address + 4 * kept);
    std::memcpy(at, &bits, 4);
    ++kept;
  });
}

}  // namespace bm::reference
