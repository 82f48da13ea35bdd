// Runs bmodels on a device: classes over bmruntime_interface.h.
//
//   bmruntime::Context context(0);
//   context.load_bmodel("compilation.bmodel");
//   bmruntime::Network network(context, "resnet50", 0);
//   network.Inputs()[0]->CopyFrom(pixels);
//   network.Forward();
//   network.Outputs()[0]->CopyTo(scores);
//
// Constructors throw std::runtime_error where they cannot do their work. A Context may serve many threads, a Network
// one; several Networks may exist for one net.
#ifndef __BMRUNTIME_CPP_H__
#define __BMRUNTIME_CPP_H__

#include <vector>

#include "bmruntime_interface.h"

namespace bmruntime {

class Context;
class Network;
class Tensor;

// Bytes of an element, of device memory, of a tensor.
size_t ByteSize(bm_data_type_t type);
size_t ByteSize(const bm_device_mem_t& mem);
size_t ByteSize(const bm_tensor_t& tensor);
size_t ByteSize(const Tensor& tensor);

// Elements.
uint64_t Count(const bm_shape_t& shape);
uint64_t Count(const bm_tensor_t& tensor);
uint64_t Count(const Tensor& tensor);

// True if rank and dimensions are equal.
bool IsSameShape(const bm_shape_t& left, const bm_shape_t& right);

// A device and the nets loaded onto it.
class Context {
 public:
  // Opens device `devid` and closes it in the end.
  explicit Context(int devid = 0);
  // Uses a handle of the caller, which outlives the context.
  explicit Context(bm_handle_t bm_handle);
  virtual ~Context();

  // BM_SUCCESS or BM_ERR_FAILURE.
  bm_status_t load_bmodel(const void* bmodel_data, size_t size);
  bm_status_t load_bmodel(const char* bmodel_file);

  int get_network_number() const;
  // Replaces the content of *names by the nets' names, which belong to the context.
  void get_network_names(std::vector<const char*>* names) const;
  // Null where no net has the name.
  const bm_net_info_t* get_network_info(const char* net_name) const;
  bm_handle_t handle() const;
  // As bmrt_trace.
  void trace() const;

  friend class Network;

 protected:
  void* body_;
  bm_handle_t bm_handle_;

 private:
  Context(const Context& other) = delete;
  Context& operator=(const Context& other) = delete;
};

// A net with device memory for its tensors.
class Network {
 public:
  // With a stage_id the tensors have the shapes of that stage and keep them. With -1 they hold the largest stage, and
  // every input needs a Reshape before the first Forward. The context outlives the network.
  Network(const Context& ctx, const char* net_name, int stage_id = -1);
  virtual ~Network();

  // Launches the net, with `sync` to its end. BM_ERR_FAILURE if an input has no shape yet or the launch fails.
  bm_status_t Forward(bool sync = true) const;

  const std::vector<Tensor*>& Inputs();
  const std::vector<Tensor*>& Outputs();
  // Null where no tensor has the name.
  Tensor* Input(const char* tensor_name);
  Tensor* Output(const char* tensor_name);

  const bm_net_info_t* info() const;

 protected:
  const Context* ctx_;
  int net_id_;
  std::vector<Tensor*> inputs_;
  std::vector<Tensor*> outputs_;
  bm_tensor_t* input_tensors_;
  bm_tensor_t* output_tensors_;

 private:
  Network(const Network& other) = delete;
  Network& operator=(const Network& other) = delete;
};

// An input or output of a Network.
class Tensor {
 public:
  // Copies between host and device: all ByteSize() bytes, or `size` bytes from byte `offset` of the device memory on.
  // BM_ERR_PARAM where they leave the device memory.
  bm_status_t CopyTo(void* data) const;
  bm_status_t CopyTo(void* data, size_t size, uint64_t offset = 0) const;
  bm_status_t CopyFrom(const void* data);
  bm_status_t CopyFrom(const void* data, size_t size, uint64_t offset = 0);

  // BM_ERR_PARAM for a shape without elements, BM_ERR_NOFEATURE where the shape is fixed, BM_ERR_NOMEM where the
  // device memory is too small.
  bm_status_t Reshape(const bm_shape_t& shape);

  size_t ByteSize() const;
  uint64_t num_elements() const;

  // The live tensor; the shape of an output is valid after Forward.
  const bm_tensor_t* tensor() const;

  void set_store_mode(bm_store_mode_t mode) const;

  // Uses memory of the caller instead of the tensor's own, which is freed. BM_ERR_PARAM if it is too small.
  bm_status_t set_device_mem(const bm_device_mem_t& device_mem);

 protected:
  friend class Network;

  Tensor(bm_handle_t handle, bm_tensor_t* tensor, bool can_reshape = false);
  virtual ~Tensor();

  // True once the shape is known.
  bool ready();

  bool user_mem_;
  bm_handle_t handle_;
  bm_tensor_t* tensor_;
  bool can_reshape_;
  bool have_reshaped_;

 private:
  Tensor(const Tensor& other) = delete;
  Tensor& operator=(const Tensor& other) = delete;
};

// Messages that a launch would send.
struct api_info_t {
  std::vector<uint32_t> api_id;
  std::vector<std::vector<uint8_t>> api_data;
  std::vector<uint32_t> input_addr_offset;
  std::vector<uint32_t> output_addr_offset;
};

// As get_bmodel_api_info_c of bmruntime_legacy.h; empty where the launch would be refused.
api_info_t get_bmodel_api_info(void* p_bmrt, const char* net_name, const bm_tensor_t* input_tensors, int input_num,
                               bm_tensor_t* output_tensors, int output_num, bool user_mem, bool user_stmode,
                               uint32_t* core_ids);

}  // namespace bmruntime

#endif  // __BMRUNTIME_CPP_H__
