// Copies, warps, drawing and JPEG at 1080p beside OpenCV and libjpeg-turbo, on one core.
//
//   bazel build -c opt //bmcv:drawing_benchmark && taskset -c 0 bazel-bin/bmcv/drawing_benchmark
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

// After <cstdio>, which it needs.
#include <jpeglib.h>

#include "benchmark/benchmark.h"
#include "bmcv/testing/card.h"
#include "bmcv_api_ext.h"
#include "bmdecoder/jpeg/testing/pictures.h"
#include "opencv2/core.hpp"
#include "opencv2/imgproc.hpp"

namespace {

using bm::cv::testing::Handle;

constexpr int kWidth = 1920, kHeight = 1080, kArea = kWidth * kHeight;

[[maybe_unused]] const bool kOneThread = (cv::setNumThreads(1), true);

// Slopes and a little noise, as in pictures.
std::vector<uint8_t> Pixels(size_t count) {
  std::vector<uint8_t> bytes(count);
  uint32_t seed = 1;
  for (size_t i = 0; i < count; ++i) {
    seed = seed * 1103515245 + 12345;
    bytes[i] = static_cast<uint8_t>(i / 7 % 160 + i / kWidth % 80 + (seed >> 28));
  }
  return bytes;
}

// An image of bytes.
class Image {
 public:
  explicit Image(bm_image_format_ext format) {
    bm_image_create(Handle(), kHeight, kWidth, format, DATA_TYPE_EXT_1N_BYTE, &image_);
    std::vector<uint8_t> bytes = Pixels(size_t{3} * kArea);
    void* planes[] = {bytes.data(), bytes.data() + kArea, bytes.data() + kArea + kArea / 4};
    bm_image_copy_host_to_device(image_, planes);
  }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
  ~Image() { bm_image_destroy(image_); }

  bm_image& get() { return image_; }

 private:
  bm_image image_;
};

cv::Mat Packed() {
  Handle();
  const std::vector<uint8_t> bytes = Pixels(size_t{3} * kArea);
  return cv::Mat(kHeight, kWidth, CV_8UC3, const_cast<uint8_t*>(bytes.data())).clone();
}

void Check(benchmark::State& state, bm_status_t status) {
  if (status != BM_SUCCESS) state.SkipWithError("refused");
}

void CopyToOurs(benchmark::State& state) {
  Image a(FORMAT_BGR_PACKED), b(FORMAT_BGR_PACKED);
  for (auto _ : state) Check(state, bmcv_image_copy_to(Handle(), {}, a.get(), b.get()));
}
BENCHMARK(CopyToOurs)->Unit(benchmark::kMillisecond);

void CopyToOpenCv(benchmark::State& state) {
  const cv::Mat a = Packed();
  cv::Mat b = Packed();
  for (auto _ : state) a.copyTo(b);
}
BENCHMARK(CopyToOpenCv)->Unit(benchmark::kMillisecond);

constexpr float kMap[] = {0.9f, 0.1f, 20, -0.1f, 0.9f, 60};

void WarpAffineOurs(benchmark::State& state) {
  Image a(FORMAT_BGR_PLANAR), b(FORMAT_BGR_PLANAR);
  bmcv_affine_matrix map = {{kMap[0], kMap[1], kMap[2], kMap[3], kMap[4], kMap[5]}};
  bmcv_affine_image_matrix list = {&map, 1};
  const int use_bilinear = static_cast<int>(state.range(0));
  for (auto _ : state) Check(state, bmcv_image_warp_affine(Handle(), 1, &list, &a.get(), &b.get(), use_bilinear));
}
BENCHMARK(WarpAffineOurs)->ArgName("bilinear")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// OpenCV warps packed pixels.
void WarpAffineOpenCv(benchmark::State& state) {
  const cv::Mat a = Packed(), map(2, 3, CV_32F, const_cast<float*>(kMap));
  cv::Mat b;
  const int flags = (state.range(0) == 0 ? cv::INTER_NEAREST : cv::INTER_LINEAR) | cv::WARP_INVERSE_MAP;
  for (auto _ : state) cv::warpAffine(a, b, map, a.size(), flags, cv::BORDER_REPLICATE);
}
BENCHMARK(WarpAffineOpenCv)->ArgName("bilinear")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

// A hundred frames.
void RectanglesOurs(benchmark::State& state) {
  Image a(FORMAT_BGR_PACKED);
  std::vector<bmcv_rect_t> rects;
  for (int i = 0; i < 100; ++i) rects.push_back({10 * i, 5 * i, 300, 200});
  for (auto _ : state) Check(state, bmcv_image_draw_rectangle(Handle(), a.get(), 100, rects.data(), 3, 255, 0, 0));
}
BENCHMARK(RectanglesOurs)->Unit(benchmark::kMillisecond);

void RectanglesOpenCv(benchmark::State& state) {
  cv::Mat a = Packed();
  for (auto _ : state) {
    for (int i = 0; i < 100; ++i) cv::rectangle(a, {10 * i, 5 * i, 300, 200}, {0, 0, 255}, 3);
  }
}
BENCHMARK(RectanglesOpenCv)->Unit(benchmark::kMillisecond);

void TextOurs(benchmark::State& state) {
  Image a(FORMAT_NV12);
  for (auto _ : state) {
    Check(state, bmcv_image_put_text(Handle(), a.get(), "person 0.93 number 17", {100, 500}, {255, 0, 0}, 1.5f, 2));
  }
}
BENCHMARK(TextOurs)->Unit(benchmark::kMillisecond);

void TextOpenCv(benchmark::State& state) {
  cv::Mat a = Packed();
  for (auto _ : state) {
    cv::putText(a, "person 0.93 number 17", {100, 500}, cv::FONT_HERSHEY_SIMPLEX, 1.5, {0, 0, 255}, 2);
  }
}
BENCHMARK(TextOpenCv)->Unit(benchmark::kMillisecond);

void JpegEncodeOurs(benchmark::State& state) {
  Image a(FORMAT_NV12);
  void* data = nullptr;
  size_t size = 0;
  for (auto _ : state) Check(state, bmcv_image_jpeg_enc(Handle(), 1, &a.get(), &data, &size));
  std::free(data);
}
BENCHMARK(JpegEncodeOurs)->Unit(benchmark::kMillisecond);

void JpegDecodeOurs(benchmark::State& state) {
  Image a(FORMAT_NV12), b(FORMAT_YUV420P);
  void* data = nullptr;
  size_t size = 0;
  Check(state, bmcv_image_jpeg_enc(Handle(), 1, &a.get(), &data, &size));
  for (auto _ : state) Check(state, bmcv_image_jpeg_dec(Handle(), &data, &size, 1, &b.get()));
  std::free(data);
}
BENCHMARK(JpegDecodeOurs)->Unit(benchmark::kMillisecond);

// libjpeg-turbo alone on the same file, raw samples into memory of its own.
void JpegDecodeLibjpeg(benchmark::State& state) {
  Image a(FORMAT_NV12);
  void* data = nullptr;
  size_t size = 0;
  Check(state, bmcv_image_jpeg_enc(Handle(), 1, &a.get(), &data, &size));
  std::array<std::vector<uint8_t>, 3> planes;
  for (auto _ : state) bm::decoder::testing::StockPlanes(static_cast<const uint8_t*>(data), size, &planes);
  std::free(data);
}
BENCHMARK(JpegDecodeLibjpeg)->Unit(benchmark::kMillisecond);

// libjpeg-turbo alone, raw samples of planes.
void JpegEncodeLibjpeg(benchmark::State& state) {
  std::vector<uint8_t> luma = Pixels(size_t{kWidth} * (kHeight + 16)), chroma = Pixels(size_t{kArea} / 2);
  unsigned char* file = nullptr;
  unsigned long size = 0;
  for (auto _ : state) {
    jpeg_compress_struct info = {};
    jpeg_error_mgr errors;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &file, &size);
    info.image_width = kWidth;
    info.image_height = kHeight;
    info.input_components = 3;
    info.in_color_space = JCS_YCbCr;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 85, TRUE);
    info.raw_data_in = TRUE;
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      JSAMPROW rows[3][16];
      JSAMPARRAY components[] = {rows[0], rows[1], rows[2]};
      for (unsigned i = 0; i < 16; ++i) {
        rows[0][i] = luma.data() + (info.next_scanline + i) * size_t{kWidth};
        rows[1][i] = rows[2][i] = chroma.data() + (info.next_scanline / 2 + i % 8) * size_t{kWidth / 2};
      }
      jpeg_write_raw_data(&info, components, 16);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
  }
  std::free(file);
}
BENCHMARK(JpegEncodeLibjpeg)->Unit(benchmark::kMillisecond);

}  // namespace
