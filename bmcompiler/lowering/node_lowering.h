// How one node becomes commands.
#ifndef BMCOMPILER_LOWERING_NODE_LOWERING_H_
#define BMCOMPILER_LOWERING_NODE_LOWERING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bmcompiler/graph/graph.h"
#include "bmcompiler/lowering/coefficients.h"
#include "bmcompiler/lowering/commands.h"
#include "bmcompiler/lowering/residency.h"

namespace bm::lowering {

// What all nodes of a net share while they are lowered.
struct Session {
  explicit Session(const graph::Graph& source) : graph(source), residency(source, &commands, &coefficients) {}

  const graph::Graph& graph;
  Commands commands;
  Coefficients coefficients;
  Residency residency;
};

class NodeLowering {
 public:
  NodeLowering(Session* session, const graph::Node& node) : session_(*session), node_(node) {}
  virtual ~NodeLowering() = default;

  // The constants that Lower will place, so that they can be loaded while the node before computes. May be empty.
  virtual std::vector<PackedConstant> Constants() { return {}; }

  // Emits the node's commands. UNIMPLEMENTED and RESOURCE_EXHAUSTED as Lower of the whole net.
  virtual absl::Status Lower() = 0;

 protected:
  const graph::Value& Input(int index) const { return session_.graph.value(node_.inputs[index]); }
  const graph::Value& Output() const { return session_.graph.value(node_.output); }
  const std::vector<float>& Constant(int index) const { return *Input(index).constant; }
  int input_count() const { return static_cast<int>(node_.inputs.size()); }

  // "layer conv1 (Convolution): <what>".
  absl::Status Unsupported(const std::string& what) const;
  absl::Status TooLarge(const std::string& what) const;

  Session& session_;
  const graph::Node& node_;
};

// The lowering of the node; null where the result merely is the operand under another shape.
std::unique_ptr<NodeLowering> MakeNodeLowering(Session* session, const graph::Node& node);

// ---- Views of row-major tensors as n, c, h, w ----

// Dimension 0 as n, 1 as c, 2 as h, the product of the rest as w; missing ones are 1.
Dims4 CanonicalView(const Shape& shape);
// A view of so many elements that takes little local memory: n = 1 and the elements spread over the lanes.
Dims4 FlatView(uint64_t elements);
// Whether the fields of commands hold the view.
bool FitsFields(const Dims4& view);

}  // namespace bm::lowering

#endif  // BMCOMPILER_LOWERING_NODE_LOWERING_H_
