// Where matrices come from.
#ifndef OVERLAYS_OPENCV_SRC_ALLOCATOR_H_
#define OVERLAYS_OPENCV_SRC_ALLOCATOR_H_

#include "absl/status/statusor.h"
#include "opencv2/core/mat.hpp"

namespace bm::opencv {

// OpenCV's allocator of one card: a matrix lies in device memory, and `data` is the host's view of it. A card without
// room gives host memory, after a line in the log; such a matrix has no device address. Thread-safe.
class DeviceAllocator : public cv::MatAllocator {
 public:
  // The one of an id's card and heaps; lives until the process ends. NOT_FOUND if there is no such card.
  static absl::StatusOr<DeviceAllocator*> For(int id);
  // The one that made `data`, or null.
  static const DeviceAllocator* Of(const cv::UMatData* data);

  int id() const { return id_; }

  // An object without memory and references.
  cv::UMatData* NewData() const;

  cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, size_t* step, cv::AccessFlag flags,
                         cv::UMatUsageFlags usage) const override;
  bool allocate(cv::UMatData* data, cv::AccessFlag flags, cv::UMatUsageFlags usage) const override;
  void deallocate(cv::UMatData* data) const override;

  // Device memory for data that has none.
  absl::Status AttachMemory(cv::UMatData* data) const;

 private:
  explicit DeviceAllocator(int id) : id_(id) {}

  static const bool is_default_;

  const int id_;
};

}  // namespace bm::opencv

#endif  // OVERLAYS_OPENCV_SRC_ALLOCATOR_H_
