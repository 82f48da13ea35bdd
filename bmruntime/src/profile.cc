#include "bmruntime/src/profile.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/environment.h"
#include "base/file.h"
#include "bmruntime/src/log.h"

namespace bm::runtime {
namespace {

using profile::MonitorBuffer;
using profile::NowMicros;
using profile::ProfileBlocks;
using profile::ProfileMemory;

struct MonitorRow {
  isa::Engine engine;
  EnvironmentVariable records, is_disabled;
};
constexpr MonitorRow kMonitors[] = {
    {isa::Engine::kBdc, EnvironmentVariable::kBdcRecords, EnvironmentVariable::kNoBdcRecords},
    {isa::Engine::kGdma, EnvironmentVariable::kGdmaRecords, EnvironmentVariable::kNoGdmaRecords}};

void WarnUnless(const absl::Status& status) {
  if (!status.ok()) BMRT_LOG(kWarning, absl::StrCat("profile: ", status.message()));
}

// One recorded launch at a time in the process.
Mutex* TheTurn() {
  static Mutex* const turn = new Mutex();
  return turn;
}

}  // namespace

std::unique_ptr<Profile> Profile::CreateIfAsked(bm_handle_t handle) {
  if (!EnvironmentSwitch(EnvironmentVariable::kRuntimeProfile)) return nullptr;
  const std::string directory = absl::StrCat("bmprofile_data", bm_get_devid(handle));
  const absl::Status status = MakeDirectory(directory);
  WarnUnless(status);
  return status.ok() ? std::unique_ptr<Profile>(new Profile(handle, directory)) : nullptr;
}

Profile::Profile(bm_handle_t handle, const std::string& directory)
    : handle_(handle), directory_(directory), global_(profile::ArchLine()) {
  for (const MonitorRow& row : kMonitors) {
    const auto records = static_cast<uint64_t>(EnvironmentInteger(row.records));
    if (records == 0 || EnvironmentSwitch(row.is_disabled)) continue;
    absl::StatusOr<MonitorBuffer> buffer = profile::AllocateMonitor(handle, row.engine, records, NeuronHeapMask());
    WarnUnless(buffer.status());
    if (buffer.ok()) monitors_.push_back(*buffer);
  }
}

void Profile::AddBlock(const std::string& what, uint64_t address, uint64_t size) {
  if (size > 0) blocks_.push_back({address, size, NowMicros(), 0, what});
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
  absl::StrAppend(&global_, "[bmprofile] net_name=", net.name, "\n", profile::ClockLine());
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
  global_ += profile::CoresLine();
  WarnUnless(WriteFile(absl::StrCat(directory_, "/global.profile"), global_));
}

Profile::Launch::Launch(Profile* profile) : profile_(*profile), turn_(TheTurn()), start_micros_(NowMicros()) {
  for (const MonitorBuffer& buffer : profile_.monitors_) {
    WarnUnless(profile::EnableMonitor(profile_.handle_, buffer));
  }
}

Profile::Launch::~Launch() {
  for (const MonitorBuffer& buffer : profile_.monitors_) profile::DisableMonitor(profile_.handle_, buffer);
}

void Profile::Launch::Save(const LoadedStage& stage) {
  const uint64_t end_micros = NowMicros();
  const MutexLock lock(&profile_.mutex_);
  ProfileBlocks blocks;
  blocks.AddSummary({profile_.iteration_, start_micros_, end_micros});
  for (const MonitorBuffer& buffer : profile_.monitors_) {
    const absl::StatusOr<std::vector<uint8_t>> records = profile::DownloadRecords(profile_.handle_, buffer, 0);
    WarnUnless(records.status());
    if (records.ok()) blocks.AddRecords(buffer.engine, *records);
  }
  std::vector<ProfileBlocks::GroupSize> groups;
  for (const LoadedStage::GroupSize& group : stage.groups) groups.push_back({group.gdma, group.bdc});
  blocks.AddCommands(stage.gdma.block.address(), stage.bdc.block.address(), groups);
  WarnUnless(WriteFile(absl::StrCat(profile_.directory_, "/iter", profile_.iteration_, ".profile"), blocks.bytes()));
  ++profile_.iteration_;
}

Profile::~Profile() {
  for (const MonitorBuffer& buffer : monitors_) profile::FreeMonitor(handle_, buffer);
  const MutexLock lock(&mutex_);
  const uint64_t now = NowMicros();
  for (ProfileMemory& block : blocks_) {
    block.freed_micros = now;
    global_ += MemoryLine(block);
  }
  WarnUnless(WriteFile(absl::StrCat(directory_, "/global.profile"), global_));
}

}  // namespace bm::runtime
