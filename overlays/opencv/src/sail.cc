// SAIL's functions on cv::Mat, which SAIL declares and does not contain.
#include <algorithm>
#include <iterator>
#include <opencv2/core.hpp>

#include "absl/strings/str_cat.h"
#include "cvwrapper.h"
#include "sail/src/error.h"

namespace sail {
namespace {

struct DepthRow {
  bm_data_type_t type;
  int depth;
};
constexpr DepthRow kDepths[] = {{BM_FLOAT32, CV_32F}, {BM_INT8, CV_8S},    {BM_UINT8, CV_8U},
                                {BM_INT16, CV_16S},   {BM_UINT16, CV_16U}, {BM_INT32, CV_32S}};

constexpr int kChannels = 3;

void CheckMats(const std::vector<cv::Mat>& mats, Tensor& tensor) {
  if (!tensor.own_sys_data() || !tensor.own_dev_data()) {
    Throw(SAIL_ERR_TENSOR_PARAM, "mat_to_tensor: the tensor must own host and device memory");
  }
  if (mats.empty()) Throw(SAIL_ERR_TENSOR_PARAM, "mat_to_tensor: there is no matrix");
  const int type = CV_MAKETYPE(get_cv_depth(tensor.dtype()), kChannels);
  for (const cv::Mat& mat : mats) {
    if (!mat.empty() && mat.dims == 2 && mat.type() == type && mat.size() == mats[0].size()) continue;
    Throw(SAIL_ERR_TENSOR_DTYPE,
          absl::StrCat("mat_to_tensor: a matrix of ", mat.cols, " x ", mat.rows, ", ", cv::typeToString(mat.type()),
                       "; all must be ", mats[0].cols, " x ", mats[0].rows, ", ", cv::typeToString(type)));
  }
}

}  // namespace

int get_cv_depth(bm_data_type_t dtype) {
  for (const DepthRow& row : kDepths) {
    if (row.type == dtype) return row.depth;
  }
  throw DataTypeError(absl::StrCat("get_cv_depth: no matrix has elements of type ", dtype));
}

void mat_to_tensor(cv::Mat& mat, Tensor& tensor) {
  std::vector<cv::Mat> mats = {mat};
  mat_to_tensor(mats, tensor);
}

void mat_to_tensor(std::vector<cv::Mat>& mats, Tensor& tensor) {
  CheckMats(mats, tensor);
  const int rows = mats[0].rows, cols = mats[0].cols;
  tensor.reshape({static_cast<int>(mats.size()), kChannels, rows, cols});
  const int depth = get_cv_depth(tensor.dtype());
  const size_t plane_bytes = mats[0].total() * mats[0].elemSize1();
  uchar* next = static_cast<uchar*>(tensor.sys_data());
  for (const cv::Mat& mat : mats) {
    cv::Mat planes[kChannels];
    for (cv::Mat& plane : planes) {
      plane = cv::Mat(rows, cols, CV_MAKETYPE(depth, 1), next);
      next += plane_bytes;
    }
    cv::split(mat, planes);
  }
  tensor.sync_s2d();
}

int Bmcv::mat_to_bm_image(cv::Mat& mat, BMImage& image) {
  bm_image made = {};
  const bm_status_t code = cv::bmcv::toBMI(mat, &made);
  if (code == BM_SUCCESS) image = std::move(made);
  return code;
}

BMImage Bmcv::mat_to_bm_image(cv::Mat& mat) {
  BMImage image;
  const int code = mat_to_bm_image(mat, image);
  if (code != BM_SUCCESS) {
    Throw(SAIL_ERR_BMI_CVT, absl::StrCat("mat_to_bm_image of ", mat.cols, " x ", mat.rows, ", ",
                                         cv::typeToString(mat.type()), ": bmcv status ", code));
  }
  return image;
}

int Bmcv::bm_image_to_mat(BMImage& image, cv::Mat& mat) { return cv::bmcv::toMAT(&image.data(), mat); }

cv::Mat Bmcv::bm_image_to_mat(BMImage& image) {
  cv::Mat mat;
  const int code = bm_image_to_mat(image, mat);
  if (code != BM_SUCCESS) {
    Throw(SAIL_ERR_BMI_CVT, absl::StrCat("bm_image_to_mat of ", image.width(), " x ", image.height(), ", format ",
                                         image.format(), ": bmcv status ", code));
  }
  return mat;
}

}  // namespace sail
