// The edge of cv::bmcv and cv::av: a failed status becomes one log line and the vendor's code.
//
//   bm_status_t toBMI(Mat& m, bm_image* image, bool update) {
//     return bm::opencv::AtEdge("cv::bmcv::toBMI", [&]() -> absl::Status { ... });
//   }
#ifndef OVERLAYS_OPENCV_SRC_EDGE_H_
#define OVERLAYS_OPENCV_SRC_EDGE_H_

#include <exception>
#include <new>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "bmlib_runtime.h"

namespace bm::opencv {

// The code of a status, which is logged. Every code has a status of its own, so codes of the libraries below pass.
bm_status_t Report(absl::string_view function, const absl::Status& status);

// The status of a code that `call` answered.
absl::Status Called(bm_status_t code, absl::string_view call);

// Errors where OpenCV has no code to return: cv::Exception.
[[noreturn]] void Throw(const char* function, const absl::Status& status);

template <typename Body>
bm_status_t AtEdge(const char* function, Body body) {
  try {
    return Report(function, body());
  } catch (const std::bad_alloc&) {
    return Report(function, absl::ResourceExhaustedError("out of host memory"));
  } catch (const std::exception& failure) {
    return Report(function, absl::InvalidArgumentError(failure.what()));
  }
}

}  // namespace bm::opencv

#endif  // OVERLAYS_OPENCV_SRC_EDGE_H_
