#include "bmruntime/src/coefficient_cache.h"

#include <map>
#include <tuple>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "bmruntime/src/device_memory.h"

namespace bm::runtime {

struct CoefficientBuffer::Entry {
  using Key = std::tuple<int, Sha256Digest, uint64_t>;  // device, digest, bytes
  Key key;
  DeviceBlock block;
  int users = 0;  // guarded by Cache::mutex
};

struct CoefficientBuffer::Cache {
  Mutex mutex;
  std::map<Entry::Key, Entry> entries ABSL_GUARDED_BY(mutex);
};

// Never destroyed: buffers may live in objects of static storage.
CoefficientBuffer::Cache& CoefficientBuffer::SharedCache() {
  static Cache& cache = *new Cache;
  return cache;
}

absl::StatusOr<CoefficientBuffer> CoefficientBuffer::Get(bm_handle_t handle, absl::Span<const uint8_t> bytes,
                                                         const Sha256Digest& digest) {
  Cache& cache = SharedCache();
  const MutexLock lock(&cache.mutex);
  const Entry::Key key = {bm_get_devid(handle), digest, bytes.size()};
  const auto found = cache.entries.find(key);
  if (found == cache.entries.end()) {
    ASSIGN_OR_RETURN(const DeviceBlock block, AllocateDevice(handle, bytes.size(), kAllHeaps));
    absl::Cleanup free_block = [&] { FreeDevice(handle, block); };
    RETURN_IF_ERROR(Upload(handle, block.address, bytes));
    std::move(free_block).Cancel();
    cache.entries[key] = Entry{key, block, 0};
  }
  Entry& entry = cache.entries[key];
  ++entry.users;
  return CoefficientBuffer(&entry, handle);
}

CoefficientBuffer::~CoefficientBuffer() {
  if (entry_ == nullptr) return;
  Cache& cache = SharedCache();
  const MutexLock lock(&cache.mutex);
  if (--entry_->users > 0) return;
  FreeDevice(handle_, entry_->block);
  cache.entries.erase(Entry::Key(entry_->key));
}

uint64_t CoefficientBuffer::address() const { return entry_->block.address; }
uint64_t CoefficientBuffer::size() const { return entry_->block.size; }
const Sha256Digest& CoefficientBuffer::digest() const { return std::get<1>(entry_->key); }

}  // namespace bm::runtime
