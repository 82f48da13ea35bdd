/* A customer's C program: an image's edges and a Fourier transform through libbmcv.so, memory through libbmlib.so. */
#include <stdio.h>

#include "bmcv_api_ext_c.h"

int main(void) {
  unsigned char pixels[16] = {0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 9, 9}, edges[16] = {0};
  float line[4] = {1, 2, 3, 4}, real[4], imaginary[4];
  void *in[1], *out[1], *plan = NULL;
  bm_handle_t handle;
  bm_image source, target;
  in[0] = pixels;
  out[0] = edges;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS) return 1;
  if (bm_image_create(handle, 4, 4, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &source, NULL) != BM_SUCCESS) return 2;
  if (bm_image_create(handle, 4, 4, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &target, NULL) != BM_SUCCESS) return 2;
  if (bm_image_copy_host_to_device(source, in) != BM_SUCCESS) return 3;
  if (bmcv_image_sobel(handle, source, target, 1, 0, 3, 1, 0) != BM_SUCCESS) return 4;
  if (bm_image_copy_device_to_host(target, out) != BM_SUCCESS) return 5;
  bm_image_destroy(source);
  bm_image_destroy(target);
  if (bmcv_fft_1d_create_plan(handle, 1, 4, true, &plan) != BM_SUCCESS) return 6;
  if (bmcv_fft_execute_real_input(handle, bm_mem_from_system(line), bm_mem_from_system(real),
                                  bm_mem_from_system(imaginary), plan) != BM_SUCCESS) {
    return 7;
  }
  bmcv_fft_destroy_plan(handle, plan);
  bm_dev_free(handle);
  printf("edge %d, sum %g\n", edges[1], real[0]);
  return edges[0] == 0 && edges[1] == 36 && edges[2] == 36 && real[0] == 10 && imaginary[1] == 2 ? 0 : 8;
}
