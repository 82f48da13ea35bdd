// What tests of the low-level JPEG decoder and encoder share.
#ifndef BMDECODER_TESTING_JPU_FIXTURE_H_
#define BMDECODER_TESTING_JPU_FIXTURE_H_

#include <cstdint>

#include "bm_jpeg_interface.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"

namespace bm::decoder::testing {

// Device 0 is loaded for both; in the end nothing of its memory is in use.
class JpuTest : public ::testing::Test {
 protected:
  void SetUp() override {
    before_ = UsedDeviceBytes(0);
    ASSERT_EQ(bm_jpu_dec_load(0), BM_JPU_DEC_RETURN_CODE_OK);
    ASSERT_EQ(bm_jpu_enc_load(0), BM_JPU_ENC_RETURN_CODE_OK);
    ASSERT_NE(bm_jpu_dec_get_bm_handle(0), nullptr);
  }
  void TearDown() override {
    EXPECT_EQ(bm_jpu_dec_unload(0), BM_JPU_DEC_RETURN_CODE_OK);
    EXPECT_EQ(bm_jpu_enc_unload(0), BM_JPU_ENC_RETURN_CODE_OK);
    EXPECT_EQ(bm_jpu_dec_get_bm_handle(0), nullptr);
    EXPECT_EQ(UsedDeviceBytes(0), before_);
  }

 private:
  uint64_t before_ = 0;
};

struct JpuFormat {
  Sampling sampling;
  BmJpuChromaFormat chroma;
  BmJpuImageFormat format;
  // Luma samples per chroma sample.
  unsigned unit_x;
  unsigned unit_y;
};
inline constexpr JpuFormat kJpuFormats[] = {
    {Sampling::k420, BM_JPU_CHROMA_FORMAT_CBCR_SEPARATED, BM_JPU_IMAGE_FORMAT_YUV420P, 2, 2},
    {Sampling::k420, BM_JPU_CHROMA_FORMAT_CBCR_INTERLEAVE, BM_JPU_IMAGE_FORMAT_NV12, 2, 2},
    {Sampling::k420, BM_JPU_CHROMA_FORMAT_CRCB_INTERLEAVE, BM_JPU_IMAGE_FORMAT_NV21, 2, 2},
    {Sampling::k422, BM_JPU_CHROMA_FORMAT_CBCR_SEPARATED, BM_JPU_IMAGE_FORMAT_YUV422P, 2, 1},
    {Sampling::k422, BM_JPU_CHROMA_FORMAT_CBCR_INTERLEAVE, BM_JPU_IMAGE_FORMAT_NV16, 2, 1},
    {Sampling::k422, BM_JPU_CHROMA_FORMAT_CRCB_INTERLEAVE, BM_JPU_IMAGE_FORMAT_NV61, 2, 1},
    {Sampling::k444, BM_JPU_CHROMA_FORMAT_CBCR_SEPARATED, BM_JPU_IMAGE_FORMAT_YUV444P, 1, 1},
    {Sampling::k444, BM_JPU_CHROMA_FORMAT_CBCR_INTERLEAVE, BM_JPU_IMAGE_FORMAT_YUV444P, 1, 1},
    {Sampling::k400, BM_JPU_CHROMA_FORMAT_CBCR_SEPARATED, BM_JPU_IMAGE_FORMAT_GRAY, 1, 1},
};

}  // namespace bm::decoder::testing

#endif  // BMDECODER_TESTING_JPU_FIXTURE_H_
