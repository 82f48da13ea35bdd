// bm_jpeg_interface.h: the encoder.
#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdecoder/src/edge.h"
#include "bmdecoder/src/handle_table.h"
#include "bmdecoder/src/jpu.h"
#include "bmdecoder/src/loaded_devices.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::decoder {
namespace {

constexpr EdgeCode kCodes[] = {
    {absl::StatusCode::kInvalidArgument, BM_JPU_ENC_RETURN_CODE_INVALID_PARAMS},
    {absl::StatusCode::kNotFound, BM_JPU_ENC_RETURN_CODE_INVALID_HANDLE},
    {absl::StatusCode::kAborted, BM_JPU_ENC_RETURN_CODE_INVALID_FRAMEBUFFER},
    {absl::StatusCode::kOutOfRange, BM_JPU_ENC_RETURN_CODE_INVALID_STRIDE},
    {absl::StatusCode::kFailedPrecondition, BM_JPU_ENC_RETURN_CODE_WRONG_CALL_SEQUENCE},
    {absl::StatusCode::kCancelled, BM_JPU_ENC_RETURN_CODE_WRITE_CALLBACK_FAILED},
    {absl::StatusCode::kResourceExhausted, BM_JPU_ENC_RETURN_ALLOC_MEM_ERROR},
    {absl::StatusCode::kUnavailable, BM_JPU_ENC_RETURN_BS_BUFFER_FULL},
};
const Edge kEdge = {kCodes, BM_JPU_ENC_RETURN_CODE_ERROR, LogJpu};

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
                               "error in write callback",
                               "memory allocation error",
                               "byte error",
                               "bitstream buffer full"};

template <typename Body>
BmJpuEncReturnCodes At(const char* function, Body body) {
  return static_cast<BmJpuEncReturnCodes>(AtEdge(kEdge, function, body));
}

LoadedDevices& Devices() {
  static auto* const devices = new LoadedDevices;
  return *devices;
}

struct OpenEncoder {
  std::unique_ptr<DeviceHold> device;
  BmJpuJPEGEncoder vendor = {};
};

HandleTable<OpenEncoder>& Encoders() {
  static auto* const table = new HandleTable<OpenEncoder>("encoder");
  return *table;
}

absl::Status Open(BmJpuJPEGEncoder** encoder, bm_jpu_phys_addr_t bitstream, int bitstream_bytes, int device) {
  RETURN_IF_ERROR(NotNull(encoder, "jpeg_encoder"));
  ASSIGN_OR_RETURN(std::unique_ptr<DeviceHold> hold, Devices().Hold(device));
  if (bitstream_bytes < 0) {
    return absl::InvalidArgumentError(absl::StrCat("bs_buffer_size is ", bitstream_bytes, ": must be >= 0"));
  }
  auto open = std::make_unique<OpenEncoder>();
  open->device = std::move(hold);
  BmJpuJPEGEncoder& vendor = open->vendor;
  vendor.bitstream_buffer_size = bitstream_bytes == 0 ? kBitstreamBytes : static_cast<size_t>(bitstream_bytes);
  if (bitstream != 0) RETURN_IF_ERROR(Devices().View(device, bitstream, vendor.bitstream_buffer_size).status());
  vendor.bitstream_buffer_addr = bitstream;
  vendor.bitstream_from_user = bitstream != 0;
  vendor.bitstream_buffer_alignment = 1;
  vendor.device_index = device;
  *encoder = Encoders().Add(std::move(open));
  return absl::OkStatus();
}

// The picture in a framebuffer. ABORTED if the buffer does not hold it, OUT_OF_RANGE for strides that are too small.
absl::StatusOr<ConstPlanes> PlanesOf(int device, const BmJpuFramebuffer& buffer, const JpegInfo& picture,
                                     ChromaLayout layout) {
  if (buffer.dma_buffer == nullptr) return absl::AbortedError("the framebuffer has no dma_buffer");
  const absl::StatusOr<absl::Span<uint8_t>> view =
      Devices().View(device, bm_mem_get_device_addr(*buffer.dma_buffer), buffer.dma_buffer->size);
  if (!view.ok()) return absl::AbortedError(view.status().message());
  ConstPlanes planes;
  const size_t offsets[] = {buffer.y_offset, buffer.cb_offset, buffer.cr_offset};
  for (int p = 0; p < PlaneCount(picture.sampling, layout); ++p) {
    const size_t i = static_cast<size_t>(p);
    const size_t stride = p == 0 ? buffer.y_stride : buffer.cbcr_stride;
    const size_t rows = static_cast<size_t>(p == 0 ? picture.height : ChromaHeight(picture.sampling, picture.height));
    if (!CheckRange(offsets[i], stride * rows, view->size()).ok()) {
      return absl::AbortedError(absl::StrCat("plane ", p, " has ", rows, " rows of ", stride, " bytes at offset ",
                                             offsets[i], ": the buffer ends at ", view->size()));
    }
    planes[i] = {view->data() + offsets[i], stride, rows};
  }
  const absl::Status fits = CheckPlanes(picture.width, picture.height, picture.sampling, layout, planes);
  if (!fits.ok()) return absl::OutOfRangeError(fits.message());
  return planes;
}

absl::StatusOr<std::vector<uint8_t>> EncodeFile(int device, const BmJpuFramebuffer& buffer,
                                                const BmJpuJPEGEncParams& params) {
  ASSIGN_OR_RETURN(const JpuFormat format, FormatOf(params.image_format));
  const JpegInfo picture = {static_cast<int>(params.frame_width), static_cast<int>(params.frame_height),
                            format.sampling};
  ASSIGN_OR_RETURN(const JpegTransform transform, TransformOf(params.rotationEnable, params.rotationAngle,
                                                              params.mirrorEnable, params.mirrorDirection));
  // Checks the sides.
  RETURN_IF_ERROR(JpegGeometry::Create(picture.width, picture.height, picture.sampling, format.layout).status());
  ASSIGN_OR_RETURN(const ConstPlanes planes, PlanesOf(device, buffer, picture, format.layout));
  const int quality = static_cast<int>(std::min(params.quality_factor, 1000u));
  if (transform.IsIdentity()) return EncodeJpeg(picture, format.layout, planes, quality);
  ASSIGN_OR_RETURN(const JpegInfo result, Transformed(picture, transform));
  ASSIGN_OR_RETURN(const JpegGeometry geometry,
                   JpegGeometry::Create(result.width, result.height, result.sampling, format.layout));
  std::vector<uint8_t> memory(geometry.total);
  const Planes turned = geometry.At(memory.data());
  CopyTransformed(picture, format.layout, planes, transform, turned);
  return EncodeJpeg(result, format.layout, AsConst(turned), quality);
}

absl::Status StoreInDevice(int device, const std::vector<uint8_t>& file, const BmJpuJPEGEncParams& params) {
  ASSIGN_OR_RETURN(const bm_handle_t handle, Devices().Handle(device));
  if (params.bs_buffer_size < 0 || file.size() > static_cast<size_t>(params.bs_buffer_size)) {
    return absl::UnavailableError(
        absl::StrCat("a file of ", file.size(), " bytes does not fit the device's buffer of ", params.bs_buffer_size));
  }
  ASSIGN_OR_RETURN(const absl::Span<uint8_t> target, HostView(handle, params.bs_buffer_phys_addr, file.size()));
  std::copy(file.begin(), file.end(), target.begin());
  if (bmnnsdk_host_written(handle, params.bs_buffer_phys_addr, file.size()) == BM_SUCCESS) return absl::OkStatus();
  return absl::InternalError("the device refused the file");
}

absl::Status HandOver(int device, const std::vector<uint8_t>& file, const BmJpuJPEGEncParams& params,
                      void** acquired_handle) {
  if (params.bs_in_device != 0) return StoreInDevice(device, file, params);
  BmJpuEncodedFrame frame = {};
  frame.data_size = file.size();
  if (params.write_output_data != nullptr) {
    frame.data = const_cast<uint8_t*>(file.data());
    if (params.write_output_data(params.output_buffer_context, file.data(), static_cast<uint32_t>(file.size()),
                                 &frame) != 0) {
      return absl::OkStatus();
    }
    return absl::CancelledError(absl::StrCat("write_output_data did not take ", file.size(), " bytes"));
  }
  if (params.acquire_output_buffer == nullptr || params.finish_output_buffer == nullptr) {
    return absl::InvalidArgumentError("neither write_output_data nor both functions for output buffers are given");
  }
  void* handle = nullptr;
  void* buffer = params.acquire_output_buffer(params.output_buffer_context, file.size(), &handle);
  if (buffer == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat("acquire_output_buffer gave no ", file.size(), " bytes"));
  }
  std::copy(file.begin(), file.end(), static_cast<uint8_t*>(buffer));
  params.finish_output_buffer(params.output_buffer_context, handle);
  if (acquired_handle != nullptr) *acquired_handle = handle;
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::decoder

using namespace bm::decoder;  // NOLINT: the names below are the vendor's

const char* bm_jpu_enc_error_string(BmJpuEncReturnCodes code) {
  const size_t number = static_cast<size_t>(NumberOf(code));
  return number < std::size(kErrors) ? kErrors[number] : "<unknown>";
}

BmJpuEncReturnCodes bm_jpu_enc_load(int device_index) {
  return At(__func__, [&] { return Devices().Load(device_index); });
}

BmJpuEncReturnCodes bm_jpu_enc_unload(int device_index) {
  return At(__func__, [&] { return Devices().Unload(device_index); });
}

bm_handle_t bm_jpu_enc_get_bm_handle(int device_index) {
  const absl::StatusOr<bm_handle_t> handle = Devices().Handle(device_index);
  return handle.ok() ? *handle : nullptr;
}

BmJpuEncReturnCodes bm_jpu_jpeg_enc_open(BmJpuJPEGEncoder** jpeg_encoder, bm_jpu_phys_addr_t bs_buffer_phys_addr,
                                         int bs_buffer_size, int device_index) {
  return At(__func__, [&] { return Open(jpeg_encoder, bs_buffer_phys_addr, bs_buffer_size, device_index); });
}

BmJpuEncReturnCodes bm_jpu_jpeg_enc_close(BmJpuJPEGEncoder* jpeg_encoder) {
  return At(__func__, [&] { return Encoders().Remove(jpeg_encoder); });
}

BmJpuEncReturnCodes bm_jpu_jpeg_enc_encode(BmJpuJPEGEncoder* jpeg_encoder, const BmJpuFramebuffer* framebuffer,
                                           const BmJpuJPEGEncParams* params, void** acquired_handle,
                                           size_t* output_buffer_size) {
  return At(__func__, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<OpenEncoder> open, Encoders().Find(jpeg_encoder));
    RETURN_IF_ERROR(NotNull(framebuffer, "framebuffer"));
    RETURN_IF_ERROR(NotNull(params, "params"));
    const int device = open->vendor.device_index;
    ASSIGN_OR_RETURN(const std::vector<uint8_t> file, EncodeFile(device, *framebuffer, *params));
    if (file.size() > open->vendor.bitstream_buffer_size) {
      return absl::UnavailableError(absl::StrCat("a file of ", file.size(),
                                                 " bytes does not fit the bitstream buffer of ",
                                                 open->vendor.bitstream_buffer_size));
    }
    RETURN_IF_ERROR(HandOver(device, file, *params, acquired_handle));
    if (output_buffer_size != nullptr) *output_buffer_size = file.size();
    return absl::OkStatus();
  });
}
