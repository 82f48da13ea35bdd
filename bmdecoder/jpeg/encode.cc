#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bmdecoder/jpeg/guard.h"
#include "bmdecoder/jpeg/jpeg.h"

namespace bm::decoder {
namespace {

constexpr size_t kMaxRows = 2 * DCTSIZE;

// A jpeg_compress_struct that writes into memory.
class Writer {
 public:
  Writer() {
    info_.err = guard_.manager();
    info_.client_data = &guard_;
  }
  ~Writer() {
    if (created_) jpeg_destroy_compress(&info_);
    // Until it has finished libjpeg may have replaced the buffer without saying so.
    if (finished_) std::free(buffer_);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  absl::Status Start(const JpegInfo& picture, int quality);
  absl::Status Write(const JpegInfo& picture, ChromaLayout layout, const ConstPlanes& planes);
  std::vector<uint8_t> Bytes() const { return std::vector<uint8_t>(buffer_, buffer_ + size_); }

 private:
  Guard guard_;
  jpeg_compress_struct info_ = {};
  bool created_ = false;
  bool finished_ = false;
  unsigned char* buffer_ = nullptr;
  unsigned long size_ = 0;
};

absl::Status Writer::Start(const JpegInfo& picture, int quality) {
  return guard_.Run([&] {
    jpeg_create_compress(&info_);
    created_ = true;
    jpeg_mem_dest(&info_, &buffer_, &size_);
    const bool gray = picture.sampling == Sampling::k400;
    info_.image_width = static_cast<JDIMENSION>(picture.width);
    info_.image_height = static_cast<JDIMENSION>(picture.height);
    info_.input_components = gray ? 1 : 3;
    info_.in_color_space = gray ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    info_.raw_data_in = TRUE;
    info_.comp_info[0].h_samp_factor = picture.sampling == Sampling::k420 || picture.sampling == Sampling::k422 ? 2 : 1;
    info_.comp_info[0].v_samp_factor = picture.sampling == Sampling::k420 ? 2 : 1;
    jpeg_start_compress(&info_, TRUE);
  });
}

// The samples of one component, a row at a time.
struct Source {
  ConstPlane plane;
  size_t columns = 0;
  size_t visible_rows = 0;
  size_t padded = 0;
  size_t step = 0;
  size_t spacing = 1;
  size_t position = 0;

  // A row whose padding repeats the last visible sample, in `scratch` unless the plane has it so. Rows below the
  // picture repeat the last one.
  const uint8_t* Row(size_t row, uint8_t* scratch) const {
    const uint8_t* samples = plane.data + std::min(row, visible_rows - 1) * plane.stride + position;
    if (spacing == 1 && columns == padded) return samples;
    if (spacing == 1) {
      std::copy_n(samples, columns, scratch);
    } else {
      for (size_t x = 0; x < columns; ++x) scratch[x] = samples[2 * x];
    }
    std::fill(scratch + columns, scratch + padded, scratch[columns - 1]);
    return scratch;
  }
};

absl::Status Writer::Write(const JpegInfo& picture, ChromaLayout layout, const ConstPlanes& planes) {
  std::array<Source, 3> sources;
  std::array<std::vector<uint8_t>, 3> scratch;
  std::array<std::array<JSAMPROW, kMaxRows>, 3> rows;
  std::array<JSAMPARRAY, 3> components;
  for (int c = 0; c < info_.num_components; ++c) {
    const jpeg_component_info& part = info_.comp_info[c];
    const bool interleaved = c > 0 && layout != ChromaLayout::kSeparate;
    Source& source = sources[c];
    source.plane = planes[interleaved ? 1 : c];
    source.columns = static_cast<size_t>(c == 0 ? picture.width : ChromaWidth(picture.sampling, picture.width));
    source.visible_rows = static_cast<size_t>(c == 0 ? picture.height : ChromaHeight(picture.sampling, picture.height));
    source.padded = static_cast<size_t>(part.width_in_blocks) * DCTSIZE;
    source.step = static_cast<size_t>(part.v_samp_factor) * DCTSIZE;
    if (interleaved) {
      source.spacing = 2;
      source.position = (c == 1) == (layout == ChromaLayout::kCbCr) ? 0 : 1;
    }
    scratch[c].resize(source.padded * source.step);
    components[c] = rows[c].data();
  }
  const unsigned lines = static_cast<unsigned>(info_.max_v_samp_factor) * DCTSIZE;
  for (size_t unit = 0; info_.next_scanline < info_.image_height; ++unit) {
    for (int c = 0; c < info_.num_components; ++c) {
      for (size_t i = 0; i < sources[c].step; ++i) {
        // libjpeg does not write to its input.
        rows[c][i] =
            const_cast<JSAMPROW>(sources[c].Row(unit * sources[c].step + i, scratch[c].data() + i * sources[c].padded));
      }
    }
    RETURN_IF_ERROR(guard_.Run([&] { jpeg_write_raw_data(&info_, components.data(), lines); }));
  }
  return guard_.Run([&] {
    jpeg_finish_compress(&info_);
    finished_ = true;
  });
}

}  // namespace

absl::StatusOr<std::vector<uint8_t>> EncodeJpeg(const JpegInfo& info, ChromaLayout layout, const ConstPlanes& planes,
                                                int quality) {
  if (quality < 0 || quality > 100) {
    return absl::InvalidArgumentError(absl::StrCat("JPEG quality ", quality, ": must be 0..100"));
  }
  RETURN_IF_ERROR(JpegGeometry::Create(info.width, info.height, info.sampling, layout).status());
  RETURN_IF_ERROR(CheckPlanes(info.width, info.height, info.sampling, layout, planes));
  Writer writer;
  RETURN_IF_ERROR(writer.Start(info, quality));
  RETURN_IF_ERROR(writer.Write(info, layout, planes));
  return writer.Bytes();
}

}  // namespace bm::decoder
