#include "bmcv/src/paint.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "bmcv/src/channels.h"

namespace bm::cv {
namespace {

// One element of `value`: four images have it alike.
std::vector<uint8_t> ElementOf(bm_image_data_format_ext type, uint8_t value) {
  if (type == DATA_TYPE_EXT_FLOAT32) {
    const float number = value;
    std::vector<uint8_t> bytes(sizeof(number));
    std::memcpy(bytes.data(), &number, sizeof(number));
    return bytes;
  }
  const bool has_four_images = type == DATA_TYPE_EXT_4N_BYTE || type == DATA_TYPE_EXT_4N_BYTE_SIGNED;
  return std::vector<uint8_t>(has_four_images ? 4 : 1, value);
}

}  // namespace

Box WideBox::Within(int limit_x, int limit_y) const {
  const int64_t left = std::clamp<int64_t>(x, 0, limit_x), top = std::clamp<int64_t>(y, 0, limit_y);
  const int64_t right = std::clamp<int64_t>(x + width, left, limit_x);
  const int64_t bottom = std::clamp<int64_t>(y + height, top, limit_y);
  return {static_cast<int>(left), static_cast<int>(top), static_cast<int>(right - left),
          static_cast<int>(bottom - top)};
}

std::vector<Paint> PaintsOf(bm_image_format_ext format, bm_image_data_format_ext type, absl::Span<const Plane> planes,
                            const Colour& colour) {
  const Subsampling subsampling = SubsamplingOf(format);
  std::vector<Paint> paints;
  for (const Plane& plane : planes) {
    const Subsampling shifts = paints.empty() ? Subsampling{0, 0} : subsampling;
    paints.push_back({plane, std::vector<uint8_t>(plane.channels), shifts.shift_x, shifts.shift_y});
  }
  size_t channel = 0;
  for (const ChannelPlace& place : PlacesOf(format)) {
    const std::vector<uint8_t> element = ElementOf(type, colour[channel++]);
    std::copy(element.begin(), element.end(), paints[place.plane].pixel.begin() + place.element * element.size());
  }
  return paints;
}

void FillBox(const Plane& plane, const Box& box, absl::Span<const uint8_t> pixel) {
  if (box.width <= 0 || box.height <= 0) return;
  const size_t bytes = pixel.size() * box.width;
  uint8_t* const first = plane.row(box.y) + pixel.size() * box.x;
  if (pixel.size() == 1) {
    std::memset(first, pixel[0], bytes);
  } else {
    std::memcpy(first, pixel.data(), pixel.size());
    for (size_t done = pixel.size(); done < bytes; done *= 2) {
      std::memcpy(first + done, first, std::min(done, bytes - done));
    }
  }
  for (int y = 1; y < box.height; ++y) std::memcpy(first + y * plane.stride, first, bytes);
}

void FillRows(const Plane& plane, absl::Span<const uint8_t> pixel) {
  uint8_t* const first = plane.row(0);
  for (ptrdiff_t x = 0; x < plane.stride; ++x) first[x] = pixel[x % pixel.size()];
  for (int y = 1; y < plane.height; ++y) std::memcpy(plane.row(y), first, plane.stride);
}

}  // namespace bm::cv
