// OpenCV's matrices in device memory, and decoded frames as matrices.
//
//   cv::Mat picture(1080, 1920, CV_8UC3, cv::SophonDevice(1));   // in the memory of card 1
//   cv::Mat frame(av_frame, 1);                                  // owns the AVFrame
//   if (frame.avOK()) bm_mem_from_device(frame.avAddr(4), ...);
//
// cv::Mat keeps the members and the size that OpenCV gives it: what is added here are functions only, and members at
// the end of cv::UMatData, which exist in those objects alone that the allocator of this SDK made. Every cv::Mat that
// OpenCV allocates comes from that allocator and lies in device memory that the host sees: `data` and the device
// address are two views of the same bytes (docs/reference/opencv-view.md).
#ifndef BMNNSDK_OPENCV_MAT_HPP_
#define BMNNSDK_OPENCV_MAT_HPP_

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <bmcv_api_ext.h>

#include "opencv2/core/types.hpp"

// An id that names a card (0..255), the heaps to allocate from (bit n: heap n; 0 for the usual ones) and a flag.
#define BM_MAKEFLAG(flag, heap_mask, card) \
  ((int)(((unsigned)(flag) << 11) | (((unsigned)(heap_mask)&7u) << 8) | ((unsigned)(card)&255u)))
#define BM_CARD_ID(id) ((unsigned)(id)&255u)
#define BM_CARD_HEAP(id) (((unsigned)(id) >> 8) & 7u)
#define BM_CARD_MEMFLAG(id) ((unsigned)(id) >> 11)

namespace cv {

// Where a matrix lies; an index of a card or BM_MAKEFLAG.
class SophonDevice {
 public:
  explicit SophonDevice(int id) : id_(id) {}
  int id() const { return id_; }

 private:
  int id_;
};

}  // namespace cv

// What cv::Mat gains. Ids are those of SophonDevice; a card that does not exist is a cv::Exception. Whatever such a
// matrix allocates later, by create() and by OpenCV's functions, lies on the same card. create() keeps the memory of a
// matrix that has the size, the type and the card already.
//
// Mat(AVFrame*, id) and create(AVFrame*, id): a CV_8UC1 header of the frame's first plane, height x width. It owns the
// frame, which goes with the last reference; with the flag UMatData::AVFRAME_ATTACHED in the id it only borrows it.
//
// create(height, width, total, ...): a header of `total` bytes of memory of the caller at `data`, which the device has
// at `device_addr`, rows steps[0] bytes apart.
//
// avOK: made of an AVFrame. avComp: of a compressed one. The others describe the frame (0, AV_PIX_FMT_NONE without
// one): avStep(i) is linesize[i], avAddr(i) data[i], where 0..3 are host and 4..7 device addresses.
#define BMNNSDK_MAT_MEMBERS                                                                                           \
  explicit Mat(SophonDevice device);                                                                                  \
  Mat(int rows, int cols, int type, SophonDevice device);                                                             \
  Mat(Size size, int type, SophonDevice device);                                                                      \
  Mat(int rows, int cols, int type, const Scalar& value, SophonDevice device);                                        \
  Mat(Size size, int type, const Scalar& value, SophonDevice device);                                                 \
  Mat(int ndims, const int* sizes, int type, SophonDevice device);                                                    \
  Mat(const std::vector<int>& sizes, int type, SophonDevice device);                                                  \
  Mat(AVFrame* frame, int id);                                                                                        \
  void create(int rows, int cols, int type, int id);                                                                  \
  void create(Size size, int type, int id);                                                                           \
  void create(int ndims, const int* sizes, int type, int id);                                                         \
  void create(AVFrame* frame, int id);                                                                                \
  void create(int height, int width, int total, int type, const size_t* steps, void* data, unsigned long device_addr, \
              int fd, int id = 0);                                                                                    \
  bool avOK() const;                                                                                                  \
  bool avComp() const;                                                                                                \
  int avRows() const;                                                                                                 \
  int avCols() const;                                                                                                 \
  int avFormat() const;                                                                                               \
  int avStep(int plane) const;                                                                                        \
  unsigned long avAddr(int plane) const

// What cv::UMatData gains, behind the members that OpenCV knows. Only for objects of this SDK's allocator, which are
// those of every matrix with device memory: cv::bmcv::attachDeviceMemory gives the others some.
//   addr   the device address of `data`, 0 without device memory
//   fd     -1
//   frame  of a matrix made of an AVFrame
//   hid    the card's handle
//   mem    the memory at addr
#define BMNNSDK_UMATDATA_MEMBERS \
  unsigned long addr;            \
  int fd;                        \
  AVFrame* frame;                \
  bm_handle_t hid;               \
  bm_device_mem_t mem

// Each of these three names occurs once in OpenCV's header: in the declaration that is extended here.
#define setDefaultAllocator(parameter) \
  setDefaultAllocator(parameter);      \
  BMNNSDK_MAT_MEMBERS
#define allocatorContext \
  allocatorContext;      \
  BMNNSDK_UMATDATA_MEMBERS
#define ASYNC_CLEANUP AVFRAME_ATTACHED = 512, ASYNC_CLEANUP

#if __has_include_next(<opencv2/core/mat.hpp>)
#include_next <opencv2/core/mat.hpp>
#else
#include <stock/opencv2/core/mat.hpp>
#endif

#undef setDefaultAllocator
#undef allocatorContext
#undef ASYNC_CLEANUP
#undef BMNNSDK_MAT_MEMBERS
#undef BMNNSDK_UMATDATA_MEMBERS

static_assert(std::is_constructible<cv::Mat, AVFrame*, int>::value && (int)cv::UMatData::AVFRAME_ATTACHED == 512,
              "opencv2/core/mat.hpp of another OpenCV than 4.6 came first: put this SDK's include folder before it");

#endif  // BMNNSDK_OPENCV_MAT_HPP_
