#include "sail/src/picture.h"

#include <cstdlib>
#include <memory>

#include "absl/strings/match.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "bmdecoder/core/still.h"
#include "bmdecoder/jpeg/jpeg.h"
#include "cvwrapper.h"
#include "sail/src/bmcv_status.h"
#include "sail/src/image_impl.h"

namespace sail {
namespace {

namespace dec = bm::decoder;

using PictureBytes = absl::Span<const uint8_t>;

// How a kind of picture is encoded.
enum class Encoding { kJpeg, kPng, kBmp };

struct Extension {
  const char* text;
  Encoding encoding;
};
constexpr Extension kExtensions[] = {
    {".jpg", Encoding::kJpeg}, {".jpeg", Encoding::kJpeg}, {".png", Encoding::kPng}, {".bmp", Encoding::kBmp}};

const Extension* ExtensionOf(const std::string& name) {
  for (const Extension& row : kExtensions) {
    if (absl::EndsWithIgnoreCase(name, row.text)) return &row;
  }
  return nullptr;
}

bool IsYuv(bm_image_format_ext format) {
  return format == FORMAT_YUV420P || format == FORMAT_YUV422P || format == FORMAT_YUV444P || format == FORMAT_NV12 ||
         format == FORMAT_NV21 || format == FORMAT_NV16 || format == FORMAT_NV61;
}

// A new image of packed pixels that `decode` writes.
template <typename Decode>
absl::StatusOr<BMImage> DecodePacked(Handle& handle, const Decode& decode) {
  std::vector<uint8_t> pixels;
  int width = 0, height = 0;
  RETURN_IF_ERROR(decode([&](int w, int h) -> absl::StatusOr<dec::Plane> {
    width = w;
    height = h;
    const size_t stride = size_t{3} * static_cast<size_t>(w);
    pixels.resize(stride * static_cast<size_t>(h));
    return dec::Plane{pixels.data(), stride, static_cast<size_t>(h)};
  }));
  return BMImage(handle, pixels.data(), height, width, FORMAT_BGR_PACKED);
}

// A picture of odd sides: BGR_PLANAR of the next even size, as the chip's units need it.
absl::StatusOr<BMImage> DecodeOddJpeg(Handle& handle, PictureBytes bytes) {
  ASSIGN_OR_RETURN(const BMImage packed, DecodePacked(handle, [&](const auto& allocate) {
                     return dec::DecodeJpegPacked(
                                bytes, dec::PackedFormat::kBgr,
                                [&](const dec::JpegInfo& info) { return allocate(info.width, info.height); })
                         .status();
                   }));
  BMImage even(handle, packed.height() + packed.height() % 2, packed.width() + packed.width() % 2, FORMAT_BGR_PLANAR,
               DATA_TYPE_EXT_1N_BYTE);
  CheckImage(FillImage(packed.data(), /*full_range=*/true, &even.data()), SAIL_ERR_BMI_CVT, "a picture of odd sides");
  return even;
}

absl::StatusOr<BMImage> DecodeJpeg(Handle& handle, PictureBytes bytes) {
  const absl::StatusOr<dec::JpegInfo> info = dec::ReadJpegInfo(bytes);
  if (info.ok() && info->sampling != dec::Sampling::k400 && (info->width % 2 != 0 || info->height % 2 != 0)) {
    return DecodeOddJpeg(handle, bytes);
  }
  void* data = const_cast<uint8_t*>(bytes.data());
  size_t size = bytes.size();
  bm_image decoded{};
  const bm_status_t status = bmcv_image_jpeg_dec(handle.data(), &data, &size, 1, &decoded);
  if (status != BM_SUCCESS) {
    return absl::DataLossError(absl::StrCat("a JPEG picture of ", bytes.size(), " bytes: bmcv status ", status));
  }
  BMImage image;
  ImageAccess::Adopt(image, decoded, handle);
  return image;
}

absl::StatusOr<BMImage> DecodeNew(Handle& handle, PictureBytes bytes) {
  const bool is_jpeg = bytes.size() > 2 && bytes[0] == 0xFF && bytes[1] == 0xD8;
  if (is_jpeg) return DecodeJpeg(handle, bytes);
  return DecodePacked(handle, [&](const auto& allocate) {
    return dec::DecodeStill(bytes, [&](const dec::StillSize& size) { return allocate(size.width, size.height); })
        .status();
  });
}

// An image of another format and the same size.
BMImage Converted(const bm_image& image, bm_image_format_ext format) {
  bm_image source = image;
  Handle handle(bm_image_get_handle(&source));
  BMImage output(handle, image.height, image.width, format, DATA_TYPE_EXT_1N_BYTE);
  CheckImage(
      bmcv_image_storage_convert(handle.data(), 1, &source, &output.data()), SAIL_ERR_BMI_CVT,
      absl::StrCat("an image of format ", image.image_format, " and type ", image.data_type, " to format ", format));
  return output;
}

// JPEG keeps YUV and grey pictures; the others become full-range 4:2:0.
bm_status_t EncodeJpeg(const bm_image& image, const std::vector<int>& params, std::vector<u_char>* bytes) {
  constexpr int kQualityKey = 1, kDefaultQuality = 95;  // OpenCV's IMWRITE_JPEG_QUALITY and its default
  int quality = kDefaultQuality;
  for (size_t i = 0; i + 1 < params.size(); i += 2) {
    if (params[i] == kQualityKey) quality = params[i + 1];
  }
  bm_image source = image;
  const bm_handle_t device = bm_image_get_handle(&source);
  BMImage yuv;
  const bool stored =
      image.data_type == DATA_TYPE_EXT_1N_BYTE && (IsYuv(image.image_format) || image.image_format == FORMAT_GRAY);
  if (!stored) {
    // The VPP makes 4:2:0 of planar pixels of even sides.
    Handle handle(device);
    BMImage planar = Converted(image, FORMAT_BGR_PLANAR);
    yuv = BMImage(handle, image.height, image.width, FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE);
    const bm_status_t converted =
        bmcv_image_vpp_csc_matrix_convert(device, 1, planar.data(), &yuv.data(), CSC_RGB2YPbPr_BT601);
    if (converted != BM_SUCCESS) return converted;
    source = yuv.data();
  }
  void* data = nullptr;
  size_t size = 0;
  const bm_status_t encoded = bmcv_image_jpeg_enc(device, 1, &source, &data, &size, quality);
  if (encoded != BM_SUCCESS) return encoded;
  const std::unique_ptr<void, decltype(&std::free)> owned(data, std::free);
  bytes->assign(static_cast<u_char*>(data), static_cast<u_char*>(data) + size);
  return BM_SUCCESS;
}

bm_status_t EncodeStill(const bm_image& image, dec::StillFormat format, std::vector<u_char>* bytes) {
  BMImage packed = Converted(image, FORMAT_BGR_PACKED);
  int strides[4] = {};
  CheckImage(bm_image_get_stride(packed.data(), strides), SAIL_ERR_BMI_BMCV, "bm_image_get_stride");
  const size_t stride = static_cast<size_t>(strides[0]), rows = static_cast<size_t>(image.height);
  std::vector<uint8_t> pixels(stride * rows);
  void* planes[] = {pixels.data()};
  CheckImage(bm_image_copy_device_to_host(packed.data(), planes), SAIL_ERR_BMI_BMCV, "the copy of a picture");
  absl::StatusOr<std::vector<uint8_t>> encoded =
      dec::EncodeStill(format, image.width, image.height, {pixels.data(), stride, rows});
  if (!encoded.ok()) {
    spdlog::error("a picture cannot be encoded: {}", std::string(encoded.status().message()));
    return BM_ERR_FAILURE;
  }
  *bytes = *std::move(encoded);
  return BM_SUCCESS;
}

}  // namespace

bm_status_t FillImage(const bm_image& picture, bool full_range, bm_image* target) {
  if (target->width == picture.width && target->height == picture.height &&
      target->image_format == picture.image_format && target->data_type == picture.data_type) {
    return CopyPixels(picture, *target);
  }
  bm_image source = picture;
  const bm_handle_t handle = bm_image_get_handle(target);
  const bool to_rgb =
      IsYuv(picture.image_format) && !IsYuv(target->image_format) && target->image_format != FORMAT_GRAY;
  const csc_type_t matrix = full_range && to_rgb ? CSC_YPbPr2RGB_BT601 : CSC_MAX_ENUM;
  const bm_status_t status = bmcv_image_vpp_csc_matrix_convert(handle, 1, source, target, matrix);
  if (status == BM_SUCCESS || matrix != CSC_MAX_ENUM) return status;
  // Pairs, types and sizes that the VPP does not take.
  return bmcv_image_storage_convert(handle, 1, &source, target);
}

bool IsPictureName(const std::string& path) { return ExtensionOf(path) != nullptr; }

sail_status_t DecodePicture(Handle& handle, const void* bytes, size_t size, BMImage* image) {
  try {
    absl::StatusOr<BMImage> decoded =
        DecodeNew(handle, PictureBytes(static_cast<const uint8_t*>(bytes), bytes == nullptr ? 0 : size));
    if (!decoded.ok()) {
      spdlog::error("{}", std::string(decoded.status().message()));
      return SAIL_ERR_DEC_JPEG;
    }
    if (image->empty_check() == 0) {
      *image = *std::move(decoded);
      return SAIL_SUCCESS;
    }
    return FillImage(decoded->data(), /*full_range=*/true, &image->data()) == BM_SUCCESS ? SAIL_SUCCESS
                                                                                         : SAIL_ERR_DEC_CVT;
  } catch (const SailBMImageError& error) {
    spdlog::error("{}", error.what());
    return SAIL_ERR_DEC_CVT;
  }
}

sail_status_t DecodePictureFile(Handle& handle, const std::string& path, BMImage* image) {
  const absl::StatusOr<std::string> bytes = bm::ReadFile(path);
  if (bytes.ok()) return DecodePicture(handle, bytes->data(), bytes->size(), image);
  spdlog::error("{}", std::string(bytes.status().message()));
  return SAIL_ERR_DEC_READ;
}

bm_status_t EncodePicture(const std::string& extension, const bm_image& image, const std::vector<int>& params,
                          std::vector<u_char>* bytes) {
  const Extension* const row = ExtensionOf(extension);
  if (row == nullptr) {
    spdlog::error("a picture cannot be encoded as {}; .jpg, .jpeg, .png and .bmp can", extension);
    return BM_NOT_SUPPORTED;
  }
  if (image.image_private == nullptr || !bm_image_is_attached(image)) {
    spdlog::error("no image, or one without memory, cannot be encoded as {}", extension);
    return BM_ERR_DATA;
  }
  try {
    if (row->encoding == Encoding::kJpeg) return EncodeJpeg(image, params, bytes);
    return EncodeStill(image, row->encoding == Encoding::kPng ? dec::StillFormat::kPng : dec::StillFormat::kBmp, bytes);
  } catch (const SailBaseError& error) {
    spdlog::error("{}", error.what());
    return BM_ERR_FAILURE;
  }
}

}  // namespace sail
