// Frames on their way to the network, as customers write it: attached to images by their device addresses, with sizes
// that are not the planes', and converted on the card.
#include <array>
#include <string>
#include <vector>

#include "bmcv_api_ext.h"
#include "bmdecoder/testing/clips.h"
#include "overlays/ffmpeg/testing/decoding.h"

namespace bm::ffmpeg {
namespace {

using decoder::VideoCodec;
using decoder::testing::MakeClip;
using decoder::testing::SmallClip;
using testing::Player;
using testing::Same;

constexpr int kFrames = 6;

bm_device_mem_t Memory(const uint8_t* address, int bytes) {
  return bm_mem_from_device(reinterpret_cast<unsigned long long>(address), static_cast<unsigned>(bytes));
}

// The frame's picture without a copy.
bm_image ImageOf(bm_handle_t handle, const AVCodecContext& context, const AVFrame& frame) {
  bm_image image = {};
  if (frame.channel_layout == 101) {
    EXPECT_EQ(bm_image_create(handle, context.coded_height, context.coded_width, FORMAT_COMPRESSED,
                              DATA_TYPE_EXT_1N_BYTE, &image, nullptr),
              BM_SUCCESS);
    bm_device_mem_t planes[4] = {Memory(frame.data[6], frame.height * frame.linesize[4]),
                                 Memory(frame.data[4], (frame.height / 2) * frame.linesize[5]),
                                 Memory(frame.data[7], frame.linesize[6]), Memory(frame.data[5], frame.linesize[7])};
    EXPECT_EQ(bm_image_attach(image, planes), BM_SUCCESS);
    return image;
  }
  int strides[] = {frame.linesize[4], frame.linesize[5], frame.linesize[6]};
  const bool is_planar = frame.format == AV_PIX_FMT_YUV420P;
  EXPECT_EQ(bm_image_create(handle, frame.height, frame.width, is_planar ? FORMAT_YUV420P : FORMAT_NV12,
                            DATA_TYPE_EXT_1N_BYTE, &image, strides),
            BM_SUCCESS);
  // Twice the size that interleaved chroma has.
  const int even_height = (frame.height + 1) / 2 * 2;
  const int chroma_bytes = is_planar ? even_height * frame.linesize[5] / 2 : even_height * frame.linesize[5];
  bm_device_mem_t planes[3] = {Memory(frame.data[4], frame.height * frame.linesize[4]),
                               Memory(frame.data[5], chroma_bytes), Memory(frame.data[6], chroma_bytes)};
  EXPECT_EQ(bm_image_attach(image, planes), BM_SUCCESS);
  return image;
}

// The clip's frames as BGR planes of half their size.
std::vector<uint8_t> DecodeToBgr(const std::string& path, const testing::Options& options) {
  constexpr int kWidth = 48;
  constexpr int kHeight = 40;
  std::vector<uint8_t> bytes;
  bm_handle_t handle = nullptr;
  EXPECT_EQ(bm_dev_request(&handle, 0), BM_SUCCESS);
  Player player(path, options);
  player.DecodeVideo2([&](AVCodecContext* context, const AVFrame& frame) {
    const bm_image source = ImageOf(handle, *context, frame);
    bm_image target = {};
    ASSERT_EQ(bm_image_create(handle, kHeight, kWidth, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE, &target, nullptr),
              BM_SUCCESS);
    bmcv_rect_t whole = {0, 0, frame.width, frame.height};
    ASSERT_EQ(bmcv_image_vpp_convert(handle, 1, source, &target, &whole), BM_SUCCESS);
    std::vector<uint8_t> picture(3 * kWidth * kHeight);
    void* planes[] = {picture.data()};
    ASSERT_EQ(bm_image_copy_device_to_host(target, planes), BM_SUCCESS);
    bytes.insert(bytes.end(), picture.begin(), picture.end());
    bm_image_destroy(source);
    bm_image_destroy(target);
  });
  bm_dev_free(handle);
  return bytes;
}

TEST(BmcvTest, EveryFormOfAFrameGivesTheSameColours) {
  for (const VideoCodec codec : {VideoCodec::kH264, VideoCodec::kH265}) {
    const std::string path =
        MakeClip(codec == VideoCodec::kH264 ? "bgr.h264.mp4" : "bgr.h265.mp4", SmallClip(codec), kFrames);
    const std::vector<uint8_t> linear = DecodeToBgr(path, {{"output_format", "0"}});
    ASSERT_EQ(linear.size(), size_t{kFrames} * 3 * 48 * 40);
    EXPECT_TRUE(Same(DecodeToBgr(path, {{"output_format", "101"}}), linear));
    EXPECT_TRUE(Same(DecodeToBgr(path, {{"cbcr_interleave", "0"}}), linear));
  }
}

}  // namespace
}  // namespace bm::ffmpeg
