#include "overlays/ffmpeg/src/frames.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "bmdecoder/compressed_surface.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::ffmpeg {
namespace {

using decoder::ChromaLayout;
using decoder::Sampling;

// Device addresses and their strides follow those of the host.
constexpr size_t kDevicePlane = 4;
// What channel_layout of a compressed frame is.
constexpr uint64_t kCompressedMark = 101;

constexpr PixelFormat kFormats[] = {
    {AV_PIX_FMT_YUV420P, Sampling::k420, ChromaLayout::kSeparate, false},
    {AV_PIX_FMT_YUVJ420P, Sampling::k420, ChromaLayout::kSeparate, true},
    {AV_PIX_FMT_NV12, Sampling::k420, ChromaLayout::kCbCr, false},
    {AV_PIX_FMT_NV21, Sampling::k420, ChromaLayout::kCrCb, false},
    {AV_PIX_FMT_YUV422P, Sampling::k422, ChromaLayout::kSeparate, false},
    {AV_PIX_FMT_YUVJ422P, Sampling::k422, ChromaLayout::kSeparate, true},
    {AV_PIX_FMT_NV16, Sampling::k422, ChromaLayout::kCbCr, false},
    {AV_PIX_FMT_YUV444P, Sampling::k444, ChromaLayout::kSeparate, false},
    {AV_PIX_FMT_YUVJ444P, Sampling::k444, ChromaLayout::kSeparate, true},
    {AV_PIX_FMT_NV24, Sampling::k444, ChromaLayout::kCbCr, false},
    {AV_PIX_FMT_NV42, Sampling::k444, ChromaLayout::kCrCb, false},
    {AV_PIX_FMT_GRAY8, Sampling::k400, ChromaLayout::kSeparate, false},
};

void ReleaseFrame(void* frame, uint8_t*) { delete static_cast<std::shared_ptr<decoder::Frame>*>(frame); }

std::string NameOf(int format) {
  const char* name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(format));
  return name == nullptr ? absl::StrCat("format ", format) : name;
}

uint8_t* AsPointer(uint64_t address) { return reinterpret_cast<uint8_t*>(static_cast<uintptr_t>(address)); }

}  // namespace

const PixelFormat* FindPixelFormat(int format) {
  for (const PixelFormat& row : kFormats) {
    if (row.format == format) return &row;
  }
  return nullptr;
}

AVPixelFormat PixelFormatOf(Sampling sampling, ChromaLayout layout, SampleRange range) {
  AVPixelFormat format = AV_PIX_FMT_NONE;
  for (const PixelFormat& row : kFormats) {
    // Without chroma there is no layout of it.
    const bool fits = row.sampling == sampling && (row.layout == layout || sampling == Sampling::k400);
    // The full-range twin, if there is one, comes second.
    if (fits && (format == AV_PIX_FMT_NONE || range == SampleRange::kFull)) format = row.format;
  }
  return format;
}

absl::Status ShareFrame(std::shared_ptr<decoder::Frame> frame, AVPixelFormat format, AVFrame* target) {
  const decoder::Frame& picture = *frame;
  unsigned char* view = picture.planes[0].data;
  auto* owner = new std::shared_ptr<decoder::Frame>(std::move(frame));
  target->buf[0] = av_buffer_create(view, picture.memory.size, ReleaseFrame, owner, 0);
  if (target->buf[0] == nullptr) {
    delete owner;
    return absl::ResourceExhaustedError("no memory for a frame");
  }
  target->format = format;
  target->width = picture.shape.width;
  target->height = picture.shape.height;
  target->extended_data = target->data;
  for (size_t p = 0; p < picture.planes.size(); ++p) {
    if (picture.planes[p].data == nullptr) continue;
    target->data[p] = picture.planes[p].data;
    target->data[kDevicePlane + p] = AsPointer(picture.addresses[p]);
    target->linesize[p] = target->linesize[kDevicePlane + p] = static_cast<int>(picture.planes[p].stride);
  }
  if (picture.shape.map == decoder::SurfaceMap::kCompressed) {
    for (size_t i = 0; i < picture.tables.size(); ++i) {
      target->data[kDevicePlane + 2 + i] = AsPointer(picture.tables[i]);
      target->linesize[kDevicePlane + 2 + i] = static_cast<int>(decoder::kCompressedTableBytes);
    }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    target->channel_layout = kCompressedMark;
#pragma GCC diagnostic pop
  }
  return absl::OkStatus();
}

absl::StatusOr<decoder::ConstPlanes> PlanesOf(const AVFrame& frame, const PixelFormat& format, PictureSource source,
                                              bm_handle_t device) {
  const size_t first = source == PictureSource::kDevice ? kDevicePlane : 0;
  decoder::ConstPlanes planes;
  const int count = decoder::PlaneCount(format.sampling, format.layout);
  for (size_t p = 0; p < static_cast<size_t>(count); ++p) {
    const uint8_t* data = frame.data[first + p];
    const int stride = frame.linesize[first + p];
    const int rows = p == 0 ? frame.height : decoder::ChromaHeight(format.sampling, frame.height);
    if (data == nullptr || stride <= 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a frame's data[", first + p, "] is ", data == nullptr ? "null" : "set", ", linesize[", first + p, "] ",
          stride, ": both must be set", first == 0 ? "" : ", or is_dma_buffer 0 if the pixels are in data[0..2]"));
    }
    planes[p] = {data, static_cast<size_t>(stride), static_cast<size_t>(rows)};
  }
  RETURN_IF_ERROR(decoder::CheckPlanes(frame.width, frame.height, format.sampling, format.layout, planes));
  if (source == PictureSource::kHost) return planes;
  for (decoder::ConstPlane& plane : planes) {
    if (plane.data == nullptr) continue;
    const uint64_t address = reinterpret_cast<uintptr_t>(plane.data);
    unsigned char* view = nullptr;
    if (bmnnsdk_host_view(device, address, plane.stride * plane.rows, &view) != BM_SUCCESS) {
      return absl::InvalidArgumentError(absl::StrCat("a frame's plane at address ", absl::Hex(address), ", ",
                                                     plane.rows, " rows of ", plane.stride,
                                                     " bytes, is not within device memory"));
    }
    plane.data = view;
  }
  return planes;
}

absl::StatusOr<const PixelFormat*> EncoderFormat(const AVCodecContext& context) {
  for (const AVPixelFormat* format = context.codec->pix_fmts; *format != AV_PIX_FMT_NONE; ++format) {
    if (*format == context.pix_fmt) return FindPixelFormat(*format);
  }
  std::vector<std::string> names;
  for (const AVPixelFormat* format = context.codec->pix_fmts; *format != AV_PIX_FMT_NONE; ++format) {
    names.push_back(NameOf(*format));
  }
  return absl::InvalidArgumentError(absl::StrCat(context.codec->name, ": pix_fmt ", NameOf(context.pix_fmt),
                                                 ": must be one of ", absl::StrJoin(names, ", ")));
}

absl::Status CheckFrame(const AVFrame& frame, const AVCodecContext& context) {
  if (frame.format == context.pix_fmt && frame.width == context.width && frame.height == context.height) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("a frame of ", frame.width, " x ", frame.height, " in ",
                                                 NameOf(frame.format), ": the encoder was opened for ", context.width,
                                                 " x ", context.height, " in ", NameOf(context.pix_fmt)));
}

absl::StatusOr<Device> OpenDevice(int index) {
  bm_handle_t handle = nullptr;
  if (bm_dev_request(&handle, index) != BM_SUCCESS) {
    return absl::NotFoundError(absl::StrCat("device ", index, " cannot be opened"));
  }
  return Device(handle);
}

}  // namespace bm::ffmpeg
