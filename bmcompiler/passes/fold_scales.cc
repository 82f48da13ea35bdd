#include <cmath>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "bmcompiler/graph/rewriter.h"
#include "bmcompiler/passes/simplify.h"

namespace bm::passes {
namespace {

using graph::Graph;
using graph::Node;
using graph::Rewriter;
using graph::ValueId;

// y = scale[c] * x + shift[c], in double until it is written back.
struct ChannelScale {
  std::vector<double> scale, shift;

  // The one that applies `next` after this.
  void Append(const ChannelScale& next) {
    for (size_t c = 0; c < scale.size(); ++c) {
      scale[c] *= next.scale[c];
      shift[c] = shift[c] * next.scale[c] + next.shift[c];
    }
  }
};

// What a node does along axis 1, if that is all it does.
std::optional<ChannelScale> ScaleOf(const Graph& graph, const Node& node) {
  ChannelScale result;
  const auto constant = [&](int index) -> const std::vector<float>& {
    return *graph.value(node.inputs[index]).constant;
  };
  if (const auto* op = std::get_if<graph::ScaleShift>(&node.op)) {
    if (op->axis != 1 || graph.value(node.inputs[1]).shape.rank() != 1) return std::nullopt;
    result.scale.assign(constant(1).begin(), constant(1).end());
    result.shift.assign(result.scale.size(), 0);
    if (node.inputs.size() > 2) result.shift.assign(constant(2).begin(), constant(2).end());
    return result;
  }
  if (const auto* op = std::get_if<graph::BatchNorm>(&node.op)) {
    for (size_t c = 0; c < constant(1).size(); ++c) {
      const double inverse = 1 / std::sqrt(double{constant(2)[c]} + op->epsilon);
      result.scale.push_back(inverse);
      result.shift.push_back(-constant(1)[c] * inverse);
    }
    return result;
  }
  return std::nullopt;
}

std::vector<float> ToFloat(const std::vector<double>& values) { return {values.begin(), values.end()}; }

// The result channel of each weight value, for operations whose weights can take up a scale.
std::optional<std::vector<int32_t>> ChannelOfWeights(const Graph& graph, const Node& node) {
  const auto fill = [&](auto channel_of) {
    std::vector<int32_t> channels(graph.value(node.inputs[1]).shape.count());
    for (size_t i = 0; i < channels.size(); ++i)
      channels[i] = static_cast<int32_t>(channel_of(static_cast<int64_t>(i)));
    return channels;
  };
  if (std::holds_alternative<graph::Convolution>(node.op)) {
    const Shape& weight = graph.value(node.inputs[1]).shape;  // [OC, C / groups, KH, KW]
    return fill([&](int64_t i) { return i / weight.CountOf(1, 4); });
  }
  if (const auto* op = std::get_if<graph::Deconvolution>(&node.op)) {
    const Shape& weight = graph.value(node.inputs[1]).shape;  // [C, OC / groups, KH, KW]
    const int64_t inputs_a_group = weight[0] / op->groups;
    return fill([&](int64_t i) {
      const int64_t group = i / weight.CountOf(1, 4) / inputs_a_group;
      return group * weight[1] + i / weight.CountOf(2, 4) % weight[1];
    });
  }
  if (const auto* op = std::get_if<graph::FullyConnected>(&node.op)) {
    const Shape& weight = graph.value(node.inputs[1]).shape;  // [OUT, IN]
    if (op->axis != 1) return std::nullopt;
    return fill([&](int64_t i) { return i / weight[1]; });
  }
  return std::nullopt;
}

class ScaleFolder {
 public:
  explicit ScaleFolder(const Graph& graph) : rewriter_(graph), graph_(graph), consumers_(graph.Consumers()) {}

  absl::StatusOr<Graph> Run() {
    for (size_t i = 0; i < graph_.nodes().size(); ++i) {
      const Node& node = graph_.nodes()[i];
      if (folded_.count(static_cast<graph::NodeId>(i)) > 0) continue;
      RETURN_IF_ERROR(Rewrite(node));
    }
    return rewriter_.Finish();
  }

 private:
  // The scales that follow a value which nobody else reads; `last` becomes the value behind them.
  std::optional<ChannelScale> FollowingScales(ValueId value, ValueId* last) {
    std::optional<ChannelScale> total;
    *last = value;
    while (consumers_[*last].size() == 1 && !rewriter_.IsOutput(*last)) {
      const graph::NodeId next = consumers_[*last][0];
      const std::optional<ChannelScale> scale = ScaleOf(graph_, graph_.node(next));
      if (!scale.has_value() || graph_.node(next).inputs[0] != *last) break;
      if (total.has_value()) {
        total->Append(*scale);
      } else {
        total = scale;
      }
      folded_.insert(next);
      *last = graph_.node(next).output;
    }
    return total;
  }

  absl::Status Rewrite(const Node& node) {
    ValueId last = -1;
    if (const std::optional<std::vector<int32_t>> channels = ChannelOfWeights(graph_, node)) {
      const std::optional<ChannelScale> scale = FollowingScales(node.output, &last);
      return scale.has_value() ? FoldIntoWeights(node, *channels, *scale, last) : rewriter_.Copy(node);
    }
    std::optional<ChannelScale> first = ScaleOf(graph_, node);
    if (!first.has_value()) return rewriter_.Copy(node);
    if (const std::optional<ChannelScale> rest = FollowingScales(node.output, &last)) first->Append(*rest);
    Graph& result = rewriter_.result();
    const Shape shape{static_cast<int64_t>(first->scale.size())};
    const ValueId scale = result.AddConstant(node.name + "/scale", shape, ToFloat(first->scale));
    const ValueId shift = result.AddConstant(node.name + "/shift", shape, ToFloat(first->shift));
    return AddTo(last, node, graph::ScaleShift{1}, {rewriter_.Map(node.inputs[0]), scale, shift});
  }

  absl::Status FoldIntoWeights(const Node& node, const std::vector<int32_t>& channels, const ChannelScale& scale,
                               ValueId last) {
    const graph::Value& weight = graph_.value(node.inputs[1]);
    std::vector<float> scaled(weight.constant->size());
    for (size_t i = 0; i < scaled.size(); ++i) {
      scaled[i] = static_cast<float>((*weight.constant)[i] * scale.scale[channels[i]]);
    }
    std::vector<double> bias = scale.shift;
    if (node.inputs.size() > 2) {
      const std::vector<float>& old = *graph_.value(node.inputs[2]).constant;
      for (size_t c = 0; c < bias.size(); ++c) bias[c] += old[c] * scale.scale[c];
    }
    Graph& result = rewriter_.result();
    const ValueId new_weight = result.AddConstant(weight.name, weight.shape, std::move(scaled));
    const ValueId new_bias =
        result.AddConstant(node.name + "/bias", {static_cast<int64_t>(bias.size())}, ToFloat(bias));
    return AddTo(last, node, node.op, {rewriter_.Map(node.inputs[0]), new_weight, new_bias});
  }

  // Adds an operation on the new graph's values that makes the source's value `output`.
  absl::Status AddTo(ValueId output, const Node& node, graph::Op op, std::vector<ValueId> inputs) {
    ASSIGN_OR_RETURN(const ValueId value, rewriter_.result().AddNode(node.name, std::move(op), std::move(inputs),
                                                                     graph_.value(output).name));
    rewriter_.Replace(output, value);
    return absl::OkStatus();
  }

  Rewriter rewriter_;
  const Graph& graph_;
  const std::vector<std::vector<graph::NodeId>> consumers_;
  std::set<graph::NodeId> folded_;
};

}  // namespace

absl::StatusOr<Graph> FoldScales(const Graph& graph) { return ScaleFolder(graph).Run(); }

}  // namespace bm::passes
