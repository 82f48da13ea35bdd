// How SAIL reports what failed: the exception of a status, with the status name and the values in its text.
//
//   if (dims.empty()) Throw(SAIL_ERR_TENSOR_SHAPE, "reset to the empty shape; give at least one dimension");
//   Check(bm_memcpy_s2d(handle, device, host), SAIL_ERR_DEV_MCOPY, "the copy of 12 bytes to the device");
#ifndef SAIL_SRC_ERROR_H_
#define SAIL_SRC_ERROR_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tensor.h"

namespace sail {

[[noreturn]] void Throw(sail_status_t status, const std::string& message);

// Throws "<what> failed: bmlib status <n>" unless the status is BM_SUCCESS.
void Check(bm_status_t status, sail_status_t code, const std::string& what);

// "[1, 3, 224, 224]".
inline std::string ShapeText(const std::vector<int>& shape) { return "[" + absl::StrJoin(shape, ", ") + "]"; }

}  // namespace sail

#endif  // SAIL_SRC_ERROR_H_
