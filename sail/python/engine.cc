// Engine and MultiEngine.
#include "engine.h"

#include <algorithm>

#include "engine_multi.h"
#include "sail/python/bind.h"
#include "sail/src/engine_access.h"
#include "sail/src/error.h"

namespace sail {
namespace {

namespace py = pybind11;

using Arrays = std::map<std::string, Array<float>>;
using TensorMap = std::map<std::string, Tensor*>;
using ShapeMap = std::map<std::string, std::vector<int>>;

// The bytes of a model, of which `size` are used.
const char* ModelBytes(const py::bytes& bytes, int size) {
  char* data = nullptr;
  py::ssize_t available = 0;
  if (PyBytes_AsStringAndSize(bytes.ptr(), &data, &available) != 0) throw py::error_already_set();
  if (size < 0 || size > available) {
    Throw(SAIL_ERR_ENGINE_LOAD, absl::StrCat("a bmodel of ", size, " bytes in an object of ", available));
  }
  return data;
}

Arrays ProcessArrays(Engine& engine, const std::string& graph, const Arrays& inputs, const std::vector<int>&) {
  std::map<std::string, Floats> floats;
  for (const auto& [name, array] : inputs) floats[name] = Floats{array.data(), ShapeOf(array)};
  Arrays outputs;
  const py::gil_scoped_release release;
  EngineAccess::Process(engine, graph, floats, [&](const std::string& name, const std::vector<int>& shape) {
    const py::gil_scoped_acquire acquire;
    return (outputs[name] = Array<float>(shape)).mutable_data();
  });
  return outputs;
}

void BindRuns(OwningClass<Engine>& engine) {
  engine
      .def(
          "process",
          [](Engine& self, const std::string& graph, TensorMap& in, TensorMap& out, const std::vector<int>& cores) {
            self.process(graph, in, out, cores);
          },
          py::arg("graph_name"), py::arg("input"), py::arg("output"), py::arg("core_list") = std::vector<int>(),
          Release(), "On tensors {name: tensor}, whose shapes choose the stage. SailEngineError for what does not fit.")
      .def(
          "process",
          [](Engine& self, const std::string& graph, TensorMap& in, ShapeMap& shapes, TensorMap& out,
             const std::vector<int>& cores) { self.process(graph, in, shapes, out, cores); },
          py::arg("graph_name"), py::arg("input"), py::arg("input_shapes"), py::arg("output"),
          py::arg("core_list") = std::vector<int>(), Release(),
          "The same with shapes of the inputs, which may be smaller than the tensors.")
      .def("process", &ProcessArrays, py::arg("graph_name"), py::arg("input_tensors"),
           py::arg("core_list") = std::vector<int>(),
           "On arrays {name: array}, of any type, order and stride, or lists; they stay unchanged. {output name: "
           "float32 array}. Integer inputs are quantised, integer outputs are multiplied with their scale. SYSI or "
           "SYSIO only.")
      .def("reshape", &Engine::reshape,
           "Sets the shapes of the inputs. SailEngineError for shapes that the graph does not take.");
}

void BindEngineClass(py::module_& module) {
  OwningClass<Engine> engine(
      module, "Engine",
      "Runs the networks of bmodels on one device. process(), load() and the getters may be called by any number of "
      "threads. An unknown graph raises SailEngineError with the graphs there are.");
  engine.def(py::init<int>(), Release())
      .def(py::init<const Handle&>(), Release())
      .def(py::init<const std::string&, int, IOMode>(), Release())
      .def(py::init([](const py::bytes& model, int size, int tpu_id, IOMode mode) {
        const char* const bytes = ModelBytes(model, size);
        const py::gil_scoped_release release;
        return Owner<Engine>(new Engine(bytes, size, tpu_id, mode));
      }))
      .def(
          "get_handle", [](Engine& self) { return self.get_handle(); }, "The device, for tensors and Bmcv.")
      .def("get_device_id", &Engine::get_device_id, "The number of the device.")
      .def("load", py::overload_cast<const std::string&>(&Engine::load), Release(),
           "Adds the graphs of a bmodel, a file or bytes of a size. False if it is broken or brings no new graph.")
      .def("load",
           [](Engine& self, const py::bytes& model, int size) {
             const char* const bytes = ModelBytes(model, size);
             const py::gil_scoped_release release;
             return self.load(bytes, size);
           })
      .def("get_graph_names", &Engine::get_graph_names, "In the order of loading.")
      .def("set_io_mode", &Engine::set_io_mode,
           "Which host memories process() on tensors copies: SYSI inputs, SYSO outputs, SYSIO both, DEVIO none.")
      .def("graph_is_dynamic", &Engine::graph_is_dynamic, "Whether inputs of any shape up to the largest are taken.")
      .def("get_input_names", &Engine::get_input_names, "In the order of the model.")
      .def("get_output_names", &Engine::get_output_names, "In the order of the model.")
      .def("get_max_input_shapes", &Engine::get_max_input_shapes, "{name: shape}, the largest extents over all stages.")
      .def("get_max_output_shapes", &Engine::get_max_output_shapes,
           "{name: shape}, the largest extents over all stages.")
      .def("get_input_shape", &Engine::get_input_shape,
           "The largest shape until reshape() or process() set another one; [] for an unknown name.")
      .def("get_output_shape", &Engine::get_output_shape,
           "The largest shape until the first run, then that of the last run; [] for an unknown name.")
      .def("get_input_dtype", &Engine::get_input_dtype, "BM_FLOAT32 for an unknown name.")
      .def("get_output_dtype", &Engine::get_output_dtype, "BM_FLOAT32 for an unknown name.")
      .def("get_input_scale", &Engine::get_input_scale,
           "Integer input = value * scale. 1 for floats, 0 for an unknown name.")
      .def("get_output_scale", &Engine::get_output_scale,
           "Value = integer output * scale. 1 for floats, 0 for an unknown name.")
      .def("create_input_tensors_map", &Engine::create_input_tensors_map, py::arg("graph_name"),
           py::arg("create_mode") = -1, py::return_value_policy::take_ownership, Release(),
           "{name: new tensor} at the largest shapes. create_mode 0: host memory; 1: device memory; -1: both where the "
           "mode needs it.")
      .def("create_output_tensors_map", &Engine::create_output_tensors_map, py::arg("graph_name"),
           py::arg("create_mode") = -1, py::return_value_policy::take_ownership, Release(),
           "{name: new tensor} at the largest shapes. create_mode 0: host memory; 1: device memory; -1: both where the "
           "mode needs it.");
  BindRuns(engine);
}

// The number of model batches in the inputs, equal for all of them.
int CountPieces(MultiEngine& engines, const std::string& graph, const Arrays& inputs) {
  int pieces = 0;
  for (const auto& [name, array] : inputs) {
    const std::vector<int> model = engines.get_input_shape(graph, name), given = ShapeOf(array);
    const bool fits = !model.empty() && given.size() == model.size() && given[0] > 0 && given[0] % model[0] == 0 &&
                      std::equal(model.begin() + 1, model.end(), given.begin() + 1) &&
                      (pieces == 0 || given[0] / model[0] == pieces);
    if (!fits) {
      Throw(SAIL_ERR_ENGINE_SHAPE, absl::StrCat("input ", name, " of shape ", ShapeText(given), "; the model takes ",
                                                ShapeText(model), " or a multiple of its batch, the same for all"));
    }
    pieces = given[0] / model[0];
  }
  if (pieces == 0) Throw(SAIL_ERR_ENGINE_INPUT, absl::StrCat("no inputs for graph ", graph, "; give an array of each"));
  const int most = 8 * static_cast<int>(engines.get_device_ids().size());
  if (pieces > most) {
    Throw(SAIL_ERR_ENGINE_SHAPE, absl::StrCat(pieces, " batches in one call; at most ", most));
  }
  return pieces;
}

Arrays ProcessPieces(MultiEngine& engines, const Arrays& inputs) {
  const std::string graph = EngineAccess::GraphOf(engines);
  const int pieces = CountPieces(engines, graph, inputs);
  std::vector<std::unique_ptr<Tensor>> owned;
  std::vector<TensorMap> maps(pieces), results;
  {
    const py::gil_scoped_release release;
    for (const auto& [name, array] : inputs) {
      const std::vector<int> shape = engines.get_input_shape(graph, name);
      for (int p = 0; p < pieces; ++p) {
        owned.emplace_back(new Tensor(shape, engines.get_input_dtype(graph, name)));
        const ssize_t count = owned.back()->size();
        owned.back()->scale_from(const_cast<float*>(array.data()) + p * count, engines.get_input_scale(graph, name));
        maps[p][name] = owned.back().get();
      }
    }
    results = engines.process(maps);
  }
  for (TensorMap& result : results) {
    for (auto& [name, tensor] : result) owned.emplace_back(tensor);
  }
  Arrays outputs;
  for (const std::string& name : engines.get_output_names(graph)) {
    std::vector<int> shape = engines.get_output_shape(graph, name);
    const int piece_rows = shape.empty() ? 1 : shape[0];
    if (!shape.empty()) shape[0] = piece_rows * pieces;
    Array<float> all(shape);
    float* const target = (outputs[name] = std::move(all)).mutable_data();
    const ssize_t count = outputs[name].size() / pieces;
    const py::gil_scoped_release release;
    for (int p = 0; p < pieces; ++p) {
      Tensor& tensor = *results[p].at(name);
      if (!tensor.is_sys_data_valid()) Throw(SAIL_ERR_ENGINE_OUTPUT, "process of arrays without sys_out");
      tensor.scale_to(target + p * count, EngineAccess::OutputScale(engines, graph, name), static_cast<int>(count));
    }
  }
  return outputs;
}

void BindMultiEngine(py::module_& module) {
  OwningClass<MultiEngine>(module, "MultiEngine",
                           "One engine on each of several devices; arrays and lists of tensors are shared among them.")
      .def(py::init<const std::string&, std::vector<int>, bool, int>(), py::arg("bmodel_path"), py::arg("tpu_ids"),
           py::arg("sys_out") = true, py::arg("graph_idx") = 0, Release())
      .def(
          "process", [](MultiEngine& self, std::vector<TensorMap> inputs) { return self.process(inputs); },
          py::return_value_policy::take_ownership, Release())
      .def("process", &ProcessPieces)
      .def("set_print_flag", &MultiEngine::set_print_flag)
      .def("set_print_time", &MultiEngine::set_print_time)
      .def("get_device_ids", &MultiEngine::get_device_ids)
      .def("get_graph_names", &MultiEngine::get_graph_names)
      .def("get_input_names", &MultiEngine::get_input_names)
      .def("get_output_names", &MultiEngine::get_output_names)
      .def("get_input_shape", &MultiEngine::get_input_shape)
      .def("get_output_shape", &MultiEngine::get_output_shape);
}

}  // namespace

void BindEngine(py::module_& module) {
  BindEngineClass(module);
  BindMultiEngine(module);
}

}  // namespace sail
