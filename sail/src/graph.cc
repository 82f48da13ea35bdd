#include "graph.h"

#include <atomic>
#include <fstream>

#include "sail/src/error.h"
#include "sail/src/net_info.h"

namespace sail {

struct Graph::Impl {
  Handle handle;
  void* bmrt;
  const bm_net_info_t* net;
  std::atomic<IOMode> mode{DEVIO};
  Shapes* input_shapes = nullptr;  // of the caller of alloc_tensors
  Shapes* output_shapes = nullptr;
  Shapes shapes;  // of the built-in inputs
  std::map<std::string, std::unique_ptr<Tensor>> inputs, outputs;

  Tensor* Find(const Ports& ports, const std::map<std::string, std::unique_ptr<Tensor>>& tensors,
               const std::string& name, sail_status_t status) const {
    if (ports.Find(name) < 0) {
      Throw(status, absl::StrCat("graph ", net->name, " has no tensor ", name, " there; it has ",
                                 absl::StrJoin(ports.Names(), ", ")));
    }
    const auto found = tensors.find(name);
    return found == tensors.end() ? nullptr : found->second.get();
  }
};

static Tensors PointersOf(const std::map<std::string, std::unique_ptr<Tensor>>& tensors) {
  Tensors result;
  for (const auto& [name, tensor] : tensors) result[name] = tensor.get();
  return result;
}

Graph::Graph(bm_handle_t handle, void* bmrt, const std::string& name) : impl_(new Impl) {
  impl_->handle = Handle(handle);
  impl_->bmrt = bmrt;
  impl_->net = bmrt_get_network_info(bmrt, name.c_str());
  if (impl_->net == nullptr) Throw(SAIL_ERR_ENGINE_GRAPH, absl::StrCat("the runtime has no graph ", name));
}

Graph::~Graph() = default;

void Graph::init_dtypes(std::map<std::string, bm_data_type_t>* input_dtypes,
                        std::map<std::string, bm_data_type_t>* output_dtypes) {
  const auto store = [](const Ports& ports, std::map<std::string, bm_data_type_t>* dtypes) {
    for (int i = 0; dtypes != nullptr && i < ports.count; ++i) (*dtypes)[ports.names[i]] = ports.dtypes[i];
  };
  store(InputsOf(*impl_->net), input_dtypes);
  store(OutputsOf(*impl_->net), output_dtypes);
}

int Graph::alloc_tensors(IOMode io_mode, std::map<std::string, std::vector<int>>* input_shapes,
                         std::map<std::string, std::vector<int>>* output_shapes) {
  if (input_shapes == nullptr || output_shapes == nullptr) Throw(SAIL_ERR_ENGINE_SHAPE, "alloc_tensors of null shapes");
  const auto allocate = [&](const Ports& ports, const Shapes& shapes, bool host) {
    std::map<std::string, std::unique_ptr<Tensor>> tensors;
    for (int i = 0; i < ports.count; ++i) {
      const auto shape = shapes.find(ports.names[i]);
      if (shape == shapes.end()) Throw(SAIL_ERR_ENGINE_SHAPE, absl::StrCat("no shape for tensor ", ports.names[i]));
      tensors[ports.names[i]].reset(new Tensor(impl_->handle, shape->second, ports.dtypes[i], host, true));
    }
    return tensors;
  };
  auto inputs = allocate(InputsOf(*impl_->net), *input_shapes, CopiesInputs(io_mode));
  impl_->outputs = allocate(OutputsOf(*impl_->net), *output_shapes, CopiesOutputs(io_mode));
  impl_->inputs = std::move(inputs);
  impl_->input_shapes = input_shapes;
  impl_->output_shapes = output_shapes;
  impl_->shapes = *input_shapes;
  impl_->mode = io_mode;
  return 0;
}

void Graph::set_io_mode(IOMode io_mode) { impl_->mode = io_mode; }

void Graph::reshape() {
  if (impl_->input_shapes == nullptr) Throw(SAIL_ERR_ENGINE_SHAPE, "reshape before alloc_tensors");
  CheckInputShapes(*impl_->net, *impl_->input_shapes);
  impl_->shapes = *impl_->input_shapes;
}

void Graph::reset_input_tensor(const std::string& tensor_name, void* data) {
  Tensor* const tensor = get_input_tensor(tensor_name);
  if (tensor == nullptr || data == nullptr) {
    Throw(SAIL_ERR_ENGINE_INPUT, absl::StrCat("reset_input_tensor of ", tensor_name, " without a tensor or data"));
  }
  if (tensor->is_sys_data_valid()) {
    std::memcpy(tensor->sys_data(), data, tensor->nbytes());
  } else {
    Check(bm_memcpy_s2d(impl_->handle.data(), tensor->dev_data(), data), SAIL_ERR_DEV_MCOPY, "reset_input_tensor");
  }
}

void Graph::inference(std::vector<int>) {
  Tensors inputs = PointersOf(impl_->inputs), outputs = PointersOf(impl_->outputs);
  Shapes shapes = inference(inputs, impl_->shapes, outputs);
  if (impl_->output_shapes != nullptr) *impl_->output_shapes = std::move(shapes);
}

std::map<std::string, std::vector<int>> Graph::inference(std::map<std::string, Tensor*>& input,
                                                         std::map<std::string, Tensor*>& output,
                                                         std::vector<int> core_list) {
  Shapes shapes;
  for (const auto& [name, tensor] : input) {
    if (tensor != nullptr) shapes[name] = tensor->shape();
  }
  return inference(input, shapes, output, std::move(core_list));
}

std::map<std::string, std::vector<int>> Graph::inference(std::map<std::string, Tensor*>& input,
                                                         std::map<std::string, std::vector<int>>& input_shapes,
                                                         std::map<std::string, Tensor*>& output, std::vector<int>) {
  return Launch(impl_->handle, impl_->bmrt, *impl_->net, impl_->mode, input, input_shapes, output);
}

Tensor* Graph::get_input_tensor(const std::string& tensor_name) {
  return impl_->Find(InputsOf(*impl_->net), impl_->inputs, tensor_name, SAIL_ERR_ENGINE_INPUT);
}

Tensor* Graph::get_output_tensor(const std::string& tensor_name) {
  return impl_->Find(OutputsOf(*impl_->net), impl_->outputs, tensor_name, SAIL_ERR_ENGINE_OUTPUT);
}

void Graph::free() {
  impl_->inputs.clear();
  impl_->outputs.clear();
}

void dump_float32_data(const char* name, float* data, int n, int h, int w) {
  std::ofstream file(name == nullptr ? "" : name);
  for (int row = 0; data != nullptr && row < n * h; ++row) {
    for (int x = 0; x < w; ++x) file << (x == 0 ? "" : " ") << data[static_cast<int64_t>(row) * w + x];
    file << '\n';
  }
  if (!file.flush())
    Throw(SAIL_ERR_TENSOR_DUMP, absl::StrCat("the file ", name == nullptr ? "" : name, " cannot be written"));
}

}  // namespace sail
