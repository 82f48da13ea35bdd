// The plain rows, which say what every other row computes.
#include <algorithm>

#include "bmcv/kernels/rows.h"
#include "bmcv/kernels/scale_to.h"
#include "bmcv/kernels/warp_rows.h"

namespace bm::cv {

void GatherPortable(const GatherTable& table, const uint8_t* row, uint8_t* out) {
  for (int i = 0; i < table.count; ++i) out[i] = row[table.offsets[i]];
}

void GatherPixelsPortable(const int32_t* offsets, int count, const uint8_t* row, int /*row_bytes*/,
                          uint8_t* const* out) {
  for (int i = 0; i < count; ++i) {
    for (int c = 0; c < 3; ++c) out[c][i] = row[offsets[i] + c];
  }
}

void ConvertPortable(const ColourMatrix& matrix, int outputs, const uint8_t* const* in, uint8_t* const* out,
                     int count) {
  for (int c = 0; c < outputs; ++c) {
    const int* const m = matrix.rows[c];
    for (int i = 0; i < count; ++i) {
      const int sum = m[0] * in[0][i] + m[1] * in[1][i] + m[2] * in[2][i] + m[3];
      out[c][i] = static_cast<uint8_t>(std::clamp((sum + 512) >> 10, 0, 255));
    }
  }
}

void InterpolatePortable(const uint8_t* left, const uint8_t* right, const int16_t* fractions, uint8_t* out, int count) {
  for (int i = 0; i < count; ++i) {
    out[i] = static_cast<uint8_t>((left[i] * (16384 - fractions[i]) + right[i] * fractions[i] + 8192) >> 14);
  }
}

void HalvePortable(const uint8_t* row, uint8_t* out, int count) {
  for (int i = 0; i < count; ++i) out[i] = static_cast<uint8_t>((row[2 * i] + row[2 * i + 1] + 1) >> 1);
}

void BlendPortable(const uint8_t* upper, const uint8_t* lower, int fraction, uint8_t* out, int count) {
  for (int i = 0; i < count; ++i) {
    out[i] = static_cast<uint8_t>((upper[i] * (16384 - fraction) + lower[i] * fraction + 8192) >> 14);
  }
}

void InterleavePortable(const uint8_t* const* in, uint8_t* out, int count) {
  for (int i = 0; i < count; ++i) {
    for (int c = 0; c < 3; ++c) out[3 * i + c] = in[c][i];
  }
}

void ScaleToFloatPortable(const uint8_t* in, float alpha, float beta, float* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

void ScaleToBytePortable(const uint8_t* in, float alpha, float beta, uint8_t* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

void ScaleToSignedBytePortable(const uint8_t* in, float alpha, float beta, int8_t* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

void WarpNearestPortable(const WarpSource& source, const float* matrix, const WarpTarget& target) {
  WarpNearestRow(source, matrix, target);
}

void WarpBilinearPortable(const WarpSource& source, const float* matrix, const WarpTarget& target) {
  WarpBilinearRow(source, matrix, target);
}

}  // namespace bm::cv
