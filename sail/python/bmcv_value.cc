// Bmcv's conversions of formats and values, sums, copies and filters.
#include "sail/python/bind.h"

namespace sail {
namespace {

namespace py = pybind11;

using Scales = Bmcv::Scales;
// New arrays work on the device of the Bmcv that made them.
using KeepsBmcv = py::keep_alive<0, 1>;

// A Picture is a BMImage or a BMImageArray<N>.
template <typename Picture>
void BindConversions(BmcvClass& bmcv) {
  bmcv.def(
          "convert_to",
          [](Bmcv& self, Picture& input, const Scales& alpha_beta) { return self.convert_to(input, alpha_beta); },
          KeepsBmcv(), Release(),
          OfImages<Picture>("Plane i * first + second of pair i of three, rounded and saturated to the output's type."))
      .def("convert_to",
           [](Bmcv& self, Picture& input, Picture& output, const Scales& alpha_beta) {
             return FillWithoutLock(output, self.get_handle(),
                                    [&] { return self.convert_to(input, output, alpha_beta); });
           })
      .def(
          "yuv2bgr", [](Bmcv& self, Picture& input) { return self.yuv2bgr(input); }, KeepsBmcv(), Release(),
          OfImages<Picture>("BGR_PLANAR of a YUV picture."));
}

template <typename Picture>
void BindCopies(BmcvClass& bmcv) {
  const auto input = py::arg("input"), output = py::arg("output");
  bmcv.def(
          "image_copy_to",
          [](Bmcv& self, Picture& from, Picture& to, int x, int y) { return self.image_copy_to(from, to, x, y); },
          input, output, py::arg("start_x") = 0, py::arg("start_y") = 0, Release(),
          OfImages<Picture>("Copies a picture into another one at a place. 0, or the status of bmcv."))
      .def(
          "image_copy_to_padding",
          [](Bmcv& self, Picture& from, Picture& to, unsigned int r, unsigned int g, unsigned int b, int x, int y) {
            return self.image_copy_to_padding(from, to, r, g, b, x, y);
          },
          input, output, py::arg("padding_r"), py::arg("padding_g"), py::arg("padding_b"), py::arg("start_x") = 0,
          py::arg("start_y") = 0, Release(), OfImages<Picture>("As image_copy_to, with colour around it."));
}

void BindFormats(BmcvClass& bmcv) {
  const auto input = py::arg("input");
  const auto format = [] { return py::arg("image_format") = FORMAT_BGR_PLANAR; };
  bmcv.def(
          "convert_format",
          [](Bmcv& self, BMImage& image, bm_image_format_ext target) { return self.convert_format(image, target); },
          input, format(), Release(), "The picture in another format.")
      .def(
          "convert_format", [](Bmcv& self, BMImage& from, BMImage& to) { return self.convert_format(from, to); },
          Release())
      .def(
          "vpp_convert_format",
          [](Bmcv& self, BMImage& image, bm_image_format_ext target) { return self.vpp_convert_format(image, target); },
          input, format(), Release(), "The picture in another format, by the VPP.")
      .def(
          "vpp_convert_format",
          [](Bmcv& self, BMImage& from, BMImage& to) { return self.vpp_convert_format(from, to); }, Release());
}

void BindSums(BmcvClass& bmcv) {
  bmcv.def("image_add_weighted",
           py::overload_cast<BMImage&, float, BMImage&, float, float, BMImage&>(&Bmcv::image_add_weighted), Release(),
           "input1 * alpha + input2 * beta + gamma.")
      .def("image_add_weighted", py::overload_cast<BMImage&, float, BMImage&, float, float>(&Bmcv::image_add_weighted),
           Release());
}

void BindGray(BmcvClass& bmcv) {
  const auto input = py::arg("input"), output = py::arg("output");
  bmcv.def("convert_yuv420p_to_gray", py::overload_cast<BMImage&, BMImage&>(&Bmcv::convert_yuv420p_to_gray), input,
           output, Release(), "The luma of a YUV420P picture.")
      .def("convert_yuv420p_to_gray", py::overload_cast<bm_image&, bm_image&>(&Bmcv::convert_yuv420p_to_gray), input,
           output, Release())
      .def("convert_yuv420p_to_gray_", &Bmcv::convert_yuv420p_to_gray_, input, output, Release(),
           "The luma of a YUV420P picture.");
}

void BindFilters(BmcvClass& bmcv) {
  const auto input = py::arg("input"), output = py::arg("output");
  bmcv.def("Sobel", py::overload_cast<BMImage&, BMImage&, int, int, int, float, float>(&Bmcv::Sobel), input, output,
           py::arg("dx"), py::arg("dy"), py::arg("ksize") = 3, py::arg("scale") = 1.0f, py::arg("delta") = 0.0f,
           Release(), "The derivative of a picture.")
      .def("Sobel", py::overload_cast<BMImage&, int, int, int, float, float>(&Bmcv::Sobel), input, py::arg("dx"),
           py::arg("dy"), py::arg("ksize") = 3, py::arg("scale") = 1, py::arg("delta") = 0, Release())
      .def("gaussian_blur", py::overload_cast<BMImage&, int, int, float, float>(&Bmcv::gaussian_blur), input,
           py::arg("kw"), py::arg("kh"), py::arg("sigmaX"), py::arg("sigmaY") = 0.0f, Release(),
           "The picture, blurred.")
      .def("transpose", py::overload_cast<BMImage&, BMImage&>(&Bmcv::transpose), Release(),
           "The picture with rows and columns exchanged.")
      .def("transpose", py::overload_cast<BMImage&>(&Bmcv::transpose), Release());
}

}  // namespace

void BindBmcvValues(BmcvClass& bmcv) {
  BindConversions<BMImage>(bmcv);
  BindCopies<BMImage>(bmcv);
  ForArraySizes([&](auto size) {
    BindConversions<BMImageArray<decltype(size)::value>>(bmcv);
    BindCopies<BMImageArray<decltype(size)::value>>(bmcv);
  });
  BindFormats(bmcv);
  BindGray(bmcv);
  BindSums(bmcv);
  BindFilters(bmcv);
}

}  // namespace sail
