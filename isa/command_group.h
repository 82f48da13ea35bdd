// A command group: both engines' commands between two points where the engines are drained and ids restart at 1.
#ifndef ISA_COMMAND_GROUP_H_
#define ISA_COMMAND_GROUP_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::isa {

struct CommandGroup {
  std::vector<BdcCommand> bdc;
  std::vector<GdmaCommand> gdma;
};

// How many commands of each engine there are in all groups.
struct CommandCounts {
  size_t bdc = 0, gdma = 0;
};
CommandCounts CountCommands(absl::Span<const CommandGroup> groups);

// Decodes the blobs of a group (blob order, sizes multiples of 128 bytes). Errors name engine, index, field and value.
absl::StatusOr<CommandGroup> DecodeGroup(absl::Span<const uint8_t> bdc, absl::Span<const uint8_t> gdma);

// The order in which a sequential executor may run a group: every command after those that it waits for. Entries are
// positions in `bdc` or `gdma`. FAILED_PRECONDITION naming both heads where the ids of the queues deadlock.
struct ScheduledCommand {
  Engine engine;
  uint32_t index;
};
absl::StatusOr<std::vector<ScheduledCommand>> SequentialOrder(const CommandGroup& group);

}  // namespace bm::isa

#endif  // ISA_COMMAND_GROUP_H_
