#include "base/log.h"

#include <memory>

#include "base/environment.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace bm {
namespace {

spdlog::level::level_enum ToSpdlog(Severity severity) {
  constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                   spdlog::level::err};
  return kLevels[static_cast<int>(severity)];
}

// Never destroyed: static objects of customer programs may log while they end.
spdlog::logger& Logger() {
  static spdlog::logger* const logger = [] {
    auto* created = new spdlog::logger("bm", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    created->set_pattern("%l %v");
    const int64_t verbose = EnvironmentInteger(EnvironmentVariable::kVerbose);
    created->set_level(ToSpdlog(verbose <= 0 ? Severity::kWarning : verbose == 1 ? Severity::kInfo : Severity::kDebug));
    return created;
  }();
  return *logger;
}

}  // namespace

bool LogEnabled(Severity severity) { return Logger().should_log(ToSpdlog(severity)); }

void Log(Severity severity, absl::string_view module, absl::string_view text) {
  Logger().log(ToSpdlog(severity), "{}: {}", fmt::string_view(module.data(), module.size()),
               fmt::string_view(text.data(), text.size()));
}

}  // namespace bm
