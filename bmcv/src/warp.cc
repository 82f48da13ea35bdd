#include "bmcv/src/warp.h"

#include <vector>

#include "base/cpu.h"
#include "bmcv/kernels/row_kernels.h"

namespace bm::cv {

void Warp(absl::Span<const ConstPlane> source, int source_lane, const WarpMatrix& matrix, Interpolation interpolation,
          absl::Span<const Plane> target, int target_lane) {
  const RowKernels kernels = RowKernelsFor(UsableCpuLevel());
  WarpRow* const warp = interpolation == Interpolation::kNearest ? kernels.warp_nearest : kernels.warp_bilinear;
  std::vector<const uint8_t*> planes;
  for (const ConstPlane& plane : source) planes.push_back(plane.data + source_lane);
  const WarpSource from = {planes.data(),    static_cast<int>(source.size()),
                           source[0].width,  source[0].height,
                           source[0].stride, source[0].channels};
  std::vector<uint8_t*> rows(target.size());
  for (int y = 0; y < target[0].height; ++y) {
    for (size_t p = 0; p < target.size(); ++p) rows[p] = target[p].row(y) + target_lane;
    warp(from, matrix.data(), {rows.data(), target[0].channels, y, target[0].width});
  }
}

}  // namespace bm::cv
