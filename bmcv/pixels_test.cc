// bmcv_image_add_weighted, _absdiff, _bitwise_and, _bitwise_or, _bitwise_xor and _threshold.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>

#include "bmcv/testing/goldens.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

class PixelsTest : public ImageTest {
 protected:
  using Binary = std::function<bm_status_t(bm_image, bm_image, bm_image)>;
  using Formula = std::function<uint8_t(uint8_t, uint8_t)>;

  // Every format, with an odd size where it allows one, against the formula.
  void CheckFormats(const Binary& binary, const Formula& formula) {
    for (const bm_image_format_ext format :
         {FORMAT_YUV420P, FORMAT_YUV422P, FORMAT_YUV444P, FORMAT_NV12, FORMAT_NV21, FORMAT_NV16, FORMAT_NV61,
          FORMAT_NV24, FORMAT_GRAY, FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED, FORMAT_BGR_PACKED,
          FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE}) {
      SCOPED_TRACE(format);
      Picture result(handle_, format, 27, 11);
      const Bytes a = RandomBytes(result.size()), b = RandomBytes(result.size());
      Picture first(handle_, format, 27, 11, a), second(handle_, format, 27, 11, b);
      ASSERT_EQ(binary(first.image(), second.image(), result.image()), BM_SUCCESS);
      Bytes expected(a.size());
      std::transform(a.begin(), a.end(), b.begin(), expected.begin(), formula);
      EXPECT_EQ(result.Read(), expected);
    }
  }

  void CheckRefusals(const Binary& binary, bm_status_t mismatch, bm_status_t unsupported) {
    Picture a(handle_, FORMAT_GRAY, 16, 4, Bytes(64)), b(handle_, FORMAT_GRAY, 16, 4, Bytes(64));
    Picture empty(handle_, FORMAT_GRAY, 16, 4), wide(handle_, FORMAT_GRAY, 17, 4, Bytes(68));
    Picture other(handle_, FORMAT_YUV444P, 16, 4, Bytes(192)),
        floats(handle_, FORMAT_GRAY, 16, 4, DATA_TYPE_EXT_FLOAT32);
    EXPECT_EQ(binary(a.image(), wide.image(), b.image()), mismatch);
    EXPECT_EQ(binary(a.image(), a.image(), wide.image()), mismatch);
    EXPECT_EQ(binary(a.image(), other.image(), b.image()), mismatch);
    EXPECT_EQ(binary(a.image(), a.image(), other.image()), mismatch);
    EXPECT_EQ(binary(floats.image(), floats.image(), floats.image()), unsupported);
    EXPECT_EQ(binary(empty.image(), empty.image(), b.image()), BM_ERR_DATA);
    bm_image none = {};
    EXPECT_EQ(binary(none, none, b.image()), unsupported);
    EXPECT_EQ(b.Read(), Bytes(64));
  }
};

TEST_F(PixelsTest, AbsdiffInEveryFormat) {
  const Binary absdiff = [&](bm_image a, bm_image b, bm_image out) { return bmcv_image_absdiff(handle_, a, b, out); };
  CheckFormats(absdiff, [](uint8_t a, uint8_t b) { return static_cast<uint8_t>(std::abs(a - b)); });
  CheckRefusals(absdiff, BM_ERR_DATA, BM_ERR_DATA);
}

TEST_F(PixelsTest, BitwiseInEveryFormat) {
  const struct {
    bm_status_t (*function)(bm_handle_t, bm_image, bm_image, bm_image);
    Formula formula;
  } rows[] = {{bmcv_image_bitwise_and, std::bit_and<uint8_t>()},
              {bmcv_image_bitwise_or, std::bit_or<uint8_t>()},
              {bmcv_image_bitwise_xor, std::bit_xor<uint8_t>()}};
  for (const auto& row : rows) {
    const Binary bitwise = [&](bm_image a, bm_image b, bm_image out) { return row.function(handle_, a, b, out); };
    CheckFormats(bitwise, row.formula);
    CheckRefusals(bitwise, BM_ERR_PARAM, BM_NOT_SUPPORTED);
  }
}

TEST_F(PixelsTest, WeightedSumsRoundAndSaturate) {
  const Binary add = [&](bm_image a, bm_image b, bm_image out) {
    return bmcv_image_add_weighted(handle_, a, 1.25f, b, -0.5f, 10, out);
  };
  CheckFormats(add, [](uint8_t a, uint8_t b) {
    return static_cast<uint8_t>(std::clamp(std::rint(1.25 * a - 0.5 * b + 10), 0.0, 255.0));
  });
  CheckRefusals(add, BM_ERR_DATA, BM_ERR_DATA);
}

TEST_F(PixelsTest, WeightedSumsAreThoseOfOpenCv) {
  Picture a(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea));
  Picture b(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(2, kGoldenArea));
  Picture sum(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight);
  ASSERT_EQ(bmcv_image_add_weighted(handle_, a.image(), 0.3f, b.image(), 0.7f, 1.5f, sum.image()), BM_SUCCESS);
  EXPECT_EQ(sum.Read(), kWeighted.bytes);
  ASSERT_EQ(bmcv_image_add_weighted(handle_, a.image(), 1.25f, b.image(), -0.5f, 10, sum.image()), BM_SUCCESS);
  EXPECT_EQ(sum.Read(), kWeightedDifference.bytes);
}

TEST_F(PixelsTest, WeightsThatAreNoNumbersGiveBytes) {
  Picture a(handle_, FORMAT_GRAY, 2, 1, Bytes({0, 9}));
  ASSERT_EQ(bmcv_image_add_weighted(handle_, a.image(), NAN, a.image(), 1, 0, a.image()), BM_SUCCESS);
  EXPECT_EQ(a.Read(), Bytes({0, 0}));
}

TEST_F(PixelsTest, ThresholdsOfFiveTypes) {
  Picture in(handle_, FORMAT_GRAY, 4, 1, Bytes({0, 99, 100, 101}));
  Picture out(handle_, FORMAT_GRAY, 4, 1);
  const struct {
    bm_thresh_type_t type;
    Bytes expected;
  } rows[] = {{BM_THRESH_BINARY, {0, 0, 0, 200}},
              {BM_THRESH_BINARY_INV, {200, 200, 200, 0}},
              {BM_THRESH_TRUNC, {0, 99, 100, 100}},
              {BM_THRESH_TOZERO, {0, 0, 0, 101}},
              {BM_THRESH_TOZERO_INV, {0, 99, 100, 0}}};
  for (const auto& row : rows) {
    ASSERT_EQ(bmcv_image_threshold(handle_, in.image(), out.image(), 100, 200, row.type), BM_SUCCESS);
    EXPECT_EQ(out.Read(), row.expected) << row.type;
  }
  EXPECT_EQ(bmcv_image_threshold(handle_, in.image(), out.image(), 100, 200, BM_THRESH_TYPE_MAX), BM_ERR_PARAM);
}

TEST_F(PixelsTest, ThresholdInEveryFormat) {
  const Binary threshold = [&](bm_image a, bm_image, bm_image out) {
    return bmcv_image_threshold(handle_, a, out, 127, 250, BM_THRESH_BINARY);
  };
  CheckFormats(threshold, [](uint8_t a, uint8_t) { return static_cast<uint8_t>(a > 127 ? 250 : 0); });
  Picture in(handle_, FORMAT_GRAY, 16, 4, Bytes(64)), wide(handle_, FORMAT_GRAY, 17, 4, Bytes(68));
  EXPECT_EQ(threshold(in.image(), in.image(), wide.image()), BM_ERR_PARAM);
  Picture floats(handle_, FORMAT_GRAY, 16, 4, DATA_TYPE_EXT_FLOAT32);
  EXPECT_EQ(threshold(floats.image(), in.image(), floats.image()), BM_NOT_SUPPORTED);
}

TEST_F(PixelsTest, ChangedCopiesOfAnImageAreRefused) {
  Picture a(handle_, FORMAT_GRAY, 4, 1, Bytes(4));
  bm_image larger = a.image();
  larger.width = 4000;
  EXPECT_EQ(bmcv_image_absdiff(handle_, larger, larger, larger), BM_ERR_DATA);
  larger.height = 4000;
  EXPECT_EQ(bmcv_image_bitwise_or(handle_, larger, larger, larger), BM_NOT_SUPPORTED);
}

TEST_F(PixelsTest, NullHandlesAreNotReady) {
  Picture a(handle_, FORMAT_GRAY, 4, 1, Bytes(4));
  EXPECT_EQ(bmcv_image_add_weighted(nullptr, a.image(), 1, a.image(), 1, 0, a.image()), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_image_absdiff(nullptr, a.image(), a.image(), a.image()), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_image_bitwise_and(nullptr, a.image(), a.image(), a.image()), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_image_threshold(nullptr, a.image(), a.image(), 1, 1, BM_THRESH_TRUNC), BM_ERR_DEVNOTREADY);
}

TEST_F(PixelsTest, TheTargetMayOverlapAnOperand) {
  bm_image source = Create(FORMAT_GRAY, 4, 1, DATA_TYPE_EXT_1N_BYTE),
           target = Create(FORMAT_GRAY, 4, 1, DATA_TYPE_EXT_1N_BYTE);
  bm_device_mem_t block;
  ASSERT_EQ(bm_malloc_device_byte(handle_, &block, 5), BM_SUCCESS);
  const uint64_t address = bm_mem_get_device_addr(block);
  bm_device_mem_t from = bm_mem_from_device(address, 4), to = bm_mem_from_device(address + 1, 4);
  ASSERT_EQ(bm_image_attach(source, &from), BM_SUCCESS);
  ASSERT_EQ(bm_image_attach(target, &to), BM_SUCCESS);
  Write<uint8_t>(source, {1, 2, 3, 4});
  ASSERT_EQ(bmcv_image_bitwise_or(handle_, source, source, target), BM_SUCCESS);
  EXPECT_EQ(Read<uint8_t>(target), Bytes({1, 2, 3, 4}));
  bm_free_device(handle_, block);
}

// Programs attach memory with sizes larger than it has; only the plane is reported as written.
TEST_F(PixelsTest, MemoryMayBeLargerThanThePlane) {
  static int complaints;
  complaints = 0;
  Picture source(handle_, FORMAT_GRAY, 4, 2, Bytes(8, 7));
  bm_device_mem_t block;
  ASSERT_EQ(bm_malloc_device_byte_heap(handle_, &block, 2, 8), BM_SUCCESS);
  bm_image output = Create(FORMAT_GRAY, 4, 2, DATA_TYPE_EXT_1N_BYTE);
  bm_device_mem_t memory = bm_mem_from_device(bm_mem_get_device_addr(block), UINT32_MAX);
  ASSERT_EQ(bm_image_attach(output, &memory), BM_SUCCESS);
  bmlib_log_set_level(BMLIB_LOG_ERROR);
  bmlib_log_set_callback([](const char*, int, const char*, va_list) { ++complaints; });
  EXPECT_EQ(bmcv_image_bitwise_or(handle_, source.image(), source.image(), output), BM_SUCCESS);
  bmlib_log_set_callback(nullptr);
  EXPECT_EQ(complaints, 0);
  EXPECT_EQ(Read<uint8_t>(output), Bytes(8, 7));
  bm_free_device(handle_, block);
}

}  // namespace
}  // namespace bm::cv
