// Arrays of numbers: conversion between floats and integers with one scale for all elements, and filling.
//
//   Quantize(pixels, input_scale, count, bytes);        // bytes[i] = pixels[i] * input_scale
//   Dequantize(scores, output_scale, count, floats);    // floats[i] = scores[i] * output_scale
//   Fill(&element, sizeof(element), count, target);     // every element of the target, of any type
#ifndef BASE_QUANTIZE_H_
#define BASE_QUANTIZE_H_

#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <type_traits>

namespace bm {

// The nearest integer of type T, halves to even, saturated; 0 for NaN. A float stays what it is.
template <typename T>
T RoundTo(float value) {
  if constexpr (std::is_floating_point_v<T>) {
    return value;
  } else {
    if (std::isnan(value)) return 0;
    const double rounded = std::nearbyint(static_cast<double>(value));
    if (rounded <= static_cast<double>(std::numeric_limits<T>::min())) return std::numeric_limits<T>::min();
    if (rounded >= static_cast<double>(std::numeric_limits<T>::max())) return std::numeric_limits<T>::max();
    return static_cast<T>(rounded);
  }
}

// dst[i] = RoundTo(src[i] * scale), the product in single precision. Pointers need no alignment.
template <typename From, typename To>
void Quantize(const From* src, float scale, size_t count, To* dst) {
  for (size_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, reinterpret_cast<const char*>(src) + i * sizeof(From), sizeof(From));
    const To rounded = RoundTo<To>(static_cast<float>(value) * scale);
    std::memcpy(reinterpret_cast<char*>(dst) + i * sizeof(To), &rounded, sizeof(To));
  }
}

// dst[i] = src[i] * scale in single precision. Pointers need no alignment.
template <typename T>
void Dequantize(const T* src, float scale, size_t count, float* dst) {
  Quantize<T, float>(src, scale, count, dst);
}

// Copies one element of `bytes` to all `count` places. Pointers need no alignment.
inline void Fill(const void* element, size_t bytes, size_t count, void* target) {
  for (size_t i = 0; i < count; ++i) std::memcpy(static_cast<char*>(target) + i * bytes, element, bytes);
}

}  // namespace bm

#endif  // BASE_QUANTIZE_H_
