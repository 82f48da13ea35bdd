// Pictures under projective maps, without images or handles.
#ifndef BMCV_SRC_WARP_H_
#define BMCV_SRC_WARP_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"
#include "bmcv/src/filter.h"

namespace bm::cv {

// Target pixel (x, y) comes from source (m0 x + m1 y + m2, m3 x + m4 y + m5) / (m6 x + m7 y + m8).
using WarpMatrix = std::array<float, 9>;

enum class Interpolation { kNearest, kBilinear };

// Warps planes that share a matrix: byte `source_lane` of every source pixel becomes byte `target_lane` of the
// target's. Source coordinates are clamped to the picture; those that are no numbers count as 0. Nearest takes the
// pixel at floor(v + 0.5); bilinear truncates the weighted sum of four pixels, in single precision, plus 0.5. Source
// planes have one shape, target planes too, and as many; they do not overlap.
void Warp(absl::Span<const ConstPlane> source, int source_lane, const WarpMatrix& matrix, Interpolation interpolation,
          absl::Span<const Plane> target, int target_lane);

}  // namespace bm::cv

#endif  // BMCV_SRC_WARP_H_
