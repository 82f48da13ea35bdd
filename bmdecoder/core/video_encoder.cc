#include "bmdecoder/core/video_encoder.h"

extern "C" {
#include <libavutil/intreadwrite.h>
#include <libavutil/opt.h>
}

#include <utility>

#include "base/status_macros.h"
#include "bmdecoder/check_value.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/convert.h"
#include "bmdecoder/core/encoder_state.h"

namespace bm::decoder {
namespace {

constexpr int kMinSide = 16;
constexpr int kMaxSide = 8192;
constexpr int kMaxUnit = 1 << 30;
constexpr int kMaxQp = 51;

struct CodecRow {
  VideoCodec codec;
  const char* encoder;
  // Takes interleaved chroma.
  bool interleaved;
  // Of the encoder's own options: quiet, one thread.
  const char* parameters_key;
  const char* parameters;
};
constexpr CodecRow kCodecs[] = {
    {VideoCodec::kH264, "libx264", true, "x264-params", ""},
    {VideoCodec::kH265, "libx265", false, "x265-params", "log-level=error:pools=none:frame-threads=1"},
};

// B frames between two others by GOP preset; -1: only key frames.
constexpr int kPresets[] = {-1, 0, 3, 1, 3, 0, 3, 3};
constexpr int kPresetCount = static_cast<int>(std::size(kPresets));

absl::Status Check(const EncoderOptions& options) {
  RETURN_IF_ERROR(CheckValue("width", options.width, kMinSide, kMaxSide));
  RETURN_IF_ERROR(CheckValue("height", options.height, kMinSide, kMaxSide));
  if (options.width % 2 != 0 || options.height % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("encoder: a picture of ", options.width, " x ", options.height, ": sides must be even"));
  }
  RETURN_IF_ERROR(CheckValue("frame rate numerator", options.rate_numerator, 1, 1 << 20));
  RETURN_IF_ERROR(CheckValue("frame rate denominator", options.rate_denominator, 1, 1 << 20));
  RETURN_IF_ERROR(CheckValue("bit rate", options.bitrate, 0, int64_t{1} << 30));
  const bool has_unit = options.unit_numerator != 0 || options.unit_denominator != 0;
  if (has_unit) {
    RETURN_IF_ERROR(CheckValue("time unit's numerator", options.unit_numerator, 1, kMaxUnit));
    RETURN_IF_ERROR(CheckValue("time unit's denominator", options.unit_denominator, 1, kMaxUnit));
  }
  RETURN_IF_ERROR(CheckValue("qp", options.qp, -1, kMaxQp));
  RETURN_IF_ERROR(CheckValue("min_qp", options.min_qp, -1, kMaxQp));
  RETURN_IF_ERROR(CheckValue("max_qp", options.max_qp, -1, kMaxQp));
  if (options.min_qp >= 0 && options.max_qp >= 0) {
    RETURN_IF_ERROR(CheckValue("min_qp", options.min_qp, 0, options.max_qp));
  }
  RETURN_IF_ERROR(CheckValue("gop", options.gop, 1, 1 << 16));
  RETURN_IF_ERROR(CheckValue("threads", options.threads, 0, 256));
  return CheckValue("gop preset", options.gop_preset, 1, kPresetCount);
}

AVPixelFormat FormatOf(ChromaLayout layout) {
  return layout == ChromaLayout::kSeparate ? AV_PIX_FMT_YUV420P
         : layout == ChromaLayout::kCbCr   ? AV_PIX_FMT_NV12
                                           : AV_PIX_FMT_NV21;
}

void Configure(const EncoderOptions& options, const CodecRow& row, AVCodecContext* context) {
  context->width = options.width;
  context->height = options.height;
  context->pix_fmt = row.interleaved ? FormatOf(options.layout) : AV_PIX_FMT_YUV420P;
  context->framerate = {options.rate_numerator, options.rate_denominator};
  context->time_base = options.unit_numerator > 0 ? AVRational{options.unit_numerator, options.unit_denominator}
                                                  : av_inv_q(context->framerate);
  const int b_frames = kPresets[options.gop_preset - 1];
  context->gop_size = b_frames < 0 ? 1 : options.gop;
  context->max_b_frames = b_frames < 0 ? 0 : b_frames;
  context->thread_count = options.threads;
  if (options.global_header) context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (options.qp < 0 && options.bitrate > 0) {
    context->bit_rate = options.bitrate;
    context->rc_max_rate = options.bitrate;
    context->rc_buffer_size = static_cast<int>(options.bitrate);
  }
  if (options.min_qp >= 0) context->qmin = options.min_qp;
  if (options.max_qp >= 0) context->qmax = options.max_qp;
  context->color_primaries = static_cast<AVColorPrimaries>(options.color_primaries);
  context->color_trc = static_cast<AVColorTransferCharacteristic>(options.color_transfer);
  context->colorspace = static_cast<AVColorSpace>(options.color_space);
  if (options.full_range) context->color_range = AVCOL_RANGE_JPEG;
  av_opt_set(context->priv_data, "preset", "veryfast", 0);
  av_opt_set(context->priv_data, row.parameters_key, row.parameters, 0);
  if (options.low_delay) av_opt_set(context->priv_data, "tune", "zerolatency", 0);
  if (options.qp >= 0) av_opt_set_int(context->priv_data, "qp", options.qp, 0);
}

// FFmpeg tells them as 32 bits of quality and a byte of type.
void AddStatistics(const AVPacket& packet, EncodedPacket* out) {
  size_t size = 0;
  const uint8_t* statistics = av_packet_get_side_data(&packet, AV_PKT_DATA_QUALITY_STATS, &size);
  if (statistics == nullptr || size < 5) return;
  out->qp = static_cast<int>(AV_RL32(statistics)) / FF_QP2LAMBDA;
  out->type = TypeOf(static_cast<AVPictureType>(statistics[4]));
}

}  // namespace

VideoEncoder::VideoEncoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
VideoEncoder::~VideoEncoder() = default;

absl::StatusOr<std::unique_ptr<VideoEncoder>> VideoEncoder::Create(const EncoderOptions& options) {
  RETURN_IF_ERROR(Check(options));
  const CodecRow& row = kCodecs[options.codec == VideoCodec::kH265 ? 1 : 0];
  const AVCodec* codec = avcodec_find_encoder_by_name(row.encoder);
  if (codec == nullptr) return absl::UnimplementedError(absl::StrCat("FFmpeg has no encoder ", row.encoder));
  auto state = std::make_unique<State>();
  state->options = options;
  state->codec.reset(avcodec_alloc_context3(codec));
  state->packet.reset(av_packet_alloc());
  if (state->codec == nullptr || state->packet == nullptr)
    return absl::ResourceExhaustedError("no memory for an encoder");
  // What x264 tells at every opening is of no interest.
  state->codec->log_level_offset = AV_LOG_DEBUG - AV_LOG_INFO;
  Configure(options, row, state->codec.get());
  RETURN_IF_ERROR(AvStatus(avcodec_open2(state->codec.get(), codec, nullptr), "opening the encoder"));
  if (options.global_header && state->codec->extradata != nullptr) {
    state->headers.assign(state->codec->extradata, state->codec->extradata + state->codec->extradata_size);
  }
  return std::unique_ptr<VideoEncoder>(new VideoEncoder(std::move(state)));
}

absl::Status VideoEncoder::State::Drain(std::vector<EncodedPacket>* packets) {
  while (true) {
    const int code = avcodec_receive_packet(codec.get(), packet.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return absl::OkStatus();
    RETURN_IF_ERROR(AvStatus(code, "encoding"));
    EncodedPacket& out = packets->emplace_back();
    out.data.assign(packet->data, packet->data + packet->size);
    out.pts = packet->pts;
    out.dts = packet->dts;
    out.key = (packet->flags & AV_PKT_FLAG_KEY) != 0;
    AddStatistics(*packet, &out);
    av_packet_unref(packet.get());
  }
}

absl::StatusOr<std::vector<EncodedPacket>> VideoEncoder::Encode(const ConstPlanes& planes, int64_t pts,
                                                                FrameKind kind) {
  const EncoderOptions& options = state_->options;
  RETURN_IF_ERROR(CheckPlanes(options.width, options.height, Sampling::k420, options.layout, planes));
  AvFrame frame(av_frame_alloc());
  if (frame == nullptr) return absl::ResourceExhaustedError("no memory for a frame");
  frame->format = state_->codec->pix_fmt;
  frame->width = options.width;
  frame->height = options.height;
  frame->pts = pts;
  if (kind == FrameKind::kKey) frame->pict_type = AV_PICTURE_TYPE_I;
  RETURN_IF_ERROR(AvStatus(av_frame_get_buffer(frame.get(), 0), "allocating a frame"));
  Planes target;
  for (size_t p = 0; p < 3 && frame->data[p] != nullptr; ++p) {
    target[p] = {frame->data[p], static_cast<size_t>(frame->linesize[p]), static_cast<size_t>(options.height)};
  }
  const bool separate = frame->format == AV_PIX_FMT_YUV420P;
  CopyPicture(options.width, options.height, options.layout, planes,
              separate ? ChromaLayout::kSeparate : options.layout, target, kCachedRows);
  RETURN_IF_ERROR(AvStatus(avcodec_send_frame(state_->codec.get(), frame.get()), "encoding"));
  std::vector<EncodedPacket> packets;
  RETURN_IF_ERROR(state_->Drain(&packets));
  return packets;
}

absl::StatusOr<std::vector<EncodedPacket>> VideoEncoder::Finish() {
  const int code = avcodec_send_frame(state_->codec.get(), nullptr);
  std::vector<EncodedPacket> packets;
  if (code == AVERROR_EOF) return packets;
  RETURN_IF_ERROR(AvStatus(code, "encoding"));
  RETURN_IF_ERROR(state_->Drain(&packets));
  return packets;
}

const std::vector<uint8_t>& VideoEncoder::headers() const { return state_->headers; }
int VideoEncoder::delay() const { return state_->codec->has_b_frames; }

}  // namespace bm::decoder
