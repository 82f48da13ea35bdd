// Parameters of the encoder: defaults, limits, names.
#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmdecoder/check_value.h"
#include "bmdecoder/src/encoder_parameters.h"
#include "bmdecoder/src/vpuenc.h"

namespace bm::decoder {
namespace {

constexpr int kMaxQp = 51;
// A key frame at the start only.
constexpr int kEndlessGop = 1 << 16;

absl::Status CheckSize(const BmVpuEncOpenParams& params) {
  RETURN_IF_ERROR(CheckValue("frame_width", params.frame_width, 256, 8192));
  RETURN_IF_ERROR(CheckValue("frame_height", params.frame_height, 128, 8192));
  const uint32_t unit = params.codec_format == BM_VPU_CODEC_FORMAT_H264 ? 2 : 8;
  if (params.frame_width % unit == 0 && params.frame_height % unit == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a frame of ", params.frame_width, " x ", params.frame_height,
                                                 ": sides must be multiples of ", unit));
}

// Pictures of a group by preset; 1 where the intra period is free.
constexpr int kGroups[] = {1, 1, 1, 2, 4, 1, 1, 8};

absl::Status CheckGroups(const BmVpuEncOpenParams& params) {
  RETURN_IF_ERROR(CheckValue("gop_preset", NumberOf(params.gop_preset), 1, static_cast<int>(std::size(kGroups))));
  RETURN_IF_ERROR(CheckValue("intra_period", params.intra_period, 0, kEndlessGop));
  const int group = kGroups[params.gop_preset - 1];
  if (params.intra_period % group == 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("intra_period is ", params.intra_period, ": must be a multiple of ",
                                                 group, " for gop_preset ", params.gop_preset));
}

absl::Status CheckRate(const BmVpuEncOpenParams& params) {
  RETURN_IF_ERROR(CheckValue("fps_num", params.fps_num, 1, 1 << 20));
  RETURN_IF_ERROR(CheckValue("fps_den", params.fps_den, 1, 1 << 20));
  RETURN_IF_ERROR(CheckValue("bitrate", params.bitrate, 0, int64_t{1} << 30));
  RETURN_IF_ERROR(CheckValue("cqp", params.cqp, params.bitrate == 0 ? 0 : -1, kMaxQp));
  RETURN_IF_ERROR(CheckValue("max_qp", params.max_qp, 0, kMaxQp));
  RETURN_IF_ERROR(CheckValue("min_qp", params.min_qp, 0, params.max_qp));
  if (params.vbv_buffer_size == 0) return absl::OkStatus();
  return CheckValue("vbv_buffer_size", static_cast<int64_t>(std::min<uint64_t>(params.vbv_buffer_size, 1 << 20)), 10,
                    3000);
}

template <typename Key>
struct NameRow {
  Key key;
  const char* name;
};

template <typename Key, size_t count>
const char* NameOf(const Key& key, const NameRow<Key> (&rows)[count], const char* otherwise) {
  for (const NameRow<Key>& row : rows) {
    if (NumberOf(row.key) == NumberOf(key)) return row.name;
  }
  return otherwise;
}

constexpr NameRow<BmVpuEncReturnCodes> kErrors[] = {
    {BM_VPU_ENC_RETURN_CODE_OK, "ok"},
    {BM_VPU_ENC_RETURN_CODE_ERROR, "unspecified error"},
    {BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS, "invalid params"},
    {BM_VPU_ENC_RETURN_CODE_INVALID_HANDLE, "invalid handle"},
    {BM_VPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER, "invalid framebuffer"},
    {BM_VPU_ENC_RETURN_CODE_INSUFFICIENT_FRAMEBUFFERS, "insufficient framebuffers"},
    {BM_VPU_ENC_RETURN_CODE_INVALID_STRIDE, "invalid stride"},
    {BM_VPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE, "wrong call sequence"},
    {BM_VPU_ENC_RETURN_CODE_TIMEOUT, "timeout"},
    {BM_VPU_ENC_RETURN_CODE_RESEND_FRAME, "resend frame"},
    {BM_VPU_ENC_RETURN_CODE_ENC_END, "encoder end"},
    {BM_VPU_ENC_RETURN_CODE_END, "end"},
};
constexpr NameRow<BmVpuEncPixFormat> kFormats[] = {
    {BM_VPU_ENC_PIX_FORMAT_YUV420P, "YUV420P"}, {BM_VPU_ENC_PIX_FORMAT_YUV422P, "YUV422P"},
    {BM_VPU_ENC_PIX_FORMAT_YUV444P, "YUV444P"}, {BM_VPU_ENC_PIX_FORMAT_YUV400, "YUV400"},
    {BM_VPU_ENC_PIX_FORMAT_NV12, "NV12"},       {BM_VPU_ENC_PIX_FORMAT_NV16, "NV16"},
    {BM_VPU_ENC_PIX_FORMAT_NV24, "NV24"},
};
constexpr NameRow<BmVpuEncFrameType> kTypes[] = {
    {BM_VPU_ENC_FRAME_TYPE_I, "I"},
    {BM_VPU_ENC_FRAME_TYPE_P, "P"},
    {BM_VPU_ENC_FRAME_TYPE_B, "B"},
    {BM_VPU_ENC_FRAME_TYPE_IDR, "IDR"},
};

}  // namespace

absl::StatusOr<EncoderOptions> EncoderOptionsOf(const BmVpuEncOpenParams& params) {
  RETURN_IF_ERROR(
      CheckValue("codec_format", NumberOf(params.codec_format), BM_VPU_CODEC_FORMAT_H264, BM_VPU_CODEC_FORMAT_H265));
  const int format = NumberOf(params.pix_format);
  if (format != BM_VPU_ENC_PIX_FORMAT_YUV420P && format != BM_VPU_ENC_PIX_FORMAT_NV12) {
    return absl::InvalidArgumentError(absl::StrCat("pix_format is ", format, ": must be 0 (YUV420P) or 5 (NV12)"));
  }
  RETURN_IF_ERROR(CheckSize(params));
  RETURN_IF_ERROR(CheckGroups(params));
  RETURN_IF_ERROR(CheckRate(params));
  RETURN_IF_ERROR(CheckValue("enc_mode", NumberOf(params.enc_mode), BM_VPU_ENC_CUSTOM_MODE, BM_VPU_ENC_FAST_MODE));
  RETURN_IF_ERROR(CheckValue("roi_enable", params.roi_enable, 0, 1));
  EncoderOptions options;
  options.codec = params.codec_format == BM_VPU_CODEC_FORMAT_H264 ? VideoCodec::kH264 : VideoCodec::kH265;
  options.layout = params.pix_format == BM_VPU_ENC_PIX_FORMAT_NV12 ? ChromaLayout::kCbCr : ChromaLayout::kSeparate;
  options.width = static_cast<int>(params.frame_width);
  options.height = static_cast<int>(params.frame_height);
  options.rate_numerator = static_cast<int>(params.fps_num);
  options.rate_denominator = static_cast<int>(params.fps_den);
  options.bitrate = params.bitrate;
  options.qp = params.bitrate == 0 ? params.cqp : -1;
  if (params.bitrate != 0) {
    options.min_qp = params.min_qp;
    options.max_qp = params.max_qp;
  }
  options.gop = params.intra_period == 0 ? kEndlessGop : params.intra_period;
  options.gop_preset = params.gop_preset;
  return options;
}

}  // namespace bm::decoder

using namespace bm::decoder;  // NOLINT: the names below are the vendor's

void bmvpu_enc_set_default_open_params(BmVpuEncOpenParams* open_params, BmVpuCodecFormat codec_format) {
  if (open_params == nullptr) return;
  BmVpuEncOpenParams params = {};
  const bool is_264 = NumberOf(codec_format) != BM_VPU_CODEC_FORMAT_H265;
  params.codec_format = is_264 ? BM_VPU_CODEC_FORMAT_H264 : BM_VPU_CODEC_FORMAT_H265;
  params.pix_format = BM_VPU_ENC_PIX_FORMAT_YUV420P;
  params.timebase_num = params.timebase_den = 1;
  params.fps_num = params.fps_den = 1;
  params.bitrate = 100000;
  params.cqp = -1;
  params.enc_mode = BM_VPU_ENC_RECOMMENDED_MODE;
  params.max_num_merge = 2;
  params.enable_wp = 1;
  params.enable_nr = 1;
  if (is_264) {
    params.h264_params.enable_transform8x8 = 1;
  } else {
    params.h265_params = {1, 0, 1, 1, 1, 1};
  }
  params.gop_preset = BM_VPU_ENC_GOP_PRESET_IBBBP;
  params.intra_period = 60;
  params.mb_rc = 1;
  params.delta_qp = 5;
  params.min_qp = 8;
  params.max_qp = 51;
  params.cmd_queue_depth = 4;
  params.timeout = 1000;
  params.timeout_count = 40;
  *open_params = params;
}

int bmvpu_enc_param_parse(BmVpuEncOpenParams* p, const char* name, const char* value) {
  return AtEncoderEdge(__func__, [&]() -> absl::Status {
    RETURN_IF_ERROR(NotNull(p, "p"));
    RETURN_IF_ERROR(NotNull(name, "name"));
    RETURN_IF_ERROR(NotNull(value, "value"));
    return SetEncoderParameter(name, value, p);
  });
}

const char* bmvpu_enc_error_string(BmVpuEncReturnCodes code) { return NameOf(code, kErrors, "<unknown>"); }
const char* bmvpu_pix_format_string(BmVpuEncPixFormat pix_format) { return NameOf(pix_format, kFormats, "<unknown>"); }
const char* bmvpu_frame_type_string(BmVpuEncFrameType frame_type) { return NameOf(frame_type, kTypes, "<unknown>"); }
