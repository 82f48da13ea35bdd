#include "bmruntime/src/log.h"

#include <atomic>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/environment.h"

namespace bm::runtime {
namespace {

std::atomic<LogLevel>& Threshold() {
  static std::atomic<LogLevel> threshold{
      static_cast<LogLevel>(EnvironmentInteger(EnvironmentVariable::kRuntimeLogLevel))};
  return threshold;
}

constexpr const char* kNames[] = {"DEBUG", "INFO", "WARNING", "WRONG", "FATAL"};

}  // namespace

LogLevel LogThreshold() { return Threshold().load(std::memory_order_relaxed); }

void SetLogThreshold(LogLevel level) { Threshold().store(level, std::memory_order_relaxed); }

void Log(LogLevel level, const char* function, int line, absl::string_view message) {
  const std::string text =
      absl::StrCat("[BMRT][", function, ":", line, "] ", kNames[static_cast<int>(level) + 1], ":", message, "\n");
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace bm::runtime
