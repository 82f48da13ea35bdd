// OpenCV's core with device memory (core/mat.hpp), cv::bmcv and cv::av.
#ifndef BMNNSDK_OPENCV_CORE_HPP_
#define BMNNSDK_OPENCV_CORE_HPP_

#include "opencv2/opencv_modules.hpp"

#if __has_include_next(<opencv2/core.hpp>)
#include_next <opencv2/core.hpp>
#else
#include <stock/opencv2/core.hpp>
#endif

#include "opencv2/core/av.hpp"
#include "opencv2/core/bmcv.hpp"

#endif  // BMNNSDK_OPENCV_CORE_HPP_
