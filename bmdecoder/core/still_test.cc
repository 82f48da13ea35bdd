// PNG and BMP against the program ffmpeg, and damaged files.
#include "bmdecoder/core/still.h"

#include <random>

#include "base/testing/status_matchers.h"
#include "bmdecoder/testing/clips.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Noise(size_t count) {
  std::mt19937 random(7);
  Bytes bytes(count);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

struct Picture {
  StillSize size;
  Bytes pixels;
};

absl::StatusOr<Picture> Decode(const Bytes& bytes, size_t gap = 0) {
  Picture picture;
  absl::StatusOr<StillSize> decoded = DecodeStill(bytes, [&](const StillSize& size) -> absl::StatusOr<Plane> {
    const size_t stride = static_cast<size_t>(size.width) * 3 + gap;
    picture.size = size;
    picture.pixels.assign(stride * static_cast<size_t>(size.height), 0);
    return Plane{picture.pixels.data(), stride, static_cast<size_t>(size.height)};
  });
  if (!decoded.ok()) return decoded.status();
  EXPECT_EQ(decoded->width, picture.size.width);
  return picture;
}

absl::StatusOr<Bytes> Encode(StillFormat format, int width, int height, const Bytes& pixels) {
  return EncodeStill(format, width, height,
                     {pixels.data(), static_cast<size_t>(width) * 3, static_cast<size_t>(height)});
}

struct Case {
  StillFormat format;
  const char* name;
};

class StillTest : public ::testing::TestWithParam<Case> {};

TEST_P(StillTest, RoundTripsAndAgreesWithTheStockProgram) {
  for (const auto& [width, height] : {std::pair(1, 1), {3, 2}, {17, 5}, {64, 33}}) {
    const Bytes pixels = Noise(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
    const absl::StatusOr<Bytes> file = Encode(GetParam().format, width, height, pixels);
    ASSERT_OK(file);
    const absl::StatusOr<Picture> picture = Decode(*file);
    ASSERT_OK(picture);
    EXPECT_EQ(picture->size.width, width);
    EXPECT_EQ(picture->size.height, height);
    EXPECT_EQ(picture->pixels, pixels) << width << " x " << height;
    const std::string path = testing::TempPath(GetParam().name);
    testing::WriteBytes(path, *file);
    EXPECT_EQ(testing::StockFrames(path, "bgr24"), pixels) << width << " x " << height;
  }
}

// Every byte is read, so a file that ends early or that differs where it counts is refused.
TEST_P(StillTest, RefusesTruncatedFiles) {
  const Bytes file = *Encode(GetParam().format, 9, 7, Noise(9 * 7 * 3));
  for (size_t size = 0; size + 12 < file.size(); ++size) {
    EXPECT_FALSE(Decode(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size))).ok()) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, StillTest,
                         ::testing::Values(Case{StillFormat::kPng, "still.png"}, Case{StillFormat::kBmp, "still.bmp"}),
                         [](const auto& info) { return info.param.format == StillFormat::kPng ? "Png" : "Bmp"; });

// A ramp as the stock program writes it in other pixel formats.
Bytes StockPng(const std::string& pixel_format) {
  const Bytes ramp = [] {
    Bytes bytes(256);
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i);
    return bytes;
  }();
  const std::string raw = testing::TempPath("ramp.raw"), path = testing::TempPath("ramp_" + pixel_format + ".png");
  testing::WriteBytes(raw, ramp);
  testing::Program program({"ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "16x16",
                            "-i", raw, "-pix_fmt", pixel_format, "-frames:v", "1", path});
  EXPECT_EQ(program.Wait(), 0) << pixel_format;
  return testing::ReadBytes(path);
}

TEST(StillVariantsTest, GreyTransparencyAndSixteenBits) {
  for (const auto& [format, tolerance] :
       {std::pair("gray", 0), {"rgba", 0}, {"ya8", 0}, {"rgb48be", 1}, {"gray16be", 1}}) {
    const absl::StatusOr<Picture> picture = Decode(StockPng(format), /*gap=*/5);
    ASSERT_OK(picture) << format;
    for (int i = 0; i < 256; ++i) {
      const uint8_t* const pixel = &picture->pixels[static_cast<size_t>(i / 16 * (48 + 5) + i % 16 * 3)];
      for (int c = 0; c < 3; ++c) ASSERT_NEAR(pixel[c], i, tolerance) << format << ", byte " << c;
    }
  }
}

TEST(StillVariantsTest, RefusesBadArguments) {
  const Bytes pixels = Noise(12);
  EXPECT_FALSE(Encode(StillFormat::kPng, 0, 2, pixels).ok());
  EXPECT_FALSE(EncodeStill(StillFormat::kPng, 2, 2, {pixels.data(), 5, 2}).ok());
  EXPECT_FALSE(EncodeStill(StillFormat::kBmp, 2, 2, {nullptr, 6, 2}).ok());
  EXPECT_FALSE(Decode(Noise(100)).ok());
  const Bytes file = *Encode(StillFormat::kPng, 2, 2, pixels);
  const auto refuse = [](const StillSize&) -> absl::StatusOr<Plane> { return absl::ResourceExhaustedError("full"); };
  EXPECT_EQ(DecodeStill(file, refuse).status().message(), "full");
  Bytes small(5);
  EXPECT_FALSE(DecodeStill(file, [&](const StillSize&) { return Plane{small.data(), 5, 1}; }).ok());
  Bytes damaged = file;
  damaged[damaged.size() / 2] ^= 0x10;  // in the compressed pixels, which a checksum covers
  EXPECT_FALSE(Decode(damaged).ok());
}

}  // namespace
}  // namespace bm::decoder
