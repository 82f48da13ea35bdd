// bmruntime_interface.h over Runtime.
#include "bmruntime_interface.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmlib/src/version.h"
#include "bmruntime/src/edge.h"
#include "bmruntime/src/exports.h"
#include "bmruntime/src/listing.h"
#include "bmruntime/src/runtime.h"
#include "bmruntime/src/tensor_math.h"

using bm::runtime::AtEdge;
using bm::runtime::LaunchOptions;
using bm::runtime::LoadedNet;
using bm::runtime::OutputMemory;
using bm::runtime::OutputMode;
using bm::runtime::Runtime;

namespace {

absl::StatusOr<Runtime*> FromVendor(void* p_bmrt) {
  if (p_bmrt == nullptr) return absl::InvalidArgumentError("the runtime is null");
  return static_cast<Runtime*>(p_bmrt);
}

absl::Status CheckNotNull(const void* pointer, const char* what) {
  if (pointer != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " is null"));
}

// `values` of a side that has `count` tensors.
absl::Status CheckSide(const void* values, int count, const char* what) {
  if (count < 0) return absl::InvalidArgumentError(absl::StrCat(what, ": ", count, " tensors"));
  return count == 0 ? absl::OkStatus() : CheckNotNull(values, what);
}

// The bytes of a plain tensor; INVALID_ARGUMENT or OUT_OF_RANGE for a type or a shape that is none.
absl::StatusOr<uint64_t> CheckedBytes(bm_data_type_t dtype, const bm_shape_t& vendor_shape) {
  ASSIGN_OR_RETURN(const bm::Shape shape, bm::runtime::FromVendor(vendor_shape));
  if (bm::runtime::BytesOf(dtype) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("data type ", static_cast<int>(dtype), ", known are 0..10"));
  }
  return bm::runtime::StoredBytes(shape, dtype, BM_STORE_1N);
}

absl::Status Allocate(bm_handle_t handle, bm_data_type_t dtype, const bm_shape_t& vendor_shape, bm_tensor_t* tensor) {
  ASSIGN_OR_RETURN(const uint64_t bytes, CheckedBytes(dtype, vendor_shape));
  if (bytes > std::numeric_limits<unsigned>::max()) {
    return absl::OutOfRangeError(absl::StrCat(bytes, " bytes, a device memory descriptor holds 2^32 - 1"));
  }
  tensor->dtype = dtype;
  tensor->shape = vendor_shape;
  tensor->st_mode = BM_STORE_1N;
  const bm_status_t code = bm_malloc_device_byte_heap_mask(handle, &tensor->device_mem, bm::runtime::kAllHeaps,
                                                           static_cast<unsigned>(bytes));
  if (code == BM_SUCCESS) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("no device memory for ", bytes, " bytes (status ", code, ")"));
}

// Launches host buffers: copies in, launches, waits, copies out.
class HostLaunch {
 public:
  HostLaunch(Runtime* runtime, const LoadedNet& net) : runtime_(runtime), info_(net.info->info()) {}
  ~HostLaunch() {
    for (const bm_tensor_t& tensor : inputs_) bm_free_device(runtime_->handle(), tensor.device_mem);
    for (const bm_tensor_t& tensor : outputs_) bm_free_device(runtime_->handle(), tensor.device_mem);
  }
  HostLaunch(const HostLaunch&) = delete;
  HostLaunch& operator=(const HostLaunch&) = delete;

  absl::Status LoadInputs(absl::Span<void* const> data, absl::Span<const bm_shape_t> shapes);
  absl::Status Run();
  // Copies to `data`, which holds buffers of the caller or (allocate) gets buffers of malloc.
  absl::Status StoreOutputs(absl::Span<void*> data, absl::Span<bm_shape_t> shapes, bool is_callers_memory);

 private:
  Runtime* const runtime_;
  const bm_net_info_t& info_;
  std::vector<bm_tensor_t> inputs_;
  std::vector<bm_tensor_t> outputs_;
};

absl::Status HostLaunch::LoadInputs(absl::Span<void* const> data, absl::Span<const bm_shape_t> shapes) {
  if (data.size() != static_cast<size_t>(info_.input_num)) {
    return absl::InvalidArgumentError(
        absl::StrCat("net ", info_.name, " has ", info_.input_num, " inputs, the launch gives ", data.size()));
  }
  for (size_t i = 0; i < data.size(); ++i) {
    RETURN_IF_ERROR(CheckNotNull(data[i], "an input"));
    bm_tensor_t tensor = {};
    RETURN_IF_ERROR(Allocate(runtime_->handle(), info_.input_dtypes[i], shapes[i], &tensor));
    inputs_.push_back(tensor);
    RETURN_IF_ERROR(
        bm::runtime::Upload(runtime_->handle(), bm_mem_get_device_addr(tensor.device_mem),
                            absl::MakeConstSpan(static_cast<const uint8_t*>(data[i]), bmrt_tensor_bytesize(&tensor))));
  }
  return absl::OkStatus();
}

absl::Status HostLaunch::Run() {
  std::vector<bm_tensor_t> outputs(static_cast<size_t>(info_.output_num));
  RETURN_IF_ERROR(runtime_->Launch(info_.name, inputs_, absl::MakeSpan(outputs), LaunchOptions{}));
  outputs_ = outputs;
  const bm_status_t code = bm_thread_sync(runtime_->handle());
  if (code == BM_SUCCESS) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("waiting for net ", info_.name, " failed with status ", code));
}

absl::Status HostLaunch::StoreOutputs(absl::Span<void*> data, absl::Span<bm_shape_t> shapes, bool is_callers_memory) {
  std::vector<std::unique_ptr<void, void (*)(void*)>> allocated;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    const size_t bytes = bmrt_tensor_bytesize(&outputs_[i]);
    void* target = data[i];
    if (!is_callers_memory) {
      target = std::malloc(bytes);
      if (target == nullptr) return absl::ResourceExhaustedError(absl::StrCat("no host memory for ", bytes, " bytes"));
      allocated.emplace_back(target, std::free);
    }
    RETURN_IF_ERROR(CheckNotNull(target, "an output"));
    RETURN_IF_ERROR(bm::runtime::Download(runtime_->handle(), bm_mem_get_device_addr(outputs_[i].device_mem),
                                          absl::MakeSpan(static_cast<uint8_t*>(target), bytes)));
    shapes[i] = outputs_[i].shape;
  }
  for (size_t i = 0; i < allocated.size(); ++i) data[i] = allocated[i].release();
  return absl::OkStatus();
}

}  // namespace

size_t bmrt_data_type_size(bm_data_type_t dtype) {
  const uint64_t bytes = bm::runtime::BytesOf(dtype);
  if (bytes == 0) BMRT_LOG(kFatal, absl::StrCat("data type ", static_cast<int>(dtype), ", known are 0..10"));
  return bytes;
}

void bmrt_shape(bm_shape_t* shape, const int* dims, int num_dims) {
  AtEdge(BMRT_HERE, [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckNotNull(shape, "the shape"));
    RETURN_IF_ERROR(CheckSide(dims, num_dims, "the dimensions"));
    if (num_dims > BM_MAX_DIMS_NUM) {
      return absl::InvalidArgumentError(absl::StrCat(num_dims, " dimensions, possible are 0..", BM_MAX_DIMS_NUM));
    }
    bm_shape_t result = {};
    result.num_dims = num_dims;
    if (num_dims > 0) std::memcpy(result.dims, dims, static_cast<size_t>(num_dims) * sizeof(int));
    RETURN_IF_ERROR(bm::runtime::FromVendor(result).status());
    shape->num_dims = num_dims;
    if (num_dims > 0) std::memcpy(shape->dims, dims, static_cast<size_t>(num_dims) * sizeof(int));
    return absl::OkStatus();
  });
}

uint64_t bmrt_shape_count(const bm_shape_t* shape) {
  if (shape == nullptr) return 0;
  uint64_t count = 1;
  for (int i = 0; i < shape->num_dims && i < BM_MAX_DIMS_NUM; ++i) count *= static_cast<uint64_t>(shape->dims[i]);
  return count;
}

bool bmrt_shape_is_same(const bm_shape_t* left, const bm_shape_t* right) {
  if (left == nullptr || right == nullptr || left->num_dims != right->num_dims) return false;
  for (int i = 0; i < left->num_dims && i < BM_MAX_DIMS_NUM; ++i) {
    if (left->dims[i] != right->dims[i]) return false;
  }
  return true;
}

bool bmrt_tensor(bm_tensor_t* tensor, void* p_bmrt, bm_data_type_t dtype, bm_shape_t shape) {
  return bmrt_tensor_ex(tensor, p_bmrt, 0, dtype, shape);
}

bool bmrt_tensor_ex(bm_tensor_t* tensor, void* p_bmrt, int devid, bm_data_type_t dtype, bm_shape_t shape) {
  return AtEdge(BMRT_HERE, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const Runtime* runtime, FromVendor(p_bmrt));
    RETURN_IF_ERROR(CheckNotNull(tensor, "the tensor"));
    const absl::Span<const bm_handle_t> handles = runtime->handles();
    if (devid < 0 || static_cast<size_t>(devid) >= handles.size()) {
      return absl::InvalidArgumentError(absl::StrCat("device ", devid, ", the runtime has ", handles.size()));
    }
    return Allocate(handles[static_cast<size_t>(devid)], dtype, shape, tensor);
  });
}

void bmrt_tensor_with_device(bm_tensor_t* tensor, bm_device_mem_t device_mem, bm_data_type_t dtype, bm_shape_t shape) {
  AtEdge(BMRT_HERE, [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckNotNull(tensor, "the tensor"));
    ASSIGN_OR_RETURN(const uint64_t bytes, CheckedBytes(dtype, shape));
    if (bytes > bm_mem_get_device_size(device_mem)) {
      return absl::InvalidArgumentError(absl::StrCat("the tensor takes ", bytes, " bytes, the device memory has ",
                                                     bm_mem_get_device_size(device_mem)));
    }
    *tensor = {dtype, shape, device_mem, BM_STORE_1N};
    return absl::OkStatus();
  });
}

size_t bmrt_tensor_bytesize(const bm_tensor_t* tensor) {
  return tensor == nullptr ? 0 : bmrt_shape_count(&tensor->shape) * bm::runtime::BytesOf(tensor->dtype);
}

size_t bmrt_tensor_device_size(const bm_tensor_t* tensor) {
  return tensor == nullptr ? 0 : bm_mem_get_device_size(tensor->device_mem);
}

void bmrt_print_network_info(const bm_net_info_t* net_info) {
  if (net_info == nullptr) return;
  const std::string text = bm::runtime::NetworkInfoText(*net_info);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void* bmrt_create(bm_handle_t bm_handle) { return bmrt_create_ex(&bm_handle, 1); }

void* bmrt_create_ex(bm_handle_t* bm_handles, int num_handles) {
  Runtime* created = nullptr;
  AtEdge(BMRT_HERE, [&]() -> absl::Status {
    RETURN_IF_ERROR(CheckSide(bm_handles, num_handles, "the handles"));
    ASSIGN_OR_RETURN(std::unique_ptr<Runtime> runtime,
                     Runtime::Create(absl::MakeConstSpan(bm_handles, static_cast<size_t>(num_handles))));
    created = runtime.release();
    return absl::OkStatus();
  });
  return created;
}

void bmrt_destroy(void* p_bmrt) { delete static_cast<Runtime*>(p_bmrt); }

void* bmrt_get_bm_handle(void* p_bmrt) { return p_bmrt == nullptr ? nullptr : static_cast<Runtime*>(p_bmrt)->handle(); }

void bmrt_set_flags(void* p_bmrt, uint32_t flags) {
  if (p_bmrt != nullptr) static_cast<Runtime*>(p_bmrt)->set_flags(flags);
}

uint32_t bmrt_get_flags(void* p_bmrt) { return p_bmrt == nullptr ? 0 : static_cast<Runtime*>(p_bmrt)->flags(); }

bool bmrt_load_bmodel(void* p_bmrt, const char* bmodel_path) {
  return AtEdge(BMRT_HERE, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Runtime * runtime, FromVendor(p_bmrt));
    if (bmodel_path == nullptr || bmodel_path[0] == '\0') return absl::InvalidArgumentError("the path is empty");
    return runtime->LoadFile(bmodel_path);
  });
}

bool bmrt_load_bmodel_data(void* p_bmrt, const void* bmodel_data, size_t size) {
  return AtEdge(BMRT_HERE, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Runtime * runtime, FromVendor(p_bmrt));
    RETURN_IF_ERROR(CheckNotNull(bmodel_data, "the data"));
    return runtime->LoadData(absl::MakeConstSpan(static_cast<const uint8_t*>(bmodel_data), size));
  });
}

void bmrt_show_neuron_network(void* p_bmrt) {
  if (p_bmrt == nullptr) return;
  int index = 0;
  for (const LoadedNet* net : static_cast<Runtime*>(p_bmrt)->nets()) {
    for (const std::string& line : bm::runtime::ListingLines(net->info->info(), index++)) BMRT_LOG(kInfo, line);
  }
}

int bmrt_get_network_number(void* p_bmrt) {
  return p_bmrt == nullptr ? 0 : static_cast<int>(static_cast<Runtime*>(p_bmrt)->nets().size());
}

void bmrt_get_network_names(void* p_bmrt, const char*** network_names) {
  if (network_names == nullptr) return;
  *network_names = nullptr;
  if (p_bmrt == nullptr) return;
  const std::vector<const LoadedNet*> nets = static_cast<Runtime*>(p_bmrt)->nets();
  if (nets.empty()) return;
  auto* names = static_cast<const char**>(std::malloc(nets.size() * sizeof(const char*)));
  if (names == nullptr) return;
  for (size_t i = 0; i < nets.size(); ++i) names[i] = nets[i]->info->info().name;
  *network_names = names;
}

const bm_net_info_t* bmrt_get_network_info(void* p_bmrt, const char* net_name) {
  if (p_bmrt == nullptr || net_name == nullptr) return nullptr;
  const LoadedNet* net = static_cast<Runtime*>(p_bmrt)->Find(net_name);
  return net == nullptr ? nullptr : &net->info->info();
}

bool bmrt_launch_tensor(void* p_bmrt, const char* net_name, const bm_tensor_t input_tensors[], int input_num,
                        bm_tensor_t output_tensors[], int output_num) {
  return bmrt_launch_tensor_ex(p_bmrt, net_name, input_tensors, input_num, output_tensors, output_num, false, false);
}

bool bmrt_launch_tensor_ex(void* p_bmrt, const char* net_name, const bm_tensor_t input_tensors[], int input_num,
                           bm_tensor_t output_tensors[], int output_num, bool user_mem, bool user_stmode) {
  return AtEdge(BMRT_HERE, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Runtime * runtime, FromVendor(p_bmrt));
    RETURN_IF_ERROR(CheckNotNull(net_name, "the net name"));
    RETURN_IF_ERROR(CheckSide(input_tensors, input_num, "inputs"));
    RETURN_IF_ERROR(CheckSide(output_tensors, output_num, "outputs"));
    const LaunchOptions options = {user_mem ? OutputMemory::kCaller : OutputMemory::kRuntime,
                                   user_stmode ? OutputMode::kCaller : OutputMode::k1N};
    return runtime->Launch(net_name, absl::MakeConstSpan(input_tensors, static_cast<size_t>(input_num)),
                           absl::MakeSpan(output_tensors, static_cast<size_t>(output_num)), options);
  });
}

bool bmrt_launch_data(void* p_bmrt, const char* net_name, void* const input_datas[], const bm_shape_t input_shapes[],
                      int input_num, void* output_datas[], bm_shape_t output_shapes[], int output_num, bool user_mem) {
  return AtEdge(BMRT_HERE, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(Runtime * runtime, FromVendor(p_bmrt));
    RETURN_IF_ERROR(CheckNotNull(net_name, "the net name"));
    for (const void* side : {static_cast<const void*>(input_datas), static_cast<const void*>(input_shapes)}) {
      RETURN_IF_ERROR(CheckSide(side, input_num, "inputs"));
    }
    for (const void* side : {static_cast<const void*>(output_datas), static_cast<const void*>(output_shapes)}) {
      RETURN_IF_ERROR(CheckSide(side, output_num, "outputs"));
    }
    const LoadedNet* net = runtime->Find(net_name);
    if (net == nullptr) return absl::NotFoundError(absl::StrCat("no net has the name [", net_name, "]"));
    if (output_num != net->info->info().output_num) {
      return absl::InvalidArgumentError(absl::StrCat("net ", net_name, " has ", net->info->info().output_num,
                                                     " outputs, the launch gives ", output_num));
    }
    HostLaunch launch(runtime, *net);
    RETURN_IF_ERROR(launch.LoadInputs(absl::MakeConstSpan(input_datas, static_cast<size_t>(input_num)),
                                      absl::MakeConstSpan(input_shapes, static_cast<size_t>(input_num))));
    RETURN_IF_ERROR(launch.Run());
    return launch.StoreOutputs(absl::MakeSpan(output_datas, static_cast<size_t>(output_num)),
                               absl::MakeSpan(output_shapes, static_cast<size_t>(output_num)), user_mem);
  });
}

void bmrt_trace(void* p_bmrt) {
  if (p_bmrt == nullptr) return;
  const std::string report = static_cast<Runtime*>(p_bmrt)->Trace();
  std::fwrite(report.data(), 1, report.size(), stderr);
}

// ---- Exported without a declaration in the vendor's headers (exports.h) ----

const char* libbmrt_version() { return BM_PROJECT_VERSION; }

int bmrt_get_current_log_level() { return static_cast<int>(bm::runtime::LogThreshold()); }

void bmrt_set_current_log_level(int level) { bm::runtime::SetLogThreshold(static_cast<bm::runtime::LogLevel>(level)); }

int bmrt_get_network_index(void* p_bmrt, const char* net_name) {
  if (p_bmrt == nullptr || net_name == nullptr) return -1;
  const std::vector<const LoadedNet*> nets = static_cast<Runtime*>(p_bmrt)->nets();
  for (size_t i = 0; i < nets.size(); ++i) {
    if (nets[i]->name == net_name) return static_cast<int>(i);
  }
  return -1;
}
