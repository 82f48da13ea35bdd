// One network of an engine: its built-in tensors and its launches.
#ifndef SAIL_GRAPH_H_
#define SAIL_GRAPH_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tensor.h"

namespace sail {

// Writes floats as text, one row of w a line. SailTensorError where the file cannot be written.
void dump_float32_data(const char* name, float* data, int n, int h, int w);

// Not re-entrant, except inference() on tensors of the caller.
class Graph {
 public:
  // `bmrt` is a runtime of bmrt_create on `handle`; both must outlive the graph. SailEngineError for an unknown name.
  explicit Graph(bm_handle_t handle, void* bmrt, const std::string& name);
  virtual ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  // Writes the data types of inputs and outputs into the maps.
  void init_dtypes(std::map<std::string, bm_data_type_t>* input_dtypes,
                   std::map<std::string, bm_data_type_t>* output_dtypes);
  // Allocates the built-in tensors of a mode at these shapes. The maps must outlive the graph: reshape() reads the
  // inputs' shapes there, inference() on built-in tensors writes the outputs'. Returns 0.
  int alloc_tensors(IOMode io_mode, std::map<std::string, std::vector<int>>* input_shapes,
                    std::map<std::string, std::vector<int>>* output_shapes);
  void set_io_mode(IOMode io_mode);
  // Gives the built-in inputs the shapes of the map of alloc_tensors.
  void reshape();
  // Copies all bytes of a built-in input from host memory.
  void reset_input_tensor(const std::string& tensor_name, void* data);

  // Runs on the built-in tensors. core_list is not used on a BM1684.
  void inference(std::vector<int> core_list = {});
  // Runs on tensors of the caller and returns the shapes of the outputs. Thread-safe.
  std::map<std::string, std::vector<int>> inference(std::map<std::string, Tensor*>& input,
                                                    std::map<std::string, Tensor*>& output,
                                                    std::vector<int> core_list = {});
  // The same with explicit shapes of the inputs, which may be smaller than the tensors.
  std::map<std::string, std::vector<int>> inference(std::map<std::string, Tensor*>& input,
                                                    std::map<std::string, std::vector<int>>& input_shapes,
                                                    std::map<std::string, Tensor*>& output,
                                                    std::vector<int> core_list = {});

  // Null before alloc_tensors. SailEngineError for an unknown name.
  Tensor* get_input_tensor(const std::string& tensor_name);
  Tensor* get_output_tensor(const std::string& tensor_name);

  // Frees the built-in tensors.
  void free();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_GRAPH_H_
