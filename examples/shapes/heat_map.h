// How the outputs of the shapes network are read: README.md.
#ifndef EXAMPLES_SHAPES_HEAT_MAP_H_
#define EXAMPLES_SHAPES_HEAT_MAP_H_

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace shapes {

// Pixels along a side of the network's picture and of a cell, and cells along a side.
constexpr int kSize = 128, kCell = 8, kGrid = kSize / kCell;
constexpr float kThreshold = 0.4f;
constexpr const char* kClasses[] = {"circle", "square", "triangle"};
constexpr int kClassCount = 3, kBoxMaps = 4;

struct Shape {
  std::string kind;
  float score = 1;
  // x1 y1 x2 y2 in pixels of the network's picture.
  std::array<float, 4> box = {};
};

// The cells whose heat reaches the threshold and is the largest of its neighbourhood. `heat` is
// [kClassCount, kGrid, kGrid], `box` [kBoxMaps, kGrid, kGrid].
inline std::vector<Shape> Find(const float* heat, const float* box) {
  const auto at = [](const float* map, int c, int y, int x) { return map[(c * kGrid + y) * kGrid + x]; };
  std::vector<Shape> found;
  for (int c = 0; c < kClassCount; ++c) {
    for (int y = 0; y < kGrid; ++y) {
      for (int x = 0; x < kGrid; ++x) {
        const float score = at(heat, c, y, x);
        float largest = 0;
        for (int k = 0; k < kClassCount * 9; ++k) {
          const int ny = y + k / 3 % 3 - 1, nx = x + k % 3 - 1;
          if (ny >= 0 && ny < kGrid && nx >= 0 && nx < kGrid) largest = std::max(largest, at(heat, k / 9, ny, nx));
        }
        if (score < kThreshold || score < largest) continue;
        const float cx = (static_cast<float>(x) + at(box, 0, y, x)) * kCell;
        const float cy = (static_cast<float>(y) + at(box, 1, y, x)) * kCell;
        const float half_w = at(box, 2, y, x) * kSize / 2, half_h = at(box, 3, y, x) * kSize / 2;
        found.push_back({kClasses[c], score, {{cx - half_w, cy - half_h, cx + half_w, cy + half_h}}});
      }
    }
  }
  return found;
}

}  // namespace shapes

#endif  // EXAMPLES_SHAPES_HEAT_MAP_H_
