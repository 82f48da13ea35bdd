// Device memory there and back.
#include <cstdio>
#include <cstring>

#include "bmlib_runtime.h"

int main() {
  bm_handle_t handle;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS) return 1;
  bm_device_mem_t mem;
  char text[] = "there and back", copy[sizeof(text)] = "";
  const bool done = bm_malloc_device_byte(handle, &mem, sizeof(text)) == BM_SUCCESS &&
                    bm_memcpy_s2d(handle, mem, text) == BM_SUCCESS && bm_memcpy_d2s(handle, copy, mem) == BM_SUCCESS;
  bm_free_device(handle, mem);
  bm_dev_free(handle);
  std::printf("%s\n", copy);
  return done && std::strcmp(text, copy) == 0 ? 0 : 1;
}
