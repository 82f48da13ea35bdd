#include "bmcv/src/compressed.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/status_macros.h"
#include "bmdecoder/compressed_surface.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::cv {
namespace {

using decoder::CompressedSurface;

// The planes of a compressed image.
enum Part { kLumaTable, kLuma, kChromaTable, kChroma };

absl::StatusOr<const uint8_t*> View(bm_handle_t handle, uint64_t address, uint64_t bytes, absl::string_view name) {
  unsigned char* view = nullptr;
  if (bmnnsdk_host_view(handle, address, bytes, &view) == BM_SUCCESS) return view;
  return absl::DataLossError(
      absl::StrFormat("the %s takes %d bytes, and there is no memory for them at 0x%x", name, bytes, address));
}

absl::StatusOr<absl::Span<const uint8_t>> Table(bm_handle_t handle, uint64_t address) {
  ASSIGN_OR_RETURN(const uint8_t* const table, View(handle, address, decoder::kCompressedTableBytes, "table"));
  return absl::MakeConstSpan(table, decoder::kCompressedTableBytes);
}

}  // namespace

absl::StatusOr<std::vector<ConstPlane>> CompressedPlanes(bm_handle_t handle, const Image& image) {
  if (!image.is_attached) return absl::DataLossError("the compressed image has no memory");
  const auto address = [&](Part part) { return bm_mem_get_device_addr(image.memory[part]); };
  ASSIGN_OR_RETURN(const absl::Span<const uint8_t> luma_table, Table(handle, address(kLumaTable)));
  ASSIGN_OR_RETURN(const absl::Span<const uint8_t> chroma_table, Table(handle, address(kChromaTable)));
  ASSIGN_OR_RETURN(const CompressedSurface surface,
                   decoder::ParseCompressedSurface({luma_table, address(kLuma), chroma_table, address(kChroma)}));
  const int columns = (image.width + 1) / 2, rows = (image.height + 1) / 2;
  const uint32_t luma_bytes = image.width, chroma_bytes = 2 * columns;
  if (luma_bytes > surface.y_stride || chroma_bytes > surface.chroma_stride || image.height > surface.coded_height) {
    return absl::InvalidArgumentError(
        absl::StrFormat("an image of %d x %d pixels over a compressed picture of %d x %d with rows of %d bytes",
                        image.width, image.height, surface.coded_width, surface.coded_height, surface.y_stride));
  }
  ASSIGN_OR_RETURN(const uint8_t* const luma,
                   View(handle, surface.y_address, uint64_t{surface.y_stride} * image.height, "luma"));
  ASSIGN_OR_RETURN(const uint8_t* const chroma,
                   View(handle, surface.chroma_address, uint64_t{surface.chroma_stride} * rows, "chroma"));
  return std::vector<ConstPlane>{{luma, image.width, image.height, 1, static_cast<ptrdiff_t>(surface.y_stride)},
                                 {chroma, columns, rows, 2, static_cast<ptrdiff_t>(surface.chroma_stride)}};
}

}  // namespace bm::cv
