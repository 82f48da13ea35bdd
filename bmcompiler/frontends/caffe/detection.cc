// PriorBox, whose result depends on shapes only and so is a constant.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/layer.h"

namespace bm::caffe {
namespace {

struct Box {
  float width, height;
};

// The boxes of a cell in the format's order: for each smallest size its square, the square of the geometric mean with
// the largest size, then every further aspect ratio.
std::vector<Box> CellBoxes(const PriorBoxParameter& p) {
  std::vector<float> ratios = {1};
  for (const float ratio : p.aspect_ratio()) {
    const auto known = [&](float other) { return std::abs(other - ratio) < 1e-6f; };
    if (std::any_of(ratios.begin(), ratios.end(), known)) continue;
    ratios.push_back(ratio);
    if (p.flip()) ratios.push_back(1 / ratio);
  }
  std::vector<Box> boxes;
  for (int i = 0; i < p.min_size_size(); ++i) {
    boxes.push_back({p.min_size(i), p.min_size(i)});
    if (i < p.max_size_size()) {
      const float mean = std::sqrt(p.min_size(i) * p.max_size(i));
      boxes.push_back({mean, mean});
    }
    for (size_t r = 1; r < ratios.size(); ++r) {
      const float root = std::sqrt(ratios[r]);
      boxes.push_back({p.min_size(i) * root, p.min_size(i) / root});
    }
  }
  return boxes;
}

// So few that their products stay small.
absl::Status CheckSizes(const Layer& layer, const PriorBoxParameter& p) {
  constexpr int kMostSizes = 256;
  if (p.min_size_size() < 1 || p.min_size_size() > kMostSizes || p.aspect_ratio_size() > kMostSizes) {
    return layer.Invalid(absl::StrCat(p.min_size_size(), " smallest sizes and ", p.aspect_ratio_size(),
                                      " aspect ratios; 1 to ", kMostSizes, " sizes and at most as many ratios"));
  }
  const auto is_positive = [](float value) { return value > 0; };
  if (!std::all_of(p.min_size().begin(), p.min_size().end(), is_positive) ||
      !std::all_of(p.max_size().begin(), p.max_size().end(), is_positive) ||
      !std::all_of(p.aspect_ratio().begin(), p.aspect_ratio().end(), is_positive)) {
    return layer.Invalid("a size or an aspect ratio that is not positive");
  }
  return absl::OkStatus();
}

absl::Status ConvertPriorBox(Layer* layer) {
  const PriorBoxParameter& p = layer->parameter().prior_box_param();
  RETURN_IF_ERROR(layer->CheckBottoms(2, 2));
  const Shape map = layer->shape(0);
  const Shape image = layer->shape(1);
  if (map.rank() != 4 || image.rank() != 4) {
    return layer->Invalid(absl::StrCat("bottoms of shapes ", map.ToString(), " and ", image.ToString()));
  }
  const auto image_h = static_cast<float>(p.has_img_h() ? p.img_h() : p.has_img_size() ? p.img_size() : image[2]);
  const auto image_w = static_cast<float>(p.has_img_w() ? p.img_w() : p.has_img_size() ? p.img_size() : image[3]);
  const float step_h = p.has_step_h() ? p.step_h() : p.has_step() ? p.step() : image_h / static_cast<float>(map[2]);
  const float step_w = p.has_step_w() ? p.step_w() : p.has_step() ? p.step() : image_w / static_cast<float>(map[3]);
  if (!(image_h > 0 && image_w > 0)) return layer->Invalid(absl::StrCat("an image of ", image_h, " x ", image_w));
  if (p.variance_size() > 1 && p.variance_size() != 4) {
    return layer->Invalid(absl::StrCat(p.variance_size(), " variances; none, one or four"));
  }
  RETURN_IF_ERROR(CheckSizes(*layer, p));
  const std::vector<Box> boxes = CellBoxes(p);
  const size_t count = boxes.size() * static_cast<size_t>(map[2] * map[3]) * 4;
  RETURN_IF_ERROR(layer->CheckRoom(2 * count));
  std::vector<float> data;
  data.reserve(2 * count);
  for (int64_t y = 0; y < map[2]; ++y) {
    for (int64_t x = 0; x < map[3]; ++x) {
      const float center_x = (static_cast<float>(x) + p.offset()) * step_w;
      const float center_y = (static_cast<float>(y) + p.offset()) * step_h;
      for (const Box& box : boxes) {
        data.push_back((center_x - box.width / 2) / image_w);
        data.push_back((center_y - box.height / 2) / image_h);
        data.push_back((center_x + box.width / 2) / image_w);
        data.push_back((center_y + box.height / 2) / image_h);
      }
    }
  }
  if (p.clip()) {
    for (float& value : data) value = std::clamp(value, 0.0f, 1.0f);
  }
  constexpr float kDefaultVariance = 0.1f;
  for (size_t i = 0; i < count; ++i) {
    data.push_back(p.variance_size() == 0   ? kDefaultVariance
                   : p.variance_size() == 1 ? p.variance(0)
                                            : p.variance(static_cast<int>(i % 4)));
  }
  const std::string name = layer->parameter().top_size() > 0 ? layer->parameter().top(0) : layer->parameter().name();
  ASSIGN_OR_RETURN(const ValueId result, layer->Constant({1, 2, static_cast<int64_t>(count)}, std::move(data), name));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

constexpr ConverterRow kRows[] = {{"PriorBox", ConvertPriorBox}};

}  // namespace

absl::Span<const ConverterRow> DetectionConverters() { return kRows; }

}  // namespace bm::caffe
