#include "isa/checker.h"

#include <algorithm>
#include <array>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "isa/access.h"

namespace bm::isa {
namespace {

std::string WithLine(absl::string_view text, const std::string& disassembly) {
  return absl::StrCat(text, "\n  ", disassembly);
}

template <typename Command>
absl::Status CheckIds(const std::vector<Command>& commands, const char* engine) {
  for (size_t i = 0; i < commands.size(); ++i) {
    if (commands[i].id == i + 1) continue;
    return absl::FailedPreconditionError(WithLine(
        absl::StrCat(engine, " command ", i, " has id ", commands[i].id, "; ids count from 1, so ", i + 1, " is due"),
        Disassemble(commands[i])));
  }
  return absl::OkStatus();
}

// ---- Extents ----

template <typename Op>
absl::Status CheckWindow(const Op& op) {
  const Padding& pad = op.window.pad;
  const uint32_t rows = op.input_h + pad.up + pad.down, columns = op.input_w + pad.left + pad.right;
  if (rows <= kMaxWindowExtent && columns <= kMaxWindowExtent) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("an input of ", rows, " rows and ", columns, " columns with padding; at most ", kMaxWindowExtent));
}

absl::Status CheckExtents(const std::vector<BdcCommand>& commands) {
  for (const BdcCommand& command : commands) {
    absl::Status status;
    if (const auto* conv = std::get_if<Conv>(&command.op)) status = CheckWindow(*conv);
    if (const auto* depthwise = std::get_if<Depthwise>(&command.op)) status = CheckWindow(*depthwise);
    if (const auto* pool = std::get_if<MaxPool>(&command.op)) status = CheckWindow(*pool);
    if (!status.ok()) return absl::Status(status.code(), WithLine(status.message(), Disassemble(command)));
  }
  return absl::OkStatus();
}

// ---- Addresses ----

absl::Status CheckSystem(const Access& access, Engine engine, absl::Span<const SystemRange> ranges) {
  const uint64_t start = access.region.base;
  const uint64_t end = access.region.end();
  const auto holds = [&](uint64_t range_start, uint64_t bytes) {
    return start >= range_start && end - range_start <= bytes;
  };
  // Lookup tables of BDC commands: anywhere in L2.
  if (engine == Engine::kBdc && holds(kL2Base, kL2Bytes)) return absl::OkStatus();
  std::string names;
  for (const SystemRange& range : ranges) {
    if (holds(range.start, range.bytes)) {
      if (!access.is_write || range.is_writable) return absl::OkStatus();
      return absl::OutOfRangeError(absl::StrCat(Describe(access), ", but ", range.name, " is read only"));
    }
    absl::StrAppend(&names, names.empty() ? "" : ", ", range.name, " 0x", absl::Hex(range.start), "..0x",
                    absl::Hex(range.start + range.bytes));
  }
  if (engine == Engine::kBdc) names = "L2";
  return absl::OutOfRangeError(absl::StrCat(Describe(access), ", outside of ", names.empty() ? "every range" : names));
}

// What one command touches.
using Footprint = std::vector<Access>;

template <typename Command>
absl::StatusOr<std::vector<Footprint>> Footprints(const std::vector<Command>& commands, Engine engine,
                                                  absl::Span<const SystemRange> ranges) {
  std::vector<Footprint> footprints(commands.size());
  for (size_t i = 0; i < commands.size(); ++i) {
    footprints[i] = AccessesOf(commands[i]);
    for (const Access& access : footprints[i]) {
      const absl::Status status = access.region.is_local() ? CheckLane(access) : CheckSystem(access, engine, ranges);
      if (!status.ok()) return absl::Status(status.code(), WithLine(status.message(), Disassemble(commands[i])));
    }
  }
  return footprints;
}

// The model moves element by element: what a transfer writes must not be what it still has to read.
absl::Status CheckTransfers(const std::vector<GdmaCommand>& commands, const std::vector<Footprint>& footprints) {
  const auto is_target = [](const Access& access) { return absl::string_view(access.operand) == "target"; };
  for (size_t i = 0; i < commands.size(); ++i) {
    for (const Access& write : footprints[i]) {
      if (!write.is_write) continue;
      for (const Access& read : footprints[i]) {
        if (read.is_write || is_target(read) || !Overlaps(read.region, write.region)) continue;
        return absl::FailedPreconditionError(
            WithLine(absl::StrCat("a transfer ", Describe(write), " and ", Describe(read), ", which overlap"),
                     Disassemble(commands[i])));
      }
    }
  }
  return absl::OkStatus();
}

// ---- Unordered accesses ----

// GDMA accesses by place, each place in queue order: one bucket a bank of local memory, one for system memory.
class Places {
 public:
  static constexpr size_t kBuckets = kLaneBytes / kBankBytes + 1;
  static constexpr size_t kSystemBucket = kBuckets - 1;

  struct Entry {
    uint32_t command;
    const Access* access;
    size_t first_bucket;
  };

  static std::pair<size_t, size_t> BucketsOf(const Region& region) {
    if (!region.is_local()) return {kSystemBucket, kSystemBucket};
    return {region.base / kBankBytes, (region.end() - 1) / kBankBytes};
  }

  explicit Places(const std::vector<Footprint>& footprints) {
    for (size_t i = 0; i < footprints.size(); ++i) {
      for (const Access& access : footprints[i]) {
        const auto [first, last] = BucketsOf(access.region);
        for (size_t bucket = first; bucket <= last; ++bucket) {
          buckets_[bucket].entries.push_back({static_cast<uint32_t>(i), &access, first});
        }
      }
    }
  }

  // Keeps the commands [first, last) in view. Neither bound ever goes back.
  void Move(uint32_t first, uint32_t last) {
    for (Bucket& bucket : buckets_) {
      while (bucket.last < bucket.entries.size() && bucket.entries[bucket.last].command < last) ++bucket.last;
      while (bucket.first < bucket.last && bucket.entries[bucket.first].command < first) ++bucket.first;
    }
  }

  // An entry in view that may not run beside `access`; null if there is none.
  const Entry* FindConflict(const Access& access) const {
    const auto [first, last] = BucketsOf(access.region);
    for (size_t bucket = first; bucket <= last; ++bucket) {
      for (size_t i = buckets_[bucket].first; i < buckets_[bucket].last; ++i) {
        const Entry& entry = buckets_[bucket].entries[i];
        // A pair that shares several buckets is compared in the first one only.
        if (bucket != std::max(first, entry.first_bucket)) continue;
        if (!access.is_write && !entry.access->is_write) continue;
        if (Overlaps(access.region, entry.access->region)) return &entry;
      }
    }
    return nullptr;
  }

 private:
  struct Bucket {
    std::vector<Entry> entries;
    size_t first = 0, last = 0;  // in view
  };
  std::array<Bucket, kBuckets> buckets_;
};

absl::Status Unordered(const BdcCommand& bdc, const Access& bdc_access, const GdmaCommand& gdma,
                       const Access& gdma_access) {
  return absl::FailedPreconditionError(absl::StrCat("BDC command ", bdc.id, " and GDMA command ", gdma.id,
                                                    " may run at the same time, but one ", Describe(bdc_access),
                                                    " and the other ", Describe(gdma_access), "\n  ", Disassemble(bdc),
                                                    "\n  ", Disassemble(gdma)));
}

// Both queues run in order, so the GDMA commands that are neither surely done before a BDC command nor surely behind
// it are neighbours: from the highest id that it or a predecessor waits for, up to the first command that waits for it.
absl::Status CheckOrder(const CommandGroup& group, const std::vector<Footprint>& bdc,
                        const std::vector<Footprint>& gdma) {
  Places places(gdma);
  uint32_t done = 0;    // GDMA commands [0, done) finish before
  uint32_t behind = 0;  // GDMA commands [behind, ...) start after
  for (size_t i = 0; i < group.bdc.size(); ++i) {
    done = std::max<uint32_t>(done, group.bdc[i].wait_gdma);
    while (behind < group.gdma.size() && group.gdma[behind].wait_bdc < group.bdc[i].id) ++behind;
    places.Move(done, behind);
    for (const Access& access : bdc[i]) {
      const Places::Entry* entry = places.FindConflict(access);
      if (entry != nullptr) return Unordered(group.bdc[i], access, group.gdma[entry->command], *entry->access);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCommands(const CommandGroup& group, absl::Span<const SystemRange> ranges) {
  RETURN_IF_ERROR(CheckIds(group.bdc, "BDC"));
  RETURN_IF_ERROR(CheckIds(group.gdma, "GDMA"));
  RETURN_IF_ERROR(CheckExtents(group.bdc));
  RETURN_IF_ERROR(SequentialOrder(group).status());
  ASSIGN_OR_RETURN(const std::vector<Footprint> bdc, Footprints(group.bdc, Engine::kBdc, ranges));
  ASSIGN_OR_RETURN(const std::vector<Footprint> gdma, Footprints(group.gdma, Engine::kGdma, ranges));
  RETURN_IF_ERROR(CheckTransfers(group.gdma, gdma));
  return CheckOrder(group, bdc, gdma);
}

absl::Status CheckGroups(absl::Span<const CommandGroup> groups, absl::Span<const SystemRange> ranges) {
  for (size_t i = 0; i < groups.size(); ++i) {
    const absl::Status status = CheckCommands(groups[i], ranges);
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat("command group ", i, ": ", status.message()));
  }
  return absl::OkStatus();
}

}  // namespace bm::isa
