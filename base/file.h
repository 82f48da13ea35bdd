// Whole files: mapped read-only, read, written.
//
//   ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
//   Parse(file.bytes());
//
// Every error names the path and the system's reason.
#ifndef BASE_FILE_H_
#define BASE_FILE_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace bm {

// A file mapped read-only. A write-protected file is no obstacle. Movable; the bytes live as long as the object.
class MappedFile {
 public:
  static absl::StatusOr<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();

  absl::Span<const uint8_t> bytes() const { return bytes_; }

 private:
  explicit MappedFile(absl::Span<const uint8_t> bytes) : bytes_(bytes) {}

  absl::Span<const uint8_t> bytes_;
};

absl::StatusOr<std::string> ReadFile(const std::string& path);

// Creates or replaces the file; a failure leaves no partial file under `path`. Threads may write one file: the last one
// whole stays.
absl::Status WriteFile(const std::string& path, absl::Span<const uint8_t> bytes);
absl::Status WriteFile(const std::string& path, const std::string& text);

// A file that is not there is fine.
absl::Status RemoveFile(const std::string& path);

// Creates the directory and its parents; an existing one is fine.
absl::Status MakeDirectory(const std::string& path);

}  // namespace bm

#endif  // BASE_FILE_H_
