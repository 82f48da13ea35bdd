#include "tools/tpu_model/info_text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"
#include "bmodel/memory_info.h"
#include "bmodel/schema_text.h"
#include "flatbuffers/idl.h"
#include "isa/command_group.h"

namespace bm::tools {
namespace {

using bmodel::Model;
using bmodel::Net;
using bmodel::Stage;
using bmodel::Tensor;

std::string Md5Text(bmodel::Bytes bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_md5(), nullptr) != 1) return "";
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest), length});
}

std::string ModuleText(absl::string_view what, const std::optional<bmodel::Module>& module) {
  if (!module.has_value()) return absl::StrCat(what, ": not found!\n");
  return absl::StrCat(what, " name: ", module->file_name, "\n", what, " size: ", module->bytes.size(), "\n", what,
                      " md5: ", Md5Text(module->bytes), "\n");
}

// Which dimensions of the inputs are upper limits.
struct Limits {
  bool batch = false;
  bool height_width = false;
};

std::string ShapeText(const Shape& shape, const Limits& limits) {
  if (shape.rank() == 0) return "[ ]";
  std::vector<std::string> dims;
  for (int i = 0; i < shape.rank(); ++i) {
    const bool is_limit = (i == 0 && limits.batch) || (i >= 2 && limits.height_width);
    dims.push_back(absl::StrCat(is_limit ? "max:" : "", shape[i]));
  }
  return absl::StrCat("[", absl::StrJoin(dims, ", "), "]");
}

std::string TensorText(absl::string_view side, const Tensor& tensor, const Limits& limits) {
  return absl::StrFormat("%s: %s, %s, %s, scale: %g, zero point: %d\n", side, tensor.name,
                         ShapeText(tensor.shape(), limits), NameOf(tensor.data_type), tensor.scale, tensor.zero_point);
}

std::string StageText(const Stage& stage, size_t index) {
  std::string text = absl::StrFormat("------------\nstage %d, core num: %d\n", index, std::max(stage.core_count, 1u));
  if (stage.subnets.size() > 1) absl::StrAppend(&text, "subnet number: ", stage.subnets.size(), "\n");
  const Limits limits = {stage.is_dynamic && stage.n_dynamic, stage.is_dynamic && stage.hw_dynamic};
  for (const Tensor& tensor : stage.inputs) absl::StrAppend(&text, TensorText("input", tensor, limits));
  for (const Tensor& tensor : stage.outputs) absl::StrAppend(&text, TensorText("output", tensor, {}));
  return text;
}

constexpr char kRule[] = "==========================================\n";

std::string NetText(const Net& net, size_t index) {
  const bool is_dynamic = !net.stages.empty() && net.stages[0].is_dynamic;
  std::string text = absl::StrFormat("%snet %d: [%s]  %s\n", kRule, index, net.name, is_dynamic ? "dynamic" : "static");
  if (net.address_mode != 0) absl::StrAppend(&text, "addr mode: ", net.address_mode, "\n");
  for (size_t i = 0; i < net.stages.size(); ++i) absl::StrAppend(&text, StageText(net.stages[i], i));
  return text;
}

// Tensors of the interface of a cascade: (device, index, text), sorted by the first two.
using CascadeTensors = std::vector<std::tuple<uint32_t, int32_t, std::string>>;

void AddVisible(absl::string_view side, const std::vector<Tensor>& tensors, uint32_t device, int32_t hidden,
                CascadeTensors* visible) {
  for (const Tensor& tensor : tensors) {
    if (tensor.hidden != hidden && tensor.hidden != hidden + 2) continue;
    visible->emplace_back(device, tensor.index, TensorText(side, tensor, {}));
  }
}

std::string CascadeText(const std::string& name, const std::vector<const Net*>& parts) {
  CascadeTensors inputs, outputs;
  for (const Net* part : parts) {
    for (const Stage& stage : part->stages) {
      AddVisible("input", stage.inputs, part->cascade->device_id, 1, &inputs);
      AddVisible("output", stage.outputs, part->cascade->device_id, 2, &outputs);
    }
  }
  std::string text = absl::StrCat(kRule, "net: [", name, "]  cascade\n------------\n");
  for (CascadeTensors* side : {&inputs, &outputs}) {
    std::stable_sort(side->begin(), side->end());
    for (const auto& tensor : *side) absl::StrAppend(&text, std::get<2>(tensor));
  }
  return text;
}

absl::StatusOr<std::string> GroupText(const bmodel::CommandGroup& group, size_t index) {
  ASSIGN_OR_RETURN(const isa::CommandGroup commands, isa::DecodeGroup(group.bdc, group.gdma));
  std::string text = absl::StrFormat("group %d: %d bdc, %d gdma\n", index, commands.bdc.size(), commands.gdma.size());
  for (const isa::BdcCommand& command : commands.bdc) absl::StrAppend(&text, "  ", Disassemble(command), "\n");
  for (const isa::GdmaCommand& command : commands.gdma) absl::StrAppend(&text, "  ", Disassemble(command), "\n");
  return text;
}

absl::StatusOr<std::string> StageDisassembly(const Net& net, size_t index) {
  std::string text = absl::StrFormat("net \"%s\", stage %d\n", net.name, index);
  const std::vector<bmodel::CommandGroup>& groups = net.stages[index].groups;
  for (size_t i = 0; i < groups.size(); ++i) {
    ASSIGN_OR_RETURN(const std::string group, GroupText(groups[i], i));
    absl::StrAppend(&text, group);
  }
  return text;
}

}  // namespace

std::string InfoText(const Model& model) {
  std::string text = absl::StrCat("bmodel version: ", model.type, ".", model.version, "\nchip: ", model.chip);
  if (model.device_count > 1) absl::StrAppend(&text, ",  device num: ", model.device_count);
  absl::StrAppend(&text, "\ncreate time: ", model.time, "\n");
  absl::StrAppend(&text, ModuleText("kernel_module", model.kernel_module),
                  ModuleText("cpuop_module", model.cpuop_module));
  std::vector<std::pair<std::string, std::vector<const Net*>>> cascades;
  for (size_t i = 0; i < model.nets.size(); ++i) {
    const Net& net = model.nets[i];
    if (!net.cascade.has_value()) {
      absl::StrAppend(&text, NetText(net, i));
      continue;
    }
    const auto known = std::find_if(cascades.begin(), cascades.end(),
                                    [&](const auto& entry) { return entry.first == net.cascade->main_name; });
    if (known == cascades.end()) {
      cascades.push_back({net.cascade->main_name, {&net}});
    } else {
      known->second.push_back(&net);
    }
  }
  for (const auto& [name, parts] : cascades) absl::StrAppend(&text, CascadeText(name, parts));
  const bmodel::MemoryInfo memory = MemoryOf(model);
  absl::StrAppendFormat(&text, "\n\ndevice mem size: %d (weight: %d, instruct: %d, runtime: %d)\n",
                        memory.coefficients + memory.instructions() + memory.runtime(), memory.coefficients,
                        memory.instructions(), memory.runtime());
  absl::StrAppendFormat(&text, "host mem size: %d (weight: %d, runtime: %d)\n",
                        memory.host_coefficients + memory.host_neurons, memory.host_coefficients, memory.host_neurons);
  return text;
}

std::string WeightText(const Model& model) {
  std::string text;
  for (size_t i = 0; i < model.nets.size(); ++i) {
    for (size_t j = 0; j < model.nets[i].stages.size(); ++j) {
      const std::optional<bmodel::Coefficients>& coefficients = model.nets[i].stages[j].coefficients;
      if (!coefficients.has_value() || coefficients->locations.empty()) continue;
      absl::StrAppendFormat(&text, "net %d : \"%s\", stage:%d\n%s\n", i, model.nets[i].name, j, std::string(31, '-'));
      for (const bmodel::Location& location : coefficients->locations) {
        absl::StrAppendFormat(&text, "%s : [0x%x, 0x%x)\n", location.name, location.offset,
                              location.offset + location.size);
      }
      absl::StrAppend(&text, kRule);
    }
  }
  return text;
}

absl::StatusOr<std::string> TableText(const bmodel::ModelFile& file) {
  flatbuffers::IDLOptions options;
  options.strict_json = false;
  options.indent_step = 2;
  options.output_default_scalars_in_json = true;
  // Strings of a damaged or foreign file may be any bytes.
  options.allow_non_utf8 = true;
  flatbuffers::Parser parser(options);
  if (!parser.Parse(bmodel::kSchemaText)) return absl::InternalError(absl::StrCat("the schema: ", parser.error_));
  std::string text;
  if (!flatbuffers::GenerateText(parser, file.table_bytes().data(), &text)) {
    return absl::DataLossError(absl::StrCat(file.name(), ": the tables cannot be printed"));
  }
  return text;
}

absl::StatusOr<std::string> DisassemblyText(const Model& model, absl::string_view net, int stage) {
  std::string text;
  for (const Net& candidate : model.nets) {
    if (!net.empty() && candidate.name != net) continue;
    for (size_t i = 0; i < candidate.stages.size(); ++i) {
      if (stage >= 0 && i != static_cast<size_t>(stage)) continue;
      const absl::StatusOr<std::string> part = StageDisassembly(candidate, i);
      if (!part.ok()) {
        return absl::Status(part.status().code(),
                            absl::StrCat("net ", candidate.name, ", stage ", i, ": ", part.status().message()));
      }
      absl::StrAppend(&text, *part);
    }
  }
  if (!text.empty()) return text;
  return absl::NotFoundError(absl::StrCat("no net [", net, "] with stage ", stage));
}

}  // namespace bm::tools
