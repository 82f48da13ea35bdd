/* The older interface of BMCV: bmcv_gemm, and images as plain structures. New programs use bmcv_api_ext.h. */
#ifndef BMCV_API_H
#define BMCV_API_H

#include "bmcv_api_ext.h"

#define MAX_bm_image_CHANNEL 4

typedef enum bmcv_data_format_ { DATA_TYPE_FLOAT = 0, DATA_TYPE_BYTE = 4 } bmcv_data_format;
typedef enum bmcv_color_space_ { COLOR_YUV, COLOR_YCbCr, COLOR_RGB } bmcv_color_space;
typedef enum bm_image_format_ { YUV420P, NV12, NV21, RGB, BGR, RGB_PACKED, BGR_PACKED, BGR4N, RGB4N } bm_image_format;

typedef struct bm_image_t {
  bmcv_color_space color_space;
  bmcv_data_format data_format;
  bm_image_format image_format;
  int image_width;
  int image_height;
  bm_device_mem_t data[MAX_bm_image_CHANNEL];
  int stride[MAX_bm_image_CHANNEL]; /* bytes */
} bmcv_image;

#if defined(__cplusplus)
extern "C" {
#endif

/* Images of device memory; strides of 0 stand for rows without gaps. The answers are those of the operators that do the
 * work; BM_NOT_SUPPORTED for formats that bm_image does not have.
 *
 * bmcv_image_yuv2bgr_ext on YUV420P, NV12 or NV21. */
DECL_EXPORT bm_status_t bm_img_yuv2bgr(bm_handle_t handle, bmcv_image input, bmcv_image output);
/* bmcv_image_crop at (left, top) of the output's size; with channels 1 the first of a planar image only. BM_ERR_PARAM
 * for other channels than 1 and 3. */
DECL_EXPORT bm_status_t bmcv_img_crop(bm_handle_t handle, bmcv_image input, int channels, int top, int left,
                                      bmcv_image output);
/* BGR_PACKED to BGR. */
DECL_EXPORT bm_status_t bmcv_img_bgrsplit(bm_handle_t handle, bmcv_image input, bmcv_image output);
DECL_EXPORT bm_status_t bmcv_img_transpose(bm_handle_t handle, bmcv_image input, bmcv_image output);
/* n images behind each other (4N: 1 to 4 in one), or with do_crop the same rectangle of each: nearest pixels, without
 * stretch at the same aspect ratio between margins of the padding's colour; then, with pixel_weight_bias, x * weight +
 * bias, the margins too. BM_ERR_DATA if the memory does not hold n images. */
DECL_EXPORT bm_status_t bmcv_img_scale(bm_handle_t handle, bmcv_image input, int n, int do_crop, int top, int left,
                                       int height, int width, unsigned char stretch, unsigned char padding_b,
                                       unsigned char padding_g, unsigned char padding_r, int pixel_weight_bias,
                                       float weight_b, float bias_b, float weight_g, float bias_g, float weight_r,
                                       float bias_r, bmcv_image output);
/* The description of an image with memory: addresses and strides are the same. */
DECL_EXPORT bm_status_t bm_image_to_bmcv_image(bm_image* src, bmcv_image* dst);

/* C = alpha * op(A) * op(B) + beta * C in single precision, row major; op transposes where asked to. op(A) is M x K,
 * op(B) K x N; ld* are the elements between rows as they lie in memory. C is not read where beta is 0.
 * BM_ERR_FAILURE for a null handle, an extent below 1, rows shorter than their elements. */
DECL_EXPORT bm_status_t bmcv_gemm(bm_handle_t handle, bool is_A_trans, bool is_B_trans, int M, int N, int K,
                                  float alpha, bm_device_mem_t A, int lda, bm_device_mem_t B, int ldb, float beta,
                                  bm_device_mem_t C, int ldc);

#if defined(__cplusplus)
}
#endif

#endif /* BMCV_API_H */
