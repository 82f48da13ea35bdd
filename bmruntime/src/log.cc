#include "bmruntime/src/log.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace bm::runtime {
namespace {

LogLevel InitialThreshold() {
  const char* text = std::getenv("BMRT_LOG_VERSION");
  int level;
  if (text == nullptr || !absl::SimpleAtoi(text, &level)) return LogLevel::kWrong;
  return static_cast<LogLevel>(level);
}

std::atomic<LogLevel>& Threshold() {
  static std::atomic<LogLevel> threshold{InitialThreshold()};
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
