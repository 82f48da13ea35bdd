// The older interface (bmcv_api.h): images as plain structures, made into today's for the length of a call.
#include <algorithm>
#include <cstdint>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "bmcv/src/edge.h"
#include "bmcv/src/image.h"
#include "bmcv/src/layout.h"
#include "bmcv_api.h"
#include "bmcv_api_ext.h"

namespace bm::cv {
namespace {

struct FormatRow {
  bm_image_format older;
  bmcv_data_format older_type;
  bm_image_format_ext format;
  bm_image_data_format_ext type;
};
constexpr FormatRow kFormats[] = {
    {YUV420P, DATA_TYPE_BYTE, FORMAT_YUV420P, DATA_TYPE_EXT_1N_BYTE},
    {NV12, DATA_TYPE_BYTE, FORMAT_NV12, DATA_TYPE_EXT_1N_BYTE},
    {NV21, DATA_TYPE_BYTE, FORMAT_NV21, DATA_TYPE_EXT_1N_BYTE},
    {RGB, DATA_TYPE_BYTE, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_1N_BYTE},
    {RGB, DATA_TYPE_FLOAT, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_FLOAT32},
    {BGR, DATA_TYPE_BYTE, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE},
    {BGR, DATA_TYPE_FLOAT, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_FLOAT32},
    {RGB_PACKED, DATA_TYPE_BYTE, FORMAT_RGB_PACKED, DATA_TYPE_EXT_1N_BYTE},
    {RGB_PACKED, DATA_TYPE_FLOAT, FORMAT_RGB_PACKED, DATA_TYPE_EXT_FLOAT32},
    {BGR_PACKED, DATA_TYPE_BYTE, FORMAT_BGR_PACKED, DATA_TYPE_EXT_1N_BYTE},
    {BGR_PACKED, DATA_TYPE_FLOAT, FORMAT_BGR_PACKED, DATA_TYPE_EXT_FLOAT32},
    {BGR4N, DATA_TYPE_BYTE, FORMAT_BGR_PLANAR, DATA_TYPE_EXT_4N_BYTE},
    {RGB4N, DATA_TYPE_BYTE, FORMAT_RGB_PLANAR, DATA_TYPE_EXT_4N_BYTE},
};

absl::Status Unknown(int format, int type) {
  return absl::UnimplementedError(absl::StrFormat("format %d with data type %d has no counterpart", format, type));
}

// Today's image over the memory of an older one; a stride of 0 stands for rows without gaps.
class Wrapped {
 public:
  Wrapped() = default;
  Wrapped(const Wrapped&) = delete;
  Wrapped& operator=(const Wrapped&) = delete;
  ~Wrapped() { bm_image_destroy(image_); }

  bm_status_t Open(const char* function, bm_handle_t handle, const bmcv_image& older) {
    const auto row = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const FormatRow& candidate) {
      return candidate.older == older.image_format && candidate.older_type == older.data_format;
    });
    if (row == std::end(kFormats)) {
      return Report(function, Unknown(static_cast<int>(older.image_format), static_cast<int>(older.data_format)));
    }
    return OpenAs(handle, older, row->format, row->type);
  }

  // The first of the planar image's channels.
  bm_status_t OpenFirst(const char* function, bm_handle_t handle, const bmcv_image& older) {
    if (older.image_format != RGB && older.image_format != BGR) {
      return Report(function, absl::UnimplementedError(absl::StrFormat("one channel of format %d; planar RGB or BGR",
                                                                       static_cast<int>(older.image_format))));
    }
    return OpenAs(handle, older, FORMAT_GRAY,
                  older.data_format == DATA_TYPE_FLOAT ? DATA_TYPE_EXT_FLOAT32 : DATA_TYPE_EXT_1N_BYTE);
  }

  // The next of several images of one plane that follow each other.
  bm_status_t Advance() {
    bm_device_mem_t memory = image_.image_private->memory[0];
    bm_mem_set_device_addr(&memory, bm_mem_get_device_addr(memory) + bytes());
    return bm_image_attach(image_, &memory);
  }

  // Whether the memory of the plane holds so many.
  absl::Status CheckHolds(int count) const {
    const uint64_t has = image_.image_private->memory[0].size, needs = bytes() * count;
    if (has >= needs) return absl::OkStatus();
    return absl::DataLossError(absl::StrFormat("%d images take %d bytes, their memory has %d", count, needs, has));
  }

  bm_image& image() { return image_; }

 private:
  bm_status_t OpenAs(bm_handle_t handle, const bmcv_image& older, bm_image_format_ext format,
                     bm_image_data_format_ext type) {
    int strides[MAX_bm_image_CHANNEL];
    std::copy(std::begin(older.stride), std::end(older.stride), strides);
    bm_device_mem_t memory[MAX_bm_image_CHANNEL];
    std::copy(std::begin(older.data), std::end(older.data), memory);
    const bm_status_t created = bm_image_create(handle, older.image_height, older.image_width, format, type, &image_,
                                                strides[0] == 0 ? nullptr : strides);
    return created == BM_SUCCESS ? bm_image_attach(image_, memory) : created;
  }

  uint64_t bytes() const { return ImageBytes(*image_.image_private); }

  bm_image image_ = {};
};

// operation(input, output) on both as today's images.
template <typename Operation>
bm_status_t WithImages(const char* function, bm_handle_t handle, const bmcv_image& input, const bmcv_image& output,
                       Operation operation) {
  Wrapped in, out;
  bm_status_t status = in.Open(function, handle, input);
  if (status == BM_SUCCESS) status = out.Open(function, handle, output);
  return status == BM_SUCCESS ? operation(in, out) : status;
}

struct Scaling {
  bmcv_rect_t crop;  // of the input
  uint8_t stretch;
  bmcv_color_t padding;
  bool has_weights;
  float weights[3], biases[3];  // blue, green, red
};

// Nearest pixels into an image of the input's type, then x * weight + bias to that of the output.
bm_status_t Scale(bm_handle_t handle, bm_image* input, bm_image* output, const Scaling& scaling) {
  bmcv_resize_t rectangle = {scaling.crop.start_x, scaling.crop.start_y, scaling.crop.crop_w,
                             scaling.crop.crop_h,  output->width,        output->height};
  bmcv_resize_image resize = {
      &rectangle, 1, scaling.stretch, scaling.padding.b, scaling.padding.g, scaling.padding.r, BMCV_INTER_NEAREST};
  if (!scaling.has_weights && input->data_type == output->data_type) {
    return bmcv_image_resize(handle, 1, &resize, input, output);
  }
  bm_image between;
  bm_status_t status =
      bm_image_create(handle, output->height, output->width, output->image_format, input->data_type, &between);
  if (status != BM_SUCCESS) return status;
  bmcv_convert_to_attr linear = {1, 0, 1, 0, 1, 0};
  if (scaling.has_weights) {
    const int first = output->image_format == FORMAT_BGR_PLANAR ? 0 : 2, last = 2 - first;
    linear = {scaling.weights[first], scaling.biases[first], scaling.weights[1],
              scaling.biases[1],      scaling.weights[last], scaling.biases[last]};
  }
  status = bmcv_image_resize(handle, 1, &resize, input, &between);
  if (status == BM_SUCCESS) status = bmcv_image_convert_to(handle, 1, linear, &between, output);
  bm_image_destroy(between);
  return status;
}

absl::Status CopyDescription(const bm_image* source, bmcv_image* target) {
  if (source == nullptr || target == nullptr) return absl::InvalidArgumentError("src or dst is null");
  const absl::StatusOr<Image*> created = FromImage(*source);
  if (!created.ok()) return created.status();
  const Image& image = **created;
  if (!image.is_attached) return absl::DataLossError("the image has no memory");
  const auto row = std::find_if(std::begin(kFormats), std::end(kFormats), [&](const FormatRow& candidate) {
    return candidate.format == image.format && candidate.type == image.type;
  });
  if (row == std::end(kFormats)) return Unknown(static_cast<int>(image.format), static_cast<int>(image.type));
  *target = {};
  target->color_space = IsYuv(row->format) ? COLOR_YUV : COLOR_RGB;
  target->data_format = row->older_type;
  target->image_format = row->older;
  target->image_width = image.width;
  target->image_height = image.height;
  std::copy(image.memory.begin(), image.memory.end(), target->data);
  std::copy(image.strides.begin(), image.strides.end(), target->stride);
  return absl::OkStatus();
}

}  // namespace
}  // namespace bm::cv

using bm::cv::Report;
using bm::cv::WithImages;
using bm::cv::Wrapped;

extern "C" {

bm_status_t bm_img_yuv2bgr(bm_handle_t handle, bmcv_image input, bmcv_image output) {
  return WithImages(__func__, handle, input, output, [&](Wrapped& in, Wrapped& out) {
    return bmcv_image_yuv2bgr_ext(handle, 1, &in.image(), &out.image());
  });
}

bm_status_t bmcv_img_crop(bm_handle_t handle, bmcv_image input, int channels, int top, int left, bmcv_image output) {
  if (channels != 1 && channels != 3) {
    return Report(__func__, absl::InvalidArgumentError(absl::StrFormat("%d channels; 1 or 3", channels)));
  }
  bmcv_rect_t rect = {left, top, output.image_width, output.image_height};
  if (channels == 3) {
    return WithImages(__func__, handle, input, output, [&](Wrapped& in, Wrapped& out) {
      return bmcv_image_crop(handle, 1, &rect, in.image(), &out.image());
    });
  }
  Wrapped in, out;
  bm_status_t status = in.OpenFirst(__func__, handle, input);
  if (status == BM_SUCCESS) status = out.OpenFirst(__func__, handle, output);
  return status == BM_SUCCESS ? bmcv_image_crop(handle, 1, &rect, in.image(), &out.image()) : status;
}

bm_status_t bmcv_img_bgrsplit(bm_handle_t handle, bmcv_image input, bmcv_image output) {
  if (input.image_format != BGR_PACKED || output.image_format != BGR) {
    return Report(__func__, absl::UnimplementedError(absl::StrFormat("format %d to %d; BGR_PACKED to BGR",
                                                                     static_cast<int>(input.image_format),
                                                                     static_cast<int>(output.image_format))));
  }
  return WithImages(__func__, handle, input, output, [&](Wrapped& in, Wrapped& out) {
    return bmcv_image_storage_convert(handle, 1, &in.image(), &out.image());
  });
}

bm_status_t bmcv_img_transpose(bm_handle_t handle, bmcv_image input, bmcv_image output) {
  return WithImages(__func__, handle, input, output,
                    [&](Wrapped& in, Wrapped& out) { return bmcv_image_transpose(handle, in.image(), out.image()); });
}

bm_status_t bmcv_img_scale(bm_handle_t handle, bmcv_image input, int n, int do_crop, int top, int left, int height,
                           int width, unsigned char stretch, unsigned char padding_b, unsigned char padding_g,
                           unsigned char padding_r, int pixel_weight_bias, float weight_b, float bias_b, float weight_g,
                           float bias_g, float weight_r, float bias_r, bmcv_image output) {
  const auto has_four = [](const bmcv_image& image) {
    return image.image_format == BGR4N || image.image_format == RGB4N;
  };
  const bool has_four_images = has_four(input);
  if (has_four_images != has_four(output)) {
    return Report(__func__, absl::DataLossError(absl::StrFormat("format %d to format %d; 4N goes to 4N only",
                                                                static_cast<int>(input.image_format),
                                                                static_cast<int>(output.image_format))));
  }
  if (n < 1 || (has_four_images && n > 4)) {
    return Report(__func__, absl::InvalidArgumentError(absl::StrFormat("%d images; from 1, of 4N to 4", n)));
  }
  const bm::cv::Scaling scaling = {
      do_crop != 0 ? bmcv_rect_t{left, top, width, height} : bmcv_rect_t{0, 0, input.image_width, input.image_height},
      stretch,
      {padding_r, padding_g, padding_b},
      pixel_weight_bias != 0,
      {weight_b, weight_g, weight_r},
      {bias_b, bias_g, bias_r}};
  const char* const function = __func__;
  return WithImages(function, handle, input, output, [&](Wrapped& in, Wrapped& out) {
    const int count = has_four_images ? 1 : n;
    bm_status_t status = Report(function, in.CheckHolds(count));
    if (status == BM_SUCCESS) status = Report(function, out.CheckHolds(count));
    for (int i = 0; i < count && status == BM_SUCCESS; ++i) {
      status = bm::cv::Scale(handle, &in.image(), &out.image(), scaling);
      if (status == BM_SUCCESS) status = in.Advance();
      if (status == BM_SUCCESS) status = out.Advance();
    }
    return status;
  });
}

bm_status_t bm_image_to_bmcv_image(bm_image* src, bmcv_image* dst) {
  return bm::cv::AtEdge(__func__, [&] { return bm::cv::CopyDescription(src, dst); });
}

}  // extern "C"
