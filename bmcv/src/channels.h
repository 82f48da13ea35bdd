// Images as three channels, wherever the format puts them.
//
//   ASSIGN_OR_RETURN(const std::vector<ConstPlane> planes, InputPlanes(handle, input, "input"));
//   const ConstPixels pixels = AsPixels(input.image_format, planes, {});
//   pixels.channels[2].at(x, y)   // blue or V
#ifndef BMCV_SRC_CHANNELS_H_
#define BMCV_SRC_CHANNELS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "bmcv/src/filter.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// What the channels of a pixel are. Gray is luma: YUV with both chromas 128, of which one channel is stored.
enum class Colours { kRgb, kYuv, kGray };

// One channel: a byte for every 2^shift_x x 2^shift_y pixels.
template <typename Byte>
struct ChannelOf {
  Byte* data;
  ptrdiff_t stride;  // bytes from row to row
  int step;          // bytes from sample to sample
  int shift_x, shift_y;
  int row_bytes;  // bytes of a row from its first sample on

  Byte* row(int y) const { return data + (y >> shift_y) * stride; }
  Byte& at(int x, int y) const { return row(y)[(x >> shift_x) * step]; }
};

// A picture of `width` x `height` pixels.
template <typename Byte>
struct PixelsOf {
  Colours colours;
  int width, height;
  int channel_count;            // 3, of gray 1
  ChannelOf<Byte> channels[3];  // R, G, B or Y, U, V
  Byte* alpha;                  // of the first pixel, beside the channels; null without
};
using ConstPixels = PixelsOf<const uint8_t>;
using Pixels = PixelsOf<uint8_t>;

// Which byte of each element: elements of 4 bytes hold one of four images a byte.
struct Lane {
  int element_bytes = 1, byte = 0;
};

// Whether the format is in the table: the YUV formats but NV24, RGB and BGR, planar, packed and separate, ARGB, ABGR,
// gray.
bool HasChannels(bm_image_format_ext format);

// Colours and subsampling (pixels per chroma sample are 1 << shift) of a format of the table.
Colours ColoursOf(bm_image_format_ext format);
struct Subsampling {
  int shift_x, shift_y;
};
Subsampling SubsamplingOf(bm_image_format_ext format);

// Where a channel lies: its plane, in the order of InputPlanes and OutputPlanes, and its element in a pixel of that
// plane.
struct ChannelPlace {
  int plane, element;
};

// The places of R, G, B or Y, U, V, or of Y alone, of a format of the table.
absl::Span<const ChannelPlace> PlacesOf(bm_image_format_ext format);

// The channels of an image of this format over its planes as InputPlanes and OutputPlanes give them.
ConstPixels AsPixels(bm_image_format_ext format, const std::vector<ConstPlane>& planes, Lane lane);
Pixels AsPixels(bm_image_format_ext format, const std::vector<Plane>& planes, Lane lane);

// The part of a picture; x and y are multiples of its subsampling.
Pixels PartOf(const Pixels& pixels, const bmcv_rect_t& rect);

}  // namespace bm::cv

#endif  // BMCV_SRC_CHANNELS_H_
