// Any bytes: a picture or a status, never a crash. In planes and as packed pixels.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/surface.h"

namespace {

using namespace bm::decoder;  // NOLINT: a program of one function

constexpr size_t kLimit = 1 << 22;

absl::Status CheckSize(size_t bytes) {
  return bytes <= kLimit ? absl::OkStatus() : absl::ResourceExhaustedError("too large");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<uint8_t> memory;
  (void)DecodeJpeg({data, size}, ChromaLayout::kCrCb, [&](const JpegInfo& info) -> absl::StatusOr<Planes> {
    const JpegGeometry geometry =
        JpegGeometry::Create(info.width, info.height, info.sampling, ChromaLayout::kCrCb).value();
    const absl::Status fits = CheckSize(geometry.total);
    if (!fits.ok()) return fits;
    memory.resize(geometry.total);
    return geometry.At(memory.data());
  });
  (void)DecodeJpegPacked({data, size}, PackedFormat::kBgr, [&](const JpegInfo& info) -> absl::StatusOr<Plane> {
    const size_t stride = static_cast<size_t>(info.width) * 3;
    const size_t rows = static_cast<size_t>(info.height);
    const absl::Status fits = CheckSize(stride * rows);
    if (!fits.ok()) return fits;
    memory.resize(stride * rows);
    return Plane{memory.data(), stride, rows};
  });
  return 0;
}
