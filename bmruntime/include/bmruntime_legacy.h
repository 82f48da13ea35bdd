/* The runtime's older interface. New programs use bmruntime_interface.h.
 *
 * A net is named by net_name or, where that is NULL or empty, by its position net_idx in the order of loading. The int
 * results of the memory functions are bm_status_t values.
 */
#ifndef BMRUNTIME_LEGACY_H_
#define BMRUNTIME_LEGACY_H_

#include "bmruntime_interface.h"

#if defined(__cplusplus)
extern "C" {
#endif

/* ---- Runtime ---- */

/* A runtime on the device of a handle; NULL where the chip is not `chipname`. */
DECL_EXPORT void* create_bmrt_helper(void* pbm_handle, const char* chipname, int devid);
#define create_bmruntime(pbm_handle, chipname, ...) create_bmrt_helper(pbm_handle, chipname, 0)
#define create_bmruntime_per_device(pbm_handle, chipname, devid) create_bmrt_helper(pbm_handle, chipname, devid)
DECL_EXPORT void destroy_bmruntime(void* p_bmrt);

/* Loads context_dir/compilation.bmodel. */
DECL_EXPORT bool bmrt_load_context(void* p_bmrt, const char* context_dir);

/* ---- Nets ---- */

/* True if the net is dynamic in its batch, or in height and width. */
DECL_EXPORT bool bmrt_can_batch_size_change(void* p_bmrt, int net_idx, const char* net_name);
DECL_EXPORT bool bmrt_can_height_and_width_change(void* p_bmrt, int net_idx, const char* net_name);

/* Number and names of the tensors; the caller frees the array, the strings belong to the runtime. */
DECL_EXPORT bool bmrt_get_input_tensor(void* p_bmrt, int net_idx, const char* net_name, int* input_num,
                                       const char*** input_names);
DECL_EXPORT bool bmrt_get_output_tensor(void* p_bmrt, int net_idx, const char* net_name, int* output_num,
                                        const char*** output_names);

/* Extents of a tensor in the first stage, 1 where it has fewer dimensions; nothing is written for an unknown one. */
DECL_EXPORT void bmrt_get_input_blob_max_nhw(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name,
                                             int* max_n, int* max_c, int* max_h, int* max_w);
DECL_EXPORT void bmrt_get_output_blob_max_nhw(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name,
                                              int* max_n, int* max_c, int* max_h, int* max_w);

/* The same into an array of up to eight; returns the rank, -1 for an unknown tensor. */
DECL_EXPORT int bmrt_get_input_blob_max_shape(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name,
                                              int* shape);
DECL_EXPORT int bmrt_get_output_blob_max_shape(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name,
                                               int* shape);

/* bm_data_type_t and compiled bm_store_mode_t; -1 for an unknown tensor. */
DECL_EXPORT int bmrt_get_input_data_type(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name);
DECL_EXPORT int bmrt_get_output_data_type(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name);
DECL_EXPORT int bmrt_get_input_gmem_stmode(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name);
DECL_EXPORT int bmrt_get_output_gmem_stmode(void* p_bmrt, const char* tensor_name, int net_idx, const char* net_name);

/* ---- Launches ----
 *
 * input_tensors and output_tensors are arrays of bm_device_mem_t, an entry per tensor of the net. Store modes are
 * arrays of bm_store_mode_t; without them (or NULL) all tensors are 1N. Shapes: bmrt_launch takes the compiled ones of
 * the first stage; the nhw forms replace batch, height and width of inputs of four dimensions; the shape forms take
 * input_dims[i] extents of input i, one input behind the other. output_shapes, where it is not NULL, receives the shape
 * of every output. Otherwise as bmrt_launch_tensor_ex with the caller's memory: false after one line where something
 * does not fit, and the launch may still run on return. bmrt_launch_cpu_data is not built: it prints one line and
 * returns false.
 */

DECL_EXPORT bool bmrt_launch(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors, int input_num,
                             const void* output_tensors, int output_num, bm_shape_t* output_shapes);
DECL_EXPORT bool bmrt_launch_nhw(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors,
                                 int input_num, const void* output_tensors, int output_num, int n, int h, int w,
                                 bm_shape_t* output_shapes);
DECL_EXPORT bool bmrt_launch_shape(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors,
                                   int input_num, const int* input_dims, const int* input_shapes,
                                   const void* output_tensors, int output_num, bm_shape_t* output_shapes);
DECL_EXPORT bool bmrt_launch_nhw_stmode(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors,
                                        int input_num, const void* output_tensors, int output_num, int n, int h, int w,
                                        int* in_stmode, int* out_stmode, bm_shape_t* output_shapes);
DECL_EXPORT bool bmrt_launch_nhw_stmode_multi_input(void* p_bmrt, int net_idx, const char* net_name,
                                                    const void* input_tensors, int input_num,
                                                    const void* output_tensors, int output_num, int n, int* h, int* w,
                                                    int* in_stmode, int* out_stmode, bm_shape_t* output_shapes);
DECL_EXPORT bool bmrt_launch_shape_stmode(void* p_bmrt, int net_idx, const char* net_name, const void* input_tensors,
                                          int input_num, const int* input_dims, const int* input_shapes,
                                          const void* output_tensors, int output_num, int* in_stmode, int* out_stmode,
                                          bm_shape_t* output_shapes);
DECL_EXPORT bool bmrt_launch_cpu_data(void* p_bmrt, int net_idx, const char* net_name, void* input_tensors,
                                      int input_num, void* output_tensors, int output_num, const int* in_shape,
                                      bm_shape_t* output_shapes);

/* ---- Device memory of the runtime's first device ---- */

DECL_EXPORT int bmrt_malloc_neuron_device(void* p_bmrt, bm_device_mem_t* pmem, int n, int c, int h, int w);
DECL_EXPORT int bmrt_malloc_device_byte(void* p_bmrt, bm_device_mem_t* pmem, unsigned int size);
DECL_EXPORT void bmrt_free_device(void* p_bmrt, bm_device_mem_t mem);
DECL_EXPORT int bmrt_memcpy_s2d(void* p_bmrt, bm_device_mem_t dst, void* src);
DECL_EXPORT int bmrt_memcpy_d2s(void* p_bmrt, void* dst, bm_device_mem_t src);
DECL_EXPORT int bmrt_memcpy_s2d_withsize(void* p_bmrt, bm_device_mem_t dst, void* src, unsigned int size);
DECL_EXPORT int bmrt_memcpy_d2s_withsize(void* p_bmrt, void* dst, bm_device_mem_t src, unsigned int size);
DECL_EXPORT int bmrt_memcpy_s2d_withsize_offset(void* p_bmrt, bm_device_mem_t dst, void* src, unsigned int size,
                                                unsigned int dev_offset);
DECL_EXPORT int bmrt_memcpy_d2s_withsize_offset(void* p_bmrt, void* dst, bm_device_mem_t src, unsigned int size,
                                                unsigned int dev_offset);

/* ---- Device ---- */

DECL_EXPORT int bmrt_thread_sync(void* p_bmrt);
DECL_EXPORT int bmrt_dev_getcount(void* p_bmrt, int* count);
DECL_EXPORT void bmrt_get_last_api_process_time_us(void* p_bmrt, unsigned long* time_us);

/* ---- Messages that a launch would send ---- */

/* The messages for bm_send_api that bmrt_launch_tensor_ex with the same arguments would send, and where in them the
 * device address of each input and output stands, so that a caller can send them with other addresses. Outputs are
 * filled in and, without user_mem, allocated as there. core_ids is not read: a BM1684 has one core. NULL after one line
 * where the launch would be refused. */
DECL_EXPORT api_info_c* get_bmodel_api_info_c(void* p_bmrt, const char* net_name, const bm_tensor_t* input_tensors,
                                              int input_num, bm_tensor_t* output_tensors, int output_num, bool user_mem,
                                              bool user_stmode, uint32_t* core_ids);
/* Releases what get_bmodel_api_info_c returned; NULL is fine. */
DECL_EXPORT void bmrt_free_api_info(api_info_c* api_info);

#if defined(__cplusplus)
}
#endif

#endif /* BMRUNTIME_LEGACY_H_ */
