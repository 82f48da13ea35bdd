// Work on rows of bytes: the inner loops of colour conversion and scaling.
//
// Every operation has a plain row and rows for higher CPU levels (row_kernels.inc), all with the same bytes. Sources
// and targets do not overlap unless said otherwise; counts are from 0; nothing outside the counted bytes is touched.
//
//   const RowKernels kernels = RowKernelsFor(UsableCpuLevel());
//   kernels.blend(upper, lower, fraction, out, width);
#ifndef BMCV_KERNELS_ROW_KERNELS_H_
#define BMCV_KERNELS_ROW_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "base/cpu.h"

namespace bm::cv {

// Three rows of three coefficients (-4096..4095) and an addend (-2^20..2^20 - 1), all times 1024.
struct ColourMatrix {
  int rows[3][4];
};

// Which bytes of a row an output takes: output i is byte offsets[i]. Blocks of 16 outputs that lie close together also
// have chunks: 16 bytes of the row from `offset` on and for every output its byte among them, or kNotHere.
struct GatherTable {
  static constexpr int kBlock = 16;
  static constexpr uint8_t kNotHere = 0x80;
  struct Chunk {
    int32_t offset;
    uint8_t lanes[kBlock];
  };
  struct Block {
    int32_t first_chunk, chunk_count;  // no chunks: byte by byte
  };

  const int32_t* offsets;
  int count;
  const Block* blocks;  // count / kBlock
  const Chunk* chunks;
};

// out[i] = row[table.offsets[i]]
using GatherRow = void(const GatherTable& table, const uint8_t* row, uint8_t* out);

// out[c][i] = row[offsets[i] + c] for the three bytes of a pixel; offsets do not fall, and the last pixel ends inside
// the row's `row_bytes` bytes.
using GatherPixelsRow = void(const int32_t* offsets, int count, const uint8_t* row, int row_bytes, uint8_t* const* out);

// out[c][i] = clip255((m[c][0] * in[0][i] + m[c][1] * in[1][i] + m[c][2] * in[2][i] + m[c][3] + 512) >> 10) for the
// first `outputs` (1 to 3) rows of the matrix.
using ConvertRow = void(const ColourMatrix& matrix, int outputs, const uint8_t* const* in, uint8_t* const* out,
                        int count);

// out[i] = (left[i] * (16384 - f) + right[i] * f + 8192) >> 14 with f = fractions[i] in 0..16383
using InterpolateRow = void(const uint8_t* left, const uint8_t* right, const int16_t* fractions, uint8_t* out,
                            int count);

// The mean of two neighbours, halves up: out[i] = (row[2 * i] + row[2 * i + 1] + 1) >> 1
using HalveRow = void(const uint8_t* row, uint8_t* out, int count);

// The same as InterpolateRow with one fraction.
using BlendRow = void(const uint8_t* upper, const uint8_t* lower, int fraction, uint8_t* out, int count);

// out[3 * i + c] = in[c][i]
using InterleaveRow = void(const uint8_t* const* in, uint8_t* out, int count);

// out[i] = alpha * in[i] + beta in single precision, product and sum rounded
using ScaleToFloatRow = void(const uint8_t* in, float alpha, float beta, float* out, int count);

// That, saturated to the type and rounded to nearest, halves away from zero; 0 for what is no number. In place too.
using ScaleToByteRow = void(const uint8_t* in, float alpha, float beta, uint8_t* out, int count);
using ScaleToSignedByteRow = void(const uint8_t* in, float alpha, float beta, int8_t* out, int count);

// Source planes of one shape and the first byte of interest of each.
struct WarpSource {
  const uint8_t* const* planes;
  int plane_count, width, height;
  ptrdiff_t stride, step;  // bytes from row to row and from pixel to pixel
};

// A row `y` of target pixels, in as many planes.
struct WarpTarget {
  uint8_t* const* rows;
  ptrdiff_t step;
  int y, count;
};

// Pixel x of the row comes from source (m0 x + (m1 y + m2), m3 x + (m4 y + m5)) / (m6 x + (m7 y + m8)), clamped to the
// picture, 0 for what is no number, all in single precision. Nearest: the pixel at floor(v + 0.5). Bilinear: of four
// neighbours the upper and the lower pair are mixed, then both, and the sum plus 0.5 is truncated.
using WarpRow = void(const WarpSource& source, const float* matrix, const WarpTarget& target);

struct RowKernels {
  GatherRow* gather;
  GatherPixelsRow* gather_pixels;
  ConvertRow* convert;
  InterpolateRow* interpolate;
  HalveRow* halve;
  BlendRow* blend;
  InterleaveRow* interleave;
  ScaleToFloatRow* scale_to_float;
  ScaleToByteRow* scale_to_byte;
  ScaleToSignedByteRow* scale_to_signed_byte;
  WarpRow* warp_nearest;
  WarpRow* warp_bilinear;
};

// The fastest row of each operation that needs no higher level.
RowKernels RowKernelsFor(CpuLevel level);

}  // namespace bm::cv

#endif  // BMCV_KERNELS_ROW_KERNELS_H_
