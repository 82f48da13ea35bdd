// 1080p pictures into device memory in the chip's geometry, against libjpeg-turbo alone in its usual use: raw data into
// planes of the library's own choice.
#include <array>
#include <vector>

#include "benchmark/benchmark.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/jpeg/testing/pictures.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::decoder {
namespace {

constexpr JpegInfo kHd = {1920, 1080, Sampling::k420};

const std::vector<uint8_t>& File() {
  static const auto* file = [] {
    const testing::Picture picture = testing::Waves(kHd, ChromaLayout::kSeparate, 1);
    return new std::vector<uint8_t>(EncodeJpeg(kHd, picture.layout, picture.samples(), 85).value());
  }();
  return *file;
}

void DecodeOurs(benchmark::State& state) {
  const ChromaLayout layout = state.range(0) == 0 ? ChromaLayout::kSeparate : ChromaLayout::kCbCr;
  const JpegGeometry geometry = JpegGeometry::Create(kHd.width, kHd.height, kHd.sampling, layout).value();
  bm_handle_t handle;
  bm_device_mem_t memory;
  unsigned char* view = nullptr;
  if (bm_dev_request(&handle, 0) != BM_SUCCESS ||
      bm_malloc_device_byte(handle, &memory, static_cast<unsigned>(geometry.total)) != BM_SUCCESS ||
      bmnnsdk_host_view(handle, bm_mem_get_device_addr(memory), geometry.total, &view) != BM_SUCCESS) {
    state.SkipWithError("no device memory");
    return;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(DecodeJpeg(File(), layout, geometry.At(view)).ok());
    bmnnsdk_host_written(handle, bm_mem_get_device_addr(memory), geometry.total);
  }
  bm_free_device(handle, memory);
  bm_dev_free(handle);
}
BENCHMARK(DecodeOurs)->ArgName("interleaved")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void DecodeStock(benchmark::State& state) {
  std::array<std::vector<uint8_t>, 3> planes;
  for (auto _ : state) testing::StockPlanes(File().data(), File().size(), &planes);
}
BENCHMARK(DecodeStock)->Unit(benchmark::kMillisecond);

void EncodeOurs(benchmark::State& state) {
  const testing::Picture picture =
      testing::Waves(kHd, state.range(0) == 0 ? ChromaLayout::kSeparate : ChromaLayout::kCbCr, 1);
  for (auto _ : state) benchmark::DoNotOptimize(EncodeJpeg(kHd, picture.layout, picture.samples(), 85).ok());
}
BENCHMARK(EncodeOurs)->ArgName("interleaved")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bm::decoder
