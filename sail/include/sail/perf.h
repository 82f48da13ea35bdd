// Throughput of a model on several devices.
#ifndef SAIL_PERF_H_
#define SAIL_PERF_H_

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "tensor.h"

namespace sail {

// Threads that share the runs of a model. Not built: the constructor throws NotSupport; multi_tpu_perf() of tools.h
// measures.
class Perf {
 public:
  Perf(const std::string& bmodel_path, std::vector<int> tpu_ids, int max_que_size, IOMode mode = SYSO,
       int thread_count = 2, bool free_input = false);
  ~Perf();
  Perf(const Perf&) = delete;
  Perf& operator=(const Perf&) = delete;

  int PushTensor(int idx, std::vector<TensorPTRWithName>& inputs);
  void SetEnd();
  std::tuple<int, std::vector<TensorPTRWithName>> GetResult();
  std::vector<std::string> get_graph_names();
  std::vector<std::string> get_input_names(const std::string& graph_name);
  std::vector<std::string> get_output_names(const std::string& graph_name);
  std::vector<int> get_input_shape(const std::string& graph_name, const std::string& tensor_name);
  std::vector<int> get_output_shape(const std::string& graph_name, const std::string& tensor_name);
  float get_input_scale(const std::string& graph_name, const std::string& tensor_name);
  bm_data_type_t get_input_dtype(const std::string& graph_name, const std::string& tensor_name);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_PERF_H_
