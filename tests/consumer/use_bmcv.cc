// A red pixel's planes.
#include <cstdio>

#include "bmcv_api_ext.h"

int main() {
  bm_handle_t handle;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS) return 1;
  bm_image image{};
  unsigned char pixels[3 * 16 * 16] = {255}, copy[sizeof(pixels)] = {};
  void *source[] = {pixels}, *target[] = {copy};
  const bool done = bm_image_create(handle, 16, 16, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_1N_BYTE, &image) == BM_SUCCESS &&
                    bm_image_copy_host_to_device(image, source) == BM_SUCCESS &&
                    bm_image_copy_device_to_host(image, target) == BM_SUCCESS;
  bm_image_destroy(image);
  bm_dev_free(handle);
  std::printf("%d %d\n", copy[0], copy[1]);
  return done && copy[0] == 255 && copy[1] == 0 ? 0 : 1;
}
