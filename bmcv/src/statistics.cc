// Numbers about an array: extremes, distances, histograms (bmcv_min_max, bmcv_distance, bmcv_distance_ext,
// bmcv_calc_hist, bmcv_calc_hist_with_weight, bmcv_hist_balance).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
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

// What the dtype arguments call single precision.
constexpr int kSinglePrecision = 5;

absl::Status CheckPositive(int value, const char* name) {
  if (value > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrFormat("%s is %d; at least 1", name, value));
}

absl::Status MinMax(bm_handle_t handle, const bm_device_mem_t& input, float* least, float* greatest, int len) {
  RETURN_IF_ERROR(CheckPositive(len, "len"));
  ASSIGN_OR_RETURN(const absl::Span<const float> values, InputTensor<float>(handle, input, len, "input"));
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (least != nullptr) *least = *low;
  if (greatest != nullptr) *greatest = *high;
  return absl::OkStatus();
}

// Euclidean distance of each of `len` points of `dim` coordinates to one point.
absl::Status Distance(bm_handle_t handle, const bm_device_mem_t& input, const bm_device_mem_t& output, int dim,
                      const float* point, int len) {
  constexpr int kMostDimensions = 8;
  if (dim < 1 || dim > kMostDimensions) {
    return absl::InvalidArgumentError(absl::StrFormat("dim is %d; 1 to %d", dim, kMostDimensions));
  }
  RETURN_IF_ERROR(CheckPositive(len, "len"));
  if (point == nullptr) return absl::InvalidArgumentError("pnt is null");
  const uint64_t count = static_cast<uint64_t>(len) * dim;
  ASSIGN_OR_RETURN(const absl::Span<const float> points, InputTensor<float>(handle, input, count, "input"));
  ASSIGN_OR_RETURN(const OutputTensor<float> distances, OutputTensor<float>::Open(handle, output, len, "output"));
  for (int i = 0; i < len; ++i) {
    float sum = 0;
    for (int d = 0; d < dim; ++d) {
      const float difference = points[static_cast<size_t>(i) * dim + d] - point[d];
      sum += difference * difference;
    }
    distances.span()[i] = std::sqrt(sum);
  }
  return absl::OkStatus();
}

// ---- histograms ----

// One dimension of a histogram: `bins` equal parts of [low, high).
struct Axis {
  int channel, bins;
  float low, high;

  // -1 outside the range
  int64_t BinOf(float value) const {
    if (!(value >= low) || !(value < high)) return -1;
    const double part = (static_cast<double>(value) - low) * bins / (static_cast<double>(high) - low);
    return std::min<int64_t>(static_cast<int64_t>(part), bins - 1);
  }
};

struct HistogramArguments {
  bm_device_mem_t input, output;
  const float* weights;  // one a pixel; null counts every pixel once
  int c, h, w;
  const int* channels;
  int dims;
  const int* sizes;
  const float* ranges;  // low and high of each dimension
  int dtype;            // 0 single precision, 1 bytes
};

absl::StatusOr<std::vector<Axis>> ReadAxes(const HistogramArguments& histogram) {
  constexpr int kMostDimensions = 3;
  if (histogram.dims < 1 || histogram.dims > kMostDimensions) {
    return absl::InvalidArgumentError(absl::StrFormat("dims is %d; 1 to %d", histogram.dims, kMostDimensions));
  }
  if (histogram.channels == nullptr || histogram.sizes == nullptr || histogram.ranges == nullptr) {
    return absl::InvalidArgumentError("channels, histSizes or ranges is null");
  }
  std::vector<Axis> axes;
  for (int d = 0; d < histogram.dims; ++d) {
    const Axis axis = {histogram.channels[d], histogram.sizes[d], histogram.ranges[2 * d], histogram.ranges[2 * d + 1]};
    if (axis.channel < 0 || axis.channel >= histogram.c || axis.bins < 1 || !(axis.low < axis.high) ||
        !std::isfinite(axis.low) || !std::isfinite(axis.high)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("dimension %d: channel %d of %d, %d bins over [%g, %g); a channel of the input, at least one "
                          "bin and a rising range of finite numbers",
                          d, axis.channel, histogram.c, axis.bins, axis.low, axis.high));
    }
    axes.push_back(axis);
  }
  return axes;
}

// `counts` is row major over the axes.
template <typename T>
void Count(absl::Span<const T> input, size_t area, absl::Span<const Axis> axes, const float* weights,
           absl::Span<float> counts) {
  for (size_t pixel = 0; pixel < area; ++pixel) {
    int64_t bin = 0;
    for (const Axis& axis : axes) {
      const int64_t part = axis.BinOf(static_cast<float>(input[axis.channel * area + pixel]));
      if (part < 0) {
        bin = -1;
        break;
      }
      bin = bin * axis.bins + part;
    }
    if (bin >= 0) counts[bin] += weights == nullptr ? 1 : weights[pixel];
  }
}

template <typename T>
absl::Status Histogram(bm_handle_t handle, const HistogramArguments& histogram) {
  ASSIGN_OR_RETURN(const std::vector<Axis> axes, ReadAxes(histogram));
  const uint64_t area = static_cast<uint64_t>(histogram.h) * histogram.w;
  ASSIGN_OR_RETURN(const uint64_t count, CheckedMul(area, histogram.c));
  uint64_t bins = 1;
  for (const Axis& axis : axes) {
    ASSIGN_OR_RETURN(bins, CheckedMul(bins, axis.bins));
  }
  ASSIGN_OR_RETURN(const absl::Span<const T> input, InputTensor<T>(handle, histogram.input, count, "input"));
  ASSIGN_OR_RETURN(const OutputTensor<float> counts,
                   OutputTensor<float>::Open(handle, histogram.output, bins, "output"));
  std::fill(counts.span().begin(), counts.span().end(), 0.0f);
  Count(input, area, axes, histogram.weights, counts.span());
  return absl::OkStatus();
}

absl::Status HistogramOfType(bm_handle_t handle, const HistogramArguments& histogram) {
  RETURN_IF_ERROR(CheckPositive(histogram.c, "C"));
  RETURN_IF_ERROR(CheckPositive(histogram.h, "H"));
  RETURN_IF_ERROR(CheckPositive(histogram.w, "W"));
  if (histogram.dtype == 0) return Histogram<float>(handle, histogram);
  if (histogram.dtype == 1) return Histogram<uint8_t>(handle, histogram);
  return absl::InvalidArgumentError(
      absl::StrFormat("inputDtype is %d; 0 is single precision, 1 bytes", histogram.dtype));
}

// Spreads the bytes so that their cumulative distribution becomes a straight line from 0 to 255.
absl::Status Balance(bm_handle_t handle, const bm_device_mem_t& input, const bm_device_mem_t& output, int h, int w) {
  RETURN_IF_ERROR(CheckPositive(h, "H"));
  RETURN_IF_ERROR(CheckPositive(w, "W"));
  const uint64_t area = static_cast<uint64_t>(h) * w;
  ASSIGN_OR_RETURN(const absl::Span<const uint8_t> pixels, InputTensor<uint8_t>(handle, input, area, "input"));
  ASSIGN_OR_RETURN(const OutputTensor<uint8_t> target, OutputTensor<uint8_t>::Open(handle, output, area, "output"));
  std::array<uint64_t, 256> counts = {};
  for (const uint8_t pixel : pixels) ++counts[pixel];
  const uint64_t least = *std::find_if(counts.begin(), counts.end(), [](uint64_t count) { return count > 0; });
  std::array<uint8_t, 256> table;
  uint64_t below_or_equal = 0;
  for (int value = 0; value < 256; ++value) {
    below_or_equal += counts[value];
    if (area == least) {  // a single value has nothing to spread
      table[value] = static_cast<uint8_t>(value);
    } else if (below_or_equal < least) {
      table[value] = 0;
    } else {
      table[value] = static_cast<uint8_t>(
          std::lround(255.0 * static_cast<double>(below_or_equal - least) / static_cast<double>(area - least)));
    }
  }
  std::transform(pixels.begin(), pixels.end(), target.span().begin(), [&](uint8_t pixel) { return table[pixel]; });
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_min_max(bm_handle_t handle, bm_device_mem_t input, float* minVal, float* maxVal, int len) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::MinMax(handle, input, minVal, maxVal, len); });
}

bm_status_t bmcv_distance(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output, int dim, const float* pnt,
                          int len) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Distance(handle, input, output, dim, pnt, len); });
}

bm_status_t bmcv_distance_ext(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output, int dim,
                              const void* pnt, int len, int dtype) {
  return bm::cv::AtEdge(__func__, handle, [&]() -> absl::Status {
    if (dtype != bm::cv::kSinglePrecision) {
      return absl::InvalidArgumentError(
          absl::StrFormat("dtype is %d; this chip takes %d, single precision", dtype, bm::cv::kSinglePrecision));
    }
    return bm::cv::Distance(handle, input, output, dim, static_cast<const float*>(pnt), len);
  });
}

bm_status_t bmcv_calc_hist(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output, int C, int H, int W,
                           const int* channels, int dims, const int* histSizes, const float* ranges, int inputDtype) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::HistogramOfType(handle,
                                   {input, output, nullptr, C, H, W, channels, dims, histSizes, ranges, inputDtype});
  });
}

bm_status_t bmcv_calc_hist_with_weight(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output,
                                       const float* weight, int C, int H, int W, const int* channels, int dims,
                                       const int* histSizes, const float* ranges, int inputDtype) {
  return bm::cv::AtEdge(__func__, handle, [&]() -> absl::Status {
    if (weight == nullptr) return absl::InvalidArgumentError("weight is null; one value a pixel");
    return bm::cv::HistogramOfType(handle,
                                   {input, output, weight, C, H, W, channels, dims, histSizes, ranges, inputDtype});
  });
}

bm_status_t bmcv_hist_balance(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output, int H, int W) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Balance(handle, input, output, H, W); });
}

}  // extern "C"
