// Perf.
#include "perf.h"

#include "sail/python/bind.h"

namespace sail {

namespace py = pybind11;

void BindPerf(py::module_& module) {
  py::class_<Perf>(module, "Perf", "Not built: raises NotSupport; _perf() measures.")
      .def(py::init<const std::string&, std::vector<int>, int, IOMode, int, bool>(), py::arg("bmodel_path"),
           py::arg("tpu_ids"), py::arg("max_que_size"), py::arg("mode") = SYSO, py::arg("thread_count") = 2,
           py::arg("free_input") = false)
      .def("PushTensor", &Perf::PushTensor, Release())
      .def("SetEnd", &Perf::SetEnd)
      .def("GetResult", &Perf::GetResult, Release())
      .def("get_graph_names", &Perf::get_graph_names)
      .def("get_input_names", &Perf::get_input_names)
      .def("get_output_names", &Perf::get_output_names)
      .def("get_input_shape", &Perf::get_input_shape)
      .def("get_input_scale", &Perf::get_input_scale)
      .def("get_input_dtype", &Perf::get_input_dtype);
}

}  // namespace sail
