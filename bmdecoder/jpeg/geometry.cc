#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "bmdecoder/jpeg/jpeg.h"

namespace bm::decoder {

absl::StatusOr<JpegGeometry> JpegGeometry::Create(int width, int height, Sampling sampling, ChromaLayout layout) {
  if (width < 1 || height < 1 || width > kMaxJpegSide || height > kMaxJpegSide) {
    return absl::InvalidArgumentError(
        absl::StrCat("a JPEG picture of ", width, " x ", height, ": sides must be 1..", kMaxJpegSide));
  }
  JpegGeometry result;
  result.aligned_width = AlignUp(static_cast<uint64_t>(width), 64);
  result.aligned_height = AlignUp(static_cast<uint64_t>(height), 16);
  result.y_stride = result.aligned_width;
  result.y_size = result.y_stride * result.aligned_height;
  result.total = result.y_size;
  if (sampling == Sampling::k400) return result;
  const bool separate = layout == ChromaLayout::kSeparate;
  const size_t half = sampling == Sampling::k444 ? 1 : 2;
  result.chroma_stride = result.y_stride / half * (separate ? 1 : 2);
  result.chroma_size = result.chroma_stride * result.aligned_height / (sampling == Sampling::k420 ? 2 : 1);
  result.cb_offset = result.y_size;
  result.cr_offset = result.y_size + (separate ? result.chroma_size : 0);
  result.total = result.y_size + result.chroma_size * (separate ? 2 : 1);
  return result;
}

Planes JpegGeometry::At(uint8_t* base) const {
  Planes planes;
  planes[0] = {base, y_stride, aligned_height};
  if (chroma_size == 0) return planes;
  const size_t rows = chroma_size / chroma_stride;
  planes[1] = {base + cb_offset, chroma_stride, rows};
  if (cr_offset != cb_offset) planes[2] = {base + cr_offset, chroma_stride, rows};
  return planes;
}

}  // namespace bm::decoder
