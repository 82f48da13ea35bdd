/* A customer's C program: bytes to the card and back, through libbmlib.so only. */
#include <stdio.h>
#include <string.h>

#include "bmcpu_dev.h"
#include "bmlib_runtime.h"
#include "version.h"

int main(void) {
  char sent[] = "sent to the card", received[sizeof sent] = "";
  bm_handle_t handle;
  bm_device_mem_t memory;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS) return 1;
  if (bm_malloc_device_byte(handle, &memory, sizeof sent) != BM_SUCCESS) return 2;
  if (bm_memcpy_s2d(handle, memory, sent) != BM_SUCCESS) return 3;
  if (bm_memcpy_d2s(handle, received, memory) != BM_SUCCESS) return 4;
  bm_free_device(handle, memory);
  bm_dev_free(handle);
  printf("%s, version %s = %d.%d.%d\n", received, PROJECT_VER, PROJECT_VER_MAJOR, PROJECT_VER_MINOR, PROJECT_VER_PATCH);
  return strcmp(sent, received) == 0 ? 0 : 5;
}
