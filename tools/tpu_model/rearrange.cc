#include "tools/tpu_model/rearrange.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "bmodel/writer.h"

namespace bm::tools {
namespace {

using bmodel::Model;
using bmodel::Net;
using bmodel::Stage;

absl::StatusOr<uint64_t> SumBytes(const std::vector<bmodel::Tensor>& tensors) {
  uint64_t sum = 0;
  for (bmodel::Tensor tensor : tensors) {
    tensor.store_mode = bmodel::StoreMode::k1N;
    ASSIGN_OR_RETURN(const uint64_t bytes, tensor.DeviceBytes());
    ASSIGN_OR_RETURN(sum, CheckedAdd(sum, bytes));
  }
  return sum;
}

// The coefficients of stage 0 of a net and one operation's place in them.
struct Weights {
  bmodel::Bytes coefficients;
  const bmodel::Location* location;
};

absl::StatusOr<Weights> FindWeights(const bmodel::ModelFile& file, const WeightPlace& place) {
  for (const Net& net : file.model().nets) {
    if (net.name != place.net || net.stages.empty() || !net.stages[0].coefficients.has_value()) continue;
    const bmodel::Coefficients& coefficients = *net.stages[0].coefficients;
    for (const bmodel::Location& location : coefficients.locations) {
      if (location.offset != place.offset) continue;
      RETURN_IF_ERROR(CheckRange(location.offset, location.size, coefficients.bytes.size()));
      return Weights{coefficients.bytes, &location};
    }
  }
  return absl::NotFoundError(
      absl::StrCat(file.name(), ": net [", place.net, "] has no weights that start at offset ", place.offset));
}

// Stores the digest of the new bytes behind every CoeffMem table that refers to `coefficients`.
void UpdateCheckCodes(const bmodel::ModelFile& file, bmodel::Bytes coefficients, std::vector<uint8_t>* bytes) {
  const uint64_t start = file.OffsetOf(coefficients);
  const Sha256Digest digest = Sha256(bmodel::Bytes(*bytes).subspan(start, coefficients.size()));
  const auto update = [&](const ::bmodel::CoeffMem* table) {
    if (table == nullptr || table->binary_coeff() == nullptr || table->check_code() == nullptr) return;
    const ::bmodel::Binary& range = *table->binary_coeff();
    if (range.start() != start - file.binary_offset() || range.size() != coefficients.size()) return;
    const auto code_offset = table->check_code()->Data() - file.table_bytes().data();
    std::copy(digest.begin(), digest.end(), bytes->begin() + file.header().header_size + code_offset);
  };
  for (const ::bmodel::Net* net : *file.tables().net()) {
    if (net->parameter() != nullptr) {
      for (const auto* stage : *net->parameter()) update(stage->coeff_mem());
    }
    if (net->net_static() != nullptr) {
      for (const auto* stage : *net->net_static()) update(stage->coeff_mem());
    }
    if (net->net_dynamic() != nullptr) {
      for (const auto* stage : *net->net_dynamic()) update(stage->coeff_mem());
    }
  }
}

}  // namespace

std::vector<Extract> ExtractStages(const Model& model) {
  std::vector<Extract> extracts;
  for (size_t i = 0; i < model.nets.size(); ++i) {
    for (size_t j = 0; j < model.nets[i].stages.size(); ++j) {
      Extract& extract = extracts.emplace_back();
      extract.file_name = absl::StrCat("bm_net", i, "_stage", j, ".bmodel");
      extract.model.type = model.type;
      extract.model.version = model.version;
      extract.model.time = model.time;
      extract.model.chip = model.chip;
      Net& net = extract.model.nets.emplace_back();
      net.name = model.nets[i].name;
      net.address_mode = model.nets[i].address_mode;
      net.stages = {model.nets[i].stages[j]};
    }
  }
  return extracts;
}

absl::StatusOr<Model> Combine(const std::vector<const Model*>& models, std::vector<std::vector<Origin>>* origins) {
  if (models.empty()) return absl::InvalidArgumentError("no file to combine");
  Model combined = *models[0];
  combined.nets.clear();
  for (size_t file = 0; file < models.size(); ++file) {
    const Model& model = *models[file];
    if (model.chip != combined.chip) {
      return absl::InvalidArgumentError(
          absl::StrCat("file ", file, " is for chip ", model.chip, ", the first is for ", combined.chip));
    }
    combined.device_count = std::max(combined.device_count, model.device_count);
    for (size_t index = 0; index < model.nets.size(); ++index) {
      const Net& net = model.nets[index];
      auto place = std::find_if(combined.nets.begin(), combined.nets.end(),
                                [&](const Net& known) { return known.name == net.name; });
      if (place == combined.nets.end()) {
        place = combined.nets.insert(combined.nets.end(), net);
        place->stages.clear();
        origins->emplace_back();
      } else if (place->address_mode != net.address_mode) {
        return absl::InvalidArgumentError(
            absl::StrCat("net ", net.name, " has the address modes ", place->address_mode, " and ", net.address_mode));
      } else if (place->cascade.has_value() || net.cascade.has_value()) {
        return absl::InvalidArgumentError(absl::StrCat("net ", net.name, " is part of a cascade: it has one stage"));
      }
      std::vector<Origin>& stages = (*origins)[static_cast<size_t>(place - combined.nets.begin())];
      for (size_t stage = 0; stage < net.stages.size(); ++stage) {
        place->stages.push_back(net.stages[stage]);
        stages.push_back({file, index, stage});
      }
    }
  }
  for (const Net& net : combined.nets) RETURN_IF_ERROR(bmodel::CheckStages(net));
  return combined;
}

absl::StatusOr<uint64_t> InputBytes(const Stage& stage) { return SumBytes(stage.inputs); }
absl::StatusOr<uint64_t> OutputBytes(const Stage& stage) { return SumBytes(stage.outputs); }

absl::StatusOr<std::vector<uint8_t>> ReplaceWeight(bmodel::Bytes target_bytes, const bmodel::ModelFile& target,
                                                   const WeightPlace& target_place, const bmodel::ModelFile& source,
                                                   const WeightPlace& source_place) {
  ASSIGN_OR_RETURN(const Weights to, FindWeights(target, target_place));
  ASSIGN_OR_RETURN(const Weights from, FindWeights(source, source_place));
  if (to.location->name != from.location->name || to.location->size != from.location->size) {
    return absl::InvalidArgumentError(absl::StrCat("the weights are of ", to.location->name, ", ", to.location->size,
                                                   " bytes, and of ", from.location->name, ", ", from.location->size,
                                                   " bytes"));
  }
  std::vector<uint8_t> bytes(target_bytes.begin(), target_bytes.end());
  const bmodel::Bytes weights = from.coefficients.subspan(from.location->offset, from.location->size);
  std::copy(weights.begin(), weights.end(),
            bytes.begin() + static_cast<std::ptrdiff_t>(target.OffsetOf(to.coefficients) + to.location->offset));
  UpdateCheckCodes(target, to.coefficients, &bytes);
  return bytes;
}

}  // namespace bm::tools
