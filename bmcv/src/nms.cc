// Non-maximum suppression (bmcv_nms, bmcv_nms_ext): the best box by score stays and takes overlapping ones away.
//
// Boxes are given by inclusive corners: areas and intersections are (x2 - x1 + 1) * (y2 - y1 + 1). Boxes of equal score
// keep their order; a score that is no number comes last.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

// nms_proposal_t is packed: the rows follow the count at once.
constexpr size_t kRowsOffset = offsetof(nms_proposal_t, face_rect);
constexpr int kMostBoxesOfOtherAlgorithms = 1024;

struct Candidate {
  face_rect_t box;
  int place;  // in the caller's array
};

struct NmsOptions {
  int algorithm = HARD_NMS;
  float threshold = 0;
  float score_threshold = 0;
  float sigma = 1;
  int weighting = LINEAR_WEIGHTING;
  const float* densities = nullptr;
  float eta = 0;
};

float Area(const face_rect_t& box) { return (box.x2 - box.x1 + 1) * (box.y2 - box.y1 + 1); }

// Intersection over union.
float Overlap(const face_rect_t& a, const face_rect_t& b) {
  const float width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1) + 1;
  const float height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1) + 1;
  if (!(width > 0) || !(height > 0)) return 0;
  const float shared = width * height;
  return shared / (Area(a) + Area(b) - shared);
}

bool Better(const Candidate& a, const Candidate& b) {
  if (std::isnan(a.box.score) || std::isnan(b.box.score)) return !std::isnan(a.box.score) && std::isnan(b.box.score);
  return a.box.score > b.box.score;
}

using Kept = std::vector<face_rect_t>;

// HARD and ADAPTIVE: drops what overlaps the picked box by more than the threshold, which for ADAPTIVE is at least the
// density around the picked box.
Kept Suppress(const std::vector<Candidate>& sorted, const NmsOptions& options) {
  Kept kept;
  std::vector<bool> dropped(sorted.size());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (dropped[i]) continue;
    kept.push_back(sorted[i].box);
    float threshold = options.threshold;
    if (options.algorithm == ADAPTIVE_NMS) threshold = std::max(threshold, options.densities[sorted[i].place]);
    for (size_t j = i + 1; j < sorted.size(); ++j) {
      if (!dropped[j] && Overlap(sorted[i].box, sorted[j].box) > threshold) dropped[j] = true;
    }
  }
  return kept;
}

// SOFT: overlapping boxes lose score instead, and go when they fall below the score threshold.
Kept Decay(std::vector<Candidate> left, const NmsOptions& options) {
  Kept kept;
  while (!left.empty()) {
    const face_rect_t picked = left.front().box;
    kept.push_back(picked);
    left.erase(left.begin());
    for (Candidate& other : left) {
      const float overlap = Overlap(picked, other.box);
      if (overlap < options.threshold) continue;
      other.box.score *=
          options.weighting == LINEAR_WEIGHTING ? 1 - overlap : std::exp(-overlap * overlap / options.sigma);
    }
    const auto too_low = [&](const Candidate& other) { return other.box.score < options.score_threshold; };
    left.erase(std::remove_if(left.begin(), left.end(), too_low), left.end());
    std::stable_sort(left.begin(), left.end(), Better);
  }
  return kept;
}

// SSD: a box stays if it overlaps no kept one by more than the threshold, which shrinks with every kept box.
Kept SuppressAsSsd(const std::vector<Candidate>& sorted, const NmsOptions& options) {
  Kept kept;
  float threshold = options.threshold;
  for (const Candidate& candidate : sorted) {
    const bool free = std::all_of(kept.begin(), kept.end(),
                                  [&](const face_rect_t& other) { return Overlap(candidate.box, other) <= threshold; });
    if (!free) continue;
    kept.push_back(candidate.box);
    if (options.eta < 1 && threshold > 0.5f) threshold *= options.eta;
  }
  return kept;
}

// The most boxes that the result has room for.
void Store(const Kept& kept, absl::Span<unsigned char> rows, absl::Span<unsigned char> count) {
  const int size = static_cast<int>(rows.size() / sizeof(face_rect_t));
  std::memcpy(rows.data(), kept.data(), rows.size());
  std::memcpy(count.data(), &size, sizeof(size));
}

absl::Status CheckOptions(const NmsOptions& options, int count) {
  if (count < 1) return absl::UnimplementedError(absl::StrFormat("proposal_size is %d; at least one box", count));
  if (options.algorithm < HARD_NMS || options.algorithm >= MAX_NMS_TYPE) {
    return absl::UnimplementedError(absl::StrFormat("nms_alg is %d; 0 to %d exist", options.algorithm, SSD_NMS));
  }
  if (options.algorithm == HARD_NMS) return absl::OkStatus();
  if (count > kMostBoxesOfOtherAlgorithms) {
    return absl::UnimplementedError(
        absl::StrFormat("%d boxes; this algorithm takes up to %d", count, kMostBoxesOfOtherAlgorithms));
  }
  if (options.algorithm == SOFT_NMS && (options.weighting < 0 || options.weighting >= MAX_WEIGHTING_TYPE)) {
    return absl::InvalidArgumentError(absl::StrFormat("weighting_method is %d; 0 and 1 exist", options.weighting));
  }
  if (options.algorithm == ADAPTIVE_NMS && options.densities == nullptr) {
    return absl::InvalidArgumentError("densities is null; adaptive suppression takes one a box");
  }
  return absl::OkStatus();
}

absl::Status Nms(bm_handle_t handle, const bm_device_mem_t& input, int count, const bm_device_mem_t& output,
                 const NmsOptions& options) {
  RETURN_IF_ERROR(CheckOptions(options, count));
  ASSIGN_OR_RETURN(const absl::Span<const face_rect_t> boxes, InputTensor<face_rect_t>(handle, input, count, "input"));
  std::vector<Candidate> sorted;
  sorted.reserve(boxes.size());
  for (const face_rect_t& box : boxes) sorted.push_back({box, static_cast<int>(sorted.size())});
  std::stable_sort(sorted.begin(), sorted.end(), Better);
  Kept kept;
  if (options.algorithm == SOFT_NMS) {
    kept = Decay(std::move(sorted), options);
  } else if (options.algorithm == SSD_NMS) {
    kept = SuppressAsSsd(sorted, options);
  } else {
    kept = Suppress(sorted, options);
  }
  kept.resize(std::min<size_t>(kept.size(), MAX_PROPOSAL_NUM));
  const size_t bytes = kRowsOffset + kept.size() * sizeof(face_rect_t);
  ASSIGN_OR_RETURN(const OutputTensor<unsigned char> result,
                   OutputTensor<unsigned char>::Open(handle, output, bytes, "output"));
  Store(kept, result.span().subspan(kRowsOffset), result.span().first(kRowsOffset));
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_nms(bm_handle_t handle, bm_device_mem_t input, int proposal_size, float nms_threshold,
                     bm_device_mem_t output) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&] {
    bm::cv::NmsOptions options;
    options.threshold = nms_threshold;
    return bm::cv::Nms(handle, input, proposal_size, output, options);
  });
}

bm_status_t bmcv_nms_ext(bm_handle_t handle, bm_device_mem_t input, int proposal_size, float nms_threshold,
                         bm_device_mem_t output, int /*topk*/, float score_threshold, int nms_alg, float sigma,
                         int weighting_method, float* densities, float eta) {
  return bm::cv::AtEdgeOrFail(__func__, handle, [&] {
    const bm::cv::NmsOptions options = {nms_alg, nms_threshold, score_threshold, sigma, weighting_method, densities,
                                        eta};
    return bm::cv::Nms(handle, input, proposal_size, output, options);
  });
}

}  // extern "C"
