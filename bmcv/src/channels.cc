#include "bmcv/src/channels.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

namespace bm::cv {
namespace {

struct FormatRow {
  bm_image_format_ext format;
  Colours colours;
  Subsampling subsampling;
  ChannelPlace places[3];
  int alpha;  // its element; -1 without
};
constexpr Subsampling kFull = {0, 0}, kHalf = {1, 0}, kQuarter = {1, 1};
constexpr FormatRow kFormats[] = {
    {FORMAT_YUV420P, Colours::kYuv, kQuarter, {{0, 0}, {1, 0}, {2, 0}}, -1},
    {FORMAT_YUV422P, Colours::kYuv, kHalf, {{0, 0}, {1, 0}, {2, 0}}, -1},
    {FORMAT_YUV444P, Colours::kYuv, kFull, {{0, 0}, {1, 0}, {2, 0}}, -1},
    {FORMAT_NV12, Colours::kYuv, kQuarter, {{0, 0}, {1, 0}, {1, 1}}, -1},
    {FORMAT_COMPRESSED, Colours::kYuv, kQuarter, {{0, 0}, {1, 0}, {1, 1}}, -1},  // opened as NV12
    {FORMAT_NV21, Colours::kYuv, kQuarter, {{0, 0}, {1, 1}, {1, 0}}, -1},
    {FORMAT_NV16, Colours::kYuv, kHalf, {{0, 0}, {1, 0}, {1, 1}}, -1},
    {FORMAT_NV61, Colours::kYuv, kHalf, {{0, 0}, {1, 1}, {1, 0}}, -1},
    {FORMAT_RGB_PLANAR, Colours::kRgb, kFull, {{0, 0}, {1, 0}, {2, 0}}, -1},
    {FORMAT_BGR_PLANAR, Colours::kRgb, kFull, {{2, 0}, {1, 0}, {0, 0}}, -1},
    {FORMAT_RGBP_SEPARATE, Colours::kRgb, kFull, {{0, 0}, {1, 0}, {2, 0}}, -1},
    {FORMAT_BGRP_SEPARATE, Colours::kRgb, kFull, {{2, 0}, {1, 0}, {0, 0}}, -1},
    {FORMAT_RGB_PACKED, Colours::kRgb, kFull, {{0, 0}, {0, 1}, {0, 2}}, -1},
    {FORMAT_BGR_PACKED, Colours::kRgb, kFull, {{0, 2}, {0, 1}, {0, 0}}, -1},
    {FORMAT_ARGB_PACKED, Colours::kRgb, kFull, {{0, 1}, {0, 2}, {0, 3}}, 0},
    {FORMAT_ABGR_PACKED, Colours::kRgb, kFull, {{0, 3}, {0, 2}, {0, 1}}, 0},
    {FORMAT_GRAY, Colours::kGray, kFull, {{0, 0}}, -1},
};

const FormatRow* Find(bm_image_format_ext format) {
  const auto row = std::find_if(std::begin(kFormats), std::end(kFormats),
                                [&](const FormatRow& candidate) { return candidate.format == format; });
  return row == std::end(kFormats) ? nullptr : row;
}

const FormatRow& RowOf(bm_image_format_ext format) {
  const FormatRow* const row = Find(format);
  BM_CHECK(row != nullptr, "a format without channels");
  return *row;
}

template <typename Byte>
PixelsOf<Byte> Channels(bm_image_format_ext format, const std::vector<PlaneOf<Byte>>& planes, Lane lane) {
  const FormatRow& row = RowOf(format);
  const absl::Span<const ChannelPlace> places = PlacesOf(format);
  PixelsOf<Byte> pixels = {};
  pixels.colours = row.colours;
  pixels.width = planes[0].width;
  pixels.height = planes[0].height;
  pixels.channel_count = static_cast<int>(places.size());
  for (int c = 0; c < pixels.channel_count; ++c) {
    const PlaneOf<Byte>& plane = planes[places[c].plane];
    const int offset = places[c].element * lane.element_bytes + lane.byte;
    const bool is_chroma = row.colours == Colours::kYuv && c > 0;
    pixels.channels[c] = {plane.data + offset,
                          plane.stride,
                          plane.channels,
                          is_chroma ? row.subsampling.shift_x : 0,
                          is_chroma ? row.subsampling.shift_y : 0,
                          plane.width * plane.channels - offset};
  }
  if (row.alpha >= 0) pixels.alpha = planes[0].data + row.alpha * lane.element_bytes + lane.byte;
  return pixels;
}

}  // namespace

bool HasChannels(bm_image_format_ext format) { return Find(format) != nullptr; }

Colours ColoursOf(bm_image_format_ext format) { return RowOf(format).colours; }

Subsampling SubsamplingOf(bm_image_format_ext format) { return RowOf(format).subsampling; }

absl::Span<const ChannelPlace> PlacesOf(bm_image_format_ext format) {
  const FormatRow& row = RowOf(format);
  return absl::MakeConstSpan(row.places, row.colours == Colours::kGray ? 1 : 3);
}

ConstPixels AsPixels(bm_image_format_ext format, const std::vector<ConstPlane>& planes, Lane lane) {
  return Channels(format, planes, lane);
}

Pixels AsPixels(bm_image_format_ext format, const std::vector<Plane>& planes, Lane lane) {
  return Channels(format, planes, lane);
}

Pixels PartOf(const Pixels& pixels, const bmcv_rect_t& rect) {
  Pixels part = pixels;
  part.width = rect.crop_w;
  part.height = rect.crop_h;
  for (int c = 0; c < part.channel_count; ++c) {
    ChannelOf<uint8_t>& channel = part.channels[c];
    channel.data = &channel.at(rect.start_x, rect.start_y);
    channel.row_bytes -= (rect.start_x >> channel.shift_x) * channel.step;
  }
  if (part.alpha != nullptr) {
    part.alpha += rect.start_y * part.channels[0].stride + rect.start_x * part.channels[0].step;
  }
  return part;
}

}  // namespace bm::cv
