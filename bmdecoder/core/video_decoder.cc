#include "bmdecoder/core/video_decoder.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/convert.h"

namespace bm::decoder {
namespace {

// Messages of a damaged stream do not belong on the terminal: callers get a status.
constexpr int kQuieter = AV_LOG_VERBOSE - AV_LOG_ERROR;

AVDiscard DiscardOf(FrameDrop drop) {
  return drop == FrameDrop::kNone           ? AVDISCARD_DEFAULT
         : drop == FrameDrop::kNonReference ? AVDISCARD_NONREF
                                            : AVDISCARD_NONINTRA;
}

FrameInfo InfoOf(const AVFrame& frame, int sequence) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  FrameInfo info;
  info.dts = frame.pkt_dts;
  info.pts = frame.pts != AV_NOPTS_VALUE ? frame.pts : frame.pkt_dts;
  info.key = frame.key_frame != 0;
  info.interlaced = frame.interlaced_frame != 0;
  info.corrupt = frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0;
  info.full_range = frame.color_range == AVCOL_RANGE_JPEG;
  info.type = TypeOf(frame.pict_type);
  info.bit_depth = format == nullptr ? 8 : format->comp[0].depth;
  info.color_primaries = frame.color_primaries;
  info.color_transfer = frame.color_trc;
  info.color_space = frame.colorspace;
  info.chroma_location = frame.chroma_location;
  info.sequence = sequence;
  return info;
}

}  // namespace

struct VideoDecoder::State {
  DecoderOptions options;
  std::shared_ptr<FramePool> pool;
  AvCodec codec;
  AvFrame frame;
  // `frame` was decoded and not delivered yet.
  bool pending = false;
  FrameConverter converter;
  int sequence = 0;
  int last_width = 0;
  int last_height = 0;
};

VideoDecoder::VideoDecoder(std::unique_ptr<State> state) : state_(std::move(state)) {}
VideoDecoder::~VideoDecoder() = default;

absl::StatusOr<std::unique_ptr<VideoDecoder>> VideoDecoder::Create(const AVCodecParameters& stream,
                                                                   const DecoderOptions& options) {
  if (options.map == SurfaceMap::kCompressed && options.layout != ChromaLayout::kCbCr) {
    return absl::InvalidArgumentError("compressed video frames must have interleaved CbCr");
  }
  auto state = std::make_unique<State>();
  state->options = options;
  ASSIGN_OR_RETURN(state->pool, FramePool::Create(options.device, options.max_frames));
  const AVCodec* codec = avcodec_find_decoder(stream.codec_id);
  if (codec == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("failed to find codec: no decoder for ", avcodec_get_name(stream.codec_id)));
  }
  state->codec.reset(avcodec_alloc_context3(codec));
  state->frame.reset(av_frame_alloc());
  if (state->codec == nullptr || state->frame == nullptr)
    return absl::ResourceExhaustedError("no memory for a decoder");
  AVCodecContext& context = *state->codec;
  RETURN_IF_ERROR(AvStatus(avcodec_parameters_to_context(&context, &stream), "failed to open codec"));
  context.log_level_offset = kQuieter;
  context.skip_frame = DiscardOf(options.drop);
  context.thread_count = options.threads;
  context.thread_type = options.low_delay ? FF_THREAD_SLICE : FF_THREAD_FRAME | FF_THREAD_SLICE;
  context.flags |= options.flags;
  context.flags2 |= options.flags2;
  context.err_recognition |= options.error_recognition;
  if (options.low_delay) context.flags |= AV_CODEC_FLAG_LOW_DELAY;
  RETURN_IF_ERROR(AvStatus(avcodec_open2(&context, codec, nullptr), "failed to open codec"));
  return std::unique_ptr<VideoDecoder>(new VideoDecoder(std::move(state)));
}

absl::Status VideoDecoder::Send(const AVPacket* packet) {
  return AvStatus(avcodec_send_packet(state_->codec.get(), packet), "decoding a packet");
}

absl::StatusOr<std::shared_ptr<Frame>> VideoDecoder::Receive(AVFrame* properties) {
  if (!state_->pending) {
    RETURN_IF_ERROR(AvStatus(avcodec_receive_frame(state_->codec.get(), state_->frame.get()), "decoding a frame"));
    state_->pending = true;
  }
  absl::StatusOr<std::shared_ptr<Frame>> frame = Deliver(properties);
  if (absl::IsResourceExhausted(frame.status())) return frame;
  av_frame_unref(state_->frame.get());
  state_->pending = false;
  return frame;
}

absl::StatusOr<std::shared_ptr<Frame>> VideoDecoder::Deliver(AVFrame* properties) {
  const AVFrame& decoded = *state_->frame;
  SurfaceShape shape;
  shape.width = decoded.width;
  shape.height = decoded.height;
  shape.coded_width = std::max(decoded.width, state_->codec->coded_width);
  shape.coded_height = std::max(decoded.height + decoded.height % 2, state_->codec->coded_height);
  shape.layout = state_->options.layout;
  shape.map = state_->options.map;
  if (shape.width > kMaxVideoSide || shape.height > kMaxVideoSide) {
    return absl::UnimplementedError(
        absl::StrCat("a frame of ", shape.width, " x ", shape.height, ": sides up to ", kMaxVideoSide, " are decoded"));
  }
  shape.coded_width = std::min(shape.coded_width, kMaxVideoSide);
  shape.coded_height = std::min(shape.coded_height, kMaxVideoSide);
  ASSIGN_OR_RETURN(std::shared_ptr<Frame> frame, state_->pool->Take(shape));
  const bool changed =
      state_->last_width != 0 && (state_->last_width != decoded.width || state_->last_height != decoded.height);
  if (changed) ++state_->sequence;
  state_->last_width = decoded.width;
  state_->last_height = decoded.height;
  RETURN_IF_ERROR(state_->converter.Convert(decoded, shape.layout, frame->planes));
  RETURN_IF_ERROR(FramePool::Written(*frame));
  if (properties != nullptr) RETURN_IF_ERROR(AvStatus(av_frame_copy_props(properties, &decoded), "copying properties"));
  frame->info = InfoOf(decoded, state_->sequence);
  return frame;
}

void VideoDecoder::Flush() {
  avcodec_flush_buffers(state_->codec.get());
  av_frame_unref(state_->frame.get());
  state_->pending = false;
}

int VideoDecoder::coded_width() const { return state_->codec->coded_width; }
int VideoDecoder::coded_height() const { return state_->codec->coded_height; }
int VideoDecoder::delay() const { return state_->codec->has_b_frames; }
const FramePool& VideoDecoder::pool() const { return *state_->pool; }

}  // namespace bm::decoder
