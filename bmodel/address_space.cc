#include "bmodel/address_space.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "isa/types.h"

namespace bm::bmodel {
namespace {

const char* NameOf(Region region) {
  switch (region) {
    case Region::kL2:
      return "L2";
    case Region::kCoefficients:
      return "coefficients";
    case Region::kIo:
      return "inputs and outputs";
    case Region::kContext:
      return "neurons";
  }
  return "";
}

bool IsSystem(isa::Direction direction, bool is_source) {
  switch (direction) {
    case isa::Direction::kSystemToLocal:
      return is_source;
    case isa::Direction::kLocalToSystem:
      return !is_source;
    case isa::Direction::kSystemToSystem:
      return true;
    case isa::Direction::kLocalToLocal:
      return false;
  }
  return false;
}

// Bytes from the first to the last element of a strided tensor.
uint64_t SpanBytes(const isa::Dims4& shape, const isa::Dims4& stride, uint64_t element_bytes) {
  if (shape.Count() == 0) return 0;
  // Extents have 16 bits and strides 32, so the sum of the four products stays below 2^51.
  const uint64_t last = uint64_t{shape.n - 1} * stride.n + uint64_t{shape.c - 1} * stride.c +
                        uint64_t{shape.h - 1} * stride.h + uint64_t{shape.w - 1} * stride.w;
  return (last + 1) * element_bytes;
}

isa::Dims4 TargetShape(const isa::GdmaCommand& command) {
  const bool follows_source = command.same_shape && command.function != isa::GdmaFunction::kFill;
  if (!follows_source) return command.target.shape;
  const isa::Dims4& source = command.source.shape;
  switch (command.function) {
    case isa::GdmaFunction::kTransposeNC:
      return {source.c, source.n, source.h, source.w};
    case isa::GdmaFunction::kTransposeCW:
      return {source.n, source.w, source.h, source.c};
    default:
      return source;
  }
}

uint64_t SystemBytes(const isa::GdmaCommand& command, const isa::GdmaSide& side, const isa::Dims4& shape,
                     isa::DataFormat format) {
  const uint64_t element_bytes = static_cast<uint64_t>(isa::BytesOf(format));
  if (command.is_flat) return command.flat_count * element_bytes;
  if (command.is_matrix) return SpanBytes({1, 1, side.shape.h, side.shape.w}, {0, 0, side.stride.h, 1}, element_bytes);
  if (command.function == isa::GdmaFunction::kFilter) return command.source.shape.Count() * element_bytes;
  if (!command.has_strides) return shape.Count() * element_bytes;
  return SpanBytes(shape, side.stride, element_bytes);
}

}  // namespace

std::optional<AddressRange> SystemSource(const isa::GdmaCommand& command) {
  if (command.function == isa::GdmaFunction::kFill || !IsSystem(command.direction, /*is_source=*/true)) return {};
  return AddressRange{command.source.address,
                      SystemBytes(command, command.source, command.source.shape, command.source_format)};
}

std::optional<AddressRange> SystemTarget(const isa::GdmaCommand& command) {
  // A fill has no source: both directions that name a system side mean a system target.
  const bool fills_system =
      command.function == isa::GdmaFunction::kFill &&
      (command.direction == isa::Direction::kLocalToSystem || command.direction == isa::Direction::kSystemToSystem);
  if (!fills_system && (command.function == isa::GdmaFunction::kFill || !IsSystem(command.direction, false))) return {};
  const isa::DataFormat format =
      command.function == isa::GdmaFunction::kConvert ? command.target_format : command.source_format;
  return AddressRange{command.target.address, SystemBytes(command, command.target, TargetShape(command), format)};
}

absl::StatusOr<AddressSpace> AddressSpace::Of(const Stage& stage) {
  AddressSpace space;
  space.rows_.push_back({{Region::kL2, 0}, {isa::kL2Base, isa::kL2Bytes}});
  uint64_t end = kCompileBase;
  const auto add = [&](Place place, uint64_t address, uint64_t size) -> absl::Status {
    if (size == 0) return absl::OkStatus();
    if (address < end) {
      return absl::InvalidArgumentError(absl::StrFormat("the %s start at 0x%x, memory before them is taken up to 0x%x",
                                                        NameOf(place.region), address, end));
    }
    space.rows_.push_back({place, {address, size}});
    ASSIGN_OR_RETURN(end, CheckedAdd(address, size));
    return absl::OkStatus();
  };
  if (stage.coefficients.has_value()) {
    RETURN_IF_ERROR(add({Region::kCoefficients, 0}, stage.coefficients->address, stage.coefficients->bytes.size()));
  }
  RETURN_IF_ERROR(add({Region::kIo, 0}, stage.io_address, stage.io_size));
  const std::vector<uint64_t> bulks = stage.ContextBulks();
  uint64_t address = stage.ctx_address;
  for (size_t i = 0; i < bulks.size(); ++i) {
    RETURN_IF_ERROR(add({Region::kContext, i}, address, bulks[i]));
    ASSIGN_OR_RETURN(address, CheckedAdd(address, bulks[i]));
  }
  return space;
}

absl::StatusOr<Place> AddressSpace::Find(uint64_t address, uint64_t size) const {
  // The rows ascend: the last one that starts at or below the address is the only candidate.
  const auto after = std::upper_bound(rows_.begin(), rows_.end(), address,
                                      [](uint64_t value, const Row& row) { return value < row.range.address; });
  if (after != rows_.begin()) {
    const Row& row = *(after - 1);
    if (CheckRange(address - row.range.address, size, row.range.size).ok()) return row.place;
  }
  return absl::OutOfRangeError(
      absl::StrFormat("the address 0x%x of %d bytes is in no region of the stage: %s", address, size, ToString()));
}

std::string AddressSpace::ToString() const {
  constexpr size_t kShown = 8;
  const auto shown_end = rows_.begin() + static_cast<std::ptrdiff_t>(std::min(rows_.size(), kShown));
  return absl::StrJoin(rows_.begin(), shown_end, ", ", [](std::string* out, const Row& row) {
    absl::StrAppendFormat(out, "%s [0x%x, 0x%x)", NameOf(row.place.region), row.range.address,
                          row.range.address + row.range.size);
  });
}

}  // namespace bm::bmodel
