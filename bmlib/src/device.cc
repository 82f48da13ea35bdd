// Handles: opening, closing, counting devices.
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bmlib/src/bmlib_internal.h"
#include "bmlib/src/handle.h"
#include "bmlib/src/version.h"

using bm::driver::Card;
using bm::lib::AtEdge;
using bm::lib::HandleProfile;
using bm::lib::kRuntimeTag;
using bm::lib::LogLine;
using bm::lib::NotNull;

extern "C" {

const char* libbmlib_version() { return BM_PROJECT_VERSION; }

bm_status_t bm_dev_getcount(int* count) {
  return AtEdge(kRuntimeTag, __func__, [&]() -> absl::Status {
    RETURN_IF_ERROR(NotNull(count, "count"));
    *count = Card::Count();
    return absl::OkStatus();
  });
}

bm_status_t bm_dev_query(int devid) { return devid >= 0 && devid < Card::Count() ? BM_SUCCESS : BM_ERR_BUSY; }

bm_status_t bm_dev_request(bm_handle_t* handle, int devid) {
  if (handle == nullptr) {
    LogLine(kRuntimeTag, BMLIB_LOG_ERROR, "bm_dev_request: handle is null");
    return BM_ERR_DEVNOTREADY;
  }
  const absl::StatusOr<Card*> card = Card::Get(devid);
  if (!card.ok()) {
    std::printf("Create BM Handle Failed for dev%d\n", devid);
    LogLine(kRuntimeTag, BMLIB_LOG_ERROR, absl::StrCat("bm_dev_request: ", std::string(card.status().message())));
    return BM_ERR_FAILURE;
  }
  *handle = new bm_context(*card);
  (*handle)->profile = HandleProfile::CreateIfAsked(*handle);
  LogLine(kRuntimeTag, BMLIB_LOG_INFO, absl::StrCat("driver version is ", BM_PROJECT_VERSION));
  LogLine(kRuntimeTag, BMLIB_LOG_INFO, absl::StrCat("dev", devid, ": BM1684 ", (*card)->is_soc() ? "SOC" : "PCIE"));
  return BM_SUCCESS;
}

int bm_get_devid(bm_handle_t handle) { return handle == nullptr ? -1 : handle->card().index(); }

void bm_dev_free(bm_handle_t handle) {
  if (handle == nullptr) {
    LogLine(kRuntimeTag, BMLIB_LOG_ERROR, "bm_dev_free: the handle is null");
    return;
  }
  std::unique_ptr<HandleProfile> profile = std::move(handle->profile);
  profile.reset();  // through the handle, which is open until here
  delete handle;
}

}  // extern "C"
