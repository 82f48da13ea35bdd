#include <utility>

#include "absl/cleanup/cleanup.h"
#include "cvwrapper.h"
#include "sail/src/bmcv_impl.h"
#include "sail/src/bmcv_status.h"
#include "sail/src/image_impl.h"
#include "sail/src/picture.h"

namespace sail {

// ---- Types and formats ----

namespace {

struct TypePair {
  bm_image_data_format_ext image;
  bm_data_type_t tensor;
};
constexpr TypePair kTypes[] = {{DATA_TYPE_EXT_FLOAT32, BM_FLOAT32},
                               {DATA_TYPE_EXT_1N_BYTE, BM_UINT8},
                               {DATA_TYPE_EXT_1N_BYTE_SIGNED, BM_INT8},
                               {DATA_TYPE_EXT_FP16, BM_FLOAT16},
                               {DATA_TYPE_EXT_BF16, BM_BFLOAT16}};

}  // namespace

bm_data_type_t DataTypeOf(bm_image_data_format_ext type) {
  for (const TypePair& pair : kTypes) {
    if (pair.image == type) return pair.tensor;
  }
  Throw(SAIL_ERR_BMI_DTYPE, absl::StrCat("the image type ", type, " has no tensor type"));
}

bm_image_data_format_ext ImageTypeOf(bm_data_type_t type) {
  for (const TypePair& pair : kTypes) {
    if (pair.tensor == type) return pair.image;
  }
  Throw(SAIL_ERR_BMI_DTYPE, absl::StrCat("the data type ", type, " has no image type"));
}

bm_data_type_t Bmcv::get_bm_data_type(bm_image_data_format_ext fmt) { return DataTypeOf(fmt); }
bm_image_data_format_ext Bmcv::get_bm_image_data_format(bm_data_type_t dtype) { return ImageTypeOf(dtype); }

bm_image_format_ext Bmcv::OutputFormat(bm_image_format_ext input) {
  return input == FORMAT_RGB_PLANAR || input == FORMAT_GRAY ? input : FORMAT_BGR_PLANAR;
}

bm_image_format_ext Bmcv::FormatOf(bool bgr2rgb, const std::string& layout) {
  if (layout == "nchw") return bgr2rgb ? FORMAT_RGB_PLANAR : FORMAT_BGR_PLANAR;
  if (layout == "nhwc") return bgr2rgb ? FORMAT_RGB_PACKED : FORMAT_BGR_PACKED;
  Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("the layout \"", layout, "\"; nchw and nhwc are known"));
}

// ---- The object ----

Bmcv::Bmcv(Handle& handle) : impl_(new Impl{handle}) {
  if (handle.data() == nullptr) Throw(SAIL_ERR_BMI_INIT, "Bmcv on an empty handle");
}
Bmcv::Bmcv(const Bmcv& other) : impl_(new Impl(*other.impl_)) {}
Bmcv& Bmcv::operator=(const Bmcv& other) {
  *impl_ = *other.impl_;
  return *this;
}
Bmcv::~Bmcv() = default;

Handle Bmcv::get_handle() { return impl_->handle; }

void Bmcv::CheckDone(int ret, const char* name) { CheckImage(static_cast<bm_status_t>(ret), SAIL_ERR_BMI_BMCV, name); }

void Bmcv::Prepare(BMImage& input, BMImage& output, int w, int h) {
  if (input.empty_check() == 0) Throw(SAIL_ERR_BMI_EMPTY, "an operation on no image");
  if (output.empty_check() == 0) {
    output = BMImage(impl_->handle, h, w, OutputFormat(input.format()), input.dtype());
  } else if (output.width() != w || output.height() != h) {
    if (&input == &output) {
      Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("an image of ", input.width(), " x ", input.height(), " into itself as ",
                                             w, " x ", h, "; give another output"));
    }
    output.reset(w, h);
  }
}

// ---- Tensors ----

void Bmcv::bm_image_to_tensor(BMImage& image, Tensor& tensor) { image_array::ToTensor(&image.data(), 1, tensor); }

Tensor Bmcv::bm_image_to_tensor(BMImage& image) {
  Tensor tensor(impl_->handle);
  bm_image_to_tensor(image, tensor);
  return tensor;
}

void Bmcv::TensorToImages(Tensor& tensor, bm_image_format_ext format, bm_image* images, int count) {
  const std::vector<int>& shape = tensor.shape();
  const bool packed = format == FORMAT_RGB_PACKED || format == FORMAT_BGR_PACKED, gray = format == FORMAT_GRAY;
  const bool fits = shape.size() == 4 && shape[0] == count && shape[packed ? 3 : 1] == (gray ? 1 : 3);
  if (!fits || !tensor.is_dev_data_valid()) {
    Throw(SAIL_ERR_BMI_SHAPE, absl::StrCat(count, " images of format ", format, " of a tensor of shape ",
                                           ShapeText(shape), fits ? " without device memory" : ""));
  }
  const int h = shape[packed ? 1 : 2], w = shape[packed ? 2 : 3];
  const bm_image_data_format_ext type = ImageTypeOf(tensor.dtype());
  bm_device_mem_t memory = tensor.dev_data();
  const unsigned bytes = tensor.nbytes() / count;
  int created = 0;
  absl::Cleanup destroy = [&] {
    while (created > 0) bm_image_destroy(std::exchange(images[--created], bm_image{}));
  };
  for (int i = 0; i < count; ++i) {
    CheckImage(bm_image_create(impl_->handle.data(), h, w, format, type, &images[i], nullptr), SAIL_ERR_BMI_INIT,
               "an image of a tensor");
    ++created;
    bm_device_mem_t part = bm_mem_from_device(bm_mem_get_device_addr(memory) + uint64_t{bytes} * i, bytes);
    CheckImage(bm_image_attach(images[i], &part), SAIL_ERR_BMI_BMCV, "an image of a tensor");
  }
  std::move(destroy).Cancel();
}

void Bmcv::tensor_to_bm_image(Tensor& tensor, BMImage& image, bm_image_format_ext format) {
  bm_image aliased{};
  TensorToImages(tensor, format, &aliased, 1);
  ImageAccess::Adopt(image, aliased, impl_->handle);
}
void Bmcv::tensor_to_bm_image(Tensor& tensor, BMImage& image, bool bgr2rgb, std::string layout) {
  tensor_to_bm_image(tensor, image, FormatOf(bgr2rgb, layout));
}
BMImage Bmcv::tensor_to_bm_image(Tensor& tensor, bool bgr2rgb, std::string layout) {
  return tensor_to_bm_image(tensor, FormatOf(bgr2rgb, layout));
}
BMImage Bmcv::tensor_to_bm_image(Tensor& tensor, bm_image_format_ext format) {
  BMImage image;
  tensor_to_bm_image(tensor, image, format);
  return image;
}

// ---- Sizes ----

int Bmcv::Resize(bm_image* input, bm_image* output, int count, const SizeOperation& operation) {
  const bm_handle_t handle = impl_->handle.data();
  bm_status_t status = BM_SUCCESS;
  for (int i = 0; i < count && status == BM_SUCCESS; ++i) {
    bmcv_rect_t rect = {operation.x, operation.y, operation.w, operation.h};
    if (operation.w == kWhole) rect = {0, 0, input[i].width, input[i].height};
    if (operation.padding != nullptr) {
      const PaddingAtrr& place = *operation.padding;
      bmcv_padding_atrr_t padding = {place.dst_crop_stx, place.dst_crop_sty, place.dst_crop_w, place.dst_crop_h,
                                     place.padding_r,    place.padding_g,    place.padding_b,  1};
      status = bmcv_image_vpp_convert_padding(handle, 1, input[i], &output[i], &padding, &rect, operation.algorithm);
      continue;
    }
    if (operation.vpp) {
      status = bmcv_image_vpp_convert(handle, 1, input[i], &output[i], &rect, operation.algorithm);
      if (status == BM_SUCCESS) continue;
    }
    bmcv_resize_t part = {rect.start_x, rect.start_y, rect.crop_w, rect.crop_h, output[i].width, output[i].height};
    bmcv_resize_image resize = {&part, 1, 1, 0, 0, 0, static_cast<unsigned>(operation.algorithm)};
    status = bmcv_image_resize(handle, 1, &resize, &input[i], &output[i]);
  }
  return status;
}

int Bmcv::Resize(BMImage& input, BMImage& output, const SizeOperation& operation) {
  Prepare(input, output, operation.width, operation.height);
  return Resize(&input.data(), &output.data(), 1, operation);
}

BMImage Bmcv::Resize(BMImage& input, const SizeOperation& operation) {
  BMImage output;
  CheckDone(Resize(input, output, operation), operation.name);
  return output;
}

std::vector<BMImage> Bmcv::crop(BMImage& input, std::vector<std::vector<int>> rects) {
  std::vector<BMImage> outputs;
  for (const std::vector<int>& rect : rects) {
    if (rect.size() != 4) {
      Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("the rectangle ", ShapeText(rect), "; it is [x, y, w, h]"));
    }
    outputs.push_back(crop(input, rect[0], rect[1], rect[2], rect[3]));
  }
  return outputs;
}

bm_image Bmcv::crop_and_resize_padding(bm_image& input, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w,
                                       int resize_h, PaddingAtrr& padding, Algorithm resize_alg) {
  bm_image output{};
  CreateImage(impl_->handle, resize_h, resize_w,
              input.image_format == FORMAT_RGB_PLANAR ? FORMAT_RGB_PLANAR : FORMAT_BGR_PLANAR, DATA_TYPE_EXT_1N_BYTE,
              nullptr, &output);
  const SizeOperation operation = {
      "crop_and_resize_padding", true, crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h, &padding, resize_alg};
  const int ret = Resize(&input, &output, 1, operation);
  if (ret != BM_SUCCESS) bm_image_destroy(output);
  CheckDone(ret, operation.name);
  return output;
}

BMImage Bmcv::crop_and_resize_padding(BMImage& input, int crop_x0, int crop_y0, int crop_w, int crop_h, int resize_w,
                                      int resize_h, PaddingAtrr& padding, Algorithm resize_alg) {
  BMImage output;
  ImageAccess::Adopt(
      output,
      crop_and_resize_padding(input.data(), crop_x0, crop_y0, crop_w, crop_h, resize_w, resize_h, padding, resize_alg),
      impl_->handle);
  return output;
}

// ---- Warps ----

int Bmcv::warp(bm_image* input, bm_image* output, const Affine* matrix, int input_num, int use_bilinear,
               bool similar_to_opencv) {
  bm_status_t status = BM_SUCCESS;
  for (int i = 0; i < input_num && status == BM_SUCCESS; ++i) {
    bmcv_affine_matrix rows = {{std::get<0>(matrix[i].first), std::get<1>(matrix[i].first),
                                std::get<2>(matrix[i].first), std::get<0>(matrix[i].second),
                                std::get<1>(matrix[i].second), std::get<2>(matrix[i].second)}};
    bmcv_affine_image_matrix one[4] = {{&rows, 1}};
    status = (similar_to_opencv ? bmcv_image_warp_affine_similar_to_opencv : bmcv_image_warp_affine)(
        impl_->handle.data(), 1, one, &input[i], &output[i], use_bilinear);
  }
  return status;
}

int Bmcv::warp(BMImage& input, BMImage& output, const Affine& matrix, int use_bilinear, bool similar_to_opencv) {
  if (output.empty_check() == 0) Prepare(input, output, input.width(), input.height());
  return warp(&input.data(), &output.data(), &matrix, 1, use_bilinear, similar_to_opencv);
}

BMImage Bmcv::warp(BMImage& input, const Affine& matrix, int use_bilinear, bool similar_to_opencv) {
  BMImage output;
  CheckDone(warp(input, output, matrix, use_bilinear, similar_to_opencv), "warp");
  return output;
}

BMImage Bmcv::warp_perspective(BMImage& input, const Quad& coordinate, int output_width, int output_height,
                               bm_image_format_ext format, bm_image_data_format_ext dtype, int use_bilinear) {
  if ((format != FORMAT_RGB_PLANAR && format != FORMAT_BGR_PLANAR) ||
      (dtype != DATA_TYPE_EXT_1N_BYTE && dtype != DATA_TYPE_EXT_4N_BYTE)) {
    Throw(SAIL_ERR_BMI_FORMAT, absl::StrCat("warp_perspective to format ", format, " and type ", dtype,
                                            "; RGB and BGR_PLANAR of bytes are possible"));
  }
  BMImage converted;
  bool as_is = input.format() == format && input.dtype() == dtype;
  if (!as_is) converted = Convert(input, format, Conversion::kFormat);
  BMImage output(impl_->handle, output_height, output_width, format, dtype);
  bmcv_perspective_coordinate corners = {{std::get<0>(coordinate).first, std::get<1>(coordinate).first,
                                          std::get<2>(coordinate).first, std::get<3>(coordinate).first},
                                         {std::get<0>(coordinate).second, std::get<1>(coordinate).second,
                                          std::get<2>(coordinate).second, std::get<3>(coordinate).second}};
  bmcv_perspective_image_coordinate one[4] = {{&corners, 1}};
  CheckDone(bmcv_image_warp_perspective_with_coordinate(
                impl_->handle.data(), 1, one, as_is ? &input.data() : &converted.data(), &output.data(), use_bilinear),
            "warp_perspective");
  return output;
}

// ---- Values and formats ----

int Bmcv::convert_to(bm_image* input, bm_image* output, const Scales& alpha_beta, int input_num) {
  const bmcv_convert_to_attr attributes = {std::get<0>(alpha_beta).first, std::get<0>(alpha_beta).second,
                                           std::get<1>(alpha_beta).first, std::get<1>(alpha_beta).second,
                                           std::get<2>(alpha_beta).first, std::get<2>(alpha_beta).second};
  bm_status_t status = BM_SUCCESS;
  for (int i = 0; i < input_num && status == BM_SUCCESS; ++i) {
    status = bmcv_image_convert_to(impl_->handle.data(), 1, attributes, &input[i], &output[i]);
  }
  return status;
}

int Bmcv::convert_to(BMImage& input, BMImage& output, const Scales& alpha_beta) {
  Prepare(input, output, input.width(), input.height());
  return convert_to(&input.data(), &output.data(), alpha_beta);
}

BMImage Bmcv::convert_to(BMImage& input, const Scales& alpha_beta) {
  BMImage output;
  CheckDone(convert_to(input, output, alpha_beta), "convert_to");
  return output;
}

int Bmcv::Convert(bm_image* input, bm_image* output, int count, Conversion conversion) {
  const bm_handle_t handle = impl_->handle.data();
  bm_status_t status = BM_SUCCESS;
  for (int i = 0; i < count && status == BM_SUCCESS; ++i) {
    switch (conversion) {
      case Conversion::kFormat:
        status = bmcv_image_storage_convert(handle, 1, &input[i], &output[i]);
        break;
      case Conversion::kVppFormat:
        status = bmcv_image_vpp_convert(handle, 1, input[i], &output[i]);
        break;
      case Conversion::kYuv2Bgr:
        status = bmcv_image_yuv2bgr_ext(handle, 1, &input[i], &output[i]);
        break;
    }
  }
  return status;
}

int Bmcv::Convert(BMImage& input, BMImage& output, Conversion conversion) {
  Prepare(input, output, input.width(), input.height());
  return Convert(&input.data(), &output.data(), 1, conversion);
}

BMImage Bmcv::Convert(BMImage& input, bm_image_format_ext format, Conversion conversion) {
  if (input.empty_check() == 0) Throw(SAIL_ERR_BMI_EMPTY, "a conversion of no image");
  BMImage output(impl_->handle, input.height(), input.width(), format, input.dtype());
  CheckDone(Convert(input, output, conversion), "convert_format");
  return output;
}

int Bmcv::image_add_weighted(BMImage& input1, float alpha, BMImage& input2, float beta, float gamma, BMImage& output) {
  if (output.empty_check() == 0) {
    output = BMImage(impl_->handle, input1.height(), input1.width(), input1.format(), input1.dtype());
  }
  return bmcv_image_add_weighted(impl_->handle.data(), input1.data(), alpha, input2.data(), beta, gamma, output.data());
}

BMImage Bmcv::image_add_weighted(BMImage& input1, float alpha, BMImage& input2, float beta, float gamma) {
  BMImage output;
  CheckDone(image_add_weighted(input1, alpha, input2, beta, gamma, output), "image_add_weighted");
  return output;
}

int Bmcv::image_copy_to(bm_image input, bm_image output, int start_x, int start_y) {
  const bmcv_copy_to_atrr_t place = {start_x, start_y, 0, 0, 0, 0};
  return bmcv_image_copy_to(impl_->handle.data(), place, input, output);
}
int Bmcv::image_copy_to(BMImage& input, BMImage& output, int start_x, int start_y) {
  return image_copy_to(input.data(), output.data(), start_x, start_y);
}
int Bmcv::image_copy_to_padding(bm_image input, bm_image output, unsigned int padding_r, unsigned int padding_g,
                                unsigned int padding_b, int start_x, int start_y) {
  const bmcv_color_t color = ColorOf(Bmcv::Bgr(padding_b, padding_g, padding_r));
  const bmcv_copy_to_atrr_t place = {start_x, start_y, color.r, color.g, color.b, 1};
  return bmcv_image_copy_to(impl_->handle.data(), place, input, output);
}
int Bmcv::image_copy_to_padding(BMImage& input, BMImage& output, unsigned int padding_r, unsigned int padding_g,
                                unsigned int padding_b, int start_x, int start_y) {
  return image_copy_to_padding(input.data(), output.data(), padding_r, padding_g, padding_b, start_x, start_y);
}

// An image like the input, of another size if asked.
static BMImage Like(Handle& handle, BMImage& input, int h, int w) {
  if (input.empty_check() == 0) Throw(SAIL_ERR_BMI_EMPTY, "an operation on no image");
  return BMImage(handle, h, w, input.format(), input.dtype());
}

int Bmcv::convert_yuv420p_to_gray_(bm_image& input, bm_image& output) {
  if (input.image_private == nullptr || input.image_format != FORMAT_YUV420P) {
    spdlog::error("convert_yuv420p_to_gray of an image of format {}", static_cast<int>(input.image_format));
    return BM_ERR_DATA;
  }
  int strides[3] = {};
  bm_device_mem_t planes[3];
  bm_image luma{};
  bm_status_t status = bm_image_get_stride(input, strides);
  if (status == BM_SUCCESS) status = bm_image_get_device_mem(input, planes);
  if (status == BM_SUCCESS) {
    status =
        bm_image_create(impl_->handle.data(), input.height, input.width, FORMAT_GRAY, input.data_type, &luma, strides);
  }
  if (status != BM_SUCCESS) return status;
  BMImage view;
  view = std::move(luma);
  status = bm_image_attach(view.data(), planes);
  if (status == BM_SUCCESS && output.image_private == nullptr) {
    CreateImage(impl_->handle, input.height, input.width, FORMAT_GRAY, input.data_type, nullptr, &output);
  }
  return status == BM_SUCCESS ? FillImage(view.data(), /*full_range=*/false, &output) : status;
}
int Bmcv::convert_yuv420p_to_gray(bm_image& input, bm_image& output) { return convert_yuv420p_to_gray_(input, output); }
int Bmcv::convert_yuv420p_to_gray(BMImage& input, BMImage& output) {
  bm_image gray{};
  if (output.empty_check() != 0) return convert_yuv420p_to_gray_(input.data(), output.data());
  const int ret = convert_yuv420p_to_gray_(input.data(), gray);
  if (ret == BM_SUCCESS) ImageAccess::Adopt(output, gray, impl_->handle);
  return ret;
}

int Bmcv::transpose(BMImage& input, BMImage& output) {
  if (output.empty_check() == 0) output = Like(impl_->handle, input, input.width(), input.height());
  return bmcv_image_transpose(impl_->handle.data(), input.data(), output.data());
}
BMImage Bmcv::transpose(BMImage& input) {
  BMImage output;
  CheckDone(transpose(input, output), "transpose");
  return output;
}

int Bmcv::Sobel(BMImage& input, BMImage& output, int dx, int dy, int ksize, float scale, float delta) {
  if (output.empty_check() == 0) output = Like(impl_->handle, input, input.height(), input.width());
  return bmcv_image_sobel(impl_->handle.data(), input.data(), output.data(), dx, dy, ksize, scale, delta);
}
BMImage Bmcv::Sobel(BMImage& input, int dx, int dy, int ksize, float scale, float delta) {
  BMImage output;
  CheckDone(Sobel(input, output, dx, dy, ksize, scale, delta), "Sobel");
  return output;
}

int Bmcv::gaussian_blur(BMImage& input, BMImage& output, int kw, int kh, float sigma_x, float sigma_y) {
  if (output.empty_check() == 0) output = Like(impl_->handle, input, input.height(), input.width());
  return bmcv_image_gaussian_blur(impl_->handle.data(), input.data(), output.data(), kw, kh, sigma_x, sigma_y);
}
BMImage Bmcv::gaussian_blur(BMImage& input, int kw, int kh, float sigma_x, float sigma_y) {
  BMImage output;
  CheckDone(gaussian_blur(input, output, kw, kh, sigma_x, sigma_y), "gaussian_blur");
  return output;
}

nms_proposal_t* Bmcv::nms(face_rect_t* input_proposal, int proposal_size, float threshold) {
  std::unique_ptr<nms_proposal_t> result(new nms_proposal_t());
  CheckDone(bmcv_nms(impl_->handle.data(), bm_mem_from_system(input_proposal), proposal_size, threshold,
                     bm_mem_from_system(result.get())),
            "nms");
  return result.release();
}

}  // namespace sail
