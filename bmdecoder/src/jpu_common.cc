// bm_jpeg_interface.h: formats, sizes, names, log.
#include <atomic>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmdecoder/src/edge.h"
#include "bmdecoder/src/jpu.h"

namespace bm::decoder {
namespace {

std::atomic<BmJpuLoggingFunc> g_function{nullptr};

struct FormatRow {
  BmJpuImageFormat format;
  const char* name;
  Sampling sampling;
  ChromaLayout layout;
};
constexpr FormatRow kFormats[] = {
    {BM_JPU_IMAGE_FORMAT_YUV420P, "YUV420P", Sampling::k420, ChromaLayout::kSeparate},
    {BM_JPU_IMAGE_FORMAT_YUV422P, "YUV422P", Sampling::k422, ChromaLayout::kSeparate},
    {BM_JPU_IMAGE_FORMAT_YUV444P, "YUV444P", Sampling::k444, ChromaLayout::kSeparate},
    {BM_JPU_IMAGE_FORMAT_NV12, "NV12", Sampling::k420, ChromaLayout::kCbCr},
    {BM_JPU_IMAGE_FORMAT_NV21, "NV21", Sampling::k420, ChromaLayout::kCrCb},
    {BM_JPU_IMAGE_FORMAT_NV16, "NV16", Sampling::k422, ChromaLayout::kCbCr},
    {BM_JPU_IMAGE_FORMAT_NV61, "NV61", Sampling::k422, ChromaLayout::kCrCb},
    {BM_JPU_IMAGE_FORMAT_GRAY, "GRAY", Sampling::k400, ChromaLayout::kSeparate},
};

const char* const kColorNames[] = {"YUV 4:2:0", "YUV 4:2:2 horizontal", "YUV 4:2:2 vertical", "YUV 4:4:4", "YUV 4:0:0"};

constexpr EdgeCode kSizeCodes[] = {{absl::StatusCode::kInvalidArgument, BM_JPU_DEC_RETURN_CODE_INVALID_PARAMS}};
const Edge kSizeEdge = {kSizeCodes, BM_JPU_DEC_RETURN_CODE_ERROR, LogJpu};

absl::Status CalculateSizes(unsigned width, unsigned height, unsigned alignment, const BmJpuImageFormat& image_format,
                            BmJpuFramebufferSizes* sizes) {
  RETURN_IF_ERROR(NotNull(sizes, "calculated_sizes"));
  ASSIGN_OR_RETURN(const JpuFormat format, FormatOf(image_format));
  ASSIGN_OR_RETURN(const JpegGeometry geometry, JpegGeometry::Create(static_cast<int>(width), static_cast<int>(height),
                                                                     format.sampling, format.layout));
  *sizes = SizesOf(geometry, image_format);
  if (alignment > 1) sizes->total_size = static_cast<unsigned>(AlignUp(geometry.total, alignment));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<JpuFormat> FormatOf(const BmJpuImageFormat& format) {
  for (const FormatRow& row : kFormats) {
    if (NumberOf(row.format) == NumberOf(format)) return JpuFormat{row.sampling, row.layout};
  }
  return absl::InvalidArgumentError(
      absl::StrCat("image format ", NumberOf(format), " is not supported: must be 0..", BM_JPU_IMAGE_FORMAT_GRAY));
}

BmJpuImageFormat ImageFormatOf(Sampling sampling, ChromaLayout layout) {
  for (const FormatRow& row : kFormats) {
    if (row.sampling == sampling && row.layout == layout) return row.format;
  }
  return sampling == Sampling::k444 ? BM_JPU_IMAGE_FORMAT_YUV444P : BM_JPU_IMAGE_FORMAT_GRAY;
}

BmJpuFramebufferSizes SizesOf(const JpegGeometry& geometry, BmJpuImageFormat format) {
  BmJpuFramebufferSizes sizes = {};
  sizes.aligned_frame_width = static_cast<unsigned>(geometry.aligned_width);
  sizes.aligned_frame_height = static_cast<unsigned>(geometry.aligned_height);
  sizes.y_stride = static_cast<unsigned>(geometry.y_stride);
  sizes.cbcr_stride = static_cast<unsigned>(geometry.chroma_stride);
  sizes.y_size = static_cast<unsigned>(geometry.y_size);
  sizes.cbcr_size = static_cast<unsigned>(geometry.chroma_size);
  sizes.total_size = static_cast<unsigned>(geometry.total);
  sizes.image_format = format;
  return sizes;
}

absl::StatusOr<JpegTransform> TransformOf(int rotation_enable, const BmJpuRotateAngle& angle, int mirror_enable,
                                          const BmJpuMirrorDirection& direction) {
  JpegTransform transform;
  if (rotation_enable != 0) {
    const int degrees = NumberOf(angle);
    if (degrees % 90 != 0 || degrees < 0 || degrees > BM_JPU_ROTATE_270) {
      return absl::InvalidArgumentError(absl::StrCat("rotationAngle is ", degrees, ": must be 0, 90, 180 or 270"));
    }
    transform.quarter_turns = degrees / 90;
  }
  if (mirror_enable != 0) {
    const int bits = NumberOf(direction);
    if (bits < BM_JPU_MIRROR_NONE || bits > BM_JPU_MIRROR_HOR_VER) {
      return absl::InvalidArgumentError(absl::StrCat("mirrorDirection is ", bits, ": must be 0..3"));
    }
    transform.top_and_bottom_swapped = (bits & BM_JPU_MIRROR_VER) != 0;
    transform.left_and_right_swapped = (bits & BM_JPU_MIRROR_HOR) != 0;
  }
  return transform;
}

void LogJpu(const char* function, const std::string& text) {
  const BmJpuLoggingFunc log = g_function.load();
  if (log == nullptr) {
    LogFailure(function, text);
  } else {
    log(BM_JPU_LOG_LEVEL_ERROR, __FILE__, __LINE__, function, "%s", text.c_str());
  }
}

}  // namespace bm::decoder

using namespace bm::decoder;  // NOLINT: the names below are the vendor's

// Only failures are logged, which every threshold shows.
void bm_jpu_set_logging_threshold(BmJpuLogLevel) {}
void bm_jpu_set_logging_function(BmJpuLoggingFunc logging_function) { g_function.store(logging_function); }

void bm_jpu_set_heap_allocator_functions(BmJpuHeapAllocFunc, BmJpuHeapFreeFunc, void*) {}

const char* bm_jpu_color_format_string(BmJpuColorFormat color_format) {
  const size_t number = static_cast<size_t>(NumberOf(color_format));
  return number < std::size(kColorNames) ? kColorNames[number] : "<unknown>";
}

const char* bm_jpu_image_format_string(BmJpuImageFormat image_format) {
  for (const FormatRow& row : kFormats) {
    if (NumberOf(row.format) == NumberOf(image_format)) return row.name;
  }
  return NumberOf(image_format) == BM_JPU_IMAGE_FORMAT_RGB ? "RGB" : "<unknown>";
}

int bm_jpu_hw_reset() { return 0; }

BmJpuDecReturnCodes bm_jpu_calc_framebuffer_sizes(unsigned int frame_width, unsigned int frame_height,
                                                  unsigned int framebuffer_alignment, BmJpuImageFormat image_format,
                                                  BmJpuFramebufferSizes* calculated_sizes) {
  return static_cast<BmJpuDecReturnCodes>(AtEdge(kSizeEdge, __func__, [&] {
    return CalculateSizes(frame_width, frame_height, framebuffer_alignment, image_format, calculated_sizes);
  }));
}
