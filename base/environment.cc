#include "base/environment.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/check.h"

namespace bm {
namespace {

constexpr EnvironmentRow kRows[] = {
#define X(enumerator, name, default_value, values, effect) {name, default_value, values, effect},
#include "base/environment.inc"
#undef X
};
constexpr int kRowCount = sizeof(kRows) / sizeof(kRows[0]);

const EnvironmentRow& Row(EnvironmentVariable variable) { return kRows[static_cast<int>(variable)]; }

// Written to stderr directly: the log itself is configured by this table.
void WarnOnce(EnvironmentVariable variable, const char* value) {
  static std::atomic<bool> warned[kRowCount] = {};
  const EnvironmentRow& row = Row(variable);
  if (warned[static_cast<int>(variable)].exchange(true)) return;
  std::fprintf(stderr, "warning base: %s=%s is not one of %s; %s is used\n", row.name, value, row.values,
               row.default_value);
}

std::pair<int64_t, int64_t> Range(const EnvironmentRow& row) {
  const std::vector<absl::string_view> ends = absl::StrSplit(row.values, "..");
  int64_t low = 0, high = 0;
  BM_CHECK(ends.size() == 2 && absl::SimpleAtoi(ends[0], &low) && absl::SimpleAtoi(ends[1], &high), row.name);
  return {low, high};
}

}  // namespace

absl::Span<const EnvironmentRow> EnvironmentTable() { return kRows; }

int64_t EnvironmentInteger(EnvironmentVariable variable) {
  const EnvironmentRow& row = Row(variable);
  const auto [low, high] = Range(row);
  int64_t value = 0;
  const char* text = std::getenv(row.name);
  if (text != nullptr && *text != '\0') {
    if (absl::SimpleAtoi(text, &value) && value >= low && value <= high) return value;
    WarnOnce(variable, text);
  }
  BM_CHECK(absl::SimpleAtoi(row.default_value, &value), row.name);
  return value;
}

bool EnvironmentSwitch(EnvironmentVariable variable) {
  const EnvironmentRow& row = Row(variable);
  BM_CHECK(absl::string_view(row.values) == "switch", row.name);
  const char* text = std::getenv(row.name);
  if (text == nullptr) return false;
  int64_t number = 0;
  return *text == 'T' || *text == 't' || (absl::SimpleAtoi(text, &number) && number != 0);
}

std::string EnvironmentText(EnvironmentVariable variable) {
  const EnvironmentRow& row = Row(variable);
  const char* text = std::getenv(row.name);
  if (text == nullptr || *text == '\0') return row.default_value;
  if (absl::string_view(row.values) == "text") return text;
  for (const absl::string_view word : absl::StrSplit(row.values, '|')) {
    if (word == text) return text;
  }
  WarnOnce(variable, text);
  return row.default_value;
}

}  // namespace bm
