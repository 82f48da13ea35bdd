// The orientation that a camera has noted in a JPEG.
#ifndef OVERLAYS_OPENCV_SRC_EXIF_H_
#define OVERLAYS_OPENCV_SRC_EXIF_H_

#include <cstdint>

#include "absl/types/span.h"

namespace bm::opencv {

// 1 (upright) to 8 as Exif 2.3, 4.6.4 A numbers them; 1 if the file says nothing or nothing sensible.
int ExifOrientation(absl::Span<const uint8_t> jpeg);

}  // namespace bm::opencv

#endif  // OVERLAYS_OPENCV_SRC_EXIF_H_
