// bmcv_image_yuv_resize: every plane alone, target pixel (x, y) from source (floor(x * w / W), floor(y * h / H)).
#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

void ResizePlane(const ConstPlane& source, const Plane& target) {
  for (int y = 0; y < target.height; ++y) {
    const uint8_t* const row = source.row(static_cast<int>(static_cast<int64_t>(y) * source.height / target.height));
    uint8_t* next = target.row(y);
    for (int x = 0; x < target.width; ++x) {
      const int64_t from = static_cast<int64_t>(x) * source.width / target.width;
      next = std::copy_n(row + from * source.channels, source.channels, next);
    }
  }
}

absl::Status CheckPair(const bm_image& input, const bm_image& output) {
  for (const bm_image* image : {&input, &output}) {
    RETURN_IF_ERROR(CheckOperand(*image, takes::bmcv_image_yuv_resize, absl::StatusCode::kUnimplemented));
  }
  if (input.image_format == output.image_format) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrFormat("formats %d and %d; one format only",
                                                  static_cast<int>(input.image_format),
                                                  static_cast<int>(output.image_format)));
}

absl::Status Resize(bm_handle_t handle, int count, const bm_image* input, const bm_image* output) {
  if (count < 1 || input == nullptr || output == nullptr) {
    return absl::UnimplementedError(absl::StrFormat("%d images, or none at all; at least one", count));
  }
  std::vector<const bm_image*> inputs, outputs;
  for (int i = 0; i < count; ++i) {
    RETURN_IF_ERROR(CheckPair(input[i], output[i]));
    inputs.push_back(&input[i]);
    outputs.push_back(&output[i]);
  }
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, inputs, outputs));
  for (int i = 0; i < count; ++i) {
    const std::vector<Plane>& target = open.outputs[i].planes();
    for (size_t p = 0; p < target.size(); ++p) ResizePlane(open.inputs[i][p], target[p]);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_yuv_resize(bm_handle_t handle, int input_num, bm_image* input, bm_image* output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Resize(handle, input_num, input, output); });
}

}  // extern "C"
