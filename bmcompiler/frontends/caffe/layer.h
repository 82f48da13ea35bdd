// One layer while it is converted, and the table of converters.
#ifndef BMCOMPILER_FRONTENDS_CAFFE_LAYER_H_
#define BMCOMPILER_FRONTENDS_CAFFE_LAYER_H_

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bmcompiler/frontends/caffe/caffe.pb.h"
#include "bmcompiler/graph/graph.h"

namespace bm::caffe {

using graph::ValueId;

// What a converter sees of its layer: bottoms as values, blobs as constants, tops to be set.
class Layer {
 public:
  Layer(const LayerParameter& parameter, const LayerParameter* weights, std::vector<ValueId> bottoms,
        graph::Graph* graph, uint64_t* constant_budget)
      : parameter_(parameter),
        weights_(weights),
        bottoms_(std::move(bottoms)),
        graph_(*graph),
        constant_budget_(*constant_budget) {}

  const LayerParameter& parameter() const { return parameter_; }
  int bottom_count() const { return static_cast<int>(bottoms_.size()); }
  ValueId bottom(int index) const { return bottoms_[index]; }
  // Shapes are copies: the graph's own move when it grows.
  Shape shape(int bottom) const { return shape_of(bottoms_[bottom]); }
  Shape shape_of(ValueId value) const { return graph_.value(value).shape; }

  // INVALID_ARGUMENT unless there are `least` to `most` bottoms.
  absl::Status CheckBottoms(int least, int most) const;
  // An axis counted from the end if negative, in 0..rank of bottom 0 (- 1).
  absl::StatusOr<int> Axis(int axis, int bottom = 0) const;

  int blob_count() const { return weights_ == nullptr ? 0 : weights_->blobs_size(); }
  // The number of elements that a blob claims by its shape; 0 for one that is not there.
  int64_t BlobElements(int index) const;
  // A blob's values as so many elements; INVALID_ARGUMENT where it is missing or has another number.
  absl::StatusOr<std::vector<float>> Blob(int index, int64_t elements) const;
  // A blob as a constant of this shape.
  absl::StatusOr<ValueId> BlobConstant(int index, const Shape& shape);
  // A constant; `name` empty: named after the layer. INVALID_ARGUMENT where the network's constants would take more
  // memory than its files justify.
  absl::StatusOr<ValueId> Constant(const Shape& shape, std::vector<float> data, std::string name = "");
  // The same refusal before the data are made.
  absl::Status CheckRoom(uint64_t elements) const;

  // Adds an operation whose result is named like top `top`.
  absl::StatusOr<ValueId> Add(graph::Op op, std::vector<ValueId> inputs, int top = 0);
  // Adds a unary operation on bottom 0 and makes it top 0.
  absl::Status Unary(graph::Op op);

  void SetTop(int index, ValueId value) { tops_.emplace_back(index, value); }
  const std::vector<std::pair<int, ValueId>>& tops() const { return tops_; }

  // "layer conv1 (Convolution): <what>"
  absl::Status Invalid(const std::string& what) const;
  absl::Status Unsupported(const std::string& what) const;

 private:
  const LayerParameter& parameter_;
  const LayerParameter* weights_;
  const std::vector<ValueId> bottoms_;
  graph::Graph& graph_;
  uint64_t& constant_budget_;  // bytes that constants may still take, over all layers
  std::vector<std::pair<int, ValueId>> tops_;
};

using Converter = absl::Status (*)(Layer*);

struct ConverterRow {
  const char* type;
  Converter convert;
};

// The rows of each family's file.
absl::Span<const ConverterRow> WindowConverters();       // windows.cc
absl::Span<const ConverterRow> ElementwiseConverters();  // elementwise.cc
absl::Span<const ConverterRow> MovementConverters();     // movement.cc
absl::Span<const ConverterRow> DetectionConverters();    // detection.cc

}  // namespace bm::caffe

#endif  // BMCOMPILER_FRONTENDS_CAFFE_LAYER_H_
