// Compiled with OpenCV's own headers.
#include "overlays/opencv/src/stock.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#ifdef BMNNSDK_OPENCV_MAT_HPP_
#error "this file is about OpenCV's own headers"
#endif

namespace bm::opencv {

void StockDecode(cv::InputArray bytes, int flags, cv::Mat* out) { cv::imdecode(bytes, flags, out); }

bool StockWrite(const std::string& file, cv::InputArray image, const std::vector<int>& parameters) {
  return cv::imwrite(file, image, parameters);
}

bool StockEncode(const std::string& extension, cv::InputArray image, std::vector<uchar>* bytes,
                 const std::vector<int>& parameters) {
  return cv::imencode(extension, image, *bytes, parameters);
}

struct StockCapture::Impl {
  cv::VideoCapture capture;
};

StockCapture::StockCapture() : impl_(new Impl) {}
StockCapture::~StockCapture() = default;
bool StockCapture::Open(const std::string& file, int api, const std::vector<int>& parameters) {
  return impl_->capture.open(file, api, parameters);
}
bool StockCapture::Open(int index, int api, const std::vector<int>& parameters) {
  return impl_->capture.open(index, api, parameters);
}
bool StockCapture::Grab() { return impl_->capture.grab(); }
bool StockCapture::Retrieve(cv::OutputArray image, int flag) { return impl_->capture.retrieve(image, flag); }
bool StockCapture::Set(int property, double value) { return impl_->capture.set(property, value); }
double StockCapture::Get(int property) const { return impl_->capture.get(property); }
std::string StockCapture::BackendName() const { return impl_->capture.getBackendName(); }

struct StockWriter::Impl {
  cv::VideoWriter writer;
};

StockWriter::StockWriter() : impl_(new Impl) {}
StockWriter::~StockWriter() = default;
bool StockWriter::Open(const std::string& file, int api, int fourcc, double fps, cv::Size size,
                       const std::vector<int>& parameters) {
  return impl_->writer.open(file, api, fourcc, fps, size, parameters);
}
void StockWriter::Write(cv::InputArray image) { impl_->writer.write(image); }
bool StockWriter::Set(int property, double value) { return impl_->writer.set(property, value); }
double StockWriter::Get(int property) const { return impl_->writer.get(property); }
std::string StockWriter::BackendName() const { return impl_->writer.getBackendName(); }

}  // namespace bm::opencv
