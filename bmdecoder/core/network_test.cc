// Sources and sinks over loopback; the other end is a program of the system.
#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/testing/status_matchers.h"
#include "bmdecoder/core/video_encoder.h"
#include "bmdecoder/core/video_source.h"
#include "bmdecoder/testing/clips.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using testing::MakeClip;
using testing::SmallClip;

using Bytes = std::vector<uint8_t>;

Bytes Samples(const Frame& frame) {
  Bytes bytes;
  for (size_t p = 0; p < 2; ++p) {
    const size_t rows = static_cast<size_t>(p == 0 ? frame.shape.height : frame.shape.height / 2);
    for (size_t y = 0; y < rows; ++y) {
      const uint8_t* row = frame.planes[p].data + y * frame.planes[p].stride;
      bytes.insert(bytes.end(), row, row + frame.shape.width);
    }
  }
  return bytes;
}

// The samples of up to `limit` frames.
std::vector<Bytes> ReadFrames(VideoSource* source, size_t limit) {
  std::vector<Bytes> frames;
  while (frames.size() < limit) {
    const absl::StatusOr<std::shared_ptr<Frame>> frame = source->Read();
    if (!frame.ok()) {
      EXPECT_STATUS(frame, absl::StatusCode::kOutOfRange, "");
      break;
    }
    frames.push_back(Samples(**frame));
  }
  return frames;
}

std::vector<Bytes> FramesOf(const std::string& path) {
  absl::StatusOr<std::unique_ptr<VideoSource>> source = VideoSource::Open(path, SourceOptions());
  EXPECT_OK(source);
  return source.ok() ? ReadFrames(source->get(), 1000) : std::vector<Bytes>();
}

TEST(NetworkTest, FilesComeOverHttp) {
  const std::string path = MakeClip("http.mp4", SmallClip(VideoCodec::kH264), 25);
  const int port = testing::FreePort();
  testing::Program server({"python3", "-m", "http.server", absl::StrCat(port), "--bind", "127.0.0.1", "--directory",
                           path.substr(0, path.rfind('/'))});
  ASSERT_TRUE(testing::WaitForListener(port));
  const std::string address = absl::StrCat("http://127.0.0.1:", port, "/");
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSource> source,
                       VideoSource::Open(address + "http.mp4", SourceOptions()));
  EXPECT_EQ(source->info().frame_count, 25);
  const std::vector<Bytes> frames = ReadFrames(source.get(), 1000);
  EXPECT_EQ(frames.size(), 25u);
  EXPECT_TRUE(frames == FramesOf(path));
  // Connected anew it starts again.
  ASSERT_OK(source->Reopen());
  EXPECT_TRUE(ReadFrames(source.get(), 3) == std::vector<Bytes>(frames.begin(), frames.begin() + 3));
  EXPECT_FALSE(VideoSource::Open(address + "absent.mp4", SourceOptions()).ok());
}

TEST(NetworkTest, ServersThatAreNotThereAreNamed) {
  const std::string address = absl::StrCat("rtsp://127.0.0.1:", testing::FreePort(), "/street");
  const auto source = VideoSource::Open(address, SourceOptions());
  ASSERT_FALSE(source.ok());
  EXPECT_TRUE(absl::StrContains(source.status().message(), address)) << source.status();
}

TEST(NetworkTest, StreamsComeOverRtsp) {
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  options.gop_preset = 2;
  const std::string path = MakeClip("rtsp.mp4", options, 50);
  const int port = testing::FreePort();
  const std::string address = absl::StrCat("rtsp://127.0.0.1:", port, "/street");
  SourceOptions listening;
  listening.demuxer = {{"rtsp_flags", "listen"}, {"rtsp_transport", "tcp"}, {"stimeout", "20000000"}};
  absl::StatusOr<std::unique_ptr<VideoSource>> source = absl::UnknownError("not opened");
  std::thread opening([&] { source = VideoSource::Open(address, listening); });
  const bool listens = testing::WaitForListener(port);
  testing::Program camera({"ffmpeg", "-loglevel", "error", "-re", "-i", path, "-c", "copy", "-f", "rtsp",
                           "-rtsp_transport", "tcp", address});
  opening.join();
  ASSERT_TRUE(listens);
  ASSERT_OK(source);
  EXPECT_EQ((*source)->info().codec, "h264");
  const std::vector<Bytes> frames = ReadFrames(source->get(), 20);
  const std::vector<Bytes> expected = FramesOf(path);
  ASSERT_EQ(frames.size(), 20u);
  ASSERT_EQ(expected.size(), 50u);
  EXPECT_TRUE(std::equal(frames.begin(), frames.end(), expected.begin()));
  // A read that waits for the camera ends when it is told to.
  std::thread interrupting([&] { (*source)->Interrupt(); });
  absl::Status last;
  while (last.ok()) last = (*source)->Read().status();
  interrupting.join();
  EXPECT_STATUS(last, absl::StatusCode::kCancelled, "interrupted");
}

TEST(NetworkTest, StreamsGoOverRtsp) {
  const int port = testing::FreePort();
  const std::string address = absl::StrCat("rtsp://127.0.0.1:", port, "/street");
  const std::string path = testing::TempPath("received.mkv");
  testing::Program recorder(
      {"ffmpeg", "-y", "-loglevel", "error", "-rtsp_flags", "listen", "-i", address, "-c", "copy", path});
  ASSERT_TRUE(testing::WaitForListener(port));
  EncoderOptions options = SmallClip(VideoCodec::kH264);
  options.gop_preset = 2;
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<VideoSink> sink, VideoSink::Open(address, options));
  for (int i = 0; i < 60; ++i) {
    const Bytes picture = testing::MovingPicture(options.width, options.height, options.layout, i);
    ASSERT_OK(sink->Write(testing::PlanesOf(picture, options.width, options.height, options.layout), i));
  }
  ASSERT_OK(sink->Close());
  EXPECT_EQ(recorder.Wait(), 0);
  const std::string direct = MakeClip("direct.mkv", options, 60);
  EXPECT_TRUE(FramesOf(path) == FramesOf(direct));
}

}  // namespace
}  // namespace bm::decoder
