/* Types of the runtime: data types, store modes, shapes, tensors, descriptions of loaded nets. Valid C and C++. */
#ifndef __BMRUNTIME_DEFINE_H__
#define __BMRUNTIME_DEFINE_H__

#include <stddef.h>
#include <stdint.h>

#include "bmlib_runtime.h"

#if defined(__cplusplus)
extern "C" {
#endif

/* Type of the elements of a tensor. */
typedef enum bm_data_type_e {
  BM_FLOAT32 = 0,
  BM_FLOAT16 = 1,
  BM_INT8 = 2,
  BM_UINT8 = 3,
  BM_INT16 = 4,
  BM_UINT16 = 5,
  BM_INT32 = 6,
  BM_UINT32 = 7,
  BM_BFLOAT16 = 8,
  BM_INT4 = 9,
  BM_UINT4 = 10
} bm_data_type_t;

/* How batches lie in a 32-bit word of device memory. */
typedef enum bm_store_mode_e {
  BM_STORE_1N = 0, /* plain NCHW */
  BM_STORE_2N = 1, /* 16-bit types: two batches interleaved */
  BM_STORE_4N = 2  /* 8-bit types: four batches interleaved, batch 4b + k in byte k */
} bm_store_mode_t;

/* Bits of bmrt_set_flags. */
typedef enum bm_runtime_flag_e {
  BM_RUNTIME_AUTO = 0,
  BM_RUNTIME_SHARE_MEM = 1, /* nets of one subnet share neuron memory (default) */
  BM_RUNTIME_CHECK_MEM = 2  /* bmrt_trace checks commands too */
} bm_runtime_flag_t;

#define BM_MAX_DIMS_NUM 8

/* The extents of a tensor, outermost first; dims[num_dims] and further are not read. */
typedef struct bm_shape_s {
  int num_dims; /* 0..8; 0 is a scalar */
  int dims[BM_MAX_DIMS_NUM];
} bm_shape_t;

/* A shape and its number of elements. */
typedef struct bm_shape_ex_s {
  bm_shape_t shape;
  int elem_num;
} bm_shape_ex_t;

/* A tensor in device memory. The structure owns nothing. */
typedef struct bm_tensor_s {
  bm_data_type_t dtype;
  bm_shape_t shape;
  bm_device_mem_t device_mem;
  bm_store_mode_t st_mode;
} bm_tensor_t;

/* One stage of a net: a set of shapes it was compiled for. Arrays have an entry per input or output. */
typedef struct bm_stage_info_s {
  bm_shape_t* input_shapes;
  bm_shape_t* output_shapes;
  bm_device_mem_t* input_mems;  /* where the compiled net expects its inputs: launches with these copy nothing */
  bm_device_mem_t* output_mems; /* where it leaves its outputs */
} bm_stage_info_t;

/* A loaded net. Everything belongs to the runtime and lives as long as it. */
typedef struct bm_net_info_s {
  const char* name;
  bool is_dynamic;
  int input_num;
  char const** input_names;
  bm_data_type_t* input_dtypes;
  float* input_scales; /* integer input = real value * scale */
  int output_num;
  char const** output_names;
  bm_data_type_t* output_dtypes;
  float* output_scales; /* real value = integer output * scale */
  int stage_num;
  bm_stage_info_t* stages;
  size_t* max_input_bytes; /* largest over the stages; the batch of 8-bit types rounded up to four */
  size_t* max_output_bytes;
  int* input_zero_point;
  int* output_zero_point;
  int* input_loc_devices; /* device of each tensor, an index of the handles of bmrt_create_ex */
  int* output_loc_devices;
  int core_num;
  int32_t addr_mode; /* 0: inputs and outputs inside neuron memory, 1: in memory of their own */
} bm_net_info_t;

/* Messages that a launch would send; filled by get_bmodel_api_info_c, released by bmrt_free_api_info. */
typedef struct api_info_s {
  uint32_t* api_id;
  size_t api_id_size;
  uint8_t** api_data;
  size_t api_data_size;
  size_t* api_data_subsize;
  uint32_t* input_addr_offset;
  size_t input_addr_offset_number;
  uint32_t* output_addr_offset;
  size_t output_addr_offset_number;
} api_info_c;

#if defined(__cplusplus)
}
#endif

#endif /* __BMRUNTIME_DEFINE_H__ */
