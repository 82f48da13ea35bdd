// A customer's C++ program: reads a bmodel with libbmodel.so, runs it with libbmrt.so and sees in libbmlib.so, through
// a handle of its own, the memory that the runtime took: one card for all of them.
#include <cstdio>
#include <vector>

#include "bmlib_runtime.h"
#include "bmodel.hpp"
#include "bmruntime_cpp.h"

static unsigned long long FreeBytes(bm_handle_t handle) {
  bm_heap_stat_byte_t heap;
  unsigned long long sum = 0;
  for (unsigned id = 0; id < 3; ++id) {
    if (bm_get_gmem_heap_stat_byte_by_id(handle, &heap, id) == BM_SUCCESS) sum += heap.mem_avail;
  }
  return sum;
}

int main(int argc, char** argv) {
  if (argc != 2) return 1;
  bmodel::ModelCtx model(argv[1]);
  if (!model || model.model()->net()->size() != 1) return 2;

  bm_handle_t observer;
  if (bm_dev_request(&observer, 0) != BM_SUCCESS) return 3;
  const unsigned long long before = FreeBytes(observer);
  unsigned long long during = 0;
  {
    bmruntime::Context context(0);
    if (context.load_bmodel(argv[1]) != BM_SUCCESS) return 4;
    std::vector<const char*> names;
    context.get_network_names(&names);
    bmruntime::Network network(context, names.at(0), 0);
    std::vector<float> input(network.Inputs().at(0)->num_elements(), 0.5f);
    std::vector<float> output(network.Outputs().at(0)->num_elements());
    if (network.Inputs()[0]->CopyFrom(input.data()) != BM_SUCCESS) return 5;
    if (network.Forward() != BM_SUCCESS) return 6;
    if (network.Outputs()[0]->CopyTo(output.data()) != BM_SUCCESS) return 7;
    float sum = 0;
    for (const float probability : output) sum += probability;
    if (sum < 0.999f || sum > 1.001f) return 8;
    during = FreeBytes(observer);
  }
  std::printf("free bytes: %llu before, %llu while the model is loaded, %llu after\n", before, during,
              FreeBytes(observer));
  const bool is_one_card = during < before && FreeBytes(observer) == before;
  bm_dev_free(observer);
  return is_one_card ? 0 : 9;
}
