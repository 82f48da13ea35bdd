// Reading and writing pictures, with an id of a card (cv::SophonDevice) and the JPEG unit's way.
//
//   cv::Mat picture = cv::imread("in.jpg", cv::IMREAD_COLOR, 0);
//   cv::Mat frame = cv::imread("in.jpg", cv::IMREAD_AVFRAME, 0);   // YUV as the file has it
//
// A baseline JPEG that becomes three channels is decoded as the chip does, when its sides allow: 16..4096, even ones
// where chroma is subsampled. Chroma is repeated, not interpolated, and BT.601 of full range gives BGR. Everything else
// is OpenCV's doing, and so are all results with USE_SOFT_JPGDEC=1 in the environment.
#ifndef BMNNSDK_OPENCV_IMGCODECS_HPP_
#define BMNNSDK_OPENCV_IMGCODECS_HPP_

#include "opencv2/core.hpp"

// Three more values of ImreadModes, beside one whose name occurs there only:
//   IMREAD_UNCHANGED_SCALE  accepted
//   IMREAD_AVFRAME          a matrix of an AVFrame with the file's own YUV samples; YUV420P of limited range if the
//   file is
//                           no such JPEG
//   IMREAD_RETRY_SOFTDEC    a damaged JPEG is decoded as far as it goes, as with OPENCV_RETRY_SOFTDEC=1 in the
//                           environment; otherwise the result is empty
#define IMREAD_IGNORE_ORIENTATION \
  IMREAD_UNCHANGED_SCALE = 256, IMREAD_AVFRAME = 512, IMREAD_RETRY_SOFTDEC = 1024, IMREAD_IGNORE_ORIENTATION
// The functions below take these names' place.
#define imread bmnnsdk_stock_imread
#define imdecode bmnnsdk_stock_imdecode
#define imwrite bmnnsdk_stock_imwrite
#define imwritemulti bmnnsdk_stock_imwritemulti
#define imencode bmnnsdk_stock_imencode
#if __has_include_next(<opencv2/imgcodecs.hpp>)
#include_next <opencv2/imgcodecs.hpp>
#else
#include <stock/opencv2/imgcodecs.hpp>
#endif
#undef IMREAD_IGNORE_ORIENTATION
#undef imread
#undef imdecode
#undef imwrite
#undef imwritemulti
#undef imencode

namespace cv {

// OpenCV's own definitions of these names stay what they are for its libraries.
inline namespace bm1684 {

// An empty matrix for what cannot be read.
CV_EXPORTS Mat imread(const String& filename, int flags = IMREAD_COLOR, int id = 0);
CV_EXPORTS Mat imdecode(InputArray buf, int flags, int id = 0);
CV_EXPORTS Mat imdecode(InputArray buf, int flags, Mat* dst, int id = 0);

// Matrices of AVFrames too: into a JPEG as they are (quality 95 unless IMWRITE_JPEG_QUALITY says otherwise), else as
// BGR. False for what cannot be written.
CV_EXPORTS bool imwrite(const String& filename, InputArray img, const std::vector<int>& params = std::vector<int>());
CV_EXPORTS bool imencode(const String& ext, InputArray img, std::vector<uchar>& buf,
                         const std::vector<int>& params = std::vector<int>());

inline bool imwritemulti(const String& filename, InputArrayOfArrays img,
                         const std::vector<int>& params = std::vector<int>()) {
  return imwrite(filename, img, params);
}

}  // namespace bm1684
}  // namespace cv

#endif  // BMNNSDK_OPENCV_IMGCODECS_HPP_
