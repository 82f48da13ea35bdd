// The low-level JPEG encoder as programs use it, against libjpeg, and the names of codes and formats.
#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "bm_jpeg_interface.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "bmdecoder/jpeg/testing/pictures.h"
#include "bmdecoder/testing/jpu_fixture.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using Bytes = std::vector<uint8_t>;

// A picture in device memory, and the ways out of the encoder.
class JpuEncoderTest : public testing::JpuTest {
 protected:
  void SetUp() override {
    JpuTest::SetUp();
    ASSERT_EQ(bm_jpu_jpeg_enc_open(&encoder_, 0, 0, 0), BM_JPU_ENC_RETURN_CODE_OK);
    handle_ = bm_jpu_enc_get_bm_handle(0);
  }
  void TearDown() override {
    if (memory_.size != 0) bm_free_device(handle_, memory_);
    EXPECT_EQ(bm_jpu_jpeg_enc_close(encoder_), BM_JPU_ENC_RETURN_CODE_OK);
    EXPECT_EQ(bm_jpu_jpeg_enc_close(encoder_), BM_JPU_ENC_RETURN_CODE_INVALID_HANDLE);
    JpuTest::TearDown();
  }

  void Upload(const testing::Picture& picture, BmJpuImageFormat format) {
    if (memory_.size != 0) bm_free_device(handle_, memory_);
    ASSERT_EQ(bm_malloc_device_byte(handle_, &memory_, static_cast<unsigned>(picture.memory.size())), BM_SUCCESS);
    ASSERT_EQ(bm_memcpy_s2d(handle_, memory_, const_cast<uint8_t*>(picture.memory.data())), BM_SUCCESS);
    buffer_ = {};
    buffer_.dma_buffer = &memory_;
    buffer_.y_stride = static_cast<unsigned>(picture.geometry.y_stride);
    buffer_.cbcr_stride = static_cast<unsigned>(picture.geometry.chroma_stride);
    buffer_.cb_offset = picture.geometry.cb_offset;
    buffer_.cr_offset = picture.geometry.cr_offset;
    params_ = {};
    params_.frame_width = static_cast<unsigned>(picture.info.width);
    params_.frame_height = static_cast<unsigned>(picture.info.height);
    params_.quality_factor = 85;
    params_.image_format = format;
    params_.output_buffer_context = &file_;
    params_.acquire_output_buffer = [](void* context, size_t size, void** handle) -> void* {
      *handle = context;
      static_cast<Bytes*>(context)->resize(size);
      return static_cast<Bytes*>(context)->data();
    };
    params_.finish_output_buffer = [](void* context, void* handle) { EXPECT_EQ(context, handle); };
  }

  BmJpuEncReturnCodes Encode() {
    acquired_ = nullptr;
    size_ = 0;
    return bm_jpu_jpeg_enc_encode(encoder_, &buffer_, &params_, &acquired_, &size_);
  }

  BmJpuJPEGEncoder* encoder_ = nullptr;
  bm_handle_t handle_ = nullptr;
  bm_device_mem_t memory_ = {};
  BmJpuFramebuffer buffer_ = {};
  BmJpuJPEGEncParams params_ = {};
  Bytes file_;
  void* acquired_ = nullptr;
  size_t size_ = 0;
};

TEST_F(JpuEncoderTest, FilesAreThoseOfTheCoreInEveryFormat) {
  constexpr ChromaLayout kLayouts[] = {ChromaLayout::kSeparate, ChromaLayout::kCbCr, ChromaLayout::kCrCb};
  for (const testing::JpuFormat& format : testing::kJpuFormats) {
    if (format.format == BM_JPU_IMAGE_FORMAT_YUV444P && format.chroma != BM_JPU_CHROMA_FORMAT_CBCR_SEPARATED) continue;
    const testing::Picture picture = testing::Waves({70, 46, format.sampling}, kLayouts[format.chroma], 3);
    Upload(picture, format.format);
    ASSERT_EQ(Encode(), BM_JPU_ENC_RETURN_CODE_OK);
    EXPECT_EQ(acquired_, &file_);
    EXPECT_EQ(size_, file_.size());
    EXPECT_TRUE(file_ == EncodeJpeg(picture.info, picture.layout, picture.samples(), 85).value());
    // libjpeg reads it, near the original.
    const Bytes stock = testing::StockYcc(file_);
    const size_t components = format.sampling == Sampling::k400 ? 1 : 3;
    testing::Picture original = picture;
    double error = 0;
    for (int y = 0; y < 46; ++y) {
      for (int x = 0; x < 70; ++x) {
        const double difference = stock[static_cast<size_t>(y * 70 + x) * components] - original.At(0, x, y);
        error += difference * difference;
      }
    }
    EXPECT_LT(error / (70 * 46), 20) << bm_jpu_image_format_string(format.format);
  }
}

TEST_F(JpuEncoderTest, FilesGoToACallbackOrIntoDeviceMemory) {
  const testing::Picture picture = testing::Waves({64, 48, Sampling::k420}, ChromaLayout::kSeparate, 3);
  Upload(picture, BM_JPU_IMAGE_FORMAT_YUV420P);
  const Bytes expected = EncodeJpeg(picture.info, picture.layout, picture.samples(), 85).value();
  params_.write_output_data = [](void* context, const uint8_t* data, uint32_t size, BmJpuEncodedFrame* frame) {
    EXPECT_EQ(frame->data_size, size);
    static_cast<Bytes*>(context)->assign(data, data + size);
    return 1;
  };
  ASSERT_EQ(Encode(), BM_JPU_ENC_RETURN_CODE_OK);
  EXPECT_TRUE(file_ == expected);
  params_.write_output_data = [](void*, const uint8_t*, uint32_t, BmJpuEncodedFrame*) { return 0; };
  EXPECT_EQ(Encode(), BM_JPU_ENC_RETURN_CODE_WRITE_CALLBACK_FAILED);
  bm_device_mem_t target;
  ASSERT_EQ(bm_malloc_device_byte(handle_, &target, 16384), BM_SUCCESS);
  params_.bs_in_device = 1;
  params_.bs_buffer_phys_addr = bm_mem_get_device_addr(target);
  params_.bs_buffer_size = 16384;
  ASSERT_EQ(Encode(), BM_JPU_ENC_RETURN_CODE_OK);
  Bytes copy(16384);
  ASSERT_EQ(bm_memcpy_d2s(handle_, copy.data(), target), BM_SUCCESS);
  EXPECT_EQ(size_, expected.size());
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), copy.begin()));
  params_.bs_buffer_size = 100;
  EXPECT_EQ(Encode(), BM_JPU_ENC_RETURN_BS_BUFFER_FULL);
  bm_free_device(handle_, target);
}

TEST_F(JpuEncoderTest, PicturesAreTurnedBeforeTheyAreEncoded) {
  const testing::Picture picture = testing::Waves({64, 48, Sampling::k420}, ChromaLayout::kCbCr, 3);
  Upload(picture, BM_JPU_IMAGE_FORMAT_NV12);
  params_.rotationEnable = 1;
  params_.rotationAngle = BM_JPU_ROTATE_90;
  ASSERT_EQ(Encode(), BM_JPU_ENC_RETURN_CODE_OK);
  testing::Picture original = picture;
  testing::Picture turned({48, 64, Sampling::k420}, ChromaLayout::kCbCr);
  for (int c = 0; c < 3; ++c) {
    const int width = c == 0 ? 64 : 32;
    const int height = c == 0 ? 48 : 24;
    for (int y = 0; y < width; ++y) {
      for (int x = 0; x < height; ++x) turned.At(c, x, y) = original.At(c, width - 1 - y, x);
    }
  }
  EXPECT_TRUE(file_ == EncodeJpeg(turned.info, turned.layout, turned.samples(), 85).value());
}

TEST_F(JpuEncoderTest, WhatDoesNotFitIsRefused) {
  const testing::Picture picture = testing::Waves({64, 48, Sampling::k420}, ChromaLayout::kSeparate, 3);
  Upload(picture, BM_JPU_IMAGE_FORMAT_YUV420P);
  const BmJpuFramebuffer buffer = buffer_;
  const BmJpuJPEGEncParams params = params_;
  struct Row {
    void (*change)(BmJpuFramebuffer*, BmJpuJPEGEncParams*);
    BmJpuEncReturnCodes code;
  };
  const Row rows[] = {
      {[](BmJpuFramebuffer*, BmJpuJPEGEncParams* p) { p->quality_factor = 101; },
       BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuFramebuffer*, BmJpuJPEGEncParams* p) { p->frame_width = 0; }, BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuFramebuffer*, BmJpuJPEGEncParams* p) { p->frame_height = ~0u; }, BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuFramebuffer*, BmJpuJPEGEncParams* p) { p->image_format = BM_JPU_IMAGE_FORMAT_RGB; },
       BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuFramebuffer*, BmJpuJPEGEncParams* p) { p->finish_output_buffer = nullptr; },
       BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuFramebuffer*, BmJpuJPEGEncParams* p) {
         p->mirrorEnable = 1, p->mirrorDirection = static_cast<BmJpuMirrorDirection>(4);
       },
       BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS},
      {[](BmJpuFramebuffer* b, BmJpuJPEGEncParams*) { b->y_stride = 63; }, BM_JPU_ENC_RETURN_CODE_INVALID_STRIDE},
      {[](BmJpuFramebuffer* b, BmJpuJPEGEncParams*) { b->cr_offset = 1 << 20; },
       BM_JPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER},
      {[](BmJpuFramebuffer* b, BmJpuJPEGEncParams*) { b->dma_buffer = nullptr; },
       BM_JPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER},
      {[](BmJpuFramebuffer*, BmJpuJPEGEncParams* p) {
         p->acquire_output_buffer = [](void*, size_t, void**) -> void* { return nullptr; };
       },
       BM_JPU_ENC_RETURN_ALLOC_MEM_ERROR},
  };
  for (const Row& row : rows) {
    buffer_ = buffer;
    params_ = params;
    row.change(&buffer_, &params_);
    EXPECT_EQ(Encode(), row.code);
    EXPECT_EQ(size_, 0u);
  }
  EXPECT_EQ(bm_jpu_jpeg_enc_encode(encoder_, nullptr, &params, nullptr, nullptr),
            BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS);
  BmJpuJPEGEncoder* small = nullptr;
  ASSERT_EQ(bm_jpu_jpeg_enc_open(&small, 0, 100, 0), BM_JPU_ENC_RETURN_CODE_OK);
  EXPECT_EQ(bm_jpu_jpeg_enc_encode(small, &buffer, &params, nullptr, nullptr), BM_JPU_ENC_RETURN_BS_BUFFER_FULL);
  EXPECT_EQ(bm_jpu_jpeg_enc_close(small), BM_JPU_ENC_RETURN_CODE_OK);
  EXPECT_EQ(bm_jpu_jpeg_enc_open(&small, 0x10, 100, 0), BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bm_jpu_jpeg_enc_open(&small, 0, 100, 5), BM_JPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE);
}

std::string& LastLine() {
  static std::string line;
  return line;
}

void KeepLine(BmJpuLogLevel, const char*, const int, const char* function, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char text[200];
  std::vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  LastLine() = std::string(function) + ": " + text;
}

TEST(JpuNamesTest, CodesAndFormatsHaveNamesAndFailuresALine) {
  EXPECT_STREQ(bm_jpu_dec_error_string(BM_JPU_DEC_RETURN_OVER_LIMITED), "over limited");
  EXPECT_STREQ(bm_jpu_dec_error_string(static_cast<BmJpuDecReturnCodes>(99)), "<unknown>");
  EXPECT_STREQ(bm_jpu_enc_error_string(BM_JPU_ENC_RETURN_BS_BUFFER_FULL), "bitstream buffer full");
  EXPECT_STREQ(bm_jpu_image_format_string(BM_JPU_IMAGE_FORMAT_NV61), "NV61");
  EXPECT_STREQ(bm_jpu_image_format_string(BM_JPU_IMAGE_FORMAT_RGB), "RGB");
  EXPECT_STREQ(bm_jpu_color_format_string(BM_JPU_COLOR_FORMAT_YUV400), "YUV 4:0:0");
  EXPECT_EQ(bm_jpu_hw_reset(), 0);
  bm_jpu_set_logging_function(KeepLine);
  EXPECT_EQ(bm_jpu_enc_unload(0), BM_JPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE);
  bm_jpu_set_logging_function(nullptr);
  EXPECT_EQ(LastLine(), "bm_jpu_enc_unload: device 0 is not loaded: load it first");
}

}  // namespace
}  // namespace bm::decoder
