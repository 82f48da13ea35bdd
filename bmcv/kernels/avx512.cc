// Rows for AVX-512 (F, BW, DQ, VL), as those for AVX2 but twice as wide.
#include <immintrin.h>

#include "bmcv/kernels/rows.h"
#include "bmcv/kernels/scale_to.h"

namespace bm::cv {
namespace {

constexpr int kBlock = 32;  // pixels

__m512i Words(const uint8_t* bytes) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes)));
}

void StoreWords(uint8_t* out, __m512i words) {
  const __m512i positive = _mm512_max_epi16(words, _mm512_setzero_si512());
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtusepi16_epi8(positive));
}

template <int kSize, typename Block>
void ForBlocks(int count, Block block) {
  for (int i = 0; i + kSize <= count; i += kSize) block(i);
  if (count % kSize != 0) block(count - kSize);
}

struct MatrixRow {
  __m512i first_two, third, addend;

  explicit MatrixRow(const int (&row)[4])
      : first_two(_mm512_set1_epi32(row[1] * 65536 + (row[0] & 0xFFFF))),
        third(_mm512_set1_epi32(row[2] & 0xFFFF)),
        addend(_mm512_set1_epi32(row[3] + 512)) {}

  __m512i Sum(__m512i two, __m512i one) const {
    const __m512i sum = _mm512_add_epi32(_mm512_madd_epi16(two, first_two), _mm512_madd_epi16(one, third));
    return _mm512_srai_epi32(_mm512_add_epi32(sum, addend), 10);
  }
};

template <int kOutputs>
void ConvertTo(const ColourMatrix& matrix, const uint8_t* const* in, uint8_t* const* out, int count) {
  const MatrixRow rows[3] = {MatrixRow(matrix.rows[0]), MatrixRow(matrix.rows[1]), MatrixRow(matrix.rows[2])};
  const __m512i zero = _mm512_setzero_si512();
  ForBlocks<kBlock>(count, [&](int i) {
    const __m512i a = Words(in[0] + i), b = Words(in[1] + i), c = Words(in[2] + i);
    const __m512i low_two = _mm512_unpacklo_epi16(a, b), high_two = _mm512_unpackhi_epi16(a, b);
    const __m512i low_one = _mm512_unpacklo_epi16(c, zero), high_one = _mm512_unpackhi_epi16(c, zero);
    for (int output = 0; output < kOutputs; ++output) {
      StoreWords(out[output] + i,
                 _mm512_packs_epi32(rows[output].Sum(low_two, low_one), rows[output].Sum(high_two, high_one)));
    }
  });
}

// As in avx2.cc.
__m512i Between(__m512i left, __m512i right, __m512i doubled) {
  return _mm512_add_epi16(left, _mm512_mulhrs_epi16(_mm512_sub_epi16(right, left), doubled));
}

}  // namespace

void ConvertAvx512(const ColourMatrix& matrix, int outputs, const uint8_t* const* in, uint8_t* const* out, int count) {
  if (count < kBlock) return ConvertAvx2(matrix, outputs, in, out, count);
  if (outputs == 1) return ConvertTo<1>(matrix, in, out, count);
  if (outputs == 2) return ConvertTo<2>(matrix, in, out, count);
  ConvertTo<3>(matrix, in, out, count);
}

void InterpolateAvx512(const uint8_t* left, const uint8_t* right, const int16_t* fractions, uint8_t* out, int count) {
  if (count < kBlock) return InterpolateAvx2(left, right, fractions, out, count);
  ForBlocks<kBlock>(count, [&](int i) {
    const __m512i fraction = _mm512_loadu_si512(fractions + i);
    StoreWords(out + i, Between(Words(left + i), Words(right + i), _mm512_add_epi16(fraction, fraction)));
  });
}

void BlendAvx512(const uint8_t* upper, const uint8_t* lower, int fraction, uint8_t* out, int count) {
  constexpr int kWide = 2 * kBlock;
  if (count < kWide) return BlendAvx2(upper, lower, fraction, out, count);
  const __m512i doubled = _mm512_set1_epi16(static_cast<int16_t>(2 * fraction)), zero = _mm512_setzero_si512();
  ForBlocks<kWide>(count, [&](int i) {
    const __m512i a = _mm512_loadu_si512(upper + i), b = _mm512_loadu_si512(lower + i);
    const __m512i low = Between(_mm512_unpacklo_epi8(a, zero), _mm512_unpacklo_epi8(b, zero), doubled);
    const __m512i high = Between(_mm512_unpackhi_epi8(a, zero), _mm512_unpackhi_epi8(b, zero), doubled);
    _mm512_storeu_si512(out + i, _mm512_packus_epi16(low, high));
  });
}

void ScaleToFloatAvx512(const uint8_t* in, float alpha, float beta, float* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

void ScaleToByteAvx512(const uint8_t* in, float alpha, float beta, uint8_t* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

void ScaleToSignedByteAvx512(const uint8_t* in, float alpha, float beta, int8_t* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

}  // namespace bm::cv
