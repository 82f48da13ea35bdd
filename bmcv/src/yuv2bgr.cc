// bmcv_image_yuv2bgr_ext.
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/storage_convert.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr int kMostImages = 4;

absl::Status YuvToBgr(bm_handle_t handle, int count, const bm_image* input, const bm_image* output) {
  constexpr absl::StatusCode kRefusal = absl::StatusCode::kDataLoss;
  if (count < 1 || count > kMostImages || input == nullptr || output == nullptr) {
    return absl::DataLossError(absl::StrFormat("%d images, or none at all; 1 to %d", count, kMostImages));
  }
  RETURN_IF_ERROR(CheckOperand(*input, takes::bmcv_image_yuv2bgr_ext, kRefusal));
  RETURN_IF_ERROR(CheckFormat(*output, kPlanarRgb, kBytesOrFloat, kRefusal));
  if (input->width % 2 != 0 || input->height % 2 != 0) {
    return absl::DataLossError(absl::StrFormat("%d x %d pixels; even numbers only", input->width, input->height));
  }
  // In its heaps the scaler converts all of these formats, as other operators do with a type of their own choice.
  ASSIGN_OR_RETURN(const bool is_for_scaler, IsInScalerHeaps(handle, *input));
  return StorageConvert(handle, count, input, output, is_for_scaler ? CSC_YCbCr2RGB_BT601 : CSC_MAX_ENUM);
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_yuv2bgr_ext(bm_handle_t handle, int image_num, bm_image* input, bm_image* output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::YuvToBgr(handle, image_num, input, output); });
}

}  // extern "C"
