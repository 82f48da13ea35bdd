#include "tools/tpu_model/trace.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "isa/command_group.h"
#include "isa/schedule.h"

namespace bm::tools {
namespace {

struct Total {
  int commands = 0;
  uint64_t cycles = 0;
};

std::string LineOf(const std::string& name, const Total& total, uint64_t cycles) {
  const double share = cycles == 0 ? 0 : 100.0 * static_cast<double>(total.cycles) / static_cast<double>(cycles);
  return absl::StrFormat("  %-24s %6d commands %12.1f us %5.1f %%\n", name, total.commands, isa::MicrosOf(total.cycles),
                         share);
}

// An engine's line, then one for each kind of its commands, the longest first.
std::string EngineText(const char* engine, const std::map<std::string, Total>& kinds, uint64_t cycles) {
  Total all;
  for (const auto& [name, total] : kinds) {
    all.commands += total.commands;
    all.cycles += total.cycles;
  }
  std::vector<std::pair<std::string, Total>> rows(kinds.begin(), kinds.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second.cycles > b.second.cycles; });
  std::string text = LineOf(engine, all, cycles);
  for (const auto& [name, total] : rows) absl::StrAppend(&text, LineOf(absl::StrCat("  ", name), total, cycles));
  return text;
}

}  // namespace

absl::StatusOr<StageTrace> TraceOf(const bmodel::Stage& stage) {
  std::vector<isa::CommandGroup> groups;
  for (const bmodel::CommandGroup& group : stage.groups) {
    ASSIGN_OR_RETURN(isa::CommandGroup commands, isa::DecodeGroup(group.bdc, group.gdma));
    groups.push_back(std::move(commands));
  }
  ASSIGN_OR_RETURN(const isa::Schedule schedule, isa::EstimateSchedule(groups));
  std::map<std::string, Total> bdc, gdma;
  const auto add = [](Total* total, const isa::TimedCommand& timed) {
    ++total->commands;
    total->cycles += timed.end - timed.start;
  };
  for (const isa::TimedCommand& timed : schedule.bdc) {
    add(&bdc[isa::Mnemonic(groups[timed.group].bdc[timed.index].op)], timed);
  }
  for (const isa::TimedCommand& timed : schedule.gdma) {
    add(&gdma[isa::Mnemonic(groups[timed.group].gdma[timed.index])], timed);
  }
  StageTrace trace;
  trace.json = isa::ChromeTrace(groups, schedule);
  trace.summary = absl::StrCat(absl::StrFormat("estimated chip time %.1f us\n", schedule.micros()),
                               EngineText("BDC", bdc, schedule.cycles), EngineText("GDMA", gdma, schedule.cycles));
  return trace;
}

}  // namespace bm::tools
