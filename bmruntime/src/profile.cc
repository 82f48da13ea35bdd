#include "bmruntime/src/profile.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/environment.h"
#include "base/file.h"
#include "bmruntime/src/log.h"

namespace bm::runtime {
namespace {

constexpr int kTpuMegahertz = 550;
constexpr uint32_t kSummaryBlock = 1, kCommandBlock = 8;

void WarnUnless(const absl::Status& status) {
  if (!status.ok()) BMRT_LOG(kWarning, absl::StrCat("profile: ", status.message()));
}

template <typename T>
void Put(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void PutBlock(uint32_t type, const std::string& content, std::string* file) {
  Put(type, file);
  Put(static_cast<uint32_t>(content.size()), file);
  file->append(content);
}

}  // namespace

uint64_t NowMicros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

std::unique_ptr<Profile> Profile::CreateIfAsked(bm_handle_t handle) {
  if (!EnvironmentSwitch(EnvironmentVariable::kRuntimeProfile)) return nullptr;
  const std::string directory = absl::StrCat("bmprofile_data", bm_get_devid(handle));
  const absl::Status status = MakeDirectory(directory);
  WarnUnless(status);
  return status.ok() ? std::unique_ptr<Profile>(new Profile(handle, directory)) : nullptr;
}

Profile::Profile(bm_handle_t handle, const std::string& directory) : handle_(handle), directory_(directory) {
  global_ = "[bmprofile] arch=1684\n";
}

void Profile::AddBlock(const std::string& what, uint64_t address, uint64_t size) {
  if (size > 0) blocks_.push_back({address, size, NowMicros(), what});
}

void Profile::AddCommands(const char* engine, const CommandBuffer& commands) {
  AddBlock(absl::StrCat(engine, "_commands"), commands.block.address(), commands.block.size());
  std::vector<uint8_t> image(commands.block.size());
  absl::Status status = Download(handle_, commands.block.address(), absl::MakeSpan(image));
  if (status.ok()) {
    status = WriteFile(absl::StrFormat("%s/cmd_%x_0_%s.dat", directory_, commands.block.address(), engine), image);
  }
  WarnUnless(status);
}

void Profile::AddNet(const bmodel::Net& net, const LoadedNet& loaded) {
  const MutexLock lock(&mutex_);
  absl::StrAppend(&global_, "[bmprofile] net_name=", net.name, "\n[bmprofile] tpu_freq=", kTpuMegahertz, "\n");
  for (size_t i = 0; i < net.stages.size(); ++i) {
    const bmodel::Bytes blob = net.stages[i].net_profile;
    global_.append(reinterpret_cast<const char*>(blob.data()), blob.size());
    const bmodel::Bytes stat = net.stages[i].net_stat;
    if (!stat.empty()) WarnUnless(WriteFile(absl::StrCat(directory_, "/net_stat.sim"), stat));
    const LoadedStage& stage = loaded.stages[i];
    if (stage.coefficients.has_value()) {
      AddBlock("coefficients", stage.coefficients->address(), stage.coefficients->size());
    }
    AddBlock("io", stage.io.address(), stage.io.size());
    AddCommands("bdc", stage.bdc);
    AddCommands("gdma", stage.gdma);
  }
  absl::StrAppend(&global_, "[bmprofile] core_list=0,\n");
  WarnUnless(WriteFile(absl::StrCat(directory_, "/global.profile"), global_));
}

void Profile::AddLaunch(const LoadedStage& stage, uint64_t start_micros, uint64_t end_micros) {
  const MutexLock lock(&mutex_);
  std::string summary;
  Put(int32_t{iteration_}, &summary);
  Put(int32_t{0}, &summary);  // subnet
  Put(int32_t{0}, &summary);  // TPU
  Put(start_micros, &summary);
  Put(end_micros, &summary);
  Put(uint64_t{0}, &summary);
  std::string commands;
  Put(stage.gdma.block.address(), &commands);
  Put(uint64_t{0}, &commands);
  Put(stage.bdc.block.address(), &commands);
  Put(uint64_t{0}, &commands);
  Put(static_cast<uint32_t>(stage.groups.size()), &commands);
  for (const LoadedStage::GroupSize& group : stage.groups) {
    Put(group.gdma, &commands);
    Put(group.bdc, &commands);
  }
  std::string file;
  PutBlock(kSummaryBlock, summary, &file);
  PutBlock(kCommandBlock, commands, &file);
  WarnUnless(WriteFile(absl::StrCat(directory_, "/iter", iteration_, ".profile"), file));
  ++iteration_;
}

Profile::~Profile() {
  const MutexLock lock(&mutex_);
  const uint64_t now = NowMicros();
  for (const Block& block : blocks_) {
    absl::StrAppendFormat(&global_, "[bmprofile] mtype=1 addr=%d size=%d alloc=%d free=%d desc=%s\n", block.address,
                          block.size, block.allocated_micros, now, block.what);
  }
  WarnUnless(WriteFile(absl::StrCat(directory_, "/global.profile"), global_));
}

}  // namespace bm::runtime
