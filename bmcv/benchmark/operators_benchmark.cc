// Pixel, filter and tensor operators at everyday sizes, on device memory.
//
//   bazel run -c opt //bmcv:operators_benchmark
#include <cstdint>
#include <functional>
#include <vector>

#include "benchmark/benchmark.h"
#include "bmcv/testing/card.h"
#include "bmcv_api.h"
#include "bmcv_api_ext.h"

namespace {

using bm::cv::testing::Handle;

constexpr int kWidth = 1920, kHeight = 1080;

// Bytes that are no constant.
bm_device_mem_t Noise(unsigned bytes) {
  bm_device_mem_t memory;
  bm_malloc_device_byte(Handle(), &memory, bytes);
  std::vector<uint8_t> values(bytes);
  uint32_t seed = 1;
  for (uint8_t& value : values) value = static_cast<uint8_t>((seed = seed * 1103515245 + 12345) >> 16);
  bm_memcpy_s2d(Handle(), memory, values.data());
  return memory;
}

// Floats in 0..1.
bm_device_mem_t Floats(unsigned count) {
  bm_device_mem_t memory;
  bm_malloc_device_byte(Handle(), &memory, count * 4);
  std::vector<float> values(count);
  uint32_t seed = 1;
  for (float& value : values) value = static_cast<float>((seed = seed * 1103515245 + 12345) >> 8) / (1 << 24);
  bm_memcpy_s2d(Handle(), memory, values.data());
  return memory;
}

bm_image Gray() {
  bm_image image;
  bm_image_create(Handle(), kHeight, kWidth, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &image);
  bm_device_mem_t memory = Noise(kWidth * kHeight);
  bm_image_attach(image, &memory);
  return image;
}

void Run(benchmark::State& state, const std::function<bm_status_t()>& operation) {
  for (auto _ : state) {
    if (operation() != BM_SUCCESS) state.SkipWithError("refused");
  }
}

void BM_AddWeighted1080p(benchmark::State& state) {
  const bm_image a = Gray(), b = Gray(), c = Gray();
  Run(state, [&] { return bmcv_image_add_weighted(Handle(), a, 0.3f, b, 0.7f, 1, c); });
}
BENCHMARK(BM_AddWeighted1080p)->Unit(benchmark::kMillisecond);

void BM_Threshold1080p(benchmark::State& state) {
  const bm_image a = Gray(), b = Gray();
  Run(state, [&] { return bmcv_image_threshold(Handle(), a, b, 100, 200, BM_THRESH_BINARY); });
}
BENCHMARK(BM_Threshold1080p)->Unit(benchmark::kMillisecond);

void BM_Sobel3x3Of1080p(benchmark::State& state) {
  const bm_image a = Gray(), b = Gray();
  Run(state, [&] { return bmcv_image_sobel(Handle(), a, b, 1, 0); });
}
BENCHMARK(BM_Sobel3x3Of1080p)->Unit(benchmark::kMillisecond);

void BM_GaussianBlur5x5Of1080p(benchmark::State& state) {
  const bm_image a = Gray(), b = Gray();
  Run(state, [&] { return bmcv_image_gaussian_blur(Handle(), a, b, 5, 5, 1); });
}
BENCHMARK(BM_GaussianBlur5x5Of1080p)->Unit(benchmark::kMillisecond);

void BM_Canny1080p(benchmark::State& state) {
  const bm_image a = Gray(), b = Gray();
  Run(state, [&] { return bmcv_image_canny(Handle(), a, b, 300, 600); });
}
BENCHMARK(BM_Canny1080p)->Unit(benchmark::kMillisecond);

void BM_Transpose1080p(benchmark::State& state) {
  const bm_image a = Gray();
  bm_image b;
  bm_image_create(Handle(), kWidth, kHeight, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &b);
  Run(state, [&] { return bmcv_image_transpose(Handle(), a, b); });
}
BENCHMARK(BM_Transpose1080p)->Unit(benchmark::kMillisecond);

void BM_Fft1024Times64(benchmark::State& state) {
  const bm_device_mem_t a = Floats(65536), b = Floats(65536), c = Floats(65536);
  void* plan = nullptr;
  bmcv_fft_1d_create_plan(Handle(), 64, 1024, true, plan);
  Run(state, [&] { return bmcv_fft_execute_real_input(Handle(), a, b, c, plan); });
  bmcv_fft_destroy_plan(Handle(), plan);
}
BENCHMARK(BM_Fft1024Times64)->Unit(benchmark::kMillisecond);

void BM_Gemm512(benchmark::State& state) {
  const bm_device_mem_t a = Floats(512 * 512), b = Floats(512 * 512), c = Floats(512 * 512);
  Run(state, [&] { return bmcv_gemm(Handle(), false, false, 512, 512, 512, 1, a, 512, b, 512, 0, c, 512); });
}
BENCHMARK(BM_Gemm512)->Unit(benchmark::kMillisecond);

void BM_FeatureMatch512Of100000(benchmark::State& state) {
  const bm_device_mem_t queries = Noise(512), entries = Noise(512 * 100000), values = Noise(64), places = Noise(64);
  Run(state, [&] { return bmcv_feature_match(Handle(), queries, entries, values, places, 1, 512, 100000, 5, 4); });
}
BENCHMARK(BM_FeatureMatch512Of100000)->Unit(benchmark::kMillisecond);

void BM_Sort1000000(benchmark::State& state) {
  const bm_device_mem_t keys = Floats(1000000), sorted = Floats(1000000), places = Floats(1000000);
  Run(state, [&] { return bmcv_sort(Handle(), keys, keys, 1000000, places, sorted, 1000000, 1, true, true); });
}
BENCHMARK(BM_Sort1000000)->Unit(benchmark::kMillisecond);

}  // namespace
