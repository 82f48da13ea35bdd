// Runs the networks of bmodels on one device.
//
//   sail::Engine engine("resnet50.bmodel", 0, sail::SYSIO);
//   const std::string graph = engine.get_graph_names()[0];
//   sail::Tensor* input = engine.get_input_tensor(graph, engine.get_input_names(graph)[0]);
//   memcpy(input->sys_data(), pixels, input->nbytes());
//   engine.process(graph);
//
// An unknown graph throws SailEngineError with the graphs there are. process() on tensors of the caller, load(),
// set_io_mode() and the getters may be called by any number of threads; the forms on built-in tensors share these.
#ifndef SAIL_ENGINE_H_
#define SAIL_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "graph.h"
#include "tensor.h"

namespace sail {

class Engine {
 public:
  // No graphs yet; mode DEVIO and no built-in tensors.
  Engine(int tpu_id);
  Engine(const Handle& handle);
  // Loads a file, or its bytes, and allocates the built-in tensors of the mode at the largest shapes. SailEngineError
  // where the model cannot be loaded.
  Engine(const std::string& bmodel_path, int tpu_id, IOMode mode);
  Engine(const std::string& bmodel_path, const Handle& handle, IOMode mode);
  Engine(const void* bmodel_ptr, size_t bmodel_size, int tpu_id, IOMode mode);
  Engine(const void* bmodel_ptr, size_t bmodel_size, const Handle& handle, IOMode mode);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Handle& get_handle();
  int get_device_id();

  // Adds the graphs of a model. False if the model is broken or brings no new graph.
  bool load(const std::string& bmodel_path);
  bool load(const void* bmodel_ptr, size_t bmodel_size);

  // In the order of loading.
  std::vector<std::string> get_graph_names();
  void set_io_mode(const std::string& graph_name, IOMode mode);
  bool graph_is_dynamic(const std::string& graph_name);
  // In the order of the model.
  std::vector<std::string> get_input_names(const std::string& graph_name);
  std::vector<std::string> get_output_names(const std::string& graph_name);
  // The largest extent of every dimension over all stages.
  std::map<std::string, std::vector<int>> get_max_input_shapes(const std::string& graph_name);
  std::map<std::string, std::vector<int>> get_max_output_shapes(const std::string& graph_name);
  // The largest shape until reshape() or process() set another one; empty for an unknown tensor.
  std::vector<int> get_input_shape(const std::string& graph_name, const std::string& tensor_name);
  // The largest shape until the first run, then that of the last run.
  std::vector<int> get_output_shape(const std::string& graph_name, const std::string& tensor_name);
  // BM_FLOAT32 for an unknown tensor.
  bm_data_type_t get_input_dtype(const std::string& graph_name, const std::string& tensor_name);
  bm_data_type_t get_output_dtype(const std::string& graph_name, const std::string& tensor_name);
  // integer input = real value * input scale; real value = integer output * output scale. 1 for floats, 0 for an
  // unknown tensor.
  float get_input_scale(const std::string& graph_name, const std::string& tensor_name);
  float get_output_scale(const std::string& graph_name, const std::string& tensor_name);

  // Sets the shapes of the built-in inputs: those of one stage, or of a dynamic network any up to the largest. Inputs
  // that are not named keep theirs. SailEngineError, and no change, for others. Returns 0.
  int reshape(const std::string& graph_name, std::map<std::string, std::vector<int>>& input_shapes);

  // Built-in tensors, null for a graph that has none. SailEngineError for an unknown name.
  Tensor* get_input_tensor(const std::string& graph_name, const std::string& tensor_name);
  Tensor* get_output_tensor(const std::string& graph_name, const std::string& tensor_name);
  // Quantises floats into the host memory of a built-in input, and reads a built-in output as floats.
  void scale_input_tensor(const std::string& graph_name, const std::string& tensor_name, float* data);
  void scale_output_tensor(const std::string& graph_name, const std::string& tensor_name, float* data);

  // Integers = float * scale, rounded half to even and saturated; and floats = integer * scale.
  void scale_fp32_to_int8(float* src, int8_t* dst, float scale, int size);
  void scale_fp32_to_uint8(float* src, uint8_t* dst, float scale, int size);
  void scale_fp32_to_int32(float* src, int32_t* dst, float scale, int size);
  void scale_int8_to_fp32(int8_t* src, float* dst, float scale, int size);
  void scale_uint8_to_fp32(uint8_t* src, float* dst, float scale, int size);
  void scale_int32_to_fp32(int32_t* src, float* dst, float scale, int size);

  // New tensors at the largest shapes, which the caller deletes. create_mode 0: host memory; 1: device memory; -1:
  // device memory, and host memory where the graph's mode needs it.
  std::map<std::string, Tensor*> create_input_tensors_map(const std::string& graph_name, int create_mode = -1);
  std::map<std::string, Tensor*> create_output_tensors_map(const std::string& graph_name, int create_mode = -1);

  // Runs a graph and waits. core_list is not used on a BM1684. SailEngineError if a tensor is missing, unknown, of
  // another type, without the memory that the mode copies, or if the launch fails: the runtime's reason is on stdout.

  // On the built-in tensors, with the shapes of the last reshape().
  void process(const std::string& graph_name, std::vector<int> core_list = {});
  // Copies host buffers, in the types of the model, into the built-in inputs of these shapes and runs.
  void process(const std::string& graph_name, std::map<std::string, std::vector<int>>& input_shapes,
               std::map<std::string, void*>& input_tensors, std::vector<int> core_list = {});
  // On tensors of the caller, whose shapes choose the stage.
  void process(const std::string& graph_name, std::map<std::string, Tensor*>& input_tensors,
               std::map<std::string, Tensor*>& output_tensors, std::vector<int> core_list = {});
  // The same with shapes of the inputs that may be smaller than the tensors.
  void process(const std::string& graph_name, std::map<std::string, Tensor*>& input_tensors,
               std::map<std::string, std::vector<int>>& input_shapes, std::map<std::string, Tensor*>& output_tensors,
               std::vector<int> core_list = {});

 private:
  struct Impl;
  friend struct EngineAccess;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sail

#endif  // SAIL_ENGINE_H_
