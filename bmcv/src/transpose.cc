// bmcv_image_transpose: rows become columns, channel by channel.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr int kTile = 32;  // elements a side: what is read and what is written both stay in the cache

// Plane elements of sizeof(T) interleaved bytes.
template <typename T>
void TransposePlane(const ConstPlane& source, const Plane& target) {
  for (int tile_y = 0; tile_y < source.height; tile_y += kTile) {
    for (int tile_x = 0; tile_x < source.width; tile_x += kTile) {
      for (int x = tile_x; x < std::min(tile_x + kTile, source.width); ++x) {
        for (int y = tile_y; y < std::min(tile_y + kTile, source.height); ++y) {
          std::memcpy(target.row(x) + y * sizeof(T), source.row(y) + x * sizeof(T), sizeof(T));
        }
      }
    }
  }
}

absl::Status Transpose(bm_handle_t handle, const bm_image& input, const bm_image& output) {
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_transpose, absl::StatusCode::kUnimplemented));
  bm_image turned = input;
  std::swap(turned.width, turned.height);
  RETURN_IF_ERROR(CheckAlike(turned, output, absl::StatusCode::kUnimplemented));
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&input}, {&output}));
  const auto transpose = input.data_type == DATA_TYPE_EXT_FLOAT32 ? TransposePlane<float> : TransposePlane<uint8_t>;
  const std::vector<Plane>& target = open.outputs[0].planes();
  for (size_t p = 0; p < target.size(); ++p) transpose(open.inputs[0][p], target[p]);
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_transpose(bm_handle_t handle, bm_image input, bm_image output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Transpose(handle, input, output); });
}

}  // extern "C"
