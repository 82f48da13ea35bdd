#include "bmcv/src/vpp.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "base/cpu.h"
#include "base/status_macros.h"
#include "bmcv/src/channels.h"
#include "bmcv/src/image.h"
#include "bmcv/src/linear.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/paint.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/resampler.h"
#include "bmcv/src/write_pixels.h"

namespace bm::cv {
namespace {

// ---- What goes together ----

constexpr uint32_t Bits() { return 0; }
template <typename... Formats>
constexpr uint32_t Bits(bm_image_format_ext first, Formats... others) {
  return 1u << first | Bits(others...);
}

constexpr uint32_t kPackedRgb = Bits(FORMAT_RGB_PACKED, FORMAT_BGR_PACKED);
constexpr uint32_t kSeparateRgb = Bits(FORMAT_RGBP_SEPARATE, FORMAT_BGRP_SEPARATE);
constexpr uint32_t kRgb = kPackedRgb | kSeparateRgb | Bits(FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR);
constexpr uint32_t kWithAlpha = Bits(FORMAT_ARGB_PACKED, FORMAT_ABGR_PACKED);
constexpr uint32_t kYuv420 = Bits(FORMAT_YUV420P, FORMAT_NV12);

// What a pair demands besides.
enum class Demand {
  kNone,
  kEvenInput,  // in both directions
  kSameSize,   // the crop is as large as the place, which is a multiple of the output's subsampling; no crop of
               // packed RGB
};

struct PairRow {
  uint32_t inputs, outputs;
  Demand demand;
  bool is_of_basic;  // bmcv_image_vpp_basic has it, the others do not
};
constexpr PairRow kPairs[] = {
    {kRgb | kWithAlpha, kRgb | Bits(FORMAT_YUV444P, FORMAT_GRAY), Demand::kNone, false},
    {(kRgb & ~kSeparateRgb) | kWithAlpha, kWithAlpha, Demand::kNone, false},
    {kRgb | kWithAlpha, Bits(FORMAT_YUV420P, FORMAT_YUV422P), Demand::kSameSize, false},
    {Bits(FORMAT_GRAY), Bits(FORMAT_GRAY), Demand::kNone, false},
    {Bits(FORMAT_GRAY), kRgb, Demand::kEvenInput, false},
    {kYuv420, kRgb | kWithAlpha | Bits(FORMAT_YUV420P), Demand::kEvenInput, false},
    {Bits(FORMAT_COMPRESSED), kRgb | Bits(FORMAT_YUV420P), Demand::kEvenInput, false},
    {Bits(FORMAT_YUV444P), kRgb | kWithAlpha | Bits(FORMAT_YUV444P), Demand::kNone, false},
    {Bits(FORMAT_YUV444P), Bits(FORMAT_YUV420P, FORMAT_YUV422P), Demand::kSameSize, false},
    {Bits(FORMAT_YUV422P), Bits(FORMAT_YUV420P) | kPackedRgb | kSeparateRgb, Demand::kNone, true},
    {kYuv420, Bits(FORMAT_YUV444P), Demand::kEvenInput, true},
};

struct AlgorithmRow {
  bmcv_resize_algorithm algorithm;
  Sampling sampling;
};
constexpr AlgorithmRow kAlgorithms[] = {{BMCV_INTER_NEAREST, Sampling::kNearest},
                                        {BMCV_INTER_LINEAR, Sampling::kLinear},
                                        {BMCV_INTER_BICUBIC, Sampling::kCubic}};

constexpr int kMostZoom = 32;

// Outputs of values that went through alpha * x + beta.
absl::Status CheckLinearOutput(const bm_image& output) {
  constexpr bm_image_format_ext kFormats[] = {FORMAT_RGB_PLANAR, FORMAT_BGR_PLANAR};
  constexpr bm_image_data_format_ext kTypes[] = {DATA_TYPE_EXT_FLOAT32, DATA_TYPE_EXT_1N_BYTE,
                                                 DATA_TYPE_EXT_1N_BYTE_SIGNED};
  RETURN_IF_ERROR(CheckFormat(output, kFormats, kTypes, absl::StatusCode::kDataLoss));
  ASSIGN_OR_RETURN(const Image* const created, FromImage(output));
  if (created->strides[0] == created->shapes[0].row_bytes()) return absl::OkStatus();
  return absl::DataLossError(absl::StrFormat("output has a stride of %d bytes; %d, without gaps", created->strides[0],
                                             created->shapes[0].row_bytes()));
}

absl::StatusOr<const PairRow*> FindPair(const VppRequest& request, bool has_more_pairs) {
  const bm_image &input = *request.input, &output = *request.output;
  RETURN_IF_ERROR(CheckPixelFormat(input, {input.image_format}, absl::StatusCode::kUnimplemented));
  if (request.linear != nullptr) {
    RETURN_IF_ERROR(CheckLinearOutput(output));
  } else {
    RETURN_IF_ERROR(CheckPixelFormat(output, {output.image_format}, absl::StatusCode::kUnimplemented));
  }
  for (const PairRow& row : kPairs) {
    if ((row.inputs >> input.image_format & 1) != 0 && (row.outputs >> output.image_format & 1) != 0 &&
        (has_more_pairs || !row.is_of_basic)) {
      return &row;
    }
  }
  return absl::UnimplementedError(absl::StrFormat("the scaler does not go from format %d to format %d",
                                                  static_cast<int>(input.image_format),
                                                  static_cast<int>(output.image_format)));
}

std::string Text(const bmcv_rect_t& rect) {
  return absl::StrFormat("%d x %d at (%d, %d)", rect.crop_w, rect.crop_h, rect.start_x, rect.start_y);
}

absl::Status CheckInside(const bmcv_rect_t& rect, const bm_image& image, absl::string_view name) {
  if (IsInside(rect, image)) return absl::OkStatus();
  return absl::InternalError(
      absl::StrFormat("%s of %s pixels; inside %d x %d", name, Text(rect), image.width, image.height));
}

// Starts rounded down and sizes up to whole chroma samples.
bmcv_rect_t Aligned(const bmcv_rect_t& rect, const Subsampling& subsampling) {
  const auto down = [](int value, int shift) { return value >> shift << shift; };
  const auto up = [&](int value, int shift) { return down(value + (1 << shift) - 1, shift); };
  return {down(rect.start_x, subsampling.shift_x), down(rect.start_y, subsampling.shift_y),
          up(rect.crop_w, subsampling.shift_x), up(rect.crop_h, subsampling.shift_y)};
}

absl::Status CheckEven(const PairRow& pair, const bm_image& input) {
  if (pair.demand != Demand::kEvenInput || (input.width % 2 == 0 && input.height % 2 == 0)) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrFormat("an input of %d x %d pixels, format %d; even sizes only", input.width,
                                                  input.height, static_cast<int>(input.image_format)));
}

absl::Status CheckSameSize(const PairRow& pair, const VppRequest& request) {
  if (pair.demand != Demand::kSameSize) return absl::OkStatus();
  const bm_image& input = *request.input;
  const bmcv_rect_t &crop = request.crop, &place = request.place;
  const bmcv_rect_t aligned = Aligned(place, SubsamplingOf(request.output->image_format));
  const bool is_whole = crop.crop_w == input.width && crop.crop_h == input.height;
  if (crop.crop_w == place.crop_w && crop.crop_h == place.crop_h && aligned.crop_w == place.crop_w &&
      aligned.crop_h == place.crop_h && (is_whole || (kPackedRgb >> input.image_format & 1) == 0)) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError(absl::StrFormat(
      "%s of format %d to %s of format %d; one even size, packed RGB as a whole", Text(crop),
      static_cast<int>(input.image_format), Text(place), static_cast<int>(request.output->image_format)));
}

// The place in an output with subsampled chroma begins and, but at the edge, ends with whole chroma samples.
absl::Status CheckPlace(const VppRequest& request) {
  const bm_image& output = *request.output;
  RETURN_IF_ERROR(CheckInside(request.place, output, "a place"));
  const bmcv_rect_t &place = request.place, aligned = Aligned(place, SubsamplingOf(output.image_format));
  const bool ends_well = (aligned.crop_w == place.crop_w || place.start_x + place.crop_w == output.width) &&
                         (aligned.crop_h == place.crop_h || place.start_y + place.crop_h == output.height);
  if (aligned.start_x == place.start_x && aligned.start_y == place.start_y && ends_well) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat("a place of %s in format %d; even numbers only", Text(place),
                                             static_cast<int>(output.image_format)));
}

absl::Status CheckZoom(const VppRequest& request, Sampling sampling, bool has_any_zoom) {
  const auto is_beyond = [](int64_t a, int64_t b) { return a > kMostZoom * b || b > kMostZoom * a; };
  if (!is_beyond(request.crop.crop_w, request.place.crop_w) && !is_beyond(request.crop.crop_h, request.place.crop_h)) {
    return absl::OkStatus();
  }
  if (has_any_zoom && sampling != Sampling::kCubic) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrFormat("from %s to %s pixels; at most %d times larger or smaller",
                                                  Text(request.crop), Text(request.place), kMostZoom));
}

absl::Status CheckFill(const VppRequest& request) {
  const bm_image_format_ext format = request.output->image_format;
  if (request.fill == nullptr || ((kRgb | Bits(FORMAT_GRAY)) >> format & 1) != 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrFormat("format %d cannot be filled with a colour; RGB, BGR and gray can", static_cast<int>(format)));
}

// ---- The work ----

using Planes = std::vector<Plane>;

void RunJob(const VppJob& job, const std::vector<ConstPlane>& input, const Planes& output) {
  const VppRequest& request = job.request;
  const bm_image_format_ext format = request.output->image_format;
  if (request.fill != nullptr) {
    const Colour colour = {request.fill->padding_r, request.fill->padding_g, request.fill->padding_b};
    for (const Paint& paint : PaintsOf(format, DATA_TYPE_EXT_1N_BYTE, output, colour)) {
      FillRows(paint.plane, paint.pixel);
    }
  }
  const ConstPixels source = AsPixels(request.input->image_format, input, {});
  WritePixels(source, request.crop, job.sampling, job.conversion, PartOf(AsPixels(format, output, {}), request.place));
}

// The same with every byte going through alpha * x + beta on its way.
void RunLinearJob(const VppJob& job, const std::vector<ConstPlane>& input, const Planes& output) {
  const VppRequest& request = job.request;
  const bm_image_format_ext format = request.output->image_format;
  const RowKernels kernels = RowKernelsFor(UsableCpuLevel());
  LinearRow* const convert = LinearRowFor(DATA_TYPE_EXT_1N_BYTE, request.output->data_type);
  const int element_bytes = output[0].channels;
  const Pixels whole = AsPixels(format, output, {element_bytes, 0}), target = PartOf(whole, request.place);
  const auto linear = [&](int c) { return LinearOf(*request.linear, format == FORMAT_BGR_PLANAR ? 2 - c : c); };
  if (request.fill != nullptr) {
    const uint8_t colour[] = {request.fill->padding_r, request.fill->padding_g, request.fill->padding_b};
    for (int c = 0; c < 3; ++c) {
      const std::vector<uint8_t> row(whole.width, colour[c]);
      for (int y = 0; y < whole.height; ++y) {
        convert(kernels, row.data(), linear(c), whole.channels[c].row(y), whole.width);
      }
    }
  }
  const ConstPixels source = AsPixels(request.input->image_format, input, {});
  Resampler rows(source, {request.crop, target.width, target.height, job.sampling}, job.conversion, 3, kernels);
  std::vector<uint8_t> bytes(size_t{3} * target.width);
  uint8_t* const out[] = {bytes.data(), bytes.data() + target.width, bytes.data() + 2 * target.width};
  for (int y = 0; y < target.height; ++y) {
    rows.Row(y, out);
    for (int c = 0; c < 3; ++c) convert(kernels, out[c], linear(c), target.channels[c].row(y), target.width);
  }
}

}  // namespace

bmcv_rect_t WholeOf(const bm_image& image) { return {0, 0, image.width, image.height}; }

bool IsInside(const bmcv_rect_t& rect, const bm_image& image) {
  return rect.start_x >= 0 && rect.start_y >= 0 && rect.crop_w > 0 && rect.crop_h > 0 &&
         rect.crop_w <= image.width - rect.start_x && rect.crop_h <= image.height - rect.start_y;
}

absl::StatusOr<VppJob> CheckRequest(const VppRequest& request, const VppOptions& options) {
  VppJob job = {request, Sampling::kLinear, {}};
  ASSIGN_OR_RETURN(const PairRow* const pair, FindPair(request, options.has_more_pairs));
  const auto algorithm = std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms),
                                      [&](const AlgorithmRow& row) { return row.algorithm == options.algorithm; });
  if (algorithm == std::end(kAlgorithms)) {
    return absl::UnimplementedError(
        absl::StrFormat("algorithm %d; 0 (nearest), 1 (linear) or 2 (bicubic)", static_cast<int>(options.algorithm)));
  }
  job.sampling = algorithm->sampling;
  RETURN_IF_ERROR(CheckEven(*pair, *request.input));
  RETURN_IF_ERROR(CheckInside(request.crop, *request.input, "a crop"));
  RETURN_IF_ERROR(CheckPlace(request));
  job.request.crop = Aligned(request.crop, SubsamplingOf(request.input->image_format));
  RETURN_IF_ERROR(CheckInside(job.request.crop, *request.input, "an aligned crop"));
  RETURN_IF_ERROR(CheckSameSize(*pair, job.request));
  RETURN_IF_ERROR(CheckZoom(job.request, job.sampling, options.has_any_zoom));
  RETURN_IF_ERROR(CheckFill(request));
  ASSIGN_OR_RETURN(job.conversion,
                   ScalerConversion(ColoursOf(request.input->image_format), ColoursOf(request.output->image_format),
                                    options.csc, options.matrix));
  return job;
}

absl::Status RunJobs(bm_handle_t handle, absl::Span<const VppJob> jobs) {
  std::vector<const bm_image*> inputs, outputs;
  for (const VppJob& job : jobs) {
    inputs.push_back(job.request.input);
    outputs.push_back(job.request.output);
  }
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, inputs, outputs));
  for (size_t i = 0; i < jobs.size(); ++i) {
    const auto run = jobs[i].request.linear == nullptr ? RunJob : RunLinearJob;
    run(jobs[i], open.inputs[i], open.outputs[i].planes());
  }
  return absl::OkStatus();
}

}  // namespace bm::cv
