// Colour conversion with the scaler's fixed-point matrices and with the firmware's single precision formulas.
#ifndef BMCV_SRC_COLOUR_H_
#define BMCV_SRC_COLOUR_H_

#include <algorithm>
#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "bmcv/kernels/row_kernels.h"
#include "bmcv/src/channels.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// How a row of three channels becomes another.
struct ColourStep {
  enum class Rule {
    kMatrix,    // the scaler's: `matrix`
    kYuvToRgb,  // the firmware's, limited range of BT.601, truncated
    kRgbToYuv,  // its inverse, truncated
  };
  Rule rule;
  ColourMatrix matrix;
};

// At most two steps and how chroma is made of several pixels: a rounded or a truncated mean.
struct Conversion {
  std::array<ColourStep, 2> steps;
  int step_count = 0;
  bool rounds_means = true;
};

// The scaler's conversion between channels of these colours. With CSC_MAX_ENUM its default, BT.601 in limited range.
// INVALID_ARGUMENT if `csc` is none of the table, goes another way than from `source` to `target`, or is
// CSC_USER_DEFINED_MATRIX with a null matrix or one that the hardware's 13 and 21 bits do not hold.
absl::StatusOr<Conversion> ScalerConversion(Colours source, Colours target, csc_type_t csc, const csc_matrix_t* matrix);

// The firmware's, which goes through RGB whatever the colours are, except between RGB and RGB.
Conversion FirmwareConversion(Colours source, Colours target);

// target = step(source), `count` pixels; the rows do not overlap. Only the first `outputs` rows are written.
void ApplyStep(const ColourStep& step, const RowKernels& kernels, int outputs, const uint8_t* const* in,
               uint8_t* const* out, int count);

// One pixel of the firmware's limited-range BT.601 in single precision, clipped to 0..255, not truncated.
inline std::array<float, 3> FirmwareRgb(uint8_t y, uint8_t u, uint8_t v) {
  const float luma = 1.16438f * (static_cast<float>(y) - 16), blue = static_cast<float>(u) - 128,
              red = static_cast<float>(v) - 128;
  return {std::clamp(luma + 1.59603f * red, 0.0f, 255.0f),
          std::clamp(luma - 0.39176f * blue - 0.81297f * red, 0.0f, 255.0f),
          std::clamp(luma + 2.01723f * blue, 0.0f, 255.0f)};
}

}  // namespace bm::cv

#endif  // BMCV_SRC_COLOUR_H_
