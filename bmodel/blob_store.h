// The binary section of a file under construction: blobs behind one another, equal ones stored once.
//
//   BlobStore blobs;
//   ASSIGN_OR_RETURN(const ::bmodel::Binary range, blobs.Add(weights));
#ifndef BMODEL_BLOB_STORE_H_
#define BMODEL_BLOB_STORE_H_

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/sha256.h"
#include "bmodel/model.h"
#include "bmodel/model_generated.h"

namespace bm::bmodel {

class BlobStore {
 public:
  // An empty section.
  BlobStore() = default;
  // A section that exists: Add finds blobs, which are views of it, and stores nothing.
  explicit BlobStore(Bytes existing) : existing_(existing) {}

  // The range that holds a copy of `bytes`. OUT_OF_RANGE once the section would exceed the format's 32-bit size.
  absl::StatusOr<::bmodel::Binary> Add(Bytes bytes);
  // The same where the caller has the digest already.
  absl::StatusOr<::bmodel::Binary> Add(Bytes bytes, const Sha256Digest& digest);

  const std::vector<uint8_t>& section() const { return section_; }

 private:
  Bytes existing_;
  std::vector<uint8_t> section_;
  std::map<std::pair<uint64_t, Sha256Digest>, uint64_t> starts_;
};

}  // namespace bm::bmodel

#endif  // BMODEL_BLOB_STORE_H_
