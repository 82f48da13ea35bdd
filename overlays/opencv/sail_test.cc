// SAIL's functions on cv::Mat.
#include <opencv2/opencv.hpp>

#include "cvwrapper.h"
#include "gtest/gtest.h"

namespace sail {
namespace {

cv::Mat Numbered(int rows, int cols, int type) {
  cv::Mat mat(rows, cols, type);
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < cols; ++x) {
      for (int c = 0; c < 3; ++c) {
        const int value = (100 * c + 10 * y + x) % 128;
        if (mat.depth() == CV_32F) {
          mat.at<cv::Vec3f>(y, x)[c] = static_cast<float>(value);
        } else {
          mat.ptr<uchar>(y)[3 * x + c] = static_cast<uchar>(value);
        }
      }
    }
  }
  return mat;
}

TEST(SailMatTest, DepthsAreThoseOfOpenCv) {
  EXPECT_EQ(get_cv_depth(BM_FLOAT32), CV_32F);
  EXPECT_EQ(get_cv_depth(BM_INT8), CV_8S);
  EXPECT_EQ(get_cv_depth(BM_UINT8), CV_8U);
  EXPECT_THROW(get_cv_depth(BM_FLOAT16), DataTypeError);
}

TEST(SailMatTest, MatricesBecomeATensorOfPlanes) {
  Handle handle(0);
  for (const int depth : {CV_32F, CV_8S, CV_8U}) {
    Tensor tensor(handle, {1, 3, 2, 2}, depth == CV_32F ? BM_FLOAT32 : depth == CV_8S ? BM_INT8 : BM_UINT8, true, true);
    std::vector<cv::Mat> mats = {Numbered(4, 6, CV_MAKETYPE(depth, 3)), Numbered(4, 6, CV_MAKETYPE(depth, 3))};
    mats[1] = mats[1] + cv::Scalar::all(1);
    mat_to_tensor(mats, tensor);
    ASSERT_EQ(tensor.shape(), (std::vector<int>{2, 3, 4, 6}));
    // Both memories have it.
    std::vector<uchar> device(static_cast<size_t>(tensor.nbytes()));
    ASSERT_EQ(bm_memcpy_d2s(handle.data(), device.data(), tensor.dev_data()), BM_SUCCESS);
    EXPECT_EQ(std::memcmp(device.data(), tensor.sys_data(), device.size()), 0);
    const int at = ((1 * 3 + 2) * 4 + 3) * 6 + 5;  // picture 1, channel 2, y 3, x 5
    const int value = (200 + 30 + 5) % 128 + 1;
    if (depth == CV_32F) {
      EXPECT_EQ(static_cast<float*>(tensor.sys_data())[at], value);
    } else {
      EXPECT_EQ(static_cast<uchar*>(tensor.sys_data())[at], value);
    }
    mat_to_tensor(mats[0], tensor);
    EXPECT_EQ(tensor.shape(), (std::vector<int>{1, 3, 4, 6}));
  }
}

TEST(SailMatTest, WhatDoesNotFitATensorIsNamed) {
  Handle handle(0);
  Tensor tensor(handle, {1, 3, 2, 2}, BM_FLOAT32, true, true), borrowed(handle, {1, 3, 2, 2}, BM_FLOAT32, true, false);
  cv::Mat bytes = Numbered(2, 2, CV_8UC3), floats = Numbered(2, 2, CV_32FC3), gray(2, 2, CV_32FC1);
  EXPECT_THROW(mat_to_tensor(bytes, tensor), SailTensorError);
  EXPECT_THROW(mat_to_tensor(gray, tensor), SailTensorError);
  EXPECT_THROW(mat_to_tensor(floats, borrowed), SailTensorError);
  std::vector<cv::Mat> mats;
  EXPECT_THROW(mat_to_tensor(mats, tensor), SailTensorError);
  mats = {floats, Numbered(2, 3, CV_32FC3)};
  try {
    mat_to_tensor(mats, tensor);
    FAIL() << "no exception";
  } catch (const SailTensorError& failure) {
    EXPECT_NE(std::string(failure.what()).find("a matrix of 3 x 2, CV_32FC3; all must be 2 x 2"), std::string::npos)
        << failure.what();
  }
  EXPECT_EQ(tensor.shape(), (std::vector<int>{1, 3, 2, 2}));
}

TEST(SailMatTest, MatricesAndImagesShareMemory) {
  cv::Mat mat = Numbered(20, 30, CV_8UC3);
  BMImage image = Bmcv::mat_to_bm_image(mat);
  EXPECT_EQ(image.width(), 30);
  EXPECT_EQ(image.height(), 20);
  EXPECT_EQ(image.format(), FORMAT_BGR_PACKED);
  EXPECT_EQ(image.get_device_id(), 0);
  bm_device_mem_t memory;
  ASSERT_EQ(bm_image_get_device_mem(image.data(), &memory), BM_SUCCESS);
  EXPECT_EQ(bm_mem_get_device_addr(memory), mat.u->addr);
  BMImage second;
  EXPECT_EQ(Bmcv::mat_to_bm_image(mat, second), 0);
  cv::Mat back = Bmcv::bm_image_to_mat(second), again;
  EXPECT_EQ(cv::norm(back, mat, cv::NORM_INF), 0);
  EXPECT_EQ(Bmcv::bm_image_to_mat(image, again), 0);
  EXPECT_EQ(cv::norm(again, mat, cv::NORM_INF), 0);
  cv::Mat none;
  BMImage empty;
  EXPECT_THROW(Bmcv::mat_to_bm_image(none), SailBMImageError);
  EXPECT_NE(Bmcv::mat_to_bm_image(none, second), 0);
  EXPECT_THROW(Bmcv::bm_image_to_mat(empty), SailBMImageError);
}

}  // namespace
}  // namespace sail
