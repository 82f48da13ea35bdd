// Runs a graph of an engine on floats of the caller: what the Python form of process() does.
#ifndef SAIL_SRC_ENGINE_ACCESS_H_
#define SAIL_SRC_ENGINE_ACCESS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine.h"
#include "engine_multi.h"

namespace sail {

struct Floats {
  const float* data;
  std::vector<int> shape;
};

struct EngineAccess {
  // Host floats in, host floats out: integer inputs are quantised with their scale, integer outputs multiplied with
  // theirs. `allocate` is called for every output after the run and returns room for a tensor of the shape.
  // SailEngineError as process(); also if the mode of the graph is SYSO or DEVIO. Thread-safe.
  static void Process(Engine& engine, const std::string& graph_name, const std::map<std::string, Floats>& inputs,
                      const std::function<float*(const std::string& name, const std::vector<int>& shape)>& allocate);

  // The graph that process() runs, and what its outputs are multiplied with.
  static std::string GraphOf(MultiEngine& engines);
  static float OutputScale(MultiEngine& engines, const std::string& graph_name, const std::string& tensor_name);
};

}  // namespace sail

#endif  // SAIL_SRC_ENGINE_ACCESS_H_
