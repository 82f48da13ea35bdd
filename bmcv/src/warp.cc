#include "bmcv/src/warp.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bm::cv {
namespace {

// Pixels that are computed together; their numbers stay in the first cache.
constexpr int kBlock = 512;

// Source coordinates of a block of target pixels.
struct Places {
  alignas(64) float x[kBlock];
  alignas(64) float y[kBlock];
};

// Bytes of four neighbours a pixel, in the order of rows, and the weights of the right and the lower ones.
struct Taps {
  alignas(64) ptrdiff_t offset[kBlock];
  alignas(64) int right[kBlock], below[kBlock];
  alignas(64) float weight_x[kBlock], weight_y[kBlock];
  alignas(64) uint8_t value[4][kBlock];
};

float Clamp(float value, float last) {
  const float positive = value > 0 ? value : 0;
  return positive < last ? positive : last;
}

void Map(const WarpMatrix& m, int y, int start, int count, float last_x, float last_y, Places* places) {
  const float row = static_cast<float>(y);
  const float x0 = m[1] * row + m[2], y0 = m[4] * row + m[5], w0 = m[7] * row + m[8];
  const bool is_affine = m[6] == 0 && m[7] == 0 && m[8] == 1;
  for (int i = 0; i < count; ++i) {
    const float column = static_cast<float>(start + i);
    places->x[i] = m[0] * column + x0;
    places->y[i] = m[3] * column + y0;
  }
  for (int i = 0; i < count && !is_affine; ++i) {
    const float w = m[6] * static_cast<float>(start + i) + w0;
    places->x[i] /= w;
    places->y[i] /= w;
  }
  for (int i = 0; i < count; ++i) {
    places->x[i] = Clamp(places->x[i], last_x);
    places->y[i] = Clamp(places->y[i], last_y);
  }
}

// The target rows of a block, one a plane.
struct Block {
  absl::Span<const ConstPlane> source;
  int source_lane;
  absl::Span<const Plane> target;
  int target_lane, y, start, count;

  uint8_t* Row(size_t plane) const {
    return target[plane].row(y) + ptrdiff_t{start} * target[plane].channels + target_lane;
  }
};

void Nearest(const Block& block, const Places& places, Taps* taps) {
  const ptrdiff_t stride = block.source[0].stride, step = block.source[0].channels;
  for (int i = 0; i < block.count; ++i) {
    taps->right[i] = static_cast<int>(places.x[i] + 0.5f);
    taps->below[i] = static_cast<int>(places.y[i] + 0.5f);
  }
  for (int i = 0; i < block.count; ++i) taps->offset[i] = taps->below[i] * stride + taps->right[i] * step;
  for (size_t p = 0; p < block.source.size(); ++p) {
    const uint8_t* const source = block.source[p].data + block.source_lane;
    uint8_t* const target = block.Row(p);
    const int target_step = block.target[p].channels;
    for (int i = 0; i < block.count; ++i) target[ptrdiff_t{i} * target_step] = source[taps->offset[i]];
  }
}

// right and below become the distances in bytes to those neighbours, 0 at the last column and row.
void FindTaps(const Block& block, const Places& places, Taps* taps) {
  const ConstPlane& source = block.source[0];
  const ptrdiff_t stride = source.stride, step = source.channels;
  for (int i = 0; i < block.count; ++i) {
    const int x = static_cast<int>(places.x[i]), y = static_cast<int>(places.y[i]);
    taps->weight_x[i] = places.x[i] - static_cast<float>(x);
    taps->weight_y[i] = places.y[i] - static_cast<float>(y);
    taps->right[i] = x;
    taps->below[i] = y;
  }
  for (int i = 0; i < block.count; ++i) {
    taps->offset[i] = taps->below[i] * stride + taps->right[i] * step;
    taps->right[i] = taps->right[i] < source.width - 1 ? static_cast<int>(step) : 0;
    taps->below[i] = taps->below[i] < source.height - 1 ? static_cast<int>(stride) : 0;
  }
}

void Bilinear(const Block& block, const Places& places, Taps* taps) {
  FindTaps(block, places, taps);
  for (size_t p = 0; p < block.source.size(); ++p) {
    const uint8_t* const source = block.source[p].data + block.source_lane;
    for (int i = 0; i < block.count; ++i) {
      const uint8_t* const upper = source + taps->offset[i];
      const uint8_t* const lower = upper + taps->below[i];
      taps->value[0][i] = upper[0];
      taps->value[1][i] = upper[taps->right[i]];
      taps->value[2][i] = lower[0];
      taps->value[3][i] = lower[taps->right[i]];
    }
    alignas(64) uint8_t mixed[kBlock];
    for (int i = 0; i < block.count; ++i) {
      const float right = taps->weight_x[i], left = 1 - right, below = taps->weight_y[i], above = 1 - below;
      const float upper = taps->value[0][i] * left + taps->value[1][i] * right;
      const float lower = taps->value[2][i] * left + taps->value[3][i] * right;
      mixed[i] = static_cast<uint8_t>(static_cast<int>(upper * above + lower * below + 0.5f));
    }
    uint8_t* const target = block.Row(p);
    const int target_step = block.target[p].channels;
    for (int i = 0; i < block.count; ++i) target[ptrdiff_t{i} * target_step] = mixed[i];
  }
}

}  // namespace

void Warp(absl::Span<const ConstPlane> source, int source_lane, const WarpMatrix& matrix, Interpolation interpolation,
          absl::Span<const Plane> target, int target_lane) {
  const float last_x = static_cast<float>(source[0].width - 1), last_y = static_cast<float>(source[0].height - 1);
  Places places;
  Taps taps;
  for (int y = 0; y < target[0].height; ++y) {
    for (int start = 0; start < target[0].width; start += kBlock) {
      const int count = std::min(kBlock, target[0].width - start);
      const Block block = {source, source_lane, target, target_lane, y, start, count};
      Map(matrix, y, start, count, last_x, last_y, &places);
      if (interpolation == Interpolation::kNearest) {
        Nearest(block, places, &taps);
      } else {
        Bilinear(block, places, &taps);
      }
    }
  }
}

}  // namespace bm::cv
