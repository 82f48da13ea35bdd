#include "bmodel/unpack.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"

namespace bm::bmodel {
namespace {

template <typename T>
using TableVector = flatbuffers::Vector<flatbuffers::Offset<T>>;

absl::Status Annotate(absl::string_view place, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(place, ": ", status.message()));
}

class Unpacker {
 public:
  Unpacker(Bytes binary, uint64_t budget_bytes) : binary_(binary), budget_left_(budget_bytes) {}

  absl::StatusOr<Model> Run(const ::bmodel::Model& tables);

 private:
  absl::Status Charge(uint64_t count, uint64_t bytes_each);

  // Converts each table of a vector that may be absent by the member `read`; `what` names it in errors.
  template <typename Table, typename Item>
  absl::Status Read(absl::string_view what, const TableVector<Table>* tables,
                    absl::Status (Unpacker::*read)(const Table&, Item*), std::vector<Item>* items) {
    if (tables == nullptr) return absl::OkStatus();
    RETURN_IF_ERROR(Charge(tables->size(), sizeof(Item)));
    items->reserve(items->size() + tables->size());
    for (uint32_t i = 0; i < tables->size(); ++i) {
      items->emplace_back();
      const absl::Status status = (this->*read)(*tables->Get(i), &items->back());
      if (!status.ok()) return Annotate(absl::StrCat(what, " ", i), status);
    }
    return absl::OkStatus();
  }
  // Numbers are copied as bytes: the verifier does not check the alignment of vector elements.
  template <typename T>
  absl::Status Read(const flatbuffers::Vector<T>* vector, std::vector<T>* numbers) {
    if (vector == nullptr) return absl::OkStatus();
    RETURN_IF_ERROR(Charge(vector->size(), sizeof(T)));
    numbers->resize(vector->size());
    if (!numbers->empty()) std::memcpy(numbers->data(), vector->Data(), vector->size() * sizeof(T));
    return absl::OkStatus();
  }
  absl::Status Read(const flatbuffers::String* string, std::string* text);
  absl::Status Read(absl::string_view what, const ::bmodel::Binary* range, Bytes* bytes);
  absl::Status Read(absl::string_view what, const flatbuffers::Vector<const ::bmodel::Binary*>* ranges,
                    std::vector<Bytes>* blobs);
  absl::Status ReadDigest(const flatbuffers::Vector<uint8_t>* code, std::optional<Sha256Digest>* digest);

  absl::Status ReadShape(const ::bmodel::Shape& table, Shape* shape);
  absl::Status ReadTensor(const ::bmodel::Tensor& table, Tensor* tensor);
  absl::Status ReadGroup(const ::bmodel::CmdGroup& table, CommandGroup* group);
  absl::Status ReadLocation(const ::bmodel::Location& table, Location* location);
  absl::Status ReadCoefficients(const ::bmodel::CoeffMem* table, std::optional<Coefficients>* coefficients);
  absl::Status ReadCpuConstant(const ::bmodel::CpuConst& table, CpuConstant* constant);
  absl::Status ReadCpuLayer(const ::bmodel::CpuParam& table, CpuLayer* layer);
  absl::Status ReadCore(const ::bmodel::CoreCommands& table, CoreCommands* core);
  absl::Status ReadStageIr(const ::bmodel::StageIR& table, StageIr* ir);
  absl::Status ReadOutputFrom(const ::bmodel::OutputFrom& table, std::vector<int32_t>* indices);
  absl::Status ReadSubNet(const ::bmodel::SubNet& table, SubNet* subnet);
  absl::Status ReadParameter(const ::bmodel::NetParameter& table, Stage* stage);
  absl::Status ReadStatic(const ::bmodel::NetStatic& table, Stage* stage);
  absl::Status ReadDynamic(const ::bmodel::NetDynamic& table, Stage* stage);
  absl::Status ReadNet(const ::bmodel::Net& table, Net* net);

  // The fields that all three kinds of stage tables have.
  template <typename StageTable>
  absl::Status ReadCommon(const StageTable& table, Stage* stage) {
    RETURN_IF_ERROR(Read("input", table.input_tensor(), &Unpacker::ReadTensor, &stage->inputs));
    RETURN_IF_ERROR(Read("output", table.output_tensor(), &Unpacker::ReadTensor, &stage->outputs));
    stage->ctx_address = table.ctx_addr();
    stage->ctx_size = table.ctx_size();
    RETURN_IF_ERROR(ReadCoefficients(table.coeff_mem(), &stage->coefficients));
    return Read("subnet", table.sub_net(), &Unpacker::ReadSubNet, &stage->subnets);
  }

  Bytes binary_;
  uint64_t budget_left_;
};

absl::Status Unpacker::Charge(uint64_t count, uint64_t bytes_each) {
  // Both factors are below 2^32: a vector has at most 2^31 bytes.
  const uint64_t bytes = count * bytes_each;
  if (bytes > budget_left_) {
    return absl::ResourceExhaustedError(absl::StrCat("unpacking ", count, " items of ", bytes_each,
                                                     " bytes exceeds the ", budget_left_,
                                                     " bytes left for tables of a file of this size"));
  }
  budget_left_ -= bytes;
  return absl::OkStatus();
}

absl::Status Unpacker::Read(const flatbuffers::String* string, std::string* text) {
  if (string == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(Charge(string->size(), 1));
  text->assign(string->c_str(), string->size());
  return absl::OkStatus();
}

absl::Status Unpacker::Read(absl::string_view what, const ::bmodel::Binary* range, Bytes* bytes) {
  if (range == nullptr) return absl::OkStatus();
  const absl::Status status = CheckRange(range->start(), range->size(), binary_.size());
  if (!status.ok()) return absl::DataLossError(absl::StrCat(what, " in the binary section: ", status.message()));
  *bytes = binary_.subspan(range->start(), range->size());
  return absl::OkStatus();
}

absl::Status Unpacker::Read(absl::string_view what, const flatbuffers::Vector<const ::bmodel::Binary*>* ranges,
                            std::vector<Bytes>* blobs) {
  if (ranges == nullptr) return absl::OkStatus();
  RETURN_IF_ERROR(Charge(ranges->size(), sizeof(Bytes)));
  blobs->resize(ranges->size());
  for (uint32_t i = 0; i < ranges->size(); ++i) {
    ::bmodel::Binary range;
    std::memcpy(&range, ranges->Data() + i * sizeof(range), sizeof(range));
    RETURN_IF_ERROR(Read(what, &range, &(*blobs)[i]));
  }
  return absl::OkStatus();
}

absl::Status Unpacker::ReadDigest(const flatbuffers::Vector<uint8_t>* code, std::optional<Sha256Digest>* digest) {
  if (code == nullptr) return absl::OkStatus();
  Sha256Digest value;
  if (code->size() != value.size()) {
    return absl::DataLossError(absl::StrCat("a check code has ", code->size(), " bytes, SHA-256 has ", value.size()));
  }
  std::copy(code->begin(), code->end(), value.begin());
  *digest = value;
  return absl::OkStatus();
}

absl::Status Unpacker::ReadShape(const ::bmodel::Shape& table, Shape* shape) {
  std::vector<uint64_t> values;
  RETURN_IF_ERROR(Read(table.dim(), &values));
  if (values.size() > Shape::kMaxRank) {
    return absl::DataLossError(
        absl::StrCat("a shape has ", values.size(), " dimensions, at most ", Shape::kMaxRank, " are possible"));
  }
  std::vector<int64_t> dims;
  for (const uint64_t value : values) {
    ASSIGN_OR_RETURN(const int32_t dim, CheckedCast<int32_t>(value));
    dims.push_back(dim);
  }
  ASSIGN_OR_RETURN(*shape, Shape::Create(dims));
  return absl::OkStatus();
}

absl::Status Unpacker::ReadTensor(const ::bmodel::Tensor& table, Tensor* tensor) {
  RETURN_IF_ERROR(Read(table.name(), &tensor->name));
  tensor->data_type = static_cast<DataType>(table.data_type());
  tensor->store_mode = static_cast<StoreMode>(table.gmem_stmode());
  tensor->address = table.device_addr();
  tensor->size = table.size();
  RETURN_IF_ERROR(Read("shape", table.shape(), &Unpacker::ReadShape, &tensor->shapes));
  tensor->memory_type = table.mem_type();
  tensor->scale = table.scale();
  tensor->host_offset = table.cpu_addr();
  tensor->pad_h = table.pad_h();
  tensor->zero_point = table.zero_point();
  tensor->hidden = table.hidden();
  tensor->index = table.index();
  return absl::OkStatus();
}

absl::Status Unpacker::ReadGroup(const ::bmodel::CmdGroup& table, CommandGroup* group) {
  group->bdc_count = table.bdc_num();
  group->gdma_count = table.gdma_num();
  RETURN_IF_ERROR(Read("binary_bdc", table.binary_bdc(), &group->bdc));
  RETURN_IF_ERROR(Read("binary_gdma", table.binary_gdma(), &group->gdma));
  group->bdc_total_bytes = table.bdc_cmd_byte();
  group->gdma_total_bytes = table.gdma_cmd_byte();
  return absl::OkStatus();
}

absl::Status Unpacker::ReadLocation(const ::bmodel::Location& table, Location* location) {
  location->offset = table.offset();
  location->size = table.size();
  return Read(table.name(), &location->name);
}

absl::Status Unpacker::ReadCoefficients(const ::bmodel::CoeffMem* table, std::optional<Coefficients>* coefficients) {
  if (table == nullptr) return absl::OkStatus();
  Coefficients& value = coefficients->emplace();
  value.address = table->address();
  RETURN_IF_ERROR(Read("binary_coeff", table->binary_coeff(), &value.bytes));
  RETURN_IF_ERROR(ReadDigest(table->check_code(), &value.check_code));
  return Read("location", table->location(), &Unpacker::ReadLocation, &value.locations);
}

absl::Status Unpacker::ReadCpuConstant(const ::bmodel::CpuConst& table, CpuConstant* constant) {
  RETURN_IF_ERROR(Read(table.name(), &constant->name));
  RETURN_IF_ERROR(Read("const_data", table.const_data(), &constant->bytes));
  return ReadDigest(table.check_code(), &constant->check_code);
}

absl::Status Unpacker::ReadCpuLayer(const ::bmodel::CpuParam& table, CpuLayer* layer) {
  layer->op_type = table.op_type();
  layer->is_custom = table.is_custom();
  RETURN_IF_ERROR(Read("binary_param", table.binary_param(), &layer->parameter));
  return Read("constant", table.cpu_const(), &Unpacker::ReadCpuConstant, &layer->constants);
}

absl::Status Unpacker::ReadCore(const ::bmodel::CoreCommands& table, CoreCommands* core) {
  RETURN_IF_ERROR(Read("command group", table.gdma_tiu_commands(), &Unpacker::ReadGroup, &core->groups));
  RETURN_IF_ERROR(Read("sdma_commands", table.sdma_commands(), &core->sdma));
  RETURN_IF_ERROR(Read("hau_commands", table.hau_commands(), &core->hau));
  return Read("cdma_commands", table.cdma_commands(), &core->cdma);
}

absl::Status Unpacker::ReadStageIr(const ::bmodel::StageIR& table, StageIr* ir) {
  *ir = {table.ir_info_len(), table.height_high(), table.height_low(), table.width_high(), table.width_low()};
  return absl::OkStatus();
}

absl::Status Unpacker::ReadOutputFrom(const ::bmodel::OutputFrom& table, std::vector<int32_t>* indices) {
  return Read(table.indice(), indices);
}

absl::Status Unpacker::ReadSubNet(const ::bmodel::SubNet& table, SubNet* subnet) {
  subnet->mode = static_cast<SubNetMode>(table.subnet_mode());
  RETURN_IF_ERROR(Read("command group", table.cmd_group(), &Unpacker::ReadGroup, &subnet->groups));
  RETURN_IF_ERROR(Read("CPU layer", table.cpu_param(), &Unpacker::ReadCpuLayer, &subnet->cpu_layers));
  RETURN_IF_ERROR(Read("input", table.input_tensor(), &Unpacker::ReadTensor, &subnet->inputs));
  RETURN_IF_ERROR(Read("output", table.output_tensor(), &Unpacker::ReadTensor, &subnet->outputs));
  subnet->is_dynamic = table.is_dynamic() != 0;
  subnet->ir_offset = table.ir_offset();
  subnet->ir_bytes = table.ir_len();
  subnet->n_dynamic = table.n_dynamic() != 0;
  subnet->hw_dynamic = table.h_w_dynamic() != 0;
  subnet->id = table.id();
  RETURN_IF_ERROR(Read(table.next_subnet_ids(), &subnet->next_ids));
  if (table.merge_param() != nullptr) {
    RETURN_IF_ERROR(
        Read("output_from", table.merge_param()->output_from(), &Unpacker::ReadOutputFrom, &subnet->merge.emplace()));
  }
  if (table.switch_param() != nullptr) {
    SwitchRule& rule = subnet->switch_rule.emplace();
    RETURN_IF_ERROR(Read(table.switch_param()->output_from(), &rule.output_from));
    RETURN_IF_ERROR(Read(table.switch_param()->output_branch(), &rule.output_branch));
  }
  return Read("core", table.core_commands(), &Unpacker::ReadCore, &subnet->cores);
}

absl::Status Unpacker::ReadParameter(const ::bmodel::NetParameter& table, Stage* stage) {
  RETURN_IF_ERROR(ReadCommon(table, stage));
  stage->is_dynamic = table.is_dynamic() != 0;
  stage->n_dynamic = table.n_dynamic() != 0;
  stage->hw_dynamic = table.h_w_dynamic() != 0;
  RETURN_IF_ERROR(Read("command group", table.cmd_group(), &Unpacker::ReadGroup, &stage->groups));
  RETURN_IF_ERROR(Read("net_profile", table.net_profile(), &stage->net_profile));
  RETURN_IF_ERROR(Read("stage_ir", table.stage_ir(), &Unpacker::ReadStageIr, &stage->ir_info));
  RETURN_IF_ERROR(Read("binary_ir", table.binary_ir(), &stage->ir));
  stage->host_floats = table.cpu_mem_size();
  RETURN_IF_ERROR(Read(table.ctx_sizes(), &stage->ctx_sizes));
  RETURN_IF_ERROR(Read("net_stat", table.net_stat(), &stage->net_stat));
  stage->core_count = table.core_num();
  stage->io_address = table.io_addr();
  stage->io_size = table.io_size();
  return Read("tensor_loc", table.tensor_loc(), &stage->tensor_locations);
}

absl::Status Unpacker::ReadStatic(const ::bmodel::NetStatic& table, Stage* stage) {
  RETURN_IF_ERROR(ReadCommon(table, stage));
  RETURN_IF_ERROR(Read("command group", table.cmd_group(), &Unpacker::ReadGroup, &stage->groups));
  return Read("net_profile", table.net_profile(), &stage->net_profile);
}

absl::Status Unpacker::ReadDynamic(const ::bmodel::NetDynamic& table, Stage* stage) {
  RETURN_IF_ERROR(ReadCommon(table, stage));
  stage->is_dynamic = true;
  stage->n_dynamic = table.n_dynamic() != 0;
  stage->hw_dynamic = table.h_w_dynamic() != 0;
  RETURN_IF_ERROR(Read("stage_ir", table.stage_ir(), &Unpacker::ReadStageIr, &stage->ir_info));
  return Read("binary_ir", table.binary_ir(), &stage->ir);
}

absl::Status Unpacker::ReadNet(const ::bmodel::Net& table, Net* net) {
  RETURN_IF_ERROR(Read(table.name(), &net->name));
  net->address_mode = table.addr_mode();
  if (table.cascade() != nullptr) {
    Cascade& cascade = net->cascade.emplace();
    cascade.device_id = table.cascade()->device_id();
    cascade.step = table.cascade()->step();
    RETURN_IF_ERROR(Read(table.cascade()->main_name(), &cascade.main_name));
  }
  absl::Status status;
  if (table.parameter() != nullptr) {
    status = Read("stage", table.parameter(), &Unpacker::ReadParameter, &net->stages);
  } else {
    status = Read("static stage", table.net_static(), &Unpacker::ReadStatic, &net->stages);
    if (status.ok()) status = Read("dynamic stage", table.net_dynamic(), &Unpacker::ReadDynamic, &net->stages);
  }
  return status.ok() ? status : Annotate(absl::StrCat("\"", net->name, "\""), status);
}

absl::StatusOr<Model> Unpacker::Run(const ::bmodel::Model& tables) {
  Model model;
  RETURN_IF_ERROR(Read(tables.type(), &model.type));
  RETURN_IF_ERROR(Read(tables.version(), &model.version));
  RETURN_IF_ERROR(Read(tables.time(), &model.time));
  RETURN_IF_ERROR(Read(tables.chip(), &model.chip));
  RETURN_IF_ERROR(Read("net", tables.net(), &Unpacker::ReadNet, &model.nets));
  model.neuron_size = tables.neuron_size();
  model.device_count = tables.device_num();
  if (tables.kernel_module() != nullptr) {
    Module& module = model.kernel_module.emplace();
    RETURN_IF_ERROR(Read(tables.kernel_module()->file_name(), &module.file_name));
    RETURN_IF_ERROR(Read("kernel_module", tables.kernel_module()->binary(), &module.bytes));
  }
  if (tables.cpuop_module() != nullptr) {
    Module& module = model.cpuop_module.emplace();
    RETURN_IF_ERROR(Read(tables.cpuop_module()->file_name(), &module.file_name));
    RETURN_IF_ERROR(Read("cpuop_module", tables.cpuop_module()->binary(), &module.bytes));
  }
  return model;
}

}  // namespace

absl::StatusOr<Model> Unpack(const ::bmodel::Model& tables, Bytes binary, uint64_t budget_bytes) {
  return Unpacker(binary, budget_bytes).Run(tables);
}

}  // namespace bm::bmodel
