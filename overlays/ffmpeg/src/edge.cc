#include "overlays/ffmpeg/src/edge.h"

extern "C" {
#include <libavutil/error.h>
}

#include "absl/strings/str_cat.h"
#include "base/log.h"

namespace bm::ffmpeg {
namespace {

struct Row {
  absl::StatusCode code;
  int av_error;
  Severity severity;
};
constexpr Row kRows[] = {
    {absl::StatusCode::kUnavailable, AVERROR(EAGAIN), Severity::kDebug},
    {absl::StatusCode::kOutOfRange, AVERROR_EOF, Severity::kDebug},
    {absl::StatusCode::kDataLoss, AVERROR_INVALIDDATA, Severity::kInfo},
    {absl::StatusCode::kInvalidArgument, AVERROR(EINVAL), Severity::kError},
    {absl::StatusCode::kNotFound, AVERROR(ENODEV), Severity::kError},
    {absl::StatusCode::kResourceExhausted, AVERROR(ENOMEM), Severity::kError},
    {absl::StatusCode::kUnimplemented, AVERROR_PATCHWELCOME, Severity::kError},
};
constexpr Row kOther = {absl::StatusCode::kUnknown, AVERROR_EXTERNAL, Severity::kError};

const Row& RowOf(absl::StatusCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  return kOther;
}

}  // namespace

int AvError(const absl::Status& status, absl::string_view function) {
  if (status.ok()) return 0;
  const Row& row = RowOf(status.code());
  if (LogEnabled(row.severity)) Log(row.severity, "ffmpeg", absl::StrCat(function, ": ", status.message()));
  return row.av_error;
}

}  // namespace bm::ffmpeg
