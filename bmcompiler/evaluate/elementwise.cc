#include <algorithm>
#include <cmath>

#include "bmcompiler/evaluate/kernels.h"

namespace bm::evaluate {
namespace {

template <typename Function>
Floats Map(Arrays in, Function function) {
  Floats result(in[0].data->size());
  std::transform(in[0].data->begin(), in[0].data->end(), result.begin(), function);
  return result;
}

// function(x, position of the value that belongs to x's place on `axis` and the `count` axes from it on).
template <typename Function>
Floats MapAlong(const Array& in, int axis, int count, Function function) {
  const int64_t middle = in.shape.CountOf(axis, axis + count);
  const int64_t inner = in.shape.CountOf(axis + count, in.shape.rank());
  Floats result(in.data->size());
  for (size_t i = 0; i < result.size(); ++i) {
    result[i] = function((*in.data)[i], static_cast<size_t>(static_cast<int64_t>(i) / inner % middle));
  }
  return result;
}

float SigmoidOf(float x) { return 1.0f / (1.0f + std::exp(-x)); }

}  // namespace

Floats Compute(const graph::Relu& op, Arrays in, const Shape&) {
  return Map(in, [&](float x) { return x > 0 ? x : op.negative_slope * x; });
}

Floats Compute(const graph::Elu& op, Arrays in, const Shape&) {
  return Map(in, [&](float x) { return x > 0 ? x : op.alpha * std::expm1(x); });
}

Floats Compute(const graph::Sigmoid&, Arrays in, const Shape&) { return Map(in, SigmoidOf); }

Floats Compute(const graph::Tanh&, Arrays in, const Shape&) {
  return Map(in, [](float x) { return std::tanh(x); });
}

Floats Compute(const graph::Swish& op, Arrays in, const Shape&) {
  return Map(in, [&](float x) { return x * SigmoidOf(op.beta * x); });
}

Floats Compute(const graph::Mish&, Arrays in, const Shape&) {
  return Map(in, [](float x) { return x * std::tanh(x > 20 ? x : std::log1p(std::exp(x))); });
}

Floats Compute(const graph::Exp&, Arrays in, const Shape&) {
  return Map(in, [](float x) { return std::exp(x); });
}

Floats Compute(const graph::Log&, Arrays in, const Shape&) {
  return Map(in, [](float x) { return std::log(x); });
}

Floats Compute(const graph::Abs&, Arrays in, const Shape&) {
  return Map(in, [](float x) { return std::abs(x); });
}

Floats Compute(const graph::Affine& op, Arrays in, const Shape&) {
  return Map(in, [&](float x) { return op.scale * x + op.shift; });
}

Floats Compute(const graph::Power& op, Arrays in, const Shape&) {
  return Map(in, [&](float x) { return std::pow(x, op.exponent); });
}

Floats Compute(const graph::Clip& op, Arrays in, const Shape&) {
  return Map(in, [&](float x) { return std::min(std::max(x, op.low), op.high); });
}

Floats Compute(const graph::Prelu&, Arrays in, const Shape&) {
  const Floats& slope = *in[1].data;
  if (slope.size() == 1) return Map(in, [&](float x) { return x > 0 ? x : slope[0] * x; });
  return MapAlong(in[0], 1, 1, [&](float x, size_t c) { return x > 0 ? x : slope[c] * x; });
}

Floats Compute(const graph::ScaleShift& op, Arrays in, const Shape&) {
  const Floats* shift = in.size() > 2 ? in[2].data : nullptr;
  return MapAlong(in[0], op.axis, in[1].shape.rank(),
                  [&](float x, size_t c) { return x * (*in[1].data)[c] + (shift != nullptr ? (*shift)[c] : 0.0f); });
}

Floats Compute(const graph::BatchNorm& op, Arrays in, const Shape&) {
  return MapAlong(in[0], 1, 1, [&](float x, size_t c) {
    return static_cast<float>((double{x} - (*in[1].data)[c]) / std::sqrt(double{(*in[2].data)[c]} + op.epsilon));
  });
}

Floats Compute(const graph::Eltwise& op, Arrays in, const Shape& out) {
  Floats result(out.count());
  for (size_t i = 0; i < result.size(); ++i) {
    const auto operand = [&](size_t k) {
      return (op.coefficients.empty() ? 1.0f : op.coefficients[k]) * (*in[k].data)[i];
    };
    float value = operand(0);
    for (size_t k = 1; k < in.size(); ++k) {
      value = op.kind == graph::EltwiseKind::kProduct ? value * operand(k)
              : op.kind == graph::EltwiseKind::kSum   ? value + operand(k)
                                                      : std::max(value, operand(k));
    }
    result[i] = value;
  }
  return result;
}

Floats Compute(const graph::Binary& op, Arrays in, const Shape& out) {
  Floats result(out.count());
  for (size_t i = 0; i < result.size(); ++i) {
    // The same place in both operands, repeated axes left out.
    int64_t rest = static_cast<int64_t>(i), index[2] = {0, 0}, step[2] = {1, 1};
    for (int axis = out.rank() - 1; axis >= 0; --axis) {
      const int64_t position = rest % out[axis];
      rest /= out[axis];
      for (int k = 0; k < 2; ++k) {
        if (in[k].shape[axis] > 1) index[k] += position * step[k];
        step[k] *= in[k].shape[axis];
      }
    }
    const float a = (*in[0].data)[index[0]], b = (*in[1].data)[index[1]];
    switch (op.kind) {
      case graph::BinaryKind::kAdd:
        result[i] = a + b;
        break;
      case graph::BinaryKind::kSub:
        result[i] = a - b;
        break;
      case graph::BinaryKind::kMul:
        result[i] = a * b;
        break;
      case graph::BinaryKind::kDiv:
        result[i] = a / b;
        break;
      case graph::BinaryKind::kMax:
        result[i] = std::max(a, b);
        break;
      case graph::BinaryKind::kMin:
        result[i] = std::min(a, b);
        break;
    }
  }
  return result;
}

}  // namespace bm::evaluate
