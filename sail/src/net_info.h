// What the runtime says about a network, in SAIL's types.
#ifndef SAIL_SRC_NET_INFO_H_
#define SAIL_SRC_NET_INFO_H_

#include <map>
#include <string>
#include <vector>

#include "tensor.h"

namespace sail {

using Shapes = std::map<std::string, std::vector<int>>;
using Tensors = std::map<std::string, Tensor*>;

// One side of a network: its inputs or its outputs. The pointers belong to the runtime.
struct Ports {
  int count;
  const char* const* names;
  const bm_data_type_t* dtypes;
  const float* scales;

  // -1 for an unknown name.
  int Find(const std::string& name) const;
  std::vector<std::string> Names() const;
};

Ports InputsOf(const bm_net_info_t& net);
Ports OutputsOf(const bm_net_info_t& net);

std::vector<int> ToVector(const bm_shape_t& shape);

// The largest extent of every dimension over the stages.
Shapes MaxInputShapes(const bm_net_info_t& net);
Shapes MaxOutputShapes(const bm_net_info_t& net);

// SailEngineError unless `shapes` names every input once, with the shapes of one stage or, in a dynamic network, any
// positive extents up to the largest.
void CheckInputShapes(const bm_net_info_t& net, const Shapes& shapes);

inline bool CopiesInputs(IOMode mode) { return mode == SYSI || mode == SYSIO; }
inline bool CopiesOutputs(IOMode mode) { return mode == SYSO || mode == SYSIO; }

// Launches on device memory and waits. Shapes as checked by the runtime; returns those of the outputs. Mode says which
// host memories are copied. Prints the time and writes the tensors where set_print_flag and set_dump_io_flag ask for
// it.
Shapes Launch(Handle& handle, void* bmrt, const bm_net_info_t& net, IOMode mode, const Tensors& inputs,
              const Shapes& input_shapes, const Tensors& outputs);

}  // namespace sail

#endif  // SAIL_SRC_NET_INFO_H_
