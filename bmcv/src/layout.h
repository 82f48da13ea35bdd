// How the pixels of an image lie in its planes.
#ifndef BMCV_SRC_LAYOUT_H_
#define BMCV_SRC_LAYOUT_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// Formats of luma and chroma; a grey image is none.
constexpr bool IsYuv(bm_image_format_ext format) { return format <= FORMAT_NV24; }

// `stacked` pictures of `height` rows, one after the other; a row has `width` pixels of `channels` interleaved
// elements.
struct PlaneShape {
  int width, height, channels, stacked, element_bytes;

  int64_t row_bytes() const { return static_cast<int64_t>(width) * channels * element_bytes; }
  int64_t rows() const { return static_cast<int64_t>(height) * stacked; }
};

// The planes of an image in memory order. The four of FORMAT_COMPRESSED have no rows: their sizes come with their
// memory. INVALID_ARGUMENT for an unknown format or type, no pixels, 4N types with YUV formats, other types than
// 1N_BYTE with FORMAT_COMPRESSED.
absl::StatusOr<std::vector<PlaneShape>> PlaneShapes(bm_image_format_ext format, bm_image_data_format_ext type,
                                                    int width, int height);

}  // namespace bm::cv

#endif  // BMCV_SRC_LAYOUT_H_
