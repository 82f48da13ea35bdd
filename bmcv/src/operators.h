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

// Sets of formats and data types that several operators share.
inline constexpr bm_image_format_ext kRgbGray[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED,
                                                   FORMAT_BGR_PACKED, FORMAT_GRAY};
inline constexpr bm_image_format_ext kPacked[] = {FORMAT_RGB_PACKED, FORMAT_BGR_PACKED};
inline constexpr bm_image_format_ext kWarped[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR};
inline constexpr bm_image_format_ext kPainted[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED,
                                                   FORMAT_BGR_PACKED, FORMAT_NV12,       FORMAT_NV21,
                                                   FORMAT_NV16,       FORMAT_NV61,       FORMAT_YUV420P};
inline constexpr bm_image_format_ext kYuvGray[] = {FORMAT_GRAY, FORMAT_NV12,    FORMAT_NV21,    FORMAT_NV16,
                                                   FORMAT_NV61, FORMAT_YUV420P, FORMAT_YUV422P, FORMAT_YUV444P};
inline constexpr bm_image_data_format_ext kByte[] = {DATA_TYPE_EXT_1N_BYTE};
inline constexpr bm_image_data_format_ext kBytes[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_4N_BYTE};
inline constexpr bm_image_data_format_ext kCropped[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED,
                                                        DATA_TYPE_EXT_FLOAT32};
inline constexpr bm_image_data_format_ext kCopied[] = {DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE_SIGNED,
                                                       DATA_TYPE_EXT_FLOAT32, DATA_TYPE_EXT_4N_BYTE,
                                                       DATA_TYPE_EXT_4N_BYTE_SIGNED};

struct Operator {
  const char* function;
  absl::Span<const bm_image_format_ext> formats;
  absl::Span<const bm_image_data_format_ext> types;
};

namespace takes {
#define X(FUNCTION, FORMATS, TYPES) inline constexpr Operator FUNCTION = {#FUNCTION, FORMATS, TYPES};
#include "bmcv/src/operators.inc"
#undef X
}  // namespace takes

// An error of code `refusal` unless the image exists and is one that the operator takes.
inline absl::Status CheckOperand(const bm_image& image, const Operator& taking, absl::StatusCode refusal) {
  return CheckFormat(image, taking.formats, taking.types, refusal);
}

}  // namespace bm::cv

#endif  // BMCV_SRC_OPERATORS_H_
