#include "sail/testing/pixels.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace sail::testing {
namespace {

// Bytes of a row and number of rows of a plane.
struct Extent {
  size_t columns, rows;
};

Extent ExtentOf(const bm_image& image, int plane) {
  const size_t w = static_cast<size_t>(image.width), h = static_cast<size_t>(image.height);
  switch (image.image_format) {
    case FORMAT_YUV420P:
      return plane == 0 ? Extent{w, h} : Extent{(w + 1) / 2, (h + 1) / 2};
    case FORMAT_YUV422P:
      return plane == 0 ? Extent{w, h} : Extent{(w + 1) / 2, h};
    case FORMAT_BGR_PACKED:
    case FORMAT_RGB_PACKED:
      return {3 * w, h};
    case FORMAT_BGR_PLANAR:
    case FORMAT_RGB_PLANAR:
      return {w, 3 * h};
    default:
      return {w, h};
  }
}

}  // namespace

std::vector<uint8_t> SamplesOf(const bm_image& image) {
  int sizes[4] = {}, strides[4] = {};
  EXPECT_EQ(bm_image_get_byte_size(image, sizes), BM_SUCCESS);
  EXPECT_EQ(bm_image_get_stride(image, strides), BM_SUCCESS);
  std::vector<std::vector<uint8_t>> bytes;
  void* planes[4] = {};
  for (int p = 0; p < bm_image_get_plane_num(image); ++p) bytes.emplace_back(sizes[p]);
  for (size_t p = 0; p < bytes.size(); ++p) planes[p] = bytes[p].data();
  EXPECT_EQ(bm_image_copy_device_to_host(image, planes), BM_SUCCESS);
  std::vector<uint8_t> samples;
  for (size_t p = 0; p < bytes.size(); ++p) {
    const Extent extent = ExtentOf(image, static_cast<int>(p));
    for (size_t y = 0; y < extent.rows; ++y) {
      const uint8_t* const row = bytes[p].data() + y * static_cast<size_t>(strides[p]);
      samples.insert(samples.end(), row, row + extent.columns);
    }
  }
  return samples;
}

double MeanDifference(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  EXPECT_EQ(a.size(), b.size());
  if (a.size() != b.size() || a.empty()) return 255;
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

}  // namespace sail::testing
