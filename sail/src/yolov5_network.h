// The outputs of YOLOv5 networks as algokit.h reads them.
#ifndef SAIL_SRC_YOLOV5_NETWORK_H_
#define SAIL_SRC_YOLOV5_NETWORK_H_

#include <string>
#include <tuple>
#include <vector>

#include "algokit.h"
#include "bmcv/detection/yolov5.h"

namespace sail {

using algo::Anchors;
using algo::BoxTuple;
using algo::Floats;
using algo::Ints;
using algo::Outputs;
using algo::Shapes;
using Rects = std::vector<DeteObjRect>;
// Of every picture: one for all classes, or one a class.
using Thresholds = std::vector<Floats>;

// One threshold a picture for all classes.
Thresholds ByClass(const Floats& per_picture);

// Corners rounded to pixels.
std::vector<BoxTuple> ToTuples(const Rects& rects);

// Where a picture of w x h lies in the network's input: input = picture * scale + (x, y).
struct Placement {
  float x, y, scale_x, scale_y;
  int w, h;
};
// The picture fills the input, or lies in its middle with its aspect ratio.
Placement Fill(int network_w, int network_h, int w, int h);
Placement Centre(int network_w, int network_h, int w, int h);
// attributes: [x, y, w, h] in the input, as ImagePreProcess gives them.
Placement Padded(const std::vector<int>& attributes, int w, int h);

// In pixels of the picture, clipped to it.
Rects ToPicture(const std::vector<bm::cv::DetectedBox>& boxes, const Placement& placement);

// Logs why, and returns the status.
sail_algo_status Refuse(sail_algo_status status, const std::string& why);

// The outputs of a network with what is needed to read boxes out of them.
class Network {
 public:
  // Heads in any order, or with is_decoded one output of rows. SailRuntimeError for other shapes.
  Network(std::vector<std::vector<int>> shapes, int w, int h, bool is_decoded);

  int batch() const { return shapes_[0][0]; }
  int width() const { return width_; }
  int height() const { return height_; }
  size_t outputs() const { return shapes_.size(); }
  // Elements of an output.
  size_t size(size_t output) const;
  int classes() const { return values_ - 5; }

  sail_algo_status SetAnchors(const Anchors& anchors);
  // The host memory of the outputs, from the finest grid on.
  sail_algo_status Find(const Outputs& outputs, std::vector<const float*>* data) const;
  // Thresholds for `pictures` pictures.
  sail_algo_status CheckThresholds(size_t pictures, const Thresholds& scores, const Floats& overlaps) const;
  // Of one picture of the batch, in pixels of the network's input.
  std::vector<bm::cv::DetectedBox> BoxesOf(const std::vector<const float*>& data, size_t picture,
                                           const bm::cv::DetectionLimits& limits) const;

 private:
  bool values_last(size_t output) const { return shapes_[output].size() == 5; }
  int grid_height(size_t output) const { return shapes_[output][2]; }
  int grid_width(size_t output) const { return shapes_[output][3]; }

  Shapes shapes_;
  const int width_, height_;
  const bool is_decoded_;
  int values_ = 0;
  Anchors anchors_;
};

// Of one picture.
bm::cv::DetectionLimits LimitsOf(size_t picture, const Thresholds& scores, const Floats& overlaps, bool every_class,
                                 bool across_classes);

}  // namespace sail

#endif  // SAIL_SRC_YOLOV5_NETWORK_H_
