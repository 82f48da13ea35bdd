// Baseline JPEG, decoded into planes of the caller's choice and encoded from planes: what the JPEG unit of the chip
// does.
//
//   ASSIGN_OR_RETURN(const JpegInfo info, ReadJpegInfo(bytes));
//   ASSIGN_OR_RETURN(const JpegGeometry geometry, JpegGeometry::Create(info.width, info.height, info.sampling,
//   layout));
//   ... memory of geometry.total bytes ...
//   RETURN_IF_ERROR(DecodeJpeg(bytes, layout, geometry.At(memory)));
//
// Samples are full-range YCbCr (BT.601) as the file has them; nothing is converted. All functions are thread-safe.
#ifndef BMDECODER_JPEG_JPEG_H_
#define BMDECODER_JPEG_JPEG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {

// Longest side that is decoded or encoded.
inline constexpr int kMaxJpegSide = 32768;

struct JpegInfo {
  int width = 0;
  int height = 0;
  Sampling sampling = Sampling::k400;
};

// Where the chip puts a picture (spec 3): width in multiples of 64, height of 16; chroma follows luma without a gap.
// Sizes in bytes.
struct JpegGeometry {
  // INVALID_ARGUMENT for sides outside 1..kMaxJpegSide.
  static absl::StatusOr<JpegGeometry> Create(int width, int height, Sampling sampling, ChromaLayout layout);

  // The planes in memory of `total` bytes that starts at `base`.
  Planes At(uint8_t* base) const;

  size_t aligned_width = 0;
  size_t aligned_height = 0;
  size_t y_stride = 0;
  size_t chroma_stride = 0;
  size_t y_size = 0;
  // Of one chroma plane, Cb or Cr or both interleaved. 0 without chroma, as are the offsets.
  size_t chroma_size = 0;
  size_t cb_offset = 0;
  size_t cr_offset = 0;
  size_t total = 0;
};

// Size and sampling of a picture that DecodeJpeg accepts.
//
// UNIMPLEMENTED, with its name, for what the chip refuses: progressive, arithmetic coding, several scans, colour spaces
// other than YCbCr and grey, other samplings than those of Sampling (4:4:0, 4:1:1, ...). DATA_LOSS for anything that is
// no JPEG.
absl::StatusOr<JpegInfo> ReadJpegInfo(absl::Span<const uint8_t> bytes);

// Decodes into `planes`, each of which must hold the picture's visible samples. Bytes between the visible width and the
// stride, and rows below the visible height, may be overwritten with padding as far as the plane has them.
//
// The errors of ReadJpegInfo; INVALID_ARGUMENT for planes that are too small; DATA_LOSS for damaged or truncated data,
// the planes then hold what was decoded. A missing end-of-image marker, bytes between segments and an unknown JFIF
// version are no damage.
absl::Status DecodeJpeg(absl::Span<const uint8_t> bytes, ChromaLayout layout, const Planes& planes);

// The same into planes that `allocate` provides once the header has been read. Its errors are passed on.
using AllocatePlanes = std::function<absl::StatusOr<Planes>(const JpegInfo& info)>;
absl::StatusOr<JpegInfo> DecodeJpeg(absl::Span<const uint8_t> bytes, ChromaLayout layout,
                                    const AllocatePlanes& allocate);

// Packed pixels for the pictures that DecodeJpeg refuses: any sampling, progressive, RGB.
enum class PackedFormat { kGray, kRgb, kBgr, kArgb, kAbgr };

// Bytes of one pixel: 1, 3 or 4. Alpha is 255.
int PackedPixelBytes(PackedFormat format);

// Decodes any picture that libjpeg-turbo can convert (not CMYK) into one plane of packed pixels, chroma upsampled with
// triangle filters. Its sampling in `info` is k444, or k400 for grey. Errors as above; at most 2^28 pixels.
absl::StatusOr<JpegInfo> DecodeJpegPacked(absl::Span<const uint8_t> bytes, PackedFormat format,
                                          const std::function<absl::StatusOr<Plane>(const JpegInfo& info)>& allocate);

// Baseline JFIF with the Annex K quantisation tables scaled by `quality` (libjpeg's formula; 0 counts as 1) and the
// Annex K Huffman tables. Edges are repeated up to whole blocks, so equal visible samples give equal files.
// INVALID_ARGUMENT for sides outside 1..kMaxJpegSide, quality outside 0..100 and planes that are too small.
absl::StatusOr<std::vector<uint8_t>> EncodeJpeg(const JpegInfo& info, ChromaLayout layout, const ConstPlanes& planes,
                                                int quality);

}  // namespace bm::decoder

#endif  // BMDECODER_JPEG_JPEG_H_
