#include "sail/src/net_info.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "sail/src/error.h"

namespace sail {
namespace {

// The largest shapes of one side.
Shapes MaxShapes(const bm_net_info_t& net, const Ports& ports, bm_shape_t* bm_stage_info_t::*shapes_of) {
  Shapes result;
  for (int i = 0; i < ports.count; ++i) {
    std::vector<int>& max = result[ports.names[i]];
    for (int s = 0; s < net.stage_num; ++s) {
      const std::vector<int> shape = ToVector((net.stages[s].*shapes_of)[i]);
      max.resize(std::max(max.size(), shape.size()));
      for (size_t d = 0; d < shape.size(); ++d) max[d] = std::max(max[d], shape[d]);
    }
  }
  return result;
}

std::string NamesText(const Ports& ports) { return absl::StrJoin(ports.Names(), ", "); }

// Every port has a tensor with device memory, and host memory where the mode copies; no tensor is of another name.
void CheckTensors(const bm_net_info_t& net, const Ports& ports, const Tensors& tensors, bool copies,
                  sail_status_t status, const char* side) {
  for (const auto& [name, tensor] : tensors) {
    if (ports.Find(name) < 0) {
      Throw(status, absl::StrCat("graph ", net.name, " has no ", side, " ", name, "; there are ", NamesText(ports)));
    }
  }
  for (int i = 0; i < ports.count; ++i) {
    const auto found = tensors.find(ports.names[i]);
    const std::string what = absl::StrCat(side, " ", ports.names[i], " of graph ", net.name);
    if (found == tensors.end() || found->second == nullptr) Throw(status, absl::StrCat(what, " is missing"));
    if (!found->second->is_dev_data_valid()) Throw(status, absl::StrCat(what, " has no device memory"));
    if (copies && !found->second->is_sys_data_valid()) {
      Throw(status, absl::StrCat(what, " has no host memory, which the mode of the graph copies"));
    }
  }
}

bm_tensor_t Describe(Tensor& tensor, bm_data_type_t dtype, const std::vector<int>& shape) {
  bm_tensor_t result{};
  result.dtype = dtype;
  result.st_mode = BM_STORE_1N;
  result.device_mem = tensor.dev_data();
  result.shape.num_dims = static_cast<int>(shape.size());
  std::copy(shape.begin(), shape.end(), result.shape.dims);
  return result;
}

// Writes what lies on the device after a run as <graph>_<microseconds>_<side>_<i>.dat if the environment asks for it.
void DumpTensors(Handle& handle, const std::string& graph, const std::vector<bm_tensor_t>& tensors, const char* side) {
  const char* const wanted = getenv("SAIL_SAVE_IO_TENSORS");
  if (wanted == nullptr || strcmp(wanted, "1") != 0) return;
  const int64_t now = static_cast<int64_t>(get_current_time_us());
  for (size_t i = 0; i < tensors.size(); ++i) {
    Tensor view(handle, ToVector(tensors[i].shape), tensors[i].dtype, tensors[i].device_mem);
    view.dump_data(absl::StrCat(graph, "_", now, "_", side, "_", i, ".dat"));
  }
}

}  // namespace

int Ports::Find(const std::string& name) const {
  const auto found = std::find(names, names + count, name);
  return found == names + count ? -1 : static_cast<int>(found - names);
}

std::vector<std::string> Ports::Names() const { return std::vector<std::string>(names, names + count); }

Ports InputsOf(const bm_net_info_t& net) {
  return {net.input_num, net.input_names, net.input_dtypes, net.input_scales};
}

Ports OutputsOf(const bm_net_info_t& net) {
  return {net.output_num, net.output_names, net.output_dtypes, net.output_scales};
}

std::vector<int> ToVector(const bm_shape_t& shape) { return std::vector<int>(shape.dims, shape.dims + shape.num_dims); }

Shapes MaxInputShapes(const bm_net_info_t& net) {
  return MaxShapes(net, InputsOf(net), &bm_stage_info_t::input_shapes);
}

Shapes MaxOutputShapes(const bm_net_info_t& net) {
  return MaxShapes(net, OutputsOf(net), &bm_stage_info_t::output_shapes);
}

void CheckInputShapes(const bm_net_info_t& net, const Shapes& shapes) {
  const Ports ports = InputsOf(net);
  std::string asked;
  for (const auto& [name, shape] : shapes) absl::StrAppend(&asked, " ", name, " ", ShapeText(shape));
  for (const auto& [name, shape] : shapes) {
    if (ports.Find(name) < 0) {
      Throw(SAIL_ERR_ENGINE_SHAPE,
            absl::StrCat("graph ", net.name, " has no input ", name, "; there are ", NamesText(ports)));
    }
  }
  const auto is = [&](int i, const auto& fits) {
    const auto found = shapes.find(ports.names[i]);
    return found != shapes.end() && fits(found->second);
  };
  std::string accepted;
  for (int s = 0; s < net.stage_num; ++s) {
    bool all = true;
    absl::StrAppend(&accepted, s == 0 ? "" : " or");
    for (int i = 0; i < ports.count; ++i) {
      const std::vector<int> stage = ToVector(net.stages[s].input_shapes[i]);
      absl::StrAppend(&accepted, " ", ports.names[i], " ", ShapeText(stage));
      all = all && is(i, [&](const std::vector<int>& shape) {
              if (!net.is_dynamic) return shape == stage;
              bool fits = shape.size() == stage.size();
              for (size_t d = 0; fits && d < shape.size(); ++d) fits = 0 < shape[d] && shape[d] <= stage[d];
              return fits;
            });
    }
    if (all) return;
  }
  Throw(SAIL_ERR_ENGINE_SHAPE, absl::StrCat("graph ", net.name, " with the input shapes", asked, "; it takes",
                                            net.is_dynamic ? " up to" : "", accepted));
}

Shapes Launch(Handle& handle, void* bmrt, const bm_net_info_t& net, IOMode mode, const Tensors& inputs,
              const Shapes& input_shapes, const Tensors& outputs) {
  const double start = get_current_time_us();
  const Ports in = InputsOf(net), out = OutputsOf(net);
  CheckTensors(net, in, inputs, CopiesInputs(mode), SAIL_ERR_ENGINE_INPUT, "input");
  CheckTensors(net, out, outputs, CopiesOutputs(mode), SAIL_ERR_ENGINE_OUTPUT, "output");
  CheckInputShapes(net, input_shapes);
  std::vector<bm_tensor_t> ins, outs;
  for (int i = 0; i < in.count; ++i) {
    Tensor& tensor = *inputs.at(in.names[i]);
    if (tensor.dtype() != in.dtypes[i]) {
      Throw(SAIL_ERR_ENGINE_DTYPE, absl::StrCat("input ", in.names[i], " of graph ", net.name, " has the data type ",
                                                tensor.dtype(), "; the graph takes ", in.dtypes[i]));
    }
    ins.push_back(Describe(tensor, in.dtypes[i], input_shapes.at(in.names[i])));
    const size_t bytes = bmrt_tensor_bytesize(&ins.back());
    if (bytes > static_cast<size_t>(tensor.nbytes())) {
      Throw(SAIL_ERR_ENGINE_SHAPE,
            absl::StrCat("input ", in.names[i], " of graph ", net.name, " with the shape ",
                         ShapeText(input_shapes.at(in.names[i])), " in a tensor of shape ", ShapeText(tensor.shape())));
    }
    if (CopiesInputs(mode)) tensor.sync_s2d(static_cast<int>(bytes));
  }
  // The runtime fills the shapes in; it asks for the memory only.
  for (int i = 0; i < out.count; ++i) outs.push_back(Describe(*outputs.at(out.names[i]), out.dtypes[i], {}));
  if (!bmrt_launch_tensor_ex(bmrt, net.name, ins.data(), in.count, outs.data(), out.count, true, true) ||
      bm_thread_sync(handle.data()) != BM_SUCCESS) {
    Throw(SAIL_ERR_ENGINE_INFER, absl::StrCat("the launch of graph ", net.name, " failed; the runtime printed why"));
  }
  Shapes result;
  for (int i = 0; i < out.count; ++i) {
    Tensor& tensor = *outputs.at(out.names[i]);
    const size_t bytes = bmrt_tensor_bytesize(&outs[i]);
    result[out.names[i]] = ToVector(outs[i].shape);
    if (!CopiesOutputs(mode)) continue;
    if (bytes > static_cast<size_t>(tensor.nbytes())) {
      Throw(SAIL_ERR_ENGINE_OUTPUT,
            absl::StrCat("output ", out.names[i], " of graph ", net.name, " has ", bytes,
                         " bytes; the host memory of shape ", ShapeText(tensor.shape()), " has ", tensor.nbytes()));
    }
    tensor.sync_d2s(static_cast<int>(bytes));
  }
  PRINT_function_Time_ms(net.name, start, get_current_time_us());
  DumpTensors(handle, net.name, ins, "in");
  DumpTensors(handle, net.name, outs, "out");
  return result;
}

}  // namespace sail
