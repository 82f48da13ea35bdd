// bmcv_image_resize.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "bmcv/testing/frame.h"
#include "bmcv/testing/goldens.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

constexpr bm_image_format_ext kFormats[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED, FORMAT_BGR_PACKED,
                                            FORMAT_GRAY};

class ResizeTest : public FrameTest {
 protected:
  bm_image CreateIn(int heap, bm_image_format_ext format, int width, int height, bm_image_data_format_ext type) {
    const bm_image image = Create(format, width, height, type);
    EXPECT_EQ(bm_image_alloc_dev_mem(image, heap), BM_SUCCESS);
    return image;
  }

  bm_status_t Resize(const bm_image& in, const bm_image& out, bmcv_resize_t rectangle, unsigned interpolation,
                     bool stretch = true) {
    bm_image input = in, output = out;
    bmcv_resize_image attributes = {&rectangle, 1, static_cast<uint8_t>(stretch), 30, 20, 10, interpolation};
    return bmcv_image_resize(handle_, 1, &attributes, &input, &output);
  }
};

// The firmware's: floor(i * source / target).
TEST_F(ResizeTest, NearestByTheFirmware) {
  for (const bm_image_format_ext from : kFormats) {
    for (const bm_image_format_ext to : kFormats) {
      if ((from == FORMAT_GRAY) != (to == FORMAT_GRAY)) continue;
      const Frame in = RandomFrame(from, 41, 29);
      Frame out = RandomFrame(to, 31, 47);
      Picture source(handle_, from, 41, 29, in.bytes), target(handle_, to, 31, 47);
      ASSERT_EQ(Resize(source.image(), target.image(), {3, 2, 37, 25, 31, 47}, BMCV_INTER_NEAREST), BM_SUCCESS);
      for (int c = 0; c < (to == FORMAT_GRAY ? 1 : 3); ++c) {
        for (int y = 0; y < 47; ++y) {
          for (int x = 0; x < 31; ++x) {
            out.bytes[OffsetOf(out, c, x, y)] = static_cast<uint8_t>(Sample(in, c, 3 + x * 37 / 31, 2 + y * 25 / 47));
          }
        }
      }
      EXPECT_EQ(target.Read(), out.bytes) << from << " to " << to;
    }
  }
}

TEST_F(ResizeTest, NearestIsThatOfOpenCv) {
  Picture source(handle_, FORMAT_GRAY, kGoldenWidth, kGoldenHeight, GeneratedBytes(1, kGoldenArea));
  for (const Golden* const golden : {&kNearestLarger, &kNearestSmaller}) {
    Picture target(handle_, FORMAT_GRAY, golden->width, golden->height);
    const bmcv_resize_t whole = {0, 0, kGoldenWidth, kGoldenHeight, golden->width, golden->height};
    ASSERT_EQ(Resize(source.image(), target.image(), whole, BMCV_INTER_NEAREST), BM_SUCCESS);
    EXPECT_EQ(target.Read(), golden->bytes);
  }
}

// A pixel becomes three: the scaler's step is rounded down, so that its pixels change later than the firmware's.
TEST_F(ResizeTest, NearestByTheScalerForAlignedInputsInItsHeaps) {
  const Frame in = RandomFrame(FORMAT_GRAY, 64, 16);
  const bm_image scaler = CreateIn(BMCV_HEAP1_ID, FORMAT_GRAY, 64, 16, DATA_TYPE_EXT_1N_BYTE),
                 firmware = CreateIn(BMCV_HEAP0_ID, FORMAT_GRAY, 64, 16, DATA_TYPE_EXT_1N_BYTE);
  Write(scaler, in.bytes);
  Write(firmware, in.bytes);
  const bmcv_resize_t rectangle = {0, 0, 64, 16, 192, 48};
  Picture by_scaler(handle_, FORMAT_GRAY, 192, 48), by_firmware(handle_, FORMAT_GRAY, 192, 48);
  ASSERT_EQ(Resize(scaler, by_scaler.image(), rectangle, BMCV_INTER_NEAREST), BM_SUCCESS);
  ASSERT_EQ(Resize(firmware, by_firmware.image(), rectangle, BMCV_INTER_NEAREST), BM_SUCCESS);
  const PixelSource at = [&](int x, int y) { return Sample(in, 0, x, y); };
  Bytes expected;
  for (int y = 0; y < 48; ++y) {
    for (int x = 0; x < 192; ++x) {
      expected.push_back(static_cast<uint8_t>(Scaled(at, {0, 0, 64, 16}, 192, 48, BMCV_INTER_NEAREST, x, y)));
    }
  }
  EXPECT_EQ(by_scaler.Read(), expected);
  EXPECT_NE(by_firmware.Read(), expected);
}

TEST_F(ResizeTest, LinearInEveryHeap) {
  const Frame in = RandomFrame(FORMAT_BGR_PACKED, 40, 30);
  const PixelSource at[] = {[&](int x, int y) { return Sample(in, 0, x, y); },
                            [&](int x, int y) { return Sample(in, 1, x, y); },
                            [&](int x, int y) { return Sample(in, 2, x, y); }};
  Frame out = {FORMAT_RGB_PLANAR, 27, 19, Bytes(3 * 27 * 19)};
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < 19; ++y) {
      for (int x = 0; x < 27; ++x) {
        out.bytes[OffsetOf(out, c, x, y)] =
            static_cast<uint8_t>(Scaled(at[c], {1, 2, 33, 26}, 27, 19, BMCV_INTER_LINEAR, x, y));
      }
    }
  }
  for (const int heap : {BMCV_HEAP0_ID, BMCV_HEAP1_ID}) {
    Picture source(handle_, in.format, 40, 30, in.bytes, heap), target(handle_, out.format, 27, 19);
    ASSERT_EQ(Resize(source.image(), target.image(), {1, 2, 33, 26, 27, 19}, BMCV_INTER_LINEAR), BM_SUCCESS);
    EXPECT_EQ(target.Read(), out.bytes);
  }
}

TEST_F(ResizeTest, KeepsTheAspectRatioBetweenMargins) {
  const Frame in = RandomFrame(FORMAT_RGB_PLANAR, 40, 20);
  Picture source(handle_, in.format, 40, 20, in.bytes);
  const struct {
    int width, height, x, y, scaled_width, scaled_height;
  } rows[] = {{20, 25, 0, 8, 20, 10},    // (25 - 10 + 1) / 2
              {100, 30, 20, 0, 60, 30},  // (100 - 60 + 1) / 2
              {15, 15, 0, 4, 15, 8}};    // 7.5 rows
  for (const auto& row : rows) {
    Picture target(handle_, FORMAT_RGB_PACKED, row.width, row.height);
    ASSERT_EQ(Resize(source.image(), target.image(), {0, 0, 40, 20, row.width, row.height}, BMCV_INTER_NEAREST, false),
              BM_SUCCESS);
    const Bytes bytes = target.Read();
    for (int y = 0; y < row.height; ++y) {
      for (int x = 0; x < row.width; ++x) {
        const int u = x - row.x, v = y - row.y;
        const bool is_inside = u >= 0 && v >= 0 && u < row.scaled_width && v < row.scaled_height;
        for (int c = 0; c < 3; ++c) {
          const int expected =
              is_inside ? Sample(in, c, u * 40 / row.scaled_width, v * 20 / row.scaled_height) : 10 + 10 * c;
          ASSERT_EQ(bytes[3 * (y * row.width + x) + c], expected) << x << " " << y;
        }
      }
    }
  }
}

TEST_F(ResizeTest, FloatsMoveWholeAndMarginsToo) {
  const bm_image in = CreateIn(BMCV_HEAP_ANY, FORMAT_GRAY, 4, 2, DATA_TYPE_EXT_FLOAT32),
                 out = CreateIn(BMCV_HEAP_ANY, FORMAT_GRAY, 2, 2, DATA_TYPE_EXT_FLOAT32);
  Write<float>(in, {1.5f, 2, 1e9f, 4, -5, 6, 7, 8});
  ASSERT_EQ(Resize(in, out, {0, 0, 4, 2, 2, 2}, BMCV_INTER_NEAREST), BM_SUCCESS);
  EXPECT_EQ(Read<float>(out), std::vector<float>({1.5f, 1e9f, -5, 7}));
  ASSERT_EQ(Resize(in, out, {0, 0, 4, 2, 2, 2}, BMCV_INTER_NEAREST, false), BM_SUCCESS);
  EXPECT_EQ(Read<float>(out), std::vector<float>({10, 10, 1.5f, 1e9f}));
  EXPECT_EQ(Resize(in, out, {0, 0, 4, 2, 2, 2}, BMCV_INTER_LINEAR), BM_ERR_PARAM);
}

TEST_F(ResizeTest, FourImagesInOne) {
  const Bytes bytes = RandomBytes(4 * 3 * 12 * 6);
  bm_image in = CreateIn(BMCV_HEAP_ANY, FORMAT_RGB_PLANAR, 12, 6, DATA_TYPE_EXT_4N_BYTE);
  const bm_image four = CreateIn(BMCV_HEAP_ANY, FORMAT_RGB_PLANAR, 5, 9, DATA_TYPE_EXT_4N_BYTE);
  Write(in, bytes);
  std::vector<bm_image> outs;
  for (int i = 0; i < 4; ++i) outs.push_back(CreateIn(BMCV_HEAP_ANY, FORMAT_BGR_PACKED, 5, 9, DATA_TYPE_EXT_1N_BYTE));
  ASSERT_EQ(Resize(in, four, {0, 0, 12, 6, 5, 9}, BMCV_INTER_NEAREST), BM_SUCCESS);
  bmcv_resize_t rectangle = {0, 0, 12, 6, 5, 9};
  bmcv_resize_image attributes = {&rectangle, 1, 1, 0, 0, 0, BMCV_INTER_NEAREST};
  ASSERT_EQ(bmcv_image_resize(handle_, 1, &attributes, &in, outs.data()), BM_SUCCESS);
  const Bytes together = Read<uint8_t>(four);
  for (int i = 0; i < 4; ++i) {
    const Bytes single = Read<uint8_t>(outs[i]);
    for (int c = 0; c < 3; ++c) {
      for (int p = 0; p < 45; ++p) {
        const uint8_t expected = bytes[4 * (c * 72 + p / 5 * 6 / 9 * 12 + p % 5 * 12 / 5) + i];
        ASSERT_EQ(together[4 * (c * 45 + p) + i], expected);
        ASSERT_EQ(single[3 * p + 2 - c], expected);
      }
    }
  }
}

TEST_F(ResizeTest, SeveralInputsWithSeveralRectangles) {
  const Frame a = RandomFrame(FORMAT_GRAY, 20, 20), b = RandomFrame(FORMAT_GRAY, 30, 10);
  Picture first(handle_, FORMAT_GRAY, 20, 20, a.bytes), second(handle_, FORMAT_GRAY, 30, 10, b.bytes);
  Picture x(handle_, FORMAT_GRAY, 10, 10), y(handle_, FORMAT_GRAY, 5, 10), z(handle_, FORMAT_GRAY, 15, 10);
  bm_image inputs[] = {first.image(), second.image()}, outputs[] = {x.image(), y.image(), z.image()};
  bmcv_resize_t of_first[] = {{0, 0, 20, 20, 10, 10}, {10, 0, 10, 20, 5, 10}}, of_second[] = {{0, 0, 30, 10, 15, 10}};
  bmcv_resize_image attributes[] = {{of_first, 2, 1, 0, 0, 0, 0}, {of_second, 1, 1, 0, 0, 0, 0}};
  ASSERT_EQ(bmcv_image_resize(handle_, 2, attributes, inputs, outputs), BM_SUCCESS);
  EXPECT_EQ(x.Read()[11], Sample(a, 0, 2, 2));
  EXPECT_EQ(y.Read()[6], Sample(a, 0, 12, 2));
  EXPECT_EQ(z.Read()[17], Sample(b, 0, 4, 1));
  bm_device_mem_t memory;
  unsigned heap = 0;
  ASSERT_EQ(bm_image_get_device_mem(outputs[2], &memory), BM_SUCCESS);
  ASSERT_EQ(bm_get_gmem_heap_id(handle_, &memory, &heap), BM_SUCCESS);
  EXPECT_EQ(heap, 1u);
}

TEST_F(ResizeTest, Refusals) {
  Picture gray(handle_, FORMAT_GRAY, 20, 20, Bytes(400)), out(handle_, FORMAT_GRAY, 10, 10),
      yuv(handle_, FORMAT_NV12, 20, 20, Bytes(600)), floats(handle_, FORMAT_GRAY, 10, 10, DATA_TYPE_EXT_FLOAT32);
  EXPECT_EQ(Resize(gray.image(), out.image(), {0, 0, 20, 20, 11, 10}, 0), BM_ERR_DATA);
  EXPECT_EQ(Resize(gray.image(), out.image(), {1, 0, 20, 20, 10, 10}, 0), BM_ERR_PARAM);
  EXPECT_EQ(Resize(gray.image(), out.image(), {0, 0, 0, 20, 10, 10}, 0), BM_ERR_PARAM);
  EXPECT_EQ(Resize(gray.image(), out.image(), {0, 0, 20, 20, 10, 10}, 3), BM_ERR_PARAM);
  EXPECT_EQ(Resize(yuv.image(), out.image(), {0, 0, 20, 20, 10, 10}, 0), BM_ERR_DATA);
  EXPECT_EQ(Resize(gray.image(), floats.image(), {0, 0, 20, 20, 10, 10}, 0), BM_ERR_DATA);
  EXPECT_EQ(Resize(out.image(), gray.image(), {0, 0, 10, 10, 20, 20}, 0), BM_ERR_DATA);  // no memory
  bm_image inputs[5], outputs[5];
  std::fill_n(inputs, 5, gray.image());
  std::fill_n(outputs, 5, out.image());
  bmcv_resize_t rectangle = {0, 0, 20, 20, 10, 10};
  bmcv_resize_image attributes[5];
  std::fill_n(attributes, 5, bmcv_resize_image{&rectangle, 1, 1, 0, 0, 0, 0});
  EXPECT_EQ(bmcv_image_resize(handle_, 5, attributes, inputs, outputs), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_resize(handle_, 0, attributes, inputs, outputs), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_resize(handle_, 1, nullptr, inputs, outputs), BM_ERR_PARAM);
  attributes[0].roi_num = 0;
  EXPECT_EQ(bmcv_image_resize(handle_, 1, attributes, inputs, outputs), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_resize(nullptr, 1, attributes, inputs, outputs), BM_ERR_DEVNOTREADY);
  EXPECT_FALSE(bm_image_is_attached(out.image()));
}

}  // namespace
}  // namespace bm::cv
