#include "overlays/ffmpeg/src/encoder_parameters.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace bm::ffmpeg {
namespace {

using decoder::EncoderOptions;

using Setter = void (*)(int value, EncoderOptions* options);

struct Row {
  const char* key;
  // Null for keys without effect, whose values may be anything.
  Setter set;
};
constexpr Row kRows[] = {
    {"bitrate", [](int kilobits, EncoderOptions* options) { options->bitrate = int64_t{kilobits} * 1000; }},
    {"gop-preset", [](int preset, EncoderOptions* options) { options->gop_preset = preset; }},
    {"qp", [](int qp, EncoderOptions* options) { options->qp = qp; }},
    {"min-qp", [](int qp, EncoderOptions* options) { options->min_qp = qp; }},
    {"max-qp", [](int qp, EncoderOptions* options) { options->max_qp = qp; }},
    {"bg", nullptr},
    {"nr", nullptr},
    {"deblock", nullptr},
    {"preset", nullptr},
    {"mb-rc", nullptr},
    {"delta-qp", nullptr},
    {"weightp", nullptr},
};

absl::Status Apply(absl::string_view text, EncoderOptions* options) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits('=', 1));
  const std::string key = absl::StrReplaceAll(parts.first, {{"_", "-"}});
  for (const Row& row : kRows) {
    if (key != row.key) continue;
    if (row.set == nullptr) return absl::OkStatus();
    int value = 0;
    if (!absl::SimpleAtoi(parts.second, &value)) {
      return absl::InvalidArgumentError(absl::StrCat("enc-params: ", text, ": the value must be a number"));
    }
    row.set(value, options);
    return absl::OkStatus();
  }
  const auto name = [](std::string* out, const Row& row) { out->append(row.key); };
  return absl::InvalidArgumentError(
      absl::StrCat("enc-params: there is no key ", key, ", but ", absl::StrJoin(kRows, ", ", name)));
}

}  // namespace

absl::Status ApplyEncoderParameters(absl::string_view text, EncoderOptions* options) {
  EncoderOptions changed = *options;
  for (const absl::string_view part : absl::StrSplit(text, ':', absl::SkipEmpty())) {
    RETURN_IF_ERROR(Apply(part, &changed));
  }
  *options = changed;
  return absl::OkStatus();
}

}  // namespace bm::ffmpeg
