// SailBMImageError of bmcv's statuses.
#ifndef SAIL_SRC_BMCV_STATUS_H_
#define SAIL_SRC_BMCV_STATUS_H_

#include <string>

#include "sail/src/error.h"

namespace sail {

// Throws "<what>: bmcv status <n>" unless the status is BM_SUCCESS; bmcv has logged the reason.
inline void CheckImage(bm_status_t status, sail_status_t code, const std::string& what) {
  if (status == BM_SUCCESS) return;
  if (status == BM_NOT_SUPPORTED) code = SAIL_ERR_BMI_NOTSUP;
  Throw(code, absl::StrCat(what, ": bmcv status ", status));
}

}  // namespace sail

#endif  // SAIL_SRC_BMCV_STATUS_H_
