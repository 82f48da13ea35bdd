// A fixture for the operators on images.
//
//   Picture gray(handle_, FORMAT_GRAY, 13, 9, bytes);   // rows padded by a few bytes, to catch mixed-up strides
//   Picture edges(handle_, FORMAT_GRAY, 13, 9);         // without memory: the operator allocates
//   ASSERT_EQ(bmcv_image_sobel(handle_, gray.image(), edges.image(), 1, 0), BM_SUCCESS);
//   EXPECT_EQ(edges.Read(), expected);
#ifndef BMCV_TESTING_IMAGE_TEST_H_
#define BMCV_TESTING_IMAGE_TEST_H_

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "bmcv_api_ext.h"
#include "bmlib_runtime.h"
#include "gtest/gtest.h"

namespace bm::cv {

using Bytes = std::vector<uint8_t>;

class ImageTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bmlib_log_set_level(BMLIB_LOG_QUIET);
    ASSERT_EQ(bm_dev_request(&handle_, 0), BM_SUCCESS);
  }
  void TearDown() override {
    for (const bm_image& image : images_) bm_image_destroy(image);
    bm_dev_free(handle_);
  }

  // An image without memory that goes away with the test.
  bm_image Create(bm_image_format_ext format, int width, int height, bm_image_data_format_ext type,
                  int* strides = nullptr) {
    bm_image image;
    EXPECT_EQ(bm_image_create(handle_, height, width, format, type, &image, strides), BM_SUCCESS);
    images_.push_back(image);
    return image;
  }

  // The contents of an image of one plane, its padding too.
  template <typename T>
  static void Write(const bm_image& image, const std::vector<T>& values) {
    void* planes[] = {const_cast<T*>(values.data())};
    EXPECT_EQ(bm_image_copy_host_to_device(image, planes), BM_SUCCESS);
  }
  template <typename T>
  static std::vector<T> Read(const bm_image& image) {
    int size = 0;
    EXPECT_EQ(bm_image_get_byte_size(image, &size), BM_SUCCESS);
    std::vector<T> values(size / sizeof(T));
    void* planes[] = {values.data()};
    EXPECT_EQ(bm_image_copy_device_to_host(image, planes), BM_SUCCESS);
    return values;
  }

  Bytes RandomBytes(size_t count) {
    Bytes bytes(count);
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<uint8_t>(random_()); });
    return bytes;
  }

  std::mt19937 random_{1684};
  bm_handle_t handle_ = nullptr;
  std::vector<bm_image> images_;
};

// An image and its bytes plane after plane, without padding.
class Picture {
 public:
  Picture(bm_handle_t handle, bm_image_format_ext format, int width, int height,
          bm_image_data_format_ext type = DATA_TYPE_EXT_1N_BYTE) {
    EXPECT_EQ(bm_image_create(handle, height, width, format, type, &image_, nullptr), BM_SUCCESS);
    Learn(&row_bytes_);
  }
  Picture(bm_handle_t handle, bm_image_format_ext format, int width, int height, const Bytes& bytes,
          int heap = BMCV_HEAP_ANY)
      : Picture(handle, format, width, height) {
    bm_image_destroy(image_);
    std::vector<int> strides = row_bytes_;
    for (int& stride : strides) stride += 5;
    EXPECT_EQ(bm_image_create(handle, height, width, format, DATA_TYPE_EXT_1N_BYTE, &image_, strides.data()),
              BM_SUCCESS);
    EXPECT_EQ(bm_image_alloc_dev_mem(image_, heap), BM_SUCCESS);
    std::vector<int> sizes = Sizes();
    std::vector<Bytes> planes;
    std::vector<void*> pointers;
    Bytes::const_iterator next = bytes.begin();
    for (size_t p = 0; p < sizes.size(); ++p) {
      planes.emplace_back(sizes[p], 0xEE);
      for (int row = 0; row < sizes[p] / strides[p]; ++row) {
        std::copy_n(next, row_bytes_[p], planes.back().begin() + row * strides[p]);
        next += row_bytes_[p];
      }
    }
    EXPECT_TRUE(next == bytes.end());
    for (Bytes& plane : planes) pointers.push_back(plane.data());
    EXPECT_EQ(bm_image_copy_host_to_device(image_, pointers.data()), BM_SUCCESS);
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
  ~Picture() { bm_image_destroy(image_); }

  const bm_image& image() const { return image_; }

  // The bytes of a picture of this shape.
  size_t size() const {
    std::vector<int> sizes = Sizes(), strides;
    Learn(&strides);
    size_t bytes = 0;
    for (size_t p = 0; p < sizes.size(); ++p) bytes += size_t{1} * sizes[p] / strides[p] * row_bytes_[p];
    return bytes;
  }

  Bytes Read() const {
    std::vector<int> sizes = Sizes(), strides;
    Learn(&strides);
    std::vector<Bytes> planes;
    std::vector<void*> pointers;
    for (const int size : sizes) planes.emplace_back(size);
    for (Bytes& plane : planes) pointers.push_back(plane.data());
    EXPECT_EQ(bm_image_copy_device_to_host(image_, pointers.data()), BM_SUCCESS);
    Bytes bytes;
    for (size_t p = 0; p < planes.size(); ++p) {
      for (int row = 0; row < sizes[p] / strides[p]; ++row) {
        const Bytes::const_iterator first = planes[p].begin() + row * strides[p];
        bytes.insert(bytes.end(), first, first + row_bytes_[p]);
      }
    }
    return bytes;
  }

 private:
  void Learn(std::vector<int>* strides) const {
    strides->resize(bm_image_get_plane_num(image_));
    EXPECT_EQ(bm_image_get_stride(image_, strides->data()), BM_SUCCESS);
  }
  std::vector<int> Sizes() const {
    std::vector<int> sizes(row_bytes_.size());
    EXPECT_EQ(bm_image_get_byte_size(image_, sizes.data()), BM_SUCCESS);
    return sizes;
  }

  bm_image image_;
  std::vector<int> row_bytes_;
};

}  // namespace bm::cv

#endif  // BMCV_TESTING_IMAGE_TEST_H_
