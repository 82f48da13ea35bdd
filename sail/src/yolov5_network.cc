#include "sail/src/yolov5_network.h"

#include <algorithm>
#include <cmath>

#include "sail/src/error.h"

namespace sail {
namespace {

constexpr int kBoxValues = 5;

const Anchors& DefaultAnchors() {
  static const Anchors* const anchors =
      new Anchors{{{10, 13}, {16, 30}, {33, 23}}, {{30, 61}, {62, 45}, {59, 119}}, {{116, 90}, {156, 198}, {373, 326}}};
  return *anchors;
}

}  // namespace

Thresholds ByClass(const Floats& per_picture) {
  Thresholds lists;
  for (const float threshold : per_picture) lists.push_back({threshold});
  return lists;
}

std::vector<BoxTuple> ToTuples(const Rects& rects) {
  std::vector<BoxTuple> tuples;
  const auto whole = [](float value) { return static_cast<int>(std::lround(value)); };
  for (const DeteObjRect& r : rects) {
    tuples.emplace_back(whole(r.left), whole(r.top), whole(r.right), whole(r.bottom), static_cast<int>(r.class_id),
                        r.score);
  }
  return tuples;
}

Placement Fill(int network_w, int network_h, int w, int h) {
  return {0,
          0,
          static_cast<float>(network_w) / static_cast<float>(w),
          static_cast<float>(network_h) / static_cast<float>(h),
          w,
          h};
}

Placement Centre(int network_w, int network_h, int w, int h) {
  const Placement fill = Fill(network_w, network_h, w, h);
  const float scale = std::min(fill.scale_x, fill.scale_y);
  return {(static_cast<float>(network_w) - scale * static_cast<float>(w)) / 2,
          (static_cast<float>(network_h) - scale * static_cast<float>(h)) / 2,
          scale,
          scale,
          w,
          h};
}

// attributes are [x, y, w, h], as ImagePreProcess gives them.
Placement Padded(const std::vector<int>& attributes, int w, int h) {
  return {static_cast<float>(attributes[0]),
          static_cast<float>(attributes[1]),
          static_cast<float>(attributes[2]) / static_cast<float>(w),
          static_cast<float>(attributes[3]) / static_cast<float>(h),
          w,
          h};
}

// In pixels of the picture, inside it.
Rects ToPicture(const std::vector<bm::cv::DetectedBox>& boxes, const Placement& placement) {
  Rects rects;
  const auto inside = [](float value, float start, float scale, int size) {
    return std::min(std::max((value - start) / scale, 0.0f), static_cast<float>(size));
  };
  for (const bm::cv::DetectedBox& box : boxes) {
    DeteObjRect rect;
    rect.class_id = static_cast<unsigned>(box.label);
    rect.score = box.score;
    rect.left = inside(box.left, placement.x, placement.scale_x, placement.w);
    rect.right = inside(box.right, placement.x, placement.scale_x, placement.w);
    rect.top = inside(box.top, placement.y, placement.scale_y, placement.h);
    rect.bottom = inside(box.bottom, placement.y, placement.scale_y, placement.h);
    rect.width = rect.right - rect.left;
    rect.height = rect.bottom - rect.top;
    rects.push_back(rect);
  }
  return rects;
}

sail_algo_status Refuse(sail_algo_status status, const std::string& why) {
  spdlog::error("{}", why);
  return status;
}

Network::Network(std::vector<std::vector<int>> shapes, int w, int h, bool is_decoded)
    : shapes_(std::move(shapes)), width_(w), height_(h), is_decoded_(is_decoded), anchors_(DefaultAnchors()) {
  const size_t anchors = DefaultAnchors()[0].size();
  const size_t wanted_outputs = is_decoded ? 1 : DefaultAnchors().size();
  bool fits = shapes_.size() == wanted_outputs && w > 0 && h > 0;
  for (const std::vector<int>& shape : shapes_) {
    fits = fits && std::all_of(shape.begin(), shape.end(), [](int extent) { return extent > 0; });
    const bool is_head = (shape.size() == 5 && shape[1] == static_cast<int>(anchors)) ||
                         (shape.size() == 4 && shape[1] % static_cast<int>(anchors) == 0);
    fits = fits && (is_decoded ? shape.size() == 3 || shape.size() == 4 : is_head) && shape[0] == shapes_[0][0];
    if (!fits) break;
    const int values = shape.size() == 5 || is_decoded ? shape.back() : shape[1] / static_cast<int>(anchors);
    fits = values > kBoxValues && (values_ == 0 || values == values_);
    values_ = values;
  }
  if (!fits) {
    std::string text;
    for (const std::vector<int>& shape : shapes_) absl::StrAppend(&text, " ", ShapeText(shape));
    Throw(SAIL_ERR_RUNTIME_BASIC,
          absl::StrCat("outputs of the shapes", text, " for an input of ", w, " x ", h, "; ", wanted_outputs, " of ",
                       is_decoded ? "[batch, rows, 5 + classes]"
                                  : "[batch, 3, h, w, 5 + classes] or [batch, 3 * (5 + classes), h, w]"));
  }
  if (!is_decoded) {
    std::sort(shapes_.begin(), shapes_.end(), [](const auto& a, const auto& b) { return a[2] * a[3] > b[2] * b[3]; });
  }
}

size_t Network::size(size_t output) const {
  size_t count = 1;
  for (const int extent : shapes_[output]) count *= static_cast<size_t>(extent);
  return count;
}

sail_algo_status Network::SetAnchors(const Anchors& anchors) {
  bool fits = anchors.size() == anchors_.size();
  for (size_t i = 0; fits && i < anchors.size(); ++i) {
    fits = anchors[i].size() == anchors_[i].size();
    for (const std::vector<int>& anchor : anchors[i]) fits = fits && anchor.size() == 2;
  }
  if (!fits) return Refuse(SAIL_ALGO_ERROR_PARAMS, "anchors that are not 3 heads of 3 [width, height]");
  anchors_ = anchors;
  return SAIL_ALGO_SUCCESS;
}

sail_algo_status Network::Find(const Outputs& outputs, std::vector<const float*>* data) const {
  if (outputs.size() != shapes_.size()) {
    return Refuse(SAIL_ALGO_ERROR_SHAPES, absl::StrCat(outputs.size(), " outputs instead of ", shapes_.size()));
  }
  for (const std::vector<int>& shape : shapes_) {
    const auto found = std::find_if(outputs.begin(), outputs.end(), [&](const TensorPTRWithName& output) {
      return output.data != nullptr && output.data->shape() == shape;
    });
    if (found == outputs.end()) {
      return Refuse(SAIL_ALGO_ERROR_SHAPES, absl::StrCat("no output of the shape ", ShapeText(shape)));
    }
    if (found->data->dtype() != BM_FLOAT32 || !found->data->is_sys_data_valid()) {
      return Refuse(SAIL_ALGO_ERROR_D2S, absl::StrCat("output ", found->name, " has data type ", found->data->dtype(),
                                                      found->data->is_sys_data_valid() ? "" : " and no host memory",
                                                      "; floats in host memory are read"));
    }
    data->push_back(static_cast<const float*>(found->data->sys_data()));
  }
  return SAIL_ALGO_SUCCESS;
}

sail_algo_status Network::CheckThresholds(size_t pictures, const Thresholds& scores, const Floats& overlaps) const {
  const auto suits = [pictures](size_t count) { return count == 1 || count == pictures; };
  bool fits = suits(scores.size()) && suits(overlaps.size());
  for (const Floats& list : scores) {
    fits = fits && (list.size() == 1 || list.size() == static_cast<size_t>(classes()));
  }
  if (fits) return SAIL_ALGO_SUCCESS;
  return Refuse(SAIL_ALGO_ERROR_PARAMS,
                absl::StrCat(scores.size(), " score and ", overlaps.size(), " overlap thresholds for ", pictures,
                             " pictures; one or one a picture, lists of one or ", classes(), " values"));
}

std::vector<bm::cv::DetectedBox> Network::BoxesOf(const std::vector<const float*>& data, size_t picture,
                                                  const bm::cv::DetectionLimits& limits) const {
  if (is_decoded_) {
    const size_t count = size(0) / static_cast<size_t>(batch());
    return bm::cv::BoxesOfRows({data[0] + picture * count, count}, values_, limits);
  }
  std::vector<bm::cv::Yolov5Head> heads(data.size());
  for (size_t i = 0; i < data.size(); ++i) {
    bm::cv::Yolov5Head& head = heads[i];
    head.data = data[i] + picture * (size(i) / static_cast<size_t>(batch()));
    head.height = grid_height(i);
    head.width = grid_width(i);
    head.values = values_;
    head.values_last = values_last(i);
    for (const std::vector<int>& anchor : anchors_[i]) head.anchors.emplace_back(anchor[0], anchor[1]);
  }
  return bm::cv::BoxesOfHeads(heads, width_, height_, limits);
}

bm::cv::DetectionLimits LimitsOf(size_t picture, const Thresholds& scores, const Floats& overlaps, bool every_class,
                                 bool across_classes) {
  return {scores[scores.size() == 1 ? 0 : picture], overlaps[overlaps.size() == 1 ? 0 : picture], every_class,
          across_classes};
}

}  // namespace sail
