#include "engine.h"

#include <cstdlib>
#include <mutex>

#include "base/quantize.h"
#include "sail/src/element_type.h"
#include "sail/src/engine_access.h"
#include "sail/src/error.h"
#include "sail/src/net_info.h"

namespace sail {
namespace {

// Device tensors for one call of EngineAccess::Process at a time.
struct FloatCall {
  std::map<std::string, Tensor> inputs, outputs;
};

struct Net {
  Net(Handle& handle, void* bmrt, const std::string& name, IOMode io_mode)
      : graph(handle.data(), bmrt, name),
        info(bmrt_get_network_info(bmrt, name.c_str())),
        mode(io_mode),
        max_inputs(MaxInputShapes(*info)),
        max_outputs(MaxOutputShapes(*info)),
        inputs(max_inputs),
        outputs(max_outputs) {
    graph.set_io_mode(io_mode);
  }

  Graph graph;
  const bm_net_info_t* const info;
  IOMode mode;
  const Shapes max_inputs, max_outputs;
  Shapes inputs, outputs;                  // of the last reshape or run
  Shapes builtin_inputs, builtin_outputs;  // of the built-in tensors
  std::vector<std::unique_ptr<FloatCall>> idle_calls;
};

Tensors PointersOf(std::map<std::string, Tensor>& tensors) {
  Tensors result;
  for (auto& [name, tensor] : tensors) result[name] = &tensor;
  return result;
}

size_t CountOf(const std::vector<int>& shape) {
  size_t count = 1;
  for (const int extent : shape) count *= extent;
  return count;
}

}  // namespace

struct Engine::Impl {
  Impl(const Handle& device, IOMode io_mode) : handle(device), mode(io_mode), bmrt(bmrt_create(handle.data())) {
    if (bmrt == nullptr) Throw(SAIL_ERR_ENGINE_INIT, "no runtime on the handle; it has to be of an open device");
  }
  ~Impl() {
    nets.clear();
    bmrt_destroy(bmrt);
  }

  // Adds the graphs that the runtime has and this engine does not know; whether there were any.
  bool AddGraphs(bool builtin) {
    const std::lock_guard<std::mutex> lock(mutex);
    const char** names = nullptr;
    bmrt_get_network_names(bmrt, &names);
    const std::unique_ptr<const char*, decltype(&std::free)> owned(names, std::free);
    const size_t before = order.size();
    for (int i = 0; names != nullptr && i < bmrt_get_network_number(bmrt); ++i) {
      if (nets.count(names[i]) != 0) continue;
      auto net = std::make_unique<Net>(handle, bmrt, names[i], mode);
      if (builtin) AllocateBuiltin(*net);
      nets[names[i]] = std::move(net);
      order.push_back(names[i]);
    }
    return order.size() > before;
  }

  void AllocateBuiltin(Net& net) {
    net.builtin_inputs = net.max_inputs;
    net.builtin_outputs = net.max_outputs;
    net.graph.alloc_tensors(net.mode, &net.builtin_inputs, &net.builtin_outputs);
  }

  Net& Find(const std::string& graph) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = nets.find(graph);
    if (found == nets.end()) {
      const std::string known = order.empty() ? "load a model first" : "there are " + absl::StrJoin(order, ", ");
      Throw(SAIL_ERR_ENGINE_GRAPH, absl::StrCat("no graph ", graph, "; ", known));
    }
    return *found->second;
  }

  IOMode ModeOf(const Net& net) {
    const std::lock_guard<std::mutex> lock(mutex);
    return net.mode;
  }

  void Store(Net& net, const Shapes& input_shapes, const Shapes& output_shapes) {
    const std::lock_guard<std::mutex> lock(mutex);
    net.inputs = input_shapes;
    net.outputs = output_shapes;
  }

  std::vector<int> ShapeOf(const Shapes& shapes, const std::string& tensor) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto found = shapes.find(tensor);
    return found == shapes.end() ? std::vector<int>() : found->second;
  }

  std::unique_ptr<FloatCall> TakeCall(Net& net) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!net.idle_calls.empty()) {
        std::unique_ptr<FloatCall> call = std::move(net.idle_calls.back());
        net.idle_calls.pop_back();
        return call;
      }
    }
    auto call = std::make_unique<FloatCall>();
    const auto allocate = [&](const Ports& ports, const Shapes& shapes, std::map<std::string, Tensor>* tensors) {
      for (int i = 0; i < ports.count; ++i) {
        (*tensors)[ports.names[i]] = Tensor(handle, shapes.at(ports.names[i]), ports.dtypes[i], false, true);
      }
    };
    allocate(InputsOf(*net.info), net.max_inputs, &call->inputs);
    allocate(OutputsOf(*net.info), net.max_outputs, &call->outputs);
    return call;
  }

  void ReturnCall(Net& net, std::unique_ptr<FloatCall> call) {
    const std::lock_guard<std::mutex> lock(mutex);
    net.idle_calls.push_back(std::move(call));
  }

  Handle handle;
  const IOMode mode;
  void* const bmrt;
  std::mutex mutex;  // of what follows and of the shapes in the nets
  std::vector<std::string> order;
  std::map<std::string, std::unique_ptr<Net>> nets;
};

// ---- Loading ----

Engine::Engine(int tpu_id) : Engine(Handle(tpu_id)) {}
Engine::Engine(const Handle& handle) : impl_(new Impl(handle, DEVIO)) {}

Engine::Engine(const std::string& bmodel_path, int tpu_id, IOMode mode) : Engine(bmodel_path, Handle(tpu_id), mode) {}

Engine::Engine(const std::string& bmodel_path, const Handle& handle, IOMode mode) : impl_(new Impl(handle, mode)) {
  if (!bmrt_load_bmodel(impl_->bmrt, bmodel_path.c_str())) {
    Throw(SAIL_ERR_ENGINE_LOAD, absl::StrCat("the bmodel ", bmodel_path, " cannot be loaded; the runtime printed why"));
  }
  impl_->AddGraphs(/*builtin=*/true);
}

Engine::Engine(const void* bmodel_ptr, size_t bmodel_size, int tpu_id, IOMode mode)
    : Engine(bmodel_ptr, bmodel_size, Handle(tpu_id), mode) {}

Engine::Engine(const void* bmodel_ptr, size_t bmodel_size, const Handle& handle, IOMode mode)
    : impl_(new Impl(handle, mode)) {
  if (!bmrt_load_bmodel_data(impl_->bmrt, bmodel_ptr, bmodel_size)) {
    Throw(SAIL_ERR_ENGINE_LOAD,
          absl::StrCat("a bmodel of ", bmodel_size, " bytes cannot be loaded; the runtime printed why"));
  }
  impl_->AddGraphs(/*builtin=*/true);
}

Engine::~Engine() = default;

bool Engine::load(const std::string& bmodel_path) {
  const bool loaded = bmrt_load_bmodel(impl_->bmrt, bmodel_path.c_str());
  return impl_->AddGraphs(/*builtin=*/false) && loaded;
}

bool Engine::load(const void* bmodel_ptr, size_t bmodel_size) {
  const bool loaded = bmrt_load_bmodel_data(impl_->bmrt, bmodel_ptr, bmodel_size);
  return impl_->AddGraphs(/*builtin=*/false) && loaded;
}

// ---- Description ----

Handle& Engine::get_handle() { return impl_->handle; }
int Engine::get_device_id() { return impl_->handle.get_device_id(); }

std::vector<std::string> Engine::get_graph_names() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->order;
}

void Engine::set_io_mode(const std::string& graph_name, IOMode mode) {
  Net& net = impl_->Find(graph_name);
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  net.mode = mode;
  net.graph.set_io_mode(mode);
}

bool Engine::graph_is_dynamic(const std::string& graph_name) { return impl_->Find(graph_name).info->is_dynamic; }

std::vector<std::string> Engine::get_input_names(const std::string& graph_name) {
  return InputsOf(*impl_->Find(graph_name).info).Names();
}

std::vector<std::string> Engine::get_output_names(const std::string& graph_name) {
  return OutputsOf(*impl_->Find(graph_name).info).Names();
}

std::map<std::string, std::vector<int>> Engine::get_max_input_shapes(const std::string& graph_name) {
  return impl_->Find(graph_name).max_inputs;
}

std::map<std::string, std::vector<int>> Engine::get_max_output_shapes(const std::string& graph_name) {
  return impl_->Find(graph_name).max_outputs;
}

std::vector<int> Engine::get_input_shape(const std::string& graph_name, const std::string& tensor_name) {
  return impl_->ShapeOf(impl_->Find(graph_name).inputs, tensor_name);
}

std::vector<int> Engine::get_output_shape(const std::string& graph_name, const std::string& tensor_name) {
  return impl_->ShapeOf(impl_->Find(graph_name).outputs, tensor_name);
}

static bm_data_type_t DtypeOf(const Ports& ports, const std::string& name) {
  const int i = ports.Find(name);
  return i < 0 ? BM_FLOAT32 : ports.dtypes[i];
}

static float ScaleOf(const Ports& ports, const std::string& name) {
  const int i = ports.Find(name);
  return i < 0 ? 0 : ports.scales[i];
}

bm_data_type_t Engine::get_input_dtype(const std::string& graph_name, const std::string& tensor_name) {
  return DtypeOf(InputsOf(*impl_->Find(graph_name).info), tensor_name);
}

bm_data_type_t Engine::get_output_dtype(const std::string& graph_name, const std::string& tensor_name) {
  return DtypeOf(OutputsOf(*impl_->Find(graph_name).info), tensor_name);
}

float Engine::get_input_scale(const std::string& graph_name, const std::string& tensor_name) {
  return ScaleOf(InputsOf(*impl_->Find(graph_name).info), tensor_name);
}

float Engine::get_output_scale(const std::string& graph_name, const std::string& tensor_name) {
  return ScaleOf(OutputsOf(*impl_->Find(graph_name).info), tensor_name);
}

// ---- Built-in tensors ----

int Engine::reshape(const std::string& graph_name, std::map<std::string, std::vector<int>>& input_shapes) {
  Net& net = impl_->Find(graph_name);
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  Shapes shapes = net.inputs;
  for (const auto& [name, shape] : input_shapes) shapes[name] = shape;
  CheckInputShapes(*net.info, shapes);
  net.inputs = std::move(shapes);
  return 0;
}

Tensor* Engine::get_input_tensor(const std::string& graph_name, const std::string& tensor_name) {
  return impl_->Find(graph_name).graph.get_input_tensor(tensor_name);
}

Tensor* Engine::get_output_tensor(const std::string& graph_name, const std::string& tensor_name) {
  return impl_->Find(graph_name).graph.get_output_tensor(tensor_name);
}

void Engine::scale_input_tensor(const std::string& graph_name, const std::string& tensor_name, float* data) {
  Tensor* const tensor = get_input_tensor(graph_name, tensor_name);
  if (tensor == nullptr) Throw(SAIL_ERR_ENGINE_INPUT, absl::StrCat("graph ", graph_name, " has no built-in tensors"));
  const size_t count = CountOf(get_input_shape(graph_name, tensor_name));
  tensor->scale_from(data, get_input_scale(graph_name, tensor_name), static_cast<int>(count));
}

void Engine::scale_output_tensor(const std::string& graph_name, const std::string& tensor_name, float* data) {
  Tensor* const tensor = get_output_tensor(graph_name, tensor_name);
  if (tensor == nullptr) Throw(SAIL_ERR_ENGINE_OUTPUT, absl::StrCat("graph ", graph_name, " has no built-in tensors"));
  const size_t count = CountOf(get_output_shape(graph_name, tensor_name));
  tensor->scale_to(data, get_output_scale(graph_name, tensor_name), static_cast<int>(count));
}

void Engine::scale_fp32_to_int8(float* src, int8_t* dst, float scale, int size) {
  bm::Quantize(src, scale, std::max(size, 0), dst);
}
void Engine::scale_fp32_to_uint8(float* src, uint8_t* dst, float scale, int size) {
  bm::Quantize(src, scale, std::max(size, 0), dst);
}
void Engine::scale_fp32_to_int32(float* src, int32_t* dst, float scale, int size) {
  bm::Quantize(src, scale, std::max(size, 0), dst);
}
void Engine::scale_int8_to_fp32(int8_t* src, float* dst, float scale, int size) {
  bm::Dequantize(src, scale, std::max(size, 0), dst);
}
void Engine::scale_uint8_to_fp32(uint8_t* src, float* dst, float scale, int size) {
  bm::Dequantize(src, scale, std::max(size, 0), dst);
}
void Engine::scale_int32_to_fp32(int32_t* src, float* dst, float scale, int size) {
  bm::Dequantize(src, scale, std::max(size, 0), dst);
}

static Tensors CreateTensors(Handle& handle, const Ports& ports, const Shapes& shapes, int create_mode, bool copies) {
  if (create_mode < -1 || create_mode > 1) {
    Throw(SAIL_ERR_ENGINE_BASIC, absl::StrCat("create_mode ", create_mode, "; -1, 0 or 1"));
  }
  std::map<std::string, std::unique_ptr<Tensor>> owned;
  for (int i = 0; i < ports.count; ++i) {
    owned[ports.names[i]].reset(new Tensor(handle, shapes.at(ports.names[i]), ports.dtypes[i],
                                           create_mode == 0 || (create_mode == -1 && copies), create_mode != 0));
  }
  Tensors result;
  for (auto& [name, tensor] : owned) result[name] = tensor.release();
  return result;
}

std::map<std::string, Tensor*> Engine::create_input_tensors_map(const std::string& graph_name, int create_mode) {
  Net& net = impl_->Find(graph_name);
  return CreateTensors(impl_->handle, InputsOf(*net.info), net.max_inputs, create_mode,
                       CopiesInputs(impl_->ModeOf(net)));
}

std::map<std::string, Tensor*> Engine::create_output_tensors_map(const std::string& graph_name, int create_mode) {
  Net& net = impl_->Find(graph_name);
  return CreateTensors(impl_->handle, OutputsOf(*net.info), net.max_outputs, create_mode,
                       CopiesOutputs(impl_->ModeOf(net)));
}

// ---- Runs ----

static Tensors Builtin(const Ports& ports, Engine& engine, const std::string& graph,
                       Tensor* (Engine::*get)(const std::string&, const std::string&)) {
  Tensors result;
  for (int i = 0; i < ports.count; ++i) result[ports.names[i]] = (engine.*get)(graph, ports.names[i]);
  return result;
}

void Engine::process(const std::string& graph_name, std::vector<int> core_list) {
  Net& net = impl_->Find(graph_name);
  Tensors inputs = Builtin(InputsOf(*net.info), *this, graph_name, &Engine::get_input_tensor);
  Tensors outputs = Builtin(OutputsOf(*net.info), *this, graph_name, &Engine::get_output_tensor);
  Shapes shapes;
  for (const auto& [name, tensor] : inputs) shapes[name] = get_input_shape(graph_name, name);
  process(graph_name, inputs, shapes, outputs, std::move(core_list));
}

void Engine::process(const std::string& graph_name, std::map<std::string, std::vector<int>>& input_shapes,
                     std::map<std::string, void*>& input_tensors, std::vector<int> core_list) {
  reshape(graph_name, input_shapes);
  for (const auto& [name, data] : input_tensors) {
    Tensor* const tensor = get_input_tensor(graph_name, name);
    if (tensor == nullptr || data == nullptr) {
      Throw(SAIL_ERR_ENGINE_INPUT, absl::StrCat("input ", name, " of graph ", graph_name,
                                                tensor == nullptr ? " has no built-in tensor" : " is null"));
    }
    const size_t bytes = CountOf(get_input_shape(graph_name, name)) * tensor->element_size();
    if (tensor->is_sys_data_valid()) memcpy(tensor->sys_data(), data, bytes);
    Check(bm_memcpy_s2d_partial(impl_->handle.data(), tensor->dev_data(), data, static_cast<unsigned>(bytes)),
          SAIL_ERR_DEV_MCOPY, absl::StrCat("the copy of input ", name));
  }
  process(graph_name, std::move(core_list));
}

void Engine::process(const std::string& graph_name, std::map<std::string, Tensor*>& input_tensors,
                     std::map<std::string, Tensor*>& output_tensors, std::vector<int> core_list) {
  Shapes shapes;
  for (const auto& [name, tensor] : input_tensors) {
    if (tensor != nullptr) shapes[name] = tensor->shape();
  }
  process(graph_name, input_tensors, shapes, output_tensors, std::move(core_list));
}

void Engine::process(const std::string& graph_name, std::map<std::string, Tensor*>& input_tensors,
                     std::map<std::string, std::vector<int>>& input_shapes,
                     std::map<std::string, Tensor*>& output_tensors, std::vector<int> core_list) {
  Net& net = impl_->Find(graph_name);
  const Shapes outputs = net.graph.inference(input_tensors, input_shapes, output_tensors, std::move(core_list));
  impl_->Store(net, input_shapes, outputs);
}

void EngineAccess::Process(Engine& engine, const std::string& graph_name, const std::map<std::string, Floats>& inputs,
                           const std::function<float*(const std::string&, const std::vector<int>&)>& allocate) {
  Engine::Impl& impl = *engine.impl_;
  Net& net = impl.Find(graph_name);
  const Ports in = InputsOf(*net.info), out = OutputsOf(*net.info);
  if (IOMode mode = impl.ModeOf(net); !CopiesInputs(mode)) {
    Throw(SAIL_ERR_ENGINE_INPUT, absl::StrCat("process of host arrays on graph ", graph_name, " in IOMode ", mode,
                                              "; the mode has to be SYSI (0) or SYSIO (2)"));
  }
  Shapes shapes;
  for (const auto& [name, floats] : inputs) shapes[name] = floats.shape;
  CheckInputShapes(*net.info, shapes);
  std::unique_ptr<FloatCall> call = impl.TakeCall(net);
  const bm_handle_t device = impl.handle.data();
  std::vector<char> bytes;
  for (int i = 0; i < in.count; ++i) {
    const Floats& floats = inputs.at(in.names[i]);
    const void* data = floats.data;
    const size_t count = CountOf(floats.shape);
    WithElementType(in.dtypes[i], "process", [&](auto type) {
      using Type = decltype(type);
      const unsigned size = static_cast<unsigned>(count * sizeof(Type));
      if (in.dtypes[i] != BM_FLOAT32) {
        bytes.resize(size);
        bm::Quantize(floats.data, in.scales[i], count, reinterpret_cast<Type*>(bytes.data()));
        data = bytes.data();
      }
      Check(bm_memcpy_s2d_partial(device, call->inputs.at(in.names[i]).dev_data(), const_cast<void*>(data), size),
            SAIL_ERR_DEV_MCOPY, absl::StrCat("the copy of input ", in.names[i]));
    });
  }
  const Shapes outputs =
      Launch(impl.handle, impl.bmrt, *net.info, DEVIO, PointersOf(call->inputs), shapes, PointersOf(call->outputs));
  impl.Store(net, shapes, outputs);
  for (int i = 0; i < out.count; ++i) {
    const std::vector<int>& shape = outputs.at(out.names[i]);
    float* const target = allocate(out.names[i], shape);
    const size_t count = CountOf(shape);
    WithElementType(out.dtypes[i], "process", [&](auto type) {
      using Type = decltype(type);
      const unsigned size = static_cast<unsigned>(count * sizeof(Type));
      void* data = target;
      if (out.dtypes[i] != BM_FLOAT32) {
        bytes.resize(size);
        data = bytes.data();
      }
      Check(bm_memcpy_d2s_partial(device, data, call->outputs.at(out.names[i]).dev_data(), size), SAIL_ERR_DEV_MCOPY,
            absl::StrCat("the copy of output ", out.names[i]));
      if (data != target) bm::Dequantize(reinterpret_cast<Type*>(bytes.data()), out.scales[i], count, target);
    });
  }
  impl.ReturnCall(net, std::move(call));
}

}  // namespace sail
