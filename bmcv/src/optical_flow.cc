// Sparse optical flow by Lucas and Kanade over image pyramids (bmcv_image_lkpyramid_*).
//
// For each point and each level from the coarsest, the displacement d that makes next(x + d) most like prev(x) in a
// window is found by Gauss-Newton steps: d -= A^-1 b with A the sum of gradient products and b that of gradients times
// differences. Gradients are Scharr's, values between pixels are interpolated, outside pixels repeat the edge.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/filter.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

constexpr int kHighestLevel = 5;

// A point with a smaller eigenvalue of A, a pixel of the window, has no corner to hold on to (squared grey values).
constexpr float kLeastEigenvalue = 0.1024f;

struct FlowPlan {
  int width, height, window_width, window_height, highest_level;
};

struct Termination {
  int steps;
  float distance;  // a step as short ends the search
};

struct Vector {
  float x, y;
};

struct Level {
  int width, height;
  std::vector<uint8_t> pixels;

  ConstPlane plane() const { return {pixels.data(), width, height, 1, width}; }
  float at(int x, int y) const {
    return pixels[static_cast<size_t>(std::clamp(y, 0, height - 1)) * width + std::clamp(x, 0, width - 1)];
  }
  // Scharr's gradient, in grey values a pixel.
  Vector gradient(int x, int y) const {
    const float left = 3 * at(x - 1, y - 1) + 10 * at(x - 1, y) + 3 * at(x - 1, y + 1);
    const float right = 3 * at(x + 1, y - 1) + 10 * at(x + 1, y) + 3 * at(x + 1, y + 1);
    const float above = 3 * at(x - 1, y - 1) + 10 * at(x, y - 1) + 3 * at(x + 1, y - 1);
    const float below = 3 * at(x - 1, y + 1) + 10 * at(x, y + 1) + 3 * at(x + 1, y + 1);
    return {(right - left) / 32, (below - above) / 32};
  }
};

std::vector<Level> BuildPyramid(const ConstPlane& source, const FlowPlan& plan) {
  std::vector<Level> levels(1);
  levels[0] = {source.width, source.height, {}};
  const ConstPlane compact = CopyOf(source, &levels[0].pixels);
  ConstPlane finer = compact;
  while (static_cast<int>(levels.size()) <= plan.highest_level) {
    Level coarser = {(finer.width + 1) / 2, (finer.height + 1) / 2, {}};
    if (coarser.width <= plan.window_width || coarser.height <= plan.window_height) break;
    coarser.pixels.resize(static_cast<size_t>(coarser.width) * coarser.height);
    PyramidDown(finer, {coarser.pixels.data(), coarser.width, coarser.height, 1, coarser.width});
    levels.push_back(std::move(coarser));
    finer = levels.back().plane();
  }
  return levels;
}

// The values of get(x, y) in a window whose first pixel lies at `corner`, interpolated.
template <typename Value, typename Get, typename Mix>
void SampleWindow(const FlowPlan& plan, Vector corner, Get get, Mix mix, std::vector<Value>* window) {
  const int x0 = static_cast<int>(std::floor(corner.x)), y0 = static_cast<int>(std::floor(corner.y));
  const float fx = corner.x - static_cast<float>(x0), fy = corner.y - static_cast<float>(y0);
  const float weights[] = {(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy};
  window->clear();
  for (int y = y0; y < y0 + plan.window_height; ++y) {
    for (int x = x0; x < x0 + plan.window_width; ++x) {
      window->push_back(mix(weights, get(x, y), get(x + 1, y), get(x, y + 1), get(x + 1, y + 1)));
    }
  }
}

std::vector<float> SampleValues(const FlowPlan& plan, const Level& level, Vector corner) {
  std::vector<float> window;
  SampleWindow(
      plan, corner, [&](int x, int y) { return level.at(x, y); },
      [](const float* w, float a, float b, float c, float d) { return w[0] * a + w[1] * b + w[2] * c + w[3] * d; },
      &window);
  return window;
}

std::vector<Vector> SampleGradients(const FlowPlan& plan, const Level& level, Vector corner) {
  std::vector<Vector> window;
  SampleWindow(
      plan, corner, [&](int x, int y) { return level.gradient(x, y); },
      [](const float* w, Vector a, Vector b, Vector c, Vector d) {
        return Vector{w[0] * a.x + w[1] * b.x + w[2] * c.x + w[3] * d.x,
                      w[0] * a.y + w[1] * b.y + w[2] * c.y + w[3] * d.y};
      },
      &window);
  return window;
}

// False also for coordinates that are no numbers.
bool IsNear(const FlowPlan& plan, const Level& level, Vector corner) {
  return corner.x >= -plan.window_width && corner.x < level.width && corner.y >= -plan.window_height &&
         corner.y < level.height;
}

// Moves the window at `*found` in `next` onto that at `corner` in `prev`. False without a corner to follow or outside.
bool Follow(const FlowPlan& plan, const Level& prev, const Level& next, const Termination& end, Vector corner,
            Vector* found) {
  if (!IsNear(plan, prev, corner)) return false;
  const std::vector<float> values = SampleValues(plan, prev, corner);
  const std::vector<Vector> gradients = SampleGradients(plan, prev, corner);
  float xx = 0, xy = 0, yy = 0;
  for (const Vector& g : gradients) {
    xx += g.x * g.x;
    xy += g.x * g.y;
    yy += g.y * g.y;
  }
  const float determinant = xx * yy - xy * xy;
  const float eigenvalue = (xx + yy - std::sqrt((xx - yy) * (xx - yy) + 4 * xy * xy)) / 2;
  if (eigenvalue < kLeastEigenvalue * static_cast<float>(values.size()) || determinant < FLT_EPSILON) return false;
  Vector last = {0, 0};
  for (int step = 0; step < end.steps; ++step) {
    if (!IsNear(plan, next, *found)) return false;
    const std::vector<float> moved = SampleValues(plan, next, *found);
    Vector b = {0, 0};
    for (size_t i = 0; i < values.size(); ++i) {
      b.x += (moved[i] - values[i]) * gradients[i].x;
      b.y += (moved[i] - values[i]) * gradients[i].y;
    }
    const Vector delta = {(xy * b.y - yy * b.x) / determinant, (xy * b.x - xx * b.y) / determinant};
    found->x += delta.x;
    found->y += delta.y;
    if (delta.x * delta.x + delta.y * delta.y <= end.distance * end.distance) break;
    if (step > 0 && std::abs(delta.x + last.x) < 0.01f && std::abs(delta.y + last.y) < 0.01f) {  // swings
      found->x -= delta.x / 2;
      found->y -= delta.y / 2;
      break;
    }
    last = delta;
  }
  return true;
}

// Where `point` went. Only the finest level decides whether it was found.
bool Track(const FlowPlan& plan, const std::vector<Level>& prev, const std::vector<Level>& next, const Termination& end,
           Vector point, Vector* result) {
  const Vector half = {static_cast<float>(plan.window_width - 1) / 2, static_cast<float>(plan.window_height - 1) / 2};
  Vector guess = point;
  bool is_found = false;
  for (int l = static_cast<int>(prev.size()) - 1; l >= 0; --l) {
    const float scale = 1.0f / static_cast<float>(1 << l);
    const Vector corner = {point.x * scale - half.x, point.y * scale - half.y};
    Vector found = {guess.x * scale - half.x, guess.y * scale - half.y};
    is_found = Follow(plan, prev[l], next[l], end, corner, &found);
    guess = {(found.x + half.x) / scale, (found.y + half.y) / scale};
  }
  *result = guess;
  return is_found;
}

absl::Status CreatePlan(const FlowPlan& plan, void** created) {
  if (plan.width < 1 || plan.height < 1 || plan.window_width < 3 || plan.window_height < 3 ||
      plan.window_width > plan.width || plan.window_height > plan.height) {
    return absl::InvalidArgumentError(
        absl::StrFormat("images of %d x %d, windows of %d x %d; windows from 3 x 3 to the "
                        "image",
                        plan.width, plan.height, plan.window_width, plan.window_height));
  }
  if (plan.highest_level < 0 || plan.highest_level > kHighestLevel) {
    return absl::InvalidArgumentError(absl::StrFormat("maxLevel is %d; 0 to %d", plan.highest_level, kHighestLevel));
  }
  *created = new FlowPlan(plan);
  return absl::OkStatus();
}

// Bit 0 of the type: a number of steps is given, bit 1: a distance.
Termination TerminationOf(const bmcv_term_criteria_t& criteria) {
  const double distance = criteria.epsilon > 0 ? std::min(criteria.epsilon, 10.0) : 0.0;
  return {criteria.type & 1 ? std::clamp(criteria.max_count, 0, 100) : 30,
          criteria.type & 2 ? static_cast<float>(distance) : 0.01f};
}

struct FlowArguments {
  bm_image prev, next;
  int count;
  const bmcv_point2f_t* points;
  bmcv_point2f_t* results;
  bool* is_found;
  Termination end;
};

absl::Status Execute(bm_handle_t handle, const FlowPlan* plan, const FlowArguments& flow) {
  if (plan == nullptr || flow.points == nullptr || flow.results == nullptr || flow.is_found == nullptr) {
    return absl::InvalidArgumentError("plan, prevPts, nextPts or status is null");
  }
  if (flow.count < 0) return absl::InvalidArgumentError(absl::StrFormat("ptsNum is %d", flow.count));
  RETURN_IF_ERROR(CheckOperand(flow.prev, takes::bmcv_image_lkpyramid_execute, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckAlike(flow.prev, flow.next, absl::StatusCode::kDataLoss));
  if (flow.prev.width != plan->width || flow.prev.height != plan->height) {
    return absl::DataLossError(absl::StrFormat("images of %d x %d for a plan of %d x %d", flow.prev.width,
                                               flow.prev.height, plan->width, plan->height));
  }
  ASSIGN_OR_RETURN(const std::vector<ConstPlane> prev, InputPlanes(handle, flow.prev, "prevImg"));
  ASSIGN_OR_RETURN(const std::vector<ConstPlane> next, InputPlanes(handle, flow.next, "nextImg"));
  const std::vector<Level> prev_levels = BuildPyramid(prev[0], *plan), next_levels = BuildPyramid(next[0], *plan);
  for (int i = 0; i < flow.count; ++i) {
    Vector result;
    flow.is_found[i] = Track(*plan, prev_levels, next_levels, flow.end, {flow.points[i].x, flow.points[i].y}, &result);
    flow.results[i] = {result.x, result.y};
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_lkpyramid_create_plan(bm_handle_t handle, void*& plan, int width, int height, int winW, int winH,
                                             int maxLevel) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::CreatePlan({width, height, winW, winH, maxLevel}, &plan);
  });
}

bm_status_t bmcv_image_lkpyramid_execute(bm_handle_t handle, void* plan, bm_image prevImg, bm_image nextImg, int ptsNum,
                                         bmcv_point2f_t* prevPts, bmcv_point2f_t* nextPts, bool* status,
                                         bmcv_term_criteria_t criteria) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::Execute(handle, static_cast<const bm::cv::FlowPlan*>(plan),
                           {prevImg, nextImg, ptsNum, prevPts, nextPts, status, bm::cv::TerminationOf(criteria)});
  });
}

void bmcv_image_lkpyramid_destroy_plan(bm_handle_t /*handle*/, void* plan) {
  delete static_cast<bm::cv::FlowPlan*>(plan);
}

}  // extern "C"
