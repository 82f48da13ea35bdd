// bm_vpudec_interface.h over DecodeChannel.
#define BM_PCIE_MODE
#include <algorithm>
#include <atomic>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bm_vpudec_interface.h"
#include "bmdecoder/compressed_surface.h"
#include "bmdecoder/src/decoder_table.h"
#include "bmdecoder/src/edge.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::decoder {
namespace {

std::atomic<int> g_threshold{BMVPU_DEC_LOG_LEVEL_ERR};

void LogDecoder(const char* function, const std::string& text) {
  if (g_threshold.load() >= BMVPU_DEC_LOG_LEVEL_ERR) LogFailure(function, text);
}

constexpr EdgeCode kCodes[] = {
    {absl::StatusCode::kInvalidArgument, BM_ERR_VDEC_ILLEGAL_PARAM},
    {absl::StatusCode::kNotFound, BM_ERR_VDEC_UNEXIST},
    {absl::StatusCode::kFailedPrecondition, BM_ERR_VDEC_UNEXIST, Loudness::kQuiet},
    {absl::StatusCode::kUnimplemented, BM_ERR_VDEC_NOT_SUPPORT},
    {absl::StatusCode::kResourceExhausted, BM_ERR_VDEC_NOMEM},
    {absl::StatusCode::kAborted, BM_ERR_VDEC_ERR_HUNG},
    {absl::StatusCode::kUnavailable, BM_ERR_VDEC_BUF_FULL, Loudness::kQuiet},
    {absl::StatusCode::kOutOfRange, BM_ERR_VDEC_NOBUF, Loudness::kQuiet},
};
const Edge kEdge = {kCodes, BM_ERR_VDEC_FAILURE, LogDecoder};

template <typename Body>
BMVidDecRetStatus At(const char* function, Body body) {
  return static_cast<BMVidDecRetStatus>(AtEdge(kEdge, function, body));
}

// With an open decoder.
template <typename Body>
BMVidDecRetStatus With(const char* function, BMVidCodHandle handle, Body body) {
  return At(function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<const OpenDecoder> decoder, DecoderTable::Get().Find(handle));
    return body(*decoder);
  });
}

// A number that a decoder tells; -1 without one.
template <typename Body>
int Number(const char* function, BMVidCodHandle handle, Body body) {
  int result = -1;
  With(function, handle, [&](const OpenDecoder& decoder) {
    result = body(decoder);
    return absl::OkStatus();
  });
  return result;
}

// Vendor's values and ours.
template <typename Vendor, typename Ours>
struct Pair {
  Vendor vendor;
  Ours ours;
};

template <typename Vendor, typename Ours, size_t count>
absl::StatusOr<Ours> Lookup(const char* name, const Vendor& value, const Pair<Vendor, Ours> (&rows)[count]) {
  for (const Pair<Vendor, Ours>& row : rows) {
    if (NumberOf(row.vendor) == NumberOf(value)) return row.ours;
  }
  return absl::UnimplementedError(absl::StrCat(name, " ", NumberOf(value), " is not supported"));
}

constexpr Pair<BmVpuDecStreamFormat, VideoCodec> kCodecs[] = {{BMDEC_AVC, VideoCodec::kH264},
                                                              {BMDEC_HEVC, VideoCodec::kH265}};
constexpr Pair<BmVpuDecBitStreamMode, StreamMode> kModes[] = {{BMDEC_BS_MODE_INTERRUPT, StreamMode::kByteStream},
                                                              {BMDEC_BS_MODE_PIC_END, StreamMode::kAccessUnits}};
constexpr Pair<BmVpuDecSkipMode, FrameDrop> kDrops[] = {{BMDEC_FRAME_SKIP_MODE, FrameDrop::kNone},
                                                        {BMDEC_SKIP_NON_REF_NON_I, FrameDrop::kNonReference},
                                                        {BMDEC_SKIP_NON_I, FrameDrop::kNonIntra}};
constexpr Pair<BmVpuDecOutputMapType, SurfaceMap> kMaps[] = {{BMDEC_OUTPUT_UNMAP, SurfaceMap::kLinear},
                                                             {BMDEC_OUTPUT_COMPRESSED, SurfaceMap::kCompressed}};
constexpr Pair<BmVpuDecPixFormat, ChromaLayout> kLayouts[] = {
    {BM_VPU_DEC_PIX_FORMAT_YUV420P, ChromaLayout::kSeparate},
    {BM_VPU_DEC_PIX_FORMAT_NV12, ChromaLayout::kCbCr},
    {BM_VPU_DEC_PIX_FORMAT_NV21, ChromaLayout::kCrCb},
};
constexpr Pair<ChannelState, BMDecStatus> kStates[] = {
    {ChannelState::kUninitialised, BMDEC_UNINIT},
    {ChannelState::kDecoding, BMDEC_DECODING},
    {ChannelState::kWrongResolution, BMDEC_WRONG_RESOLUTION},
    {ChannelState::kNoFrameMemory, BMDEC_FRAMEBUFFER_NOTENOUGH},
    {ChannelState::kStopped, BMDEC_STOP},
    {ChannelState::kHung, BMDEC_HUNG},
};

absl::StatusOr<ChannelOptions> OptionsOf(const BMVidDecParam& param) {
  ChannelOptions options;
  ASSIGN_OR_RETURN(options.codec, Lookup("streamFormat", param.streamFormat, kCodecs));
  ASSIGN_OR_RETURN(options.mode, Lookup("bsMode", param.bsMode, kModes));
  ASSIGN_OR_RETURN(options.decoder.drop, Lookup("skip_mode", param.skip_mode, kDrops));
  ASSIGN_OR_RETURN(options.decoder.map, Lookup("wtlFormat", param.wtlFormat, kMaps));
  if (NumberOf(param.pixel_format) == BM_VPU_DEC_PIX_FORMAT_COMPRESSED) options.decoder.map = SurfaceMap::kCompressed;
  if (options.decoder.map == SurfaceMap::kLinear) {
    ASSIGN_OR_RETURN(options.decoder.layout, Lookup("pixel_format", param.pixel_format, kLayouts));
  }
  if (param.frame_buffer != nullptr || param.min_framebuf_cnt > 0) {
    return absl::UnimplementedError("frame buffers of the caller are not supported: leave frame_buffer null");
  }
  options.decoder.device = param.pcie_board_id;
  options.decoder.low_delay = param.frameDelay == 1;
  options.order = param.decode_order != 0 ? OutputOrder::kDecoding : OutputOrder::kPresentation;
  if (param.extraFrameBufferNum > 0) options.held_frames = param.extraFrameBufferNum;
  if (param.streamBufferSize > 0) options.stream_bytes = param.streamBufferSize;
  options.width = param.picWidth;
  options.height = param.picHeight;
  return options;
}

int MinimumFrames(const SequenceHeader& header) { return header.frame_buffers + 2; }
int DelayFrames(const SequenceHeader& header) { return header.reordering + 2; }

BMVidStreamInfo InfoOf(const StreamDescription& description) {
  const SequenceHeader& header = description.header;
  BMVidStreamInfo info = {};
  info.picWidth = header.coded_width;
  info.picHeight = header.coded_height;
  // As numerator and denominator where they fit.
  if (header.rate_denominator > 0 && header.rate_numerator <= 0x7fffffff && header.rate_denominator <= 0x7fffffff) {
    info.fRateNumerator = static_cast<int>(header.rate_numerator);
    info.fRateDenominator = static_cast<int>(header.rate_denominator);
  }
  info.picCropRect.left = static_cast<unsigned>(header.crop_left);
  info.picCropRect.top = static_cast<unsigned>(header.crop_top);
  info.picCropRect.right = static_cast<unsigned>(header.coded_width - header.crop_right);
  info.picCropRect.bottom = static_cast<unsigned>(header.coded_height - header.crop_bottom);
  info.minFrameBufferCount = MinimumFrames(header);
  info.frameBufDelay = DelayFrames(header);
  info.maxSubLayers = header.sub_layers;
  info.profile = header.profile;
  info.level = header.level;
  info.tier = header.tier;
  info.interlace = header.interlaced;
  std::copy(header.constraints.begin(), header.constraints.end(), info.constraint_set_flag);
  info.direct8x8Flag = header.direct_8x8;
  info.isExtSAR = header.aspect == 255;
  info.maxNumRefFrmFlag = 1;
  info.maxNumRefFrm = header.references;
  info.aspectRateInfo = info.isExtSAR != 0 ? header.aspect_width << 16 | header.aspect_height : header.aspect;
  info.bitRate = -1;
  info.chromaFormatIDC = header.chroma_format;
  info.lumaBitdepth = header.luma_depth;
  info.chromaBitdepth = header.chroma_depth;
  info.sequenceNo = static_cast<unsigned>(description.sequence);
  return info;
}

BmVpuDecPicType TypeOf(const FrameInfo& info) {
  if (info.key) return BMDEC_PIC_TYPE_IDR;
  return info.type == PictureType::kP   ? BMDEC_PIC_TYPE_P
         : info.type == PictureType::kB ? BMDEC_PIC_TYPE_B
                                        : BMDEC_PIC_TYPE_I;
}

BmVpuDecPixFormat FormatOf(const SurfaceShape& shape) {
  if (shape.map == SurfaceMap::kCompressed) return BM_VPU_DEC_PIX_FORMAT_COMPRESSED;
  for (const auto& row : kLayouts) {
    if (row.ours == shape.layout) return row.vendor;
  }
  return BM_VPU_DEC_PIX_FORMAT_YUV420P;
}

unsigned char* AsPointer(uint64_t address) { return reinterpret_cast<unsigned char*>(address); }

BMVidFrame FrameOf(const ChannelFrame& ready) {
  const Frame& frame = *ready.frame;
  BMVidFrame out = {};
  out.picType = TypeOf(frame.info);
  out.interlacedFrame = frame.info.interlaced ? INTERLACED_FRAME : PROGRESSIVE_FRAME;
  for (size_t p = 0; p < frame.planes.size(); ++p) {
    out.buf[p] = frame.planes[p].data;
    out.buf[4 + p] = AsPointer(frame.addresses[p]);
    out.stride[p] = out.stride[4 + p] = static_cast<int>(frame.planes[p].stride);
  }
  if (frame.shape.map == SurfaceMap::kCompressed) {
    for (size_t i = 0; i < frame.tables.size(); ++i) {
      out.buf[2 + i] = frame.planes[0].data + (frame.tables[i] - frame.addresses[0]);
      out.buf[6 + i] = AsPointer(frame.tables[i]);
      out.stride[2 + i] = out.stride[6 + i] = static_cast<int>(kCompressedTableBytes);
    }
  }
  out.width = static_cast<unsigned>(frame.shape.width);
  out.height = static_cast<unsigned>(frame.shape.height);
  out.lumaBitDepth = out.chromaBitDepth = 8;
  out.pixel_format = FormatOf(frame.shape);
  out.sequenceNo = frame.info.sequence;
  out.frameIdx = ready.index;
  out.pts = ready.pts;
  out.dts = ready.dts;
  out.colorPrimaries = frame.info.color_primaries;
  out.colorTransferCharacteristic = frame.info.color_transfer;
  out.colorSpace = frame.info.color_space;
  out.colorRange = frame.info.full_range ? 2 : 1;
  out.chromaLocation = frame.info.chroma_location;
  out.size = static_cast<int>(frame.memory.size);
  out.coded_width = static_cast<unsigned>(frame.shape.coded_width);
  out.coded_height = static_cast<unsigned>(frame.shape.coded_height);
  return out;
}

absl::Status ReadMemory(int device, uint64_t address, unsigned char* data, int size) {
  RETURN_IF_ERROR(NotNull(data, "data"));
  if (size < 0) return absl::InvalidArgumentError(absl::StrCat("len ", size, " is negative"));
  bm_handle_t handle = nullptr;
  if (device < 0 || bm_dev_request(&handle, device) != BM_SUCCESS) {
    return absl::InvalidArgumentError(absl::StrCat("there is no device ", device));
  }
  unsigned char* view = nullptr;
  const bm_status_t found = bmnnsdk_host_view(handle, address, static_cast<unsigned long long>(size), &view);
  if (found == BM_SUCCESS) std::copy_n(view, size, data);
  bm_dev_free(handle);
  if (found == BM_SUCCESS) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(size, " bytes at ", address, " are not device memory"));
}

}  // namespace
}  // namespace bm::decoder

using namespace bm::decoder;  // NOLINT: the names below are the vendor's

void bmvpu_dec_set_logging_threshold(BmVpuDecLogLevel log_level) { g_threshold.store(NumberOf(log_level)); }

BMVidDecRetStatus bmvpu_dec_create(BMVidCodHandle* pVidCodHandle, BMVidDecParam decParam) {
  if (pVidCodHandle == nullptr) return BM_ERR_VDEC_NULL_PTR;
  return At(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const ChannelOptions options, OptionsOf(decParam));
    ASSIGN_OR_RETURN(*pVidCodHandle, DecoderTable::Get().Open(options, std::max(decParam.core_idx, kAnyCore)));
    return absl::OkStatus();
  });
}

BMVidDecRetStatus bmvpu_dec_get_caps(BMVidCodHandle vidCodHandle, BMVidStreamInfo* streamInfo) {
  if (streamInfo == nullptr) return BM_ERR_VDEC_NULL_PTR;
  return With(__func__, vidCodHandle, [&](const OpenDecoder& decoder) -> absl::Status {
    ASSIGN_OR_RETURN(const StreamDescription description, decoder.channel->description());
    *streamInfo = InfoOf(description);
    return absl::OkStatus();
  });
}

BMVidDecRetStatus bmvpu_dec_decode(BMVidCodHandle vidCodHandle, BMVidStream vidStream) {
  return With(__func__, vidCodHandle, [&](const OpenDecoder& decoder) -> absl::Status {
    ChannelPacket packet;
    if (vidStream.header_buf != nullptr) packet.header = {vidStream.header_buf, vidStream.header_size};
    if (vidStream.buf != nullptr) packet.bytes = {vidStream.buf, vidStream.length};
    packet.pts = vidStream.pts;
    packet.dts = vidStream.dts;
    RETURN_IF_ERROR(decoder.channel->Send(packet));
    return vidStream.end_of_stream != 0 ? decoder.channel->End(EndMode::kAlways) : absl::OkStatus();
  });
}

BMVidDecRetStatus bmvpu_dec_get_output(BMVidCodHandle vidCodHandle, BMVidFrame* frame) {
  if (frame == nullptr) return BM_ERR_VDEC_NOMEM;
  bool is_ready = false;
  const BMVidDecRetStatus found = With(__func__, vidCodHandle, [&](const OpenDecoder& decoder) {
    const std::optional<ChannelFrame> ready = decoder.channel->Take();
    is_ready = ready.has_value();
    if (is_ready) *frame = FrameOf(*ready);
    return absl::OkStatus();
  });
  return found == 0 && !is_ready ? BM_ERR_VDEC_FAILURE : found;
}

BMVidDecRetStatus bmvpu_dec_clear_output(BMVidCodHandle vidCodHandle, BMVidFrame* frame) {
  if (frame == nullptr) return BM_ERR_VDEC_NULL_PTR;
  return With(__func__, vidCodHandle,
              [&](const OpenDecoder& decoder) { return decoder.channel->GiveBack(frame->frameIdx); });
}

BMVidDecRetStatus bmvpu_dec_flush(BMVidCodHandle vidCodHandle) {
  return With(__func__, vidCodHandle,
              [](const OpenDecoder& decoder) { return decoder.channel->End(EndMode::kIfRoom); });
}

BMVidDecRetStatus bmvpu_dec_get_all_frame_in_buffer(BMVidCodHandle vidCodHandle) {
  return With(__func__, vidCodHandle,
              [](const OpenDecoder& decoder) { return decoder.channel->End(EndMode::kAlways); });
}

BMVidDecRetStatus bmvpu_dec_delete(BMVidCodHandle vidCodHandle) {
  return At(__func__, [&] { return DecoderTable::Get().Close(vidCodHandle); });
}

BMDecStatus bmvpu_dec_get_status(BMVidCodHandle vidCodHandle) {
  BMDecStatus status = BMDEC_CLOSED;
  With(__func__, vidCodHandle, [&](const OpenDecoder& decoder) -> absl::Status {
    ASSIGN_OR_RETURN(status, Lookup("state", decoder.channel->state(), kStates));
    return absl::OkStatus();
  });
  return status;
}

int bmvpu_dec_get_stream_buffer_empty_size(BMVidCodHandle vidCodHandle) {
  return Number(__func__, vidCodHandle,
                [](const OpenDecoder& decoder) { return static_cast<int>(decoder.channel->free_bytes()); });
}

int bmvpu_dec_get_all_empty_input_buf_cnt(BMVidCodHandle vidCodHandle) {
  return Number(__func__, vidCodHandle, [](const OpenDecoder& decoder) {
    return std::max(kInputPackets - decoder.channel->waiting_packets(), 0);
  });
}

int bmvpu_dec_get_pkt_in_buf_cnt(BMVidCodHandle vidCodHandle) {
  return Number(__func__, vidCodHandle, [](const OpenDecoder& decoder) { return decoder.channel->waiting_packets(); });
}

BMVidDecRetStatus bmvpu_dec_reset(int devIdx, int coreIdx) {
  return At(__func__, [&]() -> absl::Status {
    int devices = 0;
    if (bm_dev_getcount(&devices) != BM_SUCCESS || devIdx < 0 || devIdx >= devices) {
      return absl::InvalidArgumentError(absl::StrCat("there is no device ", devIdx, ": 0..", devices - 1));
    }
    if (coreIdx < kAllCores || coreIdx >= kCoresPerDevice) {
      return absl::InvalidArgumentError(
          absl::StrCat("there is no core ", coreIdx, ": 0..", kCoresPerDevice - 1, ", -1 for all"));
    }
    DecoderTable::Get().Hang(devIdx, coreIdx);
    return absl::OkStatus();
  });
}

int bmvpu_dec_get_core_idx(BMVidCodHandle handle) {
  return Number(__func__, handle, [](const OpenDecoder& decoder) { return decoder.core; });
}

int bmvpu_dec_dump_stream(BMVidCodHandle vidCodHandle, unsigned char* p_stream, int size) {
  return Number(__func__, vidCodHandle, [&](const OpenDecoder& decoder) {
    if (p_stream == nullptr || size < 0) return -1;
    return static_cast<int>(decoder.channel->Peek({p_stream, static_cast<size_t>(size)}));
  });
}

int bmvpu_dec_get_inst_idx(BMVidCodHandle vidCodHandle) {
  return Number(__func__, vidCodHandle, [](const OpenDecoder& decoder) { return decoder.instance; });
}

BMVidDecRetStatus bmvpu_dec_get_stream_info(BMVidCodHandle vidCodHandle, int* width, int* height, int* mini_fb,
                                            int* frame_delay) {
  return With(__func__, vidCodHandle, [&](const OpenDecoder& decoder) -> absl::Status {
    ASSIGN_OR_RETURN(const StreamDescription description, decoder.channel->description());
    const SequenceHeader& header = description.header;
    if (width != nullptr) *width = header.coded_width;
    if (height != nullptr) *height = header.coded_height;
    if (mini_fb != nullptr) *mini_fb = MinimumFrames(header);
    if (frame_delay != nullptr) *frame_delay = DelayFrames(header);
    return absl::OkStatus();
  });
}

BMVidDecRetStatus bmvpu_dec_read_memory(int coreIdx, unsigned long addr, unsigned char* data, int len, int) {
  return At(__func__, [&] { return ReadMemory(coreIdx < 0 ? -1 : coreIdx / kCoresPerDevice, addr, data, len); });
}

u64 bmvpu_dec_calc_cbcr_addr(int, u64 y_addr, int y_stride, int frame_height) {
  return y_addr + static_cast<u64>(y_stride) * bm::AlignUp(static_cast<uint64_t>(frame_height), 32);
}
