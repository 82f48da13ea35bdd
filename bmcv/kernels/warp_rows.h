// WarpRow in plain loops, compiled once for each CPU level: the compiler vectorises all but the gathering of pixels.
// Everything here has internal linkage, because the copies of the levels differ.
#ifndef BMCV_KERNELS_WARP_ROWS_H_
#define BMCV_KERNELS_WARP_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "bmcv/kernels/row_kernels.h"

namespace bm::cv {
namespace {

// Pixels that are computed together; their numbers stay in the first cache.
constexpr int kWarpBlock = 512;

// Source coordinates of a block of target pixels, and the pixels at them or to their upper left.
struct WarpPlaces {
  alignas(64) float x[kWarpBlock];
  alignas(64) float y[kWarpBlock];
  alignas(64) int column[kWarpBlock];
  alignas(64) int row[kWarpBlock];
  alignas(64) uint32_t offset[kWarpBlock];  // bytes
};

// Neighbours of the coordinates, two bytes of the upper row and two of the lower, and the weights of the right and the
// lower ones.
struct WarpTaps {
  alignas(64) float right[kWarpBlock];
  alignas(64) float below[kWarpBlock];
  alignas(64) uint16_t upper[kWarpBlock];
  alignas(64) uint16_t lower[kWarpBlock];
  alignas(64) uint8_t mixed[kWarpBlock];
};

// 0 for what is no number.
inline float ClampPlace(float value, float last) {
  const float positive = value > 0 ? value : 0;
  return positive < last ? positive : last;
}

void MapPlaces(const WarpSource& source, const float* m, int y, int start, int count, WarpPlaces* places) {
  const float last_x = static_cast<float>(source.width - 1), last_y = static_cast<float>(source.height - 1);
  const float line = static_cast<float>(y);
  const float x0 = m[1] * line + m[2], y0 = m[4] * line + m[5], w0 = m[7] * line + m[8];
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
    places->x[i] = ClampPlace(places->x[i], last_x);
    places->y[i] = ClampPlace(places->y[i], last_y);
  }
}

void FindOffsets(const WarpSource& source, int count, WarpPlaces* places) {
  const uint32_t stride = static_cast<uint32_t>(source.stride), step = static_cast<uint32_t>(source.step);
  for (int i = 0; i < count; ++i) {
    places->offset[i] =
        static_cast<uint32_t>(places->row[i]) * stride + static_cast<uint32_t>(places->column[i]) * step;
  }
}

// The last column and row are right and lower neighbours of weight 1, so that there always are two of each, unless the
// picture has but one.
void FindTaps(const WarpSource& source, int count, WarpPlaces* places, WarpTaps* taps) {
  const int last_column = source.width > 1 ? source.width - 2 : 0, last_row = source.height > 1 ? source.height - 2 : 0;
  for (int i = 0; i < count; ++i) {
    const int x = static_cast<int>(places->x[i]), y = static_cast<int>(places->y[i]);
    places->column[i] = x < last_column ? x : last_column;
    places->row[i] = y < last_row ? y : last_row;
    taps->right[i] = places->x[i] - static_cast<float>(places->column[i]);
    taps->below[i] = places->y[i] - static_cast<float>(places->row[i]);
  }
  FindOffsets(source, count, places);
}

// The bytes at two places, the first in the lower half.
inline uint16_t BytePair(const uint8_t* first, ptrdiff_t distance) {
  return static_cast<uint16_t>(first[0] | first[distance] << 8);
}

inline void GatherTaps(const uint8_t* plane, const WarpPlaces& places, ptrdiff_t right, ptrdiff_t below, int count,
                       WarpTaps* taps) {
  for (int i = 0; i < count; ++i) {
    const uint8_t* const upper = plane + places.offset[i];
    taps->upper[i] = BytePair(upper, right);
    taps->lower[i] = BytePair(upper + below, right);
  }
}

void MixTaps(int count, WarpTaps* taps) {
  for (int i = 0; i < count; ++i) {
    const float right = taps->right[i], left = 1 - right, below = taps->below[i], above = 1 - below;
    const float upper =
        static_cast<float>(taps->upper[i] & 255) * left + static_cast<float>(taps->upper[i] >> 8) * right;
    const float lower =
        static_cast<float>(taps->lower[i] & 255) * left + static_cast<float>(taps->lower[i] >> 8) * right;
    taps->mixed[i] = static_cast<uint8_t>(static_cast<int>(upper * above + lower * below + 0.5f));
  }
}

[[maybe_unused]] void WarpNearestRow(const WarpSource& source, const float* matrix, const WarpTarget& target) {
  WarpPlaces places;
  for (int start = 0; start < target.count; start += kWarpBlock) {
    const int count = target.count - start < kWarpBlock ? target.count - start : kWarpBlock;
    MapPlaces(source, matrix, target.y, start, count, &places);
    for (int i = 0; i < count; ++i) {
      places.column[i] = static_cast<int>(places.x[i] + 0.5f);
      places.row[i] = static_cast<int>(places.y[i] + 0.5f);
    }
    FindOffsets(source, count, &places);
    for (int p = 0; p < source.plane_count; ++p) {
      const uint8_t* const plane = source.planes[p];
      uint8_t* const out = target.rows[p] + start * target.step;
      for (int i = 0; i < count; ++i) out[i * target.step] = plane[places.offset[i]];
    }
  }
}

[[maybe_unused]] void WarpBilinearRow(const WarpSource& source, const float* matrix, const WarpTarget& target) {
  WarpPlaces places;
  WarpTaps taps;
  const ptrdiff_t right = source.width > 1 ? source.step : 0, below = source.height > 1 ? source.stride : 0;
  for (int start = 0; start < target.count; start += kWarpBlock) {
    const int count = target.count - start < kWarpBlock ? target.count - start : kWarpBlock;
    MapPlaces(source, matrix, target.y, start, count, &places);
    FindTaps(source, count, &places, &taps);
    for (int p = 0; p < source.plane_count; ++p) {
      if (right == 1) {
        GatherTaps(source.planes[p], places, 1, below, count, &taps);
      } else {
        GatherTaps(source.planes[p], places, right, below, count, &taps);
      }
      MixTaps(count, &taps);
      uint8_t* const out = target.rows[p] + start * target.step;
      for (int i = 0; i < count; ++i) out[i * target.step] = taps.mixed[i];
    }
  }
}

}  // namespace
}  // namespace bm::cv

#endif  // BMCV_KERNELS_WARP_ROWS_H_
