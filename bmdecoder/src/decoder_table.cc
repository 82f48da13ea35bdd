#include "bmdecoder/src/decoder_table.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace bm::decoder {

DecoderTable& DecoderTable::Get() {
  static DecoderTable* const table = new DecoderTable;
  return *table;
}

absl::StatusOr<void*> DecoderTable::Open(const ChannelOptions& options, int core) {
  if (core < kAnyCore || core >= kDecoderCores) {
    return absl::InvalidArgumentError(
        absl::StrCat("core ", core, " does not decode: 0..", kDecoderCores - 1, " do, negative for any"));
  }
  auto decoder = std::make_shared<OpenDecoder>();
  ASSIGN_OR_RETURN(decoder->channel, DecodeChannel::Create(options));
  decoder->options = options;
  decoder->device = options.decoder.device;
  MutexLock lock(&mutex_);
  std::array<std::set<int>, kDecoderCores> used;
  for (const auto& [handle, other] : open_) {
    if (other->device == decoder->device) used[static_cast<size_t>(other->core)].insert(other->instance);
  }
  const auto fewest = std::min_element(
      used.begin(), used.end(), [](const std::set<int>& a, const std::set<int>& b) { return a.size() < b.size(); });
  decoder->core = core == kAnyCore ? static_cast<int>(fewest - used.begin()) : core;
  const std::set<int>& instances = used[static_cast<size_t>(decoder->core)];
  if (instances.size() >= kInstancesPerCore) {
    return absl::ResourceExhaustedError(absl::StrCat("all ", kInstancesPerCore, " instances of core ", decoder->core,
                                                     " of device ", decoder->device, " are in use"));
  }
  while (instances.count(decoder->instance) != 0) ++decoder->instance;
  open_.emplace(++last_, std::move(decoder));
  return reinterpret_cast<void*>(last_);
}

absl::StatusOr<std::shared_ptr<const OpenDecoder>> DecoderTable::Find(const void* handle) const {
  MutexLock lock(&mutex_);
  const auto found = open_.find(reinterpret_cast<uintptr_t>(handle));
  if (found != open_.end()) return found->second;
  return absl::NotFoundError(handle == nullptr ? "the handle is null" : "the handle is not that of an open decoder");
}

absl::Status DecoderTable::Close(const void* handle) {
  ASSIGN_OR_RETURN(std::shared_ptr<const OpenDecoder> decoder, Find(handle));
  {
    MutexLock lock(&mutex_);
    open_.erase(reinterpret_cast<uintptr_t>(handle));
  }
  // Outside of the lock: its thread ends first.
  decoder.reset();
  return absl::OkStatus();
}

void DecoderTable::Hang(int device, int core) {
  MutexLock lock(&mutex_);
  for (const auto& [handle, decoder] : open_) {
    if (decoder->device == device && (core == kAllCores || decoder->core == core)) decoder->channel->Hang();
  }
}

}  // namespace bm::decoder
