// The environment variables that the product reads, its own and the vendor's: one table (environment.inc), one parser.
//
//   const int64_t devices = EnvironmentInteger(EnvironmentVariable::kDevices);
//
// A value outside the table's range counts as the default; the first such read prints one line on stderr that names
// variable, value and range. Values are read at every call (the process may change them), thread-safe as far as
// getenv is.
#ifndef BASE_ENVIRONMENT_H_
#define BASE_ENVIRONMENT_H_

#include <cstdint>
#include <string>

#include "absl/types/span.h"

namespace bm {

enum class EnvironmentVariable {
#define X(enumerator, name, default_value, values, effect) enumerator,
#include "base/environment.inc"
#undef X
};

struct EnvironmentRow {
  const char* name;
  const char* default_value;
  const char* values;
  const char* effect;
};

// All rows, indexed by EnvironmentVariable.
absl::Span<const EnvironmentRow> EnvironmentTable();

// The value of an integer variable (a row whose values read "lo..hi").
int64_t EnvironmentInteger(EnvironmentVariable variable);

// True if a switch is on.
bool EnvironmentSwitch(EnvironmentVariable variable);

// The value of a word or text variable.
std::string EnvironmentText(EnvironmentVariable variable);

}  // namespace bm

#endif  // BASE_ENVIRONMENT_H_
