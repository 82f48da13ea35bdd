// The low-level video decoder as programs use it, against the stock decoder's samples.
#define BM_PCIE_MODE
#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/testing/status_matchers.h"
#include "bm_vpudec_interface.h"
#include "bmdecoder/compressed_surface.h"
#include "bmdecoder/testing/clips.h"
#include "bmdecoder/testing/device_memory.h"
#include "gtest/gtest.h"

namespace bm::decoder {
namespace {

using Bytes = std::vector<uint8_t>;

// The access units of a clip in decoding order, with the presentation index of each.
struct Clip {
  std::vector<Bytes> units;
  std::vector<int64_t> pictures;

  Bytes stream() const {
    Bytes all;
    for (const Bytes& unit : units) all.insert(all.end(), unit.begin(), unit.end());
    return all;
  }
};

Clip MakeUnits(const EncoderOptions& options, int frames) {
  Clip clip;
  const auto append = [&](const absl::StatusOr<std::vector<EncodedPacket>>& packets) {
    ASSERT_OK(packets);
    for (const EncodedPacket& packet : *packets) {
      clip.units.push_back(packet.data);
      clip.pictures.push_back(packet.pts);
    }
  };
  const std::unique_ptr<VideoEncoder> encoder = VideoEncoder::Create(options).value();
  for (int i = 0; i < frames; ++i) {
    const Bytes picture = testing::MovingPicture(options.width, options.height, options.layout, i);
    append(encoder->Encode(testing::PlanesOf(picture, options.width, options.height, options.layout), i));
  }
  append(encoder->Finish());
  return clip;
}

Bytes StockSamples(const std::string& name, const Bytes& stream, const char* format) {
  const std::string path = testing::TempPath(name);
  testing::WriteBytes(path, stream);
  return testing::StockFrames(path, format);
}

BMVidDecParam Param(VideoCodec codec, BmVpuDecBitStreamMode mode, BmVpuDecPixFormat format) {
  BMVidDecParam param = {};
  param.streamFormat = codec == VideoCodec::kH264 ? BMDEC_AVC : BMDEC_HEVC;
  param.bsMode = mode;
  param.pixel_format = format;
  param.core_idx = -1;
  return param;
}

// A decoder, what it gave, and the calls of a program around it.
class Decoder {
 public:
  explicit Decoder(const BMVidDecParam& param) { EXPECT_EQ(bmvpu_dec_create(&handle_, param), 0); }
  ~Decoder() { EXPECT_EQ(bmvpu_dec_delete(handle_), 0); }

  BMVidCodHandle handle() const { return handle_; }

  void Send(const Bytes& bytes, u64 pts, u64 dts) {
    BMVidStream stream = {};
    stream.buf = const_cast<unsigned char*>(bytes.data());
    stream.length = static_cast<unsigned>(bytes.size());
    stream.pts = pts;
    stream.dts = dts;
    Until([&] { return bmvpu_dec_decode(handle_, stream); });
  }

  void Flush() {
    Until([&] { return bmvpu_dec_flush(handle_); });
    WaitFor([&] {
      Take();
      return bmvpu_dec_get_status(handle_) == BMDEC_STOP;
    });
  }

  // All frames that are ready.
  void Take() {
    BMVidFrame frame;
    while (bmvpu_dec_get_output(handle_, &frame) == 0) {
      frames.push_back(frame);
      Append(frame);
      ASSERT_EQ(bmvpu_dec_clear_output(handle_, &frame), 0);
    }
  }

  template <typename Condition>
  static void WaitFor(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit);
      std::this_thread::yield();
    }
  }

  std::vector<BMVidFrame> frames;
  // Visible samples of all frames.
  Bytes samples;

 private:
  template <typename Call>
  void Until(Call call) {
    WaitFor([&] {
      Take();
      const BMVidDecRetStatus status = call();
      EXPECT_TRUE(status == 0 || status == BM_ERR_VDEC_BUF_FULL || status == BM_ERR_VDEC_NOBUF) << status;
      return status == 0;
    });
  }

  // From device memory, by the addresses.
  void Append(const BMVidFrame& frame) {
    const bool planar = frame.pixel_format == BM_VPU_DEC_PIX_FORMAT_YUV420P;
    bm_handle_t device = nullptr;
    ASSERT_EQ(bm_dev_request(&device, 0), BM_SUCCESS);
    for (int p = 0; p < (planar ? 3 : 2); ++p) {
      const size_t stride = static_cast<size_t>(frame.stride[4 + p]);
      const size_t rows = p == 0 ? frame.height : (frame.height + 1) / 2;
      const size_t columns = p == 0 ? frame.width : (frame.width + 1) / 2 * (planar ? 1 : 2);
      Bytes plane(stride * rows);
      const auto address = reinterpret_cast<unsigned long long>(frame.buf[4 + p]);
      ASSERT_EQ(bm_memcpy_d2s(device, plane.data(), bm_mem_from_device(address, static_cast<unsigned>(plane.size()))),
                BM_SUCCESS);
      EXPECT_TRUE(std::equal(plane.begin(), plane.end(), frame.buf[p])) << "the host sees other bytes";
      for (size_t y = 0; y < rows; ++y) {
        samples.insert(samples.end(), plane.begin() + static_cast<std::ptrdiff_t>(y * stride),
                       plane.begin() + static_cast<std::ptrdiff_t>(y * stride + columns));
      }
    }
    bm_dev_free(device);
  }

  BMVidCodHandle handle_ = nullptr;
};

void SendUnits(const Clip& clip, Decoder* decoder) {
  for (size_t i = 0; i < clip.units.size(); ++i) decoder->Send(clip.units[i], 1000 + 7 * clip.pictures[i], i);
}

void SendBlocks(const Bytes& stream, size_t block, Decoder* decoder) {
  for (size_t at = 0; at < stream.size(); at += block) {
    const size_t end = std::min(at + block, stream.size());
    decoder->Send(
        Bytes(stream.begin() + static_cast<std::ptrdiff_t>(at), stream.begin() + static_cast<std::ptrdiff_t>(end)), at,
        at);
  }
}

class VpuDecoderTest : public ::testing::TestWithParam<VideoCodec> {
 protected:
  void SetUp() override {
    options_ = testing::SmallClip(GetParam());
    clip_ = MakeUnits(options_, 40);
  }
  BMVidDecParam UnitParam() const { return Param(GetParam(), BMDEC_BS_MODE_PIC_END, BM_VPU_DEC_PIX_FORMAT_NV12); }
  Bytes Stock(const char* format) const {
    return StockSamples(std::string(GetParam() == VideoCodec::kH264 ? "s.264." : "s.265.") + format, clip_.stream(),
                        format);
  }

  EncoderOptions options_;
  Clip clip_;
};

TEST_P(VpuDecoderTest, FramesAreThoseOfTheStockDecoderInEveryModeAndFormat) {
  const uint64_t before = testing::UsedDeviceBytes(0);
  struct Row {
    BmVpuDecPixFormat format;
    const char* stock;
  };
  for (const Row& row : {Row{BM_VPU_DEC_PIX_FORMAT_YUV420P, "yuv420p"}, Row{BM_VPU_DEC_PIX_FORMAT_NV12, "nv12"},
                         Row{BM_VPU_DEC_PIX_FORMAT_NV21, "nv21"}, Row{BM_VPU_DEC_PIX_FORMAT_COMPRESSED, "nv12"}}) {
    const Bytes stock = Stock(row.stock);
    Decoder units(Param(GetParam(), BMDEC_BS_MODE_PIC_END, row.format));
    SendUnits(clip_, &units);
    units.Flush();
    EXPECT_EQ(units.frames.size(), 40u);
    EXPECT_TRUE(units.samples == stock) << row.stock;
    // Small blocks end anywhere; large ones hold many units.
    for (const size_t block : {size_t{0x80000}, size_t{1000}}) {
      Decoder blocks(Param(GetParam(), BMDEC_BS_MODE_INTERRUPT, row.format));
      SendBlocks(clip_.stream(), block, &blocks);
      blocks.Flush();
      EXPECT_TRUE(blocks.samples == stock) << row.stock << " in blocks of " << block;
    }
  }
  EXPECT_EQ(testing::UsedDeviceBytes(0), before);
}

TEST_P(VpuDecoderTest, TimestampsPassThroughInPresentationAndDecodingOrder) {
  Decoder shown(UnitParam());
  SendUnits(clip_, &shown);
  shown.Flush();
  BMVidDecParam param = UnitParam();
  param.decode_order = 1;
  Decoder coded(param);
  SendUnits(clip_, &coded);
  coded.Flush();
  ASSERT_EQ(shown.frames.size(), 40u);
  ASSERT_EQ(coded.frames.size(), 40u);
  for (size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(shown.frames[i].pts, 1000 + 7 * i);
    EXPECT_EQ(clip_.pictures[shown.frames[i].dts], static_cast<int64_t>(i));
    EXPECT_EQ(coded.frames[i].dts, i);
    EXPECT_EQ(coded.frames[i].pts, 1000 + 7 * static_cast<u64>(clip_.pictures[i]));
  }
  // The clip has B frames: both orders differ.
  EXPECT_FALSE(std::is_sorted(clip_.pictures.begin(), clip_.pictures.end()));
}

TEST_P(VpuDecoderTest, StatusFollowsTheStreamAndASecondStreamMayFollow) {
  Decoder decoder(UnitParam());
  BMVidStreamInfo info;
  EXPECT_EQ(bmvpu_dec_get_status(decoder.handle()), BMDEC_UNINIT);
  EXPECT_EQ(bmvpu_dec_get_caps(decoder.handle(), &info), BM_ERR_VDEC_UNEXIST);
  EXPECT_EQ(bmvpu_dec_get_stream_info(decoder.handle(), nullptr, nullptr, nullptr, nullptr), BM_ERR_VDEC_UNEXIST);
  SendUnits(clip_, &decoder);
  Decoder::WaitFor([&] { return bmvpu_dec_get_status(decoder.handle()) == BMDEC_DECODING; });
  ASSERT_EQ(bmvpu_dec_get_caps(decoder.handle(), &info), 0);
  EXPECT_EQ(info.picWidth, 96);
  EXPECT_EQ(info.picHeight, 80);
  EXPECT_EQ(info.picCropRect.right, 96u);
  EXPECT_EQ(info.picCropRect.bottom, 80u);
  EXPECT_EQ(info.fRateNumerator / info.fRateDenominator, 25);
  EXPECT_EQ(info.chromaFormatIDC, 1);
  EXPECT_EQ(info.lumaBitdepth, 8);
  EXPECT_EQ(info.bitRate, -1);
  int width = 0, height = 0, frames = 0, delay = 0;
  ASSERT_EQ(bmvpu_dec_get_stream_info(decoder.handle(), &width, &height, &frames, &delay), 0);
  EXPECT_EQ(width, 96);
  EXPECT_EQ(height, 80);
  EXPECT_EQ(frames, info.minFrameBufferCount);
  EXPECT_EQ(delay, info.frameBufDelay);
  EXPECT_GE(delay, 3);
  decoder.Flush();
  EXPECT_EQ(bmvpu_dec_get_status(decoder.handle()), BMDEC_STOP);
  EXPECT_EQ(bmvpu_dec_flush(decoder.handle()), 0);
  EXPECT_EQ(bmvpu_dec_get_status(decoder.handle()), BMDEC_STOP);
  const Bytes first = decoder.samples;
  decoder.samples.clear();
  SendUnits(clip_, &decoder);
  EXPECT_NE(bmvpu_dec_get_status(decoder.handle()), BMDEC_STOP);
  decoder.Flush();
  EXPECT_TRUE(decoder.samples == first);
  EXPECT_EQ(decoder.frames.size(), 80u);
}

TEST_P(VpuDecoderTest, TheEndMayComeWithTheLastPacketAndRefusesMore) {
  Decoder decoder(UnitParam());
  for (size_t i = 0; i + 1 < 6; ++i) decoder.Send(clip_.units[i], i, i);
  BMVidStream last = {};
  last.buf = clip_.units[5].data();
  last.length = static_cast<unsigned>(clip_.units[5].size());
  last.end_of_stream = 1;
  Decoder::WaitFor([&] { return bmvpu_dec_decode(decoder.handle(), last) == 0; });
  EXPECT_EQ(bmvpu_dec_decode(decoder.handle(), last), BM_ERR_VDEC_FAILURE);
  EXPECT_EQ(bmvpu_dec_get_all_frame_in_buffer(decoder.handle()), 0);
  Decoder::WaitFor([&] {
    decoder.Take();
    return bmvpu_dec_get_status(decoder.handle()) == BMDEC_STOP;
  });
  EXPECT_EQ(decoder.frames.size(), 6u);
}

TEST_P(VpuDecoderTest, SkippedFramesAreLeftOut) {
  // x264's and x265's B pyramid is off: every B frame is a leaf.
  std::map<BmVpuDecSkipMode, size_t> frames;
  for (const BmVpuDecSkipMode skip : {BMDEC_FRAME_SKIP_MODE, BMDEC_SKIP_NON_REF_NON_I, BMDEC_SKIP_NON_I}) {
    BMVidDecParam param = UnitParam();
    param.skip_mode = skip;
    Decoder decoder(param);
    SendUnits(clip_, &decoder);
    decoder.Flush();
    frames[skip] = decoder.frames.size();
    for (const BMVidFrame& frame : decoder.frames) {
      if (skip == BMDEC_SKIP_NON_I) {
        EXPECT_TRUE(frame.picType == BMDEC_PIC_TYPE_I || frame.picType == BMDEC_PIC_TYPE_IDR);
      }
    }
  }
  EXPECT_EQ(frames[BMDEC_FRAME_SKIP_MODE], 40u);
  EXPECT_LT(frames[BMDEC_SKIP_NON_REF_NON_I], 30u);
  EXPECT_GT(frames[BMDEC_SKIP_NON_REF_NON_I], 9u);
  EXPECT_EQ(frames[BMDEC_SKIP_NON_I], 4u);
}

TEST_P(VpuDecoderTest, AChangeOfSizeIsFollowedAndCounted) {
  EncoderOptions other = options_;
  other.width = 160;
  other.height = 112;
  const Clip second = MakeUnits(other, 12);
  Decoder decoder(UnitParam());
  SendUnits(clip_, &decoder);
  SendUnits(second, &decoder);
  decoder.Flush();
  ASSERT_EQ(decoder.frames.size(), 52u);
  for (size_t i = 0; i < 52; ++i) {
    EXPECT_EQ(decoder.frames[i].width, i < 40 ? 96u : 160u);
    EXPECT_EQ(decoder.frames[i].sequenceNo, i < 40 ? 0 : 1);
  }
  BMVidStreamInfo info;
  ASSERT_EQ(bmvpu_dec_get_caps(decoder.handle(), &info), 0);
  EXPECT_EQ(info.picWidth, 160);
  EXPECT_EQ(info.sequenceNo, 1u);
}

TEST_P(VpuDecoderTest, AnotherSizeThanAskedForIsRefused) {
  BMVidDecParam param = UnitParam();
  param.picWidth = 96;
  param.picHeight = 80;
  Decoder fits(param);
  SendUnits(clip_, &fits);
  fits.Flush();
  EXPECT_EQ(fits.frames.size(), 40u);
  param.picHeight = 96;
  Decoder differs(param);
  differs.Send(clip_.units[0], 0, 0);
  Decoder::WaitFor([&] { return bmvpu_dec_get_status(differs.handle()) == BMDEC_WRONG_RESOLUTION; });
  BMVidStream stream = {};
  stream.buf = clip_.units[1].data();
  stream.length = static_cast<unsigned>(clip_.units[1].size());
  EXPECT_EQ(bmvpu_dec_decode(differs.handle(), stream), BM_ERR_VDEC_ILLEGAL_PARAM);
}

INSTANTIATE_TEST_SUITE_P(Codecs, VpuDecoderTest, ::testing::Values(VideoCodec::kH264, VideoCodec::kH265),
                         [](const ::testing::TestParamInfo<VideoCodec>& codec) {
                           return codec.param == VideoCodec::kH264 ? "H264" : "H265";
                         });

class VpuDecoderEdgeTest : public ::testing::Test {
 protected:
  void SetUp() override { clip_ = MakeUnits(testing::SmallClip(VideoCodec::kH264), 40); }
  static BMVidDecParam Units() { return Param(VideoCodec::kH264, BMDEC_BS_MODE_PIC_END, BM_VPU_DEC_PIX_FORMAT_NV12); }
  BMVidDecRetStatus TryToSend(BMVidCodHandle handle, size_t unit) {
    BMVidStream stream = {};
    stream.buf = clip_.units[unit].data();
    stream.length = static_cast<unsigned>(clip_.units[unit].size());
    return bmvpu_dec_decode(handle, stream);
  }

  Clip clip_;
};

TEST_F(VpuDecoderEdgeTest, DecodingStallsWhileFramesAreNotGivenBack) {
  EncoderOptions options = testing::SmallClip(VideoCodec::kH264);
  options.gop_preset = 2;
  clip_ = MakeUnits(options, 40);
  BMVidDecParam param = Units();
  param.extraFrameBufferNum = 2;
  Decoder decoder(param);
  // Without reordering 0 + 2 frames of delay, 2 of the caller and 1 are ready, 1 waits for room, 20 packets wait.
  size_t sent = 0;
  Decoder::WaitFor([&] {
    sent += TryToSend(decoder.handle(), sent) == 0;
    return sent == 26;
  });
  EXPECT_EQ(TryToSend(decoder.handle(), sent), BM_ERR_VDEC_BUF_FULL);
  EXPECT_EQ(bmvpu_dec_flush(decoder.handle()), BM_ERR_VDEC_BUF_FULL);
  EXPECT_EQ(bmvpu_dec_get_all_empty_input_buf_cnt(decoder.handle()), 0);
  EXPECT_EQ(bmvpu_dec_get_pkt_in_buf_cnt(decoder.handle()), 20);
  // Those that wait can be looked at.
  const Bytes stream = clip_.stream();
  Bytes waiting(stream.size());
  const int peeked = bmvpu_dec_dump_stream(decoder.handle(), waiting.data(), static_cast<int>(waiting.size()));
  EXPECT_EQ(peeked + bmvpu_dec_get_stream_buffer_empty_size(decoder.handle()), STREAM_BUF_SIZE);
  EXPECT_NE(std::search(stream.begin(), stream.end(), waiting.begin(), waiting.begin() + peeked), stream.end());
  // Frames that are out keep their bytes.
  std::vector<BMVidFrame> held(5);
  for (BMVidFrame& frame : held) ASSERT_EQ(bmvpu_dec_get_output(decoder.handle(), &frame), 0);
  EXPECT_EQ(bmvpu_dec_get_output(decoder.handle(), &held[0]), BM_ERR_VDEC_FAILURE);
  EXPECT_EQ(TryToSend(decoder.handle(), sent), BM_ERR_VDEC_BUF_FULL);
  const Bytes bytes(held[0].buf[0], held[0].buf[0] + held[0].size);
  for (int i = 4; i > 0; --i) {
    EXPECT_EQ(held[static_cast<size_t>(i)].frameIdx, i);
    EXPECT_NE(held[static_cast<size_t>(i)].buf[4], held[0].buf[4]);
    EXPECT_EQ(bmvpu_dec_clear_output(decoder.handle(), &held[static_cast<size_t>(i)]), 0);
  }
  for (; sent < clip_.units.size(); ++sent) decoder.Send(clip_.units[sent], 0, 0);
  decoder.Flush();
  EXPECT_EQ(decoder.frames.size(), 35u);
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), held[0].buf[0]));
  EXPECT_EQ(bmvpu_dec_clear_output(decoder.handle(), &held[0]), 0);
  EXPECT_EQ(bmvpu_dec_clear_output(decoder.handle(), &held[0]), BM_ERR_VDEC_ILLEGAL_PARAM);
}

TEST_F(VpuDecoderEdgeTest, WithoutReorderingFramesComeAtOnce) {
  EncoderOptions options = testing::SmallClip(VideoCodec::kH264);
  options.gop_preset = 2;
  const Clip clip = MakeUnits(options, 12);
  BMVidDecParam param = Units();
  param.frameDelay = 1;
  Decoder decoder(param);
  for (size_t i = 0; i < clip.units.size(); ++i) {
    decoder.Send(clip.units[i], i, i);
    Decoder::WaitFor([&] {
      decoder.Take();
      return decoder.frames.size() == i + 1;
    });
  }
}

TEST_F(VpuDecoderEdgeTest, TheBitstreamBufferHasItsSize) {
  BMVidDecParam param = Units();
  param.streamBufferSize = static_cast<int>(clip_.units[0].size());
  param.extraFrameBufferNum = 1;
  Decoder decoder(param);
  EXPECT_EQ(bmvpu_dec_get_stream_buffer_empty_size(decoder.handle()), param.streamBufferSize);
  BMVidStream stream = {};
  const Bytes large(clip_.units[0].size() + 1);
  stream.buf = const_cast<unsigned char*>(large.data());
  stream.length = static_cast<unsigned>(large.size());
  EXPECT_EQ(bmvpu_dec_decode(decoder.handle(), stream), BM_ERR_VDEC_ILLEGAL_PARAM);
  // Key frames fill it, whatever the queue's length is.
  Decoder::WaitFor([&] { return TryToSend(decoder.handle(), 0) == BM_ERR_VDEC_NOBUF; });
}

TEST_F(VpuDecoderEdgeTest, CompressedFramesNameTheirTables) {
  BMVidDecParam param = Units();
  param.wtlFormat = BMDEC_OUTPUT_COMPRESSED;
  Decoder decoder(param);
  decoder.Send(clip_.units[0], 0, 0);
  EXPECT_EQ(bmvpu_dec_flush(decoder.handle()), 0);
  BMVidFrame frame;
  Decoder::WaitFor([&] { return bmvpu_dec_get_output(decoder.handle(), &frame) == 0; });
  EXPECT_EQ(frame.pixel_format, BM_VPU_DEC_PIX_FORMAT_COMPRESSED);
  EXPECT_EQ(frame.stride[2], 64);
  EXPECT_EQ(frame.stride[7], 64);
  const auto address = [&](int i) { return reinterpret_cast<uint64_t>(frame.buf[i]); };
  ASSERT_OK_AND_ASSIGN(const CompressedSurface surface,
                       ParseCompressedSurface({{frame.buf[2], 64}, address(4), {frame.buf[3], 64}, address(5)}));
  EXPECT_EQ(surface.width, 96);
  EXPECT_EQ(surface.y_stride, static_cast<uint32_t>(frame.stride[4]));
  EXPECT_EQ(surface.chroma_stride, static_cast<uint32_t>(frame.stride[5]));
  // By device address, too.
  Bytes table(64);
  EXPECT_EQ(bmvpu_dec_read_memory(0, address(6), table.data(), 64, 0), 0);
  EXPECT_TRUE(std::equal(table.begin(), table.end(), frame.buf[2]));
  EXPECT_EQ(bmvpu_dec_clear_output(decoder.handle(), &frame), 0);
}

TEST_F(VpuDecoderEdgeTest, HeadersMayComeApart) {
  // The parameter sets in front of the first slice.
  const Bytes& unit = clip_.units[0];
  const uint8_t slice[] = {0, 0, 1, 0x65};
  const auto split = std::search(unit.begin(), unit.end(), std::begin(slice), std::end(slice));
  ASSERT_NE(split, unit.end());
  Bytes header(unit.begin(), split);
  Bytes rest(split, unit.end());
  Decoder decoder(Units());
  BMVidStream stream = {};
  stream.header_buf = header.data();
  stream.header_size = static_cast<unsigned>(header.size());
  stream.buf = rest.data();
  stream.length = static_cast<unsigned>(rest.size());
  EXPECT_EQ(bmvpu_dec_decode(decoder.handle(), stream), 0);
  decoder.Flush();
  EXPECT_EQ(decoder.frames.size(), 1u);
}

TEST_F(VpuDecoderEdgeTest, ParametersOutOfRangeAreRefused) {
  struct Row {
    void (*change)(BMVidDecParam*);
    BMVidDecRetStatus status;
  };
  const Row rows[] = {
      {[](BMVidDecParam* p) { p->streamFormat = static_cast<BmVpuDecStreamFormat>(3); }, BM_ERR_VDEC_NOT_SUPPORT},
      {[](BMVidDecParam* p) { p->bsMode = BMDEC_BS_MODE_RESERVED; }, BM_ERR_VDEC_NOT_SUPPORT},
      {[](BMVidDecParam* p) { p->wtlFormat = BMDEC_OUTPUT_TILED; }, BM_ERR_VDEC_NOT_SUPPORT},
      {[](BMVidDecParam* p) { p->pixel_format = BM_VPU_DEC_PIX_FORMAT_NV24; }, BM_ERR_VDEC_NOT_SUPPORT},
      {[](BMVidDecParam* p) { p->min_framebuf_cnt = 4; }, BM_ERR_VDEC_NOT_SUPPORT},
      {[](BMVidDecParam* p) { p->core_idx = 4; }, BM_ERR_VDEC_ILLEGAL_PARAM},
      {[](BMVidDecParam* p) { p->picWidth = -1; }, BM_ERR_VDEC_ILLEGAL_PARAM},
      {[](BMVidDecParam* p) { p->picHeight = 8193; }, BM_ERR_VDEC_ILLEGAL_PARAM},
      {[](BMVidDecParam* p) { p->extraFrameBufferNum = 257; }, BM_ERR_VDEC_ILLEGAL_PARAM},
      {[](BMVidDecParam* p) { p->pcie_board_id = 63; }, BM_ERR_VDEC_UNEXIST},
      {[](BMVidDecParam* p) { p->pcie_board_id = -1; }, BM_ERR_VDEC_UNEXIST},
  };
  for (const Row& row : rows) {
    BMVidDecParam param = Units();
    row.change(&param);
    BMVidCodHandle handle = &param;
    EXPECT_EQ(bmvpu_dec_create(&handle, param), row.status);
    EXPECT_EQ(handle, &param);
  }
  EXPECT_EQ(bmvpu_dec_create(nullptr, Units()), BM_ERR_VDEC_NULL_PTR);
}

TEST_F(VpuDecoderEdgeTest, HandlesThatAreNoneAreRefused) {
  BMVidCodHandle stale = nullptr;
  ASSERT_EQ(bmvpu_dec_create(&stale, Units()), 0);
  BMVidFrame frame = {};
  BMVidStreamInfo info;
  EXPECT_EQ(bmvpu_dec_get_output(stale, nullptr), BM_ERR_VDEC_NOMEM);
  EXPECT_EQ(bmvpu_dec_get_output(stale, &frame), BM_ERR_VDEC_FAILURE);
  EXPECT_EQ(bmvpu_dec_clear_output(stale, nullptr), BM_ERR_VDEC_NULL_PTR);
  EXPECT_EQ(bmvpu_dec_get_caps(stale, nullptr), BM_ERR_VDEC_NULL_PTR);
  EXPECT_EQ(bmvpu_dec_decode(stale, BMVidStream()), BM_ERR_VDEC_FAILURE);
  EXPECT_EQ(bmvpu_dec_dump_stream(stale, nullptr, 4), -1);
  ASSERT_EQ(bmvpu_dec_delete(stale), 0);
  for (const BMVidCodHandle handle : {stale, BMVidCodHandle{nullptr}}) {
    EXPECT_EQ(bmvpu_dec_delete(handle), BM_ERR_VDEC_UNEXIST);
    EXPECT_EQ(TryToSend(handle, 0), BM_ERR_VDEC_UNEXIST);
    EXPECT_EQ(bmvpu_dec_get_output(handle, &frame), BM_ERR_VDEC_UNEXIST);
    EXPECT_EQ(bmvpu_dec_clear_output(handle, &frame), BM_ERR_VDEC_UNEXIST);
    EXPECT_EQ(bmvpu_dec_flush(handle), BM_ERR_VDEC_UNEXIST);
    EXPECT_EQ(bmvpu_dec_get_all_frame_in_buffer(handle), BM_ERR_VDEC_UNEXIST);
    EXPECT_EQ(bmvpu_dec_get_caps(handle, &info), BM_ERR_VDEC_UNEXIST);
    EXPECT_EQ(bmvpu_dec_get_status(handle), BMDEC_CLOSED);
    EXPECT_EQ(bmvpu_dec_get_core_idx(handle), -1);
    EXPECT_EQ(bmvpu_dec_get_inst_idx(handle), -1);
    EXPECT_EQ(bmvpu_dec_get_pkt_in_buf_cnt(handle), -1);
  }
}

TEST_F(VpuDecoderEdgeTest, InstancesSpreadOverTheCores) {
  std::vector<BMVidCodHandle> handles(6);
  std::map<int, int> cores;
  for (BMVidCodHandle& handle : handles) {
    ASSERT_EQ(bmvpu_dec_create(&handle, Units()), 0);
    EXPECT_EQ(bmvpu_dec_get_inst_idx(handle), cores[bmvpu_dec_get_core_idx(handle)]++);
  }
  EXPECT_EQ(cores, (std::map<int, int>{{0, 2}, {1, 2}, {2, 1}, {3, 1}}));
  for (const BMVidCodHandle handle : handles) EXPECT_EQ(bmvpu_dec_delete(handle), 0);
  // A core has 32.
  BMVidDecParam param = Units();
  param.core_idx = 2;
  handles.assign(32, nullptr);
  for (BMVidCodHandle& handle : handles) ASSERT_EQ(bmvpu_dec_create(&handle, param), 0);
  BMVidCodHandle one_more = nullptr;
  EXPECT_EQ(bmvpu_dec_create(&one_more, param), BM_ERR_VDEC_NOMEM);
  EXPECT_EQ(bmvpu_dec_get_inst_idx(handles[31]), 31);
  for (const BMVidCodHandle handle : handles) EXPECT_EQ(bmvpu_dec_delete(handle), 0);
}

TEST_F(VpuDecoderEdgeTest, AResetHangsTheDecodersOfItsCore) {
  BMVidDecParam param = Units();
  param.core_idx = 1;
  Decoder reset(param);
  param.core_idx = 0;
  Decoder other(param);
  EXPECT_EQ(bmvpu_dec_reset(0, 5), BM_ERR_VDEC_ILLEGAL_PARAM);
  EXPECT_EQ(bmvpu_dec_reset(63, -1), BM_ERR_VDEC_ILLEGAL_PARAM);
  ASSERT_EQ(bmvpu_dec_reset(0, 1), 0);
  EXPECT_EQ(bmvpu_dec_get_status(reset.handle()), BMDEC_HUNG);
  EXPECT_EQ(TryToSend(reset.handle(), 0), BM_ERR_VDEC_ERR_HUNG);
  EXPECT_EQ(bmvpu_dec_flush(reset.handle()), BM_ERR_VDEC_ERR_HUNG);
  SendUnits(clip_, &other);
  other.Flush();
  EXPECT_EQ(other.frames.size(), 40u);
}

TEST_F(VpuDecoderEdgeTest, DeletingDropsWhatWaitsAndFreesAllMemory) {
  const uint64_t before = testing::UsedDeviceBytes(0);
  BMVidCodHandle handle = nullptr;
  ASSERT_EQ(bmvpu_dec_create(&handle, Units()), 0);
  BMVidFrame held = {};
  Decoder::WaitFor([&, sent = size_t{0}]() mutable {
    if (TryToSend(handle, sent) == 0) sent = (sent + 1) % clip_.units.size();
    return bmvpu_dec_get_output(handle, &held) == 0;
  });
  EXPECT_EQ(bmvpu_dec_delete(handle), 0);
  EXPECT_EQ(bmvpu_dec_clear_output(handle, &held), BM_ERR_VDEC_UNEXIST);
  EXPECT_EQ(testing::UsedDeviceBytes(0), before);
}

TEST(VpuDecoderAddressTest, ChromaFollowsWholeBlocksOf32Rows) {
  EXPECT_EQ(bmvpu_dec_calc_cbcr_addr(0, 0x1000, 1920, 1080), 0x1000u + 1920 * 1088);
  EXPECT_EQ(bmvpu_dec_calc_cbcr_addr(12, 0, 64, 65), 64u * 96);
}

}  // namespace
}  // namespace bm::decoder
