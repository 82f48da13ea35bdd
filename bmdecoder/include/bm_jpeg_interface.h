/*
 * The low-level JPEG decoder and encoder: baseline pictures, device memory on the side of the samples.
 *
 *   bm_jpu_dec_load(0);
 *   bm_jpu_jpeg_dec_open(&decoder, &params, 0);
 *   bm_jpu_jpeg_dec_decode(decoder, data, size, 0, 0);
 *   bm_jpu_jpeg_dec_get_info(decoder, &info);   ... the samples at info.framebuffer ...
 *   bm_jpu_jpeg_dec_frame_finished(decoder, info.framebuffer);
 *   bm_jpu_jpeg_dec_close(decoder); bm_jpu_dec_unload(0);
 *
 * C and C++. Names, values and layouts are the vendor's. A decoder or encoder that is null or was closed answers
 * INVALID_HANDLE, a null pointer INVALID_PARAMS. One decoder or encoder is not thread-safe; different ones, and the
 * other functions, may be used at the same time.
 */
#ifndef __BM_JPEG_INTERFACE_H__
#define __BM_JPEG_INTERFACE_H__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bmlib_runtime.h"

#define BM_JPU_PHYS_ADDR_FORMAT "#lx"

#if defined(__cplusplus)
extern "C" {
#endif

/* Host memory: size, context, file, line, function. */
typedef unsigned long long bm_jpu_phys_addr_t;
typedef void* (*BmJpuHeapAllocFunc)(const size_t, void*, const char*, const int, const char*);
typedef void (*BmJpuHeapFreeFunc)(void*, const size_t, void*, const char*, const int, const char*);
typedef enum {
  BM_JPU_LOG_LEVEL_ERROR = 0,
  BM_JPU_LOG_LEVEL_WARNING = 1,
  BM_JPU_LOG_LEVEL_INFO = 2,
  BM_JPU_LOG_LEVEL_DEBUG = 3,
  BM_JPU_LOG_LEVEL_LOG = 4,
  BM_JPU_LOG_LEVEL_TRACE = 5
} BmJpuLogLevel;

typedef void (*BmJpuLoggingFunc)(BmJpuLogLevel, const char*, const int, const char*, const char*, ...);
typedef enum {
  BM_JPU_IMAGE_FORMAT_YUV420P = 0,
  BM_JPU_IMAGE_FORMAT_YUV422P = 1,
  BM_JPU_IMAGE_FORMAT_YUV444P = 2,
  BM_JPU_IMAGE_FORMAT_NV12 = 3,
  BM_JPU_IMAGE_FORMAT_NV21 = 4,
  BM_JPU_IMAGE_FORMAT_NV16 = 5,
  BM_JPU_IMAGE_FORMAT_NV61 = 6,
  BM_JPU_IMAGE_FORMAT_GRAY = 7,
  BM_JPU_IMAGE_FORMAT_RGB = 8
} BmJpuImageFormat;

typedef enum {
  BM_JPU_COLOR_FORMAT_YUV420 = 0,
  BM_JPU_COLOR_FORMAT_YUV422_HORIZONTAL = 1,
  BM_JPU_COLOR_FORMAT_YUV422_VERTICAL = 2,
  BM_JPU_COLOR_FORMAT_YUV444 = 3,
  BM_JPU_COLOR_FORMAT_YUV400 = 4
} BmJpuColorFormat;

/* Planes of their own, NV12 or NV16, NV21 or NV61. */
typedef enum {
  BM_JPU_CHROMA_FORMAT_CBCR_SEPARATED = 0,
  BM_JPU_CHROMA_FORMAT_CBCR_INTERLEAVE = 1,
  BM_JPU_CHROMA_FORMAT_CRCB_INTERLEAVE = 2
} BmJpuChromaFormat;

typedef enum {
  BM_JPU_PACKED_FORMAT_NONE = 0,
  BM_JPU_PACKED_FORMAT_422_YUYV = 1,
  BM_JPU_PACKED_FORMAT_422_UYVY = 2,
  BM_JPU_PACKED_FORMAT_422_YVYU = 3,
  BM_JPU_PACKED_FORMAT_422_VYUY = 4,
  BM_JPU_PACKED_FORMAT_444 = 5
} BmJpuPackedFormat;

/* Degrees counter-clockwise, before mirroring. 4:2:2 turns by 180 only. */
typedef enum {
  BM_JPU_ROTATE_NONE = 0,
  BM_JPU_ROTATE_90 = 90,
  BM_JPU_ROTATE_180 = 180,
  BM_JPU_ROTATE_270 = 270
} BmJpuRotateAngle;

typedef enum {
  BM_JPU_MIRROR_NONE = 0,
  BM_JPU_MIRROR_VER = 1, /* top and bottom change places */
  BM_JPU_MIRROR_HOR = 2, /* left and right change places */
  BM_JPU_MIRROR_HOR_VER = 3
} BmJpuMirrorDirection;

/* Sizes and strides in bytes; cbcr_size is of one chroma plane. */
typedef struct {
  unsigned int aligned_frame_width;
  unsigned int aligned_frame_height;
  unsigned int y_stride;
  unsigned int cbcr_stride;
  unsigned int y_size;
  unsigned int cbcr_size;
  unsigned int total_size;
  BmJpuImageFormat image_format;
} BmJpuFramebufferSizes;

typedef struct {
  unsigned int y_stride;
  unsigned int cbcr_stride;
  bm_device_mem_t* dma_buffer;
  size_t y_offset; /* bytes from the start of dma_buffer */
  size_t cb_offset;
  size_t cr_offset;
  void* context;
  int already_marked; /* 1: free */
  void* internal;
} BmJpuFramebuffer;

typedef struct {
  uint8_t* data;
  size_t data_size;
  void* acquired_handle;
  void* context;
  uint64_t pts;
  uint64_t dts;
} BmJpuEncodedFrame;

typedef struct {
  BmJpuFramebuffer* framebuffer;
  void* context;
  uint64_t pts;
  uint64_t dts;
} BmJpuRawFrame;

typedef enum {
  BM_JPU_DEC_RETURN_CODE_OK = 0,
  BM_JPU_DEC_RETURN_CODE_ERROR = 1,
  BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS = 2,
  BM_JPU_DEC_RETURN_CODE_INVALID_HANDLE = 3,
  BM_JPU_DEC_RETURN_CODE_INVALID_FRAMEBUFFER = 4,
  BM_JPU_DEC_RETURN_CODE_INSUFFICIENT_FRAMEBUFFERS = 5,
  BM_JPU_DEC_RETURN_CODE_INVALID_STRIDE = 6,
  BM_JPU_DEC_RETURN_CODE_WRONG_CALL_SEQUENCE = 7,
  BM_JPU_DEC_RETURN_CODE_TIMEOUT = 8,
  BM_JPU_DEC_RETURN_CODE_ALREADY_CALLED = 9,
  BM_JPU_DEC_RETURN_ALLOC_MEM_ERROR = 10,
  BM_JPU_DEC_RETURN_OVER_LIMITED = 11,
  BM_JPU_DEC_RETURN_ILLEGAL_BS_SIZE = 12
} BmJpuDecReturnCodes;

typedef struct _BmJpuDecoder BmJpuDecoder;
typedef struct {
  unsigned int frame_width;
  unsigned int frame_height;
  unsigned int min_num_required_framebuffers;
  BmJpuImageFormat image_format;
  unsigned int framebuffer_alignment;
  int roiFrameWidth;
  int roiFrameHeight;
} BmJpuDecInitialInfo;

typedef struct {
  BmJpuDecoder* decoder;
  bm_jpu_phys_addr_t bitstream_buffer_addr;
  size_t bitstream_buffer_size;
  unsigned int bitstream_buffer_alignment;
  BmJpuDecInitialInfo initial_info;
  BmJpuFramebuffer* framebuffers;
  bm_jpu_phys_addr_t* framebuffer_addrs;
  size_t framebuffer_size;
  unsigned int num_framebuffers;
  unsigned int num_extra_framebuffers;
  BmJpuFramebufferSizes calculated_sizes;
  BmJpuRawFrame raw_frame;
  int device_index;
  void* opaque;
  int rotationEnable;
  BmJpuRotateAngle rotationAngle;
  int mirrorEnable;
  BmJpuMirrorDirection mirrorDirection;
  bool framebuffer_recycle;
  bool bitstream_from_user;
  bool framebuffer_from_user;
} BmJpuJPEGDecoder;

/* Zero bytes are defaults. */
typedef struct {
  unsigned int min_frame_width; /* limits of the picture; 0: none */
  unsigned int min_frame_height;
  unsigned int max_frame_width;
  unsigned int max_frame_height;
  BmJpuColorFormat color_format; /* ignored */
  BmJpuChromaFormat chroma_interleave;
  unsigned int scale_ratio; /* 0: scaling is refused */
  size_t bs_buffer_size;    /* bytes; 0 means 5 MiB */
  uint8_t* buffer;          /* ignored */
  int device_index;
  int rotationEnable;
  BmJpuRotateAngle rotationAngle;
  int mirrorEnable;
  BmJpuMirrorDirection mirrorDirection;
  int roiEnable;
  int roiWidth; /* samples, before rotation; offsets even where chroma is subsampled */
  int roiHeight;
  int roiOffsetX;
  int roiOffsetY;
  bool framebuffer_recycle; /* keep framebuffers of framebuffer_size bytes for pictures of every size */
  size_t framebuffer_size;
  bool bitstream_from_user;
  bm_jpu_phys_addr_t bs_buffer_phys_addr;
  bool framebuffer_from_user; /* framebuffer_num buffers of framebuffer_size bytes at framebuffer_phys_addrs */
  int framebuffer_num;
  bm_jpu_phys_addr_t* framebuffer_phys_addrs;
  int timeout; /* accepted, no effect */
  int timeout_count;
} BmJpuDecOpenParams;

typedef struct {
  unsigned int aligned_frame_width;
  unsigned int aligned_frame_height;
  unsigned int actual_frame_width;
  unsigned int actual_frame_height;
  unsigned int y_stride;
  unsigned int cbcr_stride;
  unsigned int y_size;
  unsigned int cbcr_size;
  unsigned int y_offset;
  unsigned int cb_offset;
  unsigned int cr_offset;
  BmJpuFramebuffer* framebuffer; /* null: all framebuffers are in use */
  BmJpuImageFormat image_format;
  bool framebuffer_recycle;
  size_t framebuffer_size;
} BmJpuJPEGDecInfo;

typedef enum {
  BM_JPU_ENC_RETURN_CODE_OK = 0,
  BM_JPU_ENC_RETURN_CODE_ERROR = 1,
  BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS = 2,
  BM_JPU_ENC_RETURN_CODE_INVALID_HANDLE = 3,
  BM_JPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER = 4,
  BM_JPU_ENC_RETURN_CODE_INSUFFICIENT_FRAMEBUFFERS = 5,
  BM_JPU_ENC_RETURN_CODE_INVALID_STRIDE = 6,
  BM_JPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE = 7,
  BM_JPU_ENC_RETURN_CODE_TIMEOUT = 8,
  BM_JPU_ENC_RETURN_CODE_ALREADY_CALLED = 9,
  BM_JPU_ENC_RETURN_CODE_WRITE_CALLBACK_FAILED = 10,
  BM_JPU_ENC_RETURN_ALLOC_MEM_ERROR = 11,
  BM_JPU_ENC_BYTE_ERROR = 12,
  BM_JPU_ENC_RETURN_BS_BUFFER_FULL = 13
} BmJpuEncReturnCodes;

typedef struct _BmJpuEncoder BmJpuEncoder;
typedef struct {
  unsigned int min_num_required_framebuffers;
  unsigned int framebuffer_alignment;
} BmJpuEncInitialInfo;

typedef struct {
  BmJpuEncoder* encoder;
  bm_jpu_phys_addr_t bitstream_buffer_addr;
  size_t bitstream_buffer_size;
  unsigned int bitstream_buffer_alignment;
  BmJpuEncInitialInfo initial_info;
  unsigned int frame_width;
  unsigned int frame_height;
  BmJpuFramebufferSizes calculated_sizes;
  unsigned int quality_factor;
  BmJpuImageFormat image_format;
  int device_index;
  int rotationEnable;
  BmJpuRotateAngle rotationAngle;
  int mirrorEnable;
  BmJpuMirrorDirection mirrorDirection;
  bool bitstream_from_user;
} BmJpuJPEGEncoder;

/* Takes the file in one piece; 0 means failure. */
/* Gives `size` bytes, null if there are none. */
typedef void* (*BmJpuEncAcquireOutputBuffer)(void*, size_t, void**);
typedef void (*BmJpuEncFinishOutputBuffer)(void*, void*);
typedef int (*BmJpuWriteOutputData)(void*, const uint8_t*, uint32_t, BmJpuEncodedFrame*);
typedef struct {
  unsigned int frame_width;
  unsigned int frame_height;
  unsigned int quality_factor; /* 0..100; 0 counts as 1 */
  BmJpuImageFormat image_format;
  BmJpuEncAcquireOutputBuffer acquire_output_buffer;
  BmJpuEncFinishOutputBuffer finish_output_buffer;
  BmJpuWriteOutputData write_output_data; /* used instead of the two above if not null */
  void* output_buffer_context;
  int rotationEnable;
  BmJpuRotateAngle rotationAngle;
  int mirrorEnable;
  BmJpuMirrorDirection mirrorDirection;
  int bs_in_device; /* 1: the file goes to bs_buffer_phys_addr, bs_buffer_size bytes of device memory */
  int timeout;      /* accepted, no effect */
  int timeout_count;
  bm_jpu_phys_addr_t bs_buffer_phys_addr;
  int bs_buffer_size;
} BmJpuJPEGEncParams;

/* Accepted, without effect: the library allocates host memory itself. */
DECL_EXPORT void bm_jpu_set_heap_allocator_functions(BmJpuHeapAllocFunc heap_alloc_fn, BmJpuHeapFreeFunc heap_free_fn,
                                                     void* context);

/* Only failures are logged, whatever the threshold. A null function restores stderr. */
DECL_EXPORT void bm_jpu_set_logging_threshold(BmJpuLogLevel threshold);
DECL_EXPORT void bm_jpu_set_logging_function(BmJpuLoggingFunc logging_function);

DECL_EXPORT const char* bm_jpu_color_format_string(BmJpuColorFormat color_format);
DECL_EXPORT const char* bm_jpu_image_format_string(BmJpuImageFormat image_format);

/* The unit has no state that could hang: 0. */
DECL_EXPORT int bm_jpu_hw_reset(void);

/* Where a picture lies: width in multiples of 64, height of 16, planes without a gap; the total is rounded up to
   `framebuffer_alignment` (0 and 1: not at all). INVALID_PARAMS for sides outside 1..32768 and RGB. */
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_calc_framebuffer_sizes(unsigned int frame_width, unsigned int frame_height,
                                                              unsigned int framebuffer_alignment,
                                                              BmJpuImageFormat image_format,
                                                              BmJpuFramebufferSizes* calculated_sizes);

DECL_EXPORT const char* bm_jpu_dec_error_string(BmJpuDecReturnCodes code);

/* Takes and gives back the device; calls are counted. The handle is null unless the device is loaded. */
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_dec_load(int device_index);
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_dec_unload(int device_index);
DECL_EXPORT bm_handle_t bm_jpu_dec_get_bm_handle(int device_index);

/* A decoder with 1 + num_extra_framebuffers framebuffers. WRONG_CALL_SEQUENCE before bm_jpu_dec_load; INVALID_PARAMS.
 */
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_jpeg_dec_open(BmJpuJPEGDecoder** jpeg_decoder, BmJpuDecOpenParams* open_params,
                                                     unsigned int num_extra_framebuffers);
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_jpeg_dec_close(BmJpuJPEGDecoder* jpeg_decoder);

/* Decodes a baseline picture. Framebuffers are allocated by the first one, and again when the size changes; those in
   use stay until they are finished. OK without a picture if all are in use. INSUFFICIENT_FRAMEBUFFERS if the caller's
   are too small, INVALID_PARAMS for more bytes than the bitstream buffer has, OVER_LIMITED outside the limits of the
   open call, ERROR for damaged data and pictures that are not baseline. The timeouts have no effect. */
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_jpeg_dec_decode(BmJpuJPEGDecoder* jpeg_decoder, const uint8_t* jpeg_data,
                                                       const size_t jpeg_data_size, int timeout, int timeout_count);

/* The last picture; WRONG_CALL_SEQUENCE if the last call failed. Its framebuffer is null if there was none free; else
   it is in use until bm_jpu_jpeg_dec_frame_finished (INVALID_FRAMEBUFFER for one that is not). */
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_jpeg_dec_get_info(BmJpuJPEGDecoder* jpeg_decoder, BmJpuJPEGDecInfo* info);
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_jpeg_dec_frame_finished(BmJpuJPEGDecoder* jpeg_decoder,
                                                               BmJpuFramebuffer* framebuffer);

/* Marks all framebuffers free. */
DECL_EXPORT BmJpuDecReturnCodes bm_jpu_jpeg_dec_flush(BmJpuJPEGDecoder* jpeg_decoder);

DECL_EXPORT const char* bm_jpu_enc_error_string(BmJpuEncReturnCodes code);
DECL_EXPORT BmJpuEncReturnCodes bm_jpu_enc_load(int device_index);
DECL_EXPORT BmJpuEncReturnCodes bm_jpu_enc_unload(int device_index);
DECL_EXPORT bm_handle_t bm_jpu_enc_get_bm_handle(int device_index);

/* `bs_buffer_phys_addr` may be 0; bs_buffer_size 0 means 5 MiB. */
DECL_EXPORT BmJpuEncReturnCodes bm_jpu_jpeg_enc_open(BmJpuJPEGEncoder** jpeg_encoder,
                                                     bm_jpu_phys_addr_t bs_buffer_phys_addr, int bs_buffer_size,
                                                     int device_index);
DECL_EXPORT BmJpuEncReturnCodes bm_jpu_jpeg_enc_close(BmJpuJPEGEncoder* jpeg_encoder);

/* Encodes with the tables of Annex K scaled by libjpeg's formula. The file goes to write_output_data, to the buffer of
   acquire_output_buffer (whose handle is returned), or into device memory; its size is returned. BS_BUFFER_FULL if it
   is larger than the bitstream buffer; INVALID_PARAMS for sizes, formats and qualities out of range. */
DECL_EXPORT BmJpuEncReturnCodes bm_jpu_jpeg_enc_encode(BmJpuJPEGEncoder* jpeg_encoder,
                                                       const BmJpuFramebuffer* framebuffer,
                                                       const BmJpuJPEGEncParams* params, void** acquired_handle,
                                                       size_t* output_buffer_size);

#if defined(__cplusplus)
}
#endif

#endif /* __BM_JPEG_INTERFACE_H__ */
