#include "absl/strings/str_cat.h"
#include "bmlib/src/handle.h"

namespace bm::lib {
namespace {

// Codes by status; everything else is BM_ERR_FAILURE.
struct Row {
  absl::StatusCode status;
  bm_status_t vendor;
};
constexpr Row kRows[] = {
    {absl::StatusCode::kOk, BM_SUCCESS},
    {absl::StatusCode::kUnavailable, BM_ERR_DEVNOTREADY},
    {absl::StatusCode::kInvalidArgument, BM_ERR_PARAM},
    {absl::StatusCode::kOutOfRange, BM_ERR_PARAM},
    {absl::StatusCode::kResourceExhausted, BM_ERR_NOMEM},
    {absl::StatusCode::kUnimplemented, BM_NOT_SUPPORTED},
};

}  // namespace

absl::StatusOr<bm_context*> FromHandle(bm_handle_t handle) {
  if (handle == nullptr) return absl::UnavailableError("the handle is null");
  return handle;
}

absl::Status NotNull(const void* pointer, const char* name) {
  if (pointer != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " is null"));
}

void LogLine(const char* tag, int level, const std::string& text) { bmlib_log(tag, level, "%s\n", text.c_str()); }

bm_status_t Report(const char* tag, const char* function, const absl::Status& status) {
  if (!status.ok()) LogLine(tag, BMLIB_LOG_ERROR, absl::StrCat(function, ": ", std::string(status.message())));
  for (const Row& row : kRows) {
    if (row.status == status.code()) return row.vendor;
  }
  return BM_ERR_FAILURE;
}

}  // namespace bm::lib
