// A customer's C++ program: a picture and a video with OpenCV on card 0, drawn on and encoded with BMCV.
#include <cstdio>
#include <cstdlib>
#include <opencv2/opencv.hpp>

int main(int argc, char** argv) {
  if (argc != 3) return 1;
#ifndef HAVE_BMCV
  return 2;
#else
  cv::Mat picture(64, 96, CV_8UC3, cv::Scalar(200, 100, 50));
  if (!cv::imwrite(argv[2], picture)) return 3;
  cv::Mat frame = cv::imread(argv[2], cv::IMREAD_AVFRAME, 0);
  if (!frame.avOK() || frame.avFormat() != AV_PIX_FMT_YUVJ420P) return 4;
  bm_image image;
  if (cv::bmcv::toBMI(frame, &image) != BM_SUCCESS) return 5;
  bmcv_rect_t box = {8, 8, 32, 32};
  bm_handle_t handle = cv::bmcv::getCard(0);
  if (bmcv_image_draw_rectangle(handle, image, 1, &box, 3, 255, 0, 0) != BM_SUCCESS) return 6;
  void* jpeg = NULL;
  size_t bytes = 0;
  if (bmcv_image_jpeg_enc(handle, 1, &image, &jpeg, &bytes) != BM_SUCCESS) return 7;
  bm_image_destroy(image);
  cv::Mat drawn = cv::imdecode(cv::Mat(1, static_cast<int>(bytes), CV_8UC1, jpeg), cv::IMREAD_COLOR, 0);
  free(jpeg);
  if (drawn.empty() || cv::norm(drawn, picture, cv::NORM_INF) < 50) return 8;

  cv::VideoCapture capture(argv[1], cv::CAP_ANY, 0);
  if (!capture.isOpened()) return 9;
  capture.set(cv::CAP_PROP_OUTPUT_YUV, PROP_TRUE);
  int frames = 0;
  while (capture.read(frame)) {
    if (!frame.avOK()) return 10;
    ++frames;
  }
  if (capture.get(cv::CAP_PROP_STATUS) != 2) return 11;
  std::printf("%d frames, a JPEG of %zu bytes\n", frames, bytes);
  return frames == 10 ? 0 : 12;
#endif
}
