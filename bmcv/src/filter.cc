#include "bmcv/src/filter.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace bm::cv {
namespace {

// A source row with its mirrored surroundings: `margin` pixels more on both sides.
void Widen(const ConstPlane& source, int y, int margin, std::vector<float>* widened) {
  const uint8_t* const row = source.row(y);
  const int channels = source.channels;
  widened->resize(static_cast<size_t>(source.width + 2 * margin) * channels);
  float* target = widened->data();
  for (int x = -margin; x < source.width + margin; ++x) {
    const uint8_t* const pixel = row + static_cast<ptrdiff_t>(Reflect101(x, source.width)) * channels;
    for (int c = 0; c < channels; ++c) *target++ = pixel[c];
  }
}

// The horizontal pass over the whole plane: rows of width * channels sums.
std::vector<float> FilterRows(const ConstPlane& source, absl::Span<const float> kernel) {
  const size_t elements = static_cast<size_t>(source.width) * source.channels;
  std::vector<float> sums(elements * source.height), widened;
  for (int y = 0; y < source.height; ++y) {
    Widen(source, y, static_cast<int>(kernel.size()) / 2, &widened);
    float* const target = &sums[elements * y];
    for (size_t k = 0; k < kernel.size(); ++k) {
      const float* const shifted = &widened[k * source.channels];
      for (size_t i = 0; i < elements; ++i) target[i] += kernel[k] * shifted[i];
    }
  }
  return sums;
}

template <typename ToByte>
void FilterSeparable(const ConstPlane& source, absl::Span<const float> horizontal, absl::Span<const float> vertical,
                     const Plane& target, ToByte to_byte) {
  const std::vector<float> rows = FilterRows(source, horizontal);
  const size_t elements = static_cast<size_t>(source.width) * source.channels;
  const int margin = static_cast<int>(vertical.size()) / 2;
  std::vector<float> sums(elements);
  for (int y = 0; y < source.height; ++y) {
    std::fill(sums.begin(), sums.end(), 0.0f);
    for (size_t k = 0; k < vertical.size(); ++k) {
      const float* const row = &rows[elements * Reflect101(y + static_cast<int>(k) - margin, source.height)];
      for (size_t i = 0; i < elements; ++i) sums[i] += vertical[k] * row[i];
    }
    std::transform(sums.begin(), sums.end(), target.row(y), to_byte);
  }
}

// Convolves with (first, 1).
void Convolve(std::vector<float>* kernel, float first) {
  kernel->push_back(0);
  for (size_t i = kernel->size(); i-- > 0;) (*kernel)[i] = (*kernel)[i] * first + (i > 0 ? (*kernel)[i - 1] : 0);
}

}  // namespace

ConstPlane CopyOf(const ConstPlane& plane, std::vector<uint8_t>* storage) {
  const ptrdiff_t bytes = static_cast<ptrdiff_t>(plane.width) * plane.channels;
  storage->resize(static_cast<size_t>(bytes) * plane.height);
  for (int y = 0; y < plane.height; ++y) std::copy_n(plane.row(y), bytes, storage->data() + y * bytes);
  return {storage->data(), plane.width, plane.height, plane.channels, bytes};
}

int Reflect101(int at, int length) {
  if (length == 1) return 0;
  while (at < 0 || at >= length) at = at < 0 ? -at : 2 * (length - 1) - at;
  return at;
}

std::vector<float> SobelKernel(int order, int size) {
  const int taps = size == 1 && order > 0 ? 3 : size;
  std::vector<float> kernel = {1};
  for (int i = 0; i < taps - order - 1; ++i) Convolve(&kernel, 1);
  for (int i = 0; i < order; ++i) Convolve(&kernel, -1);
  return kernel;
}

std::vector<float> GaussianKernel(int size, float sigma) {
  static constexpr float kTables[][7] = {{1},
                                         {0.25f, 0.5f, 0.25f},
                                         {0.0625f, 0.25f, 0.375f, 0.25f, 0.0625f},
                                         {0.03125f, 0.109375f, 0.21875f, 0.28125f, 0.21875f, 0.109375f, 0.03125f}};
  if (sigma <= 0 && size / 2 < static_cast<int>(std::size(kTables))) {
    return std::vector<float>(kTables[size / 2], kTables[size / 2] + size);
  }
  const double width = sigma > 0 ? sigma : ((size - 1) * 0.5 - 1) * 0.3 + 0.8;
  std::vector<double> weights;
  double sum = 0;
  for (int i = 0; i < size; ++i) {
    const double distance = i - (size - 1) * 0.5;
    weights.push_back(std::exp(-distance * distance / (2 * width * width)));
    sum += weights.back();
  }
  std::vector<float> kernel;
  for (const double weight : weights) kernel.push_back(static_cast<float>(weight / sum));
  return kernel;
}

void FilterRoundingToEven(const ConstPlane& source, absl::Span<const float> horizontal,
                          absl::Span<const float> vertical, float scale, float delta, const Plane& target) {
  FilterSeparable(source, horizontal, vertical, target, [=](float sum) { return RoundToByte(sum * scale + delta); });
}

void FilterRoundingUp(const ConstPlane& source, absl::Span<const float> horizontal, absl::Span<const float> vertical,
                      const Plane& target) {
  FilterSeparable(source, horizontal, vertical, target,
                  [](float sum) { return static_cast<uint8_t>(std::min(sum + 0.5f, 255.0f)); });
}

void Filter3x3(const ConstPlane& source, absl::Span<const int> kernel, const Plane& target) {
  for (int y = 0; y < source.height; ++y) {
    for (int x = 0; x < source.width; ++x) {
      int sum = 0;
      for (int k = 0; k < 9; ++k) {
        const int column = Reflect101(x + k % 3 - 1, source.width);
        sum += kernel[k] * source.row(Reflect101(y + k / 3 - 1, source.height))[column];
      }
      target.row(y)[x] = static_cast<uint8_t>(std::clamp(sum, 0, 255));
    }
  }
}

void PyramidDown(const ConstPlane& source, const Plane& target) {
  static constexpr int kWeights[] = {1, 4, 6, 4, 1};
  std::vector<int> columns(source.width);
  for (int y = 0; y < target.height; ++y) {
    std::fill(columns.begin(), columns.end(), 0);
    for (int k = 0; k < 5; ++k) {
      const uint8_t* const row = source.row(Reflect101(2 * y + k - 2, source.height));
      for (int x = 0; x < source.width; ++x) columns[x] += kWeights[k] * row[x];
    }
    for (int x = 0; x < target.width; ++x) {
      int sum = 0;
      for (int k = 0; k < 5; ++k) sum += kWeights[k] * columns[Reflect101(2 * x + k - 2, source.width)];
      target.row(y)[x] = static_cast<uint8_t>((sum + 128) >> 8);
    }
  }
}

}  // namespace bm::cv
