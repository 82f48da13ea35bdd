#include "bmdecoder/src/encoder_parameters.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace bm::decoder {
namespace {

constexpr int kMaxQp = 51;
constexpr int kMaxOffset = 6;
constexpr int kMaxGopPreset = 8;

// A parameter that is a number.
struct NumberRow {
  const char* name;
  int BmVpuEncOpenParams::*member;
  int low;
  int high;
};
constexpr NumberRow kNumbers[] = {
    {"bg", &BmVpuEncOpenParams::bg_detection, 0, 1},    {"nr", &BmVpuEncOpenParams::enable_nr, 0, 1},
    {"mb-rc", &BmVpuEncOpenParams::mb_rc, 0, 1},        {"delta-qp", &BmVpuEncOpenParams::delta_qp, 0, kMaxQp},
    {"min-qp", &BmVpuEncOpenParams::min_qp, 0, kMaxQp}, {"max-qp", &BmVpuEncOpenParams::max_qp, 0, kMaxQp},
    {"weightp", &BmVpuEncOpenParams::enable_wp, 0, 1},
};

absl::StatusOr<int> ParseNumber(const std::string& name, const std::string& value, int low, int high) {
  int number;
  if (absl::SimpleAtoi(value, &number) && number >= low && number <= high) return number;
  return absl::InvalidArgumentError(absl::StrCat("parameter ", name, "=", value, ": must be ", low, "..", high));
}

absl::Status ParseDeblock(const std::string& value, BmVpuEncOpenParams* params) {
  const std::vector<std::string> parts = absl::StrSplit(value, ',');
  if (parts.size() == 2) {
    ASSIGN_OR_RETURN(const int tc, ParseNumber("deblock (tc)", parts[0], -kMaxOffset, kMaxOffset));
    ASSIGN_OR_RETURN(const int beta, ParseNumber("deblock (beta)", parts[1], -kMaxOffset, kMaxOffset));
    params->disable_deblocking = 0;
    params->offset_tc = tc;
    params->offset_beta = beta;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const int enabled, ParseNumber("deblock", value, 0, 1));
  params->disable_deblocking = 1 - enabled;
  return absl::OkStatus();
}

absl::Status ParseGopPreset(const std::string& value, BmVpuEncOpenParams* params) {
  ASSIGN_OR_RETURN(const int preset, ParseNumber("gop-preset", value, 1, kMaxGopPreset));
  params->gop_preset = static_cast<BMVpuEncGopPreset>(preset);
  return absl::OkStatus();
}

absl::Status ParsePreset(const std::string& value, BmVpuEncOpenParams* params) {
  constexpr struct {
    const char* name;
    const char* number;
    BMVpuEncMode mode;
  } kRows[] = {{"fast", "0", BM_VPU_ENC_FAST_MODE},
               {"medium", "1", BM_VPU_ENC_BOOST_MODE},
               {"slow", "2", BM_VPU_ENC_RECOMMENDED_MODE}};
  for (const auto& row : kRows) {
    if (value != row.name && value != row.number) continue;
    params->enc_mode = row.mode;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("parameter preset=", value, ": must be fast, medium, slow or 0..2"));
}

absl::Status ParseQp(const std::string& value, BmVpuEncOpenParams* params) {
  ASSIGN_OR_RETURN(params->cqp, ParseNumber("qp", value, 0, kMaxQp));
  params->bitrate = 0;
  return absl::OkStatus();
}

absl::Status ParseBitrate(const std::string& value, BmVpuEncOpenParams* params) {
  ASSIGN_OR_RETURN(const int kilobits, ParseNumber("bitrate", value, 0, 1 << 20));
  params->bitrate = int64_t{kilobits} * 1000;
  return absl::OkStatus();
}

struct TextRow {
  const char* name;
  absl::Status (*parse)(const std::string& value, BmVpuEncOpenParams* params);
};
constexpr TextRow kTexts[] = {{"deblock", ParseDeblock},
                              {"gop-preset", ParseGopPreset},
                              {"preset", ParsePreset},
                              {"qp", ParseQp},
                              {"bitrate", ParseBitrate}};

}  // namespace

absl::Status SetEncoderParameter(absl::string_view key, const std::string& value, BmVpuEncOpenParams* params) {
  const std::string name = absl::StrReplaceAll(key, {{"_", "-"}});
  for (const TextRow& row : kTexts) {
    if (name == row.name) return row.parse(value, params);
  }
  for (const NumberRow& row : kNumbers) {
    if (name != row.name) continue;
    ASSIGN_OR_RETURN(params->*row.member, ParseNumber(name, value, row.low, row.high));
    return absl::OkStatus();
  }
  std::string known;
  for (const TextRow& row : kTexts) absl::StrAppend(&known, " ", row.name);
  for (const NumberRow& row : kNumbers) absl::StrAppend(&known, " ", row.name);
  return absl::InvalidArgumentError(absl::StrCat("there is no parameter ", name, ":", known));
}

absl::Status SetEncoderParameters(absl::string_view text, EncoderOptions* options) {
  BmVpuEncOpenParams params = {};
  params.gop_preset = static_cast<BMVpuEncGopPreset>(options->gop_preset);
  params.bitrate = options->bitrate;
  params.cqp = options->qp;
  params.min_qp = options->min_qp;
  params.max_qp = options->max_qp;
  for (const absl::string_view part : absl::StrSplit(text, ':', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
    RETURN_IF_ERROR(SetEncoderParameter(pair.first, pair.second, &params));
  }
  options->gop_preset = params.gop_preset;
  options->bitrate = params.bitrate;
  options->qp = params.cqp;
  options->min_qp = params.min_qp;
  options->max_qp = params.max_qp;
  return absl::OkStatus();
}

}  // namespace bm::decoder
