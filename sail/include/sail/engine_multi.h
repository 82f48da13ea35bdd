// One model on several devices.
#ifndef SAIL_ENGINE_MULTI_H_
#define SAIL_ENGINE_MULTI_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine.h"

namespace sail {

// An engine per device, which take the inputs of process() in turn.
class MultiEngine {
 public:
  // With sys_out results are read into host memory (SYSO), without they stay on their device (DEVIO). An id may be
  // named more than once. SailEngineError for no ids or a graph index that the model does not have.
  MultiEngine(const std::string& bmodel_path, std::vector<int> tpu_ids, bool sys_out = true, int graph_idx = 0);
  ~MultiEngine();
  MultiEngine(const MultiEngine&) = delete;
  MultiEngine& operator=(const MultiEngine&) = delete;

  // Runs every map of inputs; result i belongs to input i. Inputs may lie in host or device memory of any device and
  // have the type and number of elements of the model. The caller deletes the tensors of the result.
  std::vector<std::map<std::string, Tensor*>> process(std::vector<std::map<std::string, Tensor*>>& input_tensors);

  void set_print_flag(bool print_flag);
  void set_print_time(bool print_flag);
  std::vector<int> get_device_ids();
  std::vector<std::string> get_graph_names();
  std::vector<std::string> get_input_names(const std::string& graph_name);
  std::vector<std::string> get_output_names(const std::string& graph_name);
  std::vector<int> get_input_shape(const std::string& graph_name, const std::string& tensor_name);
  std::vector<int> get_output_shape(const std::string& graph_name, const std::string& tensor_name);
  float get_input_scale(const std::string& graph_name, const std::string& tensor_name);
  bm_data_type_t get_input_dtype(const std::string& graph_name, const std::string& tensor_name);

 private:
  struct Impl;
  friend struct EngineAccess;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_ENGINE_MULTI_H_
