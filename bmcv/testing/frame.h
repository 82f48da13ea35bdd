// Pictures as the formats' descriptions say, and the scaler's formulas pixel by pixel: the tests' own formulation.
#ifndef BMCV_TESTING_FRAME_H_
#define BMCV_TESTING_FRAME_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "bmcv/testing/image_test.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// Planes after each other without padding.
struct Frame {
  bm_image_format_ext format;
  int width, height;
  std::vector<uint8_t> bytes;

  int columns() const { return (width + 1) / 2; }  // of subsampled chroma
  int rows() const { return (height + 1) / 2; }
  int area() const { return width * height; }
};

// Where channel c (R, G, B or Y, U, V) of pixel (x, y) lies.
inline int OffsetOf(const Frame& f, int c, int x, int y) {
  const int pixel = y * f.width + x;
  const int halved = f.area() + y * f.columns() + x / 2, quartered = f.area() + y / 2 * f.columns() + x / 2;
  const int half_pair = f.area() + (y * f.columns() + x / 2) * 2, pair = f.area() + (y / 2 * f.columns() + x / 2) * 2;
  switch (f.format) {
    case FORMAT_YUV420P:
      return c == 0 ? pixel : quartered + (c - 1) * f.columns() * f.rows();
    case FORMAT_YUV422P:
      return c == 0 ? pixel : halved + (c - 1) * f.columns() * f.height;
    case FORMAT_NV12:
      return c == 0 ? pixel : pair + (c - 1);
    case FORMAT_NV21:
      return c == 0 ? pixel : pair + (2 - c);
    case FORMAT_NV16:
      return c == 0 ? pixel : half_pair + (c - 1);
    case FORMAT_NV61:
      return c == 0 ? pixel : half_pair + (2 - c);
    case FORMAT_BGR_PLANAR:
    case FORMAT_BGRP_SEPARATE:
      return (2 - c) * f.area() + pixel;
    case FORMAT_RGB_PACKED:
      return 3 * pixel + c;
    case FORMAT_BGR_PACKED:
      return 3 * pixel + 2 - c;
    case FORMAT_ARGB_PACKED:
      return 4 * pixel + 1 + c;
    case FORMAT_ABGR_PACKED:
      return 4 * pixel + 3 - c;
    default:  // planar without subsampling
      return c * f.area() + pixel;
  }
}

inline constexpr bm_image_format_ext kRgbSet[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR,    FORMAT_RGB_PACKED,
                                                  FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE};

inline bool IsRgb(bm_image_format_ext format) { return format >= FORMAT_RGB_PLANAR && format != FORMAT_GRAY; }

inline int Sample(const Frame& f, int c, int x, int y) {
  return f.format == FORMAT_GRAY && c > 0 ? 128 : f.bytes[OffsetOf(f, c, x, y)];
}

// (c0 * a + c1 * b + c2 * c + add + 512) >> 10, clipped; rows of four, all times 1024.
inline int Converted(const std::vector<int>& m, int c, int p, int q, int r) {
  return std::clamp((m[4 * c] * p + m[4 * c + 1] * q + m[4 * c + 2] * r + m[4 * c + 3] + 512) >> 10, 0, 255);
}
inline const std::vector<int> kLimitedToRgb = {1192, 0,      1634, -228272, 1192, -401,
                                               -832, 138829, 1192, 2066,    0,    -283480};
inline const std::vector<int> kRgbToLimited = {263, 516, 100, 16384, -152, -298, 450, 131072, 450, -377, -73, 131072};

using PixelSource = std::function<int(int x, int y)>;

// Pixel (x, y) of the `width` x `height` pixels at (left, top) of `at`, scaled to `new_width` x `new_height`.
inline int Scaled(const PixelSource& at, const bmcv_rect_t& crop, int new_width, int new_height,
                  bmcv_resize_algorithm algorithm, int x, int y) {
  const int64_t step_x = crop.crop_w * 16384LL / new_width, step_y = crop.crop_h * 16384LL / new_height;
  if (algorithm == BMCV_INTER_NEAREST) {
    return at(crop.start_x + static_cast<int>(x * step_x >> 14), crop.start_y + static_cast<int>(y * step_y >> 14));
  }
  const int64_t px = std::max<int64_t>(x * step_x + (step_x >> 1) - 8192, 0);
  const int64_t py = std::max<int64_t>(y * step_y + (step_y >> 1) - 8192, 0);
  const int x0 = static_cast<int>(px >> 14), y0 = static_cast<int>(py >> 14);
  const int x1 = std::min(x0 + 1, crop.crop_w - 1), y1 = std::min(y0 + 1, crop.crop_h - 1);
  const int fx = px & 16383, fy = py & 16383;
  const auto across = [&](int row) {
    return (at(crop.start_x + x0, crop.start_y + row) * (16384 - fx) + at(crop.start_x + x1, crop.start_y + row) * fx +
            8192) >>
           14;
  };
  return (across(y0) * (16384 - fy) + across(y1) * fy + 8192) >> 14;
}

// What the scaler makes of a crop of `in` at the size of `out`, from RGB to RGB, YUV444P and GRAY, from YUV and GRAY to
// RGB: colours first. Bytes that are no channel stay.
inline std::vector<uint8_t> ScalerResult(const Frame& in, const bmcv_rect_t& crop, Frame out,
                                         bmcv_resize_algorithm algorithm) {
  const bool to_rgb = IsRgb(out.format), from_rgb = IsRgb(in.format);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int c = 0; c < (out.format == FORMAT_GRAY ? 1 : 3); ++c) {
        const PixelSource at = [&](int u, int v) {
          if (to_rgb == from_rgb) return Sample(in, c, u, v);
          return Converted(to_rgb ? kLimitedToRgb : kRgbToLimited, c, Sample(in, 0, u, v), Sample(in, 1, u, v),
                           Sample(in, 2, u, v));
        };
        out.bytes[OffsetOf(out, c, x, y)] =
            static_cast<uint8_t>(Scaled(at, crop, out.width, out.height, algorithm, x, y));
      }
    }
  }
  return out.bytes;
}

class FrameTest : public ImageTest {
 protected:
  Frame RandomFrame(bm_image_format_ext format, int width, int height) {
    return {format, width, height, RandomBytes(Picture(handle_, format, width, height).size())};
  }
};

}  // namespace bm::cv

#endif  // BMCV_TESTING_FRAME_H_
