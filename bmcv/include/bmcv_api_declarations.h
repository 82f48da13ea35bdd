/* The types and functions of BMCV, for bmcv_api_ext.h and bmcv_api_ext_c.h, which say what default arguments and
 * references become. Not for inclusion by programs.
 *
 * Images: width and height are pixels, strides bytes. A bm_image is passed by value; its public fields are copies of
 * what bm_image_create stored. Unless said otherwise a null handle answers BM_ERR_DEVNOTREADY, an input without memory
 * BM_ERR_DATA, and an output without memory gets some of its own.
 *
 * Tensor arguments (bm_device_mem_t of the operators on arrays) are device memory or memory of the caller
 * (bm_mem_from_system), aligned to their elements; anything else answers BM_ERR_PARAM, or BM_ERR_FAILURE where that is
 * the operator's only code.
 *
 * All calls are synchronous, come after what the calling thread launched before, and may be made by many threads.
 * A function that is not built logs one line and answers BM_NOT_SUPPORTED (docs/status/bmcv.md).
 */
#ifndef BMCV_API_DECLARATIONS_H_
#define BMCV_API_DECLARATIONS_H_

#include <stdbool.h>
#include <stddef.h>

#include "bmlib_runtime.h"

#ifndef DECL_EXPORT
#define DECL_EXPORT
#endif
#ifndef DECL_IMPORT
#define DECL_IMPORT
#endif

#define MIN_PROPOSAL_NUM (1)
#define MAX_PROPOSAL_NUM (40000)
#define MAX_RECT_NUM (8192)
#define BMCV_YOLOV3_DETECT_OUT_MAX_NUM (200)
#define BMCV_IMAGE_FOR_IN BMCV_HEAP1_ID
#define BMCV_IMAGE_FOR_OUT BMCV_HEAP0_ID

#if defined(__cplusplus)
extern "C" {
#endif

/* ---- Types ---- */

typedef enum bmcv_heap_id_ { BMCV_HEAP0_ID = 0, BMCV_HEAP1_ID = 1, BMCV_HEAP_ANY } bmcv_heap_id;

/* 4N: four images interleaved; byte k of each 32-bit element belongs to image k. */
typedef enum bm_image_data_format_ext_ {
  DATA_TYPE_EXT_FLOAT32,
  DATA_TYPE_EXT_1N_BYTE,
  DATA_TYPE_EXT_4N_BYTE,
  DATA_TYPE_EXT_1N_BYTE_SIGNED,
  DATA_TYPE_EXT_4N_BYTE_SIGNED,
  DATA_TYPE_EXT_FP16,
  DATA_TYPE_EXT_BF16
} bm_image_data_format_ext;

typedef enum bm_image_format_ext_ {
  FORMAT_YUV420P,
  FORMAT_YUV422P,
  FORMAT_YUV444P,
  FORMAT_NV12,
  FORMAT_NV21,
  FORMAT_NV16,
  FORMAT_NV61,
  FORMAT_NV24,
  FORMAT_RGB_PLANAR,
  FORMAT_BGR_PLANAR,
  FORMAT_RGB_PACKED,
  FORMAT_BGR_PACKED,
  FORMAT_RGBP_SEPARATE,
  FORMAT_BGRP_SEPARATE,
  FORMAT_GRAY,
  FORMAT_COMPRESSED,
  FORMAT_HSV_PLANAR,
  FORMAT_ARGB_PACKED,
  FORMAT_ABGR_PACKED,
  FORMAT_YUV444_PACKED,
  FORMAT_YVU444_PACKED,
  FORMAT_YUV422_YUYV,
  FORMAT_YUV422_YVYU,
  FORMAT_YUV422_UYVY,
  FORMAT_YUV422_VYUY,
  FORMAT_RGBYP_PLANAR,
  FORMAT_HSV180_PACKED,
  FORMAT_HSV256_PACKED,
  FORMAT_BAYER,
  FORMAT_BAYER_RG8
} bm_image_format_ext;

typedef enum bmcv_resize_algorithm_ {
  BMCV_INTER_NEAREST = 0,
  BMCV_INTER_LINEAR = 1,
  BMCV_INTER_BICUBIC = 2
} bmcv_resize_algorithm;

typedef enum bm_cv_nms_alg_ { HARD_NMS = 0, SOFT_NMS, ADAPTIVE_NMS, SSD_NMS, MAX_NMS_TYPE } bm_cv_nms_alg_e;
typedef enum { LINEAR_WEIGHTING = 0, GAUSSIAN_WEIGHTING, MAX_WEIGHTING_TYPE } weighting_method_e;

/* YCbCr is limited range, YPbPr full range. */
typedef enum csc_type {
  CSC_YCbCr2RGB_BT601 = 0,
  CSC_YPbPr2RGB_BT601,
  CSC_RGB2YCbCr_BT601,
  CSC_YCbCr2RGB_BT709,
  CSC_RGB2YCbCr_BT709,
  CSC_RGB2YPbPr_BT601,
  CSC_YPbPr2RGB_BT709,
  CSC_RGB2YPbPr_BT709,
  CSC_USER_DEFINED_MATRIX = 1000,
  CSC_MAX_ENUM
} csc_type_t;

typedef enum {
  BM_THRESH_BINARY = 0,
  BM_THRESH_BINARY_INV,
  BM_THRESH_TRUNC,
  BM_THRESH_TOZERO,
  BM_THRESH_TOZERO_INV,
  BM_THRESH_TYPE_MAX
} bm_thresh_type_t;

typedef enum { BM_MORPH_RECT, BM_MORPH_CROSS, BM_MORPH_ELLIPSE } bmcv_morph_shape_t;

#pragma pack(push, 1)

/* A box by its corners, which belong to it. */
typedef struct {
  float x1;
  float y1;
  float x2;
  float y2;
  float score;
} face_rect_t;

typedef struct nms_proposal {
  int size;
  face_rect_t face_rect[MAX_PROPOSAL_NUM];
  int capacity;
  face_rect_t* begin;
  face_rect_t* end;
} nms_proposal_t;

typedef struct yolov7_info {
  int scale;
  int* orig_image_shape;
  int model_h;
  int model_w;
} yolov7_info_t;

typedef struct {
  face_rect_t face_rect[MAX_RECT_NUM];
  int size;
  int capacity;
  face_rect_t* begin;
  face_rect_t* end;
} m_proposal_t;

#pragma pack(pop)

struct bm_image_private;

#if defined(BMCV_FOR_C)
typedef struct bm_image_s {
  int width;
  int height;
  bm_image_format_ext image_format;
  bm_image_data_format_ext data_type;
  struct bm_image_private* image_private;
} bm_image;
#else
struct bm_image {
  int width;
  int height;
  bm_image_format_ext image_format;
  bm_image_data_format_ext data_type;
  bm_image_private* image_private = NULL;
};
#endif

typedef struct bm_image_format_info {
  int plane_nb;
  bm_device_mem_t plane_data[8];
  int stride[8];
  int width;
  int height;
  bm_image_format_ext image_format;
  bm_image_data_format_ext data_type;
  bool default_stride;
} bm_image_format_info_t;

typedef struct bmcv_rect {
  int start_x;
  int start_y;
  int crop_w;
  int crop_h;
} bmcv_rect_t;

typedef struct bmcv_copy_to_atrr_s {
  int start_x;
  int start_y;
  unsigned char padding_r;
  unsigned char padding_g;
  unsigned char padding_b;
  int if_padding;
} bmcv_copy_to_atrr_t;

typedef struct bmcv_padding_atrr_s {
  unsigned int dst_crop_stx;
  unsigned int dst_crop_sty;
  unsigned int dst_crop_w;
  unsigned int dst_crop_h;
  unsigned char padding_r;
  unsigned char padding_g;
  unsigned char padding_b;
  int if_memset;
} bmcv_padding_atrr_t;

typedef struct {
  int x;
  int y;
} bmcv_point_t;

typedef struct {
  float x;
  float y;
} bmcv_point2f_t;

/* type: 1 max_count counts, 2 epsilon does, 3 both. */
typedef struct {
  int type;
  int max_count;
  double epsilon;
} bmcv_term_criteria_t;

typedef struct {
  unsigned char r;
  unsigned char g;
  unsigned char b;
} bmcv_color_t;

/* Rows of three coefficients and an addend, all times 1024. */
typedef struct {
  int csc_coe00;
  int csc_coe01;
  int csc_coe02;
  int csc_add0;
  int csc_coe10;
  int csc_coe11;
  int csc_coe12;
  int csc_add1;
  int csc_coe20;
  int csc_coe21;
  int csc_coe22;
  int csc_add2;
} csc_matrix_t;

typedef struct bmcv_affine_matrix_s {
  float m[6];
} bmcv_affine_matrix;

typedef struct bmcv_affine_image_matrix_s {
  bmcv_affine_matrix* matrix;
  int matrix_num;
} bmcv_affine_image_matrix;

typedef bmcv_affine_matrix bmcv_warp_matrix;
typedef bmcv_affine_image_matrix bmcv_warp_image_matrix;

typedef struct bmcv_perspective_matrix_s {
  float m[9];
} bmcv_perspective_matrix;

typedef struct bmcv_perspective_image_matrix_s {
  bmcv_perspective_matrix* matrix;
  int matrix_num;
} bmcv_perspective_image_matrix;

typedef struct bmcv_perspective_coordinate_s {
  int x[4];
  int y[4];
} bmcv_perspective_coordinate;

typedef struct bmcv_perspective_image_coordinate_s {
  bmcv_perspective_coordinate* coordinate;
  int coordinate_num;
} bmcv_perspective_image_coordinate;

typedef struct bmcv_resize_s {
  int start_x;
  int start_y;
  int in_width;
  int in_height;
  int out_width;
  int out_height;
} bmcv_resize_t;

typedef struct bmcv_resize_image_s {
  bmcv_resize_t* resize_img_attr;
  int roi_num;
  unsigned char stretch_fit;
  unsigned char padding_b;
  unsigned char padding_g;
  unsigned char padding_r;
  unsigned int interpolation;
} bmcv_resize_image;

typedef struct bmcv_convert_to_attr_s {
  float alpha_0;
  float beta_0;
  float alpha_1;
  float beta_1;
  float alpha_2;
  float beta_2;
} bmcv_convert_to_attr;

/* ---- Images ----
 * An image that was not created answers BM_ERR_DATA, a null array BM_ERR_PARAM. Arrays have an entry a plane.
 */

#if !defined(BMCV_FOR_C)
DECL_EXPORT const char* bm_get_bmcv_version(void);
#endif

/* Height before width. stride: bytes a row of each plane, NULL for rows without gaps. No memory yet. BM_ERR_PARAM for
 * sizes below 1, YUV formats of 4N types, COMPRESSED of other types than 1N_BYTE, strides below the row or no multiple
 * of the element; image_private is NULL then. */
DECL_EXPORT bm_status_t bm_image_create(bm_handle_t handle, int img_h, int img_w, bm_image_format_ext image_format,
                                        bm_image_data_format_ext data_type, bm_image* image,
                                        int* stride BMCV_DEFAULT(NULL));
/* Frees the memory that the image owns, not what was attached to it. BM_SUCCESS for an image_private of NULL. */
DECL_EXPORT bm_status_t bm_image_destroy(bm_image image);
/* NULL for an image that was not created. */
DECL_EXPORT bm_handle_t bm_image_get_handle(bm_image* image);
/* A BMP file of 24 bits a pixel, of 8 for GRAY. Other images than RGB_PACKED and GRAY of 1N_BYTE are converted to
 * RGB_PACKED first; 4N types are BM_ERR_DATA. BM_ERR_FAILURE if the file cannot be written. */
DECL_EXPORT bm_status_t bm_image_write_to_bmp(bm_image image, const char* filename);
/* Whole planes, the padding of rows too. An image without memory gets some to be copied into; to be copied from, it is
 * BM_ERR_DATA, as COMPRESSED ones are. BM_ERR_NOMEM for memory that is too small. */
DECL_EXPORT bm_status_t bm_image_copy_host_to_device(bm_image image, void* buffers[]);
DECL_EXPORT bm_status_t bm_image_copy_device_to_host(bm_image image, void* buffers[]);
/* The memory stays the caller's; its sizes are not checked. Memory that the image owned is freed. */
DECL_EXPORT bm_status_t bm_image_attach(bm_image image, bm_device_mem_t* device_memory);
/* The image has no memory afterwards; what it owned is freed. */
DECL_EXPORT bm_status_t bm_image_detach(bm_image image);
DECL_EXPORT bool bm_image_is_attached(bm_image image);
/* The number BM_ERR_DATA for an image that was not created. */
DECL_EXPORT int bm_image_get_plane_num(bm_image image);
DECL_EXPORT bm_status_t bm_image_get_stride(bm_image image, int* stride);
DECL_EXPORT bm_status_t bm_image_get_format_info(bm_image* image, struct bm_image_format_info* info);
/* One block for all planes, back to back, that the image owns; nothing happens if it owns one already. heap_id is 0, 1
 * or BMCV_HEAP_ANY, else BM_ERR_PARAM; bit n of heap_mask stands for heap n. BM_ERR_DATA for COMPRESSED, BM_ERR_NOMEM
 * without room. */
DECL_EXPORT bm_status_t bm_image_alloc_dev_mem(bm_image image, int heap_id BMCV_DEFAULT(BMCV_HEAP_ANY));
DECL_EXPORT bm_status_t bm_image_alloc_dev_mem_heap_mask(bm_image image, int heap_mask);
/* Bytes of the planes; BM_ERR_DATA for COMPRESSED without memory. */
DECL_EXPORT bm_status_t bm_image_get_byte_size(bm_image image, int* size);
/* BM_ERR_DATA for an image without memory. */
DECL_EXPORT bm_status_t bm_image_get_device_mem(bm_image image, bm_device_mem_t* mem);
/* One block for image_num images with equal planes, image i at i times the bytes of one. The images do not own it:
 * bm_image_free_contiguous_mem frees it, before they are destroyed. BM_ERR_PARAM for no images; BM_ERR_DATA for images
 * that differ or, to get memory, have some, for a block of another size, for memory with gaps or that an image owns. */
DECL_EXPORT bm_status_t bm_image_alloc_contiguous_mem(int image_num, bm_image* images,
                                                      int heap_id BMCV_DEFAULT(BMCV_HEAP_ANY));
DECL_EXPORT bm_status_t bm_image_alloc_contiguous_mem_heap_mask(int image_num, bm_image* images, int heap_mask);
DECL_EXPORT bm_status_t bm_image_free_contiguous_mem(int image_num, bm_image* images);
DECL_EXPORT bm_status_t bm_image_attach_contiguous_mem(int image_num, bm_image* images, bm_device_mem_t dmem);
DECL_EXPORT bm_status_t bm_image_dettach_contiguous_mem(int image_num, bm_image* images);
/* The block that the images fill without gaps, for example as the input tensor of a network. */
DECL_EXPORT bm_status_t bm_image_get_contiguous_device_mem(int image_num, bm_image* images, bm_device_mem_t* mem);
/* bm_image_alloc_dev_mem. */
DECL_EXPORT bm_status_t bm_image_dev_mem_alloc(bm_image image, int heap_id BMCV_DEFAULT(BMCV_HEAP_ANY));
/* Bytes of 0, padding too. BM_ERR_FAILURE for memory that is not the card's. */
DECL_EXPORT bm_status_t bm_image_zeros(bm_image image);
/* A file of 216 bytes of layout (docs/reference/bmcv-operators.md) and the planes. */
DECL_EXPORT bm_status_t bmcv_debug_savedata(bm_image image, const char* name);
/* The helper on the card's own cores: nothing to start or to stop here. */
DECL_EXPORT bm_status_t bmcv_open_cpu_process(bm_handle_t handle);
DECL_EXPORT bm_status_t bmcv_close_cpu_process(bm_handle_t handle);
/* y_addr + y_stride * frame_height, the height rounded up to a multiple of 32. */
DECL_EXPORT unsigned long long bmcv_calc_cbcr_addr(unsigned long long y_addr, unsigned int y_stride,
                                                   unsigned int frame_height);

/* ---- Colour, size, place ---- */

/* The same pixels with the output's strides; any format and type, equal on both sides, else BM_ERR_DATA. */
DECL_EXPORT bm_status_t bmcv_width_align(bm_handle_t handle, bm_image input, bm_image output);
/* 1 to 4 images of NV12, NV21, NV16, NV61, YUV420P, YUV422P, even sizes, to RGB_PLANAR or BGR_PLANAR of 1N_BYTE,
 * 4N_BYTE (four images in one) or FLOAT32 by BT.601 in limited range; the rounding is the scaler's for inputs outside
 * heap 0, else the firmware's. BM_ERR_DATA. */
DECL_EXPORT bm_status_t bmcv_image_yuv2bgr_ext(bm_handle_t handle, int image_num, bm_image* input, bm_image* output);
/* A rectangle of NV12, NV21 or YUV420P to HSV_PLANAR: hue in steps of two degrees (0..180), saturation and value in
 * 0..255. An output larger by an even number of pixels has it in the middle of zeros. BM_ERR_PARAM for a rectangle
 * outside the input and other sizes, BM_NOT_SUPPORTED for formats. */
DECL_EXPORT bm_status_t bmcv_image_yuv2hsv(bm_handle_t handle, bmcv_rect_t rect, bm_image input, bm_image output);
/* image_num pictures of one size to another format or type; four of them are one 4N_BYTE image. Equal inputs, equal
 * outputs; YUV420P, 422P (input only), 444P, NV12, NV21, NV16, NV61, GRAY, RGB and BGR planar, packed and separate;
 * 1N_BYTE, 4N_BYTE, FLOAT32; at most 8192 wide; else BM_ERR_DATA. The scaler's rounding if every input plane lies
 * outside heap 0 and the scaler has the pair, else single precision BT.601 in limited range, truncated. With a csc_type
 * its matrix and the scaler's rounding; BM_ERR_PARAM if it does not go from the one format to the other. */
DECL_EXPORT bm_status_t bmcv_image_storage_convert(bm_handle_t handle, int image_num, bm_image* input,
                                                   bm_image* output);
DECL_EXPORT bm_status_t bmcv_image_storage_convert_with_csctype(bm_handle_t handle, int image_num, bm_image* input,
                                                                bm_image* output, csc_type_t csc_type);
/* The input at (start_x, start_y) of an output that is at least as large; with if_padding every other pixel gets the
 * colour of the padding, as a number or a byte of the type. RGB and BGR planar and packed, GRAY; 1N_BYTE,
 * 1N_BYTE_SIGNED, FLOAT32, and 4N types unless packed. BM_ERR_PARAM for a place that is too far right or down,
 * BM_ERR_DATA for images. */
DECL_EXPORT bm_status_t bmcv_image_copy_to(bm_handle_t handle, bmcv_copy_to_atrr_t copy_to_attr, bm_image input,
                                           bm_image output);
/* Rectangle i of the input becomes output i, which has its size; else, or with a rectangle that leaves the image,
 * BM_ERR_PARAM. RGB and BGR planar and packed, GRAY; 1N_BYTE, 1N_BYTE_SIGNED, FLOAT32; equal on both sides, else
 * BM_ERR_DATA. */
DECL_EXPORT bm_status_t bmcv_image_crop(bm_handle_t handle, int crop_num, bmcv_rect_t* rects, bm_image input,
                                        bm_image* output);
/* RGB or BGR packed bytes cut into tiles of the outputs' one size, row by row. BM_NOT_SUPPORTED for others and for
 * tiles that leave a rest. */
DECL_EXPORT bm_status_t bmcv_image_split(bm_handle_t handle, bm_image input, bm_image* output);
/* Warping: RGB_PLANAR and BGR_PLANAR, 1N_BYTE and 4N_BYTE. Every map of every one of 1 to 4 images gives an output, in
 * that order; outputs have one size, all images one format and type. In 4N types an image holds four inputs or outputs.
 * Maps lead from target to source pixels, whose coordinates are whole numbers; outside pixels repeat the edge. Without
 * use_bilinear the nearest pixel is taken. BM_ERR_FAILURE.
 *
 * Source (m0 x + m1 y + m2, m3 x + m4 y + m5). */
DECL_EXPORT bm_status_t bmcv_image_warp_affine(bm_handle_t handle, int image_num, bmcv_affine_image_matrix matrix[4],
                                               bm_image* input, bm_image* output, int use_bilinear BMCV_DEFAULT(0));
/* Matrices from source to target, which are inverted in place unless the call fails. */
DECL_EXPORT bm_status_t bmcv_image_warp_affine_similar_to_opencv(bm_handle_t handle, int image_num,
                                                                 bmcv_affine_image_matrix matrix[4], bm_image* input,
                                                                 bm_image* output, int use_bilinear);
/* bmcv_image_warp_affine without use_bilinear. */
DECL_EXPORT bm_status_t bmcv_image_warp(bm_handle_t handle, int image_num, bmcv_warp_image_matrix matrix[4],
                                        bm_image* input, bm_image* output);
/* The same, divided by m6 x + m7 y + m8. The output's corners have to come from [0, width] x [0, height]. */
DECL_EXPORT bm_status_t bmcv_image_warp_perspective(bm_handle_t handle, int image_num,
                                                    bmcv_perspective_image_matrix matrix[4], bm_image* input,
                                                    bm_image* output, int use_bilinear BMCV_DEFAULT(0));
/* The output's corners left-top, right-top, left-bottom, right-bottom show the points (x[i], y[i]). */
DECL_EXPORT bm_status_t bmcv_image_warp_perspective_with_coordinate(bm_handle_t handle, int image_num,
                                                                    bmcv_perspective_image_coordinate coord[4],
                                                                    bm_image* input, bm_image* output,
                                                                    int use_bilinear BMCV_DEFAULT(0));
/* bmcv_image_warp_perspective with matrices from source to target, which are inverted in place unless the call fails.
 */
DECL_EXPORT bm_status_t bmcv_image_warp_perspective_similar_to_opencv(bm_handle_t handle, int image_num,
                                                                      bmcv_perspective_image_matrix matrix[4],
                                                                      bm_image* input, bm_image* output,
                                                                      int use_bilinear);
/* Rectangles of 1 to 4 inputs, an output each of the size that resize_attr says. RGB and BGR planar and packed, GRAY;
 * 1N_BYTE and FLOAT32 alone, 4N_BYTE to 4N_BYTE or to four 1N_BYTE; else BM_ERR_DATA. Nearest pixels, of 1N_BYTE also
 * linear and bicubic; else BM_ERR_PARAM, as for a rectangle outside its input. Without stretch_fit the aspect ratio
 * stays and the margins get the padding. Outputs without memory get some in heap 1 or 2. */
DECL_EXPORT bm_status_t bmcv_image_resize(bm_handle_t handle, int input_num, bmcv_resize_image resize_attr[],
                                          bm_image* input, bm_image* output);
/* YUV420P, 422P, 444P and NV formats, the same on both sides: the nearest pixel of every plane. BM_NOT_SUPPORTED. */
DECL_EXPORT bm_status_t bmcv_image_yuv_resize(bm_handle_t handle, int input_num, bm_image* input, bm_image* output);
/* alpha * x + beta in single precision, alpha_0 and beta_0 for the first plane in memory, and so on; to bytes rounded
 * to nearest, halves away from zero, and saturated. RGB_PLANAR, BGR_PLANAR, GRAY, the same on both sides; 1N_BYTE to
 * FLOAT32, 1N_BYTE and 1N_BYTE_SIGNED, 1N_BYTE_SIGNED and FLOAT32 to themselves, 4N_BYTE to four FLOAT32, 4N_BYTE and
 * 4N_BYTE_SIGNED; outputs with rows without gaps; else BM_ERR_DATA. BM_ERR_PARAM for no images. */
DECL_EXPORT bm_status_t bmcv_image_convert_to(bm_handle_t handle, int input_num, bmcv_convert_to_attr convert_to_attr,
                                              bm_image* input, bm_image* output);
/* RGB_PLANAR, BGR_PLANAR, GRAY; 1N_BYTE, FLOAT32. The output has the input's height as width and width as height, its
 * format and type, else BM_NOT_SUPPORTED. */
DECL_EXPORT bm_status_t bmcv_image_transpose(bm_handle_t handle, bm_image input, bm_image output);
/* The scaler (bmcv_image_vpp_*). 1N_BYTE; RGB and BGR in all layouts, ARGB and ABGR, GRAY, YUV444P, YUV420P, NV12,
 * COMPRESSED: the pairs are in docs/reference/bmcv-operators.md; others, and zooms beyond 32 unless said otherwise,
 * answer BM_NOT_SUPPORTED. Colours are converted first (by default BT.601 in limited range), then the crop of the input
 * is scaled to the output. Crops of subsampled YUV become whole chroma samples, in the caller's array too. Addresses,
 * strides and heaps do not matter; outputs may be inputs. Everything else that is wrong, a null handle too, is
 * BM_ERR_FAILURE; a csc type that does not go from the one format to the other BM_ERR_PARAM.
 */

/* Many inputs with crop_num_vec[i] crops each, one output a crop; at most 256. crop_num_vec and crop_rect are both null
 * (every input as a whole) or neither. More pairs: YUV422P to YUV420P, RGB and BGR packed and separate, YUV420P and
 * NV12 to YUV444P. */
DECL_EXPORT bm_status_t bmcv_image_vpp_basic(bm_handle_t handle, int in_img_num, bm_image* input, bm_image* output,
                                             int* crop_num_vec BMCV_DEFAULT(NULL),
                                             bmcv_rect_t* crop_rect BMCV_DEFAULT(NULL),
                                             bmcv_padding_atrr_t* padding_attr BMCV_DEFAULT(NULL),
                                             bmcv_resize_algorithm algorithm BMCV_DEFAULT(BMCV_INTER_LINEAR),
                                             csc_type_t csc_type BMCV_DEFAULT(CSC_MAX_ENUM),
                                             csc_matrix_t* matrix BMCV_DEFAULT(NULL));
/* One input, one crop (null: all of it) for each output. Outputs are of one format. Any zoom, except with BICUBIC. */
DECL_EXPORT bm_status_t bmcv_image_vpp_convert(bm_handle_t handle, int output_num, bm_image input, bm_image* output,
                                               bmcv_rect_t* crop_rect BMCV_DEFAULT(NULL),
                                               bmcv_resize_algorithm algorithm BMCV_DEFAULT(BMCV_INTER_LINEAR));
/* The same with another colour conversion; with CSC_MAX_ENUM it is bmcv_image_vpp_convert. A matrix of the caller has
 * coefficients from -4096 to 4095 and addends from -2^20 to 2^20 - 1. */
DECL_EXPORT bm_status_t bmcv_image_vpp_csc_matrix_convert(
    bm_handle_t handle, int output_num, bm_image input, bm_image* output, csc_type_t csc,
    csc_matrix_t* matrix BMCV_DEFAULT(nullptr), bmcv_resize_algorithm algorithm BMCV_DEFAULT(BMCV_INTER_LINEAR),
    bmcv_rect_t* crop_rect BMCV_DEFAULT(NULL));
/* Each crop goes to a place in its output, from 16 x 16 pixels. if_memset fills the output first, padding of rows too,
 * with the padding's colour (GRAY: padding_r); RGB, BGR and GRAY only. */
DECL_EXPORT bm_status_t bmcv_image_vpp_convert_padding(bm_handle_t handle, int output_num, bm_image input,
                                                       bm_image* output, bmcv_padding_atrr_t* padding_attr,
                                                       bmcv_rect_t* crop_rect BMCV_DEFAULT(NULL),
                                                       bmcv_resize_algorithm algorithm BMCV_DEFAULT(BMCV_INTER_LINEAR));
/* Every input, or its crop, to its place in one output; the rest stays. At most 256 inputs of one format. */
DECL_EXPORT bm_status_t bmcv_image_vpp_stitch(bm_handle_t handle, int input_num, bm_image* input, bm_image output,
                                              bmcv_rect_t* dst_crop_rect, bmcv_rect_t* src_crop_rect BMCV_DEFAULT(NULL),
                                              bmcv_resize_algorithm algorithm BMCV_DEFAULT(BMCV_INTER_LINEAR));
/* bmcv_image_vpp_basic into RGB_PLANAR or BGR_PLANAR, then bmcv_image_convert_to (null: values stay) to FLOAT32,
 * 1N_BYTE or 1N_BYTE_SIGNED, in one pass with the same bytes; the colour of a padding goes through it too. BM_ERR_DATA
 * for other outputs and inputs without memory, BM_ERR_DEVNOTREADY for a null handle; otherwise the codes of
 * bmcv_image_vpp_basic. */
DECL_EXPORT bm_status_t bmcv_image_csc_convert_to(
    bm_handle_t handle, int img_num, bm_image* input, bm_image* output, int* crop_num_vec BMCV_DEFAULT(NULL),
    bmcv_rect_t* crop_rect BMCV_DEFAULT(NULL), bmcv_padding_atrr_t* padding_attr BMCV_DEFAULT(NULL),
    bmcv_resize_algorithm algorithm BMCV_DEFAULT(BMCV_INTER_LINEAR), csc_type_t csc_type BMCV_DEFAULT(CSC_MAX_ENUM),
    csc_matrix_t* matrix BMCV_DEFAULT(NULL), bmcv_convert_to_attr* convert_to_attr BMCV_DEFAULT(NULL));
/* The same. */
DECL_EXPORT bm_status_t bmcv_image_vpp_basic_v2(
    bm_handle_t handle, int img_num, bm_image* input, bm_image* output, int* crop_num_vec BMCV_DEFAULT(NULL),
    bmcv_rect_t* crop_rect BMCV_DEFAULT(NULL), bmcv_padding_atrr_t* padding_attr BMCV_DEFAULT(NULL),
    bmcv_resize_algorithm algorithm BMCV_DEFAULT(BMCV_INTER_LINEAR), csc_type_t csc_type BMCV_DEFAULT(CSC_MAX_ENUM),
    csc_matrix_t* matrix BMCV_DEFAULT(NULL), bmcv_convert_to_attr* convert_to_attr BMCV_DEFAULT(NULL));

/* ---- Drawing ----
 * On bytes (1N_BYTE) of an image with memory. What lies outside the image is not drawn.
 */

/* Frames of `line_width` pixels in RGB and BGR planar and packed, NV12, NV21, NV16, NV61, YUV420P, else BM_ERR_DATA.
 * The edges of a rectangle run through the middle of the lines, which end at the image's edges; a line width of 0 and
 * rectangles that become a point or a line draw nothing. YUV: limited-range BT.601. BM_ERR_PARAM for a negative
 * number. */
DECL_EXPORT bm_status_t bmcv_image_draw_rectangle(bm_handle_t handle, bm_image image, int rect_num, bmcv_rect_t* rects,
                                                  int line_width, unsigned char r, unsigned char g, unsigned char b);
/* The same images and colours. */
DECL_EXPORT bm_status_t bmcv_image_fill_rectangle(bm_handle_t handle, bm_image image, int rect_num, bmcv_rect_t* rects,
                                                  unsigned char r, unsigned char g, unsigned char b);
/* GRAY, NV12, NV21, NV16, NV61, YUV420P, YUV422P, YUV444P; thickness > 0. A line of thickness 1 is two pixels wide;
 * the width is that along an axis. BM_ERR_FAILURE. */
DECL_EXPORT bm_status_t bmcv_image_draw_lines(bm_handle_t handle, bm_image image, const bmcv_point_t* start,
                                              const bmcv_point_t* end, int line_num, bmcv_color_t color, int thickness);
/* Printable ASCII, '?' for the rest, in strokes of such lines. `org` is where the base line begins; capitals are
 * 21 * fontScale pixels high; fontScale above 0, up to 4096. BM_ERR_FAILURE. */
DECL_EXPORT bm_status_t bmcv_image_put_text(bm_handle_t handle, bm_image image, const char* text, bmcv_point_t org,
                                            bmcv_color_t color, float fontScale, int thickness);

/* ---- JPEG ----
 * 1 to 4 images, else BM_ERR_PARAM. A call that fails keeps nothing.
 */

/* Baseline files of YUV420P, YUV422P, YUV444P, NV12, NV21, NV16, NV61 and GRAY bytes with sides from 16 on, else
 * BM_ERR_DATA; quality_factor 0 to 100, else BM_ERR_PARAM. p_jpeg_data[i] null: becomes memory of malloc for the caller
 * to free; otherwise memory of malloc with out_size[i] bytes, which realloc makes larger if need be. bs_in_device: it
 * is a bm_device_mem_t*, null for a new one (of malloc) with new device memory; memory given has to be large enough. */
DECL_EXPORT bm_status_t bmcv_image_jpeg_enc(bm_handle_t handle, int image_num, bm_image* src, void* p_jpeg_data[],
                                            size_t* out_size, int quality_factor BMCV_DEFAULT(85),
                                            int bs_in_device BMCV_DEFAULT(0));
/* dst[i].image_private null: becomes an image with memory and strides in multiples of 16, YUV420P, YUV422P, YUV444P or
 * GRAY as the file is sampled. Otherwise it has the file's size and that format, or NV12 and NV16, else BM_ERR_DATA.
 * Samples are full-range. Progressive files, other samplings and sides below 16: BGR_PACKED with strides in multiples
 * of 64, or the given GRAY, BGR, RGB, ARGB or ABGR packed image. BM_ERR_DATA for no data, BM_ERR_FAILURE for damaged
 * ones, which a given image may then show in part. */
DECL_EXPORT bm_status_t bmcv_image_jpeg_dec(bm_handle_t handle, void* p_jpeg_data[], size_t* in_size, int image_num,
                                            bm_image* dst, int bs_in_device BMCV_DEFAULT(0));

/* ---- Detection ----
 * input: face_rect_t[proposal_size]; output: nms_proposal_t, whose size and first rows are written, best box first. A
 * box goes if its intersection over union with a better one exceeds nms_threshold. BM_NOT_SUPPORTED for no boxes;
 * BM_ERR_FAILURE otherwise. At most MAX_PROPOSAL_NUM boxes are kept.
 */
DECL_EXPORT bm_status_t bmcv_nms(bm_handle_t handle, bm_device_mem_t input, int proposal_size, float nms_threshold,
                                 bm_device_mem_t output);
/* SOFT_NMS: overlapping boxes lose score, by 1 - overlap or exp(-overlap^2 / sigma), and go below score_threshold.
 * ADAPTIVE_NMS: the threshold is at least densities[picked box]. SSD_NMS: while above 0.5 the threshold becomes eta
 * times itself with every kept box. These take up to 1024 boxes, else BM_NOT_SUPPORTED. topk is ignored. */
DECL_EXPORT bm_status_t bmcv_nms_ext(bm_handle_t handle, bm_device_mem_t input, int proposal_size, float nms_threshold,
                                     bm_device_mem_t output, int topk BMCV_DEFAULT(1),
                                     float score_threshold BMCV_DEFAULT(0.0f), int nms_alg BMCV_DEFAULT(HARD_NMS),
                                     float sigma BMCV_DEFAULT(1.0), int weighting_method BMCV_DEFAULT(0),
                                     float* densities BMCV_DEFAULT(NULL), float eta BMCV_DEFAULT(0.0f));
/* Feature maps of YOLOv3 to rows of seven floats: image, class, score, x, y, width, height, the last four as parts of
 * the image, x and y of the centre. At most keep_top_k rows an image (200 if that is not positive); if there is none at
 * all, a row (image, -1, ..., -1) an image. yolov5_flag other than 0: BM_NOT_SUPPORTED. */
DECL_EXPORT bm_status_t bmcv_nms_yolov3(bm_handle_t handle, int input_num, bm_device_mem_t bottom[3], int batch_num,
                                        int hw_shape[3][2], int num_classes, int num_boxes, int mask_group_size,
                                        float nms_threshold, float confidence_threshold, int keep_top_k, float bias[18],
                                        float anchor_scale[3], float mask[9], bm_device_mem_t output,
                                        int yolov5_flag BMCV_DEFAULT(0), int len_per_batch BMCV_DEFAULT(0));
DECL_EXPORT bm_status_t bmcv_nms_yolo(bm_handle_t handle, int input_num, bm_device_mem_t bottom[3], int batch_num,
                                      int hw_shape[3][2], int num_classes, int num_boxes, int mask_group_size,
                                      float nms_threshold, float confidence_threshold, int keep_top_k, float bias[18],
                                      float anchor_scale[3], float mask[9], bm_device_mem_t output, int yolo_flag,
                                      int len_per_batch, void* ext);

/* ---- Arrays ---- */

/* The first sort_cnt (1 to data_cnt) of data_cnt single precision keys in order: 0 ascending, 1 descending. Keys that
 * are no numbers come last, equal ones keep their order. With index_enable, dst_index receives the numbers of
 * src_index that belong to them, or with auto_index their places. Targets may be sources. */
DECL_EXPORT bm_status_t bmcv_sort(bm_handle_t handle, bm_device_mem_t src_index_addr, bm_device_mem_t src_data_addr,
                                  int data_cnt, bm_device_mem_t dst_index_addr, bm_device_mem_t dst_data_addr,
                                  int sort_cnt, int order, bool index_enable, bool auto_index);
/* The k best keys of every batch, packed k a batch. Batch b starts src_batch_stride elements after the one before and
 * has per_batch_cnt[b] of them (per_batch_cnt[0] with same_batch_cnt), at least k. Without src_index_valid indexes are
 * places in the batch. buffer_addr is not used. */
DECL_EXPORT bm_status_t bmcv_batch_topk(bm_handle_t handle, bm_device_mem_t src_data_addr,
                                        bm_device_mem_t src_index_addr, bm_device_mem_t dst_data_addr,
                                        bm_device_mem_t dst_index_addr, bm_device_mem_t buffer_addr,
                                        bool src_index_valid, int k, int batch, int* per_batch_cnt, bool same_batch_cnt,
                                        int src_batch_stride, bool descending BMCV_DEFAULT(true));
/* The sort_cnt (1 to 30) entries most like each query of int8 features. Similarity: dot product saturated to 16 bits,
 * then shifted right with rounding. db_data is [feature_size][db_size]; results [batch_size][sort_cnt], short and int.
 * Limits: batch_size 10, feature_size 4096, db_size 500000; BM_ERR_FAILURE beyond. */
DECL_EXPORT bm_status_t bmcv_feature_match(bm_handle_t handle, bm_device_mem_t input_data_global_addr,
                                           bm_device_mem_t db_data_global_addr,
                                           bm_device_mem_t output_similarity_global_addr,
                                           bm_device_mem_t output_index_global_addr, int batch_size, int feature_size,
                                           int db_size, int sort_cnt BMCV_DEFAULT(1), int rshiftbits BMCV_DEFAULT(0));
/* The entry of the greatest cosine similarity to each query of single precision features. db_feature holds 1 / norm of
 * every entry. Results [batch_size], float and int; limits as above. */
DECL_EXPORT bm_status_t bmcv_feature_match_normalized(bm_handle_t handle, bm_device_mem_t input_data_global_addr,
                                                      bm_device_mem_t db_data_global_addr,
                                                      bm_device_mem_t db_feature_global_addr,
                                                      bm_device_mem_t output_similarity_global_addr,
                                                      bm_device_mem_t output_index_global_addr, int batch_size,
                                                      int feature_size, int db_size);
/* len[0]: bytes of src; len[1] receives those of dst. Standard alphabet, padded. BM_ERR_PARAM for no bytes, more than
 * 178956972 or, in device memory, 3 MiB; BM_ERR_DATA for what is no base64 text. */
DECL_EXPORT bm_status_t bmcv_base64_enc(bm_handle_t handle, bm_device_mem_t src, bm_device_mem_t dst,
                                        unsigned long len[2]);
DECL_EXPORT bm_status_t bmcv_base64_dec(bm_handle_t handle, bm_device_mem_t src, bm_device_mem_t dst,
                                        unsigned long len[2]);
/* C = A * B of bytes, row major; A is M x K, B K x N, or N x K with is_B_trans. result_type 0: 8 bits, 1: 16 bits, both
 * shifted right by rshift_bit (0 to 31) rounding half up, then saturated, unsigned if A and B both are; 2: single
 * precision alpha * sum + beta. BM_ERR_FAILURE for every refusal. */
DECL_EXPORT bm_status_t bmcv_matmul(bm_handle_t handle, int M, int N, int K, bm_device_mem_t A, bm_device_mem_t B,
                                    bm_device_mem_t C, int A_sign, int B_sign, int rshift_bit, int result_type,
                                    bool is_B_trans, float alpha BMCV_DEFAULT(1), float beta BMCV_DEFAULT(0));
/* The same with B N x K and single precision sums. */
DECL_EXPORT bm_status_t bmcv_matmul_transpose_opt(bm_handle_t handle, int M, int N, int K, bm_device_mem_t A,
                                                  bm_device_mem_t B, bm_device_mem_t C, int A_sign, int B_sign);
/* F = A * X + Y in single precision; A has one value a channel, [n][c], the others are [n][c][h][w]. */
DECL_EXPORT bm_status_t bmcv_image_axpy(bm_handle_t handle, bm_device_mem_t tensor_A, bm_device_mem_t tensor_X,
                                        bm_device_mem_t tensor_Y, bm_device_mem_t tensor_F, int input_n, int input_c,
                                        int input_h, int input_w);
/* Histogram of planes [C][H][W], single precision (inputDtype 0) or bytes (1), over 1 to 3 of its channels: dimension d
 * has histSizes[d] bins over [ranges[2d], ranges[2d+1]). Floats, row major over the dimensions; outside values do not
 * count. BM_ERR_PARAM for ranges that do not rise or are infinite. */
DECL_EXPORT bm_status_t bmcv_calc_hist(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output, int C, int H,
                                       int W, const int* channels, int dims, const int* histSizes, const float* ranges,
                                       int inputDtype);
/* The same, each pixel counting weight[y * W + x]. */
DECL_EXPORT bm_status_t bmcv_calc_hist_with_weight(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output,
                                                   const float* weight, int C, int H, int W, const int* channels,
                                                   int dims, const int* histSizes, const float* ranges, int inputDtype);
/* H x W bytes to 255 * (cdf(x) - cdf_min) / (H * W - cdf_min), rounded; one value alone stays. */
DECL_EXPORT bm_status_t bmcv_hist_balance(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output, int H,
                                          int W);
/* Euclidean distance of each of len points of dim (1 to 8) coordinates to pnt. */
DECL_EXPORT bm_status_t bmcv_distance(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output, int dim,
                                      const float* pnt, int len);
/* dtype: 5, single precision, else BM_ERR_PARAM. */
DECL_EXPORT bm_status_t bmcv_distance_ext(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output, int dim,
                                          const void* pnt, int len, int dtype);
/* Discrete Fourier transforms, neither direction divided by the length. Lengths are products of 2, 3, 4 and 5, else
 * BM_ERR_PARAM. Threads may share a plan. */
DECL_EXPORT bm_status_t bmcv_fft_1d_create_plan(bm_handle_t handle, int batch, int len, bool forward, BMCV_PLAN);
DECL_EXPORT bm_status_t bmcv_fft_2d_create_plan(bm_handle_t handle, int M, int N, bool forward, BMCV_PLAN);
DECL_EXPORT bm_status_t bmcv_fft_execute(bm_handle_t handle, bm_device_mem_t inputReal, bm_device_mem_t inputImag,
                                         bm_device_mem_t outputReal, bm_device_mem_t outputImag, const void* plan);
DECL_EXPORT bm_status_t bmcv_fft_execute_real_input(bm_handle_t handle, bm_device_mem_t inputReal,
                                                    bm_device_mem_t outputReal, bm_device_mem_t outputImag,
                                                    const void* plan);
DECL_EXPORT void bmcv_fft_destroy_plan(bm_handle_t handle, void* plan);
/* The extremes of len floats; either result may be NULL. */
DECL_EXPORT bm_status_t bmcv_min_max(bm_handle_t handle, bm_device_mem_t input, float* minVal, float* maxVal, int len);
/* Every one of batch rows of len complex values times the one row of points. */
DECL_EXPORT bm_status_t bmcv_cmulp(bm_handle_t handle, bm_device_mem_t inputReal, bm_device_mem_t inputImag,
                                   bm_device_mem_t pointReal, bm_device_mem_t pointImag, bm_device_mem_t outputReal,
                                   bm_device_mem_t outputImag, int batch, int len);
/* Coefficients H x H and W x W of the orthonormal cosine transform hcoeff * image * wcoeff. */
DECL_EXPORT bm_status_t bmcv_dct_coeff(bm_handle_t handle, int H, int W, bm_device_mem_t hcoeff_output,
                                       bm_device_mem_t wcoeff_output, bool is_inversed);
/* GRAY FLOAT32 images with rows without gaps, else BM_ERR_DATA. */
DECL_EXPORT bm_status_t bmcv_image_dct_with_coeff(bm_handle_t handle, bm_image input, bm_device_mem_t hcoeff,
                                                  bm_device_mem_t wcoeff, bm_image output);
DECL_EXPORT bm_status_t bmcv_image_dct(bm_handle_t handle, bm_image input, bm_image output, bool is_inversed);

/* ---- Pixels ----
 * 1N_BYTE; YUV420P, 422P, 444P, NV12, NV21, NV16, NV61, NV24, GRAY, RGB and BGR planar, packed and separate. All images
 * are equal in size, format and type.
 */

/* alpha * a + beta * b + gamma in single precision, rounded to nearest, saturated. BM_ERR_DATA. */
DECL_EXPORT bm_status_t bmcv_image_add_weighted(bm_handle_t handle, bm_image input1, float alpha, bm_image input2,
                                                float beta, float gamma, bm_image output);
/* |a - b|. BM_ERR_DATA. */
DECL_EXPORT bm_status_t bmcv_image_absdiff(bm_handle_t handle, bm_image input1, bm_image input2, bm_image output);
/* BM_ERR_PARAM for images that differ, BM_NOT_SUPPORTED for other formats and types; bmcv_image_threshold too. */
DECL_EXPORT bm_status_t bmcv_image_bitwise_and(bm_handle_t handle, bm_image input1, bm_image input2, bm_image output);
DECL_EXPORT bm_status_t bmcv_image_bitwise_or(bm_handle_t handle, bm_image input1, bm_image input2, bm_image output);
DECL_EXPORT bm_status_t bmcv_image_bitwise_xor(bm_handle_t handle, bm_image input1, bm_image input2, bm_image output);
/* Above is x > thresh: BINARY max_value or 0, TRUNC thresh or x, TOZERO x or 0, _INV the other way round. */
DECL_EXPORT bm_status_t bmcv_image_threshold(bm_handle_t handle, bm_image input, bm_image output, unsigned char thresh,
                                             unsigned char max_value, bm_thresh_type_t type);

/* ---- Filters ----
 * 1N_BYTE. Outside pixels mirror the inner ones without repeating the edge, unless said otherwise.
 */

/* Derivatives as OpenCV's, scaled, delta added, saturated. Pixel formats; a YUV input may have a GRAY output, which is
 * that of its luma. BM_ERR_PARAM for an even ksize or one above 9, width + ksize - 1 from 2048, no or negative orders;
 * BM_ERR_DATA for images. */
DECL_EXPORT bm_status_t bmcv_image_sobel(bm_handle_t handle, bm_image input, bm_image output, int dx, int dy,
                                         int ksize BMCV_DEFAULT(3), float scale BMCV_DEFAULT(1),
                                         float delta BMCV_DEFAULT(0));
/* OpenCV's kernels. kw and kh odd, up to 31; width + kw - 1 below 2048; RGB and BGR of all layouts, YUV420P, 422P,
 * 444P, GRAY; else BM_NOT_SUPPORTED. */
DECL_EXPORT bm_status_t bmcv_image_gaussian_blur(bm_handle_t handle, bm_image input, bm_image output, int kw, int kh,
                                                 float sigmaX, float sigmaY BMCV_DEFAULT(0));
/* GRAY images with memory; ksize 1: 0 1 0 / 1 -4 1 / 0 1 0, 3: 2 0 2 / 0 -8 0 / 2 0 2; else BM_ERR_PARAM. */
DECL_EXPORT bm_status_t bmcv_image_laplacian(bm_handle_t handle, bm_image input, bm_image output, unsigned int ksize);
/* OpenCV's edges, 255 or 0, of the GRAY or YUV input's luma. aperture_size 3, width up to 2045, else BM_ERR_PARAM. */
DECL_EXPORT bm_status_t bmcv_image_canny(bm_handle_t handle, bm_image input, bm_image output, float threshold1,
                                         float threshold2, int aperture_size BMCV_DEFAULT(3),
                                         bool l2gradient BMCV_DEFAULT(false));
/* GRAY at half the size, give or take a pixel, after smoothing by 1 4 6 4 1. BM_ERR_DATA. */
DECL_EXPORT bm_status_t bmcv_image_pyramid_down(bm_handle_t handle, bm_image input, bm_image output);
/* kh rows of kw bytes 0 or 1 in device memory, which the caller frees; bm_mem_null() on failure. */
DECL_EXPORT bm_device_mem_t bmcv_get_structuring_element(bm_handle_t handle, bmcv_morph_shape_t shape, int kw, int kh);
/* The least (greatest) byte under the element, anchored at (kw / 2, kh / 2); outside pixels do not count. RGB and BGR
 * packed and planar, GRAY. BM_ERR_DATA. */
DECL_EXPORT bm_status_t bmcv_image_erode(bm_handle_t handle, bm_image src, bm_image dst, int kw, int kh,
                                         bm_device_mem_t kmem);
DECL_EXPORT bm_status_t bmcv_image_dilate(bm_handle_t handle, bm_image src, bm_image dst, int kw, int kh,
                                          bm_device_mem_t kmem);
/* Optical flow of points between two GRAY images of the plan's size by Lucas and Kanade. maxLevel up to 5, windows from
 * 3 x 3, else BM_ERR_PARAM. */
DECL_EXPORT bm_status_t bmcv_image_lkpyramid_create_plan(bm_handle_t handle, BMCV_PLAN, int width, int height,
                                                         int winW BMCV_DEFAULT(21), int winH BMCV_DEFAULT(21),
                                                         int maxLevel BMCV_DEFAULT(3));
DECL_EXPORT bm_status_t bmcv_image_lkpyramid_execute(bm_handle_t handle, void* plan, bm_image prevImg, bm_image nextImg,
                                                     int ptsNum, bmcv_point2f_t* prevPts, bmcv_point2f_t* nextPts,
                                                     bool* status,
                                                     bmcv_term_criteria_t criteria BMCV_DEFAULT({3, 30, 0.01}));
DECL_EXPORT void bmcv_image_lkpyramid_destroy_plan(bm_handle_t handle, void* plan);
/* Not built: BM_NOT_SUPPORTED. */
DECL_EXPORT bm_status_t bmcv_image_fusion(bm_handle_t handle, bm_image input1, bm_image input2, bm_image output,
                                          unsigned char thresh, unsigned char max_value, bm_thresh_type_t type, int kw,
                                          int kh, bm_device_mem_t kmem);

/* ---- Not on a BM1684 ----
 * BM_ERR_NOFEATURE.
 */
DECL_EXPORT bm_status_t bmcv_image_draw_point(bm_handle_t handle, bm_image image, int point_num, bmcv_point_t* coord,
                                              int length, unsigned char r, unsigned char g, unsigned char b);
DECL_EXPORT bm_status_t bmcv_image_mosaic(bm_handle_t handle, int mosaic_num, bm_image input, bmcv_rect_t* mosaic_rect,
                                          int is_expand);
DECL_EXPORT bm_status_t bmcv_image_watermark_superpose(bm_handle_t handle, bm_image* image, bm_device_mem_t* bitmap_mem,
                                                       int bitmap_num, int bitmap_type, int pitch, bmcv_rect_t* rects,
                                                       bmcv_color_t color);
DECL_EXPORT bm_status_t bmcv_image_watermark_repeat_superpose(bm_handle_t handle, bm_image image,
                                                              bm_device_mem_t bitmap_mem, int bitmap_num,
                                                              int bitmap_type, int pitch, bmcv_rect_t* rects,
                                                              bmcv_color_t color);
DECL_EXPORT bm_status_t bmcv_image_bayer2rgb(bm_handle_t handle, unsigned char* convd_kernel, bm_image input,
                                             bm_image output);
DECL_EXPORT bm_status_t bmcv_as_strided(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t output,
                                        int input_row, int input_col, int output_row, int output_col, int row_stride,
                                        int col_stride);
DECL_EXPORT bm_status_t bm1684x_vpp_fill_rectangle(bm_handle_t handle, int input_num, bm_image* input, bm_image* output,
                                                   bmcv_rect_t* rects, unsigned char r, unsigned char g,
                                                   unsigned char b);
DECL_EXPORT bm_status_t bm1684x_vpp_cmodel_csc_resize_convert_to(bm_handle_t handle, int frame_number, bm_image* input,
                                                                 bm_image* output, bmcv_rect_t* crop_rect,
                                                                 bmcv_padding_atrr_t* padding_attr,
                                                                 bmcv_resize_algorithm algorithm, csc_type_t csc_type,
                                                                 csc_matrix_t* matrix,
                                                                 bmcv_convert_to_attr* convert_to_attr);
DECL_EXPORT bm_status_t bm1684x_vpp_cmodel_border(bm_handle_t handle, int rect_num, bm_image* input, bm_image* output,
                                                  bmcv_rect_t* rects, int line_width, unsigned char r, unsigned char g,
                                                  unsigned char b);

/* BM_NOT_SUPPORTED. */
DECL_EXPORT bm_status_t bmcv_hamming_distance(bm_handle_t handle, bm_device_mem_t input1, bm_device_mem_t input2,
                                              bm_device_mem_t output, int bits_len, int input1_num, int input2_num);
DECL_EXPORT bm_status_t bmcv_gemm_ext(bm_handle_t handle, bool is_A_trans, bool is_B_trans, int M, int N, int K,
                                      float alpha, bm_device_mem_t A, bm_device_mem_t B, float beta, bm_device_mem_t C,
                                      bm_device_mem_t Y, bm_image_data_format_ext input_dtype,
                                      bm_image_data_format_ext output_dtype);
DECL_EXPORT bm_status_t bmcv_matrix_log(bm_handle_t handle, bm_image src, bm_image dst);
DECL_EXPORT bm_status_t bmcv_image_quantify(bm_handle_t handle, bm_image input, bm_image output);
DECL_EXPORT bm_status_t bmcv_faiss_indexflatIP(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t db,
                                               bm_device_mem_t buffer, bm_device_mem_t similarity,
                                               bm_device_mem_t index, int vec_dims, int query_vecs_num,
                                               int database_vecs_num, int sort_cnt, int is_transpose, int input_dtype,
                                               int output_dtype);
DECL_EXPORT bm_status_t bmcv_faiss_indexflatL2(bm_handle_t handle, bm_device_mem_t input, bm_device_mem_t db,
                                               bm_device_mem_t query_norm, bm_device_mem_t db_norm,
                                               bm_device_mem_t buffer, bm_device_mem_t similarity,
                                               bm_device_mem_t index, int vec_dims, int query_vecs_num,
                                               int database_vecs_num, int sort_cnt, int is_transpose, int input_dtype,
                                               int output_dtype);
DECL_EXPORT bm_status_t bmcv_faiss_indexPQ_ADC(bm_handle_t handle, bm_device_mem_t centroids, bm_device_mem_t query,
                                               bm_device_mem_t codes, bm_device_mem_t distance, bm_device_mem_t index,
                                               int vec_dims, int slice_num, int centroids_num, int database_num,
                                               int query_num, int sort_cnt, int IP_metric);
DECL_EXPORT bm_status_t bmcv_faiss_indexPQ_ADC_ext(bm_handle_t handle, bm_device_mem_t centroids, bm_device_mem_t query,
                                                   bm_device_mem_t codes, bm_device_mem_t distance,
                                                   bm_device_mem_t index, int vec_dims, int slice_num,
                                                   int centroids_num, int database_num, int query_num, int sort_cnt,
                                                   int IP_metric, int input_dtype, int output_dtype);
DECL_EXPORT bm_status_t bmcv_faiss_indexPQ_SDC(bm_handle_t handle, bm_device_mem_t table, bm_device_mem_t xcodes,
                                               bm_device_mem_t ycodes, bm_device_mem_t distance, bm_device_mem_t index,
                                               int slice_num, int centroids_num, int database_num, int query_num,
                                               int sort_cnt, int IP_metric);
DECL_EXPORT bm_status_t bmcv_faiss_indexPQ_SDC_ext(bm_handle_t handle, bm_device_mem_t table, bm_device_mem_t xcodes,
                                                   bm_device_mem_t ycodes, bm_device_mem_t distance,
                                                   bm_device_mem_t index, int slice_num, int centroids_num,
                                                   int database_num, int query_num, int sort_cnt, int IP_metric,
                                                   int input_dtype, int output_dtype);
DECL_EXPORT bm_status_t bmcv_faiss_indexPQ_encode(bm_handle_t handle, bm_device_mem_t vectors,
                                                  bm_device_mem_t centroids, bm_device_mem_t buffer,
                                                  bm_device_mem_t codes, int encode_vec_num, int vec_dims,
                                                  int slice_num, int centroids_num, int IP_metric);
DECL_EXPORT bm_status_t bmcv_faiss_indexPQ_encode_ext(bm_handle_t handle, bm_device_mem_t vectors,
                                                      bm_device_mem_t centroids, bm_device_mem_t buffer,
                                                      bm_device_mem_t codes, int encode_vec_num, int vec_dims,
                                                      int slice_num, int centroids_num, int IP_metric, int input_dtype,
                                                      int output_dtype);

#if defined(__cplusplus)
}
#endif

#endif /* BMCV_API_DECLARATIONS_H_ */
