#include "bmdriver_sim/reference/system_engines.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"

namespace bm::reference {
namespace {

absl::StatusOr<absl::Span<uint8_t>> Operand(const std::string& name, uint64_t address, uint64_t bytes,
                                            chip::Chip* chip) {
  absl::StatusOr<absl::Span<uint8_t>> view = chip->System(address, bytes);
  if (view.ok()) return view;
  return absl::Status(view.status().code(), absl::StrCat(name, ": ", view.status().message()));
}

}  // namespace

absl::Status Execute(const isa::GdeCommand& command, chip::Chip* chip) {
  const auto bytes = static_cast<uint64_t>(BytesOf(command.element));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> indices,
                   Operand("the indices", command.index, uint64_t{command.count} * sizeof(uint32_t), chip));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> output,
                   Operand("the output", command.output, command.count * bytes, chip));
  chip->MarkWritten(command.output, output.size());
  for (uint64_t i = 0; i < command.count; ++i) {
    uint32_t index = 0;
    std::memcpy(&index, indices.data() + i * sizeof(index), sizeof(index));
    ASSIGN_OR_RETURN(const absl::Span<uint8_t> input,
                     Operand(absl::StrCat("index ", i, " is ", index), command.input + index * bytes, bytes, chip));
    std::memmove(output.data() + i * bytes, input.data(), bytes);
  }
  return absl::OkStatus();
}

absl::Status Execute(const isa::CdmaCommand& command, chip::Chip* chip) {
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> source, Operand("the source", command.source, command.bytes, chip));
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, Operand("the target", command.target, command.bytes, chip));
  if (command.bytes > 0) std::memmove(target.data(), source.data(), command.bytes);
  chip->MarkWritten(command.target, command.bytes);
  return absl::OkStatus();
}

}  // namespace bm::reference
