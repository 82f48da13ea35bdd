// bmruntime_cpp.h over the C interface.
#include "bmruntime_cpp.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <string>

#include "absl/strings/str_cat.h"
#include "bmruntime/src/exports.h"
#include "bmruntime/src/log.h"
#include "bmruntime/src/tensor_math.h"

namespace bmruntime {
namespace {

// What the vendor's constructors throw.
[[noreturn]] void Fail(const std::string& reason) {
  BMRT_LOG(kFatal, reason);
  throw std::runtime_error("BMRuntime internal error.");
}

// Buffers of tensors. The address of a buffer that is not there has size 0.
bool Allocate(bm_handle_t handle, size_t bytes, bm_tensor_t* tensor) {
  tensor->device_mem = bm_mem_null();
  if (bytes == 0 || bytes > std::numeric_limits<unsigned>::max()) return false;
  if (bm_malloc_device_byte(handle, &tensor->device_mem, static_cast<unsigned>(bytes)) == BM_SUCCESS) return true;
  tensor->device_mem = bm_mem_null();
  return false;
}

// Bytes of a tensor that any store mode fits: the batch of 8-bit types rounded up to four.
size_t AnyModeBytes(bm_data_type_t type, const bm_shape_t& vendor_shape) {
  const auto shape = bm::runtime::FromVendor(vendor_shape);
  if (!shape.ok()) return 0;
  const bm_store_mode_t mode = bm::runtime::BytesOf(type) == 1 ? BM_STORE_4N : BM_STORE_1N;
  return bm::runtime::StoredBytes(*shape, type, mode).value_or(0);
}

}  // namespace

size_t ByteSize(bm_data_type_t type) { return bmrt_data_type_size(type); }
size_t ByteSize(const bm_device_mem_t& mem) { return bm_mem_get_device_size(mem); }
size_t ByteSize(const bm_tensor_t& tensor) { return bmrt_tensor_bytesize(&tensor); }
size_t ByteSize(const Tensor& tensor) { return tensor.ByteSize(); }
uint64_t Count(const bm_shape_t& shape) { return bmrt_shape_count(&shape); }
uint64_t Count(const bm_tensor_t& tensor) { return bmrt_shape_count(&tensor.shape); }
uint64_t Count(const Tensor& tensor) { return tensor.num_elements(); }
bool IsSameShape(const bm_shape_t& left, const bm_shape_t& right) { return bmrt_shape_is_same(&left, &right); }

// ---- Context. bm_handle_ is set only where the context owns the handle. ----

Context::Context(int devid) : body_(nullptr), bm_handle_(nullptr) {
  if (bm_dev_request(&bm_handle_, devid) != BM_SUCCESS) Fail(absl::StrCat("device ", devid, " cannot be opened"));
  body_ = bmrt_create(bm_handle_);
  if (body_ == nullptr) {
    bm_dev_free(bm_handle_);
    Fail(absl::StrCat("no runtime for device ", devid));
  }
}

Context::Context(bm_handle_t bm_handle) : body_(bmrt_create(bm_handle)), bm_handle_(nullptr) {
  if (body_ == nullptr) Fail("no runtime for the device handle");
}

Context::~Context() {
  bmrt_destroy(body_);
  if (bm_handle_ != nullptr) bm_dev_free(bm_handle_);
}

bm_status_t Context::load_bmodel(const void* bmodel_data, size_t size) {
  return bmrt_load_bmodel_data(body_, bmodel_data, size) ? BM_SUCCESS : BM_ERR_FAILURE;
}

bm_status_t Context::load_bmodel(const char* bmodel_file) {
  return bmrt_load_bmodel(body_, bmodel_file) ? BM_SUCCESS : BM_ERR_FAILURE;
}

int Context::get_network_number() const { return bmrt_get_network_number(body_); }

void Context::get_network_names(std::vector<const char*>* names) const {
  if (names == nullptr) return;
  const char** list = nullptr;
  bmrt_get_network_names(body_, &list);
  names->assign(list, list + (list == nullptr ? 0 : get_network_number()));
  free(list);
}

const bm_net_info_t* Context::get_network_info(const char* net_name) const {
  return bmrt_get_network_info(body_, net_name);
}

bm_handle_t Context::handle() const { return static_cast<bm_handle_t>(bmrt_get_bm_handle(body_)); }

void Context::trace() const { bmrt_trace(body_); }

// ---- Network ----

Network::Network(const Context& ctx, const char* net_name, int stage_id)
    : ctx_(&ctx),
      net_id_(bmrt_get_network_index(ctx.body_, net_name)),
      input_tensors_(nullptr),
      output_tensors_(nullptr) {
  const bm_net_info_t* net = ctx.get_network_info(net_name);
  if (net == nullptr) Fail(absl::StrCat("no net has the name ", net_name == nullptr ? "(null)" : net_name));
  if (stage_id < -1 || stage_id >= net->stage_num) {
    Fail(absl::StrCat("stage ", stage_id, ", net ", net_name, " has ", net->stage_num, " and -1 means any"));
  }
  bool is_complete = true;
  const auto make = [&](int count, const bm_data_type_t* types, const bm_shape_t* shapes, const size_t* max_bytes,
                        std::vector<Tensor*>* tensors) {
    auto* made = new bm_tensor_t[static_cast<size_t>(count)]();
    for (int i = 0; i < count; ++i) {
      made[i].dtype = types[i];
      made[i].shape = shapes[i];
      made[i].st_mode = BM_STORE_1N;
      const size_t bytes = stage_id >= 0 ? AnyModeBytes(types[i], shapes[i]) : max_bytes[i];
      is_complete &= Allocate(ctx.handle(), bytes, &made[i]);
      tensors->push_back(new Tensor(ctx.handle(), &made[i], stage_id < 0));
    }
    return made;
  };
  const bm_stage_info_t& stage = net->stages[std::max(stage_id, 0)];
  input_tensors_ = make(net->input_num, net->input_dtypes, stage.input_shapes, net->max_input_bytes, &inputs_);
  output_tensors_ = make(net->output_num, net->output_dtypes, stage.output_shapes, net->max_output_bytes, &outputs_);
  if (is_complete) return;
  for (const std::vector<Tensor*>* side : {&inputs_, &outputs_}) {
    for (Tensor* tensor : *side) delete tensor;
  }
  delete[] input_tensors_;
  delete[] output_tensors_;
  Fail(absl::StrCat("no device memory for the tensors of net ", net_name));
}

Network::~Network() {
  for (const std::vector<Tensor*>* side : {&inputs_, &outputs_}) {
    for (Tensor* tensor : *side) delete tensor;
  }
  delete[] input_tensors_;
  delete[] output_tensors_;
}

bm_status_t Network::Forward(bool sync) const {
  const bool all_ready = std::all_of(inputs_.begin(), inputs_.end(), [](Tensor* tensor) { return tensor->ready(); });
  if (!all_ready) {
    BMRT_LOG(kWrong, absl::StrCat("net ", info()->name, ": every input needs a Reshape before the first Forward"));
    return BM_ERR_FAILURE;
  }
  const bool is_launched =
      bmrt_launch_tensor_ex(ctx_->body_, info()->name, input_tensors_, static_cast<int>(inputs_.size()),
                            output_tensors_, static_cast<int>(outputs_.size()), /*user_mem=*/true,
                            /*user_stmode=*/true);
  if (!is_launched) return BM_ERR_FAILURE;
  return sync ? bm_thread_sync(ctx_->handle()) : BM_SUCCESS;
}

const std::vector<Tensor*>& Network::Inputs() { return inputs_; }
const std::vector<Tensor*>& Network::Outputs() { return outputs_; }

Tensor* Network::Input(const char* tensor_name) {
  for (size_t i = 0; tensor_name != nullptr && i < inputs_.size(); ++i) {
    if (std::strcmp(info()->input_names[i], tensor_name) == 0) return inputs_[i];
  }
  return nullptr;
}

Tensor* Network::Output(const char* tensor_name) {
  for (size_t i = 0; tensor_name != nullptr && i < outputs_.size(); ++i) {
    if (std::strcmp(info()->output_names[i], tensor_name) == 0) return outputs_[i];
  }
  return nullptr;
}

const bm_net_info_t* Network::info() const {
  std::vector<const char*> names;
  ctx_->get_network_names(&names);
  return ctx_->get_network_info(names[static_cast<size_t>(net_id_)]);
}

// ---- Tensor ----

Tensor::Tensor(bm_handle_t handle, bm_tensor_t* tensor, bool can_reshape)
    : user_mem_(false), handle_(handle), tensor_(tensor), can_reshape_(can_reshape), have_reshaped_(false) {}

Tensor::~Tensor() {
  if (!user_mem_ && bm_mem_get_device_size(tensor_->device_mem) != 0) bm_free_device(handle_, tensor_->device_mem);
}

bm_status_t Tensor::CopyTo(void* data) const { return CopyTo(data, ByteSize(), 0); }

bm_status_t Tensor::CopyTo(void* data, size_t size, uint64_t offset) const {
  const uint64_t available = bm_mem_get_device_size(tensor_->device_mem);
  if (data == nullptr || offset > available || size > available - offset) return BM_ERR_PARAM;
  return bm_memcpy_d2s_partial_offset(handle_, data, tensor_->device_mem, static_cast<unsigned>(size),
                                      static_cast<unsigned>(offset));
}

bm_status_t Tensor::CopyFrom(const void* data) { return CopyFrom(data, ByteSize(), 0); }

bm_status_t Tensor::CopyFrom(const void* data, size_t size, uint64_t offset) {
  const uint64_t available = bm_mem_get_device_size(tensor_->device_mem);
  if (data == nullptr || offset > available || size > available - offset) return BM_ERR_PARAM;
  return bm_memcpy_s2d_partial_offset(handle_, tensor_->device_mem, const_cast<void*>(data),
                                      static_cast<unsigned>(size), static_cast<unsigned>(offset));
}

bm_status_t Tensor::Reshape(const bm_shape_t& shape) {
  const auto valid = bm::runtime::FromVendor(shape);
  if (!valid.ok()) return BM_ERR_PARAM;
  if (!can_reshape_) return BM_ERR_NOFEATURE;
  const uint64_t bytes =
      bm::runtime::StoredBytes(*valid, tensor_->dtype, BM_STORE_1N).value_or(std::numeric_limits<uint64_t>::max());
  if (bytes > bm_mem_get_device_size(tensor_->device_mem)) return BM_ERR_NOMEM;
  tensor_->shape = shape;
  have_reshaped_ = true;
  return BM_SUCCESS;
}

size_t Tensor::ByteSize() const { return bmrt_tensor_bytesize(tensor_); }
uint64_t Tensor::num_elements() const { return bmrt_shape_count(&tensor_->shape); }
const bm_tensor_t* Tensor::tensor() const { return tensor_; }
void Tensor::set_store_mode(bm_store_mode_t mode) const { tensor_->st_mode = mode; }

bm_status_t Tensor::set_device_mem(const bm_device_mem_t& device_mem) {
  if (bm_mem_get_device_size(device_mem) < ByteSize()) return BM_ERR_PARAM;
  if (!user_mem_) bm_free_device(handle_, tensor_->device_mem);
  user_mem_ = true;
  tensor_->device_mem = device_mem;
  return BM_SUCCESS;
}

bool Tensor::ready() { return !can_reshape_ || have_reshaped_; }

}  // namespace bmruntime
