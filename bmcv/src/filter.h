// Filters over planes of bytes, without images or handles. Outside pixels are mirrored without repeating the edge
// (reflect-101). Targets do not overlap sources.
#ifndef BMCV_SRC_FILTER_H_
#define BMCV_SRC_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace bm::cv {

// `height` rows of `width` pixels of `channels` interleaved bytes; rows start `stride` bytes apart.
template <typename Byte>
struct PlaneOf {
  Byte* data;
  int width, height, channels;
  ptrdiff_t stride;

  Byte* row(int y) const { return data + y * stride; }
};
using ConstPlane = PlaneOf<const uint8_t>;
using Plane = PlaneOf<uint8_t>;

// The nearest byte, of two the even one; 0 for what is no number.
inline uint8_t RoundToByte(float value) {
  constexpr float kNoFraction = 12582912;  // 1.5 * 2^23: sums in its neighbourhood are whole numbers
  const float positive = value > 0 ? value : 0;
  const float inside = positive < 255 ? positive : 255;
  return static_cast<uint8_t>(inside + kNoFraction - kNoFraction);
}

// The plane without gaps in a buffer of its own.
ConstPlane CopyOf(const ConstPlane& plane, std::vector<uint8_t>* storage);

// Where pixel `at` of a line of `length` lies when the line is mirrored at both ends; `length` > 0.
int Reflect101(int at, int length);

// Kernels of derivatives of `order` as OpenCV defines them: binomial smoothing, differenced `order` times. Size 1 means
// no smoothing: one tap, or three where a derivative is asked for. `order` < the number of taps.
std::vector<float> SobelKernel(int order, int size);

// `size` weights of a normal distribution that sum to 1. With sigma <= 0, OpenCV's tables for sizes up to 7 and
// sigma = 0.3 * ((size - 1) / 2 - 1) + 0.8 for the others. `size` is odd.
std::vector<float> GaussianKernel(int size, float sigma);

// target = bytes(scale * sum + delta), where the sum is that of the pixels under the outer product of the kernels and
// bytes() rounds to nearest even and saturates. Target and source have one shape; kernels have odd sizes.
void FilterRoundingToEven(const ConstPlane& source, absl::Span<const float> horizontal,
                          absl::Span<const float> vertical, float scale, float delta, const Plane& target);

// The same with bytes(sum) that truncates sum + 0.5.
void FilterRoundingUp(const ConstPlane& source, absl::Span<const float> horizontal, absl::Span<const float> vertical,
                      const Plane& target);

// target = saturated sum of the nine pixels around under `kernel`, in rows.
void Filter3x3(const ConstPlane& source, absl::Span<const int> kernel, const Plane& target);

// Every other pixel of every other row after smoothing by 1 4 6 4 1 in both directions. The target is half the source,
// give or take a pixel.
void PyramidDown(const ConstPlane& source, const Plane& target);

}  // namespace bm::cv

#endif  // BMCV_SRC_FILTER_H_
