#include "bmcompiler/frontends/caffe/caffe.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmcompiler/frontends/caffe/layer.h"
#include "bmcompiler/frontends/caffe/parse.h"

namespace bm::caffe {
namespace {

const std::map<absl::string_view, Converter>& Converters() {
  static const auto* const converters = [] {
    auto* table = new std::map<absl::string_view, Converter>();
    for (const absl::Span<const ConverterRow> rows :
         {WindowConverters(), ElementwiseConverters(), MovementConverters(), DetectionConverters()}) {
      for (const ConverterRow& row : rows) table->emplace(row.type, row.convert);
    }
    return table;
  }();
  return *converters;
}

// Layers that become network inputs, named by their first top.
constexpr absl::string_view kInputLayers[] = {"Input",         "Data",      "ImageData", "MemoryData",
                                              "AnnotatedData", "DummyData", "HDF5Data"};
// Types that inference has no use for.
bool IsTraining(absl::string_view type) {
  return type == "Accuracy" || type == "Silence" || (absl::EndsWith(type, "Loss") && type != "SoftmaxWithLoss");
}

// Layers that run on the host processor of a card.
constexpr absl::string_view kHostLayers[] = {"DetectionOutput", "Proposal", "RPN",    "ROIPooling",
                                             "PSROIPooling",    "ArgMax",   "Python", "Yolov3DetectionOutput"};

template <size_t kCount>
bool Contains(const absl::string_view (&list)[kCount], absl::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool IsInference(const LayerParameter& layer) {
  const auto is_test = [](const NetStateRule& rule) { return !rule.has_phase() || rule.phase() == TEST; };
  if (layer.include_size() > 0) return std::any_of(layer.include().begin(), layer.include().end(), is_test);
  return std::none_of(layer.exclude().begin(), layer.exclude().end(), is_test);
}

absl::StatusOr<Shape> ShapeOf(const BlobShape& shape) {
  return Shape::Create(absl::MakeConstSpan(shape.dim().data(), shape.dim_size()));
}

// What the prototxt says about an input layer's shape; a scalar where it says nothing.
absl::StatusOr<Shape> InputLayerShape(const LayerParameter& layer, int top) {
  if (layer.has_input_param() && layer.input_param().shape_size() > 0) {
    const auto& shapes = layer.input_param().shape();
    return ShapeOf(shapes[std::min(top, shapes.size() - 1)]);
  }
  if (layer.has_dummy_data_param()) {
    const DummyDataParameter& p = layer.dummy_data_param();
    if (p.shape_size() > 0) return ShapeOf(p.shape(std::min(top, p.shape_size() - 1)));
    if (p.num_size() > 0 && p.channels_size() > 0 && p.height_size() > 0 && p.width_size() > 0) {
      const int64_t dims[] = {p.num(0), p.channels(0), p.height(0), p.width(0)};
      return Shape::Create(dims);
    }
  }
  if (layer.has_memory_data_param()) {
    const MemoryDataParameter& p = layer.memory_data_param();
    const int64_t dims[] = {p.batch_size(), p.channels(), p.height(), p.width()};
    return Shape::Create(dims);
  }
  return Shape();
}

// The name asked for, the prototxt's, or what stands in for one.
std::string NameOf(const NetParameter& net, const ReadOptions& options) {
  if (!options.net_name.empty()) return options.net_name;
  return net.name().empty() ? options.fallback_name : net.name();
}

// Walks the layers of a network and builds the graph.
class Importer {
 public:
  // `file_bytes`: the size of both files, which bounds what constants may take.
  Importer(const NetParameter& net, const NetParameter& weights, const ReadOptions& options, uint64_t file_bytes)
      : net_(net),
        options_(options),
        graph_(NameOf(net, options)),
        constant_budget_(kFreeConstantBytes + 2 * file_bytes) {
    for (const LayerParameter& layer : weights.layer()) weights_[layer.name()] = &layer;
    for (const LayerParameter& layer : net.layer()) {
      if (IsInference(layer) && !IsTraining(layer.type())) read_.insert(layer.bottom().begin(), layer.bottom().end());
    }
  }

  absl::StatusOr<graph::Graph> Run() {
    RETURN_IF_ERROR(CheckCount());
    RETURN_IF_ERROR(CheckTypes());
    RETURN_IF_ERROR(AddTopInputs());
    for (const LayerParameter& layer : net_.layer()) {
      if (!IsInference(layer) || IsDropped(layer)) continue;
      if (Contains(kInputLayers, layer.type())) {
        RETURN_IF_ERROR(AddInputLayer(layer));
      } else {
        RETURN_IF_ERROR(AddLayer(layer));
      }
    }
    if (inputs_ < options_.input_shapes.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat(options_.input_shapes.size(), " shapes are given; the network has ", inputs_, " inputs"));
    }
    RETURN_IF_ERROR(MarkOutputs());
    return std::move(graph_);
  }

 private:
  // Prior boxes and other constants that are not in the files: 2^20 boxes.
  static constexpr uint64_t kFreeConstantBytes = 32 << 20;

  // Layers that are left out: training's, and a SoftmaxWithLoss that no layer reads, of which its softmax would remain.
  bool IsDropped(const LayerParameter& layer) const {
    if (layer.type() != "SoftmaxWithLoss") return IsTraining(layer.type());
    return layer.top_size() == 0 || read_.count(layer.top(0)) == 0;
  }

  absl::Status CheckCount() const {
    constexpr int64_t kMost = 1 << 15;
    int64_t count = net_.input_size();
    for (const LayerParameter& layer : net_.layer()) count += 1 + layer.top_size();
    if (count <= kMost) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(count, " layers and tops; at most ", kMost));
  }

  // All layers that cannot be converted, at once.
  absl::Status CheckTypes() const {
    std::vector<std::string> unknown;
    for (const LayerParameter& layer : net_.layer()) {
      if (!IsInference(layer) || IsDropped(layer) || Contains(kInputLayers, layer.type()) ||
          Converters().count(layer.type()) > 0) {
        continue;
      }
      const bool is_host = Contains(kHostLayers, layer.type());
      unknown.push_back(absl::StrCat(layer.name(), " (", layer.type(), is_host ? ", which runs on the host" : "", ")"));
    }
    if (unknown.empty()) return absl::OkStatus();
    return absl::UnimplementedError(absl::StrCat("layers that are not built: ", absl::StrJoin(unknown, ", "),
                                                 "; --list_ops prints the built types"));
  }

  absl::Status AddInput(const std::string& name, absl::StatusOr<Shape> shape) {
    if (inputs_ < options_.input_shapes.size()) shape = options_.input_shapes[inputs_];
    RETURN_IF_ERROR(shape.status());
    const absl::StatusOr<uint64_t> count = shape->Count();
    if (shape->rank() == 0 || !count.ok() || *count == 0 || *count > graph::kMostElements) {
      return absl::InvalidArgumentError(
          absl::StrCat("input ", name, " has no usable shape (", shape->ToString(), "); give one with --shapes"));
    }
    ++inputs_;
    values_[name] = graph_.AddInput(name, *shape);
    return absl::OkStatus();
  }

  // The oldest form: `input` lines with input_shape or four input_dims each.
  absl::Status AddTopInputs() {
    for (int i = 0; i < net_.input_size(); ++i) {
      absl::StatusOr<Shape> shape = Shape();
      if (i < net_.input_shape_size()) {
        shape = ShapeOf(net_.input_shape(i));
      } else if (4 * i + 4 <= net_.input_dim_size()) {
        const int64_t dims[] = {net_.input_dim(4 * i), net_.input_dim(4 * i + 1), net_.input_dim(4 * i + 2),
                                net_.input_dim(4 * i + 3)};
        shape = Shape::Create(dims);
      }
      RETURN_IF_ERROR(AddInput(net_.input(i), std::move(shape)));
    }
    return absl::OkStatus();
  }

  // Only Input layers have several inputs; a second top of the others is a label.
  absl::Status AddInputLayer(const LayerParameter& layer) {
    const int tops = layer.type() == "Input" ? layer.top_size() : std::min(layer.top_size(), 1);
    for (int top = 0; top < tops; ++top) RETURN_IF_ERROR(AddInput(layer.top(top), InputLayerShape(layer, top)));
    return absl::OkStatus();
  }

  absl::Status AddLayer(const LayerParameter& layer) {
    std::vector<ValueId> bottoms;
    const int bottom_count = layer.type() == "SoftmaxWithLoss" ? std::min(layer.bottom_size(), 1) : layer.bottom_size();
    for (int i = 0; i < bottom_count; ++i) {
      const auto value = values_.find(layer.bottom(i));
      if (value == values_.end()) {
        return absl::InvalidArgumentError(absl::StrCat("layer ", layer.name(), " (", layer.type(),
                                                       "): no layer above it has the top ", layer.bottom(i)));
      }
      bottoms.push_back(value->second);
    }
    if (bottoms.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("layer ", layer.name(), " (", layer.type(), "): it has no bottom"));
    }
    const auto weights = weights_.find(layer.name());
    Layer converted(layer, weights == weights_.end() ? nullptr : weights->second, std::move(bottoms), &graph_,
                    &constant_budget_);
    RETURN_IF_ERROR(Converters().at(layer.type())(&converted));
    for (int i = 0; i < bottom_count; ++i) used_[layer.bottom(i)] = true;
    for (const auto& [top, value] : converted.tops()) {
      if (top >= layer.top_size()) continue;
      values_[layer.top(top)] = value;
      used_[layer.top(top)] = false;
      if (is_top_.insert(layer.top(top)).second) tops_.push_back(layer.top(top));
    }
    return absl::OkStatus();
  }

  // Outputs are the tops that nobody reads, in the order in which they first appear.
  absl::Status MarkOutputs() {
    for (const std::string& top : tops_) {
      if (used_[top]) continue;
      ValueId value = values_[top];
      if (graph_.value(value).name != top) {
        ASSIGN_OR_RETURN(value, graph_.AddNode(top, graph::Identity{}, {value}, top));
      }
      graph_.MarkOutput(value);
    }
    if (graph_.outputs().empty()) return absl::InvalidArgumentError("the network has no output: every top is read");
    return absl::OkStatus();
  }

  const NetParameter& net_;
  const ReadOptions& options_;
  graph::Graph graph_;
  std::unordered_map<std::string, const LayerParameter*> weights_;
  std::unordered_map<std::string, ValueId> values_;
  std::unordered_map<std::string, bool> used_;
  std::vector<std::string> tops_;  // every layer's, in the order of their first appearance
  std::unordered_set<std::string> is_top_;
  std::unordered_set<std::string> read_;  // bottoms of all layers of inference
  uint64_t constant_budget_;
  size_t inputs_ = 0;
};

}  // namespace

absl::StatusOr<graph::Graph> ParseCaffe(absl::string_view prototxt, absl::string_view caffemodel,
                                        const ReadOptions& options, const std::string& prototxt_name,
                                        const std::string& caffemodel_name) {
  ASSIGN_OR_RETURN(const NetParameter net, ParsePrototxt(prototxt, prototxt_name));
  ASSIGN_OR_RETURN(const NetParameter weights, ParseCaffemodel(caffemodel, caffemodel_name));
  absl::StatusOr<graph::Graph> graph = Importer(net, weights, options, prototxt.size() + caffemodel.size()).Run();
  if (graph.ok()) return graph;
  return absl::Status(graph.status().code(), absl::StrCat(prototxt_name, ": ", graph.status().message()));
}

absl::StatusOr<graph::Graph> ReadCaffe(const std::string& prototxt_path, const std::string& caffemodel_path,
                                       const ReadOptions& options) {
  ASSIGN_OR_RETURN(const MappedFile prototxt, MappedFile::Open(prototxt_path));
  ASSIGN_OR_RETURN(const MappedFile caffemodel, MappedFile::Open(caffemodel_path));
  ReadOptions named = options;
  const std::string stem = std::filesystem::path(prototxt_path).stem().string();
  if (named.fallback_name.empty()) named.fallback_name = stem;
  const auto text = [](const MappedFile& file) {
    return absl::string_view(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  };
  return ParseCaffe(text(prototxt), text(caffemodel), named, prototxt_path, caffemodel_path);
}

std::vector<std::string> SupportedLayers() {
  std::vector<std::string> types(std::begin(kInputLayers), std::end(kInputLayers));
  for (const auto& [type, converter] : Converters()) types.emplace_back(type);
  std::sort(types.begin(), types.end());
  return types;
}

}  // namespace bm::caffe
