// Images as planes of interleaved bytes.
//
//   RETURN_IF_ERROR(CheckPixelFormat(input, kPixelFormats, absl::StatusCode::kDataLoss));
//   RETURN_IF_ERROR(CheckAlike(input, output, absl::StatusCode::kDataLoss));
//   ASSIGN_OR_RETURN(const std::vector<ConstPlane> source, InputPlanes(handle, input, "input"));
//   ASSIGN_OR_RETURN(const OutputPlanes target, OutputPlanes::Open(handle, output));
#ifndef BMCV_SRC_PLANES_H_
#define BMCV_SRC_PLANES_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "bmcv/src/filter.h"
#include "bmcv/src/image.h"
#include "bmcv_api_ext.h"

namespace bm::cv {

// What the operators on pixels take.
inline constexpr bm_image_format_ext kPixelFormats[] = {
    FORMAT_YUV420P,    FORMAT_YUV422P,    FORMAT_YUV444P,    FORMAT_NV12,          FORMAT_NV21,
    FORMAT_NV16,       FORMAT_NV61,       FORMAT_NV24,       FORMAT_GRAY,          FORMAT_RGB_PLANAR,
    FORMAT_BGR_PLANAR, FORMAT_RGB_PACKED, FORMAT_BGR_PACKED, FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE};

// An error of code `refusal` unless the image exists and has one of the formats and of the data types.
absl::Status CheckFormat(const bm_image& image, absl::Span<const bm_image_format_ext> formats,
                         absl::Span<const bm_image_data_format_ext> types, absl::StatusCode refusal);

// The same for unsigned bytes (1N_BYTE).
absl::Status CheckPixelFormat(const bm_image& image, absl::Span<const bm_image_format_ext> formats,
                              absl::StatusCode refusal);

// An error of code `refusal` unless both have the same size, format and data type.
absl::Status CheckAlike(const bm_image& a, const bm_image& b, absl::StatusCode refusal);

// The planes of an image of bytes. The three channels of a stacked format (*_PLANAR) are three planes, packed pixels
// one plane of three channels, the chroma of NV formats one of two, single precision values four channels of bytes.
// DATA_LOSS if the image has no memory.
absl::StatusOr<std::vector<ConstPlane>> InputPlanes(bm_handle_t handle, const bm_image& image, absl::string_view name);

// Writable planes; the image gets memory of its own, in the heaps of the mask, if it has none. Reports them as written
// when it goes away.
class OutputPlanes {
 public:
  static absl::StatusOr<OutputPlanes> Open(bm_handle_t handle, const bm_image& image, int heap_mask = kEveryHeap);
  OutputPlanes(OutputPlanes&& other) noexcept
      : handle_(other.handle_), memory_(std::exchange(other.memory_, {})), planes_(std::move(other.planes_)) {}
  OutputPlanes(const OutputPlanes&) = delete;
  OutputPlanes& operator=(const OutputPlanes&) = delete;
  ~OutputPlanes();

  const std::vector<Plane>& planes() const { return planes_; }

 private:
  OutputPlanes(bm_handle_t handle, std::vector<bm_device_mem_t> memory, std::vector<Plane> planes)
      : handle_(handle), memory_(std::move(memory)), planes_(std::move(planes)) {}

  bm_handle_t handle_;
  std::vector<bm_device_mem_t> memory_;
  std::vector<Plane> planes_;
};

}  // namespace bm::cv

#endif  // BMCV_SRC_PLANES_H_
