// The numbers of command_model.h (docs/isa.md 5): floats in double, rounded once; integers divided and clamped in
// double.
#ifndef BMDRIVER_SIM_REFERENCE_MODEL_NUMBERS_H_
#define BMDRIVER_SIM_REFERENCE_MODEL_NUMBERS_H_

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "isa/types.h"

namespace bm::reference::model {

inline float FloatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}
inline uint32_t BitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return bits;
}

inline double Flush(double x) { return std::fabs(x) < FLT_MIN ? std::copysign(0.0, x) : x; }

// A double of at least 48 correct bits to the nearest float; what is below the normal range after rounding is zero.
inline float Round(double exact) {
  if (std::isnan(exact) || std::isinf(exact) || std::fabs(exact) >= 1) return static_cast<float>(exact);
  const auto scaled = static_cast<float>(exact * 0x1p100);
  return std::fabs(scaled) < FLT_MIN * 0x1p100f ? std::copysign(0.0f, scaled) : scaled * 0x1p-100f;
}
inline float Mul(float a, float b) { return Round(Flush(a) * Flush(b)); }
inline float Add(float a, float b) { return Round(Flush(a) + Flush(b)); }
inline float Sub(float a, float b) { return Round(Flush(a) - Flush(b)); }
inline float Max(float a, float b) { return Flush(a) > Flush(b) ? Round(Flush(a)) : Round(Flush(b)); }
inline float Min(float a, float b) { return Flush(a) <= Flush(b) ? a : b; }

inline float Rsqrt(float x) {
  const float flushed = Round(Flush(x));
  int32_t signed_bits;
  std::memcpy(&signed_bits, &flushed, sizeof(signed_bits));
  // An arithmetic shift by one is a division that rounds down.
  const auto half = static_cast<int64_t>(std::floor(signed_bits / 2.0));
  float y = FloatOf(static_cast<uint32_t>(int64_t{0x5F3759DF} - half));
  for (int i = 0; i < 3; ++i) y = Mul(y, Sub(1.5f, Mul(Mul(Mul(0.5f, flushed), y), y)));
  return y;
}

inline float Divide(float a, float b) {
  const float q = Rsqrt(std::fabs(b));
  const float quotient = Mul(a, Mul(q, q));
  return std::signbit(b) ? -quotient : quotient;
}

inline int32_t FloatToInt(float x) {
  if (std::isnan(x)) return INT32_MAX;
  return static_cast<int32_t>(std::clamp(std::trunc(static_cast<double>(x)), -2147483648.0, 2147483647.0));
}

inline uint32_t NearestExponent(float x) {
  const uint32_t field = BitsOf(x) / 0x800000 % 256, mantissa = BitsOf(x) % 0x800000;
  if (field == 0) return 0;
  return !std::signbit(x) && mantissa > 0x2AAAAB ? field + 1 : field;
}

inline int64_t RoundShift(int64_t value, int shift) {
  if (shift == 0) return value;
  return static_cast<int64_t>(std::floor(std::ldexp(static_cast<double>(value), -shift) + 0.5));
}

inline int64_t Saturate(int64_t value, int bits, bool is_signed) {
  const double low = is_signed ? -std::ldexp(1, bits - 1) : 0, high = std::ldexp(1, is_signed ? bits - 1 : bits) - 1;
  return static_cast<int64_t>(std::clamp(static_cast<double>(value), low, high));
}

inline int64_t Extend(uint32_t bits, int bytes, bool is_signed) {
  const int64_t range = int64_t{1} << (8 * bytes), value = bits % range;
  return is_signed && value >= range / 2 ? value - range : value;
}

inline uint16_t HalfOf(float x) {
  const uint16_t sign = std::signbit(x) ? 0x8000 : 0;
  const float size = std::fabs(x);
  if (size < 0x1p-14f) return sign;
  if (!(size < 65536)) return sign | 0x7C00;
  const int exponent = std::ilogb(size);
  return static_cast<uint16_t>(sign + (exponent + 14) * 1024 + static_cast<int>(std::ldexp(size, 10 - exponent)));
}
inline float FloatOfHalf(uint16_t half) {
  const float size = std::ldexp(1024.0f + static_cast<float>(half % 1024), half / 1024 % 32 - 15 - 10);
  return half >= 0x8000 ? -size : size;
}

inline uint8_t ByteOf(float x, bool is_signed) {
  const double low = is_signed ? -128 : 0, high = is_signed ? 127 : 255;
  if (std::isnan(x)) return static_cast<uint8_t>(static_cast<int>(std::signbit(x) ? low : high));
  // nearbyint rounds half to even.
  return static_cast<uint8_t>(static_cast<int>(std::clamp(std::nearbyint(static_cast<double>(x)), low, high)));
}

// The sum of products of one result.
struct Sums {
  float even = 0, odd = 0;
  void Add(uint32_t index, float product) {
    float& sum = index % 2 == 0 ? even : odd;
    sum = model::Add(sum, product);
  }
  float Total() const { return model::Add(even, odd); }
};

template <typename Visit>
void ForEach(const isa::Dims4& shape, Visit visit) {
  for (uint32_t n = 0; n < shape.n; ++n) {
    for (uint32_t c = 0; c < shape.c; ++c) {
      for (uint32_t h = 0; h < shape.h; ++h) {
        for (uint32_t w = 0; w < shape.w; ++w) visit(n, c, h, w);
      }
    }
  }
}

}  // namespace bm::reference::model

#endif  // BMDRIVER_SIM_REFERENCE_MODEL_NUMBERS_H_
