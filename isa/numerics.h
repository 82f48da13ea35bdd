// The scalar meaning of the chip's arithmetic, once (docs/isa.md 5).
//
// Single precision rounds every multiply and every add to nearest even, never fuses them, and flushes denormal inputs
// and results to zero keeping the sign. The functions here flush explicitly, so they mean the same in every
// floating-point environment with default rounding.
#ifndef ISA_NUMERICS_H_
#define ISA_NUMERICS_H_

#include <cstdint>
#include <cstring>
#include <limits>

namespace bm::isa {

inline uint32_t BitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}
inline float FloatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

// Denormals become zero of the same sign.
inline float Flush(float x) { return (BitsOf(x) & 0x7F800000u) == 0 ? FloatOf(BitsOf(x) & 0x80000000u) : x; }

inline float Add(float a, float b) { return Flush(Flush(a) + Flush(b)); }
inline float Sub(float a, float b) { return Add(a, -b); }
inline float Mul(float a, float b) { return Flush(Flush(a) * Flush(b)); }

// Denormals compare as zero; a NaN on either side yields b. Max flushes its result, Min passes it on.
inline float Max(float a, float b) { return Flush(Flush(a) > Flush(b) ? a : b); }
inline float Min(float a, float b) { return Flush(a) <= Flush(b) ? a : b; }

// 1 / sqrt(x) as the chip makes it: an integer first guess and three Newton steps.
inline float Rsqrt(float x) {
  x = Flush(x);
  const uint32_t guess = 0x5F3759DFu - static_cast<uint32_t>(static_cast<int32_t>(BitsOf(x)) >> 1);
  float y = FloatOf(guess);
  const float h = Mul(0.5f, x);
  for (int step = 0; step < 3; ++step) y = Mul(y, Sub(1.5f, Mul(Mul(h, y), y)));
  return y;
}

// a / b = sign(b) * (a * (q * q)), q = rsqrt(|b|).
inline float Divide(float a, float b) {
  const float q = Rsqrt(FloatOf(BitsOf(b) & 0x7FFFFFFFu));
  const float quotient = Mul(a, Mul(q, q));
  return FloatOf(BitsOf(quotient) ^ (BitsOf(b) & 0x80000000u));
}

// Truncates towards zero, saturates; NaN becomes the largest integer.
inline int32_t FloatToInt(float x) {
  constexpr float kLimit = 2147483648.0f;
  if (x != x || x >= kLimit) return std::numeric_limits<int32_t>::max();
  if (x <= -kLimit) return std::numeric_limits<int32_t>::min();
  return static_cast<int32_t>(x);
}

// The biased exponent of the power of two nearest to x; values above 4/3 of a power count as the next one, negative
// values never do.
inline uint32_t NormalizedExponent(float x) {
  const uint32_t bits = BitsOf(x);
  const uint32_t exponent = bits >> 23 & 0xFF;
  if (exponent == 0) return 0;
  const bool rounds_up = bits >> 31 == 0 && (bits & 0x7FFFFF) > 0x2AAAAB;
  return exponent + (rounds_up ? 1 : 0);
}

// That power itself, with x's sign. The exponent 256 of a NaN falls off.
inline float NormalizedPower(float x) {
  return FloatOf((BitsOf(x) & 0x80000000u) | (NormalizedExponent(x) & 0xFF) << 23);
}

// One step of Horner's rule without constant term: (r + c) * x.
inline float HornerStep(float r, float c, float x) { return Mul(Add(r, c), x); }

// (value + half) >> shift, arithmetic: round half up. shift in 0..31.
inline int64_t RoundShift(int64_t value, int shift) {
  return shift == 0 ? value : (value + (int64_t{1} << (shift - 1))) >> shift;
}

inline int64_t Saturate(int64_t value, int bits, bool is_signed) {
  const int64_t high = is_signed ? (int64_t{1} << (bits - 1)) - 1 : (int64_t{1} << bits) - 1;
  const int64_t low = is_signed ? -(int64_t{1} << (bits - 1)) : 0;
  return value < low ? low : value > high ? high : value;
}

// GDMA's conversion of a float to 8 bits: round half to even, saturate; a NaN goes to the end of its sign.
inline int32_t FloatToByte(float x, bool is_signed) {
  const float low = is_signed ? -128.0f : 0.0f;
  const float high = is_signed ? 127.0f : 255.0f;
  if (x != x) return static_cast<int32_t>(BitsOf(x) >> 31 != 0 ? low : high);
  if (x <= low) return static_cast<int32_t>(low);
  if (x >= high) return static_cast<int32_t>(high);
  // Adding and subtracting 1.5 * 2^23 rounds to an integer, half to even.
  constexpr float kRounder = 12582912.0f;
  const float shifted = x + kRounder;
  return static_cast<int32_t>(shifted - kRounder);
}

// GDMA's half precision: the mantissa is cut, below 2^-14 is signed zero, from 65536 on (Inf and NaN too) signed Inf.
inline uint16_t FloatToHalf(float x) {
  const uint32_t bits = BitsOf(x);
  const auto sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  const int exponent = static_cast<int>(bits >> 23 & 0xFF) - 127;
  if (exponent < -14) return sign;
  if (exponent > 15) return static_cast<uint16_t>(sign | 0x7C00);
  return static_cast<uint16_t>(sign | (exponent + 15) << 10 | (bits >> 13 & 0x3FF));
}

// The exponent is rebiased, nothing is special: 0 becomes 2^-15, 0x7C00 becomes 65536.
inline float HalfToFloat(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t exponent = (half >> 10 & 0x1F) - 15 + 127;
  return FloatOf(sign | exponent << 23 | static_cast<uint32_t>(half & 0x3FF) << 13);
}

}  // namespace bm::isa

#endif  // ISA_NUMERICS_H_
