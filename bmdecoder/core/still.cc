#include "bmdecoder/core/still.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmdecoder/core/av.h"

namespace bm::decoder {
namespace {

constexpr int kMaxSide = 32768;
constexpr int64_t kMaxPixels = int64_t{1} << 28;
constexpr size_t kPixelBytes = 3;

struct FormatRow {
  StillFormat format;
  AVCodecID codec;
  const char* name;
  absl::string_view signature;
  // What the encoder takes.
  AVPixelFormat pixels;
};
constexpr FormatRow kFormats[] = {
    {StillFormat::kPng, AV_CODEC_ID_PNG, "PNG", "\x89PNG\r\n\x1a\n", AV_PIX_FMT_RGB24},
    {StillFormat::kBmp, AV_CODEC_ID_BMP, "BMP", "BM", AV_PIX_FMT_BGR24},
};

absl::StatusOr<const FormatRow*> FormatOf(absl::Span<const uint8_t> bytes) {
  for (const FormatRow& row : kFormats) {
    if (bytes.size() > row.signature.size() &&
        std::memcmp(bytes.data(), row.signature.data(), row.signature.size()) == 0) {
      return &row;
    }
  }
  return absl::InvalidArgumentError(absl::StrCat("a picture of ", bytes.size(), " bytes is neither PNG nor BMP"));
}

absl::Status CheckPlane(int width, int height, size_t stride, size_t rows, const void* data) {
  const size_t columns = static_cast<size_t>(width) * kPixelBytes;
  if (data != nullptr && stride >= columns && rows >= static_cast<size_t>(height)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a picture of ", width, " x ", height, " needs ", height, " rows of ",
                                                 columns, " bytes, not ", rows, " of ", stride,
                                                 data == nullptr ? " at address 0" : ""));
}

// Pixels of one format to another, of the same size. Grey and colours are full range, so nothing but the order and the
// number of bytes changes.
absl::Status Convert(int width, int height, AVPixelFormat from, const uint8_t* const source[],
                     const int source_strides[], AVPixelFormat to, uint8_t* const target[],
                     const int target_strides[]) {
  constexpr int kFlags = SWS_POINT | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP;
  const AvScaler scaler(sws_getContext(width, height, from, width, height, to, kFlags, nullptr, nullptr, nullptr));
  if (scaler == nullptr) return absl::UnimplementedError(absl::StrCat("pixels of FFmpeg's format ", from));
  return AvStatus(sws_scale(scaler.get(), source, source_strides, 0, height, target, target_strides),
                  "converting pixels");
}

absl::StatusOr<AvFrame> Decode(absl::Span<const uint8_t> bytes, const FormatRow& row) {
  const AvPacket packet(av_packet_alloc());
  AvFrame frame(av_frame_alloc());
  const AVCodec* const decoder = avcodec_find_decoder(row.codec);
  if (decoder == nullptr) return absl::UnimplementedError(absl::StrCat("FFmpeg has no decoder for ", row.name));
  const AvCodec context(avcodec_alloc_context3(decoder));
  if (packet == nullptr || frame == nullptr || context == nullptr || bytes.size() > INT32_MAX ||
      av_new_packet(packet.get(), static_cast<int>(bytes.size())) != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("no memory for a picture of ", bytes.size(), " bytes"));
  }
  std::copy(bytes.begin(), bytes.end(), packet->data);
  context->max_pixels = kMaxPixels;
  context->thread_count = 1;
  context->err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE;
  RETURN_IF_ERROR(AvStatus(avcodec_open2(context.get(), decoder, nullptr), row.name));
  RETURN_IF_ERROR(AvStatus(avcodec_send_packet(context.get(), packet.get()), row.name));
  const int received = avcodec_receive_frame(context.get(), frame.get());
  // A file that ends before its picture does.
  if (received == AVERROR(EAGAIN)) return absl::DataLossError(absl::StrCat(row.name, ": there is no picture"));
  RETURN_IF_ERROR(AvStatus(received, row.name));
  return frame;
}

}  // namespace

absl::StatusOr<StillSize> DecodeStill(absl::Span<const uint8_t> bytes,
                                      const std::function<absl::StatusOr<Plane>(const StillSize& size)>& allocate) {
  ASSIGN_OR_RETURN(const FormatRow* const row, FormatOf(bytes));
  ASSIGN_OR_RETURN(const AvFrame frame, Decode(bytes, *row));
  const StillSize size = {frame->width, frame->height};
  ASSIGN_OR_RETURN(const Plane plane, allocate(size));
  RETURN_IF_ERROR(CheckPlane(size.width, size.height, plane.stride, plane.rows, plane.data));
  uint8_t* const target[4] = {plane.data};
  const int strides[4] = {static_cast<int>(plane.stride)};
  RETURN_IF_ERROR(Convert(size.width, size.height, static_cast<AVPixelFormat>(frame->format), frame->data,
                          frame->linesize, AV_PIX_FMT_BGR24, target, strides));
  return size;
}

absl::StatusOr<std::vector<uint8_t>> EncodeStill(StillFormat format, int width, int height, const ConstPlane& pixels) {
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    return absl::InvalidArgumentError(
        absl::StrCat("a picture of ", width, " x ", height, ": sides must be 1..", kMaxSide));
  }
  RETURN_IF_ERROR(CheckPlane(width, height, pixels.stride, pixels.rows, pixels.data));
  const FormatRow& row = kFormats[format == StillFormat::kPng ? 0 : 1];
  const AVCodec* const encoder = avcodec_find_encoder(row.codec);
  if (encoder == nullptr) return absl::UnimplementedError(absl::StrCat("FFmpeg has no encoder for ", row.name));
  const AvCodec context(avcodec_alloc_context3(encoder));
  const AvFrame frame(av_frame_alloc());
  const AvPacket packet(av_packet_alloc());
  if (context == nullptr || frame == nullptr || packet == nullptr) {
    return absl::ResourceExhaustedError("no memory for an encoder");
  }
  context->width = frame->width = width;
  context->height = frame->height = height;
  context->pix_fmt = row.pixels;
  frame->format = row.pixels;
  context->time_base = {1, 1};
  context->thread_count = 1;
  RETURN_IF_ERROR(AvStatus(avcodec_open2(context.get(), encoder, nullptr), row.name));
  RETURN_IF_ERROR(AvStatus(av_frame_get_buffer(frame.get(), 0), row.name));
  const uint8_t* const source[4] = {pixels.data};
  const int strides[4] = {static_cast<int>(pixels.stride)};
  RETURN_IF_ERROR(Convert(width, height, AV_PIX_FMT_BGR24, source, strides, row.pixels, frame->data, frame->linesize));
  RETURN_IF_ERROR(AvStatus(avcodec_send_frame(context.get(), frame.get()), row.name));
  RETURN_IF_ERROR(AvStatus(avcodec_receive_packet(context.get(), packet.get()), row.name));
  return std::vector<uint8_t>(packet->data, packet->data + packet->size);
}

}  // namespace bm::decoder
