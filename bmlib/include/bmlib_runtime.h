/*
 * BMLib: devices, device memory, copies, synchronisation, information of a BM1684 card.
 *
 *   bm_handle_t handle;
 *   if (bm_dev_request(&handle, 0) != BM_SUCCESS) return 1;
 *   bm_device_mem_t mem;
 *   bm_malloc_device_byte(handle, &mem, 4096);
 *   bm_memcpy_s2d(handle, mem, buffer);
 *   bm_free_device(handle, mem);
 *   bm_dev_free(handle);
 *
 * C and C++. Names, values and layouts are the vendor's. Unless said otherwise: a null handle answers
 * BM_ERR_DEVNOTREADY, a null result pointer BM_ERR_PARAM, a refusal by the driver BM_ERR_FAILURE, and a function that
 * is not built BM_NOT_SUPPORTED after one log line with its name (docs/STATUS.md lists them). Every function may be
 * called by many threads at a time, also on one handle.
 */
#ifndef BMLIB_RUNTIME_H_
#define BMLIB_RUNTIME_H_

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#ifndef DECL_EXPORT
#define DECL_EXPORT
#endif
#ifndef DECL_IMPORT
#define DECL_IMPORT
#endif

#if defined(__cplusplus)
extern "C" {
#endif

typedef enum {
  MODULE_CDMA = 0,
  MODULE_GDMA = 1,
  MODULE_TPU = 2,
  MODULE_SMMU = 3,
  MODULE_SRAM = 4,
  MODULE_END = 5
} MODULE_ID;

/* The address of a failed allocation. */
#define BM_MEM_ADDR_NULL (0xfffffffff)

#ifndef BM_MEM_DESC_T_
#define BM_MEM_DESC_T_

typedef enum {
  BM_SUCCESS = 0,
  BM_ERR_DEVNOTREADY = 1, /* no handle, or the device is not there */
  BM_ERR_FAILURE = 2,
  BM_ERR_TIMEOUT = 3,
  BM_ERR_PARAM = 4,
  BM_ERR_NOMEM = 5,
  BM_ERR_DATA = 6,
  BM_ERR_BUSY = 7,
  BM_ERR_NOFEATURE = 8,
  BM_NOT_SUPPORTED = 9
} bm_status_t;

typedef enum {
  BM_MEM_TYPE_DEVICE = 0,
  BM_MEM_TYPE_HOST = 1,
  BM_MEM_TYPE_SYSTEM = 2,
  BM_MEM_TYPE_INT8_DEVICE = 3,
  BM_MEM_TYPE_INVALID = 4
} bm_mem_type_t;

typedef union {
  struct {
    bm_mem_type_t mem_type : 3;
    unsigned int gmem_heapid : 3;
    unsigned int reserved : 26;
  } u;
  unsigned int rawflags;
} bm_mem_flags_t;

/* What both descriptor sizes share. */
#define BM_MEM_DESC_ADDRESS_     \
  union {                        \
    struct {                     \
      unsigned long device_addr; \
      unsigned int reserved;     \
      int dmabuf_fd;             \
    } device;                    \
    struct {                     \
      void* system_addr;         \
      unsigned int reserved0;    \
      int reserved1;             \
    } system;                    \
  } u;                           \
  bm_mem_flags_t flags

/* A block of device or host memory; 24 bytes, copied by value. Size in bytes. */
typedef struct bm_mem_desc {
  BM_MEM_DESC_ADDRESS_;
  unsigned int size;
} bm_mem_desc_t;
typedef struct bm_mem_desc bm_device_mem_t;
typedef struct bm_mem_desc bm_system_mem_t;

/* The same with a 64-bit size; 32 bytes. */
typedef struct bm_mem_desc_u64 {
  BM_MEM_DESC_ADDRESS_;
  unsigned long long size;
} bm_mem_desc_u64_t;
typedef struct bm_mem_desc_u64 bm_device_mem_u64_t;
typedef struct bm_mem_desc_u64 bm_system_mem_u64_t;

typedef struct sg_mem_desc {
  BM_MEM_DESC_ADDRESS_;
  unsigned long long size;
} sg_mem_desc_t;
typedef struct sg_mem_desc sg_device_mem_t;
typedef struct sg_mem_desc sg_system_mem_t;

#endif /* BM_MEM_DESC_T_ */

/* An open device. */
struct bm_context;
typedef struct bm_context* bm_handle_t;

#define MD5SUM_LEN 16
#define LIB_MAX_NAME_LEN 64
#define FUNC_MAX_NAME_LEN 64

typedef struct bm_module {
  char lib_name[LIB_MAX_NAME_LEN];
  unsigned char md5[MD5SUM_LEN];
} bm_module;
typedef struct bm_module* tpu_kernel_module_t;
typedef int tpu_kernel_function_t;

typedef struct {
  int core_id;
  tpu_kernel_function_t func_id;
  void* param_data;
  unsigned int param_size;
} tpu_launch_param_t;

typedef enum { PERF_MONITOR_GDMA = 0, PERF_MONITOR_TPU = 1 } PERF_MONITOR_ID;

/* A buffer in device memory for an engine's records: 192 bytes a command of GDMA, 32 bytes a command of the TPU. */
typedef struct bm_perf_monitor {
  long long buffer_start_addr;
  int buffer_size;
  PERF_MONITOR_ID monitor_id;
} bm_perf_monitor_t;

typedef enum { BMCPU_IDLE = 0, BMCPU_RUNNING = 1, BMCPU_FAULT = 2 } bm_cpu_status_t;

/* Microseconds and counts since the thread's record began. "out" is host to device, "in" device to host. */
typedef struct bm_profile {
  unsigned long cdma_in_time;
  unsigned long cdma_in_counter;
  unsigned long cdma_out_time;
  unsigned long cdma_out_counter;
  unsigned long tpu_process_time;
  unsigned long tpu1_process_time;
  unsigned long sent_api_counter;
  unsigned long completed_api_counter;
} bm_profile_t;

/* Buffers of 64, 64, 64 and 80 bytes that the caller provides. */
typedef struct bootloader_version {
  char* bl1_version;
  char* bl2_version;
  char* bl31_version;
  char* uboot_version;
} boot_loader_version;

#define BM1682_CHIPID_BIT_MASK (0x1 << 0)
#define BM1684_CHIPID_BIT_MASK (0x1 << 1)
#define BM1686_CHIPID_BIT_MASK (0x1 << 2)

struct bm_misc_info {
  int pcie_soc_mode; /* 0 PCIe, 1 SoC */
  int ddr_ecc_enable;
  long long ddr0a_size;
  long long ddr0b_size;
  long long ddr1_size;
  long long ddr2_size;
  unsigned int chipid; /* 0x1684 */
  unsigned long chipid_bit_mask;
  unsigned int driver_version; /* major << 16 | minor << 8 | patch */
  int domain_bdf;              /* 31:16 domain, 15:8 bus, 7:3 device, 2:0 function */
  int board_version;           /* 23:16 MCU software, 15:8 board type, 7:0 hardware */
  int a53_enable;
  int dyn_enable;
};

/* MiB. */
struct bm_heap_stat {
  unsigned int mem_total;
  unsigned int mem_avail;
  unsigned int mem_used;
};

typedef struct bm_heap_stat_byte {
  unsigned int heap_id;
  unsigned long long mem_total;
  unsigned long long mem_avail;
  unsigned long long mem_used;
  unsigned long long mem_start_addr;
} bm_heap_stat_byte_t;

typedef struct bm_dev_stat {
  int mem_total; /* MiB */
  int mem_used;  /* MiB */
  int tpu_util;  /* percent */
  int heap_num;
  struct bm_heap_stat heap_stat[4];
} bm_dev_stat_t;

#define BMLIB_LOG_QUIET -8
#define BMLIB_LOG_PANIC 0
#define BMLIB_LOG_FATAL 8
#define BMLIB_LOG_ERROR 16
#define BMLIB_LOG_WARNING 24
#define BMLIB_LOG_INFO 32
#define BMLIB_LOG_VERBOSE 40
#define BMLIB_LOG_DEBUG 48
#define BMLIB_LOG_TRACE 56

#define BMCPU_EXEC_OPT_NO_FLUSH_CACHE 1

typedef void (*bmlib_api_dbg_callback)(int, int, int, const char*);

/* ---- Devices and handles ----
 * bm_dev_getcount gives the number of cards; ids run from 0 to count - 1. bm_dev_query answers BM_ERR_BUSY for an id
 * without a card. bm_dev_request opens an independent handle; every thread of the process may use it. bm_dev_free
 * releases the handle, neither its device memory nor queued work. bm_get_devid answers -1 for a null handle.
 */
DECL_EXPORT bm_status_t bm_dev_getcount(int* count);
DECL_EXPORT bm_status_t bm_dev_query(int devid);
DECL_EXPORT bm_status_t bm_dev_request(bm_handle_t* handle, int devid);
DECL_EXPORT int bm_get_devid(bm_handle_t handle);
DECL_EXPORT void bm_dev_free(bm_handle_t handle);

/* ---- Descriptors ----
 * Plain values: no call here touches the device or fails. A getter on a descriptor of another type logs a warning and
 * answers anyway. bm_mem_null has type INVALID, address 0 and size 0. sg_ and _u64 forms count bytes in 64 bits.
 */
DECL_EXPORT bm_mem_type_t bm_mem_get_type(struct bm_mem_desc mem);
DECL_EXPORT bm_mem_type_t sg_mem_get_type(struct sg_mem_desc mem);
DECL_EXPORT bm_mem_type_t bm_mem_get_type_u64(struct bm_mem_desc_u64 mem);
DECL_EXPORT unsigned long long bm_mem_get_device_addr(struct bm_mem_desc mem);
DECL_EXPORT unsigned long long sg_mem_get_device_addr(struct sg_mem_desc mem);
DECL_EXPORT unsigned long long bm_mem_get_device_addr_u64(struct bm_mem_desc_u64 mem);
DECL_EXPORT void bm_mem_set_device_addr(struct bm_mem_desc* mem, unsigned long long addr);
DECL_EXPORT void sg_mem_set_device_addr(struct sg_mem_desc* mem, unsigned long long addr);
DECL_EXPORT void bm_mem_set_device_addr_u64(struct bm_mem_desc_u64* mem, unsigned long long addr);
DECL_EXPORT unsigned int bm_mem_get_device_size(struct bm_mem_desc mem);
DECL_EXPORT unsigned long long sg_mem_get_device_size(struct sg_mem_desc mem);
DECL_EXPORT unsigned long long bm_mem_get_device_size_u64(struct bm_mem_desc_u64 mem);
DECL_EXPORT void bm_mem_set_device_size(struct bm_mem_desc* mem, unsigned int size);
DECL_EXPORT void sg_mem_set_device_size(struct sg_mem_desc* mem, unsigned long long size);
DECL_EXPORT void bm_mem_set_device_size_u64(struct bm_mem_desc_u64* mem, unsigned long long size);
DECL_EXPORT void bm_set_device_mem(bm_device_mem_t* mem, unsigned int size, unsigned long long addr);
DECL_EXPORT void sg_set_device_mem(sg_device_mem_t* mem, unsigned long long size, unsigned long long addr);
DECL_EXPORT void bm_set_device_mem_u64(bm_device_mem_u64_t* mem, unsigned long long size, unsigned long long addr);
DECL_EXPORT bm_device_mem_t bm_mem_from_device(unsigned long long device_addr, unsigned int len);
DECL_EXPORT sg_device_mem_t sg_mem_from_device(unsigned long long device_addr, unsigned long long len);
DECL_EXPORT bm_device_mem_u64_t bm_mem_from_device_u64(unsigned long long device_addr, unsigned long long len);
DECL_EXPORT void* bm_mem_get_system_addr(struct bm_mem_desc mem);
DECL_EXPORT void* sg_mem_get_system_addr(struct sg_mem_desc mem);
DECL_EXPORT void* bm_mem_get_system_addr_u64(struct bm_mem_desc_u64 mem);
DECL_EXPORT void bm_mem_set_system_addr(struct bm_mem_desc* mem, void* addr);
DECL_EXPORT void sg_mem_set_system_addr(struct sg_mem_desc* mem, void* addr);
DECL_EXPORT void bm_mem_set_system_addr_u64(struct bm_mem_desc_u64* mem, void* addr);
DECL_EXPORT bm_system_mem_t bm_mem_from_system(void* system_addr);
DECL_EXPORT bm_device_mem_t bm_mem_null(void);

/* ---- Device memory ----
 * Blocks are aligned to 4096 bytes and not cleared; the descriptor keeps the size asked for. Heap bits: 1 NPU (DDR0),
 * 2 VPP (DDR1), 4 VPU (DDR2); the first selected heap with room serves. BM_ERR_NOMEM: size 0, no room or no such heap;
 * the descriptor's address is then BM_MEM_ADDR_NULL. Counts of the dword and neuron forms are 4-byte elements. Memory
 * survives bm_dev_free; freeing an address that is no block is logged and ignored.
 */
DECL_EXPORT bm_status_t bm_malloc_neuron_device(bm_handle_t handle, bm_device_mem_t* mem, int n, int c, int h, int w);
DECL_EXPORT bm_status_t sg_malloc_neuron_device(bm_handle_t handle, sg_device_mem_t* mem, unsigned long long n,
                                                unsigned long long c, unsigned long long h, unsigned long long w);
DECL_EXPORT bm_status_t bm_malloc_neuron_device_u64(bm_handle_t handle, bm_device_mem_u64_t* mem, unsigned long long n,
                                                    unsigned long long c, unsigned long long h, unsigned long long w);
DECL_EXPORT bm_status_t bm_malloc_device_dword(bm_handle_t handle, bm_device_mem_t* mem, int count);
DECL_EXPORT bm_status_t sg_malloc_device_dword(bm_handle_t handle, sg_device_mem_t* mem, unsigned long long count);
DECL_EXPORT bm_status_t bm_malloc_device_dword_u64(bm_handle_t handle, bm_device_mem_u64_t* mem,
                                                   unsigned long long count);
DECL_EXPORT bm_status_t bm_malloc_device_byte(bm_handle_t handle, bm_device_mem_t* mem, unsigned int size);
DECL_EXPORT bm_status_t bm_malloc_device_mem(bm_handle_t handle, unsigned long long* paddr, int heap_id,
                                             unsigned long long size);
DECL_EXPORT bm_status_t sg_malloc_device_byte(bm_handle_t handle, sg_device_mem_t* mem, unsigned long long size);
DECL_EXPORT bm_status_t bm_malloc_device_byte_u64(bm_handle_t handle, bm_device_mem_u64_t* mem,
                                                  unsigned long long size);
DECL_EXPORT bm_status_t bm_malloc_device_byte_heap(bm_handle_t handle, bm_device_mem_t* mem, int heap_id,
                                                   unsigned int size);
DECL_EXPORT bm_status_t sg_malloc_device_byte_heap(bm_handle_t handle, sg_device_mem_t* mem, int heap_id,
                                                   unsigned long long size);
DECL_EXPORT bm_status_t bm_malloc_device_byte_heap_u64(bm_handle_t handle, bm_device_mem_u64_t* mem, int heap_id,
                                                       unsigned long long size);
DECL_EXPORT bm_status_t bm_malloc_device_byte_heap_mask(bm_handle_t handle, bm_device_mem_t* mem, int heap_id_mask,
                                                        unsigned int size);
DECL_EXPORT bm_status_t sg_malloc_device_byte_heap_mask(bm_handle_t handle, sg_device_mem_t* mem, int heap_id_mask,
                                                        unsigned long long size);
DECL_EXPORT bm_status_t bm_malloc_device_byte_heap_mask_u64(bm_handle_t handle, bm_device_mem_u64_t* mem,
                                                            int heap_id_mask, unsigned long long size);
DECL_EXPORT void bm_free_device_mem(bm_handle_t handle, unsigned long long paddr);
DECL_EXPORT void bm_free_device(bm_handle_t handle, bm_device_mem_t mem);
DECL_EXPORT void sg_free_device(bm_handle_t handle, sg_device_mem_t mem);
DECL_EXPORT void bm_free_device_u64(bm_handle_t handle, bm_device_mem_u64_t mem);
DECL_EXPORT unsigned long long bm_gmem_arm_reserved_request(bm_handle_t handle);
DECL_EXPORT void bm_gmem_arm_reserved_release(bm_handle_t handle);

/* ---- Copies between host and device ----
 * Blocking, not ordered after queued work: synchronise first. Any alignment and byte count. BM_ERR_PARAM: the range
 * leaves the card's memory, or size + offset exceeds the descriptor. gather and scatter take argc / 2 pairs of void*
 * and unsigned long long (bytes), consecutive in device memory. c2c copies src.size bytes, p2p dst.size bytes.
 */
DECL_EXPORT bm_status_t bm_memcpy_s2d(bm_handle_t handle, bm_device_mem_t dst, void* src);
DECL_EXPORT bm_status_t bm_memcpy_s2d_gather(bm_handle_t handle, bm_device_mem_t dst, int argc, ...);
DECL_EXPORT bm_status_t bm_memcpy_d2s_scatter(bm_handle_t handle, bm_device_mem_t src, int argc, ...);
DECL_EXPORT bm_status_t bm_memcpy_p2p(bm_handle_t src_handle, bm_device_mem_t src, bm_handle_t dst_handle,
                                      bm_device_mem_t dst);
DECL_EXPORT bm_status_t sg_memcpy_s2d(bm_handle_t handle, sg_device_mem_t dst, void* src);
DECL_EXPORT bm_status_t bm_memcpy_s2d_u64(bm_handle_t handle, bm_device_mem_u64_t dst, void* src);
DECL_EXPORT bm_status_t bm_memcpy_s2d_partial_offset(bm_handle_t handle, bm_device_mem_t dst, void* src,
                                                     unsigned int size, unsigned int offset);
DECL_EXPORT bm_status_t sg_memcpy_s2d_partial_offset(bm_handle_t handle, sg_device_mem_t dst, void* src,
                                                     unsigned long long size, unsigned long long offset);
DECL_EXPORT bm_status_t bm_memcpy_s2d_partial_offset_u64(bm_handle_t handle, bm_device_mem_u64_t dst, void* src,
                                                         unsigned long long size, unsigned long long offset);
DECL_EXPORT bm_status_t bm_memcpy_s2d_partial(bm_handle_t handle, bm_device_mem_t dst, void* src, unsigned int size);
DECL_EXPORT bm_status_t sg_memcpy_s2d_partial(bm_handle_t handle, sg_device_mem_t dst, void* src,
                                              unsigned long long size);
DECL_EXPORT bm_status_t bm_memcpy_s2d_partial_u64(bm_handle_t handle, bm_device_mem_u64_t dst, void* src,
                                                  unsigned long long size);
DECL_EXPORT bm_status_t bm_memcpy_d2s(bm_handle_t handle, void* dst, bm_device_mem_t src);
DECL_EXPORT bm_status_t sg_memcpy_d2s(bm_handle_t handle, void* dst, sg_device_mem_t src);
DECL_EXPORT bm_status_t bm_memcpy_d2s_u64(bm_handle_t handle, void* dst, bm_device_mem_u64_t src);
DECL_EXPORT bm_status_t bm_memcpy_d2s_partial_offset(bm_handle_t handle, void* dst, bm_device_mem_t src,
                                                     unsigned int size, unsigned int offset);
DECL_EXPORT bm_status_t sg_memcpy_d2s_partial_offset(bm_handle_t handle, void* dst, sg_device_mem_t src,
                                                     unsigned long long size, unsigned long long offset);
DECL_EXPORT bm_status_t bm_memcpy_d2s_partial_offset_u64(bm_handle_t handle, void* dst, bm_device_mem_u64_t src,
                                                         unsigned long long size, unsigned long long offset);
DECL_EXPORT bm_status_t bm_memcpy_d2s_partial(bm_handle_t handle, void* dst, bm_device_mem_t src, unsigned int size);
DECL_EXPORT bm_status_t sg_memcpy_d2s_partial(bm_handle_t handle, void* dst, sg_device_mem_t src,
                                              unsigned long long size);
DECL_EXPORT bm_status_t bm_memcpy_d2s_partial_u64(bm_handle_t handle, void* dst, bm_device_mem_u64_t src,
                                                  unsigned long long size);
DECL_EXPORT bm_status_t bm_memcpy_c2c(bm_handle_t src_handle, bm_handle_t dst_handle, bm_device_mem_t src,
                                      bm_device_mem_t dst, bool force_dst_cdma);

/* ---- Copies and fills on the device ----
 * Ordered after queued work and complete on return. bm_memcpy_d2d: offsets in bytes, len in 4-byte words. Strides count
 * elements of format_size (1, 2, 4) bytes. bm_memset_device_ext repeats the first `mode` (1..4) bytes of value.
 */
DECL_EXPORT bm_status_t bm_memcpy_d2d(bm_handle_t handle, bm_device_mem_t dst, int dst_offset, bm_device_mem_t src,
                                      int src_offset, int len);
DECL_EXPORT bm_status_t bm_memcpy_d2d_byte(bm_handle_t handle, bm_device_mem_t dst, size_t dst_offset,
                                           bm_device_mem_t src, size_t src_offset, size_t size);
DECL_EXPORT bm_status_t bm_memcpy_d2d_stride(bm_handle_t handle, bm_device_mem_t dst, int dst_stride,
                                             bm_device_mem_t src, int src_stride, int count, int format_size);
DECL_EXPORT bm_status_t bm_memset_device(bm_handle_t handle, const int value, bm_device_mem_t mem);
DECL_EXPORT bm_status_t bm_memset_device_ext(bm_handle_t handle, void* value, int mode, bm_device_mem_t mem);

/* ---- Host buffers as device memory ----
 * Allocates device memory of n * c * h * w (or coeff_count) elements of 4 bytes (1 in the _byte forms), copies the host
 * buffer if need_copy; the caller frees.
 */
DECL_EXPORT bm_status_t bm_mem_convert_system_to_device_neuron(bm_handle_t handle, struct bm_mem_desc* dev_mem,
                                                               struct bm_mem_desc sys_mem, bool need_copy, int n, int c,
                                                               int h, int w);
DECL_EXPORT bm_status_t bm_mem_convert_system_to_device_neuron_byte(bm_handle_t handle, struct bm_mem_desc* dev_mem,
                                                                    struct bm_mem_desc sys_mem, bool need_copy, int n,
                                                                    int c, int h, int w);
DECL_EXPORT bm_status_t bm_mem_convert_system_to_device_coeff(bm_handle_t handle, struct bm_mem_desc* dev_mem,
                                                              struct bm_mem_desc sys_mem, bool need_copy,
                                                              int coeff_count);
DECL_EXPORT bm_status_t bm_mem_convert_system_to_device_coeff_byte(bm_handle_t handle, struct bm_mem_desc* dev_mem,
                                                                   struct bm_mem_desc sys_mem, bool need_copy,
                                                                   int coeff_count);

/* ---- Mapping (SoC) ----
 * The address must be page aligned. On a PCIe card these answer BM_ERR_FAILURE. flush makes host writes visible to
 * the device, invalidate device writes to the host.
 */
DECL_EXPORT bm_status_t bm_mem_mmap_device_mem(bm_handle_t handle, bm_device_mem_t* mem, unsigned long long* vmem);
DECL_EXPORT bm_status_t sg_mem_mmap_device_mem(bm_handle_t handle, sg_device_mem_t* mem, unsigned long long* vmem);
DECL_EXPORT bm_status_t bm_mem_mmap_device_mem_u64(bm_handle_t handle, bm_device_mem_u64_t* mem,
                                                   unsigned long long* vmem);
DECL_EXPORT bm_status_t bm_mem_mmap_device_mem_no_cache(bm_handle_t handle, bm_device_mem_t* mem,
                                                        unsigned long long* vmem);
DECL_EXPORT bm_status_t sg_mem_mmap_device_mem_no_cache(bm_handle_t handle, sg_device_mem_t* mem,
                                                        unsigned long long* vmem);
DECL_EXPORT bm_status_t bm_mem_mmap_device_mem_no_cache_u64(bm_handle_t handle, bm_device_mem_u64_t* mem,
                                                            unsigned long long* vmem);
DECL_EXPORT bm_status_t bm_mem_vir_to_phy(bm_handle_t handle, unsigned long long vmem, unsigned long long* device_mem);
DECL_EXPORT bm_status_t bm_mem_invalidate_device_mem(bm_handle_t handle, bm_device_mem_t* mem);
DECL_EXPORT bm_status_t sg_mem_invalidate_device_mem(bm_handle_t handle, sg_device_mem_t* mem);
DECL_EXPORT bm_status_t bm_mem_invalidate_device_mem_u64(bm_handle_t handle, bm_device_mem_u64_t* mem);
DECL_EXPORT bm_status_t bm_mem_invalidate_partial_device_mem(bm_handle_t handle, bm_device_mem_t* mem,
                                                             unsigned int offset, unsigned int len);
DECL_EXPORT bm_status_t sg_mem_invalidate_partial_device_mem(bm_handle_t handle, sg_device_mem_t* mem,
                                                             unsigned long long offset, unsigned long long len);
DECL_EXPORT bm_status_t bm_mem_invalidate_partial_device_mem_u64(bm_handle_t handle, bm_device_mem_u64_t* mem,
                                                                 unsigned long long offset, unsigned long long len);
DECL_EXPORT bm_status_t bm_mem_flush_device_mem(bm_handle_t handle, bm_device_mem_t* mem);
DECL_EXPORT bm_status_t sg_mem_flush_device_mem(bm_handle_t handle, sg_device_mem_t* mem);
DECL_EXPORT bm_status_t bm_mem_flush_device_mem_u64(bm_handle_t handle, bm_device_mem_u64_t* mem);
DECL_EXPORT bm_status_t bm_mem_flush_partial_device_mem(bm_handle_t handle, bm_device_mem_t* mem, unsigned int offset,
                                                        unsigned int len);
DECL_EXPORT bm_status_t sg_mem_flush_partial_device_mem(bm_handle_t handle, sg_device_mem_t* mem,
                                                        unsigned long long offset, unsigned long long len);
DECL_EXPORT bm_status_t bm_mem_flush_partial_device_mem_u64(bm_handle_t handle, bm_device_mem_u64_t* mem,
                                                            unsigned long long offset, unsigned long long len);
DECL_EXPORT bm_status_t bm_mem_unmap_device_mem(bm_handle_t handle, void* vmem, int size);
DECL_EXPORT bm_status_t sg_mem_unmap_device_mem(bm_handle_t handle, void* vmem, unsigned long long size);
DECL_EXPORT bm_status_t bm_mem_unmap_device_mem_u64(bm_handle_t handle, void* vmem, unsigned long long size);
DECL_EXPORT bm_status_t bmcpu_unmap_phys_addr(bm_handle_t handle, int process_handle, void* phys_addr, int timeout);

/* ---- Synchronisation ----
 * bm_thread_sync waits for what the calling thread sent through the handle, bm_handle_sync for what the handle was
 * sent, bm_device_sync for everything. Work that takes longer than the timeout (milliseconds, 20000 at first, one for
 * the whole device) answers BM_ERR_FAILURE and marks the TPU as hung. The time is the chip's, as its cycle model
 * estimates it; how long the simulation takes does not matter.
 */
DECL_EXPORT bm_status_t tpu_kernel_launch_async(bm_handle_t handle, tpu_kernel_function_t function, void* args,
                                                size_t size);
DECL_EXPORT bm_status_t tpu_kernel_launch_async_from_core(bm_handle_t handle, tpu_kernel_function_t function,
                                                          void* args, size_t size, int core_id);
DECL_EXPORT bm_status_t tpu_kernel_sync(bm_handle_t handle);
DECL_EXPORT void bm_flush(bm_handle_t handle);
DECL_EXPORT bm_status_t bm_device_sync(bm_handle_t handle);
DECL_EXPORT bm_status_t bm_handle_sync(bm_handle_t handle);
DECL_EXPORT bm_status_t bm_thread_sync(bm_handle_t handle);
DECL_EXPORT bm_status_t bm_set_sync_timeout(bm_handle_t handle, int timeout);
DECL_EXPORT bm_status_t bm_thread_sync_from_core(bm_handle_t handle, int core_id);
DECL_EXPORT bm_status_t bmcpu_exec_function_async(bm_handle_t handle, int process_handle, char* function_name,
                                                  void* function_param, unsigned int param_size,
                                                  unsigned long long* api_handle);
DECL_EXPORT bm_status_t okkernel_launch_async(bm_handle_t handle, const char* func_name, const void* args,
                                              unsigned int size);
DECL_EXPORT bm_status_t okkernel_launch_sync(bm_handle_t handle, const char* func_name, const void* args,
                                             unsigned int size);
DECL_EXPORT bm_status_t tpu_kernel_launch_sync(bm_handle_t handle, const char* func_name, const void* args,
                                               unsigned int size);
DECL_EXPORT bm_status_t okkernel_sync(bm_handle_t handle);

/* ---- Profile, statistics, information ----
 * Times in microseconds, temperatures in degrees Celsius, clocks in MHz. Usage is in percent: 5 VPU cores (0-3 decode,
 * 4 encode), 2 VPP cores, 4 JPU cores. bm_get_profile belongs to the calling thread. Power, current and voltage exist
 * on PCIe cards only.
 *
 * While a performance monitor is enabled, every launch on the card, whoever sends it, appends a record of each command
 * to the monitor's buffer once it has run, until the buffer is full; enabling again starts again at the buffer's start.
 * Records and their fields: docs/reference/driver.md. Both calls answer BM_ERR_PARAM for a null or unknown monitor and
 * a buffer of 0 or less bytes, enabling also for one outside device memory or smaller than a record; disabling one that
 * is off succeeds. Once a monitor is disabled its buffer may be freed.
 */
DECL_EXPORT bm_status_t bm_get_profile(bm_handle_t handle, bm_profile_t* profile);
DECL_EXPORT bm_status_t bm_get_boot_loader_version(bm_handle_t handle, boot_loader_version* boot_loader_version);
DECL_EXPORT bm_status_t bm_get_vpu_instant_usage(bm_handle_t handle, int* vpu_instant_usage);
DECL_EXPORT bm_status_t bm_get_jpu_core_usage(bm_handle_t handle, int* jpu_core_usage);
DECL_EXPORT bm_status_t bm_get_vpp_instant_usage(bm_handle_t handle, int* vpp_instant_usage);
DECL_EXPORT bm_status_t bm_get_last_api_process_time_us(bm_handle_t handle, unsigned long* last_api_process_time_us);
DECL_EXPORT bm_status_t bm_set_clk_tpu_freq(bm_handle_t handle, int freq);
DECL_EXPORT bm_status_t bm_get_clk_tpu_freq(bm_handle_t handle, int* clk_tpu_freq);
DECL_EXPORT bm_status_t bm_get_misc_info(bm_handle_t handle, struct bm_misc_info* misc_info);
DECL_EXPORT bm_status_t bm_get_chipid(bm_handle_t handle, unsigned int* chipid);
DECL_EXPORT bm_status_t bm_enable_perf_monitor(bm_handle_t handle, bm_perf_monitor_t* enable_perf_monitor);
DECL_EXPORT bm_status_t bm_disable_perf_monitor(bm_handle_t handle, bm_perf_monitor_t* disable_perf_monitor);
DECL_EXPORT bm_status_t bm_get_stat(bm_handle_t handle, bm_dev_stat_t* stat);
DECL_EXPORT bm_status_t bm_get_gmem_heap_id(bm_handle_t handle, bm_device_mem_t* mem, unsigned int* heap_id);
DECL_EXPORT bm_status_t sg_get_gmem_heap_id(bm_handle_t handle, sg_device_mem_t* mem, unsigned int* heap_id);
DECL_EXPORT bm_status_t bm_get_gmem_heap_id_u64(bm_handle_t handle, bm_device_mem_u64_t* mem, unsigned int* heap_id);
DECL_EXPORT bm_status_t bm_get_gmem_total_heap_num(bm_handle_t handle, unsigned int* gmem_total_heap_num);
DECL_EXPORT bm_status_t bm_get_gmem_heap_stat_byte_by_id(bm_handle_t handle, bm_heap_stat_byte_t* heap_stat,
                                                         unsigned int heap_id);
DECL_EXPORT bm_status_t bm_get_tpu_current(bm_handle_t handle, unsigned int* tpu_current);
DECL_EXPORT bm_status_t bm_get_board_max_power(bm_handle_t handle, unsigned int* board_max_power);
DECL_EXPORT bm_status_t bm_get_board_power(bm_handle_t handle, unsigned int* board_power);
DECL_EXPORT bm_status_t bm_get_fan_speed(bm_handle_t handle, unsigned int* fan_speed);
DECL_EXPORT bm_status_t bm_get_ecc_correct_num(bm_handle_t handle, unsigned long* ecc_correct_num);
DECL_EXPORT bm_status_t bm_get_12v_atx(bm_handle_t handle, int* atx_12v);
DECL_EXPORT bm_status_t bm_get_product_sn(char* sn);
DECL_EXPORT bm_status_t bm_get_sn(bm_handle_t handle, char* sn);
DECL_EXPORT bm_status_t bm_get_status(bm_handle_t handle, int* status);
DECL_EXPORT bm_status_t bm_get_tpu_maxclk(bm_handle_t handle, unsigned int* tpu_maxclk);
DECL_EXPORT bm_status_t bm_get_tpu_minclk(bm_handle_t handle, unsigned int* tpu_minclk);
DECL_EXPORT bm_status_t bm_get_driver_version(bm_handle_t handle, int* driver_version);
DECL_EXPORT bm_status_t bm_get_board_name(bm_handle_t handle, char* board_name);
DECL_EXPORT bm_status_t bm_get_board_temp(bm_handle_t handle, unsigned int* board_temp);
DECL_EXPORT bm_status_t bm_get_chip_temp(bm_handle_t handle, unsigned int* chip_temp);
DECL_EXPORT bm_status_t bm_get_tpu_power(bm_handle_t handle, float* tpu_power);
DECL_EXPORT bm_status_t bm_get_tpu_volt(bm_handle_t handle, unsigned int* tpu_volt);
DECL_EXPORT bm_status_t bm_get_card_id(bm_handle_t handle, unsigned int* card_id);
DECL_EXPORT bm_status_t bm_get_card_num(unsigned int* card_num);
DECL_EXPORT bm_status_t bm_get_chip_num_from_card(unsigned int card_id, unsigned int* chip_num,
                                                  unsigned int* dev_start_index);
DECL_EXPORT bm_status_t bm_get_dynfreq_status(bm_handle_t handle, int* dynfreq_status);
DECL_EXPORT bm_status_t bm_change_dynfreq_status(bm_handle_t handle, int new_status);
DECL_EXPORT bm_status_t bm_get_tpu_scalar_num(bm_handle_t handle, unsigned int* tpu_scalar_num);

/* ---- Log ----
 * A message is printed on standard output as "[tag][level] text" when its level does not exceed the current one
 * (BMLIB_LOG_ERROR at first). A callback takes the place of printing and sees every message; NULL silences.
 */
DECL_EXPORT void bmlib_log(const char* tag, int level, const char* format, ...);
DECL_EXPORT int bmlib_log_get_level(void);
DECL_EXPORT void bmlib_log_set_level(int level);
DECL_EXPORT void bmlib_log_set_callback(void (*callback)(const char*, int, const char*, va_list));
DECL_EXPORT void bm_set_debug_mode(bm_handle_t handle, int mode);
DECL_EXPORT void bmlib_set_api_dbg_callback(bmlib_api_dbg_callback callback);

/* ---- Kernel modules of the TPU ----
 * Custom firmware kernels.
 */
DECL_EXPORT tpu_kernel_module_t tpu_kernel_load_module_file(bm_handle_t handle, const char* module_file);
DECL_EXPORT tpu_kernel_module_t tpu_kernel_load_module_file_key(bm_handle_t handle, const char* module_file,
                                                                const char* key, int size);
DECL_EXPORT bm_status_t tpu_kernel_unload_module(bm_handle_t handle, tpu_kernel_module_t module);
DECL_EXPORT bm_status_t tpu_kernel_unload_module_from_core(bm_handle_t handle, tpu_kernel_module_t module, int core_id);
DECL_EXPORT bm_status_t tpu_kernel_free_module(bm_handle_t handle, tpu_kernel_module_t module);
DECL_EXPORT tpu_kernel_module_t tpu_kernel_load_module(bm_handle_t handle, const char* data, size_t length);
DECL_EXPORT tpu_kernel_module_t tpu_kernel_load_module_to_core(bm_handle_t handle, const char* data, size_t length,
                                                               int core_id);
DECL_EXPORT tpu_kernel_function_t tpu_kernel_get_function(bm_handle_t handle, tpu_kernel_module_t module,
                                                          const char* function);
DECL_EXPORT tpu_kernel_function_t tpu_kernel_get_function_from_core(bm_handle_t handle, tpu_kernel_module_t module,
                                                                    const char* function, int core_id);
DECL_EXPORT bm_status_t tpu_kernel_launch(bm_handle_t handle, tpu_kernel_function_t function, void* args, size_t size);
DECL_EXPORT bm_status_t tpu_kernel_launch_from_core(bm_handle_t handle, tpu_kernel_function_t function, void* args,
                                                    size_t size, int core_id);
DECL_EXPORT void show_md5(unsigned char md5[]);
DECL_EXPORT bm_status_t bm_load_firmware(bm_handle_t handle, const char* firmware_tcm, const char* firmware_ddr);
DECL_EXPORT bm_status_t okkernel_load_firmware(bm_handle_t handle, const char* firmware_tcm, const char* firmware_ddr);
DECL_EXPORT bm_status_t bmkernel_launch(bm_handle_t handle, const void* args, unsigned int size);
DECL_EXPORT bm_status_t bmkernel_load_lookup_table(bm_handle_t handle, const void* table, unsigned int size);
DECL_EXPORT bm_status_t tpu_kernel_launch_async_multicores(bm_handle_t handle, tpu_launch_param_t* param_list,
                                                           int param_num);

/* ---- Processes on the A53 cores ----
 * Host-side control of programs on the card's ARM cores.
 */
DECL_EXPORT bm_cpu_status_t bmcpu_get_cpu_status(bm_handle_t handle);
DECL_EXPORT bm_status_t bmcpu_start_cpu(bm_handle_t handle, char* boot_file, char* core_file);
DECL_EXPORT int bmcpu_open_process(bm_handle_t handle, unsigned int flags, int timeout);
DECL_EXPORT bm_status_t bmcpu_load_library(bm_handle_t handle, int process_handle, char* library_file, int timeout);
DECL_EXPORT bm_status_t bmcpu_unload_library(bm_handle_t handle, int process_handle, char* library_file, int timeout);
DECL_EXPORT int bmcpu_exec_function(bm_handle_t handle, int process_handle, char* function_name, void* function_param,
                                    unsigned int param_size, int timeout);
DECL_EXPORT int bmcpu_exec_function_ext(bm_handle_t handle, int process_handle, char* function_name,
                                        void* function_param, unsigned int param_size, unsigned int opt, int timeout);
DECL_EXPORT bm_status_t bmcpu_exec_function_async_ext(bm_handle_t handle, int process_handle, char* function_name,
                                                      void* function_param, unsigned int param_size, unsigned int opt,
                                                      unsigned long long* api_handle);
DECL_EXPORT int bmcpu_query_exec_function_result(bm_handle_t handle, unsigned long long api_handle, int timeout);
DECL_EXPORT void* bmcpu_map_phys_addr(bm_handle_t handle, int process_handle, void* phys_addr, unsigned int size,
                                      int timeout);
DECL_EXPORT bm_status_t bmcpu_close_process(bm_handle_t handle, int process_handle, int timeout);
DECL_EXPORT bm_status_t bmcpu_reset_cpu(bm_handle_t handle);
DECL_EXPORT bm_status_t bmcpu_set_log(bm_handle_t handle, unsigned int log_level, unsigned int log_to_console,
                                      int timeout);
DECL_EXPORT bm_status_t bmcpu_get_log(bm_handle_t handle, int process_handle, char* log_file, int timeout);
DECL_EXPORT bm_status_t bmcpu_sync_time(bm_handle_t handle);

#define BM_MEM_NULL bm_mem_null()
#define bmkernel_load_firmware okkernel_load_firmware
#define bm_get_tpu_core_num bm_get_tpu_scalar_num

/* Evaluates `call` once; if it is no success, logs where and returns its status from the enclosing function. */
#define BM_CHECK_RET(call)                                                                                     \
  do {                                                                                                         \
    bm_status_t bm_check_status_ = (bm_status_t)(call);                                                        \
    if (bm_check_status_ != BM_SUCCESS) {                                                                      \
      bmlib_log("BM_CHECK", BMLIB_LOG_ERROR, "status %d in %s (%s:%d)\n", (int)bm_check_status_, __FUNCTION__, \
                __FILE__, __LINE__);                                                                           \
      return bm_check_status_;                                                                                 \
    }                                                                                                          \
  } while (0)

#if defined(__cplusplus)
}
#endif

#endif /* BMLIB_RUNTIME_H_ */
