// The low-level video decoder on a device whose memory is used up.
#include <atomic>
#include <cstdarg>
#include <cstdint>
#include <thread>
#include <vector>

#include "bm_vpudec_interface.h"
#include "bmdecoder/core/video_encoder.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "bmlib_runtime.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

constexpr int kFrames = 12;
// Of a frame of SmallClip: 80 rows 128 bytes apart, and half of that for chroma.
constexpr unsigned kFrameBytes = 128 * 80 * 3 / 2;

// A decoder with a stream of kFrames, without reordering, and its end.
class FrameMemoryTest : public ::testing::Test {
 protected:
  void Start() {
    BMVidDecParam param = {};
    param.streamFormat = BMDEC_AVC;
    param.pixel_format = BM_VPU_DEC_PIX_FORMAT_NV12;
    param.core_idx = -1;
    ASSERT_EQ(bmvpu_dec_create(&handle_, param), 0);
    ASSERT_EQ(Send(), 0);
    ASSERT_EQ(bmvpu_dec_flush(handle_), 0);
  }
  void TearDown() override { EXPECT_EQ(bmvpu_dec_delete(handle_), 0); }

  BMVidDecRetStatus Send() {
    BMVidStream stream = {};
    stream.buf = stream_.data();
    stream.length = static_cast<unsigned>(stream_.size());
    return bmvpu_dec_decode(handle_, stream);
  }
  bool IsOver() {
    const BMDecStatus status = bmvpu_dec_get_status(handle_);
    return status == BMDEC_STOP || status == BMDEC_FRAMEBUFFER_NOTENOUGH;
  }

  std::vector<uint8_t> stream_ = [] {
    EncoderOptions options = testing::SmallClip(VideoCodec::kH264);
    options.gop_preset = 2;
    return testing::MakeStream(options, kFrames);
  }();
  BMVidCodHandle handle_ = nullptr;
};

TEST_F(FrameMemoryTest, WithoutMemoryForAFrameTheStatusTellsAndPacketsAreRefused) {
  const testing::FullDevice full(0);
  Start();
  while (!IsOver()) std::this_thread::yield();
  EXPECT_EQ(bmvpu_dec_get_status(handle_), BMDEC_FRAMEBUFFER_NOTENOUGH);
  EXPECT_EQ(Send(), BM_ERR_VDEC_ILLEGAL_PARAM);
}

// The decoder's thread stands in the log of the allocation that failed until the frame is about to come back.
std::atomic<bool> is_armed{false};
std::atomic<bool> has_failed{false};
std::atomic<bool> is_returning{false};

void HoldTheThread(const char*, int level, const char*, va_list) {
  if (level != BMLIB_LOG_ERROR || !is_armed.exchange(false)) return;
  has_failed = true;
  while (!is_returning) std::this_thread::yield();
  for (int i = 0; i < 200; ++i) std::this_thread::yield();
}

TEST_F(FrameMemoryTest, AFrameThatComesBackAfterAFailedAllocationIsNotWaitedFor) {
  const testing::FullDevice full(0, kFrameBytes);
  bmlib_log_set_callback(HoldTheThread);
  is_armed = true;
  Start();
  BMVidFrame frame;
  int frames = 0;
  while (!IsOver()) {
    if (bmvpu_dec_get_output(handle_, &frame) != 0) {
      std::this_thread::yield();
      continue;
    }
    while (frames == 0 && !has_failed) std::this_thread::yield();
    is_returning = true;
    EXPECT_EQ(bmvpu_dec_clear_output(handle_, &frame), 0);
    ++frames;
  }
  bmlib_log_set_callback(nullptr);
  EXPECT_EQ(bmvpu_dec_get_status(handle_), BMDEC_STOP);
  EXPECT_EQ(frames, kFrames);
}

}  // namespace
}  // namespace bm::decoder
