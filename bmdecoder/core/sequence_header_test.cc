// Sequence headers of streams of many kinds, against what the program ffprobe reads in them.
#include "bmdecoder/core/sequence_header.h"

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/testing/status_matchers.h"
#include "bmdecoder/testing/clips.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using Words = std::vector<std::string>;

// Encodes half a second of ten frames a second.
std::string Encode(const std::string& name, const std::string& size, const Words& options) {
  const std::string path = testing::TempPath(name);
  Words command = {"ffmpeg", "-y",    "-loglevel", "error",
                   "-f",     "lavfi", "-i",        absl::StrCat("testsrc=size=", size, ":rate=10:duration=0.5")};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(path);
  EXPECT_EQ(testing::Program(command).Wait(), 0) << name;
  return path;
}

// What ffprobe says, by name.
std::map<std::string, std::string> Probe(const std::string& path) {
  const std::string output = path + ".probe";
  testing::Program program({"ffprobe", "-v", "error", "-bitexact", "-show_streams", "-of", "default=noprint_wrappers=1",
                            "-o", output, path});
  EXPECT_EQ(program.Wait(), 0);
  const std::vector<uint8_t> bytes = testing::ReadBytes(output);
  std::map<std::string, std::string> entries;
  for (const auto& line : absl::StrSplit(std::string(bytes.begin(), bytes.end()), '\n')) {
    entries.insert(std::pair<std::string, std::string>(absl::StrSplit(line, absl::MaxSplits('=', 1))));
  }
  return entries;
}

absl::StatusOr<SequenceHeader> HeaderOf(VideoCodec codec, const std::vector<uint8_t>& stream) {
  return ParseSequenceHeader(codec, FindSequenceHeader(codec, stream));
}

struct Row {
  const char* name;
  VideoCodec codec;
  const char* size;
  Words options;
  int chroma_format;
  int depth;
};

class StreamTest : public ::testing::TestWithParam<Row> {};

TEST_P(StreamTest, SaysWhatTheStockProgramReads) {
  const Row& row = GetParam();
  const bool is_264 = row.codec == VideoCodec::kH264;
  Words options = {"-c:v", is_264 ? "libx264" : "libx265", "-x265-params", "log-level=error"};
  options.insert(options.end(), row.options.begin(), row.options.end());
  const std::string path = Encode(absl::StrCat(row.name, is_264 ? ".264" : ".265"), row.size, options);
  std::map<std::string, std::string> stock = Probe(path);
  const auto number = [&](const char* name) { return std::atoi(stock[name].c_str()); };
  ASSERT_OK_AND_ASSIGN(const SequenceHeader header, HeaderOf(row.codec, testing::ReadBytes(path)));
  EXPECT_EQ(header.coded_width - header.crop_left - header.crop_right, number("width"));
  EXPECT_EQ(header.coded_height - header.crop_top - header.crop_bottom, number("height"));
  // ffprobe's coded size of H.264 is without the crop.
  const int block = is_264 ? 16 : 8;
  EXPECT_EQ(header.coded_width, (number("width") + block - 1) / block * block);
  EXPECT_EQ(header.coded_height % block, 0);
  // ffprobe adds bits for the constraints.
  EXPECT_EQ(header.profile, number("profile") & 255);
  EXPECT_EQ(header.level, number("level"));
  EXPECT_EQ(header.reordering, number("has_b_frames"));
  EXPECT_EQ(header.chroma_format, row.chroma_format);
  EXPECT_EQ(header.luma_depth, row.depth);
  EXPECT_EQ(header.chroma_depth, row.depth);
  ASSERT_GT(header.rate_denominator, 0);
  EXPECT_EQ(absl::StrCat(header.rate_numerator / header.rate_denominator, "/1"), stock["r_frame_rate"]);
  EXPECT_EQ(header.aspect == 255 ? absl::StrCat(header.aspect_width, ":", header.aspect_height) : "1:1",
            stock["sample_aspect_ratio"]);
  if (is_264) {
    EXPECT_EQ(header.interlaced, stock["field_order"] == "progressive" ? 0 : 1);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Streams, StreamTest,
    ::testing::Values(
        Row{"plain", VideoCodec::kH264, "320x240", {"-pix_fmt", "yuv420p"}, 1, 8},
        Row{"baseline", VideoCodec::kH264, "98x66", {"-pix_fmt", "yuv420p", "-profile:v", "baseline"}, 1, 8},
        Row{"main", VideoCodec::kH264, "98x70", {"-pix_fmt", "yuv420p", "-profile:v", "main", "-refs", "5"}, 1, 8},
        Row{"ten", VideoCodec::kH264, "160x96", {"-pix_fmt", "yuv420p10le"}, 1, 10},
        Row{"wide", VideoCodec::kH264, "98x66", {"-pix_fmt", "yuv422p"}, 2, 8},
        Row{"full", VideoCodec::kH264, "97x65", {"-pix_fmt", "yuv444p"}, 3, 8},
        Row{"fields", VideoCodec::kH264, "98x68", {"-pix_fmt", "yuv420p", "-flags", "+ilme+ildct"}, 1, 8},
        Row{"lists",
            VideoCodec::kH264,
            "98x66",
            {"-pix_fmt", "yuv420p", "-x264-params", "cqm=jvt:nal-hrd=vbr:vbv-maxrate=1000:vbv-bufsize=1000"},
            1,
            8},
        Row{"aspect",
            VideoCodec::kH264,
            "98x66",
            {"-pix_fmt", "yuv420p", "-vf", "setsar=7/5", "-colorspace", "bt709", "-bf", "3", "-b_strategy", "0"},
            1,
            8},
        Row{"plain", VideoCodec::kH265, "320x240", {"-pix_fmt", "yuv420p"}, 1, 8},
        Row{"ten", VideoCodec::kH265, "98x66", {"-pix_fmt", "yuv420p10le"}, 1, 10},
        Row{"wide", VideoCodec::kH265, "98x66", {"-pix_fmt", "yuv422p10le"}, 2, 10},
        Row{"full", VideoCodec::kH265, "98x66", {"-pix_fmt", "yuv444p"}, 3, 8},
        Row{"lists",
            VideoCodec::kH265,
            "104x72",
            {"-pix_fmt", "yuv420p", "-x265-params", "log-level=error:scaling-list=default:bframes=8:ref=5"},
            1,
            8},
        Row{"aspect",
            VideoCodec::kH265,
            "98x66",
            {"-pix_fmt", "yuv420p", "-vf", "setsar=7/5", "-x265-params",
             "log-level=error:temporal-layers=1:level-idc=5.1:high-tier=1"},
            1,
            8}),
    [](const ::testing::TestParamInfo<Row>& row) {
      return absl::StrCat(row.param.name, row.param.codec == VideoCodec::kH264 ? "264" : "265");
    });

// Writes the elements of a parameter set.
class BitWriter {
 public:
  BitWriter& Bits(uint32_t value, int count) {
    for (int i = count - 1; i >= 0; --i) {
      if (used_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() |= static_cast<uint8_t>((value >> i & 1) << (7 - used_ % 8));
      ++used_;
    }
    return *this;
  }
  BitWriter& Unsigned(uint32_t value) {
    int bits = 0;
    while ((value + 1) >> (bits + 1) != 0) ++bits;
    return Bits(0, bits).Bits(value + 1, bits + 1);
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
  size_t used_ = 0;
};

// Baseline without VUI.
std::vector<uint8_t> Baseline(uint32_t level, uint32_t columns, uint32_t rows) {
  BitWriter bits;
  bits.Bits(0x67, 8).Bits(66, 8).Bits(0, 8).Bits(level, 8).Unsigned(0).Unsigned(0).Unsigned(2).Unsigned(1).Bits(0, 1);
  bits.Unsigned(columns - 1).Unsigned(rows - 1).Bits(1, 1).Bits(0, 1).Bits(0, 1).Bits(0, 1).Bits(1, 1);
  return bits.bytes();
}

TEST(SequenceHeaderTest, TheLevelLimitsBuffersThatTheStreamDoesNotTell) {
  // Table A-1: level 3.1 has 18000 macroblocks, 5 frames of 80 x 45.
  ASSERT_OK_AND_ASSIGN(SequenceHeader header, ParseSequenceHeader(VideoCodec::kH264, Baseline(31, 80, 45)));
  EXPECT_EQ(header.coded_width, 1280);
  EXPECT_EQ(header.coded_height, 720);
  EXPECT_EQ(header.references, 1);
  EXPECT_EQ(header.frame_buffers, 5);
  EXPECT_EQ(header.reordering, 5);
  EXPECT_EQ(header.rate_denominator, 0);
  // At most 16.
  ASSERT_OK_AND_ASSIGN(header, ParseSequenceHeader(VideoCodec::kH264, Baseline(51, 11, 9)));
  EXPECT_EQ(header.frame_buffers, 16);
  ASSERT_OK_AND_ASSIGN(header, ParseSequenceHeader(VideoCodec::kH264, Baseline(10, 11, 9)));
  EXPECT_EQ(header.frame_buffers, 4);
}

TEST(SequenceHeaderTest, SetsAreFoundInFrontOfTheFirstPictureOnly) {
  const std::vector<uint8_t> set = Baseline(31, 80, 45);
  std::vector<uint8_t> stream = {0, 0, 0, 1, 0x09, 0x10, 0, 0, 1};
  stream.insert(stream.end(), set.begin(), set.end());
  EXPECT_EQ(FindSequenceHeader(VideoCodec::kH264, stream).size(), set.size());
  const std::vector<uint8_t> slice = {0, 0, 1, 0x65, 0x88};
  stream.insert(stream.end(), slice.begin(), slice.end());
  EXPECT_EQ(FindSequenceHeader(VideoCodec::kH264, stream).size(), set.size());
  stream.insert(stream.begin(), slice.begin(), slice.end());
  EXPECT_TRUE(FindSequenceHeader(VideoCodec::kH264, stream).empty());
  EXPECT_TRUE(FindSequenceHeader(VideoCodec::kH264, {}).empty());
}

TEST(SequenceHeaderTest, WhatIsMissingOrImpossibleIsNamed) {
  const std::vector<uint8_t> set = Baseline(31, 80, 45);
  for (size_t size = 0; size < set.size(); ++size) {
    EXPECT_STATUS(ParseSequenceHeader(VideoCodec::kH264, {set.data(), size}), absl::StatusCode::kDataLoss,
                  "sequence header");
  }
  EXPECT_STATUS(ParseSequenceHeader(VideoCodec::kH265, set), absl::StatusCode::kDataLoss, "type 51");
  EXPECT_STATUS(ParseSequenceHeader(VideoCodec::kH264, Baseline(31, 513, 45)), absl::StatusCode::kDataLoss,
                "the coded width is 8208: must be 16..8192");
}

}  // namespace
}  // namespace bm::decoder
