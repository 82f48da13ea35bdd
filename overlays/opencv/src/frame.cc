#include "overlays/opencv/src/frame.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmlib/src/bmlib_internal.h"
#include "overlays/opencv/src/allocator.h"

namespace bm::opencv {
namespace {

using decoder::AvFrame;
using decoder::ChromaLayout;
using decoder::Sampling;

constexpr int kMaxSide = 32768;
// What a frame's channel_layout says if its planes are compressed.
constexpr uint64_t kCompressedMark = 101;

constexpr FrameFormat kFormats[] = {
    {AV_PIX_FMT_YUV420P, FORMAT_YUV420P, 3, 1, 2, 2, false, true, Sampling::k420, ChromaLayout::kSeparate},
    {AV_PIX_FMT_YUVJ420P, FORMAT_YUV420P, 3, 1, 2, 2, true, true, Sampling::k420, ChromaLayout::kSeparate},
    {AV_PIX_FMT_YUV422P, FORMAT_YUV422P, 3, 1, 2, 1, false, true, Sampling::k422, ChromaLayout::kSeparate},
    {AV_PIX_FMT_YUVJ422P, FORMAT_YUV422P, 3, 1, 2, 1, true, true, Sampling::k422, ChromaLayout::kSeparate},
    {AV_PIX_FMT_YUV444P, FORMAT_YUV444P, 3, 1, 1, 1, false, true, Sampling::k444, ChromaLayout::kSeparate},
    {AV_PIX_FMT_YUVJ444P, FORMAT_YUV444P, 3, 1, 1, 1, true, true, Sampling::k444, ChromaLayout::kSeparate},
    {AV_PIX_FMT_NV12, FORMAT_NV12, 2, 1, 1, 2, false, true, Sampling::k420, ChromaLayout::kCbCr},
    {AV_PIX_FMT_NV21, FORMAT_NV21, 2, 1, 1, 2, false, true, Sampling::k420, ChromaLayout::kCrCb},
    {AV_PIX_FMT_NV16, FORMAT_NV16, 2, 1, 1, 1, false, true, Sampling::k422, ChromaLayout::kCbCr},
    {AV_PIX_FMT_GRAY8, FORMAT_GRAY, 1, 1, 1, 1, false, true, Sampling::k400, ChromaLayout::kSeparate},
    {AV_PIX_FMT_RGB24, FORMAT_RGB_PACKED, 1, 3, 1, 1, true, false, Sampling::k444, ChromaLayout::kSeparate},
    {AV_PIX_FMT_BGR24, FORMAT_BGR_PACKED, 1, 3, 1, 1, true, false, Sampling::k444, ChromaLayout::kSeparate},
};

absl::StatusOr<AvFrame> EmptyFrame(int format, int width, int height) {
  AvFrame frame(av_frame_alloc());
  if (frame == nullptr) return absl::ResourceExhaustedError("no memory for a frame");
  frame->format = format;
  frame->width = width;
  frame->height = height;
  return frame;
}

// Releases `owned` with the last reference to the frame's samples.
template <typename Owned>
absl::Status Keep(std::unique_ptr<Owned> owned, uint8_t* samples, size_t bytes, AVFrame* frame) {
  frame->buf[0] = av_buffer_create(
      samples, bytes, [](void* opaque, uint8_t*) { delete static_cast<Owned*>(opaque); }, owned.get(), 0);
  if (frame->buf[0] == nullptr) return absl::ResourceExhaustedError("no memory for a frame");
  owned.release();
  return absl::OkStatus();
}

void SetPlane(int plane, uint8_t* view, uint64_t address, int stride, AVFrame* frame) {
  frame->data[plane] = view;
  frame->data[4 + plane] = reinterpret_cast<uint8_t*>(address);
  frame->linesize[plane] = frame->linesize[4 + plane] = stride;
}

struct OwnedBlock {
  DeviceBlock block;
  ~OwnedBlock() {
    if (block.handle != nullptr) FreeBlock(block.handle, block.address, block.bytes);
  }
};

}  // namespace

absl::StatusOr<const FrameFormat*> FormatOf(int av_format) {
  for (const FrameFormat& row : kFormats) {
    if (row.av == av_format) return &row;
  }
  return absl::InvalidArgumentError(absl::StrCat("a frame of pixel format ", av_format,
                                                 "; YUV of 8 bits in planes, NV12, NV21, NV16, GRAY8, RGB24, BGR24"));
}

absl::StatusOr<AvFrame> NewFrame(int av_format, int width, int height, int id) {
  ASSIGN_OR_RETURN(const FrameFormat* const format, FormatOf(av_format));
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frame of ", width, " x ", height, ": sides must be 1..", kMaxSide));
  }
  const uint64_t stride = AlignUp(static_cast<uint64_t>(width) * static_cast<uint64_t>(format->pixel_bytes), 64);
  const uint64_t rows = AlignUp(static_cast<uint64_t>(height), 16);
  const uint64_t other_stride = stride / static_cast<uint64_t>(format->stride_divisor);
  const uint64_t other_bytes = other_stride * (rows / static_cast<uint64_t>(format->row_divisor));
  const uint64_t bytes = stride * rows + static_cast<uint64_t>(format->planes - 1) * other_bytes;
  ASSIGN_OR_RETURN(AvFrame frame, EmptyFrame(av_format, width, height));
  auto owned = std::make_unique<OwnedBlock>();
  ASSIGN_OR_RETURN(owned->block, AllocateBlock(id, bytes));
  const DeviceBlock block = owned->block;
  RETURN_IF_ERROR(Keep(std::move(owned), block.view, bytes, frame.get()));
  for (int p = 0; p < format->planes; ++p) {
    const uint64_t offset = p == 0 ? 0 : stride * rows + static_cast<uint64_t>(p - 1) * other_bytes;
    SetPlane(p, block.view + offset, block.address + offset, static_cast<int>(p == 0 ? stride : other_stride),
             frame.get());
  }
  frame->color_range = format->is_full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  return frame;
}

absl::StatusOr<AvFrame> FromDecoder(std::shared_ptr<decoder::Frame> source) {
  const decoder::SurfaceShape& shape = source->shape;
  ASSIGN_OR_RETURN(AvFrame frame, EmptyFrame(AV_PIX_FMT_YUV420P, shape.width, shape.height));
  for (int p = 0; p < 3; ++p) {
    const size_t plane = static_cast<size_t>(p);
    SetPlane(p, source->planes[plane].data, source->addresses[plane], static_cast<int>(source->planes[plane].stride),
             frame.get());
  }
  const decoder::FrameInfo& info = source->info;
  frame->pts = info.pts;
  frame->pkt_dts = info.dts;
  frame->key_frame = info.key ? 1 : 0;
  frame->interlaced_frame = info.interlaced ? 1 : 0;
  frame->pict_type = info.type == decoder::PictureType::kI   ? AV_PICTURE_TYPE_I
                     : info.type == decoder::PictureType::kP ? AV_PICTURE_TYPE_P
                     : info.type == decoder::PictureType::kB ? AV_PICTURE_TYPE_B
                                                             : AV_PICTURE_TYPE_NONE;
  frame->color_range = info.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  frame->color_primaries = static_cast<AVColorPrimaries>(info.color_primaries);
  frame->color_trc = static_cast<AVColorTransferCharacteristic>(info.color_transfer);
  frame->colorspace = static_cast<AVColorSpace>(info.color_space);
  frame->chroma_location = static_cast<AVChromaLocation>(info.chroma_location);
  uint8_t* const samples = source->planes[0].data;
  const size_t bytes = source->memory.size;
  RETURN_IF_ERROR(
      Keep(std::make_unique<std::shared_ptr<decoder::Frame>>(std::move(source)), samples, bytes, frame.get()));
  return frame;
}

cv::Mat MatOf(AvFrame frame, int id) {
  cv::Mat mat(frame.get(), id);
  frame.release();
  return mat;
}

AVFrame* FrameOf(const cv::Mat& mat) { return DeviceAllocator::Of(mat.u) == nullptr ? nullptr : mat.u->frame; }

absl::Status CheckWhole(const cv::Mat& mat, const AVFrame& frame) {
  if (mat.data == mat.u->data && mat.cols == frame.width && mat.rows == frame.height) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat("a part of ", mat.cols, " x ", mat.rows, " of an AVFrame of ",
                                               frame.width, " x ", frame.height,
                                               "; only the whole frame is a picture: convert it, then take the part"));
}

#pragma GCC diagnostic push
// The mark of the vendor's decoders is a member that FFmpeg will drop.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
bool IsCompressed(const AVFrame& frame) { return frame.channel_layout == kCompressedMark; }
#pragma GCC diagnostic pop

int FrameStride(const AVFrame& frame, int plane) {
  return frame.linesize[plane] > 0 ? frame.linesize[plane] : frame.linesize[4 + plane];
}

absl::StatusOr<uchar*> HostView(const AVFrame& frame, int id) {
  if (frame.data[0] != nullptr) return frame.data[0];
  ASSIGN_OR_RETURN(const bm_handle_t handle, HandleOf(id));
  unsigned char* view = nullptr;
  const uint64_t bytes = static_cast<uint64_t>(FrameStride(frame, 0)) * static_cast<uint64_t>(frame.height);
  if (bmnnsdk_host_view(handle, FrameAddress(frame, 0), bytes, &view) != BM_SUCCESS) {
    return absl::InvalidArgumentError(
        absl::StrCat("a frame without host memory and with no device memory at ", FrameAddress(frame, 0)));
  }
  return view;
}

absl::StatusOr<decoder::Planes> PlanesOf(const AVFrame& frame) {
  ASSIGN_OR_RETURN(const FrameFormat* const format, FormatOf(frame.format));
  if (!format->is_yuv || IsCompressed(frame)) {
    return absl::InvalidArgumentError("a frame whose planes are compressed or not YUV");
  }
  decoder::Planes planes;
  for (int p = 0; p < format->planes; ++p) {
    if (frame.data[p] == nullptr || frame.linesize[p] <= 0) {
      return absl::InvalidArgumentError(absl::StrCat("plane ", p, " of the frame has no host memory"));
    }
    const int rows = p == 0 ? frame.height : ChromaHeight(format->sampling, frame.height);
    planes[static_cast<size_t>(p)] = {frame.data[p], static_cast<size_t>(frame.linesize[p]), static_cast<size_t>(rows)};
  }
  return planes;
}

csc_type_t ToRgb(int color_space, bool is_full_range) {
  if (color_space == AVCOL_SPC_BT709) return is_full_range ? CSC_YPbPr2RGB_BT709 : CSC_YCbCr2RGB_BT709;
  return is_full_range ? CSC_YPbPr2RGB_BT601 : CSC_YCbCr2RGB_BT601;
}

csc_type_t FromRgb(int color_space, bool is_full_range) {
  if (color_space == AVCOL_SPC_BT709) return is_full_range ? CSC_RGB2YPbPr_BT709 : CSC_RGB2YCbCr_BT709;
  return is_full_range ? CSC_RGB2YPbPr_BT601 : CSC_RGB2YCbCr_BT601;
}

bool IsFullRange(const AVFrame& frame) {
  const absl::StatusOr<const FrameFormat*> format = FormatOf(frame.format);
  return frame.color_range == AVCOL_RANGE_JPEG || (format.ok() && (*format)->is_full_range);
}

}  // namespace bm::opencv
