// alpha * x + beta in plain loops, compiled once for each CPU level: the compiler vectorises them. Everything here has
// internal linkage, because the copies of the levels differ.
#ifndef BMCV_KERNELS_SCALE_TO_H_
#define BMCV_KERNELS_SCALE_TO_H_

#include <cstdint>
#include <limits>
#include <type_traits>

namespace bm::cv {
namespace {

// The nearest value of the type, halves away from zero; 0 for what is no number.
template <typename Target>
[[maybe_unused]] inline Target RoundTo(float value) {
  constexpr float kLow = std::numeric_limits<Target>::min(), kHigh = std::numeric_limits<Target>::max();
  const float number = value == value ? value : 0;
  const float above = number > kLow ? number : kLow;
  const float inside = above < kHigh ? above : kHigh;
  const int whole = static_cast<int>(inside);
  const float rest = inside - static_cast<float>(whole);
  return static_cast<Target>(whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0));
}

template <typename Source, typename Target>
[[maybe_unused]] inline void ScaleRow(const Source* in, float alpha, float beta, Target* out, int count) {
  for (int i = 0; i < count; ++i) {
    const float value = alpha * static_cast<float>(in[i]) + beta;
    if constexpr (std::is_same_v<Target, float>) {
      out[i] = value;
    } else {
      out[i] = RoundTo<Target>(value);
    }
  }
}

}  // namespace
}  // namespace bm::cv

#endif  // BMCV_KERNELS_SCALE_TO_H_
