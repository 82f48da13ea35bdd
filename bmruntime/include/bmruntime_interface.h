/* Runs bmodels on a device.
 *
 *   bm_handle_t handle;
 *   bm_dev_request(&handle, 0);
 *   void* p_bmrt = bmrt_create(handle);
 *   bmrt_load_bmodel(p_bmrt, "compilation.bmodel");
 *   const bm_net_info_t* net = bmrt_get_network_info(p_bmrt, "resnet50");
 *   bm_tensor_t input, output;
 *   bmrt_tensor(&input, p_bmrt, net->input_dtypes[0], net->stages[0].input_shapes[0]);
 *   bm_memcpy_s2d(handle, input.device_mem, pixels);
 *   bmrt_launch_tensor(p_bmrt, "resnet50", &input, 1, &output, 1);
 *   bm_thread_sync(handle);
 *   bm_memcpy_d2s(handle, scores, output.device_mem);
 *   bm_free_device(handle, output.device_mem);
 *   bm_free_device(handle, input.device_mem);
 *   bmrt_destroy(p_bmrt);
 *   bm_dev_free(handle);
 *
 * Functions that return bool print the reason on stdout before they return false. All functions may be called from any
 * thread; many threads may load and launch on one runtime. Details and decisions: docs/reference/bmruntime.md.
 */
#ifndef BMRUNTIME_INTERFACE_H_
#define BMRUNTIME_INTERFACE_H_

#include "bmdef.h"

#if defined(_WIN32)
#define DECL_EXPORT __declspec(dllexport)
#define DECL_IMPORT __declspec(dllimport)
#else
#define DECL_EXPORT
#define DECL_IMPORT
#endif

#if defined(__cplusplus)
extern "C" {
#endif

/* ---- Shapes and tensors ---- */

/* Bytes of one element: 4, 2 or 1 (also for the 4-bit types); 0 for a value that is no type. */
DECL_EXPORT size_t bmrt_data_type_size(bm_data_type_t dtype);

/* Fills *shape in. It stays as it is unless 0 <= num_dims <= 8 and every dimension is positive. */
DECL_EXPORT void bmrt_shape(bm_shape_t* shape, const int* dims, int num_dims);

/* The product of the dimensions; 1 for a scalar. */
DECL_EXPORT uint64_t bmrt_shape_count(const bm_shape_t* shape);

/* True if rank and dimensions are equal. */
DECL_EXPORT bool bmrt_shape_is_same(const bm_shape_t* left, const bm_shape_t* right);

/* Describes a 1N tensor and allocates exactly its bytes on the first device. The caller frees tensor->device_mem with
 * bm_free_device. False for a shape without elements or where the device has no room. */
DECL_EXPORT bool bmrt_tensor(bm_tensor_t* tensor, void* p_bmrt, bm_data_type_t dtype, bm_shape_t shape);

/* The same on the devid-th handle of bmrt_create_ex. */
DECL_EXPORT bool bmrt_tensor_ex(bm_tensor_t* tensor, void* p_bmrt, int devid, bm_data_type_t dtype, bm_shape_t shape);

/* Describes a 1N tensor in memory of the caller. *tensor stays as it is if the memory is too small. */
DECL_EXPORT void bmrt_tensor_with_device(bm_tensor_t* tensor, bm_device_mem_t device_mem, bm_data_type_t dtype,
                                         bm_shape_t shape);

/* Elements times element size, without the padding of 4N. */
DECL_EXPORT size_t bmrt_tensor_bytesize(const bm_tensor_t* tensor);

/* Bytes of the tensor's device memory. */
DECL_EXPORT size_t bmrt_tensor_device_size(const bm_tensor_t* tensor);

/* Prints a net on stdout. */
DECL_EXPORT void bmrt_print_network_info(const bm_net_info_t* net_info);

/* ---- Runtime ---- */

/* A runtime on one device, NULL on failure. The handle stays the caller's and must outlive the runtime. */
DECL_EXPORT void* bmrt_create(bm_handle_t bm_handle);

/* A runtime on 1..32 devices of one chip. */
DECL_EXPORT void* bmrt_create_ex(bm_handle_t* bm_handles, int num_handles);

/* Waits for launches and frees everything the runtime allocated, descriptions of nets included. NULL is fine. */
DECL_EXPORT void bmrt_destroy(void* p_bmrt);

/* The (first) bm_handle_t of the runtime. */
DECL_EXPORT void* bmrt_get_bm_handle(void* p_bmrt);

/* BM_RUNTIME_* bits; to be set before loading. */
DECL_EXPORT void bmrt_set_flags(void* p_bmrt, uint32_t flags);
DECL_EXPORT uint32_t bmrt_get_flags(void* p_bmrt);

/* ---- Models ---- */

/* Adds the nets of a file. A net whose name is known is skipped with a warning. False for a file that is not there,
 * broken, for another chip, or holds a net that cannot run; nets before that one are usable. */
DECL_EXPORT bool bmrt_load_bmodel(void* p_bmrt, const char* bmodel_path);

/* The same from memory, which may be freed afterwards. */
DECL_EXPORT bool bmrt_load_bmodel_data(void* p_bmrt, const void* bmodel_data, size_t size);

/* Logs all nets at level INFO. */
DECL_EXPORT void bmrt_show_neuron_network(void* p_bmrt);

/* Number of loaded nets; 0 for NULL. */
DECL_EXPORT int bmrt_get_network_number(void* p_bmrt);

/* An array of the nets' names in the order of loading; NULL where there are none. The caller frees the array with
 * free(), the strings belong to the runtime. */
DECL_EXPORT void bmrt_get_network_names(void* p_bmrt, const char*** network_names);

/* The description of a net, valid until bmrt_destroy; NULL where no net has the name. */
DECL_EXPORT const bm_net_info_t* bmrt_get_network_info(void* p_bmrt, const char* net_name);

/* ---- Launches ---- */

/* bmrt_launch_tensor_ex(..., false, false). */
DECL_EXPORT bool bmrt_launch_tensor(void* p_bmrt, const char* net_name, const bm_tensor_t input_tensors[],
                                    int input_num, bm_tensor_t output_tensors[], int output_num);

/* Launches a net. Inputs state type, shape, memory and store mode; the shapes choose the stage. Outputs get shape and
 * type. With user_mem their device_mem is used, otherwise it is allocated and the caller frees it. With user_stmode
 * their st_mode is kept, otherwise it becomes 1N. Returns before completion: bm_thread_sync waits. Inputs and outputs
 * may overlap. */
DECL_EXPORT bool bmrt_launch_tensor_ex(void* p_bmrt, const char* net_name, const bm_tensor_t input_tensors[],
                                       int input_num, bm_tensor_t output_tensors[], int output_num, bool user_mem,
                                       bool user_stmode);

/* Launches on 1N buffers of the host and waits. Without user_mem the outputs are allocated with malloc and the caller
 * frees them. output_shapes receives the shapes. */
DECL_EXPORT bool bmrt_launch_data(void* p_bmrt, const char* net_name, void* const input_datas[],
                                  const bm_shape_t input_shapes[], int input_num, void* output_datas[],
                                  bm_shape_t output_shapes[], int output_num, bool user_mem);

/* The same on a list of cores; a BM1684 has core 0. */
DECL_EXPORT bool bmrt_launch_data_multi_cores(void* p_bmrt, const char* net_name, void* const input_datas[],
                                              const bm_shape_t input_shapes[], int input_num, void* output_datas[],
                                              bm_shape_t output_shapes[], int output_num, bool user_mem,
                                              const int* core_list, int core_num);

/* Reports on stderr whether coefficients (and, with BM_RUNTIME_CHECK_MEM, commands) on the device have changed. */
DECL_EXPORT void bmrt_trace(void* p_bmrt);

/* bmrt_launch_tensor_ex on a list of cores; a BM1684 has core 0. */
DECL_EXPORT bool bmrt_launch_tensor_multi_cores(void* p_bmrt, const char* net_name, const bm_tensor_t input_tensors[],
                                                int input_num, bm_tensor_t output_tensors[], int output_num,
                                                bool user_mem, bool user_stmode, const int* core_list, int core_num);

/* Allocates the neuron memory of a stage for these cores; it is there from loading on. False for an unknown net or
 * stage. */
DECL_EXPORT bool bmrt_pre_alloc_neuron_multi_cores(void* p_bmrt, const char* net_name, int stage_idx,
                                                   const int* core_list, int core_num);

/* ---- Copies on several devices: tensors are grouped per device, tensor_num[d] of them on device d ---- */

DECL_EXPORT bool bmrt_memcpy_s2d_parallel(void* p_bmrt, bm_tensor_t tensors[], void* datas[], int tensor_num[],
                                          int device_num);

DECL_EXPORT bool bmrt_memcpy_d2s_parallel(void* p_bmrt, void* datas[], bm_tensor_t tensors[], int tensor_num[],
                                          int device_num);

/* Offsets and sizes in bytes. */
DECL_EXPORT bool bmrt_memcpy_d2d_byte_parallel(void* p_bmrt, bm_tensor_t dst_tensors[], size_t dst_offsets[],
                                               bm_tensor_t src_tensors[], size_t src_offsets[], size_t sizes[],
                                               int tensor_num[], int device_num);

DECL_EXPORT bool bmrt_memcpy_d2d_stride_ex_parallel(void* p_bmrt, bm_tensor_t dst_tensors[], size_t dst_offsets[],
                                                    bm_shape_t dst_strides[], bm_tensor_t src_tensors[],
                                                    size_t src_offsets[], bm_shape_t src_strides[], bm_shape_t shapes[],
                                                    int tensor_num[], int device_num);

#if defined(__cplusplus)
}
#endif

#endif /* BMRUNTIME_INTERFACE_H_ */
