// What cv::Mat gains.
#include "opencv2/core/mat.hpp"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "overlays/opencv/src/allocator.h"
#include "overlays/opencv/src/edge.h"
#include "overlays/opencv/src/frame.h"

namespace {

using bm::opencv::DeviceAllocator;

DeviceAllocator* AllocatorOf(int id) {
  const absl::StatusOr<DeviceAllocator*> allocator = DeviceAllocator::For(id);
  if (!allocator.ok()) bm::opencv::Throw("cv::SophonDevice", allocator.status());
  return *allocator;
}

// Memory of another card is no memory to keep.
void MoveTo(int id, cv::Mat* mat) {
  DeviceAllocator* const allocator = AllocatorOf(id);
  if (DeviceAllocator::Of(mat->u) != allocator) mat->release();
  mat->allocator = allocator;
}

// Makes `mat` a header of `height` rows of memory that `data` describes. Takes data.
void Cover(int height, int width, int type, size_t stride, DeviceAllocator* allocator, cv::UMatData* data,
           cv::Mat* mat) {
  *mat = cv::Mat(height, width, type, data->data, stride);
  mat->allocator = allocator;
  mat->u = data;
  data->refcount = 1;
}

absl::Status CheckFrame(const AVFrame* frame) {
  if (frame == nullptr) return absl::InvalidArgumentError("the frame is null");
  const int stride = bm::opencv::FrameStride(*frame, 0);
  if (frame->width > 0 && frame->height > 0 && stride >= frame->width) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a frame of ", frame->width, " x ", frame->height, " with rows of ",
                                                 stride, " bytes; rows must have at least the width"));
}

const AVFrame* FrameOf(const cv::Mat& mat) { return bm::opencv::FrameOf(mat); }

bool IsPlane(int plane) { return plane >= 0 && plane < AV_NUM_DATA_POINTERS; }

}  // namespace

namespace cv {

Mat::Mat(SophonDevice device) : Mat() { allocator = AllocatorOf(device.id()); }
Mat::Mat(int rows, int cols, int type, SophonDevice device) : Mat(device) { create(rows, cols, type); }
Mat::Mat(Size size, int type, SophonDevice device) : Mat(device) { create(size, type); }
Mat::Mat(int rows, int cols, int type, const Scalar& value, SophonDevice device) : Mat(rows, cols, type, device) {
  *this = value;
}
Mat::Mat(Size size, int type, const Scalar& value, SophonDevice device) : Mat(size, type, device) { *this = value; }
Mat::Mat(int ndims, const int* sizes, int type, SophonDevice device) : Mat(device) { create(ndims, sizes, type); }
Mat::Mat(const std::vector<int>& sizes, int type, SophonDevice device) : Mat(device) { create(sizes, type); }
Mat::Mat(AVFrame* frame, int id) : Mat() { create(frame, id); }

void Mat::create(int rows, int cols, int type, int id) {
  MoveTo(id, this);
  create(rows, cols, type);
}

void Mat::create(Size size, int type, int id) {
  MoveTo(id, this);
  create(size, type);
}

void Mat::create(int ndims, const int* sizes, int type, int id) {
  MoveTo(id, this);
  create(ndims, sizes, type);
}

void Mat::create(AVFrame* frame, int id) {
  const absl::Status checked = CheckFrame(frame);
  if (!checked.ok()) bm::opencv::Throw("cv::Mat", checked);
  DeviceAllocator* const allocator = AllocatorOf(id);
  if (frame == FrameOf(*this)) return;
  const absl::StatusOr<uchar*> view = bm::opencv::HostView(*frame, id);
  if (!view.ok()) bm::opencv::Throw("cv::Mat", view.status());
  const size_t stride = static_cast<size_t>(bm::opencv::FrameStride(*frame, 0));
  UMatData* const data = allocator->NewData();
  data->data = data->origdata = *view;
  data->size = stride * static_cast<size_t>(frame->height);
  data->flags |= UMatData::USER_ALLOCATED;
  if ((BM_CARD_MEMFLAG(id) & UMatData::AVFRAME_ATTACHED) != 0) data->flags |= UMatData::AVFRAME_ATTACHED;
  data->frame = frame;
  data->addr = reinterpret_cast<unsigned long>(frame->data[4]);
  data->hid = *bm::opencv::HandleOf(id);
  data->mem = bm_mem_from_device(data->addr, static_cast<unsigned>(data->size));
  Cover(frame->height, frame->width, CV_8UC1, stride, allocator, data, this);
}

void Mat::create(int height, int width, int total, int type, const size_t* steps, void* data, unsigned long device_addr,
                 int fd, int id) {
  const size_t row = static_cast<size_t>(std::max(width, 0)) * CV_ELEM_SIZE(type);
  const size_t stride = steps == nullptr || steps[0] == AUTO_STEP ? row : steps[0];
  if (height <= 0 || width <= 0 || data == nullptr || stride < row || total < 0 ||
      stride * static_cast<size_t>(height) > static_cast<size_t>(total)) {
    bm::opencv::Throw("cv::Mat::create",
                      absl::InvalidArgumentError(absl::StrCat(
                          height, " rows of ", width, " elements, ", stride, " bytes apart, need ",
                          stride * static_cast<size_t>(std::max(height, 0)), " bytes and at least ", row, " a row; ",
                          data == nullptr ? "there is no memory" : absl::StrCat("there are ", total))));
  }
  DeviceAllocator* const allocator = AllocatorOf(id);
  UMatData* const made = allocator->NewData();
  made->data = made->origdata = static_cast<uchar*>(data);
  made->size = static_cast<size_t>(total);
  made->flags |= UMatData::USER_ALLOCATED;
  made->addr = device_addr;
  made->fd = fd;
  made->hid = *bm::opencv::HandleOf(id);
  made->mem = bm_mem_from_device(device_addr, static_cast<unsigned>(total));
  Cover(height, width, type, stride, allocator, made, this);
}

bool Mat::avOK() const { return FrameOf(*this) != nullptr; }

bool Mat::avComp() const {
  const AVFrame* const frame = FrameOf(*this);
  return frame != nullptr && bm::opencv::IsCompressed(*frame);
}

int Mat::avRows() const {
  const AVFrame* const frame = FrameOf(*this);
  return frame == nullptr ? 0 : frame->height;
}

int Mat::avCols() const {
  const AVFrame* const frame = FrameOf(*this);
  return frame == nullptr ? 0 : frame->width;
}

int Mat::avFormat() const {
  const AVFrame* const frame = FrameOf(*this);
  return frame == nullptr ? AV_PIX_FMT_NONE : frame->format;
}

int Mat::avStep(int plane) const {
  const AVFrame* const frame = FrameOf(*this);
  return frame == nullptr || !IsPlane(plane) ? 0 : frame->linesize[plane];
}

unsigned long Mat::avAddr(int plane) const {
  const AVFrame* const frame = FrameOf(*this);
  return frame == nullptr || !IsPlane(plane) ? 0 : reinterpret_cast<unsigned long>(frame->data[plane]);
}

}  // namespace cv
