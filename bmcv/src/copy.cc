// Operators that move pixels as they are (bmcv_image_copy_to, _crop, _split, bmcv_width_align).
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "base/checked_math.h"
#include "base/status_macros.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/image.h"
#include "bmcv/src/open_images.h"
#include "bmcv/src/operators.h"
#include "bmcv/src/paint.h"
#include "bmcv/src/planes.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

struct Place {
  int x, y;
};

// A box of the size of the smaller plane, from one place to another.
void CopyBox(const ConstPlane& source, Place from, const Plane& target, Place to, int width, int height) {
  const size_t pixel = source.channels, bytes = pixel * width;
  for (int y = 0; y < height; ++y) {
    std::memcpy(target.row(to.y + y) + pixel * to.x, source.row(from.y + y) + pixel * from.x, bytes);
  }
}

// An error of code `refusal` unless both have one format and one data type.
absl::Status CheckOneKind(const bm_image& input, const bm_image& output, absl::StatusCode refusal) {
  bm_image resized = input;
  resized.width = output.width;
  resized.height = output.height;
  return CheckAlike(resized, output, refusal);
}

// ---- copy_to ----

absl::Status CheckPlace(const bmcv_copy_to_atrr_t& place, const bm_image& input, const bm_image& output) {
  if (input.width > output.width || input.height > output.height) {
    return absl::DataLossError(absl::StrFormat("an input of %d x %d for an output of %d x %d; it has to fit",
                                               input.width, input.height, output.width, output.height));
  }
  if (place.start_x < 0 || place.start_y < 0 || place.start_x > output.width - input.width ||
      place.start_y > output.height - input.height) {
    return absl::InvalidArgumentError(absl::StrFormat("%d x %d pixels at (%d, %d) in an output of %d x %d", input.width,
                                                      input.height, place.start_x, place.start_y, output.width,
                                                      output.height));
  }
  return absl::OkStatus();
}

// Paints what surrounds a box: above, below, left, right.
void FillAround(const Paint& paint, const Box& box) {
  const int right = box.x + box.width, bottom = box.y + box.height;
  FillBox(paint.plane, {0, 0, paint.plane.width, box.y}, paint.pixel);
  FillBox(paint.plane, {0, bottom, paint.plane.width, paint.plane.height - bottom}, paint.pixel);
  FillBox(paint.plane, {0, box.y, box.x, box.height}, paint.pixel);
  FillBox(paint.plane, {right, box.y, paint.plane.width - right, box.height}, paint.pixel);
}

absl::Status CopyTo(bm_handle_t handle, const bmcv_copy_to_atrr_t& place, const bm_image& input,
                    const bm_image& output) {
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_copy_to, absl::StatusCode::kDataLoss));
  RETURN_IF_ERROR(CheckOneKind(input, output, absl::StatusCode::kDataLoss));
  const bool is_packed = input.image_format == FORMAT_RGB_PACKED || input.image_format == FORMAT_BGR_PACKED;
  if (is_packed && PicturesIn(input) > 1) {
    return absl::DataLossError("packed pixels of four images; 4N goes with planar formats and GRAY");
  }
  RETURN_IF_ERROR(CheckPlace(place, input, output));
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&input}, {&output}));
  const std::vector<ConstPlane>& source = open.inputs[0];
  const std::vector<Plane>& target = open.outputs[0].planes();
  for (size_t p = 0; p < source.size(); ++p) {
    CopyBox(source[p], {0, 0}, target[p], {place.start_x, place.start_y}, input.width, input.height);
  }
  if (place.if_padding == 0) return absl::OkStatus();
  const Box box = {place.start_x, place.start_y, input.width, input.height};
  const Colour colour = {place.padding_r, place.padding_g, place.padding_b};
  for (const Paint& paint : PaintsOf(input.image_format, input.data_type, target, colour)) {
    FillAround(paint, box);
  }
  return absl::OkStatus();
}

// ---- crop ----

absl::Status CheckCrop(const bmcv_rect_t& rect, const bm_image& input, const bm_image& output) {
  RETURN_IF_ERROR(CheckOneKind(input, output, absl::StatusCode::kDataLoss));
  if (rect.crop_w > 0 && rect.crop_h > 0 && rect.start_x >= 0 && rect.start_y >= 0 && rect.crop_w <= input.width &&
      rect.crop_h <= input.height && rect.start_x <= input.width - rect.crop_w &&
      rect.start_y <= input.height - rect.crop_h && rect.crop_w == output.width && rect.crop_h == output.height) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "%d x %d pixels from (%d, %d) on in an input of %d x %d, for an output of %d x %d; a rectangle "
      "inside of the output's size",
      rect.crop_w, rect.crop_h, rect.start_x, rect.start_y, input.width, input.height, output.width, output.height));
}

absl::Status Crop(bm_handle_t handle, int count, const bmcv_rect_t* rects, const bm_image& input,
                  const bm_image* outputs) {
  if (count < 1 || rects == nullptr || outputs == nullptr) {
    return absl::InvalidArgumentError(absl::StrFormat("%d rectangles, or none at all; at least one", count));
  }
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_crop, absl::StatusCode::kDataLoss));
  for (int i = 0; i < count; ++i) RETURN_IF_ERROR(CheckCrop(rects[i], input, outputs[i]));
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&input}, ImagesOf(count, outputs)));
  const std::vector<ConstPlane>& source = open.inputs[0];
  for (int i = 0; i < count; ++i) {
    for (size_t p = 0; p < source.size(); ++p) {
      CopyBox(source[p], {rects[i].start_x, rects[i].start_y}, open.outputs[i].planes()[p], {0, 0}, rects[i].crop_w,
              rects[i].crop_h);
    }
  }
  return absl::OkStatus();
}

// ---- split ----

absl::Status Split(bm_handle_t handle, const bm_image& input, const bm_image* outputs) {
  constexpr absl::StatusCode kRefusal = absl::StatusCode::kUnimplemented;
  if (outputs == nullptr) return absl::InvalidArgumentError("output is null");
  RETURN_IF_ERROR(CheckOperand(input, takes::bmcv_image_split, kRefusal));
  RETURN_IF_ERROR(CheckOneKind(input, outputs[0], kRefusal));
  const int width = outputs[0].width, height = outputs[0].height;
  if (input.width % width != 0 || input.height % height != 0) {
    return absl::UnimplementedError(absl::StrFormat("an input of %d x %d in tiles of %d x %d; whole tiles only",
                                                    input.width, input.height, width, height));
  }
  const int columns = input.width / width, rows = input.height / height;
  for (int i = 1; i < columns * rows; ++i) RETURN_IF_ERROR(CheckAlike(outputs[0], outputs[i], kRefusal));
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&input}, ImagesOf(columns * rows, outputs)));
  const std::vector<ConstPlane>& source = open.inputs[0];
  for (int i = 0; i < columns * rows; ++i) {
    CopyBox(source[0], {i % columns * width, i / columns * height}, open.outputs[i].planes()[0], {0, 0}, width, height);
  }
  return absl::OkStatus();
}

// ---- width_align ----

absl::Status WidthAlign(bm_handle_t handle, const bm_image& input, const bm_image& output) {
  RETURN_IF_ERROR(FromImage(input).status());
  RETURN_IF_ERROR(CheckAlike(input, output, absl::StatusCode::kDataLoss));
  if (input.image_format == FORMAT_COMPRESSED) return absl::OkStatus();
  ASSIGN_OR_RETURN(const OpenImages open, OpenAll(handle, {&input}, {&output}));
  const std::vector<ConstPlane>& source = open.inputs[0];
  const std::vector<Plane>& target = open.outputs[0].planes();
  for (size_t p = 0; p < source.size(); ++p) {
    CopyBox(source[p], {0, 0}, target[p], {0, 0}, source[p].width, source[p].height);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

extern "C" {

bm_status_t bmcv_image_copy_to(bm_handle_t handle, bmcv_copy_to_atrr_t copy_to_attr, bm_image input, bm_image output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::CopyTo(handle, copy_to_attr, input, output); });
}

bm_status_t bmcv_image_crop(bm_handle_t handle, int crop_num, bmcv_rect_t* rects, bm_image input, bm_image* output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Crop(handle, crop_num, rects, input, output); });
}

bm_status_t bmcv_image_split(bm_handle_t handle, bm_image input, bm_image* output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::Split(handle, input, output); });
}

bm_status_t bmcv_width_align(bm_handle_t handle, bm_image input, bm_image output) {
  return bm::cv::AtEdge(__func__, handle, [&] { return bm::cv::WidthAlign(handle, input, output); });
}

// A frame buffer of a video decoder has rows in multiples of 32 before its chroma.
unsigned long long bmcv_calc_cbcr_addr(unsigned long long y_addr, unsigned int y_stride, unsigned int frame_height) {
  return y_addr + y_stride * bm::AlignUp(frame_height, 32);
}

}  // extern "C"
