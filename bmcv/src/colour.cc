#include "bmcv/src/colour.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "base/status_macros.h"

namespace bm::cv {
namespace {

struct MatrixRow {
  csc_type_t csc;
  bool makes_rgb;
  ColourMatrix matrix;
};
constexpr MatrixRow kMatrices[] = {
    {CSC_YCbCr2RGB_BT601, true, {{{1192, 0, 1634, -228272}, {1192, -401, -832, 138829}, {1192, 2066, 0, -283480}}}},
    {CSC_YPbPr2RGB_BT601, true, {{{1024, 0, 1435, -183763}, {1024, -352, -731, 138710}, {1024, 1814, 0, -232260}}}},
    {CSC_RGB2YCbCr_BT601, false, {{{263, 516, 100, 16384}, {-152, -298, 450, 131072}, {450, -377, -73, 131072}}}},
    {CSC_YCbCr2RGB_BT709, true, {{{1192, 0, 1836, -254044}, {1192, -218, -546, 78734}, {1192, 2163, 0, -295956}}}},
    {CSC_RGB2YCbCr_BT709, false, {{{187, 629, 63, 16384}, {-103, -347, 450, 131072}, {450, -409, -41, 131072}}}},
    {CSC_RGB2YPbPr_BT601, false, {{{306, 601, 116, 0}, {-172, -339, 512, 131072}, {512, -428, -83, 131072}}}},
    {CSC_YPbPr2RGB_BT709, true, {{{1024, 0, 1613, -206402}, {1024, -192, -479, 85921}, {1024, 1900, 0, -243219}}}},
    {CSC_RGB2YPbPr_BT709, false, {{{218, 732, 74, 0}, {-117, -395, 512, 131072}, {512, -465, -47, 131072}}}},
};

// The hardware's registers: 13 bits for coefficients, 21 for addends, signed.
absl::StatusOr<ColourMatrix> FromCaller(const csc_matrix_t* matrix) {
  if (matrix == nullptr) return absl::InvalidArgumentError("CSC_USER_DEFINED_MATRIX without a matrix");
  const csc_matrix_t& m = *matrix;
  const ColourMatrix wanted = {{{m.csc_coe00, m.csc_coe01, m.csc_coe02, m.csc_add0},
                                {m.csc_coe10, m.csc_coe11, m.csc_coe12, m.csc_add1},
                                {m.csc_coe20, m.csc_coe21, m.csc_coe22, m.csc_add2}}};
  for (const auto& row : wanted.rows) {
    for (int i = 0; i < 4; ++i) {
      const int limit = i < 3 ? 1 << 12 : 1 << 20;
      if (row[i] < -limit || row[i] >= limit) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "the matrix has %s of %d; %d to %d", i < 3 ? "a coefficient" : "an addend", row[i], -limit, limit - 1));
      }
    }
  }
  return wanted;
}

Conversion OneStep(ColourStep::Rule rule, const ColourMatrix& matrix) {
  Conversion conversion;
  conversion.steps[0] = {rule, matrix};
  conversion.step_count = 1;
  return conversion;
}

uint8_t Truncate(float value) { return static_cast<uint8_t>(std::clamp(value, 0.0f, 255.0f)); }

void YuvToRgbRow(const uint8_t* const* in, uint8_t* const* out, int count) {
  for (int i = 0; i < count; ++i) {
    const std::array<float, 3> rgb = FirmwareRgb(in[0][i], in[1][i], in[2][i]);
    for (int c = 0; c < 3; ++c) out[c][i] = static_cast<uint8_t>(rgb[c]);
  }
}

void RgbToYuvRow(int outputs, const uint8_t* const* in, uint8_t* const* out, int count) {
  constexpr float kRows[3][4] = {
      {0.257f, 0.504f, 0.098f, 16}, {-0.148f, -0.291f, 0.439f, 128}, {0.439f, -0.368f, -0.071f, 128}};
  for (int c = 0; c < outputs; ++c) {
    for (int i = 0; i < count; ++i) {
      out[c][i] = Truncate(kRows[c][0] * in[0][i] + kRows[c][1] * in[1][i] + kRows[c][2] * in[2][i] + kRows[c][3]);
    }
  }
}

}  // namespace

absl::StatusOr<Conversion> ScalerConversion(Colours source, Colours target, csc_type_t csc,
                                            const csc_matrix_t* matrix) {
  const bool from_rgb = source == Colours::kRgb, to_rgb = target == Colours::kRgb;
  if (csc == CSC_MAX_ENUM && from_rgb == to_rgb) return Conversion();
  if (csc == CSC_USER_DEFINED_MATRIX && from_rgb != to_rgb) {
    ASSIGN_OR_RETURN(const ColourMatrix wanted, FromCaller(matrix));
    return OneStep(ColourStep::Rule::kMatrix, wanted);
  }
  const csc_type_t chosen = csc != CSC_MAX_ENUM ? csc : to_rgb ? CSC_YCbCr2RGB_BT601 : CSC_RGB2YCbCr_BT601;
  for (const MatrixRow& row : kMatrices) {
    if (row.csc == chosen && from_rgb != to_rgb && row.makes_rgb == to_rgb) {
      return OneStep(ColourStep::Rule::kMatrix, row.matrix);
    }
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("csc type %d does not go from %s to %s; CSC_MAX_ENUM (%d) chooses one that does",
                      static_cast<int>(csc), from_rgb ? "RGB" : "YUV", to_rgb ? "RGB" : "YUV", CSC_MAX_ENUM));
}

Conversion FirmwareConversion(Colours source, Colours target) {
  Conversion conversion;
  conversion.rounds_means = false;
  if (source != Colours::kRgb) conversion.steps[conversion.step_count++] = {ColourStep::Rule::kYuvToRgb, {}};
  if (target != Colours::kRgb) conversion.steps[conversion.step_count++] = {ColourStep::Rule::kRgbToYuv, {}};
  return conversion;
}

void ApplyStep(const ColourStep& step, const RowKernels& kernels, int outputs, const uint8_t* const* in,
               uint8_t* const* out, int count) {
  switch (step.rule) {
    case ColourStep::Rule::kMatrix:
      return kernels.convert(step.matrix, outputs, in, out, count);
    case ColourStep::Rule::kYuvToRgb:
      return YuvToRgbRow(in, out, count);
    case ColourStep::Rule::kRgbToYuv:
      return RgbToYuvRow(outputs, in, out, count);
  }
}

}  // namespace bm::cv
