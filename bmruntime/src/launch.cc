#include "bmruntime/src/launch.h"

#include <limits>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmlib/src/bmlib_internal.h"
#include "bmruntime/src/tensor_math.h"

namespace bm::runtime {
namespace {

// Message of a static launch.
constexpr int kMultiFullNet = 110;

// Appends plain values without padding.
class Packer {
 public:
  template <typename T>
  Packer& Put(T value) {
    const auto* raw = reinterpret_cast<const uint8_t*>(&value);
    bytes_.insert(bytes_.end(), raw, raw + sizeof(value));
    return *this;
  }
  uint32_t size() const { return static_cast<uint32_t>(bytes_.size()); }
  std::vector<uint8_t> Take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

// n, c, h and the product of all further extents; missing ones are 1.
struct FourExtents {
  int32_t n = 1, c = 1, h = 1, w = 1;
};

FourExtents ToFourExtents(const Shape& shape) {
  FourExtents extents;
  if (shape.rank() > 0) extents.n = static_cast<int32_t>(shape[0]);
  if (shape.rank() > 1) extents.c = static_cast<int32_t>(shape[1]);
  if (shape.rank() > 2) extents.h = static_cast<int32_t>(shape[2]);
  if (shape.rank() > 3) extents.w = static_cast<int32_t>(shape.CountOf(3, shape.rank()));
  return extents;
}

bool HasShape(const bm_tensor_t& tensor, const Shape& shape) {
  if (tensor.shape.num_dims != shape.rank()) return false;
  for (int i = 0; i < shape.rank(); ++i) {
    if (tensor.shape.dims[i] != shape[i]) return false;
  }
  return true;
}

bool HasCount(const bm_tensor_t& tensor, const Shape& shape) {
  const absl::StatusOr<Shape> own = FromVendor(tensor.shape);
  if (!own.ok()) return false;
  const absl::StatusOr<uint64_t> count = own->Count();
  return count.ok() && *count == shape.Count().value_or(0);
}

bool Matches(const LoadedStage& stage, absl::Span<const bm_tensor_t> inputs,
             bool (*fits)(const bm_tensor_t&, const Shape&)) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!fits(inputs[i], stage.inputs[i].shape())) return false;
  }
  return true;
}

// 4N is accepted for every 8-bit tensor, whichever side is compiled as 1N; 2N has no conversion on this chip.
absl::Status CheckMode(const bm_tensor_t& tensor, const bmodel::Tensor& compiled) {
  const bool has_4n = tensor.st_mode == BM_STORE_4N && bmodel::BytesOf(compiled.data_type) == 1;
  if (tensor.st_mode != BM_STORE_1N && !has_4n) {
    return absl::InvalidArgumentError(absl::StrCat("its store mode is ", tensor.st_mode, " for ",
                                                   bmodel::NameOf(compiled.data_type),
                                                   "; possible are 1N (0) and, for 8-bit types, 4N (2)"));
  }
  if (compiled.store_mode == bmodel::StoreMode::k2N) {
    return absl::UnimplementedError("it is compiled as 2N (1), possible are 1N (0) and 4N (2)");
  }
  return absl::OkStatus();
}

absl::Status CheckSize(const bm_tensor_t& tensor) {
  ASSIGN_OR_RETURN(const Shape shape, FromVendor(tensor.shape));
  ASSIGN_OR_RETURN(const uint64_t bytes, StoredBytes(shape, tensor.dtype, tensor.st_mode));
  const uint64_t available = bm_mem_get_device_size(tensor.device_mem);
  if (available >= bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("its device memory has ", available, " bytes, shape ", shape.ToString(), " needs ", bytes));
}

absl::Status CheckInput(const bm_tensor_t& tensor, const bmodel::Tensor& compiled) {
  if (static_cast<uint32_t>(tensor.dtype) != static_cast<uint32_t>(compiled.data_type)) {
    return absl::InvalidArgumentError(
        absl::StrCat("its data type is ", NameOf(tensor.dtype), ", the net's is ", bmodel::NameOf(compiled.data_type)));
  }
  RETURN_IF_ERROR(CheckMode(tensor, compiled));
  RETURN_IF_ERROR(CheckSize(tensor));
  const bool keeps_batch = tensor.shape.num_dims == 0 || tensor.shape.dims[0] == compiled.shape()[0];
  if (tensor.st_mode != BM_STORE_1N && !keeps_batch) {
    return absl::InvalidArgumentError(absl::StrCat("a 4N tensor of batch ", tensor.shape.dims[0],
                                                   " cannot stand for the compiled batch ", compiled.shape()[0]));
  }
  return absl::OkStatus();
}

absl::Status Named(const char* side, size_t index, const std::string& name, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(side, " ", index, " (", name, "): ", status.message()));
}

absl::Status Provide(bm_handle_t handle, bm_tensor_t* tensor) {
  ASSIGN_OR_RETURN(const Shape shape, FromVendor(tensor->shape));
  ASSIGN_OR_RETURN(const uint64_t bytes, StoredBytes(shape, tensor->dtype, tensor->st_mode));
  if (bytes > std::numeric_limits<unsigned>::max()) {
    return absl::OutOfRangeError(absl::StrCat("it has ", bytes, " bytes, a device memory descriptor holds 2^32 - 1"));
  }
  const bm_status_t code =
      bm_malloc_device_byte_heap_mask(handle, &tensor->device_mem, NeuronHeapMask(), static_cast<unsigned>(bytes));
  if (code == BM_SUCCESS) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("no device memory for ", bytes, " bytes (status ", code, ")"));
}

LaunchMessage MessageOf(const LoadedStage& stage, absl::Span<const bm_tensor_t> inputs,
                        absl::Span<const bm_tensor_t> outputs) {
  LaunchMessage message;
  message.api_id = kMultiFullNet;
  Packer packer;
  packer.Put(static_cast<int32_t>(inputs.size()));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bmodel::Tensor& compiled = stage.inputs[i];
    const FourExtents extents = ToFourExtents(compiled.shape());
    message.input_offsets.push_back(packer.size());
    packer.Put<uint64_t>(bm_mem_get_device_addr(inputs[i].device_mem)).Put<uint64_t>(compiled.address);
    packer.Put(extents.n).Put(extents.c).Put(extents.h).Put(extents.w);
    packer.Put(static_cast<uint16_t>(compiled.data_type)).Put(static_cast<uint8_t>(compiled.store_mode));
    packer.Put(static_cast<uint8_t>(inputs[i].st_mode)).Put<uint32_t>(compiled.pad_h);
  }
  packer.Put(static_cast<int32_t>(outputs.size()));
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bmodel::Tensor& compiled = stage.outputs[i];
    const Shape& shape = compiled.shape();
    const int32_t batch = shape.rank() > 0 ? static_cast<int32_t>(shape[0]) : 1;
    message.output_offsets.push_back(packer.size());
    packer.Put<uint64_t>(bm_mem_get_device_addr(outputs[i].device_mem)).Put<uint64_t>(compiled.address);
    packer.Put(batch).Put(static_cast<int32_t>(shape.rank() > 0 ? shape.CountOf(1, shape.rank()) : 1));
    packer.Put(static_cast<uint16_t>(compiled.data_type)).Put(static_cast<uint8_t>(compiled.store_mode));
    packer.Put(static_cast<uint8_t>(outputs[i].st_mode));
  }
  packer.Put<uint64_t>(stage.bdc.block.address()).Put<uint64_t>(stage.gdma.block.address());
  packer.Put(static_cast<int32_t>(stage.groups.size()));
  for (const LoadedStage::GroupSize& group : stage.groups) {
    packer.Put(static_cast<int32_t>(group.bdc)).Put(static_cast<int32_t>(group.gdma));
  }
  message.payload = packer.Take();
  return message;
}

}  // namespace

absl::StatusOr<size_t> SelectStage(const LoadedNet& net, absl::Span<const bm_tensor_t> inputs) {
  const auto expected = static_cast<size_t>(net.info->info().input_num);
  if (inputs.size() != expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("net ", net.name, " has ", expected, " inputs, the launch gives ", inputs.size()));
  }
  for (size_t i = 0; i < net.stages.size(); ++i) {
    if (Matches(net.stages[i], inputs, HasShape)) return i;
  }
  if (net.stages.size() == 1 && Matches(net.stages[0], inputs, HasCount)) return 0;
  std::string given;
  for (const bm_tensor_t& tensor : inputs) absl::StrAppend(&given, " ", ToListing(tensor.shape));
  return absl::NotFoundError(absl::StrCat("Shapes of the input tensors are not supported: net ", net.name, ",", given));
}

absl::StatusOr<LaunchMessage> PrepareLaunch(bm_handle_t handle, const LoadedNet& net, const LoadedStage& stage,
                                            absl::Span<const bm_tensor_t> inputs, absl::Span<bm_tensor_t> outputs,
                                            const LaunchOptions& options) {
  if (outputs.size() != stage.outputs.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("net ", net.name, " has ", stage.outputs.size(), " outputs, the launch gives ", outputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    RETURN_IF_ERROR(Named("input", i, stage.inputs[i].name, CheckInput(inputs[i], stage.inputs[i])));
  }
  size_t provided = 0;
  absl::Cleanup free_provided = [&] {
    for (size_t i = 0; i < provided; ++i) bm_free_device(handle, outputs[i].device_mem);
  };
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bmodel::Tensor& compiled = stage.outputs[i];
    outputs[i].shape = ToVendor(compiled.shape());
    outputs[i].dtype = static_cast<bm_data_type_t>(compiled.data_type);
    if (options.mode == OutputMode::k1N) outputs[i].st_mode = BM_STORE_1N;
    RETURN_IF_ERROR(Named("output", i, compiled.name, CheckMode(outputs[i], compiled)));
    if (options.memory == OutputMemory::kCaller) {
      RETURN_IF_ERROR(Named("output", i, compiled.name, CheckSize(outputs[i])));
    } else {
      RETURN_IF_ERROR(Named("output", i, compiled.name, Provide(handle, &outputs[i])));
      ++provided;
    }
  }
  std::move(free_provided).Cancel();
  return MessageOf(stage, inputs, outputs);
}

absl::Status Launch(bm_handle_t handle, const LoadedNet& net, const LoadedStage& stage,
                    absl::Span<const bm_tensor_t> inputs, absl::Span<bm_tensor_t> outputs,
                    const LaunchOptions& options) {
  ASSIGN_OR_RETURN(const LaunchMessage message, PrepareLaunch(handle, net, stage, inputs, outputs, options));
  const bm_status_t code =
      bm_send_api(handle, message.api_id, message.payload.data(), static_cast<unsigned>(message.payload.size()));
  if (code == BM_SUCCESS) return absl::OkStatus();
  if (options.memory == OutputMemory::kRuntime) {
    for (const bm_tensor_t& tensor : outputs) bm_free_device(handle, tensor.device_mem);
  }
  return absl::InternalError(absl::StrCat("the launch of net ", net.name, " was refused with status ", code));
}

}  // namespace bm::runtime
