#include "overlays/ffmpeg/src/jpeg_decoding.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/frame.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "overlays/ffmpeg/src/frames.h"
#include "overlays/ffmpeg/src/options.h"

namespace bm::ffmpeg {
namespace {

using decoder::ChromaLayout;
using decoder::Frame;
using decoder::FramePool;
using decoder::JpegGeometry;
using decoder::JpegInfo;

// Pictures that a program may hold besides those it announced.
constexpr int kSparePictures = 64;

// Decodes a packet as soon as it is sent, so that its picture is there with the next call.
class JpegDecoding final : public Session {
 public:
  JpegDecoding(AVCodecContext* context, ChromaLayout layout, std::shared_ptr<FramePool> pool, decoder::AvFrame pending)
      : context_(context), layout_(layout), pool_(std::move(pool)), pending_(std::move(pending)) {}

  absl::Status SendPacket(const AVPacket* packet) override;
  absl::Status ReceiveFrame(AVFrame* frame) override;
  absl::Status Flush() override;

 private:
  absl::Status Decode(const AVPacket& packet);
  bool has_pending() const { return pending_->buf[0] != nullptr; }

  AVCodecContext* const context_;
  const ChromaLayout layout_;
  const std::shared_ptr<FramePool> pool_;
  // Without buffers while there is none.
  const decoder::AvFrame pending_;
  bool has_ended_ = false;
};

// What the packet says of its picture.
void Describe(const AVPacket& packet, AVFrame* frame) {
  frame->pts = packet.pts != AV_NOPTS_VALUE ? packet.pts : packet.dts;
  frame->best_effort_timestamp = frame->pts;
  frame->pkt_dts = packet.dts;
  frame->pkt_duration = packet.duration;
  frame->pkt_pos = packet.pos;
  frame->pkt_size = packet.size;
  frame->key_frame = 1;
  frame->pict_type = AV_PICTURE_TYPE_I;
  frame->color_range = AVCOL_RANGE_JPEG;
  frame->colorspace = AVCOL_SPC_BT470BG;
}

absl::Status JpegDecoding::Decode(const AVPacket& packet) {
  std::shared_ptr<Frame> picture;
  const auto allocate = [&](const JpegInfo& info) -> absl::StatusOr<decoder::Planes> {
    ASSIGN_OR_RETURN(const JpegGeometry geometry,
                     JpegGeometry::Create(info.width, info.height, info.sampling, layout_));
    ASSIGN_OR_RETURN(picture, pool_->TakeBytes(geometry.total));
    picture->shape.width = info.width;
    picture->shape.height = info.height;
    const uint64_t address = picture->addresses[0];
    uint8_t* const view = picture->planes[0].data;
    picture->planes = geometry.At(view);
    for (size_t p = 0; p < picture->planes.size(); ++p) {
      const uint8_t* plane = picture->planes[p].data;
      picture->addresses[p] = plane == nullptr ? 0 : address + static_cast<uint64_t>(plane - view);
    }
    return picture->planes;
  };
  const absl::Span<const uint8_t> bytes(packet.data, static_cast<size_t>(packet.size));
  const absl::StatusOr<JpegInfo> info = decoder::DecodeJpeg(bytes, layout_, allocate);
  // To a program, what the JPEG unit refuses is damaged; it then takes FFmpeg's decoder.
  if (absl::IsUnimplemented(info.status())) return absl::DataLossError(info.status().message());
  RETURN_IF_ERROR(info.status());
  const AVPixelFormat format = PixelFormatOf(info->sampling, layout_, SampleRange::kFull);
  if (format == AV_PIX_FMT_NONE) {
    return absl::UnimplementedError(
        "chroma_interleave 2 of a 4:2:2 picture: FFmpeg has no such pixel format; use 0 or 1");
  }
  RETURN_IF_ERROR(FramePool::Written(*picture));
  Describe(packet, pending_.get());
  context_->width = info->width;
  context_->height = info->height;
  context_->coded_width = info->width;
  context_->coded_height = info->height;
  context_->pix_fmt = format;
  context_->color_range = AVCOL_RANGE_JPEG;
  context_->colorspace = AVCOL_SPC_BT470BG;
  return ShareFrame(std::move(picture), format, pending_.get());
}

absl::Status JpegDecoding::SendPacket(const AVPacket* packet) {
  if (has_ended_) return absl::OutOfRangeError("the end of the stream was sent");
  if (packet == nullptr || packet->data == nullptr) {
    has_ended_ = true;
    return absl::OkStatus();
  }
  if (has_pending()) return absl::UnavailableError("the picture before has not been received");
  const absl::Status decoded = Decode(*packet);
  if (!decoded.ok()) av_frame_unref(pending_.get());
  return decoded;
}

absl::Status JpegDecoding::ReceiveFrame(AVFrame* frame) {
  if (!has_pending())
    return has_ended_ ? absl::OutOfRangeError("no more pictures") : absl::UnavailableError("no picture");
  av_frame_move_ref(frame, pending_.get());
  ++context_->frame_number;
  return absl::OkStatus();
}

absl::Status JpegDecoding::Flush() {
  av_frame_unref(pending_.get());
  has_ended_ = false;
  return absl::OkStatus();
}

}  // namespace

const AVPixelFormat kJpegDecoderFormats[] = {
    AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_GRAY8, AV_PIX_FMT_NV12,
    AV_PIX_FMT_NV21,     AV_PIX_FMT_NV16,     AV_PIX_FMT_NV24,     AV_PIX_FMT_NV42,  AV_PIX_FMT_NONE};

absl::StatusOr<std::unique_ptr<Session>> OpenJpegDecoder(AVCodecContext* context) {
  const auto& options = *static_cast<const JpegDecoderOptions*>(context->priv_data);
  constexpr ChromaLayout kLayouts[] = {ChromaLayout::kSeparate, ChromaLayout::kCbCr, ChromaLayout::kCrCb};
  const ChromaLayout layout = kLayouts[options.chroma_interleave];
  ASSIGN_OR_RETURN(std::shared_ptr<FramePool> pool,
                   FramePool::Create(options.device, kSparePictures + options.extra_frame_buffers));
  decoder::AvFrame pending(av_frame_alloc());
  if (pending == nullptr) return absl::ResourceExhaustedError("no memory for a frame");
  // Until a picture says otherwise.
  context->pix_fmt = PixelFormatOf(decoder::Sampling::k420, layout, SampleRange::kFull);
  return std::make_unique<JpegDecoding>(context, layout, std::move(pool), std::move(pending));
}

}  // namespace bm::ffmpeg
