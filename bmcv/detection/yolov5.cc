#include "bmcv/detection/yolov5.h"

#include <algorithm>
#include <cmath>

namespace bm::cv {
namespace {

constexpr int kBoxValues = 5;

float Sigmoid(float value) { return 1 / (1 + std::exp(-value)); }

float Threshold(const DetectionLimits& limits, int label) {
  return limits.scores.size() == 1 ? limits.scores[0] : limits.scores[static_cast<size_t>(label)];
}

struct Centre {
  float x, y, w, h;
};

// Adds the boxes of one place. score_of(label) is the class's probability.
template <typename ScoreOf>
void AddBoxes(const Centre& place, float objectness, int classes, const ScoreOf& score_of,
              const DetectionLimits& limits, std::vector<DetectedBox>* boxes) {
  const auto add = [&](int label, float score) {
    if (!(score > Threshold(limits, label))) return;
    boxes->push_back(
        {label, score, place.x - place.w / 2, place.y - place.h / 2, place.x + place.w / 2, place.y + place.h / 2});
  };
  if (limits.every_class) {
    for (int label = 0; label < classes; ++label) add(label, objectness * score_of(label));
    return;
  }
  int best = 0;
  float best_score = -1;
  for (int label = 0; label < classes; ++label) {
    const float score = score_of(label);
    if (score > best_score) {
      best_score = score;
      best = label;
    }
  }
  add(best, objectness * best_score);
}

float Overlap(const DetectedBox& a, const DetectedBox& b) {
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  if (!(width > 0 && height > 0)) return 0;
  const float both = width * height;
  return both / ((a.right - a.left) * (a.bottom - a.top) + (b.right - b.left) * (b.bottom - b.top) - both);
}

std::vector<DetectedBox> Compete(std::vector<DetectedBox> boxes, const DetectionLimits& limits) {
  std::stable_sort(boxes.begin(), boxes.end(),
                   [](const DetectedBox& a, const DetectedBox& b) { return a.score > b.score; });
  int labels = 1;
  for (const DetectedBox& box : boxes) labels = std::max(labels, box.label + 1);
  // The remaining boxes of every class, so that others need not be compared.
  std::vector<std::vector<DetectedBox>> rivals(limits.across_classes ? 1 : static_cast<size_t>(labels));
  std::vector<DetectedBox> remaining;
  for (const DetectedBox& box : boxes) {
    std::vector<DetectedBox>& better = rivals[limits.across_classes ? 0 : static_cast<size_t>(box.label)];
    const bool covered = std::any_of(better.begin(), better.end(),
                                     [&](const DetectedBox& rival) { return Overlap(rival, box) > limits.overlap; });
    if (covered) continue;
    better.push_back(box);
    remaining.push_back(box);
  }
  return remaining;
}

void AddHead(const Yolov5Head& head, int network_width, int network_height, const DetectionLimits& limits,
             std::vector<DetectedBox>* boxes) {
  const float stride_x = static_cast<float>(network_width) / static_cast<float>(head.width);
  const float stride_y = static_cast<float>(network_height) / static_cast<float>(head.height);
  const size_t cells = static_cast<size_t>(head.height) * static_cast<size_t>(head.width);
  const size_t values = static_cast<size_t>(head.values);
  const size_t value_step = head.values_last ? 1 : cells, cell_step = head.values_last ? values : 1;
  // No score exceeds its objectness, so most places need one comparison.
  const float least = *std::min_element(limits.scores.begin(), limits.scores.end());
  for (size_t a = 0; a < head.anchors.size(); ++a) {
    for (size_t cell = 0; cell < cells; ++cell) {
      const float* const place = head.data + a * cells * values + cell * cell_step;
      const float objectness = Sigmoid(place[4 * value_step]);
      if (!(objectness > least)) continue;
      const float column = static_cast<float>(cell % static_cast<size_t>(head.width));
      const float row = static_cast<float>(cell / static_cast<size_t>(head.width));
      const float w = 2 * Sigmoid(place[2 * value_step]), h = 2 * Sigmoid(place[3 * value_step]);
      const Centre centre = {
          (2 * Sigmoid(place[0]) - 0.5f + column) * stride_x, (2 * Sigmoid(place[value_step]) - 0.5f + row) * stride_y,
          w * w * static_cast<float>(head.anchors[a].first), h * h * static_cast<float>(head.anchors[a].second)};
      const auto score_of = [&](int label) {
        return Sigmoid(place[(kBoxValues + static_cast<size_t>(label)) * value_step]);
      };
      AddBoxes(centre, objectness, head.values - kBoxValues, score_of, limits, boxes);
    }
  }
}

}  // namespace

std::vector<DetectedBox> BoxesOfHeads(absl::Span<const Yolov5Head> heads, int network_width, int network_height,
                                      const DetectionLimits& limits) {
  std::vector<DetectedBox> boxes;
  for (const Yolov5Head& head : heads) AddHead(head, network_width, network_height, limits, &boxes);
  return Compete(std::move(boxes), limits);
}

std::vector<DetectedBox> BoxesOfRows(absl::Span<const float> rows, int values, const DetectionLimits& limits) {
  std::vector<DetectedBox> boxes;
  const size_t step = static_cast<size_t>(values);
  for (size_t at = 0; at + step <= rows.size(); at += step) {
    const float* const row = &rows[at];
    AddBoxes(
        {row[0], row[1], row[2], row[3]}, row[4], values - kBoxValues,
        [&](int label) { return row[kBoxValues + label]; }, limits, &boxes);
  }
  return Compete(std::move(boxes), limits);
}

}  // namespace bm::cv
