// bmruntime_legacy.h over bmruntime_interface.h.
#include "bmruntime_legacy.h"

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bmruntime/src/legacy.h"
#include "bmruntime/src/log.h"
#include "bmruntime/src/runtime.h"

using bm::runtime::FindNet;
using bm::runtime::LoadedNet;
using bm::runtime::LoadedStage;
using bm::runtime::Runtime;

namespace bm::runtime {

const LoadedNet* FindNet(void* p_bmrt, int net_idx, const char* net_name) {
  if (p_bmrt == nullptr) return nullptr;
  const auto* runtime = static_cast<const Runtime*>(p_bmrt);
  if (net_name != nullptr && net_name[0] != '\0') return runtime->Find(net_name);
  const std::vector<const LoadedNet*> nets = runtime->nets();
  const bool is_there = net_idx >= 0 && static_cast<size_t>(net_idx) < nets.size();
  return is_there ? nets[static_cast<size_t>(net_idx)] : nullptr;
}

}  // namespace bm::runtime

namespace {

bm_handle_t HandleOf(void* p_bmrt) { return p_bmrt == nullptr ? nullptr : static_cast<Runtime*>(p_bmrt)->handle(); }

using TensorsOf = std::vector<bm::bmodel::Tensor> LoadedStage::*;

// A tensor of the first stage; null and one line where net or tensor is not there.
const bm::bmodel::Tensor* FindTensor(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name,
                                     TensorsOf side) {
  const LoadedNet* net = FindNet(p_bmrt, net_idx, net_name);
  if (net != nullptr && tensor_name != nullptr) {
    for (const bm::bmodel::Tensor& tensor : net->stages[0].*side) {
      if (tensor.name == tensor_name) return &tensor;
    }
  }
  BMRT_LOG(kWrong, absl::StrCat("no tensor [", tensor_name == nullptr ? "" : tensor_name, "] in net [",
                                net_name == nullptr ? "" : net_name, "], index ", net_idx));
  return nullptr;
}

void GetExtents(const bm::bmodel::Tensor* tensor, int* n, int* c, int* h, int* w) {
  if (tensor == nullptr) return;
  int* const targets[] = {n, c, h, w};
  for (int axis = 0; axis < 4; ++axis) {
    const int64_t extent = axis < tensor->shape().rank() ? tensor->shape()[axis] : 1;
    if (targets[axis] != nullptr) *targets[axis] = static_cast<int>(extent);
  }
}

int GetShape(const bm::bmodel::Tensor* tensor, int* shape) {
  if (tensor == nullptr || shape == nullptr) return -1;
  for (int axis = 0; axis < tensor->shape().rank(); ++axis) shape[axis] = static_cast<int>(tensor->shape()[axis]);
  return tensor->shape().rank();
}

bool GetNames(const LoadedNet* net, int count, const char* const* from, int* number, const char*** names) {
  if (net == nullptr || number == nullptr || names == nullptr) return false;
  *number = count;
  *names = static_cast<const char**>(std::malloc(sizeof(char*) * static_cast<size_t>(count > 0 ? count : 1)));
  if (*names == nullptr) return false;
  std::memcpy(*names, from, sizeof(char*) * static_cast<size_t>(count));
  return true;
}

}  // namespace

void* create_bmrt_helper(void* pbm_handle, const char* chipname, int) {
  if (chipname == nullptr || std::strcmp(chipname, "BM1684") != 0) {
    BMRT_LOG(kWrong, absl::StrCat("chip [", chipname == nullptr ? "" : chipname, "], known is BM1684"));
    return nullptr;
  }
  return bmrt_create(static_cast<bm_handle_t>(pbm_handle));
}

void destroy_bmruntime(void* p_bmrt) { bmrt_destroy(p_bmrt); }

bool bmrt_load_context(void* p_bmrt, const char* context_dir) {
  return context_dir != nullptr && bmrt_load_bmodel(p_bmrt, absl::StrCat(context_dir, "/compilation.bmodel").c_str());
}

// Nets that load are static.
bool bmrt_can_batch_size_change(void*, int, const char*) { return false; }
bool bmrt_can_height_and_width_change(void*, int, const char*) { return false; }

bool bmrt_get_input_tensor(void* p_bmrt, int net_idx, const char* net_name, int* input_num, const char*** input_names) {
  const LoadedNet* net = FindNet(p_bmrt, net_idx, net_name);
  if (net == nullptr) return false;
  return GetNames(net, net->info->info().input_num, net->info->info().input_names, input_num, input_names);
}

bool bmrt_get_output_tensor(void* p_bmrt, int net_idx, const char* net_name, int* output_num,
                            const char*** output_names) {
  const LoadedNet* net = FindNet(p_bmrt, net_idx, net_name);
  if (net == nullptr) return false;
  return GetNames(net, net->info->info().output_num, net->info->info().output_names, output_num, output_names);
}

void bmrt_get_input_blob_max_nhw(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name, int* max_n,
                                 int* max_c, int* max_h, int* max_w) {
  GetExtents(FindTensor(p_bmrt, tensor_name, net_idx, net_name, &LoadedStage::inputs), max_n, max_c, max_h, max_w);
}

void bmrt_get_output_blob_max_nhw(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name, int* max_n,
                                  int* max_c, int* max_h, int* max_w) {
  GetExtents(FindTensor(p_bmrt, tensor_name, net_idx, net_name, &LoadedStage::outputs), max_n, max_c, max_h, max_w);
}

int bmrt_get_input_blob_max_shape(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name,
                                  int* shape) {
  return GetShape(FindTensor(p_bmrt, tensor_name, net_idx, net_name, &LoadedStage::inputs), shape);
}

int bmrt_get_output_blob_max_shape(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name,
                                   int* shape) {
  return GetShape(FindTensor(p_bmrt, tensor_name, net_idx, net_name, &LoadedStage::outputs), shape);
}

int bmrt_get_input_data_type(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name) {
  const auto* tensor = FindTensor(p_bmrt, tensor_name, net_idx, net_name, &LoadedStage::inputs);
  return tensor == nullptr ? -1 : static_cast<int>(tensor->data_type);
}

int bmrt_get_output_data_type(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name) {
  const auto* tensor = FindTensor(p_bmrt, tensor_name, net_idx, net_name, &LoadedStage::outputs);
  return tensor == nullptr ? -1 : static_cast<int>(tensor->data_type);
}

int bmrt_get_input_gmem_stmode(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name) {
  const auto* tensor = FindTensor(p_bmrt, tensor_name, net_idx, net_name, &LoadedStage::inputs);
  return tensor == nullptr ? -1 : static_cast<int>(tensor->store_mode);
}

int bmrt_get_output_gmem_stmode(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name) {
  const auto* tensor = FindTensor(p_bmrt, tensor_name, net_idx, net_name, &LoadedStage::outputs);
  return tensor == nullptr ? -1 : static_cast<int>(tensor->store_mode);
}

bool bmrt_launch_cpu_data(void*, int, const char*, void*, int, void*, int, const int*, bm_shape_t*) {
  BMRT_LOG(kWrong, absl::StrCat(__func__, " is not built; bmrt_launch_data launches buffers of the host"));
  return false;
}

int bmrt_malloc_neuron_device(void* p_bmrt, bm_device_mem_t* pmem, int n, int c, int h, int w) {
  return bm_malloc_neuron_device(HandleOf(p_bmrt), pmem, n, c, h, w);
}

int bmrt_malloc_device_byte(void* p_bmrt, bm_device_mem_t* pmem, unsigned int size) {
  return bm_malloc_device_byte(HandleOf(p_bmrt), pmem, size);
}

void bmrt_free_device(void* p_bmrt, bm_device_mem_t mem) { bm_free_device(HandleOf(p_bmrt), mem); }

int bmrt_memcpy_s2d(void* p_bmrt, bm_device_mem_t dst, void* src) { return bm_memcpy_s2d(HandleOf(p_bmrt), dst, src); }

int bmrt_memcpy_d2s(void* p_bmrt, void* dst, bm_device_mem_t src) { return bm_memcpy_d2s(HandleOf(p_bmrt), dst, src); }

int bmrt_memcpy_s2d_withsize(void* p_bmrt, bm_device_mem_t dst, void* src, unsigned int size) {
  return bm_memcpy_s2d_partial(HandleOf(p_bmrt), dst, src, size);
}

int bmrt_memcpy_d2s_withsize(void* p_bmrt, void* dst, bm_device_mem_t src, unsigned int size) {
  return bm_memcpy_d2s_partial(HandleOf(p_bmrt), dst, src, size);
}

int bmrt_memcpy_s2d_withsize_offset(void* p_bmrt, bm_device_mem_t dst, void* src, unsigned int size,
                                    unsigned int dev_offset) {
  return bm_memcpy_s2d_partial_offset(HandleOf(p_bmrt), dst, src, size, dev_offset);
}

int bmrt_memcpy_d2s_withsize_offset(void* p_bmrt, void* dst, bm_device_mem_t src, unsigned int size,
                                    unsigned int dev_offset) {
  return bm_memcpy_d2s_partial_offset(HandleOf(p_bmrt), dst, src, size, dev_offset);
}

int bmrt_thread_sync(void* p_bmrt) { return bm_thread_sync(HandleOf(p_bmrt)); }

int bmrt_dev_getcount(void*, int* count) { return bm_dev_getcount(count); }

void bmrt_get_last_api_process_time_us(void* p_bmrt, unsigned long* time_us) {
  bm_get_last_api_process_time_us(HandleOf(p_bmrt), time_us);
}
