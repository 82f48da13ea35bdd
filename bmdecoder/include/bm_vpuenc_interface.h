/*
 * The low-level video encoder: frames in device memory in, H.264 or H.265 out.
 *
 *   bmvpu_enc_load(0), bmvpu_enc_get_bitstream_buffer_info, bmvpu_enc_dma_buffer_allocate
 *   bmvpu_enc_set_default_open_params(&params, BM_VPU_CODEC_FORMAT_H264); ... size, frame rate, bit rate ...
 *   bmvpu_enc_open(&encoder, &params, &bitstream, &info);
 *   ... bmvpu_enc_encode for every frame, then with framebuffer NULL until it answers END ...
 *   bmvpu_enc_close(encoder); bmvpu_enc_unload(0);
 *
 * C and C++. Names, values and layouts are the vendor's. Functions that return int answer BmVpuEncReturnCodes. An
 * encoder is not thread-safe; different encoders, and the other functions, may be used at the same time.
 */
#ifndef __BMVPUAPI_ENC_H__
#define __BMVPUAPI_ENC_H__

#include <stddef.h>
#include <stdint.h>

#ifndef DECL_EXPORT
#define DECL_EXPORT
#endif
#ifndef DECL_IMPORT
#define DECL_IMPORT
#endif
#ifndef ATTRIBUTE
#define ATTRIBUTE __attribute__((deprecated))
#endif

#define BMVPUAPI_VERSION "1.0.0"
#define BM_VPU_ALLOCATION_FLAG_DEFAULT BM_VPU_ALLOCATION_FLAG_WRITECOMBINE

#if defined(__cplusplus)
extern "C" {
#endif

typedef unsigned long u64;
typedef enum {
  BMVPU_ENC_LOG_LEVEL_ERROR = 0,
  BMVPU_ENC_LOG_LEVEL_WARNING = 1,
  BMVPU_ENC_LOG_LEVEL_INFO = 2,
  BMVPU_ENC_LOG_LEVEL_DEBUG = 3,
  BMVPU_ENC_LOG_LEVEL_LOG = 4,
  BMVPU_ENC_LOG_LEVEL_TRACE = 5
} BmVpuEncLogLevel;

/* Gets the messages instead of stderr. */
typedef void (*BmVpuEncLoggingFunc)(BmVpuEncLogLevel, const char*, const int, const char*, const char*, ...);
typedef unsigned long bmvpu_phys_addr_t;
typedef enum {
  BM_VPU_ALLOCATION_FLAG_CACHED = 0,
  BM_VPU_ALLOCATION_FLAG_WRITECOMBINE = 1,
  BM_VPU_ALLOCATION_FLAG_UNCACHED = 2
} BmVpuAllocationFlags;

typedef struct {
  unsigned int size; /* bytes */
  uint64_t phys_addr;
  uint64_t virt_addr; /* of the host, after bmvpu_dma_buffer_map */
  int enable_cache;
} BmVpuEncDMABuffer;

typedef void* (*BmVpuEncBufferAllocFunc)(void*, int, BmVpuEncDMABuffer*, unsigned int);
typedef void* (*BmVpuEncBufferFreeFunc)(void*, int, BmVpuEncDMABuffer*);
typedef enum {
  BM_VPU_ENC_FRAME_TYPE_UNKNOWN = 0,
  BM_VPU_ENC_FRAME_TYPE_I = 1,
  BM_VPU_ENC_FRAME_TYPE_P = 2,
  BM_VPU_ENC_FRAME_TYPE_B = 3,
  BM_VPU_ENC_FRAME_TYPE_IDR = 4
} BmVpuEncFrameType;

typedef enum { BM_VPU_CODEC_FORMAT_H264 = 0, BM_VPU_CODEC_FORMAT_H265 = 1 } BmVpuCodecFormat;

typedef enum { BM_VPU_ENC_MAPPING_FLAG_WRITE = 1, BM_VPU_ENC_MAPPING_FLAG_READ = 2 } BmVpuEncMappingFlags;

/* 4:2:0 is encoded: YUV420P and NV12. */
typedef enum {
  BM_VPU_ENC_PIX_FORMAT_YUV420P = 0,
  BM_VPU_ENC_PIX_FORMAT_YUV422P = 1,
  BM_VPU_ENC_PIX_FORMAT_YUV444P = 3,
  BM_VPU_ENC_PIX_FORMAT_YUV400 = 4,
  BM_VPU_ENC_PIX_FORMAT_NV12 = 5,
  BM_VPU_ENC_PIX_FORMAT_NV16 = 6,
  BM_VPU_ENC_PIX_FORMAT_NV24 = 7
} BmVpuEncPixFormat;

typedef struct {
  BmVpuEncDMABuffer* dma_buffer;
  int myIndex;
  unsigned int y_stride;
  unsigned int cbcr_stride;
  unsigned int width;
  unsigned int height;
  size_t y_offset; /* bytes from the start of dma_buffer */
  size_t cb_offset;
  size_t cr_offset;
  int already_marked;
  void* internal;
  void* context;
} BmVpuFramebuffer;

/* The timestamps and the context are those of the raw frame that became this one. */
typedef struct {
  uint8_t* data; /* in the acquired buffer */
  size_t data_size;
  BmVpuEncFrameType frame_type;
  void* acquired_handle;
  void* context;
  uint64_t pts;
  uint64_t dts;
  int src_idx; /* myIndex of its framebuffer */
  bmvpu_phys_addr_t u64CustomMapPhyAddr;
  int avg_ctu_qp; /* average quantiser, 0 if the encoder does not say */
} BmVpuEncodedFrame;

typedef struct {
  BmVpuFramebuffer* framebuffer; /* null: the end of the stream */
  void* context;
  uint64_t pts;
  uint64_t dts;
} BmVpuRawFrame;

/* Samples, strides and sizes in bytes; c_size is of one chroma plane. */
typedef struct {
  int width;
  int height;
  int y_stride;
  int c_stride;
  int y_size;
  int c_size;
  int size;
} BmVpuFbInfo;

typedef enum {
  BM_VPU_ENC_RETURN_CODE_OK = 0,
  BM_VPU_ENC_RETURN_CODE_ERROR = 1,
  BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS = 2,
  BM_VPU_ENC_RETURN_CODE_INVALID_HANDLE = 3,
  BM_VPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER = 4,
  BM_VPU_ENC_RETURN_CODE_INSUFFICIENT_FRAMEBUFFERS = 5,
  BM_VPU_ENC_RETURN_CODE_INVALID_STRIDE = 6,
  BM_VPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE = 7,
  BM_VPU_ENC_RETURN_CODE_TIMEOUT = 8,
  BM_VPU_ENC_RETURN_CODE_RESEND_FRAME = 9,
  BM_VPU_ENC_RETURN_CODE_ENC_END = 10,
  BM_VPU_ENC_RETURN_CODE_END = 11
} BmVpuEncReturnCodes;

/* Bits. */
typedef enum {
  BM_VPU_ENC_OUTPUT_CODE_INPUT_USED = 1,
  BM_VPU_ENC_OUTPUT_CODE_ENCODED_FRAME_AVAILABLE = 2,
  BM_VPU_ENC_OUTPUT_CODE_CONTAINS_HEADER = 4
} BmVpuEncOutputCodes;

typedef enum {
  BM_VPU_ENC_HEADER_DATA_TYPE_VPS_RBSP = 0,
  BM_VPU_ENC_HEADER_DATA_TYPE_SPS_RBSP = 1,
  BM_VPU_ENC_HEADER_DATA_TYPE_PPS_RBSP = 2
} BmVpuEncHeaderDataTypes;

typedef enum {
  BM_VPU_ENC_GOP_PRESET_ALL_I = 1,
  BM_VPU_ENC_GOP_PRESET_IPP = 2,
  BM_VPU_ENC_GOP_PRESET_IBBB = 3,
  BM_VPU_ENC_GOP_PRESET_IBPBP = 4,
  BM_VPU_ENC_GOP_PRESET_IBBBP = 5,
  BM_VPU_ENC_GOP_PRESET_IPPPP = 6,
  BM_VPU_ENC_GOP_PRESET_IBBBB = 7,
  BM_VPU_ENC_GOP_PRESET_RA_IB = 8
} BMVpuEncGopPreset;

typedef enum {
  BM_VPU_ENC_CUSTOM_MODE = 0,
  BM_VPU_ENC_RECOMMENDED_MODE = 1,
  BM_VPU_ENC_BOOST_MODE = 2,
  BM_VPU_ENC_FAST_MODE = 3
} BMVpuEncMode;

typedef struct {
  int enable_transform8x8;
} BmVpuEncH264Params;

typedef struct {
  int enable_tmvp;
  int enable_wpp;
  int enable_sao;
  int enable_strong_intra_smoothing;
  int enable_intra_trans_skip;
  int enable_intraNxN;
} BmVpuEncH265Params;

/* Defaults, by bmvpu_enc_set_default_open_params, in brackets. */
typedef struct {
  BmVpuCodecFormat codec_format;
  BmVpuEncPixFormat pix_format; /* [YUV420P] or NV12 */
  uint32_t frame_width;         /* 256..8192, with frame_height 128..8192 a multiple of 2 (H.264) or 8 (H.265) */
  uint32_t frame_height;
  uint32_t timebase_num; /* [1]; not used: timestamps are passed through */
  uint32_t timebase_den;
  uint32_t fps_num; /* [1] / fps_den [1] frames per second */
  uint32_t fps_den;
  int64_t bitrate;          /* [100000] bit/s; 0: constant quantiser cqp */
  uint64_t vbv_buffer_size; /* [0] or 10..3000 ms; checked, the encoder uses 1000 ms */
  int cqp;                  /* [-1], 0..51 with bitrate 0 */
  BMVpuEncMode enc_mode;    /* [RECOMMENDED_MODE], checked; no effect, as are all members below down to h265_params */
  int max_num_merge;
  int enable_constrained_intra_prediction;
  int enable_wp;
  int disable_deblocking;
  int offset_tc;
  int offset_beta;
  int enable_cross_slice_boundary;
  int enable_nr;
  union {
    BmVpuEncH264Params h264_params;
    BmVpuEncH265Params h265_params;
  };
  int soc_idx;                  /* [0] device */
  BMVpuEncGopPreset gop_preset; /* [IBBBP] */
  int intra_period;             /* [60]; a multiple of the group of pictures for presets 4, 5 and 8 */
  int bg_detection;             /* [0] no effect, as are mb_rc [1] and delta_qp [5] */
  int mb_rc;
  int delta_qp;
  int min_qp;          /* [8] */
  int max_qp;          /* [51] */
  int roi_enable;      /* [0]; maps of regions are refused by bmvpu_enc_encode */
  int cmd_queue_depth; /* [4] no effect, as are timeout [1000 ms] and timeout_count [40] */
  int timeout;
  int timeout_count;
  BmVpuEncBufferAllocFunc buffer_alloc_func; /* for the encoder's own device memory; never called: it needs none */
  BmVpuEncBufferFreeFunc buffer_free_func;
  void* buffer_context;
} BmVpuEncOpenParams;

typedef struct {
  uint32_t min_num_rec_fb;
  uint32_t min_num_src_fb;
  uint32_t framebuffer_alignment;
  BmVpuFbInfo rec_fb;
  BmVpuFbInfo src_fb;
} BmVpuEncInitialInfo;

/* Gives `size` bytes for an encoded frame, null if there are none. */
typedef void* (*BmVpuEncAcquireOutputBuffer)(void*, size_t, void**);
typedef void (*BmVpuEncFinishOutputBuffer)(void*, void*);
typedef struct {
  int roiAvgQp;
  int customRoiMapEnable;
  int customLambdaMapEnable;
  int customModeMapEnable;
  int customCoefDropEnable;
  bmvpu_phys_addr_t addrCustomMap;
} BmCustomMapOpt;

typedef struct {
  int skip_frame; /* 0: skipped frames are refused */
  BmVpuEncAcquireOutputBuffer acquire_output_buffer;
  BmVpuEncFinishOutputBuffer finish_output_buffer;
  void* output_buffer_context;
  BmCustomMapOpt* customMapOpt;
} BmVpuEncParams;

/* An open encoder. Members without a meaning in software are 0. */
typedef struct {
  void* handle;
  int soc_idx;
  int core_idx;
  BmVpuCodecFormat codec_format;
  BmVpuEncPixFormat pix_format;
  uint32_t frame_width;
  uint32_t frame_height;
  uint32_t fps_n;
  uint32_t fps_d;
  int first_frame;
  int rc_enable;
  int cqp;
  BmVpuEncDMABuffer* work_dmabuffer;
  BmVpuEncDMABuffer* bs_dmabuffer;
  unsigned long long bs_virt_addr;
  bmvpu_phys_addr_t bs_phys_addr;
  uint32_t num_framebuffers;
  void* internal_framebuffers;
  BmVpuFramebuffer* framebuffers;
  BmVpuEncDMABuffer* buffer_mv;
  BmVpuEncDMABuffer* buffer_fbc_y_tbl;
  BmVpuEncDMABuffer* buffer_fbc_c_tbl;
  BmVpuEncDMABuffer* buffer_sub_sam;
  uint8_t* headers_rbsp;
  size_t headers_rbsp_size;
  BmVpuEncInitialInfo initial_info;
  int timeout;
  int timeout_count;
  void* video_enc_ctx;
} BmVpuEncoder;

enum { BM_LINEAR_FRAME_MAP = 0, BM_COMPRESSED_FRAME_MAP = 10 };

/* Only failures are logged, whatever the threshold; it can be read again. A null function restores stderr. */
DECL_EXPORT void bmvpu_enc_set_logging_threshold(BmVpuEncLogLevel threshold);
DECL_EXPORT void bmvpu_enc_set_logging_function(BmVpuEncLoggingFunc logging_function);
DECL_EXPORT BmVpuEncLogLevel bmvpu_enc_get_logging_threshold(void);

/* Copies `height` rows of `width` bytes between host and device memory; strides in bytes. */
DECL_EXPORT int bmvpu_enc_upload_data(int vpu_core_idx, const uint8_t* host_va, int host_stride, uint64_t vpu_pa,
                                      int vpu_stride, int width, int height);
DECL_EXPORT int bmvpu_enc_download_data(int vpu_core_idx, uint8_t* host_va, int host_stride, uint64_t vpu_pa,
                                        int vpu_stride, int width, int height);

/* Device memory of a core's device. INVALID_PARAMS for size 0 and for memory that bmvpu_enc_dma_buffer_allocate did not
   give. */
DECL_EXPORT int bmvpu_enc_dma_buffer_allocate(int vpu_core_idx, BmVpuEncDMABuffer* buf, unsigned int size);
DECL_EXPORT int bmvpu_enc_dma_buffer_deallocate(int vpu_core_idx, BmVpuEncDMABuffer* buf);

/* Makes memory of others known. The unit reaches all of the device's memory: only the range is checked. */
DECL_EXPORT int bmvpu_enc_dma_buffer_attach(int vpu_core_idx, uint64_t paddr, unsigned int size);
DECL_EXPORT int bmvpu_enc_dma_buffer_deattach(int vpu_core_idx, uint64_t paddr, unsigned int size);

/* Fills in and clears virt_addr. `port_flag`: BmVpuEncMappingFlags. */
DECL_EXPORT int bmvpu_dma_buffer_map(int vpu_core_idx, BmVpuEncDMABuffer* buf, int port_flag);
DECL_EXPORT int bmvpu_dma_buffer_unmap(int vpu_core_idx, BmVpuEncDMABuffer* buf);

/* Host and device see the same bytes; flush tells the device that the host wrote. */
DECL_EXPORT int bmvpu_enc_dma_buffer_flush(int vpu_core_idx, BmVpuEncDMABuffer* buf);
DECL_EXPORT int bmvpu_enc_dma_buffer_invalidate(int vpu_core_idx, BmVpuEncDMABuffer* buf);

/* 0 for a null buffer. */
DECL_EXPORT uint64_t bmvpu_enc_dma_buffer_get_physical_address(BmVpuEncDMABuffer* buf);
DECL_EXPORT unsigned int bmvpu_enc_dma_buffer_get_size(BmVpuEncDMABuffer* buf);

DECL_EXPORT const char* bmvpu_enc_error_string(BmVpuEncReturnCodes code);

/* The core that encodes on a device: 5 * soc_idx + 4; negative for an impossible device. */
DECL_EXPORT int bmvpu_enc_get_core_idx(int soc_idx);

/* Takes and gives back the device; calls are counted. Everything that names a core needs its device loaded. */
DECL_EXPORT int bmvpu_enc_load(int soc_idx);
DECL_EXPORT int bmvpu_enc_unload(int soc_idx);

/* Declared only, by the vendor too: answers ERROR. */
DECL_EXPORT int bmvpu_get_ext_addr(void);

/* What a bitstream buffer needs: 1 MiB, aligned to 8. */
DECL_EXPORT void bmvpu_enc_get_bitstream_buffer_info(size_t* size, uint32_t* alignment);

DECL_EXPORT void bmvpu_enc_set_default_open_params(BmVpuEncOpenParams* open_params, BmVpuCodecFormat codec_format);

/* Describes a frame of the encoder's geometry in `fb_dma_buffer`. */
DECL_EXPORT int bmvpu_fill_framebuffer_params(BmVpuFramebuffer* framebuffer, BmVpuFbInfo* fb_info,
                                              BmVpuEncDMABuffer* fb_dma_buffer, int fb_id, void* context);

/* Opens an encoder and tells the geometry of its frames. INVALID_PARAMS, with the member, its value and its limits
   logged; WRONG_CALL_SEQUENCE before bmvpu_enc_load. */
DECL_EXPORT int bmvpu_enc_open(BmVpuEncoder** encoder, BmVpuEncOpenParams* open_params, BmVpuEncDMABuffer* bs_dmabuffer,
                               BmVpuEncInitialInfo* initial_info);
DECL_EXPORT int bmvpu_enc_close(BmVpuEncoder* encoder);

/* Takes a frame (INPUT_USED in `output_code`) and gives one that is ready (ENCODED_FRAME_AVAILABLE), in a buffer from
   acquire_output_buffer that finish_output_buffer closes. Both callbacks are mandatory. With a null framebuffer: the
   remaining frames, one a call, then END. INVALID_FRAMEBUFFER and INVALID_STRIDE for a frame that does not fit;
   INVALID_PARAMS for skip_frame and customMapOpt; WRONG_CALL_SEQUENCE for a frame after the end. */
DECL_EXPORT int bmvpu_enc_encode(BmVpuEncoder* encoder, const BmVpuRawFrame* raw_frame,
                                 BmVpuEncodedFrame* encoded_frame, BmVpuEncParams* encoding_params,
                                 uint32_t* output_code);

DECL_EXPORT const char* bmvpu_pix_format_string(BmVpuEncPixFormat pix_format);
DECL_EXPORT const char* bmvpu_frame_type_string(BmVpuEncFrameType frame_type);

/* Sets a member by name: bg, nr, deblock ("tc,beta" or 0, 1), gop-preset, preset (fast or 0, medium or 1, slow or 2),
   mb-rc, delta-qp, min-qp, max-qp, qp (bitrate becomes 0), bitrate (kbit/s), weightp. An underscore counts as a hyphen.
   INVALID_PARAMS, and nothing changed, for another name or a value out of range. */
DECL_EXPORT int bmvpu_enc_param_parse(BmVpuEncOpenParams* p, const char* name, const char* value);

#if defined(__cplusplus)
}
#endif

#endif /* __BMVPUAPI_ENC_H__ */
