// What the sources of bm_jpeg_interface.h share.
#ifndef BMDECODER_SRC_JPU_H_
#define BMDECODER_SRC_JPU_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bm_jpeg_interface.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/src/jpeg_transform.h"
#include "bmdecoder/surface.h"

namespace bm::decoder {

// Size of a bitstream buffer by default, and the unit of sizes.
inline constexpr size_t kBitstreamBytes = size_t{5} << 20;
inline constexpr size_t kBitstreamUnit = size_t{16} << 10;

struct JpuFormat {
  Sampling sampling;
  ChromaLayout layout;
};

// INVALID_ARGUMENT for RGB and unknown values.
absl::StatusOr<JpuFormat> FormatOf(const BmJpuImageFormat& format);
// 4:4:4 and grey are never interleaved.
BmJpuImageFormat ImageFormatOf(Sampling sampling, ChromaLayout layout);

BmJpuFramebufferSizes SizesOf(const JpegGeometry& geometry, BmJpuImageFormat format);

// INVALID_ARGUMENT for other angles and directions.
absl::StatusOr<JpegTransform> TransformOf(int rotation_enable, const BmJpuRotateAngle& angle, int mirror_enable,
                                          const BmJpuMirrorDirection& direction);

// The log of both units.
void LogJpu(const char* function, const std::string& text);

}  // namespace bm::decoder

#endif  // BMDECODER_SRC_JPU_H_
