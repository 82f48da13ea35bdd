#include "bmcv/src/axis.h"

#include <algorithm>
#include <cmath>

namespace bm::cv {
namespace {

constexpr int kBits = 14;
constexpr int64_t kOne = 1 << kBits;

}  // namespace

Axis MakeAxis(Sampling sampling, int source, int target) {
  Axis axis;
  axis.index.reserve(target);
  axis.fraction.assign(target, 0);
  const int64_t step = source * kOne / target;
  for (int64_t i = 0; i < target; ++i) {
    if (sampling == Sampling::kFloorNearest) {
      axis.index.push_back(static_cast<int>(i * source / target));
      continue;
    }
    if (sampling == Sampling::kNearest) {
      axis.index.push_back(static_cast<int>(i * step >> kBits));
      continue;
    }
    const int64_t position = std::max<int64_t>(i * step + (step >> 1) - kOne / 2, 0);
    const int index = static_cast<int>(position >> kBits);
    axis.index.push_back(index);
    // Both neighbours are the last pixel there, so that no fraction of them differs from it.
    if (sampling == Sampling::kLinear && index + 1 == source) continue;
    axis.fraction[i] = static_cast<int16_t>(position & (kOne - 1));
    axis.has_fractions |= axis.fraction[i] != 0;
  }
  return axis;
}

std::array<int, 4> CubicWeights(int fraction) {
  const double t = static_cast<double>(fraction) / kOne;
  const auto near = [](double x) { return (1.5 * x - 2.5) * x * x + 1; };
  const auto far = [](double x) { return ((-0.5 * x + 2.5) * x - 4) * x + 2; };
  const auto fixed = [](double weight) { return static_cast<int>(std::lround(weight * kOne)); };
  std::array<int, 4> weights = {fixed(far(1 + t)), fixed(near(t)), fixed(near(1 - t)), fixed(far(2 - t))};
  weights[t < 0.5 ? 1 : 2] += static_cast<int>(kOne) - weights[0] - weights[1] - weights[2] - weights[3];
  return weights;
}

}  // namespace bm::cv
