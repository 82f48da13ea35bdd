// bm_vpuenc_interface.h over VideoEncoder: opening and encoding.
#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdecoder/core/sequence_header.h"
#include "bmdecoder/src/handle_table.h"
#include "bmdecoder/src/vpuenc.h"

namespace bm::decoder {
namespace {

std::atomic<int> g_threshold{BMVPU_ENC_LOG_LEVEL_ERROR};
std::atomic<BmVpuEncLoggingFunc> g_function{nullptr};

void LogEncoder(const char* function, const std::string& text) {
  const BmVpuEncLoggingFunc log = g_function.load();
  if (log == nullptr) return LogFailure(function, text);
  log(BMVPU_ENC_LOG_LEVEL_ERROR, __FILE__, __LINE__, function, "%s", text.c_str());
}

constexpr EdgeCode kCodes[] = {
    {absl::StatusCode::kInvalidArgument, BM_VPU_ENC_RETURN_CODE_INVALID_PARAMS},
    {absl::StatusCode::kNotFound, BM_VPU_ENC_RETURN_CODE_INVALID_HANDLE},
    {absl::StatusCode::kDataLoss, BM_VPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER},
    {absl::StatusCode::kOutOfRange, BM_VPU_ENC_RETURN_CODE_INVALID_STRIDE},
    {absl::StatusCode::kFailedPrecondition, BM_VPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE},
};

// What a raw frame hands to the encoded one.
struct Source {
  void* context;
  uint64_t pts;
  uint64_t dts;
  int index;
};

struct OpenEncoder {
  std::unique_ptr<DeviceHold> device;
  BmVpuEncoder vendor = {};
  EncoderOptions options;
  std::unique_ptr<VideoEncoder> encoder;
  // By number of the frame, which is its timestamp inside.
  std::map<int64_t, Source> sources;
  int64_t frames = 0;
  std::deque<EncodedPacket> ready;
  bool ended = false;
};

HandleTable<OpenEncoder>& Encoders() {
  static auto* const table = new HandleTable<OpenEncoder>("encoder");
  return *table;
}

BmVpuFbInfo GeometryOf(const EncoderOptions& options) {
  const bool separate = options.layout == ChromaLayout::kSeparate;
  BmVpuFbInfo info = {};
  info.width = options.width;
  info.height = options.height;
  info.y_stride = static_cast<int>(AlignUp(static_cast<uint64_t>(options.width), 64));
  info.c_stride = separate ? info.y_stride / 2 : info.y_stride;
  const int rows = static_cast<int>(AlignUp(static_cast<uint64_t>(options.height), 16));
  info.y_size = info.y_stride * rows;
  info.c_size = info.c_stride * rows / 2;
  info.size = info.y_size + info.c_size * (separate ? 2 : 1);
  return info;
}

BmVpuEncInitialInfo InitialInfo(const EncoderOptions& options) {
  BmVpuEncInitialInfo info = {};
  // A frame is copied when it is given, so one is enough; the vendor's programs allocate what they are told.
  info.min_num_rec_fb = 1;
  info.min_num_src_fb = 1;
  info.framebuffer_alignment = 64;
  info.rec_fb = info.src_fb = GeometryOf(options);
  return info;
}

absl::Status Open(BmVpuEncoder** encoder, const BmVpuEncOpenParams* params, BmVpuEncDMABuffer* bitstream,
                  BmVpuEncInitialInfo* initial_info) {
  RETURN_IF_ERROR(NotNull(encoder, "encoder"));
  RETURN_IF_ERROR(NotNull(params, "open_params"));
  RETURN_IF_ERROR(NotNull(bitstream, "bs_dmabuffer"));
  RETURN_IF_ERROR(NotNull(initial_info, "initial_info"));
  auto open = std::make_unique<OpenEncoder>();
  ASSIGN_OR_RETURN(open->device, EncoderDevices().Hold(params->soc_idx));
  ASSIGN_OR_RETURN(open->options, EncoderOptionsOf(*params));
  RETURN_IF_ERROR(EncoderDevices().View(params->soc_idx, bitstream->phys_addr, bitstream->size).status());
  ASSIGN_OR_RETURN(open->encoder, VideoEncoder::Create(open->options));
  BmVpuEncoder& vendor = open->vendor;
  vendor.handle = open.get();
  vendor.soc_idx = params->soc_idx;
  vendor.core_idx = bmvpu_enc_get_core_idx(params->soc_idx);
  vendor.codec_format = params->codec_format;
  vendor.pix_format = params->pix_format;
  vendor.frame_width = params->frame_width;
  vendor.frame_height = params->frame_height;
  vendor.fps_n = params->fps_num;
  vendor.fps_d = params->fps_den;
  vendor.first_frame = 1;
  vendor.rc_enable = params->bitrate != 0;
  vendor.cqp = params->cqp;
  vendor.bs_dmabuffer = bitstream;
  vendor.bs_virt_addr = bitstream->virt_addr;
  vendor.bs_phys_addr = bitstream->phys_addr;
  vendor.initial_info = InitialInfo(open->options);
  vendor.timeout = params->timeout;
  vendor.timeout_count = params->timeout_count;
  *initial_info = vendor.initial_info;
  *encoder = Encoders().Add(std::move(open));
  return absl::OkStatus();
}

// The planes of a frame in device memory. DATA_LOSS for a framebuffer that does not hold them, OUT_OF_RANGE for strides
// that are too small.
absl::StatusOr<ConstPlanes> PlanesOf(const OpenEncoder& open, const BmVpuFramebuffer& buffer) {
  const EncoderOptions& options = open.options;
  if (buffer.dma_buffer == nullptr) return absl::DataLossError("the framebuffer has no dma_buffer");
  const bool separate = options.layout == ChromaLayout::kSeparate;
  const unsigned width = static_cast<unsigned>(options.width);
  const unsigned chroma_width = separate ? width / 2 : width;
  if (buffer.y_stride < width || buffer.cbcr_stride < chroma_width) {
    return absl::OutOfRangeError(absl::StrCat("strides ", buffer.y_stride, " and ", buffer.cbcr_stride,
                                              ": must be at least ", width, " and ", chroma_width));
  }
  const absl::StatusOr<absl::Span<uint8_t>> view =
      EncoderDevices().View(open.vendor.soc_idx, buffer.dma_buffer->phys_addr, buffer.dma_buffer->size);
  if (!view.ok()) return absl::DataLossError(view.status().message());
  ConstPlanes planes;
  const size_t offsets[] = {buffer.y_offset, buffer.cb_offset, buffer.cr_offset};
  for (size_t p = 0; p < (separate ? 3u : 2u); ++p) {
    const size_t stride = p == 0 ? buffer.y_stride : buffer.cbcr_stride;
    const size_t rows = static_cast<size_t>(p == 0 ? options.height : options.height / 2);
    if (!CheckRange(offsets[p], stride * rows, view->size()).ok()) {
      return absl::DataLossError(absl::StrCat("plane ", p, " has ", rows, " rows of ", stride, " bytes at offset ",
                                              offsets[p], ": the buffer ends at ", view->size()));
    }
    planes[p] = {view->data() + offsets[p], stride, rows};
  }
  return planes;
}

// Parameters of a call that are not built.
absl::Status CheckParams(const BmVpuEncParams* params) {
  RETURN_IF_ERROR(NotNull(params, "encoding_params"));
  if (params->acquire_output_buffer == nullptr || params->finish_output_buffer == nullptr) {
    return absl::InvalidArgumentError("acquire_output_buffer and finish_output_buffer are mandatory");
  }
  if (params->skip_frame != 0) return absl::InvalidArgumentError("skip_frame is not supported: leave it 0");
  if (params->customMapOpt != nullptr) {
    return absl::InvalidArgumentError("maps of regions are not supported: leave customMapOpt null");
  }
  return absl::OkStatus();
}

absl::Status Append(absl::StatusOr<std::vector<EncodedPacket>> packets, OpenEncoder* open) {
  RETURN_IF_ERROR(packets.status());
  for (EncodedPacket& packet : *packets) open->ready.push_back(std::move(packet));
  return absl::OkStatus();
}

// Takes a frame, or the end.
absl::Status Take(const BmVpuRawFrame& raw, OpenEncoder* open, uint32_t* output_code) {
  if (raw.framebuffer == nullptr) {
    if (open->ended) return absl::OkStatus();
    open->ended = true;
    return Append(open->encoder->Finish(), open);
  }
  if (open->ended) return absl::FailedPreconditionError("a frame after the end of the stream: open an encoder anew");
  ASSIGN_OR_RETURN(const ConstPlanes planes, PlanesOf(*open, *raw.framebuffer));
  open->sources[open->frames] = {raw.context, raw.pts, raw.dts, raw.framebuffer->myIndex};
  RETURN_IF_ERROR(Append(open->encoder->Encode(planes, open->frames), open));
  ++open->frames;
  open->vendor.first_frame = 0;
  *output_code |= BM_VPU_ENC_OUTPUT_CODE_INPUT_USED;
  return absl::OkStatus();
}

BmVpuEncFrameType TypeOf(const EncodedPacket& packet) {
  constexpr BmVpuEncFrameType kTypes[] = {BM_VPU_ENC_FRAME_TYPE_I, BM_VPU_ENC_FRAME_TYPE_P, BM_VPU_ENC_FRAME_TYPE_B,
                                          BM_VPU_ENC_FRAME_TYPE_UNKNOWN};
  return packet.key ? BM_VPU_ENC_FRAME_TYPE_IDR : kTypes[static_cast<size_t>(packet.type)];
}

// Hands the first frame that is ready to the caller's buffer. Without one it stays.
absl::Status Give(const BmVpuEncParams& params, OpenEncoder* open, BmVpuEncodedFrame* frame, uint32_t* output_code) {
  if (open->ready.empty()) return absl::OkStatus();
  const EncodedPacket& packet = open->ready.front();
  void* handle = nullptr;
  void* buffer = params.acquire_output_buffer(params.output_buffer_context, packet.data.size(), &handle);
  if (buffer == nullptr) {
    return absl::InternalError(absl::StrCat("acquire_output_buffer gave no ", packet.data.size(), " bytes"));
  }
  std::copy(packet.data.begin(), packet.data.end(), static_cast<uint8_t*>(buffer));
  params.finish_output_buffer(params.output_buffer_context, handle);
  const Source source = open->sources[packet.pts];
  open->sources.erase(packet.pts);
  *frame = {};
  frame->data = static_cast<uint8_t*>(buffer);
  frame->data_size = packet.data.size();
  frame->frame_type = TypeOf(packet);
  frame->acquired_handle = handle;
  frame->context = source.context;
  frame->pts = source.pts;
  frame->dts = source.dts;
  frame->src_idx = source.index;
  frame->avg_ctu_qp = packet.qp;
  *output_code |= BM_VPU_ENC_OUTPUT_CODE_ENCODED_FRAME_AVAILABLE;
  if (!FindSequenceHeader(open->options.codec, packet.data).empty()) {
    *output_code |= BM_VPU_ENC_OUTPUT_CODE_CONTAINS_HEADER;
  }
  open->ready.pop_front();
  return absl::OkStatus();
}

}  // namespace

const Edge kEncoderEdge = {kCodes, BM_VPU_ENC_RETURN_CODE_ERROR, LogEncoder};

}  // namespace bm::decoder

using namespace bm::decoder;  // NOLINT: the names below are the vendor's

void bmvpu_enc_set_logging_threshold(BmVpuEncLogLevel threshold) { g_threshold.store(NumberOf(threshold)); }
void bmvpu_enc_set_logging_function(BmVpuEncLoggingFunc logging_function) { g_function.store(logging_function); }
BmVpuEncLogLevel bmvpu_enc_get_logging_threshold() { return static_cast<BmVpuEncLogLevel>(g_threshold.load()); }

int bmvpu_get_ext_addr() {
  return AtEncoderEdge(__func__, [] { return absl::UnimplementedError("not supported"); });
}

int bmvpu_fill_framebuffer_params(BmVpuFramebuffer* framebuffer, BmVpuFbInfo* fb_info, BmVpuEncDMABuffer* fb_dma_buffer,
                                  int fb_id, void* context) {
  return AtEncoderEdge(__func__, [&]() -> absl::Status {
    RETURN_IF_ERROR(NotNull(framebuffer, "framebuffer"));
    RETURN_IF_ERROR(NotNull(fb_info, "fb_info"));
    BmVpuFramebuffer filled = {};
    filled.dma_buffer = fb_dma_buffer;
    filled.myIndex = fb_id;
    filled.y_stride = static_cast<unsigned>(fb_info->y_stride);
    filled.cbcr_stride = static_cast<unsigned>(fb_info->c_stride);
    filled.width = static_cast<unsigned>(fb_info->width);
    filled.height = static_cast<unsigned>(fb_info->height);
    filled.cb_offset = static_cast<size_t>(fb_info->y_size);
    filled.cr_offset = static_cast<size_t>(fb_info->y_size) + static_cast<size_t>(fb_info->c_size);
    filled.context = context;
    *framebuffer = filled;
    return absl::OkStatus();
  });
}

int bmvpu_enc_open(BmVpuEncoder** encoder, BmVpuEncOpenParams* open_params, BmVpuEncDMABuffer* bs_dmabuffer,
                   BmVpuEncInitialInfo* initial_info) {
  return AtEncoderEdge(__func__, [&] { return Open(encoder, open_params, bs_dmabuffer, initial_info); });
}

int bmvpu_enc_close(BmVpuEncoder* encoder) {
  return AtEncoderEdge(__func__, [&] { return Encoders().Remove(encoder); });
}

int bmvpu_enc_encode(BmVpuEncoder* encoder, const BmVpuRawFrame* raw_frame, BmVpuEncodedFrame* encoded_frame,
                     BmVpuEncParams* encoding_params, uint32_t* output_code) {
  bool is_end = false;
  const int code = AtEncoderEdge(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<OpenEncoder> open, Encoders().Find(encoder));
    RETURN_IF_ERROR(NotNull(raw_frame, "raw_frame"));
    RETURN_IF_ERROR(NotNull(encoded_frame, "encoded_frame"));
    RETURN_IF_ERROR(NotNull(output_code, "output_code"));
    *output_code = 0;
    RETURN_IF_ERROR(CheckParams(encoding_params));
    RETURN_IF_ERROR(Take(*raw_frame, open.get(), output_code));
    is_end = open->ended && open->ready.empty();
    return Give(*encoding_params, open.get(), encoded_frame, output_code);
  });
  return code == BM_VPU_ENC_RETURN_CODE_OK && is_end ? BM_VPU_ENC_RETURN_CODE_END : code;
}
