#include <algorithm>
#include <cmath>

#include "bmcompiler/evaluate/kernels.h"

namespace bm::evaluate {

Floats Compute(const graph::Softmax& op, Arrays in, const Shape& out) {
  const int64_t extent = out[op.axis], inner = out.CountOf(op.axis + 1, out.rank());
  Floats result = *in[0].data;
  for (int64_t outer = 0; outer < out.CountOf(0, op.axis); ++outer) {
    for (int64_t i = 0; i < inner; ++i) {
      float* row = result.data() + outer * extent * inner + i;
      float largest = row[0];
      for (int64_t k = 1; k < extent; ++k) largest = std::max(largest, row[k * inner]);
      double sum = 0;
      for (int64_t k = 0; k < extent; ++k) sum += row[k * inner] = std::exp(row[k * inner] - largest);
      for (int64_t k = 0; k < extent; ++k) row[k * inner] = static_cast<float>(row[k * inner] / sum);
    }
  }
  return result;
}

Floats Compute(const graph::Reduce& op, Arrays in, const Shape& out) {
  const Shape& x = in[0].shape;
  const int64_t length = x.CountOf(op.axis, x.rank());
  Floats result(out.count());
  for (size_t row = 0; row < result.size(); ++row) {
    double sum = 0;
    for (int64_t i = 0; i < length; ++i) {
      const double value = (*in[0].data)[row * length + i];
      sum += op.kind == graph::ReduceKind::kAbsSum      ? std::abs(value)
             : op.kind == graph::ReduceKind::kSquareSum ? value * value
                                                        : value;
    }
    if (op.kind == graph::ReduceKind::kMean) sum /= static_cast<double>(length);
    result[row] = static_cast<float>(op.coefficient * sum);
  }
  return result;
}

Floats Compute(const graph::Lrn& op, Arrays in, const Shape& out) {
  const bool is_across = op.region == graph::LrnRegion::kAcrossChannels;
  const int64_t reach = op.size / 2, reach_c = is_across ? reach : 0, reach_hw = is_across ? 0 : reach;
  const double scale = op.alpha / static_cast<double>(is_across ? op.size : op.size * op.size);
  const Floats& data = *in[0].data;
  Floats result;
  result.reserve(data.size());
  const auto at = [&](int64_t n, int64_t c, int64_t h, int64_t w) {
    return data[((n * out[1] + c) * out[2] + h) * out[3] + w];
  };
  const auto clamp = [](int64_t i, int64_t extent) { return std::clamp<int64_t>(i, 0, extent); };
  for (int64_t n = 0; n < out[0]; ++n) {
    for (int64_t c = 0; c < out[1]; ++c) {
      for (int64_t h = 0; h < out[2]; ++h) {
        for (int64_t w = 0; w < out[3]; ++w) {
          double sum = 0;
          for (int64_t i = clamp(c - reach_c, out[1]); i < clamp(c + reach_c + 1, out[1]); ++i) {
            for (int64_t y = clamp(h - reach_hw, out[2]); y < clamp(h + reach_hw + 1, out[2]); ++y) {
              for (int64_t x = clamp(w - reach_hw, out[3]); x < clamp(w + reach_hw + 1, out[3]); ++x) {
                sum += double{at(n, i, y, x)} * at(n, i, y, x);
              }
            }
          }
          result.push_back(static_cast<float>(at(n, c, h, w) / std::pow(op.k + scale * sum, double{op.beta})));
        }
      }
    }
  }
  return result;
}

Floats Compute(const graph::Normalize& op, Arrays in, const Shape& out) {
  const int64_t plane = out[2] * out[3], image = out[1] * plane;
  const Floats& data = *in[0].data;
  const Floats& scale = *in[1].data;
  Floats result(data.size());
  for (int64_t n = 0; n < out[0]; ++n) {
    std::vector<double> sums(op.across_spatial ? 1 : plane);
    for (int64_t i = 0; i < image; ++i) {
      const double value = data[n * image + i];
      sums[op.across_spatial ? 0 : i % plane] += value * value;
    }
    for (int64_t i = 0; i < image; ++i) {
      const double norm = std::sqrt(sums[op.across_spatial ? 0 : i % plane] + op.epsilon);
      const float factor = scale[scale.size() == 1 ? 0 : i / plane];
      result[n * image + i] = static_cast<float>(factor * data[n * image + i] / norm);
    }
  }
  return result;
}

}  // namespace bm::evaluate
