#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdecoder/jpeg/guard.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/rows.h"

namespace bm::decoder {
namespace {

constexpr uint64_t kMaxPackedPixels = uint64_t{1} << 28;
// A progressive picture needs about ten; thousands of them in a small file would take hours.
constexpr int kMaxScans = 100;

// A jpeg_decompress_struct that reads from memory.
class Reader {
 public:
  Reader() {
    // Creation keeps these two.
    info_.err = guard_.manager();
    info_.client_data = &guard_;
  }
  ~Reader() {
    if (created_) jpeg_destroy_decompress(&info_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  absl::Status ReadHeader(absl::Span<const uint8_t> bytes) {
    return guard_.Run([&] {
      jpeg_create_decompress(&info_);
      created_ = true;
      jpeg_mem_src(&info_, bytes.data(), bytes.size());
      jpeg_read_header(&info_, TRUE);
    });
  }

  absl::StatusOr<JpegInfo> Describe() const;
  absl::Status DecodePlanes(const JpegInfo& picture, ChromaLayout layout, const Planes& planes);
  absl::Status StartPacked(J_COLOR_SPACE space);
  absl::Status DecodePacked(const Plane& plane);

  const jpeg_decompress_struct& info() const { return info_; }

 private:
  // One component: where its rows go.
  struct Target {
    Plane plane;
    // Samples that are visible.
    size_t columns = 0;
    // Bytes that libjpeg writes per row.
    size_t padded = 0;
    // Rows per row of minimum coded units.
    size_t step = 0;
    // Chroma that shares its plane with the other component.
    bool interleaved = false;

    // libjpeg may write into the row itself.
    bool Direct(size_t row) const { return !interleaved && padded <= plane.stride && row < plane.rows; }
    void Store(size_t row, const uint8_t* samples) const {
      if (row < plane.rows) kCachedRows.copy(samples, columns, plane.data + row * plane.stride);
    }
    void StorePair(size_t row, const uint8_t* first, const uint8_t* second) const {
      if (row < plane.rows) kCachedRows.interleave(first, second, columns, plane.data + row * plane.stride);
    }
  };

  Target TargetOf(int component, const JpegInfo& picture, ChromaLayout layout, const Planes& planes) const;

  Guard guard_;
  jpeg_decompress_struct info_ = {};
  bool created_ = false;
};

absl::StatusOr<JpegInfo> Reader::Describe() const {
  JpegInfo result;
  result.width = static_cast<int>(info_.image_width);
  result.height = static_cast<int>(info_.image_height);
  if (result.width > kMaxJpegSide || result.height > kMaxJpegSide) {
    return absl::UnimplementedError(absl::StrCat("a JPEG picture of ", result.width, " x ", result.height,
                                                 " is not supported: sides up to ", kMaxJpegSide, " are"));
  }
  jpeg_decompress_struct* info = const_cast<jpeg_decompress_struct*>(&info_);
  const char* refused = info_.progressive_mode          ? "progressive"
                        : info_.arith_code              ? "arithmetic coding"
                        : jpeg_has_multiple_scans(info) ? "a picture in several scans"
                                                        : nullptr;
  if (refused != nullptr) return absl::UnimplementedError(absl::StrCat("JPEG: ", refused, " is not supported"));
  if (info_.jpeg_color_space == JCS_GRAYSCALE) return result;
  if (info_.jpeg_color_space != JCS_YCbCr) {
    return absl::UnimplementedError("JPEG: colour spaces other than YCbCr and grey are not supported");
  }
  const jpeg_component_info* part = info_.comp_info;
  const int h = part[0].h_samp_factor;
  const int v = part[0].v_samp_factor;
  const bool alike = part[1].h_samp_factor == part[2].h_samp_factor && part[1].v_samp_factor == part[2].v_samp_factor;
  const auto is = [&](int ratio_h, int ratio_v) {
    return alike && h == ratio_h * part[1].h_samp_factor && v == ratio_v * part[1].v_samp_factor;
  };
  if (is(2, 2)) {
    result.sampling = Sampling::k420;
  } else if (is(2, 1)) {
    result.sampling = Sampling::k422;
  } else if (is(1, 1)) {
    result.sampling = Sampling::k444;
  } else {
    const char* name = is(1, 2) ? "4:4:0" : is(4, 1) ? "4:1:1" : is(4, 2) ? "4:1:0" : "unusual";
    return absl::UnimplementedError(absl::StrFormat(
        "JPEG: %s sampling (%dx%d, %dx%d, %dx%d) is not supported: 4:2:0, 4:2:2, 4:4:4 and grey are", name, h, v,
        part[1].h_samp_factor, part[1].v_samp_factor, part[2].h_samp_factor, part[2].v_samp_factor));
  }
  return result;
}

Reader::Target Reader::TargetOf(int component, const JpegInfo& picture, ChromaLayout layout,
                                const Planes& planes) const {
  const jpeg_component_info& part = info_.comp_info[component];
  Target target;
  target.interleaved = component > 0 && layout != ChromaLayout::kSeparate;
  target.plane = planes[target.interleaved ? 1 : component];
  target.columns = static_cast<size_t>(component == 0 ? picture.width : ChromaWidth(picture.sampling, picture.width));
  target.padded = static_cast<size_t>(part.width_in_blocks) * DCTSIZE;
  target.step = static_cast<size_t>(part.v_samp_factor) * DCTSIZE;
  return target;
}

absl::Status Reader::DecodePlanes(const JpegInfo& picture, ChromaLayout layout, const Planes& planes) {
  RETURN_IF_ERROR(guard_.Run([&] {
    info_.raw_data_out = TRUE;
    info_.do_fancy_upsampling = FALSE;
    info_.out_color_space = info_.jpeg_color_space;
    jpeg_start_decompress(&info_);
  }));
  constexpr size_t kMaxRows = MAX_SAMP_FACTOR * DCTSIZE;
  std::array<Target, 3> targets;
  std::array<std::vector<uint8_t>, 3> scratch;
  std::array<std::array<JSAMPROW, kMaxRows>, 3> rows;
  std::array<JSAMPARRAY, 3> components;
  const int count = info_.num_components;
  // The component that comes first in a pair.
  const int first = layout == ChromaLayout::kCrCb ? 2 : 1;
  for (int c = 0; c < count; ++c) {
    targets[c] = TargetOf(c, picture, layout, planes);
    scratch[c].resize(targets[c].padded * targets[c].step);
    components[c] = rows[c].data();
  }
  const unsigned lines = static_cast<unsigned>(info_.max_v_samp_factor) * DCTSIZE;
  for (size_t unit = 0; info_.output_scanline < info_.output_height; ++unit) {
    for (int c = 0; c < count; ++c) {
      const Target& target = targets[c];
      for (size_t i = 0; i < target.step; ++i) {
        const size_t row = unit * target.step + i;
        rows[c][i] =
            target.Direct(row) ? target.plane.data + row * target.plane.stride : scratch[c].data() + i * target.padded;
      }
    }
    RETURN_IF_ERROR(guard_.Run([&] { jpeg_read_raw_data(&info_, components.data(), lines); }));
    for (int c = 0; c < count; ++c) {
      const Target& target = targets[c];
      for (size_t i = 0; i < target.step; ++i) {
        const size_t row = unit * target.step + i;
        if (target.interleaved) {
          // Both chroma components have the same rows.
          if (c == first) target.StorePair(row, rows[first][i], rows[3 - first][i]);
        } else if (!target.Direct(row)) {
          target.Store(row, rows[c][i]);
        }
      }
    }
  }
  return guard_.Damage();
}

absl::Status Reader::StartPacked(J_COLOR_SPACE space) {
  // A source that is all here never suspends, so this ends at the end of the data.
  if (jpeg_has_multiple_scans(&info_)) {
    RETURN_IF_ERROR(guard_.Run([&] {
      info_.buffered_image = TRUE;
      info_.out_color_space = space;
      jpeg_start_decompress(&info_);
    }));
    while (jpeg_input_complete(&info_) == FALSE) {
      if (info_.input_scan_number > kMaxScans) {
        return absl::DataLossError(absl::StrCat("JPEG: more than ", kMaxScans, " scans"));
      }
      RETURN_IF_ERROR(guard_.Run([&] { jpeg_consume_input(&info_); }));
    }
    return guard_.Run([&] { jpeg_start_output(&info_, info_.input_scan_number); });
  }
  return guard_.Run([&] {
    info_.out_color_space = space;
    jpeg_start_decompress(&info_);
  });
}

absl::Status Reader::DecodePacked(const Plane& plane) {
  RETURN_IF_ERROR(guard_.Run([&] {
    while (info_.output_scanline < info_.output_height) {
      JSAMPROW row = plane.data + info_.output_scanline * plane.stride;
      jpeg_read_scanlines(&info_, &row, 1);
    }
  }));
  return guard_.Damage();
}

struct PackedRow {
  PackedFormat format;
  J_COLOR_SPACE space;
  int pixel_bytes;
};
constexpr PackedRow kPacked[] = {
    {PackedFormat::kGray, JCS_GRAYSCALE, 1}, {PackedFormat::kRgb, JCS_EXT_RGB, 3},
    {PackedFormat::kBgr, JCS_EXT_BGR, 3},    {PackedFormat::kArgb, JCS_EXT_ARGB, 4},
    {PackedFormat::kAbgr, JCS_EXT_ABGR, 4},
};

const PackedRow& RowOf(PackedFormat format) { return kPacked[static_cast<size_t>(format)]; }

}  // namespace

absl::StatusOr<JpegInfo> ReadJpegInfo(absl::Span<const uint8_t> bytes) {
  Reader reader;
  RETURN_IF_ERROR(reader.ReadHeader(bytes));
  return reader.Describe();
}

absl::Status DecodeJpeg(absl::Span<const uint8_t> bytes, ChromaLayout layout, const Planes& planes) {
  return DecodeJpeg(bytes, layout, [&](const JpegInfo&) { return planes; }).status();
}

absl::StatusOr<JpegInfo> DecodeJpeg(absl::Span<const uint8_t> bytes, ChromaLayout layout,
                                    const AllocatePlanes& allocate) {
  Reader reader;
  RETURN_IF_ERROR(reader.ReadHeader(bytes));
  ASSIGN_OR_RETURN(const JpegInfo info, reader.Describe());
  ASSIGN_OR_RETURN(const Planes planes, allocate(info));
  RETURN_IF_ERROR(CheckPlanes(info.width, info.height, info.sampling, layout, AsConst(planes)));
  RETURN_IF_ERROR(reader.DecodePlanes(info, layout, planes));
  return info;
}

int PackedPixelBytes(PackedFormat format) { return RowOf(format).pixel_bytes; }

absl::StatusOr<JpegInfo> DecodeJpegPacked(absl::Span<const uint8_t> bytes, PackedFormat format,
                                          const std::function<absl::StatusOr<Plane>(const JpegInfo& info)>& allocate) {
  Reader reader;
  RETURN_IF_ERROR(reader.ReadHeader(bytes));
  const jpeg_decompress_struct& header = reader.info();
  const uint64_t pixels = uint64_t{header.image_width} * header.image_height;
  if (pixels > kMaxPackedPixels) {
    return absl::UnimplementedError(absl::StrCat("a JPEG picture of ", header.image_width, " x ", header.image_height,
                                                 " is not supported: up to ", kMaxPackedPixels, " pixels are"));
  }
  if (header.jpeg_color_space == JCS_CMYK || header.jpeg_color_space == JCS_YCCK) {
    return absl::UnimplementedError("JPEG: CMYK is not supported");
  }
  const JpegInfo info = {static_cast<int>(header.image_width), static_cast<int>(header.image_height),
                         format == PackedFormat::kGray ? Sampling::k400 : Sampling::k444};
  ASSIGN_OR_RETURN(const Plane plane, allocate(info));
  // As one plane of bytes.
  RETURN_IF_ERROR(CheckPlanes(info.width * PackedPixelBytes(format), info.height, Sampling::k400,
                              ChromaLayout::kSeparate, AsConst({plane})));
  RETURN_IF_ERROR(reader.StartPacked(RowOf(format).space));
  RETURN_IF_ERROR(reader.DecodePacked(plane));
  return info;
}

}  // namespace bm::decoder
