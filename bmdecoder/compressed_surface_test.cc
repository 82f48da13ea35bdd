// Compressed frames: what the tables hold byte for byte, and which tables are refused.
#include "bmdecoder/compressed_surface.h"

#include <cstring>

#include "base/testing/status_matchers.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

const CompressedSurface kSurface = {1918, 1078, 1920, 1088, 1920, 1984, 0x100012000, 0x100210000};

// Both tables of a surface as a consumer sees them.
struct Tables {
  explicit Tables(const CompressedSurface& surface)
      : luma(WriteCompressedTable(surface, CompressedPlane::kLuma)),
        chroma(WriteCompressedTable(surface, CompressedPlane::kChroma)) {}

  absl::StatusOr<CompressedSurface> Parse() const { return ParseCompressedSurface({luma, 0xA000, chroma, 0xB000}); }

  CompressedTable luma;
  CompressedTable chroma;
};

template <typename T>
T At(const CompressedTable& table, size_t offset) {
  T value;
  std::memcpy(&value, table.data() + offset, sizeof(value));
  return value;
}

TEST(CompressedSurfaceTest, TablesHaveTheDocumentedBytes) {
  const Tables tables(kSurface);
  for (const CompressedTable* table : {&tables.luma, &tables.chroma}) {
    EXPECT_EQ(std::memcmp(table->data(), "BMNV12T1", 8), 0);
    EXPECT_EQ(At<uint32_t>(*table, 8), table == &tables.luma ? 0u : 1u);
    const uint32_t numbers[] = {1918, 1078, 1920, 1088, 1920, 1984, 0};
    for (size_t i = 0; i < std::size(numbers); ++i) EXPECT_EQ(At<uint32_t>(*table, 12 + 4 * i), numbers[i]) << i;
    EXPECT_EQ(At<uint64_t>(*table, 40), 0x100012000u);
    EXPECT_EQ(At<uint64_t>(*table, 48), 0x100210000u);
    EXPECT_EQ(At<uint64_t>(*table, 56), 0u);
  }
}

TEST(CompressedSurfaceTest, GeometryComesFromTheTablesAndAddressesFromTheCaller) {
  ASSERT_OK_AND_ASSIGN(const CompressedSurface surface, Tables(kSurface).Parse());
  EXPECT_EQ(surface.width, 1918);
  EXPECT_EQ(surface.height, 1078);
  EXPECT_EQ(surface.coded_width, 1920);
  EXPECT_EQ(surface.coded_height, 1088);
  EXPECT_EQ(surface.y_stride, 1920u);
  EXPECT_EQ(surface.chroma_stride, 1984u);
  EXPECT_EQ(surface.y_address, 0xA000u);
  EXPECT_EQ(surface.chroma_address, 0xB000u);
}

TEST(CompressedSurfaceTest, OtherMagicNumbersAreRefusedInEitherTable) {
  for (const size_t byte : {size_t{0}, size_t{7}}) {
    Tables tables(kSurface);
    tables.luma[byte] ^= 1;
    EXPECT_STATUS(tables.Parse(), absl::StatusCode::kInvalidArgument, "the luma table starts with 0x");
    tables = Tables(kSurface);
    tables.chroma[byte] ^= 1;
    EXPECT_STATUS(tables.Parse(), absl::StatusCode::kInvalidArgument, "the chroma table starts with 0x");
  }
  EXPECT_STATUS(ParseCompressedSurface({}), absl::StatusCode::kInvalidArgument, "has 0 bytes, not 64");
}

TEST(CompressedSurfaceTest, PlanesInAnotherOrderAreRefused) {
  const Tables tables(kSurface);
  EXPECT_STATUS(ParseCompressedSurface({tables.chroma, 1, tables.luma, 2}), absl::StatusCode::kInvalidArgument,
                "the luma table is marked 1, not 0");
  EXPECT_STATUS(ParseCompressedSurface({tables.luma, 1, tables.luma, 2}), absl::StatusCode::kInvalidArgument,
                "the chroma table is marked 0, not 1");
}

TEST(CompressedSurfaceTest, TablesOfTwoFramesAreRefused) {
  CompressedSurface other = kSurface;
  other.chroma_address += 4096;
  Tables tables(kSurface);
  tables.chroma = Tables(other).chroma;
  EXPECT_STATUS(tables.Parse(), absl::StatusCode::kInvalidArgument, "1918 x 1078 at 0x100012000");
}

TEST(CompressedSurfaceTest, ImpossibleGeometryIsRefusedWithItsLimits) {
  struct Row {
    void (*change)(CompressedSurface*);
    const char* part;
  };
  const Row rows[] = {
      {[](CompressedSurface* s) { s->width = 0; }, "width 0: must be 1..8192"},
      {[](CompressedSurface* s) { s->height = -1; }, "height -1: must be 1..8192"},
      {[](CompressedSurface* s) { s->coded_width = 1917; }, "coded width 1917: must be 1918..8192"},
      {[](CompressedSurface* s) { s->coded_height = 8193; }, "coded height 8193: must be 1078..8192"},
      {[](CompressedSurface* s) { s->y_stride = 1917; }, "luma stride 1917: must be at least 1918"},
      {[](CompressedSurface* s) { s->width = 1917, s->chroma_stride = 1917; }, "chroma stride 1917: must be at least"},
  };
  for (const Row& row : rows) {
    CompressedSurface surface = kSurface;
    row.change(&surface);
    EXPECT_STATUS(CheckCompressedSurface(surface), absl::StatusCode::kInvalidArgument, row.part);
    EXPECT_STATUS(Tables(surface).Parse(), absl::StatusCode::kInvalidArgument, row.part);
  }
}

}  // namespace
}  // namespace bm::decoder
