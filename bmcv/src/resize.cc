// bmcv_image_resize.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/channels.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/image.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/paint.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/vpp.h"
#include "bmcv/src/write_pixels.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

struct TypePair {
  bm_image_data_format_ext input, output;
  int outputs;  // a rectangle
};
constexpr TypePair kTypes[] = {{DATA_TYPE_EXT_1N_BYTE, DATA_TYPE_EXT_1N_BYTE, 1},
                               {DATA_TYPE_EXT_FLOAT32, DATA_TYPE_EXT_FLOAT32, 1},
                               {DATA_TYPE_EXT_4N_BYTE, DATA_TYPE_EXT_4N_BYTE, 1},
                               {DATA_TYPE_EXT_4N_BYTE, DATA_TYPE_EXT_1N_BYTE, 4}};
constexpr int kMostInputs = 4;
constexpr int kScalerHeaps = 6;
constexpr size_t kMostScalerImages = 16;
constexpr int kAddressAlignment = 32, kStrideAlignment = 64;  // of what the scaler reads in place

// A rectangle of an input and the output that it fills.
struct Part {
  const bm_image* input;
  const bm_image* output;
  bmcv_rect_t crop;
  const bmcv_resize_image* attributes;
  int lane;  // of a 4N input whose four images have outputs of their own
};

absl::Status CheckPart(const Part& part, const TypePair& types, const bmcv_resize_t& rectangle) {
  const bm_image &input = *part.input, &output = *part.output;
  RETURN_IF_ERROR(CheckFormat(input, takes::bmcv_image_resize.formats, {types.input}, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckFormat(output, takes::bmcv_image_resize.formats, {types.output}, absl::StatusCode::kDataLoss));
  const bool same_colours = ColoursOf(input.image_format) == ColoursOf(output.image_format);
  if (!same_colours && types.input != DATA_TYPE_EXT_1N_BYTE) {
    return absl::DataLossError(absl::StrFormat("format %d to %d with data type %d; bytes only",
                                               static_cast<int>(input.image_format),
                                               static_cast<int>(output.image_format), static_cast<int>(types.input)));
  }
  if (rectangle.out_width != output.width || rectangle.out_height != output.height) {
    return absl::DataLossError(absl::StrFormat("out_width and out_height are %d x %d, the output is %d x %d",
                                               rectangle.out_width, rectangle.out_height, output.width, output.height));
  }
  if (!IsInside(part.crop, input)) {
    return absl::InvalidArgumentError(absl::StrFormat("a rectangle of %d x %d pixels at (%d, %d); inside %d x %d",
                                                      part.crop.crop_w, part.crop.crop_h, part.crop.start_x,
                                                      part.crop.start_y, input.width, input.height));
  }
  const unsigned interpolation = part.attributes->interpolation;
  const bool is_known = interpolation <= BMCV_INTER_BICUBIC;
  if (is_known && (interpolation == BMCV_INTER_NEAREST || types.input == DATA_TYPE_EXT_1N_BYTE)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrFormat("interpolation %d with data type %d; 0 (nearest), of 1N_BYTE also 1 (linear) and 2 (bicubic)",
                      interpolation, static_cast<int>(types.input)));
}

absl::StatusOr<std::vector<Part>> CheckParts(int count, const bmcv_resize_image* attributes, const bm_image* inputs,
                                             const bm_image* outputs) {
  if (count < 1 || count > kMostInputs || attributes == nullptr || inputs == nullptr || outputs == nullptr) {
    return absl::InvalidArgumentError(absl::StrFormat("%d images, or none at all; 1 to %d", count, kMostInputs));
  }
  const auto types = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const TypePair& row) {
    return row.input == inputs[0].data_type && row.output == outputs[0].data_type;
  });
  if (types == std::end(kTypes)) {
    return absl::DataLossError(absl::StrFormat("data type %d does not become type %d",
                                               static_cast<int>(inputs[0].data_type),
                                               static_cast<int>(outputs[0].data_type)));
  }
  std::vector<Part> parts;
  for (int i = 0; i < count; ++i) {
    const bmcv_resize_image& each = attributes[i];
    if (each.roi_num < 1 || each.resize_img_attr == nullptr) {
      return absl::InvalidArgumentError(absl::StrFormat("%d rectangles of input %d; at least one", each.roi_num, i));
    }
    for (int roi = 0; roi < each.roi_num; ++roi) {
      const bmcv_resize_t& rectangle = each.resize_img_attr[roi];
      for (int lane = 0; lane < types->outputs; ++lane) {
        const bmcv_rect_t crop = {rectangle.start_x, rectangle.start_y, rectangle.in_width, rectangle.in_height};
        parts.push_back({&inputs[i], &outputs[parts.size()], crop, &each, lane});
        RETURN_IF_ERROR(CheckPart(parts.back(), *types, rectangle));
      }
    }
  }
  return parts;
}

// Whether the hardware would leave the part to the scaler, whose nearest pixel may be another than the firmware's.
absl::StatusOr<bool> IsForScaler(bm_handle_t handle, const Part& part, size_t part_count) {
  ASSIGN_OR_RETURN(const Image* const image, FromImage(*part.input));
  ASSIGN_OR_RETURN(bool is_for_scaler, IsInScalerHeaps(handle, *part.input));
  for (size_t p = 0; p < image->memory.size(); ++p) {
    is_for_scaler &= bm_mem_get_device_addr(image->memory[p]) % kAddressAlignment == 0;
    is_for_scaler &= image->strides[p] % kStrideAlignment == 0;
  }
  return is_for_scaler && part_count <= kMostScalerImages && part.attributes->stretch_fit != 0 &&
         part.output->data_type == DATA_TYPE_EXT_1N_BYTE && part.input->data_type == DATA_TYPE_EXT_1N_BYTE;
}

// The place of a part that keeps its aspect ratio: in the middle, all of one side.
bmcv_rect_t FittingPlace(const Part& part) {
  const int width = part.output->width, height = part.output->height;
  const double across = static_cast<double>(width) / part.crop.crop_w,
               down = static_cast<double>(height) / part.crop.crop_h;
  const auto scaled = [](int side, double scale, int most) {
    return std::clamp(static_cast<int>(std::lround(side * scale)), 1, most);
  };
  if (across < down) {
    const int rows = scaled(part.crop.crop_h, across, height);
    return {0, (height - rows + 1) / 2, width, rows};
  }
  const int columns = scaled(part.crop.crop_w, down, width);
  return {(width - columns + 1) / 2, 0, columns, height};
}

void ResizePart(const Part& part, bool is_for_scaler, const Conversion& conversion,
                const std::vector<ConstPlane>& source, const std::vector<Plane>& target) {
  constexpr Sampling kSamplings[] = {Sampling::kNearest, Sampling::kLinear, Sampling::kCubic};
  const bm_image &input = *part.input, &output = *part.output;
  const bmcv_resize_image& attributes = *part.attributes;
  Sampling sampling = kSamplings[attributes.interpolation];
  if (sampling == Sampling::kNearest && !is_for_scaler) sampling = Sampling::kFloorNearest;
  bmcv_rect_t place = WholeOf(output);
  if (attributes.stretch_fit == 0) {
    place = FittingPlace(part);
    for (const Paint& paint : PaintsOf(output.image_format, output.data_type, target,
                                       {attributes.padding_r, attributes.padding_g, attributes.padding_b})) {
      FillRows(paint.plane, paint.pixel);
    }
  }
  // Elements of 4 bytes move byte by byte; of four images with outputs of their own, one byte moves.
  const bool is_wide_input = input.data_type != DATA_TYPE_EXT_1N_BYTE;
  const bool is_wide_output = output.data_type != DATA_TYPE_EXT_1N_BYTE;
  for (int byte = 0; byte < (is_wide_output ? 4 : 1); ++byte) {
    const Lane from = is_wide_input ? Lane{4, is_wide_output ? byte : part.lane} : Lane{};
    const Lane to = is_wide_output ? Lane{4, byte} : Lane{};
    WritePixels(AsPixels(input.image_format, source, from), part.crop, sampling, conversion,
                PartOf(AsPixels(output.image_format, target, to), place));
  }
}

absl::Status Resize(bm_handle_t handle, int count, const bmcv_resize_image* attributes, const bm_image* input,
                    const bm_image* output) {
  ASSIGN_OR_RETURN(const std::vector<Part> parts, CheckParts(count, attributes, input, output));
  std::vector<const bm_image*> inputs, outputs;
  std::vector<bool> are_for_scaler;
  std::vector<Conversion> conversions;
  for (const Part& part : parts) {
    ASSIGN_OR_RETURN(const bool is_for_scaler, IsForScaler(handle, part, parts.size()));
    ASSIGN_OR_RETURN(const Conversion conversion,
                     ScalerConversion(ColoursOf(part.input->image_format), ColoursOf(part.output->image_format),
                                      CSC_MAX_ENUM, nullptr));
    are_for_scaler.push_back(is_for_scaler);
    conversions.push_back(conversion);
    inputs.push_back(part.input);
    outputs.push_back(part.output);
  }
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, inputs, outputs, kScalerHeaps));
  for (size_t i = 0; i < parts.size(); ++i) {
    ResizePart(parts[i], are_for_scaler[i], conversions[i], open.inputs[i], open.outputs[i].planes());
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_resize(bm_handle_t handle, int input_num, bmcv_resize_image resize_attr[], bm_image* input,
                              bm_image* output) {
  return bm::cv::AtEdge(__func__, handle,
                        [&] { return bm::cv::Resize(handle, input_num, resize_attr, input, output); });
}

}  // extern "C"
