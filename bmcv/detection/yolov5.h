// Boxes out of the outputs of YOLOv5 networks, on host memory.
//
// A head has for every cell (column, row) and anchor the values t = x, y, w, h, objectness, one a class, before the
// sigmoid s. In pixels of the network's input, with the stride = network width / head width (height likewise):
//   centre x = (2 s(t_x) - 0.5 + column) stride    width = (2 s(t_w))^2 anchor width
//   score of a class = s(t_objectness) s(t_class)
// Boxes whose score exceeds the threshold compete: the best remains, what overlaps it more than `overlap` goes.
#ifndef BMCV_DETECTION_YOLOV5_H_
#define BMCV_DETECTION_YOLOV5_H_

#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace bm::cv {

struct Yolov5Head {
  // Of one picture, dense: [anchors][height][width][values] with values_last, else [anchors][values][height][width].
  const float* data = nullptr;
  int height = 0;
  int width = 0;
  int values = 0;  // 5 + classes
  bool values_last = false;
  // Width and height in pixels of the network's input.
  std::vector<std::pair<int, int>> anchors;
};

struct DetectionLimits {
  // One for all classes, or one a class.
  absl::Span<const float> scores;
  // Intersection over union.
  float overlap = 0.5f;
  // Whether a place may give a box for every class, or only for its best.
  bool every_class = true;
  // Whether boxes of different classes compete.
  bool across_classes = false;
};

// Corners in pixels of the network's input.
struct DetectedBox {
  int label = 0;
  float score = 0, left = 0, top = 0, right = 0, bottom = 0;
};

// Best first; equal scores in the order of the heads, anchors, rows and columns.
std::vector<DetectedBox> BoxesOfHeads(absl::Span<const Yolov5Head> heads, int network_width, int network_height,
                                      const DetectionLimits& limits);

// The same of decoded rows [x, y, w, h, objectness, one a class]: centre and size in pixels, probabilities. rows.size()
// is a multiple of `values`.
std::vector<DetectedBox> BoxesOfRows(absl::Span<const float> rows, int values, const DetectionLimits& limits);

}  // namespace bm::cv

#endif  // BMCV_DETECTION_YOLOV5_H_
