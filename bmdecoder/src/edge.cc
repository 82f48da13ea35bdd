#include "bmdecoder/src/edge.h"

#include "absl/strings/str_cat.h"
#include "base/log.h"

namespace bm::decoder {

int Report(const Edge& edge, const char* function, const absl::Status& status) {
  if (status.ok()) return 0;
  EdgeCode found = {status.code(), edge.otherwise};
  for (const EdgeCode& row : edge.codes) {
    if (row.status == status.code()) found = row;
  }
  if (found.loudness == Loudness::kLogged) edge.log(function, std::string(status.message()));
  return found.code;
}

absl::Status NotNull(const void* pointer, const char* name) {
  if (pointer != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " is null"));
}

void LogFailure(const char* function, const std::string& text) {
  Log(Severity::kError, "bmvideo", absl::StrCat(function, ": ", text));
}

}  // namespace bm::decoder
