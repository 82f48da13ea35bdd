// A runtime on a card; a file that is not there is refused.
#include <cstdio>

#include "bmruntime_cpp.h"
#include "bmruntime_interface.h"

int main() {
  bm_handle_t handle;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS) return 1;
  void* runtime = bmrt_create(handle);
  if (runtime == nullptr) return 1;
  const bool is_loaded = bmrt_load_bmodel(runtime, "/absent.bmodel");
  const int networks = bmrt_get_network_number(runtime);
  bmrt_destroy(runtime);
  bm_dev_free(handle);
  std::printf("%d networks, %d bytes a float\n", networks, static_cast<int>(bmruntime::ByteSize(BM_FLOAT32)));
  return is_loaded ? 1 : 0;
}
