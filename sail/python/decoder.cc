// Decoder, MultiDecoder and the other sources of pictures.
#include "decoder_multi.h"
#include "decoder_rawstream.h"
#include "sail/python/bind.h"

namespace sail {
namespace {

namespace py = pybind11;

void BindDecoderClass(py::module_& module) {
  module.def("set_decoder_env", &set_decoder_env);
  py::enum_<DecoderStatus>(module, "DecoderStatus")
      .value("NONE", DecoderStatus::NONE)
      .value("OPENED", DecoderStatus::OPENED)
      .value("CLOSED", DecoderStatus::CLOSED)
      .value("STATUS_MAX", DecoderStatus::STATUS_MAX)
      .export_values();
  py::class_<Frame>(module, "Frame")
      .def(py::init<>())
      .def("get_height", &Frame::get_height)
      .def("get_width", &Frame::get_width);
  OwningClass<Decoder>(module, "Decoder")
      .def(py::init<const std::string&>(), Release())
      .def(py::init<const std::string&, bool>(), Release())
      .def(py::init<const std::string&, bool, int>(), Release())
      .def("is_opened", &Decoder::is_opened)
      .def("read", py::overload_cast<Handle&>(&Decoder::read), Release())
      .def("read", py::overload_cast<Handle&, BMImage&>(&Decoder::read), Release())
      .def("read_", py::overload_cast<Handle&, bm_image&>(&Decoder::read_), Release())
      .def("get_frame_shape", &Decoder::get_frame_shape)
      .def("get_fps", &Decoder::get_fps)
      .def("get_pts_dts", &Decoder::get_pts_dts)
      .def("is_eof", &Decoder::is_eof)
      .def("reconnect", &Decoder::reconnect, Release())
      .def("release", &Decoder::release, Release())
      .def("enable_dump", &Decoder::enable_dump)
      .def("disable_dump", &Decoder::disable_dump)
      .def(
          "dump", [](Decoder& self, int before, int after, std::string path) { return self.dump(before, after, path); },
          Release());
}

// An image that nobody else destroys.
std::shared_ptr<bm_image> Owned(const bm_image& image) {
  return std::shared_ptr<bm_image>(new bm_image(image), [](bm_image* owned) {
    bm_image_destroy(*owned);
    delete owned;
  });
}

void BindMultiDecoder(py::module_& module) {
  const auto channel = py::arg("channel_idx"), image = py::arg("image");
  OwningClass<MultiDecoder>(module, "MultiDecoder")
      .def(py::init<int, int, int>(), py::arg("queue_size") = 10, py::arg("tpu_id") = 0, py::arg("discard_mode") = 0)
      .def("set_read_timeout", &MultiDecoder::set_read_timeout)
      .def("add_channel", py::overload_cast<const std::string&, int>(&MultiDecoder::add_channel), py::arg("file_path"),
           py::arg("frame_skip_num") = 0, Release())
      .def("add_channel", py::overload_cast<const std::string&, int, int>(&MultiDecoder::add_channel),
           py::arg("file_path"), py::arg("frame_skip_num"), py::arg("loop_num"), Release())
      .def("del_channel", &MultiDecoder::del_channel, Release())
      .def("clear_queue", &MultiDecoder::clear_queue, Release())
      .def("read", py::overload_cast<int, BMImage&, int>(&MultiDecoder::read), channel, image, py::arg("read_mode") = 0,
           Release())
      .def("read", py::overload_cast<int>(&MultiDecoder::read), Release())
      .def("read_", py::overload_cast<int, bm_image&, int>(&MultiDecoder::read_), channel, image,
           py::arg("read_mode") = 0, Release())
      .def(
          "read_", [](MultiDecoder& self, int index) { return Owned(self.read_(index)); }, py::keep_alive<0, 1>(),
          Release())
      .def("reconnect", &MultiDecoder::reconnect, Release())
      .def("get_frame_shape", &MultiDecoder::get_frame_shape)
      .def("get_channel_fps", &MultiDecoder::get_channel_fps)
      .def("get_channel_status", &MultiDecoder::get_channel_status)
      .def("is_channel_eof", &MultiDecoder::is_channel_eof)
      .def("set_local_flag", &MultiDecoder::set_local_flag)
      .def("get_drop_num", &MultiDecoder::get_drop_num)
      .def("reset_drop_num", &MultiDecoder::reset_drop_num);
}

void BindDecoderImages(py::module_& module) {
  py::class_<DecoderImages>(module, "DecoderImages")
      .def(py::init<std::vector<std::string>&, int, int>())
      .def("setResizeAttr", &DecoderImages::setResizeAttr, py::arg("width"), py::arg("height"),
           py::arg("resize_alg") = BMCV_INTER_LINEAR)
      .def("start", &DecoderImages::start)
      .def("read", &DecoderImages::read, Release())
      .def("stop", &DecoderImages::stop, Release())
      .def("get_schedule", &DecoderImages::get_schedule);
}

void BindRawStream(py::module_& module) {
  using Stream = Decoder_RawStream;
  py::class_<Stream>(module, "Decoder_RawStream")
      .def(py::init<int, std::string>())
      .def("release", &Stream::release)
      .def("read",
           [](Stream& self, const py::bytes& data, BMImage& image, bool continues) {
             std::string bytes = data;
             return self.read(reinterpret_cast<uint8_t*>(&bytes[0]), static_cast<int>(bytes.size()), image, continues);
           })
      .def("read_",
           [](Stream& self, const py::bytes& data, bm_image& image, bool continues) {
             std::string bytes = data;
             return self.read_(reinterpret_cast<uint8_t*>(&bytes[0]), static_cast<int>(bytes.size()), image, continues);
           })
      .def("read_single_frame", [](Stream& self, const py::bytes& data, BMImage& image, bool continues, bool flush) {
        std::string bytes = data;
        return self.read_single_frame(reinterpret_cast<uint8_t*>(&bytes[0]), static_cast<int>(bytes.size()), image,
                                      continues, flush);
      });
}

}  // namespace

void BindDecoders(py::module_& module) {
  BindDecoderClass(module);
  BindMultiDecoder(module);
  BindDecoderImages(module);
  BindRawStream(module);
}

}  // namespace sail
