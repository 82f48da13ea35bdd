// Any bytes: a model or a status, never a crash.
#include <cstddef>
#include <cstdint>
#include <utility>

#include "bmodel/memory_info.h"
#include "bmodel/reader.h"
#include "bmodel/verify.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  absl::StatusOr<bm::bmodel::ModelFile> file = bm::bmodel::ModelFile::Parse({data, size});
  if (!file.ok()) return 0;
  bm::bmodel::MemoryOf(file->model());
  (void)bm::bmodel::VerifyMeaning(*std::move(file), "BM1684");
  return 0;
}
