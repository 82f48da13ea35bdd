// AVFrames in device memory.
#ifndef OVERLAYS_OPENCV_SRC_FRAME_H_
#define OVERLAYS_OPENCV_SRC_FRAME_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmdecoder/core/av.h"
#include "bmdecoder/core/frame.h"
#include "bmdecoder/surface.h"
#include "opencv2/core/mat.hpp"
#include "overlays/opencv/src/card.h"

namespace bm::opencv {

// A pixel format that frames and images have in common.
struct FrameFormat {
  AVPixelFormat av;
  bm_image_format_ext image;
  int planes;
  // Bytes of a pixel in plane 0.
  int pixel_bytes;
  // Of the other planes' strides and rows, from those of plane 0.
  int stride_divisor;
  int row_divisor;
  // Samples use 0..255 whatever the frame says.
  bool is_full_range;
  // YUV of three planes, two, or one (grey); packed colours have none.
  bool is_yuv;
  decoder::Sampling sampling;
  decoder::ChromaLayout layout;
};

// INVALID_ARGUMENT for a format that no image has.
absl::StatusOr<const FrameFormat*> FormatOf(int av_format);

// A frame with undefined samples where `id` says: rows ALIGN64(bytes) apart, ALIGN16(height) of them, planes without a
// gap, host and device view of the same bytes. INVALID_ARGUMENT for sides outside 1..32768, RESOURCE_EXHAUSTED.
absl::StatusOr<decoder::AvFrame> NewFrame(int av_format, int width, int height, int id);

// A decoder's planar frame, without a copy; it returns to the decoder's pool with the AVFrame's last reference.
absl::StatusOr<decoder::AvFrame> FromDecoder(std::shared_ptr<decoder::Frame> frame);

// A matrix that owns the frame.
cv::Mat MatOf(decoder::AvFrame frame, int id);

// The frame that a matrix was made of, or null.
AVFrame* FrameOf(const cv::Mat& mat);

// UNIMPLEMENTED if `mat` is a part of a frame's matrix: the frame's planes are those of the whole picture.
absl::Status CheckWhole(const cv::Mat& mat, const AVFrame& frame);

bool IsCompressed(const AVFrame& frame);

// Bytes from row to row of a plane, in whichever view has it.
int FrameStride(const AVFrame& frame, int plane);
// Of plane i, 0 to 3.
inline uint64_t FrameAddress(const AVFrame& frame, int plane) {
  return reinterpret_cast<uint64_t>(frame.data[4 + plane]);
}

// The host's view of plane 0.
absl::StatusOr<uchar*> HostView(const AVFrame& frame, int id);

// The host's view of all planes. INVALID_ARGUMENT for a frame that is not uncompressed YUV or lacks a plane.
absl::StatusOr<decoder::Planes> PlanesOf(const AVFrame& frame);

// The matrix between the samples of YUV and RGB; FFmpeg's numbers, BT.709 by name and BT.601 for everything else.
csc_type_t ToRgb(int color_space, bool is_full_range);
csc_type_t FromRgb(int color_space, bool is_full_range);
bool IsFullRange(const AVFrame& frame);

}  // namespace bm::opencv

#endif  // OVERLAYS_OPENCV_SRC_FRAME_H_
