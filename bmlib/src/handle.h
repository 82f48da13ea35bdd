// An open handle, and the one adapter between absl::Status and the vendor's codes.
#ifndef BMLIB_SRC_HANDLE_H_
#define BMLIB_SRC_HANDLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "bmdriver_sim/driver/card.h"
#include "bmlib/src/handle_profile.h"
#include "bmlib_runtime.h"

struct bm_context {
  explicit bm_context(bm::driver::Card* card) : session(card) {}

  bm::driver::Card& card() const { return session.card(); }

  bm::driver::Session session;
  std::unique_ptr<bm::lib::HandleProfile> profile;  // null unless handles are profiled
};

namespace bm::lib {

// UNAVAILABLE for a null handle.
absl::StatusOr<bm_context*> FromHandle(bm_handle_t handle);

// The vendor's code for a status. Logs the text once, under `tag`.
bm_status_t Report(const char* tag, const char* function, const absl::Status& status);

// Runs `body`, which returns absl::Status, at the edge of the library.
template <typename Body>
bm_status_t AtEdge(const char* tag, const char* function, Body body) {
  return Report(tag, function, body());
}

// INVALID_ARGUMENT naming the parameter.
absl::Status NotNull(const void* pointer, const char* name);

inline constexpr char kRuntimeTag[] = "bmlib_runtime";
inline constexpr char kMemoryTag[] = "bmlib_memory";

// A message on the library's log, printf-free.
void LogLine(const char* tag, int level, const std::string& text);

}  // namespace bm::lib

#endif  // BMLIB_SRC_HANDLE_H_
