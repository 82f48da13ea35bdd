// Bmcv: its object, tensors, boxes, transforms.
#include <cstring>

#include "sail/python/bind.h"
#include "sail/src/error.h"

namespace sail {
namespace {

namespace py = pybind11;

template <typename Picture>
void BindToTensor(BmcvClass& bmcv) {
  bmcv.def(
          "bm_image_to_tensor",
          [](Bmcv& self, Picture& image, Tensor& tensor) {
            self.bm_image_to_tensor(image, tensor);
            KeepSource(tensor, image);
          },
          OfImages<Picture>("The tensor of a picture, without a copy: [1, 3, h, w] of planar, [1, h, w, 3] of packed, "
                            "[1, 1, h, w] of grey ones. It keeps the picture alive."))
      .def(
          "bm_image_to_tensor", [](Bmcv& self, Picture& image) { return self.bm_image_to_tensor(image); },
          py::keep_alive<0, 2>());
}

// Into pictures that there are.
template <typename Picture>
void BindFromTensor(BmcvClass& bmcv) {
  bmcv.def(
          "tensor_to_bm_image",
          [](Bmcv& self, Tensor& tensor, Picture& img, bool bgr2rgb, const std::string& layout) {
            self.tensor_to_bm_image(tensor, img, bgr2rgb, layout);
            KeepSource(img, tensor);
            KeepDevice(img, self.get_handle());
          },
          py::arg("tensor"), py::arg("img"), py::arg("bgr2rgb") = false, py::arg("layout") = "nchw",
          OfImages<Picture>("The picture of a tensor, without a copy: BGR_PLANAR, RGB_PLANAR with bgr2rgb, packed with "
                            "the layout nhwc. It keeps the tensor alive."))
      .def(
          "tensor_to_bm_image",
          [](Bmcv& self, Tensor& tensor, Picture& img, bm_image_format_ext format) {
            self.tensor_to_bm_image(tensor, img, format);
            KeepSource(img, tensor);
            KeepDevice(img, self.get_handle());
          },
          py::arg("tensor"), py::arg("img"), py::arg("format"));
}

void BindTensors(BmcvClass& bmcv) {
  BindToTensor<BMImage>(bmcv);
  ForArraySizes([&](auto size) { BindToTensor<BMImageArray<decltype(size)::value>>(bmcv); });
  BindFromTensor<BMImage>(bmcv);
  bmcv.def(
          "tensor_to_bm_image",
          [](Bmcv& self, Tensor& tensor, bool bgr2rgb, const std::string& layout) {
            return self.tensor_to_bm_image(tensor, bgr2rgb, layout);
          },
          py::arg("tensor"), py::arg("bgr2rgb") = false, py::arg("layout") = "nchw", py::keep_alive<0, 2>())
      .def(
          "tensor_to_bm_image",
          [](Bmcv& self, Tensor& tensor, bm_image_format_ext format) {
            return self.tensor_to_bm_image(tensor, format);
          },
          py::arg("tensor"), py::arg("format"), py::keep_alive<0, 2>());
  ForArraySizes([&](auto size) { BindFromTensor<BMImageArray<decltype(size)::value>>(bmcv); });
}

// [n, 5] of x1, y1, x2, y2, score in; the rows that remain out, best first.
Array<float> Nms(Bmcv& bmcv, const Array<float>& boxes, float threshold) {
  static_assert(sizeof(face_rect_t) == 5 * sizeof(float), "a row of the array is a box");
  if (boxes.ndim() != 2 || boxes.shape(1) != 5 || boxes.shape(0) > MAX_PROPOSAL_NUM) {
    Throw(SAIL_ERR_BMI_SHAPE, absl::StrCat("nms of an array of shape ", ShapeText(ShapeOf(boxes)), "; it is [n, 5] of ",
                                           "x1, y1, x2, y2, score, n at most ", MAX_PROPOSAL_NUM));
  }
  const int count = static_cast<int>(boxes.shape(0));
  if (count == 0) return Array<float>(std::vector<py::ssize_t>{0, 5});
  auto* const rects = reinterpret_cast<face_rect_t*>(const_cast<float*>(boxes.data()));
  std::unique_ptr<nms_proposal_t> kept;
  {
    const py::gil_scoped_release release;
    kept.reset(bmcv.nms(rects, count, threshold));
  }
  Array<float> result(std::vector<py::ssize_t>{kept->size, 5});
  if (kept->size > 0) memcpy(result.mutable_data(), kept->face_rect, kept->size * sizeof(face_rect_t));
  return result;
}

}  // namespace

void BindBmcv(py::module_& module) {
  BmcvClass bmcv(
      module, "Bmcv",
      "Picture operations on one device.\n\nForms without an output return a new picture and raise SailBMImageError. "
      "Forms with one fill it, create it where it is empty, make it again where it has another size, and return 0 or "
      "the status of bmcv, whose reason is logged. BMImageArrays are taken as BMImages are. x and y are of the upper "
      "left corner, sizes are in pixels, colours are (blue, green, red).");
  bmcv.def(py::init<Handle&>())
      .def("get_handle", &Bmcv::get_handle, "The device.")
      .def("get_bm_data_type", &Bmcv::get_bm_data_type,
           "The tensor type of an image type. SailBMImageError for one that has none.")
      .def("get_bm_image_data_format", &Bmcv::get_bm_image_data_format,
           "The image type of a tensor type. SailBMImageError for one that has none.")
      .def("nms", &Nms, "The boxes of a float array [n, 5] (x1, y1, x2, y2, score) that remain, best first.")
      .def("fft", py::overload_cast<bool, Tensor&>(&Bmcv::fft), Release(),
           "Fourier transform of [batch, length] values, one tensor (real) or two (real, imaginary), forward or "
           "back: the real and imaginary parts.")
      .def("fft", py::overload_cast<bool, Tensor&, Tensor&>(&Bmcv::fft), Release());
  BindTensors(bmcv);
  BindBmcvSizes(bmcv);
  BindBmcvValues(bmcv);
  BindBmcvDrawing(bmcv);
  BindBmcvFiles(bmcv);
}

}  // namespace sail
