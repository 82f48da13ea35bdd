// The chip's colour formulas, written once more for the tests (docs/reference/bmcv-operators.md).
#ifndef OVERLAYS_OPENCV_TESTING_FORMULAS_H_
#define OVERLAYS_OPENCV_TESTING_FORMULAS_H_

#include <algorithm>
#include <opencv2/core.hpp>

namespace bm::opencv::testing {

inline uchar Clip(int value) { return static_cast<uchar>(std::min(std::max(value, 0), 255)); }

// BT.601, 10 bits of fraction.
inline cv::Vec3b BgrOfLimited(int y, int u, int v) {
  return {Clip((1192 * y + 2066 * u - 283480 + 512) >> 10), Clip((1192 * y - 401 * u - 832 * v + 138829 + 512) >> 10),
          Clip((1192 * y + 1634 * v - 228272 + 512) >> 10)};
}
inline cv::Vec3b BgrOfFull(int y, int u, int v) {
  return {Clip((1024 * y + 1814 * u - 232260 + 512) >> 10), Clip((1024 * y - 352 * u - 731 * v + 138710 + 512) >> 10),
          Clip((1024 * y + 1435 * v - 183763 + 512) >> 10)};
}
inline cv::Vec3b BgrOfLimited709(int y, int u, int v) {
  return {Clip((1192 * y + 2163 * u - 295956 + 512) >> 10), Clip((1192 * y - 218 * u - 546 * v + 78734 + 512) >> 10),
          Clip((1192 * y + 1836 * v - 254044 + 512) >> 10)};
}
inline cv::Vec3b YuvOfLimited(const cv::Vec3b& bgr) {
  const int b = bgr[0], g = bgr[1], r = bgr[2];
  return {Clip((263 * r + 516 * g + 100 * b + 16384 + 512) >> 10),
          Clip((-152 * r - 298 * g + 450 * b + 131072 + 512) >> 10),
          Clip((450 * r - 377 * g - 73 * b + 131072 + 512) >> 10)};
}

// Random samples in the planes of a YUV420P frame; reproducible.
inline void FillFrame(AVFrame* frame, unsigned seed) {
  cv::RNG random(seed);
  for (int p = 0; p < 3; ++p) {
    const int rows = p == 0 ? frame->height : (frame->height + 1) / 2,
              cols = p == 0 ? frame->width : (frame->width + 1) / 2;
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < cols; ++x)
        frame->data[p][y * frame->linesize[p] + x] = static_cast<uchar>(random.uniform(0, 256));
    }
  }
}

// What a conversion of a YUV420P frame gives, chroma repeated.
template <typename Formula>
cv::Mat BgrOf(const AVFrame& frame, Formula formula) {
  cv::Mat bgr(frame.height, frame.width, CV_8UC3);
  for (int y = 0; y < frame.height; ++y) {
    for (int x = 0; x < frame.width; ++x) {
      bgr.at<cv::Vec3b>(y, x) =
          formula(frame.data[0][y * frame.linesize[0] + x], frame.data[1][y / 2 * frame.linesize[1] + x / 2],
                  frame.data[2][y / 2 * frame.linesize[2] + x / 2]);
    }
  }
  return bgr;
}

}  // namespace bm::opencv::testing

#endif  // OVERLAYS_OPENCV_TESTING_FORMULAS_H_
