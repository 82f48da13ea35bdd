// PNG and BMP pictures in memory, as packed blue, green, red bytes.
//
//   ASSIGN_OR_RETURN(const StillSize size, DecodeStill(bytes, [&](const StillSize& size) { ... return plane; }));
//   ASSIGN_OR_RETURN(const std::vector<uint8_t> png, EncodeStill(StillFormat::kPng, width, height, plane));
//
// All functions are thread-safe.
#ifndef BMDECODER_CORE_STILL_H_
#define BMDECODER_CORE_STILL_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {

enum class StillFormat { kPng, kBmp };

// In pixels.
struct StillSize {
  int width = 0;
  int height = 0;
};

// Decodes a PNG or BMP file, told apart by its first bytes, into the plane that `allocate` provides once the size is
// known; its errors are passed on. Grey becomes three equal bytes, 16 bits become 8 (within 1), transparency is left
// out.
//
// INVALID_ARGUMENT for what is neither, and for a plane that is too small; DATA_LOSS for damaged or truncated files;
// UNIMPLEMENTED for a variant that FFmpeg does not decode; RESOURCE_EXHAUSTED above 2^28 pixels.
absl::StatusOr<StillSize> DecodeStill(absl::Span<const uint8_t> bytes,
                                      const std::function<absl::StatusOr<Plane>(const StillSize& size)>& allocate);

// Encodes width x height pixels without loss, as 24 bits a pixel. INVALID_ARGUMENT for sides outside 1..32768 and for a
// plane that is too small.
absl::StatusOr<std::vector<uint8_t>> EncodeStill(StillFormat format, int width, int height, const ConstPlane& pixels);

}  // namespace bm::decoder

#endif  // BMDECODER_CORE_STILL_H_
