// bmcv_image_copy_to, _crop, _split, bmcv_width_align and bmcv_calc_cbcr_addr.
#include <cstdint>
#include <cstring>
#include <vector>

#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

// Where R, G and B (or grey) lie in an image without padding.
struct Kind {
  bm_image_format_ext format;
  int components;
  bool is_packed, is_bgr;

  size_t At(int width, int height, int x, int y, int component) const {
    const int place = is_bgr ? 2 - component : component;
    return is_packed ? (y * width + x) * 3 + place : (place * height + y) * width + x;
  }
};
constexpr Kind kKinds[] = {{FORMAT_RGB_PLANAR, 3, false, false},
                           {FORMAT_BGR_PLANAR, 3, false, true},
                           {FORMAT_RGB_PACKED, 3, true, false},
                           {FORMAT_BGR_PACKED, 3, true, true},
                           {FORMAT_GRAY, 1, false, false}};

class CopyTest : public ImageTest {
 protected:
  // An image of another type without padding, of one plane.
  void Upload(const Picture& picture, const void* bytes) {
    void* buffers[] = {const_cast<void*>(bytes)};
    ASSERT_EQ(bm_image_copy_host_to_device(picture.image(), buffers), BM_SUCCESS);
  }
  bm_status_t CopyTo(const bmcv_copy_to_atrr_t& place, const Picture& input, const Picture& output) {
    return bmcv_image_copy_to(handle_, place, input.image(), output.image());
  }
  bm_status_t Crop(bmcv_rect_t rect, const Picture& input, const Picture& output) {
    bm_image target = output.image();
    return bmcv_image_crop(handle_, 1, &rect, input.image(), &target);
  }
};

TEST_F(CopyTest, CopyToPastesAndPadsByColour) {
  const int w = 7, h = 5, wide = 13, high = 11, x0 = 4, y0 = 3;
  const uint8_t padding[] = {10, 20, 30};
  for (const Kind& kind : kKinds) {
    for (const int if_padding : {0, 1}) {
      SCOPED_TRACE(kind.format);
      const Bytes in = RandomBytes(w * h * kind.components), before = RandomBytes(wide * high * kind.components);
      Picture input(handle_, kind.format, w, h, in), output(handle_, kind.format, wide, high, before);
      Bytes expected = before;
      for (int c = 0; c < kind.components; ++c) {
        for (int y = 0; y < high; ++y) {
          for (int x = 0; x < wide; ++x) {
            const bool inside = x >= x0 && x < x0 + w && y >= y0 && y < y0 + h;
            uint8_t& pixel = expected[kind.At(wide, high, x, y, c)];
            if (inside) pixel = in[kind.At(w, h, x - x0, y - y0, c)];
            if (!inside && if_padding == 1) pixel = padding[c];
          }
        }
      }
      ASSERT_EQ(CopyTo({x0, y0, padding[0], padding[1], padding[2], if_padding}, input, output), BM_SUCCESS);
      EXPECT_EQ(output.Read(), expected);
    }
  }
}

TEST_F(CopyTest, CopyToPadsSinglePrecisionWithNumbers) {
  Picture input(handle_, FORMAT_GRAY, 1, 1, DATA_TYPE_EXT_FLOAT32),
      output(handle_, FORMAT_GRAY, 3, 2, DATA_TYPE_EXT_FLOAT32);
  const float value = 0.25f;
  Upload(input, &value);
  ASSERT_EQ(CopyTo({1, 0, 114, 1, 2, 1}, input, output), BM_SUCCESS);
  const Bytes bytes = output.Read();
  std::vector<float> pixels(6);
  std::memcpy(pixels.data(), bytes.data(), bytes.size());
  EXPECT_EQ(pixels, std::vector<float>({114, 0.25f, 114, 114, 114, 114}));
}

TEST_F(CopyTest, CopyToPadsFourImagesAlike) {
  Picture input(handle_, FORMAT_BGR_PLANAR, 1, 1, DATA_TYPE_EXT_4N_BYTE);
  Picture output(handle_, FORMAT_BGR_PLANAR, 2, 1, DATA_TYPE_EXT_4N_BYTE);
  const uint8_t pixel[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  Upload(input, pixel);
  ASSERT_EQ(CopyTo({0, 0, 91, 92, 93, 1}, input, output), BM_SUCCESS);
  EXPECT_EQ(output.Read(),
            Bytes({1, 2, 3, 4, 93, 93, 93, 93, 5, 6, 7, 8, 92, 92, 92, 92, 9, 10, 11, 12, 91, 91, 91, 91}));
}

TEST_F(CopyTest, CopyToRefuses) {
  Picture small(handle_, FORMAT_GRAY, 4, 4, Bytes(16)), large(handle_, FORMAT_GRAY, 8, 6, Bytes(48, 7));
  EXPECT_EQ(CopyTo({5, 0, 0, 0, 0, 1}, small, large), BM_ERR_PARAM);
  EXPECT_EQ(CopyTo({0, 3, 0, 0, 0, 1}, small, large), BM_ERR_PARAM);
  EXPECT_EQ(CopyTo({-1, 0, 0, 0, 0, 1}, small, large), BM_ERR_PARAM);
  EXPECT_EQ(CopyTo({2147483647, 2147483647, 0, 0, 0, 1}, small, large), BM_ERR_PARAM);
  EXPECT_EQ(CopyTo({0, 0, 0, 0, 0, 1}, large, small), BM_ERR_DATA);
  Picture empty(handle_, FORMAT_GRAY, 4, 4), planar(handle_, FORMAT_RGB_PLANAR, 4, 4, Bytes(48));
  Picture nv12(handle_, FORMAT_NV12, 4, 4, Bytes(24)), packed(handle_, FORMAT_RGB_PACKED, 4, 4, DATA_TYPE_EXT_4N_BYTE);
  Picture half(handle_, FORMAT_GRAY, 4, 4, DATA_TYPE_EXT_FP16), wide(handle_, FORMAT_GRAY, 4, 4, DATA_TYPE_EXT_FLOAT32);
  EXPECT_EQ(CopyTo({}, empty, large), BM_ERR_DATA);
  EXPECT_EQ(CopyTo({}, planar, large), BM_ERR_DATA);
  EXPECT_EQ(CopyTo({}, small, wide), BM_ERR_DATA);
  EXPECT_EQ(CopyTo({}, nv12, nv12), BM_ERR_DATA);
  EXPECT_EQ(CopyTo({}, packed, packed), BM_ERR_DATA);
  EXPECT_EQ(CopyTo({}, half, half), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_copy_to(handle_, {}, bm_image(), large.image()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_copy_to(handle_, {}, small.image(), bm_image()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_image_copy_to(nullptr, {}, small.image(), large.image()), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(large.Read(), Bytes(48, 7));
}

TEST_F(CopyTest, ImagesMayShareMemory) {
  const Bytes rows = RandomBytes(32);
  const Picture whole(handle_, FORMAT_GRAY, 4, 8, rows);
  int stride = 0;
  bm_device_mem_t memory;
  ASSERT_EQ(bm_image_get_stride(whole.image(), &stride), BM_SUCCESS);
  ASSERT_EQ(bm_image_get_device_mem(whole.image(), &memory), BM_SUCCESS);
  bm_image upper;
  ASSERT_EQ(bm_image_create(handle_, 6, 4, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &upper, &stride), BM_SUCCESS);
  ASSERT_EQ(bm_image_attach(upper, &memory), BM_SUCCESS);
  ASSERT_EQ(bmcv_image_copy_to(handle_, {0, 2, 0, 0, 0, 0}, upper, whole.image()), BM_SUCCESS);
  Bytes expected(rows.begin(), rows.begin() + 8);
  expected.insert(expected.end(), rows.begin(), rows.begin() + 24);
  EXPECT_EQ(whole.Read(), expected);
  bm_image_destroy(upper);
}

TEST_F(CopyTest, CropTakesSeveralRectangles) {
  const int w = 11, h = 9;
  bmcv_rect_t rects[] = {{0, 0, 11, 9}, {3, 2, 5, 4}, {10, 8, 1, 1}};
  for (const Kind& kind : kKinds) {
    SCOPED_TRACE(kind.format);
    const Bytes in = RandomBytes(w * h * kind.components);
    Picture input(handle_, kind.format, w, h, in);
    Picture whole(handle_, kind.format, 11, 9), part(handle_, kind.format, 5, 4), corner(handle_, kind.format, 1, 1);
    bm_image outputs[] = {whole.image(), part.image(), corner.image()};
    ASSERT_EQ(bmcv_image_crop(handle_, 3, rects, input.image(), outputs), BM_SUCCESS);
    EXPECT_EQ(whole.Read(), in);
    const Bytes taken = part.Read(), last = corner.Read();
    for (int c = 0; c < kind.components; ++c) {
      for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < 5; ++x) {
          EXPECT_EQ(taken[kind.At(5, 4, x, y, c)], in[kind.At(w, h, x + 3, y + 2, c)]);
        }
      }
      EXPECT_EQ(last[kind.At(1, 1, 0, 0, c)], in[kind.At(w, h, 10, 8, c)]);
    }
  }
}

TEST_F(CopyTest, CropTakesSinglePrecisionAndSignedBytes) {
  const float values[] = {1, 2, 3, 4};
  Picture floats(handle_, FORMAT_GRAY, 2, 2, DATA_TYPE_EXT_FLOAT32),
      last(handle_, FORMAT_GRAY, 1, 1, DATA_TYPE_EXT_FLOAT32);
  Upload(floats, values);
  ASSERT_EQ(Crop({1, 1, 1, 1}, floats, last), BM_SUCCESS);
  EXPECT_EQ(std::memcmp(last.Read().data(), &values[3], sizeof(float)), 0);
  const int8_t bytes[] = {-1, -2, -3, -4};
  Picture signed_bytes(handle_, FORMAT_GRAY, 2, 2, DATA_TYPE_EXT_1N_BYTE_SIGNED);
  Picture column(handle_, FORMAT_GRAY, 1, 2, DATA_TYPE_EXT_1N_BYTE_SIGNED);
  Upload(signed_bytes, bytes);
  ASSERT_EQ(Crop({1, 0, 1, 2}, signed_bytes, column), BM_SUCCESS);
  EXPECT_EQ(column.Read(), Bytes({0xFE, 0xFC}));
}

TEST_F(CopyTest, CropRefuses) {
  Picture input(handle_, FORMAT_GRAY, 8, 6, Bytes(48)), output(handle_, FORMAT_GRAY, 4, 4, Bytes(16, 7));
  for (const bmcv_rect_t& rect : {bmcv_rect_t{5, 0, 4, 4},
                                  {0, 3, 4, 4},
                                  {-1, 0, 4, 4},
                                  {0, 0, 4, 3},
                                  {0, 0, 5, 4},
                                  {0, 0, 0, 0},
                                  {2147483647, 0, 4, 4},
                                  {0, 0, -4, -4}}) {
    EXPECT_EQ(Crop(rect, input, output), BM_ERR_PARAM) << rect.start_x << " " << rect.crop_w;
  }
  bmcv_rect_t rects[] = {{0, 0, 4, 4}, {6, 0, 4, 4}};
  bm_image outputs[] = {output.image(), output.image()};
  EXPECT_EQ(bmcv_image_crop(handle_, 2, rects, input.image(), outputs), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_crop(handle_, 0, rects, input.image(), outputs), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_crop(handle_, 1, nullptr, input.image(), outputs), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_crop(handle_, 1, rects, input.image(), nullptr), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_crop(nullptr, 1, rects, input.image(), outputs), BM_ERR_DEVNOTREADY);
  Picture four(handle_, FORMAT_GRAY, 4, 4, DATA_TYPE_EXT_4N_BYTE), empty(handle_, FORMAT_GRAY, 8, 6);
  Picture planar(handle_, FORMAT_RGB_PLANAR, 4, 4);
  EXPECT_EQ(Crop({0, 0, 4, 4}, four, four), BM_ERR_DATA);
  EXPECT_EQ(Crop({0, 0, 4, 4}, empty, output), BM_ERR_DATA);
  EXPECT_EQ(Crop({0, 0, 4, 4}, input, planar), BM_ERR_DATA);
  EXPECT_EQ(output.Read(), Bytes(16, 7));
}

TEST_F(CopyTest, SplitCutsTilesRowByRow) {
  const Bytes in = RandomBytes(6 * 4 * 3);
  Picture input(handle_, FORMAT_BGR_PACKED, 6, 4, in);
  Picture a(handle_, FORMAT_BGR_PACKED, 3, 2), b(handle_, FORMAT_BGR_PACKED, 3, 2), c(handle_, FORMAT_BGR_PACKED, 3, 2),
      d(handle_, FORMAT_BGR_PACKED, 3, 2);
  bm_image tiles[] = {a.image(), b.image(), c.image(), d.image()};
  ASSERT_EQ(bm_image_alloc_contiguous_mem(4, tiles), BM_SUCCESS);
  ASSERT_EQ(bmcv_image_split(handle_, input.image(), tiles), BM_SUCCESS);
  const auto tile = [&](int x0, int y0) {
    Bytes bytes;
    for (int y = y0; y < y0 + 2; ++y) bytes.insert(bytes.end(), &in[(y * 6 + x0) * 3], &in[(y * 6 + x0) * 3] + 9);
    return bytes;
  };
  EXPECT_EQ(a.Read(), tile(0, 0));
  EXPECT_EQ(b.Read(), tile(3, 0));
  EXPECT_EQ(c.Read(), tile(0, 2));
  EXPECT_EQ(d.Read(), tile(3, 2));
  ASSERT_EQ(bm_image_free_contiguous_mem(4, tiles), BM_SUCCESS);
}

TEST_F(CopyTest, SplitRefuses) {
  Picture input(handle_, FORMAT_RGB_PACKED, 6, 4, Bytes(72)), gray(handle_, FORMAT_GRAY, 6, 4, Bytes(24));
  Picture odd(handle_, FORMAT_RGB_PACKED, 4, 4), half(handle_, FORMAT_GRAY, 3, 4),
      other(handle_, FORMAT_BGR_PACKED, 6, 4);
  const auto split = [&](const Picture& from, const Picture& to) {
    bm_image tiles[] = {to.image(), to.image()};
    return bmcv_image_split(handle_, from.image(), tiles);
  };
  EXPECT_EQ(split(input, odd), BM_NOT_SUPPORTED);
  EXPECT_EQ(split(gray, half), BM_NOT_SUPPORTED);
  EXPECT_EQ(split(input, other), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_split(handle_, input.image(), nullptr), BM_ERR_PARAM);
  Picture tile(handle_, FORMAT_RGB_PACKED, 3, 4), taller(handle_, FORMAT_RGB_PACKED, 3, 2);
  bm_image tiles[] = {tile.image(), taller.image()};
  EXPECT_EQ(bmcv_image_split(handle_, input.image(), tiles), BM_NOT_SUPPORTED);
  EXPECT_FALSE(bm_image_is_attached(tile.image()));
}

TEST_F(CopyTest, WidthAlignMovesRowsBetweenStrides) {
  for (int format = FORMAT_YUV420P; format <= FORMAT_BAYER_RG8; ++format) {
    if (format == FORMAT_COMPRESSED) continue;
    SCOPED_TRACE(format);
    Picture output(handle_, static_cast<bm_image_format_ext>(format), 13, 7);
    const Bytes in = RandomBytes(output.size());
    Picture input(handle_, static_cast<bm_image_format_ext>(format), 13, 7, in);
    ASSERT_EQ(bmcv_width_align(handle_, input.image(), output.image()), BM_SUCCESS);
    EXPECT_EQ(output.Read(), in);
  }
}

TEST_F(CopyTest, WidthAlignRefuses) {
  Picture input(handle_, FORMAT_GRAY, 8, 6, Bytes(48)), other(handle_, FORMAT_GRAY, 8, 5, Bytes(40, 7));
  Picture empty(handle_, FORMAT_GRAY, 8, 6), planar(handle_, FORMAT_RGB_PLANAR, 8, 6);
  EXPECT_EQ(bmcv_width_align(handle_, input.image(), other.image()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_width_align(handle_, input.image(), planar.image()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_width_align(handle_, empty.image(), input.image()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_width_align(handle_, bm_image(), input.image()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_width_align(handle_, input.image(), bm_image()), BM_ERR_DATA);
  EXPECT_EQ(bmcv_width_align(nullptr, input.image(), input.image()), BM_ERR_DEVNOTREADY);
  Picture compressed(handle_, FORMAT_COMPRESSED, 8, 6);
  EXPECT_EQ(bmcv_width_align(handle_, compressed.image(), compressed.image()), BM_SUCCESS);
}

TEST(CalcCbcrAddrTest, ChromaFollowsRowsInMultiplesOf32) {
  EXPECT_EQ(bmcv_calc_cbcr_addr(0x100000000, 2048, 1080), 0x100000000 + 2048ull * 1088);
  EXPECT_EQ(bmcv_calc_cbcr_addr(0, 1 << 20, 1 << 16), 1ull << 36);
}

}  // namespace
}  // namespace bm::cv
