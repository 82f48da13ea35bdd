// The command queue: sending messages and waiting for them.
#include <chrono>

#include "absl/strings/str_cat.h"
#include "bmlib/src/bmlib_internal.h"
#include "bmlib/src/handle.h"

using bm::lib::AtEdge;
using bm::lib::FromHandle;
using bm::lib::kRuntimeTag;
using bm::lib::NotNull;

extern "C" {

bm_status_t bm_send_api(bm_handle_t handle, int api_id, const unsigned char* api, unsigned int size) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    RETURN_IF_ERROR(NotNull(api, "api"));
    if (size % 4 != 0)
      return absl::InvalidArgumentError(absl::StrCat("a message of ", size, " bytes; it has whole words"));
    return context->card().Send(&context->session, api_id, absl::MakeConstSpan(api, size));
  });
}

bm_status_t bm_thread_sync(bm_handle_t handle) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    return context->card().SyncThread(&context->session);
  });
}

// The BM1684 has one core.
bm_status_t bm_thread_sync_from_core(bm_handle_t handle, int /*core_id*/) { return bm_thread_sync(handle); }
bm_status_t bm_sync_api(bm_handle_t handle) { return bm_thread_sync(handle); }

bm_status_t bm_handle_sync(bm_handle_t handle) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    return context->card().SyncHandle(&context->session);
  });
}

void bm_flush(bm_handle_t handle) { bm_handle_sync(handle); }

bm_status_t bm_device_sync(bm_handle_t handle) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    return context->card().SyncDevice();
  });
}

bm_status_t bm_set_sync_timeout(bm_handle_t handle, int timeout) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(bm_context * context, FromHandle(handle));
    if (timeout < 0) return absl::InternalError(absl::StrCat("a timeout of ", timeout, " ms; it is not negative"));
    context->card().set_sync_timeout(std::chrono::milliseconds(timeout));
    return absl::OkStatus();
  });
}

}  // extern "C"
