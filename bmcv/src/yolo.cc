// Boxes out of the feature maps of YOLO networks (bmcv_nms_yolov3, bmcv_nms_yolo).
//
// Level l has maps [batch][boxes * (5 + classes)][h][w]: for each box x, y, width, height, objectness and one value a
// class, of which all but width and height pass the sigmoid. With (col, row) the cell, and k = mask[l * group + box]:
//   x = (col + x') / w             y = (row + y') / h
//   width = exp(w') * bias[2 k] / (w * anchor_scale[l])     height likewise with bias[2 k + 1] and h
// A box whose best class times objectness exceeds the confidence threshold competes with those of all classes.
#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr int kMostLevels = 3, kBoxValues = 5;
constexpr int kBiases = 18, kMasks = 9;

struct YoloArguments {
  int levels;
  const bm_device_mem_t* maps;
  int batch;
  const int (*sizes)[2];  // height and width
  int classes, boxes, mask_group_size;
  float nms_threshold, confidence_threshold;
  int keep_top_k;
  const float *bias, *anchor_scale, *mask;
  bm_device_mem_t output;
  int flavour;  // yolov5_flag

  int channels() const { return boxes * (kBoxValues + classes); }
};

struct Detection {
  int label;
  float score, x, y, width, height;
};

float Sigmoid(float value) { return 1 / (1 + std::exp(-value)); }

absl::Status CheckYolo(const YoloArguments& yolo) {
  if (yolo.levels < 1 || yolo.levels > kMostLevels) {
    return absl::InvalidArgumentError(absl::StrFormat("input_num is %d; 1 to %d", yolo.levels, kMostLevels));
  }
  if (yolo.flavour != 0) {
    return absl::UnimplementedError(absl::StrFormat("yolov5_flag is %d; only 0, YOLOv3, is built", yolo.flavour));
  }
  if (yolo.maps == nullptr || yolo.sizes == nullptr || yolo.bias == nullptr || yolo.anchor_scale == nullptr ||
      yolo.mask == nullptr) {
    return absl::InvalidArgumentError("bottom, hw_shape, bias, anchor_scale or mask is null");
  }
  constexpr int kMany = 1 << 15;  // keeps every product inside 64 bits
  const int extents[] = {yolo.batch, yolo.classes, yolo.boxes};
  for (const int extent : extents) {
    if (extent < 1 || extent > kMany) {
      return absl::InvalidArgumentError(
          absl::StrFormat("batch_num, num_classes and num_boxes are %d, %d and %d; 1 to "
                          "%d each",
                          yolo.batch, yolo.classes, yolo.boxes, kMany));
    }
  }
  for (int level = 0; level < yolo.levels; ++level) {
    if (yolo.sizes[level][0] < 1 || yolo.sizes[level][1] < 1) {
      return absl::InvalidArgumentError(
          absl::StrFormat("level %d has %d x %d cells", level, yolo.sizes[level][0], yolo.sizes[level][1]));
    }
    for (int box = 0; box < yolo.boxes; ++box) {
      const int place = level * yolo.mask_group_size + box;
      const bool has_mask = yolo.mask_group_size >= 0 && place < kMasks;
      if (!has_mask || !(yolo.mask[place] >= 0) || !(yolo.mask[place] < kBiases / 2)) {
        return absl::InvalidArgumentError(absl::StrFormat("box %d of level %d has no anchor: %d masks of 0 to %d exist",
                                                          box, level, kMasks, kBiases / 2 - 1));
      }
    }
  }
  return absl::OkStatus();
}

// What the maps of one level say about one image. `maps` are its channels.
void Decode(const YoloArguments& yolo, int level, const float* maps, std::vector<Detection>* found) {
  const int h = yolo.sizes[level][0], w = yolo.sizes[level][1];
  const size_t area = static_cast<size_t>(h) * w;
  for (int box = 0; box < yolo.boxes; ++box) {
    const float* const values = maps + area * (kBoxValues + yolo.classes) * box;
    const float* const bias = &yolo.bias[2 * static_cast<int>(yolo.mask[level * yolo.mask_group_size + box])];
    for (size_t cell = 0; cell < area; ++cell) {
      const auto value = [&](int channel) { return values[channel * area + cell]; };
      int label = 0;
      for (int c = 1; c < yolo.classes; ++c) {
        if (value(kBoxValues + c) > value(kBoxValues + label)) label = c;
      }
      const float score = Sigmoid(value(kBoxValues + label)) * Sigmoid(value(4));
      if (!(score > yolo.confidence_threshold)) continue;
      const float column = static_cast<float>(cell % w), row = static_cast<float>(cell / w);
      found->push_back({label, score, (column + Sigmoid(value(0))) / w, (row + Sigmoid(value(1))) / h,
                        std::exp(value(2)) * bias[0] / (w * yolo.anchor_scale[level]),
                        std::exp(value(3)) * bias[1] / (h * yolo.anchor_scale[level])});
    }
  }
}

// Intersection over union of boxes given by centre and size.
float Overlap(const Detection& a, const Detection& b) {
  const auto shared = [](float center_a, float size_a, float center_b, float size_b) {
    return std::min(center_a + size_a / 2, center_b + size_b / 2) -
           std::max(center_a - size_a / 2, center_b - size_b / 2);
  };
  const float width = shared(a.x, a.width, b.x, b.width), height = shared(a.y, a.height, b.y, b.height);
  if (!(width > 0) || !(height > 0)) return 0;
  return width * height / (a.width * a.height + b.width * b.height - width * height);
}

// The best detections, none overlapping a better one by the threshold or more.
std::vector<Detection> KeepBest(std::vector<Detection> found, float threshold, size_t most) {
  std::stable_sort(found.begin(), found.end(),
                   [](const Detection& a, const Detection& b) { return a.score > b.score; });
  std::vector<Detection> kept;
  for (const Detection& candidate : found) {
    if (kept.size() == most) break;
    const bool free = std::all_of(kept.begin(), kept.end(),
                                  [&](const Detection& better) { return Overlap(candidate, better) < threshold; });
    if (free) kept.push_back(candidate);
  }
  return kept;
}

absl::Status NmsYolo(bm_handle_t handle, const YoloArguments& yolo) {
  RETURN_IF_ERROR(CheckYolo(yolo));
  std::vector<absl::Span<const float>> levels;
  for (int level = 0; level < yolo.levels; ++level) {
    const uint64_t area = static_cast<uint64_t>(yolo.sizes[level][0]) * yolo.sizes[level][1];
    ASSIGN_OR_RETURN(const uint64_t channels, CheckedMul(static_cast<uint64_t>(yolo.batch) * yolo.channels(), area));
    ASSIGN_OR_RETURN(const absl::Span<const float> maps,
                     InputTensor<float>(handle, yolo.maps[level], channels, "bottom"));
    levels.push_back(maps);
  }
  const size_t most = yolo.keep_top_k > 0 ? yolo.keep_top_k : BMCV_YOLOV3_DETECT_OUT_MAX_NUM;
  std::vector<float> rows;  // image, class, score, x, y, width, height
  for (int image = 0; image < yolo.batch; ++image) {
    std::vector<Detection> found;
    for (int level = 0; level < yolo.levels; ++level) {
      Decode(yolo, level, levels[level].data() + levels[level].size() / yolo.batch * image, &found);
    }
    for (const Detection& d : KeepBest(std::move(found), yolo.nms_threshold, most)) {
      rows.insert(rows.end(),
                  {static_cast<float>(image), static_cast<float>(d.label), d.score, d.x, d.y, d.width, d.height});
    }
  }
  if (rows.empty()) {
    for (int image = 0; image < yolo.batch; ++image) {
      rows.insert(rows.end(), {static_cast<float>(image), -1, -1, -1, -1, -1, -1});
    }
  }
  ASSIGN_OR_RETURN(const OutputTensor<float> output,
                   OutputTensor<float>::Open(handle, yolo.output, rows.size(), "output"));
  std::copy(rows.begin(), rows.end(), output.span().begin());
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_nms_yolov3(bm_handle_t handle, int input_num, bm_device_mem_t bottom[3], int batch_num,
                            int hw_shape[3][2], int num_classes, int num_boxes, int mask_group_size,
                            float nms_threshold, float confidence_threshold, int keep_top_k, float bias[18],
                            float anchor_scale[3], float mask[9], bm_device_mem_t output, int yolov5_flag,
                            int /*len_per_batch*/) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::NmsYolo(
        handle, {input_num, bottom, batch_num, hw_shape, num_classes, num_boxes, mask_group_size, nms_threshold,
                 confidence_threshold, keep_top_k, bias, anchor_scale, mask, output, yolov5_flag});
  });
}

bm_status_t bmcv_nms_yolo(bm_handle_t handle, int input_num, bm_device_mem_t bottom[3], int batch_num,
                          int hw_shape[3][2], int num_classes, int num_boxes, int mask_group_size, float nms_threshold,
                          float confidence_threshold, int keep_top_k, float bias[18], float anchor_scale[3],
                          float mask[9], bm_device_mem_t output, int yolo_flag, int /*len_per_batch*/, void* /*ext*/) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::NmsYolo(
        handle, {input_num, bottom, batch_num, hw_shape, num_classes, num_boxes, mask_group_size, nms_threshold,
                 confidence_threshold, keep_top_k, bias, anchor_scale, mask, output, yolo_flag});
  });
}

}  // extern "C"
