// Allocation and release beside a million live blocks of 4 KiB:
//   bazel run -c opt //bmdriver_sim/driver:heap_benchmark
#include <random>
#include <vector>

#include "benchmark/benchmark.h"
#include "bmdriver_sim/driver/heap.h"

namespace bm::driver {
namespace {

constexpr int kLive = 1000000;
constexpr uint64_t kHeapBytes = uint64_t{2} * kLive * Heap::kPageBytes;

std::vector<uint64_t> Fill(Heap* heap) {
  std::vector<uint64_t> blocks;
  for (int i = 0; i < kLive; ++i) blocks.push_back(*heap->Allocate(Heap::kPageBytes));
  return blocks;
}

void BM_FreeAndAllocateAnywhere(benchmark::State& state) {
  Heap heap(0x100000000, kHeapBytes);
  std::vector<uint64_t> blocks = Fill(&heap);
  std::mt19937 random(1);
  for (auto _ : state) {
    uint64_t& block = blocks[random() % blocks.size()];
    heap.Free(block);
    block = *heap.Allocate(Heap::kPageBytes);
  }
}
BENCHMARK(BM_FreeAndAllocateAnywhere);

// Every second block is free: half a million holes.
void BM_AllocateAmongHoles(benchmark::State& state) {
  Heap heap(0x100000000, kHeapBytes);
  std::vector<uint64_t> blocks = Fill(&heap);
  for (size_t i = 0; i < blocks.size(); i += 2) heap.Free(blocks[i]);
  for (auto _ : state) {
    const uint64_t block = *heap.Allocate(2 * Heap::kPageBytes);
    heap.Free(block);
  }
}
BENCHMARK(BM_AllocateAmongHoles);

}  // namespace
}  // namespace bm::driver
