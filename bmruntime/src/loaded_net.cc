#include "bmruntime/src/loaded_net.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmruntime/src/command_image.h"
#include "bmruntime/src/tensor_math.h"

namespace bm::runtime {
namespace {

// What the firmware would refuse in a launch, of which nobody hears.
absl::Status CheckTensors(const std::vector<bmodel::Tensor>& tensors) {
  for (const bmodel::Tensor& tensor : tensors) {
    if (tensor.data_type > bmodel::DataType::kUint32) {
      return absl::UnimplementedError(absl::StrCat("tensor ", tensor.name, " is of type ",
                                                   bmodel::NameOf(tensor.data_type), ", which a BM1684 does not know"));
    }
    if (tensor.pad_h != 0) {
      return absl::UnimplementedError(absl::StrCat("tensor ", tensor.name, " is padded by ", tensor.pad_h >> 16,
                                                   " rows above and ", tensor.pad_h & 0xFFFF,
                                                   " below, which is not simulated"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckStage(const bmodel::Stage& stage) {
  if (stage.is_dynamic) {
    return absl::UnimplementedError(
        "it is dynamic: the intermediate representation of dynamic nets belongs to the vendor's firmware; compile the "
        "net for static shapes");
  }
  if (stage.core_count > 1) {
    return absl::UnimplementedError(absl::StrCat("it is compiled for ", stage.core_count, " cores, a BM1684 has 1"));
  }
  RETURN_IF_ERROR(CheckTensors(stage.inputs));
  RETURN_IF_ERROR(CheckTensors(stage.outputs));
  for (size_t i = 0; i < stage.subnets.size(); ++i) {
    const bmodel::SubNet& subnet = stage.subnets[i];
    if (subnet.mode != bmodel::SubNetMode::kTpu || subnet.is_dynamic) {
      return absl::UnimplementedError(absl::StrCat("subnet ", i, " has mode ", static_cast<int32_t>(subnet.mode),
                                                   subnet.is_dynamic ? " and is dynamic" : "",
                                                   "; only static TPU subnets (mode 0) run"));
    }
    const bool is_last = i + 1 == stage.subnets.size();
    const bool is_linear =
        subnet.id == -1 || (is_last ? subnet.next_ids.empty()
                                    : subnet.next_ids.size() == 1 && subnet.next_ids[0] == stage.subnets[i + 1].id);
    if (!is_linear) return absl::UnimplementedError(absl::StrCat("subnet ", i, " is not followed by the next one"));
  }
  return absl::OkStatus();
}

absl::StatusOr<CommandBuffer> UploadCommands(bm_handle_t handle, const std::vector<uint8_t>& image) {
  CommandBuffer buffer;
  ASSIGN_OR_RETURN(buffer.block, AllocateOwned(handle, image.size(), NeuronHeapMask()));
  RETURN_IF_ERROR(Upload(handle, buffer.block.address(), image));
  buffer.digest = Sha256(image);
  return buffer;
}

absl::Status MoveTensors(const Relocation& relocation, std::vector<bmodel::Tensor>* tensors) {
  for (bmodel::Tensor& tensor : *tensors) {
    ASSIGN_OR_RETURN(const uint64_t bytes, tensor.DeviceBytes());
    ASSIGN_OR_RETURN(tensor.address, relocation.Move(tensor.address, bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<LoadedStage> LoadStage(const bmodel::Stage& stage, bm_handle_t handle,
                                      const std::vector<uint64_t>& neurons) {
  LoadedStage loaded;
  Relocation::Placement placement;
  placement.neurons = neurons;
  if (stage.coefficients.has_value()) {
    // The second gate has compared the check code with the bytes.
    ASSIGN_OR_RETURN(loaded.coefficients,
                     CoefficientBuffer::Get(handle, stage.coefficients->bytes, *stage.coefficients->check_code));
    placement.coefficients = loaded.coefficients->address();
  }
  if (stage.io_size > 0) {
    ASSIGN_OR_RETURN(loaded.io, AllocateOwned(handle, stage.io_size, NeuronHeapMask()));
    placement.io = loaded.io.address();
  }
  ASSIGN_OR_RETURN(const Relocation relocation, Relocation::Of(stage, placement));
  loaded.inputs = stage.inputs;
  loaded.outputs = stage.outputs;
  RETURN_IF_ERROR(MoveTensors(relocation, &loaded.inputs));
  RETURN_IF_ERROR(MoveTensors(relocation, &loaded.outputs));
  ASSIGN_OR_RETURN(loaded.bdc, UploadCommands(handle, BdcImage(stage.groups)));
  ASSIGN_OR_RETURN(const std::vector<uint8_t> gdma, GdmaImage(stage.groups, relocation));
  ASSIGN_OR_RETURN(loaded.gdma, UploadCommands(handle, gdma));
  for (const bmodel::CommandGroup& group : stage.groups) loaded.groups.push_back({group.bdc_count, group.gdma_count});
  const std::vector<uint64_t> bulks = stage.ContextBulks();
  for (size_t i = 0; i < bulks.size(); ++i) loaded.neurons.push_back({neurons[i], bulks[i]});
  return loaded;
}

// Per bulk the largest size that any stage needs.
std::vector<uint64_t> LargestBulks(const bmodel::Net& net) {
  std::vector<uint64_t> largest;
  for (const bmodel::Stage& stage : net.stages) {
    const std::vector<uint64_t> bulks = stage.ContextBulks();
    largest.resize(std::max(largest.size(), bulks.size()), 0);
    for (size_t i = 0; i < bulks.size(); ++i) largest[i] = std::max(largest[i], bulks[i]);
  }
  return largest;
}

// What a buffer for any store mode needs: the batch of 8-bit tensors rounded up to four.
size_t MaxBytes(const bmodel::Tensor& tensor) {
  bmodel::Tensor packed = tensor;
  if (bmodel::BytesOf(tensor.data_type) == 1) packed.store_mode = bmodel::StoreMode::k4N;
  return packed.DeviceBytes().value_or(0);
}

}  // namespace

absl::Status CheckSupported(const bmodel::Net& net) {
  if (net.cascade.has_value()) {
    return absl::UnimplementedError(
        absl::StrCat("net ", net.name, " is part of ", net.cascade->main_name, " on several devices"));
  }
  if (net.address_mode == 2) {
    return absl::UnimplementedError(absl::StrCat("net ", net.name, " has address mode 2, possible are 0 and 1"));
  }
  for (size_t i = 0; i < net.stages.size(); ++i) {
    const absl::Status status = CheckStage(net.stages[i]);
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat("net ", net.name, ", stage ", i, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LoadedNet>> LoadNet(const bmodel::Net& net, bm_handle_t handle, uint32_t flags,
                                                   NeuronMemory* neurons) {
  RETURN_IF_ERROR(CheckSupported(net));
  auto loaded = std::make_unique<LoadedNet>();
  loaded->name = net.name;
  const bool has_many_subnets = net.stages[0].subnets.size() > 1;
  std::vector<uint64_t> own;
  if (has_many_subnets) {
    ASSIGN_OR_RETURN(own, neurons->Provide(LargestBulks(net), NeuronSharing::kOwn));
  }
  const NeuronSharing sharing = (flags & BM_RUNTIME_SHARE_MEM) != 0 ? NeuronSharing::kShared : NeuronSharing::kOwn;
  for (const bmodel::Stage& stage : net.stages) {
    std::vector<uint64_t> addresses = own;
    if (!has_many_subnets) {
      ASSIGN_OR_RETURN(addresses, neurons->Provide(stage.ContextBulks(), sharing));
    }
    ASSIGN_OR_RETURN(LoadedStage loaded_stage, LoadStage(stage, handle, addresses));
    loaded->stages.push_back(std::move(loaded_stage));
  }
  loaded->info = std::make_unique<NetInfo>(net.name, net.address_mode, loaded->stages);
  return loaded;
}

void NetInfo::Fill(const std::vector<LoadedStage>& stages, std::vector<bmodel::Tensor> LoadedStage::*tensors,
                   Side* side) {
  const std::vector<bmodel::Tensor>& first = stages[0].*tensors;
  for (const bmodel::Tensor& tensor : first) {
    side->names.push_back(tensor.name);
    side->types.push_back(static_cast<bm_data_type_t>(tensor.data_type));
    side->scales.push_back(tensor.scale);
    side->zero_points.push_back(tensor.zero_point);
    side->devices.push_back(0);
  }
  for (const std::string& name : side->names) side->name_pointers.push_back(name.c_str());
  side->max_bytes.assign(first.size(), 0);
  for (const LoadedStage& stage : stages) {
    std::vector<bm_shape_t>& shapes = side->shapes.emplace_back();
    std::vector<bm_device_mem_t>& mems = side->mems.emplace_back();
    const std::vector<bmodel::Tensor>& in_stage = stage.*tensors;
    for (size_t i = 0; i < in_stage.size(); ++i) {
      shapes.push_back(ToVendor(in_stage[i].shape()));
      const uint64_t bytes = in_stage[i].DeviceBytes().value_or(0);
      mems.push_back(bm_mem_from_device(in_stage[i].address, static_cast<unsigned>(bytes)));
      if (i < side->max_bytes.size()) side->max_bytes[i] = std::max(side->max_bytes[i], MaxBytes(in_stage[i]));
    }
  }
}

NetInfo::NetInfo(const std::string& name, int32_t address_mode, const std::vector<LoadedStage>& stages) : name_(name) {
  Fill(stages, &LoadedStage::inputs, &inputs_);
  Fill(stages, &LoadedStage::outputs, &outputs_);
  for (size_t i = 0; i < stages.size(); ++i) {
    stages_.push_back(
        {inputs_.shapes[i].data(), outputs_.shapes[i].data(), inputs_.mems[i].data(), outputs_.mems[i].data()});
  }
  info_.name = name_.c_str();
  info_.is_dynamic = false;
  info_.input_num = static_cast<int>(inputs_.names.size());
  info_.input_names = inputs_.name_pointers.data();
  info_.input_dtypes = inputs_.types.data();
  info_.input_scales = inputs_.scales.data();
  info_.output_num = static_cast<int>(outputs_.names.size());
  info_.output_names = outputs_.name_pointers.data();
  info_.output_dtypes = outputs_.types.data();
  info_.output_scales = outputs_.scales.data();
  info_.stage_num = static_cast<int>(stages_.size());
  info_.stages = stages_.data();
  info_.max_input_bytes = inputs_.max_bytes.data();
  info_.max_output_bytes = outputs_.max_bytes.data();
  info_.input_zero_point = inputs_.zero_points.data();
  info_.output_zero_point = outputs_.zero_points.data();
  info_.input_loc_devices = inputs_.devices.data();
  info_.output_loc_devices = outputs_.devices.data();
  info_.core_num = 1;
  info_.addr_mode = address_mode;
}

}  // namespace bm::runtime
