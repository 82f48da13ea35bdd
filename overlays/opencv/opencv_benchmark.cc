// What device memory costs and what the chip's way of decoding takes, beside OpenCV itself in the same run.
#include <cstdlib>
#include <opencv2/opencv.hpp>
#include <string>

#include "benchmark/benchmark.h"
#include "overlays/opencv/testing/stock_view.h"

namespace bm::opencv {
namespace {

constexpr int kWidth = 1920, kHeight = 1080, kFrames = 50;

std::string TempFile(const std::string& name) {
  const char* const folder = std::getenv("TMPDIR");
  return std::string(folder == nullptr ? "/tmp" : folder) + "/opencv_benchmark_" + name;
}

cv::Mat Picture(int index) {
  cv::Mat mat(kHeight, kWidth, CV_8UC3);
  cv::RNG(1684).fill(mat, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(mat, mat, cv::Size(31, 31), 8);
  cv::circle(mat, cv::Point(300 + 20 * index, 500), 200, cv::Scalar(20, 200, 90), cv::FILLED);
  return mat;
}

void Allocate(benchmark::State& state, cv::MatAllocator* allocator) {
  const int side = static_cast<int>(state.range(0));
  for (auto _ : state) {
    cv::Mat mat;
    mat.allocator = allocator;
    mat.create(side, side, CV_8UC3);
    benchmark::DoNotOptimize(mat.data);
  }
}
void AllocateOnCard(benchmark::State& state) { Allocate(state, nullptr); }
void AllocateByOpenCv(benchmark::State& state) { Allocate(state, cv::Mat::getStdAllocator()); }
BENCHMARK(AllocateOnCard)->Arg(3)->Arg(1024);
BENCHMARK(AllocateByOpenCv)->Arg(3)->Arg(1024);

const std::string& Jpeg() {
  static const std::string* const path = [] {
    auto* made = new std::string(TempFile("picture.jpg"));
    cv::imwrite(*made, Picture(0));
    return made;
  }();
  return *path;
}
void ReadOnCard(benchmark::State& state) {
  const std::string& path = Jpeg();
  for (auto _ : state) benchmark::DoNotOptimize(cv::imread(path, cv::IMREAD_COLOR, 0));
}
void ReadByOpenCv(benchmark::State& state) {
  const std::string& path = Jpeg();
  for (auto _ : state) benchmark::DoNotOptimize(testing::StockRead(path, cv::IMREAD_COLOR));
}
BENCHMARK(ReadOnCard)->Unit(benchmark::kMillisecond);
BENCHMARK(ReadByOpenCv)->Unit(benchmark::kMillisecond);

const std::string& Clip() {
  static const std::string* const path = [] {
    auto* made = new std::string(TempFile("clip.mp4"));
    cv::VideoWriter writer(*made, cv::VideoWriter::fourcc('H', '2', '6', '4'), 25, cv::Size(kWidth, kHeight));
    for (int i = 0; i < kFrames; ++i) writer.write(Picture(i));
    return made;
  }();
  return *path;
}
void CaptureOnCard(benchmark::State& state) {
  const std::string& path = Clip();
  for (auto _ : state) {
    cv::VideoCapture capture(path);
    int frames = 0;
    for (cv::Mat frame; capture.read(frame);) ++frames;
    if (frames != kFrames) state.SkipWithError("frames are missing");
  }
  state.SetItemsProcessed(state.iterations() * kFrames);
}
void CaptureByOpenCv(benchmark::State& state) {
  const std::string& path = Clip();
  for (auto _ : state) {
    if (testing::CountStockFrames(path) != kFrames) state.SkipWithError("frames are missing");
  }
  state.SetItemsProcessed(state.iterations() * kFrames);
}
BENCHMARK(CaptureOnCard)->Unit(benchmark::kMillisecond);
BENCHMARK(CaptureByOpenCv)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bm::opencv
