#include "overlays/ffmpeg/src/video_encoding.h"

#include <algorithm>
#include <climits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/video_encoder.h"
#include "bmdecoder/src/encoder_parameters.h"
#include "overlays/ffmpeg/src/frames.h"
#include "overlays/ffmpeg/src/options.h"
#include "overlays/ffmpeg/src/packet_queue.h"

namespace bm::ffmpeg {
namespace {

using decoder::EncodedPacket;
using decoder::EncoderOptions;
using decoder::FrameKind;
using decoder::VideoEncoder;

class VideoEncoding final : public Session {
 public:
  VideoEncoding(AVCodecContext* context, const VideoEncoderOptions& options, const PixelFormat& format, Device device,
                std::unique_ptr<VideoEncoder> encoder)
      : context_(context),
        source_(options.is_dma_buffer != 0 ? PictureSource::kDevice : PictureSource::kHost),
        format_(format),
        device_(std::move(device)),
        encoder_(std::move(encoder)) {}

  absl::Status SendFrame(const AVFrame* frame) override;
  absl::Status ReceivePacket(AVPacket* packet) override;
  absl::Status Flush() override;

 private:
  AVCodecContext* const context_;
  const PictureSource source_;
  const PixelFormat& format_;
  const Device device_;
  const std::unique_ptr<VideoEncoder> encoder_;
  PacketQueue packets_;
  // Of a frame that has none.
  int64_t next_pts_ = 0;
};

absl::Status VideoEncoding::SendFrame(const AVFrame* frame) {
  RETURN_IF_ERROR(packets_.CheckRoom());
  if (frame == nullptr) {
    ASSIGN_OR_RETURN(std::vector<EncodedPacket> rest, encoder_->Finish());
    packets_.Add(std::move(rest));
    packets_.End();
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(CheckFrame(*frame, *context_));
  ASSIGN_OR_RETURN(const decoder::ConstPlanes planes, PlanesOf(*frame, format_, source_, device_.get()));
  const int64_t pts = frame->pts == AV_NOPTS_VALUE ? next_pts_ : frame->pts;
  const FrameKind kind = frame->pict_type == AV_PICTURE_TYPE_I ? FrameKind::kKey : FrameKind::kAny;
  ASSIGN_OR_RETURN(std::vector<EncodedPacket> ready, encoder_->Encode(planes, pts, kind));
  next_pts_ = pts + 1;
  ++context_->frame_number;
  packets_.Add(std::move(ready));
  return absl::OkStatus();
}

absl::Status VideoEncoding::ReceivePacket(AVPacket* packet) {
  RETURN_IF_ERROR(packets_.Take(packet));
  // Without it the last frame has none in a file.
  if (context_->framerate.num > 0 && context_->framerate.den > 0) {
    packet->duration = av_rescale_q(1, av_inv_q(context_->framerate), context_->time_base);
  }
  return absl::OkStatus();
}

absl::Status VideoEncoding::Flush() {
  return absl::InvalidArgumentError("an encoder cannot be flushed: send a null frame and receive what is left");
}

absl::StatusOr<EncoderOptions> CoreOptions(const AVCodecContext& context, const VideoEncoderOptions& options,
                                           const PixelFormat& format) {
  EncoderOptions core;
  core.codec = context.codec_id == AV_CODEC_ID_HEVC ? decoder::VideoCodec::kH265 : decoder::VideoCodec::kH264;
  core.width = context.width;
  core.height = context.height;
  core.layout = format.layout;
  const bool has_rate = context.framerate.num > 0 && context.framerate.den > 0;
  if (context.time_base.num <= 0 || context.time_base.den <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("time_base ", context.time_base.num, "/", context.time_base.den, ": must be set, such as 1/25"));
  }
  const AVRational rate = has_rate ? context.framerate : av_inv_q(context.time_base);
  av_reduce(&core.rate_numerator, &core.rate_denominator, rate.num, rate.den, INT_MAX);
  core.unit_numerator = context.time_base.num;
  core.unit_denominator = context.time_base.den;
  core.bitrate = context.bit_rate;
  core.qp = options.qp;
  // FFmpeg's way to ask for key frames only.
  core.gop_preset = context.gop_size == 0 ? 1 : options.gop_preset;
  core.gop = context.gop_size == 0 ? 1 : context.gop_size;
  core.global_header = (context.flags & AV_CODEC_FLAG_GLOBAL_HEADER) != 0;
  core.color_primaries = context.color_primaries;
  core.color_transfer = context.color_trc;
  core.color_space = context.colorspace;
  core.full_range = format.is_full_range || context.color_range == AVCOL_RANGE_JPEG;
  if (options.parameters != nullptr) RETURN_IF_ERROR(decoder::SetEncoderParameters(options.parameters, &core));
  return core;
}

absl::Status SetExtradata(const std::vector<uint8_t>& headers, AVCodecContext* context) {
  av_freep(&context->extradata);
  context->extradata_size = 0;
  if (headers.empty()) return absl::OkStatus();
  context->extradata = static_cast<uint8_t*>(av_mallocz(headers.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (context->extradata == nullptr) return absl::ResourceExhaustedError("no memory for stream headers");
  std::copy(headers.begin(), headers.end(), context->extradata);
  context->extradata_size = static_cast<int>(headers.size());
  return absl::OkStatus();
}

}  // namespace

const AVPixelFormat kVideoEncoderFormats[] = {AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_NV12, AV_PIX_FMT_NV21,
                                              AV_PIX_FMT_NONE};

absl::StatusOr<std::unique_ptr<Session>> OpenVideoEncoder(AVCodecContext* context) {
  const auto& options = *static_cast<const VideoEncoderOptions*>(context->priv_data);
  ASSIGN_OR_RETURN(const PixelFormat* const format, EncoderFormat(*context));
  ASSIGN_OR_RETURN(const EncoderOptions core, CoreOptions(*context, options, *format));
  ASSIGN_OR_RETURN(Device device, OpenDevice(options.device));
  ASSIGN_OR_RETURN(std::unique_ptr<VideoEncoder> encoder, VideoEncoder::Create(core));
  RETURN_IF_ERROR(SetExtradata(encoder->headers(), context));
  context->has_b_frames = encoder->delay();
  return std::make_unique<VideoEncoding>(context, options, *format, std::move(device), std::move(encoder));
}

}  // namespace bm::ffmpeg
