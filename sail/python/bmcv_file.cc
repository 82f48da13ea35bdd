// Bmcv's picture files and arrays.
#include "sail/python/bind.h"
#include "sail/src/error.h"

namespace sail {
namespace {

namespace py = pybind11;

// A packed picture of an array [h, w, 3] in the order blue, green, red, or a grey one of [h, w].
BMImage FromArray(Bmcv& bmcv, const Array<uint8_t>& array) {
  const bool gray = array.ndim() == 2;
  if (!gray && (array.ndim() != 3 || array.shape(2) != 3)) {
    Throw(SAIL_ERR_BMI_SHAPE, absl::StrCat("mat_to_bm_image of an array of shape ", ShapeText(ShapeOf(array)),
                                           "; it is [h, w, 3] in the order blue, green, red, or [h, w]"));
  }
  const std::vector<int> shape = ShapeOf(array);
  void* const data = const_cast<uint8_t*>(array.data());
  const py::gil_scoped_release release;
  Handle handle = bmcv.get_handle();
  return BMImage(handle, data, shape[0], shape[1], gray ? FORMAT_GRAY : FORMAT_BGR_PACKED);
}

py::array_t<uint8_t> Encode(Bmcv& bmcv, std::string ext, BMImage& image) {
  std::vector<u_char> bytes;
  {
    const py::gil_scoped_release release;
    if (!bmcv.imencode(ext, image, bytes)) Throw(SAIL_ERR_BMI_BMCV, absl::StrCat("imencode to ", ext));
  }
  return py::array_t<uint8_t>(static_cast<py::ssize_t>(bytes.size()), bytes.data());
}

BMImage Decode(Bmcv& bmcv, const py::bytes& data) {
  char* bytes = nullptr;
  py::ssize_t size = 0;
  if (PyBytes_AsStringAndSize(data.ptr(), &bytes, &size) != 0) throw py::error_already_set();
  const py::gil_scoped_release release;
  return bmcv.imdecode(bytes, static_cast<size_t>(size));
}

}  // namespace

void BindBmcvFiles(BmcvClass& bmcv) {
  using Path = const std::string&;
  bmcv.def(
          "imwrite", [](Bmcv& self, Path path, BMImage& image) { return self.imwrite(path, image); }, Release(),
          "Writes a picture as .jpg, .jpeg, .png or .bmp. 0, or the status of bmcv.")
      .def(
          "imwrite",
          [](Bmcv& self, Path path, BMImage& image, const std::vector<int>& params) {
            return self.imwrite(path, image, params);
          },
          Release())
      .def(
          "imwrite", [](Bmcv& self, Path path, bm_image& image) { return self.imwrite(path, image); }, Release())
      .def(
          "imwrite_", [](Bmcv& self, Path path, bm_image& image) { return self.imwrite_(path, image); }, Release(),
          "As imwrite.")
      .def(
          "imread", [](Bmcv& self, Path filename) { return self.imread(filename); }, py::arg("filename"), Release(),
          "Reads a picture file. SailDecoderError.")
      .def("imdecode", &Decode, "Decodes the bytes of a picture file.")
      .def("imencode", &Encode, "The bytes of a picture file, as a uint8 array.")
      .def("mat_to_bm_image", &FromArray, py::arg("input_array"),
           "BGR_PACKED of a uint8 array [h, w, 3], GRAY of [h, w].")
      .def(
          "mat_to_bm_image",
          [](Bmcv& self, const Array<uint8_t>& array, BMImage& image) {
            image = FromArray(self, array);
            return 0;
          },
          py::arg("input_array"), py::arg("img"));
}

}  // namespace sail
