// All GDMA commands (docs/isa.md 4.2).
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdriver_sim/reference/execute.h"
#include "bmdriver_sim/reference/local_view.h"
#include "isa/layout.h"
#include "isa/numerics.h"

namespace bm::reference {
namespace {

using isa::DataFormat;
using isa::Dims4;
using isa::GdmaCommand;
using isa::GdmaFunction;
using isa::GdmaSide;

// The elements of one side of a transfer, bounds checked once.
class Side {
 public:
  static absl::StatusOr<Side> Create(const GdmaSide& side, uint32_t element_bytes, chip::Chip* chip) {
    Side view;
    view.is_local_ = side.is_local;
    view.stride_ = side.stride;
    view.bytes_ = element_bytes;
    const Dims4& s = side.shape;
    const uint64_t rows = uint64_t{s.h - 1} * side.stride.h + uint64_t{s.w - 1} * side.stride.w;
    if (side.is_local) {
      const auto address = static_cast<uint32_t>(side.address);
      const uint64_t slots = isa::SlotsOf(isa::LaneOf(address), s.c);
      const uint64_t last = uint64_t{s.n - 1} * side.stride.n + (slots - 1) * side.stride.c + rows;
      RETURN_IF_ERROR(CheckLaneBytes(address, (last + 1) * element_bytes));
      view.lane0_ = isa::LaneOf(address);
      view.base_ = chip->local() + isa::OffsetOf(address);
    } else {
      const uint64_t last = uint64_t{s.n - 1} * side.stride.n + uint64_t{s.c - 1} * side.stride.c + rows;
      ASSIGN_OR_RETURN(const absl::Span<uint8_t> bytes, chip->System(side.address, (last + 1) * element_bytes));
      view.base_ = bytes.data();
      view.address_ = side.address;
      view.extent_ = bytes.size();
    }
    return view;
  }

  uint8_t* At(uint32_t n, uint32_t c, uint32_t h, uint32_t w) const {
    uint64_t index = uint64_t{n} * stride_.n + uint64_t{h} * stride_.h + uint64_t{w} * stride_.w;
    if (!is_local_) return base_ + bytes_ * (index + uint64_t{c} * stride_.c);
    const uint32_t channel = lane0_ + c;
    index += uint64_t{channel / isa::kLanes} * stride_.c;
    return base_ + channel % isa::kLanes * isa::kLaneBytes + bytes_ * index;
  }

  // The lane of a channel; 0 on the system side, which no mask concerns.
  uint32_t Lane(uint32_t c) const { return (lane0_ + c) % isa::kLanes; }
  bool is_local() const { return is_local_; }
  bool is_contiguous() const { return stride_.w == 1; }

  void MarkWritten(chip::Chip* chip) const {
    if (!is_local_) chip->MarkWritten(address_, extent_);
  }

 private:
  bool is_local_ = false;
  uint8_t* base_ = nullptr;
  uint32_t lane0_ = 0;
  uint32_t bytes_ = 4;
  Dims4 stride_;
  uint64_t address_ = 0, extent_ = 0;
};

// Row-major positions of a shape, one after the other.
class Position {
 public:
  explicit Position(const Dims4& shape) : shape_(shape) {}
  void Next() {
    if (++w < shape_.w) return;
    w = 0;
    if (++h < shape_.h) return;
    h = 0;
    if (++c < shape_.c) return;
    c = 0;
    ++n;
  }
  uint32_t n = 0, c = 0, h = 0, w = 0;

 private:
  const Dims4 shape_;
};

// Writes one element: plainly, added to what is there, or converted.
class Writer {
 public:
  explicit Writer(const GdmaCommand& command)
      : bytes_(static_cast<uint32_t>(isa::BytesOf(command.source_format))),
        accumulate_(command.accumulate),
        converts_(command.function == GdmaFunction::kConvert),
        from_(command.source_format),
        to_(command.target_format) {}

  bool is_plain() const { return !accumulate_ && !converts_; }

  void Write(const uint8_t* source, uint8_t* target) const {
    if (converts_) {
      Convert(source, target);
    } else if (accumulate_) {
      float old, value;
      std::memcpy(&old, target, sizeof(old));
      std::memcpy(&value, source, sizeof(value));
      const float sum = isa::Add(old, value);
      std::memcpy(target, &sum, sizeof(sum));
    } else {
      std::memcpy(target, source, bytes_);
    }
  }

 private:
  void Convert(const uint8_t* source, uint8_t* target) const {
    if (from_ == DataFormat::kF32) {
      float value;
      std::memcpy(&value, source, sizeof(value));
      if (to_ == DataFormat::kF16) {
        const uint16_t half = isa::FloatToHalf(value);
        std::memcpy(target, &half, sizeof(half));
      } else {
        *target = static_cast<uint8_t>(isa::FloatToByte(value, to_ == DataFormat::kI8));
      }
      return;
    }
    float value;
    if (from_ == DataFormat::kF16) {
      uint16_t half;
      std::memcpy(&half, source, sizeof(half));
      value = isa::HalfToFloat(half);
    } else {
      value = from_ == DataFormat::kI8 ? static_cast<float>(static_cast<int8_t>(*source)) : static_cast<float>(*source);
    }
    std::memcpy(target, &value, sizeof(value));
  }

  const uint32_t bytes_;
  const bool accumulate_, converts_;
  const DataFormat from_, to_;
};

bool LaneIsOpen(const GdmaCommand& command, const Side& target, uint32_t c) {
  return !target.is_local() || (command.lane_mask >> target.Lane(c) & 1) != 0;
}

// Source positions in row-major order, target positions in their own.
absl::Status ExecuteCopy(const GdmaCommand& command, chip::Chip* chip) {
  const auto source_bytes = static_cast<uint32_t>(isa::BytesOf(command.source_format));
  const bool converts = command.function == GdmaFunction::kConvert;
  const auto target_bytes =
      static_cast<uint32_t>(isa::BytesOf(converts ? command.target_format : command.source_format));
  ASSIGN_OR_RETURN(const Side source, Side::Create(command.source, source_bytes, chip));
  ASSIGN_OR_RETURN(const Side target, Side::Create(command.target, target_bytes, chip));
  const Writer writer(command);
  const Dims4& shape = command.source.shape;
  if (command.source.shape == command.target.shape) {
    const bool rows_at_once = writer.is_plain() && source.is_contiguous() && target.is_contiguous();
    for (uint32_t n = 0; n < shape.n; ++n) {
      for (uint32_t c = 0; c < shape.c; ++c) {
        if (!LaneIsOpen(command, target, c)) continue;
        for (uint32_t h = 0; h < shape.h; ++h) {
          RETURN_IF_ERROR(CheckRunning(*chip));
          if (rows_at_once) {
            std::memmove(target.At(n, c, h, 0), source.At(n, c, h, 0), uint64_t{shape.w} * source_bytes);
            continue;
          }
          for (uint32_t w = 0; w < shape.w; ++w) writer.Write(source.At(n, c, h, w), target.At(n, c, h, w));
        }
      }
    }
  } else {
    Position from(command.source.shape), to(command.target.shape);
    for (uint64_t i = 0; i < shape.Count(); ++i, from.Next(), to.Next()) {
      if (from.w == 0) RETURN_IF_ERROR(CheckRunning(*chip));
      if (!LaneIsOpen(command, target, to.c)) continue;
      writer.Write(source.At(from.n, from.c, from.h, from.w), target.At(to.n, to.c, to.h, to.w));
    }
  }
  target.MarkWritten(chip);
  return absl::OkStatus();
}

absl::Status ExecuteTranspose(const GdmaCommand& command, chip::Chip* chip) {
  const auto bytes = static_cast<uint32_t>(isa::BytesOf(command.source_format));
  const Dims4& s = command.source.shape;
  const bool swaps_batch = command.function == GdmaFunction::kTransposeNC;
  const Dims4 expected = swaps_batch ? Dims4{s.c, s.n, s.h, s.w} : Dims4{s.n, s.w, s.h, s.c};
  if (command.target.shape != expected) {
    return absl::InvalidArgumentError("the target sizes of a transpose are not the source's exchanged");
  }
  ASSIGN_OR_RETURN(const Side source, Side::Create(command.source, bytes, chip));
  ASSIGN_OR_RETURN(const Side target, Side::Create(command.target, bytes, chip));
  const Writer writer(command);
  for (uint32_t n = 0; n < s.n; ++n) {
    for (uint32_t c = 0; c < s.c; ++c) {
      for (uint32_t h = 0; h < s.h; ++h) {
        RETURN_IF_ERROR(CheckRunning(*chip));
        for (uint32_t w = 0; w < s.w; ++w) {
          const uint32_t channel = swaps_batch ? n : w;
          if (!LaneIsOpen(command, target, channel)) continue;
          writer.Write(source.At(n, c, h, w), swaps_batch ? target.At(c, n, h, w) : target.At(n, w, h, c));
        }
      }
    }
  }
  target.MarkWritten(chip);
  return absl::OkStatus();
}

absl::Status ExecuteFill(const GdmaCommand& command, chip::Chip* chip) {
  const auto bytes = static_cast<uint32_t>(isa::BytesOf(command.source_format));
  ASSIGN_OR_RETURN(const Side target, Side::Create(command.target, bytes, chip));
  const Writer writer(command);
  const auto* constant = reinterpret_cast<const uint8_t*>(&command.constant);
  Position position(command.target.shape);
  for (uint64_t i = 0; i < command.target.shape.Count(); ++i, position.Next()) {
    if (position.w == 0) RETURN_IF_ERROR(CheckRunning(*chip));
    if (!LaneIsOpen(command, target, position.c)) continue;
    writer.Write(constant, target.At(position.n, position.c, position.h, position.w));
  }
  target.MarkWritten(chip);
  return absl::OkStatus();
}

// Plain bytes; a local address stays in its lane.
absl::StatusOr<absl::Span<uint8_t>> FlatBytes(const GdmaSide& side, uint64_t bytes, chip::Chip* chip) {
  if (!side.is_local) return chip->System(side.address, bytes);
  RETURN_IF_ERROR(CheckLaneBytes(static_cast<uint32_t>(side.address), bytes));
  return absl::MakeSpan(chip->local() + side.address, bytes);
}

absl::Status ExecuteFlat(const GdmaCommand& command, chip::Chip* chip) {
  const uint64_t element = isa::BytesOf(command.source_format);
  const uint64_t bytes = element * command.flat_count;
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, FlatBytes(command.target, bytes, chip));
  const Writer writer(command);
  if (command.function == GdmaFunction::kFill) {
    const auto* constant = reinterpret_cast<const uint8_t*>(&command.constant);
    for (uint64_t i = 0; i < bytes; i += element) writer.Write(constant, target.data() + i);
  } else {
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> source, FlatBytes(command.source, bytes, chip));
    if (writer.is_plain()) {
      std::memmove(target.data(), source.data(), bytes);
    } else {
      for (uint64_t i = 0; i < bytes; i += element) writer.Write(source.data() + i, target.data() + i);
    }
  }
  if (!command.target.is_local) chip->MarkWritten(command.target.address, bytes);
  return absl::OkStatus();
}

// A matrix in system memory against rows spread over lanes.
absl::Status ExecuteMatrix(const GdmaCommand& command, chip::Chip* chip) {
  const auto bytes = static_cast<uint32_t>(isa::BytesOf(command.source_format));
  const bool loads = !command.source.is_local;
  const GdmaSide& system_side = loads ? command.source : command.target;
  GdmaSide local_side = loads ? command.target : command.source;
  const bool is_transposed = command.function == GdmaFunction::kTransposeNC;
  const uint32_t rows = is_transposed ? system_side.shape.w : system_side.shape.h;
  const uint32_t columns = is_transposed ? system_side.shape.h : system_side.shape.w;
  const uint32_t width = local_side.shape.w;
  if (rows == 0 || columns == 0 || width == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a matrix of ", rows, " rows and ", columns, " columns, ", width, " a lane"));
  }
  local_side.shape = {rows, static_cast<uint32_t>(CeilDiv(columns, width)), 1, std::min(width, columns)};
  ASSIGN_OR_RETURN(const Side system, Side::Create(system_side, bytes, chip));
  ASSIGN_OR_RETURN(const Side local, Side::Create(local_side, bytes, chip));
  const Writer writer(command);
  for (uint32_t row = 0; row < rows; ++row) {
    RETURN_IF_ERROR(CheckRunning(*chip));
    for (uint32_t column = 0; column < columns; ++column) {
      uint8_t* in_system = is_transposed ? system.At(0, 0, column, row) : system.At(0, 0, row, column);
      uint8_t* in_local = local.At(row, column / width, 0, column % width);
      if (!loads) {
        writer.Write(in_local, in_system);
      } else if (LaneIsOpen(command, local, column / width)) {
        writer.Write(in_system, in_local);
      }
    }
  }
  if (!loads) system.MarkWritten(chip);
  return absl::OkStatus();
}

// Words whose mask word is not zero, one after the other.
absl::Status ExecuteFilter(const GdmaCommand& command, chip::Chip* chip) {
  const Dims4& shape = command.source.shape;
  const auto address = static_cast<uint32_t>(command.source.address);
  ASSIGN_OR_RETURN(const LocalView source,
                   LocalView::Create(chip->local(), address, shape, isa::AlignedStride(shape, isa::LaneOf(address)),
                                     isa::Precision::kFp32));
  ASSIGN_OR_RETURN(const LocalView mask, LocalView::Create(chip->local(), command.mask_address, shape,
                                                           isa::AlignedStride(shape, isa::LaneOf(command.mask_address)),
                                                           isa::Precision::kFp32));
  uint64_t kept = 0;
  Position count(shape);
  for (uint64_t i = 0; i < shape.Count(); ++i, count.Next()) {
    if (count.w == 0) RETURN_IF_ERROR(CheckRunning(*chip));
    if (mask.Words(count.n, count.c)[count.h * mask.stride().h + count.w] != 0) ++kept;
  }
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, FlatBytes(command.target, kept * sizeof(uint32_t), chip));
  uint64_t written = 0;
  Position position(shape);
  for (uint64_t i = 0; i < shape.Count(); ++i, position.Next()) {
    const uint64_t word = uint64_t{position.h} * mask.stride().h + position.w;
    if (mask.Words(position.n, position.c)[word] == 0) continue;
    std::memcpy(target.data() + written, &source.Words(position.n, position.c)[word], sizeof(uint32_t));
    written += sizeof(uint32_t);
  }
  if (!command.target.is_local) chip->MarkWritten(command.target.address, written);
  return absl::OkStatus();
}

}  // namespace

absl::Status Execute(const GdmaCommand& command, chip::Chip* chip) {
  if (command.is_flat) return ExecuteFlat(command, chip);
  if (command.is_matrix) return ExecuteMatrix(command, chip);
  switch (command.function) {
    case GdmaFunction::kTransposeNC:
    case GdmaFunction::kTransposeCW:
      return ExecuteTranspose(command, chip);
    case GdmaFunction::kFill:
      return ExecuteFill(command, chip);
    case GdmaFunction::kFilter:
      return ExecuteFilter(command, chip);
    default:
      return ExecuteCopy(command, chip);
  }
}

}  // namespace bm::reference
