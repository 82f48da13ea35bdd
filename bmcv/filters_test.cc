// bmcv_image_sobel, _gaussian_blur, _laplacian, _pyramid_down and _canny.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "bmcv/src/filter.h"
#include "bmcv/testing/goldens.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

// The largest difference of two pictures.
int Difference(const Bytes& a, const Bytes& b) {
  if (a.size() != b.size()) return 256;
  int most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

class FiltersTest : public ImageTest {
 protected:
  Bytes Sobel(bm_image_format_ext format, uint32_t seed, int dx, int dy, int size, float scale, float delta) {
    Picture result(handle_, format, kGoldenWidth, kGoldenHeight);
    Picture source(handle_, format, kGoldenWidth, kGoldenHeight, GeneratedBytes(seed, result.size()));
    EXPECT_EQ(bmcv_image_sobel(handle_, source.image(), result.image(), dx, dy, size, scale, delta), BM_SUCCESS);
    return result.Read();
  }
  Bytes Blur(bm_image_format_ext format, uint32_t seed, int width, int height, float sigma_x, float sigma_y) {
    Picture result(handle_, format, kGoldenWidth, kGoldenHeight);
    Picture source(handle_, format, kGoldenWidth, kGoldenHeight, GeneratedBytes(seed, result.size()));
    EXPECT_EQ(bmcv_image_gaussian_blur(handle_, source.image(), result.image(), width, height, sigma_x, sigma_y),
              BM_SUCCESS);
    return result.Read();
  }
};

TEST_F(FiltersTest, BordersMirrorWithoutRepeating) {
  std::vector<int> places;
  for (int at = -5; at < 8; ++at) places.push_back(Reflect101(at, 4));
  EXPECT_EQ(places, std::vector<int>({1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1}));
  EXPECT_EQ(Reflect101(-7, 1), 0);
  EXPECT_EQ(Reflect101(-3, 2), 1);
}

TEST_F(FiltersTest, BytesRoundToEvenAndSaturate) {
  const float values[] = {-1e9f, -0.4f, 0.5f, 0.50001f, 1.5f, 2.5f, 254.5f, 254.51f, 255.7f, 1e30f, NAN, INFINITY};
  Bytes bytes;
  for (const float value : values) bytes.push_back(RoundToByte(value));
  EXPECT_EQ(bytes, Bytes({0, 0, 0, 1, 2, 2, 254, 255, 255, 255, 0, 255}));
}

TEST_F(FiltersTest, SobelKernels) {
  using Kernel = std::vector<float>;
  EXPECT_EQ(SobelKernel(0, 1), Kernel({1}));
  EXPECT_EQ(SobelKernel(1, 1), Kernel({-1, 0, 1}));
  EXPECT_EQ(SobelKernel(0, 3), Kernel({1, 2, 1}));
  EXPECT_EQ(SobelKernel(2, 3), Kernel({1, -2, 1}));
  EXPECT_EQ(SobelKernel(1, 5), Kernel({-1, -2, 0, 2, 1}));
}

TEST_F(FiltersTest, SobelIsThatOfOpenCv) {
  EXPECT_EQ(Sobel(FORMAT_GRAY, 1, 1, 0, 3, 1, 0), kSobelX3.bytes);
  EXPECT_EQ(Sobel(FORMAT_RGB_PACKED, 3, 0, 1, 3, 1, 0), kSobelY3Packed.bytes);
  EXPECT_EQ(Sobel(FORMAT_GRAY, 1, 1, 1, 5, 0.25f, 3), kSobelXY5.bytes);
  EXPECT_EQ(Sobel(FORMAT_GRAY, 1, 2, 0, 7, 0.0625f, 0), kSobelXX7.bytes);
  EXPECT_EQ(Sobel(FORMAT_GRAY, 1, 1, 0, 1, 1, 100), kSobelX1.bytes);
  EXPECT_EQ(Sobel(FORMAT_GRAY, 1, 2, 1, 9, 0.00390625f, 128), kSobelXXY9.bytes);
}

TEST_F(FiltersTest, SobelFiltersEveryPlane) {
  // Packed pixels are the same three pictures as planes.
  const Bytes packed = GeneratedBytes(3, 3 * kGoldenArea);
  Bytes planar, expected;
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < kGoldenArea; ++i) {
      planar.push_back(packed[3 * i + c]);
      expected.push_back(kSobelY3Packed.bytes[3 * i + c]);
    }
  }
  for (const bm_image_format_ext format :
       {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_BGRP_SEPARATE, FORMAT_YUV444P}) {
    Picture source(handle_, format, kGoldenWidth, kGoldenHeight, planar);
    Picture result(handle_, format, kGoldenWidth, kGoldenHeight);
    ASSERT_EQ(bmcv_image_sobel(handle_, source.image(), result.image(), 0, 1), BM_SUCCESS);
    EXPECT_EQ(result.Read(), expected) << format;
  }
}

TEST_F(FiltersTest, SobelTakesTheLumaForGray) {
  Bytes bytes = GeneratedBytes(1, kGoldenArea);
  bytes.resize(kGoldenArea + 14 * 5);
  Picture source(handle_, FORMAT_NV12, kGoldenWidth, kGoldenHeight, bytes);
  Picture result(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight);
  ASSERT_EQ(bmcv_image_sobel(handle_, source.image(), result.image(), 1, 0), BM_SUCCESS);
  EXPECT_EQ(result.Read(), kSobelX3.bytes);
}

TEST_F(FiltersTest, SobelRefusals) {
  Picture gray(handle_, FORMAT_GRAY, 20, 4, Bytes(80)), result(handle_, FORMAT_GRAY, 20, 4, Bytes(80, 7));
  Picture packed(handle_, FORMAT_RGB_PACKED, 20, 4, Bytes(240)), small(handle_, FORMAT_GRAY, 19, 4, Bytes(76));
  Picture wide(handle_, FORMAT_GRAY, 2046, 1, Bytes(2046)), empty(handle_, FORMAT_GRAY, 20, 4);
  Picture floats(handle_, FORMAT_GRAY, 20, 4, DATA_TYPE_EXT_FLOAT32);
  const auto sobel = [&](const Picture& in, const Picture& out, int dx, int dy, int size) {
    return bmcv_image_sobel(handle_, in.image(), out.image(), dx, dy, size);
  };
  EXPECT_EQ(sobel(gray, result, 1, 0, 4), BM_ERR_PARAM);
  EXPECT_EQ(sobel(gray, result, 1, 0, 11), BM_ERR_PARAM);
  EXPECT_EQ(sobel(gray, result, 1, 0, -1), BM_ERR_PARAM);
  EXPECT_EQ(sobel(gray, result, 0, 0, 3), BM_ERR_PARAM);
  EXPECT_EQ(sobel(gray, result, -1, 2, 3), BM_ERR_PARAM);
  EXPECT_EQ(sobel(gray, result, 3, 0, 3), BM_ERR_PARAM);
  EXPECT_EQ(sobel(wide, wide, 1, 0, 3), BM_ERR_PARAM);
  EXPECT_EQ(sobel(wide, wide, 1, 0, 1), BM_SUCCESS);
  EXPECT_EQ(sobel(gray, small, 1, 0, 3), BM_ERR_DATA);
  EXPECT_EQ(sobel(packed, result, 1, 0, 3), BM_ERR_DATA);
  EXPECT_EQ(sobel(floats, result, 1, 0, 3), BM_ERR_DATA);
  EXPECT_EQ(sobel(empty, result, 1, 0, 3), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_sobel(nullptr, gray.image(), result.image(), 1, 0), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(result.Read(), Bytes(80, 7));
}

TEST_F(FiltersTest, GaussianBlurIsCloseToOpenCv) {
  EXPECT_LE(Difference(Blur(FORMAT_GRAY, 1, 3, 3, 0, 0), kGaussian3.bytes), 1);
  EXPECT_LE(Difference(Blur(FORMAT_BGR_PACKED, 3, 5, 7, 1.2f, 0.8f), kGaussian5x7Packed.bytes), 1);
  EXPECT_LE(Difference(Blur(FORMAT_GRAY, 1, 7, 7, 0, 0), kGaussian7.bytes), 1);
  EXPECT_LE(Difference(Blur(FORMAT_GRAY, 1, 9, 1, 0, 0), kGaussian9x1.bytes), 1);
  EXPECT_LE(Difference(Blur(FORMAT_GRAY, 1, 31, 31, 5, 0), kGaussian31.bytes), 1);
}

TEST_F(FiltersTest, GaussianBlurRoundsHalfUp) {
  // 1 2 1 / 4 over 0 2 0: 1 at the edges (mirrored: 2 * 2 / 4) and 1 in the middle; over 0 0 1 2: 0.25 -> 0, 1, 1.5
  // -> 2.
  Picture source(handle_, FORMAT_GRAY, 4, 1, Bytes({0, 0, 1, 2}));
  Picture result(handle_, FORMAT_GRAY, 4, 1);
  ASSERT_EQ(bmcv_image_gaussian_blur(handle_, source.image(), result.image(), 3, 1, 0), BM_SUCCESS);
  EXPECT_EQ(result.Read(), Bytes({0, 0, 1, 2}));
}

TEST_F(FiltersTest, GaussianKernelsSumToOne) {
  for (int size = 1; size <= 31; size += 2) {
    for (const float sigma : {0.0f, 0.5f, 3.0f}) {
      const std::vector<float> kernel = GaussianKernel(size, sigma);
      ASSERT_EQ(kernel.size(), static_cast<size_t>(size));
      double sum = 0;
      for (const float weight : kernel) sum += weight;
      EXPECT_NEAR(sum, 1, 1e-6);
      EXPECT_EQ(kernel.front(), kernel.back());
    }
  }
}

TEST_F(FiltersTest, GaussianBlurRefusals) {
  Picture gray(handle_, FORMAT_GRAY, 20, 4, Bytes(80)), nv12(handle_, FORMAT_NV12, 20, 4, Bytes(120));
  Picture wide(handle_, FORMAT_GRAY, 2046, 1, Bytes(2046)), small(handle_, FORMAT_GRAY, 19, 4, Bytes(76));
  const auto blur = [&](const Picture& in, const Picture& out, int width, int height) {
    return bmcv_image_gaussian_blur(handle_, in.image(), out.image(), width, height, 1);
  };
  EXPECT_EQ(blur(gray, gray, 33, 3), BM_NOT_SUPPORTED);
  EXPECT_EQ(blur(gray, gray, 3, 4), BM_NOT_SUPPORTED);
  EXPECT_EQ(blur(gray, gray, 0, 3), BM_NOT_SUPPORTED);
  EXPECT_EQ(blur(wide, wide, 3, 3), BM_NOT_SUPPORTED);
  EXPECT_EQ(blur(nv12, nv12, 3, 3), BM_NOT_SUPPORTED);
  EXPECT_EQ(blur(gray, small, 3, 3), BM_NOT_SUPPORTED);
}

TEST_F(FiltersTest, LaplacianIsThatOfOpenCv) {
  Picture source(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea));
  Picture result(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, Bytes(kGoldenArea));
  ASSERT_EQ(bmcv_image_laplacian(handle_, source.image(), result.image(), 1), BM_SUCCESS);
  EXPECT_EQ(result.Read(), kLaplacian1.bytes);
  ASSERT_EQ(bmcv_image_laplacian(handle_, source.image(), source.image(), 3), BM_SUCCESS);
  EXPECT_EQ(source.Read(), kLaplacian3.bytes);
}

TEST_F(FiltersTest, LaplacianRefusals) {
  Picture gray(handle_, FORMAT_GRAY, 8, 4, Bytes(32)), empty(handle_, FORMAT_GRAY, 8, 4);
  Picture packed(handle_, FORMAT_RGB_PACKED, 8, 4, Bytes(96));
  EXPECT_EQ(bmcv_image_laplacian(handle_, gray.image(), empty.image(), 1), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_laplacian(handle_, empty.image(), gray.image(), 1), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_laplacian(handle_, gray.image(), gray.image(), 5), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_laplacian(handle_, packed.image(), packed.image(), 1), BM_ERR_PARAM);
}

TEST_F(FiltersTest, PyramidDownIsThatOfOpenCv) {
  Picture source(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea));
  for (const Golden& golden : {kHalfRoundedUp, kHalfRoundedDown}) {
    Picture result(handle_, FORMAT_GRAY, golden.width, golden.height);
    ASSERT_EQ(bmcv_image_pyramid_down(handle_, source.image(), result.image()), BM_SUCCESS);
    EXPECT_EQ(result.Read(), golden.bytes);
  }
  Picture large(handle_, FORMAT_GRAY, 8, 4);
  EXPECT_EQ(bmcv_image_pyramid_down(handle_, source.image(), large.image()), BM_ERR_DATA);
  EXPECT_FALSE(bm_image_is_attached(large.image()));
}

TEST_F(FiltersTest, PyramidDownMayWriteIntoItsInput) {
  const Bytes bytes = RandomBytes(20 * 12);
  Picture source(handle_, FORMAT_GRAY, 20, 12, bytes), apart(handle_, FORMAT_GRAY, 10, 6);
  ASSERT_EQ(bmcv_image_pyramid_down(handle_, source.image(), apart.image()), BM_SUCCESS);
  // The middle of the source, of which the last rows are made.
  bm_image inside = Create(FORMAT_GRAY, 10, 6, DATA_TYPE_EXT_1N_BYTE);
  bm_device_mem_t memory;
  ASSERT_EQ(bm_image_get_device_mem(source.image(), &memory), BM_SUCCESS);
  memory = bm_mem_from_device(bm_mem_get_device_addr(memory) + 100, 60);
  ASSERT_EQ(bm_image_attach(inside, &memory), BM_SUCCESS);
  ASSERT_EQ(bmcv_image_pyramid_down(handle_, source.image(), inside), BM_SUCCESS);
  EXPECT_EQ(Read<uint8_t>(inside), apart.Read());
}

TEST_F(FiltersTest, CannyIsThatOfOpenCv) {
  const Golden& golden = kCannySource;
  Picture source(handle_, FORMAT_GRAY, golden.width, golden.height, golden.bytes);
  Picture result(handle_, FORMAT_GRAY, golden.width, golden.height);
  ASSERT_EQ(bmcv_image_canny(handle_, source.image(), result.image(), 60, 120), BM_SUCCESS);
  EXPECT_EQ(result.Read(), kCannyL1.bytes);
  ASSERT_EQ(bmcv_image_canny(handle_, source.image(), result.image(), 120, 60), BM_SUCCESS);
  EXPECT_EQ(result.Read(), kCannyL1.bytes);
  ASSERT_EQ(bmcv_image_canny(handle_, source.image(), source.image(), 60, 100, 3, true), BM_SUCCESS);
  EXPECT_EQ(source.Read(), kCannyL2.bytes);
}

TEST_F(FiltersTest, CannyRefusals) {
  Picture gray(handle_, FORMAT_GRAY, 8, 4, Bytes(32)), packed(handle_, FORMAT_RGB_PACKED, 8, 4, Bytes(96));
  Picture wide(handle_, FORMAT_GRAY, 2046, 1, Bytes(2046)), small(handle_, FORMAT_GRAY, 7, 4, Bytes(28));
  EXPECT_EQ(bmcv_image_canny(handle_, gray.image(), gray.image(), 1, 2, 5), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_canny(handle_, wide.image(), wide.image(), 1, 2), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_canny(handle_, packed.image(), packed.image(), 1, 2), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_canny(handle_, gray.image(), small.image(), 1, 2), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_canny(handle_, gray.image(), gray.image(), NAN, 1e30f), BM_SUCCESS);
  EXPECT_EQ(gray.Read(), Bytes(32));
}

}  // namespace
}  // namespace bm::cv
