// BMCV's operators on cv::Mat.
//
//   cv::Mat picture = cv::imread("in.jpg", cv::IMREAD_COLOR, 0);
//   bm_image image;
//   cv::bmcv::toBMI(picture, &image);        // shares the picture's memory
//   ...
//   cv::Mat result;
//   cv::bmcv::toMAT(&other, result);         // converts to BGR
//   bm_image_destroy(image);
//
// Types: CV_8UC3 is BGR_PACKED, CV_8UC1 GRAY, CV_8SC1 and CV_8SC3 the same signed, CV_32FC1 and CV_32FC3 the same in
// FLOAT32; a matrix of an AVFrame has the frame's YUV format.
//
// `update` is whether host and device copies are brought together: before the operation for inputs, after it for
// outputs. Matrices of this SDK have one storage for both, so it tells the device of writes and costs nothing; a matrix
// that attachDeviceMemory gave memory of its own is copied.
//
// Failures log one line and answer BM_ERR_PARAM for an argument, BM_NOT_SUPPORTED for a type or a matrix without device
// memory, BM_ERR_NOMEM, or the code of the bmcv function. An output that does not fit is created on the input's card.
#ifndef BMNNSDK_OPENCV_BMCV_HPP_
#define BMNNSDK_OPENCV_BMCV_HPP_

#include <array>
#include <vector>

#include "opencv2/core.hpp"

#ifndef BMNNSDK_OPENCV_MAT_HPP_
#error "opencv2/core/mat.hpp of stock OpenCV came first: put this SDK's include folder before OpenCV's"
#endif

namespace cv {
namespace bmcv {

// ---- Cards ----

// The process's handle of a card, which stays open; null if there is no such card.
CV_EXPORTS bm_handle_t getCard(int id = 0);
CV_EXPORTS int getId(bm_handle_t handle);

// ---- Memory ----

// The descriptor of `len` bytes of device memory.
CV_EXPORTS bm_device_mem_t getDeviceMem(unsigned long long addr, int len);
// Gives a matrix over memory of the program device memory beside it, on card 0; one of OpenCV's own is moved into
// device memory, which other headers of it do not see. Nothing changes for one that has device memory.
CV_EXPORTS bm_status_t attachDeviceMemory(Mat& m);
// Host to device and back.
CV_EXPORTS void uploadMat(Mat& m);
CV_EXPORTS void downloadMat(Mat& m);

// ---- Conversion ----

// An image that shares the matrix's memory, which must outlive it; the caller destroys the image.
CV_EXPORTS bm_status_t toBMI(Mat& m, bm_image* image, bool update = true);
// To CV_8UC3 by the matrix of the frame's colour space and range, or by `csc`; BT.601 of limited range for a bm_image
// unless told otherwise.
CV_EXPORTS bm_status_t toMAT(Mat& in, Mat& out, bool update = true);
CV_EXPORTS bm_status_t toMAT(bm_image* image, Mat& out, bool update = true, csc_type_t csc = CSC_MAX_ENUM);
// color_space and color_range: FFmpeg's AVColorSpace and AVColorRange. Always copies: vaddr, fd0, nocopy have no
// effect.
CV_EXPORTS bm_status_t toMAT(bm_image* image, Mat& out, int color_space, int color_range, void* vaddr = NULL,
                             int fd0 = -1, bool update = true, bool nocopy = true);
// The four pictures of a 4N_BYTE image.
CV_EXPORTS bm_status_t toMAT(bm_image* image, Mat& m0, Mat& m1, Mat& m2, Mat& m3, bool update = true,
                             csc_type_t csc = CSC_MAX_ENUM);

// Between any of the types above. `out` keeps size and type (or frame) and is scaled to, linearly; an empty one becomes
// CV_8UC3 of the input's size.
CV_EXPORTS bm_status_t convert(Mat& m, Mat& out, bool update = true);
// Rectangle i of the input scaled to size i; out[i] of another size is created as CV_8UC3. As many sizes as rectangles.
CV_EXPORTS bm_status_t convert(Mat& m, std::vector<Rect>& vrt, std::vector<Size>& vsz, std::vector<Mat>& out,
                               bool update = true, csc_type_t csc = CSC_YCbCr2RGB_BT601, csc_matrix_t* matrix = nullptr,
                               bmcv_resize_algorithm algorithm = BMCV_INTER_LINEAR);
// Rectangle i scaled into image i, which the caller has created.
CV_EXPORTS bm_status_t convert(Mat& m, std::vector<Rect>& vrt, bm_image* out, bool update = true);
// To the size of `out`, which has the input's type.
CV_EXPORTS bm_status_t resize(Mat& m, Mat& out, bool update = true, int interpolation = BMCV_INTER_NEAREST);
// in[i] (or its rectangle srt[i]) scaled into rectangle drt[i] of `out`, which exists.
CV_EXPORTS bm_status_t stitch(std::vector<Mat>& in, std::vector<Rect>& srt, std::vector<Rect>& drt, Mat& out,
                              bool update = true, bmcv_resize_algorithm algorithm = BMCV_INTER_LINEAR);
CV_EXPORTS bm_status_t decomp(Mat& m, Mat& out, bool update = true);
CV_EXPORTS bm_status_t decomp_rot(Mat& m, Mat& out, bool update = true, int angle = 90);

// ---- Operators ----
// CV_8UC1 and CV_8UC3 unless the bmcv function of the same name takes more.

CV_EXPORTS bm_status_t hwColorCvt(Mat& src, OutputArray dst, int srcFormat, int dstFormat, Size dstSize, int dcn);
CV_EXPORTS bm_status_t hwResize(Mat& src, OutputArray dst, Size dsize, int interpolation);
CV_EXPORTS bm_status_t hwBorder(Mat& src, int top, int bottom, int left, int right, OutputArray dst,
                                const Scalar& value);
CV_EXPORTS bm_status_t hwCrop(InputArray src, Rect rect, OutputArray dst);
CV_EXPORTS bm_status_t hwMultiCrop(InputArray src, std::vector<Rect>& rects, std::vector<Mat>& dsts);
CV_EXPORTS bm_status_t hwSobel(InputArray src, OutputArray dst, int dx, int dy, int ksize, double scale, double delta);
CV_EXPORTS bm_status_t hwGaussianBlur(InputArray src, OutputArray dst, int kw, int kh, double sigmaX, double sigmaY);
// OpenCV's 2 x 3 matrix from source to target, borders repeated. flags: INTER_NEAREST or INTER_LINEAR, and
// WARP_INVERSE_MAP; borderMode has no effect.
CV_EXPORTS bm_status_t warpAffine(InputArray src, OutputArray dst, InputArray matrix, Size dsize, int flags = 1,
                                  int borderMode = 0, bool update = true);
CV_EXPORTS bm_status_t rectangle(InputOutputArray img, Point pt1, Point pt2, const Scalar& color, int thickness = 1,
                                 bool update = true);
CV_EXPORTS bm_status_t rectangle(InputOutputArray img, Rect rect, const Scalar& color, int thickness = 1,
                                 bool update = true);
CV_EXPORTS bm_status_t rectangle(Mat& img, std::vector<Rect>& rects, const Scalar& color, int thickness = 1,
                                 bool update = true);
CV_EXPORTS bm_status_t circle(InputOutputArray img, Point center, int radius, const Scalar& color, int thickness = 1,
                              bool update = true);
CV_EXPORTS bm_status_t flip(InputArray src, OutputArray dst, int flipCode, bool update = true);
CV_EXPORTS bm_status_t bitwise_and(InputArray src1, InputArray src2, OutputArray dst, bool update = true);
CV_EXPORTS bm_status_t bitwise_or(InputArray src1, InputArray src2, OutputArray dst, bool update = true);
CV_EXPORTS bm_status_t bitwise_xor(InputArray src1, InputArray src2, OutputArray dst, bool update = true);
CV_EXPORTS bm_status_t absdiff(InputArray src1, InputArray src2, OutputArray dst, bool update = true);
CV_EXPORTS bm_status_t rotate(InputArray src, OutputArray dst, int rotateCode = 0, bool update = true);
// type: bm_thresh_type_t, whose values are OpenCV's THRESH_BINARY to THRESH_TOZERO_INV.
CV_EXPORTS bm_status_t threshold(InputArray src, OutputArray dst, unsigned char thresh, unsigned char maxval, int type,
                                 bool update = true);
// alpha * x + beta, rounded and saturated, for all channels alike or for each; rtype CV_8U, CV_8S or CV_32F with the
// input's channels, as bmcv_image_convert_to.
CV_EXPORTS bm_status_t convertTo(InputArray src, OutputArray dst, int rtype, float alpha = 1, float beta = 0,
                                 bool update = true);
CV_EXPORTS bm_status_t convertTo(InputArray src, OutputArray dst, int rtype,
                                 std::array<float, 3> alpha = {1.0f, 1.0f, 1.0f},
                                 std::array<float, 3> beta = {0.0f, 0.0f, 0.0f}, bool update = true);
CV_EXPORTS bm_status_t mosaic(Mat& m, std::vector<Rect>& rects, int is_expand, bool update = true);
CV_EXPORTS bm_status_t quantify(Mat& m, Mat& out, bool update = true);
CV_EXPORTS bm_status_t addWeighted(InputArray src1, double alpha, InputArray src2, double beta, double gamma,
                                   OutputArray dst, bool update = true);
CV_EXPORTS bm_status_t transpose(InputArray src, OutputArray dst, bool update);

// ---- Looking at them ----

// Size, type and place on standard output, and with `dump` the first samples of each plane.
CV_EXPORTS void print(Mat& m, bool dump = false);
CV_EXPORTS void print(bm_image* image, bool dump = false);
// The rows of every plane, without gaps, into a file.
CV_EXPORTS void dumpMat(Mat& m, const String& file);
CV_EXPORTS void dumpBMImage(bm_image* image, const String& file);

}  // namespace bmcv
}  // namespace cv

#endif  // BMNNSDK_OPENCV_BMCV_HPP_
