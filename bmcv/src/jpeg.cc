// bmcv_image_jpeg_enc and bmcv_image_jpeg_dec on the JPEG core of the decoder library.
#include "bmdecoder/jpeg/jpeg.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/types/span.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/image.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/tensor.h"
#include "bmcv_api_ext.h"
#include "bmlib/src/bmlib_internal.h"

namespace bm::cv {
namespace {

using decoder::ChromaLayout;
using decoder::JpegInfo;
using decoder::PackedFormat;
using decoder::Sampling;

constexpr int kMostImages = 4, kShortestSide = 16;
constexpr int kMediaHeaps = 6;  // heaps 1 and 2, which the JPEG unit reaches

// What a format is to the JPEG core, and whether pictures are decoded into it.
struct PlanarRow {
  bm_image_format_ext format;
  Sampling sampling;
  ChromaLayout layout;
  bool is_decoded;
};
constexpr PlanarRow kPlanar[] = {
    {FORMAT_YUV420P, Sampling::k420, ChromaLayout::kSeparate, true},
    {FORMAT_YUV422P, Sampling::k422, ChromaLayout::kSeparate, true},
    {FORMAT_YUV444P, Sampling::k444, ChromaLayout::kSeparate, true},
    {FORMAT_GRAY, Sampling::k400, ChromaLayout::kSeparate, true},
    {FORMAT_NV12, Sampling::k420, ChromaLayout::kCbCr, true},
    {FORMAT_NV16, Sampling::k422, ChromaLayout::kCbCr, true},
    {FORMAT_NV21, Sampling::k420, ChromaLayout::kCrCb, false},
    {FORMAT_NV61, Sampling::k422, ChromaLayout::kCrCb, false},
};

// What pictures that the JPEG unit does not take are decoded into.
struct PackedRow {
  bm_image_format_ext format;
  PackedFormat packed;
};
constexpr PackedRow kPackedRows[] = {{FORMAT_BGR_PACKED, PackedFormat::kBgr},
                                     {FORMAT_RGB_PACKED, PackedFormat::kRgb},
                                     {FORMAT_GRAY, PackedFormat::kGray},
                                     {FORMAT_ARGB_PACKED, PackedFormat::kArgb},
                                     {FORMAT_ABGR_PACKED, PackedFormat::kAbgr}};

template <typename Row, size_t n>
const Row* RowOf(const Row (&rows)[n], bm_image_format_ext format) {
  const Row* const row =
      std::find_if(std::begin(rows), std::end(rows), [&](const Row& candidate) { return candidate.format == format; });
  return row == std::end(rows) ? nullptr : row;
}

template <typename Byte>
decoder::BasicPlane<Byte> ForCore(const PlaneOf<Byte>& plane) {
  return {plane.data, static_cast<size_t>(plane.stride), static_cast<size_t>(plane.height)};
}

absl::Status CheckCount(int count, bool has_arrays) {
  if (count >= 1 && count <= kMostImages && has_arrays) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("%d images, or an array that is null; 1 to %d", count, kMostImages));
}

// ---- encoding ----

absl::StatusOr<std::vector<uint8_t>> Encode(bm_handle_t handle, const bm_image& image, int quality) {
  RETURN_IF_ERROR(CheckOperand(image, takes::bmcv_image_jpeg_enc, absl::StatusCode::kDataLoss));
  if (std::min(image.width, image.height) < kShortestSide ||
      std::max(image.width, image.height) > decoder::kMaxJpegSide) {
    return absl::DataLossError(absl::StrFormat("a picture of %d x %d; sides of %d to %d", image.width, image.height,
                                               kShortestSide, decoder::kMaxJpegSide));
  }
  ASSIGN_OR_RETURN(const std::vector<ConstPlane> source, InputPlanes(handle, image, "src"));
  decoder::ConstPlanes planes;
  std::transform(source.begin(), source.end(), planes.begin(), ForCore<const uint8_t>);
  const PlanarRow* const row = RowOf(kPlanar, image.image_format);
  return decoder::EncodeJpeg({image.width, image.height, row->sampling}, row->layout, planes, quality);
}

// Where one file goes: the caller's buffer, or a new one, which is freed again unless it was handed over.
class FileBuffer {
 public:
  FileBuffer(bm_handle_t handle, void** data, size_t* size) : handle_(handle), data_(data), size_(size) {}
  FileBuffer(FileBuffer&& other) noexcept
      : handle_(other.handle_),
        data_(other.data_),
        size_(other.size_),
        fresh_(std::exchange(other.fresh_, nullptr)),
        device_(std::exchange(other.device_, bm_mem_null())),
        view_(other.view_) {}
  FileBuffer(const FileBuffer&) = delete;
  FileBuffer& operator=(const FileBuffer&) = delete;
  ~FileBuffer() {
    if (device_.size != 0) bm_free_device(handle_, device_);
    std::free(fresh_);
  }

  // Makes room in the caller's memory, which may move. Contents stay.
  absl::Status Reserve(size_t bytes) {
    if (*data_ != nullptr && *size_ >= bytes) return absl::OkStatus();
    void* const grown = std::realloc(*data_, bytes);
    if (grown == nullptr) return absl::ResourceExhaustedError(absl::StrFormat("no %d bytes of host memory", bytes));
    if (*data_ == nullptr) {
      fresh_ = grown;
    } else {
      *data_ = grown;
    }
    return absl::OkStatus();
  }
  void Fill(absl::Span<const uint8_t> file) {
    if (fresh_ != nullptr) *data_ = std::exchange(fresh_, nullptr);
    std::copy(file.begin(), file.end(), static_cast<uint8_t*>(*data_));
    *size_ = file.size();
  }

  // The same in device memory, whose descriptor is what the caller gets or gave.
  absl::Status ReserveOnDevice(size_t bytes) {
    if (*data_ == nullptr) {
      fresh_ = std::malloc(sizeof(device_));
      ASSIGN_OR_RETURN(const unsigned int size, CheckedCast<unsigned int>(bytes));
      if (fresh_ == nullptr || bm_malloc_device_byte_heap_mask(handle_, &device_, kMediaHeaps, size) != BM_SUCCESS) {
        device_ = bm_mem_null();
        return absl::ResourceExhaustedError(absl::StrFormat("no %d bytes in the heaps of mask %d", bytes, kMediaHeaps));
      }
    }
    ASSIGN_OR_RETURN(view_, TensorBytes(handle_, DeviceMemory(), bytes, 1, 1, "p_jpeg_data"));
    return absl::OkStatus();
  }
  void FillOnDevice(absl::Span<const uint8_t> file) {
    std::copy(file.begin(), file.end(), view_);
    TensorWritten(handle_, DeviceMemory(), file.size());
    if (fresh_ != nullptr) {
      std::memcpy(fresh_, &device_, sizeof(device_));
      device_ = bm_mem_null();
      *data_ = std::exchange(fresh_, nullptr);
    }
    *size_ = file.size();
  }

 private:
  const bm_device_mem_t& DeviceMemory() const {
    return fresh_ != nullptr ? device_ : *static_cast<const bm_device_mem_t*>(*data_);
  }

  bm_handle_t handle_;
  void** data_;
  size_t* size_;
  void* fresh_ = nullptr;
  bm_device_mem_t device_ = bm_mem_null();
  uint8_t* view_ = nullptr;
};

absl::Status EncodeAll(bm_handle_t handle, int count, const bm_image* images, void** data, size_t* sizes, int quality,
                       bool is_on_device) {
  RETURN_IF_ERROR(CheckCount(count, images != nullptr && data != nullptr && sizes != nullptr));
  if (quality < 0 || quality > 100) {
    return absl::InvalidArgumentError(absl::StrFormat("quality_factor is %d; 0 to 100", quality));
  }
  std::vector<std::vector<uint8_t>> files;
  std::vector<FileBuffer> buffers;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(std::vector<uint8_t> file, Encode(handle, images[i], quality));
    files.push_back(std::move(file));
  }
  for (int i = 0; i < count; ++i) {
    buffers.emplace_back(handle, &data[i], &sizes[i]);
    RETURN_IF_ERROR(is_on_device ? buffers[i].ReserveOnDevice(files[i].size()) : buffers[i].Reserve(files[i].size()));
  }
  for (int i = 0; i < count; ++i) {
    if (is_on_device) {
      buffers[i].FillOnDevice(files[i]);
    } else {
      buffers[i].Fill(files[i]);
    }
  }
  return absl::OkStatus();
}

// ---- decoding ----

// A damaged picture is the decoder's FAILURE.
absl::Status AsFailure(const absl::Status& status) {
  return status.code() == absl::StatusCode::kDataLoss ? absl::InternalError(status.message()) : status;
}

// An image to decode into, the caller's or a new one. What it got is taken back unless it is kept.
class Target {
 public:
  static absl::StatusOr<Target> Open(bm_handle_t handle, const bm_image& given, bm_image_format_ext format,
                                     const JpegInfo& info) {
    Target target(given);
    if (given.image_private == nullptr) {
      // Luma in multiples of 16 and chroma of half as much; packed pixels in multiples of 64.
      const int luma = static_cast<int>(AlignUp(info.width, 16)),
                packed = static_cast<int>(AlignUp(3 * info.width, 64));
      const int chroma = info.sampling == Sampling::k444 ? luma : luma / 2;
      int strides[] = {format == FORMAT_BGR_PACKED ? packed : luma, chroma, chroma};
      const bm_status_t status =
          bm_image_create(handle, info.height, info.width, format, DATA_TYPE_EXT_1N_BYTE, &target.image_, strides);
      if (status != BM_SUCCESS) {
        return absl::ResourceExhaustedError(absl::StrFormat("no image of %d x %d", info.width, info.height));
      }
      target.is_created_ = true;
    }
    ASSIGN_OR_RETURN(Image* const image, FromImage(target.image_));
    if (!image->is_attached) {
      RETURN_IF_ERROR(AllocateMemory(image, kMediaHeaps));
      target.is_allocated_ = true;
    }
    return target;
  }
  Target(Target&& other) noexcept
      : image_(other.image_),
        is_created_(std::exchange(other.is_created_, false)),
        is_allocated_(std::exchange(other.is_allocated_, false)) {}
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;
  ~Target() {
    if (is_created_) {
      bm_image_destroy(image_);
    } else if (is_allocated_) {
      bm_image_detach(image_);
    }
  }

  const bm_image& image() const { return image_; }
  bm_image Keep() {
    is_created_ = is_allocated_ = false;
    return image_;
  }

 private:
  explicit Target(const bm_image& image) : image_(image) {}

  bm_image image_;
  bool is_created_ = false, is_allocated_ = false;
};

absl::Status CheckGiven(const bm_image& given, const JpegInfo& info, bool has_format) {
  RETURN_IF_ERROR(CheckPixelFormat(given, {given.image_format}, absl::StatusCode::kDataLoss));
  if (has_format && given.width == info.width && given.height == info.height) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrFormat("dst has %d x %d pixels and format %d; the picture has %d x %d, or another format", given.width,
                      given.height, static_cast<int>(given.image_format), info.width, info.height));
}

absl::StatusOr<Target> DecodePlanar(bm_handle_t handle, absl::Span<const uint8_t> file, const bm_image& given,
                                    const JpegInfo& info) {
  const PlanarRow* row = RowOf(kPlanar, given.image_format);
  if (given.image_private == nullptr) {
    row = std::find_if(std::begin(kPlanar), std::end(kPlanar),
                       [&](const PlanarRow& candidate) { return candidate.sampling == info.sampling; });
  } else {
    const bool has_format = row != nullptr && row->is_decoded && row->sampling == info.sampling;
    RETURN_IF_ERROR(CheckGiven(given, info, has_format));
  }
  ASSIGN_OR_RETURN(Target target, Target::Open(handle, given, row->format, info));
  ASSIGN_OR_RETURN(const OutputPlanes output, OutputPlanes::Open(handle, target.image()));
  decoder::Planes planes;
  std::transform(output.planes().begin(), output.planes().end(), planes.begin(), ForCore<uint8_t>);
  RETURN_IF_ERROR(AsFailure(decoder::DecodeJpeg(file, row->layout, planes)));
  return target;
}

// Size and format of the target are known once the header has been read.
absl::StatusOr<Target> DecodePacked(bm_handle_t handle, absl::Span<const uint8_t> file, const bm_image& given) {
  const PackedRow* const row =
      RowOf(kPackedRows, given.image_private == nullptr ? FORMAT_BGR_PACKED : given.image_format);
  std::vector<Target> target;
  std::vector<OutputPlanes> output;
  absl::Status refusal;
  const auto allocate = [&](const JpegInfo& info) -> absl::StatusOr<decoder::Plane> {
    if (given.image_private != nullptr) RETURN_IF_ERROR(refusal = CheckGiven(given, info, row != nullptr));
    ASSIGN_OR_RETURN(Target opened, Target::Open(handle, given, row->format, info));
    ASSIGN_OR_RETURN(OutputPlanes planes, OutputPlanes::Open(handle, opened.image()));
    const decoder::Plane pixels = ForCore(planes.planes()[0]);
    target.push_back(std::move(opened));
    output.push_back(std::move(planes));
    return pixels;
  };
  const PackedFormat format = row == nullptr ? PackedFormat::kBgr : row->packed;
  const absl::Status status = decoder::DecodeJpegPacked(file, format, allocate).status();
  RETURN_IF_ERROR(refusal);
  RETURN_IF_ERROR(AsFailure(status));
  return std::move(target[0]);
}

absl::StatusOr<Target> Decode(bm_handle_t handle, absl::Span<const uint8_t> file, const bm_image& given) {
  const absl::StatusOr<JpegInfo> info = decoder::ReadJpegInfo(file);
  const bool is_small = info.ok() && std::min(info->width, info->height) < kShortestSide;
  if (is_small || absl::IsUnimplemented(info.status())) return DecodePacked(handle, file, given);
  RETURN_IF_ERROR(AsFailure(info.status()));
  return DecodePlanar(handle, file, given, *info);
}

absl::StatusOr<absl::Span<const uint8_t>> FileBytes(bm_handle_t handle, const void* data, size_t size,
                                                    bool is_on_device) {
  if (data == nullptr) return absl::DataLossError("p_jpeg_data has no data");
  if (!is_on_device) return absl::MakeConstSpan(static_cast<const uint8_t*>(data), size);
  return InputTensor<uint8_t>(handle, *static_cast<const bm_device_mem_t*>(data), size, "p_jpeg_data");
}

absl::Status DecodeAll(bm_handle_t handle, int count, void* const* data, const size_t* sizes, bm_image* images,
                       bool is_on_device) {
  RETURN_IF_ERROR(CheckCount(count, images != nullptr && data != nullptr && sizes != nullptr));
  // What this thread launched before may read or write the images.
  if (bm_sync_api(handle) != BM_SUCCESS) return absl::InternalError("the queue does not come to rest");
  std::vector<Target> targets;
  for (int i = 0; i < count; ++i) {
    ASSIGN_OR_RETURN(const absl::Span<const uint8_t> file, FileBytes(handle, data[i], sizes[i], is_on_device));
    ASSIGN_OR_RETURN(Target target, Decode(handle, file, images[i]));
    targets.push_back(std::move(target));
  }
  for (int i = 0; i < count; ++i) images[i] = targets[i].Keep();
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_jpeg_enc(bm_handle_t handle, int image_num, bm_image* src, void* p_jpeg_data[], size_t* out_size,
                                int quality_factor, int bs_in_device) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::EncodeAll(handle, image_num, src, p_jpeg_data, out_size, quality_factor, bs_in_device != 0);
  });
}

bm_status_t bmcv_image_jpeg_dec(bm_handle_t handle, void* p_jpeg_data[], size_t* in_size, int image_num, bm_image* dst,
                                int bs_in_device) {
  return bm::cv::AtEdge(__func__, handle, [&] {
    return bm::cv::DecodeAll(handle, image_num, p_jpeg_data, in_size, dst, bs_in_device != 0);
  });
}

}  // extern "C"
