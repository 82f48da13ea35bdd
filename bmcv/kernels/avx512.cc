// Rows for AVX-512 (F, BW, DQ, VL), as those for AVX2 but twice as wide.
#include <immintrin.h>

#include "bmcv/kernels/rows.h"
#include "bmcv/kernels/scale_to.h"
#include "bmcv/kernels/warp_rows.h"

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

// A row of a matrix for pairs of words (first, second) and (first, third).
struct MatrixRow {
  __m512i second, third, addend;

  // With the first coefficient beside the second or, where that is 0, beside the third.
  explicit MatrixRow(const int (&row)[4])
      : second(_mm512_set1_epi32(row[1] * 65536 + (row[1] == 0 ? 0 : row[0] & 0xFFFF))),
        third(_mm512_set1_epi32(row[2] * 65536 + (row[1] == 0 ? row[0] & 0xFFFF : 0))),
        addend(_mm512_set1_epi32(row[3] + 512)) {}
};

// Which products of a row are there.
enum class Terms { kSecond, kThird, kBoth };

Terms TermsOf(const int (&row)[4]) {
  return row[2] == 0 && row[1] != 0 ? Terms::kSecond : row[1] == 0 ? Terms::kThird : Terms::kBoth;
}

template <Terms kTerms>
__m512i Sum(const MatrixRow& row, __m512i second, __m512i third) {
  __m512i sum = row.addend;
  if (kTerms != Terms::kThird) sum = _mm512_add_epi32(sum, _mm512_madd_epi16(second, row.second));
  if (kTerms != Terms::kSecond) sum = _mm512_add_epi32(sum, _mm512_madd_epi16(third, row.third));
  return _mm512_srai_epi32(sum, 10);
}

// Sixty-four pixels as four groups of pairs. Unpacking and packing stay inside lanes of 16 bytes, so that the order of
// the pixels comes back at the end.
struct Pairs {
  __m512i second[4], third[4];
};

Pairs PairsOf(const uint8_t* a, const uint8_t* b, const uint8_t* c) {
  const __m512i zero = _mm512_setzero_si512();
  const __m512i x = _mm512_loadu_si512(a), y = _mm512_loadu_si512(b), z = _mm512_loadu_si512(c);
  const __m512i x_words[] = {_mm512_unpacklo_epi8(x, zero), _mm512_unpackhi_epi8(x, zero)};
  const __m512i y_words[] = {_mm512_unpacklo_epi8(y, zero), _mm512_unpackhi_epi8(y, zero)};
  const __m512i z_words[] = {_mm512_unpacklo_epi8(z, zero), _mm512_unpackhi_epi8(z, zero)};
  Pairs pairs;
  for (int half = 0; half < 2; ++half) {
    pairs.second[2 * half] = _mm512_unpacklo_epi16(x_words[half], y_words[half]);
    pairs.second[2 * half + 1] = _mm512_unpackhi_epi16(x_words[half], y_words[half]);
    pairs.third[2 * half] = _mm512_unpacklo_epi16(x_words[half], z_words[half]);
    pairs.third[2 * half + 1] = _mm512_unpackhi_epi16(x_words[half], z_words[half]);
  }
  return pairs;
}

template <Terms kTerms>
void StoreRow(const MatrixRow& row, const Pairs& pairs, uint8_t* out) {
  __m512i sums[4];
  for (int group = 0; group < 4; ++group) sums[group] = Sum<kTerms>(row, pairs.second[group], pairs.third[group]);
  const __m512i low = _mm512_packs_epi32(sums[0], sums[1]), high = _mm512_packs_epi32(sums[2], sums[3]);
  _mm512_storeu_si512(out, _mm512_packus_epi16(low, high));
}

constexpr int kInterleaved = 64, kLane = 16, kLanes = 4;  // bytes, bytes, lanes of a block

// The sixteen pixels of a lane make three parts of sixteen bytes, which lie in the lanes of three vectors; lane L of
// the result is lane L / 3 of part L % 3.
struct InterleaveTables {
  alignas(64) uint8_t bytes[3][3][kInterleaved];  // of a part, from a channel
  alignas(64) int64_t first_two[3][2 * kLanes];   // words of 8 bytes of parts 0 and 1
  alignas(64) int64_t last[3][2 * kLanes];        // of those and part 2

  InterleaveTables() {
    for (int part = 0; part < 3; ++part) {
      for (int i = 0; i < kInterleaved; ++i) {
        const int at = part * kLane + i % kLane;
        for (int c = 0; c < 3; ++c) bytes[part][c][i] = at % 3 == c ? static_cast<uint8_t>(at / 3) : 0x80;
      }
    }
    for (int word = 0; word < 3 * 2 * kLanes; ++word) {
      const int lane = word / 2, part = lane % 3, from = 2 * (lane / 3) + word % 2;
      first_two[word / 8][word % 8] = part == 1 ? 8 + from : from;
      last[word / 8][word % 8] = part == 2 ? 8 + from : word % 8;
    }
  }
};

// As in avx2.cc.
__m512i Between(__m512i left, __m512i right, __m512i doubled) {
  return _mm512_add_epi16(left, _mm512_mulhrs_epi16(_mm512_sub_epi16(right, left), doubled));
}

}  // namespace

void ConvertAvx512(const ColourMatrix& matrix, int outputs, const uint8_t* const* in, uint8_t* const* out, int count) {
  constexpr int kWide = 2 * kBlock;
  if (count < kWide) return ConvertAvx2(matrix, outputs, in, out, count);
  const MatrixRow rows[3] = {MatrixRow(matrix.rows[0]), MatrixRow(matrix.rows[1]), MatrixRow(matrix.rows[2])};
  // YUV to RGB: red has no U and blue no V.
  const bool is_from_yuv =
      outputs == 3 && TermsOf(matrix.rows[0]) == Terms::kThird && TermsOf(matrix.rows[2]) == Terms::kSecond;
  if (is_from_yuv) {
    ForBlocks<kWide>(count, [&](int i) {
      const Pairs pairs = PairsOf(in[0] + i, in[1] + i, in[2] + i);
      StoreRow<Terms::kThird>(rows[0], pairs, out[0] + i);
      StoreRow<Terms::kBoth>(rows[1], pairs, out[1] + i);
      StoreRow<Terms::kSecond>(rows[2], pairs, out[2] + i);
    });
    return;
  }
  ForBlocks<kWide>(count, [&](int i) {
    const Pairs pairs = PairsOf(in[0] + i, in[1] + i, in[2] + i);
    for (int output = 0; output < outputs; ++output) StoreRow<Terms::kBoth>(rows[output], pairs, out[output] + i);
  });
}

void InterpolateAvx512(const uint8_t* left, const uint8_t* right, const int16_t* fractions, uint8_t* out, int count) {
  if (count < kBlock) return InterpolateAvx2(left, right, fractions, out, count);
  ForBlocks<kBlock>(count, [&](int i) {
    const __m512i fraction = _mm512_loadu_si512(fractions + i);
    StoreWords(out + i, Between(Words(left + i), Words(right + i), _mm512_add_epi16(fraction, fraction)));
  });
}

void HalveAvx512(const uint8_t* row, uint8_t* out, int count) {
  if (count < kBlock) return HalveAvx2(row, out, count);
  const __m512i low_byte = _mm512_set1_epi16(0xFF);
  ForBlocks<kBlock>(count, [&](int i) {
    const __m512i pairs = _mm512_loadu_si512(row + 2 * i);
    StoreWords(out + i, _mm512_avg_epu16(_mm512_and_si512(pairs, low_byte), _mm512_srli_epi16(pairs, 8)));
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

void InterleaveAvx512(const uint8_t* const* in, uint8_t* out, int count) {
  if (count < kInterleaved) return InterleaveAvx2(in, out, count);
  const InterleaveTables tables;
  const auto load = [](const void* table) { return _mm512_load_si512(table); };
  ForBlocks<kInterleaved>(count, [&](int i) {
    __m512i parts[3];
    for (int part = 0; part < 3; ++part) {
      const __m512i a = _mm512_shuffle_epi8(_mm512_loadu_si512(in[0] + i), load(tables.bytes[part][0]));
      const __m512i b = _mm512_shuffle_epi8(_mm512_loadu_si512(in[1] + i), load(tables.bytes[part][1]));
      const __m512i c = _mm512_shuffle_epi8(_mm512_loadu_si512(in[2] + i), load(tables.bytes[part][2]));
      parts[part] = _mm512_or_si512(_mm512_or_si512(a, b), c);
    }
    for (int third = 0; third < 3; ++third) {
      const __m512i two = _mm512_permutex2var_epi64(parts[0], load(tables.first_two[third]), parts[1]);
      const __m512i all = _mm512_permutex2var_epi64(two, load(tables.last[third]), parts[2]);
      _mm512_storeu_si512(out + 3 * i + third * kInterleaved, all);
    }
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

void WarpNearestAvx512(const WarpSource& source, const float* matrix, const WarpTarget& target) {
  WarpNearestRow(source, matrix, target);
}

void WarpBilinearAvx512(const WarpSource& source, const float* matrix, const WarpTarget& target) {
  WarpBilinearRow(source, matrix, target);
}

}  // namespace bm::cv
