#include "bmlib/profile/profile_file.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace bm::profile {
namespace {

constexpr uint32_t kSummaryBlock = 1, kBdcBlock = 3, kGdmaBlock = 4, kCommandBlock = 8;

template <typename T>
void Put(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

uint64_t NowMicros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

void ProfileBlocks::Add(uint32_t type, const std::string& content) {
  Put(type, &bytes_);
  Put(static_cast<uint32_t>(content.size()), &bytes_);
  bytes_.append(content);
}

void ProfileBlocks::AddSummary(const Summary& summary) {
  std::string content;
  Put(summary.iteration, &content);
  Put(int32_t{0}, &content);  // subnet
  Put(int32_t{0}, &content);  // TPU
  Put(summary.start_micros, &content);
  Put(summary.end_micros, &content);
  Put(uint64_t{0}, &content);
  Add(kSummaryBlock, content);
}

void ProfileBlocks::AddRecords(isa::Engine engine, absl::Span<const uint8_t> records) {
  Add(engine == isa::Engine::kBdc ? kBdcBlock : kGdmaBlock,
      std::string(reinterpret_cast<const char*>(records.data()), records.size()));
}

void ProfileBlocks::AddCommands(uint64_t gdma_address, uint64_t bdc_address, absl::Span<const GroupSize> groups) {
  std::string content;
  for (const uint64_t address : {gdma_address, bdc_address}) {
    Put(address, &content);
    Put(uint64_t{0}, &content);  // offset
  }
  Put(static_cast<uint32_t>(groups.size()), &content);
  for (const GroupSize& group : groups) {
    Put(group.gdma, &content);
    Put(group.bdc, &content);
  }
  Add(kCommandBlock, content);
}

std::string ArchLine() { return "[bmprofile] arch=1684\n"; }
std::string ClockLine() { return absl::StrCat("[bmprofile] tpu_freq=", isa::kTpuMegahertz, "\n"); }
std::string CoresLine() { return "[bmprofile] core_list=0,\n"; }
std::string MemoryLine(const ProfileMemory& memory) {
  return absl::StrFormat("[bmprofile] mtype=1 addr=%d size=%d alloc=%d free=%d desc=%s\n", memory.address, memory.bytes,
                         memory.allocated_micros, memory.freed_micros, memory.what);
}

}  // namespace bm::profile
