// Conversion between formats and data types at one size.
#ifndef BMCV_SRC_STORAGE_CONVERT_H_
#define BMCV_SRC_STORAGE_CONVERT_H_

#include "absl/status/status.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// bmcv_image_storage_convert_with_csctype.
absl::Status StorageConvert(bm_handle_t handle, int count, const bm_image* inputs, const bm_image* outputs,
                            csc_type_t csc);

}  // namespace bm::cv

#endif  // BMCV_SRC_STORAGE_CONVERT_H_
