// bm_image, BMImage, PaddingAtrr and what describes pictures.
#include "sail/python/bind.h"
#include "sail/src/bmcv_status.h"
#include "sail/src/image_impl.h"

namespace sail {
namespace {

namespace py = pybind11;

constexpr int kMaxPlanes = 8;

void BindEnumerations(py::module_& module) {
  py::enum_<bm_image_format_ext>(module, "Format")
      .value("FORMAT_YUV420P", FORMAT_YUV420P)
      .value("FORMAT_YUV422P", FORMAT_YUV422P)
      .value("FORMAT_YUV444P", FORMAT_YUV444P)
      .value("FORMAT_NV12", FORMAT_NV12)
      .value("FORMAT_NV21", FORMAT_NV21)
      .value("FORMAT_NV16", FORMAT_NV16)
      .value("FORMAT_NV61", FORMAT_NV61)
      .value("FORMAT_NV24", FORMAT_NV24)
      .value("FORMAT_RGB_PLANAR", FORMAT_RGB_PLANAR)
      .value("FORMAT_BGR_PLANAR", FORMAT_BGR_PLANAR)
      .value("FORMAT_RGB_PACKED", FORMAT_RGB_PACKED)
      .value("FORMAT_BGR_PACKED", FORMAT_BGR_PACKED)
      .value("FORMAT_RGBP_SEPARATE", FORMAT_RGBP_SEPARATE)
      .value("FORMAT_BGRP_SEPARATE", FORMAT_BGRP_SEPARATE)
      .value("FORMAT_GRAY", FORMAT_GRAY)
      .value("FORMAT_COMPRESSED", FORMAT_COMPRESSED)
      .value("FORMAT_ARGB_PACKED", FORMAT_ARGB_PACKED)
      .value("FORMAT_ABGR_PACKED", FORMAT_ABGR_PACKED)
      .export_values();
  py::enum_<bm_image_data_format_ext>(module, "ImgDtype")
      .value("DATA_TYPE_EXT_FLOAT32", DATA_TYPE_EXT_FLOAT32)
      .value("DATA_TYPE_EXT_1N_BYTE", DATA_TYPE_EXT_1N_BYTE)
      .value("DATA_TYPE_EXT_4N_BYTE", DATA_TYPE_EXT_4N_BYTE)
      .value("DATA_TYPE_EXT_1N_BYTE_SIGNED", DATA_TYPE_EXT_1N_BYTE_SIGNED)
      .value("DATA_TYPE_EXT_4N_BYTE_SIGNED", DATA_TYPE_EXT_4N_BYTE_SIGNED)
      .export_values();
  py::enum_<bmcv_resize_algorithm>(module, "bmcv_resize_algorithm")
      .value("BMCV_INTER_NEAREST", BMCV_INTER_NEAREST)
      .value("BMCV_INTER_LINEAR", BMCV_INTER_LINEAR)
      .value("BMCV_INTER_BICUBIC", BMCV_INTER_BICUBIC)
      .export_values();
}

// Whether there are bytes between the rows of a picture.
bool HasGaps(BMImage& image) {
  bm_image plain{};
  CheckImage(bm_image_create(image.get_handle().data(), image.height(), image.width(), image.format(), image.dtype(),
                             &plain, nullptr),
             SAIL_ERR_BMI_INIT, "an image without gaps");
  int strides[kMaxPlanes] = {}, plain_strides[kMaxPlanes] = {};
  const bm_status_t status =
      std::max(bm_image_get_stride(image.data(), strides), bm_image_get_stride(plain, plain_strides));
  bm_image_destroy(plain);
  CheckImage(status, SAIL_ERR_BMI_BMCV, "bm_image_get_stride");
  return !std::equal(strides, strides + image.get_plane_num(), plain_strides);
}

// The picture without gaps between its rows: the image itself, or a copy in `dense`.
BMImage& WithoutGaps(BMImage& image, BMImage& dense) {
  if (!HasGaps(image)) return image;
  Handle handle = image.get_handle();
  dense = BMImage(handle, image.height(), image.width(), image.format(), image.dtype());
  CheckImage(CopyPixels(image.data(), dense.data()), SAIL_ERR_BMI_BMCV, "the copy of a picture");
  return dense;
}

// How the channels of a format lie in an array; those of other formats are no array of channels.
struct ChannelLayout {
  bm_image_format_ext format;
  int channels;
  bool is_packed;
};
constexpr ChannelLayout kChannelLayouts[] = {
    {FORMAT_RGB_PLANAR, 3, false},    {FORMAT_BGR_PLANAR, 3, false}, {FORMAT_RGBP_SEPARATE, 3, false},
    {FORMAT_BGRP_SEPARATE, 3, false}, {FORMAT_YUV444P, 3, false},    {FORMAT_RGB_PACKED, 3, true},
    {FORMAT_BGR_PACKED, 3, true},     {FORMAT_ARGB_PACKED, 4, true}, {FORMAT_ABGR_PACKED, 4, true},
    {FORMAT_GRAY, 1, true},
};

std::vector<py::ssize_t> ArrayShape(const BMImage& image, py::ssize_t elements) {
  const py::ssize_t h = image.height(), w = image.width();
  for (const ChannelLayout& layout : kChannelLayouts) {
    if (layout.format != image.format()) continue;
    if (layout.channels == 1) return {h, w};
    return layout.is_packed ? std::vector<py::ssize_t>{h, w, layout.channels}
                            : std::vector<py::ssize_t>{layout.channels, h, w};
  }
  return {elements};
}

// A new array with the elements of a picture in their order, of the shape of its format.
py::array ArrayOf(BMImage& image) {
  BMImage dense;
  BMImage* source = nullptr;
  int bytes[kMaxPlanes] = {};
  {
    const py::gil_scoped_release release;
    source = &WithoutGaps(image, dense);
    CheckImage(bm_image_get_byte_size(source->data(), bytes), SAIL_ERR_BMI_BMCV, "bm_image_get_byte_size");
  }
  const py::dtype type(NumpyType(DataTypeOf(image.dtype())));
  py::ssize_t all = 0;
  for (const int plane : bytes) all += plane;
  py::array array(type, ArrayShape(image, all / type.itemsize()));
  void* planes[kMaxPlanes] = {};
  char* next = static_cast<char*>(array.mutable_data());
  for (int p = 0; p < source->get_plane_num(); next += bytes[p++]) planes[p] = next;
  const py::gil_scoped_release release;
  CheckImage(bm_image_copy_device_to_host(source->data(), planes), SAIL_ERR_BMI_BMCV, "the copy to an array");
  return array;
}

void CheckNotEmpty(const BMImage& image, const char* what) {
  if (image.empty_check() == 0) Throw(SAIL_ERR_BMI_EMPTY, absl::StrCat(what, " of no image"));
}

py::array AsNumpy(BMImage& image) {
  CheckNotEmpty(image, "asnumpy");
  return ArrayOf(image);
}

// An image with a copy of a buffer's bytes from `offset` on; what the buffer holds is not looked at.
std::unique_ptr<BMImage> FromBuffer(Handle& handle, const py::buffer& buffer, int h, int w, bm_image_format_ext format,
                                    bm_image_data_format_ext dtype, const std::vector<int>& strides, int offset) {
  const py::buffer_info info = buffer.request();
  const py::ssize_t bytes = info.size * info.itemsize;
  if (offset < 0 || offset > bytes) {
    Throw(SAIL_ERR_BMI_PARAM, absl::StrCat("the offset ", offset, " into a buffer of ", bytes, " bytes"));
  }
  std::string copy;
  void* data = info.ptr;
  if (PyBuffer_IsContiguous(info.view(), 'C') == 0) {
    copy.resize(bytes);
    if (PyBuffer_ToContiguous(&copy[0], info.view(), bytes, 'C') != 0) throw py::error_already_set();
    data = &copy[0];
  }
  const int left = static_cast<int>(std::min<py::ssize_t>(bytes - offset, std::numeric_limits<int>::max()));
  const py::gil_scoped_release release;
  return std::unique_ptr<BMImage>(new BMImage(handle, data, h, w, format, dtype, strides, offset, left));
}

void BindBmImage(py::module_& module) {
  py::class_<bm_image, std::shared_ptr<bm_image>>(
      module, "bm_image", "A picture of bmcv, which belongs to a BMImage or an array of images.")
      .def("width", [](const bm_image& self) { return self.width; })
      .def("height", [](const bm_image& self) { return self.height; })
      .def("format", [](const bm_image& self) { return self.image_format; })
      .def("dtype", [](const bm_image& self) { return self.data_type; });
}

void BindImageClass(py::module_& module) {
  py::class_<BMImage>(
      module, "BMImage",
      "A picture in device memory: BMImage(handle, height, width, format, type), or of a buffer's elements.",
      py::dynamic_attr())
      .def(py::init<>())
      .def(py::init<bm_image&>(), py::keep_alive<1, 2>())
      .def(py::init<Handle&, int, int, bm_image_format_ext, bm_image_data_format_ext>(), Release())
      .def(py::init(&FromBuffer), py::arg("handle"), py::arg("buffer"), py::arg("h"), py::arg("w"), py::arg("format"),
           py::arg("dtype") = DATA_TYPE_EXT_1N_BYTE, py::arg("strides") = std::vector<int>(), py::arg("offset") = 0)
      .def("width", &BMImage::width)
      .def("height", &BMImage::height)
      .def("format", &BMImage::format)
      .def("dtype", &BMImage::dtype)
      .def("data", py::overload_cast<>(&BMImage::data), py::return_value_policy::reference_internal,
           "The bm_image, which this object keeps.")
      .def("get_device_id", &BMImage::get_device_id)
      .def("get_handle", &BMImage::get_handle)
      .def("need_to_free", &BMImage::need_to_free)
      .def("empty_check", &BMImage::empty_check)
      .def("get_plane_num", &BMImage::get_plane_num)
      .def("align", &BMImage::align, Release(), "Makes the strides multiples of 64. 0, or -1 without a picture.")
      .def("unalign", &BMImage::unalign, Release(), "Closes the gaps between rows. 0, or -1 without a picture.")
      .def("check_align", &BMImage::check_align)
      .def("check_contiguous_memory", &BMImage::check_contiguous_memory)
      .def("get_pts_dts", &BMImage::get_pts_dts, "Presentation and decoding time of a frame in seconds.")
      .def("asmat", &AsMat, "A uint8 array [h, w, 3] in the order blue, green, red; [h, w] of a grey picture.")
      .def("asnumpy", &AsNumpy, "A new array with the elements as they are stored, without gaps.");
}

void BindPadding(py::module_& module) {
  py::class_<PaddingAtrr>(module, "PaddingAtrr", "Where a picture lies in the output, and the colour around it.")
      .def(py::init<>())
      .def(py::init<unsigned int, unsigned int, unsigned int, unsigned int, unsigned char, unsigned char,
                    unsigned char>())
      .def("set_stx", &PaddingAtrr::set_stx)
      .def("set_sty", &PaddingAtrr::set_sty)
      .def("set_w", &PaddingAtrr::set_w)
      .def("set_h", &PaddingAtrr::set_h)
      .def("set_r", &PaddingAtrr::set_r)
      .def("set_g", &PaddingAtrr::set_g)
      .def("set_b", &PaddingAtrr::set_b);
}

}  // namespace

py::array_t<uint8_t> AsMat(BMImage& image) {
  CheckNotEmpty(image, "asmat");
  if (image.dtype() != DATA_TYPE_EXT_1N_BYTE) {
    Throw(SAIL_ERR_BMI_DTYPE, absl::StrCat("asmat of the image type ", image.dtype(),
                                           "; convert_to makes DATA_TYPE_EXT_1N_BYTE of others"));
  }
  if (image.format() == FORMAT_GRAY || image.format() == FORMAT_BGR_PACKED) return ArrayOf(image);
  BMImage packed;
  {
    const py::gil_scoped_release release;
    Handle handle = image.get_handle();
    packed = Bmcv(handle).convert_format(image, FORMAT_BGR_PACKED);
  }
  return ArrayOf(packed);
}

void BindImage(py::module_& module) {
  BindEnumerations(module);
  BindBmImage(module);
  BindImageClass(module);
  BindPadding(module);
}

}  // namespace sail
