// Damaged JPEG files: whatever the bytes are, decoding ends soon with a picture or a status that says JPEG.
//
// BM_DAMAGE_SEEDS sets the number of random cases (default 2000).
#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "base/testing/read_limits.h"
#include "base/testing/status_matchers.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/jpeg/testing/pictures.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

int Seeds() {
  const char* text = std::getenv("BM_DAMAGE_SEEDS");
  int seeds;
  return text != nullptr && absl::SimpleAtoi(text, &seeds) ? seeds : 2000;
}

// Decodes in both ways; memory is refused where a header asks for more than 1 MiB of a file of a few KiB.
class Decoding {
 public:
  void Run(const std::vector<uint8_t>& file) {
    reads_.Read(file.size(), [&] { DecodePlanes(file); });
    reads_.Read(file.size(), [&] { DecodePacked(file); });
  }

  int decoded = 0;
  int refused = 0;

 private:
  static constexpr size_t kLimit = 1 << 20;

  void DecodePlanes(const std::vector<uint8_t>& file) {
    Check(DecodeJpeg(file, ChromaLayout::kCbCr, [&](const JpegInfo& info) -> absl::StatusOr<Planes> {
      const JpegGeometry geometry =
          JpegGeometry::Create(info.width, info.height, info.sampling, ChromaLayout::kCbCr).value();
      if (geometry.total > kLimit) return absl::ResourceExhaustedError("JPEG: too large for this test");
      memory_.assign(geometry.total, 0);
      return geometry.At(memory_.data());
    }));
  }

  void DecodePacked(const std::vector<uint8_t>& file) {
    Check(DecodeJpegPacked(file, PackedFormat::kBgr, [&](const JpegInfo& info) -> absl::StatusOr<Plane> {
      const size_t stride = static_cast<size_t>(info.width) * 3;
      const size_t total = stride * static_cast<size_t>(info.height);
      if (total > kLimit) return absl::ResourceExhaustedError("JPEG: too large for this test");
      memory_.assign(total, 0);
      return Plane{memory_.data(), stride, static_cast<size_t>(info.height)};
    }));
  }

  void Check(const absl::StatusOr<JpegInfo>& result) {
    ++(result.ok() ? decoded : refused);
    if (!result.ok()) {
      EXPECT_TRUE(absl::StrContains(result.status().message(), "JPEG")) << result.status();
    }
  }

  std::vector<uint8_t> memory_;
  bm::testing::ManyReads reads_;
};

std::vector<std::vector<uint8_t>> Originals() {
  std::vector<std::vector<uint8_t>> files;
  for (const Sampling sampling : {Sampling::k420, Sampling::k444, Sampling::k400}) {
    const testing::Picture picture = testing::Waves({45, 37, sampling}, ChromaLayout::kSeparate, 9);
    files.push_back(EncodeJpeg(picture.info, picture.layout, picture.samples(), 60).value());
  }
  files.push_back(testing::ForeignJpeg(45, 37, {2, 2, 1, 1, true, false, false}));
  return files;
}

TEST(DamageTest, FilesMayEndAnywhere) {
  Decoding decoding;
  for (const std::vector<uint8_t>& file : Originals()) {
    for (size_t size = 0; size < file.size(); size += size < 700 ? 3 : 31) {
      decoding.Run(std::vector<uint8_t>(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }
  EXPECT_GT(decoding.refused, decoding.decoded);
}

TEST(DamageTest, RandomBytesMayChange) {
  const std::vector<std::vector<uint8_t>> originals = Originals();
  Decoding decoding;
  for (int seed = 0; seed < Seeds(); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    std::vector<uint8_t> file = originals[static_cast<size_t>(seed) % originals.size()];
    // Half of the cases hit the headers.
    const size_t limit = seed / 4 % 2 == 0 ? file.size() : std::min<size_t>(file.size(), 650);
    for (unsigned changes = 1 + random() % 5; changes > 0; --changes) {
      file[random() % limit] ^= static_cast<uint8_t>(1u << random() % 8);
    }
    decoding.Run(file);
  }
  EXPECT_GT(decoding.decoded, 0);
  EXPECT_GT(decoding.refused, 0);
}

}  // namespace
}  // namespace bm::decoder
