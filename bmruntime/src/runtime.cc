#include "bmruntime/src/runtime.h"

#include <optional>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/environment.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmodel/verify.h"
#include "bmruntime/src/log.h"
#include "bmruntime/src/tensor_math.h"

namespace bm::runtime {
namespace {

struct ChipRow {
  unsigned id;
  const char* name;
};
constexpr ChipRow kChips[] = {{0x1684, "BM1684"}};

absl::StatusOr<const char*> ChipOf(bm_handle_t handle) {
  unsigned id = 0;
  const bm_status_t code = bm_get_chipid(handle, &id);
  if (code != BM_SUCCESS) return absl::UnavailableError(absl::StrCat("the chip id cannot be read (status ", code, ")"));
  for (const ChipRow& row : kChips) {
    if (row.id == id) return row.name;
  }
  return absl::UnimplementedError(absl::StrFormat("unknown chip id 0x%x, known is 0x%x", id, kChips[0].id));
}

// The bytes of tensors behind one another.
absl::StatusOr<std::string> Contents(bm_handle_t handle, absl::Span<const bm_tensor_t> tensors) {
  std::string contents;
  for (const bm_tensor_t& tensor : tensors) {
    ASSIGN_OR_RETURN(const Shape shape, FromVendor(tensor.shape));
    ASSIGN_OR_RETURN(const uint64_t bytes, StoredBytes(shape, tensor.dtype, tensor.st_mode));
    const size_t start = contents.size();
    contents.resize(start + bytes);
    RETURN_IF_ERROR(Download(handle, bm_mem_get_device_addr(tensor.device_mem),
                             absl::MakeSpan(reinterpret_cast<uint8_t*>(contents.data()) + start, bytes)));
  }
  return contents;
}

absl::Status Save(bm_handle_t handle, absl::Span<const bm_tensor_t> tensors, const char* path) {
  ASSIGN_OR_RETURN(const std::string contents, Contents(handle, tensors));
  return WriteFile(path, contents);
}

absl::Status Wait(bm_handle_t handle) {
  const bm_status_t code = bm_thread_sync(handle);
  if (code == BM_SUCCESS) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("waiting for the launch failed with status ", code));
}

// One line about a buffer whose bytes should have `digest`; counts a difference in `errors`.
std::string TraceLine(bm_handle_t handle, const char* what, uint64_t address, uint64_t size, const Sha256Digest& digest,
                      int* errors) {
  std::vector<uint8_t> bytes(size);
  const absl::Status status = Download(handle, address, absl::MakeSpan(bytes));
  const bool is_same = status.ok() && Sha256(bytes) == digest;
  if (!is_same) ++*errors;
  return absl::StrFormat("%s: addr[0x%x], size[%d], Check:%s\n", what, address, size, is_same ? "OK" : "**FAILED**");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Runtime>> Runtime::Create(absl::Span<const bm_handle_t> handles) {
  if (handles.empty() || handles.size() > kMaxDevices) {
    return absl::InvalidArgumentError(
        absl::StrCat(handles.size(), " devices, a runtime has between 1 and ", kMaxDevices));
  }
  const char* chip = nullptr;
  for (const bm_handle_t handle : handles) {
    if (handle == nullptr) return absl::InvalidArgumentError("a device handle is null");
    ASSIGN_OR_RETURN(const char* name, ChipOf(handle));
    if (chip != nullptr && absl::string_view(chip) != name) {
      return absl::InvalidArgumentError(absl::StrCat("the devices are a ", chip, " and a ", name));
    }
    chip = name;
  }
  return std::unique_ptr<Runtime>(new Runtime(handles, chip));
}

Runtime::Runtime(absl::Span<const bm_handle_t> handles, const char* chip)
    : handles_(handles.begin(), handles.end()),
      chip_(chip),
      flags_(BM_RUNTIME_SHARE_MEM),
      neurons_(handles[0]),
      profile_(Profile::CreateIfAsked(handles[0])) {}

Runtime::~Runtime() {
  // Commands that still run must not lose their memory; a card that hangs runs none.
  bm_handle_sync(handle());
}

absl::Status Runtime::LoadFile(const std::string& path) {
  BMRT_LOG(kInfo, absl::StrCat("Loading bmodel from [", path, "]. Thanks for your patience..."));
  return Load(bmodel::ModelFile::Open(path));
}

absl::Status Runtime::LoadData(absl::Span<const uint8_t> bytes) {
  BMRT_LOG(kInfo, "Loading bmodel data. Thanks for your patience...");
  return Load(bmodel::ModelFile::Parse(bytes));
}

absl::Status Runtime::Load(absl::StatusOr<bmodel::ModelFile> file) {
  RETURN_IF_ERROR(file.status());
  const std::string name = file->name();
  if (file->model().chip != chip_) {
    return absl::FailedPreconditionError(
        absl::StrCat("runtime arch[", chip_, "] is not the same with bmodel arch[", file->model().chip, "]: ", name));
  }
  ASSIGN_OR_RETURN(const bmodel::VerifiedModel verified, bmodel::VerifyMeaning(*std::move(file), chip_));
  BMRT_LOG(kInfo, absl::StrCat("Bmodel loaded, version ", verified.model().version));
  const absl::Status status = LoadNets(verified.model());
  return status.ok() ? status : absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
}

absl::Status Runtime::LoadNets(const bmodel::Model& model) {
  const MutexLock load_lock(&load_mutex_);
  BMRT_LOG(kInfo, absl::StrCat("pre net num: ", nets().size(), ", load net num: ", model.nets.size()));
  for (const bmodel::Net& net : model.nets) {
    if (Find(net.name) != nullptr) {
      BMRT_LOG(kWarning, absl::StrCat("net [", net.name, "] is loaded already, this one is skipped"));
      continue;
    }
    ASSIGN_OR_RETURN(std::unique_ptr<LoadedNet> loaded, LoadNet(net, handle(), flags_, &neurons_));
    if (profile_ != nullptr) profile_->AddNet(net, *loaded);
    const MutexLock lock(&nets_mutex_);
    nets_.push_back(std::move(loaded));
  }
  return absl::OkStatus();
}

std::vector<const LoadedNet*> Runtime::nets() const {
  const MutexLock lock(&nets_mutex_);
  std::vector<const LoadedNet*> result;
  for (const std::unique_ptr<LoadedNet>& net : nets_) result.push_back(net.get());
  return result;
}

const LoadedNet* Runtime::Find(absl::string_view name) const {
  const MutexLock lock(&nets_mutex_);
  for (const std::unique_ptr<LoadedNet>& net : nets_) {
    if (net->name == name) return net.get();
  }
  return nullptr;
}

absl::Status Runtime::Launch(absl::string_view name, absl::Span<const bm_tensor_t> inputs,
                             absl::Span<bm_tensor_t> outputs, const LaunchOptions& options) {
  const LoadedNet* net = Find(name);
  if (net == nullptr) return absl::NotFoundError(absl::StrCat("no net has the name [", name, "]"));
  ASSIGN_OR_RETURN(const size_t stage_index, SelectStage(*net, inputs));
  const LoadedStage& stage = net->stages[stage_index];
  const bool saves_tensors = EnvironmentSwitch(EnvironmentVariable::kSaveTensors);
  // An output may lie where an input lies, so the inputs are written before the launch.
  if (saves_tensors) RETURN_IF_ERROR(Save(handle(), inputs, "input_ref_data.dat.bmrt"));
  std::optional<Profile::Launch> recording;
  if (profile_ != nullptr) recording.emplace(profile_.get());
  RETURN_IF_ERROR(runtime::Launch(handle(), *net, stage, inputs, outputs, options));
  absl::Cleanup free_outputs = [&] {
    if (options.memory == OutputMemory::kCaller) return;
    for (const bm_tensor_t& tensor : outputs) bm_free_device(handle(), tensor.device_mem);
  };
  if (saves_tensors || profile_ != nullptr) RETURN_IF_ERROR(Wait(handle()));
  if (recording.has_value()) recording->Save(stage);
  if (saves_tensors) RETURN_IF_ERROR(Save(handle(), outputs, "output_ref_data.dat.bmrt"));
  std::move(free_outputs).Cancel();
  return absl::OkStatus();
}

absl::StatusOr<LaunchMessage> Runtime::Describe(absl::string_view name, absl::Span<const bm_tensor_t> inputs,
                                                absl::Span<bm_tensor_t> outputs, const LaunchOptions& options) {
  const LoadedNet* net = Find(name);
  if (net == nullptr) return absl::NotFoundError(absl::StrCat("no net has the name [", name, "]"));
  ASSIGN_OR_RETURN(const size_t stage, SelectStage(*net, inputs));
  return PrepareLaunch(handle(), *net, net->stages[stage], inputs, outputs, options);
}

std::string Runtime::Trace() const {
  int errors = 0;
  std::string report;
  for (const LoadedNet* net : nets()) {
    for (size_t i = 0; i < net->stages.size(); ++i) {
      const LoadedStage& stage = net->stages[i];
      absl::StrAppend(&report, "net[", net->name, "] stage[", i, "]\n");
      if (stage.coefficients.has_value()) {
        absl::StrAppend(&report, TraceLine(handle(), "  coefficients", stage.coefficients->address(),
                                           stage.coefficients->size(), stage.coefficients->digest(), &errors));
      }
      if ((flags_ & BM_RUNTIME_CHECK_MEM) == 0) continue;
      for (const CommandBuffer* commands : {&stage.bdc, &stage.gdma}) {
        absl::StrAppend(&report, TraceLine(handle(), "  commands", commands->block.address(), commands->block.size(),
                                           commands->digest, &errors));
      }
    }
  }
  return absl::StrCat(report, "Total ", errors, " errors\n");
}

}  // namespace bm::runtime
