// cv::av: frames in device memory.
#include "opencv2/core/av.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "overlays/opencv/src/edge.h"
#include "overlays/opencv/src/frame.h"
#include "overlays/opencv/src/image.h"

namespace {

using bm::decoder::AvFrame;
using bm::opencv::AtEdge;
using bm::opencv::Called;

// A longer side is no video frame.
constexpr int kMaxSide = 8192;

absl::Status CheckSides(int height, int width) {
  if (std::min(height, width) >= 1 && std::max(height, width) <= kMaxSide) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a frame of ", width, " x ", height, ": sides must be 1..", kMaxSide));
}

// Memory of the caller as a frame.
absl::StatusOr<AvFrame> Wrap(int height, int width, int format, uint8_t* data, uint64_t address, const int* strides,
                             const int* sizes) {
  ASSIGN_OR_RETURN(const bm::opencv::FrameFormat* const row, bm::opencv::FormatOf(format));
  if (strides == nullptr || sizes == nullptr) return absl::InvalidArgumentError("strides or sizes are null");
  AvFrame frame(av_frame_alloc());
  if (frame == nullptr) return absl::ResourceExhaustedError("no memory for a frame");
  frame->format = format;
  frame->width = width;
  frame->height = height;
  for (int p = 0; p < row->planes; ++p) {
    const int columns = p == 0                                                ? width * row->pixel_bytes
                        : row->layout == bm::decoder::ChromaLayout::kSeparate ? ChromaWidth(row->sampling, width)
                                                                              : width + width % 2;
    const int rows = p == 0 ? height : ChromaHeight(row->sampling, height);
    if (strides[p] < columns || sizes[p] / strides[p] < rows) {
      return absl::InvalidArgumentError(absl::StrCat("plane ", p, " of ", width, " x ", height, ": ", sizes[p],
                                                     " bytes with rows ", strides[p], " apart, not at least ", rows,
                                                     " rows of ", columns));
    }
    frame->data[p] = data;
    frame->data[4 + p] = reinterpret_cast<uint8_t*>(address);
    frame->linesize[p] = frame->linesize[4 + p] = strides[p];
    data += sizes[p];
    if (address != 0) address += static_cast<uint64_t>(sizes[p]);
  }
  return frame;
}

AVFrame* Give(const char* function, absl::StatusOr<AvFrame> frame) {
  if (!frame.ok()) bm::opencv::Throw(function, frame.status());
  return frame->release();
}

}  // namespace

namespace cv {
namespace av {

AVFrame* create(int height, int width, int id) {
  return create(height, width, AV_PIX_FMT_YUV420P, nullptr, 0, -1, nullptr, nullptr, AVCOL_SPC_UNSPECIFIED,
                AVCOL_RANGE_MPEG, id);
}

AVFrame* create(int height, int width, int format, void* data, unsigned long addr, int, int* strides, int* sizes,
                int color_space, int color_range, int id) {
  return Give("cv::av::create", [&]() -> absl::StatusOr<AvFrame> {
    RETURN_IF_ERROR(CheckSides(height, width));
    absl::StatusOr<AvFrame> frame =
        data == nullptr ? bm::opencv::NewFrame(format, width, height, id)
                        : Wrap(height, width, format, static_cast<uint8_t*>(data), addr, strides, sizes);
    if (frame.ok()) {
      (*frame)->colorspace = static_cast<AVColorSpace>(color_space);
      (*frame)->color_range = static_cast<AVColorRange>(color_range);
    }
    return frame;
  }());
}

bm_status_t flush(AVFrame* frame) {
  return AtEdge("cv::av::flush", [&]() -> absl::Status {
    if (frame == nullptr || bm::opencv::FrameAddress(*frame, 0) == 0) {
      return absl::InvalidArgumentError("the frame has no device memory");
    }
    // Both views are of the same bytes.
    return absl::OkStatus();
  });
}

bm_status_t copy(AVFrame* source, AVFrame* target, int id) {
  return AtEdge("cv::av::copy", [&]() -> absl::Status {
    if (source == nullptr || target == nullptr) return absl::InvalidArgumentError("a frame is null");
    if (source->format != target->format || source->width != target->width || source->height != target->height) {
      return absl::InvalidArgumentError(absl::StrCat("frames of ", source->width, " x ", source->height, ", format ",
                                                     source->format, " and ", target->width, " x ", target->height,
                                                     ", ", target->format, "; they must be alike"));
    }
    constexpr int kBorrowed = (int)UMatData::AVFRAME_ATTACHED;
    const int place = BM_MAKEFLAG(kBorrowed, 0, BM_CARD_ID(id));
    return bm::opencv::ConvertMat(Mat(source, place), Mat(target, place));
  });
}

}  // namespace av
}  // namespace cv
