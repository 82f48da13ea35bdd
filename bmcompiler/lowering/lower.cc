#include "bmcompiler/lowering/lower.h"

#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcompiler/lowering/decompose.h"
#include "bmcompiler/lowering/node_lowering.h"
#include "isa/checker.h"

namespace bm::lowering {
namespace {

constexpr uint64_t kContextAlignment = 4096;
// What the device can allocate in one piece: descriptors have 32-bit sizes.
constexpr uint64_t kMostPieceBytes = std::numeric_limits<uint32_t>::max();

absl::Status CheckPiece(const graph::Graph& graph, const char* what, uint64_t bytes) {
  if (bytes <= kMostPieceBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("network ", graph.name(), ": its ", what, " take ", bytes, " bytes; at most ", kMostPieceBytes));
}

// Outputs that no command writes (constants) are copied out of the coefficients.
uint64_t OutputAddress(Session* session, graph::ValueId output) {
  const uint64_t address = session->residency.InDdr(output);
  if ((address & kNeuronTag) != 0) return address;
  const uint64_t copy = session->residency.NewNeurons(session->graph.value(output).shape.count() * sizeof(float));
  const auto elements = static_cast<uint64_t>(session->graph.value(output).shape.count());
  session->commands.CopyFlat(address, copy, elements);
  return copy;
}

CompiledTensor Describe(const graph::Value& value, uint64_t tagged_address, uint64_t context_address) {
  return {value.name, value.shape, tagged_address - kNeuronTag + context_address,
          static_cast<uint64_t>(value.shape.count()) * sizeof(float)};
}

}  // namespace

absl::StatusOr<CompiledNet> Lower(const graph::Graph& source) {
  ASSIGN_OR_RETURN(const graph::Graph graph, Decompose(source));
  Session session(graph);
  CompiledNet net;
  net.name = graph.name();
  std::vector<std::unique_ptr<NodeLowering>> lowerings;
  for (const graph::Node& node : graph.nodes()) lowerings.push_back(MakeNodeLowering(&session, node));

  for (size_t i = 0; i < lowerings.size(); ++i) {
    if (lowerings[i] == nullptr) continue;
    const graph::Node& node = graph.nodes()[i];
    LayerCommands layer{node.name, graph::OpName(node.op),        session.commands.bdc_count(),
                        0,         session.commands.gdma_count(), 0};
    size_t next = i + 1;
    while (next < lowerings.size() && lowerings[next] == nullptr) ++next;
    session.residency.BeginNode(static_cast<graph::NodeId>(i));
    session.residency.SetUpcomingConstants(next < lowerings.size() ? lowerings[next]->Constants()
                                                                   : std::vector<PackedConstant>());
    RETURN_IF_ERROR(lowerings[i]->Lower());
    session.residency.EndNode();
    lowerings[i].reset();
    layer.bdc_count = session.commands.bdc_count() - layer.first_bdc;
    layer.gdma_count = session.commands.gdma_count() - layer.first_gdma;
    net.layers.push_back(std::move(layer));
  }

  std::vector<uint64_t> output_addresses;
  for (const graph::ValueId output : graph.outputs()) output_addresses.push_back(OutputAddress(&session, output));
  net.coefficients = session.coefficients.TakeBytes();
  net.coefficient_address = isa::kContextStart;
  net.context_address = isa::kContextStart + AlignUp(net.coefficients.size(), kContextAlignment);
  net.context_bytes = AlignUp(session.residency.neuron_bytes(), kContextAlignment);
  RETURN_IF_ERROR(CheckPiece(graph, "coefficients", net.coefficients.size()));
  RETURN_IF_ERROR(CheckPiece(graph, "neurons", net.context_bytes));
  net.local_peak_bytes = session.residency.local_peak_bytes();
  for (const graph::ValueId input : graph.inputs()) {
    net.inputs.push_back(Describe(graph.value(input), session.residency.InDdr(input), net.context_address));
  }
  for (size_t i = 0; i < output_addresses.size(); ++i) {
    net.outputs.push_back(Describe(graph.value(graph.outputs()[i]), output_addresses[i], net.context_address));
  }
  net.groups = session.commands.Finish(net.context_address);
  RETURN_IF_ERROR(isa::CheckGroups(
      net.groups,
      {{net.coefficient_address, AlignUp(net.coefficients.size(), kContextAlignment), false, "coefficients"},
       {net.context_address, net.context_bytes, true, "neurons"}}));
  return net;
}

}  // namespace bm::lowering
