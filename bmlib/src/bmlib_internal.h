// What the other libraries of the SDK use of BMLib besides its public header; exported by the vendor's library too.
#ifndef BMLIB_SRC_BMLIB_INTERNAL_H_
#define BMLIB_SRC_BMLIB_INTERNAL_H_

#include "bmlib_runtime.h"

#if defined(__cplusplus)
extern "C" {
#endif

// Queues a message for the card's control processor (ids and payloads: docs/reference/driver.md) and returns.
// BM_ERR_PARAM if `size` is no multiple of 4; BM_ERR_FAILURE while the TPU counts as hung; BM_NOT_SUPPORTED for an
// unknown id.
bm_status_t bm_send_api(bm_handle_t handle, int api_id, const unsigned char* api, unsigned int size);

// Waits for what the calling thread sent through the handle.
bm_status_t bm_sync_api(bm_handle_t handle);

// The host's view of a range of device memory, for libraries that compute on it in place; valid as long as the card,
// which is until the process ends. Whoever writes there calls bmnnsdk_host_written afterwards.
// BM_ERR_PARAM for a null `view` or a range outside the card's memory.
bm_status_t bmnnsdk_host_view(bm_handle_t handle, unsigned long long address, unsigned long long size,
                              unsigned char** view);

// Tells prepared programs that the host wrote a range of device memory.
bm_status_t bmnnsdk_host_written(bm_handle_t handle, unsigned long long address, unsigned long long size);

// The bytes of records that an enabled performance monitor has written into its buffer. BM_ERR_FAILURE unless it is on
// and writes to that buffer; BM_ERR_PARAM as bm_enable_perf_monitor.
bm_status_t bmnnsdk_monitor_records(bm_handle_t handle, const bm_perf_monitor_t* monitor, unsigned long long* bytes);

// "0.1.0"
const char* libbmlib_version();

#if defined(__cplusplus)
}
#endif

#endif  // BMLIB_SRC_BMLIB_INTERNAL_H_
