// Bmcv's drawing into pictures; colours are blue, green, red.
#include "sail/python/bind.h"

namespace sail {
namespace {

namespace py = pybind11;

using Bgr = Bmcv::Bgr;
using Bytes = Bmcv::Bytes;

const auto kImage = py::arg("image");

// An Image is a BMImage or a bm_image.
template <typename Image>
void BindRectangle(BmcvClass& bmcv, const char* name) {
  bmcv.def(
      name,
      [](Bmcv& self, Image& image, int x0, int y0, int w, int h, const Bgr& color, int thickness) {
        return self.rectangle(image, x0, y0, w, h, color, thickness);
      },
      kImage, py::arg("x0"), py::arg("y0"), py::arg("w"), py::arg("h"), py::arg("color"), py::arg("thickness") = 1,
      Release(), "Draws a rectangle, clipped to the picture. 0, or the status of bmcv.");
}

template <typename Image>
void BindFillRectangle(BmcvClass& bmcv, const char* name) {
  bmcv.def(
      name,
      [](Bmcv& self, Image& image, int x0, int y0, int w, int h, const Bgr& color) {
        return self.fillRectangle(image, x0, y0, w, h, color);
      },
      Release(), "Fills a rectangle. 0, or the status of bmcv.");
}

template <typename Image>
void BindPutText(BmcvClass& bmcv, const char* name) {
  bmcv.def(
      name,
      [](Bmcv& self, Image& image, const std::string& text, int x, int y, const Bgr& color, float scale,
         int thickness) { return self.putText(image, text, x, y, color, scale, thickness); },
      kImage, py::arg("text"), py::arg("x"), py::arg("y"), py::arg("color"), py::arg("fontScale"),
      py::arg("thickness") = 1, Release(),
      "Writes text from (x, y), its lower left corner, into GRAY, YUV420P, YUV422P, NV12, NV21, NV16 or NV61. 0, or "
      "the status of bmcv.");
}

template <typename Image>
void BindDrawPoint(BmcvClass& bmcv, const char* name) {
  bmcv.def(
      name,
      [](Bmcv& self, Image& image, std::pair<int, int> center, Bytes color, int radius) {
        return self.drawPoint(image, center, color, radius);
      },
      kImage, py::arg("center"), py::arg("color"), py::arg("radius"), Release(),
      "Draws a filled circle into the formats of putText. 0, or the status of bmcv.");
}

}  // namespace

void BindBmcvDrawing(BmcvClass& bmcv) {
  BindRectangle<BMImage>(bmcv, "rectangle");
  BindRectangle<bm_image>(bmcv, "rectangle");
  BindRectangle<bm_image>(bmcv, "rectangle_");
  BindFillRectangle<BMImage>(bmcv, "fillRectangle");
  BindFillRectangle<bm_image>(bmcv, "fillRectangle");
  BindFillRectangle<bm_image>(bmcv, "fillRectangle_");
  BindPutText<BMImage>(bmcv, "putText");
  BindPutText<bm_image>(bmcv, "putText");
  BindPutText<bm_image>(bmcv, "putText_");
  BindDrawPoint<BMImage>(bmcv, "drawPoint");
  BindDrawPoint<bm_image>(bmcv, "drawPoint");
  BindDrawPoint<bm_image>(bmcv, "drawPoint_");
  bmcv.def("drawLines", &Bmcv::drawLines, Release(),
           "Draws lines between two lists of points into the formats of putText. 0, or the status of bmcv.")
      .def("polylines", &Bmcv::polylines, py::arg("img"), py::arg("pts"), py::arg("isClosed"), py::arg("color"),
           py::arg("thickness") = 1, py::arg("shift") = 0, Release(),
           "Draws lines through points into the formats of putText. 0, or the status of bmcv.")
      .def("mosaic", &Bmcv::mosaic, Release(), "A function of other chips, as its status says.");
}

}  // namespace sail
