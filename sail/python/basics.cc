// Exceptions, enumerations, free functions and Handle.
#include "base64.h"
#include "sail/python/bind.h"
#include "tools.h"

namespace sail {
namespace {

namespace py = pybind11;

void BindExceptions(py::module_& module) {
  // Later translators are asked first: the base class comes before those derived from it. It is a RuntimeError, as it
  // is a std::runtime_error.
  const auto base = py::register_exception<SailBaseError>(module, "SailBaseError", PyExc_RuntimeError);
  py::register_exception<SailDeviceError>(module, "SailDeviceError", base);
  py::register_exception<SailTensorError>(module, "SailTensorError", base);
  py::register_exception<SailEngineError>(module, "SailEngineError", base);
  py::register_exception<SailBMImageError>(module, "SailBMImageError", base);
  py::register_exception<SailDecoderError>(module, "SailDecoderError", base);
  py::register_exception<SailEncoderError>(module, "SailEncoderError", base);
  py::register_exception<SailRuntimeError>(module, "SailRuntimeError", base);
  py::register_exception<SailUnknownError>(module, "SailUnknownError", base);
  py::register_exception<MemoryError>(module, "MemoryError");
  py::register_exception<NotSupport>(module, "NotSupport");
  py::register_exception<DataTypeError>(module, "DataTypeError");
}

void BindEnumerations(py::module_& module) {
  py::enum_<bm_data_type_t>(module, "Dtype")
      .value("BM_FLOAT32", BM_FLOAT32)
      .value("BM_FLOAT16", BM_FLOAT16)
      .value("BM_INT8", BM_INT8)
      .value("BM_UINT8", BM_UINT8)
      .value("BM_INT16", BM_INT16)
      .value("BM_UINT16", BM_UINT16)
      .value("BM_INT32", BM_INT32)
      .value("BM_UINT32", BM_UINT32)
      .value("BM_BFLOAT16", BM_BFLOAT16)
      .export_values();
  py::enum_<IOMode>(module, "IOMode")
      .value("SYSI", SYSI)
      .value("SYSO", SYSO)
      .value("SYSIO", SYSIO)
      .value("DEVIO", DEVIO)
      .export_values();
  py::enum_<LogLevel>(module, "LogLevel")
      .value("TRACE", LogLevel::TRACE)
      .value("DEBUG", LogLevel::DEBUG)
      .value("INFO", LogLevel::INFO)
      .value("WARN", LogLevel::WARN)
      .value("ERROR", LogLevel::ERROR)
      .value("CRITICAL", LogLevel::CRITICAL)
      .value("OFF", LogLevel::OFF)
      .export_values();
}

std::string Encode(Handle& handle, const void* data, size_t size) {
  const py::gil_scoped_release release;
  std::string text;
  if (base64_enc(handle, data, static_cast<uint32_t>(size), text) != 0) throw SailRuntimeError("base64_encode failed");
  return text;
}

std::string Decode(Handle& handle, const std::string& text) {
  const py::gil_scoped_release release;
  std::string plain(text.size() / 4 * 3, '\0');
  uint32_t size = 0;
  if (base64_dec(handle, text.data(), static_cast<uint32_t>(text.size()), reinterpret_cast<uint8_t*>(&plain[0]),
                 &size) != 0) {
    throw SailRuntimeError("base64_decode of " + std::to_string(text.size()) + " bytes that are not base64");
  }
  plain.resize(size);
  return plain;
}

void BindBase64(py::module_& module) {
  module.def("base64_encode", [](Handle& handle, const py::bytes& data) {
    const std::string plain = data;
    return py::bytes(Encode(handle, plain.data(), plain.size()));
  });
  module.def("base64_decode", [](Handle& handle, const py::bytes& data) { return py::bytes(Decode(handle, data)); });
  module.def("base64_encode_array", [](Handle& handle, const py::array& array) {
    const py::array dense = py::array::ensure(array, py::array::c_style);
    return py::bytes(Encode(handle, dense.data(), dense.nbytes()));
  });
  module.def(
      "base64_decode_asarray",
      [](Handle& handle, const py::bytes& data, const std::string& type) -> py::object {
        return py::module_::import("numpy").attr("frombuffer")(py::bytes(Decode(handle, data)), type).attr("copy")();
      },
      py::arg("handle"), py::arg("encode_arr_bytes"), py::arg("array_type") = "uint8");
}

}  // namespace

void BindBasics(py::module_& module) {
  BindExceptions(module);
  BindEnumerations(module);
  module.def("get_available_tpu_num", &get_available_tpu_num);
  module.def("set_print_flag", &set_print_flag);
  module.def("set_dump_io_flag", &set_dump_io_flag);
  module.def("get_tpu_util", &get_tpu_util);
  module.def("get_vpu_util", &get_vpu_util);
  module.def("get_vpp_util", &get_vpp_util);
  module.def("get_board_temp", &get_board_temp);
  module.def("get_chip_temp", &get_chip_temp);
  module.def("get_dev_stat", &get_dev_stat);
  module.def("set_loglevel", &set_loglevel);
  module.def("_dryrun", &model_dryrun, Release());
  module.def("_perf", &multi_tpu_perf, Release());
  py::class_<Handle>(module, "Handle", "An open device. Copies share it.")
      .def(py::init<int>(), Release())
      .def("get_device_id", &Handle::get_device_id)
      .def("get_sn", &Handle::get_sn)
      .def("get_target", &Handle::get_target);
  module.def("get_chip_time_us", &get_chip_time_us);
  BindBase64(module);
}

}  // namespace sail
