// The helper on the chip's ARM cores, which some of the vendor's operators use. Ours run on the host: nothing to start.
#include "absl/status/status.h"
#include "bmcv/src/edge.h"
#include "bmcv_api_ext.h"

extern "C" {

bm_status_t bmcv_open_cpu_process(bm_handle_t handle) {
  return bm::cv::AtEdge(__func__, handle, [] { return absl::OkStatus(); });
}

bm_status_t bmcv_close_cpu_process(bm_handle_t handle) {
  return bm::cv::AtEdge(__func__, handle, [] { return absl::OkStatus(); });
}

}  // extern "C"
