#include "bmcv/src/edge.h"

#include <string>

namespace bm::cv {
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
    {absl::StatusCode::kDataLoss, BM_ERR_DATA},
    {absl::StatusCode::kNotFound, BM_ERR_NOFEATURE},
    {absl::StatusCode::kUnimplemented, BM_NOT_SUPPORTED},
};

}  // namespace

bm_status_t Report(const char* function, const absl::Status& status) {
  if (!status.ok()) {
    bmlib_log("BMCV", BMLIB_LOG_ERROR, "%s: %s\n", function, std::string(status.message()).c_str());
  }
  for (const Row& row : kRows) {
    if (row.status == status.code()) return row.vendor;
  }
  return BM_ERR_FAILURE;
}

}  // namespace bm::cv
