#include "bmcv/src/storage_convert.h"

#include <cstring>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "bmcv/src/channels.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/image.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/planes.h"
#include "bmcv/src/typed_pixels.h"
#include "bmcv/src/vpp.h"
#include "bmcv/src/write_pixels.h"

namespace bm::cv {
namespace {

constexpr int kMostWidth = 8192;
constexpr int kLeastSide = 16, kMostSide = 4096;  // of what the scaler takes

absl::Status CheckAllAlike(const std::vector<const bm_image*>& images) {
  for (const bm_image* const image : images) {
    RETURN_IF_ERROR(CheckAlike(*images[0], *image, absl::StatusCode::kDataLoss));
  }
  return absl::OkStatus();
}

absl::Status CheckImages(const std::vector<const bm_image*>& inputs, const std::vector<const bm_image*>& outputs) {
  const bm_image &input = *inputs[0], &output = *outputs[0];
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_storage_convert, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckOperand(output, takes::bmcv_image_storage_convert, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckAllAlike(inputs));
  RETURN_IF_ERROR(CheckAllAlike(outputs));
  if (output.image_format == FORMAT_YUV422P) {
    return absl::DataLossError(absl::StrFormat("format %d is no output", static_cast<int>(output.image_format)));
  }
  if (input.width != output.width || input.height != output.height || input.width > kMostWidth) {
    return absl::DataLossError(absl::StrFormat("%d x %d pixels to %d x %d; the same size, up to %d wide", input.width,
                                               input.height, output.width, output.height, kMostWidth));
  }
  ASSIGN_OR_RETURN(const Image* const first, FromImage(input));
  for (const bm_image* const image : inputs) {
    ASSIGN_OR_RETURN(const Image* const created, FromImage(*image));
    if (created->strides != first->strides) return absl::DataLossError("the inputs have different strides");
  }
  return absl::OkStatus();
}

// The scaler's conversion if it does this one, which also needs the inputs in its heaps.
bool ScalerHas(const bm_image& input, const bm_image& output, Conversion* conversion) {
  if (input.data_type != DATA_TYPE_EXT_1N_BYTE || output.data_type != DATA_TYPE_EXT_1N_BYTE) return false;
  const Colours from = ColoursOf(input.image_format), to = ColoursOf(output.image_format);
  *conversion = Conversion();
  if ((from == Colours::kGray && to == Colours::kYuv) || (from == Colours::kYuv && to == Colours::kGray)) return true;
  for (const int side : {input.width, input.height}) {
    if (side < kLeastSide || side > kMostSide) return false;
  }
  const absl::StatusOr<VppJob> job = CheckRequest({&input, &output, WholeOf(input), WholeOf(output)}, {});
  if (job.ok()) *conversion = job->conversion;
  return job.ok();
}

absl::StatusOr<Conversion> ChooseConversion(bm_handle_t handle, const std::vector<const bm_image*>& inputs,
                                            const bm_image& output, csc_type_t csc) {
  const bm_image& input = *inputs[0];
  const Colours from = ColoursOf(input.image_format), to = ColoursOf(output.image_format);
  if (csc != CSC_MAX_ENUM) return ScalerConversion(from, to, csc, nullptr);
  if (input.image_format == output.image_format) return Conversion();
  bool is_in_heaps = true;
  for (const bm_image* const image : inputs) {
    ASSIGN_OR_RETURN(const bool is_this, IsInScalerHeaps(handle, *image));
    is_in_heaps &= is_this;
  }
  Conversion conversion;
  if (is_in_heaps && ScalerHas(input, output, &conversion)) return conversion;
  return FirmwareConversion(from, to);
}

// One picture: a lane of an image.
template <typename Planes>
struct Side {
  const bm_image& image;
  const Planes& planes;
  int lane;

  bool is_float() const { return image.data_type == DATA_TYPE_EXT_FLOAT32; }
  Lane bytes() const { return PicturesIn(image) > 1 ? Lane{4, lane} : Lane{}; }
};

void ConvertPicture(const Side<std::vector<ConstPlane>>& from, const Side<std::vector<Plane>>& to,
                    const Conversion& conversion) {
  const bm_image_format_ext source = from.image.image_format, target = to.image.image_format;
  const auto write = [&](const ConstPixels& in, const Pixels& out) {
    WritePixels(in, WholeOf(from.image), Sampling::kNearest, conversion, out);
  };
  if (from.is_float() && to.is_float() && conversion.step_count == 0) {  // values move byte by byte
    for (int byte = 0; byte < 4; ++byte) {
      write(AsPixels(source, from.planes, {4, byte}), AsPixels(target, to.planes, {4, byte}));
    }
    return;
  }
  const BytePlanes truncated = from.is_float() ? Truncated(from.planes) : BytePlanes();
  const ConstPixels in =
      from.is_float() ? AsPixels(source, truncated.as_const(), {}) : AsPixels(source, from.planes, from.bytes());
  if (!to.is_float()) return write(in, AsPixels(target, to.planes, to.bytes()));
  const BytePlanes bytes = BytesFor(to.planes);
  write(in, AsPixels(target, bytes.planes, {}));
  Widen(bytes, to.planes);
}

void CopyPlanes(const std::vector<ConstPlane>& source, const std::vector<Plane>& target) {
  for (size_t p = 0; p < source.size(); ++p) {
    for (int y = 0; y < source[p].height; ++y) {
      std::memcpy(target[p].row(y), source[p].row(y), static_cast<size_t>(source[p].width) * source[p].channels);
    }
  }
}

}  // namespace

absl::Status StorageConvert(bm_handle_t handle, int count, const bm_image* input, const bm_image* output,
                            csc_type_t csc) {
  if (count < 1 || input == nullptr || output == nullptr) {
    return absl::DataLossError(absl::StrFormat("%d images, or none at all; at least one", count));
  }
  const std::vector<const bm_image*> inputs = ImagesOf(count, input), outputs = ImagesOf(count, output);
  RETURN_IF_ERROR(CheckImages(inputs, outputs));
  ASSIGN_OR_RETURN(const Conversion conversion, ChooseConversion(handle, inputs, *output, csc));
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, inputs, outputs));
  if (input->image_format == output->image_format && input->data_type == output->data_type) {
    for (size_t i = 0; i < inputs.size(); ++i) CopyPlanes(open.inputs[i], open.outputs[i].planes());
    return absl::OkStatus();
  }
  const int in_each = PicturesIn(*input), out_each = PicturesIn(*output);
  for (int i = 0; i < count; ++i) {
    ConvertPicture({*input, open.inputs[i / in_each], i % in_each},
                   {*output, open.outputs[i / out_each].planes(), i % out_each}, conversion);
  }
  return absl::OkStatus();
}

}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_storage_convert(bm_handle_t handle, int image_num, bm_image* input, bm_image* output) {
  return bm::cv::AtEdge(__func__, handle,
                        [&] { return bm::cv::StorageConvert(handle, image_num, input, output, CSC_MAX_ENUM); });
}

bm_status_t bmcv_image_storage_convert_with_csctype(bm_handle_t handle, int image_num, bm_image* input,
                                                    bm_image* output, csc_type_t csc_type) {
  return bm::cv::AtEdge(__func__, handle,
                        [&] { return bm::cv::StorageConvert(handle, image_num, input, output, csc_type); });
}

}  // extern "C"
