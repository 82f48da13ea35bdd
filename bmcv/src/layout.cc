#include "bmcv/src/layout.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace bm::cv {
namespace {

// A plane relative to the size of the image: pixels a row and rows divided by these and rounded up.
struct PlaneRule {
  int channels, width_divisor, height_divisor, stacked;
};

constexpr PlaneRule kWhole = {1, 1, 1, 1}, kStacked = {1, 1, 1, 3};
constexpr PlaneRule kQuarter = {1, 2, 2, 1}, kHalf = {1, 2, 1, 1};
constexpr PlaneRule kQuarterPairs = {2, 2, 2, 1}, kHalfPairs = {2, 2, 1, 1};
constexpr PlaneRule kPairs = {2, 1, 1, 1}, kTriples = {3, 1, 1, 1}, kQuadruples = {4, 1, 1, 1};
constexpr PlaneRule kUnknown = {0, 1, 1, 0};

struct FormatRow {
  bm_image_format_ext format;
  int count;
  PlaneRule planes[4];
};
constexpr FormatRow kFormats[] = {
    {FORMAT_YUV420P, 3, {kWhole, kQuarter, kQuarter}},
    {FORMAT_YUV422P, 3, {kWhole, kHalf, kHalf}},
    {FORMAT_YUV444P, 3, {kWhole, kWhole, kWhole}},
    {FORMAT_NV12, 2, {kWhole, kQuarterPairs}},
    {FORMAT_NV21, 2, {kWhole, kQuarterPairs}},
    {FORMAT_NV16, 2, {kWhole, kHalfPairs}},
    {FORMAT_NV61, 2, {kWhole, kHalfPairs}},
    {FORMAT_NV24, 2, {kWhole, kHalfPairs}},  // the vendor's: its chroma has half the columns that the name says
    {FORMAT_RGB_PLANAR, 1, {kStacked}},
    {FORMAT_BGR_PLANAR, 1, {kStacked}},
    {FORMAT_RGB_PACKED, 1, {kTriples}},
    {FORMAT_BGR_PACKED, 1, {kTriples}},
    {FORMAT_RGBP_SEPARATE, 3, {kWhole, kWhole, kWhole}},
    {FORMAT_BGRP_SEPARATE, 3, {kWhole, kWhole, kWhole}},
    {FORMAT_GRAY, 1, {kWhole}},
    {FORMAT_COMPRESSED, 4, {kUnknown, kUnknown, kUnknown, kUnknown}},
    {FORMAT_HSV_PLANAR, 3, {kWhole, kWhole, kWhole}},
    {FORMAT_ARGB_PACKED, 1, {kQuadruples}},
    {FORMAT_ABGR_PACKED, 1, {kQuadruples}},
    {FORMAT_YUV444_PACKED, 1, {kTriples}},
    {FORMAT_YVU444_PACKED, 1, {kTriples}},
    {FORMAT_YUV422_YUYV, 1, {kPairs}},
    {FORMAT_YUV422_YVYU, 1, {kPairs}},
    {FORMAT_YUV422_UYVY, 1, {kPairs}},
    {FORMAT_YUV422_VYUY, 1, {kPairs}},
    {FORMAT_RGBYP_PLANAR, 4, {kWhole, kWhole, kWhole, kWhole}},
    {FORMAT_HSV180_PACKED, 1, {kTriples}},
    {FORMAT_HSV256_PACKED, 1, {kTriples}},
    {FORMAT_BAYER, 1, {kWhole}},
    {FORMAT_BAYER_RG8, 1, {kWhole}},
};

struct TypeRow {
  bm_image_data_format_ext type;
  int element_bytes;
  bool has_four_images;
};
constexpr TypeRow kTypes[] = {{DATA_TYPE_EXT_FLOAT32, 4, false},       {DATA_TYPE_EXT_1N_BYTE, 1, false},
                              {DATA_TYPE_EXT_4N_BYTE, 4, true},        {DATA_TYPE_EXT_1N_BYTE_SIGNED, 1, false},
                              {DATA_TYPE_EXT_4N_BYTE_SIGNED, 4, true}, {DATA_TYPE_EXT_FP16, 2, false},
                              {DATA_TYPE_EXT_BF16, 2, false}};

int DivideUp(int value, int divisor) { return value / divisor + (value % divisor != 0 ? 1 : 0); }

}  // namespace

absl::StatusOr<std::vector<PlaneShape>> PlaneShapes(bm_image_format_ext format, bm_image_data_format_ext type,
                                                    int width, int height) {
  const auto row = std::find_if(std::begin(kFormats), std::end(kFormats),
                                [&](const FormatRow& candidate) { return candidate.format == format; });
  const auto type_row = std::find_if(std::begin(kTypes), std::end(kTypes),
                                     [&](const TypeRow& candidate) { return candidate.type == type; });
  if (row == std::end(kFormats) || type_row == std::end(kTypes)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "format %d with data type %d; formats 0 to %d, types 0 to %d", static_cast<int>(format), static_cast<int>(type),
        static_cast<int>(FORMAT_BAYER_RG8), static_cast<int>(DATA_TYPE_EXT_BF16)));
  }
  if (width <= 0 || height <= 0) {
    return absl::InvalidArgumentError(absl::StrFormat("%d x %d pixels; both are positive", width, height));
  }
  if ((IsYuv(format) && type_row->has_four_images) || (format == FORMAT_COMPRESSED && type != DATA_TYPE_EXT_1N_BYTE)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("format %d does not go with data type %d", static_cast<int>(format), static_cast<int>(type)));
  }
  std::vector<PlaneShape> shapes;
  for (int p = 0; p < row->count; ++p) {
    const PlaneRule& rule = row->planes[p];
    shapes.push_back({DivideUp(width, rule.width_divisor), DivideUp(height, rule.height_divisor), rule.channels,
                      rule.stacked, type_row->element_bytes});
  }
  return shapes;
}

}  // namespace bm::cv
