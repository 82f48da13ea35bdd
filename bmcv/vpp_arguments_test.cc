// The scaler's operators: what they refuse, crops and places, padding, stitching, many inputs.
#include <cstdint>
#include <vector>

#include "bmcv/testing/frame.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

using VppArgumentsTest = FrameTest;

// ---- Arguments ----

TEST_F(VppArgumentsTest, ColourTypesGoTheWayOfTheFormats) {
  Picture yuv(handle_, FORMAT_NV12, 16, 16, Bytes(384)), gray(handle_, FORMAT_GRAY, 16, 16, Bytes(256));
  Picture rgb(handle_, FORMAT_RGB_PACKED, 16, 16, Bytes(768)), planes(handle_, FORMAT_YUV420P, 16, 16);
  bm_image to_rgb = rgb.image(), to_gray = gray.image(), to_yuv = planes.image();
  const auto convert = [&](const Picture& in, bm_image* out, int csc) {
    return bmcv_image_vpp_csc_matrix_convert(handle_, 1, in.image(), out, static_cast<csc_type_t>(csc));
  };
  EXPECT_EQ(convert(yuv, &to_rgb, CSC_RGB2YCbCr_BT601), BM_ERR_PARAM);
  EXPECT_EQ(convert(rgb, &to_gray, CSC_YCbCr2RGB_BT601), BM_ERR_PARAM);
  EXPECT_EQ(convert(rgb, &to_gray, CSC_RGB2YPbPr_BT601), BM_SUCCESS);
  EXPECT_EQ(convert(yuv, &to_yuv, CSC_YCbCr2RGB_BT601), BM_ERR_PARAM);
  EXPECT_EQ(convert(rgb, &to_rgb, CSC_YCbCr2RGB_BT601), BM_ERR_PARAM);
  EXPECT_EQ(convert(yuv, &to_rgb, 8), BM_ERR_PARAM);
  EXPECT_EQ(convert(yuv, &to_rgb, 1002), BM_ERR_PARAM);
  EXPECT_EQ(convert(yuv, &to_rgb, CSC_YPbPr2RGB_BT709), BM_SUCCESS);
}

TEST_F(VppArgumentsTest, CropsOfYuvBecomeWholeChromaSamplesInTheCallersArray) {
  const Frame in = RandomFrame(FORMAT_NV12, 40, 40);
  Picture source(handle_, in.format, 40, 40, in.bytes);
  Frame out = RandomFrame(FORMAT_RGB_PLANAR, 20, 20);
  Picture first(handle_, out.format, 20, 20, out.bytes), second(handle_, out.format, 20, 20, out.bytes);
  bm_image outputs[] = {first.image(), second.image()};
  bmcv_rect_t crops[] = {{3, 5, 17, 18}, {0, 0, 39, 1}};
  ASSERT_EQ(bmcv_image_vpp_convert(handle_, 2, source.image(), outputs, crops), BM_SUCCESS);
  const bmcv_rect_t expected[] = {{2, 4, 18, 18}, {0, 0, 40, 2}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(crops[i].start_x, expected[i].start_x);
    EXPECT_EQ(crops[i].start_y, expected[i].start_y);
    EXPECT_EQ(crops[i].crop_w, expected[i].crop_w);
    EXPECT_EQ(crops[i].crop_h, expected[i].crop_h);
  }
  EXPECT_EQ(first.Read(), ScalerResult(in, expected[0], out, BMCV_INTER_LINEAR));
  EXPECT_EQ(second.Read(), ScalerResult(in, expected[1], out, BMCV_INTER_LINEAR));
  bmcv_rect_t wrong[] = {{3, 5, 17, 18}, {0, 0, 41, 2}};
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 2, source.image(), outputs, wrong), BM_ERR_FAILURE);
  EXPECT_EQ(wrong[0].start_x, 3);
}

TEST_F(VppArgumentsTest, UnlistedPairsAreRefused) {
  const bm_image_format_ext sources[] = {FORMAT_NV21, FORMAT_NV16,       FORMAT_NV61,        FORMAT_YUV422P,
                                         FORMAT_NV24, FORMAT_HSV_PLANAR, FORMAT_YUV422_YUYV, FORMAT_BAYER};
  Picture rgb(handle_, FORMAT_RGB_PLANAR, 16, 16, Bytes(768)), yuv(handle_, FORMAT_NV12, 16, 16, Bytes(384)),
      separate(handle_, FORMAT_RGBP_SEPARATE, 16, 16, Bytes(768));
  bm_image to_rgb = rgb.image();
  for (const bm_image_format_ext format : sources) {
    Picture in(handle_, format, 16, 16, Bytes(Picture(handle_, format, 16, 16).size()));
    bm_image output = in.image();
    EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &to_rgb), BM_NOT_SUPPORTED) << format;
    if (format != FORMAT_YUV422P) {
      EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, rgb.image(), &output), BM_NOT_SUPPORTED) << format;
    }
  }
  Picture nv12(handle_, FORMAT_NV12, 16, 16), gray(handle_, FORMAT_GRAY, 16, 16),
      alpha(handle_, FORMAT_ARGB_PACKED, 16, 16);
  bm_image to_nv12 = nv12.image(), to_gray = gray.image(), to_alpha = alpha.image();
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, yuv.image(), &to_nv12), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, yuv.image(), &to_gray), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, separate.image(), &to_alpha), BM_NOT_SUPPORTED);
  Picture floats(handle_, FORMAT_RGB_PLANAR, 16, 16, DATA_TYPE_EXT_FLOAT32),
      four(handle_, FORMAT_RGB_PLANAR, 16, 16, DATA_TYPE_EXT_4N_BYTE);
  bm_image to_floats = floats.image(), to_four = four.image();
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, yuv.image(), &to_floats), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, yuv.image(), &to_four), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, floats.image(), &to_rgb), BM_NOT_SUPPORTED);
}

TEST_F(VppArgumentsTest, OddInputsOfTheseFormatsAreRefused) {
  Picture rgb(handle_, FORMAT_RGB_PLANAR, 16, 16);
  bm_image output = rgb.image();
  for (const bm_image_format_ext format : {FORMAT_NV12, FORMAT_YUV420P, FORMAT_GRAY}) {
    Picture wide(handle_, format, 17, 16, Bytes(Picture(handle_, format, 17, 16).size()));
    Picture high(handle_, format, 16, 17, Bytes(Picture(handle_, format, 16, 17).size()));
    EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, wide.image(), &output), BM_NOT_SUPPORTED) << format;
    EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, high.image(), &output), BM_NOT_SUPPORTED) << format;
  }
  EXPECT_FALSE(bm_image_is_attached(output));
}

TEST_F(VppArgumentsTest, OtherFailures) {
  Picture in(handle_, FORMAT_RGB_PLANAR, 32, 32, Bytes(3072)), empty(handle_, FORMAT_RGB_PLANAR, 32, 32),
      gray(handle_, FORMAT_GRAY, 32, 32);
  bm_image output = empty.image(), mixed[] = {empty.image(), gray.image()};
  const auto convert = [&](bm_image input, bmcv_rect_t crop) {
    return bmcv_image_vpp_convert(handle_, 1, input, &output, &crop);
  };
  for (const bmcv_rect_t& crop : {bmcv_rect_t{-1, 0, 8, 8},
                                  {0, -1, 8, 8},
                                  {0, 0, 0, 8},
                                  {0, 0, 8, 0},
                                  {25, 0, 8, 8},
                                  {0, 25, 8, 8},
                                  {2147483647, 0, 2147483647, 8},
                                  {0, 0, -8, 8}}) {
    EXPECT_EQ(convert(in.image(), crop), BM_ERR_FAILURE) << crop.start_x << " " << crop.crop_w;
  }
  EXPECT_EQ(convert(empty.image(), {0, 0, 32, 32}), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 0, in.image(), &output), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), nullptr), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(nullptr, 1, in.image(), &output), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 2, in.image(), mixed), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, bm_image(), &output), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &output, nullptr, static_cast<bmcv_resize_algorithm>(3)),
            BM_NOT_SUPPORTED);
  EXPECT_FALSE(bm_image_is_attached(output));
}

TEST_F(VppArgumentsTest, ZoomsBeyond32) {
  Picture in(handle_, FORMAT_GRAY, 330, 16, RandomBytes(5280)), out(handle_, FORMAT_GRAY, 10, 16),
      allowed(handle_, FORMAT_GRAY, 11, 16);
  Picture high(handle_, FORMAT_GRAY, 330, 513);
  bm_image output = out.image(), inputs[] = {in.image()}, allowed_output = allowed.image(), high_output = high.image();
  const auto basic = [&](bm_image* image) { return bmcv_image_vpp_basic(handle_, 1, inputs, image); };
  EXPECT_EQ(basic(&output), BM_NOT_SUPPORTED);
  EXPECT_EQ(basic(&high_output), BM_NOT_SUPPORTED);
  EXPECT_EQ(basic(&allowed_output), BM_SUCCESS);
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &output, nullptr, BMCV_INTER_BICUBIC), BM_NOT_SUPPORTED);
  const Frame frame = {FORMAT_GRAY, 330, 16, in.Read()};
  for (const bmcv_resize_algorithm algorithm : {BMCV_INTER_NEAREST, BMCV_INTER_LINEAR}) {
    ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, in.image(), &output, nullptr, algorithm), BM_SUCCESS);
    EXPECT_EQ(out.Read(), ScalerResult(frame, {0, 0, 330, 16}, {FORMAT_GRAY, 10, 16, Bytes(160)}, algorithm));
  }
}

TEST_F(VppArgumentsTest, OutputsMayBeTheInput) {
  const Frame in = RandomFrame(FORMAT_BGR_PACKED, 40, 24);
  Picture picture(handle_, in.format, 40, 24, in.bytes);
  bm_image same = picture.image();
  bmcv_rect_t crop = {5, 3, 20, 20};
  ASSERT_EQ(bmcv_image_vpp_convert(handle_, 1, picture.image(), &same, &crop), BM_SUCCESS);
  EXPECT_EQ(picture.Read(), ScalerResult(in, crop, in, BMCV_INTER_LINEAR));
}

TEST_F(VppArgumentsTest, AnOutputThatCannotBeWrittenLeavesTheOthersWithoutMemory) {
  Picture in(handle_, FORMAT_RGB_PLANAR, 16, 16, Bytes(768)), empty(handle_, FORMAT_GRAY, 16, 16),
      small(handle_, FORMAT_GRAY, 16, 16);
  bm_device_mem_t block;
  ASSERT_EQ(bm_malloc_device_byte(handle_, &block, 255), BM_SUCCESS);
  ASSERT_EQ(bm_image_attach(small.image(), &block), BM_SUCCESS);
  bm_image outputs[] = {empty.image(), small.image()};
  EXPECT_EQ(bmcv_image_vpp_convert(handle_, 2, in.image(), outputs), BM_ERR_FAILURE);
  EXPECT_FALSE(bm_image_is_attached(empty.image()));
  EXPECT_TRUE(bm_image_is_attached(small.image()));
  bm_free_device(handle_, block);
}

// ---- Padding, stitching, many inputs ----

TEST_F(VppArgumentsTest, PaddingFillsAroundThePlace) {
  const Frame in = RandomFrame(FORMAT_NV12, 38, 22);
  Picture source(handle_, in.format, 38, 22, in.bytes);
  for (const bm_image_format_ext format : kRgbSet) {
    for (const int if_memset : {0, 1}) {
      SCOPED_TRACE(testing::Message() << format << " " << if_memset);
      Frame out = RandomFrame(format, 50, 40);
      Picture target(handle_, format, 50, 40, out.bytes);
      bm_image output = target.image();
      bmcv_padding_atrr_t padding = {7, 9, 33, 20, 10, 20, 30, if_memset};
      bmcv_rect_t crop = {2, 4, 30, 16};
      ASSERT_EQ(bmcv_image_vpp_convert_padding(handle_, 1, source.image(), &output, &padding, &crop), BM_SUCCESS);
      const Frame inner = {FORMAT_RGB_PLANAR, 33, 20, Bytes(3 * 33 * 20)};
      const Bytes scaled = ScalerResult(in, crop, inner, BMCV_INTER_LINEAR);
      for (int y = 0; y < 40; ++y) {
        for (int x = 0; x < 50; ++x) {
          const bool is_inside = x >= 7 && x < 40 && y >= 9 && y < 29;
          for (int c = 0; c < 3; ++c) {
            uint8_t& byte = out.bytes[OffsetOf(out, c, x, y)];
            if (is_inside) byte = scaled[OffsetOf(inner, c, x - 7, y - 9)];
            if (!is_inside && if_memset == 1) byte = static_cast<uint8_t>(10 + 10 * c);
          }
        }
      }
      EXPECT_EQ(target.Read(), out.bytes);
    }
  }
}

TEST_F(VppArgumentsTest, PaddingFillsGrayWithRedAndTheRowsPadding) {
  Picture source(handle_, FORMAT_GRAY, 16, 16, Bytes(256, 9));
  int stride = 64;
  bm_image output;
  ASSERT_EQ(bm_image_create(handle_, 20, 40, FORMAT_GRAY, DATA_TYPE_EXT_1N_BYTE, &output, &stride), BM_SUCCESS);
  bmcv_padding_atrr_t padding = {0, 2, 40, 16, 77, 1, 2, 1};
  ASSERT_EQ(bmcv_image_vpp_convert_padding(handle_, 1, source.image(), &output, &padding), BM_SUCCESS);
  Bytes bytes(64 * 20);
  void* planes[] = {bytes.data()};
  ASSERT_EQ(bm_image_copy_device_to_host(output, planes), BM_SUCCESS);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 64; ++x) EXPECT_EQ(bytes[y * 64 + x], x < 40 && y >= 2 && y < 18 ? 9 : 77) << x << " " << y;
  }
  bm_image_destroy(output);
}

TEST_F(VppArgumentsTest, PaddingRefuses) {
  Picture in(handle_, FORMAT_NV12, 32, 32, Bytes(1536)), rgb(handle_, FORMAT_RGB_PLANAR, 64, 64),
      yuv(handle_, FORMAT_YUV420P, 64, 64);
  bm_image output = rgb.image(), yuv_output = yuv.image();
  const auto convert = [&](bm_image* out, bmcv_padding_atrr_t padding) {
    return bmcv_image_vpp_convert_padding(handle_, 1, in.image(), out, &padding);
  };
  EXPECT_EQ(bmcv_image_vpp_convert_padding(handle_, 1, in.image(), &output, nullptr), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {0, 0, 15, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {0, 0, 16, 15, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {49, 0, 16, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {0, 49, 16, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {4294967295u, 0, 16, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&output, {0, 0, 4294967295u, 16, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&yuv_output, {0, 0, 32, 32, 0, 0, 0, 1}), BM_ERR_FAILURE);
  EXPECT_EQ(convert(&yuv_output, {1, 0, 32, 32, 0, 0, 0, 0}), BM_ERR_FAILURE);
  EXPECT_FALSE(bm_image_is_attached(output));
  EXPECT_FALSE(bm_image_is_attached(yuv_output));
  EXPECT_EQ(convert(&yuv_output, {2, 0, 32, 32, 0, 0, 0, 0}), BM_SUCCESS);
}

TEST_F(VppArgumentsTest, StitchesInputsIntoOneOutput) {
  const Frame a = RandomFrame(FORMAT_RGB_PACKED, 20, 18), b = RandomFrame(FORMAT_RGB_PACKED, 31, 17);
  Picture first(handle_, a.format, 20, 18, a.bytes), second(handle_, b.format, 31, 17, b.bytes);
  Frame out = RandomFrame(FORMAT_BGR_PLANAR, 60, 30);
  Picture target(handle_, out.format, 60, 30, out.bytes);
  bm_image inputs[] = {first.image(), second.image()};
  bmcv_rect_t places[] = {{0, 0, 20, 30}, {25, 3, 33, 20}}, crops[] = {{1, 2, 16, 16}, {0, 0, 31, 17}};
  ASSERT_EQ(bmcv_image_vpp_stitch(handle_, 2, inputs, target.image(), places, crops, BMCV_INTER_NEAREST), BM_SUCCESS);
  const Frame* sources[] = {&a, &b};
  for (int i = 0; i < 2; ++i) {
    const Frame inner = {FORMAT_BGR_PLANAR, places[i].crop_w, places[i].crop_h,
                         Bytes(3 * places[i].crop_w * places[i].crop_h)};
    const Bytes scaled = ScalerResult(*sources[i], crops[i], inner, BMCV_INTER_NEAREST);
    for (int y = 0; y < inner.height; ++y) {
      for (int x = 0; x < inner.width; ++x) {
        for (int c = 0; c < 3; ++c) {
          out.bytes[OffsetOf(out, c, x + places[i].start_x, y + places[i].start_y)] = scaled[OffsetOf(inner, c, x, y)];
        }
      }
    }
  }
  EXPECT_EQ(target.Read(), out.bytes);
}

TEST_F(VppArgumentsTest, StitchRefuses) {
  Picture rgb(handle_, FORMAT_RGB_PACKED, 20, 18, Bytes(1080)), gray(handle_, FORMAT_GRAY, 20, 18, Bytes(360)),
      yuv(handle_, FORMAT_YUV420P, 20, 18, Bytes(540)), out(handle_, FORMAT_RGB_PLANAR, 40, 40),
      yuv_out(handle_, FORMAT_YUV420P, 40, 40);
  bm_image mixed[] = {rgb.image(), gray.image()};
  bmcv_rect_t places[] = {{0, 0, 20, 20}, {20, 20, 20, 20}}, odd = {1, 0, 20, 20}, outside = {30, 0, 20, 20};
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 2, mixed, out.image(), places), BM_NOT_SUPPORTED);
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 1, mixed, out.image(), nullptr), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 1, mixed, out.image(), &outside), BM_ERR_FAILURE);
  const std::vector<bm_image> many(257, rgb.image());
  std::vector<bmcv_rect_t> many_places(257, places[0]);
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 257, const_cast<bm_image*>(many.data()), out.image(), many_places.data()),
            BM_NOT_SUPPORTED);
  bm_image yuv_input = yuv.image();
  EXPECT_EQ(bmcv_image_vpp_stitch(handle_, 1, &yuv_input, yuv_out.image(), &odd), BM_ERR_FAILURE);
  EXPECT_FALSE(bm_image_is_attached(out.image()));
}

TEST_F(VppArgumentsTest, BasicTakesManyInputsWithManyCrops) {
  const Frame a = RandomFrame(FORMAT_NV12, 40, 30), b = RandomFrame(FORMAT_YUV420P, 36, 32);
  Picture first(handle_, a.format, 40, 30, a.bytes), second(handle_, b.format, 36, 32, b.bytes);
  const Frame out = {FORMAT_BGR_PACKED, 24, 18, Bytes(3 * 24 * 18)};
  Picture one(handle_, out.format, 24, 18), two(handle_, out.format, 24, 18), three(handle_, out.format, 24, 18);
  bm_image inputs[] = {first.image(), second.image()}, outputs[] = {one.image(), two.image(), three.image()};
  int counts[] = {1, 2};
  bmcv_rect_t crops[] = {{2, 2, 20, 20}, {0, 0, 36, 32}, {4, 6, 16, 20}};
  ASSERT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, counts, crops), BM_SUCCESS);
  EXPECT_EQ(one.Read(), ScalerResult(a, crops[0], out, BMCV_INTER_LINEAR));
  EXPECT_EQ(two.Read(), ScalerResult(b, crops[1], out, BMCV_INTER_LINEAR));
  EXPECT_EQ(three.Read(), ScalerResult(b, crops[2], out, BMCV_INTER_LINEAR));
  ASSERT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs), BM_SUCCESS);
  EXPECT_EQ(two.Read(), ScalerResult(b, {0, 0, 36, 32}, out, BMCV_INTER_LINEAR));
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, counts), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, nullptr, crops), BM_ERR_FAILURE);
  int many[] = {1, 256}, negative[] = {-1, 2};
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, many, crops), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 2, inputs, outputs, negative, crops), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 1, inputs, outputs, nullptr, nullptr, nullptr, BMCV_INTER_LINEAR,
                                 CSC_RGB2YCbCr_BT601),
            BM_ERR_PARAM);
}

TEST_F(VppArgumentsTest, BasicTakesYuv422) {
  const Frame in = RandomFrame(FORMAT_YUV422P, 38, 21);
  Picture source(handle_, in.format, 38, 21, in.bytes);
  bm_image input = source.image();
  for (const bm_image_format_ext format :
       {FORMAT_RGB_PACKED, FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE}) {
    const Frame out = {format, 25, 40, Bytes(3000)};
    Picture target(handle_, format, 25, 40);
    bm_image output = target.image();
    ASSERT_EQ(bmcv_image_vpp_basic(handle_, 1, &input, &output), BM_SUCCESS);
    EXPECT_EQ(target.Read(), ScalerResult(in, {0, 0, 38, 21}, out, BMCV_INTER_LINEAR));
  }
  Picture planar(handle_, FORMAT_RGB_PLANAR, 25, 40);
  bm_image output = planar.image();
  EXPECT_EQ(bmcv_image_vpp_basic(handle_, 1, &input, &output), BM_NOT_SUPPORTED);
}

}  // namespace
}  // namespace bm::cv
