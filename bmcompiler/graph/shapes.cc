// The shape rule of every operation, and what its operands must be.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/graph/graph.h"

namespace bm::graph {
namespace {

using Operands = absl::Span<const Operand>;

absl::Status Misfit(const std::string& what) { return absl::InvalidArgumentError(what); }

// One row per constraint on the number of operands and on which must be constants (from `first_constant` on).
absl::Status CheckOperands(Operands operands, size_t least, size_t most, size_t first_constant) {
  if (operands.size() < least || operands.size() > most) {
    return Misfit(absl::StrCat(operands.size(), " operands; ", least, " to ", most, " are taken"));
  }
  for (size_t i = first_constant; i < operands.size(); ++i) {
    if (!operands[i].is_constant) return Misfit(absl::StrCat("operand ", i, " must be a constant"));
  }
  return absl::OkStatus();
}

absl::Status CheckUnary(Operands operands) { return CheckOperands(operands, 1, 1, 1); }

absl::Status CheckRank(const Shape& shape, int rank) {
  if (shape.rank() == rank) return absl::OkStatus();
  return Misfit(absl::StrCat("an operand of shape ", shape.ToString(), "; it takes ", rank, " dimensions"));
}

absl::Status CheckAxis(int axis, const Shape& shape) {
  if (axis >= 0 && axis < shape.rank()) return absl::OkStatus();
  return Misfit(absl::StrCat("axis ", axis, " of shape ", shape.ToString()));
}

absl::Status CheckVector(const Operand& operand, int64_t count, const char* name) {
  if (operand.shape.count() == count) return absl::OkStatus();
  return Misfit(absl::StrCat(name, " of shape ", operand.shape.ToString(), "; it needs ", count, " values"));
}

absl::Status CheckWindow(const Window& w) {
  if (w.kernel_h < 1 || w.kernel_w < 1 || w.stride_h < 1 || w.stride_w < 1 || w.dilation_h < 1 || w.dilation_w < 1 ||
      w.pad_up < 0 || w.pad_left < 0) {
    return Misfit(absl::StrCat("a window of kernel ", w.kernel_h, "x", w.kernel_w, ", stride ", w.stride_h, "x",
                               w.stride_w, ", dilation ", w.dilation_h, "x", w.dilation_w, ", padding ", w.pad_up, ",",
                               w.pad_left, "; kernel, stride and dilation are positive, padding is not negative"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Shape> Result(std::initializer_list<int64_t> dims) {
  for (const int64_t extent : dims) {
    if (extent < 1) return Misfit(absl::StrCat("a result with an extent of ", extent));
  }
  ASSIGN_OR_RETURN(const Shape shape, Shape::Create(absl::MakeConstSpan(dims.begin(), dims.size())));
  RETURN_IF_ERROR(shape.Count().status());
  return shape;
}

absl::Status CheckBias(Operands operands, size_t index, int64_t channels) {
  return operands.size() > index ? CheckVector(operands[index], channels, "a bias") : absl::OkStatus();
}

absl::StatusOr<Shape> Infer(const Convolution& op, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 2, 3, 1));
  const Shape& x = operands[0].shape;
  const Shape& weight = operands[1].shape;
  const Window& w = op.window;
  RETURN_IF_ERROR(CheckRank(x, 4));
  RETURN_IF_ERROR(CheckRank(weight, 4));
  RETURN_IF_ERROR(CheckWindow(w));
  const bool fits = op.groups >= 1 && weight[1] * op.groups == x[1] && weight[0] % op.groups == 0 &&
                    weight[2] == w.kernel_h && weight[3] == w.kernel_w;
  if (!fits) {
    return Misfit(absl::StrCat("weights of shape ", weight.ToString(), " do not fit an input of shape ", x.ToString(),
                               " in ", op.groups, " groups and a kernel of ", w.kernel_h, "x", w.kernel_w));
  }
  RETURN_IF_ERROR(CheckBias(operands, 2, weight[0]));
  const auto extent = [](int64_t in, int64_t pads, int64_t dilation, int64_t kernel, int64_t stride) {
    const int64_t room = in + pads - (dilation * (kernel - 1) + 1);
    return room < 0 ? 0 : room / stride + 1;
  };
  return Result({x[0], weight[0], extent(x[2], w.pad_up + w.pad_down, w.dilation_h, w.kernel_h, w.stride_h),
                 extent(x[3], w.pad_left + w.pad_right, w.dilation_w, w.kernel_w, w.stride_w)});
}

absl::StatusOr<Shape> Infer(const Deconvolution& op, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 2, 3, 1));
  const Shape& x = operands[0].shape;
  const Shape& weight = operands[1].shape;
  const Window& w = op.window;
  RETURN_IF_ERROR(CheckRank(x, 4));
  RETURN_IF_ERROR(CheckRank(weight, 4));
  RETURN_IF_ERROR(CheckWindow(w));
  const bool fits = op.groups >= 1 && weight[0] == x[1] && x[1] % op.groups == 0 && weight[2] == w.kernel_h &&
                    weight[3] == w.kernel_w;
  if (!fits) {
    return Misfit(absl::StrCat("weights of shape ", weight.ToString(), " do not fit an input of shape ", x.ToString(),
                               " in ", op.groups, " groups and a kernel of ", w.kernel_h, "x", w.kernel_w));
  }
  const int64_t channels = weight[1] * op.groups;
  RETURN_IF_ERROR(CheckBias(operands, 2, channels));
  return Result({x[0], channels, w.stride_h * (x[2] - 1) + w.dilation_h * (w.kernel_h - 1) + 1 - w.pad_up - w.pad_down,
                 w.stride_w * (x[3] - 1) + w.dilation_w * (w.kernel_w - 1) + 1 - w.pad_left - w.pad_right});
}

absl::StatusOr<Shape> Infer(const Pooling& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  RETURN_IF_ERROR(CheckRank(operands[0].shape, 4));
  RETURN_IF_ERROR(CheckWindow(op.window));
  return Result({operands[0].shape[0], operands[0].shape[1], op.out_h, op.out_w});
}

absl::StatusOr<Shape> Infer(const FullyConnected& op, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 2, 3, 1));
  const Shape& x = operands[0].shape;
  const Shape& weight = operands[1].shape;
  RETURN_IF_ERROR(CheckAxis(op.axis, x));
  RETURN_IF_ERROR(CheckRank(weight, 2));
  if (weight[1] != x.CountOf(op.axis, x.rank())) {
    return Misfit(absl::StrCat("weights of shape ", weight.ToString(), " do not fit an input of shape ", x.ToString(),
                               " from axis ", op.axis, " on"));
  }
  RETURN_IF_ERROR(CheckBias(operands, 2, weight[0]));
  std::vector<int64_t> dims(x.dims().begin(), x.dims().begin() + op.axis);
  dims.push_back(weight[0]);
  return Shape::Create(dims);
}

// Operations that leave the shape as it is.
template <typename Op>
absl::StatusOr<Shape> Infer(const Op&, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  return operands[0].shape;
}

absl::StatusOr<Shape> Infer(const Prelu&, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 2, 2, 1));
  const Shape& x = operands[0].shape;
  if (operands[1].shape.count() == 1) return x;
  RETURN_IF_ERROR(CheckAxis(1, x));
  RETURN_IF_ERROR(CheckVector(operands[1], x[1], "slopes"));
  return x;
}

absl::StatusOr<Shape> Infer(const ScaleShift& op, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 2, 3, 1));
  const Shape& x = operands[0].shape;
  for (size_t i = 1; i < operands.size(); ++i) {
    const Shape& scale = operands[i].shape;
    bool fits = op.axis >= 0 && scale.rank() >= 1 && op.axis + scale.rank() <= x.rank();
    for (int axis = 0; fits && axis < scale.rank(); ++axis) fits = scale[axis] == x[op.axis + axis];
    if (!fits) {
      return Misfit(absl::StrCat("factors of shape ", scale.ToString(), " do not fit axis ", op.axis, " of shape ",
                                 x.ToString()));
    }
  }
  return x;
}

absl::StatusOr<Shape> Infer(const BatchNorm&, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 3, 3, 1));
  const Shape& x = operands[0].shape;
  RETURN_IF_ERROR(CheckAxis(1, x));
  RETURN_IF_ERROR(CheckVector(operands[1], x[1], "a mean"));
  RETURN_IF_ERROR(CheckVector(operands[2], x[1], "a variance"));
  return x;
}

absl::StatusOr<Shape> Infer(const Eltwise& op, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 2, 1024, 1024));
  for (const Operand& operand : operands) {
    if (operand.shape != operands[0].shape) {
      return Misfit(
          absl::StrCat("operands of shapes ", operands[0].shape.ToString(), " and ", operand.shape.ToString()));
    }
  }
  if (!op.coefficients.empty() && (op.coefficients.size() != operands.size() || op.kind != EltwiseKind::kSum)) {
    return Misfit(absl::StrCat(op.coefficients.size(), " coefficients for ", operands.size(),
                               " operands; sums take one each, other kinds none"));
  }
  return operands[0].shape;
}

absl::StatusOr<Shape> Infer(const Binary&, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 2, 2, 2));
  const Shape& a = operands[0].shape;
  const Shape& b = operands[1].shape;
  Shape result = a;
  bool fits = a.rank() == b.rank();
  for (int axis = 0; fits && axis < a.rank(); ++axis) {
    fits = a[axis] == b[axis] || a[axis] == 1 || b[axis] == 1;
    result.set(axis, std::max(a[axis], b[axis]));
  }
  if (!fits) return Misfit(absl::StrCat("operands of shapes ", a.ToString(), " and ", b.ToString()));
  return result;
}

absl::StatusOr<Shape> Infer(const Concat& op, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 1, 1024, 1024));
  Shape result = operands[0].shape;
  RETURN_IF_ERROR(CheckAxis(op.axis, result));
  int64_t extent = 0;
  for (const Operand& operand : operands) {
    Shape other = operand.shape;
    if (other.rank() == result.rank()) other.set(op.axis, result[op.axis]);
    if (other != result) {
      return Misfit(absl::StrCat("operands of shapes ", result.ToString(), " and ", operand.shape.ToString(),
                                 " along axis ", op.axis));
    }
    extent += operand.shape[op.axis];
  }
  std::vector<int64_t> dims(result.dims().begin(), result.dims().end());
  dims[op.axis] = extent;
  return Shape::Create(dims);
}

absl::StatusOr<Shape> Infer(const Slice& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  const Shape& x = operands[0].shape;
  bool fits = static_cast<int>(op.start.size()) == x.rank() && op.extent.size() == op.start.size();
  for (int axis = 0; fits && axis < x.rank(); ++axis) {
    fits = op.start[axis] >= 0 && op.extent[axis] >= 1 && op.start[axis] <= x[axis] - op.extent[axis];
  }
  if (!fits) return Misfit(absl::StrCat("the box lies outside the operand of shape ", x.ToString()));
  return Shape::Create(op.extent);
}

absl::StatusOr<Shape> Infer(const Reshape& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  ASSIGN_OR_RETURN(const uint64_t count, op.shape.Count());
  if (count != static_cast<uint64_t>(operands[0].shape.count())) {
    return Misfit(absl::StrCat(operands[0].shape.ToString(), " cannot become ", op.shape.ToString()));
  }
  return op.shape;
}

absl::StatusOr<Shape> Infer(const Transpose& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  const Shape& x = operands[0].shape;
  std::vector<int> sorted = op.permutation;
  std::sort(sorted.begin(), sorted.end());
  bool fits = static_cast<int>(sorted.size()) == x.rank();
  for (int axis = 0; fits && axis < x.rank(); ++axis) fits = sorted[axis] == axis;
  if (!fits) return Misfit(absl::StrCat("no permutation of the axes of ", x.ToString()));
  std::vector<int64_t> dims;
  for (const int axis : op.permutation) dims.push_back(x[axis]);
  return Shape::Create(dims);
}

absl::StatusOr<Shape> Infer(const Tile& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  const Shape& x = operands[0].shape;
  if (static_cast<int>(op.repeats.size()) != x.rank()) {
    return Misfit(absl::StrCat(op.repeats.size(), " repeats for an operand of shape ", x.ToString()));
  }
  std::vector<int64_t> dims;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (op.repeats[axis] < 1 || op.repeats[axis] > INT32_MAX) {
      return Misfit(absl::StrCat("axis ", axis, " repeated ", op.repeats[axis], " times"));
    }
    dims.push_back(x[axis] * op.repeats[axis]);
  }
  return Shape::Create(dims);
}

absl::StatusOr<Shape> Infer(const Softmax& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  RETURN_IF_ERROR(CheckAxis(op.axis, operands[0].shape));
  return operands[0].shape;
}

absl::StatusOr<Shape> Infer(const Reduce& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  RETURN_IF_ERROR(CheckAxis(op.axis, operands[0].shape));
  return Shape::Create(operands[0].shape.dims().subspan(0, op.axis));
}

absl::StatusOr<Shape> Infer(const Lrn& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  RETURN_IF_ERROR(CheckRank(operands[0].shape, 4));
  if (op.size < 1 || op.size % 2 == 0) return Misfit(absl::StrCat("a region of ", op.size, "; it is odd"));
  return operands[0].shape;
}

absl::StatusOr<Shape> Infer(const Normalize&, Operands operands) {
  RETURN_IF_ERROR(CheckOperands(operands, 2, 2, 1));
  const Shape& x = operands[0].shape;
  RETURN_IF_ERROR(CheckRank(x, 4));
  if (operands[1].shape.count() != 1) RETURN_IF_ERROR(CheckVector(operands[1], x[1], "a scale"));
  return x;
}

absl::StatusOr<Shape> Infer(const Resize& op, Operands operands) {
  RETURN_IF_ERROR(CheckUnary(operands));
  RETURN_IF_ERROR(CheckRank(operands[0].shape, 4));
  return Result({operands[0].shape[0], operands[0].shape[1], op.out_h, op.out_w});
}

}  // namespace

absl::StatusOr<Shape> InferShape(const Op& op, absl::Span<const Operand> operands) {
  ASSIGN_OR_RETURN(const Shape shape, std::visit([operands](const auto& typed) { return Infer(typed, operands); }, op));
  ASSIGN_OR_RETURN(const uint64_t count, shape.Count());
  if (count == 0 || count > kMostElements) {
    return absl::InvalidArgumentError(
        absl::StrCat("a result of shape ", shape.ToString(), "; results have 1 to ", kMostElements, " elements"));
  }
  return shape;
}

}  // namespace bm::graph
