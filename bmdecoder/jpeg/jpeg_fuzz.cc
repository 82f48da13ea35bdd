// Any bytes: a picture or a status, never a crash.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bmdecoder/jpeg/jpeg.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLimit = 1 << 22;
  std::vector<uint8_t> memory;
  (void)bm::decoder::DecodeJpeg({data, size}, bm::decoder::ChromaLayout::kCrCb,
                                [&](const bm::decoder::JpegInfo& info) -> absl::StatusOr<bm::decoder::Planes> {
                                  absl::StatusOr<bm::decoder::JpegGeometry> geometry =
                                      bm::decoder::JpegGeometry::Create(info.width, info.height, info.sampling,
                                                                        bm::decoder::ChromaLayout::kCrCb);
                                  if (!geometry.ok()) return geometry.status();
                                  if (geometry->total > kLimit) return absl::ResourceExhaustedError("too large");
                                  memory.resize(geometry->total);
                                  return geometry->At(memory.data());
                                });
  return 0;
}
