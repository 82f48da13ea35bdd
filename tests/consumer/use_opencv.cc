// A stranger's program that needs OpenCV with device memory only.
#include <opencv2/opencv.hpp>

int main() {
  cv::Mat picture(32, 48, CV_8UC3, cv::Scalar(1, 2, 3)), gray, bgr;
  cv::cvtColor(picture, gray, cv::COLOR_BGR2GRAY);
  bm_image image;
  if (cv::bmcv::toBMI(picture, &image) != BM_SUCCESS) return 1;
  const bm_status_t code = cv::bmcv::toMAT(&image, bgr);
  bm_image_destroy(image);
  if (code != BM_SUCCESS || gray.u->addr == 0) return 2;
  return cv::norm(picture, bgr, cv::NORM_INF) == 0 ? 0 : 3;
}
