// The vendor's public structs that programs hold by pointer, with what belongs to them.
//
//   struct OpenThing { BmThing vendor; ... };
//   HandleTable<OpenThing> table("thing");
//   BmThing* handle = table.Add(std::make_unique<OpenThing>());
#ifndef BMDECODER_SRC_HANDLE_TABLE_H_
#define BMDECODER_SRC_HANDLE_TABLE_H_

#include <map>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/mutex.h"

namespace bm::decoder {

// Thread-safe. `Open` has a member `vendor`, whose address is the handle.
template <typename Open>
class HandleTable {
 public:
  using Vendor = decltype(Open::vendor);

  explicit HandleTable(const char* name) : name_(name) {}

  Vendor* Add(std::unique_ptr<Open> open) {
    MutexLock lock(&mutex_);
    Vendor* handle = &open->vendor;
    open_.emplace(handle, std::move(open));
    return handle;
  }

  // NOT_FOUND for a handle that is not open. One that is closed meanwhile lives until the pointer goes.
  absl::StatusOr<std::shared_ptr<Open>> Find(const Vendor* handle) const {
    MutexLock lock(&mutex_);
    const auto found = open_.find(handle);
    if (found == open_.end()) return Unknown(handle);
    return found->second;
  }

  absl::Status Remove(const Vendor* handle) {
    // Goes after the lock: closing may take its time.
    std::shared_ptr<Open> closed;
    MutexLock lock(&mutex_);
    const auto found = open_.find(handle);
    if (found == open_.end()) return Unknown(handle);
    closed = std::move(found->second);
    open_.erase(found);
    return absl::OkStatus();
  }

 private:
  absl::Status Unknown(const Vendor* handle) const {
    return absl::NotFoundError(handle == nullptr ? absl::StrCat("the ", name_, " is null")
                                                 : absl::StrCat("the ", name_, " is not open"));
  }

  const char* const name_;
  mutable Mutex mutex_;
  std::map<const Vendor*, std::shared_ptr<Open>> open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_HANDLE_TABLE_H_
