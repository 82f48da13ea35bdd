// The operations of the compiler's graph.
//
// Tensors are float32 and row-major; four-dimensional ones are NCHW. Every operation is a plain struct of attributes;
// operands are the node's inputs in the order given here. An operand named "constant" must be a constant value of the
// graph. Adding an operation = a struct here, its name and arity in ops.cc, its shape rule in shapes.cc, its float
// meaning in bmcompiler/evaluate and its commands in bmcompiler/lowering.
#ifndef BMCOMPILER_GRAPH_OPS_H_
#define BMCOMPILER_GRAPH_OPS_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "base/shape.h"

namespace bm::graph {

// The window of convolution and pooling, rows first.
struct Window {
  int64_t kernel_h = 1, kernel_w = 1;
  int64_t stride_h = 1, stride_w = 1;
  int64_t dilation_h = 1, dilation_w = 1;
  int64_t pad_up = 0, pad_down = 0, pad_left = 0, pad_right = 0;
};

// x [N, C, H, W], constant weight [OC, C/groups, KH, KW], optional constant bias [OC].
// OH = floor((H + pads - (dilation * (KH - 1) + 1)) / stride) + 1.
struct Convolution {
  Window window;
  int64_t groups = 1;
};

// x [N, C, H, W], constant weight [C, OC/groups, KH, KW], optional constant bias [OC].
// OH = stride * (H - 1) + dilation * (KH - 1) + 1 - pads.
struct Deconvolution {
  Window window;
  int64_t groups = 1;
};

enum class PoolKind { kMax, kAverage };

// What an average divides by at the border.
enum class AverageDivisor {
  kWindow,       // kernel_h * kernel_w everywhere
  kPaddedInput,  // the part of the window inside input and padding (Caffe)
  kInput,        // the part of the window inside the input
};

// x [N, C, H, W] -> [N, C, out_h, out_w]. The output size is explicit, because frameworks round differently; windows
// may reach beyond the padding. Padding never wins a maximum.
struct Pooling {
  PoolKind kind = PoolKind::kMax;
  Window window;  // dilation 1
  int64_t out_h = 1, out_w = 1;
  AverageDivisor divisor = AverageDivisor::kPaddedInput;
};

// x, constant weight [OUT, IN], optional constant bias [OUT]. x is read as [product of dims before axis, IN];
// the result has the dims before axis, then OUT.
struct FullyConnected {
  int axis = 1;
};

// ---- Elementwise, one operand ----
struct Relu {
  float negative_slope = 0;  // y = x > 0 ? x : negative_slope * x
};
struct Elu {
  float alpha = 1;  // x > 0 ? x : alpha * (exp(x) - 1)
};
struct Sigmoid {};
struct Tanh {};
struct Swish {
  float beta = 1;  // x * sigmoid(beta * x)
};
struct Mish {};  // x * tanh(log(1 + exp(x)))
struct Exp {};
struct Log {};
struct Abs {};
struct Affine {
  float scale = 1, shift = 0;  // scale * x + shift
};
struct Power {
  float exponent = 1;  // x ^ exponent
};
struct Clip {
  float low = 0, high = 0;  // min(max(x, low), high)
};

// x, constant slope: [C] with C the extent of axis 1, or [1]. y = x > 0 ? x : slope * x.
struct Prelu {};

// x, constant scale, optional constant shift, both of the shape x.dims[axis .. axis + k). y = x * scale + shift,
// repeated over the other axes.
struct ScaleShift {
  int axis = 1;
};

// x [N, C, ...], constant mean [C], constant variance [C]. y = (x - mean) / sqrt(variance + epsilon).
struct BatchNorm {
  float epsilon = 1e-5f;
};

// ---- Several operands ----
enum class EltwiseKind { kProduct, kSum, kMax };
// Two or more operands of one shape. `coefficients` (kSum only) is empty or has one entry per operand.
struct Eltwise {
  EltwiseKind kind = EltwiseKind::kSum;
  std::vector<float> coefficients;
};

enum class BinaryKind { kAdd, kSub, kMul, kDiv, kMax, kMin };
// Two operands of one rank; an extent of 1 in either is repeated.
struct Binary {
  BinaryKind kind = BinaryKind::kAdd;
};

// One or more operands that agree in every axis but `axis`.
struct Concat {
  int axis = 1;
};

// ---- Data movement, one operand ----
// The box [start, start + extent) of x, one entry per axis.
struct Slice {
  std::vector<int64_t> start;
  std::vector<int64_t> extent;
};
struct Reshape {
  Shape shape;
};
// Result axis i is x's axis permutation[i].
struct Transpose {
  std::vector<int> permutation;
};
// x repeated repeats[i] times along axis i.
struct Tile {
  std::vector<int64_t> repeats;
};
struct Identity {};

// ---- Reductions and normalisations ----
struct Softmax {
  int axis = 1;
};

enum class ReduceKind { kSum, kAbsSum, kSquareSum, kMean };
// Reduces all axes from `axis` on; the result keeps the axes before it. y = coefficient * reduce(x).
struct Reduce {
  ReduceKind kind = ReduceKind::kSum;
  int axis = 0;
  float coefficient = 1;
};

enum class LrnRegion { kAcrossChannels, kWithinChannel };
// y = x / (k + alpha / n * sum of x^2 over the region)^beta, n = size (across) or size^2 (within; zero padded).
struct Lrn {
  LrnRegion region = LrnRegion::kAcrossChannels;
  int64_t size = 5;  // odd
  float alpha = 1, beta = 0.75f, k = 1;
};

// x [N, C, H, W], constant scale [C] or [1]. y = scale * x / sqrt(sum of x^2 + epsilon); the sum runs over C, and over
// H and W too where across_spatial.
struct Normalize {
  bool across_spatial = true;
  float epsilon = 1e-10f;
};

// ---- Resampling ----
enum class ResizeKind {
  kNearest,               // y[i] = x[floor(i * in / out)]
  kBilinearAlignCorners,  // source = i * (in - 1) / (out - 1)
};
// x [N, C, H, W] -> [N, C, out_h, out_w]; negative pads were cut off by a Slice before.
struct Resize {
  ResizeKind kind = ResizeKind::kNearest;
  int64_t out_h = 1, out_w = 1;
};

using Op = std::variant<Convolution, Deconvolution, Pooling, FullyConnected, Relu, Elu, Sigmoid, Tanh, Swish, Mish, Exp,
                        Log, Abs, Affine, Power, Clip, Prelu, ScaleShift, BatchNorm, Eltwise, Binary, Concat, Slice,
                        Reshape, Transpose, Tile, Identity, Softmax, Reduce, Lrn, Normalize, Resize>;

}  // namespace bm::graph

#endif  // BMCOMPILER_GRAPH_OPS_H_
