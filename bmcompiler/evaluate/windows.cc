// Convolutions as matrix products of unfolded inputs, pooling, full connections, resampling.
#include <algorithm>
#include <cmath>
#include <limits>

#include "Eigen/Core"
#include "bmcompiler/evaluate/kernels.h"

namespace bm::evaluate {
namespace {

using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Matrix = Eigen::Map<RowMajor>;
using ConstMatrix = Eigen::Map<const RowMajor>;

// The planes and positions of one image group during folding and unfolding.
struct Geometry {
  int64_t channels, height, width, out_h, out_w;
  const graph::Window& window;
};

// Calls visit(column row, image index, column index) for every tap that hits the image.
template <typename Visit>
void ForEachTap(const Geometry& g, Visit visit) {
  const graph::Window& w = g.window;
  for (int64_t c = 0; c < g.channels; ++c) {
    for (int64_t ky = 0; ky < w.kernel_h; ++ky) {
      for (int64_t kx = 0; kx < w.kernel_w; ++kx) {
        const int64_t row = (c * w.kernel_h + ky) * w.kernel_w + kx;
        for (int64_t oy = 0; oy < g.out_h; ++oy) {
          const int64_t y = oy * w.stride_h - w.pad_up + ky * w.dilation_h;
          if (y < 0 || y >= g.height) continue;
          for (int64_t ox = 0; ox < g.out_w; ++ox) {
            const int64_t x = ox * w.stride_w - w.pad_left + kx * w.dilation_w;
            if (x < 0 || x >= g.width) continue;
            visit(row, (c * g.height + y) * g.width + x, oy * g.out_w + ox);
          }
        }
      }
    }
  }
}

void AddBias(Arrays in, int64_t channels, int64_t plane, float* out) {
  if (in.size() < 3) return;
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t i = 0; i < plane; ++i) out[c * plane + i] += (*in[2].data)[c];
  }
}

}  // namespace

Floats Compute(const graph::Convolution& op, Arrays in, const Shape& out) {
  const Shape& x = in[0].shape;
  const int64_t ic = x[1] / op.groups, oc = out[1] / op.groups;
  const int64_t area = op.window.kernel_h * op.window.kernel_w, plane = out[2] * out[3];
  const Geometry geometry{ic, x[2], x[3], out[2], out[3], op.window};
  Floats result(out.count());
  RowMajor unfolded(ic * area, plane);
  for (int64_t n = 0; n < x[0]; ++n) {
    for (int64_t g = 0; g < op.groups; ++g) {
      const float* image = in[0].data->data() + (n * x[1] + g * ic) * x[2] * x[3];
      unfolded.setZero();
      ForEachTap(geometry, [&](int64_t row, int64_t from, int64_t column) { unfolded(row, column) = image[from]; });
      const ConstMatrix weight(in[1].data->data() + g * oc * ic * area, oc, ic * area);
      Matrix target(result.data() + (n * out[1] + g * oc) * plane, oc, plane);
      target.noalias() = weight * unfolded;
    }
    AddBias(in, out[1], plane, result.data() + n * out[1] * plane);
  }
  return result;
}

// The transpose of a convolution from the result to the input: unfold, then add up overlapping taps.
Floats Compute(const graph::Deconvolution& op, Arrays in, const Shape& out) {
  const Shape& x = in[0].shape;
  const int64_t ic = x[1] / op.groups, oc = out[1] / op.groups;
  const int64_t area = op.window.kernel_h * op.window.kernel_w, plane = x[2] * x[3];
  const Geometry geometry{oc, out[2], out[3], x[2], x[3], op.window};
  Floats result(out.count());
  for (int64_t n = 0; n < x[0]; ++n) {
    for (int64_t g = 0; g < op.groups; ++g) {
      const ConstMatrix image(in[0].data->data() + (n * x[1] + g * ic) * plane, ic, plane);
      const ConstMatrix weight(in[1].data->data() + g * ic * oc * area, ic, oc * area);
      const RowMajor taps = weight.transpose() * image;
      float* target = result.data() + (n * out[1] + g * oc) * out[2] * out[3];
      ForEachTap(geometry, [&](int64_t row, int64_t to, int64_t column) { target[to] += taps(row, column); });
    }
    AddBias(in, out[1], out[2] * out[3], result.data() + n * out[1] * out[2] * out[3]);
  }
  return result;
}

Floats Compute(const graph::Pooling& op, Arrays in, const Shape& out) {
  const Shape& x = in[0].shape;
  const graph::Window& w = op.window;
  const bool is_max = op.kind == graph::PoolKind::kMax;
  Floats result;
  result.reserve(out.count());
  for (int64_t plane = 0; plane < x[0] * x[1]; ++plane) {
    const float* image = in[0].data->data() + plane * x[2] * x[3];
    for (int64_t oy = 0; oy < out[2]; ++oy) {
      for (int64_t ox = 0; ox < out[3]; ++ox) {
        const int64_t y0 = oy * w.stride_h - w.pad_up, x0 = ox * w.stride_w - w.pad_left;
        const int64_t y1 = std::min(y0 + w.kernel_h, x[2] + w.pad_down);
        const int64_t x1 = std::min(x0 + w.kernel_w, x[3] + w.pad_right);
        const int64_t top = std::max<int64_t>(y0, 0), left = std::max<int64_t>(x0, 0);
        const int64_t bottom = std::min(y1, x[2]), right = std::min(x1, x[3]);
        float best = -std::numeric_limits<float>::max();
        double sum = 0;
        for (int64_t y = top; y < bottom; ++y) {
          for (int64_t column = left; column < right; ++column) {
            best = std::max(best, image[y * x[3] + column]);
            sum += image[y * x[3] + column];
          }
        }
        const int64_t divisor = op.divisor == graph::AverageDivisor::kWindow        ? w.kernel_h * w.kernel_w
                                : op.divisor == graph::AverageDivisor::kPaddedInput ? (y1 - y0) * (x1 - x0)
                                                                                    : (bottom - top) * (right - left);
        result.push_back(is_max ? best : static_cast<float>(sum / static_cast<double>(divisor)));
      }
    }
  }
  return result;
}

Floats Compute(const graph::FullyConnected& op, Arrays in, const Shape& out) {
  const Shape& x = in[0].shape;
  const int64_t rows = x.CountOf(0, op.axis), depth = x.CountOf(op.axis, x.rank());
  const int64_t columns = in[1].shape[0];
  Floats result(out.count());
  const ConstMatrix left(in[0].data->data(), rows, depth);
  const ConstMatrix weight(in[1].data->data(), columns, depth);
  Matrix target(result.data(), rows, columns);
  target.noalias() = left * weight.transpose();
  if (in.size() > 2) {
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) target(r, c) += (*in[2].data)[c];
    }
  }
  return result;
}

Floats Compute(const graph::Resize& op, Arrays in, const Shape& out) {
  const Shape& x = in[0].shape;
  const bool is_nearest = op.kind == graph::ResizeKind::kNearest;
  const auto source = [is_nearest](int64_t i, int64_t from, int64_t to) {
    if (is_nearest) return static_cast<double>(i * from / to);
    return to > 1 ? static_cast<double>(i) * static_cast<double>(from - 1) / static_cast<double>(to - 1) : 0.0;
  };
  Floats result;
  result.reserve(out.count());
  for (int64_t plane = 0; plane < x[0] * x[1]; ++plane) {
    const float* image = in[0].data->data() + plane * x[2] * x[3];
    for (int64_t oy = 0; oy < out[2]; ++oy) {
      const double y = source(oy, x[2], out[2]);
      const auto y0 = static_cast<int64_t>(y);
      const int64_t y1 = std::min(y0 + 1, x[2] - 1);
      for (int64_t ox = 0; ox < out[3]; ++ox) {
        const double column = source(ox, x[3], out[3]);
        const auto x0 = static_cast<int64_t>(column);
        const int64_t x1 = std::min(x0 + 1, x[3] - 1);
        const double fy = y - static_cast<double>(y0), fx = column - static_cast<double>(x0);
        const double top = image[y0 * x[3] + x0] * (1 - fx) + image[y0 * x[3] + x1] * fx;
        const double bottom = image[y1 * x[3] + x0] * (1 - fx) + image[y1 * x[3] + x1] * fx;
        result.push_back(static_cast<float>(top * (1 - fy) + bottom * fy));
      }
    }
  }
  return result;
}

}  // namespace bm::evaluate
