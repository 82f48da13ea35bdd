/*
 * The low-level video decoder: H.264 and H.265 byte streams in, frames in device memory out.
 *
 *   bmvpu_dec_create(&handle, param);
 *   ... bmvpu_dec_decode(handle, stream) until all is given, again after BUF_FULL or NOBUF;
 *       while bmvpu_dec_get_output(handle, &frame) is 0: use it, bmvpu_dec_clear_output(handle, &frame) ...
 *   bmvpu_dec_flush(handle), then get_output and clear_output until bmvpu_dec_get_status(handle) is BMDEC_STOP
 *   bmvpu_dec_delete(handle);
 *
 * C and C++. Names, values and layouts are the vendor's. A handle that is null or was deleted answers UNEXIST, a null
 * result pointer NULL_PTR unless said otherwise. Every function may be called by many threads at a time.
 */
#ifndef BM_VPUDEC_INTERFACE_H
#define BM_VPUDEC_INTERFACE_H

#ifndef DECL_EXPORT
#define DECL_EXPORT
#endif
#ifndef DECL_IMPORT
#define DECL_IMPORT
#endif
#ifndef ATTRIBUTE
#define ATTRIBUTE __attribute__((deprecated))
#endif

#define STREAM_BUF_SIZE 0x400000
#define MAX_FILE_PATH 256
#define TRY_FLOCK_OPEN
/* Guards the frame's type in programs that declare it, too. */
#define BMVIDFRAME
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/* What the library logs: messages of this level and below. */
typedef enum {
  BMVPU_DEC_LOG_LEVEL_NONE = 0,
  BMVPU_DEC_LOG_LEVEL_ERR = 1,
  BMVPU_DEC_LOG_LEVEL_WARN = 2,
  BMVPU_DEC_LOG_LEVEL_INFO = 3,
  BMVPU_DEC_LOG_LEVEL_TRACE = 4,
  BMVPU_DEC_LOG_LEVEL_MAX_LOG_LEVEL = 5
} BmVpuDecLogLevel;

typedef int BOOL;
typedef unsigned long u64;
typedef enum { BMDEC_AVC = 0, BMDEC_HEVC = 12 } BmVpuDecStreamFormat;

/* Frames that are dropped before they are decoded. */
typedef enum {
  BMDEC_FRAME_SKIP_MODE = 0,    /* none */
  BMDEC_SKIP_NON_REF_NON_I = 1, /* those that no other frame refers to */
  BMDEC_SKIP_NON_I = 2          /* all but intra frames */
} BmVpuDecSkipMode;

typedef struct {
  unsigned int size; /* bytes */
  u64 phys_addr;
  u64 virt_addr;
} BmVpuDecDMABuffer;

typedef enum {
  BMDEC_OUTPUT_UNMAP = 0,   /* linear */
  BMDEC_OUTPUT_TILED = 100, /* refused */
  BMDEC_OUTPUT_COMPRESSED = 101
} BmVpuDecOutputMapType;

typedef enum {
  BMDEC_BS_MODE_INTERRUPT = 0, /* a byte stream in blocks of any size */
  BMDEC_BS_MODE_RESERVED = 1,  /* refused */
  BMDEC_BS_MODE_PIC_END = 2    /* one access unit a call */
} BmVpuDecBitStreamMode;

/* The chip makes 420P, NV12, NV21 and COMPRESSED. */
typedef enum {
  BM_VPU_DEC_PIX_FORMAT_YUV420P = 0,
  BM_VPU_DEC_PIX_FORMAT_YUV422P = 1,
  BM_VPU_DEC_PIX_FORMAT_YUV444P = 3,
  BM_VPU_DEC_PIX_FORMAT_YUV400 = 4,
  BM_VPU_DEC_PIX_FORMAT_NV12 = 5,
  BM_VPU_DEC_PIX_FORMAT_NV21 = 6,
  BM_VPU_DEC_PIX_FORMAT_NV16 = 7,
  BM_VPU_DEC_PIX_FORMAT_NV24 = 8,
  BM_VPU_DEC_PIX_FORMAT_COMPRESSED = 9,
  BM_VPU_DEC_PIX_FORMAT_COMPRESSED_10BITS = 10
} BmVpuDecPixFormat;

/* Zero bytes are defaults: H.264, linear 420P, mode 0, board 0. core_idx 0 is core 0, -1 the least loaded one. */
typedef struct {
  BmVpuDecStreamFormat streamFormat;
  BmVpuDecOutputMapType wtlFormat; /* COMPRESSED wins over pixel_format */
  BmVpuDecSkipMode skip_mode;
  BmVpuDecBitStreamMode bsMode;
  int enableCrop; /* accepted: frames are always cropped */
  BmVpuDecPixFormat pixel_format;
  int secondaryAXI; /* accepted, no effect, as are mp4class, enable_cache and perf */
  int mp4class;
  int frameDelay; /* 1: no delay beyond what the order of the stream needs */
  int pcie_board_id;
  int pcie_no_copyback; /* accepted: host pointers are always valid */
  int enable_cache;
  int perf;
  int core_idx;        /* 0..3, or negative */
  int cmd_queue_depth; /* accepted, no effect, as are timeout and timeout_count */
  int decode_order;    /* 1: output in the order of the stream */
  int picWidth;        /* with picHeight: the only size accepted; 0 for any */
  int picHeight;
  int timeout;
  int timeout_count;
  int extraFrameBufferNum;            /* frames the caller may hold; <= 0 means 5 */
  int min_framebuf_cnt;               /* only together with frame_buffer */
  int framebuf_delay;                 /* only together with frame_buffer */
  int streamBufferSize;               /* bytes that may wait; <= 0 means STREAM_BUF_SIZE */
  BmVpuDecDMABuffer bitstream_buffer; /* accepted, not used */
  BmVpuDecDMABuffer* frame_buffer;    /* buffers of the caller are refused */
  BmVpuDecDMABuffer* Ytable_buffer;
  BmVpuDecDMABuffer* Ctable_buffer;
  int reserved[13];
} BMVidDecParam;

/* UNINIT, then DECODING from the first sequence header on, STOP once the last frame after a flush was taken. */
typedef enum {
  BMDEC_UNCREATE = 0,
  BMDEC_UNLOADING = 1,
  BMDEC_UNINIT = 2,
  BMDEC_INITING = 3,
  BMDEC_WRONG_RESOLUTION = 4,
  BMDEC_FRAMEBUFFER_NOTENOUGH = 5,
  BMDEC_DECODING = 6,
  BMDEC_FRAME_BUF_FULL = 7,
  BMDEC_ENDOF = 8,
  BMDEC_STOP = 9,
  BMDEC_INT_TIMEOUT = 10,
  BMDEC_HUNG = 11,
  BMDEC_CLOSE = 12,
  BMDEC_CLOSED = 13
} BMDecStatus;

typedef enum {
  BM_ERR_VDEC_INVALID_CHNID = -27,
  BM_ERR_VDEC_ILLEGAL_PARAM = -26,
  BM_ERR_VDEC_EXIST = -25,
  BM_ERR_VDEC_UNEXIST = -24,
  BM_ERR_VDEC_NULL_PTR = -23,
  BM_ERR_VDEC_NOT_CONFIG = -22,
  BM_ERR_VDEC_NOT_SUPPORT = -21,
  BM_ERR_VDEC_NOT_PERM = -20,
  BM_ERR_VDEC_INVALID_PIPEID = -19,
  BM_ERR_VDEC_INVALID_GRPID = -18,
  BM_ERR_VDEC_NOMEM = -17,
  BM_ERR_VDEC_NOBUF = -16,
  BM_ERR_VDEC_BUF_EMPTY = -15,
  BM_ERR_VDEC_BUF_FULL = -14,
  BM_ERR_VDEC_SYS_NOTREADY = -13,
  BM_ERR_VDEC_BADADDR = -12,
  BM_ERR_VDEC_BUSY = -11,
  BM_ERR_VDEC_SIZE_NOT_ENOUGH = -10,
  BM_ERR_VDEC_INVALID_VB = -9,
  BM_ERR_VDEC_ERR_INIT = -8,
  BM_ERR_VDEC_ERR_INVALID_RET = -7,
  BM_ERR_VDEC_ERR_SEQ_OPER = -6,
  BM_ERR_VDEC_ERR_VDEC_MUTEX = -5,
  BM_ERR_VDEC_ERR_SEND_FAILED = -4,
  BM_ERR_VDEC_ERR_GET_FAILED = -3,
  BM_ERR_VDEC_ERR_HUNG = -2,
  BM_ERR_VDEC_FAILURE = -1
} BMVidDecRetStatus;

typedef enum { BMDEC_FLUSH_FAIL = -1, BMDEC_FLUSH_SUCCESS = 0, BMDEC_FLUSH_BUF_FULL = 1 } BMDecFlushStatus;

/* buf follows header_buf; extradata is not used. */
typedef struct BMVidStream {
  unsigned char* buf;
  unsigned int length; /* bytes */
  unsigned char* header_buf;
  unsigned int header_size;
  unsigned char* extradata;
  unsigned int extradata_size;
  unsigned char end_of_stream; /* not 0: flush behind it */
  u64 pts;
  u64 dts;
} BMVidStream;

typedef struct {
  unsigned int left;
  unsigned int top;
  unsigned int right;
  unsigned int bottom;
} CropRect;

/* What the sequence header says; members of other codecs are 0. */
typedef struct BMVidStreamInfo {
  int picWidth; /* coded samples, with picHeight */
  int picHeight;
  int fRateNumerator; /* 0 if the stream does not say */
  int fRateDenominator;
  CropRect picCropRect;
  int mp4DataPartitionEnable;
  int mp4ReversibleVlcEnable;
  int mp4ShortVideoHeader;
  int h263AnnexJEnable;
  int minFrameBufferCount;
  int frameBufDelay;
  int normalSliceSize;
  int worstSliceSize;
  int maxSubLayers;
  int profile;
  int level;
  int tier;
  int interlace;
  int constraint_set_flag[4];
  int direct8x8Flag;
  int vc1Psf;
  int isExtSAR;
  int maxNumRefFrmFlag;
  int maxNumRefFrm;
  int aspectRateInfo;
  int bitRate; /* -1: the header has none */
  int mp2LowDelay;
  int mp2DispVerSize;
  int mp2DispHorSize;
  unsigned int userDataHeader;
  int userDataNum;
  int userDataSize;
  int userDataBufFull;
  int chromaFormatIDC;
  int lumaBitdepth;
  int chromaBitdepth;
  int seqInitErrReason;
  int warnInfo;
  unsigned int sequenceNo; /* counts changes of the size */
} BMVidStreamInfo;

typedef enum { PROGRESSIVE_FRAME = 0, INTERLACED_FRAME = 1 } BmVpuDecLaceFrame;

typedef enum {
  BMDEC_PIC_TYPE_I = 0,
  BMDEC_PIC_TYPE_P = 1,
  BMDEC_PIC_TYPE_B = 2,
  BMDEC_PIC_TYPE_D = 3,
  BMDEC_PIC_TYPE_S = 4,
  BMDEC_PIC_TYPE_IDR = 5,
  BMDEC_PIC_TYPE_AVS2_G = 6
} BmVpuDecPicType;

/* Linear: buf[0..2] host and buf[4..6] device addresses of Y, Cb, Cr with the strides of the same index. Compressed:
   [0] and [4] Y, [1] and [5] C, [2] and [6] the table of Y, [3] and [7] that of C; their strides are bytes of the
   table. Colour numbers are those of ITU-T H.273, 2 when absent; colorRange 1 limited, 2 full. */
typedef struct BMVidFrame {
  BmVpuDecPicType picType;
  BmVpuDecLaceFrame interlacedFrame;
  unsigned char* buf[8];
  int stride[8];
  unsigned int width; /* visible samples, with height */
  unsigned int height;
  int lumaBitDepth; /* of the buffer: 8 */
  int chromaBitDepth;
  BmVpuDecPixFormat pixel_format;
  int endian;
  int sequenceNo; /* counts changes of the size */
  int frameIdx;   /* names the frame in bmvpu_dec_clear_output */
  u64 pts;
  u64 dts;
  int colorPrimaries;
  int colorTransferCharacteristic;
  int colorSpace;
  int colorRange;
  int chromaLocation;
  int size; /* bytes of the frame */
  unsigned int coded_width;
  unsigned int coded_height;
} BMVidFrame;

typedef void* BMVidCodHandle;

/* Logs failures of this interface up to `log_level`; ERR at first. */
DECL_EXPORT void bmvpu_dec_set_logging_threshold(BmVpuDecLogLevel log_level);

/* Starts a decoder with a thread of its own. ILLEGAL_PARAM for values out of range, NOT_SUPPORT for TILED output, mode
   1, other pixel formats and buffers of the caller, NOMEM if all 32 instances of the core are in use,
   UNEXIST for a board that is not there. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_create(BMVidCodHandle* pVidCodHandle, BMVidDecParam decParam);

/* UNEXIST before the first sequence header. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_get_caps(BMVidCodHandle vidCodHandle, BMVidStreamInfo* streamInfo);

/* Copies the bytes and returns. BUF_FULL (20 packets wait) and NOBUF (the bitstream buffer is full): try again later.
   FAILURE for an empty buffer and between a flush and STOP; ILLEGAL_PARAM for a packet larger than the bitstream
   buffer, and after WRONG_RESOLUTION or FRAMEBUFFER_NOTENOUGH; ERR_HUNG after a reset. After STOP a new sequence
   starts. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_decode(BMVidCodHandle vidCodHandle, BMVidStream vidStream);

/* The next frame, which belongs to the decoder until bmvpu_dec_clear_output. FAILURE, unlogged, if none is ready; NOMEM
   for a null frame. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_get_output(BMVidCodHandle vidCodHandle, BMVidFrame* frame);

/* Gives the frame with this frameIdx back. Decoding stalls while the caller holds extraFrameBufferNum frames.
   ILLEGAL_PARAM for a frame that is not out. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_clear_output(BMVidCodHandle vidCodHandle, BMVidFrame* frame);

/* Ends the stream: the remaining frames come, then the status is STOP. BUF_FULL: try again. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_flush(BMVidCodHandle vidCodHandle);

/* Ends the decoder. Frames that are out lose their memory. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_delete(BMVidCodHandle vidCodHandle);

/* BMDEC_CLOSED for a handle that is none. */
DECL_EXPORT BMDecStatus bmvpu_dec_get_status(BMVidCodHandle vidCodHandle);

/* Bytes that the bitstream buffer can take; -1 for a handle that is none, as the functions below that return int. */
DECL_EXPORT int bmvpu_dec_get_stream_buffer_empty_size(BMVidCodHandle vidCodHandle);

/* As bmvpu_dec_flush, whatever the queue holds. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_get_all_frame_in_buffer(BMVidCodHandle vidCodHandle);

/* Packets that the input queue can take, and packets that wait in it. */
DECL_EXPORT int bmvpu_dec_get_all_empty_input_buf_cnt(BMVidCodHandle vidCodHandle);
DECL_EXPORT int bmvpu_dec_get_pkt_in_buf_cnt(BMVidCodHandle vidCodHandle);

/* Resets a core of a board, or all with -1: its decoders hang until they are deleted. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_reset(int devIdx, int coreIdx);

/* The core 0..3, and the instance 0..31 on it. */
DECL_EXPORT int bmvpu_dec_get_core_idx(BMVidCodHandle handle);

/* Copies up to `size` bytes that were given and not decoded yet; the number of bytes copied. */
DECL_EXPORT int bmvpu_dec_dump_stream(BMVidCodHandle vidCodHandle, unsigned char* p_stream, int size);

DECL_EXPORT int bmvpu_dec_get_inst_idx(BMVidCodHandle vidCodHandle);

/* Coded size, and the smallest number of frame buffers and the delay in frames that the stream needs; null pointers are
   left out. UNEXIST before the first sequence header. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_get_stream_info(BMVidCodHandle vidCodHandle, int* width, int* height,
                                                        int* mini_fb, int* frame_delay);

#ifdef BM_PCIE_MODE
/* Reads `len` bytes of device memory. Five cores make a board: coreIdx / 5 is its number. `endian` is not used. */
DECL_EXPORT BMVidDecRetStatus bmvpu_dec_read_memory(int coreIdx, unsigned long addr, unsigned char* data, int len,
                                                    int endian);
#endif

/* Where chroma begins in a compressed buffer: y_addr + y_stride * ALIGN32(frame_height). */
DECL_EXPORT u64 bmvpu_dec_calc_cbcr_addr(int codec_type, u64 y_addr, int y_stride, int frame_height);

#if defined(__cplusplus)
}
#endif

#endif /* BM_VPUDEC_INTERFACE_H */
