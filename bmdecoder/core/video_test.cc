// Decoding and encoding against FFmpeg's own program.
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmdecoder/core/video_encoder.h"
#include "bmdecoder/core/video_source.h"
#include "bmdecoder/testing/clips.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using testing::MakeClip;
using testing::MovingPicture;
using testing::SmallClip;
using testing::StockFrames;
using testing::TempPath;

// Appends the visible samples without padding.
void Append(const Frame& frame, std::vector<uint8_t>* bytes) {
  const SurfaceShape& shape = frame.shape;
  for (int p = 0; p < PlaneCount(Sampling::k420, shape.layout); ++p) {
    const bool pairs = p > 0 && shape.layout != ChromaLayout::kSeparate;
    const size_t columns = static_cast<size_t>(p == 0 ? shape.width : ChromaWidth(Sampling::k420, shape.width));
    const size_t rows = static_cast<size_t>(p == 0 ? shape.height : ChromaHeight(Sampling::k420, shape.height));
    for (size_t y = 0; y < rows; ++y) {
      const uint8_t* row = frame.planes[static_cast<size_t>(p)].data + y * frame.planes[static_cast<size_t>(p)].stride;
      bytes->insert(bytes->end(), row, row + columns * (pairs ? 2 : 1));
    }
  }
}

SourceOptions Options(ChromaLayout layout) {
  SourceOptions options;
  options.decoder.layout = layout;
  return options;
}

// All frames to the end.
std::vector<uint8_t> DecodeAll(const std::string& path, const SourceOptions& options, int* frames = nullptr) {
  std::vector<uint8_t> bytes;
  absl::StatusOr<std::unique_ptr<VideoSource>> source = VideoSource::Open(path, options);
  EXPECT_OK(source);
  if (!source.ok()) return bytes;
  while (true) {
    absl::StatusOr<std::shared_ptr<Frame>> frame = (*source)->Read();
    if (!frame.ok()) {
      EXPECT_STATUS(frame, absl::StatusCode::kOutOfRange, "");
      return bytes;
    }
    Append(**frame, &bytes);
    if (frames != nullptr) ++*frames;
  }
}

// Not EXPECT_EQ, which would print both.
::testing::AssertionResult Same(const std::vector<uint8_t>& a, const std::vector<uint8_t>& b) {
  if (a.size() != b.size()) return ::testing::AssertionFailure() << a.size() << " bytes, not " << b.size();
  const auto at = std::mismatch(a.begin(), a.end(), b.begin());
  if (at.first == a.end()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << "byte " << at.first - a.begin() << " differs";
}

class CodecTest : public ::testing::TestWithParam<VideoCodec> {
 protected:
  std::string Suffix() const { return GetParam() == VideoCodec::kH264 ? "h264" : "h265"; }
};

TEST_P(CodecTest, SamplesAreThoseOfTheStockDecoder) {
  const std::string path = MakeClip("stock." + Suffix() + ".mp4", SmallClip(GetParam()), 25);
  int frames = 0;
  EXPECT_TRUE(Same(DecodeAll(path, Options(ChromaLayout::kCbCr), &frames), StockFrames(path, "nv12")));
  EXPECT_EQ(frames, 25);
  EXPECT_TRUE(Same(DecodeAll(path, Options(ChromaLayout::kCrCb)), StockFrames(path, "nv21")));
  EXPECT_TRUE(Same(DecodeAll(path, Options(ChromaLayout::kSeparate)), StockFrames(path, "yuv420p")));
  SourceOptions threads = Options(ChromaLayout::kSeparate);
  threads.decoder.threads = 3;
  EXPECT_TRUE(Same(DecodeAll(path, threads), StockFrames(path, "yuv420p")));
}

TEST_P(CodecTest, LargePicturesAreThoseOfTheStockDecoder) {
  // Large enough to be written past the caches; the last columns fill no vector.
  EncoderOptions options = SmallClip(GetParam());
  options.width = 1014;
  options.height = 530;
  const std::string path = MakeClip("large." + Suffix() + ".mp4", options, 3);
  EXPECT_TRUE(Same(DecodeAll(path, Options(ChromaLayout::kCbCr)), StockFrames(path, "nv12")));
  EXPECT_TRUE(Same(DecodeAll(path, Options(ChromaLayout::kCrCb)), StockFrames(path, "nv21")));
  EXPECT_TRUE(Same(DecodeAll(path, Options(ChromaLayout::kSeparate)), StockFrames(path, "yuv420p")));
}

TEST_P(CodecTest, EncodingKeepsThePicture) {
  for (const ChromaLayout layout : {ChromaLayout::kSeparate, ChromaLayout::kCbCr, ChromaLayout::kCrCb}) {
    EncoderOptions options = SmallClip(GetParam());
    options.layout = layout;
    const std::string path = MakeClip("keep." + Suffix() + ".mkv", options, 12);
    const std::vector<uint8_t> decoded = DecodeAll(path, Options(layout));
    const size_t size = 96 * 80 * 3 / 2;
    ASSERT_EQ(decoded.size(), 12 * size);
    for (int i = 0; i < 12; ++i) {
      const std::vector<uint8_t> original = MovingPicture(96, 80, layout, i);
      double error = 0;
      for (size_t k = 0; k < size; ++k) {
        const double difference = decoded[static_cast<size_t>(i) * size + k] - original[k];
        error += difference * difference;
      }
      EXPECT_GT(10 * std::log10(255.0 * 255 * static_cast<double>(size) / error), 32) << "frame " << i;
    }
  }
}

TEST_P(CodecTest, PresetsSetTheTypesOfFrames) {
  for (const int preset : {1, 2, 4, 5}) {
    EncoderOptions options = SmallClip(GetParam());
    options.gop_preset = preset;
    options.layout = ChromaLayout::kSeparate;
    const std::string path = MakeClip("preset." + Suffix() + ".mkv", options, 20);
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSource> source, VideoSource::Open(path, SourceOptions()));
    int keys = 0;
    int b_frames = 0;
    for (int i = 0; i < 20; ++i) {
      ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> frame, source->Read());
      keys += frame->info.key;
      b_frames += frame->info.type == PictureType::kB;
      EXPECT_EQ(frame->info.key, preset == 1 || i % 10 == 0) << preset << ", frame " << i;
    }
    EXPECT_EQ(keys, preset == 1 ? 20 : 2);
    EXPECT_EQ(b_frames > 0, preset >= 4) << preset;
  }
}

TEST_P(CodecTest, SeekFindsTheFrameOfATime) {
  const std::string path = MakeClip("seek." + Suffix() + ".mp4", SmallClip(GetParam()), 40);
  const std::vector<uint8_t> all = DecodeAll(path, SourceOptions());
  const size_t size = 96 * 80 * 3 / 2;
  ASSERT_EQ(all.size(), 40 * size);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSource> source, VideoSource::Open(path, SourceOptions()));
  for (const int target : {0, 33, 7, 39, 20, 11, 0}) {
    ASSERT_OK(source->Seek(target / 25.0));
    for (int i = target; i < std::min(target + 3, 40); ++i) {
      ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> frame, source->Read());
      std::vector<uint8_t> bytes;
      Append(*frame, &bytes);
      EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), all.begin() + static_cast<std::ptrdiff_t>(size) * i))
          << "frame " << i << " after seeking to " << target;
    }
  }
  EXPECT_STATUS(source->Seek(-1), absl::StatusCode::kInvalidArgument, "-1");
  // The end can be left again.
  while (source->Read().ok()) {
  }
  EXPECT_STATUS(source->Read(), absl::StatusCode::kOutOfRange, "");
  EXPECT_STATUS(source->Read(), absl::StatusCode::kOutOfRange, "");
  ASSERT_OK(source->Seek(0));
  EXPECT_OK(source->Read());
  ASSERT_OK(source->Reopen());
  ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> first, source->Read());
  EXPECT_TRUE(first->info.key);
}

INSTANTIATE_TEST_SUITE_P(Codecs, CodecTest, ::testing::Values(VideoCodec::kH264, VideoCodec::kH265));

TEST(VideoSourceTest, TellsWhatTheContainerSays) {
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  options.rate_numerator = 30000;
  options.rate_denominator = 1001;
  const std::string path = MakeClip("info.mp4", options, 30);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSource> source, VideoSource::Open(path, SourceOptions()));
  EXPECT_EQ(source->info().width, 96);
  EXPECT_EQ(source->info().height, 80);
  EXPECT_NEAR(source->info().frames_per_second, 29.97, 0.01);
  EXPECT_EQ(source->info().frame_count, 30);
  EXPECT_NEAR(source->info().duration, 1.0, 0.05);
  EXPECT_EQ(source->info().codec, "h264");
  double last = -1;
  for (int i = 0; i < 30; ++i) {
    ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> frame, source->Read());
    const double time = static_cast<double>(frame->info.pts) * source->info().time_base_numerator /
                        source->info().time_base_denominator;
    EXPECT_GT(time, last);
    if (i > 0) {
      EXPECT_NEAR(time - last, 1001 / 30000.0, 1e-4);
    }
    last = time;
  }
}

TEST(VideoSourceTest, SurfacesHaveTheChipsGeometry) {
  // 1918 x 1078: coded in whole macroblocks of 16.
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  options.width = 1918;
  options.height = 1078;
  const std::string path = MakeClip("geometry.mp4", options, 1);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSource> nv12, VideoSource::Open(path, SourceOptions()));
  ASSERT_OK_AND_ASSIGN(std::shared_ptr<Frame> frame, nv12->Read());
  EXPECT_EQ(frame->shape.width, 1918);
  EXPECT_EQ(frame->shape.height, 1078);
  EXPECT_EQ(frame->shape.coded_width, 1920);
  EXPECT_EQ(frame->shape.coded_height, 1088);
  EXPECT_EQ(frame->planes[0].stride, 1920u);
  EXPECT_EQ(frame->planes[1].stride, 1920u);
  EXPECT_EQ(frame->addresses[1], frame->addresses[0] + 1920 * 1088);
  EXPECT_EQ(frame->addresses[2], 0u);
  EXPECT_EQ(frame->memory.size, 1920u * 1088 * 3 / 2);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSource> planar,
                       VideoSource::Open(path, Options(ChromaLayout::kSeparate)));
  ASSERT_OK_AND_ASSIGN(frame, planar->Read());
  EXPECT_EQ(frame->planes[1].stride, 960u);
  EXPECT_EQ(frame->addresses[1], frame->addresses[0] + 1920 * 1088);
  EXPECT_EQ(frame->addresses[2], frame->addresses[1] + 960 * 544);
  // The device has the bytes, too.
  std::vector<uint8_t> bytes(frame->memory.size);
  ASSERT_EQ(bm_memcpy_d2s(frame->handle, bytes.data(), frame->memory), BM_SUCCESS);
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.begin() + 1918, frame->planes[0].data));
}

TEST(VideoSourceTest, FramesOutliveTheSourceAndLimitIt) {
  const std::string path = MakeClip("held.mp4", SmallClip(VideoCodec::kH264), 12);
  SourceOptions options;
  options.decoder.max_frames = 3;
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<VideoSource> source, VideoSource::Open(path, options));
  std::vector<std::shared_ptr<Frame>> held;
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(std::shared_ptr<Frame> frame, source->Read());
    held.push_back(std::move(frame));
  }
  std::vector<uint8_t> before;
  Append(*held[1], &before);
  EXPECT_STATUS(source->Read(), absl::StatusCode::kResourceExhausted, "3 frames");
  EXPECT_STATUS(source->Read(), absl::StatusCode::kResourceExhausted, "3 frames");
  const int64_t last = held[2]->info.pts;
  held.pop_back();
  // Nothing was lost.
  ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> next, source->Read());
  EXPECT_EQ(next->info.pts - last, last - held[1]->info.pts);
  source.reset();
  std::vector<uint8_t> after;
  Append(*held[1], &after);
  EXPECT_EQ(before, after);
}

TEST(VideoSourceTest, FramesCanBeDropped) {
  const std::string path = MakeClip("drop.mp4", SmallClip(VideoCodec::kH264), 40);
  int counts[3] = {};
  for (const FrameDrop drop : {FrameDrop::kNone, FrameDrop::kNonReference, FrameDrop::kNonIntra}) {
    SourceOptions options;
    options.decoder.drop = drop;
    DecodeAll(path, options, &counts[static_cast<int>(drop)]);
  }
  EXPECT_EQ(counts[0], 40);
  EXPECT_LT(counts[1], 40);
  EXPECT_GT(counts[1], 4);
  EXPECT_EQ(counts[2], 4);
}

TEST(VideoSourceTest, OtherCodecsAndFormatsAreConverted) {
  struct Row {
    const char* name;
    std::vector<std::string> arguments;
    // Largest difference from the program's own conversion.
    int tolerance;
    // For the program, so that the range of the samples is kept.
    const char* format = "yuv420p";
  };
  const Row rows[] = {
      {"mjpeg.avi", {"-c:v", "mjpeg", "-pix_fmt", "yuvj420p"}, 0, "yuvj420p"},
      {"mpeg4.mp4", {"-c:v", "mpeg4"}, 0},
      {"vp8.webm", {"-c:v", "libvpx", "-deadline", "realtime"}, 0},
      {"vp9.webm", {"-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-deadline", "realtime", "-cpu-used", "8"}, 0},
      // Ten bits are shifted down; the program dithers.
      {"ten.mkv", {"-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=error"}, 1},
      {"four.mkv", {"-c:v", "ffv1", "-pix_fmt", "yuv422p"}, 2},
      {"grey.mkv", {"-c:v", "ffv1", "-pix_fmt", "gray"}, 0, "yuvj420p"},
  };
  for (const Row& row : rows) {
    const std::string path = TempPath(row.name);
    std::vector<std::string> command = {"ffmpeg", "-y",    "-loglevel", "error",
                                        "-f",     "lavfi", "-i",        "testsrc=size=98x66:rate=10:duration=0.6"};
    command.insert(command.end(), row.arguments.begin(), row.arguments.end());
    command.push_back(path);
    ASSERT_EQ(testing::Program(command).Wait(), 0) << row.name;
    const std::vector<uint8_t> ours = DecodeAll(path, Options(ChromaLayout::kSeparate));
    const std::vector<uint8_t> stock = StockFrames(path, row.format);
    ASSERT_EQ(ours.size(), stock.size()) << row.name;
    ASSERT_EQ(ours.size(), 6u * 98 * 66 * 3 / 2) << row.name;
    int worst = 0;
    for (size_t i = 0; i < ours.size(); ++i) worst = std::max(worst, std::abs(ours[i] - stock[i]));
    EXPECT_LE(worst, row.tolerance) << row.name;
  }
}

TEST(VideoSourceTest, WhatCannotBeOpenedIsNamed) {
  EXPECT_STATUS(VideoSource::Open(TempPath("absent.mp4"), SourceOptions()), absl::StatusCode::kNotFound,
                "absent.mp4: failed to open input file");
  const std::string text = TempPath("text.mp4");
  testing::WriteBytes(text, std::vector<uint8_t>(3000, 'x'));
  EXPECT_STATUS(VideoSource::Open(text, SourceOptions()), absl::StatusCode::kDataLoss, "text.mp4");
  SourceOptions options;
  options.format = "no such format";
  EXPECT_STATUS(VideoSource::Open(text, options), absl::StatusCode::kInvalidArgument, "no such format");
  options = SourceOptions();
  options.decoder.device = 99;
  const std::string good = MakeClip("good.mp4", SmallClip(VideoCodec::kH264), 2);
  EXPECT_STATUS(VideoSource::Open(good, options), absl::StatusCode::kNotFound, "device 99");
  // Sound only.
  const std::string sound = TempPath("sound.wav");
  ASSERT_EQ(
      testing::Program({"ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i", "sine=duration=0.1", sound}).Wait(),
      0);
  EXPECT_STATUS(VideoSource::Open(sound, SourceOptions()), absl::StatusCode::kNotFound, "video stream");
  // Interrupted sources stay so.
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSource> source, VideoSource::Open(good, SourceOptions()));
  source->Interrupt();
  EXPECT_STATUS(source->Read(), absl::StatusCode::kCancelled, "interrupted");
}

TEST(VideoEncoderTest, OptionsOutOfRangeAreRefused) {
  const auto refused = [](void (*change)(EncoderOptions*), const char* part) {
    EncoderOptions options = SmallClip(VideoCodec::kH264);
    change(&options);
    EXPECT_STATUS(VideoEncoder::Create(options), absl::StatusCode::kInvalidArgument, part);
  };
  refused([](EncoderOptions* o) { o->width = 8; }, "width is 8");
  refused([](EncoderOptions* o) { o->height = 81; }, "even");
  refused([](EncoderOptions* o) { o->qp = 52; }, "qp is 52");
  refused([](EncoderOptions* o) { o->gop = 0; }, "gop is 0");
  refused([](EncoderOptions* o) { o->gop_preset = 9; }, "1..8");
  refused([](EncoderOptions* o) { o->rate_denominator = 0; }, "frame rate");
  refused([](EncoderOptions* o) { o->bitrate = -1; }, "bit rate");
  refused([](EncoderOptions* o) { o->unit_denominator = 90000; }, "time unit's numerator is 0");
  refused([](EncoderOptions* o) { o->max_qp = 52; }, "max_qp is 52");
  refused([](EncoderOptions* o) { o->min_qp = 30, o->max_qp = 20; }, "min_qp is 30: must be 0..20");
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoEncoder> encoder, VideoEncoder::Create(SmallClip(VideoCodec::kH264)));
  EXPECT_STATUS(encoder->Encode(ConstPlanes(), 0), absl::StatusCode::kInvalidArgument, "plane 0");
  EXPECT_OK(encoder->Finish());
  const std::vector<uint8_t> picture = MovingPicture(96, 80, ChromaLayout::kCbCr, 0);
  EXPECT_STATUS(encoder->Encode(testing::PlanesOf(picture, 96, 80, ChromaLayout::kCbCr), 0),
                absl::StatusCode::kOutOfRange, "encoding");
  EXPECT_FALSE(VideoSink::Open("/no/such/directory/x.mp4", SmallClip(VideoCodec::kH264)).ok());
}

TEST(VideoEncoderTest, TimestampsCountInTheGivenUnitAndKeyFramesComeOnDemand) {
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  options.gop_preset = 2;
  options.unit_numerator = 1;
  options.unit_denominator = 90000;
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoEncoder> encoder, VideoEncoder::Create(options));
  std::vector<EncodedPacket> packets;
  for (int i = 0; i < 8; ++i) {
    const std::vector<uint8_t> picture = MovingPicture(96, 80, ChromaLayout::kCbCr, i);
    ASSERT_OK_AND_ASSIGN(const std::vector<EncodedPacket> ready,
                         encoder->Encode(testing::PlanesOf(picture, 96, 80, ChromaLayout::kCbCr), 3600 * i + 7,
                                         i == 5 ? FrameKind::kKey : FrameKind::kAny));
    packets.insert(packets.end(), ready.begin(), ready.end());
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<EncodedPacket> rest, encoder->Finish());
  packets.insert(packets.end(), rest.begin(), rest.end());
  ASSERT_EQ(packets.size(), 8u);
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(packets[i].pts, static_cast<int64_t>(3600 * i + 7));
    EXPECT_EQ(packets[i].key, i == 0 || i == 5) << i;
  }
}

TEST(VideoEncoderTest, DelayIsThatOfTheBFrames) {
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoEncoder> three, VideoEncoder::Create(options));
  EXPECT_GT(three->delay(), 0);
  options.gop_preset = 2;
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoEncoder> none, VideoEncoder::Create(options));
  EXPECT_EQ(none->delay(), 0);
}

TEST(VideoEncoderTest, ColoursAreWrittenIntoTheStream) {
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  options.color_primaries = 1;
  options.color_transfer = 6;
  options.color_space = 5;
  options.full_range = true;
  const std::string path = MakeClip("colours.mp4", options, 2);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSource> source, VideoSource::Open(path, SourceOptions()));
  ASSERT_OK_AND_ASSIGN(const std::shared_ptr<Frame> frame, source->Read());
  EXPECT_EQ(frame->info.color_primaries, 1);
  EXPECT_EQ(frame->info.color_transfer, 6);
  EXPECT_EQ(frame->info.color_space, 5);
  EXPECT_TRUE(frame->info.full_range);
}

TEST(VideoEncoderTest, QuantisersStayWithinTheirLimits) {
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  options.qp = -1;
  options.bitrate = 1000000;
  const size_t free = testing::MakeStream(options, 20).size();
  options.min_qp = 45;
  options.max_qp = 51;
  EXPECT_LT(testing::MakeStream(options, 20).size(), free / 3);
}

TEST(VideoEncoderTest, BitRateIsKept) {
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  options.qp = -1;
  options.width = 320;
  options.height = 240;
  for (const int64_t bitrate : {100000, 400000}) {
    options.bitrate = bitrate;
    const double seconds = 4;
    const size_t bytes = testing::MakeStream(options, 100).size();
    EXPECT_LT(static_cast<double>(bytes) * 8 / seconds, 1.4 * static_cast<double>(bitrate));
  }
}

}  // namespace
}  // namespace bm::decoder
