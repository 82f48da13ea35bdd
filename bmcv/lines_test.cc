// bmcv_image_draw_lines and bmcv_image_put_text.
#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmcv/src/stroke_font.h"
#include "bmcv/testing/image_test.h"
#include "gtest/gtest.h"

namespace bm::cv {
namespace {

// Pictures of OpenCV, a bit a pixel in hexadecimal.
struct Bitmap {
  int width, height;
  const char* digits;
};
#define BITMAP(NAME, WIDTH, HEIGHT, DIGITS) constexpr Bitmap k##NAME = {WIDTH, HEIGHT, DIGITS};
#include "bmcv/testing/drawing_goldens.inc"
#undef BITMAP

Bytes Unpack(const Bitmap& bitmap) {
  Bytes pixels;
  for (int i = 0; i < bitmap.width * bitmap.height; ++i) {
    const std::string digit(1, bitmap.digits[i / 4]);
    pixels.push_back(std::strtol(digit.c_str(), nullptr, 16) >> (3 - i % 4) & 1 ? 255 : 0);
  }
  return pixels;
}

constexpr bmcv_color_t kWhite = {255, 255, 255};

class LinesTest : public ImageTest {
 protected:
  bm_status_t Draw(const Picture& picture, bmcv_point_t from, bmcv_point_t to, int thickness,
                   bmcv_color_t colour = kWhite) {
    return bmcv_image_draw_lines(handle_, picture.image(), &from, &to, 1, colour, thickness);
  }
  bm_status_t Write(const Picture& picture, const char* text, bmcv_point_t origin, float scale, int thickness) {
    return bmcv_image_put_text(handle_, picture.image(), text, origin, kWhite, scale, thickness);
  }
  // The luma of `picture` as lines of text.
  std::string Show(const Picture& picture) {
    const Bytes bytes = picture.Read();
    std::string text;
    for (int y = 0; y < picture.image().height; ++y) {
      for (int x = 0; x < picture.image().width; ++x) text += bytes[y * picture.image().width + x] != 0 ? '#' : '.';
      text += '\n';
    }
    return text;
  }
};

int Painted(const Bytes& pixels) {
  return static_cast<int>(std::count_if(pixels.begin(), pixels.end(), [](uint8_t pixel) { return pixel != 0; }));
}

// How many of the pixels that are set in `a` have none set in `b` up to `reach` pixels away.
int Lonely(const Bytes& a, const Bytes& b, int width, int height, int reach) {
  int lonely = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      bool has_neighbour = a[y * width + x] == 0;
      for (int v = std::max(0, y - reach); v <= std::min(height - 1, y + reach); ++v) {
        for (int u = std::max(0, x - reach); u <= std::min(width - 1, x + reach); ++u) {
          has_neighbour |= b[v * width + u] != 0;
        }
      }
      lonely += has_neighbour ? 0 : 1;
    }
  }
  return lonely;
}

// OpenCV measures thickness across the line, not along an axis, and rounds the ends: pixels may be half of it and a
// corner apart.
void ExpectSimilar(const Picture& picture, const Bitmap& bitmap, int thickness) {
  const Bytes ours = picture.Read(), theirs = Unpack(bitmap);
  const int reach = 1 + (thickness + 1) / 2;
  EXPECT_EQ(Lonely(ours, theirs, bitmap.width, bitmap.height, reach), 0);
  EXPECT_EQ(Lonely(theirs, ours, bitmap.width, bitmap.height, reach), 0);
  EXPECT_LE(Lonely(ours, theirs, bitmap.width, bitmap.height, 1), 0.01 * Painted(ours));
  EXPECT_LE(Lonely(theirs, ours, bitmap.width, bitmap.height, 1), 0.1 * Painted(theirs));
}

TEST_F(LinesTest, LinesByHand) {
  Picture flat(handle_, FORMAT_GRAY, 8, 5, Bytes(40));
  ASSERT_EQ(Draw(flat, {1, 1}, {6, 1}, 1), BM_SUCCESS);
  EXPECT_EQ(Show(flat),
            "........\n"
            ".######.\n"
            ".######.\n"
            "........\n"
            "........\n");
  Picture steep(handle_, FORMAT_GRAY, 8, 5, Bytes(40));
  ASSERT_EQ(Draw(steep, {3, 4}, {2, 0}, 3), BM_SUCCESS);
  EXPECT_EQ(Show(steep),
            ".###....\n"
            ".###....\n"
            ".###....\n"
            "..###...\n"
            "..###...\n");
  Picture diagonal(handle_, FORMAT_GRAY, 8, 5, Bytes(40));
  ASSERT_EQ(Draw(diagonal, {7, 1}, {4, 4}, 2), BM_SUCCESS);
  EXPECT_EQ(Show(diagonal),
            ".......#\n"
            "......##\n"
            ".....##.\n"
            "....##..\n"
            "....#...\n");
}

TEST_F(LinesTest, WhatLiesOutsideIsNotDrawn) {
  Picture picture(handle_, FORMAT_GRAY, 6, 4, Bytes(24));
  const bmcv_point_t from[] = {{-3, -3}, {10, -1}, {-5, 20}, {3, -100}}, to[] = {{20, 20}, {10, 9}, {-1, -20}, {9, -1}};
  ASSERT_EQ(bmcv_image_draw_lines(handle_, picture.image(), from, to, 4, kWhite, 1), BM_SUCCESS);
  EXPECT_EQ(Show(picture),
            "#.....\n"
            "##....\n"
            ".##...\n"
            "..##..\n");
  constexpr int kLeast = std::numeric_limits<int>::min(), kMost = std::numeric_limits<int>::max();
  Picture far(handle_, FORMAT_GRAY, 6, 4, Bytes(24));
  ASSERT_EQ(Draw(far, {kLeast, 2}, {kMost, 2}, 1), BM_SUCCESS);
  EXPECT_EQ(Show(far),
            "......\n"
            "......\n"
            "######\n"
            "######\n");
  ASSERT_EQ(Draw(far, {kLeast, kLeast}, {kMost, kMost}, kMost), BM_SUCCESS);
}

TEST_F(LinesTest, AnImageMayBeAPixelWide) {
  Picture picture(handle_, FORMAT_GRAY, 1, 3, Bytes(3));
  ASSERT_EQ(Draw(picture, {5, 0}, {5, 2}, 1), BM_SUCCESS);
  ASSERT_EQ(Draw(picture, {5, 0}, {3, 2}, 1), BM_SUCCESS);
  ASSERT_EQ(Draw(picture, {-5, 1}, {-5, 1}, 1), BM_SUCCESS);
  EXPECT_EQ(picture.Read(), Bytes(3));
  ASSERT_EQ(Draw(picture, {-5, 1}, {5, 1}, 1), BM_SUCCESS);
  EXPECT_EQ(Show(picture), ".\n#\n#\n");
}

// Y = (269484 * 200 + 528482 * 100 + 102760 * 50 + 16.5 * 2^20) >> 20 = 123 and so on.
TEST_F(LinesTest, ColoursInEveryFormat) {
  constexpr int kY = 123, kU = 91, kV = 175;
  const struct {
    bm_image_format_ext format;
    std::vector<std::vector<int>> planes;  // what the upper left quarter of each plane has
  } rows[] = {{FORMAT_GRAY, {{kY}}},
              {FORMAT_YUV420P, {{kY}, {kU}, {kV}}},
              {FORMAT_YUV422P, {{kY}, {kU}, {kV}}},
              {FORMAT_YUV444P, {{kY}, {kU}, {kV}}},
              {FORMAT_NV12, {{kY}, {kU, kV}}},
              {FORMAT_NV21, {{kY}, {kV, kU}}},
              {FORMAT_NV16, {{kY}, {kU, kV}}},
              {FORMAT_NV61, {{kY}, {kV, kU}}}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.format);
    const bool is_420 = row.format == FORMAT_YUV420P || row.format == FORMAT_NV12 || row.format == FORMAT_NV21;
    Picture shape(handle_, row.format, 8, 8);
    Picture picture(handle_, row.format, 8, 8, Bytes(shape.size()));
    // Columns 2 and 3, rows 0 to 5.
    ASSERT_EQ(Draw(picture, {2, 0}, {2, 5}, 1, {200, 100, 50}), BM_SUCCESS);
    Bytes expected;
    for (size_t p = 0; p < row.planes.size(); ++p) {
      const int half_x = p > 0 && row.format != FORMAT_YUV444P ? 2 : 1, half_y = p > 0 && is_420 ? 2 : 1;
      for (int y = 0; y < 8 / half_y; ++y) {
        for (int x = 0; x < 8 / half_x; ++x) {
          const bool painted = y * half_y <= 5 && x * half_x >= 2 && x * half_x <= 3;
          for (const int value : row.planes[p]) expected.push_back(static_cast<uint8_t>(painted ? value : 0));
        }
      }
    }
    EXPECT_EQ(picture.Read(), expected);
  }
}

TEST_F(LinesTest, LinesLookLikeThoseOfOpenCv) {
  const bmcv_point_t from[] = {{3, 5}, {10, 40}, {5, 44}, {30, 46}, {20, 10}, {-20, 30}};
  const bmcv_point_t to[] = {{60, 5}, {10, 8}, {58, 20}, {41, 2}, {50, 40}, {80, 12}};
  const struct {
    int thickness;
    const Bitmap& bitmap;
  } rows[] = {{2, kLines2}, {5, kLines5}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.thickness);
    Picture picture(handle_, FORMAT_GRAY, row.bitmap.width, row.bitmap.height,
                    Bytes(row.bitmap.width * row.bitmap.height));
    ASSERT_EQ(bmcv_image_draw_lines(handle_, picture.image(), from, to, 6, kWhite, row.thickness), BM_SUCCESS);
    ExpectSimilar(picture, row.bitmap, row.thickness);
  }
}

TEST_F(LinesTest, TextLooksLikeThatOfOpenCv) {
  const struct {
    const char* text;
    float scale;
    int thickness;
    const Bitmap& bitmap;
  } rows[] = {{"Quick?", 1.0f, 1, kText0}, {"gjpqy{|}~0", 0.75f, 2, kText1}, {"#89 @&%", 0.6f, 3, kText2}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    Picture picture(handle_, FORMAT_GRAY, row.bitmap.width, row.bitmap.height,
                    Bytes(row.bitmap.width * row.bitmap.height));
    ASSERT_EQ(Write(picture, row.text, {5, 30}, row.scale, row.thickness), BM_SUCCESS);
    ExpectSimilar(picture, row.bitmap, row.thickness);
  }
}

TEST_F(LinesTest, OtherCharactersAreQuestionMarks) {
  Picture marks(handle_, FORMAT_NV12, 80, 32, Bytes(3840)), other(handle_, FORMAT_NV12, 80, 32, Bytes(3840));
  ASSERT_EQ(Write(marks, "???", {4, 25}, 1, 1), BM_SUCCESS);
  ASSERT_EQ(Write(other, "\n\xC3\x7F", {4, 25}, 1, 1), BM_SUCCESS);
  EXPECT_EQ(other.Read(), marks.Read());
  EXPECT_NE(marks.Read(), Bytes(3840));
}

TEST_F(LinesTest, TextBeyondTheImageIsCutOff) {
  Picture picture(handle_, FORMAT_GRAY, 20, 12, Bytes(240));
  for (const bmcv_point_t& origin :
       {bmcv_point_t{2147483647, 2147483647}, {-2147483647, -2147483647}, {100, 5}, {0, -1}}) {
    ASSERT_EQ(Write(picture, "Text", origin, 4096, 1), BM_SUCCESS);
    EXPECT_EQ(Painted(picture.Read()), 0);
  }
  ASSERT_EQ(Write(picture, "", {0, 10}, 1, 1), BM_SUCCESS);
  EXPECT_EQ(Painted(picture.Read()), 0);
  ASSERT_EQ(Write(picture, "HHHHHHHHHH", {-30, 20}, 1, 1), BM_SUCCESS);
  EXPECT_GT(Painted(picture.Read()), 0);
}

TEST_F(LinesTest, EveryRefusalIsAFailure) {
  Picture gray(handle_, FORMAT_GRAY, 16, 16, Bytes(256)), empty(handle_, FORMAT_GRAY, 16, 16);
  Picture packed(handle_, FORMAT_RGB_PACKED, 16, 16, Bytes(768)),
      floats(handle_, FORMAT_GRAY, 16, 16, DATA_TYPE_EXT_FLOAT32);
  const bmcv_point_t point = {3, 3};
  for (const bm_image& image : {empty.image(), packed.image(), floats.image(), bm_image()}) {
    EXPECT_EQ(bmcv_image_draw_lines(handle_, image, &point, &point, 1, kWhite, 1), BM_ERR_FAILURE);
    EXPECT_EQ(bmcv_image_put_text(handle_, image, "a", point, kWhite, 1, 1), BM_ERR_FAILURE);
  }
  EXPECT_EQ(bmcv_image_draw_lines(nullptr, gray.image(), &point, &point, 1, kWhite, 1), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_put_text(nullptr, gray.image(), "a", point, kWhite, 1, 1), BM_ERR_FAILURE);
  EXPECT_EQ(Draw(gray, point, point, 0), BM_ERR_FAILURE);
  EXPECT_EQ(Write(gray, "a", point, 1, 0), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_draw_lines(handle_, gray.image(), nullptr, &point, 1, kWhite, 1), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_draw_lines(handle_, gray.image(), &point, nullptr, 1, kWhite, 1), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_draw_lines(handle_, gray.image(), &point, &point, -1, kWhite, 1), BM_ERR_FAILURE);
  EXPECT_EQ(bmcv_image_draw_lines(handle_, gray.image(), nullptr, nullptr, 0, kWhite, 1), BM_SUCCESS);
  EXPECT_EQ(Write(gray, nullptr, point, 1, 1), BM_ERR_FAILURE);
  for (const float scale : {0.0f, -1.0f, 5000.0f, std::numeric_limits<float>::quiet_NaN()}) {
    EXPECT_EQ(Write(gray, "a", point, scale, 1), BM_ERR_FAILURE);
  }
  EXPECT_EQ(gray.Read(), Bytes(256));
}

TEST(StrokeFontTest, ReadsBrokenLines) {
  ASSERT_OK_AND_ASSIGN(const std::vector<Glyph> font, ParseStrokeFont("  699  1JZ\n  714  6MWRF\nRT RRZ\nRT\n"));
  ASSERT_EQ(font.size(), 2u);
  EXPECT_EQ(font[0].left, -8);
  EXPECT_EQ(font[0].right, 8);
  EXPECT_TRUE(font[0].strokes.empty());
  ASSERT_EQ(font[1].strokes.size(), 2u);
  EXPECT_EQ(font[1].strokes[0][0].y, -12);
  EXPECT_EQ(font[1].strokes[1].size(), 2u);
  EXPECT_EQ(font[1].strokes[1][1].y, 2);
}

TEST(StrokeFontTest, RefusesWhatIsNone) {
  EXPECT_STATUS(ParseStrokeFont("  699  3JZRR"), absl::StatusCode::kDataLoss, "ends within");
  EXPECT_STATUS(ParseStrokeFont("  699  0JZ"), absl::StatusCode::kDataLoss, "\"  0\" pairs");
  EXPECT_STATUS(ParseStrokeFont("  699 abJZ"), absl::StatusCode::kDataLoss, "\" ab\" pairs");
  EXPECT_STATUS(ParseStrokeFont("  699  2JZ\x01R"), absl::StatusCode::kDataLoss, "no vertex");
  EXPECT_STATUS(ParseStrokeFont("  6"), absl::StatusCode::kDataLoss, "ends within");
}

TEST(StrokeFontTest, LettersStandOnTheBaseLine) {
  ASSERT_OK_AND_ASSIGN(const std::vector<Glyph>* const font, RomanSimplex());
  for (const char letter : std::string("AHEMZhkx17")) {
    int lowest = -100;
    for (const std::vector<bmcv_point_t>& stroke : (*font)[letter - ' '].strokes) {
      for (const bmcv_point_t& vertex : stroke) lowest = std::max(lowest, vertex.y);
    }
    EXPECT_EQ(lowest, kRomanSimplexBaseLine) << letter;
  }
}

}  // namespace
}  // namespace bm::cv
