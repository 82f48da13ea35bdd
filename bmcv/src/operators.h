// What the operators on images take: one table (operators.inc) for their checks and for docs/reference/bmcv-table.md.
//
//   RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_crop, absl::StatusCode::kDataLoss));
#ifndef BMCV_SRC_OPERATORS_H_
#define BMCV_SRC_OPERATORS_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

using Formats = absl::Span<const bm_image_format_ext>;
using DataTypes = absl::Span<const bm_image_data_format_ext>;

// Sets of formats and data types.
inline constexpr bm_image_format_ext kUncompressed[] = {
    FORMAT_YUV420P,       FORMAT_YUV422P,       FORMAT_YUV444P,       FORMAT_NV12,          FORMAT_NV21,
    FORMAT_NV16,          FORMAT_NV61,          FORMAT_NV24,          FORMAT_RGB_PLANAR,    FORMAT_BGR_PLANAR,
    FORMAT_RGB_PACKED,    FORMAT_BGR_PACKED,    FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE, FORMAT_GRAY,
    FORMAT_HSV_PLANAR,    FORMAT_ARGB_PACKED,   FORMAT_ABGR_PACKED,   FORMAT_YUV444_PACKED, FORMAT_YVU444_PACKED,
    FORMAT_YUV422_YUYV,   FORMAT_YUV422_YVYU,   FORMAT_YUV422_UYVY,   FORMAT_YUV422_VYUY,   FORMAT_RGBYP_PLANAR,
    FORMAT_HSV180_PACKED, FORMAT_HSV256_PACKED, FORMAT_BAYER,         FORMAT_BAYER_RG8};
inline constexpr bm_image_format_ext kGray[] = {FORMAT_GRAY};
inline constexpr bm_image_format_ext kRgbGray[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED,
                                                   FORMAT_BGR_PACKED, FORMAT_GRAY};
inline constexpr bm_image_format_ext kPlanarGray[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_GRAY};
inline constexpr bm_image_format_ext kPlanarRgb[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR};
inline constexpr bm_image_format_ext kPackedRgb[] = {FORMAT_RGB_PACKED, FORMAT_BGR_PACKED};
inline constexpr bm_image_format_ext kPainted[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED,
                                                   FORMAT_BGR_PACKED, FORMAT_NV12,       FORMAT_NV21,
                                                   FORMAT_NV16,       FORMAT_NV61,       FORMAT_YUV420P};
inline constexpr bm_image_format_ext kYuvGray[] = {FORMAT_GRAY, FORMAT_NV12,    FORMAT_NV21,    FORMAT_NV16,
                                                   FORMAT_NV61, FORMAT_YUV420P, FORMAT_YUV422P, FORMAT_YUV444P};
inline constexpr bm_image_format_ext kYuv[] = {FORMAT_YUV420P, FORMAT_YUV422P, FORMAT_YUV444P, FORMAT_NV12,
                                               FORMAT_NV21,    FORMAT_NV16,    FORMAT_NV61,    FORMAT_NV24};
inline constexpr bm_image_format_ext kWithLuma[] = {FORMAT_YUV420P, FORMAT_YUV422P, FORMAT_YUV444P,
                                                    FORMAT_NV12,    FORMAT_NV21,    FORMAT_NV16,
                                                    FORMAT_NV61,    FORMAT_NV24,    FORMAT_GRAY};
inline constexpr bm_image_format_ext kBlurred[] = {
    FORMAT_YUV420P,    FORMAT_YUV422P,    FORMAT_YUV444P,    FORMAT_GRAY,          FORMAT_RGB_PLANAR,
    FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED, FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE};
inline constexpr bm_image_format_ext kScaled[] = {
    FORMAT_RGB_PLANAR,    FORMAT_BGR_PLANAR,  FORMAT_RGB_PACKED,  FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE,
    FORMAT_BGRP_SEPARATE, FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED, FORMAT_GRAY,       FORMAT_YUV444P,
    FORMAT_YUV420P,       FORMAT_NV12,        FORMAT_COMPRESSED};
inline constexpr bm_image_format_ext kScaledOrYuv422[] = {
    FORMAT_RGB_PLANAR,    FORMAT_BGR_PLANAR,  FORMAT_RGB_PACKED,  FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE,
    FORMAT_BGRP_SEPARATE, FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED, FORMAT_GRAY,       FORMAT_YUV444P,
    FORMAT_YUV422P,       FORMAT_YUV420P,     FORMAT_NV12,        FORMAT_COMPRESSED};
inline constexpr bm_image_format_ext kStored[] = {
    FORMAT_YUV420P,    FORMAT_YUV422P,    FORMAT_YUV444P,       FORMAT_NV12,         FORMAT_NV21,
    FORMAT_NV16,       FORMAT_NV61,       FORMAT_GRAY,          FORMAT_RGB_PLANAR,   FORMAT_BGR_PLANAR,
    FORMAT_RGB_PACKED, FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE};
inline constexpr bm_image_format_ext kSubsampled[] = {FORMAT_NV12, FORMAT_NV21,    FORMAT_NV16,
                                                      FORMAT_NV61, FORMAT_YUV420P, FORMAT_YUV422P};
inline constexpr bm_image_format_ext kSubsampledTwice[] = {FORMAT_NV12, FORMAT_NV21, FORMAT_YUV420P};
inline constexpr bm_image_data_format_ext kEveryType[] = {
    DATA_TYPE_EXT_FLOAT32,        DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_4N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED,
    DATA_TYPE_EXT_4N_BYTE_SIGNED, DATA_TYPE_EXT_FP16,    DATA_TYPE_EXT_BF16};
inline constexpr bm_image_data_format_ext kByte[] = {DATA_TYPE_EXT_1N_BYTE};
inline constexpr bm_image_data_format_ext kFloat[] = {DATA_TYPE_EXT_FLOAT32};
inline constexpr bm_image_data_format_ext kByteOrFloat[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_FLOAT32};
inline constexpr bm_image_data_format_ext kBytes[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_4N_BYTE};
inline constexpr bm_image_data_format_ext kCropped[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED,
                                                        DATA_TYPE_EXT_FLOAT32};
inline constexpr bm_image_data_format_ext kCopied[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED,
                                                       DATA_TYPE_EXT_FLOAT32, DATA_TYPE_EXT_4N_BYTE,
                                                       DATA_TYPE_EXT_4N_BYTE_SIGNED};
inline constexpr bm_image_data_format_ext kBytesOrFloat[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_4N_BYTE,
                                                             DATA_TYPE_EXT_FLOAT32};
inline constexpr bm_image_data_format_ext kScaledValues[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED,
                                                             DATA_TYPE_EXT_FLOAT32, DATA_TYPE_EXT_4N_BYTE};

struct Operator {
  const char* function;
  Formats formats;
  DataTypes types;
  const char* output;
  const char* test;
};

namespace takes {
#define X(FUNCTION, FORMATS, TYPES, OUTPUT, TEST) \
  inline constexpr Operator FUNCTION = {#FUNCTION, FORMATS, TYPES, OUTPUT, #TEST};
#define OTHER(FUNCTION, TAKES, TEST)
#include "bmcv/src/operators.inc"
#undef OTHER
#undef X
}  // namespace takes

// An error of code `refusal` unless the image exists and is an input that the operator takes.
inline absl::Status CheckOperand(const bm_image& image, const Operator& taking, absl::StatusCode refusal) {
  return CheckFormat(image, taking.formats, taking.types, refusal);
}

}  // namespace bm::cv

#endif  // BMCV_SRC_OPERATORS_H_
