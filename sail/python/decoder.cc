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
  py::class_<Frame>(module, "Frame", "A frame of FFmpeg.")
      .def(py::init<>())
      .def("get_height", &Frame::get_height)
      .def("get_width", &Frame::get_width);
  OwningClass<Decoder>(
      module, "Decoder",
      "Reads the frames of a video, or a picture file (.jpg, .jpeg, .png, .bmp) again and again; whatever FFmpeg "
      "opens. SailDecoderError where it cannot be opened. One object is used by one thread at a time.")
      .def(py::init<const std::string&>(), Release())
      .def(py::init<const std::string&, bool>(), Release())
      .def(py::init<const std::string&, bool, int>(), Release())
      .def("is_opened", &Decoder::is_opened, "True for a picture file, even where there is none.")
      .def("read", py::overload_cast<Handle&>(&Decoder::read), Release(),
           "The next frame, or 0 and the frame in an image of the caller. At the end: SailDecoderError, or another "
           "value than 0.")
      .def("read", py::overload_cast<Handle&, BMImage&>(&Decoder::read), Release())
      .def("read_", py::overload_cast<Handle&, bm_image&>(&Decoder::read_), Release(),
           "The next frame in an image of the caller: 0, or another value at the end.")
      .def("get_frame_shape", &Decoder::get_frame_shape, "[1, 3, height, width]; [1, 3, 0, 0] of a picture file.")
      .def("get_fps", &Decoder::get_fps, "Average frames per second, -1 if unknown.")
      .def("get_pts_dts", &Decoder::get_pts_dts,
           "Presentation and decoding time of the last frame in seconds, -1 where there is none.")
      .def("is_eof", &Decoder::is_eof, "Whether the last read was at the end of the video.")
      .def("reconnect", &Decoder::reconnect, Release(), "Opens the source again. 0, or 1 where that fails.")
      .def("release", &Decoder::release, Release(), "Closes the video until reconnect().")
      .def("enable_dump", &Decoder::enable_dump, "Not built: raises NotSupport.")
      .def("disable_dump", &Decoder::disable_dump, "Not built: raises NotSupport.")
      .def(
          "dump", [](Decoder& self, int before, int after, std::string path) { return self.dump(before, after, path); },
          Release(), "Not built: raises NotSupport.");
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
  OwningClass<MultiDecoder>(module, "MultiDecoder", "A thread per channel decodes into a queue.")
      .def(py::init<int, int, int>(), py::arg("queue_size") = 10, py::arg("tpu_id") = 0, py::arg("discard_mode") = 0)
      .def("set_read_timeout", &MultiDecoder::set_read_timeout, "Seconds that a waiting read waits; 10 at first.")
      .def("add_channel", py::overload_cast<const std::string&, int>(&MultiDecoder::add_channel), py::arg("file_path"),
           py::arg("frame_skip_num") = 0, Release(),
           "Opens a source and returns its channel. After every frame frame_skip_num are left out; loop_num: how often "
           "a file is played, 0 for ever.")
      .def("add_channel", py::overload_cast<const std::string&, int, int>(&MultiDecoder::add_channel),
           py::arg("file_path"), py::arg("frame_skip_num"), py::arg("loop_num"), Release())
      .def("del_channel", &MultiDecoder::del_channel, Release(), "Ends a channel. 0, or a status where there is none.")
      .def("clear_queue", &MultiDecoder::clear_queue, Release(),
           "Drops what waits. 0, or a status where there is no such channel.")
      .def("read", py::overload_cast<int, BMImage&, int>(&MultiDecoder::read), channel, image, py::arg("read_mode") = 0,
           Release(),
           "The oldest frame that waits: 0, or a status. read_mode 0 answers at once. The form without an image waits "
           "and raises SailDecoderError.")
      .def("read", py::overload_cast<int>(&MultiDecoder::read), Release())
      .def("read_", py::overload_cast<int, bm_image&, int>(&MultiDecoder::read_), channel, image,
           py::arg("read_mode") = 0, Release(), "As read, on a bm_image.")
      .def(
          "read_", [](MultiDecoder& self, int index) { return Owned(self.read_(index)); }, py::keep_alive<0, 1>(),
          Release())
      .def("reconnect", &MultiDecoder::reconnect, Release(),
           "Opens the source again; a file starts from the beginning.")
      .def("get_frame_shape", &MultiDecoder::get_frame_shape, "[1, 3, height, width].")
      .def("get_channel_fps", &MultiDecoder::get_channel_fps, "Frames per second of the source, -1 if unknown.")
      .def("get_channel_status", &MultiDecoder::get_channel_status,
           "NONE for a channel that there is not, CLOSED after its end.")
      .def("is_channel_eof", &MultiDecoder::is_channel_eof, "Whether the channel has been decoded to its end.")
      .def("set_local_flag", &MultiDecoder::set_local_flag,
           "Whether files are played at 25 frames per second instead of as fast as they are read.")
      .def("get_drop_num", &MultiDecoder::get_drop_num, "Frames dropped because the queue was full.")
      .def("reset_drop_num", &MultiDecoder::reset_drop_num, "Counts the dropped frames from 0 again.");
}

void BindDecoderImages(py::module_& module) {
  py::class_<DecoderImages>(module, "DecoderImages", "Not built: raises NotSupport.")
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
  py::class_<Stream>(module, "Decoder_RawStream", "Not built: raises NotSupport.")
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
