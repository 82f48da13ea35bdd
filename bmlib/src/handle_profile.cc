#include "bmlib/src/handle_profile.h"

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/environment.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmlib/profile/monitor_buffer.h"
#include "bmlib/src/handle.h"

namespace bm::lib {
namespace {

using profile::MonitorBuffer;
using profile::NowMicros;
using profile::ProfileBlocks;
using profile::ProfileMemory;

struct MonitorRow {
  isa::Engine engine;
  EnvironmentVariable records;
};
constexpr MonitorRow kMonitors[] = {{isa::Engine::kBdc, EnvironmentVariable::kLibraryBdcRecords},
                                    {isa::Engine::kGdma, EnvironmentVariable::kLibraryGdmaRecords}};

// What the profiled handles of a card share.
struct CardProfile {
  int open_handles = 0;
  int closed_handles = 0;  // since the process began
  std::vector<MonitorBuffer> monitors;
  std::string memory_lines;  // of closed handles
};

struct Registry {
  Mutex mutex;
  std::map<int, CardProfile> cards ABSL_GUARDED_BY(mutex);  // by device
};

Registry& TheRegistry() {
  static Registry* const registry = new Registry();
  return *registry;
}

void LogUnless(const absl::Status& status) {
  if (!status.ok()) LogLine(kRuntimeTag, BMLIB_LOG_ERROR, absl::StrCat("profile: ", std::string(status.message())));
}

void StartMonitors(bm_handle_t handle, CardProfile* card) {
  for (const MonitorRow& row : kMonitors) {
    const auto records = static_cast<uint64_t>(EnvironmentInteger(row.records));
    if (records == 0) continue;
    absl::StatusOr<MonitorBuffer> buffer = profile::AllocateMonitor(handle, row.engine, records, driver::kAllHeaps);
    LogUnless(buffer.status());
    if (!buffer.ok()) continue;
    LogUnless(profile::EnableMonitor(handle, *buffer));
    card->monitors.push_back(*buffer);
  }
}

void StopMonitors(bm_handle_t handle, CardProfile* card) {
  for (const MonitorBuffer& buffer : card->monitors) {
    profile::DisableMonitor(handle, buffer);
    profile::FreeMonitor(handle, buffer);
  }
  card->monitors.clear();
}

}  // namespace

std::unique_ptr<HandleProfile> HandleProfile::CreateIfAsked(bm_handle_t handle) {
  const bool is_asked = EnvironmentSwitch(EnvironmentVariable::kLibraryProfileAll) ||
                        EnvironmentSwitch(EnvironmentVariable::kLibraryProfile);
  return is_asked ? std::unique_ptr<HandleProfile>(new HandleProfile(handle)) : nullptr;
}

HandleProfile::HandleProfile(bm_handle_t handle) : handle_(handle), start_micros_(NowMicros()) {
  Registry& registry = TheRegistry();
  const MutexLock lock(&registry.mutex);
  CardProfile& card = registry.cards[bm_get_devid(handle)];
  if (card.open_handles++ == 0) StartMonitors(handle, &card);
  for (const MonitorBuffer& buffer : card.monitors) {
    first_bytes_.push_back(profile::RecordedBytes(handle, buffer).value_or(0));
  }
}

HandleProfile::~HandleProfile() {
  bm_handle_sync(handle_);
  const uint64_t end_micros = NowMicros();
  const int device = bm_get_devid(handle_);
  Registry& registry = TheRegistry();
  const MutexLock registry_lock(&registry.mutex);
  CardProfile& card = registry.cards[device];
  ProfileBlocks blocks;
  blocks.AddSummary({card.closed_handles, start_micros_, end_micros});
  for (size_t i = 0; i < card.monitors.size(); ++i) {
    const absl::StatusOr<std::vector<uint8_t>> records =
        profile::DownloadRecords(handle_, card.monitors[i], first_bytes_[i]);
    LogUnless(records.status());
    if (records.ok()) blocks.AddRecords(card.monitors[i].engine, *records);
  }
  {
    const MutexLock lock(&mutex_);
    for (const ProfileMemory& memory : freed_) card.memory_lines += MemoryLine(memory);
    for (auto& [address, memory] : live_) {
      memory.freed_micros = end_micros;
      card.memory_lines += MemoryLine(memory);
    }
  }
  const std::string directory = absl::StrCat("bmprofile_data-", device);
  const std::string global =
      absl::StrCat(profile::ArchLine(), profile::ClockLine(), profile::CoresLine(), card.memory_lines);
  LogUnless([&]() -> absl::Status {
    RETURN_IF_ERROR(MakeDirectory(directory));
    RETURN_IF_ERROR(WriteFile(absl::StrCat(directory, "/global.profile"), global));
    return WriteFile(absl::StrCat(directory, "/bmlib_", card.closed_handles, ".profile"), blocks.bytes());
  }());
  ++card.closed_handles;
  if (--card.open_handles == 0) StopMonitors(handle_, &card);
}

void HandleProfile::AddMemory(uint64_t address, uint64_t bytes) {
  const MutexLock lock(&mutex_);
  live_[address] = {address, bytes, NowMicros(), 0, "device_memory"};
}

void HandleProfile::RemoveMemory(uint64_t address) {
  const MutexLock lock(&mutex_);
  const auto found = live_.find(address);
  if (found == live_.end()) return;  // a block of another handle
  found->second.freed_micros = NowMicros();
  freed_.push_back(std::move(found->second));
  live_.erase(found);
}

}  // namespace bm::lib
