#include "engine_multi.h"

#include <exception>
#include <thread>

#include "sail/src/engine_access.h"
#include "sail/src/error.h"

namespace sail {
namespace {

using TensorMap = std::map<std::string, std::unique_ptr<Tensor>>;

TensorMap Own(const std::map<std::string, Tensor*>& tensors) {
  TensorMap owned;
  for (const auto& [name, tensor] : tensors) owned[name].reset(tensor);
  return owned;
}

std::map<std::string, Tensor*> PointersOf(const TensorMap& owned) {
  std::map<std::string, Tensor*> tensors;
  for (const auto& [name, tensor] : owned) tensors[name] = tensor.get();
  return tensors;
}

// Copies the caller's tensor into one of the engine: from host memory if it has any, else from its device.
void CopyInput(const std::string& name, Tensor* from, Tensor& to) {
  if (from == nullptr || from->dtype() != to.dtype() || from->size() != to.size()) {
    Throw(SAIL_ERR_ENGINE_INPUT,
          absl::StrCat("input ", name,
                       from == nullptr
                           ? " is null"
                           : absl::StrCat(" of data type ", from->dtype(), " and shape ", ShapeText(from->shape())),
                       "; the model takes data type ", to.dtype(), " and as many elements as ", ShapeText(to.shape())));
  }
  if (from->is_sys_data_valid()) {
    to.sync_s2d(*from, 0, 0, from->size());
  } else {
    to.sync_from(from);
  }
}

}  // namespace

struct MultiEngine::Impl {
  std::vector<int> ids;
  IOMode mode;
  std::string graph;
  std::vector<std::unique_ptr<Engine>> engines;
  bool print_flag = false, print_time = false;

  std::map<std::string, Tensor*> Run(Engine& engine, const std::map<std::string, Tensor*>& given) {
    const TensorMap inputs = Own(engine.create_input_tensors_map(graph, 1));
    TensorMap outputs = Own(engine.create_output_tensors_map(graph));
    for (const auto& [name, tensor] : inputs) {
      const auto found = given.find(name);
      if (found == given.end()) {
        Throw(SAIL_ERR_ENGINE_INPUT, absl::StrCat("input ", name, " of graph ", graph, " is missing"));
      }
      CopyInput(name, found->second, *tensor);
    }
    std::map<std::string, Tensor*> in = PointersOf(inputs), out = PointersOf(outputs);
    engine.process(graph, in, out);
    for (auto& [name, tensor] : outputs) tensor.release();
    return out;
  }
};

MultiEngine::MultiEngine(const std::string& bmodel_path, std::vector<int> tpu_ids, bool sys_out, int graph_idx)
    : impl_(new Impl) {
  impl_->mode = sys_out ? SYSO : DEVIO;
  impl_->ids = tpu_ids;
  if (tpu_ids.empty()) Throw(SAIL_ERR_ENGINE_INIT, "MultiEngine without device ids; give one or more");
  for (const int id : tpu_ids) {
    impl_->engines.emplace_back(new Engine(id));
    if (!impl_->engines.back()->load(bmodel_path)) {
      Throw(SAIL_ERR_ENGINE_LOAD, absl::StrCat("the bmodel ", bmodel_path, " cannot be loaded on device ", id));
    }
  }
  const std::vector<std::string> graphs = get_graph_names();
  if (graph_idx < 0 || static_cast<size_t>(graph_idx) >= graphs.size()) {
    Throw(SAIL_ERR_ENGINE_GRAPH,
          absl::StrCat("graph index ", graph_idx, "; the bmodel has ", graphs.size(), " graphs"));
  }
  impl_->graph = graphs[graph_idx];
  for (auto& engine : impl_->engines) engine->set_io_mode(impl_->graph, impl_->mode);
}

MultiEngine::~MultiEngine() = default;

std::vector<std::map<std::string, Tensor*>> MultiEngine::process(
    std::vector<std::map<std::string, Tensor*>>& input_tensors) {
  const double start = get_current_time_us();
  const size_t count = input_tensors.size(), engines = impl_->engines.size();
  std::vector<std::map<std::string, Tensor*>> results(count);
  std::vector<std::exception_ptr> failures(engines);
  std::vector<std::thread> workers;
  for (size_t e = 0; e < std::min(engines, count); ++e) {
    workers.emplace_back([&, e] {
      try {
        for (size_t i = e; i < count; i += engines) results[i] = impl_->Run(*impl_->engines[e], input_tensors[i]);
      } catch (...) {
        failures[e] = std::current_exception();
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure == nullptr) continue;
    for (auto& result : results) Own(result);  // deletes what succeeded
    std::rethrow_exception(failure);
  }
  if (impl_->print_flag) spdlog::info("{} inputs on {} engines", count, engines);
  if (impl_->print_time) spdlog::info("MultiEngine::process: {:.4f} ms", (get_current_time_us() - start) / 1e3);
  return results;
}

void MultiEngine::set_print_flag(bool print_flag) { impl_->print_flag = print_flag; }
void MultiEngine::set_print_time(bool print_flag) { impl_->print_time = print_flag; }
std::vector<int> MultiEngine::get_device_ids() { return impl_->ids; }
std::vector<std::string> MultiEngine::get_graph_names() { return impl_->engines[0]->get_graph_names(); }
std::vector<std::string> MultiEngine::get_input_names(const std::string& graph_name) {
  return impl_->engines[0]->get_input_names(graph_name);
}
std::vector<std::string> MultiEngine::get_output_names(const std::string& graph_name) {
  return impl_->engines[0]->get_output_names(graph_name);
}
std::vector<int> MultiEngine::get_input_shape(const std::string& graph_name, const std::string& tensor_name) {
  return impl_->engines[0]->get_input_shape(graph_name, tensor_name);
}
std::vector<int> MultiEngine::get_output_shape(const std::string& graph_name, const std::string& tensor_name) {
  return impl_->engines[0]->get_output_shape(graph_name, tensor_name);
}
float MultiEngine::get_input_scale(const std::string& graph_name, const std::string& tensor_name) {
  return impl_->engines[0]->get_input_scale(graph_name, tensor_name);
}
bm_data_type_t MultiEngine::get_input_dtype(const std::string& graph_name, const std::string& tensor_name) {
  return impl_->engines[0]->get_input_dtype(graph_name, tensor_name);
}

std::string EngineAccess::GraphOf(MultiEngine& engines) { return engines.impl_->graph; }

float EngineAccess::OutputScale(MultiEngine& engines, const std::string& graph_name, const std::string& tensor_name) {
  return engines.impl_->engines[0]->get_output_scale(graph_name, tensor_name);
}

}  // namespace sail
