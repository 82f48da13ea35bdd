// Bmcv's crops, resizes and warps.
#include "sail/python/bind.h"

namespace sail {
namespace {

namespace py = pybind11;

using Algorithm = bmcv_resize_algorithm;
// New arrays work on the device of the Bmcv that made them.
using KeepsBmcv = py::keep_alive<0, 1>;

const auto kInput = py::arg("input");
const auto kOutput = py::arg("output");
const auto kX = py::arg("crop_x0"), kY = py::arg("crop_y0"), kW = py::arg("crop_w"), kH = py::arg("crop_h");
const auto kWidth = py::arg("resize_w"), kHeight = py::arg("resize_h");
const auto kPadding = py::arg("padding_in");

py::arg_v Nearest() { return py::arg("resize_alg") = BMCV_INTER_NEAREST; }

// A Picture is a BMImage or a BMImageArray<N>; every function binds the forms of one kind.

template <typename Picture>
void BindCrop(BmcvClass& bmcv) {
  bmcv.def(
      "crop", [](Bmcv& self, Picture& input, int x, int y, int w, int h) { return self.crop(input, x, y, w, h); },
      KeepsBmcv(), Release(), OfImages<Picture>("A part of the picture."));
}

template <typename Picture>
void BindCropsAndResizes(BmcvClass& bmcv) {
  bmcv.def(
          "crop_and_resize",
          [](Bmcv& self, Picture& input, int x, int y, int w, int h, int width, int height, Algorithm algorithm) {
            return self.crop_and_resize(input, x, y, w, h, width, height, algorithm);
          },
          kInput, kX, kY, kW, kH, kWidth, kHeight, Nearest(), KeepsBmcv(), Release(),
          OfImages<Picture>("A part of the picture in another size, by the TPU, which takes RGB and grey."))
      .def(
          "resize",
          [](Bmcv& self, Picture& input, int width, int height, Algorithm algorithm) {
            return self.resize(input, width, height, algorithm);
          },
          kInput, kWidth, kHeight, Nearest(), KeepsBmcv(), Release(),
          OfImages<Picture>("The picture in another size, by the TPU, which takes RGB and grey."))
      .def(
          "vpp_crop",
          [](Bmcv& self, Picture& input, int x, int y, int w, int h) { return self.vpp_crop(input, x, y, w, h); },
          KeepsBmcv(), Release(), OfImages<Picture>("A part of the picture, by the VPP, which takes YUV too."))
      .def(
          "vpp_crop_and_resize",
          [](Bmcv& self, Picture& input, int x, int y, int w, int h, int width, int height, Algorithm algorithm) {
            return self.vpp_crop_and_resize(input, x, y, w, h, width, height, algorithm);
          },
          kInput, kX, kY, kW, kH, kWidth, kHeight, Nearest(), KeepsBmcv(), Release(),
          OfImages<Picture>("A part of the picture in another size, by the VPP, which takes YUV too."));
}

template <typename Picture>
void BindPaddings(BmcvClass& bmcv) {
  bmcv.def(
          "vpp_crop_and_resize_padding",
          [](Bmcv& self, Picture& input, int x, int y, int w, int h, int width, int height, PaddingAtrr& padding,
             Algorithm algorithm) {
            return self.vpp_crop_and_resize_padding(input, x, y, w, h, width, height, padding, algorithm);
          },
          kInput, kX, kY, kW, kH, kWidth, kHeight, kPadding, Nearest(), KeepsBmcv(), Release(),
          OfImages<Picture>("A part of the picture in the place that a PaddingAtrr says, colour around it."))
      .def(
          "vpp_crop_padding",
          [](Bmcv& self, Picture& input, int x, int y, int w, int h, PaddingAtrr& padding) {
            return self.vpp_crop_padding(input, x, y, w, h, padding);
          },
          KeepsBmcv(), Release(),
          OfImages<Picture>("A part of the picture in the place that a PaddingAtrr says, colour around it."))
      .def(
          "vpp_resize_padding",
          [](Bmcv& self, Picture& input, int width, int height, PaddingAtrr& padding, Algorithm algorithm) {
            return self.vpp_resize_padding(input, width, height, padding, algorithm);
          },
          kInput, kWidth, kHeight, kPadding, Nearest(), KeepsBmcv(), Release(),
          OfImages<Picture>("The picture in the place that a PaddingAtrr says, colour around it."));
}

template <typename Picture>
Picture VppResize(Bmcv& bmcv, Picture& input, int width, int height, Algorithm algorithm) {
  return bmcv.vpp_resize(input, width, height, algorithm);
}

template <typename Picture>
int VppResizeInto(Bmcv& bmcv, Picture& input, Picture& output, int width, int height, Algorithm algorithm) {
  return FillWithoutLock(output, bmcv.get_handle(),
                         [&] { return bmcv.vpp_resize(input, output, width, height, algorithm); });
}

// The form that names the algorithm comes first for arrays; the older generation calls it without.
template <typename Images>
void BindVppResizeOfArrays(BmcvClass& bmcv) {
  bmcv.def("vpp_resize", &VppResizeInto<Images>, kInput, kOutput, kWidth, kHeight, py::arg("resize_alg"))
      .def("vpp_resize", &VppResize<Images>, kInput, kWidth, kHeight, Nearest(), KeepsBmcv(), Release())
      .def(
          "vpp_resize",
          [](Bmcv& self, Images& input, Images& output, int width, int height) {
            return FillWithoutLock(output, self.get_handle(),
                                   [&] { return self.vpp_resize(input, output, width, height); });
          },
          kInput, kOutput, kWidth, kHeight);
}

template <typename Picture, typename Matrix>
void BindWarp(BmcvClass& bmcv) {
  bmcv.def(
          "warp",
          [](Bmcv& self, Picture& input, const Matrix& matrix, int use_bilinear, bool similar_to_opencv) {
            return self.warp(input, matrix, use_bilinear, similar_to_opencv);
          },
          kInput, py::arg("matrix"), py::arg("use_bilinear") = 0, py::arg("similar_to_opencv") = false, KeepsBmcv(),
          Release(),
          OfImages<Picture>(
              "An affine warp; the matrix ((a, b, c), (d, e, f)) maps pixels of the output to the input."))
      .def(
          "warp",
          [](Bmcv& self, Picture& input, Picture& output, const Matrix& matrix, int use_bilinear,
             bool similar_to_opencv) {
            return FillWithoutLock(output, self.get_handle(),
                                   [&] { return self.warp(input, output, matrix, use_bilinear, similar_to_opencv); });
          },
          kInput, kOutput, py::arg("matrix"), py::arg("use_bilinear") = 0, py::arg("similar_to_opencv") = false);
}

}  // namespace

void BindBmcvSizes(BmcvClass& bmcv) {
  BindCrop<BMImage>(bmcv);
  bmcv.def(
      "crop",
      [](Bmcv& self, BMImage& input, const std::vector<std::vector<int>>& rects) { return self.crop(input, rects); },
      Release());
  BindCropsAndResizes<BMImage>(bmcv);
  BindPaddings<BMImage>(bmcv);
  bmcv.def("vpp_resize", &VppResize<BMImage>, kInput, kWidth, kHeight, Nearest(), Release(),
           "The picture in another size, by the VPP, which takes YUV too.")
      .def("vpp_resize", &VppResizeInto<BMImage>, kInput, kOutput, kWidth, kHeight, Nearest())
      .def(
          "crop_and_resize_padding",
          [](Bmcv& self, BMImage& input, int x, int y, int w, int h, int width, int height, PaddingAtrr& padding,
             Algorithm algorithm) {
            return self.crop_and_resize_padding(input, x, y, w, h, width, height, padding, algorithm);
          },
          kInput, kX, kY, kW, kH, kWidth, kHeight, kPadding, Nearest(), Release(),
          "A part of the picture, stretched to the place that a PaddingAtrr says, colour around it.");
  BindWarp<BMImage, Bmcv::Affine>(bmcv);
  ForArraySizes([&](auto size) {
    constexpr size_t kCount = decltype(size)::value;
    using Images = BMImageArray<kCount>;
    BindCrop<Images>(bmcv);
    BindCropsAndResizes<Images>(bmcv);
    BindPaddings<Images>(bmcv);
    BindVppResizeOfArrays<Images>(bmcv);
    BindWarp<Images, std::array<Bmcv::Affine, kCount>>(bmcv);
  });
  bmcv.def("warp_perspective", &Bmcv::warp_perspective, kInput, py::arg("coordinate"), py::arg("output_width"),
           py::arg("output_height"), py::arg("format") = FORMAT_BGR_PLANAR, py::arg("dtype") = DATA_TYPE_EXT_1N_BYTE,
           py::arg("use_bilinear") = 0, Release(),
           "The part of the picture between four corners (upper left, upper right, lower left, lower right) as a "
           "rectangle.");
}

}  // namespace sail
