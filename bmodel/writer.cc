#include "bmodel/writer.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "bmodel/blob_store.h"
#include "bmodel/file_header.h"
#include "bmodel/model_generated.h"
#include "isa/bdc.h"
#include "isa/gdma.h"

namespace bm::bmodel {
namespace {

template <typename T>
using Offset = flatbuffers::Offset<T>;
template <typename T>
using OffsetVector = flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<T>>>;

std::string CurrentTime() {
  const std::time_t now = std::time(nullptr);
  char text[32];
  return ctime_r(&now, text);
}

// Turns a Model into tables and blobs. A blob that does not fit latches `status()`; the tables are then incomplete
// and not used.
class Serializer {
 public:
  Serializer() = default;
  explicit Serializer(Bytes existing_binary) : blobs_(existing_binary) {}

  // The whole file.
  absl::StatusOr<std::vector<uint8_t>> File(const Model& model);
  // The tables alone.
  absl::StatusOr<std::vector<uint8_t>> ModelTables(const Model& model);

 private:
  // A vector of tables made from `items` by the member `make`; null where `items` is empty and `null_if_empty`.
  template <typename Table, typename Item>
  OffsetVector<Table> Tables(const std::vector<Item>& items, Offset<Table> (Serializer::*make)(const Item&)) {
    std::vector<Offset<Table>> offsets;
    offsets.reserve(items.size());
    for (const Item& item : items) offsets.push_back((this->*make)(item));
    return builder_.CreateVector(offsets);
  }
  template <typename Table, typename Item>
  OffsetVector<Table> TablesIfAny(const std::vector<Item>& items, Offset<Table> (Serializer::*make)(const Item&)) {
    return items.empty() ? OffsetVector<Table>() : Tables(items, make);
  }
  template <typename T>
  Offset<flatbuffers::Vector<T>> NumbersIfAny(const std::vector<T>& numbers) {
    return numbers.empty() ? Offset<flatbuffers::Vector<T>>() : builder_.CreateVector(numbers);
  }

  ::bmodel::Binary Blob(Bytes bytes) { return Stored(blobs_.Add(bytes)); }
  ::bmodel::Binary Stored(absl::StatusOr<::bmodel::Binary> range);
  std::unique_ptr<::bmodel::Binary> BlobIfAny(Bytes bytes);
  Offset<flatbuffers::Vector<const ::bmodel::Binary*>> BlobsIfAny(const std::vector<Bytes>& blobs);
  Offset<flatbuffers::Vector<uint8_t>> Digest(const Sha256Digest& digest) {
    return builder_.CreateVector(digest.data(), digest.size());
  }

  Offset<::bmodel::Shape> MakeShape(const Shape& shape);
  Offset<::bmodel::Tensor> MakeTensor(const Tensor& tensor);
  Offset<::bmodel::CmdGroup> MakeGroup(const CommandGroup& group);
  Offset<::bmodel::Location> MakeLocation(const Location& location);
  Offset<::bmodel::CoeffMem> MakeCoefficients(const Coefficients& coefficients);
  Offset<::bmodel::CpuConst> MakeCpuConstant(const CpuConstant& constant);
  Offset<::bmodel::CpuParam> MakeCpuLayer(const CpuLayer& layer);
  Offset<::bmodel::CoreCommands> MakeCore(const CoreCommands& core);
  Offset<::bmodel::StageIR> MakeStageIr(const StageIr& ir);
  Offset<::bmodel::OutputFrom> MakeOutputFrom(const std::vector<int32_t>& indices);
  Offset<::bmodel::SubNet> MakeSubNet(const SubNet& subnet);
  Offset<::bmodel::NetParameter> MakeStage(const Stage& stage);
  Offset<::bmodel::Net> MakeNet(const Net& net);

  flatbuffers::FlatBufferBuilder builder_;
  BlobStore blobs_;
  absl::Status status_;
};

::bmodel::Binary Serializer::Stored(absl::StatusOr<::bmodel::Binary> range) {
  if (range.ok()) return *range;
  status_.Update(range.status());
  return {};
}

std::unique_ptr<::bmodel::Binary> Serializer::BlobIfAny(Bytes bytes) {
  return bytes.empty() ? nullptr : std::make_unique<::bmodel::Binary>(Blob(bytes));
}

Offset<flatbuffers::Vector<const ::bmodel::Binary*>> Serializer::BlobsIfAny(const std::vector<Bytes>& blobs) {
  if (blobs.empty()) return {};
  std::vector<::bmodel::Binary> ranges;
  ranges.reserve(blobs.size());
  for (Bytes bytes : blobs) ranges.push_back(Blob(bytes));
  return builder_.CreateVectorOfStructs(ranges);
}

Offset<::bmodel::Shape> Serializer::MakeShape(const Shape& shape) {
  return ::bmodel::CreateShape(builder_,
                               builder_.CreateVector(std::vector<uint64_t>(shape.dims().begin(), shape.dims().end())));
}

Offset<::bmodel::Tensor> Serializer::MakeTensor(const Tensor& tensor) {
  const auto name = builder_.CreateString(tensor.name);
  const auto shapes = Tables(tensor.shapes, &Serializer::MakeShape);
  return ::bmodel::CreateTensor(builder_, name, static_cast<uint32_t>(tensor.data_type),
                                static_cast<int32_t>(tensor.store_mode), tensor.address, tensor.size, shapes,
                                tensor.memory_type, tensor.scale, tensor.host_offset, tensor.pad_h, tensor.zero_point,
                                tensor.hidden, tensor.index);
}

Offset<::bmodel::CmdGroup> Serializer::MakeGroup(const CommandGroup& group) {
  const ::bmodel::Binary bdc = Blob(group.bdc);
  const ::bmodel::Binary gdma = Blob(group.gdma);
  return ::bmodel::CreateCmdGroup(builder_, group.bdc_count, group.gdma_count, &bdc, &gdma, group.bdc_total_bytes,
                                  group.gdma_total_bytes);
}

Offset<::bmodel::Location> Serializer::MakeLocation(const Location& location) {
  return ::bmodel::CreateLocation(builder_, builder_.CreateString(location.name), location.offset, location.size);
}

Offset<::bmodel::CoeffMem> Serializer::MakeCoefficients(const Coefficients& coefficients) {
  const Sha256Digest digest = Sha256(coefficients.bytes);
  const ::bmodel::Binary blob = Stored(blobs_.Add(coefficients.bytes, digest));
  const auto check_code = Digest(digest);
  const auto locations = TablesIfAny(coefficients.locations, &Serializer::MakeLocation);
  return ::bmodel::CreateCoeffMem(builder_, coefficients.address, check_code, &blob, locations);
}

Offset<::bmodel::CpuConst> Serializer::MakeCpuConstant(const CpuConstant& constant) {
  const Sha256Digest digest = Sha256(constant.bytes);
  const ::bmodel::Binary blob = Stored(blobs_.Add(constant.bytes, digest));
  const auto name = builder_.CreateString(constant.name);
  return ::bmodel::CreateCpuConst(builder_, name, &blob, Digest(digest));
}

Offset<::bmodel::CpuParam> Serializer::MakeCpuLayer(const CpuLayer& layer) {
  const ::bmodel::Binary parameter = Blob(layer.parameter);
  const auto constants = TablesIfAny(layer.constants, &Serializer::MakeCpuConstant);
  return ::bmodel::CreateCpuParam(builder_, layer.op_type, &parameter, constants, layer.is_custom);
}

Offset<::bmodel::CoreCommands> Serializer::MakeCore(const CoreCommands& core) {
  const auto groups = TablesIfAny(core.groups, &Serializer::MakeGroup);
  const auto sdma = BlobsIfAny(core.sdma);
  const auto hau = BlobsIfAny(core.hau);
  const auto cdma = BlobsIfAny(core.cdma);
  return ::bmodel::CreateCoreCommands(builder_, groups, sdma, hau, cdma);
}

Offset<::bmodel::StageIR> Serializer::MakeStageIr(const StageIr& ir) {
  return ::bmodel::CreateStageIR(builder_, ir.length_words, ir.height_high, ir.height_low, ir.width_high, ir.width_low);
}

Offset<::bmodel::OutputFrom> Serializer::MakeOutputFrom(const std::vector<int32_t>& indices) {
  return ::bmodel::CreateOutputFrom(builder_, builder_.CreateVector(indices));
}

Offset<::bmodel::SubNet> Serializer::MakeSubNet(const SubNet& subnet) {
  const auto groups = TablesIfAny(subnet.groups, &Serializer::MakeGroup);
  const auto layers = TablesIfAny(subnet.cpu_layers, &Serializer::MakeCpuLayer);
  const auto inputs = Tables(subnet.inputs, &Serializer::MakeTensor);
  const auto outputs = Tables(subnet.outputs, &Serializer::MakeTensor);
  const auto next_ids = NumbersIfAny(subnet.next_ids);
  const auto cores = TablesIfAny(subnet.cores, &Serializer::MakeCore);
  Offset<::bmodel::MergeParam> merge;
  if (subnet.merge.has_value()) {
    merge = ::bmodel::CreateMergeParam(builder_, Tables(*subnet.merge, &Serializer::MakeOutputFrom));
  }
  Offset<::bmodel::SwitchParam> switch_rule;
  if (subnet.switch_rule.has_value()) {
    const auto from = builder_.CreateVector(subnet.switch_rule->output_from);
    const auto branch = builder_.CreateVector(subnet.switch_rule->output_branch);
    switch_rule = ::bmodel::CreateSwitchParam(builder_, from, branch);
  }
  return ::bmodel::CreateSubNet(builder_, static_cast<int32_t>(subnet.mode), groups, layers, inputs, outputs,
                                subnet.is_dynamic, subnet.ir_offset, subnet.ir_bytes, subnet.n_dynamic,
                                subnet.hw_dynamic, subnet.id, next_ids, merge, switch_rule, cores);
}

Offset<::bmodel::NetParameter> Serializer::MakeStage(const Stage& stage) {
  const auto inputs = Tables(stage.inputs, &Serializer::MakeTensor);
  const auto outputs = Tables(stage.outputs, &Serializer::MakeTensor);
  Offset<::bmodel::CoeffMem> coefficients;
  if (stage.coefficients.has_value()) coefficients = MakeCoefficients(*stage.coefficients);
  const auto groups = Tables(stage.groups, &Serializer::MakeGroup);
  OffsetVector<::bmodel::SubNet> subnets;
  if (stage.subnets.empty() && !stage.is_dynamic) {
    SubNet whole;
    whole.groups = stage.groups;
    whole.inputs = stage.inputs;
    whole.outputs = stage.outputs;
    for (Tensor& tensor : whole.inputs) tensor.memory_type = 1;
    for (Tensor& tensor : whole.outputs) tensor.memory_type = 1;
    subnets = Tables(std::vector<SubNet>{whole}, &Serializer::MakeSubNet);
  } else {
    subnets = Tables(stage.subnets, &Serializer::MakeSubNet);
  }
  const std::unique_ptr<::bmodel::Binary> profile = BlobIfAny(stage.net_profile);
  const std::unique_ptr<::bmodel::Binary> stat = BlobIfAny(stage.net_stat);
  const std::unique_ptr<::bmodel::Binary> ir = BlobIfAny(stage.ir);
  const std::unique_ptr<::bmodel::Binary> tensor_locations = BlobIfAny(stage.tensor_locations);
  const auto ir_info = TablesIfAny(stage.ir_info, &Serializer::MakeStageIr);
  const auto ctx_sizes = NumbersIfAny(stage.ctx_sizes);
  return ::bmodel::CreateNetParameter(builder_, inputs, outputs, stage.ctx_address, stage.ctx_size, coefficients,
                                      stage.is_dynamic, stage.n_dynamic, stage.hw_dynamic, groups, profile.get(),
                                      ir_info, ir.get(), subnets, stage.host_floats, ctx_sizes, stat.get(),
                                      stage.core_count, stage.io_address, stage.io_size, tensor_locations.get());
}

Offset<::bmodel::Net> Serializer::MakeNet(const Net& net) {
  const auto name = builder_.CreateString(net.name);
  const auto stages = Tables(net.stages, &Serializer::MakeStage);
  Offset<::bmodel::Cascade> cascade;
  if (net.cascade.has_value()) {
    cascade = ::bmodel::CreateCascade(builder_, net.cascade->device_id, net.cascade->step,
                                      builder_.CreateString(net.cascade->main_name));
  }
  return ::bmodel::CreateNet(builder_, name, 0, 0, stages, cascade, net.address_mode);
}

absl::StatusOr<std::vector<uint8_t>> Serializer::ModelTables(const Model& model) {
  uint64_t neuron_size = 0;
  for (const Net& net : model.nets) {
    for (const Stage& stage : net.stages) neuron_size = std::max(neuron_size, stage.ctx_size);
  }
  const auto type = builder_.CreateString(model.type);
  const auto version = builder_.CreateString(model.version);
  const auto time = builder_.CreateString(model.time.empty() ? CurrentTime() : model.time);
  const auto chip = builder_.CreateString(model.chip);
  const auto nets = Tables(model.nets, &Serializer::MakeNet);
  Offset<::bmodel::KernelModule> kernel_module;
  if (model.kernel_module.has_value()) {
    const ::bmodel::Binary blob = Blob(model.kernel_module->bytes);
    kernel_module =
        ::bmodel::CreateKernelModule(builder_, builder_.CreateString(model.kernel_module->file_name), &blob);
  }
  Offset<::bmodel::CpuopModule> cpuop_module;
  if (model.cpuop_module.has_value()) {
    const ::bmodel::Binary blob = Blob(model.cpuop_module->bytes);
    cpuop_module = ::bmodel::CreateCpuopModule(builder_, builder_.CreateString(model.cpuop_module->file_name), &blob);
  }
  builder_.Finish(::bmodel::CreateModel(builder_, type, version, time, chip, nets, neuron_size, kernel_module,
                                        model.device_count, cpuop_module));
  RETURN_IF_ERROR(status_);
  return std::vector<uint8_t>(builder_.GetBufferPointer(), builder_.GetBufferPointer() + builder_.GetSize());
}

absl::StatusOr<std::vector<uint8_t>> Serializer::File(const Model& model) {
  ASSIGN_OR_RETURN(const std::vector<uint8_t> tables, ModelTables(model));
  FileHeader header;
  header.flatbuffers_size = static_cast<uint32_t>(tables.size());
  header.binary_size = static_cast<uint32_t>(blobs_.section().size());
  const auto* header_bytes = reinterpret_cast<const uint8_t*>(&header);
  std::vector<uint8_t> file;
  file.reserve(sizeof(header) + tables.size() + blobs_.section().size());
  file.insert(file.end(), header_bytes, header_bytes + sizeof(header));
  file.insert(file.end(), tables.begin(), tables.end());
  file.insert(file.end(), blobs_.section().begin(), blobs_.section().end());
  return file;
}

absl::Status CheckCommandBytes(absl::string_view engine, uint32_t count, Bytes blob, uint64_t command_bytes) {
  if (blob.size() == count * command_bytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a group states ", count, " ", engine, " commands of ", command_bytes,
                                                 " bytes, its blob has ", blob.size(), " bytes"));
}

absl::Status CheckGroups(const Model& model, const Net& net) {
  if (model.chip != "BM1684") return absl::OkStatus();
  for (size_t i = 0; i < net.stages.size(); ++i) {
    for (const CommandGroup& group : net.stages[i].groups) {
      absl::Status status = CheckCommandBytes("BDC", group.bdc_count, group.bdc, isa::kBdcCommandBytes);
      status.Update(CheckCommandBytes("GDMA", group.gdma_count, group.gdma, isa::kGdmaCommandBytes));
      if (!status.ok()) {
        return absl::InvalidArgumentError(absl::StrCat("net ", net.name, ", stage ", i, ": ", status.message()));
      }
    }
  }
  return absl::OkStatus();
}

// What every stage of a net has in common; the first difference is shown.
absl::Status CheckAgreement(const Stage& a, const Stage& b) {
  struct Claim {
    absl::string_view what;
    bool first, other;
  };
  const Claim claims[] = {
      {"is_dynamic", a.is_dynamic, b.is_dynamic},
      {"n_dynamic", a.n_dynamic, b.n_dynamic},
      {"h_w_dynamic", a.hw_dynamic, b.hw_dynamic},
      {"more than one subnet", a.subnets.size() > 1, b.subnets.size() > 1},
  };
  for (const Claim& claim : claims) {
    if (claim.first != claim.other) {
      return absl::InvalidArgumentError(absl::StrCat("\"", claim.what, "\" is ", claim.first, " and ", claim.other));
    }
  }
  if (a.inputs.size() != b.inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("they have ", a.inputs.size(), " and ", b.inputs.size(), " inputs"));
  }
  if (a.outputs.size() != b.outputs.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("they have ", a.outputs.size(), " and ", b.outputs.size(), " outputs"));
  }
  for (size_t i = 0; i < a.inputs.size(); ++i) {
    const auto text = [](const Tensor& t) {
      return absl::StrCat(t.name, " (", NameOf(t.data_type), ", scale ", t.scale, ", zero point ", t.zero_point, ")");
    };
    const Tensor& x = a.inputs[i];
    const Tensor& y = b.inputs[i];
    if (x.name != y.name || x.data_type != y.data_type || x.scale != y.scale || x.zero_point != y.zero_point) {
      return absl::InvalidArgumentError(absl::StrCat("input ", i, " is ", text(x), " and ", text(y)));
    }
  }
  return absl::OkStatus();
}

std::string InputShapes(const Stage& stage) {
  return absl::StrJoin(stage.inputs, " ",
                       [](std::string* out, const Tensor& tensor) { absl::StrAppend(out, tensor.shape().ToString()); });
}

}  // namespace

absl::Status CheckStages(const Net& net) {
  absl::flat_hash_map<std::string, size_t> stage_of_shapes;
  for (size_t i = 0; i < net.stages.size(); ++i) {
    const absl::Status status = CheckAgreement(net.stages[0], net.stages[i]);
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("net ", net.name, ": stages 0 and ", i, " do not fit together: ", status.message()));
    }
    const auto [entry, is_new] = stage_of_shapes.try_emplace(InputShapes(net.stages[i]), i);
    if (!is_new) {
      return absl::InvalidArgumentError(absl::StrCat("net ", net.name, ": stages ", entry->second, " and ", i,
                                                     " have the same input shapes ", entry->first));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<uint8_t>> SerializeModel(const Model& model) {
  for (const Net& net : model.nets) {
    RETURN_IF_ERROR(CheckStages(net));
    RETURN_IF_ERROR(CheckGroups(model, net));
  }
  return Serializer().File(model);
}

absl::StatusOr<std::vector<uint8_t>> SerializeTables(const Model& model, Bytes binary) {
  return Serializer(binary).ModelTables(model);
}

absl::Status WriteModelFile(const Model& model, const std::string& path) {
  ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, SerializeModel(model));
  return WriteFile(path, bytes);
}

}  // namespace bm::bmodel
