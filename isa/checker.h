// Proves that a command group runs on two free-running engines: nothing depends on luck.
//
//   RETURN_IF_ERROR(CheckCommands(group, {{context, bytes, true, "neurons"}, {coefficients, size, false, "weights"}}));
//
// Checked, in this order:
//   - the ids of each queue count from 1;
//   - inputs of windows have at most 2047 rows and columns with their padding;
//   - no command waits for one that cannot finish before it;
//   - local addresses lie inside their lane, system addresses inside one declared range that allows the access;
//     lookup tables lie in L2;
//   - the two sides of a transfer do not overlap;
//   - two commands of different engines, neither of which waits for the other, touch no common byte that one writes.
#ifndef ISA_CHECKER_H_
#define ISA_CHECKER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "isa/command_group.h"

namespace bm::isa {

// A part of DDR or L2 that the commands may touch.
struct SystemRange {
  uint64_t start = 0;
  uint64_t bytes = 0;
  bool is_writable = false;
  std::string name;
};

// FAILED_PRECONDITION for ids, waits and unordered accesses, OUT_OF_RANGE for addresses and extents; the message shows
// the commands and the range in question. Takes about a microsecond a command.
absl::Status CheckCommands(const CommandGroup& group, absl::Span<const SystemRange> ranges);

// All groups of a net; messages name the group.
absl::Status CheckGroups(absl::Span<const CommandGroup> groups, absl::Span<const SystemRange> ranges);

}  // namespace bm::isa

#endif  // ISA_CHECKER_H_
