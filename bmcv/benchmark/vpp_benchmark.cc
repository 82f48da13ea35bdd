// Colour conversion, scaling and convert_to on one core, beside OpenCV and libyuv in the same run.
//
//   bazel run -c opt //bmcv:vpp_benchmark -- --benchmark_repetitions=15 --benchmark_report_aggregates_only
//       --benchmark_enable_random_interleaving
#include <cstdint>
#include <functional>
#include <vector>

#include "benchmark/benchmark.h"
#include "bmcv/testing/card.h"
#include "bmcv_api_ext.h"
#include "libyuv.h"
#include "opencv2/core.hpp"
#include "opencv2/imgproc.hpp"

namespace {

using bm::cv::testing::Handle;

constexpr int kWidth = 1920, kHeight = 1080, kSide = 640;
constexpr int kLetterbox = kSide * kHeight / kWidth;  // rows of a wide picture in the square
constexpr float kScale = 1.0f / 255;
constexpr bmcv_convert_to_attr kLinear = {kScale, 0, kScale, 0, kScale, 0};

[[maybe_unused]] const bool kOneThread = (cv::setNumThreads(1), true);

std::vector<uint8_t> Noise(size_t bytes) {
  std::vector<uint8_t> values(bytes);
  uint32_t seed = 1;
  for (uint8_t& value : values) value = static_cast<uint8_t>((seed = seed * 1103515245 + 12345) >> 16);
  return values;
}

// An image in heap 1 with noise in it.
bm_image Image(bm_image_format_ext format, int width, int height,
               bm_image_data_format_ext type = DATA_TYPE_EXT_1N_BYTE) {
  bm_image image;
  bm_image_create(Handle(), height, width, format, type, &image);
  bm_image_alloc_dev_mem(image, BMCV_HEAP1_ID);
  int sizes[4] = {};
  bm_image_get_byte_size(image, sizes);
  std::vector<std::vector<uint8_t>> planes;
  std::vector<void*> pointers;
  for (int p = 0; p < bm_image_get_plane_num(image); ++p) planes.push_back(Noise(sizes[p]));
  for (std::vector<uint8_t>& plane : planes) pointers.push_back(plane.data());
  bm_image_copy_host_to_device(image, pointers.data());
  return image;
}

cv::Mat NoiseMat(int rows, int columns, int type) {
  cv::Mat mat(rows, columns, type);
  const std::vector<uint8_t> bytes = Noise(mat.total() * mat.elemSize());
  std::copy(bytes.begin(), bytes.end(), mat.data);
  return mat;
}

void Run(benchmark::State& state, const std::function<bm_status_t()>& operation) {
  for (auto _ : state) {
    if (operation() != BM_SUCCESS) state.SkipWithError("refused");
  }
}

// ---- NV12 1080p to 640 x 640 planar floats ----

void BM_Nv12ToPlanarFloats(benchmark::State& state) {
  const bm_image in = Image(FORMAT_NV12, kWidth, kHeight);
  bm_image bytes = Image(FORMAT_BGR_PLANAR, kSide, kSide),
           floats = Image(FORMAT_BGR_PLANAR, kSide, kSide, DATA_TYPE_EXT_FLOAT32);
  Run(state, [&] {
    const bm_status_t status = bmcv_image_vpp_convert(Handle(), 1, in, &bytes);
    return status == BM_SUCCESS ? bmcv_image_convert_to(Handle(), 1, kLinear, &bytes, &floats) : status;
  });
}

void BM_Nv12ToPlanarFloatsInOnePass(benchmark::State& state) {
  bm_image in = Image(FORMAT_NV12, kWidth, kHeight),
           floats = Image(FORMAT_BGR_PLANAR, kSide, kSide, DATA_TYPE_EXT_FLOAT32);
  bmcv_convert_to_attr linear = kLinear;
  Run(state, [&] {
    return bmcv_image_csc_convert_to(Handle(), 1, &in, &floats, nullptr, nullptr, nullptr, BMCV_INTER_LINEAR,
                                     CSC_MAX_ENUM, nullptr, &linear);
  });
}

void BM_Nv12ToPlanarFloatsOpenCv(benchmark::State& state) {
  Handle();
  const cv::Mat in = NoiseMat(kHeight * 3 / 2, kWidth, CV_8UC1);
  cv::Mat bgr, small, floats;
  std::vector<cv::Mat> planes(3);
  for (auto _ : state) {
    cv::cvtColor(in, bgr, cv::COLOR_YUV2BGR_NV12);
    cv::resize(bgr, small, cv::Size(kSide, kSide), 0, 0, cv::INTER_LINEAR);
    small.convertTo(floats, CV_32FC3, kScale, 0);
    cv::split(floats, planes);
  }
}

// ---- NV12 1080p to 640 x 360, nearest, in the middle of a gray square ----

void BM_Letterbox(benchmark::State& state) {
  const bm_image in = Image(FORMAT_NV12, kWidth, kHeight);
  bm_image out = Image(FORMAT_RGB_PLANAR, kSide, kSide);
  bmcv_padding_atrr_t padding = {0, (kSide - kLetterbox) / 2, kSide, kLetterbox, 114, 114, 114, 1};
  bmcv_rect_t whole = {0, 0, kWidth, kHeight};
  Run(state,
      [&] { return bmcv_image_vpp_convert_padding(Handle(), 1, in, &out, &padding, &whole, BMCV_INTER_NEAREST); });
}

void BM_LetterboxOpenCv(benchmark::State& state) {
  Handle();
  const cv::Mat in = NoiseMat(kHeight * 3 / 2, kWidth, CV_8UC1);
  cv::Mat rgb, small, square;
  std::vector<cv::Mat> planes(3);
  constexpr int kMargin = (kSide - kLetterbox) / 2;
  for (auto _ : state) {
    cv::cvtColor(in, rgb, cv::COLOR_YUV2RGB_NV12);
    cv::resize(rgb, small, cv::Size(kSide, kLetterbox), 0, 0, cv::INTER_NEAREST);
    cv::copyMakeBorder(small, square, kMargin, kMargin, 0, 0, cv::BORDER_CONSTANT, cv::Scalar(114, 114, 114));
    cv::split(square, planes);
  }
}

// ---- NV12 1080p to packed BGR of the same size ----

void BM_Nv12ToBgr(benchmark::State& state) {
  const bm_image in = Image(FORMAT_NV12, kWidth, kHeight);
  bm_image out = Image(FORMAT_BGR_PACKED, kWidth, kHeight);
  Run(state, [&] { return bmcv_image_vpp_convert(Handle(), 1, in, &out); });
}

void BM_Nv12ToBgrOpenCv(benchmark::State& state) {
  Handle();
  const cv::Mat in = NoiseMat(kHeight * 3 / 2, kWidth, CV_8UC1);
  cv::Mat bgr;
  for (auto _ : state) cv::cvtColor(in, bgr, cv::COLOR_YUV2BGR_NV12);
}

void BM_Nv12ToBgrLibyuv(benchmark::State& state) {
  const std::vector<uint8_t> in = Noise(size_t{kWidth} * kHeight * 3 / 2);
  std::vector<uint8_t> out(size_t{3} * kWidth * kHeight);
  for (auto _ : state) {
    libyuv::NV12ToRGB24(in.data(), kWidth, in.data() + kWidth * kHeight, kWidth, out.data(), 3 * kWidth, kWidth,
                        kHeight);
    benchmark::DoNotOptimize(out.data());
  }
}

// ---- Packed BGR 1080p to 640 x 640 planar RGB ----

void BM_BgrToPlanar(benchmark::State& state) {
  const bm_image in = Image(FORMAT_BGR_PACKED, kWidth, kHeight);
  bm_image out = Image(FORMAT_RGB_PLANAR, kSide, kSide);
  Run(state, [&] { return bmcv_image_vpp_convert(Handle(), 1, in, &out); });
}

void BM_BgrToPlanarOpenCv(benchmark::State& state) {
  Handle();
  const cv::Mat in = NoiseMat(kHeight, kWidth, CV_8UC3);
  cv::Mat small;
  std::vector<cv::Mat> planes(3);
  for (auto _ : state) {
    cv::resize(in, small, cv::Size(kSide, kSide), 0, 0, cv::INTER_LINEAR);
    cv::split(small, planes);
  }
}

// ---- Planar bytes to floats ----

void BM_ConvertTo(benchmark::State& state) {
  bm_image in = Image(FORMAT_BGR_PLANAR, kSide, kSide),
           out = Image(FORMAT_BGR_PLANAR, kSide, kSide, DATA_TYPE_EXT_FLOAT32);
  Run(state, [&] { return bmcv_image_convert_to(Handle(), 1, kLinear, &in, &out); });
}

void BM_ConvertToOpenCv(benchmark::State& state) {
  Handle();
  const cv::Mat in = NoiseMat(3 * kSide, kSide, CV_8UC1);
  cv::Mat out;
  for (auto _ : state) in.convertTo(out, CV_32FC1, kScale, 0);
}

// ---- YUV420P 1080p to 960 x 540 ----

void BM_HalveYuv(benchmark::State& state) {
  const bm_image in = Image(FORMAT_YUV420P, kWidth, kHeight);
  bm_image out = Image(FORMAT_YUV420P, kWidth / 2, kHeight / 2);
  Run(state, [&] { return bmcv_image_vpp_convert(Handle(), 1, in, &out); });
}

void BM_HalveYuvLibyuv(benchmark::State& state) {
  constexpr int kArea = kWidth * kHeight;
  const std::vector<uint8_t> in = Noise(kArea * 3 / 2);
  std::vector<uint8_t> out(kArea * 3 / 8);
  for (auto _ : state) {
    libyuv::I420Scale(in.data(), kWidth, in.data() + kArea, kWidth / 2, in.data() + kArea * 5 / 4, kWidth / 2, kWidth,
                      kHeight, out.data(), kWidth / 2, out.data() + kArea / 4, kWidth / 4, out.data() + kArea * 5 / 16,
                      kWidth / 4, kWidth / 2, kHeight / 2, libyuv::kFilterBilinear);
    benchmark::DoNotOptimize(out.data());
  }
}

#define TIMED(NAME) BENCHMARK(NAME)->Unit(benchmark::kMicrosecond)
TIMED(BM_Nv12ToPlanarFloats);
TIMED(BM_Nv12ToPlanarFloatsInOnePass);
TIMED(BM_Nv12ToPlanarFloatsOpenCv);
TIMED(BM_Letterbox);
TIMED(BM_LetterboxOpenCv);
TIMED(BM_Nv12ToBgr);
TIMED(BM_Nv12ToBgrOpenCv);
TIMED(BM_Nv12ToBgrLibyuv);
TIMED(BM_BgrToPlanar);
TIMED(BM_BgrToPlanarOpenCv);
TIMED(BM_ConvertTo);
TIMED(BM_ConvertToOpenCv);
TIMED(BM_HalveYuv);
TIMED(BM_HalveYuvLibyuv);
#undef TIMED

}  // namespace
