// Activations, powers, normalisations, combinations of tensors.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/layer.h"

namespace bm::caffe {
namespace {

absl::Status ConvertRelu(Layer* layer) {
  return layer->Unary(graph::Relu{layer->parameter().relu_param().negative_slope()});
}
absl::Status ConvertRelu6(Layer* layer) { return layer->Unary(graph::Clip{0, 6}); }
absl::Status ConvertElu(Layer* layer) { return layer->Unary(graph::Elu{layer->parameter().elu_param().alpha()}); }
absl::Status ConvertSigmoid(Layer* layer) { return layer->Unary(graph::Sigmoid{}); }
absl::Status ConvertTanh(Layer* layer) { return layer->Unary(graph::Tanh{}); }
absl::Status ConvertSwish(Layer* layer) { return layer->Unary(graph::Swish{layer->parameter().swish_param().beta()}); }
absl::Status ConvertMish(Layer* layer) { return layer->Unary(graph::Mish{}); }
absl::Status ConvertAbs(Layer* layer) { return layer->Unary(graph::Abs{}); }
absl::Status ConvertClip(Layer* layer) {
  const ClipParameter& p = layer->parameter().clip_param();
  if (!p.has_min() || !p.has_max()) return layer->Invalid("clip_param has no min or no max");
  return layer->Unary(graph::Clip{p.min(), p.max()});
}

// outer(inner(x)), leaving out what does nothing.
absl::Status AffineThen(Layer* layer, float scale, float shift, const graph::Op* then, float factor = 1) {
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  ValueId value = layer->bottom(0);
  if (scale != 1 || shift != 0 || then == nullptr) {
    ASSIGN_OR_RETURN(value, layer->Add(graph::Affine{scale, shift}, {value}));
  }
  if (then != nullptr) {
    ASSIGN_OR_RETURN(value, layer->Add(*then, {value}));
  }
  if (factor != 1) {
    ASSIGN_OR_RETURN(value, layer->Add(graph::Affine{factor, 0}, {value}));
  }
  layer->SetTop(0, value);
  return absl::OkStatus();
}

// (shift + scale * x) ^ power
absl::Status ConvertPower(Layer* layer) {
  const PowerParameter& p = layer->parameter().power_param();
  const graph::Op power = graph::Power{p.power()};
  return AffineThen(layer, p.scale(), p.shift(), p.power() == 1 ? nullptr : &power);
}

// base ^ (shift + scale * x); a base of -1 is e.
absl::Status ConvertExp(Layer* layer) {
  const ExpParameter& p = layer->parameter().exp_param();
  if (p.base() != -1 && p.base() <= 0)
    return layer->Invalid(absl::StrCat("a base of ", p.base(), "; positive, or -1 for e"));
  const float log_base = p.base() == -1 ? 1 : std::log(p.base());
  const graph::Op exp = graph::Exp{};
  return AffineThen(layer, p.scale() * log_base, p.shift() * log_base, &exp);
}

// log_base(shift + scale * x); a base of -1 is e.
absl::Status ConvertLog(Layer* layer) {
  const LogParameter& p = layer->parameter().log_param();
  if (p.base() != -1 && (p.base() <= 0 || p.base() == 1)) {
    return layer->Invalid(absl::StrCat("a base of ", p.base(), "; positive and not 1, or -1 for e"));
  }
  const graph::Op log = graph::Log{};
  return AffineThen(layer, p.scale(), p.shift(), &log, p.base() == -1 ? 1 : 1 / std::log(p.base()));
}

absl::Status ConvertPrelu(Layer* layer) {
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  if (x.rank() < 2) return layer->Invalid(absl::StrCat("a bottom of shape ", x.ToString(), "; it takes channels"));
  const bool is_shared = layer->parameter().prelu_param().channel_shared() || layer->BlobElements(0) == 1;
  ASSIGN_OR_RETURN(const ValueId slope, layer->BlobConstant(0, {is_shared ? 1 : x[1]}));
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(graph::Prelu{}, {layer->bottom(0), slope}));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

// Mean and variance are stored as sums that the third blob divides; a factor of 0 makes them 0.
absl::Status ConvertBatchNorm(Layer* layer) {
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  if (x.rank() < 2) return layer->Invalid(absl::StrCat("a bottom of shape ", x.ToString(), "; it takes channels"));
  ASSIGN_OR_RETURN(const std::vector<float> factor, layer->Blob(2, 1));
  const float scale = factor[0] == 0 ? 0 : 1 / factor[0];
  std::vector<ValueId> inputs = {layer->bottom(0)};
  for (int blob = 0; blob < 2; ++blob) {
    ASSIGN_OR_RETURN(std::vector<float> values, layer->Blob(blob, x[1]));
    for (float& value : values) value *= scale;
    ASSIGN_OR_RETURN(inputs.emplace_back(), layer->Constant({x[1]}, std::move(values)));
  }
  const graph::BatchNorm op{layer->parameter().batch_norm_param().eps()};
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(op, std::move(inputs)));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

// The shape of a factor that covers `num_axes` (-1: all) axes from `axis` on.
absl::StatusOr<Shape> FactorShape(const Layer& layer, int axis, int num_axes) {
  const Shape x = layer.shape(0);
  const int64_t end = num_axes < 0 ? x.rank() : int64_t{axis} + num_axes;
  if (end > x.rank() || end <= axis) {
    return layer.Invalid(absl::StrCat(num_axes, " axes from axis ", axis, " on of a bottom of shape ", x.ToString()));
  }
  return Shape::Create(x.dims().subspan(axis, end - axis));
}

// A second bottom of the shape of some axes, with extents of 1 for the others.
absl::StatusOr<ValueId> Spread(Layer* layer, ValueId factor, int axis) {
  const Shape x = layer->shape(0);
  const Shape shape = layer->shape_of(factor);
  std::vector<int64_t> dims(x.rank(), 1);
  if (axis + shape.rank() > x.rank()) {
    return layer->Invalid(
        absl::StrCat("a second bottom of shape ", shape.ToString(), " at axis ", axis, " of shape ", x.ToString()));
  }
  for (int i = 0; i < shape.rank(); ++i) dims[axis + i] = shape[i];
  ASSIGN_OR_RETURN(const Shape spread, Shape::Create(dims));
  return layer->Add(graph::Reshape{spread}, {factor});
}

absl::Status ConvertScale(Layer* layer) {
  const ScaleParameter& p = layer->parameter().scale_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 2));
  if (layer->bottom_count() == 2) {
    ASSIGN_OR_RETURN(const int axis, layer->Axis(p.axis()));
    ASSIGN_OR_RETURN(const ValueId factor, Spread(layer, layer->bottom(1), axis));
    ASSIGN_OR_RETURN(ValueId result, layer->Add(graph::Binary{graph::BinaryKind::kMul}, {layer->bottom(0), factor}));
    if (p.bias_term()) {
      ASSIGN_OR_RETURN(const ValueId bias, layer->BlobConstant(0, layer->shape(1)));
      ASSIGN_OR_RETURN(const ValueId spread, Spread(layer, bias, axis));
      ASSIGN_OR_RETURN(result, layer->Add(graph::Binary{graph::BinaryKind::kAdd}, {result, spread}));
    }
    layer->SetTop(0, result);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.axis()));
  ASSIGN_OR_RETURN(const Shape shape, FactorShape(*layer, axis, p.num_axes()));
  std::vector<ValueId> inputs = {layer->bottom(0)};
  for (int blob = 0; blob < (p.bias_term() ? 2 : 1); ++blob) {
    ASSIGN_OR_RETURN(inputs.emplace_back(), layer->BlobConstant(blob, shape));
  }
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(graph::ScaleShift{axis}, std::move(inputs)));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

absl::Status ConvertBias(Layer* layer) {
  const BiasParameter& p = layer->parameter().bias_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 2));
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.axis()));
  ValueId result;
  if (layer->bottom_count() == 2) {
    ASSIGN_OR_RETURN(const ValueId bias, Spread(layer, layer->bottom(1), axis));
    ASSIGN_OR_RETURN(result, layer->Add(graph::Binary{graph::BinaryKind::kAdd}, {layer->bottom(0), bias}));
  } else {
    ASSIGN_OR_RETURN(const Shape shape, FactorShape(*layer, axis, p.num_axes()));
    ASSIGN_OR_RETURN(const ValueId bias, layer->BlobConstant(0, shape));
    ASSIGN_OR_RETURN(const ValueId ones, layer->Constant(shape, std::vector<float>(shape.count(), 1.0f)));
    ASSIGN_OR_RETURN(result, layer->Add(graph::ScaleShift{axis}, {layer->bottom(0), ones, bias}));
  }
  layer->SetTop(0, result);
  return absl::OkStatus();
}

absl::Status ConvertEltwise(Layer* layer) {
  const EltwiseParameter& p = layer->parameter().eltwise_param();
  RETURN_IF_ERROR(layer->CheckBottoms(2, 1024));
  graph::Eltwise op;
  op.kind = p.operation() == EltwiseParameter::PROD  ? graph::EltwiseKind::kProduct
            : p.operation() == EltwiseParameter::SUM ? graph::EltwiseKind::kSum
                                                     : graph::EltwiseKind::kMax;
  const bool has_coefficients = std::any_of(p.coeff().begin(), p.coeff().end(), [](float c) { return c != 1; });
  if (has_coefficients) op.coefficients.assign(p.coeff().begin(), p.coeff().end());
  std::vector<ValueId> inputs;
  for (int i = 0; i < layer->bottom_count(); ++i) inputs.push_back(layer->bottom(i));
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(std::move(op), std::move(inputs)));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

absl::Status ConvertLrn(Layer* layer) {
  const LRNParameter& p = layer->parameter().lrn_param();
  graph::Lrn op;
  const bool is_across = p.norm_region() == LRNParameter::ACROSS_CHANNELS;
  op.region = is_across ? graph::LrnRegion::kAcrossChannels : graph::LrnRegion::kWithinChannel;
  op.size = p.local_size();
  op.alpha = p.alpha();
  op.beta = p.beta();
  op.k = is_across ? p.k() : 1;  // Caffe reads k across channels only
  return layer->Unary(op);
}

absl::Status ConvertNormalize(Layer* layer) {
  const NormalizeParameter& p = layer->parameter().norm_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  if (x.rank() != 4) return layer->Invalid(absl::StrCat("a bottom of shape ", x.ToString(), "; it takes 4 dimensions"));
  ASSIGN_OR_RETURN(const ValueId scale, layer->BlobConstant(0, {p.channel_shared() ? 1 : x[1]}));
  const graph::Normalize op{p.across_spatial(), p.eps()};
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(op, {layer->bottom(0), scale}));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

absl::Status ConvertSoftmax(Layer* layer) {
  RETURN_IF_ERROR(layer->CheckBottoms(1, 2));  // the second bottom of a loss is the label
  ASSIGN_OR_RETURN(const int axis, layer->Axis(layer->parameter().softmax_param().axis()));
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(graph::Softmax{axis}, {layer->bottom(0)}));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

absl::Status ConvertReduction(Layer* layer) {
  const ReductionParameter& p = layer->parameter().reduction_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.axis()));
  constexpr graph::ReduceKind kKinds[] = {graph::ReduceKind::kSum, graph::ReduceKind::kAbsSum,
                                          graph::ReduceKind::kSquareSum, graph::ReduceKind::kMean};
  return layer->Unary(graph::Reduce{kKinds[p.operation() - 1], axis, p.coeff()});
}

constexpr ConverterRow kRows[] = {
    {"ReLU", ConvertRelu},
    {"ReLU6", ConvertRelu6},
    {"ELU", ConvertElu},
    {"Sigmoid", ConvertSigmoid},
    {"TanH", ConvertTanh},
    {"Swish", ConvertSwish},
    {"Mish", ConvertMish},
    {"AbsVal", ConvertAbs},
    {"Clip", ConvertClip},
    {"Power", ConvertPower},
    {"Exp", ConvertExp},
    {"Log", ConvertLog},
    {"PReLU", ConvertPrelu},
    {"BatchNorm", ConvertBatchNorm},
    {"Scale", ConvertScale},
    {"Bias", ConvertBias},
    {"Eltwise", ConvertEltwise},
    {"LRN", ConvertLrn},
    {"Normalize", ConvertNormalize},
    {"Softmax", ConvertSoftmax},
    {"SoftmaxWithLoss", ConvertSoftmax},
    {"Reduction", ConvertReduction},
};

}  // namespace

absl::Span<const ConverterRow> ElementwiseConverters() { return kRows; }

}  // namespace bm::caffe
