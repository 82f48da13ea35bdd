#include "isa/command_group.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace bm::isa {
namespace {

template <typename Command, typename Decode>
absl::Status DecodeBlob(absl::Span<const uint8_t> blob, const char* engine, Decode decode, std::vector<Command>* out) {
  constexpr size_t kBytes = kBdcCommandBytes;
  static_assert(kBdcCommandBytes == kGdmaCommandBytes, "one size of commands");
  if (blob.size() % kBytes != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(blob.size(), " bytes of ", engine, " commands; a command has ", kBytes));
  }
  out->reserve(blob.size() / kBytes);
  for (size_t i = 0; i < blob.size() / kBytes; ++i) {
    uint32_t words[kBytes / sizeof(uint32_t)];
    std::memcpy(words, blob.data() + i * kBytes, kBytes);
    absl::StatusOr<Command> command = decode(absl::MakeConstSpan(words));
    if (!command.ok()) {
      return absl::Status(command.status().code(),
                          absl::StrCat(engine, " command ", i, ": ", command.status().message()));
    }
    out->push_back(*std::move(command));
  }
  return absl::OkStatus();
}

}  // namespace

CommandCounts CountCommands(absl::Span<const CommandGroup> groups) {
  CommandCounts counts;
  for (const CommandGroup& group : groups) {
    counts.bdc += group.bdc.size();
    counts.gdma += group.gdma.size();
  }
  return counts;
}

absl::StatusOr<CommandGroup> DecodeGroup(absl::Span<const uint8_t> bdc, absl::Span<const uint8_t> gdma) {
  CommandGroup group;
  RETURN_IF_ERROR(DecodeBlob(bdc, "BDC", DecodeBdc, &group.bdc));
  RETURN_IF_ERROR(DecodeBlob(gdma, "GDMA", DecodeGdma, &group.gdma));
  return group;
}

absl::StatusOr<std::vector<ScheduledCommand>> SequentialOrder(const CommandGroup& group) {
  std::vector<ScheduledCommand> order;
  order.reserve(group.bdc.size() + group.gdma.size());
  size_t bdc = 0, gdma = 0;
  uint32_t bdc_done = 0, gdma_done = 0;  // the last completed id of each engine
  while (bdc < group.bdc.size() || gdma < group.gdma.size()) {
    if (bdc < group.bdc.size() && group.bdc[bdc].wait_gdma <= gdma_done) {
      bdc_done = group.bdc[bdc].id;
      order.push_back({Engine::kBdc, static_cast<uint32_t>(bdc++)});
    } else if (gdma < group.gdma.size() && group.gdma[gdma].wait_bdc <= bdc_done) {
      gdma_done = group.gdma[gdma].id;
      order.push_back({Engine::kGdma, static_cast<uint32_t>(gdma++)});
    } else {
      const auto head = [](size_t index, size_t count, uint32_t wait) {
        return index < count ? absl::StrCat("command ", index, " waits for id ", wait) : std::string("is empty");
      };
      return absl::FailedPreconditionError(
          absl::StrCat("the queues block each other: BDC ",
                       head(bdc, group.bdc.size(), bdc < group.bdc.size() ? group.bdc[bdc].wait_gdma : 0),
                       " of GDMA, of which ", gdma_done, " is done; GDMA ",
                       head(gdma, group.gdma.size(), gdma < group.gdma.size() ? group.gdma[gdma].wait_bdc : 0),
                       " of BDC, of which ", bdc_done, " is done"));
    }
  }
  return order;
}

}  // namespace bm::isa
