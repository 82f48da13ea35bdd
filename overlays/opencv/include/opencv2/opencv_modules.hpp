// OpenCV's list of modules: those whose headers are there, and HAVE_BMCV, which says that cv::bmcv exists.
#ifndef BMNNSDK_OPENCV_MODULES_HPP_
#define BMNNSDK_OPENCV_MODULES_HPP_

#if __has_include_next(<opencv2/opencv_modules.hpp>)
#include_next <opencv2/opencv_modules.hpp>
#else
#include <stock/opencv2/opencv_modules.hpp>
#endif

#define HAVE_BMCV

// The list names what the distribution has built; opencv.hpp includes what it names.
#if !__has_include(<opencv2/calib3d.hpp>)
#undef HAVE_OPENCV_CALIB3D
#endif
#if !__has_include(<opencv2/dnn.hpp>)
#undef HAVE_OPENCV_DNN
#endif
#if !__has_include(<opencv2/features2d.hpp>)
#undef HAVE_OPENCV_FEATURES2D
#endif
#if !__has_include(<opencv2/flann.hpp>)
#undef HAVE_OPENCV_FLANN
#endif
#if !__has_include(<opencv2/highgui.hpp>)
#undef HAVE_OPENCV_HIGHGUI
#endif
#if !__has_include(<opencv2/ml.hpp>)
#undef HAVE_OPENCV_ML
#endif
#if !__has_include(<opencv2/objdetect.hpp>)
#undef HAVE_OPENCV_OBJDETECT
#endif
#if !__has_include(<opencv2/photo.hpp>)
#undef HAVE_OPENCV_PHOTO
#endif
#if !__has_include(<opencv2/stitching.hpp>)
#undef HAVE_OPENCV_STITCHING
#endif
#if !__has_include(<opencv2/video.hpp>)
#undef HAVE_OPENCV_VIDEO
#endif

#endif  // BMNNSDK_OPENCV_MODULES_HPP_
