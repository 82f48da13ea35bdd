#include "overlays/opencv/src/allocator.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <new>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "overlays/opencv/src/card.h"

namespace bm::opencv {
namespace {

// What a UMatData frees, in its allocatorFlags_.
enum Owned { kDeviceMemory = 1, kHostMemory = 2 };

// Never destroyed: matrices of static storage duration are freed after everything else.
struct Allocators {
  Mutex mutex;
  std::map<int, DeviceAllocator*> by_id ABSL_GUARDED_BY(mutex);
};

Allocators& AllAllocators() {
  static Allocators* const allocators = new Allocators;
  return *allocators;
}

constexpr int kPlaceBits = (1 << 11) - 1;

void SetDevice(const DeviceBlock& block, cv::UMatData* data) {
  data->addr = block.address;
  data->hid = block.handle;
  const uint64_t most = std::numeric_limits<unsigned>::max();
  data->mem = bm_mem_from_device(block.address, static_cast<unsigned>(std::min(block.bytes, most)));
  data->allocatorFlags_ |= kDeviceMemory;
}

DeviceAllocator* Known(int place, DeviceAllocator* (*make)(int)) {
  Allocators& allocators = AllAllocators();
  MutexLock lock(&allocators.mutex);
  DeviceAllocator*& allocator = allocators.by_id[place];
  if (allocator == nullptr) allocator = make(place);
  return allocator;
}

}  // namespace

// OpenCV's default from the start; the card is opened by the first matrix.
const bool DeviceAllocator::is_default_ = [] {
  cv::Mat::setDefaultAllocator(Known(0, [](int place) { return new DeviceAllocator(place); }));
  return true;
}();

absl::StatusOr<DeviceAllocator*> DeviceAllocator::For(int id) {
  RETURN_IF_ERROR(HandleOf(id).status());
  return Known(id & kPlaceBits, [](int place) { return new DeviceAllocator(place); });
}

const DeviceAllocator* DeviceAllocator::Of(const cv::UMatData* data) {
  if (data == nullptr) return nullptr;
  // OpenCL puts its own allocator in front while it uses a matrix.
  const auto* current = dynamic_cast<const DeviceAllocator*>(data->currAllocator);
  return current != nullptr ? current : dynamic_cast<const DeviceAllocator*>(data->prevAllocator);
}

cv::UMatData* DeviceAllocator::NewData() const {
  // OpenCV's constructor knows its own members only.
  cv::UMatData* const data = new cv::UMatData(this);
  data->addr = 0;
  data->fd = -1;
  data->frame = nullptr;
  data->hid = nullptr;
  data->mem = bm_mem_null();
  return data;
}

cv::UMatData* DeviceAllocator::allocate(int dims, const int* sizes, int type, void* data, size_t* step, cv::AccessFlag,
                                        cv::UMatUsageFlags) const {
  size_t bytes = CV_ELEM_SIZE(type);
  for (int i = dims - 1; i >= 0; --i) {
    if (step != nullptr && data != nullptr && step[i] != cv::Mat::AUTO_STEP) {
      CV_Assert(bytes <= step[i]);
      bytes = step[i];
    } else if (step != nullptr) {
      step[i] = bytes;
    }
    bytes *= static_cast<size_t>(sizes[i]);
  }
  cv::UMatData* const made = NewData();
  made->size = bytes;
  if (data != nullptr) {
    made->data = made->origdata = static_cast<uchar*>(data);
    made->flags |= cv::UMatData::USER_ALLOCATED;
    return made;
  }
  const absl::StatusOr<DeviceBlock> block = AllocateBlock(id_, std::max<size_t>(bytes, 1));
  if (block.ok()) {
    SetDevice(*block, made);
    made->data = made->origdata = block->view;
    return made;
  }
  Log(Severity::kWarning, "opencv",
      absl::StrCat("a matrix of ", bytes, " bytes is in host memory only: ", block.status().message()));
  try {
    made->data = made->origdata = static_cast<uchar*>(cv::fastMalloc(bytes));
  } catch (...) {
    delete made;
    throw;
  }
  made->allocatorFlags_ |= kHostMemory;
  return made;
}

bool DeviceAllocator::allocate(cv::UMatData* data, cv::AccessFlag, cv::UMatUsageFlags) const { return data != nullptr; }

void DeviceAllocator::deallocate(cv::UMatData* data) const {
  if (data == nullptr) return;
  CV_Assert(data->urefcount == 0 && data->refcount == 0);
  if ((data->flags & cv::UMatData::AVFRAME_ATTACHED) == 0) av_frame_free(&data->frame);
  if ((data->allocatorFlags_ & kDeviceMemory) != 0) FreeBlock(data->hid, data->addr, std::max<size_t>(data->size, 1));
  if ((data->allocatorFlags_ & kHostMemory) != 0) cv::fastFree(data->origdata);
  delete data;
}

absl::Status DeviceAllocator::AttachMemory(cv::UMatData* data) const {
  ASSIGN_OR_RETURN(const DeviceBlock block, AllocateBlock(id_, std::max<size_t>(data->size, 1)));
  SetDevice(block, data);
  return absl::OkStatus();
}

}  // namespace bm::opencv
