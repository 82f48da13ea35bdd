#include "bmdecoder/jpeg/jpeg.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmdecoder/jpeg/testing/pictures.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using testing::ForeignJpeg;
using testing::ForeignKind;
using testing::Picture;
using testing::StockYcc;
using testing::Waves;

constexpr Sampling kSamplings[] = {Sampling::k420, Sampling::k422, Sampling::k444, Sampling::k400};
constexpr ChromaLayout kLayouts[] = {ChromaLayout::kSeparate, ChromaLayout::kCbCr, ChromaLayout::kCrCb};

std::vector<uint8_t> Encode(const Picture& picture, int quality) {
  absl::StatusOr<std::vector<uint8_t>> file = EncodeJpeg(picture.info, picture.layout, picture.samples(), quality);
  EXPECT_OK(file);
  return file.ok() ? *std::move(file) : std::vector<uint8_t>();
}

// Of one component, in samples.
struct Extent {
  int width, height;
};
Extent ExtentOf(const JpegInfo& info, int component) {
  if (component == 0) return {info.width, info.height};
  return {ChromaWidth(info.sampling, info.width), ChromaHeight(info.sampling, info.height)};
}

int Components(const JpegInfo& info) { return info.sampling == Sampling::k400 ? 1 : 3; }

TEST(JpegGeometryTest, FollowsTheChipsAlignment) {
  // 1080p 4:2:0: stride 1920, 1088 rows; chroma planes of a quarter.
  ASSERT_OK_AND_ASSIGN(const JpegGeometry hd,
                       JpegGeometry::Create(1920, 1080, Sampling::k420, ChromaLayout::kSeparate));
  EXPECT_EQ(hd.y_stride, 1920u);
  EXPECT_EQ(hd.y_size, 1920u * 1088);
  EXPECT_EQ(hd.chroma_stride, 960u);
  EXPECT_EQ(hd.chroma_size, 960u * 544);
  EXPECT_EQ(hd.cb_offset, 1920u * 1088);
  EXPECT_EQ(hd.cr_offset, 1920u * 1088 + 960 * 544);
  EXPECT_EQ(hd.total, 1920u * 1088 * 3 / 2);
  // 100 x 50: stride 128, 64 rows.
  struct Row {
    Sampling sampling;
    ChromaLayout layout;
    size_t chroma_stride, chroma_size, total;
  };
  constexpr Row kRows[] = {
      {Sampling::k420, ChromaLayout::kSeparate, 64, 2048, 12288},
      {Sampling::k420, ChromaLayout::kCrCb, 128, 4096, 12288},
      {Sampling::k422, ChromaLayout::kSeparate, 64, 4096, 16384},
      {Sampling::k422, ChromaLayout::kCbCr, 128, 8192, 16384},
      {Sampling::k444, ChromaLayout::kSeparate, 128, 8192, 24576},
      {Sampling::k400, ChromaLayout::kSeparate, 0, 0, 8192},
  };
  for (const Row& row : kRows) {
    ASSERT_OK_AND_ASSIGN(const JpegGeometry geometry, JpegGeometry::Create(100, 50, row.sampling, row.layout));
    EXPECT_EQ(geometry.y_stride, 128u);
    EXPECT_EQ(geometry.y_size, 8192u);
    EXPECT_EQ(geometry.chroma_stride, row.chroma_stride);
    EXPECT_EQ(geometry.chroma_size, row.chroma_size);
    EXPECT_EQ(geometry.total, row.total);
  }
  EXPECT_STATUS(JpegGeometry::Create(0, 4, Sampling::k420, ChromaLayout::kSeparate), absl::StatusCode::kInvalidArgument,
                "0 x 4");
  EXPECT_STATUS(JpegGeometry::Create(4, kMaxJpegSide + 1, Sampling::k420, ChromaLayout::kSeparate),
                absl::StatusCode::kInvalidArgument, "32768");
}

TEST(JpegTest, DecodesTheSamplesOfTheStockLibrary) {
  for (const Sampling sampling : kSamplings) {
    for (const ChromaLayout layout : kLayouts) {
      for (const Extent& size : {Extent{16, 16}, Extent{64, 48}, Extent{61, 35}, Extent{1, 1}, Extent{130, 17}}) {
        const JpegInfo info = {size.width, size.height, sampling};
        const std::vector<uint8_t> file = Encode(Waves(info, layout, 3), 80);
        Picture decoded(info, layout);
        ASSERT_OK(DecodeJpeg(file, layout, decoded.planes()));
        const std::vector<uint8_t> stock = StockYcc(file);
        const int components = Components(info);
        int wrong = 0;
        for (int c = 0; c < components; ++c) {
          const int step_x = c > 0 && (sampling == Sampling::k420 || sampling == Sampling::k422) ? 2 : 1;
          const int step_y = c > 0 && sampling == Sampling::k420 ? 2 : 1;
          for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x) {
              const uint8_t expected = stock[static_cast<size_t>((y * size.width + x) * components + c)];
              wrong += decoded.At(c, x / step_x, y / step_y) != expected;
            }
          }
        }
        EXPECT_EQ(wrong, 0) << size.width << " x " << size.height << " sampling " << static_cast<int>(sampling);
      }
    }
  }
}

TEST(JpegTest, ARoundTripKeepsThePicture) {
  for (const Sampling sampling : kSamplings) {
    for (const ChromaLayout layout : kLayouts) {
      const JpegInfo info = {150, 90, sampling};
      Picture original = Waves(info, layout, 7);
      for (const int quality : {85, 95}) {
        Picture decoded(info, layout);
        const std::vector<uint8_t> file = Encode(original, quality);
        ASSERT_OK_AND_ASSIGN(const JpegInfo read, ReadJpegInfo(file));
        EXPECT_EQ(read.width, 150);
        EXPECT_EQ(read.height, 90);
        EXPECT_EQ(read.sampling, sampling);
        ASSERT_OK(DecodeJpeg(file, layout, decoded.planes()));
        double error = 0;
        int count = 0;
        int worst = 0;
        for (int c = 0; c < Components(info); ++c) {
          const Extent extent = ExtentOf(info, c);
          for (int y = 0; y < extent.height; ++y) {
            for (int x = 0; x < extent.width; ++x, ++count) {
              const int difference = decoded.At(c, x, y) - original.At(c, x, y);
              error += difference * difference;
              worst = std::max(worst, std::abs(difference));
            }
          }
        }
        EXPECT_GT(10 * std::log10(255.0 * 255 * count / error), 35) << "quality " << quality;
        if (quality == 95) {
          EXPECT_LE(worst, 20);
        }
      }
    }
  }
}

TEST(JpegTest, OnlyTheVisibleSamplesDecideTheFile) {
  const JpegInfo info = {37, 21, Sampling::k420};
  Picture a = Waves(info, ChromaLayout::kSeparate, 2);
  const std::vector<uint8_t> expected = Encode(a, 85);
  Picture b = a;
  const ConstPlanes planes = b.samples();
  for (int c = 0; c < 3; ++c) {
    const Extent extent = ExtentOf(info, c);
    for (size_t y = 0; y < planes[c].rows; ++y) {
      for (size_t x = 0; x < planes[c].stride; ++x) {
        const bool visible = static_cast<int>(x) < extent.width && static_cast<int>(y) < extent.height;
        if (!visible) b.At(c, static_cast<int>(x), static_cast<int>(y)) = static_cast<uint8_t>(x * 7 + y);
      }
    }
  }
  EXPECT_EQ(Encode(b, 85), expected);
  // The same samples interleaved.
  EXPECT_EQ(Encode(Waves(info, ChromaLayout::kCrCb, 2), 85), expected);
}

TEST(JpegTest, TightPlanesAreFilledAndNotLeft) {
  // No room for padding: each row is exactly the visible samples.
  const JpegInfo info = {37, 21, Sampling::k420};
  const std::vector<uint8_t> file = Encode(Waves(info, ChromaLayout::kSeparate, 2), 85);
  Picture roomy(info, ChromaLayout::kSeparate);
  ASSERT_OK(DecodeJpeg(file, ChromaLayout::kSeparate, roomy.planes()));
  std::vector<uint8_t> y(37 * 21 + 1, 0xCD), cb(19 * 11 + 1, 0xCD), cr(19 * 11 + 1, 0xCD);
  ASSERT_OK(DecodeJpeg(file, ChromaLayout::kSeparate,
                       Planes{Plane{y.data(), 37, 21}, Plane{cb.data(), 19, 11}, Plane{cr.data(), 19, 11}}));
  for (const std::vector<uint8_t>* plane : {&y, &cb, &cr}) EXPECT_EQ(plane->back(), 0xCD);
  for (int row = 0; row < 21; ++row) {
    for (int x = 0; x < 37; ++x) {
      EXPECT_EQ(y[static_cast<size_t>(row * 37 + x)], roomy.At(0, x, row));
      EXPECT_EQ(cb[static_cast<size_t>(row / 2 * 19 + x / 2)], roomy.At(1, x / 2, row / 2));
    }
  }
}

TEST(JpegTest, QuantisationFollowsTheQualityFormula) {
  // First byte of the luma table, 16 in Annex K: (16 * scale + 50) / 100, scale 5000 / q below 50, else 200 - 2 q.
  struct Row {
    int quality, step;
  };
  for (const Row& row : {Row{100, 1}, Row{85, 5}, Row{50, 16}, Row{25, 32}, Row{1, 255}, Row{0, 255}}) {
    const std::vector<uint8_t> file = Encode(Waves({16, 16, Sampling::k400}, ChromaLayout::kSeparate, 1), row.quality);
    // SOI, the JFIF segment of 18 bytes, then marker, length and number of the table.
    ASSERT_GT(file.size(), 26u);
    ASSERT_EQ(file[20], 0xFF);
    ASSERT_EQ(file[21], 0xDB);
    EXPECT_EQ(file[25], row.step) << row.quality;
  }
}

TEST(JpegTest, WhatTheChipRefusesIsRefusedByName) {
  struct Row {
    ForeignKind kind;
    const char* name;
  };
  const Row rows[] = {
      {{2, 2, 1, 1, true, false, false}, "progressive"}, {{2, 2, 1, 1, false, true, false}, "arithmetic"},
      {{1, 2, 1, 1, false, false, false}, "4:4:0"},      {{4, 1, 1, 1, false, false, false}, "4:1:1"},
      {{4, 2, 1, 1, false, false, false}, "4:1:0"},      {{1, 1, 1, 1, false, false, true}, "colour"},
  };
  for (const Row& row : rows) {
    const std::vector<uint8_t> file = ForeignJpeg(40, 30, row.kind);
    EXPECT_STATUS(ReadJpegInfo(file), absl::StatusCode::kUnimplemented, row.name);
    Picture untouched({40, 30, Sampling::k420}, ChromaLayout::kSeparate);
    EXPECT_STATUS(DecodeJpeg(file, ChromaLayout::kSeparate, untouched.planes()), absl::StatusCode::kUnimplemented,
                  row.name);
    EXPECT_EQ(untouched.memory, std::vector<uint8_t>(untouched.memory.size(), 0xCD));
    // The packed decoder takes all of them.
    std::vector<uint8_t> pixels(40 * 30 * 3);
    EXPECT_OK(DecodeJpegPacked(file, PackedFormat::kBgr, [&](const JpegInfo&) {
      return Plane{pixels.data(), 120, 30};
    }));
  }
  EXPECT_OK(ReadJpegInfo(ForeignJpeg(40, 30, ForeignKind())));
  // Factors of 2 for all components are 4:4:4 too.
  ASSERT_OK_AND_ASSIGN(const JpegInfo same, ReadJpegInfo(ForeignJpeg(40, 30, {2, 1, 2, 1, false, false, false})));
  EXPECT_EQ(same.sampling, Sampling::k444);
}

TEST(JpegTest, PackedPixelsHaveTheOrderOfTheirName) {
  const std::vector<uint8_t> file = ForeignJpeg(20, 20, {1, 1, 1, 1, true, false, true});
  struct Row {
    PackedFormat format;
    int r, g, b, a;
  };
  std::vector<uint8_t> rgb;
  for (const Row& row : {Row{PackedFormat::kRgb, 0, 1, 2, -1}, Row{PackedFormat::kBgr, 2, 1, 0, -1},
                         Row{PackedFormat::kArgb, 1, 2, 3, 0}, Row{PackedFormat::kAbgr, 3, 2, 1, 0}}) {
    const int bytes = PackedPixelBytes(row.format);
    std::vector<uint8_t> pixels(static_cast<size_t>(20 * 20 * bytes));
    ASSERT_OK(DecodeJpegPacked(file, row.format, [&](const JpegInfo& info) {
      EXPECT_EQ(info.width, 20);
      EXPECT_EQ(info.height, 20);
      return Plane{pixels.data(), static_cast<size_t>(20 * bytes), 20};
    }));
    if (row.format == PackedFormat::kRgb) rgb = pixels;
    for (int i = 0; i < 400; ++i) {
      EXPECT_EQ(pixels[static_cast<size_t>(i * bytes + row.r)], rgb[static_cast<size_t>(3 * i)]);
      EXPECT_EQ(pixels[static_cast<size_t>(i * bytes + row.g)], rgb[static_cast<size_t>(3 * i + 1)]);
      EXPECT_EQ(pixels[static_cast<size_t>(i * bytes + row.b)], rgb[static_cast<size_t>(3 * i + 2)]);
      if (row.a >= 0) {
        EXPECT_EQ(pixels[static_cast<size_t>(i * bytes + row.a)], 255);
      }
    }
  }
}

TEST(JpegTest, DamageIsDataLoss) {
  const JpegInfo info = {64, 64, Sampling::k420};
  const std::vector<uint8_t> file = Encode(Waves(info, ChromaLayout::kSeparate, 5), 85);
  Picture picture(info, ChromaLayout::kSeparate);
  const auto decode = [&](const std::vector<uint8_t>& bytes) {
    return DecodeJpeg(bytes, ChromaLayout::kSeparate, picture.planes());
  };
  EXPECT_STATUS(decode({}), absl::StatusCode::kDataLoss, "JPEG");
  EXPECT_STATUS(decode({'G', 'I', 'F', '8'}), absl::StatusCode::kDataLoss, "JPEG");
  EXPECT_STATUS(decode(std::vector<uint8_t>(file.begin(), file.begin() + 100)), absl::StatusCode::kDataLoss, "JPEG");
  EXPECT_STATUS(decode(std::vector<uint8_t>(file.begin(), file.end() - 60)), absl::StatusCode::kDataLoss, "premature");
  // Only the end marker is missing, or something follows it.
  EXPECT_OK(decode(std::vector<uint8_t>(file.begin(), file.end() - 2)));
  std::vector<uint8_t> longer = file;
  longer.insert(longer.end(), 100, 0x55);
  EXPECT_OK(decode(longer));
}

TEST(JpegTest, WrongArgumentsAreRefused) {
  const JpegInfo info = {64, 64, Sampling::k420};
  Picture picture = Waves(info, ChromaLayout::kSeparate, 5);
  const std::vector<uint8_t> file = Encode(picture, 85);
  for (const int quality : {-1, 101}) {
    EXPECT_STATUS(EncodeJpeg(info, ChromaLayout::kSeparate, picture.samples(), quality),
                  absl::StatusCode::kInvalidArgument, "0..100");
  }
  EXPECT_STATUS(EncodeJpeg({0, 64, Sampling::k420}, ChromaLayout::kSeparate, picture.samples(), 85),
                absl::StatusCode::kInvalidArgument, "0 x 64");
  Planes small = picture.planes();
  small[2].rows = 31;
  EXPECT_STATUS(DecodeJpeg(file, ChromaLayout::kSeparate, small), absl::StatusCode::kInvalidArgument, "plane 2");
  EXPECT_STATUS(EncodeJpeg(info, ChromaLayout::kSeparate, AsConst(small), 85), absl::StatusCode::kInvalidArgument,
                "31 rows");
  small = picture.planes();
  small[0].stride = 63;
  EXPECT_STATUS(DecodeJpeg(file, ChromaLayout::kSeparate, small), absl::StatusCode::kInvalidArgument, "plane 0");
  EXPECT_STATUS(DecodeJpeg(file, ChromaLayout::kSeparate, Planes()), absl::StatusCode::kInvalidArgument, "address 0");
  EXPECT_STATUS(DecodeJpeg(file, ChromaLayout::kSeparate,
                           [](const JpegInfo&) -> absl::StatusOr<Planes> {
                             return absl::ResourceExhaustedError("no memory for this picture");
                           }),
                absl::StatusCode::kResourceExhausted, "no memory");
}

}  // namespace
}  // namespace bm::decoder
