/*
 * FFmpeg's libavutil/frame.h with the side data by which programs tell the encoders what matters in a frame.
 *
 * Frames of the decoders here have device addresses in data[4..7] and their strides in linesize[4..7]; channel_layout
 * is 101 for compressed frames.
 */
#ifndef BMNNSDK_LIBAVUTIL_FRAME_H
#define BMNNSDK_LIBAVUTIL_FRAME_H

#pragma GCC system_header

#include <libavutil/attributes.h>

/* FFmpeg 5 warns of channel_layout, the mark of compressed frames. */
#pragma push_macro("attribute_deprecated")
#undef attribute_deprecated
#define attribute_deprecated
#include_next <libavutil/frame.h>
#pragma pop_macro("attribute_deprecated")

/* An AVBMRoiInfo. No type of FFmpeg's has this number. */
#define AV_FRAME_DATA_BM_ROI_INFO ((enum AVFrameSideDataType)31)

/* One for each 16 x 16 macroblock (H.264) or 64 x 64 coding tree unit (H.265), row by row; quantisers 0..51. */
typedef union RoiField {
  struct {
    int mb_force_mode;
    int mb_qp;
  } H264;
  struct {
    int ctu_force_mode;
    int ctu_coeff_drop;
    int sub_ctu_qp_0;
    int sub_ctu_qp_1;
    int sub_ctu_qp_2;
    int sub_ctu_qp_3;
    int lambda_sad_0;
    int lambda_sad_1;
    int lambda_sad_2;
    int lambda_sad_3;
  } HEVC;
} RoiField;

typedef struct AVBMRoiInfo {
  int customRoiMapEnable;
  int customLambdaMapEnable;
  int customModeMapEnable;
  int customCoefDropEnable;
  RoiField field[0x40000];
} AVBMRoiInfo;

#endif /* BMNNSDK_LIBAVUTIL_FRAME_H */
