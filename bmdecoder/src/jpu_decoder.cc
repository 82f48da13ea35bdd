// bm_jpeg_interface.h: the decoder.
#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdecoder/src/edge.h"
#include "bmdecoder/src/handle_table.h"
#include "bmdecoder/src/jpu.h"
#include "bmdecoder/src/jpu_framebuffers.h"
#include "bmdecoder/src/loaded_devices.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::decoder {
namespace {

constexpr unsigned kMaxFramebuffers = 64;

constexpr EdgeCode kCodes[] = {
    {absl::StatusCode::kInvalidArgument, BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS},
    {absl::StatusCode::kNotFound, BM_JPU_DEC_RETURN_CODE_INVALID_HANDLE},
    {absl::StatusCode::kAborted, BM_JPU_DEC_RETURN_CODE_INVALID_FRAMEBUFFER},
    {absl::StatusCode::kUnavailable, BM_JPU_DEC_RETURN_CODE_INSUFFICIENT_FRAMEBUFFERS},
    {absl::StatusCode::kFailedPrecondition, BM_JPU_DEC_RETURN_CODE_WRONG_CALL_SEQUENCE},
    {absl::StatusCode::kResourceExhausted, BM_JPU_DEC_RETURN_ALLOC_MEM_ERROR},
    {absl::StatusCode::kOutOfRange, BM_JPU_DEC_RETURN_OVER_LIMITED},
};
const Edge kEdge = {kCodes, BM_JPU_DEC_RETURN_CODE_ERROR, LogJpu};

const char* const kErrors[] = {"ok",
                               "unspecified error",
                               "invalid params",
                               "invalid handle",
                               "invalid framebuffer",
                               "insufficient framebuffers",
                               "invalid stride",
                               "wrong call sequence",
                               "timeout",
                               "already called",
                               "memory allocation error",
                               "over limited",
                               "illegal bitstream size"};

template <typename Body>
BmJpuDecReturnCodes At(const char* function, Body body) {
  return static_cast<BmJpuDecReturnCodes>(AtEdge(kEdge, function, body));
}

LoadedDevices& Devices() {
  static auto* const devices = new LoadedDevices;
  return *devices;
}

struct OpenDecoder {
  // Longer than the framebuffers.
  std::unique_ptr<DeviceHold> device;
  BmJpuJPEGDecoder vendor = {};
  BmJpuDecOpenParams params = {};
  ChromaLayout layout = ChromaLayout::kSeparate;
  JpegTransform transform;
  std::unique_ptr<JpuFramebuffers> framebuffers;
  // The picture as the file has it, if it becomes another one.
  std::vector<uint8_t> scratch;
  // The last picture.
  bool has_picture = false;
  BmJpuJPEGDecInfo info = {};
};

HandleTable<OpenDecoder>& Decoders() {
  static auto* const table = new HandleTable<OpenDecoder>("decoder");
  return *table;
}

absl::StatusOr<ChromaLayout> LayoutOf(const BmJpuChromaFormat& format) {
  constexpr ChromaLayout kLayouts[] = {ChromaLayout::kSeparate, ChromaLayout::kCbCr, ChromaLayout::kCrCb};
  const size_t number = static_cast<size_t>(NumberOf(format));
  if (number < std::size(kLayouts)) return kLayouts[number];
  return absl::InvalidArgumentError(
      absl::StrCat("chroma_interleave is ", NumberOf(format), ": must be 0..", std::size(kLayouts) - 1));
}

absl::StatusOr<std::unique_ptr<JpuFramebuffers>> FramebuffersOf(const BmJpuDecOpenParams& params, unsigned extra) {
  if (extra >= kMaxFramebuffers) {
    return absl::InvalidArgumentError(
        absl::StrCat("num_extra_framebuffers is ", extra, ": must be 0..", kMaxFramebuffers - 1));
  }
  if (params.framebuffer_size > std::numeric_limits<uint32_t>::max()) {
    return absl::InvalidArgumentError(
        absl::StrCat("framebuffer_size is ", params.framebuffer_size, ": must be below 4 GiB"));
  }
  ASSIGN_OR_RETURN(const bm_handle_t handle, Devices().Handle(params.device_index));
  auto buffers =
      std::make_unique<JpuFramebuffers>(handle, extra + 1, params.framebuffer_recycle, params.framebuffer_size);
  if (!params.framebuffer_from_user) return buffers;
  if (params.framebuffer_phys_addrs == nullptr || params.framebuffer_num < 1 ||
      params.framebuffer_num > static_cast<int>(kMaxFramebuffers) || params.framebuffer_size == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "framebuffers of the caller: ", params.framebuffer_num, " of ", params.framebuffer_size, " bytes",
        params.framebuffer_phys_addrs == nullptr ? " without addresses" : "", ": must be 1..", kMaxFramebuffers));
  }
  RETURN_IF_ERROR(buffers->UseMemory(params.framebuffer_phys_addrs, params.framebuffer_num, params.framebuffer_size));
  return buffers;
}

absl::Status Open(BmJpuJPEGDecoder** decoder, const BmJpuDecOpenParams* params, unsigned extra) {
  RETURN_IF_ERROR(NotNull(decoder, "jpeg_decoder"));
  RETURN_IF_ERROR(NotNull(params, "open_params"));
  auto open = std::make_unique<OpenDecoder>();
  ASSIGN_OR_RETURN(open->device, Devices().Hold(params->device_index));
  open->params = *params;
  if (params->scale_ratio != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("scale_ratio is ", params->scale_ratio, ": scaling is not supported"));
  }
  ASSIGN_OR_RETURN(open->layout, LayoutOf(params->chroma_interleave));
  ASSIGN_OR_RETURN(open->transform, TransformOf(params->rotationEnable, params->rotationAngle, params->mirrorEnable,
                                                params->mirrorDirection));
  ASSIGN_OR_RETURN(open->framebuffers, FramebuffersOf(*params, extra));
  BmJpuJPEGDecoder& vendor = open->vendor;
  vendor.bitstream_buffer_size = params->bs_buffer_size == 0 ? kBitstreamBytes : params->bs_buffer_size;
  if (params->bitstream_from_user) {
    RETURN_IF_ERROR(
        Devices().View(params->device_index, params->bs_buffer_phys_addr, vendor.bitstream_buffer_size).status());
    vendor.bitstream_buffer_addr = params->bs_buffer_phys_addr;
  } else {
    ASSIGN_OR_RETURN(const uint64_t rounded, CheckedAdd(vendor.bitstream_buffer_size, kBitstreamUnit - 1));
    vendor.bitstream_buffer_size = static_cast<size_t>(rounded / kBitstreamUnit * kBitstreamUnit);
  }
  vendor.bitstream_buffer_alignment = 1;
  vendor.num_framebuffers = open->framebuffers->count();
  vendor.num_extra_framebuffers = extra;
  vendor.device_index = params->device_index;
  vendor.rotationEnable = params->rotationEnable;
  if (params->rotationEnable != 0) vendor.rotationAngle = params->rotationAngle;
  vendor.mirrorEnable = params->mirrorEnable;
  if (params->mirrorEnable != 0) vendor.mirrorDirection = params->mirrorDirection;
  vendor.framebuffer_recycle = params->framebuffer_recycle;
  vendor.bitstream_from_user = params->bitstream_from_user;
  vendor.framebuffer_from_user = params->framebuffer_from_user;
  vendor.opaque = open.get();
  *decoder = Decoders().Add(std::move(open));
  return absl::OkStatus();
}

// OUT_OF_RANGE outside the limits of the open call.
absl::Status CheckLimits(const BmJpuDecOpenParams& params, const JpegInfo& picture) {
  const unsigned width = static_cast<unsigned>(picture.width);
  const unsigned height = static_cast<unsigned>(picture.height);
  const auto is_above = [](unsigned value, unsigned limit) { return limit != 0 && value > limit; };
  if (width >= params.min_frame_width && height >= params.min_frame_height &&
      !is_above(width, params.max_frame_width) && !is_above(height, params.max_frame_height)) {
    return absl::OkStatus();
  }
  return absl::OutOfRangeError(absl::StrCat("a picture of ", width, " x ", height, ": must be ", params.min_frame_width,
                                            "..", params.max_frame_width, " x ", params.min_frame_height, "..",
                                            params.max_frame_height, " (0: any)"));
}

// What the picture becomes: the region of interest, turned and mirrored.
absl::StatusOr<JpegInfo> ResultOf(const OpenDecoder& open, const JpegInfo& picture) {
  JpegInfo part = picture;
  if (open.params.roiEnable != 0) {
    part.width = open.params.roiWidth;
    part.height = open.params.roiHeight;
  }
  return Transformed(part, open.transform);
}

void Describe(const JpegInfo& result, const JpegGeometry& geometry, BmJpuImageFormat format, OpenDecoder* open) {
  BmJpuJPEGDecInfo& info = open->info;
  info = {};
  const BmJpuFramebufferSizes sizes = SizesOf(geometry, format);
  info.aligned_frame_width = sizes.aligned_frame_width;
  info.aligned_frame_height = sizes.aligned_frame_height;
  info.actual_frame_width = static_cast<unsigned>(result.width);
  info.actual_frame_height = static_cast<unsigned>(result.height);
  info.y_stride = sizes.y_stride;
  info.cbcr_stride = sizes.cbcr_stride;
  info.y_size = sizes.y_size;
  info.cbcr_size = sizes.cbcr_size;
  info.cb_offset = static_cast<unsigned>(geometry.cb_offset);
  info.cr_offset = static_cast<unsigned>(geometry.cr_offset);
  info.image_format = format;
  info.framebuffer_recycle = open->params.framebuffer_recycle;
  info.framebuffer_size = open->framebuffers->bytes();
  open->vendor.calculated_sizes = sizes;
  open->vendor.framebuffer_size = open->framebuffers->bytes();
}

void Fill(const JpegGeometry& geometry, JpuFramebuffer* buffer, OpenDecoder* open) {
  BmJpuFramebuffer& vendor = buffer->vendor;
  vendor = {};
  vendor.y_stride = static_cast<unsigned>(geometry.y_stride);
  vendor.cbcr_stride = static_cast<unsigned>(geometry.chroma_stride);
  vendor.dma_buffer = &buffer->memory;
  vendor.cb_offset = geometry.cb_offset;
  vendor.cr_offset = geometry.cr_offset;
  open->info.framebuffer = &vendor;
  open->vendor.raw_frame = {};
  open->vendor.raw_frame.framebuffer = &vendor;
}

// One picture on its way.
class Decoding {
 public:
  explicit Decoding(OpenDecoder* open) : open_(*open) {}

  absl::Status Run(absl::Span<const uint8_t> bytes) {
    open_.has_picture = false;
    // The layout is known with the header: 4:4:4 and grey are never interleaved.
    ASSIGN_OR_RETURN(picture_, ReadJpegInfo(bytes));
    RETURN_IF_ERROR(CheckLimits(open_.params, picture_));
    ASSIGN_OR_RETURN(result_, ResultOf(open_, picture_));
    const BmJpuImageFormat format = ImageFormatOf(picture_.sampling, open_.layout);
    ASSIGN_OR_RETURN(const JpuFormat planes, FormatOf(format));
    layout_ = planes.layout;
    ASSIGN_OR_RETURN(const JpegGeometry geometry,
                     JpegGeometry::Create(result_.width, result_.height, result_.sampling, layout_));
    ASSIGN_OR_RETURN(buffer_, open_.framebuffers->Take(geometry.total));
    Describe(result_, geometry, format, &open_);
    if (buffer_ != nullptr) {
      const absl::Status decoded = Decode(bytes, geometry.At(buffer_->view));
      if (!decoded.ok()) return Abandon(decoded);
      Fill(geometry, buffer_, &open_);
      RETURN_IF_ERROR(Announce(geometry.total));
    }
    open_.has_picture = true;
    return absl::OkStatus();
  }

 private:
  absl::Status Decode(absl::Span<const uint8_t> bytes, const Planes& target) {
    const bool is_whole = open_.params.roiEnable == 0;
    if (is_whole && open_.transform.IsIdentity()) return DecodeJpeg(bytes, layout_, target);
    ASSIGN_OR_RETURN(const JpegGeometry geometry,
                     JpegGeometry::Create(picture_.width, picture_.height, picture_.sampling, layout_));
    open_.scratch.resize(geometry.total);
    const Planes source = geometry.At(open_.scratch.data());
    ConstPlanes part = AsConst(source);
    JpegInfo part_info = picture_;
    if (!is_whole) {
      const BmJpuDecOpenParams& params = open_.params;
      ASSIGN_OR_RETURN(
          part, Part(picture_, layout_, part, params.roiOffsetX, params.roiOffsetY, params.roiWidth, params.roiHeight));
      part_info.width = params.roiWidth;
      part_info.height = params.roiHeight;
    }
    RETURN_IF_ERROR(DecodeJpeg(bytes, layout_, source));
    CopyTransformed(part_info, layout_, part, open_.transform, target);
    return absl::OkStatus();
  }

  absl::Status Abandon(const absl::Status& reason) {
    RETURN_IF_ERROR(open_.framebuffers->Release(&buffer_->vendor));
    return reason;
  }

  absl::Status Announce(size_t bytes) {
    ASSIGN_OR_RETURN(const bm_handle_t handle, Devices().Handle(open_.params.device_index));
    if (bmnnsdk_host_written(handle, bm_mem_get_device_addr(buffer_->memory), bytes) == BM_SUCCESS) {
      return absl::OkStatus();
    }
    return absl::InternalError("the device refused a picture");
  }

  OpenDecoder& open_;
  JpegInfo picture_;
  JpegInfo result_;
  ChromaLayout layout_ = ChromaLayout::kSeparate;
  JpuFramebuffer* buffer_ = nullptr;
};

template <typename Body>
BmJpuDecReturnCodes With(const char* function, const BmJpuJPEGDecoder* decoder, Body body) {
  return At(function, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<OpenDecoder> open, Decoders().Find(decoder));
    return body(open.get());
  });
}

}  // namespace
}  // namespace bm::decoder

using namespace bm::decoder;  // NOLINT: the names below are the vendor's

const char* bm_jpu_dec_error_string(BmJpuDecReturnCodes code) {
  const size_t number = static_cast<size_t>(NumberOf(code));
  return number < std::size(kErrors) ? kErrors[number] : "<unknown>";
}

BmJpuDecReturnCodes bm_jpu_dec_load(int device_index) {
  return At(__func__, [&] { return Devices().Load(device_index); });
}

BmJpuDecReturnCodes bm_jpu_dec_unload(int device_index) {
  return At(__func__, [&] { return Devices().Unload(device_index); });
}

bm_handle_t bm_jpu_dec_get_bm_handle(int device_index) {
  const absl::StatusOr<bm_handle_t> handle = Devices().Handle(device_index);
  return handle.ok() ? *handle : nullptr;
}

BmJpuDecReturnCodes bm_jpu_jpeg_dec_open(BmJpuJPEGDecoder** jpeg_decoder, BmJpuDecOpenParams* open_params,
                                         unsigned int num_extra_framebuffers) {
  return At(__func__, [&] { return Open(jpeg_decoder, open_params, num_extra_framebuffers); });
}

BmJpuDecReturnCodes bm_jpu_jpeg_dec_close(BmJpuJPEGDecoder* jpeg_decoder) {
  return At(__func__, [&] { return Decoders().Remove(jpeg_decoder); });
}

BmJpuDecReturnCodes bm_jpu_jpeg_dec_decode(BmJpuJPEGDecoder* jpeg_decoder, const uint8_t* jpeg_data,
                                           const size_t jpeg_data_size, int, int) {
  return With(__func__, jpeg_decoder, [&](OpenDecoder* open) -> absl::Status {
    RETURN_IF_ERROR(NotNull(jpeg_data, "jpeg_data"));
    const size_t limit = open->vendor.bitstream_buffer_size;
    if (jpeg_data_size == 0 || jpeg_data_size > limit) {
      return absl::InvalidArgumentError(
          absl::StrCat("a file of ", jpeg_data_size, " bytes: the bitstream buffer takes 1..", limit));
    }
    return Decoding(open).Run({jpeg_data, jpeg_data_size});
  });
}

BmJpuDecReturnCodes bm_jpu_jpeg_dec_get_info(BmJpuJPEGDecoder* jpeg_decoder, BmJpuJPEGDecInfo* info) {
  return With(__func__, jpeg_decoder, [&](OpenDecoder* open) -> absl::Status {
    RETURN_IF_ERROR(NotNull(info, "info"));
    if (!open->has_picture) return absl::FailedPreconditionError("no picture was decoded");
    *info = open->info;
    return absl::OkStatus();
  });
}

BmJpuDecReturnCodes bm_jpu_jpeg_dec_frame_finished(BmJpuJPEGDecoder* jpeg_decoder, BmJpuFramebuffer* framebuffer) {
  return With(__func__, jpeg_decoder, [&](OpenDecoder* open) { return open->framebuffers->Release(framebuffer); });
}

BmJpuDecReturnCodes bm_jpu_jpeg_dec_flush(BmJpuJPEGDecoder* jpeg_decoder) {
  return With(__func__, jpeg_decoder, [&](OpenDecoder* open) {
    open->framebuffers->ReleaseAll();
    return absl::OkStatus();
  });
}
