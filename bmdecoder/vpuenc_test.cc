// The low-level video encoder as programs use it; its streams decode to the pictures given.
#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bm_vpuenc_interface.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using Bytes = std::vector<uint8_t>;

// Output buffers of a program: one a frame.
struct Output {
  std::vector<std::unique_ptr<Bytes>> buffers;
  int finished = 0;
  bool is_full = false;

  static void* Acquire(void* context, size_t size, void** handle) {
    auto* output = static_cast<Output*>(context);
    if (output->is_full) return nullptr;
    output->buffers.push_back(std::make_unique<Bytes>(size));
    *handle = output->buffers.back().get();
    return output->buffers.back()->data();
  }
  static void Finish(void* context, void* handle) {
    auto* output = static_cast<Output*>(context);
    EXPECT_EQ(handle, output->buffers.back().get());
    ++output->finished;
  }
};

class VpuEncoderTest : public ::testing::Test {
 protected:
  static constexpr int kWidth = 256;
  static constexpr int kHeight = 136;

  void SetUp() override {
    before_ = testing::UsedDeviceBytes(0);
    ASSERT_EQ(bmvpu_enc_load(0), 0);
    core_ = bmvpu_enc_get_core_idx(0);
    EXPECT_EQ(core_, 4);
    size_t size = 0;
    uint32_t alignment = 0;
    bmvpu_enc_get_bitstream_buffer_info(&size, &alignment);
    EXPECT_EQ(size, 1u << 20);
    EXPECT_EQ(alignment, 8u);
    ASSERT_EQ(bmvpu_enc_dma_buffer_allocate(core_, &bitstream_, static_cast<unsigned>(size)), 0);
    call_.acquire_output_buffer = Output::Acquire;
    call_.finish_output_buffer = Output::Finish;
    call_.output_buffer_context = &output_;
  }
  void TearDown() override {
    if (encoder_ != nullptr) {
      EXPECT_EQ(bmvpu_enc_close(encoder_), 0);
    }
    if (source_.phys_addr != 0) {
      EXPECT_EQ(bmvpu_enc_dma_buffer_deallocate(core_, &source_), 0);
    }
    EXPECT_EQ(bmvpu_enc_dma_buffer_deallocate(core_, &bitstream_), 0);
    EXPECT_EQ(bmvpu_enc_unload(0), 0);
    EXPECT_EQ(testing::UsedDeviceBytes(0), before_);
  }

  static BmVpuEncOpenParams Params(BmVpuCodecFormat codec) {
    BmVpuEncOpenParams params;
    bmvpu_enc_set_default_open_params(&params, codec);
    params.frame_width = kWidth;
    params.frame_height = kHeight;
    params.fps_num = 25;
    params.bitrate = 0;
    params.cqp = 20;
    params.intra_period = 12;
    return params;
  }

  void Open(BmVpuEncOpenParams params) {
    layout_ = params.pix_format == BM_VPU_ENC_PIX_FORMAT_NV12 ? ChromaLayout::kCbCr : ChromaLayout::kSeparate;
    ASSERT_EQ(bmvpu_enc_open(&encoder_, &params, &bitstream_, &info_), 0);
    ASSERT_EQ(bmvpu_enc_dma_buffer_allocate(core_, &source_, static_cast<unsigned>(info_.src_fb.size)), 0);
    ASSERT_EQ(bmvpu_fill_framebuffer_params(&buffer_, &info_.src_fb, &source_, 7, nullptr), 0);
  }

  // Picture number `index` into the framebuffer.
  void Upload(int index) {
    const Bytes picture = testing::MovingPicture(kWidth, kHeight, layout_, index);
    const ConstPlanes planes = testing::PlanesOf(picture, kWidth, kHeight, layout_);
    const size_t offsets[] = {buffer_.y_offset, buffer_.cb_offset, buffer_.cr_offset};
    for (size_t p = 0; p < (layout_ == ChromaLayout::kCbCr ? 2u : 3u); ++p) {
      ASSERT_EQ(bmvpu_enc_upload_data(core_, planes[p].data, static_cast<int>(planes[p].stride),
                                      source_.phys_addr + offsets[p],
                                      static_cast<int>(p == 0 ? buffer_.y_stride : buffer_.cbcr_stride),
                                      static_cast<int>(planes[p].stride), static_cast<int>(planes[p].rows)),
                0);
    }
  }

  int Encode(BmVpuFramebuffer* buffer, uint64_t index) {
    BmVpuRawFrame raw = {};
    raw.framebuffer = buffer;
    raw.context = reinterpret_cast<void*>(0x1000 + index);
    raw.pts = 40 * index;
    raw.dts = 41 * index;
    code_ = 0;
    const int result = bmvpu_enc_encode(encoder_, &raw, &encoded_, &call_, &code_);
    if ((code_ & BM_VPU_ENC_OUTPUT_CODE_ENCODED_FRAME_AVAILABLE) != 0) {
      frames_.push_back(encoded_);
      codes_.push_back(code_);
    }
    return result;
  }

  void EncodeAll(int count) {
    for (int i = 0; i < count; ++i) {
      Upload(i);
      ASSERT_EQ(Encode(&buffer_, static_cast<uint64_t>(i)), 0);
      EXPECT_TRUE((code_ & BM_VPU_ENC_OUTPUT_CODE_INPUT_USED) != 0);
    }
    int result = 0;
    while ((result = Encode(nullptr, 0)) == 0) {
      ASSERT_TRUE((code_ & BM_VPU_ENC_OUTPUT_CODE_ENCODED_FRAME_AVAILABLE) != 0);
    }
    EXPECT_EQ(result, BM_VPU_ENC_RETURN_CODE_END);
  }

  Bytes Stream() const {
    Bytes stream;
    for (const BmVpuEncodedFrame& frame : frames_) {
      stream.insert(stream.end(), frame.data, frame.data + frame.data_size);
    }
    return stream;
  }

  uint64_t before_ = 0;
  int core_ = 0;
  ChromaLayout layout_ = ChromaLayout::kSeparate;
  BmVpuEncDMABuffer bitstream_ = {};
  BmVpuEncDMABuffer source_ = {};
  BmVpuEncoder* encoder_ = nullptr;
  BmVpuEncInitialInfo info_ = {};
  BmVpuFramebuffer buffer_ = {};
  Output output_;
  BmVpuEncParams call_ = {};
  BmVpuEncodedFrame encoded_ = {};
  uint32_t code_ = 0;
  std::vector<BmVpuEncodedFrame> frames_;
  std::vector<uint32_t> codes_;
};

TEST_F(VpuEncoderTest, StreamsDecodeToThePicturesGiven) {
  struct Row {
    BmVpuCodecFormat codec;
    BmVpuEncPixFormat format;
    const char* file;
    const char* stock;
  };
  for (const Row& row : {Row{BM_VPU_CODEC_FORMAT_H264, BM_VPU_ENC_PIX_FORMAT_YUV420P, "p.264", "yuv420p"},
                         Row{BM_VPU_CODEC_FORMAT_H264, BM_VPU_ENC_PIX_FORMAT_NV12, "n.264", "nv12"},
                         Row{BM_VPU_CODEC_FORMAT_H265, BM_VPU_ENC_PIX_FORMAT_NV12, "n.265", "nv12"}}) {
    BmVpuEncOpenParams params = Params(row.codec);
    params.pix_format = row.format;
    Open(params);
    frames_.clear();
    codes_.clear();
    EncodeAll(30);
    ASSERT_EQ(frames_.size(), 30u);
    EXPECT_EQ(output_.finished, 30);
    for (size_t i = 0; i < 30; ++i) {
      const bool is_key = frames_[i].pts % (40 * 12) == 0;
      EXPECT_EQ(frames_[i].frame_type == BM_VPU_ENC_FRAME_TYPE_IDR, is_key) << i;
      EXPECT_EQ((codes_[i] & BM_VPU_ENC_OUTPUT_CODE_CONTAINS_HEADER) != 0, is_key) << i;
      const uint64_t index = frames_[i].pts / 40;
      EXPECT_EQ(frames_[i].dts, 41 * index);
      EXPECT_EQ(frames_[i].context, reinterpret_cast<void*>(0x1000 + index));
      EXPECT_EQ(frames_[i].src_idx, 7);
      EXPECT_GT(frames_[i].avg_ctu_qp, 10);
    }
    // Preset IBBBP: not in order, and of every type.
    EXPECT_GT(std::count_if(frames_.begin(), frames_.end(),
                            [](const BmVpuEncodedFrame& f) { return f.frame_type == BM_VPU_ENC_FRAME_TYPE_B; }),
              10);
    const std::string path = testing::TempPath(row.file);
    testing::WriteBytes(path, Stream());
    const Bytes decoded = testing::StockFrames(path, row.stock);
    const size_t size = kWidth * kHeight * 3 / 2;
    ASSERT_EQ(decoded.size(), 30 * size);
    for (size_t i = 0; i < 30; ++i) {
      const Bytes original = testing::MovingPicture(kWidth, kHeight, layout_, static_cast<int>(i));
      double error = 0;
      for (size_t k = 0; k < size; ++k) error += std::pow(decoded[i * size + k] - original[k], 2);
      EXPECT_GT(10 * std::log10(255.0 * 255 * static_cast<double>(size) / error), 33) << row.file << " frame " << i;
    }
    output_ = Output();
    ASSERT_EQ(bmvpu_enc_close(encoder_), 0);
    encoder_ = nullptr;
    ASSERT_EQ(bmvpu_enc_dma_buffer_deallocate(core_, &source_), 0);
  }
}

TEST_F(VpuEncoderTest, GeometryIsTheChips) {
  BmVpuEncOpenParams params = Params(BM_VPU_CODEC_FORMAT_H264);
  params.frame_width = 322;
  params.frame_height = 138;
  Open(params);
  EXPECT_EQ(info_.src_fb.y_stride, 384);
  EXPECT_EQ(info_.src_fb.c_stride, 192);
  EXPECT_EQ(info_.src_fb.y_size, 384 * 144);
  EXPECT_EQ(info_.src_fb.c_size, 192 * 72);
  EXPECT_EQ(info_.src_fb.size, 384 * 144 * 3 / 2);
  EXPECT_EQ(buffer_.cb_offset, 384u * 144);
  EXPECT_EQ(buffer_.cr_offset, 384u * 144 * 5 / 4);
  EXPECT_EQ(encoder_->frame_width, 322u);
  EXPECT_EQ(encoder_->core_idx, 4);
}

TEST_F(VpuEncoderTest, AFrameWaitsUntilThereIsABuffer) {
  BmVpuEncOpenParams params = Params(BM_VPU_CODEC_FORMAT_H264);
  params.gop_preset = BM_VPU_ENC_GOP_PRESET_IPP;
  Open(params);
  output_.is_full = true;
  Upload(0);
  ASSERT_EQ(Encode(&buffer_, 0), 0);
  EXPECT_EQ(Encode(nullptr, 0), BM_VPU_ENC_RETURN_CODE_ERROR);
  output_.is_full = false;
  EXPECT_EQ(Encode(nullptr, 0), 0);
  EXPECT_EQ(Encode(nullptr, 0), BM_VPU_ENC_RETURN_CODE_END);
  EXPECT_EQ(frames_.size(), 1u);
  EXPECT_EQ(Encode(&buffer_, 1), BM_VPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE);
}

TEST_F(VpuEncoderTest, FramesThatDoNotFitAreRefused) {
  Open(Params(BM_VPU_CODEC_FORMAT_H264));
  struct Row {
    void (*change)(BmVpuFramebuffer*);
    int code;
  };
  const Row rows[] = {
      {[](BmVpuFramebuffer* f) { f->y_stride = kWidth - 1; }, BM_VPU_ENC_RETURN_CODE_INVALID_STRIDE},
      {[](BmVpuFramebuffer* f) { f->cbcr_stride = 0; }, BM_VPU_ENC_RETURN_CODE_INVALID_STRIDE},
      {[](BmVpuFramebuffer* f) { f->cr_offset = f->dma_buffer->size; }, BM_VPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER},
      {[](BmVpuFramebuffer* f) { f->y_offset = ~size_t{0}; }, BM_VPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER},
      {[](BmVpuFramebuffer* f) { f->y_stride = 1u << 31; }, BM_VPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER},
      {[](BmVpuFramebuffer* f) { f->dma_buffer = nullptr; }, BM_VPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER},
  };
  for (const Row& row : rows) {
    BmVpuFramebuffer buffer = buffer_;
    row.change(&buffer);
    EXPECT_EQ(Encode(&buffer, 0), row.code);
    EXPECT_EQ(code_, 0u);
  }
  BmVpuEncDMABuffer elsewhere = {1024, 0x10, 0, 0};
  BmVpuFramebuffer buffer = buffer_;
  buffer.dma_buffer = &elsewhere;
  EXPECT_EQ(Encode(&buffer, 0), BM_VPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER);
  // Calls that are not built, and callbacks that are missing.
  BmCustomMapOpt map = {};
  call_.customMapOpt = &map;
  EXPECT_EQ(Encode(&buffer_, 0), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  call_.customMapOpt = nullptr;
  call_.skip_frame = 1;
  EXPECT_EQ(Encode(&buffer_, 0), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  call_.skip_frame = 0;
  call_.finish_output_buffer = nullptr;
  EXPECT_EQ(Encode(&buffer_, 0), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_enc_encode(encoder_, nullptr, &encoded_, &call_, &code_), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
}

TEST_F(VpuEncoderTest, ParametersOutOfRangeAreRefused) {
  struct Row {
    void (*change)(BmVpuEncOpenParams*);
    bool is_accepted;
  };
  const Row rows[] = {
      {[](BmVpuEncOpenParams*) {}, true},
      {[](BmVpuEncOpenParams* p) { p->frame_width = 254; }, false},
      {[](BmVpuEncOpenParams* p) { p->frame_width = 8194; }, false},
      {[](BmVpuEncOpenParams* p) { p->frame_height = 126; }, false},
      {[](BmVpuEncOpenParams* p) { p->frame_height = 129; }, false},
      {[](BmVpuEncOpenParams* p) { p->frame_width = 258; }, true},
      {[](BmVpuEncOpenParams* p) { p->codec_format = BM_VPU_CODEC_FORMAT_H265, p->frame_width = 258; }, false},
      {[](BmVpuEncOpenParams* p) { p->codec_format = static_cast<BmVpuCodecFormat>(2); }, false},
      {[](BmVpuEncOpenParams* p) { p->pix_format = BM_VPU_ENC_PIX_FORMAT_YUV422P; }, false},
      {[](BmVpuEncOpenParams* p) { p->gop_preset = static_cast<BMVpuEncGopPreset>(0); }, false},
      {[](BmVpuEncOpenParams* p) { p->gop_preset = static_cast<BMVpuEncGopPreset>(9); }, false},
      {[](BmVpuEncOpenParams* p) { p->roi_enable = 2; }, false},
      {[](BmVpuEncOpenParams* p) { p->intra_period = 13; }, false},
      {[](BmVpuEncOpenParams* p) { p->intra_period = 13, p->gop_preset = BM_VPU_ENC_GOP_PRESET_IPP; }, true},
      {[](BmVpuEncOpenParams* p) { p->intra_period = 13, p->gop_preset = BM_VPU_ENC_GOP_PRESET_IBPBP; }, false},
      {[](BmVpuEncOpenParams* p) { p->intra_period = 12, p->gop_preset = BM_VPU_ENC_GOP_PRESET_RA_IB; }, false},
      {[](BmVpuEncOpenParams* p) { p->intra_period = -4; }, false},
      {[](BmVpuEncOpenParams* p) { p->cqp = -1; }, false},
      {[](BmVpuEncOpenParams* p) { p->cqp = 52; }, false},
      {[](BmVpuEncOpenParams* p) { p->bitrate = 500000, p->cqp = -1; }, true},
      {[](BmVpuEncOpenParams* p) { p->bitrate = -1; }, false},
      {[](BmVpuEncOpenParams* p) { p->vbv_buffer_size = 9; }, false},
      {[](BmVpuEncOpenParams* p) { p->vbv_buffer_size = 3001; }, false},
      {[](BmVpuEncOpenParams* p) { p->vbv_buffer_size = 10; }, true},
      {[](BmVpuEncOpenParams* p) { p->min_qp = 40, p->max_qp = 30; }, false},
      {[](BmVpuEncOpenParams* p) { p->fps_den = 0; }, false},
  };
  for (const Row& row : rows) {
    BmVpuEncOpenParams params = Params(BM_VPU_CODEC_FORMAT_H264);
    row.change(&params);
    BmVpuEncoder* encoder = nullptr;
    EXPECT_EQ(bmvpu_enc_open(&encoder, &params, &bitstream_, &info_),
              row.is_accepted ? BM_VPU_ENC_RETURN_CODE_OK : BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
    EXPECT_EQ(encoder != nullptr, row.is_accepted);
    if (encoder != nullptr) {
      EXPECT_EQ(bmvpu_enc_close(encoder), 0);
    }
  }
  BmVpuEncOpenParams params = Params(BM_VPU_CODEC_FORMAT_H264);
  BmVpuEncoder* encoder = nullptr;
  EXPECT_EQ(bmvpu_enc_open(nullptr, &params, &bitstream_, &info_), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_enc_open(&encoder, &params, nullptr, &info_), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  params.soc_idx = 1;
  EXPECT_EQ(bmvpu_enc_open(&encoder, &params, &bitstream_, &info_), BM_VPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE);
}

TEST_F(VpuEncoderTest, AnOpenEncoderOutlivesTheUnloading) {
  BmVpuEncOpenParams params = Params(BM_VPU_CODEC_FORMAT_H264);
  Open(params);
  ASSERT_EQ(bmvpu_enc_unload(0), 0);
  EXPECT_EQ(bmvpu_enc_unload(0), BM_VPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE);
  EncodeAll(3);
  EXPECT_EQ(frames_.size(), 3u);
  ASSERT_EQ(bmvpu_enc_load(0), 0);
}

TEST_F(VpuEncoderTest, ClosedAndForeignHandlesAreRefused) {
  Open(Params(BM_VPU_CODEC_FORMAT_H264));
  ASSERT_EQ(bmvpu_enc_close(encoder_), 0);
  EXPECT_EQ(bmvpu_enc_close(encoder_), BM_VPU_ENC_RETURN_CODE_INVALID_HANDLE);
  EXPECT_EQ(Encode(&buffer_, 0), BM_VPU_ENC_RETURN_CODE_INVALID_HANDLE);
  encoder_ = nullptr;
  EXPECT_EQ(bmvpu_enc_close(nullptr), BM_VPU_ENC_RETURN_CODE_INVALID_HANDLE);
}

TEST_F(VpuEncoderTest, DeviceMemoryIsCopiedMappedAndChecked) {
  BmVpuEncDMABuffer memory = {};
  ASSERT_EQ(bmvpu_enc_dma_buffer_allocate(core_, &memory, 4096), 0);
  EXPECT_EQ(bmvpu_enc_dma_buffer_get_size(&memory), 4096u);
  EXPECT_EQ(bmvpu_enc_dma_buffer_get_physical_address(&memory), memory.phys_addr);
  const uint8_t rows[] = {1, 2, 3, 9, 4, 5, 6, 9};
  ASSERT_EQ(bmvpu_enc_upload_data(core_, rows, 4, memory.phys_addr + 10, 100, 3, 2), 0);
  ASSERT_EQ(bmvpu_dma_buffer_map(core_, &memory, BM_VPU_ENC_MAPPING_FLAG_READ), 0);
  const auto* view = reinterpret_cast<const uint8_t*>(memory.virt_addr);
  EXPECT_EQ(std::memcmp(view + 10, rows, 3), 0);
  EXPECT_EQ(std::memcmp(view + 110, rows + 4, 3), 0);
  EXPECT_NE(view[13], 9);
  uint8_t copy[8] = {};
  ASSERT_EQ(bmvpu_enc_download_data(core_, copy, 4, memory.phys_addr + 10, 100, 3, 2), 0);
  EXPECT_EQ(std::memcmp(copy, "\1\2\3\0\4\5\6\0", 8), 0);
  EXPECT_EQ(bmvpu_enc_dma_buffer_flush(core_, &memory), 0);
  EXPECT_EQ(bmvpu_enc_dma_buffer_invalidate(core_, &memory), 0);
  EXPECT_EQ(bmvpu_dma_buffer_unmap(core_, &memory), 0);
  EXPECT_EQ(memory.virt_addr, 0u);
  EXPECT_EQ(bmvpu_enc_dma_buffer_attach(core_, memory.phys_addr, 4096), 0);
  EXPECT_EQ(bmvpu_enc_dma_buffer_deattach(core_, memory.phys_addr, 4096), 0);
  // Refused.
  EXPECT_EQ(bmvpu_enc_upload_data(core_, rows, 2, memory.phys_addr, 100, 3, 2), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_enc_upload_data(core_, rows, 4, 0x10, 100, 3, 2), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_enc_download_data(core_, nullptr, 4, memory.phys_addr, 100, 3, 2),
            BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_enc_dma_buffer_attach(core_, 0x10, 16), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_enc_dma_buffer_allocate(core_, &source_, 0), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_enc_dma_buffer_allocate(-1, &source_, 16), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_enc_dma_buffer_allocate(9, &source_, 16), BM_VPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE);
  const BmVpuEncDMABuffer freed = memory;
  ASSERT_EQ(bmvpu_enc_dma_buffer_deallocate(core_, &memory), 0);
  memory = freed;
  EXPECT_EQ(bmvpu_enc_dma_buffer_deallocate(core_, &memory), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
}

TEST(VpuEncoderParamsTest, NamesSetTheirMembers) {
  struct Row {
    const char* name;
    const char* value;
    int BmVpuEncOpenParams::*member;
    int expected;
  };
  const Row rows[] = {
      {"bg", "1", &BmVpuEncOpenParams::bg_detection, 1},
      {"nr", "0", &BmVpuEncOpenParams::enable_nr, 0},
      {"deblock", "0", &BmVpuEncOpenParams::disable_deblocking, 1},
      {"deblock", "-2,3", &BmVpuEncOpenParams::offset_tc, -2},
      {"deblock", "-2,3", &BmVpuEncOpenParams::offset_beta, 3},
      {"mb-rc", "0", &BmVpuEncOpenParams::mb_rc, 0},
      {"delta_qp", "9", &BmVpuEncOpenParams::delta_qp, 9},
      {"min_qp", "12", &BmVpuEncOpenParams::min_qp, 12},
      {"max-qp", "40", &BmVpuEncOpenParams::max_qp, 40},
      {"qp", "30", &BmVpuEncOpenParams::cqp, 30},
      {"weightp", "0", &BmVpuEncOpenParams::enable_wp, 0},
  };
  for (const Row& row : rows) {
    BmVpuEncOpenParams params;
    bmvpu_enc_set_default_open_params(&params, BM_VPU_CODEC_FORMAT_H264);
    EXPECT_NE(params.*row.member, row.expected) << row.name;
    EXPECT_EQ(bmvpu_enc_param_parse(&params, row.name, row.value), 0) << row.name;
    EXPECT_EQ(params.*row.member, row.expected) << row.name;
  }
  BmVpuEncOpenParams params;
  bmvpu_enc_set_default_open_params(&params, BM_VPU_CODEC_FORMAT_H265);
  EXPECT_EQ(params.h265_params.enable_tmvp, 1);
  EXPECT_EQ(bmvpu_enc_param_parse(&params, "bitrate", "800"), 0);
  EXPECT_EQ(params.bitrate, 800000);
  EXPECT_EQ(bmvpu_enc_param_parse(&params, "gop_preset", "2"), 0);
  EXPECT_EQ(params.gop_preset, BM_VPU_ENC_GOP_PRESET_IPP);
  EXPECT_EQ(bmvpu_enc_param_parse(&params, "preset", "fast"), 0);
  EXPECT_EQ(params.enc_mode, BM_VPU_ENC_FAST_MODE);
  EXPECT_EQ(bmvpu_enc_param_parse(&params, "preset", "1"), 0);
  EXPECT_EQ(params.enc_mode, BM_VPU_ENC_BOOST_MODE);
  EXPECT_EQ(bmvpu_enc_param_parse(&params, "qp", "18"), 0);
  EXPECT_EQ(params.bitrate, 0);
}

TEST(VpuEncoderParamsTest, OtherNamesAndValuesChangeNothing) {
  const char* const rows[][2] = {{"gopsize", "3"}, {"bg", "2"},     {"nr", "yes"},      {"deblock", "7,0"},
                                 {"deblock", ","}, {"preset", "3"}, {"qp", "52"},       {"bitrate", "-1"},
                                 {"max-qp", ""},   {"", "1"},       {"gop-preset", "0"}};
  for (const auto& row : rows) {
    BmVpuEncOpenParams params;
    bmvpu_enc_set_default_open_params(&params, BM_VPU_CODEC_FORMAT_H264);
    const BmVpuEncOpenParams before = params;
    EXPECT_EQ(bmvpu_enc_param_parse(&params, row[0], row[1]), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS) << row[0];
    EXPECT_EQ(std::memcmp(&params, &before, sizeof(params)), 0) << row[0];
  }
  EXPECT_EQ(bmvpu_enc_param_parse(nullptr, "bg", "1"), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
  EXPECT_EQ(bmvpu_get_ext_addr(), BM_VPU_ENC_RETURN_CODE_ERROR);
}

TEST(VpuEncoderParamsTest, NamesOfCodesFormatsAndTypes) {
  EXPECT_STREQ(bmvpu_enc_error_string(BM_VPU_ENC_RETURN_CODE_INVALID_STRIDE), "invalid stride");
  EXPECT_STREQ(bmvpu_enc_error_string(static_cast<BmVpuEncReturnCodes>(99)), "<unknown>");
  EXPECT_STREQ(bmvpu_pix_format_string(BM_VPU_ENC_PIX_FORMAT_NV12), "NV12");
  EXPECT_STREQ(bmvpu_frame_type_string(BM_VPU_ENC_FRAME_TYPE_IDR), "IDR");
}

std::string& LastLine() {
  static std::string line;
  return line;
}

void KeepLine(BmVpuEncLogLevel level, const char*, const int, const char* function, const char* format, ...) {
  EXPECT_EQ(level, BMVPU_ENC_LOG_LEVEL_ERROR);
  va_list arguments;
  va_start(arguments, format);
  char text[200];
  std::vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  LastLine() = std::string(function) + ": " + text;
}

TEST(VpuEncoderLogTest, FailuresGoToTheProgramsFunction) {
  bmvpu_enc_set_logging_function(KeepLine);
  EXPECT_EQ(bmvpu_enc_unload(0), BM_VPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE);
  bmvpu_enc_set_logging_function(nullptr);
  EXPECT_EQ(LastLine(), "bmvpu_enc_unload: device 0 is not loaded: load it first");
  bmvpu_enc_set_logging_threshold(BMVPU_ENC_LOG_LEVEL_INFO);
  EXPECT_EQ(bmvpu_enc_get_logging_threshold(), BMVPU_ENC_LOG_LEVEL_INFO);
  bmvpu_enc_set_logging_threshold(BMVPU_ENC_LOG_LEVEL_ERROR);
  EXPECT_EQ(bmvpu_enc_load(64), BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS);
}

}  // namespace
}  // namespace bm::decoder
