// Boxes of one colour in the planes of an image.
//
//   for (const Paint& paint : PaintsOf(image.image_format, image.data_type, target.planes(), {r, g, b})) {
//     FillBox(paint.plane, {x, y, width, height}, paint.pixel);
//   }
#ifndef BMCV_SRC_PAINT_H_
#define BMCV_SRC_PAINT_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// R, G, B or Y, U, V.
using Colour = std::array<uint8_t, 3>;

// Pixels of a plane.
struct Box {
  int x, y, width, height;
};

// The pixels of a box that lie in [0, width) x [0, height); none if it lies outside.
struct WideBox {
  int64_t x, y, width, height;

  Box Within(int width, int height) const;
};

// A plane and what a pixel of the colour is there. Image pixel (x, y) is plane pixel (x >> shift_x, y >> shift_y).
struct Paint {
  Plane plane;
  std::vector<uint8_t> pixel;
  int shift_x, shift_y;
};

// For the formats of channels.h but those with alpha; of GRAY the first component counts.
std::vector<Paint> PaintsOf(bm_image_format_ext format, bm_image_data_format_ext type, absl::Span<const Plane> planes,
                            const Colour& colour);

// Writes `pixel` (plane.channels bytes) to every pixel of a box inside the plane.
void FillBox(const Plane& plane, const Box& box, absl::Span<const uint8_t> pixel);

// Writes it over and over to every byte of the plane's rows, their padding too.
void FillRows(const Plane& plane, absl::Span<const uint8_t> pixel);

}  // namespace bm::cv

#endif  // BMCV_SRC_PAINT_H_
