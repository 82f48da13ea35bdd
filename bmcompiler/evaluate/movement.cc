#include <algorithm>

#include "bmcompiler/evaluate/kernels.h"

namespace bm::evaluate {
namespace {

// The result gathered from one operand: `source` maps the result's position on each axis to an offset to add.
template <typename Source>
Floats Gather(const Array& in, const Shape& out, Source source) {
  Floats result(out.count());
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t rest = static_cast<int64_t>(i), index = 0;
    for (int axis = out.rank() - 1; axis >= 0; --axis) {
      index += source(axis, rest % out[axis]);
      rest /= out[axis];
    }
    result[i] = (*in.data)[index];
  }
  return result;
}

int64_t Step(const Shape& shape, int axis) { return shape.CountOf(axis + 1, shape.rank()); }

}  // namespace

Floats Compute(const graph::Concat& op, Arrays in, const Shape& out) {
  Floats result;
  result.reserve(out.count());
  for (int64_t outer = 0; outer < out.CountOf(0, op.axis); ++outer) {
    for (const Array& array : in) {
      const int64_t run = array.shape.CountOf(op.axis, array.shape.rank());
      const auto begin = array.data->begin() + outer * run;
      result.insert(result.end(), begin, begin + run);
    }
  }
  return result;
}

Floats Compute(const graph::Slice& op, Arrays in, const Shape& out) {
  return Gather(in[0], out, [&](int axis, int64_t i) { return (op.start[axis] + i) * Step(in[0].shape, axis); });
}

Floats Compute(const graph::Reshape&, Arrays in, const Shape&) { return *in[0].data; }

Floats Compute(const graph::Transpose& op, Arrays in, const Shape& out) {
  return Gather(in[0], out, [&](int axis, int64_t i) { return i * Step(in[0].shape, op.permutation[axis]); });
}

Floats Compute(const graph::Tile&, Arrays in, const Shape& out) {
  return Gather(in[0], out, [&](int axis, int64_t i) { return i % in[0].shape[axis] * Step(in[0].shape, axis); });
}

Floats Compute(const graph::Identity&, Arrays in, const Shape&) { return *in[0].data; }

}  // namespace bm::evaluate
