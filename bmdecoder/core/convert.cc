#include "bmdecoder/core/convert.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace bm::decoder {
namespace {

// A picture of so many samples does not stay in the caches until somebody reads it; the decoder needs them for its
// reference frames.
constexpr int64_t kStreamedSamples = int64_t{1} << 19;

// Compiled with -O3: the loops over samples become vector code.
void ShiftRow(const uint16_t* __restrict from, size_t count, int shift, uint8_t* __restrict to) {
  for (size_t x = 0; x < count; ++x) to[x] = static_cast<uint8_t>(from[x] >> shift);
}
void ShiftInterleave(const uint16_t* __restrict first, const uint16_t* __restrict second, size_t count, int shift,
                     uint8_t* __restrict to) {
  for (size_t x = 0; x < count; ++x) {
    to[2 * x] = static_cast<uint8_t>(first[x] >> shift);
    to[2 * x + 1] = static_cast<uint8_t>(second[x] >> shift);
  }
}
void Split(const uint8_t* __restrict from, size_t count, uint8_t* __restrict first, uint8_t* __restrict second) {
  for (size_t x = 0; x < count; ++x) {
    first[x] = from[2 * x];
    second[x] = from[2 * x + 1];
  }
}
void Swap(const uint8_t* __restrict from, size_t count, uint8_t* __restrict to) {
  for (size_t x = 0; x < count; ++x) {
    to[2 * x] = from[2 * x + 1];
    to[2 * x + 1] = from[2 * x];
  }
}

template <typename Byte>
Byte* RowOf(const BasicPlane<Byte>& plane, int y) {
  return plane.data + static_cast<size_t>(y) * plane.stride;
}

// FFmpeg's strides may be negative, ours not.
template <typename Sample>
const Sample* RowOf(const AVFrame& frame, int plane, int y) {
  return reinterpret_cast<const Sample*>(frame.data[plane] + std::ptrdiff_t{y} * frame.linesize[plane]);
}

// 9 to 16 bits per sample, in planes.
void ShiftPicture(const AVFrame& frame, int shift, ChromaLayout layout, const Planes& planes) {
  for (int y = 0; y < frame.height; ++y) {
    ShiftRow(RowOf<uint16_t>(frame, 0, y), static_cast<size_t>(frame.width), shift, RowOf(planes[0], y));
  }
  const size_t columns = static_cast<size_t>(ChromaWidth(Sampling::k420, frame.width));
  const int cb = layout == ChromaLayout::kCrCb ? 2 : 1;
  for (int y = 0; y < ChromaHeight(Sampling::k420, frame.height); ++y) {
    if (layout == ChromaLayout::kSeparate) {
      for (int p = 1; p < 3; ++p) ShiftRow(RowOf<uint16_t>(frame, p, y), columns, shift, RowOf(planes[p], y));
    } else {
      ShiftInterleave(RowOf<uint16_t>(frame, cb, y), RowOf<uint16_t>(frame, 3 - cb, y), columns, shift,
                      RowOf(planes[1], y));
    }
  }
}

// The range is told beside the format.
AVPixelFormat WithoutRange(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
      return AV_PIX_FMT_YUV411P;
    default:
      return format;
  }
}

AVPixelFormat FormatOf(ChromaLayout layout) {
  return layout == ChromaLayout::kSeparate ? AV_PIX_FMT_YUV420P
         : layout == ChromaLayout::kCbCr   ? AV_PIX_FMT_NV12
                                           : AV_PIX_FMT_NV21;
}

// swscale takes grey for full range and would shrink it: YUV and grey keep the range that they have. RGB becomes the
// limited range.
void KeepRange(AVPixelFormat format, SwsContext* scaler) {
  const AVPixFmtDescriptor* descriptor = av_pix_fmt_desc_get(format);
  if (descriptor == nullptr || (descriptor->flags & AV_PIX_FMT_FLAG_RGB) != 0) return;
  const int* table = sws_getCoefficients(SWS_CS_DEFAULT);
  sws_setColorspaceDetails(scaler, table, 1, table, 1, 0, 1 << 16, 1 << 16);
}

}  // namespace

void CopyPicture(int width, int height, ChromaLayout from, const ConstPlanes& source, ChromaLayout to,
                 const Planes& target, const RowFunctions& rows) {
  for (int y = 0; y < height; ++y) rows.copy(RowOf(source[0], y), static_cast<size_t>(width), RowOf(target[0], y));
  const size_t columns = static_cast<size_t>(ChromaWidth(Sampling::k420, width));
  for (int y = 0; y < ChromaHeight(Sampling::k420, height); ++y) {
    if (from == ChromaLayout::kSeparate && to == ChromaLayout::kSeparate) {
      for (size_t p = 1; p < 3; ++p) rows.copy(RowOf(source[p], y), columns, RowOf(target[p], y));
    } else if (from == ChromaLayout::kSeparate) {
      const size_t first = to == ChromaLayout::kCbCr ? 1 : 2;
      rows.interleave(RowOf(source[first], y), RowOf(source[3 - first], y), columns, RowOf(target[1], y));
    } else if (to == ChromaLayout::kSeparate) {
      const size_t first = from == ChromaLayout::kCbCr ? 1 : 2;
      Split(RowOf(source[1], y), columns, RowOf(target[first], y), RowOf(target[3 - first], y));
    } else if (from == to) {
      rows.copy(RowOf(source[1], y), 2 * columns, RowOf(target[1], y));
    } else {
      Swap(RowOf(source[1], y), columns, RowOf(target[1], y));
    }
  }
  rows.finish();
}

absl::Status FrameConverter::Convert(const AVFrame& frame, ChromaLayout layout, const Planes& planes) {
  const AVPixelFormat format = WithoutRange(static_cast<AVPixelFormat>(frame.format));
  const bool interleaved = format == AV_PIX_FMT_NV12 || format == AV_PIX_FMT_NV21;
  const bool upright = frame.linesize[0] > 0 && frame.linesize[1] > 0 && (interleaved || frame.linesize[2] > 0);
  if (upright && (format == AV_PIX_FMT_YUV420P || interleaved)) {
    ConstPlanes source;
    for (size_t p = 0; p < 3 && frame.data[p] != nullptr; ++p) {
      source[p] = {frame.data[p], static_cast<size_t>(frame.linesize[p]), static_cast<size_t>(frame.height)};
    }
    const ChromaLayout from = format == AV_PIX_FMT_YUV420P ? ChromaLayout::kSeparate
                              : format == AV_PIX_FMT_NV12  ? ChromaLayout::kCbCr
                                                           : ChromaLayout::kCrCb;
    const bool is_large = int64_t{frame.width} * frame.height >= kStreamedSamples;
    CopyPicture(frame.width, frame.height, from, source, layout, planes, is_large ? kStreamedRows : kCachedRows);
    return absl::OkStatus();
  }
  switch (format) {
    case AV_PIX_FMT_YUV420P9LE:
    case AV_PIX_FMT_YUV420P10LE:
    case AV_PIX_FMT_YUV420P12LE:
    case AV_PIX_FMT_YUV420P14LE:
    case AV_PIX_FMT_YUV420P16LE:
      ShiftPicture(frame, av_pix_fmt_desc_get(format)->comp[0].depth - 8, layout, planes);
      return absl::OkStatus();
    default:
      break;
  }
  if (sws_isSupportedInput(format) == 0) {
    const char* name = av_get_pix_fmt_name(format);
    return absl::UnimplementedError(
        absl::StrCat("the pixel format ", name == nullptr ? "of the stream" : name, " cannot be converted"));
  }
  scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height, format, frame.width, frame.height,
                                     FormatOf(layout), SWS_BICUBIC | SWS_ACCURATE_RND | SWS_BITEXACT, nullptr, nullptr,
                                     nullptr));
  if (scaler_ == nullptr) return absl::ResourceExhaustedError("no memory for a pixel format converter");
  KeepRange(format, scaler_.get());
  uint8_t* data[4] = {planes[0].data, planes[1].data, planes[2].data, nullptr};
  int strides[4] = {};
  for (size_t p = 0; p < 3; ++p) strides[p] = static_cast<int>(planes[p].stride);
  return AvStatus(sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, data, strides),
                  "converting a frame");
}

}  // namespace bm::decoder
