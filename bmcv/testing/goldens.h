// Small pictures and what OpenCV makes of them (tools/bmcv/filter_goldens.py, scaling_goldens.py).
#ifndef BMCV_TESTING_GOLDENS_H_
#define BMCV_TESTING_GOLDENS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bm::cv {

struct Golden {
  int width, height;
  std::vector<uint8_t> bytes;
};

#define GOLDEN(NAME, WIDTH, HEIGHT, ...) inline const Golden k##NAME = {WIDTH, HEIGHT, {__VA_ARGS__}};
#include "bmcv/testing/filter_goldens.inc"
#include "bmcv/testing/scaling_goldens.inc"
#undef GOLDEN

// The source pictures: bytes of a linear congruential generator.
inline std::vector<uint8_t> GeneratedBytes(uint32_t seed, size_t count) {
  std::vector<uint8_t> bytes;
  while (bytes.size() < count) {
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF;
    bytes.push_back(static_cast<uint8_t>(seed >> 16));
  }
  return bytes;
}

inline constexpr int kGoldenWidth = 13, kGoldenHeight = 9, kGoldenArea = kGoldenWidth * kGoldenHeight;

}  // namespace bm::cv

#endif  // BMCV_TESTING_GOLDENS_H_
