// Reads bmodel files: the first gate.
//
//   ASSIGN_OR_RETURN(ModelFile file, ModelFile::Open("compilation.bmodel"));
//   for (const Net& net : file.model().nets) ...
//
// A ModelFile is well formed: header, tables and strings verified, every blob inside the file, every shape of a rank
// and extent that we hold. Files of any chip and of any age are read (tables older than NetParameter are brought
// up to it), so tools work on all of them. Whether a model means something that the chip can run is the second gate,
// bmodel/verify.h.
//
// Memory: the tables are copied (at most 32 MiB and 4 times the file beyond the file itself, else RESOURCE_EXHAUSTED);
// blobs stay where they are.
#ifndef BMODEL_READER_H_
#define BMODEL_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file.h"
#include "bmodel/file_header.h"
#include "bmodel/model.h"
#include "bmodel/model_generated.h"

namespace bm::bmodel {

class ModelFile {
 public:
  // Maps the file read-only. NOT_FOUND or UNAVAILABLE with the system's reason; DATA_LOSS with file and offset for
  // bytes that are not a bmodel.
  static absl::StatusOr<ModelFile> Open(const std::string& path);

  // Reads bytes in memory; they stay alive and unchanged as long as the result. `name` stands for the file in errors.
  static absl::StatusOr<ModelFile> Parse(Bytes bytes, const std::string& name = "bmodel data");

  const Model& model() const { return model_; }
  const std::string& name() const { return name_; }
  const FileHeader& header() const { return header_; }
  // Section 2, the FlatBuffer.
  Bytes table_bytes() const { return tables_; }
  const ::bmodel::Model& tables() const { return *::bmodel::GetModel(tables_.data()); }
  // Section 3, the blobs, and where it starts in the file.
  Bytes binary() const { return binary_; }
  uint64_t binary_offset() const { return uint64_t{header_.header_size} + header_.flatbuffers_size; }
  // Offset in the file of a blob of model().
  uint64_t OffsetOf(Bytes blob) const { return binary_offset() + static_cast<uint64_t>(blob.data() - binary_.data()); }

 private:
  ModelFile() = default;

  std::string name_;
  std::unique_ptr<MappedFile> mapping_;  // null where the caller owns the bytes
  FileHeader header_;
  std::vector<uint8_t> tables_;
  Bytes binary_;
  Model model_;
};

}  // namespace bm::bmodel

#endif  // BMODEL_READER_H_
