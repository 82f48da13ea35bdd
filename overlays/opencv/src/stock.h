// What OpenCV itself reads and writes, for everything that the chip does not do. Behind functions, because OpenCV's
// headers and this SDK's give other meanings to the same names: stock.cc sees OpenCV's alone.
//
// OpenCV's exceptions pass through.
#ifndef OVERLAYS_OPENCV_SRC_STOCK_H_
#define OVERLAYS_OPENCV_SRC_STOCK_H_

#include <memory>
#include <string>
#include <vector>

#include "opencv2/core/mat.hpp"

namespace bm::opencv {

// Into `out`, which becomes empty for what cannot be read.
void StockDecode(cv::InputArray bytes, int flags, cv::Mat* out);
bool StockWrite(const std::string& file, cv::InputArray image, const std::vector<int>& parameters);
bool StockEncode(const std::string& extension, cv::InputArray image, std::vector<uchar>* bytes,
                 const std::vector<int>& parameters);

class StockCapture {
 public:
  StockCapture();
  ~StockCapture();
  bool Open(const std::string& file, int api, const std::vector<int>& parameters);
  bool Open(int index, int api, const std::vector<int>& parameters);
  bool Grab();
  bool Retrieve(cv::OutputArray image, int flag);
  bool Set(int property, double value);
  double Get(int property) const;
  std::string BackendName() const;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

class StockWriter {
 public:
  StockWriter();
  ~StockWriter();
  bool Open(const std::string& file, int api, int fourcc, double fps, cv::Size size,
            const std::vector<int>& parameters);
  void Write(cv::InputArray image);
  bool Set(int property, double value);
  double Get(int property) const;
  std::string BackendName() const;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace bm::opencv

#endif  // OVERLAYS_OPENCV_SRC_STOCK_H_
