#include "bmodel/blob_store.h"

#include <limits>

#include "absl/strings/str_cat.h"

namespace bm::bmodel {

absl::StatusOr<::bmodel::Binary> BlobStore::Add(Bytes bytes) {
  return existing_.empty() ? Add(bytes, Sha256(bytes)) : Add(bytes, Sha256Digest{});
}

absl::StatusOr<::bmodel::Binary> BlobStore::Add(Bytes bytes, const Sha256Digest& digest) {
  if (!existing_.empty()) {
    const uint64_t start = bytes.data() == nullptr ? 0 : static_cast<uint64_t>(bytes.data() - existing_.data());
    return ::bmodel::Binary(start, bytes.size());
  }
  const auto [entry, is_new] = starts_.try_emplace({bytes.size(), digest}, section_.size());
  if (is_new) {
    constexpr uint64_t kLimit = std::numeric_limits<uint32_t>::max();
    if (bytes.size() > kLimit - section_.size()) {
      starts_.erase(entry);
      return absl::OutOfRangeError(absl::StrCat("the binary section has ", section_.size(), " bytes, a blob of ",
                                                bytes.size(), " more exceeds the format's limit of ", kLimit));
    }
    section_.insert(section_.end(), bytes.begin(), bytes.end());
  }
  return ::bmodel::Binary(entry->second, bytes.size());
}

}  // namespace bm::bmodel
