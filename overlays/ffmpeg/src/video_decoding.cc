#include "overlays/ffmpeg/src/video_decoding.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/video_decoder.h"
#include "overlays/ffmpeg/src/frames.h"
#include "overlays/ffmpeg/src/options.h"

namespace bm::ffmpeg {
namespace {

using decoder::ChromaLayout;
using decoder::Frame;
using decoder::VideoDecoder;

// Frames that a program may hold besides those it announced; the chip would stall, we answer EAGAIN.
constexpr int kSpareFrames = 64;
constexpr int kLinear = 0;
constexpr int kCompressed = 101;

class VideoDecoding final : public Session {
 public:
  VideoDecoding(AVCodecContext* context, const VideoDecoderOptions& options, std::unique_ptr<VideoDecoder> decoder)
      : context_(context),
        skips_to_keys_(options.skip_non_idr != 0),
        handles_loss_(options.handle_packet_loss != 0),
        decoder_(std::move(decoder)) {}

  absl::Status SendPacket(const AVPacket* packet) override;
  absl::Status ReceiveFrame(AVFrame* frame) override;
  absl::Status Flush() override;

 private:
  bool IsDropped(const AVPacket& packet);
  bool IsShown(const Frame& frame);
  void Describe(const Frame& picture, const AVFrame& frame);

  AVCodecContext* const context_;
  const bool skips_to_keys_;
  const bool handles_loss_;
  const std::unique_ptr<VideoDecoder> decoder_;
  // A packet was damaged: packets are dropped up to a key packet.
  bool is_lost_ = false;
  // A frame was given out.
  bool has_started_ = false;
  bool has_warned_ = false;
};

bool VideoDecoding::IsDropped(const AVPacket& packet) {
  const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  if (handles_loss_ && (packet.flags & AV_PKT_FLAG_CORRUPT) != 0) is_lost_ = true;
  if (is_key && (packet.flags & AV_PKT_FLAG_CORRUPT) == 0) is_lost_ = false;
  return is_lost_ || (skips_to_keys_ && !is_key);
}

absl::Status VideoDecoding::SendPacket(const AVPacket* packet) {
  // As FFmpeg: no data and no side data is the end.
  if (packet == nullptr || (packet->data == nullptr && packet->side_data_elems == 0)) return decoder_->Send(nullptr);
  if (packet->size == 0 && packet->data != nullptr) {
    return absl::InvalidArgumentError("a packet has data of 0 bytes: the end of the stream has null data");
  }
  if (IsDropped(*packet)) return absl::OkStatus();
  const absl::Status sent = decoder_->Send(packet);
  if (handles_loss_ && absl::IsDataLoss(sent)) is_lost_ = true;
  return sent;
}

// FFmpeg's H.264 decoder itself waits for a picture from which decoding can start; its H.265 decoder does not.
bool VideoDecoding::IsShown(const Frame& frame) {
  const bool waits = context_->codec_id == AV_CODEC_ID_HEVC && (context_->flags2 & AV_CODEC_FLAG2_SHOW_ALL) == 0;
  has_started_ = has_started_ || !waits || frame.info.key;
  return has_started_;
}

absl::Status VideoDecoding::ReceiveFrame(AVFrame* frame) {
  while (true) {
    absl::StatusOr<std::shared_ptr<Frame>> decoded = decoder_->Receive(frame);
    // Frames that the program holds come back. Without one nothing does: it would wait for ever.
    if (absl::IsResourceExhausted(decoded.status()) && decoder_->pool().taken() > 0) {
      if (!has_warned_) {
        Log(Severity::kWarning, "ffmpeg",
            absl::StrCat(decoded.status().message(), ": release frames, avcodec_receive_frame answers EAGAIN"));
      }
      has_warned_ = true;
      return absl::UnavailableError(decoded.status().message());
    }
    RETURN_IF_ERROR(decoded.status());
    if (!IsShown(**decoded)) {
      av_frame_unref(frame);
      continue;
    }
    Describe(**decoded, *frame);
    frame->pts = (*decoded)->info.pts;
    return ShareFrame(*std::move(decoded), context_->pix_fmt, frame);
  }
}

void VideoDecoding::Describe(const Frame& picture, const AVFrame& frame) {
  context_->width = picture.shape.width;
  context_->height = picture.shape.height;
  context_->coded_width = picture.shape.coded_width;
  context_->coded_height = picture.shape.coded_height;
  context_->sample_aspect_ratio = frame.sample_aspect_ratio;
  context_->color_range = frame.color_range;
  context_->color_primaries = frame.color_primaries;
  context_->color_trc = frame.color_trc;
  context_->colorspace = frame.colorspace;
  context_->has_b_frames = decoder_->delay();
  ++context_->frame_number;
}

absl::Status VideoDecoding::Flush() {
  decoder_->Flush();
  is_lost_ = false;
  has_started_ = false;
  return absl::OkStatus();
}

absl::StatusOr<decoder::DecoderOptions> CoreOptions(const AVCodecContext& context, const VideoDecoderOptions& options) {
  if (options.output_format != kLinear && options.output_format != kCompressed) {
    return absl::InvalidArgumentError(
        absl::StrCat("output_format ", options.output_format, ": must be 0 (linear) or 101 (compressed)"));
  }
  constexpr ChromaLayout kLayouts[] = {ChromaLayout::kSeparate, ChromaLayout::kCbCr, ChromaLayout::kCrCb};
  decoder::DecoderOptions core;
  core.device = options.device;
  core.layout = kLayouts[options.cbcr_interleave];
  core.map = options.output_format == kCompressed ? decoder::SurfaceMap::kCompressed : decoder::SurfaceMap::kLinear;
  core.max_frames = kSpareFrames + options.extra_frame_buffers;
  core.flags = context.flags;
  core.flags2 = context.flags2;
  core.error_recognition = context.err_recognition;
  core.threads = context.thread_count;
  core.low_delay = options.frame_delay == 1 || options.decode_order != 0;
  return core;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Session>> OpenVideoDecoder(AVCodecContext* context) {
  const auto& options = *static_cast<const VideoDecoderOptions*>(context->priv_data);
  ASSIGN_OR_RETURN(const decoder::DecoderOptions core, CoreOptions(*context, options));
  const decoder::AvParameters parameters(avcodec_parameters_alloc());
  if (parameters == nullptr) return absl::ResourceExhaustedError("no memory for a decoder");
  RETURN_IF_ERROR(decoder::AvStatus(avcodec_parameters_from_context(parameters.get(), context), "opening a decoder"));
  ASSIGN_OR_RETURN(std::unique_ptr<VideoDecoder> decoder, VideoDecoder::Create(*parameters, core));
  context->pix_fmt = PixelFormatOf(decoder::Sampling::k420, core.layout, SampleRange::kVideo);
  context->coded_width = decoder->coded_width();
  context->coded_height = decoder->coded_height();
  return std::make_unique<VideoDecoding>(context, options, std::move(decoder));
}

}  // namespace bm::ffmpeg
