// Encoder.
#include "encoder.h"

#include "sail/python/bind.h"

namespace sail {
namespace {

namespace py = pybind11;

using Text = const std::string&;

// An Image is a BMImage or a bm_image.
template <typename Image>
py::array_t<uint8_t> EncodePicture(Encoder& encoder, std::string ext, Image& image) {
  std::vector<u_char> bytes;
  {
    const py::gil_scoped_release release;
    encoder.pic_encode(ext, image, bytes);
  }
  return py::array_t<uint8_t>(static_cast<py::ssize_t>(bytes.size()), bytes.data());
}

// The list stays as it is: Python's lists are copied into C++.
template <typename Image>
int CountPictureBytes(Encoder& encoder, std::string ext, Image& image, std::vector<u_char> bytes) {
  return encoder.pic_encode(ext, image, bytes);
}

}  // namespace

void BindEncoder(py::module_& module) {
  OwningClass<Encoder>(
      module, "Encoder",
      "Writes videos and encodes pictures: Encoder(path, device, 'h264_bm' or 'h265_bm', 'I420' or 'NV12', "
      "'width=640:height=480:bitrate=2000:gop=32:framerate=25'), Encoder() for pic_encode alone. SailEncoderError.")
      .def(py::init<>())
      .def(py::init<Text, int, Text, Text, Text>(), Release())
      .def(py::init<Text, int, Text, Text, Text, int>(), Release())
      .def(py::init<Text, int, Text, Text, Text, int, int>(), Release())
      .def(py::init<Text, Handle&, Text, Text, Text>(), Release())
      .def(py::init<Text, Handle&, Text, Text, Text, int>(), Release())
      .def(py::init<Text, Handle&, Text, Text, Text, int, int>(), Release())
      .def("is_opened", &Encoder::is_opened, "Whether a video is open.")
      .def("pic_encode", &CountPictureBytes<BMImage>, Release(),
           "The bytes of a picture file (.jpg, .jpeg, .png, .bmp), as a uint8 array; their number for the form with a "
           "list.")
      .def("pic_encode", &CountPictureBytes<bm_image>, Release())
      .def("pic_encode", &EncodePicture<BMImage>)
      .def("pic_encode", &EncodePicture<bm_image>)
      .def("video_write", py::overload_cast<BMImage&>(&Encoder::video_write), Release(),
           "Scales the picture and hands it to the encoder's thread. 0; -1 the cache is full; -2 conversion or "
           "encoding failed; -3 writing failed; -4 not open.")
      .def("video_write", py::overload_cast<bm_image&>(&Encoder::video_write), Release())
      .def("reconnect", &Encoder::reconnect, Release(), "Drops what waits and opens the output again. 0, or -1.")
      .def("release", &Encoder::release, Release(), "Encodes what waits and writes the end of the video.");
}

}  // namespace sail
