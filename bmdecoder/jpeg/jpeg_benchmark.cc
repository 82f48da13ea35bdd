// 1080p pictures into planes of the chip's geometry, against libjpeg-turbo alone in its usual use: raw data into planes
// of the library's own choice.
#include <cstdio>
#include <vector>

// After <cstdio>, which it needs.
#include <jpeglib.h>

#include "benchmark/benchmark.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/jpeg/testing/pictures.h"

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
  testing::Picture picture(kHd, state.range(0) == 0 ? ChromaLayout::kSeparate : ChromaLayout::kCbCr);
  for (auto _ : state) benchmark::DoNotOptimize(DecodeJpeg(File(), picture.layout, picture.planes()).ok());
}
BENCHMARK(DecodeOurs)->ArgName("interleaved")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

void DecodeStock(benchmark::State& state) {
  std::vector<uint8_t> planes[3];
  for (std::vector<uint8_t>& plane : planes) plane.resize(1920 * 1088);
  for (auto _ : state) {
    jpeg_decompress_struct info = {};
    jpeg_error_mgr errors;
    info.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, File().data(), File().size());
    jpeg_read_header(&info, TRUE);
    info.raw_data_out = TRUE;
    info.out_color_space = JCS_YCbCr;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
      JSAMPROW rows[3][16];
      JSAMPARRAY components[] = {rows[0], rows[1], rows[2]};
      for (unsigned i = 0; i < 16; ++i) rows[0][i] = planes[0].data() + size_t{info.output_scanline + i} * 1920;
      for (unsigned i = 0; i < 8; ++i) {
        rows[1][i] = planes[1].data() + size_t{info.output_scanline / 2 + i} * 960;
        rows[2][i] = planes[2].data() + size_t{info.output_scanline / 2 + i} * 960;
      }
      jpeg_read_raw_data(&info, components, 16);
    }
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
  }
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
