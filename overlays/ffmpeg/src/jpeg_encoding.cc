#include "overlays/ffmpeg/src/jpeg_encoding.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "overlays/ffmpeg/src/frames.h"
#include "overlays/ffmpeg/src/options.h"
#include "overlays/ffmpeg/src/packet_queue.h"

namespace bm::ffmpeg {
namespace {

using decoder::EncodedPacket;
using decoder::JpegInfo;

// Encodes a frame as soon as it is sent.
class JpegEncoding final : public Session {
 public:
  JpegEncoding(AVCodecContext* context, const JpegEncoderOptions& options, const PixelFormat& format, Device device)
      : context_(context),
        source_(options.is_dma_buffer != 0 ? PictureSource::kDevice : PictureSource::kHost),
        quality_(options.quality),
        format_(format),
        device_(std::move(device)) {}

  absl::Status SendFrame(const AVFrame* frame) override;
  absl::Status ReceivePacket(AVPacket* packet) override { return packets_.Take(packet); }
  absl::Status Flush() override;

 private:
  AVCodecContext* const context_;
  const PictureSource source_;
  const int quality_;
  const PixelFormat& format_;
  const Device device_;
  PacketQueue packets_;
};

absl::Status JpegEncoding::SendFrame(const AVFrame* frame) {
  RETURN_IF_ERROR(packets_.CheckRoom());
  if (frame == nullptr) {
    packets_.End();
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(CheckFrame(*frame, *context_));
  ASSIGN_OR_RETURN(const decoder::ConstPlanes planes, PlanesOf(*frame, format_, source_, device_.get()));
  const JpegInfo info = {frame->width, frame->height, format_.sampling};
  EncodedPacket packet;
  ASSIGN_OR_RETURN(packet.data, decoder::EncodeJpeg(info, format_.layout, planes, quality_));
  packet.pts = frame->pts;
  packet.dts = frame->pts;
  packet.key = true;
  std::vector<EncodedPacket> packets;
  packets.push_back(std::move(packet));
  packets_.Add(std::move(packets));
  ++context_->frame_number;
  return absl::OkStatus();
}

absl::Status JpegEncoding::Flush() {
  packets_.Clear();
  return absl::OkStatus();
}

}  // namespace

const AVPixelFormat kJpegEncoderFormats[] = {AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P,  AV_PIX_FMT_NV12,
                                             AV_PIX_FMT_NV21,     AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P,
                                             AV_PIX_FMT_NV16,     AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P,
                                             AV_PIX_FMT_GRAY8,    AV_PIX_FMT_NONE};

absl::StatusOr<std::unique_ptr<Session>> OpenJpegEncoder(AVCodecContext* context) {
  const auto& options = *static_cast<const JpegEncoderOptions*>(context->priv_data);
  ASSIGN_OR_RETURN(const PixelFormat* const format, EncoderFormat(*context));
  if (context->width < 1 || context->height < 1 || context->width > decoder::kMaxJpegSide ||
      context->height > decoder::kMaxJpegSide) {
    return absl::InvalidArgumentError(absl::StrCat("a picture of ", context->width, " x ", context->height,
                                                   ": sides must be 1..", decoder::kMaxJpegSide));
  }
  ASSIGN_OR_RETURN(Device device, OpenDevice(options.device));
  return std::make_unique<JpegEncoding>(context, options, *format, std::move(device));
}

}  // namespace bm::ffmpeg
