// bmcv_image_draw_rectangle and _fill_rectangle.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

// A plane in memory order: its size, its components in every pixel, and whether it is subsampled along x and y.
struct PlaneKind {
  int components[2];
  int count;
  int half_x, half_y;
};
struct Kind {
  bm_image_format_ext format;
  bool is_yuv, is_packed;
  std::vector<PlaneKind> planes;
};

const std::vector<Kind>& Kinds() {
  static const auto* const kinds =
      new std::vector<Kind>{{FORMAT_RGB_PLANAR, false, false, {{{0}, 1, 0, 0}, {{1}, 1, 0, 0}, {{2}, 1, 0, 0}}},
                            {FORMAT_BGR_PLANAR, false, false, {{{2}, 1, 0, 0}, {{1}, 1, 0, 0}, {{0}, 1, 0, 0}}},
                            {FORMAT_YUV420P, true, false, {{{0}, 1, 0, 0}, {{1}, 1, 1, 1}, {{2}, 1, 1, 1}}},
                            {FORMAT_NV12, true, false, {{{0}, 1, 0, 0}, {{1, 2}, 2, 1, 1}}},
                            {FORMAT_NV21, true, false, {{{0}, 1, 0, 0}, {{2, 1}, 2, 1, 1}}},
                            {FORMAT_NV16, true, false, {{{0}, 1, 0, 0}, {{1, 2}, 2, 1, 0}}},
                            {FORMAT_NV61, true, false, {{{0}, 1, 0, 0}, {{2, 1}, 2, 1, 0}}}};
  return *kinds;
}

// Is sample (x, y) of a plane painted?
using Painted = std::function<bool(const PlaneKind&, int x, int y)>;

Bytes Paint(const Kind& kind, int width, int height, const Bytes& before, const Painted& painted, const int (&rgb)[3],
            const int (&yuv)[3]) {
  Bytes after = before;
  Bytes::iterator next = after.begin();
  for (const PlaneKind& plane : kind.planes) {
    for (int y = 0; y < (height + plane.half_y) / (1 + plane.half_y); ++y) {
      for (int x = 0; x < (width + plane.half_x) / (1 + plane.half_x); ++x) {
        for (int c = 0; c < plane.count; ++c, ++next) {
          if (painted(plane, x, y)) *next = static_cast<uint8_t>((kind.is_yuv ? yuv : rgb)[plane.components[c]]);
        }
      }
    }
  }
  return after;
}

// Sample `at` of a line lies in `size` pixels from `start` on, both halved where the line is subsampled.
bool Covers(int start, int size, int half, int at) {
  if (half == 1) {
    start /= 2;
    size = (size + 1) / 2;
  }
  return at >= start && at < start + size;
}

class RectanglesTest : public ImageTest {
 protected:
  bm_status_t Draw(const Picture& picture, bmcv_rect_t rect, int line_width) {
    return bmcv_image_draw_rectangle(handle_, picture.image(), 1, &rect, line_width, 255, 0, 0);
  }
  bm_status_t Fill(const Picture& picture, bmcv_rect_t rect) {
    return bmcv_image_fill_rectangle(handle_, picture.image(), 1, &rect, 255, 0, 0);
  }
};

// Red: 0.257 * 255 + 16 = 81.5, -0.148 * 255 + 128 = 90.3, 0.439 * 255 + 128 = 239.9.
constexpr int kRed[3] = {255, 0, 0}, kRedYuv[3] = {81, 90, 239};

TEST_F(RectanglesTest, AFrameByHand) {
  Picture picture(handle_, FORMAT_NV12, 8, 6, Bytes(72, 7));
  ASSERT_EQ(Draw(picture, {1, 1, 5, 4}, 1), BM_SUCCESS);
  const std::string luma =
      "........"
      ".#####.."
      ".#...#.."
      ".#...#.."
      ".#####.."
      "........";
  // A start of 1 becomes 0, five pixels become three samples, four become two.
  const std::string chroma =
      "###."
      "#.#."
      "###.";
  Bytes expected;
  for (const char c : luma) expected.push_back(c == '#' ? 81 : 7);
  for (const char c : chroma) {
    expected.push_back(c == '#' ? 90 : 7);
    expected.push_back(c == '#' ? 239 : 7);
  }
  EXPECT_EQ(picture.Read(), expected);
}

// Every bar of every width, at and beyond the edges, sample by sample.
TEST_F(RectanglesTest, FramesInEveryFormat) {
  const int w = 23, h = 19;
  for (const Kind& kind : Kinds()) {
    for (const int lw : {0, 1, 2, 3, 4, 9}) {
      for (const bmcv_rect_t& rect : {bmcv_rect_t{4, 5, 12, 9},
                                      {0, 0, 23, 19},
                                      {-5, -3, 60, 50},
                                      {7, 3, 2, 16},
                                      {15, 11, 2147483647, 2147483647},
                                      {22, 18, 5, 5}}) {
        SCOPED_TRACE(::testing::Message() << kind.format << " " << lw << " " << rect.start_x);
        Picture shape(handle_, kind.format, w, h);
        const Bytes before = RandomBytes(shape.size());
        Picture picture(handle_, kind.format, w, h, before);
        const int o = (lw - 1) / 2, n = lw / 2;
        const int x1 = std::max(o, rect.start_x), y1 = std::max(o, rect.start_y);
        const int x2 = static_cast<int>(std::min<int64_t>(w - 1 - o, int64_t{rect.start_x} + rect.crop_w - 1));
        const int y2 = static_cast<int>(std::min<int64_t>(h - 1 - o, int64_t{rect.start_y} + rect.crop_h - 1));
        const auto painted = [&](const PlaneKind& plane, int x, int y) {
          if (lw == 0 || x2 <= x1 || y2 <= y1) return false;
          if (plane.half_y == 1 && y >= h / 2) return false;
          if (kind.format == FORMAT_YUV420P && plane.half_x == 1 && x >= w / 2) return false;
          const auto bar = [&](int left, int top, int width, int height) {
            return Covers(left, width, plane.half_x, x) && Covers(top, height, plane.half_y, y);
          };
          const int width = x2 - x1 + 1 + 2 * o, height = y2 - y1 + 1 + 2 * o;
          return bar(x1 - o, y1 - o, width, lw) || bar(x1 - o, y1 - o, lw, height) || bar(x1 - o, y2 - n, width, lw) ||
                 bar(x2 - n, y1 - o, lw, height);
        };
        ASSERT_EQ(Draw(picture, rect, lw), BM_SUCCESS);
        EXPECT_EQ(picture.Read(), Paint(kind, w, h, before, painted, kRed, kRedYuv));
      }
    }
  }
}

TEST_F(RectanglesTest, FilledInEveryFormat) {
  const int w = 23, h = 19;
  for (const Kind& kind : Kinds()) {
    for (const bmcv_rect_t& rect : {bmcv_rect_t{4, 5, 12, 9},
                                    {-5, -3, 60, 50},
                                    {7, 3, 1, 1},
                                    {22, 18, 5, 5},
                                    {30, 2, 5, 5},
                                    {3, 3, 0, 4},
                                    {3, 3, 4, -1}}) {
      SCOPED_TRACE(::testing::Message() << kind.format << " " << rect.start_x);
      Picture shape(handle_, kind.format, w, h);
      const Bytes before = RandomBytes(shape.size());
      Picture picture(handle_, kind.format, w, h, before);
      const int left = std::max(0, rect.start_x), top = std::max(0, rect.start_y);
      const int right = std::min(w, rect.start_x + rect.crop_w), bottom = std::min(h, rect.start_y + rect.crop_h);
      const auto painted = [&](const PlaneKind& plane, int x, int y) {
        return left < right && top < bottom && Covers(left, right - left, plane.half_x, x) &&
               Covers(top, bottom - top, plane.half_y, y);
      };
      ASSERT_EQ(Fill(picture, rect), BM_SUCCESS);
      EXPECT_EQ(picture.Read(), Paint(kind, w, h, before, painted, kRed, kRedYuv));
    }
  }
}

TEST_F(RectanglesTest, PackedPixelsAreThePlanarOnes) {
  for (const bool is_bgr : {false, true}) {
    Picture packed(handle_, is_bgr ? FORMAT_BGR_PACKED : FORMAT_RGB_PACKED, 9, 7, Bytes(189, 1));
    Picture planar(handle_, is_bgr ? FORMAT_BGR_PLANAR : FORMAT_RGB_PLANAR, 9, 7, Bytes(189, 1));
    bmcv_rect_t rects[] = {{1, 1, 6, 5}, {3, 2, 5, 4}};
    for (const Picture* picture : {&packed, &planar}) {
      ASSERT_EQ(bmcv_image_draw_rectangle(handle_, picture->image(), 2, rects, 2, 10, 20, 30), BM_SUCCESS);
      ASSERT_EQ(bmcv_image_fill_rectangle(handle_, picture->image(), 1, rects + 1, 40, 50, 60), BM_SUCCESS);
    }
    const Bytes pixels = packed.Read(), planes = planar.Read();
    for (int i = 0; i < 63; ++i) {
      for (int c = 0; c < 3; ++c) EXPECT_EQ(pixels[i * 3 + c], planes[c * 63 + i]);
    }
    EXPECT_NE(pixels, Bytes(189, 1));
  }
}

TEST_F(RectanglesTest, Refusals) {
  Picture gray(handle_, FORMAT_GRAY, 16, 16, Bytes(256)), empty(handle_, FORMAT_NV12, 16, 16);
  Picture floats(handle_, FORMAT_RGB_PLANAR, 16, 16, DATA_TYPE_EXT_FLOAT32),
      planar(handle_, FORMAT_RGB_PLANAR, 16, 16, Bytes(768, 7));
  const bmcv_rect_t rect = {1, 1, 5, 5};
  for (const bm_image& image : {gray.image(), empty.image(), floats.image(), bm_image()}) {
    bmcv_rect_t copy = rect;
    EXPECT_EQ(bmcv_image_draw_rectangle(handle_, image, 1, &copy, 1, 0, 0, 0), BM_ERR_DATA);
    EXPECT_EQ(bmcv_image_fill_rectangle(handle_, image, 1, &copy, 0, 0, 0), BM_ERR_DATA);
  }
  EXPECT_EQ(Draw(planar, rect, -1), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_draw_rectangle(handle_, planar.image(), -1, nullptr, 1, 0, 0, 0), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_fill_rectangle(handle_, planar.image(), -1, nullptr, 0, 0, 0), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_draw_rectangle(handle_, planar.image(), 1, nullptr, 1, 0, 0, 0), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_fill_rectangle(handle_, planar.image(), 1, nullptr, 0, 0, 0), BM_ERR_PARAM);
  EXPECT_EQ(bmcv_image_draw_rectangle(handle_, planar.image(), 0, nullptr, 1, 0, 0, 0), BM_SUCCESS);
  EXPECT_EQ(bmcv_image_fill_rectangle(handle_, planar.image(), 0, nullptr, 0, 0, 0), BM_SUCCESS);
  EXPECT_EQ(bmcv_image_draw_rectangle(nullptr, planar.image(), 0, nullptr, 1, 0, 0, 0), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(bmcv_image_fill_rectangle(nullptr, planar.image(), 0, nullptr, 0, 0, 0), BM_ERR_DEVNOTREADY);
  EXPECT_EQ(planar.Read(), Bytes(768, 7));
  Picture wide(handle_, FORMAT_RGB_PLANAR, 65536, 1, Bytes(196608));
  EXPECT_EQ(Draw(wide, rect, 1), BM_ERR_DATA);
  EXPECT_EQ(Fill(wide, rect), BM_ERR_DATA);
}

}  // namespace
}  // namespace bm::cv
