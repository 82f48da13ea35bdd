#include "overlays/opencv/src/edge.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "opencv2/core.hpp"

namespace bm::opencv {
namespace {

struct Row {
  absl::StatusCode status;
  bm_status_t vendor;
};
constexpr Row kRows[] = {
    {absl::StatusCode::kOk, BM_SUCCESS},
    {absl::StatusCode::kUnavailable, BM_ERR_DEVNOTREADY},
    {absl::StatusCode::kInternal, BM_ERR_FAILURE},
    {absl::StatusCode::kDeadlineExceeded, BM_ERR_TIMEOUT},
    {absl::StatusCode::kInvalidArgument, BM_ERR_PARAM},
    {absl::StatusCode::kResourceExhausted, BM_ERR_NOMEM},
    {absl::StatusCode::kDataLoss, BM_ERR_DATA},
    {absl::StatusCode::kAborted, BM_ERR_BUSY},
    {absl::StatusCode::kNotFound, BM_ERR_NOFEATURE},
    {absl::StatusCode::kUnimplemented, BM_NOT_SUPPORTED},
};

}  // namespace

bm_status_t Report(absl::string_view function, const absl::Status& status) {
  if (!status.ok()) Log(Severity::kError, "opencv", absl::StrCat(function, ": ", status.message()));
  for (const Row& row : kRows) {
    if (row.status == status.code()) return row.vendor;
  }
  return BM_ERR_FAILURE;
}

absl::Status Called(bm_status_t code, absl::string_view call) {
  if (code == BM_SUCCESS) return absl::OkStatus();
  const std::string message = absl::StrCat(call, " answered status ", code);
  for (const Row& row : kRows) {
    if (row.vendor == code) return absl::Status(row.status, message);
  }
  return absl::InternalError(message);
}

void Throw(const char* function, const absl::Status& status) {
  const int code = absl::IsResourceExhausted(status) ? cv::Error::StsNoMem : cv::Error::StsBadArg;
  CV_Error(code, absl::StrCat(function, ": ", status.message()));
}

}  // namespace bm::opencv
