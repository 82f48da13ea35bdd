#include "bmdecoder/rows.h"

#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace bm::decoder {
namespace {

// Compiled with -O3: the loop becomes vector code.
void Copy(const uint8_t* from, size_t count, uint8_t* to) { std::memcpy(to, from, count); }
void Interleave(const uint8_t* __restrict first, const uint8_t* __restrict second, size_t count,
                uint8_t* __restrict to) {
  for (size_t x = 0; x < count; ++x) {
    to[2 * x] = first[x];
    to[2 * x + 1] = second[x];
  }
}
void Nothing() {}

#ifdef __SSE2__

constexpr size_t kVector = sizeof(__m128i);

__m128i Load(const uint8_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); }
void Stream(uint8_t* to, __m128i value) { _mm_stream_si128(reinterpret_cast<__m128i*>(to), value); }
bool IsAligned(const uint8_t* to) { return reinterpret_cast<uintptr_t>(to) % kVector == 0; }

void StreamCopy(const uint8_t* from, size_t count, uint8_t* to) {
  size_t x = 0;
  // A line of the cache at a time.
  for (; IsAligned(to) && x + 4 * kVector <= count; x += 4 * kVector) {
    const __m128i a = Load(from + x);
    const __m128i b = Load(from + x + kVector);
    const __m128i c = Load(from + x + 2 * kVector);
    const __m128i d = Load(from + x + 3 * kVector);
    Stream(to + x, a);
    Stream(to + x + kVector, b);
    Stream(to + x + 2 * kVector, c);
    Stream(to + x + 3 * kVector, d);
  }
  Copy(from + x, count - x, to + x);
}

void StreamInterleave(const uint8_t* first, const uint8_t* second, size_t count, uint8_t* to) {
  size_t x = 0;
  for (; IsAligned(to) && x + 2 * kVector <= count; x += 2 * kVector) {
    const __m128i a = Load(first + x);
    const __m128i b = Load(second + x);
    const __m128i c = Load(first + x + kVector);
    const __m128i d = Load(second + x + kVector);
    uint8_t* out = to + 2 * x;
    Stream(out, _mm_unpacklo_epi8(a, b));
    Stream(out + kVector, _mm_unpackhi_epi8(a, b));
    Stream(out + 2 * kVector, _mm_unpacklo_epi8(c, d));
    Stream(out + 3 * kVector, _mm_unpackhi_epi8(c, d));
  }
  Interleave(first + x, second + x, count - x, to + 2 * x);
}

void Fence() { _mm_sfence(); }

#endif

}  // namespace

const RowFunctions kCachedRows = {Copy, Interleave, Nothing};
#ifdef __SSE2__
const RowFunctions kStreamedRows = {StreamCopy, StreamInterleave, Fence};
#else
const RowFunctions kStreamedRows = kCachedRows;
#endif

}  // namespace bm::decoder
