#include "bmodel/verify.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "bmodel/address_space.h"
#include "bmodel/writer.h"
#include "isa/access.h"
#include "isa/command_group.h"

namespace bm::bmodel {
namespace {

// Stages may share blobs. What is hashed and decoded in all stays below this multiple of the blobs' size, whatever
// ranges a damaged file names.
constexpr uint64_t kWorkPerByte = 16;
constexpr uint64_t kFreeWorkBytes = 1 << 20;

// Tensor::memory_type of a tensor that has no device address.
constexpr uint32_t kHostOnly = 2;

absl::Status Annotate(absl::string_view place, const absl::Status& status) {
  return status.ok() ? status : absl::Status(status.code(), absl::StrCat(place, ": ", status.message()));
}

absl::string_view AsText(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

class MeaningVerifier {
 public:
  explicit MeaningVerifier(const ModelFile& file)
      : file_(file), work_left_(kFreeWorkBytes + kWorkPerByte * file.binary().size()) {}

  absl::Status VerifyNet(const Net& net);

 private:
  absl::Status Work(Bytes blob);
  absl::Status VerifyDigest(absl::string_view what, Bytes blob, const std::optional<Sha256Digest>& stated);
  absl::Status VerifyCoefficients(const Coefficients& coefficients);
  absl::Status VerifyStage(const Net& net, const Stage& stage);
  absl::Status VerifySubNets(const Stage& stage);
  absl::Status VerifySubNet(const SubNet& subnet, const absl::flat_hash_set<int32_t>& ids);
  absl::Status VerifyTensors(absl::string_view what, const std::vector<Tensor>& tensors);
  absl::Status InterfaceAddresses(absl::string_view what, const Net& net, const AddressSpace& space,
                                  const std::vector<Tensor>& tensors);
  absl::Status VerifyGroup(const CommandGroup& group, const AddressSpace& space);

  const ModelFile& file_;
  uint64_t work_left_;
  std::set<std::tuple<const uint8_t*, size_t, Sha256Digest>> checked_digests_;
};

absl::Status MeaningVerifier::Work(Bytes blob) {
  if (blob.size() > work_left_) {
    return absl::ResourceExhaustedError(absl::StrCat("the blobs of all stages together are more than ", kWorkPerByte,
                                                     " times the ", file_.binary().size(),
                                                     " bytes of the binary section: they overlap"));
  }
  work_left_ -= blob.size();
  return absl::OkStatus();
}

absl::Status MeaningVerifier::VerifyDigest(absl::string_view what, Bytes blob,
                                           const std::optional<Sha256Digest>& stated) {
  if (!stated.has_value()) return absl::InvalidArgumentError(absl::StrCat(what, " have no check code"));
  if (checked_digests_.count({blob.data(), blob.size(), *stated}) != 0) return absl::OkStatus();
  RETURN_IF_ERROR(Work(blob));
  const Sha256Digest found = Sha256(blob);
  if (found != *stated) {
    return absl::DataLossError(absl::StrCat(what, " at offset ", file_.OffsetOf(blob), ", ", blob.size(),
                                            " bytes: their SHA-256 is ", absl::BytesToHexString(AsText(found)),
                                            ", the check code is ", absl::BytesToHexString(AsText(*stated))));
  }
  checked_digests_.insert({blob.data(), blob.size(), *stated});
  return absl::OkStatus();
}

absl::Status MeaningVerifier::VerifyCoefficients(const Coefficients& coefficients) {
  RETURN_IF_ERROR(VerifyDigest("coefficients", coefficients.bytes, coefficients.check_code));
  for (const Location& location : coefficients.locations) {
    RETURN_IF_ERROR(Annotate(absl::StrCat("weights of ", location.name),
                             CheckRange(location.offset, location.size, coefficients.bytes.size())));
  }
  return absl::OkStatus();
}

absl::Status CheckTensor(const Tensor& tensor) {
  const uint64_t element_bytes = BytesOf(tensor.data_type);
  if (element_bytes == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("data type ", static_cast<uint32_t>(tensor.data_type), ", known are 0..10"));
  }
  const auto mode = static_cast<int32_t>(tensor.store_mode);
  if (mode < 0 || mode > 2) return absl::InvalidArgumentError(absl::StrCat("store mode ", mode, ", known are 0..2"));
  if (mode != 0 && element_bytes * static_cast<uint64_t>(BatchesPerWord(tensor.store_mode)) != 4) {
    return absl::InvalidArgumentError(
        absl::StrCat("store mode ", mode, " of ", NameOf(tensor.data_type), ": 2N is for 16-bit, 4N for 8-bit types"));
  }
  for (const int64_t dim : tensor.shape().dims()) {
    if (dim <= 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape ", tensor.shape().ToString(), ": every dimension is at least 1"));
    }
  }
  return tensor.DeviceBytes().status();
}

absl::Status MeaningVerifier::VerifyTensors(absl::string_view what, const std::vector<Tensor>& tensors) {
  for (const Tensor& tensor : tensors) {
    RETURN_IF_ERROR(Annotate(absl::StrCat(what, " ", tensor.name), CheckTensor(tensor)));
  }
  return absl::OkStatus();
}

absl::Status MeaningVerifier::InterfaceAddresses(absl::string_view what, const Net& net, const AddressSpace& space,
                                                 const std::vector<Tensor>& tensors) {
  for (const Tensor& tensor : tensors) {
    if (tensor.memory_type == kHostOnly) continue;
    const std::string place = absl::StrCat(what, " ", tensor.name);
    ASSIGN_OR_RETURN(const uint64_t bytes, tensor.DeviceBytes());
    const absl::StatusOr<Place> found = space.Find(tensor.address, bytes);
    RETURN_IF_ERROR(Annotate(place, found.status()));
    const Region expected = net.address_mode == 1 ? Region::kIo : Region::kContext;
    if (found->region != expected) {
      return absl::OutOfRangeError(absl::StrFormat("%s: the address 0x%x is not in the region of address mode %d: %s",
                                                   place, tensor.address, net.address_mode, space.ToString()));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCount(absl::string_view engine, uint32_t count, Bytes blob, uint64_t command_bytes) {
  if (count * command_bytes == blob.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(count, " ", engine, " commands of ", command_bytes,
                                                 " bytes are stated, the blob has ", blob.size(), " bytes"));
}

absl::Status CheckTarget(const AddressRange& target, const Place& place) {
  if (place.region == Region::kCoefficients) {
    return absl::OutOfRangeError(
        absl::StrFormat("it writes %d bytes at 0x%x, which are coefficients", target.size, target.address));
  }
  const uint64_t user_start = isa::kL2Base + isa::kL2UserOffset;
  const uint64_t user_end = isa::kL2Base + isa::kL2UserEnd;
  if (place.region == Region::kL2 && (target.address < user_start || target.address + target.size > user_end)) {
    return absl::OutOfRangeError(absl::StrFormat("it writes %d bytes of L2 at 0x%x, commands may write [0x%x, 0x%x)",
                                                 target.size, target.address, user_start, user_end));
  }
  return absl::OkStatus();
}

absl::Status CheckAddresses(const isa::GdmaCommand& command, const AddressSpace& space) {
  for (const isa::Access& access : isa::AccessesOf(command)) RETURN_IF_ERROR(isa::CheckLane(access));
  if (const auto source = SystemSource(command)) {
    RETURN_IF_ERROR(Annotate("source", space.Find(source->address, source->size).status()));
  }
  if (const auto target = SystemTarget(command)) {
    const absl::StatusOr<Place> place = space.Find(target->address, target->size);
    RETURN_IF_ERROR(Annotate("target", place.status()));
    RETURN_IF_ERROR(CheckTarget(*target, *place));
  }
  return absl::OkStatus();
}

// A BDC command reaches beyond local memory only for tables in L2.
absl::Status CheckAddresses(const isa::BdcCommand& command, const AddressSpace& space) {
  for (const isa::Access& access : isa::AccessesOf(command)) {
    RETURN_IF_ERROR(isa::CheckLane(access));
    if (access.region.is_local()) continue;
    const uint64_t bytes = access.region.end() - access.region.base;
    RETURN_IF_ERROR(Annotate(access.operand, space.Find(access.region.base, bytes).status()));
  }
  return absl::OkStatus();
}

absl::Status MeaningVerifier::VerifyGroup(const CommandGroup& group, const AddressSpace& space) {
  RETURN_IF_ERROR(CheckCount("BDC", group.bdc_count, group.bdc, isa::kBdcCommandBytes));
  RETURN_IF_ERROR(CheckCount("GDMA", group.gdma_count, group.gdma, isa::kGdmaCommandBytes));
  RETURN_IF_ERROR(Work(group.bdc));
  RETURN_IF_ERROR(Work(group.gdma));
  ASSIGN_OR_RETURN(const isa::CommandGroup commands, isa::DecodeGroup(group.bdc, group.gdma));
  RETURN_IF_ERROR(isa::SequentialOrder(commands).status());
  for (size_t i = 0; i < commands.bdc.size(); ++i) {
    RETURN_IF_ERROR(Annotate(absl::StrCat("BDC command ", i), CheckAddresses(commands.bdc[i], space)));
  }
  for (size_t i = 0; i < commands.gdma.size(); ++i) {
    RETURN_IF_ERROR(Annotate(absl::StrCat("GDMA command ", i), CheckAddresses(commands.gdma[i], space)));
  }
  return absl::OkStatus();
}

absl::Status CheckIndices(absl::string_view what, const std::vector<int32_t>& indices, size_t count) {
  for (const int32_t index : indices) {
    if (index < 0 || static_cast<size_t>(index) >= count) {
      return absl::OutOfRangeError(absl::StrCat(what, " is ", index, ", there are ", count));
    }
  }
  return absl::OkStatus();
}

absl::Status MeaningVerifier::VerifySubNet(const SubNet& subnet, const absl::flat_hash_set<int32_t>& ids) {
  const auto mode = static_cast<int32_t>(subnet.mode);
  if (mode < 0 || mode > 3) return absl::InvalidArgumentError(absl::StrCat("subnet mode ", mode, ", known are 0..3"));
  RETURN_IF_ERROR(VerifyTensors("input", subnet.inputs));
  RETURN_IF_ERROR(VerifyTensors("output", subnet.outputs));
  for (const int32_t next : subnet.next_ids) {
    if (next != -1 && !ids.contains(next)) {
      return absl::OutOfRangeError(absl::StrCat("the next subnet id ", next, " is none of the ", ids.size(), " ids"));
    }
  }
  for (const CpuLayer& layer : subnet.cpu_layers) {
    for (const CpuConstant& constant : layer.constants) {
      RETURN_IF_ERROR(VerifyDigest("CPU constants", constant.bytes, constant.check_code));
    }
  }
  if (subnet.merge.has_value()) {
    for (const std::vector<int32_t>& from : *subnet.merge) {
      RETURN_IF_ERROR(CheckIndices("a merged input", from, subnet.inputs.size()));
    }
  }
  if (subnet.switch_rule.has_value()) {
    RETURN_IF_ERROR(CheckIndices("a switched input", subnet.switch_rule->output_from, subnet.inputs.size()));
    RETURN_IF_ERROR(CheckIndices("a branch", subnet.switch_rule->output_branch, 2));
  }
  return absl::OkStatus();
}

absl::Status MeaningVerifier::VerifySubNets(const Stage& stage) {
  if (stage.subnets.empty()) return absl::InvalidArgumentError("it has no subnet, at least one is needed");
  absl::flat_hash_set<int32_t> ids;
  for (const SubNet& subnet : stage.subnets) ids.insert(subnet.id);
  for (size_t i = 0; i < stage.subnets.size(); ++i) {
    const SubNet& subnet = stage.subnets[i];
    RETURN_IF_ERROR(Annotate(absl::StrCat("subnet ", i), VerifySubNet(subnet, ids)));
    RETURN_IF_ERROR(
        Annotate(absl::StrCat("IR of subnet ", i), CheckRange(subnet.ir_offset, subnet.ir_bytes, stage.ir.size())));
  }
  return absl::OkStatus();
}

absl::Status MeaningVerifier::VerifyStage(const Net& net, const Stage& stage) {
  RETURN_IF_ERROR(VerifyTensors("input", stage.inputs));
  RETURN_IF_ERROR(VerifyTensors("output", stage.outputs));
  if (stage.coefficients.has_value()) RETURN_IF_ERROR(VerifyCoefficients(*stage.coefficients));
  ASSIGN_OR_RETURN(const AddressSpace space, AddressSpace::Of(stage));
  if (net.address_mode != 2) {
    RETURN_IF_ERROR(InterfaceAddresses("input", net, space, stage.inputs));
    RETURN_IF_ERROR(InterfaceAddresses("output", net, space, stage.outputs));
  }
  RETURN_IF_ERROR(VerifySubNets(stage));
  for (size_t i = 0; i < stage.groups.size(); ++i) {
    RETURN_IF_ERROR(Annotate(absl::StrCat("command group ", i), VerifyGroup(stage.groups[i], space)));
  }
  return absl::OkStatus();
}

absl::Status MeaningVerifier::VerifyNet(const Net& net) {
  if (net.address_mode < 0 || net.address_mode > 2) {
    return absl::InvalidArgumentError(absl::StrCat("address mode ", net.address_mode, ", known are 0..2"));
  }
  if (net.stages.empty()) return absl::InvalidArgumentError("it has no stage, at least one is needed");
  RETURN_IF_ERROR(CheckStages(net));
  for (size_t i = 0; i < net.stages.size(); ++i) {
    RETURN_IF_ERROR(Annotate(absl::StrCat("stage ", i), VerifyStage(net, net.stages[i])));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerifiedModel> VerifyMeaning(ModelFile file, absl::string_view chip) {
  const Model& model = file.model();
  if (model.chip != chip) {
    return absl::FailedPreconditionError(
        absl::StrCat(file.name(), ": the model is for chip ", model.chip, ", the device is a ", chip));
  }
  MeaningVerifier verifier(file);
  for (size_t i = 0; i < model.nets.size(); ++i) {
    const Net& net = model.nets[i];
    const absl::Status status = verifier.VerifyNet(net);
    if (!status.ok()) return Annotate(absl::StrCat(file.name(), ": net ", i, " \"", net.name, "\""), status);
  }
  return VerifiedModel(std::move(file));
}

}  // namespace bm::bmodel
