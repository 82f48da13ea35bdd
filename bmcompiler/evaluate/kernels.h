// The float meaning of every operation; one overload each, grouped in files by family.
#ifndef BMCOMPILER_EVALUATE_KERNELS_H_
#define BMCOMPILER_EVALUATE_KERNELS_H_

#include <vector>

#include "absl/types/span.h"
#include "bmcompiler/evaluate/evaluate.h"

namespace bm::evaluate {

using Arrays = absl::Span<const Array>;
using Floats = std::vector<float>;

// windows.cc
Floats Compute(const graph::Convolution& op, Arrays in, const Shape& out);
Floats Compute(const graph::Deconvolution& op, Arrays in, const Shape& out);
Floats Compute(const graph::Pooling& op, Arrays in, const Shape& out);
Floats Compute(const graph::FullyConnected& op, Arrays in, const Shape& out);
Floats Compute(const graph::Resize& op, Arrays in, const Shape& out);
// elementwise.cc
Floats Compute(const graph::Relu& op, Arrays in, const Shape& out);
Floats Compute(const graph::Elu& op, Arrays in, const Shape& out);
Floats Compute(const graph::Sigmoid& op, Arrays in, const Shape& out);
Floats Compute(const graph::Tanh& op, Arrays in, const Shape& out);
Floats Compute(const graph::Swish& op, Arrays in, const Shape& out);
Floats Compute(const graph::Mish& op, Arrays in, const Shape& out);
Floats Compute(const graph::Exp& op, Arrays in, const Shape& out);
Floats Compute(const graph::Log& op, Arrays in, const Shape& out);
Floats Compute(const graph::Abs& op, Arrays in, const Shape& out);
Floats Compute(const graph::Affine& op, Arrays in, const Shape& out);
Floats Compute(const graph::Power& op, Arrays in, const Shape& out);
Floats Compute(const graph::Clip& op, Arrays in, const Shape& out);
Floats Compute(const graph::Prelu& op, Arrays in, const Shape& out);
Floats Compute(const graph::ScaleShift& op, Arrays in, const Shape& out);
Floats Compute(const graph::BatchNorm& op, Arrays in, const Shape& out);
Floats Compute(const graph::Eltwise& op, Arrays in, const Shape& out);
Floats Compute(const graph::Binary& op, Arrays in, const Shape& out);
// movement.cc
Floats Compute(const graph::Concat& op, Arrays in, const Shape& out);
Floats Compute(const graph::Slice& op, Arrays in, const Shape& out);
Floats Compute(const graph::Reshape& op, Arrays in, const Shape& out);
Floats Compute(const graph::Transpose& op, Arrays in, const Shape& out);
Floats Compute(const graph::Tile& op, Arrays in, const Shape& out);
Floats Compute(const graph::Identity& op, Arrays in, const Shape& out);
// reductions.cc
Floats Compute(const graph::Softmax& op, Arrays in, const Shape& out);
Floats Compute(const graph::Reduce& op, Arrays in, const Shape& out);
Floats Compute(const graph::Lrn& op, Arrays in, const Shape& out);
Floats Compute(const graph::Normalize& op, Arrays in, const Shape& out);

}  // namespace bm::evaluate

#endif  // BMCOMPILER_EVALUATE_KERNELS_H_
