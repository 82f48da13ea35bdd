// bmcv_dct_coeff, bmcv_image_dct and bmcv_image_dct_with_coeff.
#include <cmath>
#include <vector>

#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

constexpr int kWidth = 6, kHeight = 4;
using Floats = std::vector<float>;

class DctTest : public ImageTest {
 protected:
  void Write(const Picture& picture, Floats values) {
    void* planes[] = {values.data()};
    ASSERT_EQ(bm_image_copy_host_to_device(picture.image(), planes), BM_SUCCESS);
  }
  Floats Read(const Picture& picture) {
    Floats values(kWidth * kHeight);
    void* planes[] = {values.data()};
    EXPECT_EQ(bm_image_copy_device_to_host(picture.image(), planes), BM_SUCCESS);
    return values;
  }
  Floats RandomImage() {
    Floats values;
    for (const uint8_t byte : RandomBytes(kWidth * kHeight)) values.push_back(byte - 100.0f);
    return values;
  }
};

// The double sum of the orthonormal DCT-II.
double Dct(const Floats& image, int v, int u) {
  double sum = 0;
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      sum += image[y * kWidth + x] * std::cos(M_PI * (y + 0.5) * v / kHeight) * std::cos(M_PI * (x + 0.5) * u / kWidth);
    }
  }
  return sum * std::sqrt((v == 0 ? 1.0 : 2.0) / kHeight) * std::sqrt((u == 0 ? 1.0 : 2.0) / kWidth);
}

TEST_F(DctTest, CoefficientsOfTwo) {
  Floats h(4), w(9);
  ASSERT_EQ(bmcv_dct_coeff(handle_, 2, 3, bm_mem_from_system(h.data()), bm_mem_from_system(w.data()), false),
            BM_SUCCESS);
  const float half = std::sqrt(0.5f);
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(h[i], i == 3 ? -half : half, 1e-6);
  EXPECT_NEAR(w[3], std::sqrt(1 / 3.0), 1e-6);                       // pixel 1 of frequency 0
  EXPECT_NEAR(w[1], std::sqrt(2 / 3.0) * std::cos(M_PI / 6), 1e-6);  // pixel 0 of frequency 1
  EXPECT_EQ(bmcv_dct_coeff(handle_, 0, 3, bm_mem_from_system(h.data()), bm_mem_from_system(w.data()), false),
            BM_ERR_PARAM);
}

TEST_F(DctTest, AgreesWithTheDefinitionAndComesBack) {
  const Floats values = RandomImage();
  Picture source(handle_, FORMAT_GRAY, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32);
  Picture spectrum(handle_, FORMAT_GRAY, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32);
  Write(source, values);
  ASSERT_EQ(bmcv_image_dct(handle_, source.image(), spectrum.image(), false), BM_SUCCESS);
  const Floats result = Read(spectrum);
  for (int i = 0; i < kWidth * kHeight; ++i) ASSERT_NEAR(result[i], Dct(values, i / kWidth, i % kWidth), 1e-3) << i;
  ASSERT_EQ(bmcv_image_dct(handle_, spectrum.image(), spectrum.image(), true), BM_SUCCESS);
  const Floats back = Read(spectrum);
  for (int i = 0; i < kWidth * kHeight; ++i) ASSERT_NEAR(back[i], values[i], 1e-3) << i;
}

TEST_F(DctTest, GivenCoefficientsAreUsed) {
  Picture source(handle_, FORMAT_GRAY, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32);
  Picture expected(handle_, FORMAT_GRAY, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32);
  Picture result(handle_, FORMAT_GRAY, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32);
  Write(source, RandomImage());
  Floats h(kHeight * kHeight), w(kWidth * kWidth);
  const bm_device_mem_t rows = bm_mem_from_system(h.data()), columns = bm_mem_from_system(w.data());
  for (const bool is_inverse : {false, true}) {
    ASSERT_EQ(bmcv_dct_coeff(handle_, kHeight, kWidth, rows, columns, is_inverse), BM_SUCCESS);
    ASSERT_EQ(bmcv_image_dct_with_coeff(handle_, source.image(), rows, columns, result.image()), BM_SUCCESS);
    ASSERT_EQ(bmcv_image_dct(handle_, source.image(), expected.image(), is_inverse), BM_SUCCESS);
    EXPECT_EQ(Read(result), Read(expected));
  }
}

TEST_F(DctTest, Refusals) {
  Picture floats(handle_, FORMAT_GRAY, kWidth, kHeight, DATA_TYPE_EXT_FLOAT32);
  Picture small(handle_, FORMAT_GRAY, kWidth, 2, DATA_TYPE_EXT_FLOAT32), bytes(handle_, FORMAT_GRAY, kWidth, kHeight);
  bm_image padded;
  int stride = kWidth * 4 + 8;
  ASSERT_EQ(bm_image_create(handle_, kHeight, kWidth, FORMAT_GRAY, DATA_TYPE_EXT_FLOAT32, &padded, &stride),
            BM_SUCCESS);
  EXPECT_EQ(bmcv_image_dct(handle_, floats.image(), floats.image(), false), BM_ERR_DATA);
  Write(floats, RandomImage());
  EXPECT_EQ(bmcv_image_dct(handle_, floats.image(), small.image(), false), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_dct(handle_, bytes.image(), bytes.image(), false), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_dct(handle_, floats.image(), padded, false), BM_ERR_DATA);
  EXPECT_FALSE(bm_image_is_attached(padded));
  EXPECT_EQ(bmcv_image_dct(nullptr, floats.image(), floats.image(), false), BM_ERR_DEVNOTREADY);
  bm_image_destroy(padded);
}

}  // namespace
}  // namespace bm::cv
