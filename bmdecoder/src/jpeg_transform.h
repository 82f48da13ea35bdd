// Turned and mirrored pictures, as the JPEG unit makes them.
#ifndef BMDECODER_SRC_JPEG_TRANSFORM_H_
#define BMDECODER_SRC_JPEG_TRANSFORM_H_

#include "absl/status/statusor.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {

// First the quarter turns, then the mirrors.
struct JpegTransform {
  // Counter-clockwise, 0..3.
  int quarter_turns = 0;
  bool left_and_right_swapped = false;
  bool top_and_bottom_swapped = false;

  bool IsIdentity() const { return quarter_turns == 0 && !left_and_right_swapped && !top_and_bottom_swapped; }
};

// The picture that becomes of one. UNIMPLEMENTED for 4:2:2 turned to a side, which would be 4:4:0.
absl::StatusOr<JpegInfo> Transformed(const JpegInfo& picture, const JpegTransform& transform);

// A part of a picture: planes that begin at (x, y). INVALID_ARGUMENT for a part that is empty or leaves the picture,
// and for odd offsets where chroma is subsampled.
absl::StatusOr<ConstPlanes> Part(const JpegInfo& picture, ChromaLayout layout, const ConstPlanes& planes, int x, int y,
                                 int width, int height);

// Copies a picture. `target` holds the transformed one.
void CopyTransformed(const JpegInfo& picture, ChromaLayout layout, const ConstPlanes& source,
                     const JpegTransform& transform, const Planes& target);

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_JPEG_TRANSFORM_H_
