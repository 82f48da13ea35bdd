// A customer's C++ program: SAIL's functions on cv::Mat come with OpenCV's libraries.
#include <cstdio>
#include <opencv2/opencv.hpp>

#include "cvwrapper.h"

int main() {
  cv::Mat mat(32, 48, CV_8UC3, cv::Scalar(1, 2, 3));
  sail::BMImage image = sail::Bmcv::mat_to_bm_image(mat);
  const cv::Mat back = sail::Bmcv::bm_image_to_mat(image);
  std::printf("%d x %d\n", back.cols, back.rows);
  return cv::norm(mat, back, cv::NORM_INF) == 0 ? 0 : 1;
}
