#include "overlays/opencv/testing/stock_view.h"

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#ifdef BMNNSDK_OPENCV_MAT_HPP_
#error "this file is about OpenCV's own headers"
#endif

namespace bm::opencv::testing {

Layout StockLayout() {
  return {sizeof(cv::Mat),
          offsetof(cv::Mat, data),
          offsetof(cv::Mat, allocator),
          offsetof(cv::Mat, u),
          offsetof(cv::Mat, size),
          offsetof(cv::Mat, step),
          sizeof(cv::UMatData),
          offsetof(cv::UMatData, refcount),
          offsetof(cv::UMatData, data),
          offsetof(cv::UMatData, size),
          offsetof(cv::UMatData, flags),
          offsetof(cv::UMatData, allocatorContext)};
}

cv::Mat StockMat(int rows, int cols, int type, double value) {
  cv::Mat mat(rows, cols, type);
  mat = cv::Scalar::all(value);
  const cv::Mat other = mat;
  return other;
}

double StockSum(const cv::Mat& mat) {
  const cv::Scalar sum = cv::sum(mat.clone());
  return sum[0] + sum[1] + sum[2] + sum[3];
}

cv::Mat StockRead(const std::string& file, int flags) { return cv::imread(file, flags); }

bool StockWrite(const std::string& file, const cv::Mat& mat) { return cv::imwrite(file, mat); }

std::vector<cv::Mat> StockFrames(const std::string& file) {
  cv::VideoCapture capture(file, cv::CAP_FFMPEG);
  std::vector<cv::Mat> frames;
  for (cv::Mat frame; capture.read(frame);) frames.push_back(frame.clone());
  return frames;
}

int CountStockFrames(const std::string& file) {
  cv::VideoCapture capture(file, cv::CAP_FFMPEG);
  int frames = 0;
  for (cv::Mat frame; capture.read(frame);) ++frames;
  return frames;
}

}  // namespace bm::opencv::testing
