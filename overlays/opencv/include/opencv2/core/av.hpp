// Frames in device memory.
#ifndef BMNNSDK_OPENCV_AV_HPP_
#define BMNNSDK_OPENCV_AV_HPP_

#include "opencv2/core.hpp"

namespace cv {
namespace av {

// A YUV420P frame of limited range with undefined samples: luma rows ALIGN64(width) bytes apart and ALIGN16(height) in
// number, chroma half of both; data[0..2] and data[4..6] are the host's and the device's view of the same bytes. `id`
// as in SophonDevice. av_frame_free releases it. A cv::Exception for sides outside 1..8192, a card that does not exist,
// no device memory.
CV_EXPORTS AVFrame* create(int height, int width, int id = 0);

// The same in another format: YUV420P, YUV422P, YUV444P (and their J forms), NV12, NV21, NV16, GRAY8, RGB24, BGR24;
// over memory of the caller where `data` is given: sizes[i] bytes a plane, back to back, which the device has at `addr`
// (0: it has not), rows strides[i] bytes apart. Without it strides and sizes are not read. color_space and color_range
// are FFmpeg's AVColorSpace and AVColorRange.
CV_EXPORTS AVFrame* create(int height, int width, int format, void* data, unsigned long addr, int fd, int* strides,
                           int* sizes, int color_space = AVCOL_SPC_BT709, int color_range = AVCOL_RANGE_MPEG,
                           int id = 0);

// Makes what the host wrote visible to the device, which it is anyway. BM_ERR_PARAM for a frame without device memory.
CV_EXPORTS bm_status_t flush(AVFrame* frame);

// Copies the samples; equal size and format, both in device memory of card `id`, else BM_ERR_PARAM.
CV_EXPORTS bm_status_t copy(AVFrame* source, AVFrame* target, int id);

}  // namespace av
}  // namespace cv

#endif  // BMNNSDK_OPENCV_AV_HPP_
