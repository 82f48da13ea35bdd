// Rows for AVX2. Blocks at the end overlap those before them, so that only rows shorter than a block are plain.
#include <immintrin.h>

#include "bmcv/kernels/rows.h"
#include "bmcv/kernels/scale_to.h"
#include "bmcv/kernels/warp_rows.h"

namespace bm::cv {
namespace {

constexpr int kBlock = 16;  // pixels

__m128i Load16(const void* bytes) { return _mm_loadu_si128(static_cast<const __m128i*>(bytes)); }
__m256i Load32(const void* bytes) { return _mm256_loadu_si256(static_cast<const __m256i*>(bytes)); }
void Store16(uint8_t* out, __m128i bytes) { _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes); }

// Sixteen bytes as words.
__m256i Words(const uint8_t* bytes) { return _mm256_cvtepu8_epi16(Load16(bytes)); }

// Sixteen words as saturated bytes.
void StoreWords(uint8_t* out, __m256i words) {
  const __m256i bytes = _mm256_packus_epi16(words, words);
  Store16(out, _mm256_castsi256_si128(_mm256_permute4x64_epi64(bytes, 0x08)));
}

// block(i) for all blocks of `count` >= kSize pixels.
template <int kSize, typename Block>
void ForBlocks(int count, Block block) {
  for (int i = 0; i + kSize <= count; i += kSize) block(i);
  if (count % kSize != 0) block(count - kSize);
}

// A row of a matrix for pairs of words.
struct MatrixRow {
  __m256i first_two, third, addend;

  explicit MatrixRow(const int (&row)[4])
      : first_two(_mm256_set1_epi32(row[1] * 65536 + (row[0] & 0xFFFF))),
        third(_mm256_set1_epi32(row[2] & 0xFFFF)),
        addend(_mm256_set1_epi32(row[3] + 512)) {}

  __m256i Sum(__m256i two, __m256i one) const {
    const __m256i sum = _mm256_add_epi32(_mm256_madd_epi16(two, first_two), _mm256_madd_epi16(one, third));
    return _mm256_srai_epi32(_mm256_add_epi32(sum, addend), 10);
  }
};

template <int kOutputs>
void ConvertTo(const ColourMatrix& matrix, const uint8_t* const* in, uint8_t* const* out, int count) {
  const MatrixRow rows[3] = {MatrixRow(matrix.rows[0]), MatrixRow(matrix.rows[1]), MatrixRow(matrix.rows[2])};
  const __m256i zero = _mm256_setzero_si256();
  ForBlocks<kBlock>(count, [&](int i) {
    const __m256i a = Words(in[0] + i), b = Words(in[1] + i), c = Words(in[2] + i);
    const __m256i low_two = _mm256_unpacklo_epi16(a, b), high_two = _mm256_unpackhi_epi16(a, b);
    const __m256i low_one = _mm256_unpacklo_epi16(c, zero), high_one = _mm256_unpackhi_epi16(c, zero);
    for (int output = 0; output < kOutputs; ++output) {
      StoreWords(out[output] + i,
                 _mm256_packs_epi32(rows[output].Sum(low_two, low_one), rows[output].Sum(high_two, high_one)));
    }
  });
}

// l + (((r - l) * f + 2^13) >> 14), which is the weighted sum: the instruction multiplies by 2 f / 2^15 and rounds.
__m256i Between(__m256i left, __m256i right, __m256i doubled) {
  return _mm256_add_epi16(left, _mm256_mulhrs_epi16(_mm256_sub_epi16(right, left), doubled));
}

}  // namespace

void GatherAvx2(const GatherTable& table, const uint8_t* row, uint8_t* out) {
  int i = 0;
  for (int b = 0; b < table.count / GatherTable::kBlock; ++b) {
    const GatherTable::Block& block = table.blocks[b];
    const GatherTable::Chunk* const chunks = table.chunks + block.first_chunk;
    if (block.chunk_count == 0) {
      for (const int end = i + GatherTable::kBlock; i < end; ++i) out[i] = row[table.offsets[i]];
      continue;
    }
    __m128i bytes = _mm_shuffle_epi8(Load16(row + chunks[0].offset), Load16(chunks[0].lanes));
    for (int c = 1; c < block.chunk_count; ++c) {
      bytes = _mm_or_si128(bytes, _mm_shuffle_epi8(Load16(row + chunks[c].offset), Load16(chunks[c].lanes)));
    }
    Store16(out + i, bytes);
    i += GatherTable::kBlock;
  }
  for (; i < table.count; ++i) out[i] = row[table.offsets[i]];
}

void GatherPixelsAvx2(const int32_t* offsets, int count, const uint8_t* row, int row_bytes, uint8_t* const* out) {
  constexpr int kPixels = 8;
  // The first, second and third bytes of four pixels together, then those of both halves beside each other.
  const __m256i by_byte =
      _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  const __m256i by_half = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
  int i = 0;
  // Four bytes a pixel are read: not where the fourth lies behind the row.
  for (; i + kPixels <= count && offsets[i + kPixels - 1] + 4 <= row_bytes; i += kPixels) {
    const __m256i pixels = _mm256_i32gather_epi32(reinterpret_cast<const int*>(row), Load32(offsets + i), 1);
    const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(pixels, by_byte), by_half);
    const __m128i two = _mm256_castsi256_si128(bytes);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out[0] + i), two);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out[1] + i), _mm_unpackhi_epi64(two, two));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out[2] + i), _mm256_extracti128_si256(bytes, 1));
  }
  uint8_t* const rest[] = {out[0] + i, out[1] + i, out[2] + i};
  GatherPixelsPortable(offsets + i, count - i, row, row_bytes, rest);
}

void ConvertAvx2(const ColourMatrix& matrix, int outputs, const uint8_t* const* in, uint8_t* const* out, int count) {
  if (count < kBlock) return ConvertPortable(matrix, outputs, in, out, count);
  if (outputs == 1) return ConvertTo<1>(matrix, in, out, count);
  if (outputs == 2) return ConvertTo<2>(matrix, in, out, count);
  ConvertTo<3>(matrix, in, out, count);
}

void InterpolateAvx2(const uint8_t* left, const uint8_t* right, const int16_t* fractions, uint8_t* out, int count) {
  if (count < kBlock) return InterpolatePortable(left, right, fractions, out, count);
  ForBlocks<kBlock>(count, [&](int i) {
    const __m256i fraction = Load32(fractions + i);
    StoreWords(out + i, Between(Words(left + i), Words(right + i), _mm256_add_epi16(fraction, fraction)));
  });
}

void HalveAvx2(const uint8_t* row, uint8_t* out, int count) {
  if (count < kBlock) return HalvePortable(row, out, count);
  const __m256i low_byte = _mm256_set1_epi16(0xFF);
  ForBlocks<kBlock>(count, [&](int i) {
    const __m256i pairs = Load32(row + 2 * i);
    StoreWords(out + i, _mm256_avg_epu16(_mm256_and_si256(pairs, low_byte), _mm256_srli_epi16(pairs, 8)));
  });
}

void BlendAvx2(const uint8_t* upper, const uint8_t* lower, int fraction, uint8_t* out, int count) {
  constexpr int kWide = 2 * kBlock;
  if (count < kWide) return BlendPortable(upper, lower, fraction, out, count);
  const __m256i doubled = _mm256_set1_epi16(static_cast<int16_t>(2 * fraction)), zero = _mm256_setzero_si256();
  ForBlocks<kWide>(count, [&](int i) {
    const __m256i a = Load32(upper + i), b = Load32(lower + i);
    const __m256i low = Between(_mm256_unpacklo_epi8(a, zero), _mm256_unpacklo_epi8(b, zero), doubled);
    const __m256i high = Between(_mm256_unpackhi_epi8(a, zero), _mm256_unpackhi_epi8(b, zero), doubled);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), _mm256_packus_epi16(low, high));
  });
}

void InterleaveAvx2(const uint8_t* const* in, uint8_t* out, int count) {
  if (count < kBlock) return InterleavePortable(in, out, count);
  // Which byte of each channel comes where in the three parts of the result.
  uint8_t places[3][3][kBlock];
  for (int part = 0; part < 3; ++part) {
    for (int i = 0; i < kBlock; ++i) {
      const int at = part * kBlock + i;
      for (int c = 0; c < 3; ++c) places[part][c][i] = at % 3 == c ? static_cast<uint8_t>(at / 3) : 0x80;
    }
  }
  ForBlocks<kBlock>(count, [&](int i) {
    const __m128i a = Load16(in[0] + i), b = Load16(in[1] + i), c = Load16(in[2] + i);
    for (int part = 0; part < 3; ++part) {
      const __m128i two =
          _mm_or_si128(_mm_shuffle_epi8(a, Load16(places[part][0])), _mm_shuffle_epi8(b, Load16(places[part][1])));
      Store16(out + 3 * i + part * kBlock, _mm_or_si128(two, _mm_shuffle_epi8(c, Load16(places[part][2]))));
    }
  });
}

void ScaleToFloatAvx2(const uint8_t* in, float alpha, float beta, float* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

void ScaleToByteAvx2(const uint8_t* in, float alpha, float beta, uint8_t* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

void ScaleToSignedByteAvx2(const uint8_t* in, float alpha, float beta, int8_t* out, int count) {
  ScaleRow(in, alpha, beta, out, count);
}

void WarpNearestAvx2(const WarpSource& source, const float* matrix, const WarpTarget& target) {
  WarpNearestRow(source, matrix, target);
}

void WarpBilinearAvx2(const WarpSource& source, const float* matrix, const WarpTarget& target) {
  WarpBilinearRow(source, matrix, target);
}

}  // namespace bm::cv
