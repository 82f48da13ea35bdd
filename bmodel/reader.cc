#include "bmodel/reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmodel/unpack.h"

namespace bm::bmodel {
namespace {

constexpr uint32_t kOldMagic = 0xFF55AAFF;
constexpr uint64_t kTableBudgetBytes = 32 << 20;
constexpr uint64_t kTableBudgetPerByte = 4;

absl::StatusOr<FileHeader> ReadHeader(Bytes bytes) {
  FileHeader header;
  if (bytes.size() <= sizeof(header)) {
    return absl::DataLossError(
        absl::StrCat("it has ", bytes.size(), " bytes, a bmodel has more than the ", sizeof(header), " of its header"));
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != kMagic) {
    return absl::DataLossError(absl::StrFormat("offset 0: the magic number is 0x%08X, a bmodel has 0x%08X%s",
                                               header.magic, kMagic,
                                               header.magic == kOldMagic ? " (this is the older bmtap2 format)" : ""));
  }
  if (header.header_size < kHeaderBytes) {
    return absl::DataLossError(
        absl::StrCat("offset 4: the header states ", header.header_size, " bytes, it has ", kHeaderBytes));
  }
  const uint64_t end = uint64_t{header.header_size} + header.flatbuffers_size + header.binary_size;
  if (end > bytes.size()) {
    return absl::DataLossError(absl::StrCat("offset 4: header, tables and blobs of ", header.header_size, ", ",
                                            header.flatbuffers_size, " and ", header.binary_size, " bytes end at ", end,
                                            ", the file has ", bytes.size()));
  }
  return header;
}

absl::Status VerifyTables(const FileHeader& header, Bytes tables) {
  // A table takes at least eight bytes (its own and one reference to it), so more of them are shared ones.
  flatbuffers::Verifier::Options limits;
  limits.max_depth = 16;
  limits.max_tables = static_cast<flatbuffers::uoffset_t>(1024 + tables.size() / 8);
  if (tables.size() < FLATBUFFERS_MAX_BUFFER_SIZE) {
    flatbuffers::Verifier verifier(tables.data(), tables.size(), limits);
    if (::bmodel::VerifyModelBuffer(verifier)) return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("offset ", header.header_size, ": the ", header.flatbuffers_size,
                                          " bytes of model tables are damaged (FlatBuffers verifier)"));
}

}  // namespace

absl::StatusOr<ModelFile> ModelFile::Open(const std::string& path) {
  ASSIGN_OR_RETURN(MappedFile mapping, MappedFile::Open(path));
  const Bytes bytes = mapping.bytes();
  ASSIGN_OR_RETURN(ModelFile file, Parse(bytes, path));
  file.mapping_ = std::make_unique<MappedFile>(std::move(mapping));
  return file;
}

absl::StatusOr<ModelFile> ModelFile::Parse(Bytes bytes, const std::string& name) {
  ModelFile file;
  file.name_ = name;
  const auto read = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(file.header_, ReadHeader(bytes));
    const Bytes tables = bytes.subspan(file.header_.header_size, file.header_.flatbuffers_size);
    // A copy is aligned and cannot change between the verifier and the reading.
    file.tables_.assign(tables.begin(), tables.end());
    file.binary_ = bytes.subspan(file.binary_offset(), file.header_.binary_size);
    RETURN_IF_ERROR(VerifyTables(file.header_, file.tables_));
    ASSIGN_OR_RETURN(file.model_,
                     Unpack(file.tables(), file.binary_, kTableBudgetBytes + kTableBudgetPerByte * bytes.size()));
    return absl::OkStatus();
  };
  const absl::Status status = read();
  if (!status.ok()) return absl::Status(status.code(), absl::StrCat(name, ": ", status.message()));
  return file;
}

}  // namespace bm::bmodel
