// Convolutions, pooling, inner products, resampling.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/layer.h"

namespace bm::caffe {
namespace {

constexpr int64_t kMostOutputs = graph::kMostElements;

// Two extents of a window: the explicit _h and _w fields, or the repeated ones (one for both, or height and width).
struct Extents {
  int64_t h = 0, w = 0;
};

template <typename Repeated>
absl::StatusOr<Extents> TwoExtents(const Layer& layer, const char* name, const Repeated& repeated, bool has_h,
                                   int64_t h, bool has_w, int64_t w, int64_t fallback) {
  if (has_h || has_w) return Extents{h, w};
  if (repeated.size() > 2) return layer.Invalid(absl::StrCat(repeated.size(), " values of ", name, "; one or two"));
  if (repeated.empty()) return Extents{fallback, fallback};
  return Extents{repeated[0], repeated[repeated.size() - 1]};
}

absl::StatusOr<graph::Window> WindowOf(const Layer& layer, const ConvolutionParameter& p) {
  ASSIGN_OR_RETURN(const Extents kernel, TwoExtents(layer, "kernel_size", p.kernel_size(), p.has_kernel_h(),
                                                    p.kernel_h(), p.has_kernel_w(), p.kernel_w(), 0));
  ASSIGN_OR_RETURN(const Extents stride, TwoExtents(layer, "stride", p.stride(), p.has_stride_h(), p.stride_h(),
                                                    p.has_stride_w(), p.stride_w(), 1));
  ASSIGN_OR_RETURN(const Extents pad,
                   TwoExtents(layer, "pad", p.pad(), p.has_pad_h(), p.pad_h(), p.has_pad_w(), p.pad_w(), 0));
  ASSIGN_OR_RETURN(const Extents dilation, TwoExtents(layer, "dilation", p.dilation(), false, 0, false, 0, 1));
  graph::Window window;
  window.kernel_h = kernel.h;
  window.kernel_w = kernel.w;
  window.stride_h = stride.h;
  window.stride_w = stride.w;
  window.dilation_h = dilation.h;
  window.dilation_w = dilation.w;
  window.pad_up = window.pad_down = pad.h;
  window.pad_left = window.pad_right = pad.w;
  constexpr int64_t kMost = 1 << 20;
  for (const int64_t extent : {kernel.h, kernel.w, stride.h, stride.w, dilation.h, dilation.w}) {
    if (extent < 1 || extent > kMost) {
      return layer.Invalid(absl::StrCat("a kernel, stride or dilation of ", extent, "; 1..", kMost));
    }
  }
  if (pad.h > kMost || pad.w > kMost) return layer.Invalid(absl::StrCat("a padding of ", pad.h, " x ", pad.w));
  return window;
}

// Weight and bias blobs behind bottom 0.
absl::StatusOr<std::vector<ValueId>> WeightedInputs(Layer* layer, const Shape& weight, bool has_bias, int64_t outputs) {
  ASSIGN_OR_RETURN(const ValueId weights, layer->BlobConstant(0, weight));
  std::vector<ValueId> inputs = {layer->bottom(0), weights};
  if (has_bias) {
    ASSIGN_OR_RETURN(inputs.emplace_back(), layer->BlobConstant(1, {outputs}));
  }
  return inputs;
}

absl::Status ConvertConvolutionWith(Layer* layer, int64_t groups, bool is_transposed) {
  const ConvolutionParameter& p = layer->parameter().convolution_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  if (x.rank() != 4 || p.axis() != 1) {
    return layer->Unsupported(absl::StrCat("a bottom of shape ", x.ToString(), " and axis ", p.axis(),
                                           "; four dimensions and axis 1 are built"));
  }
  const int64_t outputs = p.num_output();
  if (groups < 1 || outputs < 1 || outputs > kMostOutputs || x[1] % groups != 0 || outputs % groups != 0) {
    return layer->Invalid(absl::StrCat(x[1], " channels to ", outputs, " in ", groups, " groups"));
  }
  ASSIGN_OR_RETURN(const graph::Window window, WindowOf(*layer, p));
  const Shape weight = is_transposed ? Shape{x[1], outputs / groups, window.kernel_h, window.kernel_w}
                                     : Shape{outputs, x[1] / groups, window.kernel_h, window.kernel_w};
  ASSIGN_OR_RETURN(std::vector<ValueId> inputs, WeightedInputs(layer, weight, p.bias_term(), outputs));
  const graph::Op op =
      is_transposed ? graph::Op(graph::Deconvolution{window, groups}) : graph::Op(graph::Convolution{window, groups});
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(op, std::move(inputs)));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

absl::Status ConvertConvolution(Layer* layer) {
  return ConvertConvolutionWith(layer, layer->parameter().convolution_param().group(), false);
}

absl::Status ConvertDepthwise(Layer* layer) {
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  return ConvertConvolutionWith(layer, x.rank() > 1 ? x[1] : 0, false);
}

absl::Status ConvertDeconvolution(Layer* layer) {
  return ConvertConvolutionWith(layer, layer->parameter().convolution_param().group(), true);
}

// Rounded up by default; a last window that would start beyond input and padding is dropped where there is padding.
int64_t PooledExtent(int64_t in, int64_t kernel, int64_t stride, int64_t pad, bool rounds_up) {
  const int64_t room = in + 2 * pad - kernel;
  if (room < 0) return rounds_up && room > -stride ? 1 : 0;
  int64_t out = (rounds_up ? (room + stride - 1) / stride : room / stride) + 1;
  if (pad > 0 && (out - 1) * stride >= in + pad) --out;
  return out;
}

absl::Status ConvertPooling(Layer* layer) {
  const PoolingParameter& p = layer->parameter().pooling_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  if (x.rank() != 4) return layer->Invalid(absl::StrCat("a bottom of shape ", x.ToString(), "; it takes 4 dimensions"));
  if (p.pool() == PoolingParameter::STOCHASTIC) return layer->Unsupported("stochastic pooling");
  if (layer->parameter().top_size() > 1) return layer->Unsupported("a second top (the mask of the maxima)");
  graph::Pooling op;
  op.kind = p.pool() == PoolingParameter::MAX ? graph::PoolKind::kMax : graph::PoolKind::kAverage;
  graph::Window& window = op.window;
  const bool is_global = p.global_pooling();
  window.kernel_h = is_global ? x[2] : p.has_kernel_h() ? p.kernel_h() : p.kernel_size();
  window.kernel_w = is_global ? x[3] : p.has_kernel_w() ? p.kernel_w() : p.kernel_size();
  window.stride_h = is_global ? 1 : p.has_stride_h() ? p.stride_h() : p.stride();
  window.stride_w = is_global ? 1 : p.has_stride_w() ? p.stride_w() : p.stride();
  const int64_t pad_h = is_global ? 0 : p.has_pad_h() ? p.pad_h() : p.pad();
  const int64_t pad_w = is_global ? 0 : p.has_pad_w() ? p.pad_w() : p.pad();
  if (window.kernel_h < 1 || window.kernel_w < 1 || window.stride_h < 1 || window.stride_w < 1 ||
      pad_h >= window.kernel_h || pad_w >= window.kernel_w) {
    return layer->Invalid(absl::StrCat("a window of ", window.kernel_h, " x ", window.kernel_w, " by steps of ",
                                       window.stride_h, " x ", window.stride_w, " with a padding of ", pad_h, " x ",
                                       pad_w, "; the padding is smaller than the window"));
  }
  window.pad_up = window.pad_down = pad_h;
  window.pad_left = window.pad_right = pad_w;
  const bool rounds_up = p.has_round_mode() ? p.round_mode() == PoolingParameter::CEIL : p.ceil_mode();
  op.out_h = PooledExtent(x[2], window.kernel_h, window.stride_h, pad_h, rounds_up);
  op.out_w = PooledExtent(x[3], window.kernel_w, window.stride_w, pad_w, rounds_up);
  return layer->Unary(op);
}

absl::Status ConvertInnerProduct(Layer* layer) {
  const InnerProductParameter& p = layer->parameter().inner_product_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.axis()));
  const Shape x = layer->shape(0);
  const int64_t depth = x.CountOf(axis, x.rank());
  const int64_t outputs = p.num_output();
  if (outputs < 1 || outputs > kMostOutputs || depth < 1)
    return layer->Invalid(absl::StrCat(depth, " inputs and ", outputs, " outputs"));
  if (!p.transpose()) {
    ASSIGN_OR_RETURN(std::vector<ValueId> inputs, WeightedInputs(layer, {outputs, depth}, p.bias_term(), outputs));
    ASSIGN_OR_RETURN(const ValueId result, layer->Add(graph::FullyConnected{axis}, std::move(inputs)));
    layer->SetTop(0, result);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const std::vector<float> stored, layer->Blob(0, depth * outputs));
  std::vector<float> weight(stored.size());
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t o = 0; o < outputs; ++o) weight[o * depth + k] = stored[k * outputs + o];
  }
  ASSIGN_OR_RETURN(const ValueId weights, layer->Constant({outputs, depth}, std::move(weight)));
  std::vector<ValueId> inputs = {layer->bottom(0), weights};
  if (p.bias_term()) {
    ASSIGN_OR_RETURN(inputs.emplace_back(), layer->BlobConstant(1, {outputs}));
  }
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(graph::FullyConnected{axis}, std::move(inputs)));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

absl::Status CheckImage(const Layer& layer) {
  if (layer.shape(0).rank() == 4) return absl::OkStatus();
  return layer.Invalid(absl::StrCat("a bottom of shape ", layer.shape(0).ToString(), "; it takes 4 dimensions"));
}

absl::Status ConvertUpsample(Layer* layer) {
  const UpsampleParameter& p = layer->parameter().upsample_param();
  if (layer->bottom_count() > 1) return layer->Unsupported("a second bottom (the mask of a pooling)");
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  RETURN_IF_ERROR(CheckImage(*layer));
  const Shape x = layer->shape(0);
  graph::Resize op;
  op.out_h = p.has_upsample_h() ? p.upsample_h() : x[2] * (p.has_scale_h() ? p.scale_h() : p.scale());
  op.out_w = p.has_upsample_w() ? p.upsample_w() : x[3] * (p.has_scale_w() ? p.scale_w() : p.scale());
  return layer->Unary(op);
}

// The input cut by negative paddings, shrunk, zoomed or brought to a given size; corners are aligned.
absl::Status ConvertInterp(Layer* layer) {
  const InterpParameter& p = layer->parameter().interp_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 2));
  RETURN_IF_ERROR(CheckImage(*layer));
  const Shape x = layer->shape(0);
  if (p.pad_beg() > 0 || p.pad_end() > 0) {
    return layer->Invalid(absl::StrCat("paddings of ", p.pad_beg(), " and ", p.pad_end(), "; they are not positive"));
  }
  const int64_t height = x[2] + p.pad_beg() + p.pad_end();
  const int64_t width = x[3] + p.pad_beg() + p.pad_end();
  if (height < 1 || width < 1 || p.zoom_factor() < 1 || p.shrink_factor() < 1) {
    return layer->Invalid(absl::StrCat("an input of ", height, " x ", width, " after cutting, zoom factor ",
                                       p.zoom_factor(), ", shrink factor ", p.shrink_factor()));
  }
  const auto scaled = [&](int64_t extent) {
    const int64_t shrunk = (extent - 1) / p.shrink_factor() + 1;
    return shrunk + (shrunk - 1) * (p.zoom_factor() - 1);
  };
  graph::Resize op;
  op.kind = graph::ResizeKind::kBilinearAlignCorners;
  op.out_h = p.height() > 0 ? p.height() : scaled(height);
  op.out_w = p.width() > 0 ? p.width() : scaled(width);
  if (layer->bottom_count() == 2 && layer->shape(1).rank() == 4) {
    op.out_h = layer->shape(1)[2];
    op.out_w = layer->shape(1)[3];
  }
  ValueId image = layer->bottom(0);
  if (height != x[2] || width != x[3]) {
    const graph::Slice cut{{0, 0, -p.pad_beg(), -p.pad_beg()}, {x[0], x[1], height, width}};
    ASSIGN_OR_RETURN(image, layer->Add(cut, {image}));
  }
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(op, {image}));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

constexpr ConverterRow kRows[] = {
    {"Convolution", ConvertConvolution},
    {"ConvolutionDepthwise", ConvertDepthwise},
    {"DepthwiseConvolution", ConvertDepthwise},
    {"Deconvolution", ConvertDeconvolution},
    {"Pooling", ConvertPooling},
    {"InnerProduct", ConvertInnerProduct},
    {"Upsample", ConvertUpsample},
    {"Interp", ConvertInterp},
};

}  // namespace

absl::Span<const ConverterRow> WindowConverters() { return kRows; }

}  // namespace bm::caffe
