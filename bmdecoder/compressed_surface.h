// The private layout of "compressed" frames (docs/formats/compressed-surface.md): linear NV12 planes, and beside each
// plane a table of kCompressedTableBytes bytes in which the chip would keep its offsets, and we the geometry.
//
//   CompressedSurface surface = ...;   // what a decoder made
//   const CompressedTable table = WriteCompressedTable(surface, CompressedPlane::kLuma);
//
//   ASSIGN_OR_RETURN(const CompressedSurface surface,   // what a consumer was given: four device addresses
//                    ParseCompressedSurface({luma_table, luma_address, chroma_table, chroma_address}));
//
// All functions are thread-safe.
#ifndef BMDECODER_COMPRESSED_SURFACE_H_
#define BMDECODER_COMPRESSED_SURFACE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace bm::decoder {

inline constexpr size_t kCompressedTableBytes = 64;
using CompressedTable = std::array<uint8_t, kCompressedTableBytes>;

enum class CompressedPlane : uint32_t { kLuma = 0, kChroma = 1 };

// An NV12 picture. Luma has coded_height rows of y_stride bytes, chroma (CbCr) half as many, rounded up, of
// chroma_stride bytes.
struct CompressedSurface {
  // Visible size, and the size that is coded in the stream, 1..kMaxVideoSide, the latter not smaller.
  int width = 0;
  int height = 0;
  int coded_width = 0;
  int coded_height = 0;
  // At least the visible samples: width, and width rounded up to even.
  uint32_t y_stride = 0;
  uint32_t chroma_stride = 0;
  // Device addresses.
  uint64_t y_address = 0;
  uint64_t chroma_address = 0;
};

// INVALID_ARGUMENT, naming the value and its limits, for a surface that breaks the rules above.
absl::Status CheckCompressedSurface(const CompressedSurface& surface);

// The table that belongs beside one of the planes.
CompressedTable WriteCompressedTable(const CompressedSurface& surface, CompressedPlane plane);

// A compressed picture as programs pass it on: device addresses of two planes, and what lies at the addresses of the
// two tables (kCompressedTableBytes each).
struct CompressedPlanes {
  absl::Span<const uint8_t> luma_table;
  uint64_t luma_address = 0;
  absl::Span<const uint8_t> chroma_table;
  uint64_t chroma_address = 0;
};

// The geometry from the tables with the given addresses: planes may have been copied elsewhere together with their
// tables. INVALID_ARGUMENT if a table is too short, starts with another magic number (a picture that no decoder of this
// SDK made), is the other plane's, breaks the rules of CompressedSurface, or if both tables describe different frames.
absl::StatusOr<CompressedSurface> ParseCompressedSurface(const CompressedPlanes& planes);

}  // namespace bm::decoder

#endif  // BMDECODER_COMPRESSED_SURFACE_H_
