#include "bmcv/src/canny.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <utility>
#include <vector>

namespace bm::cv {
namespace {

enum Mark : uint8_t { kNoEdge, kWeak, kEdge };

struct Gradient {
  int dx, dy;
};

// The plane with a border of one pixel around, so that neighbours always exist.
struct Field {
  Field(int width, int height)
      : stride(width + 2), norms(size_t{1} * stride * (height + 2)), gradients(norms.size()), marks(norms.size()) {}

  size_t at(int x, int y) const { return static_cast<size_t>(y + 1) * stride + x + 1; }

  ptrdiff_t stride;
  std::vector<int> norms;  // 0 around
  std::vector<Gradient> gradients;
  std::vector<Mark> marks;
};

Gradient Sobel(const ConstPlane& source, int x, int y) {
  const uint8_t* const above = source.row(std::max(y - 1, 0));
  const uint8_t* const row = source.row(y);
  const uint8_t* const below = source.row(std::min(y + 1, source.height - 1));
  const int left = std::max(x - 1, 0), right = std::min(x + 1, source.width - 1);
  return {above[right] - above[left] + 2 * (row[right] - row[left]) + below[right] - below[left],
          below[left] - above[left] + 2 * (below[x] - above[x]) + below[right] - above[right]};
}

// True if the norm at `i` is the largest across the edge. Of two equal ones the later wins. The direction is one of
// four, told apart by tan(22.5 degrees) in 15 bits.
bool IsLargestAcross(const Field& field, size_t i) {
  constexpr int kTangent = 13573, kBits = 15;
  const Gradient gradient = field.gradients[i];
  const int64_t x = std::abs(gradient.dx), y = static_cast<int64_t>(std::abs(gradient.dy)) << kBits;
  const int64_t flat = x * kTangent;
  const int norm = field.norms[i];
  if (y < flat) return norm > field.norms[i - 1] && norm >= field.norms[i + 1];
  if (y > flat + (x << (kBits + 1)))
    return norm > field.norms[i - field.stride] && norm >= field.norms[i + field.stride];
  const ptrdiff_t slope = (gradient.dx ^ gradient.dy) < 0 ? -1 : 1;
  return norm > field.norms[i - field.stride - slope] && norm > field.norms[i + field.stride + slope];
}

// A threshold as whole units of the norm; norms are compared with ">".
int WholeThreshold(double value, GradientNorm norm) {
  if (norm == GradientNorm::kL2) value = value > 0 ? value * value : value;
  const double most = std::numeric_limits<int>::max();
  return static_cast<int>(std::floor(value < most ? std::max(value, -1.0) : most));
}

// Turns weak pixels beside edges into edges, and so on.
void Link(Field* field, std::vector<size_t> edges) {
  while (!edges.empty()) {
    const size_t i = edges.back();
    edges.pop_back();
    for (const ptrdiff_t row : {-field->stride, ptrdiff_t{0}, field->stride}) {
      for (const ptrdiff_t column : {-1, 0, 1}) {
        const size_t neighbour = i + row + column;
        if (field->marks[neighbour] != kWeak) continue;
        field->marks[neighbour] = kEdge;
        edges.push_back(neighbour);
      }
    }
  }
}

}  // namespace

void Canny(const ConstPlane& source, double low, double high, GradientNorm norm, const Plane& target) {
  if (low > high) std::swap(low, high);
  const int least = WholeThreshold(low, norm), sure = WholeThreshold(high, norm);
  Field field(source.width, source.height);
  for (int y = 0; y < source.height; ++y) {
    for (int x = 0; x < source.width; ++x) {
      const Gradient gradient = Sobel(source, x, y);
      const size_t i = field.at(x, y);
      field.gradients[i] = gradient;
      field.norms[i] = norm == GradientNorm::kL1 ? std::abs(gradient.dx) + std::abs(gradient.dy)
                                                 : gradient.dx * gradient.dx + gradient.dy * gradient.dy;
    }
  }
  std::vector<size_t> edges;
  for (int y = 0; y < source.height; ++y) {
    for (int x = 0; x < source.width; ++x) {
      const size_t i = field.at(x, y);
      if (field.norms[i] <= least || !IsLargestAcross(field, i)) continue;
      field.marks[i] = field.norms[i] > sure ? kEdge : kWeak;
      if (field.marks[i] == kEdge) edges.push_back(i);
    }
  }
  Link(&field, std::move(edges));
  for (int y = 0; y < source.height; ++y) {
    for (int x = 0; x < source.width; ++x) target.row(y)[x] = field.marks[field.at(x, y)] == kEdge ? 255 : 0;
  }
}

}  // namespace bm::cv
