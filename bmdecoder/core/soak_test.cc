// Two thousand frames from sound files and files damaged at random, with seeks, reopenings and frames that are held for
// a while: the heaps of the device and of the host end where they began. Built with the address sanitizer every lost
// byte of the host is found; without it the counter of the heap tells losses that grow with the frames.
#include <malloc.h>

#include <deque>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bmdecoder/core/video_source.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

constexpr int kFrames = 2000;

// A copy of a file in which a byte in a thousand differs, its headers aside.
std::string Damaged(const std::string& path, unsigned seed) {
  std::vector<uint8_t> bytes = testing::ReadBytes(path);
  std::mt19937 random(seed);
  for (size_t changes = bytes.size() / 1000 + 1; changes > 0; --changes) {
    bytes[bytes.size() / 8 + random() % (bytes.size() * 7 / 8)] ^= static_cast<uint8_t>(1u << random() % 8);
  }
  const std::string copy = testing::TempPath("soak.damaged" + path.substr(path.rfind('.')));
  testing::WriteBytes(copy, bytes);
  return copy;
}

std::vector<std::string> Files() {
  std::vector<std::string> files;
  EncoderOptions options = testing::SmallClip(VideoCodec::kH264);
  files.push_back(testing::MakeClip("soak264.mp4", options, 40));
  options.width = 128;
  files.push_back(testing::MakeClip("soak264.mkv", options, 30));
  files.push_back(testing::MakeClip("soak265.mp4", testing::SmallClip(VideoCodec::kH265), 30));
  const std::string cinema = testing::TempPath("soak4.avi");
  EXPECT_EQ(testing::Program({"ffmpeg", "-y", "-loglevel", "error", "-f", "lavfi", "-i",
                              "testsrc=size=98x66:rate=10:duration=3", "-c:v", "mpeg4", cinema})
                .Wait(),
            0);
  files.push_back(cinema);
  return files;
}

// What a restless program does with sources.
class Program {
 public:
  explicit Program(std::vector<std::string> files) : files_(std::move(files)) { Open(); }

  int frames() const { return frames_; }
  int opened() const { return opened_; }
  int sought() const { return sought_; }
  int64_t damaged() const { return damaged_; }

  void Step() {
    const unsigned choice = random_() % 100;
    if (choice < 3) {
      Open();
    } else if (choice < 6) {
      EXPECT_OK(source_->Reopen()) << source_->name();
    } else if (choice < 12) {
      // Damaged files may refuse.
      if (source_->Seek((random_() % 40) / 10.0).ok()) ++sought_;
    } else {
      Read();
    }
    while (!held_.empty() && (held_.size() > 6 || random_() % 2 == 0)) held_.pop_front();
  }

 private:
  void Open() {
    SourceOptions options;
    options.decoder.max_frames = 8;
    options.decoder.layout = random_() % 2 == 0 ? ChromaLayout::kCbCr : ChromaLayout::kSeparate;
    options.decoder.threads = 1 + static_cast<int>(random_() % 2);
    if (source_ != nullptr) damaged_ += source_->damaged_packets();
    // A damaged file may refuse; sound ones come in turn.
    absl::StatusOr<std::unique_ptr<VideoSource>> source = VideoSource::Open(NextFile(), options);
    while (!source.ok()) source = VideoSource::Open(NextFile(), options);
    // Frames of the old source live on.
    source_ = *std::move(source);
    ++opened_;
  }

  // Every second one is damaged, each time elsewhere.
  std::string NextFile() {
    const std::string& file = files_[random_() % files_.size()];
    return random_() % 2 == 0 ? file : Damaged(file, random_());
  }

  void Read() {
    absl::StatusOr<std::shared_ptr<Frame>> frame = source_->Read();
    if (frame.ok()) {
      ++frames_;
      held_.push_back(*std::move(frame));
    } else if (absl::IsOutOfRange(frame.status())) {
      Open();
    }
  }

  const std::vector<std::string> files_;
  std::mt19937 random_{1};
  std::unique_ptr<VideoSource> source_;
  std::deque<std::shared_ptr<Frame>> held_;
  int frames_ = 0;
  int opened_ = 0;
  int sought_ = 0;
  int64_t damaged_ = 0;
};

// In use on the heap. A sanitizer's heap does not count; it has its own check at the end.
uint64_t UsedHostBytes() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

TEST(SoakTest, NoMemoryStaysInUse) {
  const std::vector<std::string> files = Files();
  // What FFmpeg and the simulated card keep from the first frame to the end of the process.
  for (Program program(files); program.frames() < kFrames / 10;) program.Step();
  const uint64_t host_before = UsedHostBytes();
  const uint64_t before = testing::UsedDeviceBytes(0);
  {
    Program program(files);
    while (program.frames() < kFrames && !::testing::Test::HasFailure()) program.Step();
    EXPECT_EQ(program.frames(), kFrames);
    EXPECT_GT(program.opened(), 20);
    EXPECT_GT(program.sought(), 20);
    EXPECT_GT(program.damaged(), 0);
    EXPECT_GT(testing::UsedDeviceBytes(0), before);
  }
  EXPECT_EQ(testing::UsedDeviceBytes(0), before);
  // The allocator's and FFmpeg's tables, which do not grow with the frames: 32 bytes lost in each would be seen.
  constexpr uint64_t kNoise = 64 * 1024;
  EXPECT_LT(UsedHostBytes(), host_before + kNoise);
}

}  // namespace
}  // namespace bm::decoder
