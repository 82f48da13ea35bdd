// The library's log (docs/reference/driver.md): standard output as "[tag][level] text", or the caller's callback.
#include <cstdarg>
#include <cstdio>

#include "base/mutex.h"
#include "bmlib_runtime.h"

namespace bm::lib {
namespace {

constexpr size_t kLineBytes = 256;

using Callback = void (*)(const char*, int, const char*, va_list);

const char* LevelWord(int level) {
  struct Row {
    int level;
    const char* word;
  };
  constexpr Row kRows[] = {{BMLIB_LOG_QUIET, "quiet"},     {BMLIB_LOG_PANIC, "panic"},     {BMLIB_LOG_FATAL, "fatal"},
                           {BMLIB_LOG_ERROR, "error"},     {BMLIB_LOG_WARNING, "warning"}, {BMLIB_LOG_INFO, "info"},
                           {BMLIB_LOG_VERBOSE, "verbose"}, {BMLIB_LOG_DEBUG, "debug"}};
  for (const Row& row : kRows) {
    if (row.level == level) return row.word;
  }
  return "";
}

void Print(const char* tag, int level, const char* format, va_list arguments);

struct State {
  Mutex mutex;
  int level ABSL_GUARDED_BY(mutex) = BMLIB_LOG_ERROR;
  Callback callback ABSL_GUARDED_BY(mutex) = &Print;
};

State& TheState() {
  static State* const state = new State();
  return *state;
}

void Print(const char* tag, int level, const char* format, va_list arguments) {
  State& state = TheState();
  const MutexLock lock(&state.mutex);
  if (level > state.level) return;
  char text[kLineBytes];
  std::vsnprintf(text, sizeof(text), format, arguments);
  std::printf("[%s][%s] %s", tag, LevelWord(level), text);
  std::fflush(stdout);
}

}  // namespace
}  // namespace bm::lib

extern "C" {

void bmlib_log(const char* tag, int level, const char* format, ...) {
  bm::lib::State& state = bm::lib::TheState();
  bm::lib::Callback callback = nullptr;
  {
    const bm::MutexLock lock(&state.mutex);
    callback = state.callback;
  }
  if (callback == nullptr) return;
  va_list arguments;
  va_start(arguments, format);
  callback(tag, level, format, arguments);
  va_end(arguments);
}

int bmlib_log_get_level(void) {
  bm::lib::State& state = bm::lib::TheState();
  const bm::MutexLock lock(&state.mutex);
  return state.level;
}

void bmlib_log_set_level(int level) {
  bm::lib::State& state = bm::lib::TheState();
  const bm::MutexLock lock(&state.mutex);
  state.level = level;
}

void bmlib_log_set_callback(void (*callback)(const char*, int, const char*, va_list)) {
  bm::lib::State& state = bm::lib::TheState();
  const bm::MutexLock lock(&state.mutex);
  state.callback = callback;
}

}  // extern "C"
