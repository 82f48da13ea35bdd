// Layers that only move or rename data.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/layer.h"

namespace bm::caffe {
namespace {

absl::Status ConvertIdentity(Layer* layer) {
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  for (int top = 0; top < layer->parameter().top_size(); ++top) layer->SetTop(top, layer->bottom(0));
  return absl::OkStatus();
}

absl::Status ConvertConcat(Layer* layer) {
  const ConcatParameter& p = layer->parameter().concat_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1024));
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.has_concat_dim() ? static_cast<int>(p.concat_dim()) : p.axis()));
  std::vector<ValueId> inputs;
  for (int i = 0; i < layer->bottom_count(); ++i) inputs.push_back(layer->bottom(i));
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(graph::Concat{axis}, std::move(inputs)));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

// The part [begin, begin + extent) of one axis.
graph::Slice AxisSlice(const Shape& shape, int axis, int64_t begin, int64_t extent) {
  graph::Slice op;
  op.start.assign(shape.rank(), 0);
  op.extent.assign(shape.dims().begin(), shape.dims().end());
  op.start[axis] = begin;
  op.extent[axis] = extent;
  return op;
}

absl::Status ConvertSlice(Layer* layer) {
  const SliceParameter& p = layer->parameter().slice_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.has_slice_dim() ? static_cast<int>(p.slice_dim()) : p.axis()));
  const Shape x = layer->shape(0);
  const int tops = layer->parameter().top_size();
  std::vector<int64_t> points = {0};
  if (p.slice_point_size() > 0) {
    points.insert(points.end(), p.slice_point().begin(), p.slice_point().end());
  } else {
    if (tops == 0 || x[axis] % tops != 0) {
      return layer->Invalid(absl::StrCat(x[axis], " positions do not divide into ", tops, " tops"));
    }
    for (int i = 1; i < tops; ++i) points.push_back(x[axis] / tops * i);
  }
  points.push_back(x[axis]);
  if (static_cast<int>(points.size()) != tops + 1 || !std::is_sorted(points.begin(), points.end())) {
    return layer->Invalid(
        absl::StrCat(points.size() - 2, " slice points for ", tops, " tops and ", x[axis], " positions"));
  }
  for (int i = 0; i < tops; ++i) {
    ASSIGN_OR_RETURN(const ValueId part,
                     layer->Add(AxisSlice(x, axis, points[i], points[i + 1] - points[i]), {layer->bottom(0)}, i));
    layer->SetTop(i, part);
  }
  return absl::OkStatus();
}

absl::Status ConvertFlatten(Layer* layer) {
  const FlattenParameter& p = layer->parameter().flatten_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.axis()));
  ASSIGN_OR_RETURN(const int end, layer->Axis(p.end_axis()));
  const Shape x = layer->shape(0);
  if (end < axis) return layer->Invalid(absl::StrCat("axes ", axis, " to ", end));
  std::vector<int64_t> dims(x.dims().begin(), x.dims().begin() + axis);
  dims.push_back(x.CountOf(axis, end + 1));
  dims.insert(dims.end(), x.dims().begin() + end + 1, x.dims().end());
  ASSIGN_OR_RETURN(const Shape shape, Shape::Create(dims));
  return layer->Unary(graph::Reshape{shape});
}

// 0 copies the bottom's extent, one -1 takes what is left.
absl::Status ConvertReshape(Layer* layer) {
  const ReshapeParameter& p = layer->parameter().reshape_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  const int64_t begin = p.axis() < 0 ? int64_t{p.axis()} + x.rank() + 1 : p.axis();
  const int64_t end = p.num_axes() < 0 ? x.rank() : begin + p.num_axes();
  if (begin < 0 || begin > x.rank() || end < begin || end > x.rank()) {
    return layer->Invalid(absl::StrCat("axes ", begin, " to ", end, " of a bottom of shape ", x.ToString()));
  }
  std::vector<int64_t> dims(x.dims().begin(), x.dims().begin() + begin);
  int inferred = -1;
  for (int i = 0; i < p.shape().dim_size(); ++i) {
    const int64_t dim = p.shape().dim(i);
    if (dim == 0) {
      if (begin + i >= x.rank())
        return layer->Invalid(absl::StrCat("dim ", i, " copies an extent that ", x.ToString(), " lacks"));
      dims.push_back(x[static_cast<int>(begin + i)]);
    } else if (dim == -1 && inferred < 0) {
      inferred = static_cast<int>(dims.size());
      dims.push_back(1);
    } else if (dim > 0) {
      dims.push_back(dim);
    } else {
      return layer->Invalid(absl::StrCat("dim ", i, " is ", dim, "; positive, 0, or -1 once"));
    }
  }
  dims.insert(dims.end(), x.dims().begin() + end, x.dims().end());
  ASSIGN_OR_RETURN(Shape shape, Shape::Create(dims));
  ASSIGN_OR_RETURN(const uint64_t known, shape.Count());
  if (inferred >= 0) {
    const auto total = static_cast<uint64_t>(x.count());
    if (known == 0 || total % known != 0) {
      return layer->Invalid(absl::StrCat(x.ToString(), " does not fill ", shape.ToString(), " with an open extent"));
    }
    shape.set(inferred, static_cast<int64_t>(total / known));
  }
  return layer->Unary(graph::Reshape{shape});
}

// Axes that `order` does not name follow in their old order.
absl::Status ConvertPermute(Layer* layer) {
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const auto& order = layer->parameter().permute_param().order();
  graph::Transpose op;
  for (const uint32_t axis : order)
    op.permutation.push_back(static_cast<int>(std::min<uint32_t>(axis, Shape::kMaxRank)));
  for (int axis = 0; axis < layer->shape(0).rank(); ++axis) {
    if (std::find(op.permutation.begin(), op.permutation.end(), axis) == op.permutation.end()) {
      op.permutation.push_back(axis);
    }
  }
  return layer->Unary(std::move(op));
}

absl::Status ConvertTile(Layer* layer) {
  const TileParameter& p = layer->parameter().tile_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.axis()));
  graph::Tile op;
  op.repeats.assign(layer->shape(0).rank(), 1);
  op.repeats[axis] = p.tiles();
  return layer->Unary(std::move(op));
}

// Bottom 0 cut to the extents of bottom 1 from `axis` on, at the given offsets (one for all, or one each).
absl::Status ConvertCrop(Layer* layer) {
  const CropParameter& p = layer->parameter().crop_param();
  RETURN_IF_ERROR(layer->CheckBottoms(2, 2));
  ASSIGN_OR_RETURN(const int axis, layer->Axis(p.axis()));
  const Shape x = layer->shape(0);
  const Shape reference = layer->shape(1);
  const int cut_axes = x.rank() - axis;
  if (reference.rank() != x.rank() || (p.offset_size() > 1 && p.offset_size() != cut_axes)) {
    return layer->Invalid(absl::StrCat("bottoms of shapes ", x.ToString(), " and ", reference.ToString(), " with ",
                                       p.offset_size(), " offsets for ", cut_axes, " axes"));
  }
  graph::Slice op;
  for (int i = 0; i < x.rank(); ++i) {
    const bool is_cut = i >= axis;
    const int64_t offset = p.offset_size() == 0 ? 0 : p.offset(p.offset_size() == 1 ? 0 : std::max(i - axis, 0));
    op.start.push_back(is_cut ? offset : 0);
    op.extent.push_back(is_cut ? reference[i] : x[i]);
  }
  ASSIGN_OR_RETURN(const ValueId result, layer->Add(std::move(op), {layer->bottom(0)}));
  layer->SetTop(0, result);
  return absl::OkStatus();
}

// bottom -> reshape -> transpose -> reshape -> top 0
absl::Status Rearrange(Layer* layer, const Shape& split, std::vector<int> permutation, const Shape& result) {
  ASSIGN_OR_RETURN(const ValueId apart, layer->Add(graph::Reshape{split}, {layer->bottom(0)}));
  ASSIGN_OR_RETURN(const ValueId moved, layer->Add(graph::Transpose{std::move(permutation)}, {apart}));
  ASSIGN_OR_RETURN(const ValueId joined, layer->Add(graph::Reshape{result}, {moved}));
  layer->SetTop(0, joined);
  return absl::OkStatus();
}

absl::Status ConvertShuffleChannel(Layer* layer) {
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  const int64_t groups = layer->parameter().shuffle_channel_param().group();
  if (x.rank() < 2 || groups < 1 || x[1] % groups != 0) {
    return layer->Invalid(absl::StrCat("a bottom of shape ", x.ToString(), " in ", groups, " groups"));
  }
  return Rearrange(layer, {x[0], groups, x[1] / groups, x.CountOf(2, x.rank())}, {0, 2, 1, 3}, x);
}

// Darknet's order: the bottom is read as [N, C / s^2, H, s, W, s], whatever its own rows and columns are.
absl::Status ConvertReorg(Layer* layer) {
  const ReorgParameter& p = layer->parameter().reorg_param();
  RETURN_IF_ERROR(layer->CheckBottoms(1, 1));
  const Shape x = layer->shape(0);
  const int64_t s = p.stride();
  if (x.rank() != 4 || s < 1 || s > 1024 || x[1] % (s * s) != 0 || (!p.reverse() && (x[2] % s != 0 || x[3] % s != 0))) {
    return layer->Invalid(absl::StrCat("a bottom of shape ", x.ToString(), " with stride ", s,
                                       "; the stride's square divides the channels, the stride rows and columns"));
  }
  const int64_t channels = x[1] / (s * s);
  if (p.reverse()) {
    return Rearrange(layer, {x[0], s, s, channels, x[2], x[3]}, {0, 3, 4, 1, 5, 2},
                     {x[0], channels, x[2] * s, x[3] * s});
  }
  return Rearrange(layer, {x[0], channels, x[2], s, x[3], s}, {0, 3, 5, 1, 2, 4},
                   {x[0], x[1] * s * s, x[2] / s, x[3] / s});
}

constexpr ConverterRow kRows[] = {
    {"Dropout", ConvertIdentity},
    {"Split", ConvertIdentity},
    {"Concat", ConvertConcat},
    {"Slice", ConvertSlice},
    {"Flatten", ConvertFlatten},
    {"Reshape", ConvertReshape},
    {"Permute", ConvertPermute},
    {"Tile", ConvertTile},
    {"Crop", ConvertCrop},
    {"Reorg", ConvertReorg},
    {"ShuffleChannel", ConvertShuffleChannel},
};

}  // namespace

absl::Span<const ConverterRow> MovementConverters() { return kRows; }

}  // namespace bm::caffe
