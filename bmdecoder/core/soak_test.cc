// Two thousand frames from sound and damaged files, with seeks, reopenings and frames that are held for a while: no
// memory of the device stays in use. Built with the address sanitizer, none of the host either.
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
  const std::string copy = path + ".damaged" + path.substr(path.rfind('.'));
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
  for (size_t i = 0; i < 4; ++i) files.push_back(Damaged(files[i], static_cast<unsigned>(i)));
  return files;
}

// What a restless program does with sources.
class Program {
 public:
  explicit Program(std::vector<std::string> files) : files_(std::move(files)) { Open(); }

  int frames() const { return frames_; }
  int opened() const { return opened_; }
  int64_t damaged() const { return damaged_; }

  void Step() {
    const unsigned choice = random_() % 100;
    if (choice < 3) {
      Open();
    } else if (choice < 6) {
      EXPECT_OK(source_->Reopen()) << source_->name();
    } else if (choice < 12) {
      // Damaged files may refuse.
      (void)source_->Seek((random_() % 40) / 10.0);
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
    // A damaged file may refuse; the sound ones come in turn.
    absl::StatusOr<std::unique_ptr<VideoSource>> source = VideoSource::Open(files_[random_() % files_.size()], options);
    while (!source.ok()) source = VideoSource::Open(files_[random_() % files_.size()], options);
    // Frames of the old source live on.
    source_ = *std::move(source);
    ++opened_;
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
  int64_t damaged_ = 0;
};

TEST(SoakTest, NoMemoryStaysInUse) {
  const uint64_t before = testing::UsedDeviceBytes(0);
  {
    Program program(Files());
    while (program.frames() < kFrames && !::testing::Test::HasFailure()) program.Step();
    EXPECT_EQ(program.frames(), kFrames);
    EXPECT_GT(program.opened(), 20);
    EXPECT_GT(program.damaged(), 0);
    EXPECT_GT(testing::UsedDeviceBytes(0), before);
  }
  EXPECT_EQ(testing::UsedDeviceBytes(0), before);
}

}  // namespace
}  // namespace bm::decoder
