// The low-level JPEG decoder as programs use it, against libjpeg.
#include <cstdint>
#include <vector>

#include "bm_jpeg_interface.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/jpeg/testing/pictures.h"
#include "bmdecoder/testing/jpu_fixture.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes FileOf(int width, int height, Sampling sampling) {
  const testing::Picture picture = testing::Waves({width, height, sampling}, ChromaLayout::kSeparate, 3);
  return EncodeJpeg(picture.info, picture.layout, picture.samples(), 80).value();
}

// Samples of a component in a decoded picture, from device memory.
class Decoded {
 public:
  explicit Decoded(const BmJpuJPEGDecInfo& info) : info_(info), bytes_(info.framebuffer->dma_buffer->size) {
    EXPECT_EQ(bm_memcpy_d2s(bm_jpu_dec_get_bm_handle(0), bytes_.data(), *info.framebuffer->dma_buffer), BM_SUCCESS);
  }

  uint8_t At(int component, unsigned x, unsigned y) const {
    if (component == 0) return bytes_[info_.y_offset + y * info_.y_stride + x];
    const bool first = component == 1;
    switch (info_.image_format) {
      case BM_JPU_IMAGE_FORMAT_NV12:
      case BM_JPU_IMAGE_FORMAT_NV16:
        return bytes_[info_.cb_offset + y * info_.cbcr_stride + 2 * x + (first ? 0 : 1)];
      case BM_JPU_IMAGE_FORMAT_NV21:
      case BM_JPU_IMAGE_FORMAT_NV61:
        return bytes_[info_.cb_offset + y * info_.cbcr_stride + 2 * x + (first ? 1 : 0)];
      default:
        return bytes_[(first ? info_.cb_offset : info_.cr_offset) + y * info_.cbcr_stride + x];
    }
  }

 private:
  const BmJpuJPEGDecInfo info_;
  Bytes bytes_;
};

class JpuDecoderTest : public testing::JpuTest {
 protected:
  void TearDown() override {
    if (decoder_ != nullptr) {
      EXPECT_EQ(bm_jpu_jpeg_dec_close(decoder_), BM_JPU_DEC_RETURN_CODE_OK);
    }
    JpuTest::TearDown();
  }

  void Open(const BmJpuDecOpenParams& params, unsigned extra = 0) {
    if (decoder_ != nullptr) {
      ASSERT_EQ(bm_jpu_jpeg_dec_close(decoder_), BM_JPU_DEC_RETURN_CODE_OK);
    }
    BmJpuDecOpenParams copy = params;
    ASSERT_EQ(bm_jpu_jpeg_dec_open(&decoder_, &copy, extra), BM_JPU_DEC_RETURN_CODE_OK);
  }
  BmJpuDecReturnCodes Decode(const Bytes& file) {
    const BmJpuDecReturnCodes code = bm_jpu_jpeg_dec_decode(decoder_, file.data(), file.size(), 0, 0);
    if (code == BM_JPU_DEC_RETURN_CODE_OK) {
      EXPECT_EQ(bm_jpu_jpeg_dec_get_info(decoder_, &info_), code);
    }
    return code;
  }
  BmJpuDecReturnCodes Finish() { return bm_jpu_jpeg_dec_frame_finished(decoder_, info_.framebuffer); }

  BmJpuJPEGDecoder* decoder_ = nullptr;
  BmJpuJPEGDecInfo info_ = {};
};

TEST_F(JpuDecoderTest, SamplesAreLibjpegsInEveryFormat) {
  constexpr unsigned kWidth = 70;
  constexpr unsigned kHeight = 45;
  for (const testing::JpuFormat& format : testing::kJpuFormats) {
    BmJpuDecOpenParams params = {};
    params.chroma_interleave = format.chroma;
    Open(params);
    const Bytes file = FileOf(kWidth, kHeight, format.sampling);
    ASSERT_EQ(Decode(file), BM_JPU_DEC_RETURN_CODE_OK);
    EXPECT_EQ(info_.image_format, format.format);
    EXPECT_EQ(info_.actual_frame_width, kWidth);
    EXPECT_EQ(info_.actual_frame_height, kHeight);
    const Bytes stock = testing::StockYcc(file);
    const Decoded decoded(info_);
    const int components = format.sampling == Sampling::k400 ? 1 : 3;
    ASSERT_EQ(stock.size(), size_t{kWidth} * kHeight * static_cast<size_t>(components));
    size_t at = 0;
    size_t different = 0;
    for (unsigned y = 0; y < kHeight; ++y) {
      for (unsigned x = 0; x < kWidth; ++x) {
        for (int c = 0; c < components; ++c) {
          const uint8_t found = c == 0 ? decoded.At(c, x, y) : decoded.At(c, x / format.unit_x, y / format.unit_y);
          different += found != stock[at++];
        }
      }
    }
    EXPECT_EQ(different, 0u) << bm_jpu_image_format_string(format.format);
    EXPECT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
  }
}

TEST_F(JpuDecoderTest, GeometryIsTheChips) {
  struct Row {
    BmJpuImageFormat format;
    unsigned cbcr_stride;
    unsigned cbcr_size;
    unsigned total;
  };
  // 100 x 50: 128 x 64.
  for (const Row& row :
       {Row{BM_JPU_IMAGE_FORMAT_YUV420P, 64, 2048, 12288}, Row{BM_JPU_IMAGE_FORMAT_NV12, 128, 4096, 12288},
        Row{BM_JPU_IMAGE_FORMAT_NV21, 128, 4096, 12288}, Row{BM_JPU_IMAGE_FORMAT_YUV422P, 64, 4096, 16384},
        Row{BM_JPU_IMAGE_FORMAT_NV16, 128, 8192, 16384}, Row{BM_JPU_IMAGE_FORMAT_NV61, 128, 8192, 16384},
        Row{BM_JPU_IMAGE_FORMAT_YUV444P, 128, 8192, 24576}, Row{BM_JPU_IMAGE_FORMAT_GRAY, 0, 0, 8192}}) {
    BmJpuFramebufferSizes sizes;
    ASSERT_EQ(bm_jpu_calc_framebuffer_sizes(100, 50, 0, row.format, &sizes), BM_JPU_DEC_RETURN_CODE_OK);
    EXPECT_EQ(sizes.aligned_frame_width, 128u);
    EXPECT_EQ(sizes.aligned_frame_height, 64u);
    EXPECT_EQ(sizes.y_stride, 128u);
    EXPECT_EQ(sizes.y_size, 8192u);
    EXPECT_EQ(sizes.cbcr_stride, row.cbcr_stride);
    EXPECT_EQ(sizes.cbcr_size, row.cbcr_size);
    EXPECT_EQ(sizes.total_size, row.total);
    EXPECT_EQ(sizes.image_format, row.format);
  }
  BmJpuFramebufferSizes sizes;
  ASSERT_EQ(bm_jpu_calc_framebuffer_sizes(100, 50, 10000, BM_JPU_IMAGE_FORMAT_GRAY, &sizes), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(sizes.total_size, 10000u);
  EXPECT_EQ(bm_jpu_calc_framebuffer_sizes(0, 50, 0, BM_JPU_IMAGE_FORMAT_GRAY, &sizes),
            BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bm_jpu_calc_framebuffer_sizes(~0u, 50, 0, BM_JPU_IMAGE_FORMAT_GRAY, &sizes),
            BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bm_jpu_calc_framebuffer_sizes(100, 50, 0, BM_JPU_IMAGE_FORMAT_RGB, &sizes),
            BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bm_jpu_calc_framebuffer_sizes(100, 50, 0, BM_JPU_IMAGE_FORMAT_GRAY, nullptr),
            BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
}

TEST_F(JpuDecoderTest, FramebuffersAreCountedAndComeBack) {
  Open({}, 1);
  const Bytes small = FileOf(64, 48, Sampling::k420);
  ASSERT_EQ(Decode(small), BM_JPU_DEC_RETURN_CODE_OK);
  const BmJpuJPEGDecInfo first = info_;
  EXPECT_EQ(decoder_->raw_frame.framebuffer, first.framebuffer);
  ASSERT_EQ(Decode(small), BM_JPU_DEC_RETURN_CODE_OK);
  const BmJpuJPEGDecInfo second = info_;
  EXPECT_NE(second.framebuffer, first.framebuffer);
  // Both are in use.
  ASSERT_EQ(Decode(small), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(info_.framebuffer, nullptr);
  EXPECT_EQ(bm_jpu_jpeg_dec_frame_finished(decoder_, first.framebuffer), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(bm_jpu_jpeg_dec_frame_finished(decoder_, first.framebuffer), BM_JPU_DEC_RETURN_CODE_INVALID_FRAMEBUFFER);
  EXPECT_EQ(bm_jpu_jpeg_dec_frame_finished(decoder_, nullptr), BM_JPU_DEC_RETURN_CODE_INVALID_FRAMEBUFFER);
  ASSERT_EQ(Decode(small), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(info_.framebuffer, first.framebuffer);
  // Another size: new framebuffers; those in use keep their picture until they are finished.
  const uint8_t sample = Decoded(second).At(0, 5, 5);
  ASSERT_EQ(Decode(FileOf(128, 96, Sampling::k420)), BM_JPU_DEC_RETURN_CODE_OK);
  ASSERT_NE(info_.framebuffer, nullptr);
  EXPECT_EQ(Decoded(second).At(0, 5, 5), sample);
  EXPECT_EQ(bm_jpu_jpeg_dec_frame_finished(decoder_, second.framebuffer), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(bm_jpu_jpeg_dec_frame_finished(decoder_, second.framebuffer), BM_JPU_DEC_RETURN_CODE_INVALID_FRAMEBUFFER);
  EXPECT_EQ(bm_jpu_jpeg_dec_flush(decoder_), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_INVALID_FRAMEBUFFER);
}

TEST_F(JpuDecoderTest, RecycledFramebuffersStayForSmallerPictures) {
  BmJpuDecOpenParams params = {};
  params.framebuffer_recycle = true;
  params.framebuffer_size = 100000;
  Open(params);
  ASSERT_EQ(Decode(FileOf(64, 48, Sampling::k420)), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(info_.framebuffer_size, 100000u);
  const unsigned long long address = bm_mem_get_device_addr(*info_.framebuffer->dma_buffer);
  ASSERT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
  ASSERT_EQ(Decode(FileOf(128, 96, Sampling::k444)), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(bm_mem_get_device_addr(*info_.framebuffer->dma_buffer), address);
  ASSERT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
  ASSERT_EQ(Decode(FileOf(640, 480, Sampling::k420)), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(info_.framebuffer_size, 640u * 480 * 3 / 2);
  EXPECT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
}

TEST_F(JpuDecoderTest, FramebuffersOfTheCallerAreUsedAndChecked) {
  bm_handle_t handle = bm_jpu_dec_get_bm_handle(0);
  bm_device_mem_t memory;
  ASSERT_EQ(bm_malloc_device_byte(handle, &memory, 8192), BM_SUCCESS);
  bm_jpu_phys_addr_t addresses[] = {bm_mem_get_device_addr(memory)};
  BmJpuDecOpenParams params = {};
  params.framebuffer_from_user = true;
  params.framebuffer_num = 1;
  params.framebuffer_phys_addrs = addresses;
  params.framebuffer_size = 8192;
  Open(params);
  ASSERT_EQ(Decode(FileOf(64, 48, Sampling::k420)), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(bm_mem_get_device_addr(*info_.framebuffer->dma_buffer), addresses[0]);
  EXPECT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(Decode(FileOf(128, 96, Sampling::k420)), BM_JPU_DEC_RETURN_CODE_INSUFFICIENT_FRAMEBUFFERS);
  addresses[0] = 0x10;
  BmJpuJPEGDecoder* refused = nullptr;
  EXPECT_EQ(bm_jpu_jpeg_dec_open(&refused, &params, 0), BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  params.framebuffer_phys_addrs = nullptr;
  EXPECT_EQ(bm_jpu_jpeg_dec_open(&refused, &params, 0), BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(refused, nullptr);
  bm_free_device(handle, memory);
}

// Where a sample of the turned and mirrored picture comes from, by plain geometry.
void Original(unsigned angle, int mirror, unsigned width, unsigned height, unsigned* x, unsigned* y) {
  const unsigned out_width = angle % 180 == 0 ? width : height;
  const unsigned out_height = angle % 180 == 0 ? height : width;
  if ((mirror & BM_JPU_MIRROR_HOR) != 0) *x = out_width - 1 - *x;
  if ((mirror & BM_JPU_MIRROR_VER) != 0) *y = out_height - 1 - *y;
  const unsigned u = *x;
  const unsigned v = *y;
  if (angle == 90) *x = width - 1 - v, *y = u;
  if (angle == 180) *x = width - 1 - u, *y = height - 1 - v;
  if (angle == 270) *x = v, *y = height - 1 - u;
}

TEST_F(JpuDecoderTest, PicturesAreTurnedAndMirrored) {
  constexpr unsigned kWidth = 70;
  constexpr unsigned kHeight = 46;
  for (const testing::JpuFormat& format : testing::kJpuFormats) {
    BmJpuDecOpenParams params = {};
    params.chroma_interleave = format.chroma;
    Open(params);
    const Bytes file = FileOf(kWidth, kHeight, format.sampling);
    ASSERT_EQ(Decode(file), BM_JPU_DEC_RETURN_CODE_OK);
    const Decoded upright(info_);
    ASSERT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
    for (const unsigned angle : {0u, 90u, 180u, 270u}) {
      for (int mirror = 0; mirror < 4; ++mirror) {
        params.rotationEnable = params.mirrorEnable = 1;
        params.rotationAngle = static_cast<BmJpuRotateAngle>(angle);
        params.mirrorDirection = static_cast<BmJpuMirrorDirection>(mirror);
        Open(params);
        if (format.sampling == Sampling::k422 && angle % 180 != 0) {
          EXPECT_EQ(Decode(file), BM_JPU_DEC_RETURN_CODE_ERROR);
          continue;
        }
        ASSERT_EQ(Decode(file), BM_JPU_DEC_RETURN_CODE_OK);
        EXPECT_EQ(info_.actual_frame_width, angle % 180 == 0 ? kWidth : kHeight);
        const Decoded turned(info_);
        size_t different = 0;
        for (int c = 0; c < (format.sampling == Sampling::k400 ? 1 : 3); ++c) {
          const unsigned width = c == 0 ? kWidth : kWidth / format.unit_x;
          const unsigned height = c == 0 ? kHeight : kHeight / format.unit_y;
          for (unsigned y = 0; y < (angle % 180 == 0 ? height : width); ++y) {
            for (unsigned x = 0; x < (angle % 180 == 0 ? width : height); ++x) {
              unsigned u = x;
              unsigned v = y;
              Original(angle, mirror, width, height, &u, &v);
              different += turned.At(c, x, y) != upright.At(c, u, v);
            }
          }
        }
        EXPECT_EQ(different, 0u) << angle << " degrees, mirror " << mirror;
        ASSERT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
      }
    }
  }
}

TEST_F(JpuDecoderTest, AnOpenDecoderOutlivesTheUnloading) {
  Open({});
  ASSERT_EQ(bm_jpu_dec_unload(0), BM_JPU_DEC_RETURN_CODE_OK);
  // What the decoder holds is not the program's to give back.
  EXPECT_EQ(bm_jpu_dec_unload(0), BM_JPU_DEC_RETURN_CODE_WRONG_CALL_SEQUENCE);
  BmJpuDecOpenParams params = {};
  BmJpuJPEGDecoder* second = nullptr;
  EXPECT_EQ(bm_jpu_jpeg_dec_open(&second, &params, 0), BM_JPU_DEC_RETURN_CODE_WRONG_CALL_SEQUENCE);
  EXPECT_EQ(Decode(FileOf(64, 48, Sampling::k420)), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
  ASSERT_EQ(bm_jpu_jpeg_dec_close(decoder_), BM_JPU_DEC_RETURN_CODE_OK);
  decoder_ = nullptr;
  EXPECT_EQ(bm_jpu_dec_get_bm_handle(0), nullptr);
  ASSERT_EQ(bm_jpu_dec_load(0), BM_JPU_DEC_RETURN_CODE_OK);
}

TEST_F(JpuDecoderTest, ARegionOfInterestIsCutOut) {
  const Bytes file = FileOf(70, 46, Sampling::k420);
  BmJpuDecOpenParams params = {};
  params.chroma_interleave = BM_JPU_CHROMA_FORMAT_CBCR_INTERLEAVE;
  Open(params);
  ASSERT_EQ(Decode(file), BM_JPU_DEC_RETURN_CODE_OK);
  const Decoded whole(info_);
  params.roiEnable = 1;
  params.roiOffsetX = 12;
  params.roiOffsetY = 6;
  params.roiWidth = 31;
  params.roiHeight = 40;
  Open(params);
  ASSERT_EQ(Decode(file), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(info_.actual_frame_width, 31u);
  EXPECT_EQ(info_.actual_frame_height, 40u);
  EXPECT_EQ(info_.y_stride, 64u);
  const Decoded part(info_);
  size_t different = 0;
  for (unsigned y = 0; y < 40; ++y) {
    for (unsigned x = 0; x < 31; ++x) {
      different += part.At(0, x, y) != whole.At(0, x + 12, y + 6);
      different += part.At(1, x / 2, y / 2) != whole.At(1, x / 2 + 6, y / 2 + 3);
      different += part.At(2, x / 2, y / 2) != whole.At(2, x / 2 + 6, y / 2 + 3);
    }
  }
  EXPECT_EQ(different, 0u);
  struct Row {
    int x, y, width, height;
  };
  for (const Row& row : {Row{13, 6, 8, 8}, Row{12, 7, 8, 8}, Row{-2, 0, 8, 8}, Row{0, 0, 71, 8}, Row{64, 0, 8, 8},
                         Row{0, 40, 8, 8}, Row{0, 0, 0, 8}, Row{2147483646, 0, 8, 8}}) {
    params.roiOffsetX = row.x;
    params.roiOffsetY = row.y;
    params.roiWidth = row.width;
    params.roiHeight = row.height;
    Open(params);
    EXPECT_EQ(Decode(file), BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS) << row.x << ", " << row.y;
    EXPECT_EQ(bm_jpu_jpeg_dec_get_info(decoder_, &info_), BM_JPU_DEC_RETURN_CODE_WRONG_CALL_SEQUENCE);
  }
}

TEST_F(JpuDecoderTest, PicturesOutsideTheLimitsAndOtherFilesAreRefused) {
  BmJpuDecOpenParams params = {};
  params.min_frame_width = 32;
  params.min_frame_height = 32;
  params.max_frame_width = 100;
  params.max_frame_height = 80;
  params.bs_buffer_size = 1;
  Open(params);
  EXPECT_EQ(decoder_->bitstream_buffer_size, 16384u);
  EXPECT_EQ(Decode(FileOf(100, 80, Sampling::k420)), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(Finish(), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(Decode(FileOf(101, 80, Sampling::k420)), BM_JPU_DEC_RETURN_OVER_LIMITED);
  EXPECT_EQ(Decode(FileOf(100, 31, Sampling::k420)), BM_JPU_DEC_RETURN_OVER_LIMITED);
  EXPECT_EQ(Decode(Bytes(16385)), BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(Decode({}), BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(Decode(Bytes(100, 'x')), BM_JPU_DEC_RETURN_CODE_ERROR);
  testing::ForeignKind progressive;
  progressive.progressive = true;
  EXPECT_EQ(Decode(testing::ForeignJpeg(64, 48, progressive)), BM_JPU_DEC_RETURN_CODE_ERROR);
  Bytes damaged = FileOf(100, 80, Sampling::k420);
  damaged.resize(damaged.size() / 2);
  EXPECT_EQ(Decode(damaged), BM_JPU_DEC_RETURN_CODE_ERROR);
  // Nothing stays in use.
  EXPECT_EQ(Decode(FileOf(100, 80, Sampling::k420)), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_NE(info_.framebuffer, nullptr);
}

TEST_F(JpuDecoderTest, ParametersOutOfRangeAreRefused) {
  struct Row {
    void (*change)(BmJpuDecOpenParams*);
    unsigned extra;
    BmJpuDecReturnCodes code;
  };
  const Row rows[] = {
      {[](BmJpuDecOpenParams* p) { p->scale_ratio = 1; }, 0, BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuDecOpenParams* p) { p->chroma_interleave = static_cast<BmJpuChromaFormat>(3); }, 0,
       BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuDecOpenParams* p) { p->rotationEnable = 1, p->rotationAngle = static_cast<BmJpuRotateAngle>(45); }, 0,
       BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuDecOpenParams* p) { p->mirrorEnable = 1, p->mirrorDirection = static_cast<BmJpuMirrorDirection>(4); }, 0,
       BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuDecOpenParams* p) { p->bitstream_from_user = true, p->bs_buffer_size = 16; }, 0,
       BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuDecOpenParams* p) { p->bitstream_from_user = true; }, 0, BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuDecOpenParams* p) { p->framebuffer_size = size_t{1} << 33; }, 0, BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuDecOpenParams*) {}, 64, BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuDecOpenParams* p) { p->device_index = 1; }, 0, BM_JPU_DEC_RETURN_CODE_WRONG_CALL_SEQUENCE},
  };
  for (const Row& row : rows) {
    BmJpuDecOpenParams params = {};
    row.change(&params);
    BmJpuJPEGDecoder* decoder = nullptr;
    EXPECT_EQ(bm_jpu_jpeg_dec_open(&decoder, &params, row.extra), row.code);
    EXPECT_EQ(decoder, nullptr);
  }
  BmJpuDecOpenParams params = {};
  EXPECT_EQ(bm_jpu_jpeg_dec_open(nullptr, &params, 0), BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bm_jpu_dec_load(64), BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bm_jpu_dec_unload(3), BM_JPU_DEC_RETURN_CODE_WRONG_CALL_SEQUENCE);
  // Handles after close.
  Open({});
  BmJpuJPEGDecoder* const closed = decoder_;
  decoder_ = nullptr;
  EXPECT_EQ(bm_jpu_jpeg_dec_close(closed), BM_JPU_DEC_RETURN_CODE_OK);
  EXPECT_EQ(bm_jpu_jpeg_dec_close(closed), BM_JPU_DEC_RETURN_CODE_INVALID_HANDLE);
  EXPECT_EQ(bm_jpu_jpeg_dec_get_info(closed, &info_), BM_JPU_DEC_RETURN_CODE_INVALID_HANDLE);
  EXPECT_EQ(bm_jpu_jpeg_dec_flush(nullptr), BM_JPU_DEC_RETURN_CODE_INVALID_HANDLE);
}

}  // namespace
}  // namespace bm::decoder
