#include "bmcv/src/paint.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace bm::cv {
namespace {

// The components of a pixel in the order of memory, and how chroma is subsampled.
struct FormatRow {
  bm_image_format_ext format;
  int order[3];
  int shift_x, shift_y;
};
constexpr FormatRow kFormats[] = {{FORMAT_RGB_PLANAR, {0, 1, 2}, 0, 0},    {FORMAT_BGR_PLANAR, {2, 1, 0}, 0, 0},
                                  {FORMAT_RGB_PACKED, {0, 1, 2}, 0, 0},    {FORMAT_RGBP_SEPARATE, {0, 1, 2}, 0, 0},
                                  {FORMAT_BGRP_SEPARATE, {2, 1, 0}, 0, 0}, {FORMAT_BGR_PACKED, {2, 1, 0}, 0, 0},
                                  {FORMAT_GRAY, {0, 0, 0}, 0, 0},          {FORMAT_YUV420P, {0, 1, 2}, 1, 1},
                                  {FORMAT_YUV422P, {0, 1, 2}, 1, 0},       {FORMAT_YUV444P, {0, 1, 2}, 0, 0},
                                  {FORMAT_NV12, {0, 1, 2}, 1, 1},          {FORMAT_NV21, {0, 2, 1}, 1, 1},
                                  {FORMAT_NV16, {0, 1, 2}, 1, 0},          {FORMAT_NV61, {0, 2, 1}, 1, 0}};

// Appends one element of `value`: four images have it alike.
void AppendElement(bm_image_data_format_ext type, uint8_t value, std::vector<uint8_t>* pixel) {
  if (type == DATA_TYPE_EXT_FLOAT32) {
    const float number = value;
    uint8_t bytes[sizeof(number)];
    std::memcpy(bytes, &number, sizeof(number));
    pixel->insert(pixel->end(), std::begin(bytes), std::end(bytes));
    return;
  }
  const bool has_four_images = type == DATA_TYPE_EXT_4N_BYTE || type == DATA_TYPE_EXT_4N_BYTE_SIGNED;
  pixel->insert(pixel->end(), has_four_images ? 4 : 1, value);
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
  const auto* const row = std::find_if(std::begin(kFormats), std::end(kFormats),
                                       [&](const FormatRow& candidate) { return candidate.format == format; });
  BM_CHECK(row != std::end(kFormats), "operators paint formats of the table only");
  std::vector<Paint> paints;
  int next = 0;
  for (const Plane& plane : planes) {
    Paint paint = {plane, {}, paints.empty() ? 0 : row->shift_x, paints.empty() ? 0 : row->shift_y};
    while (paint.pixel.size() < static_cast<size_t>(plane.channels)) {
      AppendElement(type, colour[row->order[next++]], &paint.pixel);
    }
    paints.push_back(std::move(paint));
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
