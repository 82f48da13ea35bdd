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

// "0.1.0"
const char* libbmlib_version();

#if defined(__cplusplus)
}
#endif

#endif  // BMLIB_SRC_BMLIB_INTERNAL_H_
