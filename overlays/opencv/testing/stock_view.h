// OpenCV as its own headers show it, for tests that compare both views.
#ifndef OVERLAYS_OPENCV_TESTING_STOCK_VIEW_H_
#define OVERLAYS_OPENCV_TESTING_STOCK_VIEW_H_

#include <cstddef>
#include <string>
#include <vector>

namespace cv {
class Mat;
}

namespace bm::opencv::testing {

struct Layout {
  size_t mat_bytes;
  size_t mat_data, mat_allocator, mat_u, mat_size, mat_step;
  size_t umatdata_bytes;
  size_t umatdata_refcount, umatdata_data, umatdata_size, umatdata_flags, umatdata_context;
};
Layout StockLayout();

// A matrix that code compiled with OpenCV's own headers creates, uses and hands over.
cv::Mat StockMat(int rows, int cols, int type, double value);
double StockSum(const cv::Mat& mat);

cv::Mat StockRead(const std::string& file, int flags);
bool StockWrite(const std::string& file, const cv::Mat& mat);
// The frames of a video, as BGR.
std::vector<cv::Mat> StockFrames(const std::string& file);
int CountStockFrames(const std::string& file);

}  // namespace bm::opencv::testing

#endif  // OVERLAYS_OPENCV_TESTING_STOCK_VIEW_H_
