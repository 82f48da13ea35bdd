#include "bmdecoder/jpeg/guard.h"

#include <jerror.h>

#include "absl/strings/str_cat.h"

namespace bm::decoder {
namespace {

// The end-of-image marker may be missing: data that is missing gives JWRN_HIT_MARKER in addition.
constexpr int kHarmless[] = {JWRN_EXTRANEOUS_DATA, JWRN_JFIF_MAJOR, JWRN_ADOBE_XFORM, JWRN_JPEG_EOF};

Guard* GuardOf(j_common_ptr info) { return static_cast<Guard*>(info->client_data); }

}  // namespace

Guard::Guard() {
  jpeg_std_error(&manager_);
  manager_.error_exit = &Guard::Exit;
  manager_.emit_message = &Guard::Emit;
  manager_.output_message = &Guard::Output;
}

void Guard::Exit(j_common_ptr info) {
  Guard* guard = GuardOf(info);
  info->err->format_message(info, guard->text_);
  std::longjmp(guard->jump_, 1);
}

void Guard::Emit(j_common_ptr info, int level) {
  // Levels from 0 are traces.
  if (level >= 0) return;
  for (const int code : kHarmless) {
    if (info->err->msg_code == code) return;
  }
  Guard* guard = GuardOf(info);
  if (guard->damage_[0] == '\0') info->err->format_message(info, guard->damage_);
}

absl::Status Guard::Failure() const {
  if (manager_.msg_code == JERR_OUT_OF_MEMORY) return absl::ResourceExhaustedError(absl::StrCat("JPEG: ", text_));
  return absl::DataLossError(absl::StrCat("JPEG: ", text_));
}

absl::Status Guard::Damage() const {
  if (damage_[0] == '\0') return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("JPEG: ", damage_));
}

}  // namespace bm::decoder
