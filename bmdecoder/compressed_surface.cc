#include "bmdecoder/compressed_surface.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {
namespace {

// "BMNV12T1" in memory.
constexpr uint64_t kMagic = 0x31543231564E4D42;

// The bytes of a table.
struct Table {
  uint64_t magic;
  uint32_t plane;
  uint32_t width;
  uint32_t height;
  uint32_t coded_width;
  uint32_t coded_height;
  uint32_t y_stride;
  uint32_t chroma_stride;
  uint32_t reserved;
  uint64_t y_address;
  uint64_t chroma_address;
  uint64_t reserved_end;
};
static_assert(sizeof(Table) == kCompressedTableBytes, "documented size");

const char* NameOf(CompressedPlane plane) { return plane == CompressedPlane::kLuma ? "luma" : "chroma"; }

absl::Status CheckSide(const char* name, int64_t value, int64_t low) {
  if (value >= low && value <= kMaxVideoSide) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("compressed frame: ", name, " ", value, ": must be ", low, "..", kMaxVideoSide));
}

absl::Status CheckStride(const char* name, uint32_t stride, int least) {
  if (stride >= static_cast<uint32_t>(least)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("compressed frame: ", name, " stride ", stride, ": must be at least ", least));
}

absl::StatusOr<Table> ReadTable(absl::Span<const uint8_t> bytes, CompressedPlane plane) {
  if (bytes.size() < kCompressedTableBytes) {
    return absl::InvalidArgumentError(absl::StrCat("compressed frame: the ", NameOf(plane), " table has ", bytes.size(),
                                                   " bytes, not ", kCompressedTableBytes));
  }
  Table table;
  std::memcpy(&table, bytes.data(), sizeof(table));
  if (table.magic != kMagic) {
    return absl::InvalidArgumentError(
        absl::StrFormat("compressed frame: the %s table starts with 0x%016x, not 0x%016x: only frames of this SDK's "
                        "decoders can be read",
                        NameOf(plane), table.magic, kMagic));
  }
  if (table.plane != static_cast<uint32_t>(plane)) {
    return absl::InvalidArgumentError(absl::StrCat("compressed frame: the ", NameOf(plane), " table is marked ",
                                                   table.plane, ", not ", static_cast<uint32_t>(plane),
                                                   ": planes are luma table, luma, chroma table, chroma"));
  }
  return table;
}

// Both tables describe the frame that the decoder made, so they differ in the plane only.
bool AreOfOneFrame(const Table& luma, Table chroma) {
  chroma.plane = luma.plane;
  return std::memcmp(&luma, &chroma, sizeof(Table)) == 0;
}

}  // namespace

absl::Status CheckCompressedSurface(const CompressedSurface& surface) {
  RETURN_IF_ERROR(CheckSide("width", surface.width, 1));
  RETURN_IF_ERROR(CheckSide("height", surface.height, 1));
  RETURN_IF_ERROR(CheckSide("coded width", surface.coded_width, surface.width));
  RETURN_IF_ERROR(CheckSide("coded height", surface.coded_height, surface.height));
  RETURN_IF_ERROR(CheckStride("luma", surface.y_stride, surface.width));
  return CheckStride("chroma", surface.chroma_stride, 2 * ChromaWidth(Sampling::k420, surface.width));
}

CompressedTable WriteCompressedTable(const CompressedSurface& surface, CompressedPlane plane) {
  Table table = {};
  table.magic = kMagic;
  table.plane = static_cast<uint32_t>(plane);
  table.width = static_cast<uint32_t>(surface.width);
  table.height = static_cast<uint32_t>(surface.height);
  table.coded_width = static_cast<uint32_t>(surface.coded_width);
  table.coded_height = static_cast<uint32_t>(surface.coded_height);
  table.y_stride = surface.y_stride;
  table.chroma_stride = surface.chroma_stride;
  table.y_address = surface.y_address;
  table.chroma_address = surface.chroma_address;
  CompressedTable bytes;
  std::memcpy(bytes.data(), &table, sizeof(table));
  return bytes;
}

absl::StatusOr<CompressedSurface> ParseCompressedSurface(const CompressedPlanes& planes) {
  ASSIGN_OR_RETURN(const Table luma, ReadTable(planes.luma_table, CompressedPlane::kLuma));
  ASSIGN_OR_RETURN(const Table chroma, ReadTable(planes.chroma_table, CompressedPlane::kChroma));
  if (!AreOfOneFrame(luma, chroma)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "compressed frame: the luma table is of a frame of %u x %u at 0x%x, the chroma table of %u x %u at 0x%x",
        luma.width, luma.height, luma.y_address, chroma.width, chroma.height, chroma.y_address));
  }
  CompressedSurface surface;
  // A number above 2^31 turns negative and is refused.
  surface.width = static_cast<int>(luma.width);
  surface.height = static_cast<int>(luma.height);
  surface.coded_width = static_cast<int>(luma.coded_width);
  surface.coded_height = static_cast<int>(luma.coded_height);
  surface.y_stride = luma.y_stride;
  surface.chroma_stride = luma.chroma_stride;
  surface.y_address = planes.luma_address;
  surface.chroma_address = planes.chroma_address;
  RETURN_IF_ERROR(CheckCompressedSurface(surface));
  return surface;
}

}  // namespace bm::decoder
