#include "bmodel/address_space.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "isa/access.h"
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

std::optional<AddressRange> SystemRange(const isa::GdmaCommand& command, absl::string_view operand) {
  for (const isa::Access& access : isa::AccessesOf(command)) {
    if (access.region.is_local() || access.operand != operand) continue;
    return AddressRange{access.region.base, access.region.end() - access.region.base};
  }
  return {};
}

}  // namespace

std::optional<AddressRange> SystemSource(const isa::GdmaCommand& command) { return SystemRange(command, "source"); }

std::optional<AddressRange> SystemTarget(const isa::GdmaCommand& command) { return SystemRange(command, "target"); }

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
