// The C edge: nothing inside leaves it as an exception; a failed status becomes one log line and the vendor's code.
//
//   bm_status_t bmcv_min_max(bm_handle_t handle, ...) {
//     return bm::cv::AtEdge(__func__, handle, [&]() -> absl::Status { ... });
//   }
//
// OK SUCCESS; UNAVAILABLE DEVNOTREADY; INVALID_ARGUMENT, OUT_OF_RANGE PARAM; RESOURCE_EXHAUSTED NOMEM; DATA_LOSS DATA;
// NOT_FOUND NOFEATURE; UNIMPLEMENTED NOT_SUPPORTED; the others FAILURE.
#ifndef BMCV_SRC_EDGE_H_
#define BMCV_SRC_EDGE_H_

#include <exception>
#include <new>

#include "absl/status/status.h"
#include "bmlib_runtime.h"

namespace bm::cv {

// The vendor's code for a status. Logs the text once.
bm_status_t Report(const char* function, const absl::Status& status);

template <typename Body>
bm_status_t AtEdge(const char* function, Body body) {
  try {
    return Report(function, body());
  } catch (const std::bad_alloc&) {
    return Report(function, absl::ResourceExhaustedError("out of host memory"));
  } catch (const std::exception& failure) {
    return Report(function, absl::InternalError(failure.what()));
  }
}

// The same; DEVNOTREADY for a null handle.
template <typename Body>
bm_status_t AtEdge(const char* function, bm_handle_t handle, Body body) {
  if (handle == nullptr) return Report(function, absl::UnavailableError("the handle is null"));
  return AtEdge(function, body);
}

// For the operators whose only codes are NOT_SUPPORTED, FAILURE, which a null handle answers too, and perhaps one more.
template <typename Body>
bm_status_t AtEdgeOrFail(const char* function, bm_handle_t handle, Body body, bm_status_t one_more = BM_SUCCESS) {
  const bm_status_t code = AtEdge(function, handle, body);
  return code == BM_SUCCESS || code == BM_NOT_SUPPORTED || code == one_more ? code : BM_ERR_FAILURE;
}

}  // namespace bm::cv

#endif  // BMCV_SRC_EDGE_H_
